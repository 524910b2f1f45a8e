"""What was seen of a card's process to the card's result.

In: an observation, the card's demands, the text of pyproject.toml. Out: a `CardResult`.
It must not run anything. Only what ended as it should is a pass: silence is not.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import suppress

from builder.cards.demands import Demands
from builder.codec import Value
from builder.run.packages import install_hint
from builder.run.results import CardResult, Result, TestOutcome

OUTPUT_LIMIT_BYTES = 10_000_000
TAIL_LINES = 15


class Observation(Value, frozen=True):
    """A card's process as seen from outside, and what it wrote into its results file.

    `exit_code` None: it was killed at its time limit. `status` is pytest's, as the results file's
    closing line gives it; None: there is no such line. `unfinished` is the test that had started
    and not ended, "" if none. `collected` counts the tests there are. `tail` is the end of its
    error output.
    """

    exit_code: int | None
    status: int | None
    seconds: float
    limit_seconds: float
    tests: tuple[TestOutcome, ...]
    unfinished: str
    collected: int
    output_bytes: int
    tail: str


def judge(slug: str, seen: Observation, demands: Demands, pyproject: str) -> CardResult:
    """The result of a card whose process ended or was ended."""
    result, details = _result(seen, demands, pyproject)
    failed = _named(seen, "failed")
    return CardResult(
        slug=slug,
        result=result,
        passed=len(_named(seen, "passed") - failed),  # a test may pass, and its tear-down fail
        failed=len(failed),
        skipped=len(_named(seen, "skipped", "xfailed")),
        seconds=seen.seconds,
        details=details,
        tests=seen.tests,
    )


def _result(seen: Observation, demands: Demands, pyproject: str) -> tuple[Result, tuple[str, ...]]:
    during = f" during {seen.unfinished}" if seen.unfinished else ""
    if seen.exit_code is None:
        return "TIMEOUT", (f"stopped after {seen.limit_seconds:g} s{during}",)
    if seen.output_bytes > OUTPUT_LIMIT_BYTES:
        return "ERROR", (f"wrote more than {OUTPUT_LIMIT_BYTES // 10**6} MB of output",)
    if seen.status is None:
        how = f"{_how_it_ended(seen.exit_code)}{during}, before its tests were done"
        return "ERROR", (how, *_tail(seen))
    if missing := _missing(seen.tests):
        return "UNAVAILABLE", tuple(install_hint(module, pyproject) for module in missing)
    if any(test.outcome == "uncollected" for test in seen.tests):
        return "ERROR", ()
    if seen.status not in (0, 1, 5):  # pytest: all passed, some failed, none collected
        return "ERROR", (f"pytest gave up with status {seen.status}", *_tail(seen))
    if seen.exit_code != seen.status:
        return "ERROR", (f"{_how_it_ended(seen.exit_code)} after its tests", *_tail(seen))
    ended = {test.test for test in seen.tests if test.outcome != "uncollected"}
    if len(ended) < seen.collected:
        return "ERROR", (f"stopped{during}: {len(ended)} of {seen.collected} tests ended",)
    return _count(seen, demands)


def _count(seen: Observation, demands: Demands) -> tuple[Result, tuple[str, ...]]:
    passed = len(_named(seen, "passed"))
    if _named(seen, "failed") or seen.status == 1:
        return "FAILED", ()
    if not seen.tests:
        return "EMPTY", ("no test ran",)
    if not passed:
        reasons = dict.fromkeys(test.message for test in seen.tests if test.message)
        return "SKIPPED", ("every test was skipped", *reasons)
    if passed < demands.min_tests:
        return "FAILED", (f"{passed} passed, and the card asks for at least {demands.min_tests}",)
    return "PASSED", ()


def _named(seen: Observation, *outcomes: str) -> set[str]:
    return {test.test for test in seen.tests if test.outcome in outcomes}


def _missing(tests: Sequence[TestOutcome]) -> tuple[str, ...]:
    """The modules that are absent, if nothing else went wrong."""
    wrong = [test for test in tests if test.outcome in ("failed", "uncollected")]
    if not all(test.missing for test in wrong):
        return ()
    return tuple(dict.fromkeys(test.missing for test in wrong))


def _how_it_ended(exit_code: int) -> str:
    if exit_code >= 0:
        return f"the process ended by itself (status {exit_code})"
    name = str(-exit_code)
    with suppress(ValueError):
        name = signal.Signals(-exit_code).name
    return f"the process was killed by {name}"


def _tail(seen: Observation) -> tuple[str, ...]:
    """The end of the error output, without pytest's own frames."""
    ours = ("site-packages", "session.py")
    lines = [line for line in seen.tail.strip().splitlines() if not any(at in line for at in ours)]
    return tuple(lines[-TAIL_LINES:])
