"""Style sheets that name fonts and pictures of the theme."""

from __future__ import annotations

import re

import pytest

from builder.codec import encode
from builder.errors import BuildFailed, Problem
from builder.render.ingredients import Ingredients
from builder.render.styles import StyleSheet, make_style
from tests.builder.project import Project, note

PUBLISHED = {"fonts/a.woff2": "a.0f3a.woff2", "images/dots & dashes.svg": "dots & dashes.7b.svg"}


def published(text: str, name: str = "css/own.css") -> str:
    sheet = StyleSheet(name, f"templates/{name}", PUBLISHED)
    ingredients = Ingredients(b"", b"", encode(sheet), {}, {sheet.path: text.encode()})
    return make_style(ingredients).decode()


@pytest.mark.parametrize(
    "written",
    ['url("../fonts/a.woff2")', "url( '../fonts/a.woff2' )", "URL(../fonts/./x/../a.woff2)"],
)
def test_a_font_is_named_as_it_is_published(written: str) -> None:
    assert published(f"a {{ src: {written} x; }}") == 'a{src:url("a.0f3a.woff2") x;}'


def test_a_name_is_read_and_written_as_an_address_and_keeps_what_is_behind_it() -> None:
    text = published("url(../images/dots%20%26%20dashes.svg?v=1#x)")

    assert text == 'url("dots%20%26%20dashes.7b.svg?v=1#x")'


@pytest.mark.parametrize(
    "text",
    [
        "url(https://a.example/x.woff2)",
        "url(//a.example/x.woff2)",
        "url('data:image/png;base64,AAAA')",
        "url(/img/x.png)",
        "url(#clip)",
        'content:"url(../fonts/none.woff2)"',
        "curl(../fonts/none.woff2)",
    ],
)
def test_what_names_no_file_of_the_theme_stays_as_it_is(text: str) -> None:
    assert published(text) == text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/* url(../fonts/none.woff2) */", ""),
        ("a {}\n/* of b:\n*/\n  b {}", "a{}\nb{}"),
        ("a { color: red; /* as blood */ }", "a{color:red;}"),
        ("a/* of b */ b {}", "a b{}"),
        ("a/* which is b */.b {}", "a/**/.b{}"),
        ("/*! Licence */ a {}", "/*! Licence */ a{}"),
        ('a { content: "/* no */" } /* b */', 'a{content:"/* no */"}'),
        ("a { content: '\\'/* no */' }", "a{content:'\\'/* no */'}"),
        (r"a { src: url(/a\(/*b*/c) }", r"a{src:url(/a\(/*b*/c)}"),
        ("a {} /* left open", "a{}/* left open"),
        ("a {} /* one *//* two */ b {}", "a{} b{}"),
        ("a, b :is(c , d) { --x:  y  z; }", "a,b :is(c,d){--x:y  z;}"),
        ("@media (min-width: 1px) {\n\n  a {}\n}\n", "@media (min-width:1px){\na{}\n}\n"),
        (r".a\, b {} .c\: d {}", r".a\, b{}.c\: d{}"),
        ('a { content: "x, y: {" }\n', 'a{content:"x, y: {"}\n'),
        ('a { content: "x\n ; b: c }\n', 'a{content:"x\n;b:c}\n'),
    ],
)
def test_comments_and_spaces_are_not_sent_but_for_licences_and_where_they_part_something(
    written: str, sent: str
) -> None:
    assert published(written) == sent


def test_a_file_that_the_theme_lacks_is_a_problem_at_its_line() -> None:
    with pytest.raises(BuildFailed) as failure:
        published("a {}\nb { src: url(../fonts/b.woff2); }\nc { src: url(x.css); }")

    known = "a style sheet can name files of the theme's fonts/ and images/"
    assert failure.value.problems == (
        Problem(
            "templates/css/own.css",
            2,
            "the theme has no file 'fonts/b.woff2'",
            "did you mean 'fonts/a.woff2'?",
        ),
        Problem("templates/css/own.css", 3, "the theme has no file 'css/x.css'", known),
    )


def test_only_pages_with_formulas_load_the_font_and_a_new_one_gives_the_sheet_a_new_name(
    project: Project,
) -> None:
    project.write("posts/a.md", note("A", "$x$")).write("posts/b.md", note("B")).build()
    before = sheets(project, "a") - sheets(project, "b")

    (name,) = before
    text = project.read(name)
    (font,) = re.findall(r'url\("([^"]+)"\)', text)
    assert (project.output / "assets" / font).read_bytes().startswith(b"wOF2")

    project.write("templates/fonts/math.woff2", b"another").build()
    (after,) = sheets(project, "a") - sheets(project, "b")
    assert after != name
    (font,) = re.findall(r'url\("([^"]+)"\)', project.read(after))
    assert (project.output / "assets" / font).read_bytes() == b"another"
    assert not (project.output / name).exists()
    clean = project.tree()
    assert project.build(is_clean=True).tree() == clean


def sheets(project: Project, slug: str) -> set[str]:
    return set(re.findall(r'href="/(assets/[^"]*\.css)"', project.read(f"posts/{slug}/index.html")))
