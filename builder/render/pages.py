"""Posts, notes, trivia, cards and pages: one recipe each, and the maker that fills page.html.

In: a `Page`. Out: its HTML, with its body filled from its galley, its listings from the snippets'
own bytes, and what was checked of them from records.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from builder import markup
from builder.codec import Value, decode, encode
from builder.errors import BuildFailed, Problem
from builder.link.addresses import output_of
from builder.markup.drawings import DrawingRefused, read_drawing
from builder.model import Facts, Galley, Heading, Page, Recipe
from builder.render.evidence import state_of, view_lines
from builder.render.ingredients import Ingredients
from builder.render.listings import (
    fill_evidence,
    own_evidence,
    page_sources,
    render_listings,
    say_in_page,
)
from builder.render.shared import SiteView, Theme
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


class PaperView(Value, frozen=True):
    """A paper that a page shows: its name and address, its first page as a picture.

    `width` and `height` are in pixels.
    """

    title: str
    url: str
    type: str
    picture: str
    width: int
    height: int


class CardView(Value, frozen=True):
    """What was checked of a card: `state` names a style, `text` says it in a line, `evidence` is
    HTML that says it in full.
    """

    slug: str
    state: str
    text: str
    evidence: Markup


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
    pdf: PaperView | None
    extra: dict[str, Any]
    card: CardView | None
    examples: Markup


def page_recipe(page: Page, theme: Theme) -> Recipe:
    """The recipe of a page's own HTML."""
    shared = theme.share("page.html", page.facts.lang)
    return theme.book.recipe(
        output_of(page.url),
        "page",
        shared,
        encode(page),
        (page.facts.galley,),
        page_sources(page),
    )


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


def fill_body(
    page: Page, ingredients: Ingredients, listings: Sequence[str], *, prefix: str, page_url: str
) -> str:
    """A page's body as HTML; `listings` are those of its embeds.

    With `page_url`, addresses in the page itself get it too (for feeds).
    """
    galley = decode(Galley, ingredients.galleys[page.facts.galley])
    # Readers of feeds leave drawings out, or worse; there they stay pictures.
    drawings = {} if page_url else _drawings(page, ingredients)
    return markup.fill_galley(
        galley, page.targets, listings, prefix=prefix, page_url=page_url, drawings=drawings
    )


def _drawings(page: Page, ingredients: Ingredients) -> dict[int, tuple[str, str]]:
    """The drawings that a page sets inline, by the index of their reference."""
    drawings = {}
    for index, target in enumerate(page.targets):
        picture = target.picture if target is not None else None
        if picture is not None and picture.path:
            data = ingredients.sources[picture.path]
            try:
                drawing = read_drawing(data, f"d{index}-", picture.width, picture.height)
            except DrawingRefused as reason:
                message = f"this drawing can't be set inline: {reason}"
                hint = f"mend it, or take the class 'inline' out of '{page.facts.path}'"
                raise BuildFailed([Problem(picture.path, 0, message, hint)]) from None
            drawings[index] = (drawing.attributes, drawing.content)
    return drawings


def plain_head(title: str, description: str = "", robots: str = "") -> Head:
    """What the <head> of a list says."""
    return Head(title, description, "website", "", "", robots)


def dump_json_ld(value: object) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(
        text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _view(page: Page, press: Press, ingredients: Ingredients) -> PageView:
    facts, base, words = page.facts, press.site.base, press.words
    sources = ingredients.sources
    say = say_in_page(page, sources, press)
    listings = render_listings(page, sources, words, say, base, has_styles=True)
    body = fill_body(page, ingredients, listings, prefix=base, page_url="")
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
        card=_card(page, press, ingredients),
        examples=_examples(page, press, ingredients),
    )


def _card(page: Page, press: Press, ingredients: Ingredients) -> CardView | None:
    """What was checked of the card that a page is about; None for a page that is no card's."""
    evidence = own_evidence(page)
    if evidence is None:
        return None
    html = fill_evidence("in_page", evidence, page, ingredients.sources, press)
    text = view_lines(evidence, press.words)[0].text
    # The macro escaped what it was given.
    return CardView(evidence.slug, state_of(evidence), text, Markup(html))


def _examples(page: Page, press: Press, ingredients: Ingredients) -> Markup:
    """What was checked of the page's own blocks of Python; nothing if none of them is run."""
    if page.doctests is None:
        return Markup()
    # The macro escaped what it was given.
    return Markup(fill_evidence("in_text", page.doctests, page, ingredients.sources, press))


def _pdf(page: Page, base: str) -> PaperView | None:
    """The paper that a page shows; None for none."""
    # Its reference stands behind those of the body.
    target = page.targets[-1] if page.facts.pdf else None
    if target is None or target.picture is None:
        return None
    shown = target.picture
    return PaperView(
        page.facts.pdf,
        base + target.url,
        "application/pdf",
        base + shown.variants[0].url,
        shown.width,
        shown.height,
    )


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
