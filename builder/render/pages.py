"""Posts, notes, trivia, cards and pages: one recipe each, and the maker that fills page.html.

In: a `Page`. Out: its HTML, with its body filled from its galley and its listings from the
snippets' own bytes.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from builder import cards, markup
from builder.codec import Value, decode, encode
from builder.errors import BuildFailed, Problem
from builder.link.addresses import output_of
from builder.model import Facts, Galley, Heading, Listing, Page, Recipe
from builder.render.ingredients import Ingredients
from builder.render.shared import NamedLink, SiteView, Theme
from builder.render.templates import Press, press_of
from builder.render.views import (
    DateView,
    LinkView,
    SeriesView,
    TagView,
    reading_minutes,
    view_date,
    view_link,
    view_links,
    view_series,
    view_tags,
)

TOC_LEVELS = (2, 3)


class CardView(Value, frozen=True):
    """What was checked of a card: `state` names a style, `text` says it."""

    slug: str
    state: str
    text: str


class Head(Value, frozen=True):
    """What goes into a page's <head>; `robots` is empty where everything is allowed."""

    title: str
    description: str
    og_type: str
    image: str
    json_ld: str
    robots: str


class PageView(Value, frozen=True):
    """`page` in page.html."""

    kind: str
    title: str
    url: str
    summary: str
    lang: str
    date: DateView | None
    updated: DateView | None
    tags: tuple[TagView, ...]
    minutes: int
    toc: tuple[Heading, ...]
    body: Markup
    has_math: bool
    newer: LinkView | None
    older: LinkView | None
    backlinks: tuple[LinkView, ...]
    related: tuple[LinkView, ...]
    series: SeriesView | None
    edit_url: str
    pdf: NamedLink | None
    extra: dict[str, Any]
    card: CardView | None


def page_recipe(page: Page, theme: Theme) -> Recipe:
    """The recipe of a page's own HTML."""
    shared = theme.share("page.html", page.facts.lang)
    return theme.book.recipe(
        output_of(page.url),
        "page",
        shared,
        encode(page),
        (page.facts.galley,),
        listing_sources(page),
    )


def listing_sources(page: Page) -> tuple[tuple[str, bytes], ...]:
    """The snippets' files whose code a page shows."""
    return tuple(dict.fromkeys([(listing.path, listing.digest) for listing in page.listings]))


def make_page(ingredients: Ingredients) -> bytes:
    """The HTML of a page."""
    page = decode(Page, ingredients.arguments)
    press = press_of(ingredients)
    site, facts = press.site, page.facts
    canonical = site.url + page.url[1:]
    return press.fill(
        page=_view(page, press, ingredients),
        canonical=canonical,
        head=_head(facts, canonical, site, press.lang),
        feeds=site.feeds,
    )


def fill_body(page: Page, ingredients: Ingredients, *, prefix: str, page_url: str) -> str:
    """A page's body as HTML.

    With `page_url`, addresses in the page itself get it too (for feeds).
    """
    galley = decode(Galley, ingredients.galleys[page.facts.galley])
    listings = [render_listing(item, ingredients.sources[item.path]) for item in page.listings]
    return markup.fill_galley(galley, page.targets, listings, prefix=prefix, page_url=page_url)


def render_listing(listing: Listing, data: bytes) -> str:
    """A listing's HTML; BuildFailed if the code on disk cannot be shown."""
    shown = cards.render_listing(listing, data)
    if isinstance(shown, Problem):
        raise BuildFailed([shown])
    return shown


def dump_json_ld(value: object) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(
        text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _view(page: Page, press: Press, ingredients: Ingredients) -> PageView:
    facts, base, words = page.facts, press.site.base, press.words
    body = fill_body(page, ingredients, prefix=base, page_url="")
    return PageView(
        kind=facts.kind,
        title=facts.title,
        url=base + page.url,
        summary=facts.summary,
        lang=press.lang,
        date=view_date(facts.shown_date, words),
        updated=view_date(facts.shown_updated, words),
        tags=view_tags(facts.tags, base),
        minutes=reading_minutes(facts),
        toc=tuple([heading for heading in facts.headings if heading.level in TOC_LEVELS]),
        body=Markup(body),  # made by the builder from escaped text and the author's own HTML
        has_math=facts.has_math,
        newer=view_link(page.newer, base),
        older=view_link(page.older, base),
        backlinks=view_links(page.backlinks, base),
        related=view_links(page.related, base),
        series=view_series(page.series, base, page.url),
        edit_url=f"{press.site.edit_url.rstrip('/')}/{quote(facts.path)}"
        if press.site.edit_url
        else "",
        pdf=_pdf(page, base),
        extra=json.loads(facts.extra) if facts.extra else {},
        card=CardView(facts.snippet, "none", words["not_checked"])
        if facts.kind == "cards"
        else None,
    )


def _pdf(page: Page, base: str) -> NamedLink | None:
    """The paper that a page shows; None for none."""
    # Its reference stands behind those of the body.
    target = page.targets[-1] if page.facts.pdf else None
    if target is None:
        return None
    return NamedLink(page.facts.pdf, base + target.url, "application/pdf")


def _head(facts: Facts, canonical: str, site: SiteView, lang: str) -> Head:
    is_article = facts.kind != "pages"
    described: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": {"posts": "BlogPosting", "cards": "TechArticle"}.get(
            facts.kind, "Article" if is_article else "WebPage"
        ),
        "headline": facts.title,
        "url": canonical,
        "mainEntityOfPage": canonical,
        "inLanguage": lang,
        "author": {"@type": "Person", "name": site.author},
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.url},
    }
    if facts.summary:
        described["description"] = facts.summary
    if facts.shown_date:
        described["datePublished"] = facts.shown_date
        described["dateModified"] = facts.shown_updated or facts.shown_date
    if facts.tags:
        described["keywords"] = list(facts.tags)
    return Head(
        title=f"{facts.title} · {site.title}",
        description=facts.summary,
        og_type="article" if is_article else "website",
        image="",
        json_ld=dump_json_ld(described),
        robots="",
    )
