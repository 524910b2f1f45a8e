"""Proof of the card `interactive_pool`: an executor run by hand, threads, processes, a cluster.

`ByHand` is an executor whose jobs end when the test says so, so that most tests need no thread and
no waiting. On the cluster, jobs that must not end yet read from a named pipe, which blocks them
until the test writes to it.
"""

from __future__ import annotations

import inspect
import io
import logging
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from concurrent.futures import wait as futures_wait
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client, KilledWorker, LocalCluster
from hypothesis import given
from hypothesis import strategies as st

from snippets import interactive_pool
from snippets.interactive_pool import InteractivePool, submit_each

LONG_SECONDS = 40.0  # far more than anything here takes


class ByHand(Executor):
    """An executor that runs nothing: the test ends its futures, and they count what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls.append((fn, *args, kwargs))
        return Future()


class Clock:
    """Stands still until the test moves it."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Telling(float):
    """A timeout that tells when somebody waits for it: no sooner does a wait add it to the time."""

    def __new__(cls, seconds: float, tell: Callable[[], object]) -> Telling:
        self = super().__new__(cls, seconds)
        self.tell = tell  # type: ignore[attr-defined]  # a float has no fields to declare
        return self

    def __radd__(self, other: float) -> float:
        self.tell()  # type: ignore[attr-defined]  # as above
        return other + float(self)


def futures_of(*keys: Any) -> dict[Any, Future[Any]]:
    return {key: Future() for key in keys}


def three_endings() -> tuple[InteractivePool[str, Any], dict[str, Future[Any]]]:
    """A pool with a result, a failure, a cancelled job and one that runs."""
    futures = futures_of("good", "bad", "gone", "open")
    futures["good"].set_result(1)
    futures["bad"].set_exception(ValueError("no such file: <a&b>"))
    futures["gone"].cancel()
    futures["open"].set_running_or_notify_cancel()
    return InteractivePool(futures), futures


# --- Reports --------------------------------------------------------------------------------------


def test_a_pool_reports_every_ending() -> None:
    pool, futures = three_endings()
    assert pool.done() == (3, 4)
    assert pool.collect() == {"good": 1}
    assert list(pool.failures()) == ["bad"]
    assert pool.failures()["bad"] is futures["bad"].exception()
    assert pool.cancelled() == ["gone"]
    futures["open"].set_result(2)
    assert pool.done() == (4, 4)
    assert pool.collect() == {"good": 1, "open": 2}


ENDINGS = ("result", "failure", "cancel")


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(ENDINGS)), max_size=12))
def test_after_any_endings_in_any_order_the_reports_add_up(
    endings: list[tuple[int, str]],
) -> None:
    futures = futures_of(*range(10))
    pool: InteractivePool[int, Any] = InteractivePool(futures)
    ended: dict[int, str] = {}
    for key, ending in endings:
        if key in ended:
            continue
        ended[key] = ending
        if ending == "result":
            futures[key].set_result(-key)
        elif ending == "failure":
            futures[key].set_exception(KeyError(key))
        else:
            futures[key].cancel()
        by = {name: sorted(k for k, e in ended.items() if e == name) for name in ENDINGS}
        assert pool.done() == (len(ended), 10)
        assert list(pool.collect().items()) == [(k, -k) for k in by["result"]]
        assert [(k, e.args) for k, e in pool.failures().items()] == [
            (k, (k,)) for k in by["failure"]
        ]
        assert pool.cancelled() == by["cancel"]
        assert pool.wait(0) == (len(ended) == 10)
        assert f" {len(ended)} of 10 over" in str(pool)
        assert (f", {len(by['failure'])} failed" in str(pool)) == bool(by["failure"])
        assert (f", {len(by['cancel'])} cancelled" in str(pool)) == bool(by["cancel"])


