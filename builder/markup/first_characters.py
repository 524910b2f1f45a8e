"""With which characters a match of a regular expression can begin.

In: a compiled pattern and a parser of patterns (`re`'s own). Out: a test of one character that is
false only where no match of the pattern can begin. It knows nothing of lexers.

The set of first characters is read off the pattern's parse tree; it may be too large, never too
small. Its members are written down as a small regular expression again, so that case folding and
categories stay `re`'s own affair. The tree is private to `re`: a node that is not known here makes
the whole pattern unknown.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

Parse = Callable[[str, int], Any]
Test = Callable[[str], object]
# First characters as (flags, set) pairs, each set in the spelling of a regular expression; and
# whether nothing needs to follow: the node can match the empty string.
First = tuple[frozenset[tuple[str, str]], bool]

_TYPE_FLAGS = int(re.ASCII | re.LOCALE | re.UNICODE)
_NOTHING: frozenset[tuple[str, str]] = frozenset()
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def find_parse() -> Parse | None:
    """The parser that `re` itself uses, or None where it is not at its known place."""
    try:
        parse: Parse = import_module("re._parser").parse
    except (ImportError, AttributeError):
        return None
    return parse


def make_first_test(pattern: re.Pattern[str], parse: Parse) -> Test | None:
    """A test that is false for a character with which no match of `pattern` can begin.

    None: the pattern can match the empty string, or it can't be told how its matches begin.
    """
    try:
        tree = parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        members, may_be_empty = _first_of_sequence(tree, pattern.flags)
        return None if may_be_empty or not members else _compile_test(members)
    except Exception:  # whatever a changed tree leads to, it means "unknown"
        return None


@functools.cache
def _compile_test(members: frozenset[tuple[str, str]]) -> Test:
    by_flags: dict[str, list[str]] = {}
    for flags, characters in sorted(members):
        by_flags.setdefault(flags, []).append(characters)
    union = "|".join(f"(?{flags}:{'|'.join(sets)})" for flags, sets in by_flags.items())
    return re.compile(union).fullmatch


def _first_of_sequence(nodes: Iterable[tuple[object, Any]], flags: int) -> First:
    members = _NOTHING
    for kind, value in nodes:
        found, may_be_empty = _READERS[str(kind)](value, flags)
        members |= found
        if not may_be_empty:
            return members, False
    return members, True


def _first_of_set(characters: str, flags: int) -> First:
    letters = ("a" if flags & re.ASCII else "") + ("i" if flags & re.IGNORECASE else "")
    return frozenset({(letters, f"[{characters}]")}), False


def _first_of_any(_: object, flags: int) -> First:
    return _first_of_set(r"\s\S" if flags & re.DOTALL else r"^\n", flags)


def _first_of_in(items: Iterable[tuple[object, Any]], flags: int) -> First:
    return _first_of_set("".join(_spell(str(kind), value) for kind, value in items), flags)


def _spell(kind: str, value: Any) -> str:
    match kind:
        case "NEGATE":
            return "^"
        case "LITERAL":
            return _spell_character(value)
        case "RANGE":
            return f"{_spell_character(value[0])}-{_spell_character(value[1])}"
        case "CATEGORY":
            return _CATEGORIES[str(value)]
    raise ValueError(kind)


def _spell_character(code: int) -> str:
    return f"\\U{code:08x}"


def _first_of_branch(value: tuple[object, Iterable[Any]], flags: int) -> First:
    members, may_be_empty = _NOTHING, False
    for alternative in value[1]:
        found, is_empty = _first_of_sequence(alternative, flags)
        members |= found
        may_be_empty |= is_empty
    return members, may_be_empty


def _first_of_group(value: tuple[object, int, int, Any], flags: int) -> First:
    _, added, removed, nodes = value
    if added & _TYPE_FLAGS:
        flags &= ~_TYPE_FLAGS
    return _first_of_sequence(nodes, (flags | added) & ~removed)


def _first_of_repeat(value: tuple[int, int, Any], flags: int) -> First:
    least, _, nodes = value
    members, may_be_empty = _first_of_sequence(nodes, flags)
    return members, may_be_empty or least == 0


def _first_of_assertion(value: tuple[int, Any], flags: int) -> First:
    direction, nodes = value
    if direction < 0:
        return _NOTHING, True
    members, may_be_empty = _first_of_sequence(nodes, flags)
    # What must come next is as good as consumed: all that follows begins with that character.
    return (_NOTHING, True) if may_be_empty else (members, False)


def _first_of_nothing(_: object, __: int) -> First:
    return _NOTHING, True


# References to groups are missing on purpose: what they match is known only while matching.
_READERS: dict[str, Callable[[Any, int], First]] = {
    "LITERAL": lambda code, flags: _first_of_set(_spell_character(code), flags),
    "NOT_LITERAL": lambda code, flags: _first_of_set("^" + _spell_character(code), flags),
    "ANY": _first_of_any,
    "IN": _first_of_in,
    "BRANCH": _first_of_branch,
    "SUBPATTERN": _first_of_group,
    "ATOMIC_GROUP": _first_of_sequence,
    "MAX_REPEAT": _first_of_repeat,
    "MIN_REPEAT": _first_of_repeat,
    "POSSESSIVE_REPEAT": _first_of_repeat,
    "ASSERT": _first_of_assertion,
    "ASSERT_NOT": _first_of_nothing,
    "AT": _first_of_nothing,
}
