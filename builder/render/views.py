"""What templates receive: small frozen values, with words and dates in the page's language.

A docstring here is documentation for authors of templates: its first part says what the value is,
a line `name: meaning` what a field means (`variables` reads them). Every address in a view has the
base path and is ready for `href`. It must not know how views are made.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from builder.codec import Value
from builder.model import Heading, Kind
from builder.render.evidence import Line


class NamedLink(Value, frozen=True):
    """A title with an address, ready for `href`.

    title: what the link says
    url: where it leads
    type: a feed's media type; empty for other links
    """

    title: str
    url: str
    type: str = ""


class ImageView(Value, frozen=True):
    """A picture for previews.

    url: the absolute address
    type: its media type
    width: in pixels; 0 if it is not known
    height: in pixels; 0 if it is not known
    alt: what it shows, in words
    """

    url: str
    type: str
    width: int
    height: int
    alt: str


class SiteView(Value, frozen=True):
    """`site` in every template. Addresses have the base path and are ready for `href`.

    title: of the site
    description: of the site
    author: of the site
    language: of the site
    url: the absolute address of the home, with a slash at its end
    base: the path before all addresses; empty at the root of a host
    home: the home
    menu: what the settings name; empty if they name nothing
    feeds: the feeds of the whole site
    styles: the style sheets of every page: those of the theme, then those that only the site has
    math_style: the style sheet for pages with formulas
    theme_script: the script that sets light or dark before anything is seen
    site_script: the script of every page
    files: addresses of the theme's published files, by their names in it, such as css/site.css
    sections: the lists of those kinds that have pages
    status_url: the page that tells what was checked
    archive_url: the archive
    tags_url: the list of all tags
    source_url: where the source of the site is; empty if the settings do not say
    edit_url: what the addresses for editing begin with; empty if the settings do not say
    icon: the site's icon; empty if it has none
    image: the site's picture for previews
    policy: what browsers may load and run; empty for no policy
    """

    title: str
    description: str
    author: str
    language: str
    url: str
    base: str
    home: str
    menu: tuple[NamedLink, ...]
    feeds: tuple[NamedLink, ...]
    styles: tuple[str, ...]
    math_style: str
    theme_script: str
    site_script: str
    files: dict[str, str]
    sections: tuple[NamedLink, ...]
    status_url: str
    archive_url: str
    tags_url: str
    source_url: str
    edit_url: str
    icon: str
    image: ImageView | None
    policy: str


class DateView(Value, frozen=True):
    """A date.

    iso: for machines, such as 2026-11-21
    text: for readers, in the page's language
    """

    iso: str
    text: str


class TagView(Value, frozen=True):
    """A tag by name.

    name: as authors wrote it
    url: its list
    """

    name: str
    url: str


class GroupView(Value, frozen=True):
    """A tag or a series with how many pages it has.

    name: as authors wrote it
    url: its list
    count: how many pages
    """

    name: str
    url: str
    count: int


class YearView(Value, frozen=True):
    """A year of the archive.

    year: in four digits
    url: its list
    count: how many pages
    """

    year: str
    url: str
    count: int


class LinkView(Value, frozen=True):
    """Another page by its title.

    title: of the page
    url: of the page
    lang: the language of its title
    is_current: whether it is the page that is being made
    """

    title: str
    url: str
    lang: str
    is_current: bool = False


class SeriesView(Value, frozen=True):
    """A page's place in its series.

    name: as authors wrote it
    url: the list of the series
    position: which part this page is, from 1
    count: how many parts there are
    links: all parts in order
    """

    name: str
    url: str
    position: int
    count: int
    links: tuple[LinkView, ...]


class ItemView(Value, frozen=True):
    """A page in a list, as templates receive it.

    title: of the page
    url: of the page
    lang: the language of title and summary
    kind: posts, notes, trivia, cards or pages
    kind_title: the kind in the words of the list's language, such as Note
    date: when it was published
    summary: from its front matter, else its first paragraph; empty if it has neither
    tags: its tags
    minutes: how long it takes to read
    """

    title: str
    url: str
    lang: str
    kind: Kind
    kind_title: str
    date: DateView | None
    summary: str
    tags: tuple[TagView, ...]
    minutes: int


class CardView(Value, frozen=True):
    """A card in a list, as templates receive it.

    title: of its page
    url: its page
    lang: the language of title and summary
    summary: from its front matter, else its first paragraph; empty if it has neither
    tags: its tags
    line: what was last seen of its tests
    """

    title: str
    url: str
    lang: str
    summary: str
    tags: tuple[TagView, ...]
    line: Line


class TopicView(Value, frozen=True):
    """The cards with the same first tag.

    name: of the tag; empty where no card of the site has one
    url: the list of the tag; empty for cards without one
    cards: by title
    """

    name: str
    url: str
    cards: tuple[CardView, ...]


class PaperView(Value, frozen=True):
    """A paper that a page shows.

    title: the file's name
    url: the file
    type: its media type
    picture: its first page as a picture
    width: of the picture, in pixels
    height: of the picture, in pixels
    """

    title: str
    url: str
    type: str
    picture: str
    width: int
    height: int


class CardResultView(Value, frozen=True):
    """What was checked of a card.

    slug: which card
    state: the name of a style: failed, none, stale, unmet, simulated or passed
    text: what was checked, in a line
    evidence: what was checked, in full
    """

    slug: str
    state: str
    text: str
    evidence: Markup


class PageView(Value, frozen=True):
    """`page` in page.html.

    kind: posts, notes, trivia, cards or pages
    title: of the page
    url: of the page
    summary: from its front matter, else its first paragraph; empty if it has neither
    lang: its language
    date: when it was published
    updated: when its meaning last changed
    tags: its tags
    minutes: how long it takes to read
    toc: its headings of the second and third level
    body: its text
    has_math: whether there are formulas in it
    newer: the next page of its kind
    older: the page of its kind before it
    backlinks: the pages that link to it
    related: pages with the same tags
    series: its place in a series
    edit_url: where its source can be edited; empty if the site does not say
    pdf: the paper that it shows
    extra: what its front matter says under `extra`, as written there; empty if nothing
    card: for the page of a card, what was checked of it
    examples: what was checked of the page's own examples; empty if none is run
    """

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
    card: CardResultView | None
    examples: Markup


class StatusView(Value, frozen=True):
    """A card on the status page.

    title: of its page, else its slug
    url: its page; empty if it has none of its own
    lang: the language of the title; empty for the usual one
    slug: which card
    state: the name of a style: failed, none, stale, unmet, simulated or passed
    text: what was checked, in a line
    lines: what was checked, each with its sign
    """

    title: str
    url: str
    lang: str
    slug: str
    state: str
    text: str
    lines: tuple[Line, ...]
