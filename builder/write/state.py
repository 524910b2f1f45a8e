"""The cache in .proofpress/: what is known of sources, and the receipts of outputs. Deleting it
changes no output.

In and out: sources, encoded facts, galleys, receipts. One build at a time has it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from builder.codec import Value, decode, encode
from builder.errors import MachineFault
from builder.model import Receipt, Recipe, Shared, Signature, Source
from builder.write.tables import FOLDER, LAYOUT, TABLES, CacheDamaged, connect, seal, unseal


class Done(Value, frozen=True):
    """What the last finished build of an output was made from, and what it said; for the next one
    to compare.

    `since` and `until` bound the moments, in seconds since the epoch, at which the same pages are
    published. `is_settled`: no card is left whose tests another build would run. `is_unproven`: a
    strict build would fail, though nothing was said.
    """

    tree: bytes
    era: bytes
    options: str
    since: int | None
    until: int | None
    messages: tuple[str, ...]
    has_warnings: bool
    is_settled: bool
    is_unproven: bool


class State:
    """An open cache. Use it as a context manager; one build at a time has it."""

    def __init__(self, root: Path, wait: Callable[[], None]) -> None:
        """Open the cache of the site in `root`; `wait` is called once if another build has it."""
        self.folder = root / FOLDER
        try:
            self.folder.mkdir(exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n")
            self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise MachineFault(
                f"cannot write the cache in {self.folder}: {error.strerror}"
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            wait()
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = self.folder / "state.db"
        self.connection = self._open()

    def __enter__(self) -> State:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()
        os.close(self._lock)

    def _open(self) -> sqlite3.Connection:
        # A damaged name can stand in SQLite's message, and need not be UTF-8.
        with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
            connection = connect(self.path)
            if connection.execute("PRAGMA user_version").fetchone()[0] == LAYOUT:
                return connection
            connection.close()
        self.clear()
        connection = connect(self.path)
        connection.executescript(f"{TABLES}PRAGMA user_version = {LAYOUT};")
        return connection

    def clear(self) -> None:
        """Forget everything (before the cache is opened, or to start anew)."""
        for name in ("state.db", "state.db-wal", "state.db-shm"):
            with contextlib.suppress(FileNotFoundError):
                (self.folder / name).unlink()

    def renew(self) -> None:
        """Forget everything, and go on with an empty cache."""
        self.connection.close()
        self.clear()
        self.connection = self._open()

    # --- What is known of sources

    def enter_era(self, era: bytes) -> None:
        """Drop what another builder, other libraries or other reading settings found out."""
        if self.recall("era") != era:
            with self.connection as change:
                for table in ("facts", "galleys", "shared"):
                    change.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names
                change.execute("DELETE FROM meta WHERE name LIKE 'memo:%'")
            self.remember("era", era)

    def recall(self, name: str) -> bytes | None:
        """A small value by name; None if there is none."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: bytes) -> None:
        """Keep a small value."""
        with self.connection as change:
            change.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def memo(self, name: str) -> bytes | None:
        """What was found out in this era, by name; None if it was not."""
        return unseal(self.recall(f"memo:{name}"))

    def keep_memo(self, name: str, value: bytes) -> None:
        """Keep what was found out, for this era."""
        self.remember(f"memo:{name}", seal(value))

    def sources(self) -> dict[str, Source]:
        """The sources as they were last time."""
        rows = self.connection.execute(
            "SELECT path, size, mtime, ctime, inode, digest FROM sources"
        )
        return {row[0]: Source(row[0], Signature(*row[1:5]), row[5]) for row in rows}

    def save_sources(self, new: Iterable[Source], gone: Iterable[str], tree: bytes) -> None:
        """Keep sources whose signature or digest is new, drop those that are gone.

        `tree` digests all of them.
        """
        rows = [(s.path, *_row(s.signature), s.digest) for s in new]
        with self.connection as change:
            change.executemany("INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, ?)", rows)
            change.executemany("DELETE FROM sources WHERE path = ?", [(path,) for path in gone])
            change.execute("INSERT OR REPLACE INTO meta VALUES ('tree', ?)", (tree,))

    def facts(self) -> dict[str, tuple[bytes, bytes]]:
        """Encoded facts by path, each with the digest of the source it was found in."""
        rows = self.connection.execute("SELECT path, digest, facts FROM facts")
        return {
            path: (digest, facts)
            for path, digest, sealed in rows
            if (facts := unseal(sealed)) is not None
        }

    def save_facts(
        self,
        facts: Iterable[tuple[str, bytes, bytes]],
        galleys: Iterable[tuple[bytes, bytes]],
        gone: Iterable[str],
    ) -> None:
        """Keep (path, source digest, encoded facts) and (digest, packed galley).

        Drop facts of files that are gone.
        """
        with self.connection as change:
            rows = [(path, digest, seal(encoded)) for path, digest, encoded in facts]
            change.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)
            change.executemany("INSERT OR IGNORE INTO galleys VALUES (?, ?)", galleys)
            change.executemany("DELETE FROM facts WHERE path = ?", [(path,) for path in gone])

    def drop_galleys(self, used: set[bytes]) -> None:
        """Drop galleys that no document has any more."""
        rows = self.connection.execute("SELECT digest FROM galleys").fetchall()
        unused = [row for row in rows if row[0] not in used]
        if unused:
            with self.connection as change:
                change.executemany("DELETE FROM galleys WHERE digest = ?", unused)

    # --- Receipts

    def receipts(self, output: str) -> dict[str, Receipt]:
        """The receipts of an output folder by path."""
        rows = self.connection.execute(
            "SELECT path, key, sha256, size, mtime, ctime, inode FROM receipts WHERE output = ?",
            (output,),
        )
        return {row[0]: Receipt(row[0], row[1], row[2], Signature(*row[3:])) for row in rows}

    def save_receipts(
        self,
        output: str,
        receipts: Iterable[Receipt],
        recipes: Sequence[Recipe],
        shared: Mapping[bytes, Shared],
        gone: Iterable[str],
        done: Done,
    ) -> None:
        """Keep the receipts of a finished build.

        With the recipes, from which `explain` tells reasons.
        """
        rows = [(output, r.path, r.key, r.sha256, *_row(r.signature)) for r in receipts]
        places = [(output, path) for path in gone]
        with self.connection as change:
            change.executemany("DELETE FROM receipts WHERE output = ? AND path = ?", places)
            change.executemany("DELETE FROM recipes WHERE output = ? AND path = ?", places)
            places += [(output, recipe.path) for recipe in recipes]
            change.executemany("DELETE FROM uses WHERE output = ? AND path = ?", places)
            change.executemany(
                "INSERT OR IGNORE INTO uses VALUES (?, ?, ?)",
                ((output, recipe.path, galley) for recipe in recipes for galley in recipe.galleys),
            )
            change.executemany(
                "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )
            change.executemany(
                "INSERT OR REPLACE INTO recipes VALUES (?, ?, ?)",
                ((output, recipe.path, seal(encode(recipe))) for recipe in recipes),
            )
            change.executemany(
                "INSERT OR REPLACE INTO shared VALUES (?, ?)",
                [(name, seal(encode(value))) for name, value in shared.items()],
            )
            change.execute(
                "INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (output, done.tree, done.era, done.options, done.since, done.until,
                 "\0".join(done.messages), done.has_warnings, done.is_settled,
                 done.is_unproven),
            )  # fmt: skip

    def recipe(self, output: str, path: str) -> Recipe | None:
        """The recipe that an output was last made from; None if it was not."""
        row = self.connection.execute(
            "SELECT recipe FROM recipes WHERE output = ? AND path = ?", (output, path)
        ).fetchone()
        recipe = unseal(row[0]) if row else None
        return None if recipe is None else decode(Recipe, recipe)

    def users(self, output: str, galley: bytes) -> list[Recipe]:
        """The recipes by which an output's files were last made from a galley.

        CacheDamaged if one can't be read.
        """
        rows = self.connection.execute(
            "SELECT recipe FROM uses NATURAL JOIN recipes WHERE output = ? AND galley = ?",
            (output, galley),
        )
        recipes = [unseal(row[0]) for row in rows]
        if None in recipes:
            raise CacheDamaged("a recipe")
        return [decode(Recipe, recipe) for recipe in recipes if recipe is not None]

    def done(self, output: str) -> Done | None:
        """What the last finished build of an output was made from; None if there was none."""
        row = self.connection.execute(
            "SELECT tree, era, options, since, until, messages, has_warnings, is_settled,"
            " is_unproven FROM done"
            " WHERE output = ?",
            (output,),
        ).fetchone()
        if row is None:
            return None
        tree, era, options, since, until, messages, *flags = row
        said = tuple(messages.split("\0")) if messages else ()
        return Done(tree, era, options, since, until, said, *map(bool, flags))

    def facts_of(self, path: str) -> tuple[bytes, bytes] | None:
        """(digest of the source, encoded facts) of one file; None if they are not known."""
        row = self.connection.execute(
            "SELECT digest, facts FROM facts WHERE path = ?", (path,)
        ).fetchone()
        facts = unseal(row[1]) if row else None
        return None if facts is None else (row[0], facts)

    def shared(self, name: bytes) -> Shared | None:
        """What recipes shared, by its digest."""
        row = self.connection.execute(
            "SELECT shared FROM shared WHERE digest = ?", (name,)
        ).fetchone()
        shared = unseal(row[0]) if row else None
        return None if shared is None else decode(Shared, shared)


def _row(signature: Signature) -> tuple[int, int, int, int]:
    return signature.size, signature.mtime_ns, signature.ctime_ns, signature.inode
