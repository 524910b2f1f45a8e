"""Where a record stands: whether what it says holds for a card's files as they are now.

In: records, the present content digest, what the site allows, present texts. Out: `Standing`,
`Failure`, and what a strict build complains of. It must not know clocks: a record ages by what
changes, never by its date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from builder.cards.demands import Demands
from builder.errors import Problem
from builder.evidence.allowed import Allowed
from builder.evidence.measured import compare_sources
from builder.evidence.record import Record
from builder.evidence.statement import count_outcomes
from builder.model import MEASURED, TIERS, Failure, Standing

State = Literal["current", "unmet", "comments", "stale"]


def find_standing(
    record_path: str,
    record_digest: bytes,
    record: Record,
    content_now: str,
    allowed: Allowed,
    present: Mapping[str, str] | None,
) -> Standing:
    """What a record says of the present files.

    `content_now` is their content digest for the record's tier. `present` are the present texts of
    the files whose texts the record keeps, as far as they are still there; None: they were not
    read, and then only the digest can tell. What was measured was so with the versions it names,
    whatever the site asks for now.
    """
    wanted = ""
    if record.tier in MEASURED:
        state = _measured_state(record, content_now, present)
    elif record.content != content_now:
        state = "stale"
    else:
        from builder.evidence.versions import unmet  # late: only a site with records needs it

        wanted = unmet(allowed, record.environment)
        state = "unmet" if wanted else "current"
    environment = record.environment
    return Standing(
        tier=record.tier,
        state=state,
        path=record_path,
        digest=record_digest,
        passed=count_outcomes(record)["passed"],
        date=record.started[:10],
        python=environment.python,
        versions=tuple(
            (name, environment.distributions[name])
            for name in environment.direct
            if name in environment.distributions
        ),
        unmet=wanted,
        claim=record.claim,
        hardware=environment.hardware,
    )


def find_failure(path: str, digest: bytes, record: Record, content_now: str) -> Failure | None:
    """A failed run of the present bytes; None if the record is of others, or a pass."""
    if record.content != content_now or record.result == "PASSED":
        return None
    counts = count_outcomes(record)
    failed = counts["failed"] + counts["uncollected"]
    return Failure(path, digest, record.result, failed, sum(counts.values()))


def problems_of(
    slug: str,
    demands: Demands,
    standings: Sequence[Standing],
    failure: Failure | None,
    page_path: str,
    line: int,
    changed: Mapping[str, Sequence[str]] = {},
) -> tuple[Problem, ...]:
    """What is not proven of a card that its demands insist on; warnings, which a strict build fails
    on.

    `changed` names, by tier, why a record is stale, as `compare.why_stale` does.
    """
    found = [(_failure_words(slug, failure), _run(slug, "tests"))] if failure else []
    known = {standing.tier: standing for standing in standings}
    for tier in [tier for tier in TIERS if tier in demands.tiers]:
        standing = known.get(tier)
        is_told = failure is not None and tier not in MEASURED
        if is_told and (standing is None or standing.state == "stale"):
            continue  # that it fails says it all
        if standing is None:
            found.append((f"'{slug}' has no record of tier '{tier}'", _run(slug, tier)))
        elif standing.state == "stale":
            what = "; ".join(changed.get(tier, ())) or "its files changed since"
            found.append((f"the record '{tier}' of '{slug}' is stale: {what}", _run(slug, tier)))
        elif standing.state == "unmet":
            message = f"'{slug}' was tested with other versions than the site asks for: it asks for"
            hint = f"install that, then run proofpress test {slug} --record"
            found.append((f"{message} {standing.unmet}", hint))
        elif tier not in MEASURED and standing.passed < demands.min_tests:
            message = f"{standing.passed} tests of '{slug}' passed, and it asks for at least"
            found.append((f"{message} {demands.min_tests}", _run(slug, tier)))
    return tuple(
        Problem(
            page_path, line, message, hint, is_warning=True, is_strict_only=True, is_evidence=True
        )
        for message, hint in found
    )


def _measured_state(record: Record, content_now: str, present: Mapping[str, str] | None) -> State:
    if present is None:
        return "current" if record.content == content_now else "stale"
    difference = compare_sources(record.sources, present)
    states: dict[str, State] = {"exact": "current", "comments": "comments", "changed": "stale"}
    return states[difference]


def _failure_words(slug: str, failure: Failure) -> str:
    if failure.result == "FAILED" and failure.failed:
        return f"{failure.failed} of {failure.total} tests of '{slug}' fail"
    return f"the last run of '{slug}' ended with {failure.result}"


def _run(slug: str, tier: str) -> str:
    if tier in MEASURED:
        return "take one in with proofpress evidence accept FILE"
    return f"run proofpress test {slug}"
