"""What was checked of a card, in full: tests and times, versions, isolation, coverage, what failed.

In: `Evidence`, its records, the theme's words. Out: views for `_evidence.html`. It must not judge:
whether a record still holds is said in `Evidence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from builder.codec import Value
from builder.evidence.record import (
    OUTCOMES,
    Coverage,
    Measurement,
    Record,
    RecordedTest,
    worst_cases,
)
from builder.link.addresses import encode_address
from builder.model import TESTED, Evidence, Standing
from builder.render.evidence import Line, counted, long_date, spell, view_lines
from builder.render.views import NamedLink

# The words of the fold that the builder puts together; the template's own are found missing there.
FOLD_WORDS: Mapping[str, Mapping[str, object]] = {
    "evidence": {},
    "evidence_of": {"name": "z_test"},
    "passed_on": {"date": "1 May 2026"},
    "passed_on_before": {"date": "1 May 2026"},
    "run_on": {"date": "1 May 2026"},
    "run_on_before": {"date": "1 May 2026"},
    "cases": {"n": 2},
    "coverage_all": {"n": 2},
    "coverage_part_one": {"percent": 50, "n": 2, "lines": "1"},
    "coverage_part_many": {"percent": 50, "n": 2, "lines": "1–2"},
    "output_old": {"date": "1 May 2026"},
    **{f"outcome_{name}": {} for name in OUTCOMES if name != "passed"},
    **{
        f"{word}_{form}": {"n": 1}
        for word in ("tests_count", "more_failures", "others")
        for form in ("one", "many")
    },
}
SCHEMA_URL = "/evidence/schema.json"
# More failing tests than these are only counted: the first ones are usually why the others fail.
MOST_FAILURES = 5
# More functions than these are folded once more.
MOST_ROWS = 12


class TestRow(Value, frozen=True):
    """The tests of one function; `note` says what is not a plain pass."""

    name: str
    cases: str
    time: str
    note: str


class RunView(Value, frozen=True):
    """One record; every part but `title` and the link may be empty."""

    title: str
    summary: str
    rows: tuple[TestRow, ...]
    is_long: bool
    versions: str
    others: str
    others_count: str
    isolation: str
    coverage: tuple[str, ...]
    measurements: tuple[str, ...]
    record_url: str
    record_name: str


class FailedTest(Value, frozen=True):
    """A test that failed: `place` is "file:line", "" if it lies outside of the site's code."""

    name: str
    message: str
    place: str
    trace: str


class PanelView(Value, frozen=True):
    """A run that was no pass, without what differs from run to run."""

    result: str
    text: str
    details: tuple[str, ...]
    tests: tuple[FailedTest, ...]
    more: str


class FoldView(Value, frozen=True):
    """`view` in the macros of `_evidence.html`.

    `label` says of which card it is; `command` runs its tests again.
    """

    id: str
    slug: str
    label: str
    lines: tuple[Line, ...]
    panel: PanelView | None
    runs: tuple[RunView, ...]
    command: str
    files: tuple[NamedLink, ...]
    schema_url: str


def view_fold(
    evidence: Evidence,
    records: Mapping[str, Record],
    words: Mapping[str, Any],
    *,
    base: str,
    anchor: str,
) -> FoldView:
    """The fold of a card; `records` are those that its evidence names, by path."""
    failed = evidence.failure and records[evidence.failure.path]
    lines = view_lines(evidence, words)
    return FoldView(
        id=anchor,
        slug=evidence.slug,
        label=words["evidence_of"].format(name=evidence.slug),
        lines=lines,
        panel=_view_panel(failed, lines[0].text, words) if failed else None,
        runs=tuple(_view_run(item, records[item.path], words, base) for item in evidence.standings),
        command=f"proofpress test {evidence.slug}",
        files=tuple(NamedLink(path, base + url) for path, url in evidence.files),
        schema_url=base + SCHEMA_URL,
    )


# --- What failed ----------------------------------------------------------------------------------

# Files of a machine: below a folder that machines have, or too deep to be an address of the site.
# The site's own are told from its root, so they don't begin with "/".
_ROOTS = "home|root|Users|tmp|var|usr|opt|private|mnt|srv|etc|nix|run|dev|proc"
_NAME = r"[^\s/\\:'\"<>|(),]+"
_ABSOLUTE = re.compile(
    rf"(?<![\w./:-])(?:/(?:{_ROOTS})/(?:{_NAME}/)*|/(?:{_NAME}/){{3,}}|[A-Za-z]:[/\\](?:{_NAME}[/\\])*)"
    rf"({_NAME})"
)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
# Neither HTML nor XML can hold these, however they are written.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_DURATION = re.compile(r"\bin \d+(?:\.\d+)? ?(?:s|ms|µs|us|seconds)\b")


def hide_machine(text: str) -> str:
    """A message without absolute paths, memory addresses and durations: those say where and when a
    test ran, not why it failed; U+FFFD for what is no text.
    """
    text = _NO_TEXT.sub("\ufffd", text)
    text = _ABSOLUTE.sub(r"…/\1", text)
    return _DURATION.sub("in …", _ADDRESS.sub("0x…", text))


