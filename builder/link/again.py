"""Pages that say something else where they were: the site again without linking all of it.

In: a linked site, facts of pages that changed. Out: the site that `link_site` would give, or None
where that must be asked. A page keeps its place (address, date, kind, tags, series, cards) while
its author writes; what is then to be found out anew is where its references lead, which pages it
links to, and, if it has another title or other anchors, what the pages that link to it show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace as replace_in

from builder.codec import replace
from builder.link.addresses import output_of
from builder.link.checks import check_menu
from builder.link.linked import Linked
from builder.link.pictures import Album
from builder.link.references import Index, same_name
from builder.link.targets import Targets, find_targets
from builder.markup.fences import count_fences
from builder.model import Facts, FenceCounts, Link, Listing, Page, Redirect, Site


def relink(linked: Linked, changed: Mapping[str, Facts]) -> Linked | None:
    """The site in which some pages, by the path of their file, have other facts; None if that may
    be more than other texts, titles, anchors and references.

    Problems that only a strict build tells, and those of evidence, keep the lines that they had.
    """
    found = _positions(linked, changed)
    if found is None:
        return None
    before = {position: linked.index.facts[position] for position in found}
    index = linked.index.with_pages(found)
    titled = {at for at, facts in found.items() if facts.title != before[at].title}
    anchored = {at for at, facts in found.items() if facts.anchors != before[at].anchors}
    if titled and _is_named([*(before[at] for at in titled), *(found[at] for at in titled)], index):
        return None
    # What the menu leads to is checked with its anchors.
    if anchored and (check_menu(linked.menu, linked.index) or check_menu(linked.menu, index)):
        return None

    again = found.keys() | _linking(linked, titled | anchored)
    if _has_problems(linked.site, {index.facts[position].path for position in again}):
        return None
    album = Album(linked.pictures, linked.is_responsive)
    targets = {position: find_targets(index.facts[position], index, album) for position in again}
    if any(item.problems for item in targets.values()):
        return None
    if album.prints.keys() != _shown_prints(linked.site, again):
        return None

    pages = list(linked.site.pages)
    if titled:
        pages = _with_titles(pages, {pages[at].url: _link(index, at) for at in titled})
    for position in again:
        pages[position] = replace(pages[position], targets=targets[position].targets)
    for position, facts in found.items():
        listings = _with_embeds(pages[position].listings, facts)
        pages[position] = replace(pages[position], facts=facts, listings=listings)
    for position, linking in _changed_backlinks(linked, found, targets).items():
        pages[position] = _with_backlinks(pages[position], position, linking, linked, index)
    site = replace(
        linked.site,
        pages=tuple(pages),
        redirects=_with_names(linked.site, {pages[at].url: index.facts[at].title for at in titled}),
        fences=_count_again(linked.site.fences, before.values(), found.values()),
    )
    return replace_in(linked, site=site, index=index)


def _positions(linked: Linked, changed: Mapping[str, Facts]) -> dict[int, Facts] | None:
    """The changed pages by position; None if one is not published, or not only other in content."""
    if len(linked.index.by_output) < len(linked.index.addresses):
        return None  # two pages in one place, which is a mistake
    found = {}
    for path, facts in changed.items():
        position = linked.index.pages.get(path)
        if position is None:
            return None
        old = linked.index.facts[position]
        if _place(old) != _place(facts):
            return None
        found[position] = facts
    return found


def _place(facts: Facts) -> Facts:
    """A page without what may change in place. What is wrong with it alone stays with it."""
    doctests = [replace(fence, line=0) for fence in facts.fences if fence.form == "doctest"]
    return replace(
        facts,
        digest=b"",
        galley=b"",
        title="",
        summary="",
        updated=None,
        shown_updated="",
        words=0,
        headings=(),
        anchors=(),
        references=(),
        embeds=tuple([replace(embed, line=0) for embed in facts.embeds]),
        fences=tuple(doctests),
        has_math=False,
        lines={},
        extra="",
    )


def _is_named(pages: Iterable[Facts], index: Index) -> bool:
    """Whether a wikilink of the site is written with the title of one of these pages."""
    names = {same_name(facts.title) for facts in pages}
    return any(
        reference.form == "wiki" and same_name(reference.target.strip()) in names
        for facts in index.facts
        for reference in facts.references
    )


def _has_problems(site: Site, paths: Collection[str]) -> bool:
    """Whether something is wrong in these files that may be mended now, or be on another line."""
    return any(
        problem.path in paths and not (problem.is_strict_only or problem.is_evidence)
        for problem in site.problems
    )


def _linking(linked: Linked, positions: Iterable[int]) -> set[int]:
    """The pages that link to these."""
    by_output = linked.index.by_output
    return {
        by_output[output_of(link.url)]
        for position in positions
        for link in linked.site.pages[position].backlinks
    }


def _shown_prints(site: Site, positions: Iterable[int]) -> set[str]:
    """The outputs of pictures that are made for these pages."""
    return {
        variant.url.removeprefix("/")
        for position in positions
        for target in site.pages[position].targets
        if target is not None and target.picture is not None
        for variant in target.picture.variants
    }


def _link(index: Index, position: int) -> Link:
    facts = index.facts[position]
    return Link(facts.title, index.addresses[position], facts.lang)


def _with_titles(pages: Sequence[Page], renamed: Mapping[str, Link]) -> list[Page]:
    """The pages, each naming others by their new links, which are given by address."""
    # A series may be long, and all its parts share its links.
    parts = {
        page.series.url: _renamed(page.series.links, renamed)
        for page in pages
        if page.series is not None and page.url in renamed
    }
    return [
        _with_links(page, renamed, parts) if _names_any(page, renamed, parts) else page
        for page in pages
    ]


def _names_any(page: Page, renamed: Collection[str], parts: Collection[str]) -> bool:
    for link in (page.newer, page.older, *page.backlinks, *page.related):
        if link is not None and link.url in renamed:
            return True
    return page.series is not None and page.series.url in parts


def _with_links(
    page: Page, renamed: Mapping[str, Link], parts: Mapping[str, tuple[Link, ...]]
) -> Page:
    series = page.series
    if series is not None:
        series = replace(series, links=parts.get(series.url, series.links))
    return replace(
        page,
        newer=page.newer and renamed.get(page.newer.url, page.newer),
        older=page.older and renamed.get(page.older.url, page.older),
        backlinks=_renamed(page.backlinks, renamed),
        related=_renamed(page.related, renamed),
        series=series,
    )


def _renamed(links: Iterable[Link], renamed: Mapping[str, Link]) -> tuple[Link, ...]:
    return tuple([renamed.get(link.url, link) for link in links])


def _with_embeds(listings: Sequence[Listing], facts: Facts) -> tuple[Listing, ...]:
    """A page's listings, which may stand in other lines of it."""
    return tuple(
        [
            replace(listing, embed=embed)
            for listing, embed in zip(listings, facts.embeds, strict=True)
        ]
    )


