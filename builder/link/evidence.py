"""Records to what pages may say of a card: whether what was checked holds for the present bytes.

In: cards as collected, records, recorded outputs, what the site allows. Out: `Evidence` by slug,
the files that are published with it, and what a strict build complains of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from builder.cards.demands import Demands
from builder.cards.find import SNIPPETS, TESTS, card_files, test_files
from builder.codec import replace
from builder.errors import Problem
from builder.evidence.allowed import Allowed
from builder.evidence.collect import Card
from builder.evidence.compare import why_stale
from builder.evidence.digests import content_digest
from builder.evidence.record import Record
from builder.evidence.standing import find_failure, find_standing, problems_of
from builder.evidence.statement import EVIDENCE, FAILED
from builder.link.addresses import encode_address
from builder.model import TESTED, TIERS, Asset, Evidence, Failure, Output, Site, Standing, Tier


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is known of all cards.

    `files` are those below content/evidence/ with their digests, `records` the readable ones of
    them. `texts` are the present texts of files that were measured or compiled. `has_failures`:
    what failed on this machine counts too.
    """

    cards: Mapping[str, Card]
    demands: Mapping[str, Demands]
    files: Mapping[str, bytes]
    records: Mapping[str, Record]
    problems: Mapping[str, tuple[Problem, ...]]
    texts: Mapping[str, str]
    digests: Mapping[str, bytes]
    allowed: Allowed
    runner: str
    has_failures: bool


def find_evidence(slug: str, url: str, proofs: Proofs) -> Evidence:
    """What is known of a card; `url` is its page's, "" if it has none."""
    card = proofs.cards[slug]
    standings = tuple(
        standing
        for tier in TIERS
        if (standing := _standing(card, f"{EVIDENCE}{slug}/{tier}.json", proofs)) is not None
    )
    return Evidence(
        slug=slug,
        url=url,
        standings=standings,
        failure=_failure(card, proofs),
        outputs=tuple(_outputs(slug, standings, proofs)),
        files=tuple(
            (path, f"/{encode_address(path)}") for path in published_files(slug, proofs.digests)
        ),
    )


def shown_evidence(site: Site) -> tuple[Evidence, ...]:
    """All evidence that a site shows: of cards, and of pages with doctests."""
    return (*site.evidence, *(page.doctests for page in site.pages if page.doctests))


def is_proven(evidence: Evidence, tier: Tier) -> bool:
    """Whether a card has a recorded pass of the present bytes, and its outputs are of that."""
    has_pass = any(
        standing.tier == tier and standing.state in ("current", "unmet")
        for standing in evidence.standings
    )
    outputs_hold = all(output.is_current for output in evidence.outputs)
    return has_pass and outputs_hold and evidence.failure is None


def published_files(slug: str, paths: Iterable[str]) -> tuple[str, ...]:
    """The card's own files and its tests, which readers may download."""
    known = [path for path in paths if path.startswith((SNIPPETS, TESTS))]
    return (*card_files(slug, known), *test_files(slug, known))


def published_evidence(evidence: Evidence, proofs: Proofs) -> list[Asset]:
    """The files that a card's evidence and downloads consist of."""
    paths = [standing.path for standing in evidence.standings]
    paths += [evidence.failure.path] if evidence.failure else []
    assets = [Asset(path, proofs.files[path], output_of_evidence(path)) for path in paths]
    assets += [
        Asset(output.path, output.digest, output_of_evidence(output.path))
        for output in evidence.outputs
    ]
    return assets + [Asset(path, proofs.digests[path], path) for path, _ in evidence.files]


def output_of_evidence(path: str) -> str:
    """Where a file below content/evidence/ is published."""
    return path.removeprefix("content/")


def check_evidence(
    evidence: Sequence[Evidence], places: Mapping[str, tuple[str, int]], proofs: Proofs
) -> list[Problem]:
    """What keeps a strict build from publishing these cards; `places` are the pages to blame."""
    problems: list[Problem] = []
    for item in evidence:
        start = f"{EVIDENCE}{item.slug}/"
        for path in sorted(proofs.problems):
            if path.startswith(start) and (proofs.has_failures or not path.endswith(FAILED)):
                problems += [
                    replace(problem, is_warning=True, is_evidence=True)
                    for problem in proofs.problems[path]
                ]
        path, line = places[item.slug]
        demands = proofs.demands.get(item.slug, Demands())
        changed: dict[str, tuple[str, ...]] = {
            standing.tier: why_stale(
                proofs.records[standing.path], proofs.cards[item.slug].subject, proofs.runner
            )
            for standing in item.standings
            if standing.state == "stale"
        }
        problems += problems_of(
            item.slug, demands, item.standings, item.failure, path, line, changed
        )
        problems += [
            Problem(
                output.path,
                0,
                "this recorded output is not the one that its record is of",
                f"run proofpress test {item.slug} --accept to record what it prints now",
                is_warning=True,
                is_strict_only=True,
                is_evidence=True,
            )
            for output in item.outputs
            if not _is_recorded(output, proofs)
        ]
    return problems


def unshown_cards(proofs: Proofs, shown: Iterable[str]) -> list[Problem]:
    """A complaint for each card that no page shows: nobody reads what it proves."""
    shown = set(shown)
    return [
        Problem(
            proofs.cards[slug].path,
            0,
            "no page shows this card",
            "embed it, write its page, or remove it",
            is_warning=True,
            is_strict_only=True,
            is_evidence=True,
        )
        for slug in sorted(proofs.cards)
        if slug not in shown and not proofs.cards[slug].generated
    ]


def _standing(card: Card, path: str, proofs: Proofs) -> Standing | None:
    record = proofs.records.get(path)
    if record is None or record.card != card.slug or not path.endswith(f"/{record.tier}.json"):
        return None
    content = content_digest(card.subject, record.tier, proofs.runner)
    present = {name: proofs.texts[name] for name in record.sources if name in proofs.texts}
    return find_standing(path, proofs.files[path], record, content, proofs.allowed, present)


def _failure(card: Card, proofs: Proofs) -> Failure | None:
    path = f"{EVIDENCE}{card.slug}/{FAILED}"
    record = proofs.records.get(path) if proofs.has_failures else None
    if record is None:
        return None
    return find_failure(path, proofs.files[path], record, card.content)


def _outputs(slug: str, standings: Sequence[Standing], proofs: Proofs) -> Iterable[Output]:
    start = f"{EVIDENCE}{slug}/"
    tested = next((item for item in standings if item.tier in TESTED), None)
    for path in sorted(proofs.files):
        name = path.removeprefix(start)
        if path.startswith(start) and "/" not in name and not name.endswith(".json"):
            url = f"/{encode_address(output_of_evidence(path))}"
            date = tested.date if tested else ""
            output = Output(name, path, proofs.files[path], url, date, False)
            is_current = (
                tested is not None
                and tested.state in ("current", "unmet")
                and _is_recorded(output, proofs)
            )
            yield Output(name, path, output.digest, url, date, is_current)


def _is_recorded(output: Output, proofs: Proofs) -> bool:
    """Whether an output's bytes are those of the run that the card's record is of."""
    folder = output.path.rpartition("/")[0]
    records = [proofs.records.get(f"{folder}/{tier}.json") for tier in TESTED]
    return any(
        item.name == output.name and item.sha256 == output.digest.hex()
        for record in records
        if record is not None
        for item in record.outputs
    )
