"""How far a look is, said only where it takes long enough to be wondered about.

In: stages and counts, as a build tells them. Out: a line now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_SECONDS = 1.0
NEXT_SECONDS = 5.0

Progress = Callable[[str, int, int], None]


def spoken(say: Callable[[str], None]) -> Progress:
    """A progress that is told to `say` after a second, and then every few seconds."""
    due = time.monotonic() + FIRST_SECONDS

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due and done < total:
            due = now + NEXT_SECONDS
            say(f"{stage} {done} of {total} …")

    return tell
