"""HTML that the author wrote: passed on as it is, but for its local addresses.

In: tokens of raw HTML. Out: the same text with slots for local addresses, whose references are on
the sheet, as its ids are. Links in raw HTML are so checked like all others, and absolute in feeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from markdown_it.token import Token

from builder.markup.links import check_host, is_external, own_file, split_address
from builder.markup.policed import check_tag
from builder.markup.sheet import Sheet
from builder.markup.tags import Markup, Pair, change_tags

_ADDRESSES = ("href", "src", "srcset", "poster")
_PAGE_TAGS = ("a", "area", "iframe", "link")


def set_html_block(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A block of the author's HTML."""
    return _set_html(tokens[index].content, sheet, sheet.line)


def set_html_inline(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A tag of the author's within a paragraph."""
    token = tokens[index]
    # An end tag, a comment or a bare `<kbd>` has nothing to look up.
    if "=" not in token.content and not token.content.lower().startswith(("<script", "<style")):
        return token.content
    return _set_html(token.content, sheet, sheet.line_at(token.meta.get("at", 0)))


def _set_html(html: str, sheet: Sheet, first_line: int) -> str:
    def change(tag: str, pairs: Sequence[Pair], tag_line: int) -> list[Pair] | None:
        line = first_line + tag_line
        check_tag(tag, pairs, sheet, line)
        is_changed = False
        changed: list[Pair] = []
        for name, value in pairs:
            new = value
            if value:
                if name == "id" or (name == "name" and tag == "a"):
                    _add_anchor(value, name, pairs, sheet, line)
                elif name in _ADDRESSES:
                    new = _set_address(tag, name, value, sheet, line)
                    is_changed = is_changed or new is not value
            is_link = tag == "a" and name == "href" and new is not value
            if is_link and new and value and not value.strip().startswith("#"):
                # The whole attribute goes if the page is left out: the link becomes its text.
                changed.append((str(new), None))
            else:
                changed.append((name, new))
            if tag == "img" and name == "src" and new is not value:
                size = _measure_later(pairs, sheet)
                is_changed = is_changed or bool(size)
                changed += size
        return changed if is_changed else None

    return change_tags(html, change)


def _measure_later(pairs: Sequence[Pair], sheet: Sheet) -> list[Pair]:
    """The size of the picture referred to last, as attributes, where its author gave none."""
    if any(name in ("width", "height") for name, _ in pairs):
        return []
    slot = sheet.slot("picture", len(sheet.references) - 1, ",,alone")
    return [(Markup(slot), None)]


def _add_anchor(value: str, name: str, pairs: Sequence[Pair], sheet: Sheet, line: int) -> None:
    # `<a id="x" name="x">`, for very old browsers, is one anchor.
    if name == "id" or ("id", value) not in pairs:
        sheet.add_anchor(value, line)


def _set_address(tag: str, name: str, value: str, sheet: Sheet, line: int) -> str:
    """An attribute's address with slots where it is local; `value` itself where nothing changes."""
    if name == "srcset":
        return _set_candidates(value, sheet, line)
    url = value.strip()
    if is_external(url):
        check_host(url, sheet, line)
    if not url or is_external(url):
        return value
    if url.startswith("#"):
        # Elsewhere, as in `<use href="#icon">`, the name may belong to the theme.
        if tag not in ("a", "area"):
            return value
        anchor = split_address(url)[1]
        if own := own_file(anchor, sheet):
            return Markup(sheet.slot("url", sheet.refer("link", own, anchor, line)))
        return Markup(sheet.fragment(anchor, line))
    form: Literal["link", "image"] = "link" if tag in _PAGE_TAGS else "image"
    target, fragment = split_address(url)
    slot: Literal["href", "url"] = "href" if (tag, name) == ("a", "href") else "url"
    return Markup(sheet.slot(slot, sheet.refer(form, target, fragment, line)))


def _set_candidates(value: str, sheet: Sheet, line: int) -> str:
    """A `srcset` list: addresses, each with an optional width or density, separated by commas."""
    out: list[str] = []
    is_changed = False
    rest = value.strip(" \t\n\r\f,")
    while rest:
        url, *more = rest.split(maxsplit=1)
        rest = more[0] if more else ""
        descriptor = ""
        # A comma right behind the address ends the candidate, one inside belongs to the address.
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            descriptor, _, rest = rest.partition(",")
        rest = rest.lstrip(" \t\n\r\f,")
        if is_external(url):
            check_host(url, sheet, line)
            address = escape(url)
        else:
            is_changed = True
            target, fragment = split_address(url)
            address = sheet.slot("url", sheet.refer("image", target or url, fragment, line))
        out.append(f"{address} {escape(descriptor.strip())}".strip())
    return Markup(", ".join(out)) if is_changed else value
