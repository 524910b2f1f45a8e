"""What an author writes into code for its page: region lines, `card: hide` and `card: hl`.

In: the lines of a file and its language. Out: marks, regions, and what is wrong with them.
It must not know symbols, cards or HTML.
"""

from __future__ import annotations

import functools
import io
import re
import tokenize
from collections.abc import Sequence
from typing import Literal, NamedTuple

from builder.cards.languages import comment_signs
from builder.errors import Problem, did_you_mean
from builder.model import Span

LINE_MARKS = ("hide", "hl")


class Mark(NamedTuple):
    """A mark: its line, and `code`, what is left of that line without it ("" for a region's lines).

    The name is the region's ("" where an end names none), or what follows the colon of "card:".
    """

    line: int
    form: Literal["region", "endregion", "card"]
    name: str
    code: str


def split_lines(text: str) -> list[str]:
    r"""The lines of a text as compilers count them: only \n, \r\n and \r end a line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def find_marks(lines: Sequence[str], language: str) -> tuple[Mark, ...]:
    """The marks of a file, in order; in Python, what only looks like one in a string is none."""
    patterns = _patterns(language)
    if patterns is None:
        return ()
    found = [
        mark
        for number, line in enumerate(lines, 1)
        if (mark := _read_mark(number, line, *patterns))
    ]
    if found and language == "python":
        commented = _commented_lines(lines)
        found = [mark for mark in found if mark.line in commented]
    return tuple(found)


def find_regions(path: str, marks: Sequence[Mark]) -> tuple[dict[str, Span], tuple[Problem, ...]]:
    """The regions by name, without the marks' own lines, and what is wrong with the marks."""
    regions: dict[str, Span] = {}
    opened: dict[str, int] = {}
    problems = []
    for mark in marks:
        if mark.form == "card":
            if mark.name not in LINE_MARKS:
                hint = did_you_mean(
                    mark.name, LINE_MARKS, "a line's mark is 'card: hide' or 'card: hl'"
                )
                problems.append(
                    Problem(path, mark.line, f"no mark is called 'card: {mark.name}'", hint)
                )
        elif mark.form == "region":
            if mark.name in opened or mark.name in regions:
                message = f"region '{mark.name}' is opened a second time"
                problems.append(
                    Problem(path, mark.line, message, "give each region of a file its own name")
                )
            else:
                opened[mark.name] = mark.line
        else:
            problems += _close_region(path, mark, opened, regions)
    for name, line in opened.items():
        message = f"region '{name}' is never closed"
        problems.append(Problem(path, line, message, f"end it with a comment 'endregion {name}'"))
    return regions, tuple(problems)


def _close_region(
    path: str, mark: Mark, opened: dict[str, int], regions: dict[str, Span]
) -> list[Problem]:
    name = mark.name or next(reversed(opened), "")
    if name not in opened:
        called = f"'{name}' " if name else ""
        hint = did_you_mean(name, opened, "open it above, or remove this line")
        return [Problem(path, mark.line, f"endregion {called}ends a region that is not open", hint)]
    first = opened.pop(name) + 1
    if first >= mark.line:
        return [
            Problem(
                path, mark.line, f"region '{name}' has no lines", "move its ends around some code"
            )
        ]
    regions[name] = Span(first, mark.line - 1)
    return []


def _read_mark(
    number: int, line: str, region: re.Pattern[str], card: re.Pattern[str]
) -> Mark | None:
    if "region" in line and (found := region.match(line)):
        form: Literal["region", "endregion"] = "endregion" if found["end"] else "region"
        # A lone `# region` is prose or a slip; without a name it could not be embedded.
        return (
            Mark(number, form, found["name"] or "", "") if found["end"] or found["name"] else None
        )
    if "card:" in line and (found := card.match(line)):
        return Mark(number, "card", found["name"], found["code"])
    return None


@functools.cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """How a region's line and a line with a card mark look; None if there are no comments."""
    signs = comment_signs(language)
    if not signs:
        return None
    opens = "|".join(f"(?:{re.escape(sign)})+" for sign, _ in signs)
    closes = "|".join(re.escape(sign) for _, sign in signs if sign)
    closing = rf"\s*(?:{closes})?\s*$" if closes else r"\s*$"
    return (
        re.compile(rf"\s*(?:{opens})\s*(?P<end>end)?region(?:\s+(?P<name>[\w.:-]*\w))?{closing}"),
        re.compile(rf"(?P<code>.*?)\s*(?:{opens})\s*card:\s*(?P<name>[\w-]*){closing}"),
    )


def _commented_lines(lines: Sequence[str]) -> set[int]:
    """The lines of Python code that hold a comment; all lines if the code can't be read."""
    text = io.StringIO("\n".join(lines) + "\n")
    try:
        return {
            token.start[0]
            for token in tokenize.generate_tokens(text.readline)
            if token.type == tokenize.COMMENT
        }
    except (tokenize.TokenError, SyntaxError):
        return set(range(1, len(lines) + 1))
