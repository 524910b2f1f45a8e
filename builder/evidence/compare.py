"""Two records compared: what changed from one to the other.

In: records. Out: sentences. It must not judge which of them is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from builder.codec import replace
from builder.evidence.digests import Subject, canonical_test
from builder.evidence.record import Measurement, Record, worst_cases


def differences(old: Record, new: Record) -> tuple[str, ...]:
    """What changed from one record to another: files, limits, versions, then what came of it.

    When they began, how long they took and what the tests said word by word is left out: no two
    runs are alike in that.
    """
    return (*_fields(old, new, ("card", "tier")), *causes(old, new), *_effects(old, new))


def causes(old: Record, new: Record) -> tuple[str, ...]:
    """What may be why a later run came out otherwise: files, limits, versions, the machine."""
    return tuple(_causes(old, new))


def changed_files(record: Record, present: Mapping[str, str]) -> tuple[str, ...]:
    """What changed of the files that a record is of; `present` are the SHA-256 of those that are
    there, in hexadecimal.
    """
    here = {path: sha for path, sha in present.items() if path in record.subjects}
    return tuple(_changes(record.subjects, here, ("is gone", "is new", "changed")))


def why_stale(record: Record, subject: Subject, runner: str) -> tuple[str, ...]:
    """Why a record is not of a card as it is now, nor run by what would run it now."""
    now = {path: sha.hex() for path, sha in subject.files}
    table = replace(record, test=canonical_test(subject.test))
    limits = ("is no longer set", "is {1}", "is {1}, was {0}")
    return (
        *_changes(record.subjects, now, ("is gone", "is not among its files", "changed")),
        *_changes(_limits(record), _limits(table), limits, "test: "),
        *(["another version of Proofpress ran it"] if record.runner != runner else []),
    )


def _causes(old: Record, new: Record) -> Iterator[str]:
    yield from _changes(old.subjects, new.subjects, ("is gone", "is new", "changed"))
    limits = ("is no longer set", "is {1}", "is {1}, was {0}")
    yield from _changes(_limits(old), _limits(new), limits, "test: ")
    if old.runner != new.runner:
        yield "another version of Proofpress ran it"
    before, now = old.environment, new.environment
    versions = ("is gone (was {0})", "{1} is new", "is {1}, was {0}")
    yield from _changes(
        {"Python": before.python, **before.distributions, **before.tools},
        {"Python": now.python, **now.distributions, **now.tools},
        versions,
    )
    where = ("implementation", "platform", "hardware")
    yield from _changes(
        {name: text for name in where if (text := getattr(before, name))},
        {name: text for name in where if (text := getattr(now, name))},
        limits,
    )
    yield from _changes(before.variables, now.variables, limits, "variable ")
    yield from _fields(old, new, ("isolation",))


def _effects(old: Record, new: Record) -> Iterator[str]:
    yield from _fields(old, new, ("result",))
    yield from _changes(_outcomes(old), _outcomes(new), ("is gone", "is new: {1}", "{1}, was {0}"))
    if old.result == new.result == "PASSED":  # what failed keeps none
        yield from _changes(
            {output.name: output.sha256 for output in old.outputs},
            {output.name: output.sha256 for output in new.outputs},
            ("is gone", "is new", "changed"),
            "output ",
        )
    figures = ("is gone (was {0})", "is {1}, which is new", "is {1}, was {0}")
    yield from _changes(_figures(old), _figures(new), figures)
    yield from _fields(old, new, ("claim",))


def _changes(
    old: Mapping[str, str], new: Mapping[str, str], forms: tuple[str, str, str], start: str = ""
) -> Iterator[str]:
    """A sentence for each name that is gone, new, or means something else now.

    `forms` are the sentences' ends in that order; {0} is the old and {1} the new value.
    """
    gone, added, changed = forms
    for name in sorted({*old, *new}):
        before, now = old.get(name, ""), new.get(name, "")
        if name not in new:
            yield f"{start}{name} {gone.format(before, now)}"
        elif name not in old:
            yield f"{start}{name} {added.format(before, now)}"
        elif before != now:
            yield f"{start}{name} {changed.format(before, now)}"


def _fields(old: Record, new: Record, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            yield f"{name} is {now or 'nothing'}, was {before or 'nothing'}"


def _limits(record: Record) -> dict[str, str]:
    table = json.loads(record.test)
    return {key: json.dumps(value, ensure_ascii=False) for key, value in table.items()}


def _outcomes(record: Record) -> dict[str, str]:
    return {name: test.outcome for name, test in worst_cases(record.tests).items()}


def _figures(record: Record) -> dict[str, str]:
    return {
        _name(figure): f"{figure.value:g} {figure.unit}".strip() for figure in record.measurements
    }


def _name(figure: Measurement) -> str:
    at = ", ".join(f"{name} = {value}" for name, value in sorted(figure.at.items()))
    return f"{figure.name} at {at}" if at else figure.name
