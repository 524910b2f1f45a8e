"""Start tags in HTML text, found by the standard library's parser, and changed one by one.

In: HTML and a function of a tag's name and attributes. Out: the same text with only the changed
tags written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from html.parser import HTMLParser
from itertools import accumulate

Pair = tuple[str, str | None]
# Gets a tag's name and attributes; None: the tag stays as it is. A `Markup` value is not escaped
# again.
ChangeTag = Callable[[str, Sequence[Pair], int], "Sequence[Pair] | None"]


class Markup(str):
    """An attribute's value that is ready for the page: already escaped, or holding slots."""

    __slots__ = ()


def change_tags(html: str, change: ChangeTag) -> str:
    """`html` with each start tag as `change(name, attributes, line)` has it; lines are from 0."""
    finder = _TagFinder()
    # AssertionError is the parser's way of refusing `<![nonsense`; what it found before stays.
    with suppress(AssertionError):
        finder.feed(html)
    if not finder.found:
        return html
    line_starts = [0, *accumulate(len(line) for line in html.split("\n"))]
    out: list[str] = []
    done = 0
    for line, column, text, name, pairs in finder.found:
        changed = change(name, pairs, line)
        if changed is None:
            continue
        start = line_starts[line] + line + column
        out += (html[done:start], _write_tag(name, changed, text.endswith("/>")))
        done = start + len(text)
    return "".join([*out, html[done:]])


def _write_tag(name: str, pairs: Sequence[Pair], is_closed: bool) -> str:
    out = f"<{name}"
    for key, value in pairs:
        if value is None:
            # What is ready as a name brings its own space, or turns out empty.
            out += key if isinstance(key, Markup) else f" {key}"
        else:
            out += f' {key}="{value if isinstance(value, Markup) else escape(value)}"'
    return out + ("/>" if is_closed else ">")


class _TagFinder(HTMLParser):
    """Notes each start tag: line and column from 0, its text, its name, its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, int, str, str, list[Pair]]] = []

    def handle_starttag(self, tag: str, attrs: list[Pair]) -> None:
        line, column = self.getpos()
        self.found.append((line - 1, column, self.get_starttag_text() or "", tag, attrs))
