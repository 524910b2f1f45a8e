"""What a failed test says: where in the site, what, and by which way it got there.

In: exceptions as pytest caught them. Out: a place, a message and a traceback as text, without the
paths of this machine and without addresses in memory, so that equal failures read alike everywhere.
It must not import the builder: it lives in the card's process.
"""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import Any

import pytest

MESSAGE_LINES = 12
MESSAGE_WIDTH = 300
TRACE_FIRST_LINES, TRACE_LAST_LINES = 8, 31
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+\b|\b0x[0-9a-fA-F]{9,}\b")


class Failures:
    """Tells of failures in the site at `root`; `work` is the folder that a card runs in."""

    def __init__(self, root: Path, work: Path) -> None:
        self.root = root
        paths = sysconfig.get_paths()
        libraries = {paths[name] for name in ("purelib", "platlib", "stdlib", "platstdlib")}
        folders = {*libraries, *(str(work / "room" / name) for name in ("home", "tmp"))}
        folders |= {os.path.realpath(folder) for folder in folders}
        # The longest first: site-packages lie below the standard library's folder.
        self.hidden = [f"{folder}{os.sep}" for folder in sorted(folders, key=len, reverse=True)]

    def tell(self, excinfo: Any, report: Any) -> dict[str, object]:
        """Where a test failed, what it said, the module that is missing, and the traceback."""
        if excinfo is None:  # an xfail(strict=True) that passed has no exception
            return {"message": self._said(str(report.longrepr))}
        error = excinfo.value
        place = _doctest_failure(error)
        if place is not None:
            path, line, message = place
            return {
                "path": self._relative(path),
                "line": line,
                "message": self._said(message),
                "missing": _missing_module(_cause_of(error)),
            }
        cause = error.__cause__ if isinstance(error, pytest.Collector.CollectError) else error
        cause = cause or error
        path, line = self._place(cause)
        said = cause.msg if isinstance(cause, SyntaxError) else str(cause)
        kind = "MemoryError" if _is_starved(cause) else type(cause).__name__
        message = f"{kind}: {said}"
        if isinstance(cause, AssertionError):
            message = str(cause) or "assertion failed"
        return {
            "path": path,
            "line": line,
            "message": self._said(message),
            "missing": _missing_module(cause),
            "trace": self._trace(cause),
        }

    def _said(self, message: str) -> str:
        return clip(self._clean(message))

    def _trace(self, error: BaseException) -> str:
        """A traceback from the first frame of the site's own on."""
        shown = traceback.TracebackException.from_exception(error, limit=-60)
        self._shorten(shown, set())
        lines = self._clean("".join(shown.format())).rstrip().splitlines()
        lines = [
            line if len(line) <= MESSAGE_WIDTH else f"{line[:MESSAGE_WIDTH]}…" for line in lines
        ]
        if len(lines) > TRACE_FIRST_LINES + TRACE_LAST_LINES + 1:
            lines = [*lines[:TRACE_FIRST_LINES], "…", *lines[-TRACE_LAST_LINES:]]
        return "\n".join(lines)

    def _shorten(self, shown: traceback.TracebackException, known: set[int]) -> None:
        """Takes what runs the test off a traceback and off those of its causes."""
        known.add(id(shown))
        frames = list(shown.stack)
        ours = [at for at, frame in enumerate(frames) if self._is_ours(frame.filename)]
        # Without columns: the marks below a line differ from one Python to the next.
        shown.stack = traceback.StackSummary.from_list(
            traceback.FrameSummary(frame.filename, frame.lineno, frame.name, line=frame.line)
            for frame in frames[ours[0] if ours else 0 :]
        )
        for other in (shown.__cause__, shown.__context__):
            if other is not None and id(other) not in known:
                self._shorten(other, known)

    def _clean(self, text: str) -> str:
        for folder in self.hidden:
            text = text.replace(folder, "…/")
        text = text.replace(f"{self.root}{os.sep}", "")
        return ADDRESS.sub(lambda found: "at 0x…" if found[0].startswith("at") else "0x…", text)

    def _place(self, error: BaseException) -> tuple[str, int]:
        """The innermost line of the site's own code that an exception passed through."""
        if isinstance(error, SyntaxError) and error.filename:
            return self._relative(error.filename), error.lineno or 0
        found = ("", 0)
        trace = error.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if self._is_ours(path):
                found = (self._relative(path), trace.tb_lineno)
            trace = trace.tb_next
        return found

    def _is_ours(self, path: str) -> bool:
        name = self._relative(path)
        return not Path(name).is_absolute() and not name.startswith("<")

    def _relative(self, path: str) -> str:
        place = Path(path)
        is_ours = place.is_relative_to(self.root) and "site-packages" not in place.parts
        return place.relative_to(self.root).as_posix() if is_ours else path


def clip(message: str) -> str:
    """The beginning of a message: a few lines, none too long."""
    lines = message.strip().splitlines()
    kept = [line if len(line) <= MESSAGE_WIDTH else line[:MESSAGE_WIDTH] + "…" for line in lines]
    return "\n".join(kept[:MESSAGE_LINES] + (["…"] if len(kept) > MESSAGE_LINES else []))


def _is_starved(error: BaseException) -> bool:
    """Whether memory was refused: PyTorch says so by an error of another kind."""
    if isinstance(error, RuntimeError):
        return "can't allocate memory" in str(error)
    return isinstance(error, MemoryError)


def _missing_module(error: BaseException) -> str:
    """The module at the top of what could not be imported, if it is absent as a whole."""
    name = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    top = name.partition(".")[0]
    is_absent = top and top not in sys.stdlib_module_names and importlib.util.find_spec(top) is None
    return top if is_absent else ""


def _cause_of(error: Any) -> BaseException:
    """What a doctest raised, if that is why it failed."""
    first = getattr(error, "failures", [error])[0]
    raised = isinstance(first, doctest.UnexpectedException)
    return first.exc_info[1] if raised else error  # type: ignore[no-any-return]  # of sys.exc_info


def _doctest_failure(error: BaseException) -> tuple[str, int, str] | None:
    failures = getattr(error, "failures", [error])
    first = failures[0] if failures else None
    if not isinstance(first, doctest.DocTestFailure | doctest.UnexpectedException):
        return None
    example, test = first.example, first.test
    line = (test.lineno or 0) + example.lineno + 1
    got = first.got if isinstance(first, doctest.DocTestFailure) else repr(first.exc_info[1])
    message = f">>> {example.source}expected: {example.want.strip()}\ngot: {got.strip()}"
    return test.filename or "", line, message
