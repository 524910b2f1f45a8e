"""Posts, notes, trivia, cards and pages: one recipe each, and the maker that fills page.html.

In: a `Page`. Out: its HTML, with its body filled from its galley, its listings from the snippets'
own bytes, and what was checked of them from records.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from builder import markup
from builder.codec import decode, encode
from builder.errors import BuildFailed, Problem
from builder.link.addresses import output_of
from builder.markup.drawings import DrawingRefused, read_drawing
from builder.model import Galley, Page, Recipe
from builder.render.covers import page_cover, view_cover
from builder.render.evidence import state_of, view_lines
from builder.render.head import page_head
from builder.render.ingredients import Ingredients
from builder.render.listings import (
    fill_evidence,
    own_evidence,
    page_sources,
    render_listings,
    say_in_page,
)
from builder.render.shared import Theme
from builder.render.templates import Press, press_of
from builder.render.viewing import (
    reading_minutes,
    view_date,
    view_link,
    view_links,
    view_series,
    view_tags,
)
from builder.render.views import CardResultView, PageView, PaperView

TOC_LEVELS = (2, 3)


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
    cover = page_cover(facts, press.words, site.title, press.lettering)
    return press.fill(
        page=_view(page, press, ingredients),
        canonical=canonical,
        head=page_head(
            facts, canonical, site, press.lang, press.words, view_cover(cover, site.url)
        ),
        feeds=site.feeds,
    )


def fill_body(
    page: Page,
    ingredients: Ingredients,
    listings: Sequence[str],
    words: Mapping[str, Any],
    *,
    prefix: str,
    page_url: str,
) -> str:
    """A page's body as HTML; `listings` are those of its embeds, `words` those of its language.

    With `page_url`, addresses in the page itself get it too (for feeds).
    """
    galley = decode(Galley, ingredients.galleys[page.facts.galley])
    # Readers of feeds leave drawings out, or worse; there they stay pictures.
    drawings = {} if page_url else _drawings(page, ingredients)
    return markup.fill_galley(
        galley,
        page.targets,
        listings,
        words,
        prefix=prefix,
        page_url=page_url,
        drawings=drawings,
    )


def _figure_ids(page: Page, ingredients: Ingredients) -> dict[int, str]:
    """The ids of the listings of a page, by position; given when its text was set."""
    if not page.listings:
        return {}
    galley = decode(Galley, ingredients.galleys[page.facts.galley])
    return {slot.index: slot.text for slot in galley.slots if slot.form == "embed"}


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


def _view(page: Page, press: Press, ingredients: Ingredients) -> PageView:
    facts, base, words = page.facts, press.site.base, press.words
    sources = ingredients.sources
    say = say_in_page(page, sources, press)
    figures = _figure_ids(page, ingredients)
    listings = render_listings(page, sources, words, say, base, has_styles=True, figures=figures)
    body = fill_body(page, ingredients, listings, words, prefix=base, page_url="")
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


def _card(page: Page, press: Press, ingredients: Ingredients) -> CardResultView | None:
    """What was checked of the card that a page is about; None for a page that is no card's."""
    evidence = own_evidence(page)
    if evidence is None:
        return None
    html = fill_evidence("in_page", evidence, page, ingredients.sources, press)
    text = view_lines(evidence, press.words)[0].text
    # The macro escaped what it was given.
    return CardResultView(evidence.slug, state_of(evidence), text, Markup(html))


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