def test_a_pool_of_nothing_is_over() -> None:
    pool: InteractivePool[int, int] = InteractivePool({})
    assert pool.done() == (0, 0)
    assert pool.wait()
    assert pool.collect() == {}
    assert pool.failures() == {}
    assert pool.cancelled() == []
    assert pool.cancel() == 0
    assert pool.elapsed() == 0
    assert str(pool) == "[########################] 0 of 0 over in 0.0 s"
    assert '<progress value="1" max="1">' in pool._repr_html_()


def test_jobs_added_to_the_mapping_later_are_not_watched() -> None:
    futures = futures_of("a")
    pool: InteractivePool[str, Any] = InteractivePool(futures)
    futures["b"] = Future()
    assert pool.done() == (0, 1)


# --- Traps of the usual version -------------------------------------------------------------------


def test_an_empty_dict_passed_in_is_filled() -> None:
    pool, futures = three_endings()
    mine: dict[str, int] = {}
    assert pool.collect(mine) is mine
    assert mine == {"good": 1}
    futures["open"].set_result(2)
    pool.collect(into=mine)
    assert mine == {"good": 1, "open": 2}


def test_a_dict_passed_in_keeps_what_else_it_has() -> None:
    pool, _ = three_endings()
    mine = {"other": 5, "good": 0}
    assert pool.collect(mine) == {"other": 5, "good": 1}


def test_without_a_dict_every_call_gives_a_new_one() -> None:
    pool, _ = three_endings()
    pool.collect()["good"] = 7
    assert pool.collect() == {"good": 1}


@pytest.mark.parametrize("result", [None, 0, False, "", [], ValueError("returned, not raised")])
def test_a_result_that_looks_like_none_is_a_result(result: object) -> None:
    futures = futures_of("a")
    pool: InteractivePool[str, Any] = InteractivePool(futures)
    assert pool.collect() == {}
    futures["a"].set_result(result)
    assert pool.collect() == {"a": result}
    assert pool.failures() == {}


def test_one_failed_job_loses_no_result() -> None:
    with ThreadPoolExecutor(max_workers=1) as executor:
        pool = submit_each(executor, lambda n: 12 // n, [3, 0, 4])
        assert pool.wait(LONG_SECONDS)
    assert pool.collect() == {3: 4, 4: 3}
    assert isinstance(pool.failures()[0], ZeroDivisionError)
    assert pool.failures()[0].__traceback__ is not None


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), CancelledError()])
def test_no_exception_of_a_job_escapes_or_passes_for_something_else(error: BaseException) -> None:
    def fail(_: int) -> None:
        raise error

    with ThreadPoolExecutor(max_workers=1) as executor:
        pool = submit_each(executor, fail, [1])
        assert pool.wait(LONG_SECONDS)
    assert pool.collect() == {}
    assert pool.failures() == {1: error}
    assert pool.cancelled() == []


def test_collecting_blocks_on_no_job() -> None:
    opened = threading.Event()
    with ThreadPoolExecutor(max_workers=2) as executor:
        try:
            futures: dict[str, Future[Any]] = {"blocked": executor.submit(opened.wait)}
            futures["free"] = executor.submit(abs, -1)
            pool = InteractivePool(futures)
            futures["free"].result(LONG_SECONDS)
            assert pool.collect() == {"free": 1}
            assert pool.failures() == {}
            assert pool.done() == (1, 2)
            assert not pool.wait(0)
        finally:
            opened.set()
    assert pool.collect() == {"blocked": True, "free": 1}


def test_results_come_in_the_order_of_submission() -> None:
    futures = futures_of("c", "a", "b")
    pool: InteractivePool[str, Any] = InteractivePool(futures)
    for key in ("b", "a", "c"):
        futures[key].set_result(key)
    assert list(pool.collect()) == ["c", "a", "b"]


# --- Waiting --------------------------------------------------------------------------------------


def test_a_wait_ends_as_soon_as_the_last_job_does() -> None:
    futures = futures_of("first", "last")
    pool: InteractivePool[str, Any] = InteractivePool(futures)
    waits, answers = threading.Event(), []
    thread = threading.Thread(
        target=lambda: answers.append(pool.wait(Telling(LONG_SECONDS, waits.set)))
    )
    thread.start()
    assert waits.wait(LONG_SECONDS)
    futures["first"].set_result(1)
    futures["last"].set_exception(ValueError())
    thread.join(LONG_SECONDS / 2)
    assert answers == [True]


