"""A picture that is replaced by another of the same name, seen in a tab that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builder.browser.waiting import wait
from tests.builder.project import Project, note
from tests.builder.serve.served import serving

WIDTH = "document.querySelector('main img').naturalWidth"


def picture(width: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="10"/>'


def test_a_picture_that_was_replaced_is_shown_again_and_again(page: Any, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.write("static/p.svg", picture(10))
    project.write("posts/a.md", note("A", "![What it shows](/p.svg)"))
    with serving(project) as served:
        with page.expect_response(lambda answer: answer.request.method == "HEAD"):
            page.goto(f"{served.url}posts/a/")
        wait(page, f"{WIDTH} === 10")
        page.evaluate("window.isSame = true")
        for width in (20, 30):
            project.write("static/p.svg", picture(width))
            wait(page, f"{WIDTH} === {width}")
        assert page.evaluate("window.isSame")
        page.goto("about:blank")
