"""Fixtures of the check's tests."""

from pathlib import Path

import pytest

from tests.builder.check.output import Output


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """An output folder with a home page."""
    return Output(tmp_path / "site").page("")
