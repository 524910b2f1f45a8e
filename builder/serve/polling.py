"""A site's files, looked at every so often.

For disks whose changes the system does not tell of, and for when it tells of no more folders. In: a
scope. Out: what is found to be changed. The processor is left alone 95% of the time, however many
files there are: see `Polling.interval`.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from builder.read.tree import SignatureFields, survey_folders
from builder.serve.heard import Heard, Scope

LEAST_SECONDS = 0.25
# Of the processor less than a twentieth, the comparing included; of a slow disk's time a fifth.
_REST_PER_CPU_SECOND = 24
_REST_PER_SECOND = 4


class Polling:
    """Compares a scope with what it was; a `Source`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        # What is wanted, by the folder it is looked up from.
        self._by_folder: dict[str, list[str]] = {}
        for path in scope.wanted:
            is_inside = path.startswith(scope.root + os.sep)
            folder = scope.root if is_inside else os.path.dirname(path)  # noqa: PTH120
            below = path[len(folder) :].strip(os.sep).replace(os.sep, "/")
            self._by_folder.setdefault(folder, []).append(below)
        self._woken = threading.Event()
        self._rest = 0.0
        self.seconds = 0.0
        self._before = self._look()

    @property
    def interval(self) -> float:
        """Seconds between one look and the next."""
        return max(LEAST_SECONDS, self._rest)

    def hear(self, heard: Heard, seconds: float | None) -> bool:
        """Look until something changed; see `Source`.

        What is waited for shortly, to see whether a burst is over, is looked at once more, and the
        rest after it is longer for that.
        """
        while not self._woken.wait(self.interval if seconds is None else seconds):
            owed = 0.0 if seconds is None else self._rest
            before, self._before = self._before, self._look()
            self._rest += owed
            changed = [
                path
                for path in before.keys() | self._before.keys()
                if before.get(path) != self._before.get(path)
            ]
            for path in changed:
                heard.note(path, is_new=False)
            if changed or seconds is not None:
                return bool(changed)
        return False

    def wake(self) -> None:
        """End the waiting."""
        self._woken.set()

    def close(self) -> None:
        """There is nothing to give back."""

    def _look(self) -> dict[str, SignatureFields | str]:
        """By path, as in `Change`: a file's signature, or what is wrong with it."""
        wall, processor = time.monotonic(), time.thread_time()
        found: dict[str, SignatureFields | str] = {}
        for folder, paths in self._by_folder.items():
            tree = survey_folders(Path(folder), paths)
            label = "" if folder == self._scope.root else f"{self._scope.name(folder)}/"
            found |= {label + path: sign for path, sign in tree.files.items()}
            found |= {label + path: fault for path, fault in tree.faults}
        self.seconds = time.monotonic() - wall
        self._rest = max(
            (time.thread_time() - processor) * _REST_PER_CPU_SECOND,
            self.seconds * _REST_PER_SECOND,
        )
        return found
