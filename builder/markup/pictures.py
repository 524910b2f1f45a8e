"""Pictures: what authors write, to `<img>` elements with slots for what the pictures' files decide.

In: tokens, addresses, a sheet; later, what linking found of a picture. Out: HTML. The size of a
picture is a fact of another file, so it is a slot until the site is linked.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markdown_it.token import Token

from builder.markup.attributes import set_attributes
from builder.markup.links import check_host, is_external, split_address
from builder.markup.policed import check_address
from builder.markup.sheet import Sheet
from builder.markup.text import plain_text

INLINE = "inline"


def set_image(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A picture; one with the class "inline" is a drawing that shall itself stand in the page."""
    token = tokens[index]
    line = sheet.line_at(token.meta.get("at", 0))
    size = (str(token.attrs.get("width", "")), str(token.attrs.get("height", "")))
    url = str(token.attrs.get("src", ""))
    alt = plain_text(token.children or ())
    is_inline = INLINE in str(token.attrs.get("class", "")).split()
    rest = set_attributes(
        token, sheet, line, "src", "alt", "loading", "decoding", "width", "height"
    )
    if is_inline:
        return _set_drawing(url, alt, rest, sheet, line)
    return set_picture(url, alt, sheet, line, size=size, rest=rest)


def set_picture(
    url: str, alt: str, sheet: Sheet, line: int, *, size: tuple[str, str], rest: str = ""
) -> str:
    """An `<img>` element; `url` is as written, `alt` plain text, `size` the width and height that
    the author gave, or empty.
    """
    named = zip(("width", "height"), size, strict=True)
    given = "".join(f' {name}="{escape(value)}"' for name, value in named if value)
    source, measures = escape(url), ""
    if is_external(url):
        # Of what is no address, its policy needs no word.
        if check_host(url, sheet, line):
            check_address("img-src", url, sheet, line, "a picture")
    else:
        target, fragment = split_address(url)
        if not target:
            sheet.report("a picture without an address", line, "name its file")
            source = ""
        else:
            reference = sheet.refer("image", target, fragment, line)
            source = sheet.slot("url", reference)
            measures = sheet.slot("picture", reference, ",".join(size))
    # What a page shows first must not wait for the rest of it to be laid out.
    lazy = ' loading="lazy"' if sheet.next_picture() > 1 else ""
    return f'<img src="{source}" alt="{escape(alt)}"{given}{measures}{lazy} decoding="async"{rest}>'


def _set_drawing(url: str, alt: str, rest: str, sheet: Sheet, line: int) -> str:
    """The slot of a drawing to be set inline."""
    target, fragment = split_address(url)
    if is_external(url) or not target.lower().endswith(".svg"):
        sheet.report(
            "only the site's own .svg files can be set inline", line, "remove the class 'inline'"
        )
        return ""
    reference = sheet.refer("image", target, fragment, line, is_inline=True)
    return sheet.slot("drawing", reference, f"{' '.join(alt.split())}\n{rest}")
