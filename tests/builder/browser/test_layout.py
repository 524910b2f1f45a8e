"""The page's layout in a real browser: notes beside their marks, contents that follow, paper."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.builder.project import Project, note

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install playwright"
)
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 2
WIDTHS = (320, 360, 768, 1024, 1280, 1920, 2560, 3840)
# What is wider than a column, unless the theme does something about it.
WIDE = f"""
{LONG} and `{"name_" * 60}` and <https://example.org/{"path/" * 40}>

1. one
   - two
     - three
       - four
         - five {LONG}
           - [six {LONG}](https://example.org/six)

> > > {LONG}
> > > ```
> > > {"wide " * 60}
> > > ```

|{" column |" * 20}
|{" --- |" * 20}
|{" some words |" * 20}

| {LONG} | `{"code" * 30}` |
| --- | --- |
| a | b |

A formula in a line, $x{" + x" * 80}$.
"""
NOTES = f"""
Two marks[^long] close[^short] together.

```python
print("{"wide " * 60}")
```

- One in a list[^list], and the first again[^long].

| a | b |
| --- | --- |
| one in a table[^table] | {"word " * 60}|

:::{{details}} More of it
One in a fold.[^fold]
:::

Words[^code] at the end.

[^long]: {"A note that is as long as this one needs room. " * 6}

    It has a second paragraph.
[^short]: A short note.
[^list]: A note of a list.
[^table]: A note of a table.
[^fold]: A note of a fold.
[^code]: A note with code and with {LONG}:

    ```
    {"wide " * 30}
    ```
"""
SECTIONS = "".join(
    f"## Section {number} {{#s{number}}}\n\n{'Words that fill some lines. ' * 90}\n\n"
    for number in range(40)
)
LISTS = (
    "/posts/",
    "/tags/",
    f"/tags/{LONG.lower()}/",
    "/archive/",
    f"/series/{LONG.lower()}/",
    "/status/",
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CURRENT = ".toc [aria-current=location]"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """Where a small site is served; no test changes it."""
    project = Project(tmp_path_factory.mktemp("layout"))
    # Or the browser asks for an icon that is not there, and says so on the console.
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write("posts/notes.md", note("Notes", NOTES))
    project.write("posts/wide.md", note(LONG, WIDE + NOTES, tags=f"[{LONG.lower()}]", series=LONG))
    project.write("posts/many.md", note("Many", "".join(f"x^[note {n}] " for n in range(42))))
    project.write("posts/sections.md", note("Sections", SECTIONS))
    return serve(project.build().output)


def boxes(page: Any, selector: str) -> list[dict[str, float]]:
    """Where on the page the elements are; those that have no height are left out."""
    found: list[dict[str, float]] = page.eval_on_selector_all(
        selector,
        """(all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.height)
            .map(({left, right, top, bottom}) =>
                ({left, right, top: top + scrollY, bottom: bottom + scrollY}))""",
    )
    return found


# --- Notes


@pytest.mark.parametrize("width", [1280, 1920, 3840])
def test_notes_stand_beside_their_marks_and_none_covers_anything(
    page: Any, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/posts/notes/")
    page.get_by_text("More of it").click()

    notes = boxes(page, ".footnotes li")
    marks = boxes(page, ".footnote-ref a:not([id$='-1-2'])")
    assert len(notes) == len(marks) == 6
    for above, below in pairwise(notes):
        assert above["bottom"] < below["top"]
    text = boxes(page, ".prose > :not(.footnotes), .prose pre:not(.footnotes pre), .page-foot")
    assert max(box["right"] for box in text) < min(box["left"] for box in notes)
    assert max(box["right"] for box in notes) < width
    end = 0.0
    for mark, beside in zip(marks, notes, strict=True):
        middle = (mark["top"] + mark["bottom"]) / 2
        is_free = middle > end + 30
        assert abs(beside["top"] - middle) < 8 if is_free else beside["top"] > middle
        end = beside["bottom"]


def test_a_note_whose_mark_is_in_a_closed_fold_is_not_shown_before_the_fold_is_open(
    page: Any, address: str
) -> None:
    page.goto(f"{address}/posts/notes/")
    assert page.locator("#fn-5").bounding_box()["height"] == 0

    page.get_by_text("More of it").click()

    assert page.locator("#fn-5").bounding_box()["height"] > 10
    page.get_by_text("More of it").click()
    # Whoever comes to it in another way can read it all the same.
    page.locator("#fn-5 a").focus()
    assert page.locator("#fn-5").bounding_box()["height"] > 10


@pytest.mark.parametrize("width", [360, 1280])
def test_a_click_leads_to_the_note_and_back(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 500})
    page.goto(f"{address}/posts/notes/")
    mark, beside = page.locator("#fnref-4"), page.locator("#fn-4")

    mark.click()

    page.wait_for_url("**#fn-4")
    sync_api.expect(beside).to_be_in_viewport(ratio=1)
    beside.locator(".footnote-back").click()
    page.wait_for_url("**#fnref-4")
    sync_api.expect(mark).to_be_in_viewport(ratio=1)


def test_in_a_narrow_window_notes_are_a_list_at_the_end(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/posts/notes/")

    notes = boxes(page, ".footnotes li")

    assert len(notes) == 6
    end = max(box["bottom"] for box in boxes(page, ".prose > :not(.footnotes)"))
    assert min(box["top"] for box in notes) > end
    assert {box["left"] for box in notes} == {notes[0]["left"]}


def test_notes_that_are_too_many_for_the_margin_stay_at_the_end(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/many/")

    text = boxes(page, ".prose > p")[0]
    notes = boxes(page, ".footnotes li")

    assert [box["left"] > text["right"] for box in notes] == [True] * 40 + [False] * 2
    assert notes[40]["top"] > text["bottom"]


def test_a_page_without_notes_loads_no_style_for_them(page: Any, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{address}/posts/sections/")
    assert [url for url in asked if "/notes." in url] == []
    page.goto(f"{address}/posts/notes/")
    assert [url for url in asked if "/notes." in url] != []


# --- Contents


def test_the_table_of_contents_follows_and_scrolls_itself(page: Any, address: str) -> None:
    page.goto(f"{address}/posts/sections/")
    current = page.locator(CURRENT)
    sync_api.expect(current).to_have_count(0)

    for number in (3, 35, 0):
        page.evaluate(f"document.getElementById('s{number}').scrollIntoView()")
        sync_api.expect(current).to_have_text(f"Section {number}")
        box, toc = current.bounding_box(), page.locator(".toc").bounding_box()
        assert toc["y"] <= box["y"]
        assert box["y"] + box["height"] <= toc["y"] + toc["height"] <= 800

    # A section is read until the next one's heading comes.
    page.evaluate("document.getElementById('s7').scrollIntoView({block: 'end'})")
    sync_api.expect(current).to_have_text("Section 6")
    page.evaluate("scrollTo(0, 0)")
    sync_api.expect(current).to_have_count(0)


def test_in_a_narrow_window_the_table_of_contents_is_a_fold(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/posts/sections/")
    link = page.locator(".toc a").nth(20)
    assert not link.is_visible()

    page.click(".toc summary")
    link.click()

    sync_api.expect(page.locator(CURRENT)).to_have_text("Section 20")
    sync_api.expect(page.locator("#s20")).to_be_in_viewport()


# --- Widths


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    for path in ("/posts/wide/", "/posts/notes/", "/", *LISTS):
        assert page.goto(address + path).ok, path
        assert page.evaluate(OVERFLOW) == 0, path


@pytest.mark.parametrize("width", [360, 1280])
def test_what_stands_alone_is_large_enough_to_be_hit(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    for path in ("/posts/notes/", "/"):
        page.goto(address + path)
        alone = "header a, footer a, nav a, .page-foot a, .footnotes a, sup a, .anchor, summary"
        for box in boxes(page, f":is({alone}, button):not(.skip)"):
            assert box["bottom"] - box["top"] >= 24, (path, box)


# --- Paper, and what readers ask of their systems


def test_on_paper_all_is_open_and_nothing_is_cut_off(page: Any, address: str) -> None:
    # As wide as paper: the browser does not lay out anew for the emulation alone.
    page.set_viewport_size({"width": 700, "height": 900})
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{address}/posts/wide/")

    assert page.get_by_text("One in a fold.").is_visible()
    for gone in ("nav", "button", ".site-footer", ".search-link", ".footnote-back", ".anchor"):
        assert [one for one in page.locator(gone).all() if one.is_visible()] == [], gone
    for pre in page.locator("pre").all():
        assert pre.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    address_after = page.locator("a[href='https://example.org/six']").evaluate(
        "(link) => getComputedStyle(link, '::after').content"
    )
    assert "(" in address_after


def test_on_wide_paper_notes_are_at_the_end_too(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 900})
    page.emulate_media(media="print")
    page.goto(f"{address}/posts/notes/")

    end = max(box["bottom"] for box in boxes(page, ".prose > :not(.footnotes)"))
    assert min(box["top"] for box in boxes(page, ".footnotes li")) > end


def test_nothing_moves_for_readers_who_asked_for_that(page: Any, address: str) -> None:
    moving = "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one)"
    moving += (
        ".transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none').length"
    )
    page.goto(f"{address}/posts/notes/")
    assert page.evaluate(moving) > 0

    page.emulate_media(reduced_motion="reduce")

    assert page.evaluate(moving) == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
