"""What was checked of a card, in one line of the page's language: never more than its record says.

In: `Evidence`, the theme's words. Out: lines of plain text with a sign that repeats them, and the
state that styles and machines go by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from builder.codec import Value
from builder.model import MEASURED, TESTED, Evidence, Failure, Standing

State = Literal["failed", "none", "stale", "unmet", "simulated", "passed"]
# Worst first: what a status page shows at its top.
STATES: tuple[State, ...] = ("failed", "none", "stale", "unmet", "simulated", "passed")
PASSING: tuple[State, ...] = ("simulated", "passed")
SIGNS: Mapping[str, str] = {
    "failed": "✕",
    "none": "–",
    "stale": "◌",
    "unmet": "✓",
    "simulated": "≈",
    "passed": "✓",
    "measured": "◆",
}
# The words that a line is made of, with examples of what is put into their braces.
LINE_WORDS: Mapping[str, Mapping[str, object]] = {
    "not_checked": {},
    "months_short": {},
    "tests_passed_one": {"n": 1},
    "tests_passed_many": {"n": 2},
    "simulated_one": {"n": 1},
    "simulated_many": {"n": 2},
    "passed_with": {"tests": "2 tests passed", "version": "NumPy 2.4", "wanted": "2.5"},
    "simulated_with": {"tests": "2 tests passed", "version": "Triton 3.7", "wanted": "3.8"},
    "passed_but": {"tests": "2 tests passed", "wanted": "NumPy 2.5"},
    "or_newer": {"version": "2.5"},
    "stale": {"date": "1 May 2026"},
    "simulated_stale": {"date": "1 May 2026"},
    "tests_fail_one": {"n": 1, "total": 2},
    "tests_fail_many": {"n": 2, "total": 2},
    "ended": {"result": "TIMEOUT"},
    "none_ran": {},
    "all_skipped": {},
    "unavailable": {},
    "measured": {"hardware": "NVIDIA H200", "claim": "83%"},
    "compiled": {"hardware": "sm_90", "claim": "48 registers"},
    "code_same": {},
    "code_comments": {},
    "code_changed": {},
}
# How projects spell their own names, where their distribution's name is another word.
SPELLINGS: Mapping[str, str] = {
    "bokeh": "Bokeh",
    "cupy": "CuPy",
    "cython": "Cython",
    "dask": "Dask",
    "hypothesis": "Hypothesis",
    "jax": "JAX",
    "jupyter": "Jupyter",
    "keras": "Keras",
    "matplotlib": "Matplotlib",
    "networkx": "NetworkX",
    "numba": "Numba",
    "numpy": "NumPy",
    "opencv-python": "OpenCV",
    "pillow": "Pillow",
    "polars": "Polars",
    "pyarrow": "PyArrow",
    "pytorch": "PyTorch",
    "pyyaml": "PyYAML",
    "scikit-image": "scikit-image",
    "scikit-learn": "scikit-learn",
    "scipy": "SciPy",
    "sqlalchemy": "SQLAlchemy",
    "sympy": "SymPy",
    "tensorflow": "TensorFlow",
    "torch": "PyTorch",
    "triton": "Triton",
}
# A line names these many distributions at most; the rest stands in the fold.
MOST_VERSIONS = 3


class Line(Value, frozen=True):
    """A line about a card.

    state: the name of a style: failed, none, stale, unmet, simulated or passed
    sign: a sign that repeats what the text says
    text: what was checked
    """

    state: str
    sign: str
    text: str


def state_of(evidence: Evidence) -> State:
    """The worst that must be said of a card's tests."""
    if evidence.failure is not None:
        return "failed"
    tested = _tested(evidence)
    if not tested:
        return "none"
    # Tests that ran as they are prove more than those under a simulator, if there are both.
    weakest: State = "passed" if tested[0].tier == "tests" else "simulated"
    return min([weakest, *(_state(standing) for standing in tested)], key=STATES.index)


def view_lines(evidence: Evidence, words: Mapping[str, Any]) -> tuple[Line, ...]:
    """The lines about a card: of its tests, then what was compiled and measured."""
    tested = _tested(evidence)
    if evidence.failure is not None:
        lines = [_line("failed", _fails(evidence.failure, words))]
    else:
        lines = [_tests_line(standing, words) for standing in tested]
    if not lines:
        lines = [_line("none", words["not_checked"])]
    lines += [
        _line("measured", _measured(standing, words))
        for standing in evidence.standings
        if standing.tier in MEASURED
    ]
    return tuple(lines)


def view_glance(evidence: Evidence, words: Mapping[str, Any]) -> Line:
    """The line of a list of cards: the worst that must be said of a card's tests, without the
    versions and the day of a pass, which its page has.
    """
    state = state_of(evidence)
    if state in PASSING:
        standing = _tested(evidence)[0]
        word = "simulated" if state == "simulated" else "tests_passed"
        return _line(state, counted(word, standing.passed, words))
    lines = view_lines(evidence, words)
    return next((line for line in lines if line.state == state), lines[0])


