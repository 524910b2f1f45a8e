"""A site's theme: the shipped files with the site's own before them, read and checked.

In: `Stock`, the linked site. Out: `Theme`, and what is doubtful in the site's own files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder.codec import decode, digest_value, encode
from builder.config import SETTINGS_FILE
from builder.errors import BuildFailed, Problem
from builder.markup.characters import font_characters
from builder.markup.measure import measure_picture
from builder.model import KINDS, Site, Source
from builder.read.sources import Inventory, template_sources
from builder.render.covers import FONT, Lettering, has_letters
from builder.render.ingredients import RecipeBook
from builder.render.languages import word_languages, word_names
from builder.render.shared import Theme
from builder.render.template_facts import OWN, ThemeFacts, read_theme_facts
from builder.render.views import ImageView
from builder.render.words import check_own_words, read_words
from builder.stock import Stock
from builder.write.state import State

# A site's icon, if its static files have one of these names.
ICONS = ("favicon.svg", "favicon.png", "favicon.ico")
# A site's own picture for previews, in the formats that all platforms take.
IMAGES = {"og.png": "image/png", "og.jpg": "image/jpeg", "og.jpeg": "image/jpeg"}


def read_theme(stock: Stock, site: Site) -> tuple[Theme, tuple[Problem, ...]]:
    """The theme of a site, with warnings about the site's own templates and words.

    BuildFailed for what can't be used.
    """
    inventory = stock.inventory
    files = template_sources(inventory.sources)
    facts = _read_facts(inventory, files, stock.state)
    strings = {
        lang: read_words(
            tuple(
                (files[name].path, inventory.read(files[name].path))
                for name in word_names(lang, files)
            )
        )
        for lang in word_languages(files)
    }
    doubts = [*facts.warnings, *_check_words(inventory, files, facts)]
    errors = [problem for problem in doubts if not problem.is_warning]
    if errors:
        raise BuildFailed(errors)
    present = {page.facts.kind for page in site.pages}
    kinds = [kind for kind in KINDS if kind != "pages" and kind in present]
    outputs = {asset.output for asset in site.assets}
    icon = next((name for name in ICONS if name in outputs), "")
    theme = Theme(RecipeBook(stock.era), files, facts.needs, stock.settings, strings, kinds, icon)
    theme.own_image = _own_image(site, stock)
    if stock.settings.og_images:
        theme.lettering = _read_lettering(files[FONT], inventory)
        doubts += _check_title(theme, theme.lettering)
    return theme, tuple(doubts)


def _own_image(site: Site, stock: Stock) -> ImageView | None:
    """The picture for previews that lies among the site's static files."""
    named = {asset.output: asset for asset in site.assets if asset.output in IMAGES}
    for name, form in IMAGES.items():
        if name in named:
            size = measure_picture(stock.inventory.read(named[name].path))
            width, height = (size.width, size.height) if size else (0, 0)
            url = f"{stock.settings.base_url}/{name}"
            return ImageView(url, form, width, height, stock.settings.title)
    return None


def _read_lettering(font: Source, inventory: Inventory) -> Lettering:
    """The font of titles on pictures."""
    try:
        characters = font_characters(inventory.read(font.path))
    except ValueError as error:
        message = f"titles can't be set in this font: {error}"
        hint = "put a TrueType or OpenType font there"
        raise BuildFailed([Problem(font.path, 0, message, hint)]) from None
    return Lettering(font.path, font.digest, characters)


def _check_title(theme: Theme, lettering: Lettering) -> Iterator[Problem]:
    title = theme.settings.title
    if theme.own_image is None and not has_letters(title, lettering):
        message = "no picture can be made of the site's title: not all of it is in the font"
        hint = (
            "put a picture of 1200 × 630 pixels into content/static/og.png,"
            f" or a font into templates/{FONT}"
        )
        yield Problem(SETTINGS_FILE, 0, message, hint, is_warning=True)


def _check_words(
    inventory: Inventory, files: Mapping[str, Source], facts: ThemeFacts
) -> Iterator[Problem]:
    """What is doubtful in the site's own files of words."""
    shipped = files["theme/strings/en.toml"].path
    english = read_words(((shipped, inventory.read(shipped)),))
    for lang in word_languages(files):
        path = files[f"strings/{lang}.toml"].path
        if path.startswith(OWN):
            yield from check_own_words((path, inventory.read(path)), english, facts.words)


def _read_facts(inventory: Inventory, files: Mapping[str, Source], state: State) -> ThemeFacts:
    """What the templates say of themselves.

    Remembered for the same templates, because it takes parsing them all.
    """
    templates = {name: source for name, source in files.items() if name.endswith((".html", ".xml"))}
    name = digest_value({key: (item.path, item.digest) for key, item in templates.items()}).hex()
    found = state.memo(name)
    if found is not None:
        return decode(ThemeFacts, found)
    texts: dict[str, str] = {}
    problems = []
    for key, source in templates.items():
        data = inventory.read(source.path)
        try:
            texts[key] = data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"this template is not UTF-8: {error.reason}"
            problems.append(Problem(source.path, line, message, "save it as UTF-8"))
    if problems:
        raise BuildFailed(problems)
    facts = read_theme_facts(texts, {key: source.path for key, source in templates.items()})
    state.keep_memo(name, encode(facts))
    return facts
