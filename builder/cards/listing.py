"""A listing to HTML: the lines it shows, highlighted, numbered, marked, as a figure.

In: a listing, its file's bytes, what is said below it. Out: a string of HTML, or a problem with a
highlight.
It must not look for anything: which lines are shown was decided when the site was linked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from builder.cards.find import SNIPPETS, TESTS
from builder.cards.languages import find_language
from builder.cards.marks import find_marks, split_lines
from builder.errors import Problem, did_you_mean
from builder.model import Embed, Listing, Span


def render_listing(listing: Listing, data: bytes, evidence: str = "") -> str:
    """The HTML of a listing; hidden lines are in it for copying, marks and region lines are not.

    `evidence` is HTML that says what was checked of the card. The figure's `data-path` and
    `data-lines` tell where in the project its lines stand.
    """
    # Late, because the highlighter is slow to load and finding a listing must not wait for it.
    from builder.markup.highlight import highlight_lines

    embed = listing.embed
    lines = _cut(listing, data)
    highlighted = highlight_lines("\n".join(line.code for line in lines), listing.language)
    if len(highlighted) != len(lines):
        raise ValueError(f"{len(lines)} lines of {listing.path} came back as {len(highlighted)}")
    body = "".join(
        _line_html(line, html)
        for line, html in zip(_numbered(listing, lines), highlighted, strict=True)
    )
    language = f' class="language-{escape(listing.language)}"' if listing.language else ""
    code = f'<pre tabindex="0"><code{language}>{body}</code></pre>'
    if embed.is_collapsed:
        count = sum(not line.is_hidden for line in lines)
        code = fold(f"{count} {'line' if count == 1 else 'lines'}", code)
    span = f"{lines[0].number}-{lines[-1].number}" if lines else ""
    return frame(listing, _title_html(listing), code, f' data-lines="{span}"', evidence)


def frame(listing: Listing, title: str, shown: str, attributes: str, evidence: str) -> str:
    """The figure around what an embed shows; all but the listing is HTML."""
    embed = listing.embed
    caption = f'<p class="listing-caption">{escape(embed.caption)}</p>' if embed.caption else ""
    place = f'data-card="{escape(embed.slug)}" data-path="{escape(listing.path)}"{attributes}'
    title = f"<figcaption>{title}</figcaption>"
    return f'<figure class="listing" {place}>{title}{shown}{caption}{evidence}</figure>'


def fold(summary: str, shown: str) -> str:
    """HTML that is shown on demand."""
    return f"<details><summary>{summary}</summary>{shown}</details>"


def check_highlights(listing: Listing, data: bytes, *, path: str) -> Problem | None:
    """The problem, if there is one, that a text to highlight is in no shown line.

    `path` is the Markdown file that asks.
    """
    if not listing.embed.highlights:
        return None
    shown = [line.code for line in _cut(listing, data) if not line.is_hidden]
    missing = [text for text in listing.embed.highlights if not any(text in line for line in shown)]
    if not missing:
        return None
    called = ", ".join(f'hl="{text}"' for text in missing)
    verb = "matches" if len(missing) == 1 else "match"
    otherwise = f"the text must be part of a shown line of {listing.path}"
    hint = did_you_mean(missing[0], [line.strip() for line in shown], otherwise)
    return Problem(path, listing.embed.line, f"{called} {verb} no shown line", hint)


class _Line(NamedTuple):
    """A line to show, without its mark and the indentation that all share.

    `number` is "" for a line without one.
    """

    number: str
    code: str
    is_hidden: bool
    is_highlighted: bool


def _cut(listing: Listing, data: bytes) -> list[_Line]:
    """The lines of a listing, numbered as in the file."""
    lines = split_lines(data.decode("utf-8-sig"))
    marks = {mark.line: mark for mark in find_marks(lines, listing.language)}
    kept = []
    for number in range(listing.span.first, listing.span.last + 1):
        mark = marks.get(number)
        if mark is None:
            kept.append(_Line(str(number), lines[number - 1].rstrip(), False, False))
        elif mark.form == "card":
            kept.append(_Line(str(number), mark.code, mark.name == "hide", mark.name == "hl"))
    # Blank lines around a symbol or a region separate it from what is not shown.
    while kept and not kept[0].code:
        del kept[0]
    while kept and not kept[-1].code:
        del kept[-1]
    return [_highlighted(line, listing.embed.highlights) for line in _dedent(kept)]


def _highlighted(line: _Line, texts: Sequence[str]) -> _Line:
    """The line, highlighted if one of the texts is in it."""
    is_asked = not line.is_hidden and any(text in line.code for text in texts)
    return line._replace(is_highlighted=True) if is_asked else line


def _dedent(lines: Sequence[_Line]) -> list[_Line]:
    indents = [line.code[: len(line.code) - len(line.code.lstrip())] for line in lines if line.code]
    width = min((len(indent) for indent in indents), default=0)
    while len({indent[:width] for indent in indents}) > 1:  # tabs here, spaces there
        width -= 1
    return [line._replace(code=line.code[width:]) for line in lines]


def _numbered(listing: Listing, lines: Sequence[_Line]) -> Iterator[_Line]:
    """The lines with the numbers that readers see; a hidden line has none."""
    counted = 0
    for line in lines:
        counted += not line.is_hidden
        if line.is_hidden or not listing.embed.lines:
            yield line._replace(number="")
        else:
            yield line._replace(
                number=str(counted) if listing.embed.lines == "shown" else line.number
            )


def _line_html(line: _Line, html: str) -> str:
    if line.is_hidden:
        # The line's end is hidden with it, or it would leave an empty line.
        return f'<span class="line" hidden>{html}\n</span>'
    number = f' data-line="{line.number}"' if line.number else ""
    name = "line hl" if line.is_highlighted else "line"
    return f'<span class="{name}"{number}>{html}</span>\n'


def _title_html(listing: Listing) -> str:
    embed = listing.embed
    title = embed.title or listing.path.removeprefix(TESTS).removeprefix(SNIPPETS)
    html = f'<span class="listing-title">{escape(title)}</span>'
    if embed.part == "symbol":
        html += f' <span class="listing-symbol">{escape(embed.name)}</span>'
    return html


def shown_lines(data: bytes, path: str, first: int, last: int) -> tuple[tuple[str, bool], ...]:
    """Lines `first` to `last` of the file at `path` as a listing has them, and which are hidden.

    Without marks, and without the indentation that all share. IndexError if the file is shorter,
    UnicodeDecodeError if it is no text.
    """
    embed = Embed("", "", False, "whole", "", 0)
    listing = Listing(embed, path, b"", find_language(path), Span(first, last), ())
    return tuple((line.code, line.is_hidden) for line in _cut(listing, data))
