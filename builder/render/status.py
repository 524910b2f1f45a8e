"""All cards and what was checked of them: the status page, the same for machines, badges.

In: the site. Out: recipes; the page's maker. Only these outputs, the home, the list of cards and
the pages that show a card depend on its evidence, so that one card's result does not make the site
anew.

`status.json` is `{"schema": 1, "passing": 3, "total": 4, "cards": […]}`, worst first. A card has
`slug`; `url`, its page's, null if it has none; `state`, one of `STATES`; `text`, its line; and
`tiers`: for each record `tier`, `state` as in `Standing`, `date`, `passed` (how many tests), and
the record's address and digest, `record` and `sha256`. Addresses are absolute. It never says when
it was written.

`badges/<slug>.json` is for https://shields.io/badges/endpoint-badge.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.codec import Value, decode
from builder.link.addresses import encode_address
from builder.model import Evidence, FenceCounts, Link, Recipe, Site
from builder.render.evidence import PASSING, STATES, counted, state_of, unchecked, view_lines
from builder.render.head import plain_head
from builder.render.ingredients import Ingredients
from builder.render.shared import Theme
from builder.render.templates import press_of
from builder.render.views import StatusView

COLORS: Mapping[str, str] = {
    "failed": "red",
    "none": "lightgrey",
    "stale": "orange",
    "unmet": "yellow",
    "simulated": "blue",
    "passed": "brightgreen",
}
SCHEMA = 1


class StatusArguments(Value, frozen=True):
    """All cards, worst first, with the titles of their pages; the pages whose own examples are run;
    and all code blocks, counted.
    """

    cards: tuple[tuple[Link, Evidence], ...]
    pages: tuple[tuple[Link, Evidence], ...]
    fences: FenceCounts


def status_recipe(site: Site, theme: Theme) -> Recipe:
    """The recipe of the status page."""
    pages = {page.url: page for page in site.pages if page.facts.kind == "cards"}
    cards = []
    for evidence in all_evidence(site):
        page = pages.get(evidence.url)
        title, lang = (page.facts.title, page.facts.lang) if page else (evidence.slug, "")
        cards.append((Link(title, evidence.url, lang), evidence))
    arguments = StatusArguments(tuple(cards), tuple(_page_tests(site)), site.fences)
    shared = theme.share("status.html")
    return theme.book.recipe("status/index.html", "status", shared, arguments)


def result_recipes(site: Site, theme: Theme, schema: bytes) -> Iterator[Recipe]:
    """What machines may know: one list of all cards, a badge for each, the form of records."""
    words, home = theme.words(), theme.settings.base_url
    cards = all_evidence(site)
    passing, total = count_proven(cards)
    listed = [_for_machines(evidence, words, home) for evidence in cards]
    status = {
        "schema": SCHEMA,
        "passing": passing,
        "total": total,
        "cards": listed,
        "pages": [_for_machines(evidence, words, home) for _, evidence in _page_tests(site)],
    }
    yield _json_recipe("status.json", status, theme)
    yield theme.book.recipe("evidence/schema.json", "text", theme.book.share(b""), schema)
    for evidence in sorted(cards, key=lambda evidence: evidence.slug):
        yield _json_recipe(f"badges/{evidence.slug}.json", _badge(evidence, words), theme)


def _page_tests(site: Site) -> list[tuple[Link, Evidence]]:
    """The pages whose own examples are run, worst first."""
    found = [
        (Link(page.facts.title, page.url, page.facts.lang), page.doctests)
        for page in site.pages
        if page.doctests
    ]
    return sorted(found, key=lambda pair: (STATES.index(state_of(pair[1])), pair[1].slug))


def all_evidence(site: Site) -> tuple[Evidence, ...]:
    """The evidence of all cards of a site, worst first, by slug where alike."""
    found = {evidence.slug: evidence for evidence in site.evidence}
    for page in site.pages:
        if page.facts.kind == "cards":
            found.setdefault(page.facts.snippet, unchecked(page.facts.snippet, page.url))
    order = [(STATES.index(state_of(item)), slug) for slug, item in found.items()]
    return tuple(found[slug] for _, slug in sorted(order))


def count_proven(cards: Sequence[Evidence]) -> tuple[int, int]:
    """How many cards pass their tests as the site wants them, and of how many."""
    return sum(state_of(evidence) in PASSING for evidence in cards), len(cards)


def say_proven(proven: tuple[int, int], words: Mapping[str, Any]) -> str:
    """How many cards pass, in words; nothing if there is no card."""
    passing, total = proven
    return counted("cards_pass", passing, words, total=total) if total else ""


def make_status(ingredients: Ingredients) -> bytes:
    """The status page."""
    arguments = decode(StatusArguments, ingredients.arguments)
    press = press_of(ingredients)
    words, site = press.words, press.site
    shown = [_view(link, evidence, words, site.base) for link, evidence in arguments.cards]
    evidence = [item for _, item in arguments.cards]
    return press.fill(
        title=words["status"],
        cards=shown,
        proven=say_proven(count_proven(evidence), words),
        pages=[_view(link, item, words, site.base) for link, item in arguments.pages],
        fences=_fences(arguments.fences, words),
        json_url=f"{site.base}/status.json",
        badge_url=f"{site.base}/badges/{shown[0].slug}.json" if shown else "",
        canonical=f"{site.url}status/",
        head=plain_head(f"{words['status']} · {site.title}"),
        feeds=site.feeds,
    )


def _view(link: Link, evidence: Evidence, words: Mapping[str, Any], base: str) -> StatusView:
    lines = view_lines(evidence, words)
    return StatusView(
        link.title, base + link.url if link.url else "", link.lang, evidence.slug,
        state_of(evidence), lines[0].text, lines,
    )  # fmt: skip


def _fences(counts: FenceCounts, words: Mapping[str, Any]) -> list[str]:
    """How the site's blocks of Python account for themselves; nothing if it has none."""
    named = (
        ("cards", counts.cards),
        ("doctests", counts.doctests),
        ("untested", counts.untested),
        ("unaccounted", counts.unaccounted),
    )
    if not any(count for _, count in named):
        return []
    return [words[f"fences_{name}"].format(n=count) for name, count in named]


def _for_machines(evidence: Evidence, words: Mapping[str, Any], home: str) -> dict[str, object]:
    return {
        "slug": evidence.slug,
        "url": home + evidence.url if evidence.url else None,
        "state": state_of(evidence),
        "text": view_lines(evidence, words)[0].text,
        "tiers": [
            {
                "tier": standing.tier,
                "state": standing.state,
                "date": standing.date,
                "passed": standing.passed,
                "sha256": standing.digest.hex(),
                "record": f"{home}/{encode_address(standing.path.removeprefix('content/'))}",
            }
            for standing in evidence.standings
        ],
    }


def _badge(evidence: Evidence, words: Mapping[str, Any]) -> dict[str, object]:
    state = state_of(evidence)
    return {
        "schemaVersion": 1,
        "label": "tests",
        "message": view_lines(evidence, words)[0].text,
        "color": COLORS[state],
        "isError": state == "failed",
    }


def _json_recipe(path: str, value: object, theme: Theme) -> Recipe:
    data = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    return theme.book.recipe(path, "text", theme.book.share(b""), data.encode())
