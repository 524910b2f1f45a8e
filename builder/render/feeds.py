"""RSS 2.0, Atom and JSON Feed 1.1, with full content and absolute addresses; site-wide and for each
tag.

In: the newest pages. Out: recipes, and the makers of the three formats. It owns feedgen. Every
moment in a feed is an entry's own, so that equal entries give equal bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from builder.cards import LISTING_WORDS
from builder.codec import Value, decode, encode
from builder.link.addresses import output_of
from builder.markup import BODY_WORDS
from builder.model import Page, Recipe, Site
from builder.render.evidence import LINE_WORDS
from builder.render.ingredients import Ingredients, RecipeBook
from builder.render.listings import listing_sources, render_listings, say_in_feed
from builder.render.pages import fill_body
from builder.render.shared import FEEDS, Theme, words_of

if TYPE_CHECKING:
    from feedgen.feed import FeedGenerator

# What XML 1.0 cannot carry, however it is escaped.
_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A feed without entries still has to say when it changed; this says "never".
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class FeedCommon(Value, frozen=True):
    """What all feeds of a site say of it; `url` is its absolute home.

    `words` are those for what was checked of cards, by language; none if no page shows a card.
    """

    title: str
    description: str
    author: str
    language: str
    url: str
    words: dict[str, dict[str, Any]]


class FeedArguments(Value, frozen=True):
    """A feed.

    Its own address and that of the list it follows (both relative to the base), and encoded pages.
    """

    title: str
    feed_url: str
    list_url: str
    pages: tuple[bytes, ...]


def feed_recipes(site: Site, theme: Theme) -> Iterator[Recipe]:
    """The three feeds of the site and of each tag."""
    settings = theme.settings
    common = FeedCommon(
        settings.title, settings.description, settings.author, settings.language,
        f"{settings.base_url}/", _words(theme),
    )  # fmt: skip
    shared = theme.book.share(common)
    newest = [
        position
        for position, page in enumerate(site.pages)
        if page.facts.date is not None and page.facts.kind != "pages"
    ]
    encoded: dict[int, bytes] = {}
    lists = [("/", settings.title, newest)]
    is_in_feed = set(newest)
    for tag in site.tags:
        members = [position for position in tag.members if position in is_in_feed]
        lists.append((tag.url, f"{settings.title}: {tag.name}", members))
    for url, title, members in lists:
        chosen = members[: settings.feed_limit]
        for position in chosen:
            if position not in encoded:
                encoded[position] = encode(site.pages[position])
        pages = [site.pages[position] for position in chosen]
        packed = tuple(encoded[position] for position in chosen)
        yield from _feeds(url, title, pages, packed, shared, theme)


def _words(theme: Theme) -> dict[str, dict[str, Any]]:
    """The words that bodies and lines of evidence are made of, in each of the theme's languages."""
    needed = (*LINE_WORDS, *LISTING_WORDS, *BODY_WORDS)
    needed += ("evidence", "output_old", "date_pattern", "months")
    return {lang: {word: words[word] for word in needed} for lang, words in theme.strings.items()}


def _feeds(
    url: str,
    title: str,
    pages: Sequence[Page],
    encoded: tuple[bytes, ...],
    shared: bytes,
    theme: Theme,
) -> Iterator[Recipe]:
    for name, _, _ in FEEDS:
        arguments = FeedArguments(title, f"{url}{name}", url, encoded)
        path = output_of(f"{url}{name}")
        yield feed_recipe(theme.book, path, name.replace(".", "_"), shared, arguments, pages)


def feed_recipe(
    book: RecipeBook,
    path: str,
    make: str,
    shared: bytes,
    arguments: FeedArguments,
    pages: Sequence[Page],
) -> Recipe:
    """The recipe of one feed; `pages` are those that its arguments hold encoded."""
    galleys = tuple(page.facts.galley for page in pages)
    sources = tuple(dict.fromkeys(item for page in pages for item in listing_sources(page)))
    return book.recipe(path, make, shared, arguments, galleys, sources)


