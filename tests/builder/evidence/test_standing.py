"""Where records stand against the present files, and what a strict build says of it."""

from __future__ import annotations

import pytest

from builder.cards import Demands
from builder.codec import replace
from builder.evidence.compare import changed_files
from builder.evidence.record import Record
from builder.evidence.standing import find_failure, find_standing, problems_of
from builder.evidence.versions import read_allowed
from builder.model import Failure, Standing, Tier
from tests.builder.evidence.records import (
    CUDA,
    CUDA_TEXT,
    FAIL,
    FILES,
    KERNEL,
    PASS,
    SLUG,
    TEST,
    make_failure,
    make_record,
)

ANYTHING = read_allowed("", {})
NEWER = read_allowed('[project]\ndependencies = ["numpy>=2.5", "torch>=3"]\n', {})
DIGEST = b"d" * 32
PATH = f"content/evidence/{SLUG}/tests.json"
PAGE = "content/cards/axpy.md"


def standing_of(
    record: Record,
    *,
    content: str = "",
    allowed: object = ANYTHING,
    present: dict[str, str] | None = None,
) -> Standing:
    """The standing of a record, of its own content unless another is given."""
    return find_standing(PATH, DIGEST, record, content or record.content, allowed, present)  # type: ignore[arg-type]


# --- Tests


@pytest.mark.parametrize("tier", ["tests", "simulated"])
def test_a_record_of_the_present_bytes_is_current(tier: Tier) -> None:
    assert standing_of(make_record(tier)) == Standing(
        tier=tier,
        state="current",
        path=PATH,
        digest=DIGEST,
        passed=1,
        date="2026-11-20",
        python="3.11.7",
        versions=(("numpy", "2.4.6"),),
    )


@pytest.mark.parametrize("tier", ["tests", "simulated"])
def test_a_record_of_other_bytes_is_stale_whatever_the_site_asks_for(tier: Tier) -> None:
    standing = standing_of(make_record(tier), content="0" * 64, allowed=NEWER)

    assert (standing.state, standing.unmet) == ("stale", "")


@pytest.mark.parametrize("tier", ["tests", "simulated"])
def test_a_record_with_other_versions_than_asked_for_is_unmet(tier: Tier) -> None:
    standing = standing_of(make_record(tier), allowed=NEWER)

    assert (standing.state, standing.unmet) == ("unmet", "numpy 2.5 or newer")


def test_only_passed_tests_are_counted() -> None:
    skipped = replace(PASS, id="b", outcome="skipped", message="why")

    assert standing_of(make_record(tests=(PASS, replace(PASS, id="c"), skipped))).passed == 2


def test_a_direct_import_without_a_version_is_not_shown() -> None:
    environment = replace(make_record().environment, direct=("numpy", "gone"))

    assert standing_of(make_record(environment=environment)).versions == (("numpy", "2.4.6"),)


# --- Measurements


@pytest.mark.parametrize(
    ("tier", "path", "text", "state"),
    [
        ("measured", KERNEL, FILES[KERNEL], "current"),
        ("measured", KERNEL, FILES[KERNEL].replace("one pass", "once"), "comments"),
        ("measured", KERNEL, FILES[KERNEL].replace("+ y", "- y"), "stale"),
        ("compiled", CUDA, CUDA_TEXT, "current"),
        ("compiled", CUDA, CUDA_TEXT.replace("one element a thread", "one each"), "comments"),
        ("compiled", CUDA, CUDA_TEXT.replace("i < n", "i <= n"), "stale"),
    ],
)
def test_a_measurement_stands_by_the_code_that_was_measured(
    tier: Tier, path: str, text: str, state: str
) -> None:
    record = make_record(tier)

    # Its tests, its limits, the runner may have changed: that is not what was measured.
    standing = standing_of(record, content="0" * 64, allowed=NEWER, present={path: text})

    assert standing.state == state
    assert (standing.claim, standing.hardware) == (record.claim, "NVIDIA H200")
    assert standing.unmet == ""


@pytest.mark.parametrize("tier", ["compiled", "measured"])
def test_a_measurement_of_a_lost_file_is_stale(tier: Tier) -> None:
    assert standing_of(make_record(tier), present={}).state == "stale"


@pytest.mark.parametrize("tier", ["compiled", "measured"])
def test_without_present_texts_a_measurement_goes_by_the_digest(tier: Tier) -> None:
    assert standing_of(make_record(tier)).state == "current"
    assert standing_of(make_record(tier), content="0" * 64).state == "stale"


