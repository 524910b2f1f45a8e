"""The published JSON Schema and the reader that every build uses say the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import builder.evidence
from builder.evidence.record import Record
from builder.evidence.schema import Mismatch, read_statement
from builder.evidence.statement import read_record, write_record
from builder.model import TIERS, Tier
from tests.builder.evidence.records import make_failure, make_record

SCHEMA = json.loads(
    (Path(builder.evidence.__file__).parent / "schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def is_read(statement: object) -> bool:
    try:
        read_statement(copy.deepcopy(statement))
    except Mismatch:
        return False
    return True


def places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a statement."""
    yield at
    pairs = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    for key, inner in pairs:
        yield from places(inner, (*at, key))


def reach(part: Any, at: tuple[Any, ...]) -> Any:
    for key in at:
        part = part[key]
    return part


def corrupted(statement: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The statement with one part lost, one part added, or one part of another kind."""
    for at in places(statement):
        if not at:
            continue
        for other in (..., None, True, -1, 7, 0.5, "", "x", "../x", [], {}, [None], {"x": None}):
            copied = copy.deepcopy(statement)
            holder = reach(copied, at[:-1])
            if other is ...:
                del holder[at[-1]]
            else:
                holder[at[-1]] = other
            yield at, copied
        if isinstance(value := reach(statement, at), dict):
            copied = copy.deepcopy(statement)
            reach(copied, at).update({"unknown": "x"} if value else {"": "x"})
            yield (*at, "unknown"), copied


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_part_is_described() -> None:
    def undescribed(part: Any, at: str) -> Iterator[str]:
        for name, inner in part.get("properties", {}).items():
            known = SCHEMA["$defs"].get(inner.get("$ref", "").rpartition("/")[2], {})
            if "const" not in inner and "description" not in {**known, **inner}:
                yield f"{at}.{name}"
            yield from undescribed(inner, f"{at}.{name}")
        if "items" in part:
            yield from undescribed(part["items"], f"{at}[]")

    parts = {"": SCHEMA, **SCHEMA["$defs"]}
    assert [name for at, part in parts.items() for name in undescribed(part, at)] == []


@pytest.mark.parametrize("tier", TIERS)
def test_records_of_all_tiers_fit_the_schema(tier: Tier) -> None:
    VALIDATOR.validate(json.loads(write_record(make_record(tier))))


def test_a_failure_fits_the_schema() -> None:
    VALIDATOR.validate(json.loads(write_record(make_failure(details=("why",), started=""))))


def test_the_notebooks_own_records_fit_the_schema() -> None:
    folder = Path(builder.evidence.__file__).parents[2]
    for file in sorted(folder.glob("content/evidence/*/*.json")):
        data = file.read_bytes()
        assert isinstance(read_record(data, file.relative_to(folder).as_posix()), Record)
        VALIDATOR.validate(json.loads(data))


@pytest.mark.parametrize("record", [make_record("tests"), make_record("measured"), make_failure()])
def test_the_schema_and_the_reader_refuse_the_same_corruptions(record: Record) -> None:
    statement = json.loads(write_record(record))
    count = 0
    differ = []
    for at, other in corrupted(statement):
        count += 1
        fits, reads = VALIDATOR.is_valid(other), is_read(other)
        if fits != reads and not _is_known_to_differ(at, fits):
            differ.append((at, fits, reads))
    assert differ == []
    assert count > 500


def _is_known_to_differ(at: tuple[Any, ...], fits: bool) -> bool:
    """JSON has one kind of number and Python two; and of what is empty, and of a pass that is none,
    the reader speaks only when it holds the record's bytes against what it read.
    """
    if fits:
        return at[-1] in ("seconds", "value")
    later = ("coverage", "details", "measurements", "outputs", "sources", "started")
    return at[1] in later or at[1:] in (("tests", "failed"), ("tests", "uncollected"))


@pytest.mark.parametrize("tier", ["simulated", "compiled"])
def test_every_corruption_that_the_schema_refuses_is_refused_by_the_reader(tier: Tier) -> None:
    record = make_record(tier)
    statement = json.loads(write_record(record))
    refused = 0
    total = 0
    for at, other in corrupted(statement):
        if other == statement:
            continue
        data = (json.dumps(other, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
        total += 1
        refused += not VALIDATOR.is_valid(other)
        assert not isinstance(read_record(data, "elsewhere.json"), Record), at
    # The rest are other texts where texts belong: only digests tell them.
    assert refused > 0.75 * total
