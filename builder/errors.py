"""What an author got wrong, as values; and the two exceptions that end a command.

In: nothing. Out: `Problem` (a mistake with a place and a way out), `BuildFailed` (problems that
stop a build) and `MachineFault` (a disk, a permission). No other room raises for an author's
mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from builder.codec import Value


class Problem(Value, frozen=True, order=True):
    """An author's mistake: which file, which line (from 1; 0 where none applies), what, and what to
    do about it.

    A problem stops the build; one with `is_warning` is only printed, unless the build is strict;
    one that `is_strict_only` is not even that. `is_evidence`: something is not proven, rather than
    wrong.
    """

    path: str
    line: int
    message: str
    hint: str = ""
    is_warning: bool = False
    is_strict_only: bool = False
    is_evidence: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        label = "warning: " if self.is_warning else ""
        return f"{place}: {label}{self.message}" + (f"\n    {self.hint}" if self.hint else "")


class BuildFailed(Exception):
    """Problems that stop a build; the output is untouched."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[BuildFailed], tuple[tuple[Problem, ...]]]:
        return BuildFailed, (self.problems,)


class MachineFault(Exception):
    """The machine's fault, not the author's.

    A full disk, a missing permission. Its text says what and where.
    """


def did_you_mean(
    word: str, known: Iterable[str], otherwise: str = "", *, cutoff: float = 0.6
) -> str:
    """A hint that names the known words nearest to a wrong one; `otherwise` if none is as near as
    `cutoff`, from 0 for anything to 1 for the word itself.
    """
    near: Sequence[str] = difflib.get_close_matches(word, list(known), n=2, cutoff=cutoff)
    if not near:
        return otherwise
    return "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
