"""The doctests of a page, as a test file that a runner can run like a card's.

In: a page's path and its blocks of Python. Out: Python text. It runs nothing, and the text it
writes needs Python and pytest alone: a page is tested with what its blocks import, and no more.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterable

from builder.model import Fence


def doctest_module(path: str, fences: Iterable[Fence]) -> str:
    """A test file with a test for each doctest among the blocks of the page at `path`.

    The tests are called after their place among the page's doctests: `test_block_2`. Blocks see the
    names of those above them, as in one session, and each runs once; so a test that runs alone or
    out of order first runs the blocks above its own. Failures name lines of the page. Empty text if
    there is no doctest.
    """
    blocks = _doctests(fences)
    if not blocks:
        return ""
    rows = "".join(f"    ({fence.line}, {fence.code!r}),\n" for fence in blocks)
    tests = "".join(
        f"\n\ndef test_block_{number + 1}():\n    _run({number})\n" for number in range(len(blocks))
    )
    # In one go: a path or a block may have these words in it too.
    values = {"PATH": repr(path), "ROWS": rows}
    return re.sub("PATH|ROWS", lambda found: values[found[0]], _HEAD) + tests


def doctest_code(fences: Iterable[Fence]) -> str:
    """The Python that a page's doctests type, without prompts and outputs: what they import.

    Code that does not parse (an example may show a SyntaxError) is left out. The whole need not
    run: it is there to be read.
    """
    sources = (
        example.source
        for fence in _doctests(fences)
        for example in doctest.DocTestParser().get_examples(fence.code)
    )
    return "".join(filter(_is_python, sources))


def _doctests(fences: Iterable[Fence]) -> list[Fence]:
    return [fence for fence in fences if fence.form == "doctest"]


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


_HEAD = '''\
# The doctests of a page, written out by proofpress; the page is where to edit them.
import doctest

PAGE = PATH
# The line of each block's fence, and the block.
BLOCKS = [
ROWS]

_names = {"__name__": "__main__"}
_failures = []


def _run(number):
    """Run the blocks up to this one that did not run yet; raise what this one failed with."""
    while len(_failures) <= number:
        _failures.append(_run_block(*BLOCKS[len(_failures)]))
    if _failures[number] is not None:
        raise _failures[number]


def _run_block(line, code):
    test = doctest.DocTestParser().get_doctest(code, {}, f"{PAGE}:{line}", PAGE, line)
    # Not a copy of the names: the blocks of a page are one session.
    test.globs = _names
    try:
        doctest.DebugRunner(verbose=False).run(test, clear_globs=False)
    except (doctest.DocTestFailure, doctest.UnexpectedException) as failure:
        return failure
    return None
'''
