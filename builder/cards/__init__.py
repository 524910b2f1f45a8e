"""Cards: a snippet as text: its symbols, regions, imports and listings.

In: bytes of code files, embeds as written. Out: `CodeFacts`, `Reach`, `Listing`, HTML, problems.
Nothing here touches the disk or runs anything: `run` does.
"""

from builder.cards.anchors import name_anchors
from builder.cards.closure import Reach, outside_modules, reach
from builder.cards.code import read_code
from builder.cards.demands import Demands, read_demands
from builder.cards.doctests import doctest_code, doctest_module
from builder.cards.find import card_files, card_slugs, find_listing, test_files, unused_regions
from builder.cards.listing import LISTING_WORDS, check_highlights, render_listing

__all__ = [
    "LISTING_WORDS",
    "Demands",
    "Reach",
    "card_files",
    "card_slugs",
    "check_highlights",
    "doctest_code",
    "doctest_module",
    "find_listing",
    "name_anchors",
    "outside_modules",
    "reach",
    "read_code",
    "read_demands",
    "render_listing",
    "test_files",
    "unused_regions",
]
