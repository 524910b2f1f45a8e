"""A site's folders, listened to through inotify.

In: a scope. Out: what is heard of it. inotify knows of single folders only, so this follows them as
they come, go, move and are linked to.
"""

# A site has thousands of files, and Path objects cost twice what os functions do.
# ruff: noqa: PTH114, PTH115, PTH119, PTH120

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator

from builder.read.tree import is_ignored
from builder.serve.heard import Heard, Scope
from builder.serve.inotify import (
    ATTRIB,
    CREATE,
    DELETE,
    IGNORED,
    IS_FOLDER,
    MOVE_SELF,
    MOVED_FROM,
    MOVED_TO,
    OVERFLOW,
    UNMOUNT,
    Inotify,
    Notice,
)

_APPEARED = CREATE | MOVED_TO
_VANISHED = DELETE | MOVED_FROM
# The kernel has nothing left to give; any other refusal is about the one folder.
_EXHAUSTED = frozenset({errno.ENOSPC, errno.ENOMEM})
_MOST_LINKS = 40  # what the kernel follows


class _Folder:
    """What one watch is for."""

    __slots__ = ("known", "marks", "places")

    def __init__(self) -> None:
        # Where the folder is in the site: more than once if links lead to it. With each, the real
        # folders that links led to on the way there.
        self.places: dict[str, tuple[str, ...]] = {}
        # Single entries that something in the site hangs by: name to the paths that do.
        self.marks: dict[str, set[str]] = {}
        # The entries that were there when they were last looked at or heard of.
        self.known: set[str] = set()


