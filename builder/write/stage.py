"""Changed files into place, so that a build killed at any moment leaves a whole site.

In: staged files and what becomes of them. Out: the output folder. All changed files are staged
first, inside the output folder and so on its file system; then a journal says what is to be renamed
and removed; then that is done. Killed before the journal is complete, nothing has changed; after
it, the next command finishes first.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

STAGE = ".proofpress"
JOURNAL = "journal.json"
SUMS = "SHA256SUMS"


def open_stage(output: Path) -> Path:
    """An empty folder for files to come.

    What a killed build had left is finished, or thrown away.
    """
    finish_journal(output)
    stage = output / STAGE
    stage.mkdir(parents=True)
    return stage


def finish_journal(output: Path) -> bool:
    """Do what a complete journal still asks for.

    Throw an incomplete one away. True if there was a complete one.
    """
    stage = output / STAGE
    journal = stage / JOURNAL
    if journal.is_file():
        plan = json.loads(journal.read_text(encoding="utf-8"))
        _carry_out(output, stage, plan["moves"], plan["removals"])
        shutil.rmtree(stage)
        return True
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(stage)
    return False


def publish(output: Path, stage: Path, moves: Mapping[str, str], removals: Iterable[str]) -> None:
    """Rename staged files (`moves`.

    Output path -> name in the stage), then remove what is no longer asked for.
    """
    removals = list(removals)
    # Folders need space on the disk, a rename does not: whatever can fail comes before the journal.
    for folder in sorted({path.rpartition("/")[0] for path in moves}):
        _make_folder(output, folder, set(removals))
    written = stage / "journal.tmp"
    with written.open("w", encoding="utf-8") as file:
        json.dump({"moves": dict(moves), "removals": removals}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    written.rename(stage / JOURNAL)
    _carry_out(output, stage, moves, removals)


def close_stage(output: Path) -> None:
    """Remove the stage, and the journal with it."""
    shutil.rmtree(output / STAGE, ignore_errors=True)


def _make_folder(output: Path, folder: str, removals: set[str]) -> None:
    """Make a folder; a file of ours that stands in its place, and goes in this build, makes way."""
    try:
        (output / folder).mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        parts = folder.split("/")
        for count in range(1, len(parts) + 1):
            place = "/".join(parts[:count])
            if place in removals and (output / place).is_file():
                (output / place).unlink()
        (output / folder).mkdir(parents=True, exist_ok=True)


def _carry_out(
    output: Path, stage: Path, moves: Mapping[str, str], removals: Iterable[str]
) -> None:
    for path in removals:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            (output / path).unlink()
    _remove_empty(output, removals)
    # The list of all outputs comes last: while it is old, it names what was there before.
    for path in sorted(moves, key=lambda path: path == SUMS):
        staged = f"{stage}/{moves[path]}"
        try:
            os.replace(staged, f"{output}/{path}")  # ten thousand of them
        except FileNotFoundError:
            # Renamed already, before the command that began this was killed; or a folder was
            # emptied above.
            if os.path.exists(staged):
                (output / path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(staged, f"{output}/{path}")


def _remove_empty(output: Path, removed: Iterable[str]) -> None:
    folders = {path.rpartition("/")[0] for path in removed}
    while folders:
        parents = set()
        for folder in sorted(folders, key=len, reverse=True):
            if folder:
                with contextlib.suppress(OSError):
                    (output / folder).rmdir()
                    parents.add(folder.rpartition("/")[0])
        folders = parents
