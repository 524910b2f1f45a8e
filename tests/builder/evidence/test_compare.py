"""Two records compared."""

from __future__ import annotations

import json

import pytest

from builder.codec import replace
from builder.evidence.compare import changed_files, differences
from builder.evidence.record import Measurement, RecordedOutput
from tests.builder.evidence.records import (
    DEMANDS,
    ENVIRONMENT,
    FAIL,
    FILES,
    KERNEL,
    PASS,
    TEST,
    digest_files,
    make_failure,
    make_record,
)


def limits(**changes: object) -> str:
    return json.dumps({**DEMANDS, **changes})


def test_two_runs_of_the_same_differ_in_nothing_that_matters() -> None:
    other = make_record(
        started="2027-01-01T00:00:00Z", seconds=9.0, tests=(replace(PASS, ms=9000),), coverage=()
    )

    assert differences(make_record(), other) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subjects": digest_files({**FILES, KERNEL: ""})}, f"{KERNEL} changed"),
        ({"subjects": digest_files({TEST: FILES[TEST]})}, f"{KERNEL} is gone"),
        ({"subjects": digest_files({**FILES, "x.py": ""})}, "x.py is new"),
        ({"test": limits(timeout=5)}, "test: timeout is 5, was 60"),
        ({"test": limits(env={"A": "é"})}, 'test: env is {"A": "é"}, was {}'),
        ({"test": limits(gpu=1)}, "test: gpu is 1"),
        ({"runner": "0" * 64}, "another version of Proofpress ran it"),
        (
            {"isolation": "audit hook"},
            "isolation is audit hook, was user, pid, mount and network namespaces",
        ),
        ({"tests": (PASS, replace(PASS, id="b"))}, "b is new: passed"),
        ({"tests": (replace(PASS, outcome="xfailed"),)}, f"{PASS.id} xfailed, was passed"),
        ({"tests": (PASS, replace(PASS, outcome="failed"))}, f"{PASS.id} failed, was passed"),
        ({"outputs": ()}, "output stdout.txt is gone"),
        ({"outputs": (RecordedOutput("stdout.txt", "0" * 64),)}, "output stdout.txt changed"),
        (
            {"measurements": (Measurement("t", 0.5, "s", {"n": "2"}),)},
            "t at n = 2 is 0.5 s, which is new",
        ),
        ({"claim": "fast"}, "claim is fast, was nothing"),
        ({"card": "other"}, "card is other, was axpy"),
    ],
)
def test_each_change_is_named(changes: dict[str, object], said: str) -> None:
    assert differences(make_record(), make_record(**changes)) == (said,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"python": "3.12.1"}, "Python is 3.12.1, was 3.11.7"),
        ({"distributions": {"numpy": "2.5", "pytest": "9.2.0"}}, "numpy is 2.5, was 2.4.6"),
        ({"distributions": {"numpy": "2.4.6"}}, "pytest is gone (was 9.2.0)"),
        ({"tools": {"javac": "21"}}, "javac 21 is new"),
        ({"platform": "darwin-arm64"}, "platform is darwin-arm64, was linux-x86_64"),
        ({"hardware": "NVIDIA H200"}, "hardware is NVIDIA H200"),
        ({"variables": {"A": "1"}}, "variable A is 1"),
    ],
)
def test_each_other_version_is_named(changes: dict[str, object], said: str) -> None:
    other = make_record(environment=replace(ENVIRONMENT, **changes))

    assert differences(make_record(), other) == (said,)


def test_what_changed_comes_before_what_came_of_it() -> None:
    failed = make_failure(
        outputs=(),
        subjects=digest_files({**FILES, KERNEL: ""}),
        environment=replace(ENVIRONMENT, python="3.12.1"),
        tests=(FAIL,),
    )

    assert differences(make_record(), failed) == (
        f"{KERNEL} changed",
        "Python is 3.12.1, was 3.11.7",
        "result is FAILED, was PASSED",
        f"{FAIL.id} failed, was passed",
    )


def test_figures_of_measurements_are_compared_where_they_were_taken() -> None:
    def share(value: float) -> object:
        return make_record(
            "measured", measurements=(Measurement("share", value, "", {"n": "4", "k": "5"}),)
        )

    assert differences(share(0.83), share(0.5)) == ("share at k = 5, n = 4 is 0.5, was 0.83",)  # type: ignore[arg-type]


def test_changed_files_are_those_of_the_record_alone() -> None:
    record = make_record()

    assert changed_files(record, record.subjects) == ()
    assert changed_files(record, {**record.subjects, "other.py": "0"}) == ()
    assert changed_files(record, {KERNEL: "0"}) == (f"{KERNEL} changed", f"{TEST} is gone")
