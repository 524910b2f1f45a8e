"""Work in parallel: the one place where an executor is made.

In: a function, chunks, a number of processes. Out: results in the chunks' order. Any
`concurrent.futures.Executor` fits here: functions and chunks are importable and picklable, and
chunks are small.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from builder.errors import MachineFault

if TYPE_CHECKING:
    import concurrent.futures
    import multiprocessing.process

Item = TypeVar("Item")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
# Below this many items the start of processes costs more than it gives.
FEW = 60
CHUNK_SIZE = 40
# Chunks handed out and not yet taken back, for each process: enough to keep it busy, few enough for
# memory.
AHEAD = 4


@contextmanager
def open_workers(jobs: int, items: int) -> Iterator[concurrent.futures.Executor | None]:
    """An executor for `items` pieces of work on `jobs` processes; None: do it here."""
    if jobs < 2 or items < FEW:
        yield None
        return
    # Imported here because a build with little to do starts no process.
    import concurrent.futures
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool

    method = "forkserver" if threading.active_count() > 1 else "fork"
    gc.freeze()  # or the collector would copy every page that the processes share
    processes = min(jobs, -(-items // CHUNK_SIZE))
    executor = concurrent.futures.ProcessPoolExecutor(
        processes, multiprocessing.get_context(method), _end_with_parent
    )
    try:
        _start(executor)
        yield executor
    except BrokenProcessPool:
        raise MachineFault(
            "a worker process was ended from outside, probably for want of memory"
        ) from None
    except KeyboardInterrupt:
        # Whoever interrupts does not wait for what they are at.
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)
        gc.unfreeze()


def map_chunks(
    executor: concurrent.futures.Executor | None,
    function: Callable[[Chunk], Result],
    chunks: Iterable[Chunk],
    jobs: int,
) -> Iterator[Result]:
    """`function` of each chunk, in order; here if there is no executor."""
    if executor is None:
        yield from map(function, chunks)
        return
    running: deque[concurrent.futures.Future[Result]] = deque()
    for chunk in chunks:
        running.append(executor.submit(function, chunk))
        if len(running) > jobs * AHEAD:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


def split_chunks(items: Sequence[Item], size: int = CHUNK_SIZE) -> Iterator[Sequence[Item]]:
    """The items in chunks of `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _start(executor: concurrent.futures.Executor) -> None:
    """Start an executor's processes so that Ctrl-C, which reaches the whole group, does not.

    The parent decides what it means. A process has the signals blocked that its parent had when it
    was made, so there is no moment at which one could be interrupted.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        executor.submit(os.getpid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this worker when its parent is gone: a killed build must leave nothing running."""
    # Imported here for the same reason as above: whoever is here has it already.
    import multiprocessing

    # Not os.getppid(): the parent of a forkserver's worker is the forkserver.
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent,), daemon=True).start()


def _outlive(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
