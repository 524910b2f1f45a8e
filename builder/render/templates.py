"""Templates made ready to be filled, and filled.

In: template texts, words, the values of a page. Out: its bytes, or a problem at a template's line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jinja2

from builder.codec import decode
from builder.errors import BuildFailed
from builder.render.covers import Lettering
from builder.render.engine import explain_syntax, make_environment
from builder.render.ingredients import Ingredients
from builder.render.shared import Common
from builder.render.template_mistakes import locate
from builder.render.views import SiteView
from builder.render.words import read_words


@dataclass(frozen=True, slots=True)
class Press:
    """A template made ready, with what all its pages share."""

    template: jinja2.Template
    site: SiteView
    lang: str
    words: dict[str, Any]
    paths: dict[str, str]
    lettering: Lettering | None = None

    def fill(self, **values: object) -> bytes:
        """The page that the template gives for these values.

        BuildFailed with the template's file and line.
        """
        try:
            text = self.template.render(site=self.site, lang=self.lang, t=self.words, **values)
        except Exception as error:
            given = ("site", "lang", "t", *values)
            problem = locate(error, self.template.name or "", self.paths, given)
            raise BuildFailed([problem]) from error
        return text.encode()

    def fill_piece(self, template: str, macro: str, *values: object) -> str:
        """The HTML of a macro in another template that pages of this press are filled with.

        BuildFailed with the template's file and line.
        """
        try:
            module = self.template.environment.get_template(template).module
            return str(getattr(module, macro)(*values, self.words))
        except Exception as error:
            raise BuildFailed([locate(error, template, self.paths, None)]) from error


def press_of(ingredients: Ingredients) -> Press:
    """The press of a recipe; kept for the next one that shares its template, theme and site."""
    press = _presses.get(ingredients.shared)
    if press is None:
        if len(_presses) >= MOST_PRESSES:
            _presses.clear()
        press = _presses[ingredients.shared] = _make_ready(ingredients)
    return press


_presses: dict[bytes, Press] = {}
# A build has one for each template and language. A preview would gather those of every template
# that was ever saved.
MOST_PRESSES = 64


def _make_ready(ingredients: Ingredients) -> Press:
    common = decode(Common, ingredients.common)
    texts = {name: ingredients.sources[path].decode() for name, path in common.templates}
    paths = dict(common.templates)
    try:
        template = make_environment(texts).get_template(common.template)
    except jinja2.TemplateSyntaxError as error:
        name = error.name or common.template
        raise BuildFailed([explain_syntax(error, paths.get(name, name))]) from error
    words = read_words(tuple((path, ingredients.sources[path]) for path in common.strings))
    return Press(template, common.site, common.lang, words, paths, common.lettering)
