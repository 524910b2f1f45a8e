"""Cards whose tests run beside the writing: which are run, ended and told of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.evidence.statement import EVIDENCE, FAILED
from builder.serve.proving import Prover
from tests.builder.project import Project
from tests.builder.serve.served import processes, until

HANGS = """\
import pathlib
import time


def test_hangs():
    pathlib.Path("started").write_text("")
    time.sleep(600)
"""


class Told:
    """What a prover told, for who waits for it."""

    def __init__(self) -> None:
        self.news: list[tuple[str, int]] = []
        self._condition = threading.Condition()

    def __call__(self, slug: str, code: int) -> None:
        with self._condition:
            self.news.append((slug, code))
            self._condition.notify_all()

    def wait(self, count: int) -> list[tuple[str, int]]:
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.news) >= count, 60), self.news
            return self.news


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write("snippets/good.py", "X = 1\n")
    project.write("tests/snippets/test_good.py", "def test_x():\n    assert True\n")
    project.write("snippets/bad.py", "X = 1\n")
    project.write("tests/snippets/test_bad.py", "def test_x():\n    assert False\n")
    project.write("snippets/slow.py", "X = 1\n")
    project.write("tests/snippets/test_slow.py", HANGS)
    return project


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def prover(project: Project, told: Told) -> Iterator[Prover]:
    prover = Prover(project.root, told)
    yield prover
    prover.close()


def test_what_was_not_proven_before_is_left_to_its_author(prover: Prover, told: Told) -> None:
    prover.look({"good": "1", "bad": "1"})
    assert prover.checking() == ()
    prover.look({"good": "1", "bad": "1"})
    assert prover.checking() == ()
    assert told.news == []


def test_a_card_that_was_saved_is_run_and_its_record_kept(
    prover: Prover, told: Told, project: Project
) -> None:
    prover.look({"good": "1"})
    prover.look({"good": "2"})
    assert prover.checking() == ("good",)
    assert told.wait(1) == [("good", 0)]
    assert prover.checking() == ()
    assert (project.root / EVIDENCE / "good" / "tests.json").is_file()


def test_a_card_that_fails_is_told_of_and_not_run_again(
    prover: Prover, told: Told, project: Project
) -> None:
    prover.look({})
    prover.look({"bad": "1"})
    assert told.wait(1) == [("bad", 1)]
    assert (project.root / EVIDENCE / "bad" / FAILED).is_file()
    prover.look({"bad": "1"})
    assert prover.checking() == ()


def test_saving_again_ends_the_run_of_what_was_saved_before(
    prover: Prover, told: Told, project: Project
) -> None:
    prover.look({})
    prover.look({"slow": "1"})
    until(lambda: len(processes(project)) > 0)
    project.write("tests/snippets/test_slow.py", "def test_quick():\n    assert True\n")
    prover.look({"slow": "2"})
    assert told.wait(1) == [("slow", 0)]
    assert prover.checking() == ()
    until(lambda: not processes(project))


def test_a_card_that_hangs_keeps_no_other_waiting(prover: Prover, told: Told) -> None:
    prover.look({})
    prover.look({"slow": "1"})
    prover.look({"slow": "1", "good": "1"})
    assert told.wait(1) == [("good", 0)]
    assert prover.checking() == ("slow",)


def test_a_machine_that_starts_no_process_is_told_of_and_ends_nothing(
    prover: Prover, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    prover.look({})
    with monkeypatch.context() as replaced:
        replaced.setattr("sys.executable", "/no/python/is/here/any/more")
        prover.look({"good": "1", "bad": "1"})
        assert sorted(told.wait(2)) == [("bad", 4), ("good", 4)]
    assert prover.checking() == ()
    prover.look({"good": "2", "bad": "1"})
    assert told.wait(3)[2:] == [("good", 0)]


def test_a_card_that_is_proven_otherwise_is_not_waited_for(prover: Prover) -> None:
    prover.look({})
    prover.look({"slow": "1"})
    prover.look({})
    assert prover.checking() == ()


def test_closing_ends_what_runs_and_leaves_nothing(prover: Prover, project: Project) -> None:
    prover.look({})
    prover.look({"slow": "1"})
    until(lambda: len(processes(project)) > 0)
    prover.close()
    until(lambda: not processes(project))
