"""The search: its page, and the index that readers' browsers load when they first search.

In: pages. Out: recipes, and the makers of the page and of the index's shards. A page lies in the
shard that the digest of its address names, so an edited page changes one shard. How many shards
there are depends on public facts alone, never on how long a text came out: the short way of a build
(see `texts`) must come to the same.

An index is a script that hands a value to `templates/js/search.js`: scripts load where `fetch` is
refused, in a page opened from disk. It is data and defines nothing.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from builder.cards.listing import shown_lines
from builder.cards.outputs import is_figure
from builder.codec import Value, decode, digest, encode, replace
from builder.link.addresses import encode_address
from builder.model import Facts, Galley, Kind, Listing, Page, Recipe, Site
from builder.render.head import plain_head
from builder.render.ingredients import Ingredients, RecipeBook
from builder.render.search_index import FIELDS, write_index
from builder.render.search_text import Read, Section, read_sections
from builder.render.search_tokens import count_tokens
from builder.render.shared import Theme, theme_assets
from builder.render.templates import press_of
from builder.render.viewing import reading_minutes

# A shard should stay below a megabyte. Of an estimate this is half: code is not counted in it, and
# small shards make an edit cheap.
SHARD_BYTES = 500_000
# Measured with posts of 800 words: text and index take 2,200 bytes for a minute's reading.
_BYTES_PER_PAGE = 1_500
_BYTES_PER_MINUTE = 2_200
_BYTES_PER_LINE = 100
# A paper's text is in the index twice: to be shown, and word by word.
_BYTES_PER_PAPER_BYTE = 2
# What the script says to readers.
SEARCH_WORDS = (
    "search", "search_for", "search_close", "search_one", "search_many", "search_none",
    "search_loading", "search_failed", "search_keys",
    "posts", "notes", "trivia", "cards", "pages",
)  # fmt: skip


class PaperText(Value, frozen=True):
    """The text of a paper: the digest of a galley, and how many bytes it has."""

    galley: bytes
    size: int


class Entry(Value, frozen=True):
    """What the index is told of a page besides its text.

    `titles` answers its references with the titles that wikilinks show ("" elsewhere). `paper` is
    the name of the page's paper, and `paper_text` the digest of what that says; both are "" if it
    has none.
    """

    path: str
    url: str
    kind: Kind
    title: str
    summary: str
    lang: str
    tags: tuple[str, ...]
    galley: bytes
    listings: tuple[Listing, ...]
    titles: tuple[str, ...]
    paper: str
    paper_text: bytes


class Shard(Value, frozen=True):
    """The pages of one shard, by address; `number` is its own."""

    number: int
    entries: tuple[Entry, ...]


def search_recipes(
    site: Site,
    theme: Theme,
    papers: Mapping[str, PaperText],
    shard_bytes: int = SHARD_BYTES,
) -> Iterator[Recipe]:
    """The page of the search, what its script must know, and the shards of the index.

    `papers` are the texts of papers, by their paths.
    """
    shared = theme.share("search.html")
    yield theme.book.recipe("search/index.html", "search_page", shared, b"")
    shown = _shown_papers(site)
    sizes = [papers[path].size for path in shown.values() if path in papers]
    count = count_shards(site.pages, shard_bytes, sum(sizes))
    shards: list[list[Page]] = [[] for _ in range(count)]
    for page in site.pages:
        shards[shard_of(page.url, len(shards))].append(page)
    shared = theme.book.share(b"")
    about = _script("about", _describe(len(shards), theme))
    yield theme.book.recipe("search/about.js", "text", shared, about)
    for number, pages in enumerate(shards):
        pages.sort(key=lambda page: page.url)
        entries = []
        for page in pages:
            path = shown.get(page.url, "")
            entries.append(entry_of(page, path, papers.get(path)))
        yield shard_recipe(theme.book, shared, Shard(number, tuple(entries)))


def _shown_papers(site: Site) -> dict[str, str]:
    """The path of each page's paper, by the page's address.

    A page knows of its paper the picture that is made of it.
    """
    paths = {f"/{made.output}": made.path for made in site.prints if made.form == "paper"}
    found = {}
    for page in site.pages:
        # The last of its references is the paper's.
        target = page.targets[-1] if page.facts.pdf and page.targets else None
        if target is not None and target.picture is not None:
            found[page.url] = paths[target.picture.variants[0].url]
    return found


def count_shards(pages: Sequence[Page], shard_bytes: int, paper_bytes: int = 0) -> int:
    """How many shards these pages need: a power of two, so that one more page rarely moves all.

    `paper_bytes` is how long the texts of their papers are.
    """
    total = _BYTES_PER_PAPER_BYTE * paper_bytes + sum(
        _BYTES_PER_PAGE
        + _BYTES_PER_MINUTE * reading_minutes(page.facts)
        + _BYTES_PER_LINE * sum(item.span.last - item.span.first + 1 for item in page.listings)
        for page in pages
    )
    count = 1
    while count * shard_bytes < total:
        count *= 2
    return count


def shard_of(url: str, count: int) -> int:
    """The number of the shard that the page at `url` lies in."""
    return int.from_bytes(digest(url.encode())[:4], "big") % count


def entry_of(page: Page, paper: str, text: PaperText | None) -> Entry:
    """A page as the index is told of it; `paper` is its paper's path, `text` what that says."""
    facts = page.facts
    titles = tuple(
        [
            target.title if target and reference.form == "wiki" else ""
            for target, reference in zip(page.targets, facts.references, strict=False)
        ]
    )
    return Entry(
        facts.path, page.url, facts.kind, facts.title, facts.summary, facts.lang, facts.tags,
        facts.galley, page.listings, titles if any(titles) else (),
        posixpath.basename(paper), text.galley if text else b"",
    )  # fmt: skip


