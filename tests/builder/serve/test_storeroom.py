"""Large files that are copied: handed out where they lie, and only as the edition knows them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from builder.codec import sha256
from builder.model import Recipe
from builder.read.sources import SourceChanged
from builder.serve.change import EVERYTHING
from builder.serve.content import Content, Stored
from builder.serve.desk import Desk
from builder.serve.shelf import LARGEST_KEPT
from builder.serve.storeroom import Storeroom
from tests.builder.project import NOW, Project, note
from tests.builder.serve.contents import bytes_read

FILM = b"0123456789" * (LARGEST_KEPT // 5)
# More than all else that is read meanwhile, and much less than the film.
LITTLE = 100_000


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write("posts/a.md", note("A"))
    save(project, "static/film.mp4", FILM)
    return project


def save(project: Project, path: str, data: bytes, second: int = NOW - 1000) -> None:
    """Save a file at a moment."""
    project.write(path, data)
    os.utime(project.place(path), (second, second))


def desk_of(project: Project) -> Desk:
    desk = Desk(
        replace(project.order, has_tests=True), lambda: NOW,
        say=lambda _: None, ring=lambda: None, tell=lambda: None,
    )  # fmt: skip
    # A signature is believed once its file was left alone for a moment.
    settle(project)
    desk.look(EVERYTHING)
    return desk


@contextmanager
def looking(desk: Desk) -> Iterator[list[threading.Thread]]:
    """The desk looks when it asks to; gives the threads that did."""
    threads: list[threading.Thread] = []

    def ring() -> None:
        threads.append(threading.Thread(target=desk.look, args=(EVERYTHING,)))
        threads[-1].start()

    desk.ring = ring
    yield threads
    for thread in threads:
        thread.join(10)


def settle(project: Project) -> None:
    """Wait until the clock of the files has gone on."""
    probe = project.root / "probe"
    last = max(file.stat().st_ctime_ns for file in project.root.rglob("*") if file != probe)
    while True:
        probe.write_bytes(b"")
        if probe.stat().st_ctime_ns > last + 40_000_000:
            break
    probe.unlink()


def test_a_large_file_is_not_read_to_be_handed_out(project: Project) -> None:
    desk = desk_of(project)
    before = bytes_read()

    found = [desk.find("film.mp4") for _ in range(3)]

    assert bytes_read() - before < LITTLE
    for content in found:
        assert isinstance(content, Stored)
        assert content.file == project.place("static/film.mp4")
        assert content.signature.size == len(FILM)
        assert content.digest == sha256(FILM)


def test_a_file_that_was_touched_is_read_once(project: Project) -> None:
    desk = desk_of(project)
    os.utime(project.place("static/film.mp4"), (NOW, NOW - 2000))
    settle(project)
    before = bytes_read()

    first = desk.find("film.mp4")
    read = bytes_read() - before
    second = desk.find("film.mp4")

    assert isinstance(first, Stored)
    assert first == second
    assert len(FILM) <= read < len(FILM) + LITTLE
    assert bytes_read() - before < read + LITTLE


def test_a_file_that_was_saved_this_very_moment_is_read(project: Project) -> None:
    """It could be saved again without a new signature."""
    desk = desk_of(project)
    save(project, "static/film.mp4", FILM, second=1 << 33)

    for _ in range(2):
        content = desk.find("film.mp4")
        assert isinstance(content, Content)
        assert content.body == FILM


def test_other_bytes_of_the_same_length_are_never_handed_out_as_the_old_ones(
    project: Project,
) -> None:
    desk = desk_of(project)
    save(project, "static/film.mp4", FILM[::-1])
    settle(project)

    with looking(desk) as looks:
        found = desk.find("film.mp4")

    assert isinstance(found, Stored)
    assert found.digest == sha256(FILM[::-1])
    assert len(looks) == 1


def test_a_link_to_a_large_file_is_a_large_file(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.bin"
    target.write_bytes(FILM)
    place = project.place("static/linked.mp4")
    place.symlink_to(target)
    settle(project)
    desk = desk_of(project)

    found = desk.find("linked.mp4")
    assert isinstance(found, Stored)
    assert found.file.read_bytes() == FILM

    target.write_bytes(FILM[::-1])
    os.utime(target, (NOW, NOW - 2000))
    with looking(desk):
        found = desk.find("linked.mp4")
    assert found is not None
    assert found.digest == sha256(FILM[::-1])


@pytest.mark.parametrize(
    ("path", "body"), [("small.mp4", FILM[:LARGEST_KEPT]), ("large.html", b"<p>" + FILM)]
)
def test_what_is_small_and_what_is_a_page_is_handed_out_as_bytes(
    project: Project, path: str, body: bytes
) -> None:
    save(project, f"static/{path}", body)

    content = desk_of(project).find(path)

    assert isinstance(content, Content)
    assert content.body == body


@pytest.mark.parametrize("kind", ["nothing", "folder", "pipe", "other"])
def test_what_is_not_the_recipes_file_is_not_waited_for(project: Project, kind: str) -> None:
    place = project.place("static/film.mp4")
    place.unlink()
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "other":
        place.write_bytes(FILM[::-1])
        settle(project)
    source = ("content/static/film.mp4", sha256(FILM))
    recipe = Recipe("film.mp4", "copy", b"", b"", (), (source,), b"key")

    with pytest.raises(SourceChanged):
        Storeroom(project.root, project.root / "theme").find(recipe)
