"""One command, run as a fresh process and measured.

In: a command, a folder. Out: a `Reading`. It knows nothing of generators.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Linux counts the peak in KiB, macOS in bytes.
_PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Reading:
    """What a command took.

    `cpu_s` is user and system time of the process and of all descendants that were waited for.
    `peak_bytes` is the resident memory of the largest single one of those processes at its largest,
    not their sum; pages shared between a process and its forks are counted in each. The operating
    system starts that peak, for a child, at the peak of this Python (some 20 MB), so smaller values
    can't be seen.
    """

    wall_s: float
    cpu_s: float
    peak_bytes: int


class CommandFailedError(Exception):
    """A command ended with another code than 0; the text holds the end of its output."""


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Reading:
    """Run `command` in `folder`, its output going to `log`; CommandFailedError if it fails."""
    with log.open("wb") as output:
        begin = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env={**_inherited(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait again
    if child.returncode != 0:
        tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise CommandFailedError(f"{' '.join(command)}\nexit code {child.returncode}\n{tail}")
    return Reading(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _PEAK_UNIT_BYTES)


def _inherited() -> dict[str, str]:
    """Our environment; but Python programs keep their bytecode, as they do where installed."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
