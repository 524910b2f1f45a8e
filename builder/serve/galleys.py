"""The typeset texts that pages are made from, wherever one is to be had.

In: digests. Out: encoded galleys. What was typeset a moment ago is at hand; what an earlier build
typeset is in its cache, which is only read; what the cache has lost is typeset again from its file.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from builder.codec import sha256
from builder.facts import ReadingSettings, parse_document
from builder.model import Facts
from builder.read.sources import SourceChanged
from builder.write.tables import FOLDER, CacheDamaged, connect, read_galleys

# A galley is about as large as its page; a feed needs twenty of them.
MOST_KEPT = 256


class Galleys:
    """Finds galleys by digest. One thread at a time asks."""

    def __init__(self, root: Path) -> None:
        """Of the site in `root`."""
        self.root = root
        self._fresh: OrderedDict[bytes, bytes] = OrderedDict()

    def keep(self, digest: bytes, galley: bytes) -> None:
        """Have an encoded galley at hand."""
        self._fresh[digest] = galley
        self._fresh.move_to_end(digest)
        while len(self._fresh) > MOST_KEPT:
            self._fresh.popitem(last=False)

    def find(
        self, digests: Iterable[bytes], documents: Mapping[str, Facts], reading: ReadingSettings
    ) -> dict[bytes, bytes]:
        """The galleys with these digests.

        SourceChanged if one is nowhere any more: its file says something else by now.
        """
        wanted = list(digests)
        found = {digest: self._fresh[digest] for digest in wanted if digest in self._fresh}
        missing = [digest for digest in wanted if digest not in found]
        if missing:
            found |= self._read(missing)
        for digest in wanted:
            if digest not in found:
                found[digest] = self._typeset(digest, documents, reading)
        return found

    def _read(self, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """Those that the cache has."""
        found: dict[bytes, bytes] = {}
        path = self.root / FOLDER / "state.db"
        # Opening it would make an empty one, which the next build would take for damaged.
        if not path.is_file():
            return found
        with (
            contextlib.suppress(sqlite3.Error, UnicodeDecodeError),
            contextlib.closing(connect(path)) as connection,
        ):
            for digest in digests:
                with contextlib.suppress(CacheDamaged):
                    found |= dict(read_galleys(connection, [digest]))
        return found

    def _typeset(
        self, digest: bytes, documents: Mapping[str, Facts], reading: ReadingSettings
    ) -> bytes:
        path = next((path for path, facts in documents.items() if facts.galley == digest), "")
        try:
            data = (self.root / path).read_bytes()
        except OSError:
            raise SourceChanged(path) from None
        document = parse_document(path, data, sha256(data), reading)
        if document.facts.galley != digest:
            raise SourceChanged(path)
        self.keep(digest, document.galley)
        return document.galley
