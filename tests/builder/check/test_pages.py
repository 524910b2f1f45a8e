"""What one page must have."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.check.addresses import Built
from builder.check.page import parse_page
from builder.check.rules import check_page
from builder.errors import Problem
from tests.builder.check.output import BASE_URL, BODY, Output

RIGHT = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>T</title>\n'
    f'<link rel="canonical" href="{BASE_URL}/a/">\n</head>\n<body><h1>T</h1></body></html>'
)


def test_the_page_that_the_next_tests_break_is_right(output: Output) -> None:
    output.page("a/").write("a/index.html", RIGHT)

    assert output.problems == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("<!DOCTYPE html>", "", 1, "the page does not start with <!DOCTYPE html>"),
        (
            "<!DOCTYPE html>",
            '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">',
            1,
            "the page does not start with <!DOCTYPE html>",
        ),
        (' lang="en"', "", 2, "<html> has no lang"),
        (' lang="en"', ' lang="English!"', 2, "lang='English!' is no language"),
        ("<title>T</title>", "", 0, "the page has no title"),
        ("<title>T</title>", "<title> </title>", 5, "the page has no title"),
        ('<meta charset="utf-8">', "", 0, "the page does not say that it is UTF-8"),
        ("utf-8", "latin-1", 0, "the page does not say that it is UTF-8"),
        ("<head>", f"<head><!--{'x' * 1024}-->", 0, "the page does not say that it is UTF-8"),
        (f'<link rel="canonical" href="{BASE_URL}/a/">', "", 0, "the page has no canonical link"),
        (
            f'href="{BASE_URL}/a/"',
            f'href="{BASE_URL}/b/"',
            0,
            f"the canonical link is '{BASE_URL}/b/'",
        ),
        (f'href="{BASE_URL}/a/"', 'href="/notes/a/"', 0, "the canonical link is '/notes/a/'"),
        ("</head>", '<link rel="canonical" href="x"></head>', 0, "2 canonical links"),
    ],
)
def test_a_page_without_what_every_page_needs_is_found(
    output: Output, old: str, new: str, line: int, message: str
) -> None:
    assert old in RIGHT
    output.page("a/").write("a/index.html", RIGHT.replace(old, new))

    assert output.found == [("a/index.html", line, message)]


def test_the_title_of_a_drawing_is_not_the_pages(output: Output) -> None:
    text = RIGHT.replace("<title>T</title>", "").replace("<h1>", "<svg><title>T</title></svg><h1>")
    output.page("a/").write("a/index.html", text)

    assert [message for _, _, message in output.found] == ["the page has no title"]


@pytest.mark.parametrize("head", ['<meta name="robots" content="noindex">', ""])
def test_pages_that_must_not_be_found_need_no_canonical_link(output: Output, head: str) -> None:
    text = RIGHT.replace(f'<link rel="canonical" href="{BASE_URL}/a/">', head)
    output.write("a/index.html" if head else "404.html", text)

    assert output.problems == []


@pytest.mark.parametrize("lang", ["hi", "zh-Hans", "sr-Latn-RS", "no", "i-klingon"])
def test_languages_are_known_by_their_form(output: Output, lang: str) -> None:
    output.page("a/").write("a/index.html", RIGHT.replace('"en"', f'"{lang}"'))

    assert output.problems == []


def test_a_comment_may_stand_before_the_doctype(output: Output) -> None:
    output.page("a/").write("a/index.html", f"\n<!-- x -->{RIGHT}")

    assert output.problems == []


def test_a_canonical_link_may_be_percent_encoded_or_not(output: Output) -> None:
    output.page("größe/").page("दो/", canonical=f"{BASE_URL}/%E0%A4%A6%E0%A5%8B/")

    assert output.problems == []


@pytest.mark.parametrize(("body", "line"), [("<h1>Two</h1>", BODY), ("<!-- -->", 0)])
def test_another_number_of_main_headings_than_one_is_a_warning(
    output: Output, body: str, line: int
) -> None:
    output.page("a/", body)
    if not line:
        text = (output.folder / "a/index.html").read_text()
        output.write("a/index.html", text.replace("<h1>A page</h1>", ""))
    number = 2 if line else 0

    assert output.problems == [
        Problem("a/index.html", line, f"{number} <h1> instead of one", is_warning=True)
    ]


def test_an_id_that_is_there_twice_is_found_at_the_second(output: Output) -> None:
    output.page("a/", '<p id="x">x</p>\n<p id="y">y</p>\n<em id="x">x</em>')

    assert output.problems == [
        Problem("a/index.html", BODY + 2, "id 'x' is there twice", f"the first is in line {BODY}")
    ]


@pytest.mark.parametrize("name", ["", "two words"])
def test_an_id_that_is_no_word_is_found(output: Output, name: str) -> None:
    output.page("a/", f'<p id="{name}">x</p>')

    assert output.found == [("a/index.html", BODY, f"id='{name}' is no id")]


def test_an_image_without_alt_is_found_at_its_line(output: Output) -> None:
    output.write("x.png", "x")
    size = 'width="1" height="1"'
    output.page("a/", f'<img src="/notes/x.png" {size} alt="">\n<img src="/notes/x.png" {size}>')

    assert output.found == [("a/index.html", BODY + 1, "the image '/notes/x.png' has no alt")]


@pytest.mark.parametrize("source", ["/notes/x.png", "../x.png", "https://example.org/notes/x.png"])
@pytest.mark.parametrize("given", ["", 'width="3"', 'height="3"'])
def test_an_image_of_the_site_without_a_size_is_found_at_its_line(
    output: Output, source: str, given: str
) -> None:
    output.write("x.png", "x")
    whole = f'<img src="{source}" width="3" height="2" alt="">'
    output.page("a/", f'{whole}\n<img src="{source}" {given} alt="">')

    assert output.found == [
        ("a/index.html", BODY + 1, f"the image '{source}' has no width and height")
    ]


@pytest.mark.parametrize(
    "source", ["https://x.example/x.png", "//x.example/x.png", "data:image/gif;base64,R0lGOD"]
)
def test_nobody_knows_the_size_of_another_sites_image(output: Output, source: str) -> None:
    output.page("a/", f'<img src="{source}" alt="">')

    assert output.found == []


@pytest.mark.parametrize(
    "element",
    [
        '<label for="{}">x</label>',
        '<nav aria-labelledby="there {}">x</nav>',
        '<p aria-describedby="{}">x</p>',
    ],
)
def test_references_to_ids_that_are_not_there_are_found(output: Output, element: str) -> None:
    right = element.format("there")
    wrong = element.format("nowhere")
    tag, _, rest = wrong[1:].partition(" ")
    output.page("a/", f'<p id="there">x</p>\n{right}\n{wrong}')

    name = rest.partition("=")[0]
    assert output.found == [
        ("a/index.html", BODY + 2, f"<{tag} {name}> names 'nowhere', which is no id here")
    ]


def test_linked_data_that_does_not_parse_is_found(output: Output) -> None:
    output.page(
        "a/",
        '<script type="application/ld+json">{"a": 1}</script>\n'
        '<script type="application/ld+json">{"a": NaN}</script>',
    )

    assert output.found == [
        ("a/index.html", BODY + 1, "the JSON-LD does not parse: NaN is no JSON")
    ]


def test_a_redirect_page_is_fine_with_its_targets_canonical_link(output: Output) -> None:
    output.page("new/").redirect("old/", "/notes/new/")

    assert output.problems == []


def test_a_redirect_page_with_its_own_canonical_link_is_found(output: Output) -> None:
    output.page("new/").redirect("old/", "/notes/new/", canonical=f"{BASE_URL}/old/")

    assert output.found == [("old/index.html", 0, f"the canonical link is '{BASE_URL}/old/'")]


def test_a_redirect_page_without_canonical_link_is_found(output: Output) -> None:
    output.page("new/").redirect("old/", "/notes/new/")
    text = (output.folder / "old/index.html").read_text()
    output.write("old/index.html", text.replace('rel="canonical"', 'rel="next"'))

    assert output.found == [("old/index.html", 0, "the page has no canonical link")]


def test_a_redirect_to_nothing_is_found(output: Output) -> None:
    output.redirect("old/", "/notes/new/")

    assert output.found == [("old/index.html", 1, "'/notes/new/' leads to nothing in this site")]


TAGS = """
<p> </p> <a_href=x> </a> <b > ' " <!-- --> <table> <tr> <td> </table> <svg> <x/> <math> <mi> </mi>
<script> </script> <li> <ul> <!DOCTYPE_html> <html_lang=en> <base_href='http://['> <title> = / <
<meta_http-equiv=refresh_content='0;url=http://['> _id=1_id=1_ &#0; &#xD800; <template> <select>
"""
PIECES = [piece.replace("_", " ") for piece in TAGS.split()]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30))
def test_no_text_whatever_stops_the_check(pieces: list[str]) -> None:
    text = "".join(pieces).encode(errors="replace").decode()
    built = Built(frozenset(), "https://example.org", "", {})

    for problem in check_page(built, "a.html", text, parse_page(text)):
        assert 0 <= problem.line <= text.count("\n") + 1
