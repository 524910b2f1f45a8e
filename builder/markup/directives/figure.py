"""`figure`: a picture with a caption."""

from __future__ import annotations

from markdown_it.common.normalize_url import normalizeLink

from builder.markup.directives.directive import Directive
from builder.markup.pictures import set_picture
from builder.markup.sheet import Sheet

OPTIONS = ("alt", "width", "height")


def set_figure(directive: Directive, sheet: Sheet) -> str:
    """The picture that the argument names, with the content as its caption."""
    width, height = (directive.options.get(name, "") for name in ("width", "height"))
    picture = set_picture(
        normalizeLink(directive.argument),
        directive.options.get("alt", ""),
        sheet,
        directive.line,
        size=(width, height),
    )
    names = f' class="{directive.classes}"' if directive.classes else ""
    caption = f"<figcaption>\n{directive.content}</figcaption>" if directive.content else ""
    return f"<figure{names}{directive.attributes}>{picture}{caption}</figure>\n"
