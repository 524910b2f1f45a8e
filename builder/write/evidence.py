"""Evidence on disk: records and outputs in content/evidence/, and passes that this machine knows.

In and out: bytes by name. It must not know what a record says. Each file is written whole or not at
all.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from builder.evidence.statement import EVIDENCE
from builder.write.tables import FOLDER as CACHE

# Of each card; older passes are of code and versions that hardly come back.
MOST_PASSES = 16


def read_evidence(root: Path, slug: str) -> dict[str, bytes]:
    """The files of a card's evidence by name."""
    folder = root / EVIDENCE / slug
    found = {}
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                found[path.name] = path.read_bytes()
    return found


def write_evidence(root: Path, slug: str, name: str, data: bytes) -> None:
    """A file of a card's evidence, written whole; not touched if it is the same."""
    file = root / EVIDENCE / slug / name
    with suppress(OSError):
        if file.read_bytes() == data:
            return
    _write_whole(file, data)


def remove_evidence(root: Path, slug: str, name: str) -> None:
    """A file of a card's evidence, gone."""
    file = root / EVIDENCE / slug / name
    # A checkout may be read-only, where even what is not there can't be removed.
    if file.exists():
        file.unlink(missing_ok=True)


def read_pass(root: Path, slug: str, key: str) -> bytes | None:
    """The record of a pass that this machine remembers; None if it does not."""
    try:
        return (_passes(root, slug) / f"{key}.json").read_bytes()
    except OSError:
        return None


def keep_pass(root: Path, slug: str, key: str, record: bytes) -> None:
    """Remember a pass."""
    (root / CACHE).mkdir(exist_ok=True)
    (root / CACHE / ".gitignore").write_text("*\n")
    folder = _passes(root, slug)
    _write_whole(folder / f"{key}.json", record)
    passes = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    for old in passes[:-MOST_PASSES]:
        old.unlink(missing_ok=True)


def _passes(root: Path, slug: str) -> Path:
    return root / CACHE / "passes" / slug


def _write_whole(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        os.chmod(name, 0o644)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
