"""What the author is shown of a mistake: where it is, what, what to do, and the lines around it.

In: problems, the site's folder. Out: `Fault`s, and a page that stands in for one that can't be
made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from builder.codec import Value
from builder.errors import Problem
from builder.read.tree import locate

LINES_AROUND = 3
LONGEST_LINE = 200
# More than this many at once are not read one by one.
MOST_FAULTS = 50


class Fault(Value, frozen=True):
    """A problem with what lies around it.

    `url` is the address of the page whose file it is in, "" for a file that is no page's; `excerpt`
    are the lines around it with their numbers, none if it has no line.
    """

    path: str
    line: int
    message: str
    hint: str
    is_warning: bool
    url: str
    excerpt: tuple[tuple[int, str], ...]


def describe(
    problems: Iterable[Problem], root: Path, theme: Path, urls: Mapping[str, str]
) -> tuple[Fault, ...]:
    """The problems as the author is shown them, mistakes before warnings; `urls` are those of pages
    by the path of their file.
    """
    ordered = sorted(problems, key=lambda problem: (problem.is_warning, problem))
    return tuple(
        Fault(
            problem.path,
            problem.line,
            problem.message,
            problem.hint,
            problem.is_warning,
            urls.get(problem.path, ""),
            _excerpt(locate(root, theme, problem.path), problem.line),
        )
        for problem in ordered[:MOST_FAULTS]
    )


def _excerpt(file: Path, line: int) -> tuple[tuple[int, str], ...]:
    if not line:
        return ()
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ()
    first = max(1, line - LINES_AROUND)
    shown = lines[first - 1 : line + LINES_AROUND]
    return tuple((number, text[:LONGEST_LINE]) for number, text in enumerate(shown, first))


def stand_in(faults: Iterable[Fault]) -> bytes:
    """A page in the place of one that was never right: what is wrong, readable without a script."""
    items = "".join(
        f"<dt>{escape(fault.path)}{f':{fault.line}' if fault.line else ''}</dt>"
        f"<dd>{escape(fault.message)}{f'<br>{escape(fault.hint)}' if fault.hint else ''}</dd>\n"
        for fault in faults
    )
    told = f"<p>It shows as soon as this is mended:</p>\n<dl>\n{items}</dl>\n"
    return _plain_page("This page cannot be made yet", told)


def waiting_page() -> bytes:
    """A page in the place of any, while the site is read for the first time."""
    told = "<p>This page shows by itself as soon as that is done.</p>\n"
    return _plain_page("The site is being read", told)


def _plain_page(title: str, markup: str) -> bytes:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<title>{title}</title>\n<meta name="viewport" '
        'content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n</head>\n<body>\n<main>\n'
        f"<h1>{title}</h1>\n{markup}</main>\n</body>\n</html>\n"
    ).encode()
