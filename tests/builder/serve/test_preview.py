"""`proofpress serve` as its user meets it: a command, saved files, a browser's requests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.write.state import State
from tests.builder.command import CHECKOUT, command, environment, run
from tests.builder.project import Project, note, read_tree
from tests.builder.serve.contents import FILM_BYTES, bytes_read, make_film
from tests.builder.serve.served import Served, processes, serving, until


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write("posts/a.md", note("A", "First words. [b](b.md)"))
    project.write("posts/b.md", note("B", "Second words."))
    project.write("posts/d.md", note("D", "A draft.", draft="true"))
    return project


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    with serving(project) as served:
        yield served


def test_a_save_is_served(served: Served, project: Project) -> None:
    assert "First words." in served.get("/posts/a/")[1]
    project.write("posts/a.md", note("A", "Other words. [b](b.md)"))
    served.await_text("/posts/a/", "Other words.")
    project.write("posts/a.md", note("A new title", "Other words. [b](b.md)"))
    served.await_text("/", "A new title")
    project.write("posts/c.md", note("C", "Third words."))
    served.await_text("/posts/c/", "Third words.")
    project.delete("posts/c.md")
    until(lambda: served.get("/posts/c/")[0] == 404)


def test_nothing_is_written_to_the_output(served: Served, project: Project) -> None:
    served.get("/")
    project.write("posts/a.md", note("A", "Other words. [b](b.md)"))
    served.await_text("/posts/a/", "Other words.")
    assert not project.output.exists()


def test_a_preview_publishes_no_draft(project: Project) -> None:
    with serving(project, "--drafts") as served:
        assert "A draft." in served.get("/posts/d/")[1]
        assert ".proofpress/preview.js" in served.get("/")[1]
        done = run("build", "--root", project.root)
        assert done.code == 0, done.err
        assert "A draft." in served.get("/posts/d/")[1]
    assert not (project.output / "posts/d").exists()
    assert not any(b".proofpress/preview.js" in data for data in read_tree(project.output).values())


def test_drafts_are_only_shown_where_they_are_asked_for(served: Served) -> None:
    assert served.get("/posts/d/")[0] == 404


def test_every_output_is_served_as_it_would_be_built(served: Served, project: Project) -> None:
    project.edit("posts/a.md", "First", "Other")
    served.await_text("/posts/a/", "Other words.")
    assert run("build", "--root", project.root).code == 0
    for path, data in project.tree().items():
        if path == "SHA256SUMS":
            continue
        status, body = served.get_bytes(f"/{path}")
        script = b'<script defer src="/.proofpress/preview.js"></script>'
        assert body.replace(script, b"") == data, path
        assert status == 200, path


def test_a_large_file_is_sent_without_being_read_for_it(project: Project) -> None:
    make_film(project.place("static/film.mp4"))
    with serving(project) as served:
        assert served.get("/")[0] == 200
        memory, read = peak_bytes(served), bytes_read(served.process.pid)

        for _ in range(5):
            assert served.get_bytes("/film.mp4", Range="bytes=0-4") == (206, b"begin")
        assert bytes_read(served.process.pid) - read < 1_000_000
        status, body = served.get_bytes("/film.mp4")

        assert (status, len(body), body[-3:]) == (200, FILM_BYTES, b"end")
        assert peak_bytes(served) - memory < FILM_BYTES / 4


def peak_bytes(served: Served) -> int:
    """The most memory that the preview has had so far."""
    said = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(said.partition("VmHWM:")[2].split()[0]) * 1024


def test_a_taken_port_is_said_and_the_next_one_used(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(project, port=port) as served:
            assert served.port > port
            assert f"port {port} is taken, so it is {served.port}" in "".join(served.said)
            assert served.get("/")[0] == 200


def test_a_base_path_is_where_the_site_lies(project: Project) -> None:
    with serving(project, "--base-path", "/notes/") as served:
        assert served.url.endswith("/notes/")
        assert 'href="/notes/posts/a/"' in served.get("/notes/")[1]
        assert served.get("/")[0] == 307
    project.edit("pyproject.toml", "https://example.org", "https://example.org/own")
    with serving(project) as served:
        assert served.url.endswith("/own/")
        assert served.get("/own/posts/a/")[0] == 200


def test_mistakes_are_said_once_and_when_they_are_mended(served: Served, project: Project) -> None:
    served.get("/posts/a/")
    project.write("posts/a.md", note("A", "[gone](gone.md)"))
    served.hear(r"content/posts/a\.md:5: .*gone\.md")
    assert "First words." in served.get("/posts/a/")[1]
    project.write("posts/a.md", note("A", "[b](b.md)"))
    served.hear("all is well again")


def test_a_folder_that_is_no_site_is_said_and_gets_no_cache(tmp_path: Path) -> None:
    done = run("serve", "--root", tmp_path)
    assert done.code == 1
    assert "there is no pyproject.toml" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999"], "not a number from 0 to 65535"),
        (["--port", "http"], "not a number from 0 to 65535"),
        (["--base-path", "a//b"], "not a path such as /notes"),
        (["--host", "no.such.host.invalid"], "no address is known for it"),
        (["--prot", "1"], "--port"),
    ],
)
def test_a_wrong_command_line_says_what_would_be_right(
    project: Project, arguments: list[str], said: str
) -> None:
    done = run("serve", "--root", project.root, *arguments)
    assert done.code in (2, 4)
    assert said in done.err


def test_ctrl_c_ends_it_at_once_and_leaves_nothing(project: Project) -> None:
    project.write("snippets/s.py", "X = 1\n")
    test = "import time\n\n\ndef test_x():\n    time.sleep(600)\n"
    project.write("tests/snippets/test_s.py", "def test_x():\n    assert True\n")
    project.write("cards/s.md", note("S", "```card s\n```"))
    with serving(project) as served:
        served.get("/cards/s/")
        # A stream that stays open, a request that never ends, a card whose tests run.
        with socket.create_connection(("127.0.0.1", served.port)) as slow:
            slow.sendall(b"GET / HTT")
            project.write("tests/snippets/test_s.py", test)
            until(lambda: len(processes(project)) > 1)
            begin = time.monotonic()
            assert served.interrupt() == 0
            assert time.monotonic() - begin < 3
    until(lambda: not processes(project))
    # The port is free, and the cache is nobody's.
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", served.port))
    assert run("build", "--root", project.root, "--no-tests").code == 0


def test_two_previews_and_a_build_do_each_other_no_harm(served: Served, project: Project) -> None:
    with serving(project) as other:
        builds = [
            subprocess.Popen(
                command("build", "--root", project.root, "--no-tests"), cwd=CHECKOUT,
                env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for _ in range(2)
        ]  # fmt: skip
        for number in range(5):
            project.write("posts/a.md", note(f"Title {number}", f"Words {number}."))
            served.await_text("/", f"Title {number}")
            other.await_text("/posts/a/", f"Words {number}.")
        assert [build.wait(30) for build in builds] == [0, 0]
    assert run("build", "--root", project.root).code == 0
    assert "Words 4." in project.read("posts/a/index.html")


def test_a_checkout_of_many_files_ends_with_all_of_them(served: Served, project: Project) -> None:
    served.get("/")
    for number in range(500):
        project.write(f"notes/n{number}.md", note(f"Note {number}"))
    served.await_text("/notes/n499/", "Note 499")
    shutil.rmtree(project.root / "content/notes")
    until(lambda: served.get("/notes/n499/")[0] == 404)
    assert "Note 3" not in served.get("/")[1]


def test_a_saved_card_is_checked_and_its_new_state_shown(served: Served, project: Project) -> None:
    # What is not proven when the preview starts is left alone.
    served.get("/")
    project.write("snippets/s.py", "X = 1\n")
    project.write(
        "tests/snippets/test_s.py", "from snippets.s import X\n\n\ndef test_x():\n    assert X\n"
    )
    project.write("cards/s.md", note("S", "```card s\n```"))
    served.hear("s: passes")
    served.await_text("/cards/s/", "state-passed")
    project.write("snippets/s.py", "X = 0\n")
    served.await_text("/cards/s/", ">0</span>")
    served.hear("s: fails")
    served.await_text("/cards/s/", "state-failed")
    project.write("snippets/s.py", "X = 2\n")
    served.hear("s: passes")
    served.await_text("/cards/s/", "state-passed")


def test_a_card_that_hangs_blocks_nothing(served: Served, project: Project) -> None:
    served.get("/")
    project.write("snippets/s.py", "X = 1\n")
    hanging = "import time\n\n\ndef test_x():\n    time.sleep(600)\n"
    project.write("tests/snippets/test_s.py", hanging)
    project.write("cards/s.md", note("S", "```card s\n```"))
    until(lambda: len(processes(project)) > 1)
    project.write("posts/a.md", note("A", "Other words. [b](b.md)"))
    served.await_text("/posts/a/", "Other words.")
    # Saving the card again ends the run that hangs.
    project.write("tests/snippets/test_s.py", "def test_x():\n    assert True\n")
    served.hear("s: passes")
    until(lambda: len(processes(project)) == 1)


def test_who_holds_the_cache_is_waited_for_with_a_message(served: Served, project: Project) -> None:
    served.get("/")
    with State(project.root, lambda: None):
        # Another day gives it another place among the others, so the site is linked anew.
        project.write("posts/a.md", note("A", "Other words. [b](b.md)", date="2026-02-01"))
        served.hear("waiting for a build of this site")
        assert "First words." in served.get("/posts/a/")[1]
    served.await_text("/posts/a/", "Other words.")


def test_a_checkout_is_one_change(served: Served, project: Project) -> None:
    """By git, between two states that differ in five hundred files."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=project.root, check=True)

    (project.root / ".gitignore").write_text("/site/\n/.proofpress/\n")
    git("init", "--quiet", "--initial-branch", "one")
    for number in range(500):
        project.write(f"notes/n{number}.md", note(f"Note {number}", "Of the first."))
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    git("checkout", "--quiet", "-b", "two")
    for number in range(500):
        project.write(f"notes/n{number}.md", note(f"Note {number}", "Of the second."))
    git("commit", "--quiet", "-am", "two")
    served.await_text("/notes/n499/", "Of the second.")
    until(lambda: "Of the second." in served.get("/notes/n0/")[1])
    git("checkout", "--quiet", "one")
    served.await_text("/notes/n499/", "Of the first.")
    served.await_text("/notes/n0/", "Of the first.")
    project.write("posts/a.md", note("A", "[gone](gone.md)"))
    served.hear("gone.md")
    # One change, and no mistake in between.
    assert sum("seen in" in line for line in served.said) <= 4


def test_a_file_of_another_case_is_another_page(served: Served, project: Project) -> None:
    served.get("/posts/b/")
    project.edit("posts/a.md", "[b](b.md)", "")
    text = project.place("posts/b.md").read_text(encoding="utf-8")
    project.delete("posts/b.md").write("posts/B.md", text)
    until(
        lambda: served.get("/posts/b/")[0] == 404 or "Second words." in served.get("/posts/B/")[1]
    )
    assert run("build", "--root", project.root, "--no-tests").code == 0
    for path in ("posts/b/index.html", "posts/B/index.html"):
        assert (served.get(f"/{path}")[0] == 200) == (project.output / path).is_file()
