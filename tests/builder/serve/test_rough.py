"""The preview where it is treated badly: loops without end, terminals that are gone, pages that
move on and on.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from builder.serve import desk as desk_module
from builder.serve.change import EVERYTHING
from builder.serve.desk import Desk
from builder.serve.moves import MOST_MOVES
from builder.serve.progress import spoken
from builder.serve.within import TooLong, within
from builder.write.state import State
from tests.builder.command import CHECKOUT, command, environment
from tests.builder.project import NOW, Project, note
from tests.builder.serve.served import processes, serving, until

LOOP = """\
{% extends 'base.html' %}
{% block main %}
{% for x in range(10 ** 12) %}{% endfor %}{% endblock %}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write("posts/a.md", note("A", "First words."))
    project.write("posts/b.md", note("B", "Second words."))
    return project


def desk_of(project: Project) -> Desk:
    return Desk(
        replace(project.order, has_tests=True), lambda: NOW,
        say=lambda _: None, ring=lambda: None, tell=lambda: None,
    )  # fmt: skip


# --- What takes for ever


def test_what_takes_too_long_is_interrupted_where_it_is() -> None:
    def never() -> None:
        while True:
            pass

    with pytest.raises(TooLong, match="it is a loop"):
        within(0.05, "it is a loop", never)
    assert within(10, "", lambda: 3) == 3


def test_what_ends_just_in_time_is_not_interrupted_later() -> None:
    def work() -> None:
        end = time.monotonic() + 0.002
        while time.monotonic() < end:
            pass

    for _ in range(200):
        try:
            within(0.002, "", work)
        except TooLong:
            continue
        for _ in range(100):
            str(time.monotonic())
    assert threading.active_count() < 50


def test_a_template_without_end_is_a_mistake_with_a_place(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "MOST_SECONDS", 0.3)
    desk = desk_of(project)
    desk.look(EVERYTHING)
    first = desk.find("posts/a/index.html")
    assert first is not None
    project.write("templates/page.html", LOOP)
    desk.look(EVERYTHING)
    assert desk.find("posts/a/index.html") == first
    fault = next(fault for fault in desk.faults() if not fault.is_warning)
    assert (fault.path, fault.line) == ("templates/page.html", 3)
    assert "a loop that does not end" in fault.message
    # It is not tried again before something was saved, and other pages are as they were.
    begin = time.monotonic()
    assert desk.find("posts/a/index.html") == first
    assert time.monotonic() - begin < 0.2
    assert desk.find("index.html") is not None
    project.place("templates/page.html").unlink()
    desk.look(EVERYTHING)
    assert desk.find("posts/a/index.html") == first
    assert desk.faults() == ()


def test_a_moment_in_centuries_is_waited_for_in_pieces(project: Project) -> None:
    project.write("posts/b.md", note("B", "Second words.", expires="2500-01-01"))
    with serving(project) as served:
        assert served.get("/")[0] == 200
        project.write("posts/a.md", note("A", "Other words."))
        served.await_text("/posts/a/", "Other words.")


# --- Before the first look, and where the machine is at fault


def test_a_page_does_not_wait_for_ever_for_the_first_look(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "FIRST_PATIENCE_SECONDS", 0.05)
    found = desk_of(project).find("posts/a/index.html")
    assert found is not None
    assert b"The site is being read" in found.body


def test_how_far_it_is_is_said_only_where_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    spoken(said.append)("reading", 5, 10)
    assert said == []
    monkeypatch.setattr("builder.serve.progress.FIRST_SECONDS", -1.0)
    tell = spoken(said.append)
    for done in (5, 6, 10):
        tell("reading", done, 10)
    assert said == ["reading 5 of 10 …"]


def test_a_fault_of_the_machine_is_mended_without_a_save(project: Project) -> None:
    with serving(project) as served:
        served.get("/")
        cache = project.root / ".proofpress"
        cache.rename(project.root / "elsewhere")
        cache.write_text("not a folder")
        project.write("posts/a.md", note("Another title", "First words."))
        served.hear("^cannot write the cache")
        assert "Second words." in served.get("/posts/b/")[1]
        cache.unlink()
        served.await_text("/", "Another title")
        served.hear("all is well again")


def test_a_preview_that_begins_beside_a_build_answers(project: Project) -> None:
    with State(project.root, lambda: None), serving(project) as served:
        served.hear("waiting for a build")
        assert "The site is being read" in served.get("/")[1]
        assert served.interrupt() == 0


# --- Pages that move on


def test_a_page_that_moved_twice_is_where_it_is_now(project: Project) -> None:
    desk = desk_of(project)
    desk.look(EVERYTHING)
    for before, after in (("b", "c"), ("c", "d")):
        project.place(f"posts/{before}.md").rename(project.place(f"posts/{after}.md"))
        desk.look(EVERYTHING)
    assert desk.moved == {"/posts/b/": "/posts/d/", "/posts/c/": "/posts/d/"}
    project.place("posts/d.md").rename(project.place("posts/c.md"))
    desk.look(EVERYTHING)
    assert desk.moved == {"/posts/b/": "/posts/c/", "/posts/d/": "/posts/c/"}


def test_not_all_that_ever_moved_is_told_of(project: Project) -> None:
    for number in range(MOST_MOVES + 10):
        project.write(f"notes/n{number}.md", note(f"N {number}"))
    desk = desk_of(project)
    desk.look(EVERYTHING)
    project.place("notes").rename(project.root / "elsewhere")
    desk.look(EVERYTHING)
    assert len(desk.moved) == MOST_MOVES


# --- Terminals


def test_a_reader_of_its_lines_that_goes_away_does_not_end_it(project: Project) -> None:
    with serving(project) as served:
        assert served.process.stderr is not None
        # As `2>&1 | head -1` does.
        first = subprocess.Popen(
            command("serve", "--root", project.root, "--port", 0), cwd=CHECKOUT,
            env=environment(PYTHONUNBUFFERED="1"), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert first.stderr is not None
            port = int(first.stderr.readline().split("127.0.0.1:")[1].split("/")[0])
            first.stderr.close()
            served.port = port
            for number in range(3):
                assert served.get(f"/none{number}/")[0] == 404
                project.write("posts/a.md", note(f"Title {number}", "Words."))
                served.await_text("/", f"Title {number}")
            first.send_signal(signal.SIGINT)
            assert first.wait(10) == 0
        finally:
            first.kill()
            first.wait()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_however_it_ends_no_process_is_left(project: Project, ending: signal.Signals) -> None:
    project.write("snippets/s.py", "X = 1\n")
    project.write("tests/snippets/test_s.py", "def test_x():\n    assert True\n")
    project.write("cards/s.md", note("S", "```card s\n```"))
    with serving(project) as served:
        served.get("/cards/s/")
        project.write(
            "tests/snippets/test_s.py", "import time\n\n\ndef test_x():\n    time.sleep(600)\n"
        )
        until(lambda: len(processes(project)) > 3)
        served.process.send_signal(ending)
        served.process.wait(10)
    until(lambda: not processes(project))


# --- Settings


def test_a_new_path_in_the_settings_is_told_of(project: Project) -> None:
    with serving(project) as served:
        served.get("/")
        project.edit("pyproject.toml", "https://example.org", "https://example.org/own")
        served.hear(r"base_url now has the path '/own/'.*stays at '/'")
        assert served.get("/posts/a/")[0] == 200
