"""Published pages to what is known of the cards that they show, and of their own examples.

In: facts of the published pages, proofs (None: nothing is asked). Out: `Evidence`, the files that
readers may check it with, problems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder.errors import Problem
from builder.evidence.collect import page_slug
from builder.link.evidence import (
    Proofs,
    check_evidence,
    find_evidence,
    published_evidence,
    unshown_cards,
)
from builder.markup.fences import unaccounted_problems
from builder.model import Asset, Evidence, Facts


def shown_cards(facts: Facts) -> tuple[str, ...]:
    """The slugs of a page's own card, if it is one, and of those whose code it shows."""
    own = [facts.snippet] if facts.kind == "cards" else []
    return tuple(dict.fromkeys([*own, *[embed.slug for embed in facts.embeds]]))


def evidence_of_cards(
    published: Sequence[Facts], addresses: Sequence[str], proofs: Proofs | None
) -> dict[str, Evidence]:
    """What is known of each card that a page shows."""
    if proofs is None:
        return {}
    shown = dict.fromkeys(slug for facts in published for slug in shown_cards(facts))
    pages = {
        facts.snippet: url
        for facts, url in zip(published, addresses, strict=True)
        if facts.kind == "cards"
    }
    return {
        slug: find_evidence(slug, pages.get(slug, ""), proofs)
        for slug in shown
        if slug in proofs.cards
    }


def evidence_of_pages(
    published: Sequence[Facts], addresses: Sequence[str], proofs: Proofs | None
) -> dict[int, Evidence]:
    """What is known of the pages whose own blocks of Python are run, by position."""
    if proofs is None:
        return {}
    return {
        position: find_evidence(slug, addresses[position], proofs)
        for position, facts in enumerate(published)
        if (slug := page_slug(facts.kind, facts.slug)) in proofs.cards
    }


def place_evidence(evidence: Sequence[Evidence], proofs: Proofs | None) -> tuple[Asset, ...]:
    """The files that readers may check evidence with."""
    if proofs is None:
        return ()
    assets = [
        asset
        for item in sorted(evidence, key=lambda item: item.slug)
        for asset in published_evidence(item, proofs)
    ]
    return tuple(dict.fromkeys(assets))


def check_shown(
    published: Sequence[Facts],
    evidence: Mapping[str, Evidence],
    doctests: Mapping[int, Evidence],
    proofs: Proofs | None,
) -> list[Problem]:
    """What is not proven, and cards that no page shows."""
    if proofs is None:
        return []
    places: dict[str, tuple[str, int]] = {}
    for facts in published:
        for embed in facts.embeds:
            places.setdefault(embed.slug, (facts.path, embed.line))
    places |= {
        facts.snippet: (facts.path, facts.lines.get("test", 1))
        for facts in published
        if facts.kind == "cards"
    }
    for position, item in doctests.items():
        facts = published[position]
        line = next(fence.line for fence in facts.fences if fence.form == "doctest")
        places[item.slug] = (facts.path, line)
    return [
        *check_evidence([*evidence.values(), *doctests.values()], places, proofs),
        *unshown_cards(proofs, evidence),
        *[problem for facts in published for problem in unaccounted_problems(facts)],
    ]
