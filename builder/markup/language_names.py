"""By which names languages are known.

In: a name as an author wrote it. Out: the one name that the rest of the builder uses. It knows
Pygments' list of lexers and loads none of them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from pygments.lexers import get_all_lexers

# Names in use that Pygments does not know.
_MORE_NAMES: Final[Mapping[str, str]] = {
    "cc": "cpp",
    "cjs": "javascript",
    "cmd": "batch",
    "conf": "ini",
    "cxx": "cpp",
    "dotenv": "bash",
    "h": "c",
    "hh": "cpp",
    "hpp": "cpp",
    "j2": "django",
    "jinja2": "django",
    "jsonc": "json",
    "jsonl": "json",
    "kt": "kotlin",
    "log": "text",
    "mjs": "javascript",
    "ml": "ocaml",
    "ndjson": "json",
    "none": "text",
    "plain": "text",
    "plaintext": "text",
    "svg": "xml",
    "txt": "text",
    "vb": "vb.net",
    "vba": "vb.net",
    "vbs": "vbscript",
}
# Languages whose first name in Pygments is one that few would know them by.
_BETTER_NAMES: Final[Mapping[str, str]] = {
    "cr": "crystal",
    "nimrod": "nim",
    "nixos": "nix",
    "perl6": "raku",
    "splus": "r",
    "tex": "latex",
}
# Languages whose lexer does not end on some texts.
_LEFT_OUT: Final = {"tnt"}


def find_language(name: str) -> str | None:
    """The one name of a language that is known by `name`, in any case; None if there is none."""
    return _names().get(name.lower())


def known_languages() -> tuple[str, ...]:
    """All names by which languages are known, in alphabetical order."""
    return tuple(sorted(_names()))


def find_title(language: str) -> str:
    """The title under which Pygments has the language that `find_language` named."""
    return _titles()[language]


@functools.cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for _, first, aliases in _languages():
        for alias in aliases:
            names.setdefault(alias.lower(), first)
    more = {name: names[known] for name, known in _MORE_NAMES.items() if known in names}
    return more | names


@functools.cache
def _titles() -> dict[str, str]:
    return {first: title for title, first, _ in _languages()}


@functools.cache
def _languages() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    # Lexers of installed plugins are left out: a site gives the same bytes on every machine.
    return tuple(
        (title, _BETTER_NAMES.get(aliases[0], aliases[0]), tuple(aliases))
        for title, aliases, _, _ in get_all_lexers(plugins=False)
        if aliases and aliases[0] not in _LEFT_OUT
    )
