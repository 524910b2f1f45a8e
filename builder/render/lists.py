"""Home, the lists of kinds, tags and series, the archive, 404 and redirects.

In: the site. Out: recipes, and the makers that fill their templates. Lists are numbered from the
oldest: a new page changes the first page of a list, and only every `per_page` new pages is another
one added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from builder.codec import Value, decode
from builder.link.addresses import output_of
from builder.model import KINDS, Page, Recipe, Redirect, Site, Tag
from builder.render.card_list import CardItem, cards_recipe, list_cards, view_cards
from builder.render.head import home_head, plain_head
from builder.render.ingredients import Ingredients
from builder.render.shared import FEEDS, Theme
from builder.render.status import all_evidence, count_proven, say_proven, status_recipe
from builder.render.templates import press_of
from builder.render.viewing import Item, tag_feeds, view_items
from builder.render.views import GroupView, NamedLink, TagView, YearView

HOME_CARDS = 8
# The home names this many tags, those with the most pages; a link leads to all.
HOME_TAGS = 30


class ListArguments(Value, frozen=True):
    """One page of a list.

    `word` names the title among the theme's words ("" uses `title` as it is). `proven` is for the
    home: how many cards pass their tests, of how many. `parent` is what this is one of: "tags",
    "series", "" for nothing.
    """

    url: str
    title: str
    word: str
    intro: str
    number: int
    newer_url: str
    older_url: str
    items: tuple[Item, ...]
    cards: tuple[CardItem, ...] = ()
    proven: tuple[int, int] = (0, 0)
    tags: tuple[TagView, ...] = ()
    feeds: tuple[NamedLink, ...] = ()
    parent: str = ""


class GroupsArguments(Value, frozen=True):
    """All tags, all series, or the years of the archive."""

    url: str
    word: str
    entries: tuple[GroupView, ...]


def list_recipes(site: Site, items: Sequence[Item], theme: Theme) -> Iterator[Recipe]:
    """Every list of the site; `items` are its pages as lists know them, by position."""
    listed = [position for position, page in enumerate(site.pages) if page.facts.kind != "pages"]
    cards = list_cards(site, items, theme)
    yield from _home(site, items, listed, cards, theme)
    yield cards_recipe(site, cards, theme)
    for kind in KINDS:
        if kind not in ("cards", "pages"):
            members = [position for position in listed if items[position].kind == kind]
            yield from _paged(
                f"/{kind}/", "", kind, "", [items[position] for position in members], theme
            )
    for tag in site.tags:
        yield from _paged(
            tag.url, tag.name, "tagged", "", [items[position] for position in tag.members], theme,
            feeds=tag_feeds(tag.name, tag.url, theme.settings.base_path, FEEDS), parent="tags",
        )  # fmt: skip
    for group in site.series:
        yield from _series(group, site.pages, items, theme)
    yield _groups("/tags/", "tags", "tags.html", site.tags, theme)
    yield _groups("/series/", "series", "series.html", site.series, theme)
    yield from _archive(items, listed, theme)
    yield status_recipe(site, theme)
    yield theme.book.recipe("404.html", "not_found", theme.share("404.html"), b"")


def redirect_recipes(redirects: Sequence[Redirect], theme: Theme) -> Iterator[Recipe]:
    """The pages at old addresses."""
    for redirect in redirects:
        shared = theme.share("redirect.html", redirect.lang)
        yield theme.book.recipe(output_of(redirect.url), "redirect", shared, redirect)


def split_pages(count: int, per_page: int) -> tuple[int, int]:
    """(older pages, items on the first page) of a list of `count` items, numbered from the oldest.

    Older pages hold exactly `per_page` items, so they never change; the first holds the newest
    `per_page` to 2 · `per_page` - 1 of them (all, while there are fewer).
    """
    older = max(0, count // per_page - 1)
    return older, count - older * per_page


def _paged(
    url: str,
    title: str,
    word: str,
    intro: str,
    items: Sequence[Item],
    theme: Theme,
    *,
    feeds: tuple[NamedLink, ...] = (),
    parent: str = "",
    first: ListArguments | None = None,
) -> Iterator[Recipe]:
    """The first page of a list and its older ones; `first` gives more for the first (the home)."""
    per_page = theme.settings.per_page
    older, newest = split_pages(len(items), per_page)
    page_url = [f"{url}page/{number}/" for number in range(1, older + 1)]
    base = theme.settings.base_path
    arguments = ListArguments(
        url=url,
        title=title,
        word=word,
        intro=intro,
        number=0,
        newer_url="",
        older_url=base + page_url[-1] if older else "",
        items=tuple(items[:newest]),
        cards=first.cards if first else (),
        proven=first.proven if first else (0, 0),
        tags=first.tags if first else (),
        feeds=feeds,
        parent=parent,
    )
    make, template = ("home", "home.html") if first else ("list", "list.html")
    yield theme.book.recipe(output_of(url), make, theme.share(template), arguments)
    shared = theme.share("list.html")
    for number in range(older, 0, -1):
        start = newest + (older - number) * per_page
        arguments = ListArguments(
            url=page_url[number - 1],
            title=title,
            word=word,
            intro=intro,
            number=number,
            newer_url=base + (page_url[number] if number < older else url),
            older_url=base + page_url[number - 2] if number > 1 else "",
            items=tuple(items[start : start + per_page]),
            feeds=feeds,
            parent=parent,
        )
        yield theme.book.recipe(output_of(arguments.url), "list", shared, arguments)


def _home(
    site: Site,
    items: Sequence[Item],
    listed: Sequence[int],
    cards: Sequence[CardItem],
    theme: Theme,
) -> Iterator[Recipe]:
    base = theme.settings.base_path
    extra = ListArguments(
        "/", "", "", "", 0, "", "", (),
        cards=tuple(cards[:HOME_CARDS]),
        proven=count_proven(all_evidence(site)),
        tags=tuple(TagView(tag.name, base + tag.url) for tag in _largest(site.tags)),
    )  # fmt: skip
    settings = theme.settings
    chosen = [items[position] for position in listed]
    yield from _paged("/", settings.title, "", settings.description, chosen, theme, first=extra)


def _largest(tags: Sequence[Tag]) -> list[Tag]:
    """The tags with the most pages, in the order of all."""
    by_size = sorted(tags, key=lambda tag: (-len(tag.members), tag.url))
    named = {tag.url for tag in by_size[:HOME_TAGS]}
    return [tag for tag in tags if tag.url in named]


def _series(
    group: Tag, pages: Sequence[Page], items: Sequence[Item], theme: Theme
) -> Iterator[Recipe]:
    """A series is read from its first part, so it is listed whole, oldest first."""
    series = pages[group.members[0]].series
    assert series is not None
    places = {pages[position].url: position for position in group.members}
    parts = tuple(items[places[link.url]] for link in series.links)
    arguments = ListArguments(group.url, group.name, "", "", 0, "", "", parts, parent="series")
    yield theme.book.recipe(output_of(group.url), "list", theme.share("list.html"), arguments)


def _groups(url: str, word: str, template: str, groups: Sequence[Tag], theme: Theme) -> Recipe:
    base = theme.settings.base_path
    entries = tuple(GroupView(group.name, base + group.url, len(group.members)) for group in groups)
    return theme.book.recipe(
        output_of(url), "groups", theme.share(template), GroupsArguments(url, word, entries)
    )


def _archive(items: Sequence[Item], listed: Sequence[int], theme: Theme) -> Iterator[Recipe]:
    years: dict[str, list[Item]] = {}
    for position in listed:
        if items[position].shown_date:
            years.setdefault(items[position].shown_date[:4], []).append(items[position])
    base = theme.settings.base_path
    entries = tuple(
        GroupView(year, f"{base}/archive/{year}/", len(members)) for year, members in years.items()
    )
    arguments = GroupsArguments("/archive/", "archive", entries)
    shared = theme.share("archive.html")
    yield theme.book.recipe("archive/index.html", "archive", shared, arguments)
    shared = theme.share("year.html")
    for year, members in years.items():
        url = f"/archive/{year}/"
        arguments_of_year = ListArguments(url, year, "", "", 0, "", "", tuple(members))
        yield theme.book.recipe(output_of(url), "list", shared, arguments_of_year)


# --- Makers ---------------------------------------------------------------------------------------


def make_list(ingredients: Ingredients) -> bytes:
    """A page of a list: a kind's, a tag's, a series', a year's, or an older page of the home."""
    arguments = decode(ListArguments, ingredients.arguments)
    press = press_of(ingredients)
    site, words = press.site, press.words
    title = words[arguments.word] if arguments.word else arguments.title
    if arguments.word == "tagged":
        title = title.format(name=arguments.title)
    shown = title
    if arguments.number:
        shown = f"{title} – {words['page_number'].format(n=arguments.number)}"
    canonical = site.url + arguments.url[1:]
    parent = arguments.parent
    return press.fill(
        title=shown,
        parent=NamedLink(words[parent], f"{site.base}/{parent}/") if parent else None,
        intro=arguments.intro,
        items=view_items(arguments.items, words, site.base),
        newer_url=arguments.newer_url,
        older_url=arguments.older_url,
        canonical=canonical,
        head=plain_head(
            f"{shown} · {site.title}" if title != site.title else shown, arguments.intro
        ),
        feeds=(*site.feeds, *arguments.feeds),
    )


def make_home(ingredients: Ingredients) -> bytes:
    """The home."""
    arguments = decode(ListArguments, ingredients.arguments)
    press = press_of(ingredients)
    site, words = press.site, press.words
    return press.fill(
        title=site.title,
        intro=arguments.intro,
        items=view_items(arguments.items, words, site.base),
        cards=view_cards(arguments.cards, site.base),
        proven=say_proven(arguments.proven, words),
        tags=arguments.tags,
        newer_url="",
        older_url=arguments.older_url,
        canonical=site.url,
        head=home_head(site, press.lang),
        feeds=site.feeds,
    )


def make_groups(ingredients: Ingredients) -> bytes:
    """All tags, or all series."""
    arguments = decode(GroupsArguments, ingredients.arguments)
    press = press_of(ingredients)
    title = press.words[arguments.word]
    canonical = press.site.url + arguments.url[1:]
    head = plain_head(f"{title} · {press.site.title}")
    return press.fill(
        title=title,
        entries=arguments.entries,
        canonical=canonical,
        head=head,
        feeds=press.site.feeds,
    )


def make_archive(ingredients: Ingredients) -> bytes:
    """The years."""
    arguments = decode(GroupsArguments, ingredients.arguments)
    press = press_of(ingredients)
    title = press.words["archive"]
    years = [YearView(entry.name, entry.url, entry.count) for entry in arguments.entries]
    canonical = press.site.url + arguments.url[1:]
    head = plain_head(f"{title} · {press.site.title}")
    return press.fill(
        title=title, years=years, canonical=canonical, head=head, feeds=press.site.feeds
    )


def make_not_found(ingredients: Ingredients) -> bytes:
    """The page for addresses that lead nowhere."""
    press = press_of(ingredients)
    canonical = f"{press.site.url}404.html"
    head = plain_head(f"{press.words['not_found']} · {press.site.title}", robots="noindex")
    return press.fill(
        title=press.words["not_found"], canonical=canonical, head=head, feeds=press.site.feeds
    )


def make_redirect(ingredients: Ingredients) -> bytes:
    """The page at an old address, which leads to the new one."""
    redirect = decode(Redirect, ingredients.arguments)
    press = press_of(ingredients)
    canonical = press.site.url + redirect.target[1:]
    head = plain_head(redirect.title, robots="noindex")
    return press.fill(
        title=redirect.title,
        target=press.site.base + redirect.target,
        target_title=redirect.title,
        canonical=canonical,
        head=head,
        feeds=(),
    )
