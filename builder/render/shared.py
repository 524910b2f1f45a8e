"""What all pages of a site have in common: its name, menu, styles, words; one value for each
template and language.

In: settings, the theme's files by digest, which sections have content. Out: `Shared` values in a
recipe book.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from builder.codec import Value, digest_value
from builder.config import Settings
from builder.link.addresses import encode_address
from builder.model import Asset, Source
from builder.render.ingredients import RecipeBook
from builder.render.styles import is_style, may_be_named

FEEDS = (
    ("atom.xml", "application/atom+xml", "Atom"),
    ("rss.xml", "application/rss+xml", "RSS"),
    ("feed.json", "application/feed+json", "JSON Feed"),
)
# Published under fingerprinted names; the rest of a theme are templates and words.
PUBLISHED_FOLDERS = ("css/", "js/", "fonts/", "images/")
# Sheets that only some pages need; those link them, or a script does.
OWN_STYLES = ("css/math.css", "css/search.css")
# What says of a card, in a page, what was checked of it.
EVIDENCE_TEMPLATE = "_evidence.html"
# Templates that makers fill themselves for the pages made with a template, whatever that includes.
PIECES: Mapping[str, tuple[str, ...]] = {"page.html": (EVIDENCE_TEMPLATE,)}


class NamedLink(Value, frozen=True):
    """A title and an address ready for `href`; `type` is a feed's media type."""

    title: str
    url: str
    type: str = ""


class SiteView(Value, frozen=True):
    """`site` in every template.

    Addresses have the base path and are ready for `href`; `url` is the absolute home.
    """

    title: str
    description: str
    author: str
    language: str
    url: str
    base: str
    home: str
    menu: tuple[NamedLink, ...]
    feeds: tuple[NamedLink, ...]
    styles: tuple[str, ...]
    math_style: str
    theme_script: str
    site_script: str
    files: dict[str, str]
    sections: tuple[NamedLink, ...]
    status_url: str
    archive_url: str
    tags_url: str
    source_url: str
    edit_url: str
    icon: str


class Common(Value, frozen=True):
    """What one template in one language is given for every page.

    The site, the language, where its files are.
    """

    site: SiteView
    lang: str
    template: str
    templates: tuple[tuple[str, str], ...]
    strings: str


@dataclass(slots=True)
class Theme:
    """The theme's files by name, which templates each template needs, and what the pages of a
    language share.
    """

    book: RecipeBook
    files: Mapping[str, Source]
    needs: Mapping[str, tuple[str, ...]]
    settings: Settings
    strings: Mapping[str, Mapping[str, object]]
    kinds: Sequence[str]
    icon: str
    known: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def share(self, template: str, lang: str = "") -> bytes:
        """The digest of what pages made with a template share in a language ("" is the site's)."""
        lang = lang or self.settings.language
        found = self.known.get((template, lang))
        if found is None:
            found = self.known[template, lang] = self._share(template, lang)
        return found

    def words(self, lang: str = "") -> Mapping[str, object]:
        """The theme's words in a language."""
        return self.strings[self.words_of(lang or self.settings.language)]

    def words_of(self, lang: str) -> str:
        """The language whose words are used for `lang`.

        Itself, without its region, else English.
        """
        return words_of(lang, self.strings)

    def _share(self, template: str, lang: str) -> bytes:
        pieces = [self.needs[name] for name in PIECES.get(template, ())]
        names = sorted({*self.needs[template], *(name for piece in pieces for name in piece)})
        strings = f"strings/{self.words_of(lang)}.toml"
        common = Common(
            site=self._site(lang),
            lang=lang,
            template=template,
            templates=tuple((name, self.files[name].path) for name in names),
            strings=self.files[strings].path,
        )
        needed = [self.files[name] for name in (*names, strings)]
        return self.book.share(common, [(source.path, source.digest) for source in needed])

    def _site(self, lang: str) -> SiteView:
        settings, base = self.settings, self.settings.base_path
        files = {
            name: f"{base}/{encode_address(asset.output)}"
            for name, asset in theme_assets(self.files).items()
        }
        words = self.words(lang)
        return SiteView(
            title=settings.title,
            description=settings.description,
            author=settings.author,
            language=settings.language,
            url=f"{settings.base_url}/",
            base=base,
            home=f"{base}/",
            menu=tuple(NamedLink(item.title, rebase(item.url, base)) for item in settings.menu),
            feeds=tuple(NamedLink(title, f"{base}/{name}", kind) for name, kind, title in FEEDS),
            styles=tuple(
                url
                for name, url in files.items()
                if name.endswith(".css") and name not in OWN_STYLES
            ),
            math_style=files.get("css/math.css", ""),
            theme_script=files.get("js/theme.js", ""),
            site_script=files.get("js/site.js", ""),
            files=files,
            sections=tuple(NamedLink(str(words[kind]), f"{base}/{kind}/") for kind in self.kinds),
            status_url=f"{base}/status/",
            archive_url=f"{base}/archive/",
            tags_url=f"{base}/tags/",
            source_url="",
            edit_url=settings.edit_url,
            icon=f"{base}/{self.icon}" if self.icon else "",
        )


def words_of(lang: str, strings: Collection[str]) -> str:
    """The one of the theme's languages whose words are used for `lang`: see `Theme.words_of`."""
    base = lang.partition("-")[0].lower()
    return next((name for name in (lang, base) if name in strings), "en")


def theme_assets(files: Mapping[str, Source]) -> dict[str, Asset]:
    """The theme's files that are published, by name: "css/site.css" as "assets/site.0f3a….css"."""
    published = {
        name: source for name, source in sorted(files.items()) if name.startswith(PUBLISHED_FOLDERS)
    }
    assets = {
        name: Asset(source.path, source.digest, _fingerprinted(name, source.digest))
        for name, source in published.items()
    }
    named = tuple((name, assets[name].output) for name in assets if may_be_named(name))
    if named:
        # A sheet's text is published with these names in it: its own name depends on them too.
        for name, source in published.items():
            if is_style(name):
                output = _fingerprinted(name, digest_value((source.digest, named)))
                assets[name] = Asset(source.path, source.digest, output)
    return assets


def _fingerprinted(name: str, content: bytes) -> str:
    stem, ending = posixpath.splitext(posixpath.basename(name))
    return f"assets/{stem}.{content.hex()[:12]}{ending}"


def rebase(url: str, base: str) -> str:
    """An address of the site with the base path; any other as it is."""
    if not url.startswith("/") or url.startswith("//"):
        return url
    path = re.split("[?#]", url, maxsplit=1)[0]
    return base + encode_address(unquote(path)) + url[len(path) :]
