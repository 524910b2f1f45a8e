"""What a site claims of its cards: in status.json for machines, in lines on pages for readers.

In: status.json's bytes; lines as shown; records. Out: `Claim` values, and what is claimed that no
record says. It reads no page and no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.check.shown import Badge
from builder.codec import Value
from builder.evidence.record import Record
from builder.evidence.statement import count_outcomes
from builder.render.evidence import PASSING, short_version

# What a line's state needs: a record of one of these tiers with one of these states.
_NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "passed": (("tests",), ("current",)),
    "simulated": (("simulated",), ("current",)),
    "unmet": (("tests", "simulated"), ("unmet",)),
    "stale": (("tests", "simulated"), ("stale",)),
}
_NUMBER = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


class Claim(Value, frozen=True):
    """A record as status.json lists it: the digest of its file, and what is said of it."""

    card: str
    tier: str
    state: str
    sha256: str
    passed: int
    date: str


class Claims(Value, frozen=True):
    """What status.json says: of each record, and of each card in one line of text.

    `fault` says why it can't be read, "" if it can, or is not there.
    """

    records: tuple[Claim, ...] = ()
    lines: dict[str, str] = {}  # noqa: RUF012  # each value gets an empty dict of its own
    fault: str = ""


def read_claims(data: bytes | None) -> Claims:
    """What a site's status.json says; nothing of a site without one."""
    if data is None:
        return Claims()
    try:
        status = json.loads(data)
        cards = status["cards"]
        proven = [*cards, *status.get("pages", ())]
        records = tuple(_claim(card, tier) for card in proven for tier in card["tiers"])
        lines = {_word(card["slug"]): _word(card["text"]) for card in proven}
        passing = sum(card["state"] in PASSING for card in cards)
        counts = (status["passing"], status["total"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Claims(fault="can't be read as a list of cards")
    is_counted = counts == (passing, len(cards))
    fault = (
        "" if is_counted else f"says {counts[0]} of {counts[1]}, lists {passing} of {len(cards)}"
    )
    return Claims(records, lines, fault)


def wrong_with(claim: Claim, record: Record, digest: str) -> Iterator[str]:
    """What status.json says of a record that its file, which has this digest, does not."""
    if claim.sha256 != digest:
        yield "status.json names another digest of this record"
    passed, day = count_outcomes(record)["passed"], record.started[:10]
    if (claim.passed, claim.date) != (passed, day):
        said = f"{claim.passed} passed on {claim.date}"
        yield f"status.json says that {said}, the record {passed} on {day}"


def wrong_in(badge: Badge, claims: Sequence[Claim], records: Mapping[str, Record]) -> Iterator[str]:
    """What is wrong with a line about a card; `records` are that card's, by tier."""
    said = f"the page says '{badge.text}'"
    if badge.state == "measured":
        if not any(record.claim and record.claim in badge.text for record in records.values()):
            yield f"{said}, which no record of a measurement does"
        return
    if badge.state == "none":
        if any(claim.tier in ("tests", "simulated") for claim in claims):
            yield f"{said}, and there is a record"
        return
    if badge.state not in _NEEDS:
        return
    tiers, states = _NEEDS[badge.state]
    record = next(
        (
            records[claim.tier]
            for claim in claims
            if claim.tier in tiers and claim.state in states and claim.tier in records
        ),
        None,
    )
    if record is None:
        yield f"{said}, and no record is listed that is {' or '.join(states)}"
    elif badge.state != "stale" and (wrong := _wrong_number(badge, record)):
        yield f"{said}, and {wrong}"


def _wrong_number(badge: Badge, record: Record) -> str:
    """The number in a line that its record does not have, whatever the page's language; or ""."""
    passed = str(count_outcomes(record)["passed"])
    first = _NUMBER.findall(badge.text.partition(" · ")[0])
    if badge.state == "unmet":
        # It also names versions, one of which is not the record's.
        return "" if passed in first else f"in its record {passed} passed"
    if first != [passed]:
        return f"in its record {passed} passed"
    environment = record.environment
    known = {short_version(environment.python)}
    for name, version in environment.distributions.items():
        known |= {short_version(version).lstrip("v"), *_NUMBER.findall(name)}
    known |= {str(int(part)) for part in record.started[:10].split("-")}
    rest = _NUMBER.findall(badge.text.partition(" · ")[2])
    return next((f"its record has no {number}" for number in rest if number not in known), "")


def _claim(card: Any, tier: Any) -> Claim:
    passed = tier["passed"]
    if type(passed) is not int:
        raise TypeError
    return Claim(
        _word(card["slug"]),
        _word(tier["tier"]),
        _word(tier["state"]),
        _word(tier["sha256"]),
        passed,
        _word(tier["date"]),
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
