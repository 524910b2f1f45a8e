"""The output folder changed in one go.

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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

STAGE = ".proofpress"
JOURNAL = "journal.json"
SUMS = "SHA256SUMS"
# The journal while only its folders are known, and while it is written; the mark of an output
# folder that this build made.
DRAFT = "journal.draft"
UNFINISHED = "journal.tmp"
MADE = "made"


@dataclass(frozen=True, slots=True)
class Journal:
    """What is to be done to an output folder.

    `moves` are output paths with the names of their files in the stage; `folders` are made before
    anything else, and go again if the build is undone.
    """

    moves: Mapping[str, str]
    removals: Sequence[str]
    folders: Sequence[str]


def open_stage(output: Path) -> Path:
    """An empty folder for files to come.

    What a killed build had left is finished, or thrown away.
    """
    finish_journal(output)
    is_new = not output.exists()
    stage = output / STAGE
    stage.mkdir(parents=True)
    if is_new:
        (stage / MADE).touch()
    return stage


def finish_journal(output: Path) -> bool:
    """Do what a complete journal still asks for.

    Throw an incomplete one away. True if there was a complete one.
    """
    stage = output / STAGE
    journal = _read_journal(stage / JOURNAL)
    if journal is None:
        undo_stage(output)
        return False
    _carry_out(output, stage, journal)
    close_stage(output)
    return True


def publish(output: Path, stage: Path, moves: Mapping[str, str], removals: Iterable[str]) -> None:
    """Rename staged files and remove what is no longer asked for.

    `moves` are output paths with the names of their files in the stage.
    """
    folders = plan_folders(output, stage, moves)
    # Folders need space on the disk, a rename does not: whatever can fail comes before the journal
    # is complete.
    for folder in folders:
        make_folder(output, folder)
    journal = Journal(dict(moves), list(removals), folders)
    _write_journal(stage / UNFINISHED, journal)
    (stage / UNFINISHED).rename(stage / JOURNAL)
    try:
        _carry_out(output, stage, journal)
    except KeyboardInterrupt:
        # Half a site is no answer to an impatient author; the rest takes no time.
        _carry_out(output, stage, journal)
        raise


def plan_folders(output: Path, stage: Path, paths: Iterable[str]) -> Sequence[str]:
    """The folders to be made for outputs, noted in the stage so that they can go again."""
    planned = _read_journal(stage / DRAFT)
    if planned is None:
        planned = Journal({}, [], _missing_folders(output, paths))
        _write_journal(stage / DRAFT, planned)
    return planned.folders


def make_folder(output: Path, folder: str) -> None:
    """Make a folder of the output, with those it lies in.

    A file of ours can stand in its place; it makes way only when the journal is complete.
    """
    with contextlib.suppress(FileExistsError, NotADirectoryError):
        os.makedirs(f"{output}/{folder}", exist_ok=True)


def _write_journal(file: Path, journal: Journal) -> None:
    with file.open("w", encoding="utf-8") as opened:
        json.dump(asdict(journal), opened, ensure_ascii=False)
        opened.flush()
        os.fsync(opened.fileno())


def close_stage(output: Path) -> None:
    """Remove the stage, and the journal with it."""
    stage = output / STAGE
    # First the journal: files of the stage that go before it would be missed by whoever reads it.
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        (stage / JOURNAL).unlink()
    shutil.rmtree(stage, ignore_errors=True)


def undo_stage(output: Path) -> None:
    """Remove the stage, and every empty folder that was made for what was in it."""
    stage = output / STAGE
    is_made = (stage / MADE).exists()
    journal = _read_journal(stage / DRAFT)
    close_stage(output)
    for folder in reversed(journal.folders if journal else ()):
        with contextlib.suppress(OSError):
            (output / folder).rmdir()
    if is_made:
        with contextlib.suppress(OSError):
            output.rmdir()


def _read_journal(file: Path) -> Journal | None:
    """The journal in a file; None if there is none, or none that could have been written here.

    Without it, receipts that no longer fit their files tell the next build what to make anew.
    """
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        journal = Journal(dict(table["moves"]), list(table["removals"]), list(table["folders"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    paths = (*journal.moves, *journal.moves.values(), *journal.removals, *journal.folders)
    return journal if all(is_inside(path) for path in paths) else None


def is_inside(path: object) -> bool:
    """Whether a relative path cannot lead out of its folder."""
    return isinstance(path, str) and path[:1] != "/" and ".." not in path.split("/")


def _missing_folders(output: Path, moves: Iterable[str]) -> list[str]:
    """The folders that these outputs need and that are not there; outer ones first."""
    missing: set[str] = set()
    for folder in {path.rpartition("/")[0] for path in moves}:
        place = folder
        while place and place not in missing and not os.path.isdir(f"{output}/{place}"):
            missing.add(place)
            place = place.rpartition("/")[0]
    return sorted(missing, key=lambda place: (place.count("/"), place))


def _carry_out(output: Path, stage: Path, journal: Journal) -> None:
    for path in journal.removals:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            os.unlink(f"{output}/{path}")
    _remove_empty(output, journal)
    # The list of all outputs comes last: while it is old, it names what was there before.
    for path in sorted(journal.moves, key=lambda path: path == SUMS):
        staged = f"{stage}/{journal.moves[path]}"
        try:
            os.replace(staged, f"{output}/{path}")  # ten thousand of them
        except (FileNotFoundError, IsADirectoryError):
            # Renamed already, before the command that began this was killed; or its folder could
            # only be made now; or an empty folder has its name.
            if os.path.exists(staged):
                _make_room(output / path)
                os.replace(staged, f"{output}/{path}")


def _make_room(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder, _, _ in os.walk(file, topdown=False):
        os.rmdir(folder)


def _remove_empty(output: Path, journal: Journal) -> None:
    """Remove the folders that the removals have emptied, except where files are to come."""
    kept = {path.rpartition("/")[0] for path in journal.moves}
    folders = {path.rpartition("/")[0] for path in journal.removals} - kept
    while folders := folders - {""}:
        parents = set()
        for folder in sorted(folders, key=len, reverse=True):
            try:
                os.rmdir(f"{output}/{folder}")
            except FileNotFoundError:
                pass  # removed by a command that was killed before it came to the parent
            except OSError:
                continue
            parents.add(folder.rpartition("/")[0])
        folders = parents - kept
