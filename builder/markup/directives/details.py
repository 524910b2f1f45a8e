"""`details`: content that the reader unfolds."""

from __future__ import annotations

from builder.markup.directives.directive import Directive
from builder.markup.sheet import Sheet


def set_details(directive: Directive, _sheet: Sheet) -> str:
    """A fold with the argument as its line; the option `open` unfolds it."""
    names = f' class="{directive.classes}"' if directive.classes else ""
    is_open = " open" if "open" in directive.options else ""
    return (
        f"<details{names}{directive.attributes}{is_open}><summary>{directive.title}</summary>\n"
        f"{directive.content}</details>\n"
    )
