"""The nouns, in the order a note passes through them: Source, Facts, Galley, Page, Site, Recipe,
Receipt.

Every type is frozen and complete: no field means "not filled in yet". Paths are POSIX paths
relative to the site's root. Addresses (`url`) are relative to the site's base: they start with "/"
and leave the base path out.
"""

from __future__ import annotations

from typing import Literal

from builder.codec import Value
from builder.errors import Problem

Kind = Literal["posts", "notes", "trivia", "cards", "pages"]
KINDS: tuple[Kind, ...] = ("posts", "notes", "trivia", "cards", "pages")
# What a record of evidence is about: tests run as they are; under an interpreter that stands in for
# hardware; code compiled for a target; times on named hardware.
Tier = Literal["tests", "simulated", "compiled", "measured"]
TESTED: tuple[Tier, ...] = ("tests", "simulated")
MEASURED: tuple[Tier, ...] = ("compiled", "measured")
TIERS = TESTED + MEASURED


class Signature(Value, frozen=True):
    """What tells, without reading it, that a file was probably not touched."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Source(Value, frozen=True):
    """A file the site is made from."""

    path: str
    signature: Signature
    digest: bytes


# --- One file, alone ------------------------------------------------------------------------------


class Heading(Value, frozen=True):
    """A heading of a body: `text` is plain, `html` its inline HTML without links."""

    level: int
    id: str
    text: str
    html: str


class Reference(Value, frozen=True):
    """A link or a picture as written; its target is looked up when all files are known.

    `form` is "link" or "image" for Markdown's own and for raw HTML's, "wiki" for `[[…]]`.
    `target` is percent-decoded, without the fragment, and never empty; `fragment` is without "#",
    empty if none. `is_inline`: the drawing itself shall stand in the page.
    """

    form: Literal["link", "image", "wiki"]
    target: str
    fragment: str
    line: int
    is_inline: bool = False


class Fence(Value, frozen=True):
    """A fenced block of Python that is no card, and how it accounts for itself.

    "doctest": its prompts are run, and `code` is its text; "untested": marked so, `reason` says
    why; "unaccounted": neither, and `reason` says what keeps its prompts from being a test ("" if
    it has none). `line` is that of the opening fence; `language` is "python", "pycon" or the like.
    """

    line: int
    language: str
    form: Literal["doctest", "untested", "unaccounted"]
    reason: str = ""
    code: str = ""


class FenceCounts(Value, frozen=True):
    """How many code blocks of pages are cards' code, and how many of the other Python blocks run as
    doctests, are marked as untested, or are neither.
    """

    cards: int
    doctests: int
    untested: int
    unaccounted: int


class Embed(Value, frozen=True):
    """A `card` fence as written: `z_test#symbol`, `gpu_conv/kernel.py@region`, `z_test!tests#name`,
    `z_test>stdout`.

    `part` tells what `name` is; for "whole" it is empty. `file` is empty for the card's main file.
    `lines` numbers the shown lines from 1 ("shown") or as in the file ("file"), or not at all ("").
    `alt` describes a recorded figure to those who don't see it.
    """

    slug: str
    file: str
    is_test: bool
    part: Literal["whole", "symbol", "region", "output"]
    name: str
    line: int
    title: str = ""
    caption: str = ""
    lines: Literal["", "shown", "file"] = ""
    highlights: tuple[str, ...] = ()
    is_collapsed: bool = False
    alt: str = ""


class Facts(Value, frozen=True):
    """What other pages may know of one Markdown file, found by reading that file alone.

    Moments (`date`, `updated`, `publish`, `expires`) are seconds since the epoch; None means that
    none was given (`publish` without a value is decided by `date`). `shown_date` and
    `shown_updated` are the same moments as ISO 8601 in the site's zone
    ("2026-11-21T10:00:00+00:00"), empty if none. `lang` is empty for the site's language. `lines`
    maps front matter keys to their lines; `extra` is JSON text. `anchors` are all ids in the body,
    those of embeds' figures last, in their order.
    """

    path: str
    digest: bytes
    galley: bytes
    kind: Kind
    slug: str
    title: str
    summary: str
    date: int | None
    updated: int | None
    publish: int | None
    expires: int | None
    shown_date: str
    shown_updated: str
    is_draft: bool
    tags: tuple[str, ...]
    series: str
    lang: str
    aliases: tuple[str, ...]
    feed_id: str
    pdf: str
    snippet: str
    test: str
    extra: str
    words: int
    headings: tuple[Heading, ...]
    anchors: tuple[str, ...]
    references: tuple[Reference, ...]
    embeds: tuple[Embed, ...]
    has_math: bool
    lines: dict[str, int]
    problems: tuple[Problem, ...]
    fences: tuple[Fence, ...] = ()


class Slot(Value, frozen=True):
    """A place in a galley that is filled when the site is linked.

    - "open": the start tag of link `index` (attributes other than href in `text`, with a leading
      space); "close": its end tag. Both vanish when the target is left out of this build, so that
      the link becomes its text.
    - "title": the target's title, as text (a wikilink without its own text).
    - "url": the address of reference `index`, escaped for an attribute.
    - "href": the whole attribute href of link `index`, gone when the target is left out.
    - "fragment": an address in this page, `text` being the id without "#".
    - "embed": the listing of embed `index`; `text` is the id of its figure.
    - "picture": the attributes of picture `index` that its file decides; `text` is what the author
      gave: "width,height", and a third word where no other sizes of it are wanted.
    - "drawing": drawing `index`, itself or as a picture; `text` is its description, a line break,
      and other attributes with a leading space.
    - "word": what the theme says in the page's language; `text` is the word's name, followed by a
      space and the {n} or {reason} to be put into it, if it takes one.
    """

    form: Literal[
        "open", "close", "title", "url", "href", "fragment", "embed", "picture", "drawing", "word"
    ]
    index: int
    text: str = ""


class Galley(Value, frozen=True):
    """A body set in type but not yet linked.

    `pieces[0] slots[0] pieces[1] slots[1] … pieces[-1]`, all HTML.
    """

    pieces: tuple[str, ...]
    slots: tuple[Slot, ...]


class Span(Value, frozen=True):
    """Lines `first` to `last` of a file, from 1, both included."""

    first: int
    last: int


class Import(Value, frozen=True):
    """A module that a Python file imports, by its absolute name.

    `names` are what is imported from it: each may be a module too. `is_optional`: the file copes
    without it (under `try` with a handler for ImportError), or only a type checker reads it.
    """

    module: str
    names: tuple[str, ...]
    is_optional: bool


class CodeFacts(Value, frozen=True):
    """What pages may know of one snippet or test file: its symbols and regions by name, found
    without importing it.

    `symbols` maps "function", "Class", "Class.method", "CONSTANT" to their lines (decorators and
    the comments directly above included). A name that is defined more than once at one level is in
    `ambiguous` instead.
    """

    path: str
    digest: bytes
    language: str
    line_count: int
    summary: str
    symbols: dict[str, Span]
    ambiguous: tuple[str, ...]
    regions: dict[str, Span]
    tests: tuple[str, ...]
    problems: tuple[Problem, ...]
    imports: tuple[Import, ...] = ()
    has_main: bool = False
    has_doctests: bool = False


class PictureFacts(Value, frozen=True):
    """What pages may know of a picture, or of a paper (format "pdf"): its size in CSS pixels.

    `is_still`: it does not move. `fault` says what keeps its size from being known, empty if
    nothing; `hint` is the way out.
    """

    path: str
    digest: bytes
    format: str
    width: int
    height: int
    is_still: bool = True
    fault: str = ""
    hint: str = ""


# --- All files, together --------------------------------------------------------------------------


class Variant(Value, frozen=True):
    """A picture made from another: its address, its width in pixels."""

    url: str
    width: int


class Picture(Value, frozen=True):
    """What a page is told of a picture that it shows: its size in CSS pixels, narrower ones of it.

    `path` and `digest` name its file only where the page needs the bytes: to set them inline.
    """

    width: int
    height: int
    variants: tuple[Variant, ...] = ()
    path: str = ""
    digest: bytes = b""


class Target(Value, frozen=True):
    """What a reference leads to.

    An address of the site with its fragment; `title` only if the reference shows it; `picture` only
    if it shows one whose size is known.
    """

    url: str
    title: str
    picture: Picture | None = None


class Link(Value, frozen=True):
    """A page as others name it. `lang` is empty for the site's language."""

    title: str
    url: str
    lang: str


