"""How pages look, by their pixels and boxes: nothing glares, stands askew, is cut off unsaid."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.builder.command import run
from tests.builder.pictures import make_pdf
from tests.builder.project import Project, note

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install playwright"
)
TERMS = " + ".join(f"x_{{{number}}}" for number in range(60))
FORMULAS = rf"""
$$ {TERMS} $$

$$ a = b $$

\begin{{equation}}\label{{eq:long}} {TERMS} \end{{equation}}

\begin{{equation}}\label{{eq:short}} a = b \end{{equation}}

By $\eqref{{eq:short}}$ it is so.

$$ \cancel{{x}} y $$
"""
SNIPPET = '"""Nothing."""\n\nimport msgspec\n\nFIRST = msgspec.__version__\n'
LONG = "".join(f"def step_{number}(x):\n    return x + {number}\n\n\n" for number in range(30))
TEST = "import msgspec\n\nimport snippets.one\n\n\ndef test_it():\n    assert msgspec\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """Where a small site is served, whose card was run; no test changes it."""
    project = Project(tmp_path_factory.mktemp("looks"))
    # Or the browser asks for an icon that is not there, and says so on the console.
    project.write("static/favicon.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write("notes/paper/paper.pdf", make_pdf(text="Of doubles"))
    project.write("notes/paper/index.md", note("A paper", pdf="paper.pdf"))
    project.write("notes/formulas.md", note("Formulas", FORMULAS))
    project.write("snippets/one.py", SNIPPET)
    project.write("tests/snippets/test_one.py", TEST)
    project.write("snippets/long.py", LONG)
    project.write("tests/snippets/test_long.py", "def test_nothing():\n    pass\n")
    project.write("notes/long.md", note("Long", "```card long\n```"))
    project.write(
        "cards/one.md", note("One", "Words.\n\n```card one\n```\n\n## Circumstances\n\nA zebra.")
    )
    said = run("build", "--root", project.root)
    assert said.code == 0, said
    return serve(project.output)


def picture(page: Any, box: dict[str, float] | None = None) -> Image.Image:
    """What is on the screen in a box of the window, grey; in all of it without a box."""
    data = page.screenshot(clip=box) if box else page.screenshot()
    return Image.open(io.BytesIO(data)).convert("L")


def darkest(shown: Image.Image) -> int:
    return int(shown.getextrema()[0])  # type: ignore[arg-type]


def brightest(shown: Image.Image) -> int:
    return int(shown.getextrema()[1])  # type: ignore[arg-type]


def strip(page: Any, formula: Any, right: float, width: float) -> Image.Image:
    """A part of a formula, as high as it is: so wide, ending so far left of its right edge."""
    formula.scroll_into_view_if_needed()
    box = formula.bounding_box()
    edge = box["x"] + box["width"] - right
    return picture(page, {**box, "x": edge - width, "width": width})


# --- Dark pages


def test_a_white_paper_does_not_glare_on_a_dark_page(page: Any, address: str) -> None:
    page.goto(f"{address}/notes/paper/")
    box = page.locator(".paper img").bounding_box()

    assert brightest(picture(page, box)) == 255
    page.click(".theme-toggle")
    assert 150 < brightest(picture(page, box)) < 225
    # What is printed is printed on white.
    page.emulate_media(media="print")
    box = page.locator(".paper img").bounding_box()
    assert brightest(picture(page, box)) == 255


# --- Formulas that are too wide


def test_a_formula_that_goes_on_has_a_shadow_where_it_does(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/notes/formulas/")
    long, short = page.locator(".math > math").nth(0), page.locator(".math > math").nth(1)
    paper = brightest(strip(page, short, 0, 8))

    # In the first pixels from above there is no letter.
    edge = strip(page, long, 0, 8).crop((0, 0, 8, 2))
    assert darkest(edge) < paper - 5
    assert darkest(strip(page, short, 0, 8)) >= paper - 1
    long.evaluate("(box) => { box.scrollLeft = box.scrollWidth }")
    assert darkest(strip(page, long, 0, 8).crop((0, 0, 8, 2))) >= paper - 1


def test_a_numbered_formula_that_goes_on_fades_before_its_number(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/notes/formulas/")
    long = page.locator("math:has([id='eq:long'])")
    number = page.locator("[id='eq:long'] > mtext")
    width = number.bounding_box()["width"]

    assert darkest(strip(page, long, width + 1, 6)) > darkest(strip(page, long, 80, 60)) + 60
    # A number stands at the column's edge, whether its formula is long or short.
    for name in ("long", "short"):
        box = page.locator(f"[id='eq:{name}'] > mtext").bounding_box()
        column = page.locator(".prose").bounding_box()
        assert box["x"] + box["width"] == pytest.approx(column["x"] + column["width"], abs=1)


def test_the_number_of_an_equation_is_marked_when_a_link_led_there(page: Any, address: str) -> None:
    ground = "(box) => getComputedStyle(box).backgroundColor"
    page.goto(f"{address}/notes/formulas/")
    number = page.locator("[id='eq:short'] > mtext")
    assert number.evaluate(ground) == "rgba(0, 0, 0, 0)"

    page.locator("p math a").click()

    page.wait_for_url("**#eq:short")
    assert number.evaluate(ground) == "rgb(253, 240, 176)"


def test_what_is_struck_out_is_printed_with_its_stroke(page: Any, address: str) -> None:
    pdfium = pytest.importorskip("pypdfium2", reason="the extra `pdf` is not installed")
    page.goto(f"{address}/notes/formulas/")
    page.evaluate(
        "document.querySelectorAll('.prose > :not(:last-child)').forEach((one) => one.remove())"
    )
    page.evaluate("document.querySelectorAll('header, footer').forEach((one) => one.remove())")
    struck = page.pdf(format="A6")
    page.evaluate("document.querySelector('[class^=menclose]').remove()")
    plain = page.pdf(format="A6")

    def ink(data: bytes) -> int:
        shown = pdfium.PdfDocument(data)[0].render(scale=4).to_pil().convert("L")
        return sum(shown.histogram()[:128])

    assert ink(struck) > 1.1 * ink(plain) > 0


# --- Evidence


@pytest.mark.parametrize("width", [320, 360, 400])
def test_a_line_of_evidence_breaks_between_its_parts(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/cards/one/", "/status/"):
        page.goto(address + path)
        line = page.locator(".state").first
        parts = line.locator("span:not([aria-hidden])")
        said = [part.inner_text() for part in parts.all()]
        assert said[:2] == ["1 test passed ·", "Python 3.11 ·"]
        assert line.inner_text().split() == ["✓", *" ".join(said).split()]
        for part in parts.all():
            rows = part.evaluate("(box) => box.getBoundingClientRect().height")
            assert rows < 30, part.inner_text()


def test_a_failure_is_as_heavy_in_every_list(page: Any, address: str) -> None:
    weights = set()
    for path in ("/", "/cards/", "/status/"):
        page.goto(address + path)
        line = page.locator("main li .state").first
        line.evaluate("(line) => line.classList.add('state-failed')")
        weights.add(line.evaluate("(line) => getComputedStyle(line).fontWeight"))
    assert weights == {"600"}


def test_no_bullet_of_a_list_of_links_stands_outside_the_column(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 1200})
    page.goto(f"{address}/status/")
    box = page.locator(".links ul:not(.states)").first.bounding_box()

    outside = picture(page, {**box, "x": box["x"] - 10, "width": 10})
    assert darkest(outside) == brightest(outside)
    assert darkest(picture(page, {**box, "width": 16})) < 100


# --- Code


@pytest.mark.parametrize("width", [360, 1280])
def test_a_folded_listing_lines_up_with_the_text(page: Any, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/notes/long/")
    left = """(box) => box.getBoundingClientRect().left
        + parseFloat(getComputedStyle(box).paddingLeft)"""
    column = page.locator(".prose").evaluate(left)

    page.click(".listing summary")

    for part in (".listing figcaption", ".listing summary", ".listing pre"):
        assert page.locator(part).first.evaluate(left) == pytest.approx(column, abs=0.5), part


# --- Search


def test_the_ring_around_a_result_goes_through_no_words(page: Any, address: str) -> None:
    page.goto(f"{address}/search/?q=zebra")
    hit = page.locator(".search-hit").first
    hit.wait_for()
    before = picture(page)

    page.keyboard.press("ArrowDown")

    sync_api.expect(hit.locator("a")).to_be_focused()
    box = hit.bounding_box()
    ring = 3
    for part in hit.locator("a, p").all():
        inside = part.bounding_box()
        assert inside["x"] >= box["x"] + ring
        assert inside["y"] >= box["y"] + ring
        assert inside["y"] + inside["height"] <= box["y"] + box["height"] - ring
    # It is there, and as wide as the box, and what it surrounds is as before.
    after = picture(page)
    middle = round(box["y"] + box["height"] / 2)
    edges = [round(box["x"]) + 1, round(box["x"] + box["width"]) - 2]
    assert [after.getpixel((x, middle)) for x in edges] != [
        before.getpixel((x, middle)) for x in edges
    ]
    words = hit.locator("p").bounding_box()
    cut = (words["x"], words["y"], words["x"] + words["width"], words["y"] + words["height"])
    cut = tuple(round(value) for value in cut)
    assert after.crop(cut).tobytes() == before.crop(cut).tobytes()


def test_the_sign_before_a_heading_stays_with_it(page: Any, address: str) -> None:
    page.goto(f"{address}/search/?q=zebra")
    heading = page.locator(".search-heading").first
    heading.wait_for()
    # As narrow as it can be: it breaks wherever it may.
    page.evaluate("document.querySelector('.search-results').style.width = 'min-content'")
    word = heading.evaluate("""(heading) => {
      const range = document.createRange()
      range.setStart(heading.firstChild, 0), range.setEnd(heading.firstChild, 1)
      return [range.getBoundingClientRect().left, heading.getClientRects()[0].left]
    }""")
    assert word[0] > word[1] + 3
