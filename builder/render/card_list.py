"""Cards in lists: each with what was last seen of its tests; and the list of all, by topic.

In: the site. Out: the recipe of `/cards/`, its maker, and the home's cards. A list is given what it
says of a card, a line of text, and not the card's evidence: a run on another day, which says the
same, makes no list anew.

Who looks for a card knows its subject and not its date, so all cards stand on one page. A card's
topic is its first tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from builder.codec import Value, decode
from builder.link.addresses import group_address
from builder.model import Recipe, Site
from builder.render.evidence import Line, unchecked, view_glance
from builder.render.head import plain_head
from builder.render.ingredients import Ingredients
from builder.render.shared import Theme
from builder.render.templates import press_of
from builder.render.viewing import Item, view_tags
from builder.render.views import CardView, TopicView


class CardItem(Value, frozen=True):
    """A card as lists know it, and the line about its tests in the site's language."""

    item: Item
    line: Line


class Topic(Value, frozen=True):
    """The cards whose first tag this is, by title; `url` is "" for those without a tag."""

    name: str
    url: str
    cards: tuple[CardItem, ...]


class CardsArguments(Value, frozen=True):
    """All cards by topic."""

    topics: tuple[Topic, ...]


def list_cards(site: Site, items: Sequence[Item], theme: Theme) -> list[CardItem]:
    """The site's cards, newest first; `items` are its pages as lists know them, by position."""
    words = theme.words()
    known = {evidence.slug: evidence for evidence in site.evidence}
    cards = []
    for page, item in zip(site.pages, items, strict=True):
        if page.facts.kind == "cards":
            slug = page.facts.snippet
            evidence = known.get(slug) or unchecked(slug, page.url)
            cards.append(CardItem(item, view_glance(evidence, words)))
    return cards


def cards_recipe(site: Site, cards: Sequence[CardItem], theme: Theme) -> Recipe:
    """The recipe of the list of all cards."""
    arguments = CardsArguments(_topics(site, cards))
    return theme.book.recipe("cards/index.html", "cards", theme.share("cards.html"), arguments)


def view_cards(cards: Iterable[CardItem], base: str) -> tuple[CardView, ...]:
    """Cards with addresses ready for `href`."""
    return tuple(
        CardView(
            card.item.title,
            base + card.item.url,
            card.item.lang,
            card.item.summary,
            view_tags(card.item.tags, base),
            card.line,
        )
        for card in cards
    )


def make_card_list(ingredients: Ingredients) -> bytes:
    """The list of all cards."""
    arguments = decode(CardsArguments, ingredients.arguments)
    press = press_of(ingredients)
    words, site = press.words, press.site
    return press.fill(
        title=words["cards"],
        topics=[_view(topic, arguments.topics, words, site.base) for topic in arguments.topics],
        canonical=f"{site.url}cards/",
        head=plain_head(f"{words['cards']} · {site.title}"),
        feeds=site.feeds,
    )


def _topics(site: Site, cards: Sequence[CardItem]) -> tuple[Topic, ...]:
    """Topics in the order of the list of tags; last, the cards without one."""
    members: dict[str, list[CardItem]] = {}
    for card in sorted(cards, key=lambda card: (card.item.title.casefold(), card.item.url)):
        tags = card.item.tags
        members.setdefault(group_address("tags", tags[0]) if tags else "", []).append(card)
    topics = [Topic(tag.name, tag.url, tuple(members.get(tag.url, ()))) for tag in site.tags]
    topics.append(Topic("", "", tuple(members.get("", ()))))
    return tuple(topic for topic in topics if topic.cards)


def _view(topic: Topic, topics: Sequence[Topic], words: Mapping[str, Any], base: str) -> TopicView:
    # Where nothing has a tag there are no topics, and nothing is "other".
    other = words["other_topic"] if len(topics) > 1 else ""
    url = base + topic.url if topic.url else ""
    return TopicView(topic.name or other, url, view_cards(topic.cards, base))
