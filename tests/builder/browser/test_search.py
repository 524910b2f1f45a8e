"""The search in a real browser: keys, results, history, a base path, a page opened from disk."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builder.pictures import make_pdf
from tests.builder.project import Project, note

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install playwright"
)


def write_site(project: Project, base: str = "") -> Project:
    project.edit("pyproject.toml", "https://example.org", f"https://example.org{base}")
    # Or the browser asks for an icon that is not there, and says so on the console.
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    body = "`two_proportion_z_test` gives `np.float64`.\n\n## Below\n\nA zebra is here."
    project.write("posts/z.md", note("Zeta", body))
    project.write("posts/g.md", note("梯度下降", "梯度下降法，也叫最速下降。", lang="zh"))
    project.write("notes/h.md", note("फेंटना", "ताश को फेंटना ज़रूरी है।", lang="hi"))
    return project.write("notes/k.md", note("Kappa", "A gnu, no zebra at all.")).build()


@pytest.fixture
def address(project: Project, serve: Callable[[Path], str]) -> str:
    """Where a small site is served."""
    return serve(write_site(project).output)


def titles(page: Any) -> list[str]:
    return [item.inner_text() for item in page.query_selector_all(".search-title")]


def ask(page: Any, query: str, count: int = 1) -> None:
    page.fill("input[type=search]", query)
    words = f"{count} page" if count == 1 else f"{count} pages"
    sync_api.expect(page.locator(".search-count")).to_have_text(words)


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_a_key_opens_the_search_and_escape_gives_the_focus_back(
    page: Any, address: str, keys: str
) -> None:
    page.goto(f"{address}/posts/z/")
    assert not page.query_selector("script[src*='/search/']")
    page.focus(".theme-toggle")

    page.keyboard.press(keys)
    page.wait_for_selector("dialog[open]")

    assert page.evaluate("document.activeElement.type") == "search"
    assert page.input_value("dialog input") == ""
    page.keyboard.press("Escape")
    assert page.query_selector("dialog[open]") is None
    assert page.evaluate("document.activeElement.className") == "theme-toggle"


def test_a_result_is_reached_with_the_keyboard_alone(page: Any, address: str) -> None:
    page.goto(address)
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("zebra")
    sync_api.expect(page.locator(".search-count")).to_have_text("2 pages")

    headings = page.locator(".search-results h2").all_inner_texts()
    assert sorted(headings) == ["Notes", "Posts"]
    assert page.locator(".search-results mark").all_inner_texts() == ["zebra", "zebra"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.href")
    page.keyboard.press("ArrowUp")
    first = page.evaluate("document.activeElement.href")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.type") == "search"
    assert {first, second} == {f"{address}/posts/z/#below", f"{address}/notes/k/"}
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(first)


def test_enter_goes_to_the_best_page(page: Any, address: str) -> None:
    page.goto(address)
    page.click(".search-link")
    page.wait_for_selector("dialog[open]")
    ask(page, "two_proportion_z_test")

    page.keyboard.press("Enter")

    page.wait_for_url(f"{address}/posts/z/")


@pytest.mark.parametrize(
    ("query", "title"),
    [("zeb gnu", "Kappa"), ("propotion", "Zeta"), ("float64", "Zeta"), ("最速", "梯度下降"),
     ("ज़रूरी", "फेंटना")],
)  # fmt: skip
def test_words_beginnings_typos_and_scripts_are_found(
    page: Any, address: str, query: str, title: str
) -> None:
    page.goto(f"{address}/search/")
    ask(page, query)

    assert titles(page) == [title]


def test_the_question_stands_in_the_address_and_back_and_forward_go_through_questions(
    page: Any, address: str
) -> None:
    page.goto(f"{address}/search/?q=gnu")
    sync_api.expect(page.locator(".search-count")).to_have_text("1 page")
    assert page.input_value("input") == "gnu"
    ask(page, "zebra", 2)
    assert page.url == f"{address}/search/?q=zebra"

    page.go_back()
    sync_api.expect(page.locator(".search-count")).to_have_text("1 page")
    assert page.input_value("input") == "gnu"
    page.go_forward()
    sync_api.expect(page.locator(".search-count")).to_have_text("2 pages")
    assert page.input_value("input") == "zebra"


def test_the_search_speaks_the_language_of_the_page(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/g/")
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    page.fill("input[type=search]", "zebra")

    sync_api.expect(page.locator(".search-count")).to_have_text("2 个页面")
    assert page.get_attribute(".search-hit", "lang") == "en"


def test_a_site_below_a_base_path_is_searched(
    page: Any, project: Project, serve: Callable[[Path], str]
) -> None:
    address = serve(write_site(project, "/base").output)
    page.goto(f"{address}/base/")
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    ask(page, "gnu")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/base/notes/k/")


def test_a_site_whose_base_path_is_its_folder_is_searched_from_disk(
    page: Any, project: Project
) -> None:
    if re.search(r"[^A-Za-z0-9/._~-]", str(project.output)):
        pytest.skip("the temporary folder's name is no base path")
    write_site(project, str(project.output))
    page.goto(f"file://{project.output}/search/index.html")
    ask(page, "gnu")

    page.click(".search-hit a")

    page.wait_for_url(f"file://{project.output}/notes/k/index.html")


def test_a_note_is_found_by_what_its_paper_says(
    page: Any, project: Project, serve: Callable[[Path], str]
) -> None:
    write_site(project).write("notes/p/paper.pdf", make_pdf(text="An okapi, seldom seen"))
    project.write("notes/p/index.md", note("Pi", pdf="paper.pdf"))
    address = serve(project.build().output)
    page.goto(address)
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    ask(page, "okapi")

    assert titles(page) == ["Pi"]
    assert page.inner_text(".search-heading") == "paper.pdf"
    assert page.inner_text(".search-hit p") == "An okapi, seldom seen"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/notes/p/")
    page.click(".paper a")
    page.wait_for_url(f"{address}/notes/p/paper.pdf")


def test_without_a_script_the_page_of_the_search_leads_on(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{address}/posts/z/")
    opened.click(".search-link")

    assert opened.is_visible("main a[href='/tags/']")
    assert not opened.is_visible("input")
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_screen(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(address)
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    ask(page, "zebra", 2)

    widest = page.evaluate(
        "Math.max(...[document.documentElement, document.querySelector('dialog')]"
        ".map((box) => box.scrollWidth - box.clientWidth))"
    )
    assert widest == 0
