"""Linux's inotify, by its system calls.

In: folders. Out: notices of what happens to the entries of each. Which folders matter, and what
becomes of moved ones, is not known here. watchdog is not used for this: it keeps silent about
folders for which the system has no watch left and about lost events, and holds everything back for
half a second when a file is moved away.
"""

from __future__ import annotations

import ctypes
import math
import os
import select
import struct
from collections.abc import Iterator
from typing import NamedTuple

# Constants of <sys/inotify.h>.
MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
MOVED_FROM, MOVED_TO, CREATE, DELETE, MOVE_SELF = 0x40, 0x80, 0x100, 0x200, 0x800
UNMOUNT, OVERFLOW, IGNORED, IS_FOLDER = 0x2000, 0x4000, 0x8000, 0x40000000
_ONLY_FOLDERS = 0x01000000
# No reading, no opening: a build that reads the site must not hear itself.
_HEARD = MODIFY | ATTRIB | CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | MOVE_SELF
_HEAD = struct.Struct("iIII")  # watch, mask, cookie, length of the name
_BUFFER_SIZE = 1 << 18


class Notice(NamedTuple):
    """Something happened: to the entry `name` of a watched folder, or to the folder itself if that
    is empty. `watch` is -1 where events were lost.
    """

    watch: int
    mask: int
    name: str


class Inotify:
    """One instance of inotify; every method may raise OSError with the kernel's number."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        self._woken, self._bell = os.pipe()
        try:
            self._file = self._call("inotify_init1", os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            os.close(self._woken)
            os.close(self._bell)
            raise
        self._poll = select.poll()
        self._poll.register(self._woken, select.POLLIN)
        self._poll.register(self._file, select.POLLIN)

    def add(self, folder: str) -> int:
        """The watch of a folder; the same number if it is watched already, by whatever path."""
        mask = ctypes.c_uint32(_HEARD | _ONLY_FOLDERS)
        return self._call("inotify_add_watch", self._file, os.fsencode(folder), mask)

    def remove(self, watch: int) -> None:
        """End a watch; nothing if the kernel has ended it."""
        self._library.inotify_rm_watch(self._file, watch)

    def read(self, seconds: float | None) -> list[Notice] | None:
        """What happened, waited for at most `seconds`; None: `wake` was called."""
        wait = None if seconds is None else math.ceil(seconds * 1000)
        ready = [file for file, _ in self._poll.poll(wait)]
        if self._woken in ready:
            return None
        return list(_notices(os.read(self._file, _BUFFER_SIZE))) if ready else []

    def wake(self) -> None:
        """End the waiting of another thread, now and from now on."""
        os.write(self._bell, b"!")

    def close(self) -> None:
        """End all watches."""
        for file in (self._file, self._woken, self._bell):
            os.close(file)

    def _call(self, name: str, *arguments: object) -> int:
        result: int = getattr(self._library, name)(*arguments)
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result


def _notices(data: bytes) -> Iterator[Notice]:
    start = 0
    while start < len(data):
        watch, mask, _, length = _HEAD.unpack_from(data, start)
        start += _HEAD.size + length
        name = data[start - length : start].rstrip(b"\0")
        yield Notice(watch, mask, os.fsdecode(name))
