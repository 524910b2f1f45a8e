"""Work in parallel gives what work here gives, ends with its parent, and tells if it is killed."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from builder.errors import BuildFailed, MachineFault, Problem
from builder.workers import AHEAD, CHUNK_SIZE, FEW, map_chunks, open_workers, split_chunks

ROOT = Path(__file__).parents[2]


def double(chunk: list[int]) -> list[int]:
    return [2 * number for number in chunk]


def who(_chunk: int) -> int:
    return os.getpid()


def refuse(chunk: int) -> int:
    raise ValueError(f"not {chunk}")


def die(_chunk: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_chunks_hold_all_items_in_order() -> None:
    chunks = list(split_chunks(list(range(100)), 40))

    assert [len(chunk) for chunk in chunks] == [40, 40, 20]
    assert [number for chunk in chunks for number in chunk] == list(range(100))
    assert list(split_chunks([])) == []


@pytest.mark.parametrize(("jobs", "items"), [(1, 10_000), (2, FEW - 1)])
def test_little_work_is_done_here(jobs: int, items: int) -> None:
    with open_workers(jobs, items) as executor:
        assert executor is None
        assert set(map_chunks(executor, who, range(3), jobs)) == {os.getpid()}


def test_results_come_in_the_order_of_chunks() -> None:
    chunks = [[number, number + 1] for number in range(200)]
    with open_workers(2, FEW) as executor:
        assert executor is not None
        assert list(map_chunks(executor, double, chunks, 2)) == [double(chunk) for chunk in chunks]


def test_they_are_other_processes_and_no_more_than_asked_for() -> None:
    with open_workers(2, 10_000) as executor:
        seen = set(map_chunks(executor, who, range(100), 2))

    assert os.getpid() not in seen
    assert len(seen) <= 2


def children() -> set[int]:
    """The processes that this one has started, as Linux lists them."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(child) for listed in lists for child in listed.read_text().split()}


def test_there_are_no_more_processes_than_chunks() -> None:
    with open_workers(12, 2 * CHUNK_SIZE) as executor:
        assert set(map_chunks(executor, who, range(50), 2)) <= children()
        assert len(children()) == 2


def test_a_process_with_threads_can_have_workers_too() -> None:
    """The preview server has threads, and a fork of one that holds a lock would wait for ever."""
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with open_workers(2, FEW) as executor:
            assert list(map_chunks(executor, double, [[1], [2]], 2)) == [[2], [4]]
    finally:
        stop.set()
        thread.join()


def test_chunks_are_taken_as_they_are_needed() -> None:
    taken = []

    def chunks() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as executor:
        next(map_chunks(executor, who, chunks(), 2))

    assert len(taken) <= 2 * AHEAD + 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_comes_out_as_it_is(jobs: int) -> None:
    with pytest.raises(ValueError, match="not 0"), open_workers(jobs, FEW) as executor:
        list(map_chunks(executor, refuse, range(100), jobs))


def test_a_killed_worker_is_the_machines_fault() -> None:
    with pytest.raises(MachineFault, match="memory"), open_workers(2, FEW) as executor:
        list(map_chunks(executor, die, range(10), 2))


WAITING = """
import sys, threading
from builder.workers import map_chunks, open_workers
from tests.builder.test_workers import hang
if sys.argv[1] == "threads":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
with open_workers(2, 1000) as executor:
    list(map_chunks(executor, hang, range(4), 2))
"""


def hang(_chunk: int) -> None:
    # One write, so that the lines of two processes do not mingle.
    os.write(1, f"{os.getpid()}\n".encode())
    threading.Event().wait()


@contextmanager
def hanging(kind: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process and its two workers, all of which wait for ever; none of them is left."""
    parent = subprocess.Popen(
        [sys.executable, "-c", WAITING, kind], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    workers: list[int] = []
    try:
        assert parent.stdout is not None
        workers += [int(parent.stdout.readline()) for _ in range(2)]
        yield parent, workers
    finally:
        for process in (parent.pid, *workers):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        parent.communicate(timeout=10)


@pytest.mark.parametrize("kind", ["plain", "threads"])
def test_workers_end_when_their_parent_is_killed(kind: str) -> None:
    with hanging(kind) as (parent, _):
        parent.kill()
        assert parent.stdout is not None
        # The pipe ends when the last process that could write to it has ended.
        rest = threading.Thread(target=parent.stdout.read, daemon=True)
        rest.start()
        rest.join(timeout=10)

        assert not rest.is_alive()


@pytest.mark.parametrize("kind", ["plain", "threads"])
def test_an_interruption_leaves_workers_alone(kind: str) -> None:
    """Ctrl-C reaches every process of the terminal's group; only the parent says what it means."""
    with hanging(kind) as (parent, workers):
        for worker in workers:
            os.kill(worker, signal.SIGINT)

        assert [int(blocked(worker), 16) >> (signal.SIGINT - 1) & 1 for worker in workers] == [1, 1]
        parent.kill()
        assert "KeyboardInterrupt" not in parent.communicate(timeout=10)[1]


def blocked(process: int) -> str:
    """The signals that a process has blocked, as Linux writes them."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))


def test_problems_survive_the_way_back_from_a_worker() -> None:
    failure = BuildFailed([Problem("a.md", 3, "what", "what to do")])

    assert pickle.loads(pickle.dumps(failure)).problems == failure.problems
