"""The cache for who only asks: nothing is waited for, nothing is written.

In: paths and digests. Out: encoded facts.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from builder.write.tables import FOLDER, LAYOUT, unseal


class Remembered:
    """What the last build knew, for who only asks: nothing is waited for, nothing is written."""

    def __init__(self, root: Path, era: bytes) -> None:
        """Open the cache of the site in `root`, if it has one of this era."""
        self.connection: sqlite3.Connection | None = None
        path = root / FOLDER / "state.db"
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
            self.connection = connection
            version = connection.execute("PRAGMA user_version").fetchone()
            found = connection.execute("SELECT value FROM meta WHERE name = 'era'").fetchone()
            if version[0] == LAYOUT and found is not None and found[0] == era:
                return
        self.close()

    def close(self) -> None:
        """Ask nothing more."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def facts(self, path: str, digest: bytes) -> bytes | None:
        """The encoded facts of a file with this digest; None if they are not known."""
        if self.connection is None:
            return None
        try:
            row = self.connection.execute(
                "SELECT facts FROM facts WHERE path = ? AND digest = ?", (path, digest)
            ).fetchone()
        except sqlite3.Error:
            return None
        return unseal(row[0]) if row else None
