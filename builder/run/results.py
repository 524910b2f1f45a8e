"""What came of running cards, as values.

In: what the runner observed. Out: frozen results. It must not run anything.
"""

from __future__ import annotations

from typing import Literal

from builder.codec import Value
from builder.evidence.record import Coverage

Result = Literal[
    "PASSED", "FAILED", "ERROR", "TIMEOUT", "MEMORY", "EMPTY", "SKIPPED", "UNAVAILABLE"
]


class TestOutcome(Value, frozen=True):
    """What one test came to; "uncollected" is a file whose tests could not be found.

    `path` and `line` are where it failed in the site's own code, "" and 0 if nowhere in it.
    `missing` names a module that was absent, "" if none was. `trace` is the traceback of a failure,
    without absolute paths.
    """

    __test__ = False  # pytest would take the name for a class of tests

    test: str
    outcome: Literal["passed", "failed", "skipped", "xfailed", "uncollected"]
    seconds: float
    message: str
    path: str
    line: int
    missing: str
    trace: str = ""


class Produced(Value, frozen=True):
    """What a card's demonstration (`python -m snippets.<slug>`) left.

    `files` are "stdout.txt" and the figures it saved, by name. `exit_code` is -n for a death by
    signal n; `tail` says what went wrong, "" if nothing did. `reads` are as a card's.
    """

    exit_code: int
    tail: str
    files: dict[str, bytes]
    reads: tuple[str, ...] = ()


class CardResult(Value, frozen=True):
    """What a card's tests came to; `details` says why it is not PASSED, a line each.

    `reads` are the site's files that were opened meanwhile, by path. `isolation` is "namespaces" or
    "processes", "" if nothing ran; `started` is in UTC, "2026-11-21T10:00:00Z". `produced` None:
    its demonstration was not asked for, or there was no pass.
    """

    slug: str
    result: Result
    passed: int
    failed: int
    skipped: int
    seconds: float
    details: tuple[str, ...]
    tests: tuple[TestOutcome, ...] = ()
    reads: tuple[str, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    isolation: str = ""
    started: str = ""
    produced: Produced | None = None


def not_run(slug: str, result: Result, *details: str) -> CardResult:
    """The result of a card that was not run at all."""
    return CardResult(slug, result, 0, 0, 0, 0.0, tuple(filter(None, details)))