class Listing(Value, frozen=True):
    """An embed that was found.

    The file by path and digest, the lines to show, and how it was asked for.
    """

    embed: Embed
    path: str
    digest: bytes
    language: str
    span: Span
    symbols: tuple[str, ...]


class Standing(Value, frozen=True):
    """What the record of one tier says of a card's files as they are now.

    `state`: the record is of these very bytes ("current"); of these too, but the site now asks for
    another version, which `unmet` names ("unmet"); of code that differs in comments only
    ("comments", for measurements); of other code ("stale"). `path` and `digest` are the record
    file's. `date` is the day of the run, "2026-11-20". `versions` are the distributions that the
    card itself imports, with their versions. `claim` is what a measurement found, `hardware` on
    what.
    """

    tier: Tier
    state: Literal["current", "unmet", "comments", "stale"]
    path: str
    digest: bytes
    passed: int
    date: str
    python: str
    versions: tuple[tuple[str, str], ...]
    unmet: str = ""
    claim: str = ""
    hardware: str = ""


class Failure(Value, frozen=True):
    """The newest run of a card's present bytes, which was no pass: a record's path and digest."""

    path: str
    digest: bytes
    result: str
    failed: int
    total: int


class Output(Value, frozen=True):
    """A recorded output of a card: "stdout.txt", "figure.svg"; and where it is published.

    `date` is the day of the run that it is from; `is_current` whether that run was of these bytes.
    """

    name: str
    path: str
    digest: bytes
    url: str
    date: str
    is_current: bool


