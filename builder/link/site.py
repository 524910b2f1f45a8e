"""All documents to one `Site`.

In: `Material` (facts of every file, settings, options). Out: `Linked`, a `Site` with every problem
between files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from builder import cards
from builder.config import Options, Settings
from builder.errors import Problem
from builder.link.addresses import (
    alias_address,
    asset_output,
    nearest_folder,
    output_of,
    page_address,
)
from builder.link.checks import check_cards, check_ids, check_menu, check_places
from builder.link.evidence import (
    Proofs,
)
from builder.link.linked import Linked
from builder.link.neighbours import find_neighbours, find_related, find_series, group_pages
from builder.link.pictures import Album, make_album
from builder.link.publish import why_omitted
from builder.link.references import Index
from builder.link.shown import (
    check_shown,
    evidence_of_cards,
    evidence_of_pages,
    place_evidence,
    shown_cards,
)
from builder.link.targets import find_targets
from builder.markup.fences import count_fences
from builder.model import (
    KINDS,
    Asset,
    CodeFacts,
    Facts,
    Link,
    Listing,
    Output,
    Page,
    PictureFacts,
    Redirect,
    Site,
    Tag,
    Target,
)


@dataclass(frozen=True, slots=True)
class Material:
    """What a site is linked from.

    Facts of Markdown files, facts of code, the files to copy (path, digest); what was proven of the
    cards (None: nothing is asked); facts of pictures by path.
    """

    documents: Sequence[Facts]
    code: Mapping[str, CodeFacts]
    files: Sequence[tuple[str, bytes]]
    settings: Settings
    options: Options
    proofs: Proofs | None = None
    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)


def link_site(material: Material) -> Linked:
    """The site: published pages newest first, each with its place; what was left out and why;
    problems.
    """
    problems: list[Problem] = []
    published, omitted = _publish(material, problems)
    published.sort(key=_newest_first)
    addresses = [page_address(facts) for facts in published]
    links = [
        Link(facts.title, url, facts.lang) for facts, url in zip(published, addresses, strict=True)
    ]
    tags, tag_problems = group_pages(published, "tags")
    groups, series_problems = group_pages(published, "series")
    problems += tag_problems + series_problems
    evidence = evidence_of_cards(published, addresses, material.proofs)
    doctests = evidence_of_pages(published, addresses, material.proofs)
    assets, omitted_files = _place_assets(material, published, omitted)
    assets += place_evidence([*evidence.values(), *doctests.values()], material.proofs)
    redirects = _place_redirects(published, addresses)
    problems += check_places(published, addresses, assets, redirects)
    problems += check_ids(published)

    index = _index(
        published, addresses, omitted, omitted_files, tags, groups, assets, redirects, material.code
    )
    is_responsive = material.settings.responsive_images
    album = make_album(assets, material.pictures, is_responsive=is_responsive)
    targets, backlinks = _resolve_all(published, index, album, problems)
    outputs = {slug: item.outputs for slug, item in evidence.items()}
    listings = [_find_listings(facts, material.code, outputs, problems) for facts in published]
    problems += check_cards(published, material.code)
    problems += check_shown(published, evidence, doctests, material.proofs)
    problems += check_menu(material.settings.menu, index)

    neighbours = find_neighbours(published, links)
    related = find_related(published, tags)
    series = find_series(groups, links, published)
    pages = []
    for position, facts in enumerate(published):
        newer, older = neighbours[position]
        linking = backlinks.get(position, ())
        pages.append(
            Page(
                facts,
                addresses[position],
                targets[position],
                listings[position],
                newer,
                older,
                tuple([links[other] for other in linking]),
                tuple([links[other] for other in related[position] if other not in linking]),
                series.get(position),
                tuple([evidence[slug] for slug in shown_cards(facts) if slug in evidence]),
                doctests.get(position),
            )
        )
    site = Site(
        tuple(pages),
        tags,
        groups,
        assets,
        redirects,
        tuple(
            f"{path}: left out: {why_omitted(facts, material.options)}"
            for path, facts in omitted.items()
        ),
        tuple(problems),
        tuple([evidence[slug] for slug in sorted(evidence)]),
        count_fences(published),
        tuple([album.prints[output] for output in sorted(album.prints)]),
    )
    return Linked(site, index, album.by_url, is_responsive, related, material.settings.menu)


def _publish(material: Material, problems: list[Problem]) -> tuple[list[Facts], dict[str, Facts]]:
    """The published documents, and those left out by path.

    Every document's own problems are noted.
    """
    published: list[Facts] = []
    omitted: dict[str, Facts] = {}
    for facts in material.documents:
        problems += facts.problems
        if why_omitted(facts, material.options):
            omitted[facts.path] = facts
            continue
        published.append(facts)
        # Where the front matter cannot be read, nobody knows whether there is a date.
        if facts.kind == "posts" and facts.date is None and not facts.problems:
            problems.append(
                Problem(facts.path, 1, "this post has no date: it is listed last and is in no feed",
                        "add 'date: 2026-11-21'", is_warning=True)
            )  # fmt: skip
    return published, omitted


def _newest_first(facts: Facts) -> tuple[bool, int, str]:
    # Ties are broken by path, so that two machines list notes alike.
    return facts.date is None, -(facts.date or 0), facts.path


def _place_assets(
    material: Material, published: Sequence[Facts], omitted: Mapping[str, Facts]
) -> tuple[tuple[Asset, ...], dict[str, str]]:
    """The files to copy; and those that stay with a page that is left out, with its path."""
    folders = {
        facts.path.removesuffix("/index.md"): output_of(page_address(facts))[: -len("index.html")]
        for facts in (*published, *omitted.values())
        if facts.path.endswith("/index.md")
    }
    assets = []
    hidden = {}
    for path, content_digest in material.files:
        owner = f"{nearest_folder(path, folders)}/index.md" if omitted else ""
        if owner in omitted:
            hidden[path] = owner
        else:
            assets.append(Asset(path, content_digest, asset_output(path, folders)))
    return tuple(assets), hidden


def _place_redirects(published: Sequence[Facts], addresses: Sequence[str]) -> tuple[Redirect, ...]:
    return tuple(
        Redirect(alias_address(alias), url, facts.title, facts.lang)
        for facts, url in zip(published, addresses, strict=True)
        for alias in facts.aliases
    )


def _index(
    published: Sequence[Facts],
    addresses: Sequence[str],
    omitted: Mapping[str, Facts],
    omitted_files: Mapping[str, str],
    tags: Sequence[Tag],
    groups: Sequence[Tag],
    assets: Sequence[Asset],
    redirects: Sequence[Redirect],
    code: Mapping[str, CodeFacts],
) -> Index:
    outputs = {asset.output for asset in assets}
    outputs |= {output_of(redirect.url) for redirect in redirects}
    outputs |= _standing_outputs(published, tags, groups)
    return Index(
        facts=published,
        pages={facts.path: position for position, facts in enumerate(published)},
        addresses=addresses,
        by_output={output_of(url): position for position, url in enumerate(addresses)},
        files={asset.path: asset.output for asset in assets},
        outputs=frozenset(outputs),
        omitted=omitted,
        omitted_outputs={output_of(page_address(facts)): path for path, facts in omitted.items()},
        omitted_files=omitted_files,
        code=code,
    )


def _standing_outputs(
    published: Sequence[Facts], tags: Sequence[Tag], groups: Sequence[Tag]
) -> set[str]:
    """The outputs that the builder makes itself and that a note may link to."""
    feeds = ("atom.xml", "rss.xml", "feed.json")
    outputs = {"index.html", "sitemap.xml", "robots.txt", "404.html", *feeds}
    outputs |= {"status/index.html", "status.json", "evidence/schema.json", "SHA256SUMS"}
    outputs |= {"tags/index.html", "series/index.html", "archive/index.html", "search/index.html"}
    outputs |= {f"{kind}/index.html" for kind in KINDS if kind != "pages"}
    outputs |= {
        f"archive/{facts.shown_date[:4]}/index.html" for facts in published if facts.shown_date
    }
    for group in (*tags, *groups):
        outputs.add(output_of(group.url))
    for tag in tags:
        outputs |= {output_of(f"{tag.url}{feed}") for feed in feeds}
    return outputs


def _resolve_all(
    published: Sequence[Facts], index: Index, album: Album, problems: list[Problem]
) -> tuple[list[tuple[Target | None, ...]], dict[int, list[int]]]:
    """Targets of each page's references, and for each page those that link to it, newest first."""
    targets: list[tuple[Target | None, ...]] = []
    backlinks: dict[int, list[int]] = {}
    for position, facts in enumerate(published):
        found = find_targets(facts, index, album)
        targets.append(found.targets)
        problems += found.problems
        for page in found.pages:
            if page != position:
                backlinks.setdefault(page, []).append(position)
    return targets, backlinks


def _find_listings(
    facts: Facts,
    code: Mapping[str, CodeFacts],
    outputs: Mapping[str, tuple[Output, ...]],
    problems: list[Problem],
) -> tuple[Listing, ...]:
    if not facts.embeds:
        return ()
    found = []
    for embed in facts.embeds:
        item = cards.find_listing(embed, code, path=facts.path, outputs=outputs)
        if isinstance(item, Listing):
            found.append(item)
            continue
        problems.append(item)
        # What is wrong in the card's files may be why: a region that is not closed is none.
        for path in cards.card_files(embed.slug, code):
            problems += code[path].problems
    return tuple(found)
