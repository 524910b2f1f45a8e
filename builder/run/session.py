"""One card's tests in a process of their own: what `runner` starts, as a script.

In: the site's root, the results file, arguments for pytest. Out: the results file, a JSON object a
line: tests as they start and end, and one when all is done, so that no crash passes for a success.
It must not import the builder: a card is tested with what the card imports, and no more.
"""

from __future__ import annotations

import doctest
import importlib.util
import json
import sys
from collections.abc import Generator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

import pytest

MESSAGE_LINES = 12
MESSAGE_WIDTH = 300


def main(root: str, results_file: str, *arguments: str) -> int:
    """Runs pytest and returns its exit status, which is also the results file's last line."""
    sys.meta_path.insert(0, _Derandomiser())
    with Path(results_file).open("w", encoding="utf-8") as results:
        recorder = Recorder(Path(root), results)
        status = int(pytest.main(list(arguments), plugins=[recorder]))
        recorder.write({"event": "done", "status": status})
    return status


class Recorder:
    """A pytest plugin that writes each outcome to a file, at once, so that a crash loses none."""

    def __init__(self, root: Path, results: TextIO) -> None:  # as the class says
        self.root = root
        self.results = results

    def write(self, line: dict[str, object]) -> None:
        """Appends a line; it is in the file even if the process dies right after."""
        self.results.write(json.dumps(line) + "\n")
        self.results.flush()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: Any) -> pytest.Module | None:
        """Of a snippet only doctests are tests: a function may well be called `test_statistic`."""
        if not module_path.is_relative_to(self.root / "snippets"):
            return None
        module: pytest.Module = _NoTests.from_parent(parent, path=module_path)
        return module

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Writes how many tests there are, so that a run that leaves some out is no pass."""
        self.write({"event": "collected", "count": len(session.items)})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Notes which test runs, for the case that it never ends."""
        self.write({"event": "start", "test": nodeid})

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
                line |= self._failure(call.excinfo, report)
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
            self.write(line | self._failure(call.excinfo, report))

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
        }

    def _failure(self, excinfo: Any, report: Any) -> dict[str, object]:
        """Where in the site a test failed, what it said, and the module that is missing, if any."""
        if excinfo is None:  # an xfail(strict=True) that passed has no exception
            return {"message": _clip(str(report.longrepr))}
        error = excinfo.value
        place = _doctest_failure(error)
        if place is not None:
            path, line, message = place
            return {"path": self._relative(path), "line": line, "message": _clip(message)}
        cause = error.__cause__ if isinstance(error, pytest.Collector.CollectError) else error
        cause = cause or error
        path, line = self._place(cause)
        missing = _missing_module(cause)
        said = cause.msg if isinstance(cause, SyntaxError) else str(cause)
        message = f"{type(cause).__name__}: {said}"
        if isinstance(cause, AssertionError):
            message = str(cause) or "assertion failed"
        return {"path": path, "line": line, "message": _clip(message), "missing": missing}

    def _place(self, error: BaseException) -> tuple[str, int]:
        """The innermost line of the site's own code that an exception passed through."""
        if isinstance(error, SyntaxError) and error.filename:
            return self._relative(error.filename), error.lineno or 0
        found = ("", 0)
        trace = error.__traceback__
        while trace is not None:
            path = self._relative(trace.tb_frame.f_code.co_filename)
            if not Path(path).is_absolute() and not path.startswith("<"):
                found = (path, trace.tb_lineno)
            trace = trace.tb_next
        return found

    def _relative(self, path: str) -> str:
        place = Path(path)
        is_ours = place.is_relative_to(self.root) and "site-packages" not in place.parts
        return place.relative_to(self.root).as_posix() if is_ours else path


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


def _missing_module(error: BaseException) -> str:
    """The module at the top of what could not be imported, if it is absent as a whole."""
    name = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    top = name.partition(".")[0]
    is_absent = top and top not in sys.stdlib_module_names and importlib.util.find_spec(top) is None
    return top if is_absent else ""


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


def _skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return _clip(said.removeprefix("Skipped: "))


def _clip(message: str) -> str:
    lines = message.strip().splitlines()
    kept = [line if len(line) <= MESSAGE_WIDTH else line[:MESSAGE_WIDTH] + "…" for line in lines]
    return "\n".join(kept[:MESSAGE_LINES] + (["…"] if len(kept) > MESSAGE_LINES else []))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
