"""Pictures for previews on a whole site: which page has which, when one is made, what is in it."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from builder.check import check_output
from builder.codec import replace
from builder.errors import BuildFailed
from builder.facts import ReadingSettings, parse_document
from builder.markup.characters import font_characters
from builder.markup.covers import cut_line, print_cover, wrap_title
from builder.render.covers import Lettering, page_cover
from tests.builder.pictures import make_png
from tests.builder.project import Project, note

POST = "posts/a/index.html"
FONT = (Path(__file__).parents[2] / "templates/covers/title.ttf").read_bytes()
READING = ReadingSettings("UTC", {})
LONG = "Why the variance of a ratio is not the ratio of variances, and what to do about it"


@pytest.fixture
def site(project: Project) -> Project:
    return project.edit("pyproject.toml", "author", "og_images = true\nauthor")


def image_of(project: Project, path: str) -> str:
    """The picture that a page names, as a path in the output."""
    found = re.search(r'og:image" content="https://example.org/([^"]+)"', project.read(path))
    return found[1] if found else ""


def covers(project: Project) -> set[str]:
    return {path for path in project.tree() if path.startswith("assets/covers/")}


# --- Which page has which


def test_every_page_has_a_picture_and_lists_have_the_sites(site: Project) -> None:
    site.write("posts/a.md", note("A", tags="[x]")).write("notes/a.md", note("A"))
    site.write("pages/about.md", note("About", date=None)).build()

    pages = [POST, "notes/a/index.html", "about/index.html"]
    lists = ["index.html", "posts/index.html", "tags/x/index.html", "404.html", "status/index.html"]
    own = {image_of(site, path) for path in pages}
    (shared,) = {image_of(site, path) for path in lists}
    # A post and a note of one title differ in what is above it.
    assert len(own) == 3
    assert covers(site) == {*own, shared}
    checked = check_output(site.output, base_url="https://example.org", external=False)
    assert checked.problems == ()


def test_pages_that_say_the_same_share_a_picture(site: Project) -> None:
    site.write("posts/a.md", note("A")).write("posts/b.md", note("A")).build()

    assert image_of(site, POST) == image_of(site, "posts/b/index.html")
    assert len(covers(site)) == 2


def test_a_title_outside_the_font_gets_the_sites_picture(site: Project) -> None:
    site.write("posts/a.md", note("归一化指数")).write("posts/b.md", note("B", lang="hi")).build()

    assert image_of(site, POST) == image_of(site, "index.html")
    # The kind is in Hindi, and left out; the title can be set.
    assert image_of(site, "posts/b/index.html") != image_of(site, "index.html")
    assert site.warnings == []


def test_a_site_whose_own_title_is_outside_the_font_is_told(site: Project) -> None:
    site.edit("pyproject.toml", "Test site", "测试")
    site.write("posts/a.md", note("A")).write("posts/b.md", note("归一化指数")).build()

    (warning,) = site.warnings
    assert "no picture can be made of the site's title" in warning
    assert "content/static/og.png" in warning
    assert image_of(site, POST)
    assert image_of(site, "posts/b/index.html") == image_of(site, "index.html") == ""

    site.write("static/og.png", make_png(1200, 630)).build()
    assert site.warnings == []
    assert image_of(site, "posts/b/index.html") == image_of(site, "index.html") == "og.png"
    assert len(covers(site)) == 1


def test_a_sites_own_picture_is_not_made_again(site: Project) -> None:
    site.write("static/og.png", make_png(1200, 630)).write("posts/a.md", note("A")).build()

    assert covers(site) == {image_of(site, POST)}
    assert image_of(site, "index.html") == "og.png"


def test_a_picture_says_what_can_be_set(project: Project) -> None:
    project.write("trivia/a.md", note("A \n b", lang="hi")).write("pages/b.md", note("B"))
    documents = [
        parse_document(f"content/{path}", project.place(path).read_bytes(), b"", READING).facts
        for path in ("trivia/a.md", "pages/b.md")
    ]
    lettering = Lettering("f", b"", ((0x20, 0x7E),))

    def words(text: str, *, site: str = "S", kind: str = "Trivia") -> tuple[str, ...] | None:
        facts = replace(documents[0], title=text)
        cover = page_cover(facts, {"one_trivia": kind}, site, lettering)
        return cover and (cover.title, cover.label, cover.foot)

    assert words("A  b") == ("A b", "Trivia", "S")
    assert words("A", kind="सामान्य") == ("A", "", "S")
    assert words("A", site="测试") == ("A", "Trivia", "")
    assert words("测试") is None
    page = page_cover(documents[1], {"one_pages": "Page"}, "S", lettering)
    assert page is not None
    # A page that stands for itself is of no kind that readers know of.
    assert page.label == ""


def test_a_site_that_asks_for_none_gets_none_and_needs_no_pillow(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    project.write("posts/a.md", note("A")).build()

    assert covers(project) == set()
    assert image_of(project, POST) == ""


def test_without_pillow_the_build_says_once_what_to_install(
    site: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    site.write("posts/a.md", note("A")).write("posts/b.md", note("B"))

    with pytest.raises(BuildFailed) as failed:
        site.build()

    (problem,) = {str(problem) for problem in failed.value.problems}
    assert "pyproject.toml: 'og_images' needs Pillow" in problem
    assert "run pip install Pillow, and name it in pyproject.toml's dependencies" in problem


# --- When one is made


def test_a_picture_is_made_for_a_new_title_alone(site: Project) -> None:
    site.write("posts/a.md", note("A")).write("posts/b.md", note("B")).build()
    before = covers(site)

    site.edit("posts/a.md", "Words.", "Other words.").build()
    assert not any(path.startswith("assets/covers/") for path in site.rebuilt)

    site.edit("posts/a.md", '"A"', '"Z"').build()
    (made,) = {path for path in site.rebuilt if path.startswith("assets/covers/")}
    assert image_of(site, POST) == made
    assert len(covers(site) - before) == len(before - covers(site)) == 1


def test_a_sites_own_font_is_used(site: Project) -> None:
    site.write("posts/a.md", note("A")).build()
    before = image_of(site, POST)

    site.write("templates/covers/title.ttf", FONT + b"\0").build()
    assert image_of(site, POST) not in ("", before)
    # Readers of the site never load it.
    assert not any(path.endswith(".ttf") for path in site.tree())

    site.write("templates/covers/title.ttf", b"wOFFno font")
    with pytest.raises(BuildFailed, match="it is no TrueType or OpenType font"):
        site.build()


def test_a_damaged_font_is_a_problem_and_no_crash(site: Project) -> None:
    site.write("posts/a.md", note("A"))
    for size in (0, 4, 11, 12, 100, 500, 1000):
        site.write("templates/covers/title.ttf", FONT[:size])
        with pytest.raises(BuildFailed, match=r"templates/covers/title\.ttf"):
            site.build()
    # Where only outlines are missing, the library decides whether the font will do.
    for size in range(5000, len(FONT), 24_007):
        site.write("templates/covers/title.ttf", FONT[:size])
        with suppress(BuildFailed):
            site.build()


# --- What is in it


@pytest.mark.parametrize("title", ["A", LONG, LONG * 4, "a" * 300, "σ² → ∞ ≤ Жx", "A\u0301"])
def test_a_picture_is_small_and_of_the_size_that_platforms_ask_for(title: str) -> None:
    data = print_cover(title, "Post", "Test site", FONT)

    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        drawn = picture.convert("L").point(lambda value: 255 if value < 128 else 0)
    assert len(data) < 60_000
    assert data == print_cover(title, "Post", "Test site", FONT)
    # Between the crop marks nothing comes nearer to the edges than the margin.
    inner = drawn.crop((40, 40, 1160, 590))
    left, top, right, bottom = inner.getbbox() or (0, 0, 0, 0)
    assert left + 40 >= 90
    assert right + 40 <= 1200 - 90
    assert top + 40 >= 90
    assert bottom + 40 <= 580


def test_other_words_give_another_picture() -> None:
    made = {
        print_cover("A", "Post", "Site", FONT), print_cover("B", "Post", "Site", FONT),
        print_cover("A", "Note", "Site", FONT), print_cover("A", "Post", "Other", FONT),
        print_cover("A", "", "", FONT),
    }  # fmt: skip

    assert len(made) == 5


def test_lines_are_as_few_as_possible_and_about_equally_long() -> None:
    assert wrap_title("one two three four", 100, len) == ["one two three four"]
    assert wrap_title("one two three four", 14, len) == ["one two", "three four"]
    assert wrap_title("a b c d e f g h", 11, len) == ["a b c d", "e f g h"]
    assert wrap_title("abcdefghij", 4, len) == ["abcd", "efgh", "ij"]
    for width in range(5, 40):
        lines = wrap_title(LONG, width, len)
        assert max(map(len, lines)) <= width
        assert " ".join(lines).replace(" ", "") == LONG.replace(" ", "")


def test_what_does_not_fit_is_cut_off_visibly() -> None:
    assert cut_line("one two", 7, len) == "one two"
    assert cut_line("one, two", 6, len) == "one…"


def test_the_font_has_what_titles_in_european_languages_need() -> None:
    codes = {code for first, last in font_characters(FONT) for code in range(first, last + 1)}

    assert codes >= {ord(sign) for sign in "AzÄßçøłőšžğİ„“”’–—… 09@#&()[]{}<>/\\|~^_`'\"*+=%$€"}
    assert codes >= {ord(sign) for sign in "ΑΩαωЖя→←≤≥≠≈∞√∑∫∂×±−²³½ℝ"}
    assert not codes & {ord("中"), ord("अ"), 0x1F600}
    assert len(FONT) < 150_000
