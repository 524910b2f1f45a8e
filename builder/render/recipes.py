"""All recipes of a site, and the makers they name.

In: a site, its theme. Out: recipes one by one, so that those that are not stale need no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from builder.config import Settings
from builder.link.addresses import encode_address
from builder.model import Recipe, Site
from builder.render.card_list import make_card_list
from builder.render.covers import make_cover
from builder.render.feeds import feed_recipes, make_atom, make_json_feed, make_rss
from builder.render.files import (
    SitemapEntry,
    copy_recipes,
    header_recipes,
    make_sitemap,
    make_sitemap_index,
    make_text,
    sitemap_recipes,
)
from builder.render.ingredients import Ingredients
from builder.render.lists import (
    list_recipes,
    make_archive,
    make_groups,
    make_home,
    make_list,
    make_not_found,
    make_redirect,
    redirect_recipes,
)
from builder.render.pages import make_page, page_recipe
from builder.render.pictures import cover_recipes, make_paper, make_variant, picture_recipes
from builder.render.search import (
    PaperText,
    make_search_page,
    make_search_shard,
    search_recipes,
)
from builder.render.shared import Theme
from builder.render.status import make_status, result_recipes
from builder.render.styles import make_style
from builder.render.viewing import item_of

# The one maker without a function: `write` copies the named source without reading it into memory.
COPY = "copy"
MAKERS: Mapping[str, Callable[[Ingredients], bytes]] = {
    "page": make_page,
    "home": make_home,
    "list": make_list,
    "groups": make_groups,
    "archive": make_archive,
    "cards": make_card_list,
    "status": make_status,
    "search_page": make_search_page,
    "search_shard": make_search_shard,
    "not_found": make_not_found,
    "redirect": make_redirect,
    "atom_xml": make_atom,
    "rss_xml": make_rss,
    "feed_json": make_json_feed,
    "sitemap": make_sitemap,
    "sitemap_index": make_sitemap_index,
    "style": make_style,
    "text": make_text,
    "variant": make_variant,
    "paper": make_paper,
    "cover": make_cover,
}


def site_recipes(
    site: Site, theme: Theme, schema: bytes = b"", papers: Mapping[str, PaperText] | None = None
) -> Iterator[Recipe]:
    """Every output of the site; `schema` describes records, and is published with them; `papers`
    are the texts of papers by path.
    """
    settings = theme.settings
    entries = []
    items = []
    for page in site.pages:
        facts = page.facts
        items.append(item_of(facts, page.url))
        changed = facts.shown_updated or facts.shown_date
        entries.append(SitemapEntry(settings.base_url + page.url, changed))
        yield page_recipe(page, theme)
    for recipe in list_recipes(site, items, theme):
        entries += _list_entry(recipe, settings)
        yield recipe
    yield from search_recipes(site, theme, papers or {})
    yield from redirect_recipes(site.redirects, theme)
    yield from feed_recipes(site, theme)
    yield from result_recipes(site, theme, schema)
    yield from copy_recipes(site.assets, theme)
    yield from picture_recipes(site.prints, theme)
    yield from cover_recipes(site.pages, theme)
    yield from header_recipes(site.assets, theme)
    yield from sitemap_recipes(entries, theme)


def _list_entry(recipe: Recipe, settings: Settings) -> list[SitemapEntry]:
    if recipe.path == "404.html":
        return []
    url = f"{settings.base_url}/{encode_address(recipe.path.removesuffix('index.html'))}"
    return [SitemapEntry(url, "")]
