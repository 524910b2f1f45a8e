"""Time and memory of `snippets.numpy_json` beside `json.dumps(array.tolist())`, a million floats.

In: nothing. Out: a table. The two sides take turns in one process, so that a busy machine slows
both; each row gives medians and the median of the ratios of neighbouring runs.

    python benchmarks/numpy_json_speed.py
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from snippets.numpy_json import dump, dumps, dumps_tagged, loads_tagged

ROUNDS = 9
LENGTH = 1_000_000


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(20261120)
    floats = rng.standard_normal(LENGTH)
    cases: list[tuple[str, Any, Callable[[Any], object]]] = [
        ("dumps, 1,000,000 float64", floats, dumps),
        ("dumps, 1,000 × 1,000 float64", floats.reshape(1000, 1000), dumps),
        ("dumps, every other float64", np.repeat(floats, 2)[::2], dumps),
        ("dumps, 1,000,000 float32", floats.astype(np.float32), dumps),
        ("dumps, 1,000,000 int64", rng.integers(-(10**12), 10**12, LENGTH), dumps),
        ("dumps_tagged, 1,000,000 float64", floats, dumps_tagged),
    ]
    print(f"{'':34}{'this, s':>10}{'json, s':>10}{'ratio':>8}")
    for name, array, encode in cases:
        ours, theirs, ratio = paired(partial(encode, array), partial(plain, array))
        print(f"{name:34}{ours:10.3f}{theirs:10.3f}{ratio:8.2f}")

    tagged, listed = dumps_tagged(floats), plain(floats)
    ours, theirs, ratio = paired(
        lambda: loads_tagged(tagged), lambda: np.array(json.loads(listed), dtype=np.float64)
    )
    print(f"{'loads_tagged, 1,000,000 float64':34}{ours:10.3f}{theirs:10.3f}{ratio:8.2f}")

    print(f"\n{'peak while writing to a file':34}{'this, MB':>10}{'json, MB':>10}")
    for length in (LENGTH // 10, LENGTH):
        array = floats[:length]
        ours = peak_megabytes(partial(stream, array))
        theirs = peak_megabytes(partial(stream_plain, array))
        print(f"{f'  {length:,} float64':34}{ours:10.1f}{theirs:10.1f}")


def plain(array: Any) -> str:
    """What one writes without this module."""
    return json.dumps(array.tolist())


def stream(array: Any) -> None:
    """Write to a file that keeps nothing."""
    dump(array, Void())


def stream_plain(array: Any) -> None:
    """The same without this module."""
    json.dump(array.tolist(), Void())


def paired(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Median seconds of both, and the median ratio of runs next to each other, turns swapped."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        for side in (0, 1) if turn % 2 else (1, 0):
            gc.collect()
            start = time.perf_counter()
            (ours, theirs)[side]()
            if turn:  # the first turn warms up
                times[side].append(time.perf_counter() - start)
    ratios = [a / b for a, b in zip(*times, strict=True)]
    return statistics.median(times[0]), statistics.median(times[1]), statistics.median(ratios)


class Void:
    """A file that keeps nothing."""

    def write(self, text: str) -> int:
        """Take the text and forget it."""
        return len(text)


def peak_megabytes(write: Callable[[], None]) -> float:
    """The most memory that Python and NumPy held at once during the call, beyond what was there."""
    gc.collect()
    tracemalloc.start()
    try:
        write()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    main()
