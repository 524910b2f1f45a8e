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
from builder.policy import in_page
from builder.render.covers import Lettering, site_cover, view_cover
from builder.render.ingredients import RecipeBook
from builder.render.languages import word_names
from builder.render.styles import STYLE_FORM, is_style, may_be_named
from builder.render.views import ImageView, NamedLink, SiteView

FEEDS = (
    ("atom.xml", "application/atom+xml", "Atom"),
    ("rss.xml", "application/rss+xml", "RSS"),
    ("feed.json", "application/feed+json", "JSON Feed"),
)
# Published under fingerprinted names; the rest of a theme are templates and words.
PUBLISHED_FOLDERS = ("css/", "js/", "fonts/", "images/")
# Sheets that only some pages need; those link them, or a script does.
OWN_STYLES = ("css/math.css", "css/notes.css", "css/search.css")
# What says of a card, in a page, what was checked of it.
EVIDENCE_TEMPLATE = "_evidence.html"
# Templates that makers fill themselves for the pages made with a template, whatever that includes.
PIECES: Mapping[str, tuple[str, ...]] = {"page.html": (EVIDENCE_TEMPLATE,)}


class Common(Value, frozen=True):
    """What one template in one language is given for every page.

    The site, the language, where its files are; `strings` are those of its words, of which the
    first that has a word decides; `lettering` is the font of pictures with titles, if there are
    such.
    """

    site: SiteView
    lang: str
    template: str
    templates: tuple[tuple[str, str], ...]
    strings: tuple[str, ...]
    lettering: Lettering | None = None


@dataclass(slots=True)
class Theme:
    """The theme's files by name, which templates each template needs, and what the pages of a
    language share.

    `own_image` is the site's own picture for previews; `lettering` is there if others are made.
    """

    book: RecipeBook
    files: Mapping[str, Source]
    needs: Mapping[str, tuple[str, ...]]
    settings: Settings
    strings: Mapping[str, Mapping[str, object]]
    kinds: Sequence[str]
    icon: str
    own_image: ImageView | None = None
    lettering: Lettering | None = None
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
        strings = word_names(self.words_of(lang), self.files)
        common = Common(
            site=self._site(lang),
            lang=lang,
            template=template,
            templates=tuple((name, self.files[name].path) for name in names),
            strings=tuple(self.files[name].path for name in strings),
            lettering=self.lettering,
        )
        needed = {self.files[name].path: self.files[name].digest for name in (*names, *strings)}
        return self.book.share(common, needed.items())

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
                files[name]
                # A site's own sheets come last, so that they win without more ado.
                for name in sorted(files, key=lambda it: (f"theme/{it}" not in self.files, it))
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
            source_url=settings.source_url,
            edit_url=settings.edit_url,
            icon=f"{base}/{self.icon}" if self.icon else "",
            image=self.own_image
            or view_cover(
                site_cover(settings.title, settings.base_url, self.lettering),
                f"{settings.base_url}/",
            ),
            policy=in_page(settings.content_security_policy),
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
    # A sheet is published in a form of its own with these names in it: its name depends on both.
    for name, source in published.items():
        if is_style(name):
            output = _fingerprinted(name, digest_value((source.digest, named, STYLE_FORM)))
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
