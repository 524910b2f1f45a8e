"""Templates: which need which, made ready to be filled, and their mistakes as problems.

In: template texts. Out: filled pages. It owns Jinja2; no other module sees its types.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.bccache import Bucket

from builder.codec import decode
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.model import KINDS
from builder.render.evidence import LINE_WORDS
from builder.render.fold import FOLD_WORDS
from builder.render.ingredients import Ingredients
from builder.render.shared import Common, SiteView


@dataclass(frozen=True, slots=True)
class Press:
    """A template made ready, with what all its pages share."""

    template: jinja2.Template
    site: SiteView
    lang: str
    words: dict[str, Any]
    paths: dict[str, str]

    def fill(self, **values: object) -> bytes:
        """The page that the template gives for these values.

        BuildFailed with the template's file and line.
        """
        try:
            text = self.template.render(site=self.site, lang=self.lang, t=self.words, **values)
        except Exception as error:
            raise BuildFailed([_locate(error, error.__traceback__, self)]) from error
        return text.encode()

    def fill_piece(self, template: str, macro: str, *values: object) -> str:
        """The HTML of a macro in another template that pages of this press are filled with.

        BuildFailed with the template's file and line.
        """
        try:
            module = self.template.environment.get_template(template).module
            return str(getattr(module, macro)(*values, self.words))
        except Exception as error:
            raise BuildFailed([_locate(error, error.__traceback__, self)]) from error


def press_of(ingredients: Ingredients) -> Press:
    """The press of a recipe; kept for the next one that shares its template, theme and site."""
    press = _presses.get(ingredients.shared)
    if press is None:
        press = _presses[ingredients.shared] = _make_ready(ingredients)
    return press


def find_needs(texts: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """For each template the names of all that it needs, itself included, sorted.

    A name that is worked out while filling may mean any template, so such a template needs all of
    them. BuildFailed with every template that cannot be read, or needs one that does not exist.
    """
    direct: dict[str, set[str]] = {}
    problems = []
    for name, text in texts.items():
        try:
            found = _find_named(name, text)
        except jinja2.TemplateSyntaxError as error:
            problems.append(Problem(paths[name], error.lineno, f"template error: {error.message}"))
            continue
        direct[name] = set(texts) if None in found else {str(item) for item in found}
        for missing in sorted(direct[name] - texts.keys()):
            line = next((n for n, row in enumerate(text.splitlines(), 1) if missing in row), 0)
            hint = did_you_mean(missing, texts)
            problems.append(Problem(paths[name], line, f"there is no template '{missing}'", hint))
    if problems:
        raise BuildFailed(problems)
    return {name: tuple(sorted(_closure(name, direct))) for name in direct}


@cache
def _find_named(name: str, text: str) -> frozenset[str | None]:
    """The names in a template that compiles; None among them: one is worked out while filling."""
    environment = _environment({})
    tree = environment.parse(text, name)
    found = frozenset(meta.find_referenced_templates(tree))
    # Unknown filters and tests, and blocks given twice, only show when code is made of the tree.
    environment.compile(tree, name, raw=True)
    return found


_presses: dict[bytes, Press] = {}
# What a template's text compiles to, by its text: several presses share base.html.
_compiled: dict[str, bytes] = {}


class _Compiled(jinja2.BytecodeCache):
    def load_bytecode(self, bucket: Bucket) -> None:
        code = _compiled.get(f"{bucket.key}{bucket.checksum}")
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        _compiled[f"{bucket.key}{bucket.checksum}"] = bucket.bytecode_to_string()


def _environment(texts: Mapping[str, str]) -> jinja2.Environment:
    return jinja2.Environment(
        # A template's name stands for its file in tracebacks, where mistakes are looked up.
        loader=jinja2.FunctionLoader(
            lambda name: (texts[name], name, None) if name in texts else None
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_Compiled(),
        auto_reload=False,
    )


def _make_ready(ingredients: Ingredients) -> Press:
    common = decode(Common, ingredients.common)
    texts = {name: ingredients.sources[path].decode() for name, path in common.templates}
    template = _environment(texts).get_template(common.template)
    words = read_strings(ingredients.sources[common.strings], common.strings)
    return Press(template, common.site, common.lang, words, dict(common.templates))


@cache
def _parse_strings(data: bytes) -> dict[str, Any]:
    return tomllib.loads(data.decode())


def read_strings(data: bytes, path: str) -> dict[str, Any]:
    """The theme's words in one language; BuildFailed if the file is not TOML, or lacks a word."""
    try:
        words = _parse_strings(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BuildFailed([Problem(path, line, "is not UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise BuildFailed([Problem(path, line, f"is not TOML: {error}")]) from None
    problems = [*_check_words(words, data.decode(), path)]
    if problems:
        raise BuildFailed(problems)
    return words


# The words that the builder itself needs, with examples of what is put into their braces. Those
# that templates need are found missing where a template asks for them.
_NEEDED: Mapping[str, Mapping[str, object]] = {
    **{kind: {} for kind in KINDS},
    **{f"one_{kind}": {} for kind in KINDS},
    **{word: {} for word in ("tags", "series", "archive", "status", "not_found", "not_checked")},
    **LINE_WORDS,
    **FOLD_WORDS,
    "date_pattern": {"day": 1, "month": "May", "year": 2026},
    "tagged": {"name": "x"},
    "page_number": {"n": 1},
}


def _check_words(words: Mapping[str, Any], text: str, path: str) -> Iterator[Problem]:
    for word, gaps in _NEEDED.items():
        line = next((n for n, row in enumerate(text.splitlines(), 1) if row.startswith(word)), 0)
        value = words.get(word)
        if not isinstance(value, str):
            what = f"'{word}' must be text" if word in words else f"the word '{word}' is missing"
            yield Problem(path, line, what, "the default theme's file has them all")
            continue
        try:
            value.format(**gaps)
        except (LookupError, ValueError, AttributeError, TypeError):
            named = ", ".join(f"{{{gap}}}" for gap in gaps)
            hint = f"it may have {named} in braces" if gaps else "it takes no braces"
            yield Problem(path, line, f"'{word}' cannot be filled in: {value}", hint)
    months = words.get("months")
    short = words.get("months_short")
    if isinstance(short, str) and len(short.split()) != 12:
        yield Problem(path, 0, "'months_short' must be twelve names with spaces between them")
    if not isinstance(months, list) or [type(month) for month in months] != [str] * 12:
        yield Problem(path, 0, "'months' must be a list of twelve names")


def _closure(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    open_names = [name]
    while open_names:
        current = open_names.pop()
        if current not in found:
            found.add(current)
            open_names += direct[current]
    return found


def _locate(error: Exception, traceback: TracebackType | None, press: Press) -> Problem:
    """The innermost place of an error that lies in a template."""
    place = (press.template.name or "", 0)
    if isinstance(error, jinja2.TemplateSyntaxError):
        place = (error.name or place[0], error.lineno)
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name in press.paths:
            place = (name, traceback.tb_lineno)
        traceback = traceback.tb_next
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    kind = "" if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: "
    return Problem(
        press.paths.get(place[0], place[0]), place[1], f"template error: {kind}{message}"
    )
