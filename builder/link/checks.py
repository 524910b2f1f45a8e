"""What is checked between files besides references: outputs, feed ids, snippets, the menu.

In: pages, files and indexes of them all. Out: problems.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import unquote

from builder import cards
from builder.config import SETTINGS_FILE, MenuItem
from builder.errors import Problem, did_you_mean
from builder.link.addresses import find_clashes, find_reserved, output_of
from builder.link.references import Index
from builder.model import Asset, Facts, Redirect


def check_places(
    published: Sequence[Facts],
    addresses: Sequence[str],
    assets: Sequence[Asset],
    redirects: Sequence[Redirect],
) -> list[Problem]:
    """Clashes between outputs.

    Pages come first, so that a page is never blamed for an alias or a file.
    """
    places = [
        (output_of(url), facts.path, facts.lines.get("slug", 0))
        for facts, url in zip(published, addresses, strict=True)
    ]
    places += [(asset.output, asset.path, 0) for asset in assets]
    owners = [facts for facts in published for _ in facts.aliases]
    places += [
        (output_of(redirect.url), facts.path, facts.lines.get("aliases", 0))
        for redirect, facts in zip(redirects, owners, strict=True)
    ]
    problems = find_clashes(places)
    # Of the pages of a kind, which have a folder of their own, one alone could be in the way.
    free = [facts.kind != "pages" and facts.slug.lower() != "index.html" for facts in published]
    for number, (output, path, line) in enumerate(places):
        if number >= len(free) or not free[number]:
            problems += find_reserved(output, path, line)
    return problems


def check_ids(published: Sequence[Facts]) -> list[Problem]:
    """Problems for feed ids that two pages have: a reader would show one entry for both."""
    first: dict[str, str] = {}
    problems = []
    for facts in published:
        if facts.feed_id:
            other = first.setdefault(facts.feed_id, facts.path)
            if other != facts.path:
                message = f"the id '{facts.feed_id}' is also that of {other}"
                problems.append(Problem(facts.path, facts.lines["id"], message, "ids must differ"))
    return problems


def check_cards(published: Iterable[Facts], code: Collection[str]) -> list[Problem]:
    """Problems for cards without a snippet."""
    problems = []
    for facts in published:
        if facts.kind == "cards" and not cards.card_files(facts.snippet, code):
            otherwise = "'proofpress new card SLUG' makes code, test and page"
            hint = did_you_mean(facts.snippet, cards.card_slugs(code), otherwise)
            message = f"there is no snippet 'snippets/{facts.snippet}.py'"
            problems.append(Problem(facts.path, facts.lines.get("snippet", 1), message, hint))
    return problems


def check_menu(menu: Iterable[MenuItem], index: Index) -> list[Problem]:
    """Problems for entries of the menu that lead to nothing."""
    entries = [item.url for item in menu if item.url.startswith("/")]
    return [
        problem
        for url in entries
        if not url.startswith("//")
        for problem in _check_entry(url, index)
    ]


def _check_entry(url: str, index: Index) -> list[Problem]:
    """A problem if an entry of the menu leads to nothing."""
    path, _, fragment = url.partition("#")
    output = output_of(path.partition("?")[0])
    page = index.by_output.get(output)
    if page is not None and fragment and unquote(fragment) not in index.facts[page].anchors:
        message = f"the menu's '{url}': that page has no such anchor"
        return [
            Problem(SETTINGS_FILE, 0, message, did_you_mean(fragment, index.facts[page].anchors))
        ]
    if page is not None or output in index.outputs:
        return []
    if output in index.omitted_outputs:
        message = f"the menu's '{url}': '{index.omitted_outputs[output]}' is left out of this build"
        return [Problem(SETTINGS_FILE, 0, message, "take it out of the menu until it is published")]
    hint = did_you_mean(url, index.addresses)
    return [Problem(SETTINGS_FILE, 0, f"the menu's '{url}' leads to nothing", hint)]
