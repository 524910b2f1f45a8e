"""A record as a file: an in-toto Statement v1 in JSON, written and read back.

In: a `Record`, or a file's bytes and path. Out: bytes; a `Record`, or why those bytes are none.
Equal records give equal bytes, and only those bytes are read: a record that was touched at all is
no record. It must not know whether what the record says still holds.

The form of the statement: https://github.com/in-toto/attestation, `schema.json` beside this file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from builder.codec import sha256
from builder.errors import Problem
from builder.evidence.digests import canonical_json, digest_content, environment_digest
from builder.evidence.record import OUTCOMES, Environment, Record, RecordedTest, worst_cases
from builder.evidence.schema import (
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Mismatch,
    read_statement,
)
from builder.model import MEASURED, TIERS

EVIDENCE = "content/evidence/"
FAILED = "failed.json"
DAMAGED = "was changed by hand or damaged"


def write_record(record: Record) -> bytes:
    """The bytes of a record's file: the same for equal records, on every machine.

    Half of a character that stands alone (from output that is no text) becomes "?".
    """
    statement = _statement(record, "")
    statement = _statement(record, _own_digest(statement))
    text = json.dumps(statement, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
    return (text + "\n").encode("utf-8", "replace")


def read_record(data: bytes, path: str) -> Record | tuple[Problem, ...]:
    """The record that a file holds, or what is wrong with it.

    Below content/evidence/ the file's place must be the record's: `<card>/<tier>.json`, or
    `<card>/failed.json` for what is no pass.
    """
    try:
        statement = json.loads(data.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        return (Problem(path, line, f"{DAMAGED}: it is not JSON", _way_out(path, None)),)
    try:
        record = read_statement(statement)
        written = write_record(record)
    except Mismatch as wrong:
        return (Problem(path, 0, f"is not a record: {wrong}", _way_out(path, statement)),)
    except (ValueError, RecursionError):  # a number beyond all numbers, a thousand brackets
        return (Problem(path, 0, DAMAGED, _way_out(path, statement)),)
    if written != data:
        if written == data.replace(b"\r\n", b"\n"):
            hint = "let git keep its line ends: content/evidence/** -text in .gitattributes"
            return (Problem(path, 0, "has line ends that its digest does not know (CRLF)", hint),)
        return (Problem(path, 0, DAMAGED, _way_out(path, statement)),)
    hint = _way_out(path, statement)
    return tuple(Problem(path, 0, said, hint) for said in _contradictions(record, path)) or record


def count_outcomes(record: Record) -> dict[str, int]:
    """How many tests came to each outcome; a test counts once, by the worst of its cases."""
    found: Counter[str] = Counter(test.outcome for test in worst_cases(record.tests).values())
    return {outcome: found[outcome] for outcome in OUTCOMES}


def place_of(record: Record) -> str:
    """Where a site keeps a record: each tier's last pass, and the newest other result."""
    name = f"{record.tier}.json" if record.result == "PASSED" else FAILED
    return f"{EVIDENCE}{record.card}/{name}"


# --- Writing --------------------------------------------------------------------------------------


def _own_digest(statement: dict[str, object]) -> str:
    """The digest of a statement whose own digest is still left out."""
    return sha256(canonical_json(statement)).hex()


def _statement(record: Record, own: str) -> dict[str, object]:
    digests = {"content": record.content, "environment": record.environment_digest}
    predicate: dict[str, object] = {
        "card": record.card,
        "tier": record.tier,
        "digests": {**digests, "record": own} if own else digests,
        "result": record.result,
        "tests": {**count_outcomes(record), "cases": [_case(test) for test in record.tests]},
        "environment": _environment(record.environment),
        "test": json.loads(record.test),
        "runner": record.runner,
        "isolation": record.isolation,
        "started": record.started,
        "seconds": round(float(record.seconds), 3),
    }
    optional: dict[str, object] = {
        "details": list(record.details),
        "coverage": [
            {"path": of.path, "statements": of.statements, "run": of.run, "missing": of.missing}
            for of in record.coverage
        ],
        "outputs": [
            {"name": output.name, "digest": {"sha256": output.sha256}}
            | ({} if output.is_repeatable is None else {"repeatable": output.is_repeatable})
            for output in record.outputs
        ],
        "measurements": [
            {"name": of.name, "value": float(of.value), "unit": of.unit, "at": of.at}
            for of in record.measurements
        ],
        "claim": record.claim,
        "sources": record.sources,
    }
    predicate |= {key: value for key, value in optional.items() if value}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": sha}}
            for name, sha in sorted(record.subjects.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }


def _case(test: RecordedTest) -> dict[str, object]:
    rest = {"message": test.message, "path": test.path, "line": test.line, "trace": test.trace}
    case: dict[str, object] = {"id": test.id, "outcome": test.outcome, "ms": test.ms}
    return case | {key: value for key, value in rest.items() if value}


def _environment(environment: Environment) -> dict[str, object]:
    hardware = {"hardware": environment.hardware} if environment.hardware else {}
    return {
        "python": environment.python,
        "implementation": environment.implementation,
        "platform": environment.platform,
        "distributions": environment.distributions,
        "direct": list(environment.direct),
        "tools": environment.tools,
        "variables": environment.variables,
        **hardware,
    }


# --- Reading --------------------------------------------------------------------------------------


def _refuse_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity, which Python's parser would take


def _contradictions(record: Record, path: str) -> Iterator[str]:
    """In what an untouched record disagrees with itself, or with where it lies."""
    content = digest_content(record.card, record.tier, record.subjects, record.test, record.runner)
    if record.content != content:
        yield "its content digest is not that of the files it names"
    if record.environment_digest != environment_digest(record.environment):
        yield "its environment digest is not that of the versions it names"
    for source, text in record.sources.items():
        if record.subjects.get(source) != sha256(text.encode()).hex():
            yield f"the text that it keeps of {source} is not of the file it names"
    if record.result == "PASSED":
        yield from _doubts(record)
    if path.startswith(EVIDENCE) and path != place_of(record):
        yield f"is a record that belongs at {place_of(record)}"


def _doubts(record: Record) -> Iterator[str]:
    """Why a pass is none."""
    counts = count_outcomes(record)
    if wrong := counts["failed"] + counts["uncollected"]:
        yield f"says PASSED, and {wrong} of its tests did not"
    is_measurement = record.tier in MEASURED
    if not record.started:
        yield "says PASSED, and not when it began"
    if not counts["passed"] and not (is_measurement and record.measurements):
        yield "says PASSED, and nothing in it passed"
    if is_measurement and not record.sources:
        yield "keeps no text of what was measured"


def _way_out(path: str, statement: object) -> str:
    """What an author can do about a record that can't be read, as far as it tells what it is."""
    place = PurePosixPath(path)
    card, tier = "", place.stem
    if isinstance(statement, dict) and isinstance(predicate := statement.get("predicate"), dict):
        card, tier = str(predicate.get("card", "")), str(predicate.get("tier", tier))
    if path.startswith(EVIDENCE):
        card, tier = place.parent.name, place.stem
    if place.name == FAILED:
        return "delete it: it is only kept until the next run"
    if tier in MEASURED:
        return "restore it from version control, or take it again where it was measured"
    if card and tier in TIERS:
        return f"run proofpress test {card} --record"
    return "a record is made by proofpress test SLUG --record"