def test_a_wait_for_what_is_over_takes_no_time() -> None:
    futures = futures_of("a")
    futures["a"].set_result(1)
    started = time.monotonic()
    assert InteractivePool(futures).wait(LONG_SECONDS)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_a_wait_gives_up_after_its_timeout_and_says_so() -> None:
    futures = futures_of("over", "open")
    futures["over"].set_result(1)
    pool: InteractivePool[str, Any] = InteractivePool(futures)
    started = time.monotonic()
    assert pool.wait(0.05) is False
    assert time.monotonic() - started >= 0.05
    assert pool.done() == (1, 2)


def test_a_wait_without_a_timeout_waits_for_all() -> None:
    opened = threading.Event()
    with ThreadPoolExecutor(max_workers=2) as executor:
        futures: dict[str, Future[Any]] = {"gated": executor.submit(opened.wait)}
        futures["free"] = executor.submit(opened.set)
        pool = InteractivePool(futures)
        assert pool.wait()
        assert pool.done() == (2, 2)


def test_a_cancelled_job_is_not_waited_for_until_a_worker_comes_by() -> None:
    opened = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as executor:
        try:
            executor.submit(opened.wait)
            waiting = executor.submit(abs, -1)
            pool = InteractivePool({"waiting": waiting})
            assert waiting.cancel()
            assert waiting.done()
            assert futures_wait([waiting], timeout=0.01).not_done == {waiting}  # the usual wait
            assert pool.wait(LONG_SECONDS / 4)
        finally:
            opened.set()


def test_an_interrupted_wait_leaves_jobs_and_pool_as_they_were() -> None:
    futures = futures_of("a")
    pool: InteractivePool[str, Any] = InteractivePool(futures)
    # What a shell has started in the background ignores interrupts, and so would this test.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            pool.wait(Telling(LONG_SECONDS, lambda: signal.raise_signal(signal.SIGINT)))
    finally:
        signal.signal(signal.SIGINT, before)
    assert pool.done() == (0, 1)
    futures["a"].set_result(1)
    assert pool.wait(LONG_SECONDS)
    assert pool.collect() == {"a": 1}


def test_many_jobs_that_end_at_once_are_all_counted() -> None:
    together = threading.Barrier(8)
    with ThreadPoolExecutor(max_workers=8) as executor:
        pool = submit_each(executor, lambda _: together.wait(LONG_SECONDS), range(400))
        assert pool.wait(LONG_SECONDS)
    assert pool.done() == (400, 400)


# --- Cancelling -----------------------------------------------------------------------------------


def test_cancelling_spares_what_runs_and_what_is_over() -> None:
    opened, runs = threading.Event(), threading.Event()

    def job(name: str) -> str:
        if name == "runs":
            runs.set()
            opened.wait(LONG_SECONDS)
        return name

    with ThreadPoolExecutor(max_workers=1) as executor:
        try:
            pool = submit_each(executor, job, ["over", "runs", "waits", "waits too"])
            assert runs.wait(LONG_SECONDS)
            assert pool.cancel() == 2
            assert pool.cancelled() == ["waits", "waits too"]
            assert pool.cancel() == 0
            assert pool.done() == (3, 4)
        finally:
            opened.set()
    assert pool.collect() == {"over": "over", "runs": "runs"}


def test_cancelling_begins_with_the_job_that_would_start_next() -> None:
    order: list[str] = []

    class Noting(Future[Any]):
        def cancel(self) -> bool:
            order.append(names[id(self)])
            return super().cancel()

    futures = {name: Noting() for name in ("first", "second", "third")}
    names = {id(future): name for name, future in futures.items()}
    assert InteractivePool(futures).cancel() == 3
    assert order == ["first", "second", "third"]


