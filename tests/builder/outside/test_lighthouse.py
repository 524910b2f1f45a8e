"""Lighthouse gives 100 for accessibility, best practices and search engines.

Its fourth score, performance, depends on how busy the machine is: see benchmarks/reading.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builder.outside.lighthouse import STEADY, complaints, run_lighthouse, scores
from tests.builder.project import Project

# The first page, a long post, one with a lot of math, a card.
PATHS = ("", "posts/summation/", "notes/math-gallery/", "cards/z_test/")


@pytest.mark.timeout(300)
def test_what_does_not_depend_on_the_machine_is_at_its_best(
    notebook: Project,
    serve: Callable[[Path], str],
    tool: Callable[[str], Path],
    program: Callable[[str], str],
) -> None:
    tool("lighthouse/package.json")
    address = serve(notebook.output)
    reports = run_lighthouse(
        program("node"), program("chromium"), [f"{address}/{path}" for path in PATHS], STEADY
    )
    assert len(reports) == len(PATHS)
    for path, report in zip(PATHS, reports, strict=True):
        assert complaints(report) == [], path
        assert scores(report) == dict.fromkeys(STEADY, 100), path