def _changed_backlinks(
    linked: Linked, found: Mapping[int, Facts], targets: Mapping[int, Targets]
) -> dict[int, list[int]]:
    """The pages to which others link now than before, each with those, newest first."""
    nowhere = Album(linked.pictures, linked.is_responsive)
    linking: dict[int, set[int]] = {}
    for position in found:
        old = find_targets(linked.index.facts[position], linked.index, nowhere).pages
        new = targets[position].pages
        for other in (old ^ new) - {position}:
            if other not in linking:
                linking[other] = _linking(linked, [other])
            (linking[other].add if other in new else linking[other].discard)(position)
    return {position: sorted(others) for position, others in linking.items()}


def _with_backlinks(
    page: Page, position: int, linking: Sequence[int], linked: Linked, index: Index
) -> Page:
    related = [other for other in linked.related[position] if other not in linking]
    return replace(
        page,
        backlinks=tuple([_link(index, other) for other in linking]),
        related=tuple([_link(index, other) for other in related]),
    )


def _with_names(site: Site, titles: Mapping[str, str]) -> tuple[Redirect, ...]:
    """The redirects, each with the title of the page that it leads to; some have new ones."""
    return tuple(
        [
            replace(redirect, title=titles[redirect.target])
            if redirect.target in titles
            else redirect
            for redirect in site.redirects
        ]
    )


def _count_again(
    counts: FenceCounts, before: Iterable[Facts], after: Iterable[Facts]
) -> FenceCounts:
    """The site's blocks of code, with those of some pages counted anew."""
    old, new = count_fences(before), count_fences(after)
    return FenceCounts(
        counts.cards + new.cards - old.cards,
        counts.doctests + new.doctests - old.doctests,
        counts.untested + new.untested - old.untested,
        counts.unaccounted + new.unaccounted - old.unaccounted,
    )
