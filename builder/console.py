"""What all commands share: exit codes, how they speak, what their options name.

In: options of a command line. Out: lines on the streams; values. A build that has nothing to do
comes through here, so it imports little.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder.stock import Order

# See `cli` for what each is for.
FINE, PROBLEM, USAGE, UNPROVEN, MACHINE, FAILING, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def say(line: str) -> None:
    """Tell the author something, on the error stream."""
    print(line, file=sys.stderr)


def fail(message: str, code: int) -> int:
    """Say why a command fails; the exit code."""
    with contextlib.suppress(BrokenPipeError):
        print(f"proofpress: {message}", file=sys.stderr)
    return code


def counted(count: int, noun: str) -> str:
    """A number of things: "1 file", "3 files"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def folders(options: argparse.Namespace) -> tuple[Path, Path]:
    """The site's folder and that of its output."""
    root = Path(options.root).resolve()
    output = Path(options.output).resolve() if options.output else root / "site"
    return root, output


def order_of(root: Path, output: Path, options: argparse.Namespace) -> Order:
    """What a build, or a look at the site, is asked for."""
    from builder.config import Options
    from builder.stock import Order

    return Order(
        root=root,
        output=output,
        options=Options(now=options.now, drafts=options.drafts, future=options.future),
        is_strict=getattr(options, "strict", False),
        is_clean=getattr(options, "clean", False),
        has_tests=not getattr(options, "no_tests", False),
        jobs=getattr(options, "jobs", 1) or processors(),
    )


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
