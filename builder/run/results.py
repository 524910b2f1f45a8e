"""What came of running cards, and how a terminal shows it.

In: what the runner observed. Out: frozen results, the verdict on them, a text.
It must not run anything, nor know whether this is CI: who asks says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

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


def is_red(result: CardResult, *, is_ci: bool) -> bool:
    """Whether a result fails the run: all but a pass do, and what only one's own machine lacks."""
    return result.result != "PASSED" and (is_ci or result.result != "UNAVAILABLE")


def report_results(results: Sequence[CardResult]) -> str:
    """The results as text: a line a card, below it what went wrong, at the end the sum."""
    if not results:
        return "no cards"
    width = max(len(result.slug) for result in results)
    counts = [_counts(result) for result in results]
    counts_width = max(len(text) for text in counts)
    lines = []
    for result, count in zip(results, counts, strict=True):
        glyph = _GLYPHS.get(result.result, "✕")
        start = f"{glyph} {result.slug:<{width}}  {result.result:<11}  {count:<{counts_width}}"
        lines.append(f"{start}  {result.seconds:6.1f} s")
        lines += [f"    {line}" for detail in result.details for line in detail.splitlines()]
        for test in result.tests:
            lines += _failure(test) if test.outcome in ("failed", "uncollected") else []
    return "\n".join([*lines, "", _sum(results)])


_GLYPHS = {"PASSED": "✓", "UNAVAILABLE": "–", "EMPTY": "–", "SKIPPED": "–"}


def _counts(result: CardResult) -> str:
    parts = [(result.passed, "passed"), (result.failed, "failed"), (result.skipped, "skipped")]
    return ", ".join(f"{count} {word}" for count, word in parts if count) or "no tests"


def _failure(test: TestOutcome) -> list[str]:
    """A failed test: its place, its name, what it said."""
    file, _, name = test.test.partition("::")
    place = f"{test.path}:{test.line}" if test.path else file
    said = [f"        {line}" for line in test.message.splitlines()]
    return [f"    {place}  {name or file.rpartition('/')[2]}", *said]


def _sum(results: Sequence[CardResult]) -> str:
    words = [result.result for result in results]
    parts = [
        f"{words.count(word)} {word.lower()}" for word in dict.fromkeys(sorted(words, key=_rank))
    ]
    return f"{len(results)} {'card' if len(results) == 1 else 'cards'}: {', '.join(parts)}"


def _rank(word: str) -> int:
    """The order in which the sum counts results: passes, then by how bad they are."""
    return get_args(Result).index(word)
