"""The statement of a record, checked part by part: what `schema.json` says, as code.

In: parsed JSON. Out: a `Record`, or a `Mismatch` that names the first part that is not as it should
be. It must not judge what a well-formed record says. Written by hand because every build reads
records, and a validator of JSON Schemas takes longer to import than all else a build does; a test
holds the two together.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast, get_args, get_type_hints

from builder.evidence.digests import canonical_json
from builder.evidence.record import (
    Coverage,
    Environment,
    Measurement,
    Record,
    RecordedOutput,
    RecordedTest,
)
from builder.model import TIERS

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://proofpress.example/evidence/v1"
RESULTS = (
    "PASSED", "FAILED", "ERROR", "TIMEOUT", "MEMORY", "EMPTY", "SKIPPED", "UNAVAILABLE",
)  # fmt: skip
OUTCOME_WORDS = get_args(get_type_hints(RecordedTest)["outcome"])
# From the root of the site, with "/", and never out of it.
PATH = r"(?!/)(?!.*(^|/)\.{1,2}(/|$))[^\\\x00-\x1f]+"
# One part of a path: what a card, a folder of records, an output can be called.
CARD = r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*"
SHA256 = r"[0-9a-f]{64}"
MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"

T = TypeVar("T")
Read = Callable[[object, str], T]


class Mismatch(Exception):
    """What is not as it should be: "predicate.seconds is 'x', not a number"."""


def read_statement(statement: object) -> Record:
    """The record that a parsed statement holds; `Mismatch` if it is none."""
    top = _table(statement, "the file", ("_type", "subject", "predicateType", "predicate"))
    _one_of((STATEMENT_TYPE,))(top["_type"], "_type")
    if top["predicateType"] != PREDICATE_TYPE:
        raise Mismatch(
            f"predicateType is {_shown(top['predicateType'])}, and this version of Proofpress"
            f" knows '{PREDICATE_TYPE}'"
        )
    at = "predicate"
    given = _table(top["predicate"], at, _REQUIRED, _OPTIONAL)
    digests = _table(given["digests"], f"{at}.digests", ("content", "environment", "record"))
    for name, text in digests.items():
        _text(SHA256)(text, f"{at}.digests.{name}")
    tests = _table(given["tests"], f"{at}.tests", (*OUTCOME_WORDS, "cases"))
    for outcome in OUTCOME_WORDS:
        _whole(tests[outcome], f"{at}.tests.{outcome}")
    values = {key: read(given[key], f"{at}.{key}") for key, read in _FIELDS.items() if key in given}
    return Record(
        subjects=dict(_each(_read_subject)(top["subject"], "subject")),
        content=digests["content"],
        environment_digest=digests["environment"],
        tests=_each(_read_case)(tests["cases"], f"{at}.tests.cases"),
        **{"details": (), "coverage": (), "outputs": (), **values},
    )


# --- Parts ----------------------------------------------------------------------------------------


def _read_subject(value: object, at: str) -> tuple[str, str]:
    subject = _table(value, at, ("name", "digest"))
    return _text(PATH)(subject["name"], f"{at}.name"), _read_digest(subject["digest"], at)


def _read_digest(value: object, at: str) -> str:
    digest = _table(value, f"{at}.digest", ("sha256",))
    return _text(SHA256)(digest["sha256"], f"{at}.digest.sha256")


def _read_case(value: object, at: str) -> RecordedTest:
    return _struct(
        RecordedTest,
        value,
        at,
        {"id": _text(), "outcome": _one_of(OUTCOME_WORDS), "ms": _whole},
        {"message": _text(), "path": _text(PATH), "line": _whole, "trace": _text()},
    )


def _read_coverage(value: object, at: str) -> Coverage:
    fields: dict[str, Read[Any]] = {"path": _text(PATH), "statements": _whole, "run": _whole}
    return _struct(Coverage, value, at, {**fields, "missing": _any_text})


def _read_output(value: object, at: str) -> RecordedOutput:
    output = _table(value, at, ("name", "digest"), ("repeatable",))
    is_repeatable = output.get("repeatable", False)
    if not isinstance(is_repeatable, bool):
        raise Mismatch(f"{at}.repeatable is {_shown(is_repeatable)}, neither true nor false")
    return RecordedOutput(
        name=_text(CARD)(output["name"], f"{at}.name"),
        sha256=_read_digest(output["digest"], at),
        is_repeatable=is_repeatable if "repeatable" in output else None,
    )


def _read_measurement(value: object, at: str) -> Measurement:
    fields: dict[str, Read[Any]] = {"name": _text(), "value": _number, "unit": _any_text}
    return _struct(Measurement, value, at, {**fields, "at": _texts()})


def _read_environment(value: object, at: str) -> Environment:
    required: dict[str, Read[Any]] = {
        "python": _text(),
        "implementation": _text(),
        "platform": _text(),
        "distributions": _texts(),
        "direct": _each(_text()),
        "tools": _texts(),
        "variables": _texts(),
    }
    return _struct(Environment, value, at, required, {"hardware": _text()})


def _read_test_table(value: object, at: str) -> str:
    if not isinstance(value, dict):
        raise Mismatch(f"{at} is {_shown(value)}, not a table")
    return canonical_json(value).decode()


def _read_moment(value: object, at: str) -> str:
    text = _text(rf"({MOMENT})?")(value, at)  # "": what could not be started has no beginning
    try:
        datetime.fromisoformat(text or "2026-01-01")
    except ValueError:
        raise Mismatch(f"{at} is {_shown(text)}, which is no moment") from None
    return text


# --- Any part -------------------------------------------------------------------------------------


def _table(
    value: object, at: str, required: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, Any]:
    """A JSON object with these keys and no others."""
    if not isinstance(value, dict):
        raise Mismatch(f"{at} is {_shown(value)}, not a table")
    for key in required:
        if key not in value:
            raise Mismatch(f"{at} has no '{key}'")
    for key in value:
        if key not in required and key not in optional:
            raise Mismatch(f"{at} has a key '{key}', which means nothing here")
    return value


def _struct(
    kind: Callable[..., T],
    value: object,
    at: str,
    required: Mapping[str, Read[Any]],
    optional: Mapping[str, Read[Any]] = {},
) -> T:
    """An object of which each key is a field, read by its own reader."""
    table = _table(value, at, tuple(required), tuple(optional))
    readers = {**required, **optional}
    return kind(**{key: readers[key](part, f"{at}.{key}") for key, part in table.items()})


def _text(pattern: str = r"(?s:.+)") -> Read[str]:
    matches = re.compile(pattern).fullmatch

    def read(value: object, at: str) -> str:
        if not isinstance(value, str):
            raise Mismatch(f"{at} is {_shown(value)}, not text")
        if not matches(value):
            raise Mismatch(f"{at} is {_shown(value)}, which it can't be")
        return value

    return read


_any_text = _text(r"(?s:.*)")


def _one_of(words: Sequence[str]) -> Read[str]:
    def read(value: object, at: str) -> str:
        if value not in words:
            raise Mismatch(f"{at} is {_shown(value)}, not {' or '.join(words)}")
        return cast(str, value)

    return read


def _whole(value: object, at: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Mismatch(f"{at} is {_shown(value)}, not a whole number from 0")
    return value


def _number(value: object, at: str) -> float:
    if not isinstance(value, float) or not math.isfinite(value):
        raise Mismatch(f"{at} is {_shown(value)}, not a number with a decimal point")
    return value


def _seconds(value: object, at: str) -> float:
    if (seconds := _number(value, at)) < 0:
        raise Mismatch(f"{at} is {_shown(value)}, less than nothing")
    return seconds


def _each(read: Read[T]) -> Read[tuple[T, ...]]:
    def read_each(value: object, at: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Mismatch(f"{at} is {_shown(value)}, not a list")
        return tuple(read(part, f"{at}[{number}]") for number, part in enumerate(value))

    return read_each


def _texts(keys: str = r"(?s:.+)") -> Read[dict[str, str]]:
    """An object whose values are texts; `keys` is what its keys can be."""

    def read(value: object, at: str) -> dict[str, str]:
        if not isinstance(value, dict):
            raise Mismatch(f"{at} is {_shown(value)}, not a table")
        for key, text in value.items():
            _text(keys)(key, f"a key of {at}")
            _any_text(text, f"{at}.{key}")
        return value

    return read


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


_FIELDS: dict[str, Read[Any]] = {
    "card": _text(CARD),
    "tier": _one_of(TIERS),
    "result": _one_of(RESULTS),
    "details": _each(_any_text),
    "coverage": _each(_read_coverage),
    "outputs": _each(_read_output),
    "measurements": _each(_read_measurement),
    "claim": _text(),
    "environment": _read_environment,
    "test": _read_test_table,
    "runner": _text(),
    "isolation": _any_text,
    "started": _read_moment,
    "seconds": _seconds,
    "sources": _texts(PATH),
}
_OPTIONAL = ("details", "coverage", "outputs", "measurements", "claim", "sources")
_REQUIRED = (*(key for key in _FIELDS if key not in _OPTIONAL), "digests", "tests")
