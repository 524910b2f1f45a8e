"""Where pages went whose address is no longer theirs, since the preview began.

In: editions, one after the other. Out: addresses with the base path, each with the one where its
page is now.
"""

from __future__ import annotations

from builder.link.addresses import output_of
from builder.serve.edition import Edition

# All of them are told with every news.
MOST_MOVES = 500


class Moves:
    """The addresses that were left."""

    def __init__(self) -> None:
        """None so far."""
        self._left: dict[str, str] = {}

    def note(self, before: Edition, after: Edition) -> None:
        """Take down which addresses `after` has no more."""
        if after.positions is before.positions:
            return
        base = after.theme.settings.base_path
        there = {base + page.url for page in after.site.pages}
        for old, new in moved_pages(before, after).items():
            self._left.pop(base + old, None)
            self._left[base + old] = base + new if new else ""
        # An address that is used again leads where it says.
        kept = [(old, new) for old, new in self._left.items() if old not in there]
        self._left = dict(kept[-MOST_MOVES:])

    def found(self) -> dict[str, str]:
        """Each address that was left with the one where its page is now, "" if it is gone."""
        found = {}
        for old, new in self._left.items():
            # A page that moved twice; no circle, for an address that is used again is in no move.
            while new in self._left:
                new = self._left[new]
            found[old] = new
        return found


def moved_pages(before: Edition, after: Edition) -> dict[str, str]:
    """The addresses that `before` had and `after` has not, each with the one where its page is now
    ("" where it is gone).

    A page is the same if its file is, or, where the file is gone too, if a new file has its text.
    """
    lost = [page for page in before.site.pages if after.page(output_of(page.url)) is None]
    if not lost:
        return {}
    by_path = {page.facts.path: page.url for page in after.site.pages}
    by_text = {
        page.facts.galley: page.url
        for page in after.site.pages
        if page.facts.path not in before.documents
    }
    return {
        page.url: by_path.get(page.facts.path, "") or by_text.get(page.facts.galley, "")
        for page in lost
    }
