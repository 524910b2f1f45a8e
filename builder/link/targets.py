"""A page's references to its targets: where each leads, and which pages are led to.

In: facts of one page, indexes of everything that can be meant. Out: `Targets`, with the problems.
"""

from __future__ import annotations

from builder.codec import Value
from builder.errors import Problem
from builder.link.pictures import Album, show_pictures
from builder.link.references import Index, resolve
from builder.model import Facts, Target


class Targets(Value, frozen=True):
    """`targets` answers the page's references one by one; `pages` are the positions of the pages
    that they lead to, itself included.
    """

    targets: tuple[Target | None, ...]
    pages: frozenset[int]
    problems: tuple[Problem, ...]


NONE = Targets((), frozenset(), ())


def find_targets(facts: Facts, index: Index, album: Album) -> Targets:
    """Where a page's references lead. The pictures to be made for it are noted in `album`."""
    if not facts.references:
        return NONE
    found = [resolve(reference, facts.path, index) for reference in facts.references]
    problems = [item.problem for item in found if item.problem is not None]
    targets = tuple([item.target for item in found])
    pages = frozenset([item.page for item in found if item.page is not None])
    targets = show_pictures(facts, targets, album, problems)
    return Targets(targets, pages, tuple(problems))
