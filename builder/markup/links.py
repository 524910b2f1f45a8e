"""Links, wikilinks and paragraphs.

In: tokens. Out: HTML with slots, references on the sheet. An address with a scheme or a host is
written as it is; all others are looked up when the site is linked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Literal
from urllib.parse import unquote, urlsplit

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from builder.codec import Value
from builder.markup.attributes import set_attributes
from builder.markup.sheet import Sheet

_LINES = re.compile(r"(.+?)-L(\d{1,9})(?:-L(\d{1,9}))?", re.ASCII)
_EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(//[^/?#]*)")


class Lines(Value, frozen=True):
    """Lines `first` to `last` of the listing `base`, as a link's fragment asks for them."""

    base: str
    first: int
    last: int


def read_lines(fragment: str) -> Lines | None:
    """The lines that a fragment asks for: "z_test-L12", "z_test-L12-L18"; None for any other."""
    found = _LINES.fullmatch(fragment)
    if found is None:
        return None
    ends = (int(found[2]), int(found[3] or found[2]))
    return Lines(found[1], min(ends), max(ends))


def own_file(fragment: str, sheet: Sheet) -> str:
    """The name of the page's own file if a fragment asks for lines of a listing, else "".

    Such a link is looked up like one to another page, because the page alone knows no code.
    """
    name = sheet.path.rpartition("/")[2]
    return name if read_lines(fragment) and "?" not in name else ""


def is_external(url: str) -> bool:
    """Whether an address leads out of the site: it names a scheme or a host."""
    return _EXTERNAL.match(url) is not None


def check_host(url: str, sheet: Sheet, line: int) -> bool:
    """Whether an address out of the site can be one; it is reported where it can't: "http://[::1"."""
    found = _HOST.match(url)
    if found is None:
        return True
    # In Markdown brackets are percent-encoded by now.
    host = unquote(found[1])
    try:
        urlsplit(host)
    except ValueError:
        shown = url.replace(found[1], host, 1)
        sheet.report(f"'{shown}' is no address: its host can be none", line, "look at its brackets")
        return False
    return True


def split_address(url: str) -> tuple[str, str]:
    """Target (percent-decoded, its query kept) and fragment of a percent-encoded address."""
    target, _, fragment = url.partition("#")
    path, mark, query = target.partition("?")
    return unquote(path) + mark + query, unquote(fragment)


def set_link_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A link's start tag, or the slot of one."""
    token = tokens[index]
    line = sheet.line_at(token.meta.get("at", 0))
    if token.info == "auto":
        # Its text is its address, which need not be printed twice.
        token.attrJoin("class", "autolink")
    rest = set_attributes(token, sheet, line, "href")
    wiki = token.meta.get("wiki")
    form: Literal["link", "wiki"] = "link"
    if wiki is not None:
        (target, fragment), form = wiki, "wiki"
    else:
        href = str(token.attrs.get("href", ""))
        if is_external(href):
            check_host(href, sheet, line)
            sheet.open_links.append("</a>")
            return f'<a href="{escape(href)}"{rest}>'
        target, fragment = split_address(href)
        if not href:
            sheet.report("a link without an address", line, "put it between the round brackets")
    if not target and (own := own_file(fragment, sheet)):
        target, form = own, "link"
    if not target:
        sheet.open_links.append("</a>")
        is_empty = tokens[index + 1].type == "link_close"
        number = sheet.equations.get(fragment, "") if is_empty else ""
        return f'<a href="{sheet.fragment(fragment, line)}"{rest}>{escape(number, quote=False)}'
    reference = sheet.refer(form, target, fragment, line)
    opening = sheet.slot("open", reference, rest)
    sheet.open_links.append(sheet.slot("close", reference))
    return opening


def set_link_close(_tokens: Sequence[Token], _index: int, sheet: Sheet) -> str:
    """A link's end tag, or the slot of one."""
    return sheet.open_links.pop()


def set_wiki_title(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """The title of the page that a wikilink without a text of its own leads to."""
    # A wikilink's title always stands right behind its start tag, which noted the reference last.
    return sheet.slot("title", len(sheet.references) - 1, tokens[index].content)


def set_paragraph_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """`<p>`, or `<figure>` around a lone picture with a title; nothing in tight lists."""
    token = tokens[index]
    if token.hidden:
        return ""
    attributes = set_attributes(token, sheet, sheet.line) if token.attrs or token.meta else ""
    children = tokens[index + 1].children or ()
    if len(children) == 1 and children[0].type == "image" and "title" in children[0].attrs:
        # The closing tag comes right behind the paragraph's text.
        tokens[index + 2].meta["caption"] = str(children[0].attrs.pop("title"))
        return f"<figure{attributes}>"
    return f"<p{attributes}>"


def set_paragraph_close(tokens: Sequence[Token], index: int, _sheet: Sheet) -> str:
    """The end of what `set_paragraph_open` began."""
    token = tokens[index]
    if token.hidden:
        return ""
    if token.meta and "caption" in token.meta:
        return f"<figcaption>{escape(token.meta['caption'], quote=False)}</figcaption></figure>\n"
    return "</p>\n"


def wikilink(state: StateInline, silent: bool) -> bool:
    """Inline rule: `[[target]]`, `[[target|text]]`, `[[target#fragment]]`, `[[#fragment]]`."""
    start = state.pos
    source = state.src
    if not source.startswith("[[", start) or state.linkLevel > 0:
        return False
    found = _WIKILINK.match(source, start, state.posMax)
    # `[[1]](address)` is a Markdown link with brackets in its text.
    if found is None or source.startswith("(", found.end()):
        return False
    target, _, fragment = (part.strip() for part in found[1].partition("#"))
    text = (found[2] or "").strip()
    if not target and not fragment:
        return False
    if not silent:
        state.push("link_open", "a", 1).meta["wiki"] = (target, fragment)
        if text or not target:
            state.push("text", "", 0).content = text or fragment
        else:
            state.push("wiki_title", "", 0).content = target
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


_WIKILINK = re.compile(r"\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]*))?\]\]")
