"""What all commands share: exit codes, how they speak, what their options name.

In: options of a command line. Out: lines on the streams; values. A build that has nothing to do
comes through here, so it imports little.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from builder.stock import Order

# See `cli` for what each is for.
FINE, PROBLEM, USAGE, UNPROVEN, MACHINE, FAILING, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
# A last column narrower than this is put below the others.
NARROWEST_COLUMN = 24
# What stays in one line: the place of a problem; what is between quotes, as commands and paths are.
_PIECE = (
    r"^[^ :][^:]*:\d+:(?= )"
    r"|(?<![^ ])\(?(?P<quote>[`'\"])[^ ].*?(?P=quote)(?![\w`'\"])[^ ]*"
    r"|[^ ]+"
)


def say(line: str) -> None:
    """Tell the author something, on the error stream."""
    print(line, file=sys.stderr)


def tell(text: str, stream: TextIO | None = None) -> None:
    """Print text for reading, on standard output if no other stream is named.

    On a terminal it is in lines that fit, elsewhere as it is.
    """
    stream = stream or sys.stdout
    print(fold(text, terminal_width(stream)), file=stream)


def terminal_width(stream: TextIO | None) -> int:
    """The columns of the terminal that a stream writes to; 0 if it writes to none."""
    if stream is None or not stream.isatty():
        return 0
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 0


def fold(text: str, width: int) -> str:
    """The text with longer lines than `width` folded at spaces; as it is if that is 0.

    What follows stands below the line's last column, or its first word. No word is broken, nor what
    is between quotes.
    """
    return "\n".join(_fold(line, width) for line in text.split("\n")) if width else text


def shown_path(path: Path) -> str:
    """A path as one would type it here: from the working folder, if it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def fail(message: str, code: int) -> int:
    """Say why a command fails; the exit code."""
    with contextlib.suppress(BrokenPipeError):
        tell(f"proofpress: {message}", sys.stderr)
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


def _fold(line: str, width: int) -> str:
    if _columns(line) <= width or not line.strip():
        return line
    lead = len(line) - len(line.lstrip())
    gaps = [gap.end() for gap in re.finditer(r"(?<=\S) {2,}(?=\S)", line)]
    start = gaps[-1] if gaps else lead
    lines = [line[:start]]
    hanging = _columns(line[:start])
    if gaps and width - hanging < NARROWEST_COLUMN:
        hanging = lead + 4
        lines = [line[:start].rstrip(), " " * hanging]
    elif not gaps:
        # The hint of a problem is four spaces in.
        hanging = lead or 2
    first, *others = (piece[0] for piece in re.finditer(_PIECE, line[start:]))
    lines[-1] += first
    for piece in others:
        if _columns(lines[-1]) + 1 + _columns(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(" " * hanging + piece)
    return "\n".join(lines)


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese sign two, a letter's accent none."""
    if text.isascii():
        return len(text)
    # Late, because most of what is printed has none of these.
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )
