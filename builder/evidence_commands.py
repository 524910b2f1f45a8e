"""The command `evidence`: records shown, compared, taken in, checked.

In: the site's folder, names of cards and of files. Out: what is printed, and an exit code;
`BuildFailed` with what is wrong. Nothing is run here, and whether the site asks for other versions
by now is a build's question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.cards import card_files, card_slugs
from builder.codec import sha256
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.evidence.collect import DOCTESTS
from builder.evidence.compare import changed_files, differences, why_stale
from builder.evidence.record import Record
from builder.evidence.statement import EVIDENCE, count_outcomes, place_of, read_record
from builder.model import MEASURED, TIERS
from builder.present import collect_present, read_present
from builder.read.tree import survey, theme_folder
from builder.run.source import digest_runner
from builder.write.evidence import read_evidence, write_evidence

# --- show -----------------------------------------------------------------------------------------


def show(root: Path, card: str, tier: str, as_json: bool) -> int:
    """Print a card's records, or that of one tier ("" for all), as text or as JSON."""
    records = _card_records(root, card)
    if tier:
        wanted = f"{EVIDENCE}{card}/{tier}.json"
        if wanted not in records:
            there = ", ".join(sorted(Path(path).stem for path in records))
            hint = f"there is: {there}"
            if tier not in TIERS:
                hint = did_you_mean(tier, TIERS, hint)
            raise BuildFailed([Problem(wanted, 0, f"'{card}' has no record '{tier}'", hint)])
        records = {wanted: records[wanted]}
    if as_json:
        texts = [(root / path).read_text(encoding="utf-8") for path in records]
        print(texts[0] if tier else json.dumps([json.loads(text) for text in texts], indent=1))
        return 0
    for path, record in records.items():
        print(f"{path}\n" + "\n".join(f"    {line}" for line in _describe(root, record)))
    return 0


def _describe(root: Path, record: Record) -> list[str]:
    """A record as lines of text."""
    environment, counts = record.environment, count_outcomes(record)
    versions = environment.distributions
    direct = [f"{name} {versions[name]}" for name in environment.direct if name in versions]
    others = [
        f"{name} {text}"
        for name, text in sorted({**versions, **environment.tools}.items())
        if name not in environment.direct
    ]
    tested = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    began = f" on {record.started}, in {record.seconds:g} s" if record.started else ""
    lines = [
        f"{record.result}{began}",
        *record.details,
        f"it is {_of_what(root, record)}",
        f"Python {environment.python} ({environment.implementation}, {environment.platform})",
        ", ".join(direct),
        f"also there: {', '.join(others)}" if others else "",
        environment.hardware,
        f"isolation: {record.isolation}" if record.isolation else "",
        record.claim,
        *(_figure(item.name, item.value, item.unit, item.at) for item in record.measurements),
        tested,
        *(f"  {item.outcome:<11} {item.ms:>7} ms  {item.id}" for item in record.tests),
        *(f"coverage: {of.path}, {of.run} of {of.statements} statements" for of in record.coverage),
        *(f"output: {item.name}{_REPEATABLE[item.is_repeatable]}" for item in record.outputs),
    ]
    return [part for line in lines if line for part in line.splitlines()]


_REPEATABLE = {None: "", True: " (the same twice)", False: " (not the same twice)"}


def _figure(name: str, value: float, unit: str, at: Mapping[str, str]) -> str:
    where = ", ".join(f"{key} = {text}" for key, text in at.items())
    return f"  {name} = {value:g} {unit}".rstrip() + (f" at {where}" if where else "")


def _of_what(root: Path, record: Record) -> str:
    changed = _why_other(root, record)
    return f"not of what is here: {'; '.join(changed)}" if changed else "of the present files"


def _why_other(root: Path, record: Record) -> tuple[str, ...]:
    """Why a record is not of what is here now; what was measured is so for its own files only."""
    card = collect_present(root, [record.card], read_present(root)).get(record.card)
    if record.tier in MEASURED or card is None:
        return changed_files(record, _present(root, record))
    return why_stale(record, card.subject, digest_runner())


# --- diff -----------------------------------------------------------------------------------------


