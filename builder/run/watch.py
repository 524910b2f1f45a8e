"""A card's processes, watched until they end, or ended where they go too far.

In: the guard that runs a card, limits, the files that its output goes to. Out: how it ended.
It must not know what a card is.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from builder.codec import Value
from builder.run.offspring import descendants

TICK_SECONDS = 0.05
GRACE_SECONDS = 15.0


class Limits(Value, frozen=True):
    """What all the processes of a card may take together."""

    seconds: float
    memory_bytes: int
    output_bytes: int


class Ending(Value, frozen=True):
    """How a card's processes ended.

    `cause` names the limit that they were ended for, "" if they ended by themselves; `exit_code` is
    -n for a death by signal n. `memory_bytes` is the most that was seen at any moment.
    """

    cause: Literal["", "time", "memory", "output"]
    exit_code: int
    seconds: float
    memory_bytes: int
    output_bytes: int


class Guards:
    """The guards that run now; closing it ends them, and all that is behind them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: set[subprocess.Popen[bytes]] = set()
        self.is_closed = False

    def add(self, guard: subprocess.Popen[bytes]) -> None:
        """Takes in a guard; ends it if this is closed already."""
        with self.lock:
            self.running.add(guard)
            if self.is_closed:
                guard.terminate()

    def remove(self, guard: subprocess.Popen[bytes]) -> None:
        """Lets go of a guard that ended."""
        with self.lock:
            self.running.discard(guard)

    def close(self) -> None:
        """Asks all guards to end; who watches them waits until they did."""
        with self.lock:
            self.is_closed = True
            for guard in self.running:
                guard.terminate()


def watch(
    guard: subprocess.Popen[bytes], limits: Limits, outputs: Sequence[Path], guards: Guards
) -> Ending:
    """Waits until a guard and all behind it ended; ends them where they pass a limit."""
    started = time.monotonic()
    peak = 0
    cause: Literal["", "time", "memory", "output"] = ""
    guards.add(guard)
    try:
        with _Wait(guard) as has_ended:
            while not has_ended(TICK_SECONDS):
                used = memory_bytes(guard.pid, limits.memory_bytes)
                peak = max(peak, used)
                if used > limits.memory_bytes:
                    cause = "memory"
                elif _size(outputs) > limits.output_bytes:
                    cause = "output"
                elif time.monotonic() - started > limits.seconds:
                    cause = "time"
                if cause:
                    break
    finally:
        _end(guard)
        guards.remove(guard)
    if not cause and _size(outputs) > limits.output_bytes:
        cause = "output"
    seconds = time.monotonic() - started
    return Ending(cause, guard.returncode, seconds, peak, _size(outputs))


def memory_bytes(pid: int, limit: int) -> int:
    """The memory that the processes below one hold, files apart; 0 where there is no /proc.

    Pages that several share (a forked child with its parent, say) are counted for each at first;
    only where that passes the limit are they counted as they should be, which takes far longer.
    """
    pids = descendants(pid)
    used = sum(_in_memory(each, "status", b"RssAnon:", b"RssShmem:") for each in pids)
    if used <= limit:
        return used
    return sum(_in_memory(each, "smaps_rollup", b"Pss_Anon:", b"Pss_Shmem:") for each in pids)


def _in_memory(pid: int, name: str, *fields: bytes) -> int:
    """The sum of these lines of a process's file in /proc; 0 if it ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/{name}").read_bytes().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(fields))


class _Wait:
    """Waits for a process's end without looking for it again and again, where the system can."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.handle = -1
        if hasattr(os, "pidfd_open"):
            with suppress(OSError):
                self.handle = os.pidfd_open(process.pid)

    def __enter__(self) -> _Wait:
        return self

    def __exit__(self, *_: object) -> None:
        if self.handle >= 0:
            os.close(self.handle)

    def __call__(self, seconds: float) -> bool:
        if self.handle >= 0:
            poll = select.poll()
            poll.register(self.handle, select.POLLIN)
            return bool(poll.poll(seconds * 1000))
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode is not None


def _end(guard: subprocess.Popen[bytes]) -> None:
    """Has a guard end all that is behind it; kills it where it does not come to that."""
    guard.terminate()
    try:
        guard.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        for pid in [guard.pid, *descendants(guard.pid)]:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        guard.wait()


def _size(outputs: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in outputs)
