"""`tabs` and `tab`: variants of one thing, as labelled sections in a row; no script needed."""

from __future__ import annotations

from html import escape

from builder.markup.directives.directive import Directive
from builder.markup.sheet import Sheet


def set_tabs(directive: Directive, _sheet: Sheet) -> str:
    """The frame around the sections."""
    names = f"tabs {directive.classes}".rstrip()
    return f'<div class="{names}"{directive.attributes}>\n{directive.content}</div>\n'


def set_tab(directive: Directive, sheet: Sheet) -> str:
    """One section, named by the argument."""
    if directive.parent != "tabs":
        sheet.report(
            "a 'tab' stands outside of 'tabs'",
            directive.line,
            "put ::::{tabs} and :::: around the tabs, with more colons than theirs",
        )
    names = f"tab {directive.classes}".rstrip()
    name = directive.argument
    return (
        f'<section class="{names}" aria-label="{escape(name)}"{directive.attributes}>\n'
        f'<p class="tab-title">{escape(name, quote=False)}</p>\n{directive.content}</section>\n'
    )
