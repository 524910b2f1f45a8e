"""How a server that runs for days is given memory.

glibc lets threads allocate from arenas of their own, and an arena keeps what it once held: where
each connection has a thread, and any of them may make a page, the same memory is held several times
over. With one arena for all, threads wait for each other only while they allocate at once, which
Python's lock mostly keeps them from. Measured by `benchmarks/soak.py`.
"""

from __future__ import annotations

import contextlib
import ctypes

# Of <malloc.h>.
_ARENA_MAX = -8


def share_memory() -> None:
    """Let all threads that begin from now on allocate from one arena, where there are arenas."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