class Evidence(Value, frozen=True):
    """What was checked of a card. `url` is its page's, "" if it has none.

    `standings` has a value for each tier with a record, in the order of `TIERS`. `files` are the
    card's own and its tests, as published: (path, address).
    """

    slug: str
    url: str
    standings: tuple[Standing, ...]
    failure: Failure | None
    outputs: tuple[Output, ...]
    files: tuple[tuple[str, str], ...]


class Series(Value, frozen=True):
    """A page's place in its series.

    `links` are all its parts in reading order, `position` counts from 1.
    """

    name: str
    url: str
    position: int
    links: tuple[Link, ...]


class Page(Value, frozen=True):
    """A document with its place in the site.

    `targets` answers `facts.references` one by one; None: that page is left out of this build.
    `evidence` is of the page's own card, if it is one, and of the cards whose code it shows;
    `doctests` of the page's own blocks of Python, if some are run.
    `newer`, `older`: the neighbours of its kind; None at the ends and for what has no date.
    """

    facts: Facts
    url: str
    targets: tuple[Target | None, ...]
    listings: tuple[Listing, ...]
    newer: Link | None
    older: Link | None
    backlinks: tuple[Link, ...]
    related: tuple[Link, ...]
    series: Series | None
    evidence: tuple[Evidence, ...] = ()
    doctests: Evidence | None = None


class Tag(Value, frozen=True):
    """A tag.

    Its name as first written, its address, and its pages, newest first, as positions in
    `Site.pages`.
    """

    name: str
    url: str
    members: tuple[int, ...]


class Asset(Value, frozen=True):
    """A file that is copied as it is: from `path` to `output`."""

    path: str
    digest: bytes
    output: str


class Print(Value, frozen=True):
    """A picture to be made: of the file `path`, `width` pixels wide, into `output`."""

    form: Literal["variant", "paper"]
    path: str
    digest: bytes
    output: str
    width: int


class Redirect(Value, frozen=True):
    """An alias: an old address that leads to a page."""

    url: str
    target: str
    title: str
    lang: str


class Site(Value, frozen=True):
    """All pages, newest first (undated last, ties by path), and what is found by looking at all of
    them.
    """

    pages: tuple[Page, ...]
    tags: tuple[Tag, ...]
    series: tuple[Tag, ...]
    assets: tuple[Asset, ...]
    redirects: tuple[Redirect, ...]
    omitted: tuple[str, ...]
    problems: tuple[Problem, ...]
    evidence: tuple[Evidence, ...] = ()
    fences: FenceCounts = FenceCounts(0, 0, 0, 0)
    prints: tuple[Print, ...] = ()


# --- Outputs --------------------------------------------------------------------------------------


class Shared(Value, frozen=True):
    """What many recipes have in common.

    Encoded arguments, and sources (path, digest) that each of them needs.
    """

    arguments: bytes
    sources: tuple[tuple[str, bytes], ...]


class Recipe(Value, frozen=True):
    """An output not yet made: call `make` (a name in `render.MAKERS`) with `shared` and
    `arguments`, write to `path`.

    `shared` is the digest of the encoded `Shared` that the call needs; `arguments` are encoded.
    `galleys` and `sources` (path, digest) name the bytes that `write` hands over. `key` digests all
    of it, and the builder itself.
    """

    path: str
    make: str
    shared: bytes
    arguments: bytes
    galleys: tuple[bytes, ...]
    sources: tuple[tuple[str, bytes], ...]
    key: bytes


class Receipt(Value, frozen=True):
    """What an output was made from last time, and the file as it was then."""

    path: str
    key: bytes
    sha256: bytes
    signature: Signature
