"""Pictures for previews: which page has which, their recipes and their maker.

In: facts, words, the font's characters. Out: recipes, and what a page's head says of its picture. A
picture is made of its words and the font alone, so pages that say the same share one, and only a
new title makes a new one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from builder.codec import Value, decode, digest_value
from builder.config import SETTINGS_FILE
from builder.errors import BuildFailed, Problem
from builder.markup.covers import HEIGHT, WIDTH, print_cover
from builder.markup.variants import INSTALL_IMAGES
from builder.model import Facts
from builder.render.ingredients import Ingredients
from builder.render.views import ImageView

# The font among the theme's files; it is not published.
FONT = "covers/title.ttf"
FOLDER = "assets/covers/"


class Lettering(Value, frozen=True):
    """The font of titles: its path and digest, and its code points as (first, last)."""

    path: str
    digest: bytes
    characters: tuple[tuple[int, int], ...]


class Cover(Value, frozen=True):
    """A picture that can be made: its words, and the font by its path and digest."""

    title: str
    label: str
    foot: str
    font: str
    font_digest: bytes

    @property
    def output(self) -> str:
        """Where it lies: named by what it is made of, so that it may be kept for ever."""
        return f"{FOLDER}{digest_value(self).hex()[:16]}.png"


def page_cover(
    facts: Facts, words: Mapping[str, Any], site_title: str, lettering: Lettering | None
) -> Cover | None:
    """The picture of a page; None where a character of its title is not in the font."""
    label = "" if facts.kind == "pages" else str(words[f"one_{facts.kind}"])
    return _cover(facts.title, label, site_title, lettering)


def site_cover(title: str, base_url: str, lettering: Lettering | None) -> Cover | None:
    """The picture of the site itself; None where a character of its title is not in the font."""
    parts = urlsplit(base_url)
    return _cover(title, "", f"{parts.netloc}{parts.path}", lettering)


def view_cover(cover: Cover | None, site_url: str) -> ImageView | None:
    """What a page's head says of a picture that is made; None for none."""
    if cover is None:
        return None
    return ImageView(f"{site_url}{cover.output}", "image/png", WIDTH, HEIGHT, cover.title)


def has_letters(text: str, lettering: Lettering) -> bool:
    """Whether a text can be set in the font."""
    return _characters(lettering.characters).issuperset(_tidy(text))


def make_cover(ingredients: Ingredients) -> bytes:
    """A title as a picture."""
    cover = decode(Cover, ingredients.arguments)
    font = ingredients.sources[cover.font]
    try:
        return print_cover(cover.title, cover.label, cover.foot, font)
    except ImportError:
        # The same for every picture, and so told once.
        message = "'og_images' needs Pillow, which is not installed"
        raise BuildFailed([Problem(SETTINGS_FILE, 0, message, INSTALL_IMAGES)]) from None
    except OSError as error:
        message = f"titles can't be set in this font: {error}"
        raise BuildFailed([Problem(cover.font, 0, message, "put another one there")]) from None


def _cover(title: str, label: str, foot: str, lettering: Lettering | None) -> Cover | None:
    if lettering is None or not title or not has_letters(title, lettering):
        return None
    # A page in another language may have a label in another script.
    shown = [_tidy(text) if has_letters(text, lettering) else "" for text in (label, foot)]
    return Cover(_tidy(title), shown[0], shown[1], lettering.path, lettering.digest)


def _tidy(text: str) -> str:
    """A text in one line, accents joined to their letters."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


@cache
def _characters(ranges: tuple[tuple[int, int], ...]) -> frozenset[str]:
    return frozenset(chr(code) for first, last in ranges for code in range(first, last + 1))
