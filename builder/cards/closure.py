"""Which of the project's files a card reaches by import, and which modules from outside.

In: paths, and facts of code files as far as they are known. Out: `Reach`. It must not read files:
it says which it would like to know of, and is called again. It must not ask what is installed: the
answer is the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from builder.codec import Value
from builder.model import CodeFacts


class Reach(Value, frozen=True):
    """What running some files may import.

    `files` are the project's, sorted, the start included. `modules` are all others outside the
    standard library: top-level names, and whether every import of one is optional. `asked` are all
    paths that the answer depends on, whether there is such a file or not. `unknown` are those of
    them about which nothing is known; none: the answer is complete.
    """

    files: tuple[str, ...]
    modules: tuple[tuple[str, bool], ...]
    asked: tuple[str, ...]
    unknown: tuple[str, ...]


def reach(start: Iterable[str], known: Mapping[str, CodeFacts | None]) -> Reach:
    """What the files in `start` (a card's and its tests) reach.

    `known` maps paths from the root to facts; None: there is no such file. The root is on sys.path.
    As pytest does, it counts each `conftest.py` beside and above the files of `start`; as Python
    does, each `__init__.py` above a module.
    """
    search = _Search(known)
    for path in start:
        if search.take(path) and path.endswith(".py"):
            for folder in _folders(path):
                search.take(f"{folder}conftest.py")
                search.take(f"{folder}__init__.py")
    while search.waiting:
        facts = known[search.waiting.pop()]
        for each in facts.imports if facts else ():
            search.follow(each.module, each.names)
    files, asked = sorted(search.found), sorted(search.asked)
    unknown = (path for path in asked if path not in known)
    modules = outside_modules(files, files, known)
    return Reach(tuple(files), modules, tuple(asked), tuple(unknown))


def outside_modules(
    paths: Iterable[str], reached: Iterable[str], known: Mapping[str, CodeFacts | None]
) -> tuple[tuple[str, bool], ...]:
    """The modules of others that the files at `paths` themselves import, as in `Reach.modules`.

    `reached` are the project's files, as found from them.
    """
    own = {path.partition("/")[0].removesuffix(".py") for path in reached if path.endswith(".py")}
    modules: dict[str, bool] = {}
    for path in paths:
        facts = known.get(path)
        for each in facts.imports if facts else ():
            name = each.module.partition(".")[0]
            if name not in own and name not in sys.stdlib_module_names:
                modules[name] = modules.get(name, True) and each.is_optional
    return tuple(sorted(modules.items()))


class _Search:
    """What has been found so far, and what is still to be looked into."""

    def __init__(self, known: Mapping[str, CodeFacts | None]) -> None:
        self.known = known
        self.found: set[str] = set()
        self.waiting: list[str] = []
        self.asked: set[str] = set()

    def take(self, path: str) -> bool:
        """Counts a file as reached, if there is one as far as is known."""
        self.asked.add(path)
        is_there = self.known.get(path) is not None
        if is_there and path not in self.found:
            self.found.add(path)
            self.waiting.append(path)
        return is_there

    def follow(self, module: str, names: Iterable[str]) -> None:
        """Takes what `from module import names` runs: packages, the module, and names that are
        modules.

        The standard library is looked for as well: the root comes before it on sys.path, so a
        project's `random.py` is what Python imports. Only the few modules that are built in or
        frozen go first, and which these are differs between machines.
        """
        parts = module.split(".")
        folder = ""
        for part in parts:
            found = self._enter(f"{folder}{part}", is_top=not folder)
            if found is None:
                return
            folder = found
        for name in names:
            if name != "*":
                self._enter(f"{folder}{name}", is_top=False)

    def _enter(self, base: str, *, is_top: bool) -> str | None:
        """Takes the module at `base`; the folder of its submodules, None if there can be none.

        Nothing deeper is asked for before it is known what is here.
        """
        package, file = f"{base}/__init__.py", f"{base}.py"
        self.asked |= {package, file}
        if not {package, file} <= self.known.keys():
            return None
        if self.take(package):
            return f"{base}/"
        if self.take(file):
            return None
        # What is left is a folder without `__init__.py`. A module elsewhere on sys.path goes before
        # it, which is certain for the standard library alone.
        is_theirs = is_top and base in sys.stdlib_module_names
        return None if is_theirs else f"{base}/"


def _folders(path: str) -> Iterator[str]:
    """The folders around a file, each with its slash, the root ("") last."""
    while path:
        path = path.rpartition("/")[0]
        yield f"{path}/" if path else ""
