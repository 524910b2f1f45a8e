"""A disk that fills up during a build: it says so, the old site is whole, the next build is fine.

Two ways to run out of room, so that one of them works everywhere: a limit on the size of files (any
user may set it), and a real small file system (where one may be mounted).
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.builder.command import CHECKOUT, command, environment
from tests.builder.project import Project, note, read_tree

KIB = 1024
# What mounts a file system for one process alone, as this user may do it.
WAYS_TO_MOUNT = (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user"))


def _find_way_to_mount() -> tuple[str, ...] | None:
    """The first way that works here; looked for before tests are collected, so none is skipped."""
    for way in WAYS_TO_MOUNT:
        try:
            tried = subprocess.run(
                [*way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, timeout=30
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return way
    return None


WAY_TO_MOUNT = _find_way_to_mount()


def write_site(root: Path) -> Project:
    """A site with a large file and enough posts for worker processes."""
    project = Project(root)
    for number in range(70):
        project.write(f"posts/p{number}.md", note(f"Post {number}", f"Text {number}."))
    return project.write("static/large.bin", bytes(300 * KIB))


def edit_everything(project: Project) -> None:
    for number in range(70):
        project.edit(f"posts/p{number}.md", "Text", "Other text")
    project.write("static/large.bin", b"\1" * (300 * KIB))
    project.delete("posts/p0.md")


def build(
    project: Project, output: Path, limit: Callable[[], None] | None = None
) -> tuple[int, str]:
    done = subprocess.run(
        command("build", "--jobs", "2", "--root", project.root, "--output", output),
        cwd=CHECKOUT, env=environment(), preexec_fn=limit,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


def files_of(output: Path) -> dict[str, bytes]:
    """The site's files; what is staged for the next is not in them."""
    tree = read_tree(output) if output.exists() else {}
    return {path: data for path, data in tree.items() if not path.startswith(".proofpress/")}


def limit_files(size: int) -> None:
    """No file that this process writes may grow larger."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


# --- A limit on the size of files


@pytest.mark.parametrize("size", [0, 1, 1 * KIB, 6 * KIB, 40 * KIB, 299 * KIB])
def test_a_write_that_fails_leaves_the_old_site_and_the_next_build_is_fine(
    tmp_path: Path, size: int
) -> None:
    project = write_site(tmp_path / "project")
    assert build(project, project.output)[0] == 0
    old = project.tree()
    edit_everything(project)

    code, said = build(project, project.output, partial(limit_files, size))

    assert code == 4, said
    assert said.startswith("proofpress: ")
    assert "File too large" in said or "disk" in said
    assert project.tree() == old

    assert build(project, project.output)[0] == 0
    assert project.tree() == project.build(is_clean=True).tree()
    assert project.read("posts/p1/index.html").count("Other text") > 0


def test_a_first_build_without_room_leaves_nothing(tmp_path: Path) -> None:
    project = write_site(tmp_path / "project")

    code, _ = build(project, project.output, partial(limit_files, 100 * KIB))

    assert code == 4
    assert not project.output.exists()


# --- A real small file system


@pytest.mark.parametrize("way", [WAY_TO_MOUNT] if WAY_TO_MOUNT else [])
@pytest.mark.parametrize("holds", ["the whole site", "the output alone"])
def test_a_full_file_system_leaves_the_old_site_and_the_next_build_is_fine(
    tmp_path: Path, way: tuple[str, ...], holds: str
) -> None:
    script = f"from tests.builder.test_full_disk import fill; fill({str(tmp_path)!r}, {holds!r})"

    done = subprocess.run(
        [*way, sys.executable, "-c", script], cwd=CHECKOUT, env=environment(),
        capture_output=True, text=True, timeout=110,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "4"]


def fill(folder: str, holds: str) -> None:
    """Build with less and less room on a small file system; prints the exit codes there were.

    Runs where it may mount one.
    """
    disk = Path(folder) / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], check=True)
    project = write_site((disk if holds == "the whole site" else Path(folder)) / "project")
    output = disk / "site"
    assert build(project, output)[0] == 0
    old = files_of(output)
    edit_everything(project)
    codes = set()
    for room in (0, 4, 20, 100, 250, 400, 600, 800, 1200, 2000):
        filler = _fill(disk, room * KIB)
        code, said = build(project, output)
        codes.add(code)
        filler.unlink()
        if code == 0:
            break
        assert "no room left" in said or "full" in said, said
        assert files_of(output) == old, room
    assert build(project, output)[0] == 0
    shutil.rmtree(project.root / ".proofpress")
    new = files_of(output)
    shutil.rmtree(output)
    assert build(project, output)[0] == 0
    assert new == files_of(output) != old
    print(*sorted(codes))


def _fill(disk: Path, room: int) -> Path:
    """A file that leaves so many bytes on a disk."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - room)))
    return filler
