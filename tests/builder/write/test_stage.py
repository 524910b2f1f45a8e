"""An output folder is changed in one go: killed at any step, it is whole after the next command."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from builder.write.stage import (
    JOURNAL,
    STAGE,
    SUMS,
    close_stage,
    finish_journal,
    open_stage,
    publish,
)
from tests.builder.death import die_before

# Every kind of change: an edited file, a new one in new folders, removed ones that leave folders
# empty, a file in whose place comes a folder, a folder in whose place comes a file.
OLD = {
    "index.html": b"old home",
    "kept.html": b"kept",
    "posts/a/index.html": b"old a",
    "posts/gone/deep/index.html": b"gone",
    "posts/gone/index.html": b"gone too",
    "lone/some/file": b"in folders that hold nothing else",
    "turns": b"a file that becomes a folder",
    "flat/index.html": b"a folder that becomes a file",
    SUMS: b"the old list",
}
NEW = {
    "index.html": b"new home",
    "posts/a/index.html": b"new a",
    "posts/new/deep/index.html": b"new",
    "turns/index.html": b"a folder that was a file",
    "turns/deep/er.html": b"and has folders",
    "flat": b"a file that was a folder",
    SUMS: b"the new list",
}
REMOVALS = sorted(OLD.keys() - NEW.keys() - {"kept.html"})
AFTER = {"kept.html": b"kept", **NEW}


def plant(output: Path, files: dict[str, bytes] = OLD) -> None:
    for path, data in files.items():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_bytes(data)


def look(output: Path) -> dict[str, bytes]:
    """Files with their bytes, and empty folders; the stage left out."""
    found = {}
    for folder, folders, names in os.walk(output):
        place = os.path.relpath(folder, output)
        folders[:] = [name for name in folders if (place, name) != (".", STAGE)]
        found |= {
            os.path.normpath(f"{place}/{name}"): (Path(folder) / name).read_bytes()
            for name in names
        }
        if not folders and not names and place != ".":
            found[f"{place}/"] = b""
    return found


def change(output: Path) -> None:
    """The whole way: staged, published, closed."""
    stage = open_stage(output)
    for number, data in enumerate(NEW.values()):
        (stage / str(number)).write_bytes(data)
    publish(output, stage, {path: str(number) for number, path in enumerate(NEW)}, REMOVALS)
    close_stage(output)


def test_a_change_moves_and_removes_and_leaves_no_empty_folder(tmp_path: Path) -> None:
    plant(tmp_path)

    change(tmp_path)

    assert look(tmp_path) == AFTER
    assert not (tmp_path / STAGE).exists()


def test_killed_at_any_step_it_is_as_before_or_finished_by_the_next_command(tmp_path: Path) -> None:
    outcomes = set()
    step = 0
    while True:
        output = tmp_path / str(step)
        plant(output)
        was_killed = die_before(step, str(output), lambda: change(output))  # noqa: B023
        has_journal = (output / STAGE / JOURNAL).exists()
        for path, data in look(output).items():
            assert data in (OLD.get(path), AFTER.get(path), b""), (step, path)
        if not has_journal and was_killed and look(output).keys() != AFTER.keys():
            files = {path: data for path, data in look(output).items() if path[-1] != "/"}
            assert files == OLD, f"killed at step {step}, before the journal, it changed the site"

        finish_journal(output)

        assert look(output) in (OLD, AFTER), step
        assert not has_journal or look(output) == AFTER, step
        assert not (output / STAGE).exists(), step
        outcomes.add((was_killed, look(output) == AFTER))
        if not was_killed:
            break
        step += 1
    assert outcomes == {(True, False), (True, True), (False, True)}
    assert step > 30


@pytest.fixture(scope="module")
def first_step(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The first step before which the journal is complete."""
    for step in range(200):
        output = tmp_path_factory.mktemp("output")
        plant(output)
        die_before(step, str(output), lambda: change(output))  # noqa: B023
        if (output / STAGE / JOURNAL).exists():
            return step
    raise AssertionError("there never was a complete journal")


def test_killed_while_it_finishes_it_is_finished_by_the_command_after_that(
    tmp_path: Path, first_step: int
) -> None:
    begun = tmp_path / "begun"
    plant(begun)
    die_before(first_step, str(begun), lambda: change(begun))
    again = 0
    was_killed = True
    while was_killed:
        output = tmp_path / f"again-{again}"
        shutil.copytree(begun, output)
        was_killed = die_before(again, str(output), lambda: finish_journal(output))  # noqa: B023

        finish_journal(output)

        assert look(output) == AFTER, again
        again += 1
    assert again > 10


def test_the_list_of_outputs_is_renamed_last(tmp_path: Path, first_step: int) -> None:
    for step in range(first_step, first_step + 50):
        output = tmp_path / str(step)
        plant(output)
        die_before(step, str(output), lambda: change(output))  # noqa: B023
        files = look(output)
        if files[SUMS] == NEW[SUMS]:
            break

    assert step > first_step + len(NEW)
    assert {path: files[path] for path in NEW} == NEW


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"moves": 1}', '{"moves": {"a": "0"}}'])
def test_a_journal_that_is_not_one_is_thrown_away(tmp_path: Path, text: str) -> None:
    plant(tmp_path)
    stage = open_stage(tmp_path)
    (stage / "0").write_bytes(b"staged")
    (stage / JOURNAL).write_text(text)

    assert not finish_journal(tmp_path)

    assert look(tmp_path) == OLD
    assert not stage.exists()


@pytest.mark.parametrize("path", ["../outside", "a/../../outside", "/outside"])
def test_a_journal_that_leads_outside_is_thrown_away(tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    target = str(outside) if path == "/outside" else path
    for moves, removals, folders in (
        ({target: "0"}, [], []),
        ({}, [target], []),
        ({}, [], [target]),
    ):
        output = tmp_path / "output"
        plant(output)
        stage = open_stage(output)
        (stage / "0").write_bytes(b"theirs")
        table = {"moves": moves, "removals": removals, "folders": folders}
        (stage / JOURNAL).write_text(json.dumps(table))

        assert not finish_journal(output)

        assert outside.read_bytes() == b"mine"
        assert look(output) == OLD


def test_a_stage_without_journal_is_thrown_away(tmp_path: Path) -> None:
    plant(tmp_path)
    stage = open_stage(tmp_path)
    (stage / "0").write_bytes(b"half of a f")

    assert not finish_journal(tmp_path)
    assert look(tmp_path) == OLD
    assert not stage.exists()


def test_an_output_folder_that_was_there_is_never_another_folder(tmp_path: Path) -> None:
    plant(tmp_path)
    before = tmp_path.stat().st_ino

    change(tmp_path)

    assert tmp_path.stat().st_ino == before
