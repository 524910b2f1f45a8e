"""What a card's demonstration printed and saved, held against what is recorded of it.

In: a case, the results of its runs. Out: the result that is to count, and the outputs to record.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from builder.codec import replace, sha256
from builder.evidence.record import RecordedOutput
from builder.prove.case import Case, Wish
from builder.run.results import CardResult
from builder.write.evidence import remove_evidence, write_evidence

DIFF_LINES = 40


def compare_runs(
    result: CardResult, again: CardResult, notes: list[str]
) -> tuple[CardResult, dict[str, bool]]:
    """Of two runs the worse one, and which outputs came out the same both times."""
    if result.result == "PASSED" and again.result != "PASSED":
        why = "this happened with another hash seed and the tests in reverse order"
        return _with_details(again, why), {}
    repeatable = {}
    if result.produced and again.produced:
        before, after = result.produced.files, again.produced.files
        for name in sorted({*before, *after}):
            repeatable[name] = before.get(name) == after.get(name)
            if not repeatable[name]:
                notes.append(f"{name} is not the same twice")
                ends = ("the first time", "the second time")
                notes += _diff(name, before.get(name, b""), after.get(name, b""), ends)
    return result, repeatable


def check_outputs(
    root: Path,
    case: Case,
    result: CardResult,
    repeatable: Mapping[str, bool],
    wish: Wish,
    notes: list[str],
) -> tuple[CardResult, tuple[RecordedOutput, ...]]:
    """Outputs held against those that are stored; what is new or accepted is stored."""
    produced = result.produced
    if result.result != "PASSED" or produced is None:
        return result, ()
    if produced.exit_code != 0:
        said = f"python -m {case.card.main} ended with status {produced.exit_code}"
        return _with_details(result, said, produced.tail, result_word="ERROR"), ()
    stored = {name: data for name, data in case.files.items() if not name.endswith(".json")}
    known = {item.name: item.is_repeatable for item in case.last.outputs} if case.last else {}
    digests = {item.name: item.sha256 for item in case.last.outputs} if case.last else {}
    kept: dict[str, bytes] = {}
    problems: list[str] = []
    for name in sorted({*stored, *produced.files}):
        old, new = stored.get(name), produced.files.get(name)
        is_repeatable = repeatable.get(name, known.get(name))
        if new is not None and (old is None or old == new):
            kept[name] = new
        elif new is not None and sha256(new).hex() == digests.get(name):
            notes.append(f"{name} was edited by hand: it is as recorded again")
            kept[name] = new
        elif old is not None and new is not None and is_repeatable is False and not wish.accepts:
            kept[name] = old
        elif wish.accepts or not known:
            notes += _diff(name, old or b"", new or b"")
            if new is not None:
                kept[name] = new
        else:
            problems += [f"{name} is not what was recorded", *_diff(name, old or b"", new or b"")]
    if problems:
        way_out = f"if it is right now, run proofpress test {case.card.slug} --accept"
        return _with_details(result, *problems, way_out, result_word="FAILED"), ()
    for name, data in kept.items():
        write_evidence(root, case.card.slug, name, data)
    for name in stored.keys() - kept.keys():
        remove_evidence(root, case.card.slug, name)
    outputs = tuple(
        RecordedOutput(name, sha256(data).hex(), repeatable.get(name, known.get(name)))
        for name, data in kept.items()
    )
    return result, outputs


def _with_details(result: CardResult, *details: str, result_word: str = "") -> CardResult:
    """A result with more details, and perhaps another word."""
    word = result_word or result.result
    return replace(result, result=word, details=(*result.details, *filter(None, details)))


def _diff(
    name: str, old: bytes, new: bytes, ends: tuple[str, str] = ("as recorded", "now")
) -> list[str]:
    lines = list(
        difflib.unified_diff(
            old.decode("utf-8", "replace").splitlines(),
            new.decode("utf-8", "replace").splitlines(),
            f"{name} {ends[0]}",
            f"{name} {ends[1]}",
            lineterm="",
            n=1,
        )
    )
    return lines[:DIFF_LINES] + (["…"] if len(lines) > DIFF_LINES else [])
