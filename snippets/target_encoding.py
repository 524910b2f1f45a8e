"""Encode a category by its mean target, hidden from the row's own; one-hot and hashes beside.

In: categories as text (name the missing ones too), numeric targets, a fold for each row. Out: one
number a row from the other folds' targets, and an encoder for rows to come. One-hot and two-hash
encoding look at no target and so leak none; they cost columns, and collisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import compress, count

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TargetEncoder:
    """Smoothed mean target by category; `prior`, the mean of all, for a category never seen."""

    means: Mapping[str, float]
    prior: float

    def encode(self, categories: Sequence[str]) -> Floats:
        """For rows that were not fitted on; for those that were, use `encode_out_of_fold`."""
        return np.array([self.means.get(each, self.prior) for each in categories], np.float64)


def fit(categories: Sequence[str], target: ArrayLike, smoothing: float = 10.0) -> TargetEncoder:
    """(sum of targets + smoothing * prior) / (count + smoothing), for each category.

    A category with `smoothing` rows is halfway between its mean and the prior. After Micci-Barreca
    (2001), https://doi.org/10.1145/507533.507538. ValueError for no rows, lengths that differ, a
    target that is not finite, smoothing below 0.
    """
    y = np.asarray(target, np.float64)
    if y.shape != (len(categories),) or not len(y):
        raise ValueError(f"{len(categories)} categories, but targets of shape {y.shape}")
    if not np.all(np.isfinite(y)) or not 0 <= smoothing < np.inf:
        raise ValueError("targets and smoothing must be finite, and smoothing at least 0")
    number = {name: index for index, name in enumerate(dict.fromkeys(categories))}
    rows = [number[each] for each in categories]
    prior = float(np.mean(y))
    means = (np.bincount(rows, y) + smoothing * prior) / (np.bincount(rows) + smoothing)
    return TargetEncoder(dict(zip(number, means.tolist(), strict=True)), prior)


def encode_out_of_fold(
    categories: Sequence[str], target: ArrayLike, folds: ArrayLike, smoothing: float = 10.0
) -> Floats:
    """Encode each row by an encoder fitted on the other folds alone, prior included.

    `folds`: a label for each row; rows that belong together (one customer, one day) share a fold.
    ValueError for fewer than two folds.
    """
    y, fold_of = np.asarray(target), np.asarray(folds)
    labels = np.unique(fold_of)
    if not fold_of.shape == y.shape == (len(categories),) or len(labels) < 2:
        raise ValueError("categories, targets and folds must be as long, with two folds or more")
    encoded = np.empty(len(y))
    for label in labels:
        held = fold_of == label
        encoder = fit(list(compress(categories, ~held)), y[~held], smoothing)
        encoded[held] = encoder.encode(list(compress(categories, held)))
    return encoded


def random_folds(rows: int, folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A fold for each of `rows` rows, whose sizes differ by one at most."""
    return np.asarray(rng.permutation(rows) % folds, np.int64)


def one_hot(categories: Sequence[str], known: Sequence[str]) -> Floats:
    """(rows, len(known)): a 1 in the column of the row's category; zeros for an unknown one."""
    column = {name: index for index, name in enumerate(known)}
    columns = [column.get(each, -1) for each in categories]
    return np.equal.outer(columns, np.arange(len(known))).astype(np.float64)


def hashed(categories: Sequence[str], width: int, ones: int = 2) -> Floats:
    """(rows, width): 1 in `ones` columns picked by a hash that is the same in every process."""
    if not 1 <= ones <= width:
        raise ValueError(f"{ones} ones don't fit into {width} columns")
    encoded = np.zeros((len(categories), width))
    for row, category in zip(encoded, categories, strict=True):
        attempts = count()
        while row.sum() < ones:  # a column picked already is no second one
            digest = blake2b(category.encode(), salt=next(attempts).to_bytes(8)).digest()
            row[int.from_bytes(digest) % width] = 1
    return encoded


def collisions(encoded: Floats) -> int:
    """The number of pairs of equal rows: of categories, if there is a row for each."""
    counts = np.unique(encoded, axis=0, return_counts=True)[1]
    return int(np.sum(counts * (counts - 1) // 2))


if __name__ == "__main__":
    rng = np.random.default_rng(7)
    shops = [f"shop {number}" for number in rng.integers(500, size=4000)]
    even = np.array([int(shop[-1]) % 2 == 0 for shop in shops])
    noise, old, new = rng.normal(size=4000), slice(2000), slice(2000, None)
    folds = random_folds(2000, 5, rng)
    for title, sold in (("pure noise", noise), ("even shops sell more", noise + even)):
        encoder = fit(shops[old], sold[old])
        hidden = encode_out_of_fold(shops[old], sold[old], folds)
        print(f"correlation with the target: {title}")
        print(f"  own included  {np.corrcoef(encoder.encode(shops[old]), sold[old])[0, 1]:5.2f}")
        print(f"  out of fold   {np.corrcoef(hidden, sold[old])[0, 1]:5.2f}")
        print(f"  rows to come  {np.corrcoef(encoder.encode(shops[new]), sold[new])[0, 1]:5.2f}")
    for ones in (1, 2):
        pairs = collisions(hashed(sorted(set(shops)), 64, ones))
        print(f"{len(set(shops))} shops in 64 columns, ones {ones}: {pairs} pairs look alike")
