"""Verdicts on cards as a terminal shows them, and what they mean for an exit code.

In: verdicts. Out: text. It must not run anything, nor know whether this is CI: who asks says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from builder.prove import Verdict
from builder.run.results import CardResult, Result, TestOutcome

# What a test printed must not move the cursor of who reads about it, nor colour the rest.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_GLYPHS = {"PASSED": "✓", "UNAVAILABLE": "–", "EMPTY": "–", "SKIPPED": "–"}


def is_red(result: CardResult, *, is_ci: bool) -> bool:
    """Whether a result fails the run: all but a pass do, and what only one's own machine lacks."""
    return result.result != "PASSED" and (is_ci or result.result != "UNAVAILABLE")


def report_verdicts(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as text: a line a card, below it what went wrong, at the end the sum."""
    if not verdicts:
        return "no cards"
    width = max(len(verdict.card.slug) for verdict in verdicts)
    words = ["pass (cached)" if each.is_cached else each.result.result for each in verdicts]
    counts = [_counts(verdict.result) for verdict in verdicts]
    word_width, counts_width = max(map(len, words)), max(map(len, counts))
    lines = []
    for verdict, word, count in zip(verdicts, words, counts, strict=True):
        result = verdict.result
        glyph = _GLYPHS.get(result.result, "✕")
        start = f"{glyph} {result.slug:<{width}}  {word:<{word_width}}  {count:<{counts_width}}"
        lines.append(f"{start}  {result.seconds:6.1f} s")
        lines += [f"    {line}" for detail in result.details for line in detail.splitlines()]
        for test in result.tests:
            lines += _failure(test) if test.outcome in ("failed", "uncollected") else []
        lines += [f"    {note}" for note in verdict.notes]
    lines = [_CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", line) for line in lines]
    return "\n".join([*lines, "", _sum([verdict.result for verdict in verdicts])])


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
    order = get_args(Result)
    parts = [
        f"{words.count(word)} {word.lower()}"
        for word in dict.fromkeys(sorted(words, key=order.index))
    ]
    return f"{len(results)} {'card' if len(results) == 1 else 'cards'}: {', '.join(parts)}"
