"""Links to lines of a listing, which a script of the theme follows: "#z_test-L12-L18".

In: the listings of a page, a fragment. Out: what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from builder.check.page import Numbered

_LINES = re.compile(r"(.+?)-L([0-9]{1,9})(?:-L([0-9]{1,9}))?")
# A hint is a line.
_MOST_RANGES = 4


def gather_lines(listings: Iterable[Numbered]) -> dict[str, frozenset[int]]:
    """The numbers of the lines that links can name, by what stands before "-L12" in them."""
    lines: dict[str, frozenset[int]] = {}
    for listing in listings:
        lines[listing.anchor] = lines.get(listing.anchor, frozenset()).union(listing.lines)
    return lines


def find_fault(
    fragment: str, page: str, lines: Mapping[str, Collection[int]]
) -> tuple[str, str] | None:
    """What is wrong with a fragment that asks for lines of `page`, and a hint; twice "" if nothing
    is. None if it asks for none of this page's listings.
    """
    found = _LINES.fullmatch(fragment)
    if found is None or found[1] not in lines:
        return None
    there = lines[found[1]]
    first, last = sorted((int(found[2]), int(found[3] or found[2])))
    # A line between the two may be hidden, and even one of them: the others are shown all the same.
    if any(first <= number <= last for number in there):
        outside = next((end for end in (first, last) if not min(there) <= end <= max(there)), None)
    else:
        outside = first
    if outside is None:
        return "", ""
    message = f"'#{fragment}': {page} shows no line {outside} of that listing"
    return message, f"its lines are {_in_words(there)}" if there else ""


def _in_words(numbers: Iterable[int]) -> str:
    """Ranges of numbers: "1 to 8, 10, 12 to 20"; of many only the ends."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    said = [str(first) if first == last else f"{first} to {last}" for first, last in ranges]
    if len(said) > _MOST_RANGES:
        return f"{ranges[0][0]} to {ranges[-1][1]}, some of them hidden"
    return ", ".join(said)
