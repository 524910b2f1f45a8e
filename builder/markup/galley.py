"""HTML with slots, and the slots filled.

In: HTML in which a sheet has marked its slots; later the targets and listings that linking found.
Out: a galley; HTML. It knows nothing of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import mdurl

from builder.markup.sheet import SENTINEL, Sheet
from builder.model import Galley, Picture, Slot, Target

# How wide a picture is shown: the text's column, or the screen where that is narrower.
SIZES = "(min-width: 46rem) 41rem, 100vw"
# The words of the theme that a body may hold, with examples of what is put into their braces.
BODY_WORDS: Mapping[str, Mapping[str, object]] = {
    **{f"alert_{kind}": {} for kind in ("note", "tip", "important", "warning", "caution")},
    "footnotes": {},
    "back_to_mark": {"n": "1"},
    "self_link": {},
    "table_number": {"n": "1"},
    "task_done": {},
    "task_open": {},
    "not_tested": {"reason": "needs a server"},
}
_PLAIN_URL = re.compile(r"[A-Za-z0-9/._~#-]*")


def make_galley(html: str, sheet: Sheet) -> Galley:
    """The galley of some HTML; slots that did not get into it are left out."""
    parts = html.split(SENTINEL)
    slots = sheet.slots
    return Galley(tuple(parts[::2]), tuple(slots[int(number)] for number in parts[1::2]))


NO_DRAWINGS: Mapping[int, tuple[str, str]] = {}


def fill_galley(
    galley: Galley,
    targets: Sequence[Target | None],
    listings: Sequence[str],
    words: Mapping[str, Any],
    *,
    prefix: str,
    page_url: str,
    drawings: Mapping[int, tuple[str, str]] = NO_DRAWINGS,
) -> str:
    """The galley's HTML with every slot filled.

    `targets` answers the body's references and `listings` (HTML) its embeds, one by one; `words`
    are the theme's in the page's language, those of `BODY_WORDS` among them. Addresses inside
    the site get `prefix` in front. Addresses inside the page are bare fragments, unless `page_url`
    tells where the page stands (for feeds). What a missing target leaves behind is told at `Slot`.
    `drawings` are those set inline, by the index of their reference: attributes with a leading
    space, and content; any other is shown as a picture.
    """
    page = address(page_url, prefix) if page_url else ""
    pieces = galley.pieces
    out = [pieces[0]]
    for number, slot in enumerate(galley.slots, 1):
        if slot.form == "drawing":
            drawing = drawings.get(slot.index)
            out.append(_fill_drawing(slot, drawing, targets[slot.index], prefix))
        elif slot.form == "word":
            word, _, value = slot.text.partition(" ")
            out.append(escape(str(words[word]).format(n=value, reason=value)))
        else:
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
    if form == "picture":
        return "" if target is None else _fill_picture(slot.text, target, prefix)
    if form == "title":
        return escape(slot.text if target is None else target.title, quote=False)
    return "" if target is None else address(target.url, prefix)


def _fill_picture(given: str, target: Target, prefix: str) -> str:
    """The size of a picture, with a leading space, and the narrower ones to choose from."""
    picture = target.picture
    if picture is None:
        return ""
    width, height, *is_alone = given.split(",")
    sizes = SIZES
    if not width and not height:
        out = f' width="{picture.width}" height="{picture.height}"'
    elif width.isdecimal() and int(width):
        out = "" if height else f' height="{_part(picture.height, int(width), picture.width)}"'
        sizes = f"(min-width: {int(width)}px) {int(width)}px, 100vw"
    elif height.isdecimal() and int(height) and not width:
        out = f' width="{_part(picture.width, int(height), picture.height)}"'
    else:
        out = ""
    if picture.variants and not is_alone:
        out += f' srcset="{_candidates(picture, target.url, prefix)}" sizes="{sizes}"'
    return out


def _part(length: int, shown: int, whole: int) -> int:
    """One side of a picture whose other side is shown smaller or larger than it is."""
    return max(1, round(length * shown / whole))


def _candidates(picture: Picture, url: str, prefix: str) -> str:
    shown = [*((item.url, item.width) for item in picture.variants), (url, picture.width)]
    return ", ".join(f"{address(each, prefix)} {width}w" for each, width in shown)


def _fill_drawing(
    slot: Slot, drawing: tuple[str, str] | None, target: Target | None, prefix: str
) -> str:
    alt, _, rest = slot.text.partition("\n")
    if drawing is not None:
        name = f' role="img" aria-label="{escape(alt)}"' if alt else ' aria-hidden="true"'
        return f"<svg{drawing[0]}{name}{rest}>{drawing[1]}</svg>"
    if target is None:
        return ""
    size = _fill_picture(",", target, prefix)
    return f'<img src="{address(target.url, prefix)}" alt="{escape(alt)}"{size}{rest}>'


def address(url: str, prefix: str) -> str:
    """An address as an attribute's text; the site's own, from "/" on, get `prefix` in front."""
    if url.startswith("/") and not url.startswith("//"):
        return escape(prefix) + encode_url(url)
    return encode_url(url)


def encode_url(url: str) -> str:
    """A URL with what needs it percent-encoded (`%20` stays as it is), escaped for an attribute."""
    return url if _PLAIN_URL.fullmatch(url) else escape(mdurl.encode(url))
