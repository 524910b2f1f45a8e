"""How fenced Python accounts for itself: as a doctest that runs, or by a reason why nobody runs it.

In: a block's code and what its fence says; facts. Out: `Fence`, counts, warnings. Nothing here runs
code: `cards.doctests` writes the test that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from builder.errors import Problem
from builder.model import Facts, Fence, FenceCounts

if TYPE_CHECKING:
    import doctest

# What the one name of a language may be for a block to be Python.
PYTHON = frozenset({"python", "pycon", "python2", "numpy"})

_PROMPT = re.compile(r"^[ \t]*>>>", re.MULTILINE)
_UNRUN = re.compile(r"\s*(?:$|#|>>>|\.\.\.)")
_PLACE = re.compile(r"line (\d+) of the (?:docstring|doctest) for block,? ?")


def read_fence(language: str, code: str, line: int, reason: str, *, is_untested: bool) -> Fence:
    """How a block of Python, whose opening fence is the file's line `line`, accounts for itself.

    A mark `.untested` goes before prompts: it says that they are not run.
    """
    if is_untested:
        return Fence(line, language, "untested", reason)
    if not _PROMPT.search(code):
        return Fence(line, language, "unaccounted")
    obstacle = _find_obstacle(code, line)
    if obstacle:
        return Fence(line, language, "unaccounted", obstacle)
    return Fence(line, language, "doctest", code=code)


def unaccounted_problems(facts: Facts) -> tuple[Problem, ...]:
    """A warning, for strict builds, for each block of Python that nothing tests or explains."""
    return tuple(
        Problem(
            facts.path,
            fence.line,
            "this Python block is not tested" + (f": {fence.reason}" if fence.reason else ""),
            'make it a card, write it as a doctest (>>> …), or mark it {.untested reason="…"}',
            is_warning=True,
            is_strict_only=True,
            is_evidence=True,
        )
        for fence in facts.fences
        if fence.form == "unaccounted"
    )


def count_fences(pages: Iterable[Facts]) -> FenceCounts:
    """How many of the pages' blocks are cards' code, doctests, marked untested, and neither."""
    cards = doctests = untested = unaccounted = 0
    for facts in pages:
        cards += sum(embed.part != "output" for embed in facts.embeds)
        for fence in facts.fences:
            doctests += fence.form == "doctest"
            untested += fence.form == "untested"
            unaccounted += fence.form == "unaccounted"
    return FenceCounts(cards, doctests, untested, unaccounted)


def _find_obstacle(code: str, line: int) -> str:
    """Why running a block with prompts would not test all of it; empty if it would."""
    # Late, because it loads a debugger too, and few pages have prompts.
    import doctest

    try:
        examples = doctest.DocTestParser().get_examples(code, "block")
    except ValueError as error:
        # Python counts the block's lines, readers those of the file.
        return _PLACE.sub(lambda found: f"line {line + int(found[1])} ", str(error), count=1)
    for example in examples:
        if example.options.get(doctest.SKIP):
            return f"line {line + 1 + example.lineno} is skipped"
    if not examples:
        return "no prompt has code"
    number = _find_loose_line(code.split("\n"), examples)
    if number is not None:
        return f"line {line + 1 + number} is neither code behind a prompt nor its output"
    return ""


def _find_loose_line(lines: Sequence[str], examples: Sequence[doctest.Example]) -> int | None:
    """The first line (from 0) that looks like code or output, and that no example has."""
    held: set[int] = set()
    for example in examples:
        count = example.source.count("\n") + example.want.count("\n")
        held.update(range(example.lineno, example.lineno + count))
    loose = (
        number for number, text in enumerate(lines) if number not in held and not _UNRUN.match(text)
    )
    return next(loose, None)
