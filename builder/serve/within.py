"""Work that must not take for ever, such as a template with a loop that does not end.

In: a function, a time. Out: what it gives, or `TooLong`, raised in the midst of it.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TooLong(Exception):
    """The time is over."""


def within(seconds: float | None, reason: str, work: Callable[[], T]) -> T:
    """What `work` gives, called in this thread; TooLong with `reason` is raised in it once the time
    is over; None: it never is.

    Python's own steps can be interrupted so; a single step that takes for ever can't be.
    """
    if seconds is None:
        return work()
    thread = threading.get_ident()
    lock = threading.Lock()
    is_done = False

    class TooLongHere(TooLong):
        """It is made where it is raised, and so is given no arguments."""

        def __str__(self) -> str:
            return reason

    def interrupt() -> None:
        with lock:
            if not is_done:
                raised = ctypes.py_object(TooLongHere)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        return work()
    finally:
        timer.cancel()
        # Whoever comes second finds that the other was first, so nothing is raised after this.
        with lock:
            is_done = True
