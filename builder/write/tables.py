"""How the cache in .proofpress/ is stored: its tables, its values, and when it is damaged.

In and out: bytes, connections. Nothing is ever unpickled. The tables are plain rowid tables:
`WITHOUT ROWID` is several times slower to write.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDER = ".proofpress"
# Raised when the tables change; a state of another layout is thrown away.
LAYOUT = 5
_SIGNATURE = "size INT, mtime INT, ctime INT, inode INT"
TABLES = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE sources (path TEXT PRIMARY KEY, {_SIGNATURE}, digest BLOB);
CREATE TABLE facts (path TEXT PRIMARY KEY, digest BLOB, facts BLOB);
CREATE TABLE galleys (digest BLOB PRIMARY KEY, galley BLOB);
CREATE TABLE receipts (output TEXT, path TEXT, key BLOB, sha256 BLOB, {_SIGNATURE},
    PRIMARY KEY (output, path));
CREATE TABLE recipes (output TEXT, path TEXT, recipe BLOB, PRIMARY KEY (output, path));
CREATE TABLE uses (output TEXT, path TEXT, galley BLOB, PRIMARY KEY (output, path, galley));
CREATE INDEX users ON uses (output, galley);
CREATE TABLE shared (digest BLOB PRIMARY KEY, shared BLOB);
CREATE TABLE done (output TEXT PRIMARY KEY, tree BLOB, era BLOB, options TEXT, since INT, until INT,
    messages TEXT, has_warnings INT, is_settled INT, is_unproven INT);
"""


class CacheDamaged(Exception):
    """The cache is not as it was written; a build makes it anew."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a cache; sqlite3.Error if it is damaged."""
    connection = sqlite3.connect(path, timeout=60)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def pack_galley(galley: bytes) -> bytes:
    """An encoded galley as it is stored."""
    return zlib.compress(galley, 1)


def read_galleys(
    connection: sqlite3.Connection, digests: Iterable[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """(digest, encoded galley) of each of the digests; CacheDamaged if one is not there."""
    for name in digests:
        row = connection.execute("SELECT galley FROM galleys WHERE digest = ?", (name,)).fetchone()
        try:
            yield name, zlib.decompress(row[0])
        except (TypeError, zlib.error):
            raise CacheDamaged("a galley") from None


def is_damage(error: Exception) -> bool:
    """Whether an error says that the cache is not as it was written, so that a new one helps.

    Not so for a full disk, a missing permission or a lock.
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return isinstance(error, CacheDamaged) or code in (
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA,
    )  # fmt: skip


def seal(data: bytes) -> bytes:
    """A value as it is stored."""
    # SQLite tells a damaged page by its structure only; this tells a damaged value.
    return zlib.crc32(data).to_bytes(4, "big") + data


def unseal(sealed: object) -> bytes | None:
    """What was sealed; None if that is not what it was."""
    if not isinstance(sealed, bytes) or zlib.crc32(memoryview(sealed)[4:]) != int.from_bytes(
        sealed[:4], "big"
    ):
        return None
    return sealed[4:]
