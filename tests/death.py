"""A process that dies at a chosen moment: what kill -9 leaves behind, step by step."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

# What changes a folder, by the names of Python's audit events.
CHANGES = frozenset({"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"})


def die_before(change: int, place: str, run: Callable[[], object]) -> bool:
    """Run something in a process that is killed before its `change`-th change (from 0) below
    `place`.

    True if it was killed, False if it ended before by itself.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, status
        return os.WIFSIGNALED(status)
    left = change

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if (
            event not in CHANGES
            or not _is_below(place, event, arguments)
            or _only_reads(event, arguments)
        ):
            return
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    try:
        sys.addaudithook(watch)
        run()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _is_below(place: str, event: str, arguments: tuple[object, ...]) -> bool:
    if event in ("os.remove", "os.rmdir") and arguments[1] != -1:
        return True  # a name in an open folder: only rmtree does that, and only to a stage
    paths = arguments[:2] if event == "os.rename" else arguments[:1]
    return any(
        isinstance(path, str | os.PathLike) and os.fspath(path).startswith(f"{place}/")
        for path in paths
    )


def _only_reads(event: str, arguments: tuple[object, ...]) -> bool:
    return event == "open" and not (
        isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
