"""What a page's place among the others gives it: neighbours, tags, series, related pages.

In: facts of the published pages, newest first. Out: positions and links, one entry a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.errors import Problem
from builder.link.addresses import group_address, group_slug
from builder.model import Facts, Link, Series, Tag

MOST_RELATED = 3
# A tag with more pages than this offers only each page's nearest in time, so that the work stays
# linear.
SMALL_TAG = 8
NEAREST = 2
LONGEST_NAME = 200


def find_neighbours(
    pages: Sequence[Facts], links: Sequence[Link]
) -> list[tuple[Link | None, Link | None]]:
    """(newer, older) of each page among the dated pages of its kind."""
    found: list[tuple[Link | None, Link | None]] = [(None, None)] * len(pages)
    newest: dict[str, int] = {}
    for position, facts in enumerate(pages):
        if facts.date is None or facts.kind == "pages":
            continue
        newer = newest.get(facts.kind)
        if newer is not None:
            found[position] = (links[newer], None)
            found[newer] = (found[newer][0], links[position])
        newest[facts.kind] = position
    return found


def group_pages(pages: Sequence[Facts], folder: str) -> tuple[tuple[Tag, ...], list[Problem]]:
    """The tags (folder "tags") or series ("series") of the pages, by address.

    And problems with their names.
    """
    members: dict[str, list[int]] = {}
    spellings: dict[str, dict[str, int]] = {}
    for position, facts in enumerate(pages):
        names = facts.tags if folder == "tags" else (facts.series,) if facts.series else ()
        for slug in dict.fromkeys(map(group_slug, names)):
            members.setdefault(slug, []).append(position)
        for name in names:
            # Positions grow with age, so the last one noted is the oldest page with this spelling.
            spellings.setdefault(group_slug(name), {})[name] = position
    problems = []
    for slug, names_of in spellings.items():
        # A folder's name may have 255 bytes; and the list of all is a file of the other name.
        is_long = len(slug.encode()) > LONGEST_NAME
        if is_long or slug == "index.html":
            facts = pages[members[slug][0]]
            line = facts.lines.get(folder, 0)
            why = f"'{slug[:40]}…' is too long" if is_long else f"'{slug}' is no name"
            problems.append(Problem(facts.path, line, f"{why} for an address"))
        _, *others = sorted(names_of.items(), key=_by_age)
        first = _spelling(names_of)
        for name, position in others:
            facts = pages[position]
            line = facts.lines.get(folder, 0)
            message = f"'{name}' is also written '{first}'"
            problems.append(Problem(facts.path, line, message, "write it alike", is_warning=True))
    tags = [
        Tag(_spelling(spellings[slug]), group_address(folder, slug), tuple(members[slug]))
        for slug in sorted(members)
    ]
    return tuple(tags), problems


def _spelling(names_of: dict[str, int]) -> str:
    """The oldest page's spelling: a new page must not rename a tag on all the others."""
    return min(names_of.items(), key=_by_age)[0]


def _by_age(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def find_series(
    groups: Sequence[Tag], links: Sequence[Link], pages: Sequence[Facts]
) -> dict[int, Series]:
    """Each member's place in its series; parts are read from the oldest."""
    places: dict[int, Series] = {}
    for group in groups:
        dated = [position for position in group.members if pages[position].date is not None]
        undated = [position for position in group.members if pages[position].date is None]
        order = [*reversed(dated), *undated]
        parts = tuple(links[position] for position in order)
        for number, position in enumerate(order, 1):
            places[position] = Series(group.name, group.url, number, parts)
    return places


def find_related(pages: Sequence[Facts], tags: Sequence[Tag]) -> list[tuple[int, ...]]:
    """For each page, up to three others that share the rarest tags with it; ties go to the nearest
    in time.

    A tag weighs one over its number of pages. Of a tag with many pages only the nearest in time are
    looked at.
    """
    candidates: list[dict[int, float]] = [{} for _ in pages]
    for tag in tags:
        members = tag.members
        count = len(members)
        weight = 1.0 / count
        reach = count if count <= SMALL_TAG else NEAREST
        for place, position in enumerate(members):
            scores = candidates[position]
            for other in members[max(0, place - reach) : place + reach + 1]:
                scores[other] = scores.get(other, 0.0) + weight
    related = []
    for position, scores in enumerate(candidates):
        scores.pop(position, None)
        if len(scores) <= 1:
            related.append(tuple(scores))
            continue
        ranked = sorted([(-score, abs(other - position), other) for other, score in scores.items()])
        related.append(tuple([other for _, _, other in ranked[:MOST_RELATED]]))
    return related
