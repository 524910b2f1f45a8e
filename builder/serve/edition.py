"""A site as it was at one look: every output that it has, found by its path when somebody asks.

In: a prepared site. Out: recipes, one by one. Nothing is made here, and no file is read. Most
requests are for pages and for files that are copied; what the lists, the feeds and the search are
made from is worked out once one of them is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from builder.link import Linked, relink
from builder.link.publish import Validity
from builder.model import Facts, Page, Recipe, Shared, Site
from builder.render.files import copy_recipes
from builder.render.pages import page_recipe
from builder.render.recipes import site_recipes
from builder.render.search import PaperText
from builder.render.shared import Theme


@dataclass(slots=True)
class Edition:
    """What can be served of a site.

    `papers` are the texts of papers by path; `documents` are the facts of all Markdown files by
    path, those left out included; `digests` the sources that it was made from; `validity` bounds
    the time in which the same pages are published.
    """

    linked: Linked
    theme: Theme
    schema: bytes
    papers: Mapping[str, PaperText]
    documents: Mapping[str, Facts]
    digests: Mapping[str, bytes]
    validity: Validity
    _files: dict[str, Recipe] = field(init=False)
    _others: dict[str, Recipe] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Know where the copied files are."""
        self._files = {recipe.path: recipe for recipe in copy_recipes(self.site.assets, self.theme)}

    @property
    def site(self) -> Site:
        """All pages, linked."""
        return self.linked.site

    @property
    def positions(self) -> Mapping[str, int]:
        """Each page's output with its place among the pages; the same where no address changed."""
        return self.linked.index.by_output

    def recipe(self, path: str) -> Recipe | None:
        """The recipe of the output at `path`; None if the site has no such output."""
        page = self.page(path)
        if page is not None:
            return page_recipe(page, self.theme)
        if path in self._files:
            return self._files[path]
        if self._others is None:
            self._others = {
                recipe.path: recipe
                for recipe in site_recipes(self.site, self.theme, self.schema, self.papers)
                if recipe.path not in self.positions and recipe.path not in self._files
            }
        return self._others.get(path)

    def page(self, path: str) -> Page | None:
        """The page whose output is at `path`; None if that is no page's."""
        position = self.positions.get(path)
        return None if position is None else self.site.pages[position]

    def shared(self, recipe: Recipe) -> Shared:
        """What a recipe of this edition shares with others."""
        return self.theme.book.shared[recipe.shared]

    def with_facts(self, changed: Mapping[str, Facts]) -> Edition | None:
        """The edition in which some pages, by the path of their file, have other facts; None if
        the site has to be linked for it.
        """
        linked = relink(self.linked, changed)
        if linked is None:
            return None
        return Edition(
            linked,
            self.theme,
            self.schema,
            self.papers,
            {**self.documents, **changed},
            {**self.digests, **{path: facts.digest for path, facts in changed.items()}},
            self.validity,
        )
