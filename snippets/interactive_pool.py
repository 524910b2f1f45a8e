"""Keep working while jobs run: a live view of the futures of any `concurrent.futures` executor.

In: futures by key, or an executor, a function and the keys to call it with. Out, at any moment and
without blocking: how many jobs are over, the results so far, what failed, what was cancelled, a bar
for the notebook. Needs only the standard library. It starts no thread of its own and must not know
what runs the jobs: threads, processes and a cluster look alike from here.
"""

from __future__ import annotations

import html
import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Generic, TextIO, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

BAR_WIDTH = 24
SHOWN_FAILURES = 5


# region submit
def submit_each(
    executor: Executor, function: Callable[[K], T], keys: Iterable[K]
) -> InteractivePool[K, T]:
    """Start `function(key)` for every key, and watch the jobs under these keys.

    What the executor refuses to take (it broke meanwhile, it was shut down) is a failed job, so
    that the jobs it took before stay in reach. ValueError, before anything starts, for a key that
    comes twice.
    """
    counts = Counter(keys)
    repeated = [key for key, count in counts.items() if count > 1]
    if repeated:
        raise ValueError(f"every key needs a job of its own, but {repeated[0]!r} comes twice")
    return InteractivePool({key: _submit(executor, function, key) for key in counts})


# endregion submit


class InteractivePool(Generic[K, T]):
    """Jobs that run somewhere else, by key.

    Whatever reports on them reads the futures at the moment of the call. Interrupting a call
    (Ctrl-C, a notebook's stop button) leaves the jobs running and the pool usable.
    """

    # region watch
    def __init__(
        self, futures: Mapping[K, Future[T]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._futures = dict(futures)
        self._clock = clock
        self._started = self._ended = clock()
        self._running = len(self._futures)
        self._change = threading.Condition()
        for future in self._futures.values():
            future.add_done_callback(self._note_end)

    def _note_end(self, _: Future[T]) -> None:
        with self._change:
            self._running -= 1
            if not self._running:
                self._ended = self._clock()
                self._change.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether every job is over, after waiting for that at most `timeout` seconds.

        None waits as long as it takes. The wait ends at the moment the last job does.
        """
        with self._change:
            return self._change.wait_for(lambda: not self._running, timeout)

    # endregion watch

    def done(self) -> tuple[int, int]:
        """(finished, total): how many jobs are over, however they ended, and how many there are."""
        return sum(future.done() for future in self._futures.values()), len(self._futures)

    # region collect
    def collect(self, into: dict[K, T] | None = None) -> dict[K, T]:
        """The results so far, by key in the order of submission; it never blocks.

        With `into`, that very dict is filled and returned, be it empty or not; what else is in it
        stays.
        """
        # `into or {}` would lose an empty dict: it is false.
        results = {} if into is None else into
        for key, future in self._futures.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                results[key] = future.result()
        return results

    def failures(self) -> dict[K, BaseException]:
        """What the failed jobs so far raised, by key, with its traceback."""
        failures = {}
        for key, future in self._futures.items():
            if future.done() and not future.cancelled():
                error = future.exception()
                if error is not None:
                    failures[key] = error
        return failures

    def cancelled(self) -> list[K]:
        """The keys of the jobs that were cancelled, by whomever."""
        return [key for key, future in self._futures.items() if future.cancelled()]

    # endregion collect

    def cancel(self) -> int:
        """Cancel the jobs that have not started, and return how many that were.

        Futures of a cluster don't tell whether they run. There it cancels all that are not over.
        """
        # In the order of submission, in which executors start them, so that none can slip through.
        return sum(not future.cancelled() and future.cancel() for future in self._futures.values())

    def elapsed(self) -> float:
        """Seconds from the start of the watch to the end of the last job, or to now."""
        with self._change:
            return (self._clock() if self._running else self._ended) - self._started

    def follow(self, stream: TextIO, every_seconds: float = 0.5) -> None:
        """Rewrite one line of progress on `stream` until every job is over."""
        is_over, width = False, 0
        while not is_over:
            is_over = self.wait(every_seconds if width else 0)
            line = str(self)
            stream.write("\r" + line.ljust(width))
            stream.flush()
            width = len(line)
        stream.write("\n")

    def __str__(self) -> str:
        """One line: a bar, the counts, the time."""
        finished, total, summary = self._summarise()
        filled = BAR_WIDTH * finished // total if total else BAR_WIDTH
        return f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {summary}"

    def _repr_html_(self) -> str:
        """What a notebook shows for a pool: a bar, the counts, the first failures."""
        failures = list(self.failures().items())
        finished, total, summary = self._summarise()
        items = [f"{key!r}: {_describe(error)}" for key, error in failures[:SHOWN_FAILURES]]
        if len(failures) > SHOWN_FAILURES:
            items.append(f"and {len(failures) - SHOWN_FAILURES} more")
        listed = "".join(f"<li>{html.escape(item)}</li>" for item in items)
        # HTML allows no maximum of 0; where there is nothing to do, all is done.
        bar = f'<progress value="{finished if total else 1}" max="{total or 1}"></progress>'
        return f"{bar} {summary}" + (f"<ul>{listed}</ul>" if listed else "")

    def _summarise(self) -> tuple[int, int, str]:
        """Finished, total, and both in words, with what went wrong."""
        # Counted before `finished` is: jobs go on ending meanwhile, and no part may exceed the sum.
        failed, cancelled = len(self.failures()), len(self.cancelled())
        finished, total = self.done()
        parts = [f"{finished} of {total} over in {_duration(self.elapsed())}"]
        parts += [f"{failed} failed"] if failed else []
        parts += [f"{cancelled} cancelled"] if cancelled else []
        return finished, total, ", ".join(parts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


def _submit(executor: Executor, function: Callable[[K], T], key: K) -> Future[T]:
    try:
        return executor.submit(function, key)
    except Exception as error:
        refused: Future[T] = Future()
        refused.set_exception(error)
        return refused


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02} min"


def main() -> None:
    """Show a pool at three moments: two workers count primes, and one of the jobs is broken."""
    # Gates and a clock that ticks when it is looked at, so that every run prints the same.
    gates = {limit: threading.Event() for limit in (10_000, 20_000, -1, 30_000, 40_000, 50_000)}
    clock = itertools.count().__next__

    def count_primes(limit: int) -> int:
        gates[limit].wait()
        is_composite = bytearray(limit)  # a negative limit ends here
        for factor in range(2, math.isqrt(limit) + 1):
            is_composite[factor**2 :: factor] = b"\1" * len(range(factor**2, limit, factor))
        return is_composite.count(0, 2)

    with ThreadPoolExecutor(max_workers=2) as executor:
        futures = {limit: executor.submit(count_primes, limit) for limit in gates}
        pool = InteractivePool(futures, clock)
        primes: dict[int, int] = {}
        print("Six jobs, two workers. All have been submitted; nothing is over.")
        print(f"{pool}\n  collect() gives {pool.collect(primes)}")

        print("\nThree gates open, and the last job is cancelled before its turn.")
        for limit in (10_000, 20_000, -1):
            gates[limit].set()
            futures[limit].exception()
        futures[50_000].cancel()
        print(f"{pool}\n  collect() gives {pool.collect(primes)}")
        print(f"  failures() gives {pool.failures()}, cancelled() gives {pool.cancelled()}")

        print("\nAll gates open.")
        for gate in gates.values():
            gate.set()
        pool.wait()
        print(f"{pool}\n  collect() gives {pool.collect(primes)}")


if __name__ == "__main__":
    main()