class Folders:
    """Hears what happens in a scope; a `Source`.

    The site's own folder has to stay where it is: once it was moved or deleted, `hear` raises
    FileNotFoundError.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._real_root = f"{os.path.realpath(scope.root)}/"
        self._kernel = Inotify()
        self._folders: dict[int, _Folder] = {}
        self._watch_at: dict[str, int] = {}
        self._marked: dict[str, list[tuple[int, str]]] = {}
        self._anchors: set[int] = set()
        try:
            self._plant_all()
        except OSError:
            self._kernel.close()
            raise

    def hear(self, heard: Heard, seconds: float | None) -> bool:
        """Wait for something that matters; see `Source`."""
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            notices = self._kernel.read(None if end is None else max(0, end - time.monotonic()))
            if notices is None:
                return False
            # Each is taken: what does not matter to the site may matter to where to listen.
            matters = [self._take(notice, heard) for notice in notices]
            if True in matters:
                return True
            if end is not None and time.monotonic() >= end:
                return False

    def wake(self) -> None:
        """End the waiting."""
        self._kernel.wake()

    def close(self) -> None:
        """Listen no more."""
        self._kernel.close()

    # --- What is heard

    def _take(self, notice: Notice, heard: Heard) -> bool:
        if notice.mask & (OVERFLOW | UNMOUNT):
            self._plant_all()
            heard.sweep()
            return True
        folder = self._folders.get(notice.watch)
        if folder is None:
            return False
        if notice.mask & (IGNORED | MOVE_SELF):
            if notice.watch in self._anchors:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            return False  # the folder around it tells more
        if not notice.name:
            return False
        is_new = notice.mask & _APPEARED > 0 and notice.name not in folder.known
        (folder.known.discard if notice.mask & _VANISHED else folder.known.add)(notice.name)
        paths = dict.fromkeys(folder.marks.get(notice.name, ()), False)
        if not is_ignored(notice.name):
            paths |= {f"{place}/{notice.name}": is_new for place in folder.places}
        for path, is_new_there in paths.items():
            heard.note(self._scope.name(path), is_new=is_new_there)
            if self._is_structural(notice, path):
                self._refresh(path)
        return bool(paths)

    def _is_structural(self, notice: Notice, path: str) -> bool:
        """Whether it may matter to where to listen, and not only to what is in a file."""
        mask = notice.mask
        if mask & IS_FOLDER:
            return True
        if not mask & (_APPEARED | _VANISHED | ATTRIB):
            return False
        return path in self._marked or path in self._watch_at or os.path.islink(path)

    # --- Where to listen

    def _plant_all(self) -> None:
        before = set(self._folders)
        self._folders, self._watch_at, self._marked, self._anchors = {}, {}, {}, set()
        for path in self._scope.wanted:
            self._plant(path)
        for watch in before - set(self._folders):
            self._kernel.remove(watch)

    def _plant(self, path: str) -> None:
        """Listen to a wanted path, and to the folders around it for when it comes."""
        root = self._scope.root
        anchor = place = root if path.startswith(f"{root}/") else os.path.dirname(path)
        for name in path[len(place) :].strip("/").split("/"):
            self._mark(place, name, path)
            place = f"{place.rstrip('/')}/{name}"
        self._anchors.update(watch for watch in [self._listen(anchor)] if watch is not None)
        self._enter(path, ())

    def _mark(self, folder: str, name: str, path: str) -> None:
        """Listen for an entry of a folder that `path` hangs by; nothing if there's no folder."""
        watch = self._listen(folder)
        if watch is not None:
            self._folders[watch].marks.setdefault(name, set()).add(path)
            self._marked.setdefault(path, []).append((watch, name))

    def _listen(self, folder: str) -> int | None:
        try:
            watch = self._kernel.add(folder)
        except OSError as error:
            if error.errno in _EXHAUSTED:
                raise
            return None  # gone meanwhile, no folder, or not to be read
        self._folders.setdefault(watch, _Folder())
        return watch

    def _enter(self, path: str, followed: tuple[str, ...]) -> None:
        """Listen to what lies at a path; `followed` as in `_Folder.places`."""
        if os.path.islink(path):
            self._follow(path, followed)
        else:
            self._walk(path, followed)

    def _walk(self, path: str, followed: tuple[str, ...]) -> None:
        """Listen to a folder and those in it.

        First listen, then look: what is made in between is seen, or heard.
        """
        watch = self._listen(path)
        if watch is None:
            return
        folder = self._folders[watch]
        folder.places[path] = followed
        self._watch_at[path] = watch
        try:
            with os.scandir(path) as entries:
                listed = list(entries)
        except OSError:
            return
        folder.known = {entry.name for entry in listed}
        for entry in listed:
            if is_ignored(entry.name):
                continue
            if entry.is_symlink():
                self._follow(entry.path, followed)
            elif entry.is_dir(follow_symlinks=False):
                self._walk(entry.path, followed)

    def _follow(self, path: str, followed: tuple[str, ...]) -> None:
        """Listen to what a symbolic link leads to, and to the links on the way."""
        for folder, name, is_turn in _way_of(path):
            # Outside of the site, folders around the target are left alone: /tmp is noisy.
            if is_turn or f"{folder}/".startswith(self._real_root):
                self._mark(folder, name, path)
        target = os.path.realpath(path)
        followed = (*followed, os.path.realpath(os.path.dirname(path)))
        # As `read.tree` does: a link to a folder that it lies in is a mistake, and has no end.
        if not any(f"{place}/".startswith(f"{target}/") for place in followed):
            self._walk(path, (*followed, target))

    def _refresh(self, path: str) -> None:
        """Forget what was at a path, and listen to what is there now."""
        self._drop(path)
        if path in self._scope.wanted:
            self._plant(path)
        else:
            around = os.path.dirname(path)
            watch = self._watch_at.get(around)
            self._enter(path, () if watch is None else self._folders[watch].places[around])
        for wanted in self._scope.wanted:
            if wanted.startswith(f"{path}/"):
                self._plant(wanted)

    def _drop(self, path: str) -> None:
        below = f"{path}/"
        for place in [p for p in self._watch_at if p == path or p.startswith(below)]:
            watch = self._watch_at.pop(place)
            self._folders[watch].places.pop(place, None)
            self._release(watch)
        for link in [p for p in self._marked if p == path or p.startswith(below)]:
            for watch, name in self._marked.pop(link):
                folder = self._folders.get(watch)
                if folder is not None:
                    folder.marks.get(name, set()).discard(link)
                    self._release(watch)

    def _release(self, watch: int) -> None:
        folder = self._folders.get(watch)
        if folder is not None and not folder.places and not any(folder.marks.values()):
            del self._folders[watch]
            self._kernel.remove(watch)


def _way_of(link: str) -> Iterator[tuple[str, str, bool]]:
    """The entries (real folder, name) that a link leads through, and whether each is a turn: a link
    itself, or the end.
    """
    folder, left = os.path.realpath(os.path.dirname(link)), [os.path.basename(link)]
    links = 0
    while left and links <= _MOST_LINKS:
        name = left.pop(0)
        if name in ("", ".", ".."):
            folder = os.path.dirname(folder) if name == ".." else folder
            continue
        place = f"{folder.rstrip('/')}/{name}"
        try:
            target = os.readlink(place)
        except OSError:
            yield folder, name, not left
            folder = place
        else:
            yield folder, name, True
            links += 1
            left[:0] = target.split("/")
            folder = "/" if target.startswith("/") else folder
