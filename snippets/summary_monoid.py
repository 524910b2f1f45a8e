"""Summaries that merge, so that a reduction gives one answer however the data were cut into parts.

In: rows of numbers, or items with scores, in as many parts as there are workers, files or days.
Out: count, mean, variance and minimum by column, the best k items. A part is known by its summary
alone. A summary never changes, so it may be kept, shared and merged twice.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

X = TypeVar("X")


def tree_reduce(merge: Callable[[X, X], X], parts: Iterable[X], empty: X) -> X:
    """`functools.reduce` as a balanced tree: parts stay in order, log2(n) of them in memory."""
    waiting: list[tuple[int, X]] = []
    for part in parts:
        level = 0
        while waiting and waiting[-1][0] == level:
            part, level = merge(waiting.pop()[1], part), level + 1
        waiting.append((level, part))
    total = empty
    for _, earlier in reversed(waiting):
        total = merge(earlier, total)
    return total


def _fixed(values: ArrayLike) -> NDArray[Any]:
    array = np.asarray(values)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Count, mean, sum of squared deviations from it, minimum; read-only arrays, by column."""

    count: int
    mean: NDArray[Any]
    squares: NDArray[Any]
    least: NDArray[Any]

    def merge(self, later: Numbers, /) -> Numbers:
        """Chan, Golub and LeVeque (1979), http://i.stanford.edu/TR/CS-TR-79-773.html.

        ValueError where the columns differ: NumPy would broadcast one to many.
        """
        if not self.count or not later.count:
            return self if self.count else later
        if self.mean.shape != later.mean.shape:
            raise ValueError(f"columns differ: {self.mean.shape} and {later.mean.shape}")
        count, step = self.count + later.count, later.mean - self.mean
        mean = self.mean + step * later.count / count
        squares = self.squares + later.squares + step * step * self.count * later.count / count
        # Python's min keeps a NaN or loses it, depending on the side from which it comes.
        least = np.minimum(self.least, later.least)
        return Numbers(count, _fixed(mean), _fixed(squares), _fixed(least))

    def variance(self, ddof: int = 1) -> NDArray[Any]:
        """As `np.var` with this ddof; ValueError for too few values."""
        if self.count <= ddof:
            raise ValueError(f"a variance with ddof={ddof} needs more values than {self.count}")
        return np.asarray(self.squares / (self.count - ddof))


NO_NUMBERS = Numbers(0, _fixed(0.0), _fixed(0.0), _fixed(np.inf))  # least of none: infinity


def summarise(values: ArrayLike) -> Numbers:
    """Numbers of shape (rows, ...) by column, in float64; an array of Fractions stays exact."""
    rows = np.asarray(values)
    if rows.dtype.kind not in "biufO" or rows.ndim == 0:
        raise TypeError(f"not rows of real numbers: {rows.dtype} of shape {rows.shape}")
    if len(rows) == 0:
        return NO_NUMBERS
    rows = rows if rows.dtype.kind == "O" else rows.astype(np.float64)
    mean = rows.sum(axis=0) / len(rows)
    squares = ((rows - mean) ** 2).sum(axis=0)
    return Numbers(len(rows), _fixed(mean), _fixed(squares), _fixed(rows.min(axis=0)))


@dataclass(frozen=True)  # with slots, Python 3.11 can't make a Best[str]()
class Best(Generic[X]):
    """The k pairs (score, item) of highest score, best first, equals as they came."""

    k: int
    pairs: tuple[tuple[float, X], ...] = ()

    def __post_init__(self) -> None:
        if any(score != score for score, _ in self.pairs):
            raise ValueError("a score is NaN, neither better nor worse than another")
        # Equals stay in order, and items are never compared: they may have no order.
        ranked = heapq.nlargest(self.k, self.pairs, key=lambda pair: pair[0])
        object.__setattr__(self, "pairs", tuple(ranked))

    def merge(self, later: Best[X], /) -> Best[X]:
        """Associative but not commutative: a tie goes to the earlier part. ValueError unless k is
        the same for both, since the smaller one has dropped what the larger one asks for.
        """
        if self.k != later.k:
            raise ValueError(f"the best {self.k} can't be merged with the best {later.k}")
        return Best(self.k, self.pairs + later.pairs)


if __name__ == "__main__":
    parts = np.split(1e9 + np.arange(3000) % 7, [1, 10, 10, 2000])
    flat = np.concatenate(parts)
    print(f"mean of squares - square of mean  {np.mean(flat**2) - flat.mean() ** 2:.9f}")
    print(f"mean of the parts' variances      {np.mean([np.var(p) for p in parts if len(p)]):.9f}")
    total = tree_reduce(Numbers.merge, map(summarise, parts), NO_NUMBERS)
    print(f"merged                            {total.variance(0):.9f}")
    print(f"np.var of all at once             {np.var(flat):.9f}")
