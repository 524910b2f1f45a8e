"""A build is killed or interrupted at any moment: the site is whole, and the next build goes on.

12 moments in an ordinary run; PROOFPRESS_KILLS=100 asks for more. What a kill leaves at each single
step of the renaming is tried one by one in write/test_stage.py.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from builder.build import build
from builder.cli import main
from tests.builder.command import CHECKOUT, command, environment
from tests.builder.death import strike_before
from tests.builder.project import NOW, Project, note, read_tree

MOMENTS = int(os.environ.get("PROOFPRESS_KILLS", "12"))
POSTS = 80


def test_killed_at_any_moment_the_site_is_whole_and_the_next_build_ends_as_ever(
    tmp_path: Path,
) -> None:
    chance = random.Random(MOMENTS)
    project = Project(tmp_path / "project")
    for number in range(POSTS):
        project.write(f"posts/p{number}.md", _post(number, chance))
    started = time.monotonic()
    _start(project, "unmarked").communicate(timeout=60)
    duration = time.monotonic() - started
    ends = []
    for moment in range(MOMENTS):
        old = _files(project.output)
        _edit(project, chance)
        new = _clean_tree(project, tmp_path / "clean")

        # Evenly over the whole duration, so that few moments try all of its parts.
        mark = f"{tmp_path.name}-{moment}"
        ends.append(_kill_after(project, (moment + chance.random()) / MOMENTS * duration, mark))

        for path, data in _files(project.output).items():
            assert data in (old.get(path), new.get(path)), f"{path} is neither old nor new"
        project.build()
        assert project.tree() == new
        assert project.build().rebuilt == set()
    assert -signal.SIGKILL in ends


def _post(number: int, chance: random.Random) -> str:
    body = f"Text {chance.random()}. [[p{(number + 1) % POSTS}]]\n\n```python\nx = {number}\n```"
    return note(f"Post {number}", body, tags=f"[t{number % 5}]")


def _edit(project: Project, chance: random.Random) -> None:
    """Texts of some or all posts, the site's name, pages and files that come and go."""
    for number in chance.sample(range(POSTS), chance.choice([1, 20, POSTS])):
        project.write(f"posts/p{number}.md", _post(number, chance))
    if chance.random() < 0.5:
        text = project.place("pyproject.toml").read_text().split("\n")
        text[1] = f'title = "Title {chance.random()}"'
        project.write("pyproject.toml", "\n".join(text))
    thing, note_folder = project.place("static/thing"), project.place("notes")
    if thing.is_dir():
        shutil.rmtree(thing)
        project.write("static/thing", "a file")
    else:
        thing.unlink(missing_ok=True)
        project.write("static/thing/inside", f"a folder {chance.random()}")
    shutil.rmtree(note_folder, ignore_errors=True)
    for number in range(chance.randrange(30)):
        project.write(f"notes/n{number}.md", note(f"Note {number}"))


def _start(project: Project, mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command("build", "--jobs", "2", "--root", project.root),
        cwd=CHECKOUT, env=environment(PROOFPRESS_TEST_MARK=mark),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _kill_after(project: Project, seconds: float, mark: str) -> int:
    """Kill a build, and see that its workers end with it; its exit code."""
    process = _start(project, mark)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    code = process.wait(timeout=10)
    assert process.stdout is not None
    # The pipe ends when the last process that has it has ended: no worker may keep it.
    deadline = time.monotonic() + 10
    said = b""
    while part := _read_until(process.stdout.fileno(), deadline):
        said += part
    process.stdout.close()
    assert _marked(mark) == [], "a worker process is left"
    assert b"Traceback" not in said, said
    return code


def _read_until(pipe: int, deadline: float) -> bytes:
    ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
    assert ready, "a worker process is left"
    return os.read(pipe, 65_536)


def _marked(mark: str) -> list[str]:
    """The running processes that have this mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if f"PROOFPRESS_TEST_MARK={mark}\0".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text())
        except OSError:
            continue
    return found


def _files(output: Path) -> dict[str, bytes]:
    """The site's files, without what is only staged."""
    tree = read_tree(output) if output.exists() else {}
    return {path: data for path, data in tree.items() if not path.startswith(".proofpress/")}


def _clean_tree(project: Project, folder: Path) -> dict[str, bytes]:
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns(".proofpress", "site")
    shutil.copytree(project.root, folder, ignore=ignored)
    build(
        replace(project.order, root=folder, output=folder / "site"),
        say=project.said.append, progress=lambda *_: None,
    )  # fmt: skip
    return read_tree(folder / "site")


def test_interrupted_at_any_step_it_says_so_and_the_site_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    project = Project(tmp_path / "project")
    for number in range(5):
        project.write(f"posts/p{number}.md", note(f"Post {number}"))
    old = project.build().tree()
    shutil.copytree(project.root, tmp_path / "before")
    project.edit("posts/p1.md", "Post 1", "Other title").delete("posts/p2.md")
    new = _clean_tree(project, tmp_path / "clean")
    said = tmp_path / "said.txt"
    seen = set()
    for step in range(0, 1000, max(1, 40 // MOMENTS)):
        shutil.rmtree(project.output)
        shutil.rmtree(project.root / ".proofpress")
        for name in ("site", ".proofpress"):
            shutil.copytree(tmp_path / "before" / name, project.root / name)

        def build_site() -> int:
            sys.stderr = said.open("w")
            return main(["build", "--root", str(project.root)])

        code = strike_before(step, str(project.root), signal.SIGINT, build_site)
        if code == 0:
            break
        assert code == 130, said.read_text()
        assert said.read_text() == "proofpress: interrupted; the site is whole\n", step
        assert _files(project.output) in (old, new), step
        seen.add(_files(project.output) == new)
        assert project.build().tree() == new, step
    assert seen == {True, False}
