"""Typing in one place, watching in the other: the preview in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builder.browser.waiting import wait
from tests.builder.project import Project, note
from tests.builder.serve.served import Served, serving

LONG = "\n\n".join(f"Paragraph {number}, with words." for number in range(80))
FOLD = """\
<details id="fold"><summary>More</summary>Hidden words.</details>

<textarea id="field"></textarea>"""
CODE = "```text\nfirst line\n```"


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A new page, in which an error of a script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    # A browser says of its own accord that a page is gone, or the server.
    assert [line for line in said if "Failed to load resource" not in line] == []


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write(
        "posts/a.md", note("A", f"First words.\n\n{FOLD}\n\n{CODE}\n\n{LONG}\n\nLast words.")
    )
    project.write("posts/b.md", note("B", "Second words."))
    return project


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    with serving(project) as served:
        yield served


@pytest.fixture
def tab(page: Any, served: Served) -> Any:
    """A tab that shows the first post and follows it."""
    open_tab(page, served, "posts/a/")
    return page


def open_tab(page: Any, served: Served, path: str) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/.proofpress/events")):
        page.goto(served.url + path)
    # A document that is loaded anew loses this.
    page.evaluate("window.isSame = true")


def is_same(page: Any) -> bool:
    return bool(page.evaluate("window.isSame === true"))


def notice(page: Any, text: str) -> None:
    """Wait until the preview says something."""
    said = "document.querySelector('proofpress-preview').shadowRoot.textContent"
    wait(page, f"text => {said}.includes(text)", text)


def silent(page: Any) -> None:
    """Wait until it says nothing."""
    wait(
        page,
        "!document.querySelector('proofpress-preview').shadowRoot.querySelector('div').textContent",
    )


def test_a_save_shows_in_place_and_everything_else_stays(tab: Any, project: Project) -> None:
    tab.evaluate("document.querySelector('#fold').open = true")
    tab.fill("#field", "half a thought")
    tab.evaluate("document.querySelector('#field').setSelectionRange(2, 5)")
    tab.evaluate("scrollTo(0, 600)")
    tab.evaluate("window.kept = document.querySelector('#fold')")
    project.edit("posts/a.md", "Last words.", "The *very* last words.")
    tab.get_by_text("The very last words.").wait_for()
    assert is_same(tab)
    assert tab.locator(".theme-toggle").is_visible()
    assert tab.evaluate("scrollY") == 600
    assert tab.evaluate("document.querySelector('#fold').open")
    assert tab.evaluate("window.kept === document.querySelector('#fold')")
    assert tab.input_value("#field") == "half a thought"
    assert tab.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == [
        "field",
        2,
    ]


def test_text_above_what_is_read_does_not_move_it(tab: Any, project: Project) -> None:
    tab.evaluate("document.querySelectorAll('.prose p')[60].scrollIntoView()")
    before = tab.evaluate("document.querySelectorAll('.prose p')[60].getBoundingClientRect().top")
    added = "\n\n".join(f"New paragraph {number}." for number in range(10))
    project.edit("posts/a.md", "First words.", f"First words.\n\n{added}")
    tab.get_by_text("New paragraph 9.").wait_for(state="attached")
    after = tab.evaluate("document.querySelectorAll('.prose p')[70].getBoundingClientRect().top")
    assert abs(after - before) < 2


def test_paragraphs_come_and_go_in_their_order(tab: Any, project: Project, served: Served) -> None:
    texts = "[...document.querySelectorAll('.prose > p')].map(p => p.textContent)"
    steps = (
        ("Paragraph 3, with words.\n\n", ""),
        ("Paragraph 7, with words.", "Another seventh.\n\nAnd one more."),
        (
            "Paragraph 20, with words.\n\nParagraph 21, with words.",
            "Paragraph 21, with words.\n\nParagraph 20, with words.",
        ),
        ("First words.", "# No words\n\n- but\n- a list"),
    )
    for number, (old, new) in enumerate(steps):
        text = project.place("posts/a.md").read_text(encoding="utf-8")
        project.write("posts/a.md", f"{text.replace(old, new)}\n\nAfter step {number}.\n")
        served.await_text("/posts/a/", f"After step {number}.")
        fresh = tab.context.new_page()
        fresh.goto(served.url + "posts/a/")
        wanted = fresh.evaluate(texts)
        fresh.close()
        wait(tab, f"wanted => JSON.stringify({texts}) === wanted", json_of(tab, wanted))
    assert is_same(tab)


def json_of(page: Any, value: object) -> str:
    return str(page.evaluate("value => JSON.stringify(value)", value))


def test_new_code_can_be_copied(tab: Any, project: Project) -> None:
    project.edit("posts/a.md", CODE, f"{CODE}\n\n```text\nanother block\n```")
    block = tab.locator(".code", has_text="another block")
    block.wait_for()
    assert block.locator(".copy").count() == 1
    assert tab.locator(".code", has_text="first line").locator(".copy").count() == 1
    project.edit("posts/a.md", "first line", "other line")
    tab.locator(".code", has_text="other line").wait_for()
    assert tab.locator(".code", has_text="other line").locator(".copy").count() == 1


def test_a_title_is_shown_in_the_tab_too(tab: Any, project: Project) -> None:
    project.edit("posts/a.md", 'title: "A"', 'title: "Another"')
    wait(tab, "document.title.startsWith('Another')")
    assert tab.locator("h1").inner_text() == "Another"
    assert is_same(tab)


def test_a_style_is_swapped_without_a_moment_in_between(tab: Any, project: Project) -> None:
    project.write("templates/css/own.css", "h1 { color: rgb(1, 2, 3) }\n")
    wait(tab, "getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'")
    tab.evaluate(
        """() => {
            window.colors = new Set();
            (function look() {
                window.colors.add(getComputedStyle(document.querySelector('h1')).color);
                requestAnimationFrame(look);
            })();
        }"""
    )
    project.write("templates/css/own.css", "h1 { color: rgb(4, 5, 6) }\n")
    wait(tab, "getComputedStyle(document.querySelector('h1')).color === 'rgb(4, 5, 6)'")
    wait(tab, "document.querySelectorAll('link[href*=\"/own.\"]').length === 1")
    wait(tab, "window.colors.size > 1")
    assert tab.evaluate("[...window.colors]") == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]
    assert is_same(tab)


def test_a_new_script_loads_the_page_anew(tab: Any, project: Project) -> None:
    script = (Path(__file__).parents[3] / "templates/js/site.js").read_text(encoding="utf-8")
    with tab.expect_navigation():
        project.write("templates/js/site.js", f"{script}\nwindow.isNewer = true;\n")
    wait(tab, "window.isNewer === true")
    assert not is_same(tab)


def test_a_mistake_lies_over_the_page_until_it_is_mended(tab: Any, project: Project) -> None:
    project.edit("posts/a.md", "First words.", "First words, [gone](gone.md).")
    notice(tab, "content/posts/a.md:5")
    notice(tab, "gone.md")
    panel = "document.querySelector('proofpress-preview').shadowRoot.querySelector('.panel')"
    assert tab.evaluate(f"{panel}.querySelector('.at').textContent").startswith(
        "    5  First words, [gone]"
    )
    assert tab.get_by_text("First words.").first.is_visible()
    project.edit("posts/a.md", "[gone](gone.md)", "all mended")
    silent(tab)
    tab.get_by_text("First words, all mended.").wait_for()
    assert is_same(tab)


def test_a_panel_can_be_put_away_and_comes_back_for_another_mistake(
    tab: Any, project: Project
) -> None:
    project.edit("posts/a.md", "First words.", "[gone](gone.md)")
    tab.get_by_role("button", name="Hide until the next one").click()
    wait(tab, "!document.querySelector('proofpress-preview').shadowRoot.querySelector('.panel')")
    notice(tab, "gone.md")
    project.edit("posts/a.md", "gone.md", "lost.md")
    tab.get_by_role("button", name="Hide until the next one").wait_for()


def test_a_mistake_elsewhere_is_a_line(tab: Any, project: Project) -> None:
    project.edit("posts/b.md", "Second words.", "[gone](gone.md)")
    notice(tab, "Mistake in content/posts/b.md:5")
    assert tab.evaluate(
        "!document.querySelector('proofpress-preview').shadowRoot.querySelector('.panel')"
    )


def test_a_template_that_crashes_leaves_the_page_and_says_where(tab: Any, project: Project) -> None:
    template = '{% extends "base.html" %}\n{% block main %}{{ page.titel }}{% endblock %}\n'
    project.write("templates/page.html", template)
    notice(tab, "templates/page.html:2")
    assert tab.get_by_text("First words.").first.is_visible()
    project.edit("templates/page.html", "page.titel", "page.title")
    silent(tab)
    wait(tab, "!document.querySelector('.prose')")


def test_a_renamed_page_says_where_to_go(tab: Any, project: Project) -> None:
    text = project.place("posts/a.md").read_text(encoding="utf-8")
    project.delete("posts/a.md").write("posts/moved.md", text)
    notice(tab, "This page has moved to /posts/moved/")
    assert tab.get_by_text("First words.").first.is_visible()
    tab.get_by_role("link", name="/posts/moved/").click()
    tab.wait_for_url("**/posts/moved/")


def test_a_deleted_page_says_so_and_comes_back(tab: Any, project: Project) -> None:
    text = project.place("posts/a.md").read_text(encoding="utf-8")
    project.delete("posts/a.md")
    notice(tab, "This page is no longer there.")
    project.write("posts/a.md", text)
    silent(tab)


def test_a_list_follows_too(page: Any, served: Served, project: Project) -> None:
    open_tab(page, served, "")
    project.write("posts/c.md", note("Third post", date="2026-02-01"))
    page.get_by_role("link", name="Third post").wait_for()
    assert is_same(page)


def test_a_card_says_that_it_is_checked_and_then_how_it_went(
    page: Any, served: Served, project: Project
) -> None:
    served.get("/")
    project.write("snippets/s.py", "X = 1\n")
    test = "import time\n\n\ndef test_x():\n    time.sleep(3)\n"
    project.write("tests/snippets/test_s.py", test)
    project.write("cards/s.md", note("S", "```card s\n```"))
    served.hear("s: passes")
    open_tab(page, served, "cards/s/")
    page.locator(".state-passed").first.wait_for()
    project.write("snippets/s.py", "X = 2\n")
    page.get_by_text("– checking…").first.wait_for()
    assert "2" in page.locator(".listing pre").inner_text()
    page.locator(".state-passed").first.wait_for()
    page.get_by_text("– checking…").first.wait_for(state="detached")
    project.edit("tests/snippets/test_s.py", "time.sleep(3)", "assert False")
    page.locator(".state-failed").first.wait_for(timeout=30_000)
    assert is_same(page)


def test_a_server_that_ends_is_missed_and_found_again(page: Any, project: Project) -> None:
    with serving(project) as first:
        open_tab(page, first, "posts/a/")
        port = first.port
    notice(page, "The preview has ended")
    project.edit("posts/a.md", "First words.", "Words of the second.")
    with serving(project, port=port):
        page.get_by_text("Words of the second.").wait_for(timeout=20_000)
        silent(page)


def test_an_address_that_leads_nowhere_shows_its_page_once_it_is_written(
    page: Any, served: Served, project: Project
) -> None:
    open_tab(page, served, "posts/c/")
    page.wait_for_timeout(500)
    silent(page)
    project.write("posts/c.md", note("C", "Third words."))
    page.get_by_text("Third words.").wait_for()
