"""The outputs that were made last: to be handed out again, and where something is wrong, still."""

from __future__ import annotations

from collections import OrderedDict

from builder.codec import Value, sha256

# Those of the tabs that are open, and what their pages need.
MOST_KEPT = 128
LARGEST_KEPT = 1_000_000


class Made(Value, frozen=True):
    """An output as it was made last: the key of its recipe, its bytes, and their digest."""

    key: bytes
    body: bytes
    digest: bytes


def made_of(body: bytes, key: bytes = b"") -> Made:
    """An output with these bytes; no recipe has an empty key."""
    return Made(key, body, sha256(body))


class Shelf:
    """Outputs by path, the ones asked for last. One thread at a time asks."""

    def __init__(self) -> None:
        """Empty."""
        self._made: OrderedDict[str, Made] = OrderedDict()

    def find(self, path: str) -> Made | None:
        """What was made last at a path; None if that is not known any more."""
        if path in self._made:
            self._made.move_to_end(path)
        return self._made.get(path)

    def keep(self, path: str, made: Made) -> None:
        """Have an output at hand, unless it is large."""
        self._made.pop(path, None)
        if len(made.body) <= LARGEST_KEPT:
            self._made[path] = made
            if len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)
