"""The content security policy in a real browser: silence on every template, math that aligns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builder.config import read_settings
from builder.render.files import HEADERS
from tests.builder.browser.conftest import Quiet
from tests.builder.pictures import make_png
from tests.builder.project import Project, note
from tests.builder.render.test_head import MATHS

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">'
    '<style>rect { fill: red }</style><rect style="stroke: blue" width="20" height="10"/></svg>'
)
BODY = (
    MATHS
    + """
![a drawing](d.svg) ![a drawing](d.svg){.inline} ![a photo](p.png)

:::{details} More
Inside.
:::

<iframe src="/frame.html" width="10" height="10" title="f"></iframe>

<video src="v.webm" controls></video>

```card z
```
"""
)
PATHS = (
    "/", "/posts/", "/posts/a/", "/cards/", "/cards/z/", "/about/", "/tags/", "/tags/x/",
    "/series/", "/series/s/", "/archive/", "/archive/2026/", "/search/", "/search/?q=alpha",
    "/status/", "/404.html",
)  # fmt: skip


def make(folder: Path, settings: str = "") -> Project:
    project = Project(folder)
    project.edit("pyproject.toml", "author", f"{settings}\nauthor")
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write("static/frame.html", "<!doctype html><title>f</title><p>in a frame")
    project.write("posts/a/d.svg", DRAWING).write("posts/a/p.png", make_png(40, 30))
    project.write("posts/a/v.webm", b"")
    body = BODY.replace("![a drawing](d.svg){.inline} ", "")
    front = {"tags": "[x]", "series": "S", "aliases": "[/old/]"}
    project.write("posts/a/index.md", note("Alpha", body, **front))
    project.write("cards/z.md", note("Z", "```card z\n```")).write("snippets/z.py", "x = 1\n")
    project.write("pages/about.md", note("About", "## One\n\n## Two", date=None))
    return project.build()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """Where a small site is served; no test changes it."""
    return serve(make(tmp_path_factory.mktemp("policy"), "og_images = true").output)


@pytest.mark.parametrize("path", PATHS)
def test_no_template_makes_the_browser_complain(page: Any, address: str, path: str) -> None:
    page.goto(address + path)
    page.wait_for_load_state("networkidle")

    # The fixture fails the test if anything was said on the console.
    assert page.locator("meta[http-equiv=Content-Security-Policy i]").count() == 1
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    assert page.evaluate("document.documentElement.classList.contains('js')")


def test_a_redirect_leads_on_under_the_policy(page: Any, address: str) -> None:
    page.goto(f"{address}/old/")
    page.wait_for_url(f"{address}/posts/a/")


def test_an_alignment_is_aligned_under_the_policy(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")
    # In both rows the left side ends, and the right side begins, at one place.
    sides = page.evaluate(
        """() => [...document.querySelectorAll("math mtable")][0].querySelectorAll("mtr")
             .values().map(row => [...row.children].map(cell => {
                 const range = document.createRange();
                 range.selectNodeContents(cell);
                 const box = range.getBoundingClientRect();
                 return [box.left, box.right];
             })).toArray()"""
    )

    # Beside them stand the numbers of the equations, and as much room on the other side.
    (_, first_left, first_right, _), (_, second_left, second_right, _) = sides
    assert first_left[1] == pytest.approx(second_left[1], abs=1)
    assert first_right[0] == pytest.approx(second_right[0], abs=1)
    # The longer left side begins further to the left: the column is set to its right edge.
    assert second_left[0] < first_left[0] - 5


def test_search_and_theme_work_under_the_policy(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/a/")
    page.click(".theme-toggle")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    colours = page.evaluate(
        "[...document.querySelectorAll('meta[name=theme-color]')].map(m => m.content)"
    )
    assert len(set(colours)) == 1

    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("alpha")
    page.wait_for_selector("dialog[open] .search-results a[href*='/posts/a/']")


def test_what_the_policy_forbids_is_not_run(browser: Any, tmp_path: Path, serve: Any) -> None:
    project = Project(tmp_path)
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write(
        "posts/a.md",
        note("A", '<p id="p" style="color: rgb(1, 2, 3)">x</p>\n\n<script>window.ran = 1</script>'),
    ).build()
    opened = browser.new_page()
    opened.goto(f"{serve(project.output)}/posts/a/")

    assert opened.evaluate("window.ran") is None
    assert opened.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(1, 2, 3)"
    opened.close()


def test_styles_and_scripts_work_from_disk(page: Any, tmp_path: Path) -> None:
    # Addresses of a site start at its host's root: from disk, at that of the file system.
    project = Project(tmp_path / "it")
    project.edit("pyproject.toml", "https://example.org", f"https://example.org{project.output}")
    project.write("posts/a.md", note("A", "$x$")).build()

    page.goto(f"file://{project.output}/posts/a/index.html")

    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    assert page.evaluate("document.documentElement.classList.contains('js')")
    page.click(".theme-toggle")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_header_is_one_that_browsers_understand(
    page: Any, tmp_path: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(tmp_path)
    assert read_settings(project.root).content_security_policy in project.read(HEADERS)
    name, _, value = next(
        line.strip().partition(": ")
        for line in project.read(HEADERS).splitlines()
        if "Content-Security-Policy" in line
    )
    send = Quiet.end_headers
    monkeypatch.setattr(
        Quiet, "end_headers", lambda self: (self.send_header(name, value), send(self))
    )

    page.goto(f"{serve(project.output)}/posts/a/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.classList.contains('js')")
