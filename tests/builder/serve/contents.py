"""What is served in tests of the server: bytes and files, with a digest of them."""

from __future__ import annotations

import re
from pathlib import Path

from builder.codec import digest
from builder.model import Signature
from builder.read.tree import signature_of
from builder.serve.content import Content, Stored

FILM_BYTES = 64 << 20


def content_of(body: bytes) -> Content:
    """The content that these bytes are."""
    return Content(body, digest(body))


def stored_at(file: Path, known_by: bytes = b"film") -> Stored:
    """What lies in a file, as it is now."""
    return Stored(file, Signature(*signature_of(file.stat())), known_by)


def make_film(file: Path) -> Path:
    """A file of `FILM_BYTES` bytes, most of them a hole: "begin", zeros, "end"."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as film:
        film.write(b"begin")
        film.seek(FILM_BYTES - 3)
        film.write(b"end")
    return file


def bytes_read(process: int | str = "self") -> int:
    """How many bytes a process has read from files so far."""
    found = re.search(r"rchar: (\d+)", Path(f"/proc/{process}/io").read_text())
    assert found
    return int(found[1])
