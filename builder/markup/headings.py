"""Headings: their attributes, their ids, the links to themselves.

In: tokens. Out: HTML; headings and anchors on the sheet. Ids keep letters of every script.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from builder.markup.attributes import Attributes, parse_attributes, set_attributes
from builder.markup.sheet import Sheet
from builder.markup.text import plain_text, slugify
from builder.model import Heading

_KEPT_TAGS = frozenset({"em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"})


def read_heading_attributes(state: StateCore) -> None:
    """Core rule, before inline text is parsed: `# Title {#id .class}`."""
    tokens = state.tokens
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        text = tokens[index + 1].content
        brace = text.rfind("{") if text.endswith("}") else -1
        # A brace right behind a word belongs to it: `f{x}`.
        if brace < 0 or (brace and not text[brace - 1].isspace()):
            continue
        found = parse_attributes(text[brace + 1 : -1])
        if isinstance(found, Attributes) and all(value is not None for _, value in found.pairs):
            token.attrs.update({name: value for name, value in found.pairs if value is not None})
            if found.id:
                token.attrs["id"] = found.id
            if found.classes:
                before = token.attrs.get("class")
                names = [str(before)] if before else []
                token.attrs["class"] = " ".join([*names, *found.classes])
            tokens[index + 1].content = text[:brace].rstrip()


def set_heading_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A heading's start tag with its id."""
    token = tokens[index]
    children = tokens[index + 1].children or []
    text = " ".join(plain_text(children).split())
    rest = set_attributes(token, sheet, sheet.line) if token.attrs or token.meta else ""
    anchor = str(token.attrs.get("id", ""))
    # None was given, or none that can be one.
    if anchor not in sheet.anchors:
        anchor = sheet.make_anchor(slugify(text) or "section", sheet.line)
        rest = f' id="{escape(anchor)}"{rest}'
    # The closing tag comes right behind the heading's text.
    tokens[index + 2].meta["anchor"] = anchor
    sheet.headings.append(Heading(int(token.tag[1:]), anchor, text, _inline_html(children)))
    return f"<{token.tag}{rest}>"


def set_heading_close(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A link to the heading itself, and the heading's end tag."""
    token = tokens[index]
    address = sheet.fragment(token.meta["anchor"], sheet.line)
    label = sheet.slot("word", 0, "self_link")
    link = f'<a class="anchor" href="{address}" aria-label="{label}">#</a>'
    return f" {link}</{token.tag}>\n"


def _inline_html(tokens: Sequence[Token]) -> str:
    """A heading's text for a table of contents: no links, no ids, no footnote marks."""
    out: list[str] = []
    for token in tokens:
        kind = token.type
        if kind in ("text", "wiki_title"):
            out.append(escape(token.content, quote=False))
        elif kind == "code_inline":
            out.append(f"<code>{escape(token.content, quote=False)}</code>")
        elif kind == "math_inline":
            mathml = token.meta.get("mathml", "")
            # A numbered formula has an id, which must not stand on the page twice.
            is_plain = mathml and "\0" not in mathml and ' id="' not in mathml
            out.append(mathml if is_plain else escape(token.content, quote=False))
        elif kind == "equation_reference":
            out.append(escape(token.meta.get("number", token.content), quote=False))
        elif kind in _KEPT_TAGS:
            out.append(f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>")
        elif kind in ("softbreak", "hardbreak"):
            out.append(" ")
        elif kind == "image":
            out.append(escape(plain_text(token.children or ()), quote=False))
    return "".join(out).strip()
