"""What of the disk a preview listens to, and what it has heard so far.

In: the site's folder, the folders and files it is made from; events from whoever hears them. Out:
`Change`s. Which system call an event came from is not known here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from builder.read.tree import is_ignored
from builder.serve.change import Change

# With more than this, looking at everything is cheaper than looking at each.
MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """The site's folder, and all that matters: files, and folders with everything in them.

    Paths are absolute. Those of `wanted` need not be there.
    """

    root: str
    wanted: tuple[str, ...]

    def name(self, path: str) -> str:
        """A path as a `Change` gives it: relative to the site's folder, elsewhere absolute."""
        if path == self.root:
            return "."
        return path.removeprefix(self.root + os.sep).replace(os.sep, "/")

    def affected(self, path: str) -> list[str]:
        """Which paths that matter may be changed by an event at `path`, anywhere on the disk."""
        found = []
        for wanted in self.wanted:
            if f"{wanted}{os.sep}".startswith(f"{path}{os.sep}"):
                found.append(wanted)  # itself, or a folder that it lies in
            elif path.startswith(f"{wanted}{os.sep}"):
                below = Path(path[len(wanted) + 1 :])
                found += [] if any(map(is_ignored, below.parts)) else [path]
        return found


def scope_of(root: Path, paths: Iterable[Path]) -> Scope:
    """The scope of these paths, each once."""
    wanted = dict.fromkeys(os.path.abspath(path) for path in paths)  # noqa: PTH100  # keep links
    return Scope(os.path.abspath(root), tuple(wanted))  # noqa: PTH100


class Heard:
    """What was heard since the last time somebody was told."""

    def __init__(self) -> None:
        # Whether a path was not there before.
        self._is_new: dict[str, bool] = {}
        self._is_sweeping = False

    def note(self, path: str, *, is_new: bool) -> None:
        """A path, as in `Change`, may have changed; `is_new`: it surely was not there before."""
        if not _can_be_named(path):
            self._is_sweeping = True
        elif len(self._is_new) <= MOST_NAMED:
            self._is_new.setdefault(path, is_new)

    def sweep(self) -> None:
        """Anything may have changed."""
        self._is_sweeping = True

    def change(self, root: str) -> Change:
        """All that was heard.

        What came and went meanwhile, as the probes and temporary files of editors do, is left out
        where there is something else to tell.
        """
        if len(self._is_new) > MOST_NAMED:
            return Change(frozenset(), is_sweeping=True)
        lasting = frozenset(
            path
            for path, is_new in self._is_new.items()
            if not is_new or os.path.lexists(os.path.join(root, path))  # noqa: PTH118
        )
        return Change(lasting or frozenset(self._is_new), self._is_sweeping)


class Source(Protocol):
    """Something that hears of changes; for one thread, but for `wake`.

    Any method may raise OSError: then this source is of no more use.
    """

    def hear(self, heard: Heard, seconds: float | None) -> bool:
        """Wait until something that matters happens, at most `seconds`, and add it to `heard`.

        False: nothing did, or `wake` was called.
        """

    def wake(self) -> None:
        """End the waiting, now and from now on."""

    def close(self) -> None:
        """Give back what the system lent."""


def _can_be_named(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # a name that is not UTF-8
        return False
    return path != "."
