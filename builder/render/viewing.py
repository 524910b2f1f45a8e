"""Facts and links to what templates receive of them, in the words of a page.

In: facts, links, words, the base path. Out: views.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder.codec import Value
from builder.link.addresses import group_address
from builder.model import Facts, Kind, Link, Series
from builder.render.views import (
    DateView,
    ItemView,
    LinkView,
    NamedLink,
    SeriesView,
    TagView,
)

# Words a minute; for Chinese and Japanese, characters a minute.
READING_SPEED = 220
READING_SPEED_CJK = 400


class Item(Value, frozen=True):
    """A page as lists know it: facts only, so that equal facts give equal lists."""

    title: str
    url: str
    lang: str
    kind: Kind
    shown_date: str
    summary: str
    tags: tuple[str, ...]
    minutes: int


def item_of(facts: Facts, url: str) -> Item:
    """What lists may know of a page."""
    return Item(
        facts.title, url, facts.lang, facts.kind, facts.shown_date, facts.summary, facts.tags,
        reading_minutes(facts),
    )  # fmt: skip


def reading_minutes(facts: Facts) -> int:
    """How many minutes a page takes to read, at least one."""
    is_cjk = facts.lang.partition("-")[0] in ("zh", "ja")
    return max(1, round(facts.words / (READING_SPEED_CJK if is_cjk else READING_SPEED)))


def view_items(items: Sequence[Item], words: Mapping[str, Any], base: str) -> list[ItemView]:
    """Items in the words of a page."""
    return [
        ItemView(
            item.title,
            base + item.url,
            item.lang,
            item.kind,
            words[f"one_{item.kind}"],
            view_date(item.shown_date, words),
            item.summary,
            view_tags(item.tags, base),
            item.minutes,
        )
        for item in items
    ]


def view_date(shown: str, words: Mapping[str, Any]) -> DateView | None:
    """A date in words, "21 November 2026"; None for none."""
    if not shown:
        return None
    year, month, day = int(shown[:4]), int(shown[5:7]), int(shown[8:10])
    text = words["date_pattern"].format(day=day, month=words["months"][month - 1], year=year)
    return DateView(shown, text)


def view_tags(tags: Sequence[str], base: str) -> tuple[TagView, ...]:
    """Tags with their addresses."""
    return tuple([TagView(tag, base + group_address("tags", tag)) for tag in tags])


def view_link(link: Link | None, base: str, current: str = "") -> LinkView | None:
    """A link with the base path; None for none."""
    if link is None:
        return None
    return LinkView(link.title, base + link.url, link.lang, link.url == current)


def view_links(links: Sequence[Link], base: str, current: str = "") -> tuple[LinkView, ...]:
    """Links with the base path; the one to `current` is marked."""
    return tuple(
        [LinkView(link.title, base + link.url, link.lang, link.url == current) for link in links]
    )


def view_series(series: Series | None, base: str, current: str) -> SeriesView | None:
    """A page's place in its series; None if it is in none."""
    if series is None:
        return None
    links = view_links(series.links, base, current)
    return SeriesView(series.name, base + series.url, series.position, len(links), links)


def tag_feeds(
    name: str, url: str, base: str, feeds: Sequence[tuple[str, str, str]]
) -> tuple[NamedLink, ...]:
    """The feeds of a tag."""
    return tuple(
        NamedLink(f"{title}: {name}", f"{base}{url}{file}", kind) for file, kind, title in feeds
    )
