"""How much of a card's code its tests run.

In: the card's files, before any of them is imported. Out: for each the statements, and those that
did not run. It must not import the builder: it lives in the card's process. It is the only one that
imports coverage, and does without where that is not installed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# Python 3.12 counts statements at next to no cost. Before, every line of every library is traced,
# which doubles the time of some cards: so there it goes on for half a minute at most.
HAS_MONITORING = sys.version_info >= (3, 12)
BUDGET_SECONDS = 30.0


class Measure:
    """Counts from its making until it is asked; nothing at all where coverage is not installed."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        self.root = root
        self.paths = paths
        self.is_partial = False
        self.meter = _start([str(root / path) for path in paths])

    def check_budget(self) -> None:
        """Between two tests: ends the count if it has cost enough."""
        is_running = self.meter is not None and not self.is_partial
        if is_running and not HAS_MONITORING and time.process_time() > BUDGET_SECONDS:
            self.meter.stop()
            self.is_partial = True

    def lines(self) -> Iterator[dict[str, object]]:
        """A line of results for each file; this ends the count.

        Where the count ended early, a file is left out unless all of it had run by then: of the
        others it is not known.
        """
        if self.meter is None:
            return
        self.meter.stop()
        for path in self.paths:
            try:
                found = self.meter.analysis2(str(self.root / path))
            except Exception:  # noqa: S112  # a file that is no Python, or breaks: not measured
                continue
            _, statements, _, missing, shown = found
            if missing and self.is_partial:
                continue
            counts = {"statements": len(statements), "run": len(statements) - len(missing)}
            yield {"event": "coverage", "path": path, **counts, "missing": shown}


def _start(files: Sequence[str]) -> Any:
    """A running meter; None where there is none that is quick enough."""
    if not files:
        return None
    try:
        from coverage import Coverage

        if not HAS_MONITORING:
            import coverage.tracer  # noqa: F401  # else it counts in Python, many times slower
        meter = Coverage(data_file=None, config_file=False, include=files, messages=False)
        if HAS_MONITORING:
            meter.set_option("run:core", "sysmon")
        meter.start()
    except Exception:  # a card is tested all the same
        return None
    return meter
