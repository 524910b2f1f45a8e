"""Cards: a snippet as text: its symbols, regions, imports and listings.

In: bytes of code files, embeds as written. Out: `CodeFacts`, `Listing`, HTML, problems.
Nothing here touches the disk or runs anything: `run` does.
"""

from builder.cards.code import read_code
from builder.cards.demands import Demands, read_demands
from builder.cards.find import card_files, card_slugs, find_listing, test_files, unused_regions
from builder.cards.languages import find_language
from builder.cards.listing import check_highlights, render_listing

__all__ = [
    "Demands",
    "card_files",
    "card_slugs",
    "check_highlights",
    "find_language",
    "find_listing",
    "read_code",
    "read_demands",
    "render_listing",
    "test_files",
    "unused_regions",
]
