"""Records as files: stable bytes, and only those bytes are read."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.codec import replace, sha256
from builder.errors import Problem
from builder.evidence.record import (
    Coverage,
    Environment,
    Measurement,
    Record,
    RecordedOutput,
    RecordedTest,
)
from builder.evidence.statement import count_outcomes, place_of, read_record, write_record
from builder.model import TIERS, Tier
from tests.builder.command import CHECKOUT, environment
from tests.builder.evidence.records import (
    CUDA,
    FAIL,
    FILES,
    KERNEL,
    PASS,
    SLUG,
    TEST,
    make_failure,
    make_record,
)

PLACE = f"content/evidence/{SLUG}/tests.json"


def problems(data: bytes, path: str = PLACE) -> list[str]:
    found = read_record(data, path)
    return [] if isinstance(found, Record) else [str(problem) for problem in found]


# --- Writing


@pytest.mark.parametrize("tier", TIERS)
def test_a_record_comes_back_as_it_was_written(tier: Tier) -> None:
    record = make_record(tier)

    assert read_record(write_record(record), place_of(record)) == record


def test_a_failure_comes_back_as_it_was_written() -> None:
    record = make_failure(details=("one\ntwo",))

    assert read_record(write_record(record), f"content/evidence/{SLUG}/failed.json") == record


def test_equal_records_have_equal_bytes_whatever_order_their_tables_were_made_in() -> None:
    record = make_record()
    turned = replace(
        record,
        subjects=dict(reversed(record.subjects.items())),
        environment=replace(
            record.environment,
            distributions=dict(reversed(record.environment.distributions.items())),
        ),
    )

    assert list(turned.subjects) != list(record.subjects)
    assert write_record(turned) == write_record(record)


def test_a_record_has_the_same_bytes_in_another_process_with_another_hash_seed() -> None:
    program = (
        "import sys; from tests.builder.evidence.records import make_record;"
        "from builder.evidence.statement import write_record;"
        "sys.stdout.buffer.write(write_record(make_record('measured')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=environment(PYTHONHASHSEED="42"),
        capture_output=True, check=True,
    )  # fmt: skip

    assert done.stdout == write_record(make_record("measured"))


def test_a_record_is_an_in_toto_statement_about_its_files() -> None:
    text = write_record(make_record()).decode()
    statement = json.loads(text)

    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [
        {"name": path, "digest": {"sha256": sha256(FILES[path].encode()).hex()}}
        for path in sorted(FILES)
    ]
    assert statement["predicate"]["tests"]["passed"] == 1
    assert statement["predicate"]["tests"]["cases"] == [
        {"id": f"{TEST}::test_axpy", "ms": 3, "outcome": "passed"}
    ]
    assert text == json.dumps(statement, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_its_digest_is_of_the_canonical_statement_without_it() -> None:
    statement = json.loads(write_record(make_record()))
    own = statement["predicate"]["digests"].pop("record")
    canonical = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert own == sha256(canonical.encode()).hex()


def test_seconds_are_kept_to_the_millisecond() -> None:
    assert json.loads(write_record(make_record(seconds=1.23456)))["predicate"]["seconds"] == 1.235


def test_a_test_counts_once_by_the_worst_of_its_cases() -> None:
    torn_down = replace(PASS, outcome="failed", message="teardown")
    other = replace(PASS, id="b", outcome="skipped", message="why")

    counts = count_outcomes(make_failure(tests=(PASS, torn_down, other)))

    assert counts == {"passed": 0, "failed": 1, "skipped": 1, "xfailed": 0, "uncollected": 0}


def test_what_a_test_printed_need_not_be_text() -> None:
    record = make_failure(tests=(replace(FAIL, message="half \udc80 a character"),))

    read = read_record(write_record(record), f"content/evidence/{SLUG}/failed.json")

    assert isinstance(read, Record)
    assert read.tests[0].message == "half ? a character"


TEXT = st.text(max_size=12)
WORD = st.text(min_size=1, max_size=8)
NAME = st.text("abcé-_", min_size=1, max_size=6)
TABLE = st.dictionaries(WORD, TEXT, max_size=3)
CASES = st.builds(
    RecordedTest,
    id=WORD,
    outcome=st.sampled_from(["passed", "failed", "skipped", "xfailed", "uncollected"]),
    ms=st.integers(0, 10**9),
    message=TEXT,
    path=st.one_of(st.just(""), NAME),
    line=st.integers(0, 9999),
    trace=TEXT,
)
FIGURES = st.builds(
    Measurement, name=WORD, value=st.floats(allow_nan=False, allow_infinity=False), unit=TEXT,
    at=TABLE,
)  # fmt: skip
ENVIRONMENTS = st.builds(
    Environment, python=WORD, implementation=WORD, platform=WORD, distributions=TABLE,
    direct=st.lists(WORD, max_size=3).map(tuple), tools=TABLE, variables=TABLE, hardware=TEXT,
)  # fmt: skip
SHAS = st.binary(max_size=4).map(lambda data: sha256(data).hex())


@st.composite
def any_failure(draw: st.DrawFn) -> Record:
    return make_failure(
        card=draw(NAME),
        subjects=draw(st.dictionaries(NAME, SHAS, max_size=4)),
        result=draw(st.sampled_from(["FAILED", "ERROR", "TIMEOUT", "MEMORY", "EMPTY", "SKIPPED"])),
        details=draw(st.lists(TEXT, max_size=3).map(tuple)),
        tests=draw(st.lists(CASES, max_size=4).map(tuple)),
        coverage=draw(
            st.lists(
                st.builds(
                    Coverage, path=NAME, statements=st.integers(0, 99), run=st.integers(0, 99),
                    missing=TEXT,
                ),
                max_size=2,
            ).map(tuple)
        ),
        outputs=draw(
            st.lists(
                st.builds(
                    RecordedOutput, name=NAME, sha256=SHAS,
                    is_repeatable=st.sampled_from([None, True, False]),
                ),
                max_size=2,
            ).map(tuple)
        ),
        measurements=draw(st.lists(FIGURES, max_size=2).map(tuple)),
        environment=draw(ENVIRONMENTS),
        claim=draw(TEXT),
        isolation=draw(TEXT),
        seconds=draw(st.integers(0, 10**7)) / 1000,
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(any_failure())
def test_any_record_comes_back_as_it_was_written(record: Record) -> None:
    data = write_record(record)

    assert read_record(data, "elsewhere.json") == record
    assert write_record(record) == data


# --- Reading


def test_every_flipped_bit_is_noticed() -> None:
    data = write_record(make_record())

    unnoticed = [
        (place, bit)
        for place in range(len(data))
        for bit in range(8)
        if not problems(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
    ]

    assert unnoticed == []


def test_every_lost_byte_and_every_added_byte_is_noticed() -> None:
    data = write_record(make_record())

    assert all(problems(data[:place] + data[place + 1 :]) for place in range(len(data)))
    assert all(
        problems(data[:place] + byte + data[place:])
        for place in range(len(data) + 1)
        for byte in (b" ", b"\n", b"0", b"a", b"\0", b'"')
    )


def test_random_damage_is_noticed_in_every_tier() -> None:
    chance = random.Random(4)
    for tier in TIERS:
        record = make_record(tier)
        data = write_record(record)
        for _ in range(300):
            damaged = bytearray(data)
            for place in chance.sample(range(len(data)), chance.randint(1, 4)):
                damaged[place] = chance.randrange(256)
            assert bytes(damaged) == data or problems(bytes(damaged), place_of(record))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b"NaN", b"1" * 5000, b"null"])
def test_what_is_no_statement_at_all_is_a_problem_with_a_way_out(data: bytes) -> None:
    (problem,) = read_record(data, PLACE)  # type: ignore[misc]  # it is no record

    assert isinstance(problem, Problem)
    assert problem.path == PLACE
    assert problem.hint == f"run proofpress test {SLUG} --record"


def edited(record: Record, old: str, new: str) -> bytes:
    text = write_record(record).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"ms": 3', '"ms": 4', "was changed by hand or damaged"),
        ('"passed": 1', '"passed": 9', "was changed by hand or damaged"),
        ('"ms": 3', '"ms": 3,', "was changed by hand or damaged: it is not JSON"),
        ('"ms": 3', '"ms": "3"', 'predicate.tests.cases[0].ms is "3", not a whole number from 0'),
        ('"ms": 3', '"sm": 3', "predicate.tests.cases[0] has no 'ms'"),
        ('"isolation"', '"isolated"', "predicate has no 'isolation'"),
        ('"tier": "tests"', '"tier": "test"', 'predicate.tier is "test", not tests or simulated'),
        ("10:00:00Z", "10:00:61Z", "which is no moment"),
        ("/evidence/v1", "/evidence/v2", "this version of Proofpress knows"),
        ('"name": "snippets', '"name": "../snippets', "subject[0].name is"),
        ('"repeatable": true', '"repeatable": 1', "neither true nor false"),
        ('"seconds": 0', '"seconds": -0', "predicate.seconds is -0.125, less than nothing"),
        ('"seconds": 0.125', '"seconds": 1e999', "not a number with a decimal point"),
        ('"seconds": 0.125', '"seconds": NaN', "it is not JSON"),
        ('"timeout": 60', '"timeout": 1e999', "was changed by hand or damaged"),
        ('"timeout": 60', f'"timeout": {"[" * 400}{"]" * 400}', "was changed by hand or damaged"),
        ('"timeout": 60', '"timeout": NaN', "it is not JSON"),
        ('"timeout": 60', '"timeout": "\\ud800"', "was changed by hand or damaged"),
    ],
)
def test_a_message_says_what_is_wrong_and_what_to_do(old: str, new: str, said: str) -> None:
    (problem,) = problems(edited(make_record(), old, new))

    assert said in problem
    assert problem.endswith(f"run proofpress test {SLUG} --record")


def test_the_line_of_broken_json_is_named() -> None:
    (problem,) = problems(edited(make_record(), '"implementation": ', '"implementation" '))

    assert problem.startswith(f"{PLACE}:26: ")


def test_line_ends_that_git_changed_are_told_from_damage() -> None:
    (problem,) = problems(write_record(make_record()).replace(b"\n", b"\r\n"))

    assert "line ends" in problem
    assert ".gitattributes" in problem


def test_a_damaged_measurement_is_not_to_be_run_here() -> None:
    (problem,) = problems(
        edited(make_record("measured"), "83%", "93%"), f"content/evidence/{SLUG}/measured.json"
    )

    assert "was changed by hand or damaged" in problem
    assert "restore it from version control" in problem


def test_a_damaged_failure_may_be_deleted() -> None:
    (problem,) = problems(
        edited(make_failure(), "9 == 10", "9 == 9"), "content/evidence/axpy/failed.json"
    )

    assert "delete it" in problem


# --- What contradicts itself


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (make_record(content="0" * 64), "its content digest is not that of the files it names"),
        (make_record(environment_digest="0" * 64), "its environment digest is not that"),
        (make_record(tests=()), "says PASSED, and nothing in it passed"),
        (
            make_record(tests=(PASS, replace(FAIL, id="b"))),
            "says PASSED, and 1 of its tests did not",
        ),
        (make_record(tests=(replace(PASS, outcome="skipped"),)), "nothing in it passed"),
        (
            make_record(tests=(PASS, replace(FAIL, id="b", outcome="uncollected"))),
            "says PASSED, and 1 of its tests did not",
        ),
        (make_record(started=""), "says PASSED, and not when it began"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(record: Record, said: str) -> None:
    found = problems(write_record(record))

    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measurements": ()}, "nothing in it passed"),
        ({"sources": {}}, "keeps no text of what was measured"),
        ({"sources": {KERNEL: FILES[KERNEL] + "\n"}}, f"the text that it keeps of {KERNEL}"),
        ({"sources": {KERNEL: FILES[KERNEL], CUDA: ""}}, f"the text that it keeps of {CUDA}"),
    ],
)
def test_a_measurement_keeps_what_was_measured(changes: dict[str, object], said: str) -> None:
    found = problems(
        write_record(make_record("measured", **changes)), f"content/evidence/{SLUG}/measured.json"
    )

    assert [said in problem for problem in found] == [True]


def test_a_record_lies_where_its_card_and_tier_say() -> None:
    data = write_record(make_record())

    assert problems(data) == []
    assert (
        "belongs at content/evidence/axpy/tests.json"
        in problems(data, "content/evidence/axpy/simulated.json")[0]
    )
    assert problems(data, "content/evidence/other/tests.json")
    assert problems(data, "content/evidence/axpy/failed.json")
    assert problems(data, "elsewhere/any-name.json") == []


def test_a_failure_never_lies_where_a_pass_does() -> None:
    assert (
        "belongs at content/evidence/axpy/failed.json" in problems(write_record(make_failure()))[0]
    )