def make_atom(ingredients: Ingredients) -> bytes:
    """An Atom feed."""
    return bytes(_generate(ingredients).atom_str(pretty=True))


def make_rss(ingredients: Ingredients) -> bytes:
    """An RSS 2.0 feed."""
    return bytes(_generate(ingredients).rss_str(pretty=True))


def make_json_feed(ingredients: Ingredients) -> bytes:
    """A JSON Feed 1.1."""
    arguments, common = decode(FeedArguments, ingredients.arguments), _common(ingredients.common)
    items = []
    for page, content in _entries(arguments, common, ingredients):
        facts = page.facts
        item: dict[str, object] = {
            "id": facts.feed_id or _absolute(page.url, common),
            "url": _absolute(page.url, common),
            "title": facts.title,
            "content_html": content,
            "summary": facts.summary,
            "date_published": facts.shown_date,
            "date_modified": facts.shown_updated or facts.shown_date,
            "tags": list(facts.tags),
            "language": facts.lang or common.language,
        }
        items.append({key: value for key, value in item.items() if value})
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": arguments.title,
        "home_page_url": _absolute(arguments.list_url, common),
        "feed_url": _absolute(arguments.feed_url, common),
        "description": common.description,
        "language": common.language,
        "authors": [{"name": common.author}],
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _generate(ingredients: Ingredients) -> FeedGenerator:
    # Imported here because it takes a quarter of all imports, and most edits touch no feed.
    from feedgen.feed import FeedGenerator

    arguments, common = decode(FeedArguments, ingredients.arguments), _common(ingredients.common)
    feed = FeedGenerator()
    home, own = _absolute(arguments.list_url, common), _absolute(arguments.feed_url, common)
    feed.id(home)
    feed.title(_xml(arguments.title))
    feed.subtitle(_xml(common.description or common.title))
    feed.author({"name": _xml(common.author)})
    feed.language(common.language)
    # feedgen takes the last link for RSS's own <link>.
    feed.link(href=own, rel="self")
    feed.link(href=home, rel="alternate")
    feed.generator("Proofpress", uri="https://pypi.org/project/proofpress/")
    newest = _NEVER
    for page, content in _entries(arguments, common, ingredients):
        facts = page.facts
        url = _absolute(page.url, common)
        entry = feed.add_entry(order="append")
        entry.id(facts.feed_id or url)
        entry.guid(facts.feed_id or url, permalink=not facts.feed_id)
        entry.title(_xml(facts.title))
        entry.link(href=url, rel="alternate")
        # As datetimes: feedgen takes a millisecond to read a date from text.
        updated = datetime.fromisoformat(facts.shown_updated or facts.shown_date)
        entry.published(datetime.fromisoformat(facts.shown_date))
        entry.updated(updated)
        if facts.summary:
            entry.summary(_xml(facts.summary))
        entry.content(_xml(content), type="html")
        for tag in facts.tags:
            entry.category(term=_xml(tag))
        newest = max(newest, updated)
    # Without these two feedgen would say when the feed was made.
    feed.updated(newest)
    feed.lastBuildDate(newest)
    return feed


def _entries(
    arguments: FeedArguments, common: FeedCommon, ingredients: Ingredients
) -> Iterator[tuple[Page, str]]:
    for encoded in arguments.pages:
        page = decode(Page, encoded)
        home = common.url.removesuffix("/")
        listings = []
        words = common.words[words_of(page.facts.lang or common.language, common.words)]
        if page.listings:
            say = say_in_feed(page, words, home)
            listings = render_listings(
                page, ingredients.sources, words, say, home, has_styles=False, figures={}
            )
        yield page, fill_body(page, ingredients, listings, words, prefix=home, page_url=page.url)


@lru_cache(maxsize=16)
def _common(encoded: bytes) -> FeedCommon:
    return decode(FeedCommon, encoded)


def _absolute(url: str, common: FeedCommon) -> str:
    return common.url + url[1:]


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
