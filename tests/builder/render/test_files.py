"""Sitemap, robots.txt and copied files."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from builder.codec import decode
from builder.config import Settings
from builder.link.addresses import output_of
from builder.model import Recipe
from builder.render.files import (
    SITEMAP_LIMIT,
    Sitemap,
    SitemapEntry,
    make_sitemap,
    make_sitemap_index,
    sitemap_recipes,
)
from builder.render.ingredients import Ingredients, RecipeBook
from builder.render.shared import Theme
from tests.builder.project import Project, note

SETTINGS = Settings("T", "https://example.org/base", "Ada")
XMLNS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def recipes_of(count: int) -> dict[str, Recipe]:
    theme = Theme(RecipeBook(b""), {}, {}, SETTINGS, {}, (), icon="")
    entries = [
        SitemapEntry(f"https://example.org/base/{number:06}/", "") for number in range(count)
    ]
    return {recipe.path: recipe for recipe in sitemap_recipes(list(reversed(entries)), theme)}


def made(recipe: Recipe) -> list[str]:
    """The addresses that a recipe of a sitemap or of an index writes down."""
    make = {"sitemap": make_sitemap, "sitemap_index": make_sitemap_index}[recipe.make]
    root = ET.fromstring(make(Ingredients(b"", b"", recipe.arguments, {}, {})))
    return [found.text or "" for found in root.iter(f"{XMLNS}loc")]


def sitemap(project: Project) -> dict[str, str]:
    """Addresses in the sitemap, with the moment of their last change."""
    root = ET.fromstring(project.read("sitemap.xml"))
    return {
        url.findtext(f"{XMLNS}loc") or "": url.findtext(f"{XMLNS}lastmod") or ""
        for url in root.iter(f"{XMLNS}url")
    }


# --- Sitemap


def test_the_sitemap_has_every_page_that_may_be_found_and_no_other(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    project.edit("pyproject.toml", 'author = "Ada"', 'author = "Ada"\nper_page = 1')
    project.write("posts/a.md", note("A", tags="['C#', 'a & b']", series="S", aliases="[/old/]"))
    project.write("posts/चार.md", note("B")).write("posts/c.md", note("C"))
    project.write("pages/about.md", note("About")).write("static/mine.html", "<p>x</p>").build()

    # A redirect, and the search, which asks not to be indexed.
    others = {"old/index.html", "search/index.html"}
    ours = {path for path in project.tree() if path.endswith("index.html")} - others
    addresses = list(sitemap(project))
    assert addresses == sorted(addresses)
    assert all(address.isascii() for address in addresses)
    assert {
        output_of(address.removeprefix("https://example.org/base")) for address in addresses
    } == ours


def test_a_page_in_the_sitemap_says_when_it_last_changed(project: Project) -> None:
    project.write("posts/a.md", note("A", updated="2026-02-01 10:00")).write(
        "posts/b.md", note("B")
    )
    project.write("posts/c.md", note("C", date=None)).build()

    changes = sitemap(project)
    assert changes["https://example.org/posts/a/"] == "2026-02-01T10:00:00+00:00"
    assert changes["https://example.org/posts/b/"] == "2026-01-01T00:00:00+00:00"
    assert changes["https://example.org/posts/c/"] == ""


def test_as_many_addresses_as_one_sitemap_may_have_are_in_one() -> None:
    recipes = recipes_of(SITEMAP_LIMIT)

    assert recipes.keys() == {"sitemap.xml", "robots.txt"}
    assert len(decode(Sitemap, recipes["sitemap.xml"].arguments).entries) == 50_000


def test_one_more_makes_an_index_of_two_that_together_have_them_all() -> None:
    recipes = recipes_of(SITEMAP_LIMIT + 1)

    assert recipes.keys() == {"sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "robots.txt"}
    assert made(recipes["sitemap.xml"]) == [
        "https://example.org/base/sitemap-1.xml",
        "https://example.org/base/sitemap-2.xml",
    ]
    first, second = made(recipes["sitemap-1.xml"]), made(recipes["sitemap-2.xml"])
    assert (len(first), len(second)) == (50_000, 1)
    assert first + second == sorted(set(first + second))


def test_signs_of_markup_in_an_address_are_escaped() -> None:
    arguments = Sitemap((SitemapEntry("https://example.org/a&b=<c>/", ""),))
    theme = Theme(RecipeBook(b""), {}, {}, SETTINGS, {}, (), icon="")
    recipe = theme.book.recipe("sitemap.xml", "sitemap", b"", arguments)

    assert made(recipe) == ["https://example.org/a&b=<c>/"]


# --- robots.txt and copies


def test_robots_are_told_where_the_sitemap_is(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base").build()

    rows = project.read("robots.txt").splitlines()
    assert rows[0] == "User-agent: *"
    assert "Sitemap: https://example.org/base/sitemap.xml" in rows
    assert not [row for row in rows if row.startswith("Disallow: /")]


def test_a_copied_file_is_the_same_bytes_whatever_they_are(project: Project) -> None:
    data = bytes(range(256)) * 1000
    project.write("static/a.bin", data).write("static/empty", b"").write(
        "static/.hidden", b"x"
    ).build()

    tree = project.tree()
    assert tree["a.bin"] == data
    assert tree["empty"] == b""
    assert ".hidden" not in tree


def test_html_that_is_copied_is_not_touched(project: Project) -> None:
    project.write("static/demo/mine.html", '<a href="/x">x</a>{{ not.ours }}').build()

    assert project.read("demo/mine.html") == '<a href="/x">x</a>{{ not.ours }}'


def test_the_list_of_all_outputs_names_each_with_its_digest(project: Project) -> None:
    import hashlib

    project.write("static/two words & #.txt", "x").write("posts/a.md", note("A")).build()

    tree = project.tree()
    listed = dict(
        reversed(line.split("  ", 1)) for line in tree.pop("SHA256SUMS").decode().splitlines()
    )
    assert listed == {path: hashlib.sha256(data).hexdigest() for path, data in tree.items()}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in listed.values())
