"""Cards run where no remembered pass will do, and what is kept of the runs.

In: cards as collected, a wish. Out: a `Verdict` a card; records are written and removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.codec import replace, sha256
from builder.errors import MachineFault
from builder.evidence.collect import DOCTESTS, Card
from builder.evidence.compare import causes, differences
from builder.evidence.digests import canonical_test, environment_digest
from builder.evidence.record import (
    Record,
    RecordedOutput,
    RecordedTest,
)
from builder.evidence.statement import FAILED, read_record, write_record
from builder.prove.case import Case, Wish
from builder.prove.outputs import check_outputs, compare_runs
from builder.run.environment import find_environment, missing_modules
from builder.run.packages import install_hint
from builder.run.results import CardResult, not_run
from builder.run.runner import run_cards
from builder.run.source import digest_runner
from builder.write.evidence import (
    keep_pass,
    read_evidence,
    read_pass,
    remove_evidence,
    write_evidence,
)

# A card that asks for no other limit is ended after this time.
TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a card. `notes` are for the author, whatever the result."""

    card: Card
    result: CardResult
    is_cached: bool = False
    notes: tuple[str, ...] = ()


def prove_cards(
    root: Path, cards: Sequence[Card], wish: Wish, *, jobs: int, say: Callable[[str], None]
) -> list[Verdict]:
    """The verdicts on the cards, in their order; only those without a remembered pass are run."""
    pyproject = _read_text(root / "pyproject.toml")
    verdicts: dict[str, Verdict] = {}
    cases = []
    for card in cards:
        missing = missing_modules(card.subject.modules)
        if missing:
            hints = [install_hint(name, pyproject) for name in missing]
            verdicts[card.slug] = Verdict(card, not_run(card.slug, "UNAVAILABLE", *hints))
            continue
        case = _open_case(root, card)
        passed = _remembered(root, case) if wish.is_cached and not wish.is_twice else None
        if passed is None:
            cases.append(case)
        else:
            verdicts[card.slug] = Verdict(card, _as_result(passed), True)
    for case, result, again in _run(root, cases, wish, jobs, say):
        verdicts[case.card.slug] = _conclude(root, case, result, again, wish)
    return [verdicts[card.slug] for card in cards]


def _open_case(root: Path, card: Card) -> Case:
    subject = card.subject
    environment = find_environment(subject.modules, subject.own_modules, subject.test)
    files = read_evidence(root, card.slug)
    return Case(
        card,
        environment,
        environment_digest(environment),
        files,
        _read(files.get(f"{card.tier}.json"), f"content/evidence/{card.slug}/{card.tier}.json"),
    )


def _remembered(root: Path, case: Case) -> Record | None:
    """The pass of these bytes with these versions, if there is one; its record is put back."""
    card = case.card
    data = read_pass(root, card.slug, case.key)
    record = _read(data, f"{card.tier}.json")
    if data is None or record is None or record.content != card.content:
        return None
    for output in record.outputs:
        stored = case.files.get(output.name)
        if stored is None or sha256(stored).hex() != output.sha256:
            return None
    if case.last is None or case.last.content != card.content:
        write_evidence(root, card.slug, f"{card.tier}.json", data)
    remove_evidence(root, card.slug, FAILED)
    return record


def _run(
    root: Path, cases: Sequence[Case], wish: Wish, jobs: int, say: Callable[[str], None]
) -> Iterator[tuple[Case, CardResult, CardResult | None]]:
    """Each case with its result, and with that of a second run if that was asked for."""
    demands = {case.card.slug: case.card.subject.test for case in cases}
    generated = {case.card.slug: case.card.generated for case in cases if case.card.generated}
    mains = {case.card.slug for case in cases if case.card.main}

    def start(slugs: Sequence[str], seed: int, is_reversed: bool) -> Iterator[CardResult]:
        return run_cards(
            root, slugs, jobs=jobs, timeout_seconds=TIMEOUT_SECONDS, demands=demands,
            hash_seed=seed, reverse=is_reversed, with_main=mains, generated=generated,
        )  # fmt: skip

    slugs = [case.card.slug for case in cases]
    if slugs:
        say(f"running {', '.join(slugs)} …")
    first = start(slugs, 0, False)
    second = start(slugs, 1, True) if wish.is_twice else iter([None] * len(slugs))
    if wish.is_twice:
        first = iter(list(first))
    yield from zip(cases, first, second, strict=True)


