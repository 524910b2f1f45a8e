"""Attributes in braces: what must not get into a page, and where it is told."""

from __future__ import annotations

import pytest

from builder.markup import set_body
from tests.builder.markup.fixtures import fill, set_text

# Everything that takes attributes in braces, on line 7 of its file.
PLACES = {
    "alert": "{ATTRIBUTE}\n> [!NOTE]\n> x",
    "code": "`x`{ATTRIBUTE}",
    "emphasis in a span": "[*x*]{ATTRIBUTE}",
    "fence": "{ATTRIBUTE}\n```text\nx\n```",
    "figure": '![x](x.png "title"){ATTRIBUTE}',
    "formula": "$$ x=1 $$ {#eq ATTRIBUTE}",
    "heading": "## H {#h ATTRIBUTE}",
    "heading below": "{ATTRIBUTE}\n## H",
    "indented code": "{ATTRIBUTE}\n\n    x",
    "link": "[x](https://x.example/){ATTRIBUTE}",
    "list": "{ATTRIBUTE}\n- x",
    "paragraph": "{ATTRIBUTE}\nx",
    "picture": "![x](x.png){ATTRIBUTE} x",
    "quotation": "{ATTRIBUTE}\n> x",
    "rule": "{ATTRIBUTE}\n***",
    "span": "[x]{ATTRIBUTE}",
    "table": "{ATTRIBUTE}\n| a |\n|---|\n| b |",
    "directive": "{ATTRIBUTE}\n:::{note}\nx\n:::",
    "wikilink": "[[x]]{ATTRIBUTE}",
}
REFUSED = ("onclick", "OnMouseOver", "style", "STYLE", "srcset", "Poster")


def set_on_line_7(text: str) -> list[tuple[int, str]]:
    body = set_body(text, path="a.md", first_line=7, take_title=False, macros={})
    assert "alert(1)" not in fill(body)
    return [(problem.line, problem.message) for problem in body.problems]


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("place", PLACES)
def test_a_refused_attribute_is_told_at_its_line(place: str, name: str) -> None:
    text = PLACES[place].replace("ATTRIBUTE", f'{name}="alert(1)"')
    # A line of its own gives its attributes to the block below it, which is what is looked at.
    line = 7 + text.startswith("{") + ("    x" in text)

    assert set_on_line_7(text) == [(line, f"the attribute '{name}' can't be given in braces")]


@pytest.mark.parametrize("place", ["code", "link", "picture", "span", "wikilink"])
def test_within_a_paragraph_the_line_is_the_one_that_has_it(place: str) -> None:
    text = "a\nb " + PLACES[place].replace("ATTRIBUTE", "onclick=y")

    assert [line for line, _ in set_on_line_7(text)] == [8]


def test_an_alert_in_the_code_host_s_spelling_has_its_attributes() -> None:
    html = fill(set_text("{#a .b key=c}\n> [!TIP]\n> x"))

    assert html.startswith('<aside class="alert alert-tip b" role="note" id="a" key="c">')


def test_attributes_whose_names_only_contain_those_are_given() -> None:
    html = fill(set_text("## A {#a data-on=1 sonly=2}"))

    assert 'data-on="1" sonly="2"' in html


@pytest.mark.parametrize(
    "text",
    ['## H {id="two words"}', '[x]{id="two words"}', '{id="two words"}\nx', '`x`{id="two words"}'],
)
def test_an_id_with_a_space_is_a_problem(text: str) -> None:
    body = set_text(text)

    (problem,) = body.problems
    assert problem.message == "'two words' can't be an id, which has no spaces"
    assert problem.hint == "write 'two-words'"
    assert 'id="two words"' not in fill(body)


def test_a_directive_s_name_with_a_space_is_a_problem_at_its_line() -> None:
    body = set_text("Text\n\n:::{note}\n:class: x\n:name: two words\ny\n:::\n")

    (problem,) = body.problems
    assert problem.line == 5
    assert problem.message == "'two words' can't be an id, which has no spaces"
    assert "two words" not in fill(body)


def test_an_id_that_is_empty_is_a_problem() -> None:
    (problem,) = set_text('[x]{id=""}').problems

    assert problem.hint == "give it letters"