# --- Failures


def test_a_failure_of_the_present_bytes_is_one() -> None:
    record = make_failure(tests=(FAIL, replace(PASS, id="b"), replace(PASS, id="c")))

    assert find_failure("f.json", DIGEST, record, record.content) == Failure(
        "f.json", DIGEST, "FAILED", 1, 3
    )


def test_a_failure_of_other_bytes_is_forgotten() -> None:
    assert find_failure("f.json", DIGEST, make_failure(), "0" * 64) is None


def test_a_pass_is_no_failure() -> None:
    record = make_record()

    assert find_failure("f.json", DIGEST, record, record.content) is None


def test_files_whose_tests_were_not_found_count_as_failed() -> None:
    record = make_failure(result="ERROR", tests=(replace(FAIL, outcome="uncollected"),))
    failure = find_failure("f.json", DIGEST, record, record.content)

    assert failure is not None
    assert (failure.result, failure.failed, failure.total) == ("ERROR", 1, 1)


# --- A strict build


USUAL = Demands()


def said(
    *standings: Standing,
    demands: Demands = USUAL,
    failure: Failure | None = None,
    changed: dict[str, tuple[str, ...]] | None = None,
) -> list[str]:
    found = problems_of(SLUG, demands, standings, failure, PAGE, 3, changed or {})
    assert all(problem.is_evidence and problem.is_warning for problem in found)
    assert all((problem.path, problem.line) == (PAGE, 3) for problem in found)
    return [f"{problem.message} | {problem.hint}" for problem in found]


CURRENT = standing_of(make_record())
RUN = f"run proofpress test {SLUG}"


def test_a_proven_card_gives_no_complaint() -> None:
    assert said(CURRENT) == []


def test_a_missing_record_is_named_with_its_tier() -> None:
    assert said() == [f"'axpy' has no record of tier 'tests' | {RUN}"]
    assert said(CURRENT, demands=Demands(tiers=("tests", "measured"))) == [
        "'axpy' has no record of tier 'measured' | take one in with proofpress evidence accept FILE"
    ]


def test_a_tier_that_is_not_insisted_on_may_be_stale() -> None:
    assert said(CURRENT, standing_of(make_record("measured"), present={})) == []


def test_a_simulation_does_not_stand_for_tests() -> None:
    assert len(said(standing_of(make_record("simulated")))) == 1


def test_a_stale_record_is_told_with_what_changed() -> None:
    record = make_record()
    present = {KERNEL: "0" * 64}
    changed = {"tests": changed_files(record, present)}

    assert said(standing_of(record, content="0" * 64), changed=changed) == [
        f"the record 'tests' of 'axpy' is stale: {KERNEL} changed; {TEST} is gone | {RUN}"
    ]
    assert said(standing_of(record, content="0" * 64)) == [
        f"the record 'tests' of 'axpy' is stale: its files changed since | {RUN}"
    ]


def test_other_versions_are_named() -> None:
    assert said(standing_of(make_record(), allowed=NEWER)) == [
        "'axpy' was tested with other versions than the site asks for:"
        f" it asks for numpy 2.5 or newer | install that, then {RUN} --record"
    ]


def test_too_few_tests_are_counted() -> None:
    assert said(CURRENT, demands=Demands(min_tests=2)) == [
        f"1 tests of 'axpy' passed, and it asks for at least 2 | {RUN}"
    ]


def test_a_measurement_is_not_asked_for_its_number_of_tests() -> None:
    measured = standing_of(make_record("measured"))

    assert said(measured, demands=Demands(min_tests=9, tiers=("measured",))) == []


def test_other_comments_leave_a_measurement_good() -> None:
    text = FILES[KERNEL].replace("one pass", "once")
    standing = standing_of(make_record("measured"), present={KERNEL: text})

    assert standing.state == "comments"
    assert said(standing, demands=Demands(tiers=("measured",))) == []


def test_a_failure_is_told_whatever_the_records_say() -> None:
    assert said(CURRENT, failure=Failure("f", DIGEST, "FAILED", 2, 12)) == [
        f"2 of 12 tests of 'axpy' fail | {RUN}"
    ]
    assert said(CURRENT, failure=Failure("f", DIGEST, "TIMEOUT", 0, 0)) == [
        f"the last run of 'axpy' ended with TIMEOUT | {RUN}"
    ]
