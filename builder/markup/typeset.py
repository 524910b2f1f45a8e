"""Tokens to HTML.

In: the tokens of a body, a sheet. Out: HTML with the marks of slots. A rule is a function of the
tokens, a position and the sheet that gives the HTML of one token; the tables at the end name one
for each kind that needs its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from markdown_it.token import Token

from builder.markup.attributes import set_attributes
from builder.markup.code import set_code_block, set_code_inline, set_fence
from builder.markup.directives import ALERTS, alert_title, open_alert, set_directive
from builder.markup.footnotes import (
    set_footnote_back,
    set_footnote_close,
    set_footnote_open,
    set_footnote_ref,
    set_footnotes_close,
    set_footnotes_open,
)
from builder.markup.headings import set_heading_close, set_heading_open
from builder.markup.links import (
    set_link_close,
    set_link_open,
    set_paragraph_close,
    set_paragraph_open,
    set_wiki_title,
)
from builder.markup.math import set_block_math, set_equation_reference, set_inline_math
from builder.markup.pictures import set_image
from builder.markup.raw_html import set_html_block, set_html_inline
from builder.markup.sheet import Sheet
from builder.markup.tables import set_cell_open, set_table_close, set_table_open
from builder.markup.text import break_text

Rule = Callable[[Sequence[Token], int, Sheet], str]


def set_tokens(tokens: Sequence[Token], sheet: Sheet) -> str:
    """The HTML of block tokens."""
    out: list[str] = []
    # What stands before an open directive waits here until its content is set; likewise before a
    # title.
    waiting: list[tuple[Token, list[str]]] = []
    titles: dict[int, str] = {}
    for index, token in enumerate(tokens):
        kind = token.type
        if token.map is not None:
            sheet.line = sheet.file_line(token.map[0])
        if kind == "inline":
            sheet.block_text = token.content
            out.append(set_inline(token.children or (), sheet))
            sheet.prose.append("\n")
        elif kind in ("directive_open", "directive_title_open"):
            waiting.append((token, out))
            out = []
        elif kind == "directive_title_close":
            title = "".join(out)
            out = waiting.pop()[1]
            titles[len(waiting)] = title
        elif kind == "directive_close":
            opening, before = waiting.pop()
            parent = waiting[-1][0].meta["name"] if waiting else ""
            title = titles.pop(len(waiting) + 1, "")
            before.append(set_directive(opening, title, "".join(out), parent, sheet))
            out = before
        else:
            out.append(_BLOCK_RULES.get(kind, _set_tag)(tokens, index, sheet))
    return "".join(out)


def set_inline(tokens: Sequence[Token], sheet: Sheet) -> str:
    """The HTML of inline tokens; their text is noted as prose."""
    out: list[str] = []
    for index, token in enumerate(tokens):
        kind = token.type
        if kind == "text":
            text = token.content
            sheet.prose.append(text)
            out.append(escape(text, quote=False))
        elif kind in _PLAIN_TAGS and not token.attrs:
            out.append(_PLAIN_TAGS[kind])
        else:
            out.append(_INLINE_RULES.get(kind, _set_tag)(tokens, index, sheet))
    return "".join(out)


def _set_tag(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A token as its tag, with line breaks where the source would be hard to read without."""
    token = tokens[index]
    if token.hidden:
        return ""
    if token.nesting < 0:
        return f"</{token.tag}>\n" if token.block else f"</{token.tag}>"
    attributes = ""
    if token.attrs or token.meta:
        line = sheet.line_at(token.meta["at"]) if "at" in token.meta else sheet.line
        attributes = set_attributes(token, sheet, line)
    following = tokens[index + 1] if index + 1 < len(tokens) else token
    is_tight = not token.block or following.type == "inline" or following.hidden
    return f"<{token.tag}{attributes}>" if is_tight else f"<{token.tag}{attributes}>\n"


def _set_softbreak(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    sheet.prose.append("\n")
    return "\n" if break_text(tokens, index) else ""


def _set_hardbreak(_tokens: Sequence[Token], _index: int, sheet: Sheet) -> str:
    sheet.prose.append("\n")
    return "<br>\n"


def _set_item_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A list item's start tag, with a box if it is a task."""
    start = _set_tag(tokens, index, sheet)
    is_done = tokens[index].meta.get("checked")
    if is_done is None:
        return start
    label = sheet.slot("word", 0, "task_done" if is_done else "task_open")
    state = " checked" if is_done else ""
    return f'{start}<input class="task" type="checkbox" disabled{state} aria-label="{label}"> '


def _set_alert_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    token = tokens[index]
    # The parser adds classes of its own behind those of the author.
    names = [
        name for name in str(token.attrs.get("class", "")).split() if name not in _ALERT_CLASSES
    ]
    rest = set_attributes(token, sheet, sheet.line, "class")
    return open_alert(token.info.lower(), escape(" ".join(names)), rest)


def _set_alert_title(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """An alert's title; the parser puts its kind behind this token as text, in English."""
    tokens[index + 1].children = []
    return f'<p class="alert-title">{alert_title(tokens[index - 1].info.lower(), sheet)}'


_ALERT_CLASSES = {"markdown-alert", *(f"markdown-alert-{name}" for name in ALERTS)}


def _always(html: str) -> Rule:
    return lambda _tokens, _index, _sheet: html


_PLAIN_TAGS: Mapping[str, str] = {
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<del>",
    "s_close": "</del>",
    "span_close": "</span>",
    "nobr_open": '<span class="nobr">',
    "nobr_close": "</span>",
}

_BLOCK_RULES: Mapping[str, Rule] = {
    "alert_open": _set_alert_open,
    "alert_close": _always("</aside>\n"),
    "alert_title_open": _set_alert_title,
    "alert_title_close": _always("</p>\n"),
    "code_block": set_code_block,
    "fence": set_fence,
    "footnote_back": set_footnote_back,
    "footnote_close": set_footnote_close,
    "footnote_open": set_footnote_open,
    "footnotes_close": set_footnotes_close,
    "footnotes_open": set_footnotes_open,
    "heading_close": set_heading_close,
    "heading_open": set_heading_open,
    "html_block": set_html_block,
    "list_item_open": _set_item_open,
    "math_block": set_block_math,
    "paragraph_close": set_paragraph_close,
    "paragraph_open": set_paragraph_open,
    "table_close": set_table_close,
    "table_open": set_table_open,
    "td_open": set_cell_open,
    "th_open": set_cell_open,
}

_INLINE_RULES: Mapping[str, Rule] = {
    "code_inline": set_code_inline,
    "equation_reference": set_equation_reference,
    "footnote_ref": set_footnote_ref,
    "hardbreak": _set_hardbreak,
    "html_inline": set_html_inline,
    "image": set_image,
    "link_close": set_link_close,
    "link_open": set_link_open,
    "math_inline": set_inline_math,
    "softbreak": _set_softbreak,
    "wiki_title": set_wiki_title,
}
