"""The directives by name. To add one, write its function in its family's file and enter it here."""

from __future__ import annotations

from collections.abc import Mapping

from builder.markup.directives.alerts import ALERTS, set_alert
from builder.markup.directives.details import set_details
from builder.markup.directives.directive import Kind
from builder.markup.directives.figure import OPTIONS as FIGURE_OPTIONS
from builder.markup.directives.figure import set_figure
from builder.markup.directives.tabs import set_tab, set_tabs

DIRECTIVES: Mapping[str, Kind] = {
    **dict.fromkeys(ALERTS, Kind(set_alert, "markdown")),
    "details": Kind(set_details, "markdown", is_argument_required=True, options=("open",)),
    "figure": Kind(set_figure, "text", is_argument_required=True, options=FIGURE_OPTIONS),
    "tabs": Kind(set_tabs, "text"),
    "tab": Kind(set_tab, "text", is_argument_required=True),
}

# Every directive takes these: a class, and an id by which links reach it.
COMMON_OPTIONS = ("class", "name")
