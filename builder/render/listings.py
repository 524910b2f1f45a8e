"""What a page shows of cards: their code, their recorded outputs, and what was checked of them.

In: a page, the sources that it shows. Out: HTML for its embeds, one by one; for pages with the
evidence in full once, for feeds as a line of text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from builder import cards
from builder.cards.outputs import dark_name, render_output
from builder.errors import BuildFailed
from builder.evidence.record import Record
from builder.evidence.statement import read_record
from builder.markup.galley import address
from builder.model import Evidence, Listing, Page
from builder.render.evidence import long_date, plain_line, unchecked, view_lines
from builder.render.fold import view_fold
from builder.render.shared import EVIDENCE_TEMPLATE
from builder.render.templates import Press


def listing_sources(page: Page) -> tuple[tuple[str, bytes], ...]:
    """The files of cards that a page shows: code and recorded outputs."""
    return tuple(dict.fromkeys([(listing.path, listing.digest) for listing in page.listings]))


def page_sources(page: Page) -> tuple[tuple[str, bytes], ...]:
    """All that a page is made of besides its text: what it shows, and the records of it."""
    drawings = [
        (target.picture.path, target.picture.digest)
        for target in page.targets
        if target is not None and target.picture is not None and target.picture.path
    ]
    records = [
        (named.path, named.digest)
        for evidence in (*page.evidence, *([page.doctests] if page.doctests else ()))
        for named in (*evidence.standings, evidence.failure)
        if named is not None
    ]
    return tuple(dict.fromkeys([*listing_sources(page), *records, *drawings]))


def own_evidence(page: Page) -> Evidence | None:
    """The evidence of the card that a page is about; None for a page that is no card's."""
    facts = page.facts
    if facts.kind != "cards":
        return None
    return evidence_of(facts.snippet, page) or unchecked(facts.snippet, page.url)


def evidence_of(slug: str, page: Page) -> Evidence | None:
    """What a page was given of a card's evidence; None for nothing."""
    return next((evidence for evidence in page.evidence if evidence.slug == slug), None)


def render_listings(
    page: Page,
    sources: Mapping[str, bytes],
    words: Mapping[str, Any],
    say: Callable[[Listing, bool], str],
    prefix: str,
    *,
    has_styles: bool,
    figures: Mapping[int, str],
) -> list[str]:
    """The HTML of each embed of a page; `figures` are the ids by position, none in feeds.

    `say` gives what is said under it of the card's evidence; it is told whether the listing is the
    card's first. Addresses inside the site get `prefix` in front. Only where the theme's style
    applies (`has_styles`) can a figure come in a light and a dark shade.
    """
    seen: set[str] = set()
    shown = []
    named = cards.name_anchors(page.listings, figures, page.facts.anchors, sources)
    for listing, anchors in zip(page.listings, named, strict=True):
        slug = listing.embed.slug
        evidence = say(listing, slug not in seen)
        seen.add(slug)
        data = sources[listing.path]
        if listing.embed.part == "output":
            shown.append(
                _render_output(
                    listing, data, page, words, evidence, prefix, has_styles, anchors.figure
                )
            )
        else:
            place = anchors if anchors.figure else None
            shown.append(cards.render_listing(listing, data, words, evidence, place))
    return shown


def say_in_feed(page: Page, words: Mapping[str, Any], home: str) -> Callable[[Listing, bool], str]:
    """What a feed says under a listing: once for each card, a line of text and where to read more.

    `home` is the site's absolute address without the last "/".
    """

    def say(listing: Listing, is_first: bool) -> str:
        if not is_first:
            return ""
        slug = listing.embed.slug
        evidence = evidence_of(slug, page) or unchecked(slug, "")
        line = escape(plain_line(evidence, words), quote=False)
        if evidence.url:
            more = escape(str(words["evidence"]), quote=False)
            line += f' · <a href="{address(evidence.url, home)}">{more}</a>'
        return f"<p>{line}</p>"

    return say


def say_in_page(
    page: Page, sources: Mapping[str, bytes], press: Press
) -> Callable[[Listing, bool], str]:
    """What a page says under a listing: in full under the first of another page's card, then a line
    that leads there.
    """
    words = press.words
    own = own_evidence(page)

    def say(listing: Listing, is_first: bool) -> str:
        slug = listing.embed.slug
        evidence = evidence_of(slug, page) or unchecked(slug, "")
        if is_first and (own is None or own.slug != slug):
            return fill_evidence("in_listing", evidence, page, sources, press)
        url = f"#{quote(fold_id(slug, page.facts.anchors))}"
        return press.fill_piece(EVIDENCE_TEMPLATE, "mention", view_lines(evidence, words)[0], url)

    return say


def fill_evidence(
    macro: str, evidence: Evidence, page: Page, sources: Mapping[str, bytes], press: Press
) -> str:
    """The evidence of a card, or of a page's examples, in full; by a macro of `_evidence.html`."""
    view = view_fold(
        evidence,
        read_records(evidence, sources),
        press.words,
        base=press.site.base,
        anchor=fold_id(evidence.slug, page.facts.anchors),
    )
    return press.fill_piece(EVIDENCE_TEMPLATE, macro, view)


def fold_id(slug: str, anchors: Collection[str]) -> str:
    """The id of a card's evidence in a page whose text has these ids."""
    name = f"evidence-{slug}"
    while name in anchors:
        name += "-"
    return name


def read_records(evidence: Evidence, sources: Mapping[str, bytes]) -> dict[str, Record]:
    """The records that a card's evidence names, by path; BuildFailed if one can't be read."""
    records = {}
    for named in (*evidence.standings, evidence.failure):
        if named is not None:
            found = read_record(sources[named.path], named.path)
            if isinstance(found, tuple):
                raise BuildFailed(found)
            records[named.path] = found
    return records


def _render_output(
    listing: Listing,
    data: bytes,
    page: Page,
    words: Mapping[str, Any],
    said: str,
    prefix: str,
    has_styles: bool,
    anchor: str,
) -> str:
    # Linking finds an output among those of the evidence that it gives to the page.
    outputs = [output for evidence in page.evidence for output in evidence.outputs]
    output = next(output for output in outputs if output.path == listing.path)
    is_old = not output.is_current and output.date
    note = words["output_old"].format(date=long_date(output.date, words)) if is_old else ""
    src = address(output.url, prefix)
    twin = dark_name(output.path) if has_styles else ""
    dark = next((address(each.url, prefix) for each in outputs if each.path == twin), "")
    return render_output(listing, data, src=src, dark=dark, note=note, evidence=said, anchor=anchor)
