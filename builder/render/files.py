"""Sitemap, robots.txt, and files that are copied as they are.

In: addresses and assets. Out: recipes and makers.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from builder.codec import Value, decode
from builder.model import Asset, Recipe
from builder.policy import DEFAULT_POLICY
from builder.render.ingredients import Ingredients
from builder.render.shared import Theme, theme_assets
from builder.render.styles import StyleSheet, is_style, may_be_named

# What the sitemap protocol allows in one file: https://www.sitemaps.org/protocol.html
SITEMAP_LIMIT = 50_000
HEADERS = "_headers"
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


class SitemapEntry(Value, frozen=True):
    """An absolute address, and when its page last changed ("" if it does not say)."""

    url: str
    changed: str


class Sitemap(Value, frozen=True):
    """The addresses in one sitemap, or of the parts of an index."""

    entries: tuple[SitemapEntry, ...]


def copy_recipes(assets: Iterable[Asset], theme: Theme) -> Iterator[Recipe]:
    """The site's own files and the theme's published ones."""
    shared = theme.book.share(b"")
    own = theme_assets(theme.files)
    named = {
        name: posixpath.basename(asset.output) for name, asset in own.items() if may_be_named(name)
    }
    for asset in assets:
        sources = ((asset.path, asset.digest),)
        yield theme.book.recipe(asset.output, "copy", shared, b"", sources=sources)
    for name, asset in own.items():
        sources = ((asset.path, asset.digest),)
        if is_style(name):
            sheet = StyleSheet(name, asset.path, named)
            yield theme.book.recipe(asset.output, "style", shared, sheet, sources=sources)
        else:
            yield theme.book.recipe(asset.output, "copy", shared, b"", sources=sources)


def sitemap_recipes(entries: Sequence[SitemapEntry], theme: Theme) -> Iterator[Recipe]:
    """sitemap.xml: one list, or above 50,000 addresses an index of several."""
    shared = theme.book.share(b"")
    home = f"{theme.settings.base_url}/"
    ordered = sorted(entries, key=lambda entry: entry.url)
    if len(ordered) <= SITEMAP_LIMIT:
        yield theme.book.recipe("sitemap.xml", "sitemap", shared, Sitemap(tuple(ordered)))
    else:
        parts = [
            ordered[start : start + SITEMAP_LIMIT]
            for start in range(0, len(ordered), SITEMAP_LIMIT)
        ]
        names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        for name, part in zip(names, parts, strict=True):
            yield theme.book.recipe(name, "sitemap", shared, Sitemap(tuple(part)))
        index = Sitemap(tuple(SitemapEntry(home + name, "") for name in names))
        yield theme.book.recipe("sitemap.xml", "sitemap_index", shared, index)
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {home}sitemap.xml\n"
    yield theme.book.recipe("robots.txt", "text", shared, robots.encode())


def header_recipes(assets: Iterable[Asset], theme: Theme) -> Iterator[Recipe]:
    """What hosts shall send with each file, in the file that Netlify and Cloudflare Pages read;
    a site's own takes its place.
    """
    if any(asset.output == HEADERS for asset in assets):
        return
    settings = theme.settings
    policy = settings.content_security_policy
    if policy == DEFAULT_POLICY:
        # Which no page can say of itself: nobody else's page may show this one in a frame.
        policy = f"{policy}; frame-ancestors 'self'"
    lines = [f"{settings.base_path}/*"]
    lines += [f"  Content-Security-Policy: {policy}"] if policy else []
    lines += [
        "  Referrer-Policy: strict-origin-when-cross-origin",
        "  X-Content-Type-Options: nosniff",
        # Every name in there tells what is in the file.
        f"{settings.base_path}/assets/*",
        "  Cache-Control: public, max-age=31536000, immutable",
    ]
    text = "".join(f"{line}\n" for line in lines)
    yield theme.book.recipe(HEADERS, "text", theme.book.share(b""), text.encode())


def make_sitemap(ingredients: Ingredients) -> bytes:
    """A sitemap's list of addresses."""
    return _sitemap("urlset", "url", decode(Sitemap, ingredients.arguments))


def make_sitemap_index(ingredients: Ingredients) -> bytes:
    """A sitemap's list of other sitemaps."""
    return _sitemap("sitemapindex", "sitemap", decode(Sitemap, ingredients.arguments))


def make_text(ingredients: Ingredients) -> bytes:
    """A file whose bytes are its recipe's arguments."""
    return ingredients.arguments


def _sitemap(root: str, item: str, sitemap: Sitemap) -> bytes:
    rows = [
        f"<{item}><loc>{escape(entry.url, quote=False)}</loc>"
        + (f"<lastmod>{entry.changed}</lastmod>" if entry.changed else "")
        + f"</{item}>\n"
        for entry in sitemap.entries
    ]
    return f"{_XML}<{root} {_XMLNS}>\n{''.join(rows)}</{root}>\n".encode()