def _conclude(
    root: Path, case: Case, result: CardResult, again: CardResult | None, wish: Wish
) -> Verdict:
    """The verdict on a run; what is to be kept of it is written."""
    card = case.card
    if card.generated:
        result = _named_after_page(result, card.path)
    if result.result in ("UNAVAILABLE", "EMPTY", "SKIPPED"):  # nothing was tried
        return Verdict(card, result)
    notes: list[str] = []
    repeatable: dict[str, bool] = {}
    if again is not None:
        result, repeatable = compare_runs(result, again, notes)
    result, outputs = check_outputs(root, case, result, repeatable, wish, notes)
    record = _make_record(case, result, outputs)
    data = write_record(record)
    if result.result != "PASSED":
        if case.last is not None:
            notes += [f"since the last pass: {line}" for line in causes(case.last, record)]
        before = _read(case.files.get(FAILED), FAILED)
        if before is None or differences(before, record):  # not for other times alone
            write_evidence(root, card.slug, FAILED, data)
        return Verdict(card, result, notes=tuple(notes))
    obstacles = _why_not_kept(root, card, result)
    if obstacles:
        return Verdict(card, result, notes=(*notes, *obstacles, "so this pass is not remembered"))
    keep_pass(root, card.slug, case.key, data)
    if wish.records or case.last is None or _is_other(case.last, record):
        write_evidence(root, card.slug, f"{card.tier}.json", data)
    other = "tests" if card.tier == "simulated" else "simulated"
    for name in (f"{other}.json", FAILED):  # what it was before it asked for another tier
        remove_evidence(root, card.slug, name)
    return Verdict(card, result, notes=tuple(notes))


def _named_after_page(result: CardResult, path: str) -> CardResult:
    """The result of a page's doctests with the page's path in the names of its tests."""
    tests = tuple(
        replace(test, test=f"{path}::{test.test.rpartition('::')[2]}") for test in result.tests
    )
    return replace(result, tests=tests)


def _is_other(last: Record, record: Record) -> bool:
    """Whether the committed record must be rewritten: not for another environment alone."""
    outputs = {item.name: item.sha256 for item in record.outputs}
    before = {item.name: item.sha256 for item in last.outputs}
    tried = any(item.is_repeatable is not None for item in record.outputs)
    is_news = tried and record.outputs != last.outputs
    return last.content != record.content or last.result != "PASSED" or outputs != before or is_news


def _why_not_kept(root: Path, card: Card, result: CardResult) -> list[str]:
    """Why a pass says less than it seems to."""
    files = dict(card.subject.files)
    undeclared = [path for path in result.reads if path not in files]
    why = [
        f"it reads {path}, which is not declared: add it to the card's `test: inputs`"
        for path in undeclared
    ]
    changed = [
        path
        for path, digest in files.items()
        if not path.endswith(DOCTESTS) and _digest(root / path) != digest
    ]
    return why + [f"{path} changed while the tests ran" for path in changed]


def _make_record(case: Case, result: CardResult, outputs: tuple[RecordedOutput, ...]) -> Record:
    card = case.card
    return Record(
        card=card.slug,
        tier=card.tier,
        subjects={path: digest.hex() for path, digest in card.subject.files},
        test=canonical_test(card.subject.test),
        runner=digest_runner(),
        content=card.content,
        environment_digest=case.digest,
        result=result.result,
        details=result.details,
        tests=tuple(
            RecordedTest(
                item.test, item.outcome, round(item.seconds * 1000), item.message, item.path,
                item.line, item.trace,
            )
            for item in result.tests
        ),
        coverage=result.coverage,
        outputs=outputs,
        environment=case.environment,
        isolation=result.isolation,
        started=result.started,
        seconds=round(result.seconds, 3),
    )  # fmt: skip


def _as_result(record: Record) -> CardResult:
    """A remembered pass as a result."""
    outcomes = [test.outcome for test in record.tests]
    return CardResult(
        slug=record.card,
        result="PASSED",
        passed=outcomes.count("passed"),
        failed=0,
        skipped=outcomes.count("skipped") + outcomes.count("xfailed"),
        seconds=record.seconds,
        details=(),
    )


def _read(data: bytes | None, path: str) -> Record | None:
    record = read_record(data, path) if data is not None else None
    return record if isinstance(record, Record) else None


def _digest(file: Path) -> bytes:
    try:
        return sha256(file.read_bytes())
    except OSError:
        return b""


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise MachineFault(f"{file} cannot be read: {error.strerror}") from None
