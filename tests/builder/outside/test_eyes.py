"""axe-core finds nothing to complain of, on any template, in either scheme, narrow and wide.

On the way: nothing is wider than the window, the console stays silent, and nothing is fetched
from anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builder.outside.everything import PAGES

NARROW, WIDE = 360, 1280
# The notebook's pages are looked at in so many tests, which may run side by side.
PARTS = 6
ALL_SETTINGS = [(scheme, width) for scheme in ("light", "dark") for width in (NARROW, WIDE)]
# What the site's own language changes: its words, and how long they are.
IN_OTHER_LANGUAGES = ("home", "post with everything", "card that failed", "tags", "status")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true })"
# Two things that axe does not know of MathML: a heading of a table may be a formula, which is no
# empty one, and a link may stand in a formula, whose parts are not hidden from screen readers.
# And the corner of a table with headings on both sides heads nothing: it may be empty.
COMPLAINTS = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]})
  const isRight = (rule, node) => {
    const box = document.querySelector(node.target.at(-1))
    return rule.id === "empty-table-header"
        && (box.cellIndex === 0 || box.querySelector("math")?.textContent.trim())
      || rule.id === "nested-interactive" && box.localName === "math"
  }
  return found.violations.flatMap((rule) => rule.nodes
    .filter((node) => !isRight(rule, node))
    .map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`))
}"""


class Reader:
    """A browser's page that notes what it hears, and looks at addresses of one site."""

    def __init__(self, page: Any, origin: str, axe: str) -> None:
        self.page = page
        self.origin = origin
        self.axe = axe
        self.noted: list[str] = []
        page.on("console", lambda message: self.noted.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.noted.append(f"error: {error}"))
        page.on("request", self._note_request)

    def open(self, path: str) -> None:
        """Go there, and unfold what is folded: what is hidden is not looked at."""
        self.page.goto(f"{self.origin}/{path.removesuffix('index.html')}")
        self._note_overflow("folded, 320", 320)
        self.page.evaluate(UNFOLD)

    def look(self, settings: Sequence[tuple[str, int]] = ALL_SETTINGS) -> list[str]:
        """What is wrong with the page as it is now, in each of these schemes and widths."""
        self.page.evaluate(self.axe)
        for scheme, width in settings:
            name = f"{scheme}, {width}"
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self._note_overflow(name, width)
            self.noted += [f"{name}: {said}" for said in self.page.evaluate(COMPLAINTS)]
        return self.noted

    def _note_overflow(self, name: str, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        if over := self.page.evaluate(OVERFLOW):
            self.noted.append(f"{name}: {over} px wider than the window")

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.noted.append(f"request: {request.url}")


@pytest.fixture(scope="module")
def addresses(sites: Mapping[str, Path], serve: Callable[[Path], str]) -> dict[str, str]:
    """Where each site is served, by its name."""
    return {name: serve(output) for name, output in sites.items()}


@pytest.fixture
def reader(
    browser: Any, addresses: dict[str, str], tool: Callable[[str], Path]
) -> Iterator[Callable[[str], Reader]]:
    """A function that gives a reader of one of the sites."""
    axe = tool("axe-core/axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context()
    context.set_default_timeout(20_000)
    yield lambda site: Reader(context.new_page(), addresses[site], axe)
    context.close()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "redirect"])
def test_every_template_is_for_every_eye(reader: Callable[[str], Reader], name: str) -> None:
    site = reader("en")
    site.open(PAGES[name])
    assert site.look() == []


@pytest.mark.parametrize("name", IN_OTHER_LANGUAGES)
@pytest.mark.parametrize("language", ["hi", "zh"])
def test_other_languages_are_as_well(
    reader: Callable[[str], Reader], language: str, name: str
) -> None:
    site = reader(language)
    site.open(PAGES[name])
    assert site.look() == []


def test_a_redirect_is_a_page_too(reader: Callable[[str], Reader]) -> None:
    site = reader("en")
    here = f"{site.origin}/{PAGES['redirect'].removesuffix('index.html')}"

    def stay(route: Any) -> None:
        """Else nobody could look at it, it leads on at once."""
        route.continue_() if route.request.url == here else route.abort("aborted")

    site.page.route("**/*", stay)
    site.open(PAGES["redirect"])
    # Only in light: it has no style sheet, and axe takes the browser's own dark paper for white.
    assert site.look([("light", NARROW), ("light", WIDE)]) == []
    assert site.page.url == here


def test_what_was_found_is_readable_too(reader: Callable[[str], Reader]) -> None:
    site = reader("en")
    site.open(PAGES["post with everything"])
    site.page.keyboard.press("/")
    site.page.get_by_role("searchbox").fill("number")
    site.page.locator(".search-results a").first.wait_for()
    assert site.look() == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_notebook_is(
    reader: Callable[[str], Reader], sites: Mapping[str, Path], part: int
) -> None:
    output = sites["notebook"]
    # One that leads elsewhere at once is gone while it is looked at; where it leads is looked at.
    pages = [file for file in output.rglob("*.html") if b'"refresh"' not in file.read_bytes()]
    paths = sorted(str(file.relative_to(output)) for file in pages)
    assert len(paths) > 40
    site = reader("notebook")
    wrong = {}
    for path in paths[part::PARTS]:
        site.noted = []
        site.open(path)
        wrong[path] = site.look([("dark", NARROW)])
    assert {path: noted for path, noted in wrong.items() if noted} == {}


def test_the_tools_see_what_is_wrong(
    browser: Any, serve: Callable[[Path], str], tool: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(
        "<!doctype html><title>t</title><link rel=icon href=data:,>"
        "<style>p { width: 500px; color: #aaa }</style>"
        "<p>Grey on white.<script>console.log('said')</script><img src='http://127.0.0.1:9/x.png'>"
    )
    axe = tool("axe-core/axe.min.js").read_text(encoding="utf-8")
    site = Reader(browser.new_page(), serve(tmp_path), axe)
    site.open("index.html")
    noted = " ".join(site.look())
    for wrong in ("html-has-lang", "color-contrast", "wider than", "console: said", "request: "):
        assert wrong in noted
