"""A recorded output to HTML: what a card printed as text, a figure that it saved as a picture.

In: the listing of an output, its bytes, its address. Out: a string of HTML. It must not know
whether the output is of the present code: who calls it says so.
"""

from __future__ import annotations

import re
from html import escape
from io import BytesIO

from builder.cards.listing import fold, frame
from builder.markup.card_fence import FIGURE_ENDINGS
from builder.model import Listing

# Neither HTML nor XML can hold these, however they are written.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# CSS pixels in the units that programs write into a drawing.
_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54,
}  # fmt: skip
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]*)\s*")
_PNG = b"\x89PNG\r\n\x1a\n"


def is_figure(name: str) -> bool:
    """Whether an output of this name is shown as a picture."""
    return name.lower().endswith(FIGURE_ENDINGS)


def render_output(listing: Listing, data: bytes, *, src: str, note: str, evidence: str) -> str:
    """The HTML of a recorded output.

    `src` is its address, ready for an attribute; `note` is said under it as text; `evidence` is
    HTML that says what was checked of the card.
    """
    embed = listing.embed
    if is_figure(listing.path):
        size = figure_size(data)
        measures = f' width="{size[0]}" height="{size[1]}"' if size else ""
        shown = f'<img src="{src}" alt="{escape(embed.alt)}"{measures} loading="lazy">'
        shown = f'<p class="listing-figure">{shown}</p>'
    else:
        text = read_text(data)
        shown = f'<pre tabindex="0"><samp>{escape(text)}</samp></pre>'
    if embed.is_collapsed:
        shown = fold(escape(_name(listing)), shown)
    said = f'<p class="listing-caption">{escape(note)}</p>' if note else ""
    return frame(listing, _title(listing), shown, "", said + evidence)


def read_text(data: bytes) -> str:
    """What a program printed, with U+FFFD for what is no text."""
    return _NO_TEXT.sub("\ufffd", data.decode("utf-8", errors="replace"))


def figure_size(data: bytes) -> tuple[int, int] | None:
    """A figure's width and height in CSS pixels; None where they are not easily known."""
    if data.startswith(_PNG) and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    # Late, because most pages show no figure.
    from xml.etree import ElementTree as ET

    try:
        # The card's own figure; expat itself stops what would grow without bounds.
        _, root = next(iter(ET.iterparse(BytesIO(data), events=("start",))))  # noqa: S314
    except (ET.ParseError, StopIteration, LookupError, ValueError):
        return None
    if root.tag.rpartition("}")[2] != "svg":
        return None
    given = [_pixels(root.get(name, "")) for name in ("width", "height")]
    box = [_pixels(word) for word in re.split(r"[\s,]+", root.get("viewBox", "").strip())][2:]
    width, height = given if all(given) else box if len(box) == 2 else (0, 0)
    return (width, height) if width and height else None


def _pixels(length: str) -> int:
    """A length in pixels; 0 if it is none, or relative."""
    found = _LENGTH.fullmatch(length)
    if found is None or found[2] not in _PIXELS:
        return 0
    return round(float(found[1]) * _PIXELS[found[2]])


def _name(listing: Listing) -> str:
    return listing.path.rpartition("/")[2]


def _title(listing: Listing) -> str:
    """The author's title; else how one gets the output, or the name of the file."""
    embed = listing.embed
    usual = f"python -m snippets.{embed.slug}" if _name(listing) == "stdout.txt" else _name(listing)
    return f'<span class="listing-title">{escape(embed.title or usual)}</span>'
