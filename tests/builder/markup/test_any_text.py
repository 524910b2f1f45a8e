"""No text makes setting a body fail."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.token import Token

from builder.errors import Problem
from builder.markup.inline import PlacedInline
from builder.markup.parser import make_parser
from builder.markup.sheet import Sheet
from tests.builder.markup.fixtures import fill, set_text
from tests.builder.markup.test_commonmark import EXAMPLES

# Pieces that mean something, so that random texts are full of half-finished constructions.
PIECES = st.sampled_from(
    [
        "\n", "\n\n", "    ", "  ", "\t", "\r\n", "\0", "> ", "- ", "1. ", "# ", "***", "`", "```",
        "~~~", "```python {", "```card z_test", "{hl=\"", "\"}", "{#a .b}", "{", "}", ":::", "::::",
        ":::{note}", ":::{tabs}", ":::{tab} x", ":::{figure} a.png", ":alt: x", "$", "$$", "\\",
        "\\begin{align}", "\\end{align}", "\\label{a}", "$\\eqref{a}$", "\\frac{", "[", "]", "[[",
        "]]", "|", "[^", "[^a]", "[^a]: ", "^[", "(", ")", "](a.md)", "](#a)", "![", "<", ">",
        "<div>", "<a href='b.md' id=a>", "<!--", "-->", "<![", "&#0;", "&amp;", "https://a.example",
        "www.a.example", "a@b.example", ": ", "| a |\n|---|\n", "*", "**", "_", "~~", "x", " ",
        "> [!NOTE]\n", "- [x] ", "हि", "中", "\N{COMBINING ACUTE ACCENT}", "\U0001f389", "a: b",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3))).map("".join))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS, st.booleans())
def test_any_text_can_be_set_and_filled(text: str, take_title: bool) -> None:
    body = set_text(text, take_title=take_title)

    assert "\0" not in fill(body)
    assert "\0" not in "".join(body.galley.pieces)
    assert len(body.galley.pieces) == len(body.galley.slots) + 1
    last = text.count("\n") + text.count("\r") + 1
    assert all(isinstance(problem, Problem) for problem in body.problems)
    assert all(1 <= problem.line <= last for problem in body.problems)
    assert all(1 <= reference.line <= last for reference in body.references)


def parse(parser: MarkdownIt, text: str) -> list[tuple[object, ...]]:
    return [describe(token) for token in parser.parse(text, {"sheet": Sheet("a.md", 1)})]


def describe(token: Token) -> tuple[object, ...]:
    children = [describe(child) for child in token.children or ()]
    return (token.type, token.tag, token.content, token.markup, str(token.attrs), children)


def test_rules_tried_only_where_they_can_begin_give_the_same_tokens() -> None:
    plain = make_parser(ParserInline())
    inline = PlacedInline()
    quick = make_parser(inline)
    inline.learn_rules()

    @settings(max_examples=300, deadline=None)
    @given(TEXTS)
    def check(text: str) -> None:
        assert parse(quick, text) == parse(plain, text)

    check()
    for markdown, _ in EXAMPLES:
        assert parse(quick, markdown) == parse(plain, markdown), markdown


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[[", "[^", "^[", "[a](", "[a]{", "$", "$a ", "a:", "http:", "`", "<a ", "{", "*a ",
     "> ", "- ", "# a\n", "$$ x\n\n", ":::{note}\n", "[^a]: ", "{.a}\n", "\\begin{align}\n"],
)  # fmt: skip
def test_much_of_the_same_takes_no_time(piece: str) -> None:
    start = time.process_time()
    set_text(piece * (20_000 // len(piece)))

    # What takes quadratic time takes a minute.
    assert time.process_time() - start < 10


def test_texts_within_texts_end_somewhere() -> None:
    assert "<img" in fill(set_text("![" * 500 + "a" + "](x.png)" * 500))
    assert "footnote" in fill(set_text("a" + "^[" * 400 + "a" + "]" * 400))
