"""Jinja2 as the theme uses it: strict about names, with what templates compile to kept.

In: template texts by name. Out: an environment; `NotGiven`, which says of which value a name was
asked for, so that the nearest one can be offered; mistakes in what does not compile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from jinja2.utils import missing

from builder.errors import Problem, did_you_mean


class NotGiven(jinja2.UndefinedError):
    """A name without a value.

    `asked` is what was asked for it; `ITSELF` for a variable.
    """

    def __init__(self, asked: object, name: str, message: str) -> None:
        self.asked = asked
        self.name = name
        super().__init__(message)


ITSELF: object = missing
_TAGS = (
    "block", "call", "elif", "else", "endblock", "endcall", "endfilter", "endfor", "endif",
    "endmacro", "endraw", "endset", "endwith", "extends", "filter", "for", "from", "if", "import",
    "include", "macro", "raw", "set", "with", "autoescape", "endautoescape",
)  # fmt: skip


class _Strict(jinja2.StrictUndefined):
    # A subclass inherits the slots; one of its own would make every value bigger.
    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        if exc is jinja2.UndefinedError and hint is None:
            self._undefined_exception = partial(NotGiven, obj, str(name))  # type: ignore[assignment]


# What a template's text compiles to, by its text: several environments share base.html.
_compiled: dict[str, bytes] = {}
MOST_COMPILED = 256


class _Compiled(jinja2.BytecodeCache):
    def load_bytecode(self, bucket: Bucket) -> None:
        code = _compiled.get(f"{bucket.key}{bucket.checksum}")
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(_compiled) >= MOST_COMPILED:
            _compiled.clear()
        _compiled[f"{bucket.key}{bucket.checksum}"] = bucket.bytecode_to_string()


def make_environment(texts: Mapping[str, str]) -> jinja2.Environment:
    """Where these templates find each other."""
    return jinja2.Environment(
        # A template's name stands for its file in tracebacks, where mistakes are looked up.
        loader=jinja2.FunctionLoader(
            lambda name: (texts[name], name, None) if name in texts else None
        ),
        autoescape=True,
        undefined=_Strict,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_Compiled(),
        auto_reload=False,
    )


def explain_syntax(error: jinja2.TemplateSyntaxError, path: str) -> Problem:
    """A template that does not compile."""
    message = error.message or "it does not compile"
    return Problem(path, error.lineno, f"template error: {message}", nearest(message))


def nearest(message: str) -> str:
    """A hint at the filter, test or tag that was probably meant, from what Jinja says of it."""
    environment = make_environment({})
    for pattern, known in (
        (r"No filter named '(\w+)'", environment.filters),
        (r"No test named '(\w+)'", environment.tests),
        (r"unknown tag '(\w+)'", _TAGS),
    ):
        if found := re.search(pattern, message):
            return did_you_mean(found[1], known)
    return ""