def test_jobs_that_the_executor_drops_are_reported_as_cancelled() -> None:
    opened, runs = threading.Event(), threading.Event()

    def job(_: int) -> bool:
        runs.set()
        return opened.wait(LONG_SECONDS)

    executor = ThreadPoolExecutor(max_workers=1)
    pool = submit_each(executor, job, range(3))
    assert runs.wait(LONG_SECONDS)
    executor.shutdown(wait=False, cancel_futures=True)
    opened.set()
    assert pool.wait(LONG_SECONDS)
    assert pool.collect() == {0: True}
    assert pool.cancelled() == [1, 2]


# --- Submitting -----------------------------------------------------------------------------------


def test_every_key_gets_its_call_in_order() -> None:
    executor = ByHand()
    pool = submit_each(executor, math.sqrt, iter([9, 4]))
    assert executor.calls == [(math.sqrt, 9, {}), (math.sqrt, 4, {})]
    assert pool.done() == (0, 2)


def test_a_key_that_comes_twice_starts_nothing() -> None:
    executor = ByHand()
    with pytest.raises(ValueError, match=r"'b' comes twice"):
        submit_each(executor, len, ["a", "b", "c", "b"])
    assert executor.calls == []


def test_what_the_executor_refuses_is_a_failed_job_and_the_others_stay_in_reach() -> None:
    class Breaking(ByHand):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            if args == (2,):
                raise BrokenExecutor("a worker died")
            future = super().submit(fn, *args, **kwargs)
            future.set_result(-args[0])
            return future

    pool = submit_each(Breaking(), abs, [1, 2, 3])
    assert pool.collect() == {1: -1, 3: -3}
    assert str(pool.failures()[2]) == "a worker died"
    assert pool.done() == (3, 3)


def test_an_executor_that_was_shut_down_makes_failed_jobs() -> None:
    executor = ThreadPoolExecutor(max_workers=1)
    executor.shutdown()
    pool = submit_each(executor, abs, [-1])
    assert isinstance(pool.failures()[-1], RuntimeError)


# --- Time and progress ----------------------------------------------------------------------------


def test_elapsed_time_stops_with_the_last_job() -> None:
    clock, futures = Clock(), futures_of("a", "b")
    pool: InteractivePool[str, Any] = InteractivePool(futures, clock)
    assert pool.elapsed() == 0
    clock.seconds = 103
    assert pool.elapsed() == 3
    futures["a"].set_result(1)
    clock.seconds = 104
    assert pool.elapsed() == 4
    futures["b"].cancel()
    clock.seconds = 110
    assert pool.elapsed() == 4


def test_the_usual_clock_is_one_that_nobody_sets() -> None:
    assert inspect.signature(InteractivePool).parameters["clock"].default is time.monotonic
    before = time.monotonic()
    pool: InteractivePool[str, Any] = InteractivePool(futures_of("a"))
    assert 0 <= pool.elapsed() <= time.monotonic() - before


DURATIONS = [
    (0, "0.0 s"),
    (59.9, "59.9 s"),
    (60, "1:00 min"),
    (61.9, "1:01 min"),
    (3599.9, "59:59 min"),
    (3600, "1:00:00"),
    (93784, "26:03:04"),
]


@pytest.mark.parametrize(("seconds", "shown"), DURATIONS)
def test_long_times_are_shown_in_minutes_and_hours(seconds: float, shown: str) -> None:
    clock = Clock()
    pool: InteractivePool[str, Any] = InteractivePool(futures_of("a"), clock)
    clock.seconds += seconds
    assert str(pool).endswith(f"0 of 1 over in {shown}")


def test_the_bar_is_full_when_and_only_when_all_is_over() -> None:
    futures = futures_of(*range(1000))
    pool: InteractivePool[int, Any] = InteractivePool(futures, Clock())
    assert str(pool).startswith("[........................] 0 of 1000")
    for key in range(500):
        futures[key].set_result(None)
    assert str(pool).startswith("[############............] 500 of 1000")
    for key in range(500, 999):
        futures[key].set_result(None)
    assert str(pool).startswith("[#######################.] 999 of 1000")
    futures[999].set_result(None)
    assert str(pool).startswith("[########################] 1000 of 1000")
    assert repr(pool) == f"<InteractivePool {pool}>"


