"""Marked lines in highlighted code; fences themselves are in `fixtures/code.txt`."""

from __future__ import annotations

from builder.markup.code import mark_lines


def test_each_line_has_a_span_and_marked_ones_a_class() -> None:
    assert mark_lines("a &lt; b\nc\n", {1}) == (
        '<span class="line">a &lt; b\n</span><span class="line hl">c\n</span>'
    )


def test_a_span_over_several_lines_is_opened_again_on_each() -> None:
    assert mark_lines('x<span class="s">a\n\nb</span>', ()) == (
        '<span class="line">x<span class="s">a</span>\n</span>'
        '<span class="line"><span class="s"></span>\n</span>'
        '<span class="line"><span class="s">b</span>\n</span>'
    )


def test_no_code_has_no_lines() -> None:
    assert mark_lines("", {0}) == ""
