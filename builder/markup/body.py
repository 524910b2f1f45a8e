"""A body set in type: Markdown to a galley, and what else is learnt on the way.

In: a body's text, where it stands, macros. Out: a `SetBody`. It looks at no other file, and no text
makes it fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markdown_it.token import Token

from builder.codec import Value
from builder.errors import Problem
from builder.markup.galley import make_galley
from builder.markup.math import convert_formulas
from builder.markup.parser import parse_body
from builder.markup.sheet import Sheet
from builder.markup.text import count_words, cut_summary, readable_text
from builder.markup.typeset import set_tokens
from builder.model import Embed, Fence, Galley, Heading, Reference

# No line that a person wrote is this long; it would be read for minutes.
MAX_LINE = 1_000_000


class SetBody(Value, frozen=True):
    """What setting a body in type gives.

    `title` is the readable text of the first heading, if it was asked for and there is one, else
    empty. `summary` is that of the start of the first paragraph. `words` counts prose, not code and
    formulas. `anchors` are all ids, those of the embeds' figures last. `fences` are the blocks of
    Python that are no cards.
    """

    galley: Galley
    title: str
    summary: str
    words: int
    headings: tuple[Heading, ...]
    anchors: tuple[str, ...]
    references: tuple[Reference, ...]
    embeds: tuple[Embed, ...]
    has_math: bool
    problems: tuple[Problem, ...]
    fences: tuple[Fence, ...]


def set_body(
    text: str,
    *,
    path: str,
    first_line: int,
    take_title: bool,
    macros: Mapping[str, str],
    policy: str = "",
) -> SetBody:
    """The body of the file `path`, whose first line is the file's line `first_line` (from 1).

    With `take_title` the first heading is the title; if it is the first block too, it is taken out
    of the body. `macros` are LaTeX commands by name. What the content security policy `policy`
    would keep from working is warned of. Mistakes are in `problems`, at their lines in the file.
    """
    sheet = Sheet(path, first_line, policy)
    tokens = (
        [] if _has_endless_line(text, sheet) else parse_body(text, sheet, take_title=take_title)
    )
    convert_formulas(tokens, sheet, macros)
    title = _find_title(tokens) if take_title else ""
    if title and tokens[0].type == "heading_open":
        del tokens[:3]
    html = set_tokens(tokens, sheet)
    sheet.check_fragments()
    return SetBody(
        galley=make_galley(html, sheet),
        title=title,
        summary=_find_summary(tokens),
        words=count_words("".join(sheet.prose)),
        headings=tuple(sheet.headings),
        anchors=_all_anchors(sheet),
        references=tuple(sheet.references),
        embeds=tuple(sheet.embeds),
        has_math=sheet.has_math,
        problems=tuple(sorted(set(sheet.problems))),
        fences=tuple(sheet.fences),
    )


def _all_anchors(sheet: Sheet) -> tuple[str, ...]:
    figures = dict.fromkeys(sheet.figures)
    return (*[anchor for anchor in sheet.anchors if anchor not in figures], *figures)


def _has_endless_line(text: str, sheet: Sheet) -> bool:
    if len(text) <= MAX_LINE:
        return False
    for number, line in enumerate(text.split("\n")):
        if len(line) > MAX_LINE:
            sheet.report(
                f"a line of {len(line):,} characters",
                sheet.file_line(number),
                f"break it up: up to {MAX_LINE:,} are read",
            )
            return True
    return False


def _find_title(tokens: Sequence[Token]) -> str:
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            return " ".join(readable_text(tokens[index + 1].children or ()).split())
    return ""


def _find_summary(tokens: Sequence[Token]) -> str:
    """The first paragraph with a text, outside of lists, quotations and directives."""
    for index, token in enumerate(tokens):
        if token.type == "paragraph_open" and token.level == 0:
            text = readable_text(tokens[index + 1].children or ())
            if text.strip():
                return cut_summary(text)
    return ""