def diff(root: Path, old: str, new: str) -> int:
    """Print what changed between two record files.

    With one file (`new` is ""), from the site's own record of that card and tier to it.
    """
    after = _load(Path(new or old), new or old)
    if new:
        before = _load(Path(old), old)
    else:
        place = f"{EVIDENCE}{after.card}/{after.tier}.json"
        before = _load(root / place, place)
    changes = differences(before, after)
    print("\n".join(changes) or "nothing changed, but for times")
    return 0


# --- accept ---------------------------------------------------------------------------------------


def accept(root: Path, file: str) -> int:
    """Take a record made elsewhere into the site, with its outputs, which lie beside it.

    Refused unless it is a pass, of a card that is here, and of the very files that are here.
    """
    record = _load(Path(file), file)
    problems = _refusals(root, record, file)
    outputs, missing = _find_outputs(root, record, Path(file))
    problems += [Problem(file, 0, message, _TAKE_ALONG) for message in missing]
    if problems:
        raise BuildFailed(problems)
    place = place_of(record)
    before = _read_known(root / place, place)
    for name, data in outputs.items():
        write_evidence(root, record.card, name, data)
    write_evidence(root, record.card, f"{record.tier}.json", Path(file).read_bytes())
    if before is None:
        print(f"took in {place}: the first of its kind")
        return 0
    changes = differences(before, record) or ("nothing changed, but for times",)
    print(f"took in {place}: it replaces that of {before.started}")
    print("\n".join(f"    {line}" for line in changes))
    return 0


_TAKE_ALONG = "copy it from where the record was made, into the same folder as the record"


def _refusals(root: Path, record: Record, file: str) -> list[Problem]:
    """Why a record can't be this site's."""
    if record.result != "PASSED":
        hint = "only a pass is taken in; what failed is kept where it failed"
        return [Problem(file, 0, f"says {record.result}", hint)]
    paths = list(survey(root, theme_folder()).files)
    files = card_files(record.card, paths)
    if not files and not _is_page(record):
        hint = did_you_mean(record.card, card_slugs(paths), "take it to the site it was made for")
        return [Problem(file, 0, f"is of '{record.card}', and no snippet is called that", hint)]
    hint = "make it again, of the files that are here"
    changed = _why_other(root, record)
    if record.tier in MEASURED:
        changed += tuple(
            f"{path} is not among its files" for path in files if path not in record.subjects
        )
    return [Problem(file, 0, f"is not of what is here: {said}", hint) for said in changed]


def _find_outputs(root: Path, record: Record, file: Path) -> tuple[dict[str, bytes], list[str]]:
    """The outputs that a record names, from beside it or as the site has them; what is missing."""
    found, missing = {}, []
    here = read_evidence(root, record.card)
    for output in record.outputs:
        beside = file.parent / output.name
        candidates = [beside.read_bytes()] if beside.is_file() else []
        candidates += [here[output.name]] if output.name in here else []
        data = next((each for each in candidates if sha256(each).hex() == output.sha256), None)
        if data is None:
            missing.append(f"names the output {output.name}, which is not beside it")
        else:
            found[output.name] = data
    return found, missing


# --- verify ---------------------------------------------------------------------------------------


def verify(root: Path, cards: Sequence[str]) -> int:
    """Check all records of some cards, or of all: form, digests, recorded outputs."""
    paths = list(survey(root, theme_folder()).files)
    known = card_slugs(paths)
    proven = sorted({path.split("/")[2] for path in paths if _is_evidence(path)})
    problems: list[Problem] = []
    lines = []
    for card in dict.fromkeys(cards or proven):
        if card not in proven:
            problems.append(_no_evidence(card, proven))
            continue
        records, found = _check_card(root, card)
        problems += found
        if card not in known and not any(map(_is_page, records.values())):
            hint = did_you_mean(card, known, "delete this folder, or give it its card's name")
            problems.append(Problem(f"{EVIDENCE}{card}", 0, "is evidence of no card", hint))
        lines += [f"{path}  {rec.result}, {_of_what(root, rec)}" for path, rec in records.items()]
    if any(not problem.is_warning for problem in problems):
        raise BuildFailed(problems)
    many = f"{len(lines)} records checked: all are whole"
    counts = {0: "there are no records yet", 1: "1 record checked: it is whole"}
    print("\n".join([*lines, *map(str, problems), counts.get(len(lines), many)]))
    return 0