def plain_line(evidence: Evidence, words: Mapping[str, Any]) -> str:
    """All lines about a card as one text, signs included."""
    return " · ".join(f"{line.sign} {line.text}" for line in view_lines(evidence, words))


def unchecked(slug: str, url: str) -> Evidence:
    """The evidence of a card of which nothing is known."""
    return Evidence(slug, url, (), None, (), ())


def short_date(date: str, words: Mapping[str, Any]) -> str:
    """The day "2026-11-20" as "20 Nov 2026"."""
    return _date(date, str(words["months_short"]).split(), words)


def long_date(date: str, words: Mapping[str, Any]) -> str:
    """The day "2026-11-20" as "20 November 2026"."""
    return _date(date, words["months"], words)


def spell(distribution: str) -> str:
    """A distribution as its project spells it: "numpy" is "NumPy"."""
    return SPELLINGS.get(re.sub(r"[-_.]+", "-", distribution).lower(), distribution)


def short_version(version: str) -> str:
    """The part of a version that people name: "2.4.1" is "2.4"."""
    found = re.match(r"v?\d+(?:\.\d+)?", version)
    return found[0] if found else version


def counted(word: str, count: int, words: Mapping[str, Any], **gaps: object) -> str:
    """A phrase that has one form for one and another for many; `count` is put in as {n}."""
    form = "one" if count == 1 else "many"
    return str(words[f"{word}_{form}"].format(n=count, **gaps))


def _tested(evidence: Evidence) -> list[Standing]:
    return [item for item in evidence.standings if item.tier in TESTED]


def _state(standing: Standing) -> State:
    if standing.state == "stale":
        return "stale"
    return "unmet" if standing.state == "unmet" else "passed"


def _tests_line(standing: Standing, words: Mapping[str, Any]) -> Line:
    is_simulated = standing.tier == "simulated"
    if standing.state == "stale":
        said = words["simulated_stale" if is_simulated else "stale"]
        return _line("stale", said.format(date=short_date(standing.date, words)))
    word = "simulated" if is_simulated else "tests_passed"
    tests = counted(word, standing.passed, words)
    if standing.state == "unmet":
        return Line(
            "unmet", SIGNS["simulated" if is_simulated else "unmet"], _unmet(standing, tests, words)
        )
    parts = [tests, *_versions(standing), short_date(standing.date, words)]
    return _line("simulated" if is_simulated else "passed", " · ".join(parts))


def _versions(standing: Standing) -> list[str]:
    shown = [f"{spell(name)} {short_version(text)}" for name, text in standing.versions]
    return [f"Python {short_version(standing.python)}", *shown[:MOST_VERSIONS]]


def _unmet(standing: Standing, tests: str, words: Mapping[str, Any]) -> str:
    """What passed, with what, and what the site asks for now.

    `standing.unmet` says the last in English: "numpy 2.5 or newer".
    """
    name, _, wanted = standing.unmet.partition(" ")
    label = "Python" if name.lower() == "python" else spell(name)
    had = {"python": standing.python, **{key.lower(): text for key, text in standing.versions}}
    version = had.get(name.lower(), "")
    # As much of the version as it takes to tell it from what is asked for.
    if version and short_version(version) not in wanted:
        version = short_version(version)
    if newer := re.fullmatch(r"(\S+) or newer", wanted):
        wanted = words["or_newer"].format(version=newer[1])
    if not version:
        # What the card imports only through another library is in its record, not in its line.
        return str(words["passed_but"].format(tests=tests, wanted=f"{label} {wanted}".strip()))
    word = "simulated_with" if standing.tier == "simulated" else "passed_with"
    return str(words[word].format(tests=tests, version=f"{label} {version}", wanted=wanted))


def _fails(failure: Failure, words: Mapping[str, Any]) -> str:
    if failure.result == "FAILED" and failure.failed:
        return counted("tests_fail", failure.failed, words, total=failure.total)
    word = {"EMPTY": "none_ran", "SKIPPED": "all_skipped", "UNAVAILABLE": "unavailable"}
    return str(words[word.get(failure.result, "ended")].format(result=failure.result))


def _measured(standing: Standing, words: Mapping[str, Any]) -> str:
    word = "measured" if standing.tier == "measured" else "compiled"
    since = {"stale": "code_changed", "comments": "code_comments"}.get(standing.state, "code_same")
    said = words[word].format(hardware=standing.hardware, claim=standing.claim)
    return f"{said} · {short_date(standing.date, words)} · {words[since]}"


def _line(state: str, text: str) -> Line:
    return Line(state, SIGNS[state], text)


def _date(date: str, months: list[str], words: Mapping[str, Any]) -> str:
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:10])
    return str(words["date_pattern"].format(day=day, month=months[month - 1], year=year))
