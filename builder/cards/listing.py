"""A listing to HTML: the lines it shows, highlighted, numbered, marked, as a figure.

In: a listing, its file's bytes, its ids, what is said below it. Out: a string of HTML, or a problem
with a highlight.
It must not look for anything: which lines are shown was decided when the site was linked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

from builder.cards.anchors import Anchors
from builder.cards.find import SNIPPETS, TESTS
from builder.cards.languages import find_language
from builder.cards.marks import find_marks, split_lines
from builder.errors import Problem, did_you_mean
from builder.model import Embed, Listing, Span

# More lines than about two screens hold are shown on demand.
LONG = 80
# An outline is to be taken in at a glance; of more symbols the lesser ones are left out.
_OUTLINED = 12


# The words that a listing needs, with examples of what is put into their braces.
LISTING_WORDS: Mapping[str, Mapping[str, object]] = {
    "code_lines_one": {"n": 1},
    "code_lines_many": {"n": 2},
    "code_outline": {},
}


def render_listing(
    listing: Listing,
    data: bytes,
    words: Mapping[str, Any],
    evidence: str = "",
    anchors: Anchors | None = None,
) -> str:
    """The HTML of a listing; hidden lines are in it for copying, marks and region lines are not.

    `words` has those of `LISTING_WORDS`; `evidence` is HTML that says what was checked of the card.
    With `anchors` its lines are numbered, it can be linked to, and a long one is folded below its
    outline; without them, as in feeds, it is the code alone. The figure's `data-path` and
    `data-lines` tell where in the project its lines stand.
    """
    # Late, because the highlighter is slow to load and finding a listing must not wait for it.
    from builder.markup.highlight import highlight_lines

    embed = listing.embed
    lines = _cut(listing, data)
    highlighted = highlight_lines("\n".join(line.code for line in lines), listing.language)
    if len(highlighted) != len(lines):
        raise ValueError(f"{len(lines)} lines of {listing.path} came back as {len(highlighted)}")
    ids = _line_ids(lines, anchors) if anchors else {}
    numbers = embed.lines or ("file" if anchors else "")
    body = "".join(
        _line_html(number, line, html, ids.get(line.number, ""))
        for number, line, html in zip(_numbers(lines, numbers), lines, highlighted, strict=True)
    )
    language = f' class="language-{escape(listing.language)}"' if listing.language else ""
    code = f'<pre tabindex="0"><code{language}>{body}</code></pre>'
    count = sum(not line.is_hidden for line in lines)
    if embed.is_collapsed or (anchors and count > LONG):
        outline = _outline(anchors, ids, words) if anchors else ""
        said = str(words["code_lines_one" if count == 1 else "code_lines_many"])
        code = outline + fold(escape(said.format(n=count)), code)
    span = f"{lines[0].number}-{lines[-1].number}" if lines else ""
    attributes = f' data-lines="{span}"'
    if anchors and anchors.lines:
        attributes += f' data-anchor="{escape(anchors.lines)}"'
    figure = anchors.figure if anchors else ""
    return frame(listing, _title_html(listing), code, attributes, evidence, figure)


def frame(
    listing: Listing, title: str, shown: str, attributes: str, evidence: str, anchor: str = ""
) -> str:
    """The figure around what an embed shows; all but the listing and the id is HTML."""
    embed = listing.embed
    caption = f'<p class="listing-caption">{escape(embed.caption)}</p>' if embed.caption else ""
    place = f'data-card="{escape(embed.slug)}" data-path="{escape(listing.path)}"{attributes}'
    name = f' id="{escape(anchor)}"' if anchor else ""
    title = f"<figcaption>{title}</figcaption>"
    return f'<figure class="listing"{name} {place}>{title}{shown}{caption}{evidence}</figure>'


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

    `number` is its number in the file.
    """

    number: int
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
            kept.append(_Line(number, lines[number - 1].rstrip(), False, False))
        elif mark.form == "card":
            kept.append(_Line(number, mark.code, mark.name == "hide", mark.name == "hl"))
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


def _numbers(lines: Sequence[_Line], form: str) -> Iterator[str]:
    """The number that readers see of each line; a hidden line has none."""
    counted = 0
    for line in lines:
        counted += not line.is_hidden
        if line.is_hidden or not form:
            yield ""
        else:
            yield str(counted if form == "shown" else line.number)


def _line_html(number: str, line: _Line, html: str, anchor: str) -> str:
    if line.is_hidden:
        # The line's end is hidden with it, or it would leave an empty line.
        return f'<span class="line" hidden>{html}\n</span>'
    place = f' id="{escape(anchor)}"' if anchor else ""
    place += f' data-line="{number}"' if number else ""
    name = "line hl" if line.is_highlighted else "line"
    return f'<span class="{name}"{place}>{html}</span>\n'


def _line_ids(lines: Sequence[_Line], anchors: Anchors) -> dict[int, str]:
    """The ids of symbols by the lines that get them: the first that is shown of each."""
    shown = [line.number for line in lines if not line.is_hidden]
    ids: dict[int, str] = {}
    for _, anchor, first in anchors.symbols:
        at = next((number for number in shown if number >= first), None)
        # Constants that are assigned in one line share it; it can have one id only.
        if at is not None:
            ids.setdefault(at, anchor)
    return ids


def _outline(anchors: Anchors, ids: Mapping[int, str], words: Mapping[str, Any]) -> str:
    """A list of links to the symbols in a fold; nothing for fewer than two."""
    lines = {anchor: number for number, anchor in ids.items()}
    found = [(name, anchor) for name, anchor, _ in anchors.symbols if anchor in lines]
    if len(found) > _OUTLINED:
        found = [each for each in found if "_" not in (each[0][0], each[0].rpartition(".")[2][0])]
    if len(found) > _OUTLINED:
        found = [each for each in found if "." not in each[0]]
    if len(found) < 2:
        return ""
    entries = "".join(
        f'<li><a href="#{quote(anchor)}">{escape(name)}</a> {lines[anchor]}</li>'
        for name, anchor in found
    )
    return f'<ul class="outline" aria-label="{escape(str(words["code_outline"]))}">{entries}</ul>'


def _title_html(listing: Listing) -> str:
    embed = listing.embed
    title = embed.title or listing.path.removeprefix(TESTS).removeprefix(SNIPPETS)
    html = f'<span class="listing-title">{_breakable(title)}</span>'
    if embed.part == "symbol":
        html += f' <span class="listing-symbol">{_breakable(embed.name)}</span>'
    return html


def _breakable(name: str) -> str:
    """A name that may break after its underscores, where a narrow column needs it."""
    return escape(name).replace("_", "_<wbr>")


def shown_lines(data: bytes, path: str, first: int, last: int) -> tuple[tuple[str, bool], ...]:
    """Lines `first` to `last` of the file at `path` as a listing has them, and which are hidden.

    Without marks, and without the indentation that all share. IndexError if the file is shorter,
    UnicodeDecodeError if it is no text.
    """
    embed = Embed("", "", False, "whole", "", 0)
    listing = Listing(embed, path, b"", find_language(path), Span(first, last), ())
    return tuple((line.code, line.is_hidden) for line in _cut(listing, data))
