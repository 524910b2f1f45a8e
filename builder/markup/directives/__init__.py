"""Directives: `:::{note}` and its like. In: the parser's state and tokens. Out: HTML.

`rule` finds them, `table` names them, each of the other files makes the HTML of one family.
"""

from __future__ import annotations

from builder.markup.directives.alerts import ALERTS, alert_title, open_alert
from builder.markup.directives.rule import directive, set_directive
from builder.markup.directives.table import DIRECTIVES

__all__ = ["ALERTS", "DIRECTIVES", "alert_title", "directive", "open_alert", "set_directive"]
