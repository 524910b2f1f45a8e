"""A process that dies at a chosen moment: what kill -9 leaves behind, step by step."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable

# What changes a folder, by the names of Python's audit events.
CHANGES = frozenset({"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"})


def die_before(change: int, place: str, run: Callable[[], object]) -> bool:
    """Run something in a process that is killed before its `change`-th change below `place`.

    `change` counts from 0. True if it was killed, False if it ended before by itself.
    """
    code = strike_before(change, place, signal.SIGKILL, run)
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def strike_before(change: int, place: str, blow: signal.Signals, run: Callable[[], object]) -> int:
    """Run something in a process that gets a signal before a change; its exit code, or -signal.

    The exit code is what `run` returns if that is a number, else 0; 70 for an exception.
    """
    with warnings.catch_warnings():
        # Threads of the test runner hold no lock that the child needs.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    # A shell that runs tests in the background has them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    left = change

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event not in CHANGES or not _is_below(place, event, arguments):
            return
        if _only_reads(event, arguments):
            return
        left -= 1
        if left == -1:
            os.kill(os.getpid(), blow)

    code = 70
    try:
        sys.addaudithook(watch)
        result = run()
        code = result if type(result) is int else 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


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
