"""All that a process started, and what those started.

In: a process. Out: its descendants; their end. Imported by `guard`, and as quick to import.
"""

# Pathlib and contextlib cost more than they save here.
# ruff: noqa: PTH123, PTH208, SIM105

from __future__ import annotations

import os
import signal
import time


def descendants(pid: int) -> list[int]:
    """The processes below one, parents before their children; none where there is no /proc."""
    found = [pid]
    for each in found:  # it grows meanwhile
        found += _children(each)
    return found[1:]


def end_descendants() -> None:
    """Kills and reaps all that is below this process; what was orphaned there is below it too."""
    while True:
        for pid in descendants(os.getpid()):
            kill(pid)
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                break
        time.sleep(0.002)


def kill(pid: int) -> None:
    """Kills a process, if it is there and may be killed."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _children(pid: int) -> list[int]:
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass  # it ended meanwhile, or there is no /proc
    return found
