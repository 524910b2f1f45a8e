"""Random streams in NumPy that nobody else can reseed, and what np.random.seed does to everybody.

In: one seed for the experiment, and how many streams, or a name for each. Out: generators that
share nothing; what a call does to NumPy's global one, and a guard around it; chances of overlap.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Literal

import numpy as np


def spawned_streams(seed: int, count: int) -> list[np.random.Generator]:
    """As many independent generators; the first ones stay the same when `count` grows.

    https://numpy.org/doc/stable/reference/random/parallel.html says how `spawn` keeps them apart.
    """
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(count)]


def named_stream(seed: int, *name: str | int) -> np.random.Generator:
    """The generator of this name, ("fold", 3) for one, whoever asked for which others before.

    ValueError without a name, which would be a stream that all nameless callers share.
    """
    if not name:
        raise ValueError("a stream needs a name: its worker, file or repetition")
    # JSON tells 1 from "1", and ("a", "b") from ("ab",); a digest has always four words, so that no
    # name is the key of a spawned stream.
    text = json.dumps([str(x) if isinstance(x, str) else operator.index(x) for x in name])
    words = np.frombuffer(blake2b(text.encode(), digest_size=16).digest(), "<u4")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=words.tolist()))


@contextmanager
def global_state_kept() -> Iterator[None]:
    """Within it others may seed and draw from np.random; after it the global state is as before."""
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)


def effect_on_global(call: Callable[[], object]) -> Literal["none", "draws", "reseeds"]:
    """What `call` does to NumPy's global generator, which is left as it was. Calls it twice.

    A reseeding shows in that two different states before become the same one after; one from the
    system's entropy, `np.random.seed()`, looks like draws.
    """
    before, after = [], []
    with global_state_kept():
        for seed in (1, 2):
            np.random.seed(seed)
            before.append(_global_state())
            call()
            after.append(_global_state())
    if after == before:
        return "none"
    return "reseeds" if after[0] == after[1] else "draws"


def _global_state() -> tuple[object, ...]:
    name, key, *rest = np.random.get_state(legacy=True)
    return name, np.asarray(key).tobytes(), *rest


def same_seed_chance(streams: int, bits: int = 32) -> float:
    """That two of the streams start alike, if each draws a seed of so many bits: the birthdays."""
    if streams > 2**bits:
        return 1.0
    return -math.expm1(math.fsum(math.log1p(-taken / 2**bits) for taken in range(streams)))


def overlap_chance(streams: int, draws: int, bits: int = 128) -> float:
    """A bound for: some two of the streams run over common ground within so many draws each.

    Starts are taken as uniform on the 2**bits states of one cycle; 128 is PCG64's. Two streams meet
    if one starts less than `draws` steps before or after the other.
    """
    return min(1.0, math.comb(streams, 2) * (2 * draws - 1) / float(2**bits))


if __name__ == "__main__":

    def library() -> None:
        """Seed the generator of everybody, for "reproducible" results."""
        np.random.seed(0)

    for called in (dict, library):
        np.random.seed(2026)
        rng = np.random.default_rng(2026)
        called()
        print(f"np.random {np.random.random(3).round(3)}  own generator {rng.random(3).round(3)}")
    print("library:", effect_on_global(library))
    runs = [(seed, worker) for seed in range(10) for worker in range(10)]
    added = {np.random.default_rng(seed + worker).random() for seed, worker in runs}
    named = {named_stream(seed, "worker", worker).random() for seed, worker in runs}
    print(f"{len(runs)} workers: {len(added)} streams by seed + worker, {len(named)} by name")
    print(f"10,000 drawn 32-bit seeds: {same_seed_chance(10_000):.2%} that two are the same")
    print(f"10,000 spawned, 2**40 draws each: {overlap_chance(10_000, 2**40):.0e} that two overlap")
