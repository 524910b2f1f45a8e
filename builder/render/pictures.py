"""Pictures that are made from others: narrower copies, first pages of papers, titles in print.

In: what linking found to be made. Out: recipes and makers. A maker's answer depends on the named
file, the size, and the version of the library, which the era of every recipe holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.codec import Value, decode
from builder.config import SETTINGS_FILE
from builder.errors import BuildFailed, Problem
from builder.markup.papers import INSTALL_PDF, measure_paper, print_first_page
from builder.markup.variants import INSTALL_IMAGES, print_variant
from builder.model import Page, Print, Recipe
from builder.render.covers import page_cover, site_cover
from builder.render.ingredients import Ingredients
from builder.render.shared import Theme


class PrintArguments(Value, frozen=True):
    """The file that a picture is made from, and how wide it shall be, in pixels."""

    path: str
    width: int


def picture_recipes(prints: Iterable[Print], theme: Theme) -> Iterator[Recipe]:
    """One recipe for each picture to be made."""
    shared = theme.book.share(b"")
    for item in prints:
        arguments = PrintArguments(item.path, item.width)
        sources = ((item.path, item.digest),)
        yield theme.book.recipe(item.output, item.form, shared, arguments, sources=sources)


def cover_recipes(pages: Iterable[Page], theme: Theme) -> Iterator[Recipe]:
    """One recipe for each different picture: the site's, and those of pages."""
    if theme.lettering is None:
        return
    settings = theme.settings
    found = {}
    if theme.own_image is None:
        found[""] = site_cover(settings.title, settings.base_url, theme.lettering)
    for page in pages:
        words = theme.words(page.facts.lang)
        found[page.url] = page_cover(page.facts, words, settings.title, theme.lettering)
    shared = theme.book.share(b"")
    sources = ((theme.lettering.path, theme.lettering.digest),)
    for cover in dict.fromkeys(found.values()):
        if cover is not None:
            yield theme.book.recipe(cover.output, "cover", shared, cover, sources=sources)


def make_variant(ingredients: Ingredients) -> bytes:
    """A narrower copy of a picture, as WebP."""
    arguments = decode(PrintArguments, ingredients.arguments)
    try:
        return print_variant(ingredients.sources[arguments.path], arguments.width)
    except ImportError:
        # The same for every picture, and so told once.
        message = "'responsive_images' needs Pillow, which is not installed"
        raise BuildFailed([Problem(SETTINGS_FILE, 0, message, INSTALL_IMAGES)]) from None
    except ValueError as error:
        message = f"no narrower copy can be made of this picture: {error}"
        raise BuildFailed([Problem(arguments.path, 0, message, "save it anew")]) from None


def make_paper(ingredients: Ingredients) -> bytes:
    """The first page of a paper, as WebP."""
    arguments = decode(PrintArguments, ingredients.arguments)
    data = ingredients.sources[arguments.path]
    try:
        width, height = measure_paper(data)
        return print_first_page(
            data, arguments.width, max(1, round(height * arguments.width / width))
        )
    except ImportError:
        message = "showing this paper needs pypdfium2 and Pillow"
        raise BuildFailed([Problem(arguments.path, 0, message, INSTALL_PDF)]) from None
    except ValueError as error:
        message = f"the first page can't be shown: {error}"
        raise BuildFailed([Problem(arguments.path, 0, message, "make it anew")]) from None
