"""The large files that are copied as they are: handed out where they lie.

In: sources as they were digested, recipes. Out: `Stored`. A file is read for its digest only where
its signature is another than it was digested with: a film is asked for in a hundred parts, and for
each of them it would be read whole.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from builder.model import Recipe, Signature, Source
from builder.read.sources import RACY_NS, SourceChanged
from builder.read.tree import locate, signature_of
from builder.render.recipes import COPY
from builder.serve.content import Stored
from builder.serve.media import HTML, media_type
from builder.serve.shelf import LARGEST_KEPT


class Storeroom:
    """Finds large files by the recipes that copy them. One thread at a time asks."""

    def __init__(self, root: Path, theme: Path) -> None:
        """Of the site in `root`."""
        self.root, self.theme = root, theme
        self._known: dict[str, Source] = {}

    def take_down(self, sources: Iterable[Source]) -> None:
        """Know how files were digested; from any thread."""
        self._known = {
            source.path: source for source in sources if source.signature.size > LARGEST_KEPT
        }

    def find(self, recipe: Recipe) -> Stored | None:
        """The file that a recipe copies; None where its bytes are needed: it is made by something
        else, small, a page that something is added to, or was saved too short a time ago for its
        signature to be believed.

        SourceChanged if it is no longer what the recipe names.
        """
        if recipe.make != COPY or media_type(recipe.path) == HTML:
            return None
        ((path, digest),) = recipe.sources
        file = locate(self.root, self.theme, path)
        signature = _sign(file)
        if signature.size <= LARGEST_KEPT:
            return None
        wanted = Source(path, signature, digest)
        if self._known.get(path) != wanted:
            if max(signature.mtime_ns, signature.ctime_ns) > time.time_ns() - RACY_NS:
                return None
            _check(file, wanted)
            self._known[path] = wanted
        return Stored(file, signature, digest)


def _sign(file: Path) -> Signature:
    try:
        found = file.stat()
    except OSError:
        raise SourceChanged(str(file)) from None
    # A pipe would be waited for.
    if not stat.S_ISREG(found.st_mode):
        raise SourceChanged(str(file))
    return Signature(*signature_of(found))


def _check(file: Path, wanted: Source) -> None:
    """SourceChanged unless the file's bytes have the digest, and its signature before and after."""
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").digest()
            signature = Signature(*signature_of(os.fstat(opened.fileno())))
    except OSError:
        raise SourceChanged(wanted.path) from None
    if (signature, digest) != (wanted.signature, wanted.digest):
        raise SourceChanged(wanted.path)
