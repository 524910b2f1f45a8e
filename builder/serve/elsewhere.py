"""A site's folders on systems other than Linux, listened to through watchdog.

In: a scope. Out: what is heard of it. These systems tell of everything below a folder by
themselves; what links lead to outside of it is not heard.
"""

from __future__ import annotations

import os
import queue
import time

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from builder.serve.heard import Heard, Scope

# Not told: opened, and closed without having been written to.
_TOLD = frozenset({"created", "modified", "moved", "deleted", "closed"})


class Elsewhere:
    """Hears what happens in a scope; a `Source`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._is_woken = False
        outside = [path for path in scope.wanted if not path.startswith(scope.root + os.sep)]
        # The system gives real paths, whatever links led there.
        self._tops = {
            os.path.realpath(path): path
            for path in (scope.root, *outside)
            if os.path.isdir(path)  # noqa: PTH112
        }
        self._observer = Observer()
        try:
            for top in self._tops:
                self._observer.schedule(_Ear(self._events), top, recursive=True)
            self._observer.start()
        except OSError:
            self.close()
            raise

    def hear(self, heard: Heard, seconds: float | None) -> bool:
        """Wait for something that matters; see `Source`."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._is_woken:
            try:
                left = None if end is None else max(0, end - time.monotonic())
                path = self._events.get(timeout=left)
            except queue.Empty:
                return False
            if path is not None and self._note(path, heard):
                return True
        return False

    def wake(self) -> None:
        """End the waiting."""
        self._is_woken = True
        self._events.put(None)

    def close(self) -> None:
        """Listen no more."""
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    def _note(self, path: str, heard: Heard) -> bool:
        affected = [
            name
            for top, given in self._tops.items()
            if f"{path}{os.sep}".startswith(top + os.sep)
            for name in self._scope.affected(given + path[len(top) :])
        ]
        for name in affected:
            heard.note(self._scope.name(name), is_new=False)
        return bool(affected)


class _Ear(FileSystemEventHandler):
    def __init__(self, events: queue.SimpleQueue[str | None]) -> None:
        self._events = events

    def dispatch(self, event: FileSystemEvent) -> None:
        # That a folder was "modified" says only that something in it was, which is told as well.
        if event.event_type in _TOLD and not (
            event.is_directory and event.event_type == "modified"
        ):
            for path in (event.src_path, event.dest_path):
                if path:
                    self._events.put(os.fsdecode(path))
