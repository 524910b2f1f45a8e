"""Markdown to HTML: bodies set in type, and galleys filled.

In: a body's text; later what its references lead to. Out: `SetBody`; HTML. This room owns
markdown-it-py and its plugins, math-core and Pygments. It never looks at two files at once.
"""

from __future__ import annotations

from builder.markup.body import set_body
from builder.markup.galley import BODY_WORDS, fill_galley
from builder.markup.measure import measure_picture
from builder.markup.picture_facts import is_picture, read_paper_text, read_picture
from builder.markup.text import slugify

__all__ = [
    "BODY_WORDS",
    "fill_galley",
    "is_picture",
    "measure_picture",
    "read_paper_text",
    "read_picture",
    "set_body",
    "slugify",
]
