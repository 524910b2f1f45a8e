"""Which distributions are installed, what they provide and what they need.

In: the folders that Python imports from. Out: names and versions. It reads what installers wrote
beside the packages, once for each state of those folders. The standard library can tell too, but
reads every file that was ever installed to do so, which takes longer than all the rest of a digest.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.evidence.versions import applies, normal

Need = tuple[str, frozenset[str]]  # a distribution's name, and the extras that are asked of it
_NO_EXTRAS: frozenset[str] = frozenset()


def find_installed(search_path: Sequence[str]) -> Installed:
    """The distributions in some folders, as they are now."""
    return _read_folders(tuple((path or ".", _changed_at(path or ".")) for path in search_path))


@functools.lru_cache(maxsize=4)
def _read_folders(folders: tuple[tuple[str, int], ...]) -> Installed:
    # Installing, upgrading and removing all rename entries, and so change the folder's own time.
    return Installed([folder for folder, _ in folders])


def _changed_at(folder: str) -> int:
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return 0


class Distribution:
    """One installed distribution; each file of its metadata is read when it is first asked for."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.needs: dict[frozenset[str], list[Need]] = {}

    @functools.cached_property
    def headers(self) -> list[str]:
        """The lines of its metadata above the description."""
        # Old installers write `x.egg-info`, which may be a folder or the metadata itself.
        texts = (_read(f"{self.place}{name}") for name in ("/METADATA", "/PKG-INFO", ""))
        text = next(filter(None, texts), "")
        return text.partition("\n\n")[0].split("\n")

    def values(self, header: str) -> list[str]:
        """The values of a header, in order."""
        start = f"{header}:"
        return [line[len(start) :].strip() for line in self.headers if line.startswith(start)]

    @functools.cached_property
    def version(self) -> str:
        """Its version, as its metadata says, else as its folder is called."""
        return next(iter(self.values("Version")), _split(self.place.rpartition("/")[2])[1])

    @functools.cached_property
    def top_level(self) -> frozenset[str]:
        """The modules that it says are its own; most distributions say nothing."""
        return frozenset(_read(f"{self.place}/top_level.txt").split())

    def provides(self, module: str) -> bool:
        """Whether a module at the top, or a part of it, is among its files."""
        if module in self.top_level:
            return True
        # A list of files has up to a megabyte: it is searched as it is, and not kept.
        files = b"\n" + _read_bytes(f"{self.place}/RECORD")
        return any(f"\n{module}{sign}".encode() in files for sign in "/.")


class Installed:
    """The distributions in some folders, by name; of several with one name, the one imported."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.by_name: dict[str, Distribution] = {}
        self.modules: set[str] = set()
        self.known: dict[str, tuple[str, ...]] = {}
        for folder in folders:
            for entry in _entries(folder):
                name, _ = _split(entry)
                if name:
                    self.by_name.setdefault(normal(name), Distribution(f"{folder}/{entry}"))
                else:
                    self.modules.add(entry.partition(".")[0])

    def providers(self, module: str) -> tuple[str, ...]:
        """The distributions that a module at the top comes from; none if it is not installed."""
        found = self.known.get(module)
        if found is None:
            found = self.known[module] = self._find_providers(module)
        return found

    def _find_providers(self, module: str) -> tuple[str, ...]:
        guess = normal(module)
        if guess not in self.by_name:
            if module not in self.modules:
                return ()
            return tuple(
                sorted(name for name, each in self.by_name.items() if each.provides(module))
            )
        # Several distributions may share a folder, and are named alike then, as `zope-event` is.
        # One that is installed from its working tree lists no modules: its name is enough.
        alike = (name for name in self.by_name if name.startswith(f"{guess}-"))
        return (guess, *sorted(name for name in alike if self.by_name[name].provides(module)))

    def close(self, names: set[str], markers: Mapping[str, str]) -> dict[str, str]:
        """The versions of distributions and of all that they need, by name.

        `markers` must be the same in each call: what is needed under them is worked out once.
        """
        waiting: list[Need] = [(name, _NO_EXTRAS) for name in names if name in self.by_name]
        seen: dict[str, frozenset[str]] = {}
        while waiting:
            name, extras = waiting.pop()
            if name not in seen or not extras <= seen[name]:
                seen[name] = extras | seen.get(name, _NO_EXTRAS)
                waiting += self._needs(self.by_name[name], seen[name], markers)
        return {name: self.by_name[name].version for name in sorted(seen)}

    def _needs(
        self, distribution: Distribution, extras: frozenset[str], markers: Mapping[str, str]
    ) -> list[Need]:
        """What a distribution needs of what is installed."""
        if extras not in distribution.needs:
            lines = distribution.values("Requires-Dist")
            asked = [line for line in lines if self._may_apply(line, extras)]
            needs = (applies(line, extras, markers) for line in asked)
            distribution.needs[extras] = [need for need in needs if need]
        return distribution.needs[extras]

    def _may_apply(self, line: str, extras: frozenset[str]) -> bool:
        """Whether a requirement is worth being parsed; libraries name hundreds for their extras."""
        name = _NAME.match(line)
        if name is None or normal(name[0]) not in self.by_name:
            return False
        extra = _EXTRA.search(line)
        return extra is None or " or " in line or normal(extra[1]) in extras


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")
_FOLDER = re.compile(
    r"([A-Za-z0-9][^-]*(?:-[^-]*[A-Za-z][^-]*)*?)(?:-(\d[^-]*))?(?:-py[\d.]+)?\.(?:dist|egg)-info"
)


def _split(entry: str) -> tuple[str, str]:
    """Name and version in the name of a folder of metadata; empty if it is none."""
    found = _FOLDER.fullmatch(entry)
    return (found[1], found[2] or "") if found else ("", "")


def _entries(folder: str) -> list[str]:
    """The names in a folder, sorted; none for what is no folder, as a zip file."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except OSError:
        return []


def _read(path: str) -> str:
    text = _read_bytes(path).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _read_bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
