"""`note`, `tip`, `important`, `warning`, `caution`; `> [!NOTE]` gives the same HTML."""

from __future__ import annotations

from builder.markup.directives.directive import Directive
from builder.markup.sheet import Sheet

ALERTS = ("note", "tip", "important", "warning", "caution")


def set_alert(directive: Directive, sheet: Sheet) -> str:
    """A framed remark with its title, by default its name."""
    start = open_alert(directive.name, directive.classes, directive.attributes)
    title = directive.title or alert_title(directive.name, sheet)
    return f'{start}<p class="alert-title">{title}</p>\n{directive.content}</aside>\n'


def alert_title(name: str, sheet: Sheet) -> str:
    """The slot of an alert's usual title, which the theme's words have."""
    return sheet.slot("word", 0, f"alert_{name}")


def open_alert(name: str, classes: str = "", attributes: str = "") -> str:
    """An alert's start tag."""
    names = f"alert alert-{name} {classes}".rstrip()
    return f'<aside class="{names}" role="note"{attributes}>\n'
