"""A results file, read: what a card's process wrote while it ran.

In: a file of JSON lines, which may end anywhere. Out: what it says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from builder.evidence.record import Coverage
from builder.run.results import TestOutcome


@dataclass
class Heard:
    """What a results file says so far, in the terms of `Observation`."""

    tests: list[TestOutcome] = field(default_factory=list)
    unfinished: str = ""
    collected: int = 0
    status: int | None = None
    reads: set[str] = field(default_factory=set)
    outside: list[tuple[str, str]] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)


def read_results(path: Path) -> Heard:
    """What a results file says, as far as it goes; nothing if there is none."""
    heard = Heard()
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
        except ValueError:  # cut off in the middle of a write
            break
        event = line.pop("event")
        if event == "start":
            heard.unfinished = line["test"]
        elif event == "end":
            heard.tests.append(TestOutcome(**line))
            heard.unfinished = ""
        elif event == "collected":
            heard.collected = line["count"]
        elif event == "read":
            heard.reads.add(line["path"])
        elif event == "outside":
            heard.outside.append((line["path"], line["test"]))
        elif event == "coverage":
            heard.coverage.append(Coverage(**line))
        else:
            heard.status = line["status"]
    return heard
