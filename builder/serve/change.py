"""What changed in a site's folders, as far as is known."""

from __future__ import annotations

from builder.codec import Value


class Change(Value, frozen=True):
    """The files that may have changed, relative to the site's folder; of a folder that came, went
    or moved, its own path. `is_sweeping`: too much to name, so all are to be looked at.
    """

    paths: frozenset[str]
    is_sweeping: bool


NOTHING = Change(frozenset(), is_sweeping=False)
EVERYTHING = Change(frozenset(), is_sweeping=True)
