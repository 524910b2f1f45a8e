"""What a card opens, heard from inside its own process; and, without namespaces, what it may not.

In: audit events of Python. Out: a line for each file that was read and is no part of Python or of
the machine; a PermissionError for a write into the site or a connection to elsewhere. It must not
import the builder: it lives in the card's process. Deaf to what is no Python: a C library that
opens a file by itself, another program. This is for accidents, not against malice.
"""

# This runs at every open of a card; os.path raises no audit events.
# ruff: noqa: PTH100, PTH113, PTH117, PTH120

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Programs, libraries, devices, and what describes them (time zones, fonts, certificates): part of
# the machine and installed by whoever keeps it. Not people's own files, which lie elsewhere.
SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/opt", "/run", "/var"),
    *("/proc", "/sys", "/dev", "/nix", "/snap", "/System", "/Library", "/Applications"),
    *("/private/etc", "/private/var"),
)
KEPT = ("CUDA_HOME", "JAVA_HOME", "VIRTUAL_ENV")  # folders that the runner lets a card know of
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {  # events of a change to the file system, and how many paths they begin with
    **dict.fromkeys(("os.chmod", "os.chown", "os.mkdir", "os.remove", "os.rmdir"), 1),
    **dict.fromkeys(("os.truncate", "os.utime"), 1),
    **dict.fromkeys(("os.link", "os.rename", "os.symlink"), 2),
}
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname")
LOCAL_NAMES = ("", "localhost", "ip6-localhost", "0.0.0.0", "::", "::1")  # noqa: S104  # none is bound


class Ears:
    """Hears which files this process and its forks read; `test` says in which test.

    `is_over`: what is opened from now on is not the card's doing.
    """

    def __init__(self, root: Path, work: Path, write: Callable[[dict[str, object]], None]) -> None:
        self.test = ""
        self.is_over = False
        self.root = str(root)
        self.write = write
        self.known: set[object] = set()  # names as they were given
        self.told: set[str] = set()
        self.environment = _environment(self.root)
        self.unasked = (*self.environment, *(f"{path}/" for path in (str(work), *SYSTEM)))

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook: called for each of many events, most of which are none of its business."""
        if event == "open":
            path, _, flags = arguments
            if (
                path not in self.known
                and not self.is_over
                and not flags & (os.O_WRONLY | os.O_TRUNC)
            ):
                self._hear(path)
        elif event == "sqlite3.connect":
            self._hear(arguments[0])

    def _hear(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        place = os.path.realpath(os.path.abspath(os.fsdecode(path)))
        if not os.path.isfile(place):  # it may be made later, or the next look find another
            return
        # A relative path means another file when the folder has changed.
        if os.path.isabs(os.fsdecode(path)):
            self.known.add(path)
        if place in self.told or place.startswith(self.environment):
            return
        self.told.add(place)
        inside = self.root + os.sep
        if place.startswith(inside):
            name = place.removeprefix(inside).replace(os.sep, "/")
            if "__pycache__" not in name.split("/"):  # not what was written, and never imported
                self.write({"event": "read", "path": name})
        elif not place.startswith(self.unasked):
            self.write({"event": "outside", "path": place, "test": self.test})


def refuse(root: Path, *, has_network: bool) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook that keeps this process, if not those it starts, out of the site and off the
    network.
    """
    inside = (str(root), str(root) + os.sep)

    def is_inside(path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        place = os.path.realpath(os.path.abspath(os.fsdecode(path)))
        return place == inside[0] or place.startswith(inside[1])

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if arguments[2] & WRITING and is_inside(arguments[0]):
                raise PermissionError(f"the site is read-only for its cards: {arguments[0]}")
        elif event in CHANGES:
            if any(is_inside(path) for path in arguments[: CHANGES[event]]):
                raise PermissionError(f"the site is read-only for its cards: {arguments[0]}")
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and not has_network:
            if isinstance(arguments[1], tuple) and not _is_local(arguments[1][0]):
                raise PermissionError(_NO_NETWORK.format(arguments[1][0]))
        elif event in LOOKUPS and not (has_network or _is_local(arguments[0])):
            raise PermissionError(_NO_NETWORK.format(arguments[0]))

    return hook


_NO_NETWORK = "{} is not on this machine: a card that needs it says `network: true`"


def _is_local(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not isinstance(name, str):
        return name is None
    return name in LOCAL_NAMES or name.startswith(("127.", "::ffff:127."))


def _environment(root: str) -> tuple[str, ...]:
    """The folders of Python and of what is installed for it, ending with a separator.

    One that holds the site (an environment made in the site's own folder) is known by its parts.
    """
    folders = {*sysconfig.get_paths().values(), *sys.path, sys.prefix, sys.base_prefix}
    folders |= {sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}), sys.exec_prefix}
    folders.add(os.path.dirname(__file__))  # the runner's own digest is part of every record's
    folders |= {os.environ[name] for name in KEPT if name in os.environ}
    for name, module in list(sys.modules.items()):  # packages installed in place, by setuptools
        if name.startswith("__editable__"):
            folders |= set(getattr(module, "MAPPING", {}).values())
    places = {os.path.realpath(os.path.abspath(folder)) + os.sep for folder in folders if folder}
    return tuple(sorted(place for place in places if not f"{root}{os.sep}".startswith(place)))