def _check_card(root: Path, card: str) -> tuple[dict[str, Record], list[Problem]]:
    """A card's sound records by path, and what is wrong with its evidence."""
    files = read_evidence(root, card)
    folder = f"{EVIDENCE}{card}/"
    records: dict[str, Record] = {}
    problems: list[Problem] = []
    named: set[str] = set()
    for name, data in files.items():
        if not name.endswith(".json"):
            continue
        record = read_record(data, folder + name)
        if not isinstance(record, Record):
            problems += record
            continue
        records[folder + name] = record
        for output in record.outputs:
            named.add(output.name)
            if output.name not in files:
                problems.append(_wrong_output(card, name, output.name, "is not there"))
            elif sha256(files[output.name]).hex() != output.sha256:
                problems.append(_wrong_output(card, name, output.name, "is another"))
    unnamed = [name for name in files if not name.endswith(".json") and name not in named]
    if not problems:  # a record that can't be read may name it
        problems += [
            Problem(folder + name, 0, "is in no record", "delete it", is_warning=True)
            for name in unnamed
        ]
    return records, problems


def _wrong_output(card: str, record: str, name: str, fault: str) -> Problem:
    hint = f"restore it, or run proofpress test {card} --accept to record what is printed now"
    message = f"{fault}, where {record} names an output" if fault == "is not there" else ""
    message = message or f"is not the output that {record} is of"
    return Problem(f"{EVIDENCE}{card}/{name}", 0, message, hint)


def _is_page(record: Record) -> bool:
    """Whether a record is of a page's doctests."""
    return any(path.endswith(DOCTESTS) for path in record.subjects)


# --- Files ----------------------------------------------------------------------------------------


def _is_evidence(path: str) -> bool:
    return path.startswith(EVIDENCE) and path.count("/") > 2


def _no_evidence(card: str, proven: Sequence[str]) -> Problem:
    hint = did_you_mean(card, proven, f"run proofpress test {card}")
    return Problem(f"{EVIDENCE}{card}", 0, f"there is no record of '{card}'", hint)


def _card_records(root: Path, card: str) -> dict[str, Record]:
    """A card's records by path; `BuildFailed` if there are none, or one is damaged."""
    files = (
        read_evidence(root, card) if card and "/" not in card and card not in (".", "..") else {}
    )
    names = [name for name in files if name.endswith(".json")]
    if not names:
        folders = (root / EVIDENCE).iterdir() if (root / EVIDENCE).is_dir() else ()
        raise BuildFailed([_no_evidence(card, sorted(folder.name for folder in folders))])
    order = {f"{tier}.json": place for place, tier in enumerate(TIERS)}
    records = {}
    problems: list[Problem] = []
    for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
        path = f"{EVIDENCE}{card}/{name}"
        record = read_record(files[name], path)
        if isinstance(record, Record):
            records[path] = record
        else:
            problems += record
    if problems:
        raise BuildFailed(problems)
    return records


def _load(file: Path, shown: str) -> Record:
    """The record in a file; `BuildFailed` if it holds none."""
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        hint = "name the file of a record, such as content/evidence/z_test/tests.json"
        raise BuildFailed([Problem(shown, 0, "there is no such file", hint)]) from None
    except IsADirectoryError:
        raise BuildFailed([Problem(shown, 0, "is a folder", "name a file in it")]) from None
    record = read_record(data, shown)
    if not isinstance(record, Record):
        raise BuildFailed(record)
    return record


def _read_known(file: Path, path: str) -> Record | None:
    """The record that is about to be replaced; None if there is none that can be read."""
    record = read_record(file.read_bytes(), path) if file.is_file() else None
    return record if isinstance(record, Record) else None


def _present(root: Path, record: Record) -> dict[str, str]:
    """The SHA-256 of those of a record's files that are here."""
    return {
        path: sha256((root / path).read_bytes()).hex()
        for path in record.subjects
        if (root / path).is_file()
    }
