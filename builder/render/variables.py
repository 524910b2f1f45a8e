"""What each template is given: names, types and meanings, for authors of templates.

In: the types that makers fill templates with. Out: descriptions of them. A meaning stands where its
field is defined, in the docstring of the class, in a line `name: meaning`; what a template receives
besides `page` and `site` is listed here. Tests compare all of it with what templates are given.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from markupsafe import Markup

from builder.codec import Value
from builder.model import Heading
from builder.render.head import Head
from builder.render.views import (
    CardView,
    GroupView,
    ItemView,
    NamedLink,
    PageView,
    SiteView,
    StatusView,
    TagView,
    TopicView,
    YearView,
)


class Everywhere(Value, frozen=True):
    """What every template is given.

    site: what all pages have in common
    lang: the language of the page
    t: the words of the theme in that language, by name; `strings/en.toml` has them all
    canonical: the absolute address of the page
    head: what goes into <head>
    feeds: the feeds that the page names: those of the site and of the list
    """

    site: SiteView
    lang: str
    t: dict[str, Any]
    canonical: str
    head: Head
    feeds: tuple[NamedLink, ...]


class PageGiven(Everywhere, frozen=True):
    """What page.html is given.

    page: the post, note, trivia, card or page
    """

    page: PageView


class TitleGiven(Everywhere, frozen=True):
    """What templates of lists and of other pages are given.

    title: the heading of the page
    """

    title: str


class PartGiven(TitleGiven, frozen=True):
    """What home.html, list.html and year.html are given.

    intro: a sentence below the heading; empty for none
    items: the pages of this part of the list
    newer_url: the part of the list with newer pages; empty for none
    older_url: the part of the list with older pages; empty for none
    """

    intro: str
    items: tuple[ItemView, ...]
    newer_url: str
    older_url: str


class ListGiven(PartGiven, frozen=True):
    """What list.html and year.html are given.

    parent: the list of all tags or of all series, where this is the list of one
    """

    parent: NamedLink | None


class HomeGiven(PartGiven, frozen=True):
    """What home.html is given.

    cards: the newest cards
    proven: how many cards pass their tests, in words; empty if there are none
    tags: the tags with the most pages
    """

    cards: tuple[CardView, ...]
    proven: str
    tags: tuple[TagView, ...]


class CardsGiven(TitleGiven, frozen=True):
    """What cards.html is given.

    topics: all cards by topic
    """

    topics: tuple[TopicView, ...]


class GroupsGiven(TitleGiven, frozen=True):
    """What tags.html and series.html are given.

    entries: all tags, or all series
    """

    entries: tuple[GroupView, ...]


class ArchiveGiven(TitleGiven, frozen=True):
    """What archive.html is given.

    years: the years with pages, newest first
    """

    years: tuple[YearView, ...]


class StatusGiven(TitleGiven, frozen=True):
    """What status.html is given.

    cards: all cards, worst first
    proven: how many cards pass their tests, in words; empty if there are none
    pages: the pages whose own examples are run, worst first
    fences: how the blocks of Python account for themselves, in words; empty if there are none
    json_url: the same for programs
    badge_url: the badge of the first card; empty if there is none
    """

    cards: tuple[StatusView, ...]
    proven: str
    pages: tuple[StatusView, ...]
    fences: tuple[str, ...]
    json_url: str
    badge_url: str


class RedirectGiven(TitleGiven, frozen=True):
    """What redirect.html is given.

    target: where the page is now
    target_title: of the page
    """

    target: str
    target_title: str


# What a template that pages are made with is given; other templates get what those hand on.
GIVEN: Mapping[str, type[Everywhere]] = {
    "page.html": PageGiven,
    "home.html": HomeGiven,
    "list.html": ListGiven,
    "year.html": ListGiven,
    "cards.html": CardsGiven,
    "tags.html": GroupsGiven,
    "series.html": GroupsGiven,
    "archive.html": ArchiveGiven,
    "status.html": StatusGiven,
    "search.html": TitleGiven,
    "404.html": TitleGiven,
    "redirect.html": RedirectGiven,
}
# A type of an earlier room says in its own words what it is.
_MEANINGS: Mapping[type, Mapping[str, str]] = {
    Heading: {
        "level": "2 for a section, 3 for one within it",
        "id": "its anchor",
        "text": "without markup",
        "html": "with markup, without links",
    },
}
_PLAIN: Mapping[object, str] = {
    str: "text", int: "number", float: "number", bool: "yes or no", Any: "anything", Markup: "HTML",
    type(None): "none",
}  # fmt: skip


class Field(Value, frozen=True):
    """A variable, or a part of one: its name, its type in words, what it means.

    `types` are the names of the types of values in it, which have parts of their own.
    """

    name: str
    type: str
    meaning: str
    types: tuple[str, ...]


class Type(Value, frozen=True):
    """A type of values: its name, what it is, its parts."""

    name: str
    meaning: str
    fields: tuple[Field, ...]


def fields_of(kind: type[Value]) -> tuple[Field, ...]:
    """The parts of a type, or what templates described by it are given."""
    meanings = _meanings(kind)
    hints = get_type_hints(kind)
    return tuple(
        Field(
            name,
            _say(hints[name]),
            meanings.get(name, ""),
            tuple(name_of(found) for found in _values_in(hints[name])),
        )
        for name in kind.__struct_fields__
    )


def types_in(*kinds: type[Value]) -> tuple[Type, ...]:
    """Every type that values of these types have parts of, by name."""
    found: dict[str, Type] = {}
    waiting: list[Any] = list(kinds)
    seen = set()
    while waiting:
        kind = waiting.pop()
        for other in (item for hint in get_type_hints(kind).values() for item in _values_in(hint)):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                summary = _docstring(other).partition("\n\n")[0]
                name = name_of(other)
                assert name not in found, f"two types are called {name}"
                found[name] = Type(name, " ".join(summary.split()), fields_of(other))
    return tuple(found[name] for name in sorted(found))


def name_of(kind: type) -> str:
    """What authors read for a type: "Date" for DateView."""
    return kind.__name__.removesuffix("View")


def _meanings(kind: type) -> dict[str, str]:
    """The meanings in the docstrings of a class and of those it is made from."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        name = ""
        for line in _docstring(base).splitlines():
            if start := re.match(r"(\w+): (.+)", line):
                name = start[1]
                found[name] = start[2]
            elif name and line.startswith("    "):
                found[name] += f" {line.strip()}"
            else:
                name = ""
    return {**found, **_MEANINGS.get(kind, {})}


def _docstring(kind: type) -> str:
    return inspect.cleandoc(kind.__dict__.get("__doc__") or "")


def _say(hint: Any) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_say(item) for item in inside)
    if origin is tuple:
        return f"list of {_say(inside[0])}"
    if origin is dict:
        return f"table of {_say(inside[1])}"
    if origin is Literal:
        return "text"
    return name_of(hint)


def _values_in(hint: Any) -> Iterator[type[Value]]:
    """The types of values in a type."""
    if isinstance(hint, type) and issubclass(hint, Value):
        yield hint
    for inside in get_args(hint):
        if get_origin(hint) is not Literal:
            yield from _values_in(inside)
