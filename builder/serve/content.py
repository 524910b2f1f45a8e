"""What is served at an output path.

In: the bytes of an output, or the file they lie in. Out: `Content` or `Stored`; and `Find`, the one
door through which the server learns of a site. Behind it may be a mapping or recipes made on
request; the server knows no folder.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator
from pathlib import Path

from builder.codec import Value
from builder.model import Signature
from builder.read.tree import signature_of


class Content(Value, frozen=True):
    """An output's bytes; `digest` is equal for equal bytes, and for no others."""

    body: bytes
    digest: bytes


class Stored(Value, frozen=True):
    """An output that is not a page and lies in a file, too large to be held in memory.

    `digest` is that of its bytes for as long as the file has this signature.
    """

    file: Path
    signature: Signature
    digest: bytes


class Part(Value, frozen=True):
    """The bytes of a file from `first` to `end`, which is not included."""

    stored: Stored
    first: int
    end: int


# An output path ("posts/a/index.html", "atom.xml") to what is there; None: nothing. It is called
# from several threads at once, and often for what is not there.
Find = Callable[[str], Content | Stored | None]


def read_part(part: Part, piece_bytes: int) -> Generator[bytes, None, None]:
    """The bytes of a part, piece by piece; OSError as soon as the file is another."""
    with part.stored.file.open("rb", buffering=0) as file:
        file.seek(part.first)
        left = part.end - part.first
        while left:
            piece = file.read(min(piece_bytes, left))
            # After the reading: what is handed on was there while the signature still held.
            now = Signature(*signature_of(os.fstat(file.fileno())))
            if now != part.stored.signature or not piece:
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
            left -= len(piece)
            yield piece
