"""A recorded output to HTML: what a card printed as text, a figure that it saved as a picture.

In: the listing of an output, its bytes, its address. Out: a string of HTML. It must not know
whether the output is of the present code: who calls it says so.
"""

from __future__ import annotations

import re
from html import escape

from builder.cards.listing import fold, frame
from builder.markup import measure_picture
from builder.markup.card_fence import FIGURE_ENDINGS
from builder.model import Listing

# Neither HTML nor XML can hold these, however they are written.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def is_figure(name: str) -> bool:
    """Whether an output of this name is shown as a picture."""
    return name.lower().endswith(FIGURE_ENDINGS)


def dark_name(path: str) -> str:
    """The name of a figure's twin for dark pages: `figure.dark.svg` beside `figure.svg`."""
    stem, _, ending = path.rpartition(".")
    return f"{stem}.dark.{ending}"


def render_output(
    listing: Listing,
    data: bytes,
    *,
    src: str,
    note: str,
    evidence: str,
    dark: str = "",
    anchor: str = "",
) -> str:
    """The HTML of a recorded output.

    `src` is its address, ready for an attribute, and `dark` that of its twin for dark pages, ""
    without one; `note` is said under it as text; `evidence` is
    HTML that says what was checked of the card; `anchor` is its id, "" for none.
    """
    embed = listing.embed
    if is_figure(listing.path):
        shown = f'<p class="listing-figure">{_pictures(src, dark, embed.alt, data)}</p>'
    else:
        text = read_text(data)
        shown = f'<pre tabindex="0"><samp>{escape(text)}</samp></pre>'
    if embed.is_collapsed:
        shown = fold(escape(_name(listing)), shown)
    said = f'<p class="listing-caption">{escape(note)}</p>' if note else ""
    return frame(listing, _title(listing), shown, "", said + evidence, anchor)


def _pictures(src: str, dark: str, alt: str, data: bytes) -> str:
    """A figure; with a twin both, one of which the theme hides.

    Not a <picture>: that asks the system alone, and readers may choose otherwise in the page.
    """
    size = measure_picture(data)
    measures = f' width="{size.width}" height="{size.height}"' if size else ""
    rest = f'alt="{escape(alt)}"{measures} loading="lazy" decoding="async"'
    if not dark:
        return f'<img src="{src}" {rest}>'
    return f'<img class="light-only" src="{src}" {rest}><img class="dark-only" src="{dark}" {rest}>'


def read_text(data: bytes) -> str:
    """What a program printed, with U+FFFD for what is no text, and lines that end as in HTML.

    There a carriage return (of a progress bar, say) is the end of a line, whoever wrote it.
    """
    text = data.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return _NO_TEXT.sub("\ufffd", text)


def _name(listing: Listing) -> str:
    return listing.path.rpartition("/")[2]


def _title(listing: Listing) -> str:
    """The author's title; else how one gets the output, or the name of the file."""
    embed = listing.embed
    usual = f"python -m snippets.{embed.slug}" if _name(listing) == "stdout.txt" else _name(listing)
    return f'<span class="listing-title">{escape(embed.title or usual)}</span>'
