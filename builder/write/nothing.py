"""Whether a build has nothing to do, found out with almost no imports.

In: the site's folder, the output, options, the time. Out: what the last build said, if it still
holds. Everything is compared by stat: sources and outputs with their signatures, the builder's own
files by content.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from builder.read.tree import Tree, signature_of
from builder.write.era import find_era


def said_before(
    root: Path, found: Tree, output: Path, label: str, options: str, now: int
) -> tuple[int, list[str], bool] | None:
    """(outputs, messages, whether a strict build would fail) of the last build, if nothing changed
    since.

    Else None; so too where it left cards unproven. `found` are the files of the site.
    """
    database = root / ".proofpress" / "state.db"
    if not database.is_file() or (output / ".proofpress").exists():
        return None
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)
        try:
            return _compare(connection, found, output, label, options, now)
        finally:
            connection.close()
    except (sqlite3.Error, OSError):
        return None


def known_extras(root: Path) -> tuple[str, ...]:
    """The paths outside of the site's own folders that the last build found cards to depend on."""
    database = root / ".proofpress" / "state.db"
    if not database.is_file():
        return ()
    with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)
        with contextlib.closing(connection):
            row = connection.execute("SELECT value FROM meta WHERE name = 'extras'").fetchone()
            return unpack_extras(row[0] if row else None)
    return ()


def output_label(root: Path, output: Path) -> str:
    """An output folder as the cache names it: relative to the site, so that a site can be moved."""
    named = output.relative_to(root) if output.is_relative_to(root) else output
    # The cache keeps text, and a folder's name is any bytes.
    return os.fsencode(named.as_posix()).decode("utf-8", "backslashreplace")


def options_label(*, drafts: bool, future: bool, has_tests: bool) -> str:
    """The options that decide what is published; the moment is compared by its validity instead."""
    return f"drafts={drafts} future={future} tests={has_tests}"


def pack_extras(extras: tuple[str, ...]) -> bytes:
    """Extras as the cache keeps them."""
    return "\0".join(extras).encode()


def unpack_extras(packed: bytes | None) -> tuple[str, ...]:
    """Extras as the cache kept them."""
    return tuple(packed.decode().split("\0")) if packed else ()


def _compare(
    connection: sqlite3.Connection,
    found: Tree,
    output: Path,
    label: str,
    options: str,
    now: int,
) -> tuple[int, list[str], bool] | None:
    row = connection.execute(
        "SELECT tree, era, options, since, until, messages, has_warnings OR is_unproven, is_settled"
        " FROM done"
        " WHERE output = ?",
        (label,),
    ).fetchone()
    tree = connection.execute("SELECT value FROM meta WHERE name = 'tree'").fetchone()
    if row is None or tree is None or row[0] != tree[0] or row[2] != options or not row[7]:
        return None
    is_too_early = row[3] is not None and now < row[3]
    is_too_late = row[4] is not None and now >= row[4]
    if is_too_early or is_too_late:
        return None
    if found.faults or found.files != _sources(connection):
        return None
    if find_era(Path(__file__).parent.parent) != row[1]:
        return None
    count = _count_untouched(connection, output, label)
    return None if count is None else (count, row[5].split("\0") if row[5] else [], bool(row[6]))


def _sources(connection: sqlite3.Connection) -> dict[str, tuple[int, int, int, int]]:
    rows = connection.execute("SELECT path, size, mtime, ctime, inode FROM sources")
    return {row[0]: row[1:] for row in rows}


def _count_untouched(connection: sqlite3.Connection, output: Path, label: str) -> int | None:
    """How many outputs there are; None if one of them was touched since it was made."""
    top = f"{output}/"
    count = 0
    rows = connection.execute(
        "SELECT path, size, mtime, ctime, inode FROM receipts WHERE output = ?", (label,)
    )
    for row in rows:
        if signature_of(os.lstat(top + row[0])) != row[1:]:  # Path costs twice as much
            return None
        count += row[0] != "SHA256SUMS"
    return count if os.path.exists(f"{top}SHA256SUMS") else None
