"""Links to lines of a listing: "z_test-L12", "z_test-L12-L18".

In: what a link asks for, facts of the page that it leads to, facts of all code. Out: the lines
there are, and what is wrong. Lines that a listing hides are taken to be there: only
`proofpress check`, which sees what was published, knows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder import cards
from builder.codec import replace
from builder.errors import did_you_mean
from builder.markup.links import Lines
from builder.model import CodeFacts, Facts, Listing, Span


def find_lines(facts: Facts, code: Mapping[str, CodeFacts]) -> dict[str, tuple[Span, ...]]:
    """The lines of a page's listings, by what stands before "-L12" in a link to one of them."""
    listings: list[Listing] = []
    figures: list[str] = []
    for embed, figure in zip(facts.embeds, _figures(facts), strict=False):
        # A recorded output has no lines to link to; none is known here, so none is found.
        found = cards.find_listing(embed, code, path=facts.path)
        if isinstance(found, Listing):
            # Without its symbols nothing has to be read to know its lines.
            listings.append(replace(found, symbols=()))
            figures.append(figure)
    sources = dict.fromkeys([listing.path for listing in listings], b"")
    named = cards.name_anchors(listings, dict(enumerate(figures)), facts.anchors, sources)
    lines: dict[str, tuple[Span, ...]] = {}
    for listing, anchors in zip(listings, named, strict=True):
        lines[anchors.lines] = (*lines.get(anchors.lines, ()), _numbers(listing))
    return lines


def find_fault(asked: Lines, path: str, lines: Mapping[str, Sequence[Span]]) -> tuple[str, str]:
    """What is wrong with a link to lines of the page `path`, and a hint; twice "" if nothing is."""
    spans = lines.get(asked.base)
    if spans is None:
        known = ", ".join(f"'#{base}-L{spans[0].first}'" for base, spans in list(lines.items())[:4])
        otherwise = f"its lines are linked to as {known}" if known else ""
        message = f"'{path}' has no listing '#{asked.base}'"
        return message, did_you_mean(asked.base, lines, otherwise)
    for number in (asked.first, asked.last):
        if not any(span.first <= number <= span.last for span in spans):
            there = ", ".join(f"{span.first} to {span.last}" for span in sorted(spans, key=_first))
            return f"'{path}' shows no line {number} of '#{asked.base}'", f"it shows {there}"
    return "", ""


def _figures(facts: Facts) -> tuple[str, ...]:
    """The ids of the embeds' figures, in order: they are the last of a page's ids."""
    return facts.anchors[len(facts.anchors) - len(facts.embeds) :]


def _numbers(listing: Listing) -> Span:
    """The numbers of a listing's lines: the file's, or its own from 1."""
    span = listing.span
    return Span(1, span.last - span.first + 1) if listing.embed.lines == "shown" else span


def _first(span: Span) -> int:
    return span.first
