"""HTML with slots, and the slots filled.

In: HTML in which a sheet has marked its slots; later the targets and listings that linking found.
Out: a galley; HTML. It knows nothing of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import mdurl

from builder.markup.sheet import SENTINEL, Sheet
from builder.model import Galley, Slot, Target

_PLAIN_URL = re.compile(r"[A-Za-z0-9/._~#-]*")


def make_galley(html: str, sheet: Sheet) -> Galley:
    """The galley of some HTML; slots that did not get into it are left out."""
    parts = html.split(SENTINEL)
    slots = sheet.slots
    return Galley(tuple(parts[::2]), tuple(slots[int(number)] for number in parts[1::2]))


def fill_galley(
    galley: Galley,
    targets: Sequence[Target | None],
    listings: Sequence[str],
    *,
    prefix: str,
    page_url: str,
) -> str:
    """The galley's HTML with every slot filled.

    `targets` answers the body's references and `listings` (HTML) its embeds, one by one. Addresses
    inside the site get `prefix` in front. Addresses inside the page are bare fragments, unless
    `page_url` tells where the page stands (for feeds). What a missing target leaves behind is told
    at `Slot`.
    """
    page = address(page_url, prefix) if page_url else ""
    pieces = galley.pieces
    out = [pieces[0]]
    for number, slot in enumerate(galley.slots, 1):
        out.append(_fill(slot, targets, listings, prefix, page))
        out.append(pieces[number])
    return "".join(out)


def _fill(
    slot: Slot, targets: Sequence[Target | None], listings: Sequence[str], prefix: str, page: str
) -> str:
    form = slot.form
    if form == "fragment":
        return f"{page}#{encode_url(slot.text)}"
    if form == "embed":
        return listings[slot.index]
    target = targets[slot.index]
    if form == "open":
        return "" if target is None else f'<a href="{address(target.url, prefix)}"{slot.text}>'
    if form == "close":
        return "" if target is None else "</a>"
    if form == "href":
        return "" if target is None else f'href="{address(target.url, prefix)}"'
    if form == "title":
        return escape(slot.text if target is None else target.title, quote=False)
    return "" if target is None else address(target.url, prefix)


def address(url: str, prefix: str) -> str:
    """An address as an attribute's text; the site's own, from "/" on, get `prefix` in front."""
    if url.startswith("/") and not url.startswith("//"):
        return escape(prefix) + encode_url(url)
    return encode_url(url)


def encode_url(url: str) -> str:
    """A URL with what needs it percent-encoded (`%20` stays as it is), escaped for an attribute."""
    return url if _PLAIN_URL.fullmatch(url) else escape(mdurl.encode(url))
