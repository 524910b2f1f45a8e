"""`figure`: a picture with a caption."""

from __future__ import annotations

from html import escape

from markdown_it.common.normalize_url import normalizeLink

from builder.markup.directives.directive import Directive
from builder.markup.links import set_picture, set_source
from builder.markup.sheet import Sheet

OPTIONS = ("alt", "width", "height")


def set_figure(directive: Directive, sheet: Sheet) -> str:
    """The picture that the argument names, with the content as its caption."""
    source = set_source(normalizeLink(directive.argument), sheet, directive.line)
    sizes = "".join(
        f' {name}="{escape(directive.options[name])}"'
        for name in ("width", "height")
        if name in directive.options
    )
    picture = set_picture(source, directive.options.get("alt", ""), sizes)
    names = f' class="{directive.classes}"' if directive.classes else ""
    caption = f"<figcaption>\n{directive.content}</figcaption>" if directive.content else ""
    return f"<figure{names}{directive.attributes}>{picture}{caption}</figure>\n"
