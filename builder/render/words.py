"""The theme's words in each language: a site's own before the shipped ones, English behind all.

In: files of words. Out: words by name. A site's file need only have the words that it changes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from builder.cards import LISTING_WORDS
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.markup import BODY_WORDS
from builder.model import KINDS
from builder.render.evidence import LINE_WORDS
from builder.render.fold import FOLD_WORDS

# A file of words: where it lies, and its bytes.
WordFile = tuple[str, bytes]
# The words that the builder itself needs, with examples of what is put into their braces. Those
# that templates need are found missing where a template asks for them.
_NEEDED: Mapping[str, Mapping[str, object]] = {
    **{kind: {} for kind in KINDS},
    **{f"one_{kind}": {} for kind in KINDS},
    **{word: {} for word in ("tags", "series", "archive", "status", "not_found", "not_checked")},
    **LINE_WORDS,
    **FOLD_WORDS,
    **LISTING_WORDS,
    **BODY_WORDS,
    "date_pattern": {"day": 1, "month": "May", "year": 2026},
    "tagged": {"name": "x"},
    "page_number": {"n": 1},
}


@lru_cache(maxsize=32)
def read_words(files: tuple[WordFile, ...]) -> dict[str, Any]:
    """The words of some files, the first of which decides.

    BuildFailed if one is not TOML, if a word can't be used, or if none of the files has a word that
    the builder needs.
    """
    words: dict[str, Any] = {}
    problems: list[Problem] = []
    for path, data in reversed(files):
        try:
            own = _parse(path, data)
        except BuildFailed as failure:
            problems += failure.problems
            continue
        problems += _check_words(own, data.decode(), path)
        words.update(own)
    if not problems:
        problems += [
            Problem(
                files[0][0], 0, f"the word '{word}' is missing", "the shipped file has them all"
            )
            for word in (*_NEEDED, "months")
            if word not in words
        ]
    if problems:
        raise BuildFailed(problems)
    return words


def check_own_words(
    file: WordFile, english: Mapping[str, Any], used: Collection[str]
) -> Iterator[Problem]:
    """What is doubtful in a site's own words: names that nobody asks for, braces that nobody fills.

    `used` are the words that the site's own templates ask for.
    """
    path, data = file
    text = data.decode()
    for word, value in _parse(path, data).items():
        line = _line_of(word, text)
        if word not in english:
            if word not in used:
                message = f"no template asks for the word '{word}'"
                yield Problem(path, line, message, did_you_mean(word, english), is_warning=True)
            continue
        if word in _NEEDED or not isinstance(english[word], str):
            continue
        if not isinstance(value, str):
            yield Problem(path, line, f"'{word}' must be text", f'such as "{english[word]}"')
            continue
        gaps = sorted(_gaps(english[word]))
        if fault := _find_fault(word, value, gaps):
            yield Problem(path, line, fault, _hint(gaps))


@lru_cache(maxsize=256)
def _parse(path: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BuildFailed([Problem(path, line, "is not UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise BuildFailed([Problem(path, line, f"is not TOML: {error}")]) from None


def _check_words(words: Mapping[str, Any], text: str, path: str) -> Iterator[Problem]:
    """The words of a file that the builder can't fill in."""
    for word, gaps in _NEEDED.items():
        if word not in words:
            continue
        value, line = words[word], _line_of(word, text)
        if not isinstance(value, str):
            yield Problem(path, line, f"'{word}' must be text", "see the default theme's file")
            continue
        try:
            value.format(**gaps)
        except _UNFILLED:
            yield Problem(path, line, _unfilled(word, value), _hint(gaps))
    short = words.get("months_short")
    if isinstance(short, str) and len(short.split()) != 12:
        line = _line_of("months_short", text)
        yield Problem(path, line, "'months_short' must be twelve names with spaces between them")
    months = words.get("months", [""] * 12)
    if not isinstance(months, list) or [type(month) for month in months] != [str] * 12:
        yield Problem(path, _line_of("months", text), "'months' must be a list of twelve names")


def _line_of(word: str, text: str) -> int:
    rows = enumerate(text.splitlines(), 1)
    return next((line for line, row in rows if re.match(rf"{re.escape(word)}\s*=", row)), 0)


def _gaps(text: str) -> set[str]:
    """The names in a text's braces; ValueError if they do not match."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _find_fault(word: str, value: str, gaps: Collection[str]) -> str:
    """What is wrong with a word in whose braces numbers are put, if anything is."""
    try:
        if extra := _gaps(value).difference(gaps):
            named = ", ".join(f"{{{gap}}}" for gap in sorted(extra))
            return f"nothing is put in place of {named} in '{word}'"
        value.format(**dict.fromkeys(gaps, 1))
    except _UNFILLED:
        return _unfilled(word, value)
    return ""


_UNFILLED = (LookupError, ValueError, AttributeError, TypeError)


def _unfilled(word: str, value: str) -> str:
    return f"'{word}' cannot be filled in: {value}"


def _hint(gaps: Collection[str]) -> str:
    named = ", ".join(f"{{{gap}}}" for gap in gaps)
    return f"it may have {named} in braces" if gaps else "it takes no braces"
