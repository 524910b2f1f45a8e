"""A record: what one run of a card came to, of which bytes, with what.

In: values, or the JSON bytes of an in-toto statement. Out: the other. Equal records give equal
bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from builder.codec import Value
from builder.model import Tier


class RecordedTest(Value, frozen=True):
    """One test: `ms` it took; `message` is a skip's reason or a failure's assertion.

    `path` and `line` are where it failed in the site's own code, "" and 0 if nowhere in it;
    `trace` its traceback without absolute paths.
    """

    id: str
    outcome: Literal["passed", "failed", "skipped", "xfailed", "uncollected"]
    ms: int
    message: str = ""
    path: str = ""
    line: int = 0
    trace: str = ""


# From the worst to the best.
OUTCOMES = ("failed", "uncollected", "passed", "xfailed", "skipped")


def worst_cases(tests: Iterable[RecordedTest]) -> dict[str, RecordedTest]:
    """The tests by id, each by the worst of its runs: a test may pass, and its tear-down fail."""
    worst: dict[str, RecordedTest] = {}
    for test in tests:
        known = worst.setdefault(test.id, test)
        if OUTCOMES.index(test.outcome) < OUTCOMES.index(known.outcome):
            worst[test.id] = test
    return worst


class RecordedOutput(Value, frozen=True):
    """An output by name; `is_repeatable` None: it was not tried."""

    name: str
    sha256: str
    is_repeatable: bool | None = None


class Coverage(Value, frozen=True):
    """How many of a file's statements ran under the tests, and the lines of those that did not."""

    path: str
    statements: int
    run: int
    missing: str


class Environment(Value, frozen=True):
    """With what a card ran. `direct` names the distributions that the card's own files import."""

    python: str
    implementation: str
    platform: str
    distributions: dict[str, str]
    direct: tuple[str, ...]
    tools: dict[str, str]
    variables: dict[str, str]
    hardware: str = ""


class Measurement(Value, frozen=True):
    """A figure: "share_of_copy" 0.83 "" at {"K": "5", "kernel": "strip of 32 rows"}."""

    name: str
    value: float
    unit: str
    at: dict[str, str]


class Record(Value, frozen=True):
    """One run of a card.

    `subjects` are the files of the content digest with their SHA-256 in hexadecimal. `test` is the
    card's `test:` table as canonical JSON. `runner` is the digest of what ran it. `result` is a
    result word. `details` says why it is no pass. `started` is in UTC, "2026-11-21T10:00:00Z".
    `claim` sums up a measurement, and `sources` keeps the measured files' texts.
    """

    card: str
    tier: Tier
    subjects: dict[str, str]
    test: str
    runner: str
    content: str
    environment_digest: str
    result: str
    details: tuple[str, ...]
    tests: tuple[RecordedTest, ...]
    coverage: tuple[Coverage, ...]
    outputs: tuple[RecordedOutput, ...]
    environment: Environment
    isolation: str
    started: str
    seconds: float
    measurements: tuple[Measurement, ...] = ()
    claim: str = ""
    sources: dict[str, str] = {}  # noqa: RUF012  # each value gets an empty dict of its own
