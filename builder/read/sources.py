"""Files to sources: signatures compared with what is known, changed files digested.

In: the site's folder and the sources known from last time. Out: `Inventory`. It must not know what
is in the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.codec import sha256
from builder.errors import Problem
from builder.model import Signature, Source
from builder.read.tree import THEME, Tree, locate, survey

# A file touched this shortly before it was looked at may be touched again within the clock's own
# step, so its signature is not believed next time.
RACY_NS = 20_000_000
UNTRUSTED = Signature(-1, 0, 0, 0)


class SourceChanged(Exception):
    """A source is no longer as it was when the build looked at it; the build begins again."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All sources by path, what could not be read, and where the files lie.

    `extras` are the paths outside of the site's own folders that were looked for.
    """

    root: Path
    theme: Path
    sources: dict[str, Source]
    problems: tuple[Problem, ...]
    extras: tuple[str, ...]

    def read(self, path: str) -> bytes:
        """The bytes of a source; SourceChanged if they are no longer those that were digested."""
        return read_verified(locate(self.root, self.theme, path), self.sources[path].digest)


def load_sources(
    root: Path, theme: Path, known: Mapping[str, Source], now_ns: int, tree: Tree | None = None
) -> Inventory:
    """The files that the site in `root` is made from; `tree` are those found a moment ago, if any.

    A file whose signature is the known one keeps its known digest; any other is read and digested.
    `now_ns` is the clock of the file system, to tell which signatures are too fresh to be believed
    later.
    """
    tree = tree or survey(root, theme)
    problems = [Problem(path, 0, fault) for path, fault in tree.faults]
    sources: dict[str, Source] = {}
    for path, fields in tree.files.items():
        old = known.get(path)
        if old is not None and old.signature == Signature(*fields):
            sources[path] = old
            continue
        try:
            content_digest = digest_file(locate(root, theme, path))
        except OSError as error:
            problems.append(Problem(path, 0, f"cannot be read: {error.strerror}"))
            continue
        newest = max(fields[1], fields[2])
        signature = UNTRUSTED if newest > now_ns - RACY_NS else Signature(*fields)
        sources[path] = Source(path, signature, content_digest)
    return Inventory(root, theme, sources, tuple(problems), tree.extras)


def read_verified(file: Path, content_digest: bytes) -> bytes:
    """The bytes of a file that have this digest; SourceChanged if they no longer do."""
    try:
        data = file.read_bytes()
    except OSError:
        raise SourceChanged(str(file)) from None
    if sha256(data) != content_digest:
        raise SourceChanged(str(file))
    return data


def read_schema() -> bytes:
    """The published description of records, which lies beside the code that writes them."""
    return (Path(__file__).parents[1] / "evidence" / "schema.json").read_bytes()


def digest_file(path: Path) -> bytes:
    """The SHA-256 of a file's bytes, read in parts."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def template_sources(sources: Mapping[str, Source]) -> dict[str, Source]:
    """The theme's files by their names in it.

    A site's own file stands before the default theme's, which keeps the name "theme/…" besides: a
    site's page.html may extend "theme/page.html".
    """
    theme = {
        path.removeprefix(f"{THEME}/"): source
        for path, source in sources.items()
        if path.startswith(f"{THEME}/")
    }
    own = {
        path.removeprefix("templates/"): source
        for path, source in sources.items()
        if path.startswith("templates/")
    }
    shipped = {f"theme/{name}": source for name, source in theme.items()}
    return theme | shipped | own
