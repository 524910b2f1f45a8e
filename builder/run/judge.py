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
from builder.evidence.record import Coverage
from builder.run.packages import install_hint
from builder.run.results import CardResult, Result, TestOutcome
from builder.run.watch import Ending, Limits

TAIL_LINES = 15


class Observation(Value, frozen=True):
    """A card's processes as seen from outside, and what they wrote into the results file.

    `status` is pytest's, as the results file's closing line gives it; None: there is no such line.
    `unfinished` is the test that had started and not ended, "" if none. `collected` counts the
    tests there are. `outside` are files that it had no business to read, each with the test that
    did, "" while tests were looked for. `tail` is the end of its error output.
    """

    ending: Ending
    limits: Limits
    status: int | None
    tests: tuple[TestOutcome, ...]
    unfinished: str
    collected: int
    reads: tuple[str, ...]
    outside: tuple[tuple[str, str], ...]
    coverage: tuple[Coverage, ...]
    isolation: str
    started: str
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
        seconds=seen.ending.seconds,
        details=details,
        tests=seen.tests,
        reads=seen.reads,
        coverage=seen.coverage,
        isolation=seen.isolation,
        started=seen.started,
    )


def why_ended(ending: Ending, limits: Limits) -> str:
    """The limit that a command was ended for, in words; "" if it ended by itself."""
    if ending.cause == "time":
        return f"stopped after {limits.seconds:g} s"
    if ending.cause == "memory":
        used, limit = in_bytes(ending.memory_bytes), in_bytes(limits.memory_bytes)
        return f"used {used} of memory, and its limit is {limit}"
    if ending.cause == "output":
        return f"wrote more than {limits.output_bytes // 10**6} MB of output"
    return ""


def in_bytes(size: int) -> str:
    """An amount of memory as people say it: "4 GiB", "512 MiB"."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def how_it_ended(exit_code: int) -> str:
    """The end of a process in words."""
    if exit_code >= 0:
        return f"the process ended by itself (status {exit_code})"
    name = str(-exit_code)
    with suppress(ValueError):
        name = signal.Signals(-exit_code).name
    return f"the process was killed by {name}"


_CAUSES: dict[str, Result] = {"time": "TIMEOUT", "memory": "MEMORY", "output": "ERROR"}


def _result(seen: Observation, demands: Demands, pyproject: str) -> tuple[Result, tuple[str, ...]]:
    during = f" during {seen.unfinished}" if seen.unfinished else ""
    if seen.ending.cause:
        return _CAUSES[seen.ending.cause], (why_ended(seen.ending, seen.limits) + during,)
    if seen.status is None:
        how = f"{how_it_ended(seen.ending.exit_code)}{during}, before its tests were done"
        return "ERROR", (how, *_tail(seen))
    if starved := _out_of_memory(seen.tests):
        limit = in_bytes(seen.limits.memory_bytes)
        return "MEMORY", (f"{starved} asked for more memory than its limit of {limit}",)
    if seen.outside:
        return "ERROR", tuple(
            f"{test or 'the import'} reads {path}, outside the site" for path, test in seen.outside
        )
    if missing := _missing(seen.tests):
        return "UNAVAILABLE", tuple(install_hint(module, pyproject) for module in missing)
    if any(test.outcome == "uncollected" for test in seen.tests):
        return "ERROR", ()
    if seen.status not in (0, 1, 5):  # pytest: all passed, some failed, none collected
        return "ERROR", (f"pytest gave up with status {seen.status}", *_tail(seen))
    if seen.ending.exit_code != seen.status:
        return "ERROR", (f"{how_it_ended(seen.ending.exit_code)} after its tests", *_tail(seen))
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


def _out_of_memory(tests: Sequence[TestOutcome]) -> str:
    """The first test that was refused memory, "" if none was."""
    wrong = (test for test in tests if test.outcome in ("failed", "uncollected"))
    return next((test.test for test in wrong if test.message.startswith("MemoryError")), "")


def _tail(seen: Observation) -> tuple[str, ...]:
    """The end of the error output, without pytest's own frames."""
    ours = ("site-packages", "session.py")
    lines = [line for line in seen.tail.strip().splitlines() if not any(at in line for at in ours)]
    return tuple(lines[-TAIL_LINES:])