def shard_recipe(book: RecipeBook, shared: bytes, shard: Shard) -> Recipe:
    """The recipe of one shard."""
    texts = [(entry.galley, entry.paper_text) for entry in shard.entries]
    galleys = tuple(galley for pair in texts for galley in pair if galley)
    sources = tuple(
        dict.fromkeys(
            (listing.path, listing.digest) for entry in shard.entries for listing in entry.listings
        )
    )
    path = f"search/{shard.number}.js"
    return book.recipe(path, "search_shard", shared, encode(shard), galleys, sources)


def renew_shard(recipe: Recipe, facts: Facts, book: RecipeBook) -> Recipe:
    """A shard's recipe after the text of one page, and nothing else, changed."""
    shard = decode(Shard, recipe.arguments)
    entries = tuple(
        replace(entry, galley=facts.galley) if entry.path == facts.path else entry
        for entry in shard.entries
    )
    return shard_recipe(book, recipe.shared, replace(shard, entries=entries))


# --- Makers ---------------------------------------------------------------------------------------


def make_search_page(ingredients: Ingredients) -> bytes:
    """The page of the search: a form, and for readers without JavaScript the lists there are."""
    press = press_of(ingredients)
    title = press.words["search"]
    return press.fill(
        title=title,
        canonical=f"{press.site.url}search/",
        # A list of results is nothing that another search should find.
        head=plain_head(f"{title} · {press.site.title}", robots="noindex"),
        feeds=press.site.feeds,
    )


def make_search_shard(ingredients: Ingredients) -> bytes:
    """A shard: its pages' texts by section, and their index."""
    shard = decode(Shard, ingredients.arguments)
    pages = []
    documents = []
    for entry in shard.entries:
        read = _read_entry(entry, ingredients)
        sections = [[item.anchor, item.heading, item.text] for item in read.sections]
        pages.append([entry.url, entry.kind, entry.title, entry.lang, sections])
        documents.append(_count_fields(entry, read))
    index = write_index(documents)
    return _script("shard", {"number": shard.number, "pages": pages, "index": index})


def _read_entry(entry: Entry, ingredients: Ingredients) -> Read:
    """All that is to be found on a page."""
    galley = decode(Galley, ingredients.galleys[entry.galley])
    code = [_listing_html(listing, ingredients.sources) for listing in entry.listings]
    html = _fill(galley, entry.titles, code)
    read = read_sections(html)
    sections = list(read.sections)
    if entry.summary and not (sections and sections[0].text.startswith(entry.summary.rstrip("…"))):
        sections.insert(0, Section("", "", entry.summary))
    if entry.paper_text:
        # Under its file's name, for readers to see that they will find the passage in the paper.
        paper = decode(Galley, ingredients.galleys[entry.paper_text])
        text = " ".join(section.text for section in read_sections("".join(paper.pieces)).sections)
        sections.append(Section("", entry.paper, text))
    names = [name for listing in entry.listings for name in (listing.embed.slug, *listing.symbols)]
    return Read(tuple(sections), (*read.names, *dict.fromkeys(names)))


def _fill(galley: Galley, titles: Sequence[str], code: Sequence[str]) -> str:
    """The galley's HTML with the texts of its slots; addresses are none."""
    out = [galley.pieces[0]]
    for slot, piece in zip(galley.slots, galley.pieces[1:], strict=True):
        if slot.form == "embed":
            out.append(code[slot.index])
        elif slot.form == "title":
            out.append(escape((titles[slot.index] if titles else "") or slot.text))
        elif slot.form == "word":
            # What the theme says is nothing to search for; what its author put into it is.
            out.append(escape(slot.text.partition(" ")[2]))
        out.append(piece)
    return "".join(out)


def _listing_html(listing: Listing, sources: Mapping[str, bytes]) -> str:
    """The lines of code that an embed shows; nothing of a figure."""
    if is_figure(listing.path):
        return ""
    if listing.embed.part == "output":
        text = sources[listing.path].decode("utf-8", "replace")
    else:
        span = listing.span
        lines = shown_lines(sources[listing.path], listing.path, span.first, span.last)
        text = "\n".join(line for line, is_hidden in lines if not is_hidden)
    return f"<pre>{escape(text)}</pre>"


def _count_fields(entry: Entry, read: Read) -> dict[str, dict[str, int]]:
    texts = {
        "title": entry.title,
        "headings": "\n".join(section.heading for section in read.sections),
        "names": "\n".join(read.names),
        "tags": "\n".join(entry.tags),
        "text": "\n".join(f"{section.text}\n{section.latex}" for section in read.sections),
    }
    return {field: count_tokens(texts[field]) for field in FIELDS}


def _describe(shards: int, theme: Theme) -> dict[str, Any]:
    """What the script must know before it can search."""
    base = theme.settings.base_path
    files = {
        name: f"{base}/{encode_address(asset.output)}"
        for name, asset in theme_assets(theme.files).items()
    }
    return {
        "base": base,
        "shards": shards,
        "language": theme.settings.language,
        "style": files.get("css/search.css", ""),
        "engine": files.get("js/vendor/minisearch.js", ""),
        "words": {
            lang: {
                word: words.get(word, theme.strings["en"].get(word, word)) for word in SEARCH_WORDS
            }
            for lang, words in theme.strings.items()
        },
    }


def _script(name: str, value: object) -> bytes:
    """A script that gives a value to the search that waits for it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"proofpressSearch.{name}({text});\n".encode()