def _view_panel(record: Record, text: str, words: Mapping[str, Any]) -> PanelView:
    wrong = [test for test in record.tests if test.outcome in ("failed", "uncollected")]
    more = len(wrong) - MOST_FAILURES
    return PanelView(
        result=record.result,
        text=text,
        details=tuple(hide_machine(said) for said in record.details),
        tests=tuple(_view_failed(test) for test in wrong[:MOST_FAILURES]),
        more=counted("more_failures", more, words) if more > 0 else "",
    )


def _view_failed(test: RecordedTest) -> FailedTest:
    place = f"{test.path}:{test.line}" if test.path else ""
    return FailedTest(
        hide_machine(_short_id(test.id)), hide_machine(test.message), place,
        hide_machine(test.trace),
    )  # fmt: skip


# --- What ran -------------------------------------------------------------------------------------


def _view_run(standing: Standing, record: Record, words: Mapping[str, Any], base: str) -> RunView:
    environment = record.environment
    rows = _rows(record.tests, words)
    total = sum(test.ms for test in record.tests)
    count = len({test.id for test in record.tests})
    said = [hide_machine(said) for said in record.details]
    others = [
        f"{spell(name)} {version}"
        for name, version in sorted(environment.distributions.items())
        if name not in environment.direct
    ]
    published = standing.path.removeprefix("content/")
    # Beside the panel of a failing card a reader must not take an old pass for the present one.
    word = "passed_on" if standing.tier in TESTED else "run_on"
    title = words[f"{word}_before" if standing.state == "stale" else word]
    return RunView(
        title=title.format(date=long_date(record.started[:10], words)),
        summary=" · ".join(
            [counted("tests_count", count, words), f"{_time(total)}", *said] if rows else said
        ),
        rows=rows,
        is_long=len(rows) > MOST_ROWS,
        versions=_versions(record),
        others=", ".join(others),
        others_count=counted("others", len(others), words) if others else "",
        isolation=str(words.get(f"isolation_{record.isolation}", record.isolation)),
        coverage=tuple(_coverage(item, words) for item in record.coverage if item.statements),
        measurements=tuple(_measurement(item) for item in record.measurements),
        record_url=f"{base}/{encode_address(published)}",
        record_name=published.rpartition("/")[2],
    )


def _rows(tests: Sequence[RecordedTest], words: Mapping[str, Any]) -> tuple[TestRow, ...]:
    """Tests by function, in the order in which they ran: a function with 200 cases is one row."""
    functions: dict[str, list[RecordedTest]] = {}
    for test in tests:
        functions.setdefault(_function(test.id), []).append(test)
    return tuple(_row(name, members, words) for name, members in functions.items())


def _row(name: str, tests: Sequence[RecordedTest], words: Mapping[str, Any]) -> TestRow:
    worst = worst_cases(tests)
    notes: dict[str, int] = {}
    for test in worst.values():
        if test.outcome != "passed":
            reason = hide_machine(test.message).strip().partition("\n")[0]
            said = f"{words[f'outcome_{test.outcome}']}: {reason}".removesuffix(": ")
            notes[said] = notes.get(said, 0) + 1
    count = len(worst)
    return TestRow(
        name=_short_id(name),
        cases=words["cases"].format(n=count) if count > 1 else "",
        time=_time(sum(test.ms for test in tests)),
        note="; ".join(said if n == count else f"{n} × {said}" for said, n in notes.items()),
    )


def _function(test_id: str) -> str:
    """A test's id without the case: "test_a.py::test_f[1-2]" is "test_a.py::test_f"."""
    return test_id.partition("[")[0]


def _short_id(test_id: str) -> str:
    return test_id.partition("::")[2] or test_id


def _time(ms: int) -> str:
    # A number is not parted from its unit.
    if ms < 1:
        return "<\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}ms"
    said = f"{ms} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def _versions(record: Record) -> str:
    environment = record.environment
    direct = [
        f"{spell(name)} {environment.distributions[name]}"
        for name in environment.direct
        if name in environment.distributions
    ]
    implementation = _IMPLEMENTATIONS.get(
        environment.implementation.lower(), environment.implementation
    )
    tools = [f"{name} {version}".strip() for name, version in sorted(environment.tools.items())]
    python = f"Python {environment.python} ({implementation}, {environment.platform})"
    return " · ".join(_filled([python, *direct, *tools, environment.hardware]))


_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


def _coverage(item: Coverage, words: Mapping[str, Any]) -> str:
    if item.run >= item.statements:
        said = words["coverage_all"].format(n=item.statements)
    else:
        # Rounded down: not all is never 100%.
        percent = item.run * 100 // item.statements
        lines = item.missing.replace("-", "–")
        word = "coverage_part_one" if lines.isdigit() else "coverage_part_many"
        said = words[word].format(percent=percent, n=item.statements, lines=lines)
    return f"{item.path.removeprefix('snippets/')}: {said}"


def _measurement(item: Measurement) -> str:
    places = ", ".join(f"{name} = {value}" for name, value in sorted(item.at.items()))
    figure = f"{item.name.replace('_', ' ')} {item.value:.4g} {item.unit}".strip()
    return f"{figure} ({places})" if places else figure


def _filled(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]