class Page(HTMLParser):
    """What a browser makes of a fragment: tags with attributes, and the texts between them."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_a_notebook_shows_bar_counts_and_failures() -> None:
    pool, _ = three_endings()
    page = Page(pool._repr_html_())
    assert page.tags == [("progress", {"value": "3", "max": "4"}), ("ul", {}), ("li", {})]
    assert page.texts[0].startswith("3 of 4 over in 0.0 s, 1 failed, 1 cancelled")
    assert page.texts[1:] == ["'bad': ValueError: no such file: <a&b>"]


def test_a_notebook_shows_only_the_first_of_many_failures_and_says_how_many_more() -> None:
    futures = futures_of(*range(7))
    for key in (6, 5, 4, 3, 2, 1, 0):
        futures[key].set_exception(TimeoutError())
    pool: InteractivePool[int, Any] = InteractivePool(futures)
    shown = Page(pool._repr_html_()).texts[1:]
    assert shown == [*(f"{key}: TimeoutError" for key in range(5)), "and 2 more"]
    assert len(pool.failures()) == 7


def test_a_notebook_without_failures_shows_no_list() -> None:
    pool: InteractivePool[str, Any] = InteractivePool(futures_of("a"))
    assert [tag for tag, _ in Page(pool._repr_html_()).tags] == ["progress"]


class Screen(io.StringIO):
    """A stream that calls the next of some actions whenever it is flushed."""

    def __init__(self, *actions: Callable[[], object]) -> None:
        super().__init__()
        self.actions = list(actions)

    def flush(self) -> None:
        if self.actions:
            self.actions.pop(0)()


def test_following_rewrites_one_line_until_all_is_over() -> None:
    clock, futures = Clock(), futures_of("a", "b")
    clock.seconds = 0
    pool: InteractivePool[str, Any] = InteractivePool(futures, clock)

    def end_the_first() -> None:
        clock.seconds = 3599
        futures["a"].set_result(1)

    def end_the_second() -> None:
        clock.seconds = 3600
        futures["b"].set_result(2)

    screen = Screen(end_the_first, end_the_second)
    pool.follow(screen, 0.001)
    assert screen.getvalue().split("\r") == [
        "",
        "[........................] 0 of 2 over in 0.0 s",
        "[############............] 1 of 2 over in 59:59 min",
        "[########################] 2 of 2 over in 1:00:00  \n",
    ]


def test_following_ends_with_the_last_job_not_with_the_interval() -> None:
    futures, waits = futures_of("a"), threading.Event()
    pool: InteractivePool[str, Any] = InteractivePool(futures, Clock())

    def end_when_waited_for() -> None:
        waits.wait(LONG_SECONDS)
        futures["a"].set_result(1)

    thread = threading.Thread(target=end_when_waited_for)
    thread.start()
    screen, started = io.StringIO(), time.monotonic()
    pool.follow(screen, Telling(LONG_SECONDS, waits.set))
    thread.join()
    assert time.monotonic() - started < LONG_SECONDS / 2
    # The first line was there before anything was waited for.
    assert screen.getvalue().split("\r") == [
        "",
        "[........................] 0 of 1 over in 0.0 s",
        "[########################] 1 of 1 over in 0.0 s\n",
    ]


def test_following_what_is_over_writes_one_line() -> None:
    pool: InteractivePool[str, Any] = InteractivePool({})
    screen = io.StringIO()
    pool.follow(screen, LONG_SECONDS)
    assert screen.getvalue() == f"\r{pool}\n"


# --- Processes ------------------------------------------------------------------------------------


def test_processes_bring_results_and_failures() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        pool = submit_each(executor, math.factorial, [5, -5, 10])
        assert pool.wait(LONG_SECONDS)
    assert pool.collect() == {5: 120, 10: 3628800}
    assert isinstance(pool.failures()[-5], ValueError)


def test_a_process_that_dies_keeps_earlier_results_and_reports_all_others() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        early = executor.submit(abs, -1)
        early.result(LONG_SECONDS)
        futures: dict[str, Future[Any]] = {"early": early}
        futures["dies"] = executor.submit(os._exit, 3)
        pool = InteractivePool(futures)
        assert pool.wait(LONG_SECONDS)
        later = submit_each(executor, abs, [-2])
    assert pool.collect() == {"early": 1}
    assert isinstance(pool.failures()["dies"], BrokenExecutor)
    assert isinstance(later.failures()[-2], BrokenExecutor)


# --- A cluster ------------------------------------------------------------------------------------

# One death convicts; and a worker holds no job but the one it runs, so that no other dies with it.
CLUSTER_SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.work-stealing": False,
}


def test_on_a_cluster_a_worker_that_dies_costs_its_jobs_result_and_nothing_else(
    tmp_path: Path,
) -> None:
    jobs, fatal, slow, wrong = range(14), 8, 9, 11
    # Reading a named pipe ends when the last writer closes it. The first two jobs hold the workers
    # until all are submitted, so that most of them wait at the scheduler.
    gates = {key: tmp_path / f"gate {key}" for key in (0, 1, fatal, slow)}
    for gate in gates.values():
        os.mkfifo(gate)

    def job(key: int) -> int:
        # Results that were kept on the worker that died are computed again: then nothing blocks.
        if key in gates and not (passed := tmp_path / f"passed {key}").exists():
            gates[key].read_bytes()
            passed.touch()
        if key == fatal:
            os._exit(3)
        return 60 // (key - wrong)

    settings = {**CLUSTER_SETTINGS, "temporary-directory": str(tmp_path)}
    with (
        dask.config.set(settings),
        LocalCluster(  # type: ignore[no-untyped-call]  # distributed's types end here
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            # An address of None would try port 8787; 0 is any port that is free.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]  # as above
    ):
        executor = client.get_executor(pure=False)
        futures = {key: executor.submit(job, key) for key in jobs}
        pool: InteractivePool[int, int] = InteractivePool(futures)
        mine: dict[int, int] = {}
        assert pool.collect(mine) == {}
        for key in (0, 1):
            gates[key].write_bytes(b"")

        # Opening a pipe for writing waits for its reader: both jobs run, and others are in line.
        with gates[slow].open("wb"), gates[fatal].open("wb") as gate_of_fatal:
            early = {key: futures[key].result(LONG_SECONDS) for key in range(fatal)}
            assert pool.collect(mine) == early
            assert pool.done() == (fatal, len(jobs))
            gate_of_fatal.close()
            assert isinstance(futures[fatal].exception(LONG_SECONDS), KilledWorker)
            assert not futures[slow].done()
        assert pool.wait(LONG_SECONDS)
        pool.collect(mine)

        # The cluster goes on as well.
        later = submit_each(executor, abs, [-7])
        assert later.wait(LONG_SECONDS)

    assert mine == {key: 60 // (key - wrong) for key in jobs if key not in (fatal, wrong)}
    failures = {key: type(error) for key, error in pool.failures().items()}
    assert failures == {fatal: KilledWorker, wrong: ZeroDivisionError}
    assert pool.cancelled() == []
    assert later.collect() == {-7: 7}


def test_the_demonstration_shows_results_before_all_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    interactive_pool.main()
    shown = capsys.readouterr().out
    assert "0 of 6 over in 1.0 s\n  collect() gives {}" in shown
    assert "4 of 6 over in 2.0 s, 1 failed, 1 cancelled" in shown
    assert "collect() gives {10000: 1229, 20000: 2262}\n" in shown
    assert "failures() gives {-1: ValueError('negative count')}, cancelled() gives [50000]" in shown
    assert "30000: 3245, 40000: 4203}" in shown
