"""One card's tests in a process of their own: what `runner` starts, as a script.

In: an order as JSON: the site's root, the work folder, arguments for pytest. Out: the results file,
a JSON object a line: tests as they start and end, files that were read, and one when all is done,
so that no crash passes for a success.
It must not import the builder: a card is tested with what the card imports, and no more.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Generator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from builder.run import covered, ears, failures, fresh
else:  # beside this file, but neither it nor the builder is on the card's path

    def _beside(name):
        spec = importlib.util.spec_from_file_location(
            f"_proofpress_{name}", Path(__file__).with_name(f"{name}.py")
        )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    covered, ears, failures, fresh = map(_beside, ("covered", "ears", "failures", "fresh"))


def main(order: dict[str, Any]) -> int:
    """Runs pytest and returns its exit status, which is also the results file's last line."""
    root, work = Path(order["root"]), Path(order["work"])
    sys.meta_path.insert(0, _Derandomiser())
    fresh.read_only_sources(root)
    measure = covered.Measure(root, order["measured"])
    results = os.open(work / "results.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(line: dict[str, object]) -> None:
        # At once, so that a crash loses nothing; appended whole, since forks of this write too.
        os.write(results, json.dumps(line).encode() + b"\n")

    listener = ears.Ears(root, work, write)
    recorder = Recorder(root, failures.Failures(root, work), listener, measure, write)
    recorder.is_reversed = order["reverse"]
    sys.addaudithook(listener)
    if (work / "isolation").read_text(encoding="utf-8") == "processes":
        sys.addaudithook(ears.refuse(root, has_network=order["network"]))
    status = int(pytest.main(order["arguments"], plugins=[recorder]))
    listener.is_over = True
    for line in measure.lines():
        write(line)
    write({"event": "done", "status": status})
    return status


class Recorder:
    """A pytest plugin that writes each outcome to a file, at once, so that a crash loses none."""

    is_reversed = False

    def __init__(  # as the class says
        self,
        root: Path,
        told: failures.Failures,
        listener: ears.Ears,
        measure: covered.Measure,
        write: Callable[[dict[str, object]], None],
    ) -> None:
        self.root = root
        self.failures = told
        self.listener = listener
        self.measure = measure
        self.write = write

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: Any) -> pytest.Module | None:
        """Of a snippet only doctests are tests: a function may well be called `test_statistic`."""
        if not module_path.is_relative_to(self.root / "snippets"):
            return None
        module: pytest.Module = _NoTests.from_parent(parent, path=module_path)
        return module

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Runs the last test first, if so asked."""
        if self.is_reversed:
            items.reverse()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Writes how many tests there are, so that a run that leaves some out is no pass."""
        self.write({"event": "collected", "count": len(session.items)})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Notes which test runs, for the case that it never ends."""
        self.listener.test = nodeid
        self.write({"event": "start", "test": nodeid})

    def pytest_runtest_logfinish(self) -> None:
        """Between two tests there is time to stop counting."""
        self.measure.check_budget()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Writes what a test came to; set-up and tear-down only where they fail or skip."""
        report = yield
        if report.when == "call" or report.outcome != "passed":
            line = self._line(report.nodeid, report.outcome, report.duration, "")
            if hasattr(report, "wasxfail"):
                outcome = "xfailed" if report.skipped else report.outcome
                line |= {
                    "outcome": outcome,
                    "message": f"expected to fail {report.wasxfail}".strip(),
                }
            elif report.skipped:
                line["message"] = _skip_reason(report)
            elif report.failed:
                line |= self.failures.tell(call.excinfo, report)
            self.write(line)
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Writes that a whole file was skipped; its tests are not even known."""
        if report.skipped:
            self.write(self._line(report.nodeid, "skipped", 0.0, _skip_reason(report)))

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: Any) -> None:
        """Writes why a file could not be collected."""
        if isinstance(report, pytest.CollectReport):
            line = self._line(report.nodeid, "uncollected", 0.0, "")
            self.write(line | self.failures.tell(call.excinfo, report))

    def _line(self, test: str, outcome: str, seconds: float, message: str) -> dict[str, object]:
        return {
            "event": "end",
            "test": test,
            "outcome": outcome,
            "seconds": round(seconds, 4),
            "message": message,
            "path": "",
            "line": 0,
            "missing": "",
            "trace": "",
        }


class _NoTests(pytest.Module):
    def collect(self) -> list[pytest.Item | pytest.Collector]:
        return []


class _Derandomiser:
    """Sets hypothesis to the same examples in every run, when and only when a card imports it.

    Its settings are read where a test is decorated, so they must be loaded before the importing
    module goes on.
    """

    is_searching = False

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The spec of hypothesis, with a loader that also loads the settings."""
        if fullname != "hypothesis" or self.is_searching:
            return None
        self.is_searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.is_searching = False
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_derandomise(module: ModuleType) -> None:
            execute(module)
            _derandomise(module)

        spec.loader.exec_module = execute_and_derandomise  # type: ignore[method-assign]  # this spec only
        return spec


def _derandomise(hypothesis: Any) -> None:
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "card", derandomize=True, database=None, deadline=None, suppress_health_check=slow
    )
    hypothesis.settings.load_profile("card")


def _skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return failures.clip(said.removeprefix("Skipped: "))


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
