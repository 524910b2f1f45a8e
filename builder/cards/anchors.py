"""What links can reach in the listings of a page: a listing, its symbols, its lines.

In: the listings of one page, the ids of their figures, the ids that the page already has, the
bytes of the files. Out: `Anchors`, one for each listing. It makes no HTML.

A line has no element of its own to be reached by: `z_test-L12` and `z_test-L12-L18` are understood
by a script, which finds the listing by `Anchors.lines`. So a line costs no id, and a listing that
is shown twice no double one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from builder.cards.code import read_code
from builder.cards.find import SNIPPETS, TESTS
from builder.codec import Value
from builder.model import Listing, Span


class Anchors(Value, frozen=True):
    """The ids of one listing.

    `figure` is its own; `lines` stands before "-L12" in a link to one of its lines, "" if its lines
    have no such links. `symbols` are those that begin in it: name, id, first line in the file.
    """

    figure: str
    lines: str = ""
    symbols: tuple[tuple[str, str, int], ...] = ()


def name_anchors(
    listings: Sequence[Listing],
    figures: Mapping[int, str],
    taken: Collection[str],
    sources: Mapping[str, bytes],
) -> list[Anchors]:
    """The ids of a page's listings, in their order.

    `figures` are the ids of their figures by position, `taken` all ids that the page's text has,
    those included; `sources` the bytes of the files by path.
    """
    used = set(taken)
    prefixes = _line_prefixes(listings, figures)
    named = []
    for position, listing in enumerate(listings):
        figure = figures.get(position, "")
        if listing.embed.part == "output" or not figure:
            named.append(Anchors(figure))
            continue
        symbols = []
        for name, line in _symbols(listing, sources[listing.path]):
            anchor = _free(name, listing.embed.slug, figure, used)
            used.add(anchor)
            symbols.append((name, anchor, line))
        named.append(Anchors(figure, prefixes[position], tuple(symbols)))
    return named


def _symbols(listing: Listing, data: bytes) -> list[tuple[str, int]]:
    """The symbols within a listing with their first lines, in order; not the one it is about."""
    own = listing.embed.name if listing.embed.part == "symbol" else ""
    names = [name for name in listing.symbols if name != own]
    if not names:
        return []
    spans = _spans(listing.path, data)
    return [(name, spans[name].first) for name in names]


# The listings of a card's page mostly are parts of one file.
@lru_cache(maxsize=4)
def _spans(path: str, data: bytes) -> Mapping[str, Span]:
    return read_code(path, data).symbols


def _free(name: str, slug: str, figure: str, used: Collection[str]) -> str:
    """An id for a symbol: the one that a listing of the symbol alone would have, if it is free."""
    anchor = f"{slug}.{name}"
    if anchor in used:
        anchor = f"{figure}.{name}"
    while anchor in used:
        anchor += "-"
    return anchor


def _line_prefixes(listings: Sequence[Listing], figures: Mapping[int, str]) -> dict[int, str]:
    """What stands before "-L12" for each listing, by position.

    The file's name where the lines have the file's numbers. Of listings that share lines the
    longest has that name, the others their figure's; else a link would lead to two places.
    """
    prefixes: dict[int, str] = {}
    numbered: dict[str, list[Span]] = {}
    for position in sorted(figures, key=lambda it: (-_height(listings[it].span), it)):
        listing, figure = listings[position], figures[position]
        name = listing.path.removeprefix(TESTS).removeprefix(SNIPPETS).removesuffix(".py")
        is_counted = listing.embed.lines == "shown"
        span = Span(1, _height(listing.span)) if is_counted else listing.span
        prefix = figure if is_counted else name
        while any(_overlap(span, other) for other in numbered.get(prefix, ())):
            prefix = figure if prefix == name != figure else f"{prefix}-"
        numbered.setdefault(prefix, []).append(span)
        prefixes[position] = prefix
    return prefixes


def _height(span: Span) -> int:
    return span.last - span.first + 1


def _overlap(one: Span, other: Span) -> bool:
    return one.first <= other.last and other.first <= one.last
