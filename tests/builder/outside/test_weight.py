"""What a page of the notebook weighs when it is sent compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.builder.project import Project

# In bytes, compressed.
MARKUP, STYLES, SCRIPTS, BLOCKING = 15_000, 10_000, 5_000, 500


@pytest.fixture(scope="module")
def pages(notebook: Project) -> dict[str, LexborHTMLParser]:
    """Each page of the notebook, parsed, by its path."""
    found = {
        str(file.relative_to(notebook.output)): LexborHTMLParser(file.read_text(encoding="utf-8"))
        for file in sorted(notebook.output.rglob("*.html"))
    }
    assert len(found) > 40
    return found


def compressed(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


def loaded(output: Path, page: LexborHTMLParser, selector: str, attribute: str) -> int:
    """What the files weigh that these elements of a page load."""
    places = [element.attributes[attribute] or "" for element in page.css(selector)]
    assert all(place.startswith("/") for place in places), places
    return sum(compressed((output / place[1:]).read_bytes()) for place in places)


def test_little_is_sent_beyond_the_text(
    notebook: Project, pages: dict[str, LexborHTMLParser]
) -> None:
    weights = {
        path: compressed((notebook.output / path).read_bytes())
        - compressed((page.body.text() if page.body else "").encode())
        for path, page in pages.items()
        if path.startswith(("posts/", "notes/", "trivia/", "cards/"))
    }
    assert {path: weight for path, weight in weights.items() if weight >= MARKUP} == {}


def test_styles_are_light(notebook: Project, pages: dict[str, LexborHTMLParser]) -> None:
    always = [
        (file, compressed(file.read_bytes()))
        for name in ("site", "code", "pictures")
        for file in (notebook.output / "assets").glob(f"{name}.*.css")
    ]
    assert len(always) == 3
    assert sum(weight for _, weight in always) < STYLES, always
    # With those that only pages with formulas and with notes in the margin load.
    weights = {
        path: loaded(notebook.output, page, "link[rel=stylesheet]", "href")
        for path, page in pages.items()
    }
    assert max(weights.values()) > 0
    assert {path: weight for path, weight in weights.items() if weight >= STYLES} == {}


def test_scripts_are_light_until_somebody_searches(
    notebook: Project, pages: dict[str, LexborHTMLParser]
) -> None:
    weights = {
        path: loaded(notebook.output, page, "script[src]", "src")
        for path, page in pages.items()
        if path != "search/index.html"
    }
    assert max(weights.values()) > 0
    assert {path: weight for path, weight in weights.items() if weight >= SCRIPTS} == {}


def test_no_script_blocks_but_the_one_that_prevents_a_flash(
    notebook: Project, pages: dict[str, LexborHTMLParser]
) -> None:
    selector = "script[src]:not([defer]):not([async]):not([type=module])"
    for path, page in pages.items():
        blocking = [element.attributes["src"] or "" for element in page.css(selector)]
        assert all(place.startswith("/assets/theme.") for place in blocking), (path, blocking)
        assert loaded(notebook.output, page, selector, "src") < BLOCKING
        assert page.css("script:not([src]):not([type='application/ld+json'])") == [], path
