"""Tables: in a frame that scrolls, columns aligned by class.

In: tokens. Out: HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from builder.markup.attributes import set_attributes
from builder.markup.sheet import Sheet


def set_table_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """The frame, which the keyboard can reach and scroll, and the table's start tag."""
    rest = set_attributes(tokens[index], sheet, sheet.line)
    label = sheet.slot("word", 0, f"table_number {sheet.next_table()}")
    return (
        f'<div class="table-wrap" tabindex="0" role="region" aria-label="{label}"><table{rest}>\n'
    )


def set_table_close(_tokens: Sequence[Token], _index: int, _sheet: Sheet) -> str:
    """The end of table and frame."""
    return "</table></div>\n"


def set_cell_open(tokens: Sequence[Token], index: int, _sheet: Sheet) -> str:
    """A cell's start tag; the parser tells its alignment as a style."""
    token = tokens[index]
    if not token.attrs:
        return f"<{token.tag}>"
    return f'<{token.tag} class="{_ALIGNMENTS[str(token.attrs["style"])]}">'


_ALIGNMENTS = {f"text-align:{side}": f"align-{side}" for side in ("left", "center", "right")}
