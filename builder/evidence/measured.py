"""What was measured against what is there now: the same bytes, the same code, or other code.

In: the texts of files as measured and as they are, by path. Out: one of three words. It must not
guess: where comments can't be told from code with certainty, other text is other code.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Literal

from builder.cards.languages import find_language

Difference = Literal["exact", "comments", "changed"]


def compare_sources(recorded: Mapping[str, str], present: Mapping[str, str]) -> Difference:
    """Whether the recorded files are still the same to the byte, but for comments, or not at all.

    In Python, syntax trees are compared: comments, line breaks and positions don't count, but a
    docstring does. It is a value: a decorator, a parser of arguments or a compiler of kernels may
    read it, and nothing in the file need say so. A file that `present` has besides is not looked
    at: it matters only once a recorded one names it, and then that one has changed.
    """
    found: set[Difference] = {
        _compare(path, text, present[path]) if path in present else "changed"
        for path, text in recorded.items()
    }
    order: tuple[Difference, ...] = ("changed", "comments")
    return next((word for word in order if word in found), "exact")


def _compare(path: str, recorded: str, present: str) -> Difference:
    if recorded == present:
        return "exact"
    language = find_language(path)
    if language == "python":
        tree = _tree(recorded)
        return "comments" if tree is not None and tree == _tree(present) else "changed"
    code = _code(recorded, language)
    return "comments" if code is not None and code == _code(present, language) else "changed"


def _tree(text: str) -> str | None:
    """A Python file's syntax tree as text; None if it can't be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is no matter here
            return ast.dump(ast.parse(text.removeprefix("\ufeff")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# Languages whose strings `_TOKEN` knows. In others a string may hold what looks like a comment (a
# regular expression in JavaScript, a document in a shell script, an expression in Kotlin), or a
# comment may be code (what stands before `import "C"` in Go).
_KNOWN = frozenset(("c", "cpp", "csharp", "cuda", "glsl", "java", "sql"))


@functools.cache
def _tokens(sign: str) -> re.Pattern[str]:
    """Strings and comments; `sign` opens a comment that runs to the line's end.

    Strings that run over lines, whose last quote stands after a backslash or touches another one,
    are in doubt: languages differ in where they end.
    """
    return re.compile(
        rf"""(?P<string>(?<![\w"'@$\#])(?P<quote>["'])
            (?:(?!(?P=quote))[^\\\n]|\\[^"'\n])*(?P=quote)(?!["']))
        |(?P<doubt>["'`])
        |/\*(?P<inner>(?:(?!\*/|/\*)[\s\S])*)\*/
        |{re.escape(sign)}(?P<rest>[^\n]*)
        |(?P<open>/\*)""",
        re.VERBOSE,
    )


# What is to be read by a machine starts right after the sign ("/*+ PARALLEL */", "/*! SELECT */");
# prose starts after a space. A backslash may carry a comment on to the next line.
_PROSE = re.compile(r"[/*-]*(?:\s[^\\]*)?")


def _code(text: str, language: str) -> list[str] | None:
    """The lines of a file without comments, empty lines and what ends lines; None where it is not
    certain what is a comment.
    """
    if language not in _KNOWN or (language == "sql" and re.search(r"[$\[]", text)):
        return None  # in SQL, $$ and [ may open a text or a name with anything in it
    sign = "--" if language == "sql" else "//"
    parts = list(_parts(text.replace("\r\n", "\n"), _tokens(sign)))
    if None in parts:
        return None
    lines = "".join(part for part in parts if part is not None).split("\n")
    return [line.rstrip() for line in lines if line.strip()]


def _parts(text: str, tokens: re.Pattern[str]) -> Iterator[str | None]:
    """A text's parts, with a space for each comment that is prose; None for what is in doubt."""
    end = 0
    for found in tokens.finditer(text):
        yield text[end : found.start()]
        end = found.end()
        comment = found["inner"] or found["rest"] or ""
        if found["doubt"] or found["open"]:
            yield None
        elif found["string"] or not _PROSE.fullmatch(comment):
            yield found[0]
        elif "\n" in comment and not _stands_alone(text, found):
            yield None  # whether the line ends within it, languages see differently
        else:
            yield " "
    yield text[end:]


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    """Whether nothing else is on a comment's lines."""
    before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    after = text[found.end() :].partition("\n")[0]
    return not before.strip() and not after.strip()
