"""Proof of the card `target_encoding`: exact fractions, a leak looked for, collisions counted.

The leak is shown twice: by the property that a fold's targets can't reach its own encodings, and by
experiments on pure noise, where nothing can be learned and whatever seems to be is the leak.
"""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snippets.target_encoding import (
    Floats,
    TargetEncoder,
    collisions,
    encode_out_of_fold,
    fit,
    hashed,
    one_hot,
    random_folds,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ROW = st.tuples(st.sampled_from("abcde"), st.integers(-100, 100), st.integers(0, 3))
ROWS = st.lists(ROW, min_size=2, max_size=30).filter(lambda rows: len({r[2] for r in rows}) > 1)
SMOOTHING = st.integers(0, 50)


def columns(rows: Sequence[tuple[str, int, int]]) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
    return (
        [r[0] for r in rows],
        np.array([float(r[1]) for r in rows]),
        np.array([r[2] for r in rows]),
    )


def by_hand(rows: Sequence[tuple[str, int, int]], category: str, smoothing: int) -> float:
    """The smoothed mean in fractions, and the prior for a category that is not there."""
    prior = Fraction(sum(y for _, y, _ in rows), len(rows))
    own = [y for name, y, _ in rows if name == category]
    if not own:
        return float(prior)
    return float((sum(own) + smoothing * prior) / (len(own) + smoothing))


# --- The numbers ----------------------------------------------------------------------------------


@unhurried
@given(ROWS, SMOOTHING)
def test_each_category_gets_its_smoothed_mean_and_a_new_one_the_prior(
    rows: list[tuple[str, int, int]], smoothing: int
) -> None:
    categories, y, _ = columns(rows)
    encoder = fit(categories, y, smoothing)
    assert list(encoder.means) == list(dict.fromkeys(categories))
    names = [*"abcde", "never seen"]
    expected = [by_hand(rows, name, smoothing) for name in names]
    assert encoder.encode(names) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@unhurried
@given(ROWS, SMOOTHING)
def test_out_of_fold_is_the_smoothed_mean_of_the_rows_of_other_folds(
    rows: list[tuple[str, int, int]], smoothing: int
) -> None:
    categories, y, folds = columns(rows)
    expected = [
        by_hand([other for other in rows if other[2] != fold], name, smoothing)
        for name, _, fold in rows
    ]
    encoded = encode_out_of_fold(categories, y, folds, smoothing)
    assert encoded == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_smoothing_counts_rows() -> None:
    encoder = fit(["a"] * 10 + ["b"] * 30, [1.0] * 10 + [0.0] * 30)
    assert encoder.prior == 0.25
    assert encoder.means["a"] == (1 + 0.25) / 2  # ten rows against ten: halfway
    assert encoder.means["b"] == (0 + 10 * 0.25) / 40
    assert fit(["a", "b"], [1, 0], 0).means == {"a": 1, "b": 0}


# --- The leak -------------------------------------------------------------------------------------


@unhurried
@given(ROWS, SMOOTHING, st.integers(-100, 100), st.data())
def test_the_targets_of_a_fold_never_reach_the_encodings_of_that_fold(
    rows: list[tuple[str, int, int]], smoothing: int, shift: int, data: st.DataObject
) -> None:
    categories, y, folds = columns(rows)
    held = folds == data.draw(st.sampled_from(folds.tolist()))
    before = encode_out_of_fold(categories, y, folds, smoothing)
    after = encode_out_of_fold(categories, np.where(held, shift - y, y), folds, smoothing)
    assert np.array_equal(before[held], after[held])


def with_the_prior_of_all(categories: list[str], y: Floats, folds: Floats) -> Floats:
    """The common slip: categories by fold, and the mean of the whole target for the new ones."""
    encoded = np.empty(len(y))
    for fold in np.unique(folds):
        held = folds == fold
        means = fit(list(itertools.compress(categories, ~held)), y[~held]).means
        inside = itertools.compress(categories, held)
        encoded[held] = TargetEncoder(means, float(np.mean(y))).encode(list(inside))
    return encoded


def test_a_prior_of_all_rows_lets_a_new_category_see_its_own_target() -> None:
    categories, folds = ["once", "b", "b"], np.array([0, 1, 1])
    seen = [np.array([y, 1.0, 2.0]) for y in (0.0, 9.0)]
    low, high = (with_the_prior_of_all(categories, y, folds)[0] for y in seen)
    assert low < high
    low, high = (encode_out_of_fold(categories, y, folds)[0] for y in seen)
    assert low == high == 1.5


def of_all_rows(categories: list[str], y: Floats, _folds: Floats) -> Floats:
    """The published one-liner: groupby(category).transform("mean")."""
    return fit(categories, y, 0).encode(categories)


def leaving_one_out(categories: list[str], y: Floats, _folds: Floats) -> Floats:
    """The mean of the category's other rows, which looks as if it could not leak."""
    return np.array(
        [
            np.mean([other for at, other in enumerate(y) if at != row and categories[at] == name])
            for row, name in enumerate(categories)
        ]
    )


def noise(seed: int, rows: int, names: int) -> tuple[list[str], Floats, Floats]:
    rng = np.random.default_rng(seed)
    categories = [f"{number}" for number in rng.permutation(rows) % names]
    return categories, rng.integers(2, size=rows).astype(float), random_folds(rows, 5, rng)


@pytest.mark.parametrize("smoothing", [0.0, 10.0])
def test_on_pure_noise_the_usual_line_learns_its_own_targets_and_out_of_fold_nothing(
    smoothing: float,
) -> None:
    found: dict[str, list[float]] = {"usual": [], "out of fold": [], "rows to come": []}
    for seed in range(10):
        categories, y, folds = noise(seed, 1000, 250)
        _, fresh, _ = noise(seed + 100, 1000, 250)
        encoder = fit(categories, y, smoothing)
        hidden = encode_out_of_fold(categories, y, folds, smoothing)
        found["usual"].append(np.corrcoef(encoder.encode(categories), y)[0, 1])
        found["out of fold"].append(np.corrcoef(hidden, y)[0, 1])
        found["rows to come"].append(np.corrcoef(encoder.encode(categories), fresh)[0, 1])
    # Four rows a category: the mean holds a quarter of each row, a correlation of sqrt(1/4).
    assert np.mean(found["usual"]) == pytest.approx(0.5, abs=0.03)
    assert abs(np.mean(found["out of fold"])) < 0.05
    assert abs(np.mean(found["rows to come"])) < 0.05


def best_split_within_categories(categories: list[str], y: Floats, encoded: Floats) -> float:
    """How many rows a tree gets right that may split each category once by its encoding."""
    right = 0
    for name in set(categories):
        own = [(e, t) for c, e, t in zip(categories, encoded, y, strict=True) if c == name]
        most = 0
        for cut in [-math.inf, *(e for e, _ in own)]:
            hits = sum((e <= cut) == (t == 1) for e, t in own)
            most = max(most, hits, len(own) - hits)
        right += most
    return right / len(y)


def test_leaving_one_out_gives_every_target_away_to_a_tree() -> None:
    categories, y, folds = noise(3, 400, 20)
    assert best_split_within_categories(categories, y, leaving_one_out(categories, y, folds)) == 1
    # A category has one value here, so that its majority is all that a split can find …
    plain = best_split_within_categories(categories, y, of_all_rows(categories, y, folds))
    # … and five values out of fold, of which the best cut is picked after the fact.
    hidden = best_split_within_categories(categories, y, encode_out_of_fold(categories, y, folds))
    assert plain < hidden < 0.75


def test_out_of_fold_keeps_what_is_true() -> None:
    categories, y, folds = noise(5, 2000, 100)
    y = y + np.array([int(name) % 2 for name in categories])
    hidden = encode_out_of_fold(categories, y, folds)
    truth = [int(name) % 2 for name in categories]
    assert np.corrcoef(hidden, truth)[0, 1] > 0.85


# --- Folds ----------------------------------------------------------------------------------------


@given(st.integers(2, 50), st.integers(1, 10), st.integers(0, 99))
def test_random_folds_are_of_one_size_and_come_from_the_generator(
    rows: int, folds: int, seed: int
) -> None:
    drawn = random_folds(rows, folds, np.random.default_rng(seed))
    sizes = [int(np.sum(drawn == fold)) for fold in range(folds)]
    assert sum(sizes) == rows
    assert max(sizes) - min(sizes) <= 1
    assert np.array_equal(drawn, random_folds(rows, folds, np.random.default_rng(seed)))


def test_random_folds_do_not_follow_the_order_of_the_rows() -> None:
    drawn = random_folds(1000, 5, np.random.default_rng(1))
    assert not np.array_equal(drawn, np.arange(1000) % 5)
    assert abs(np.corrcoef(drawn, np.arange(1000))[0, 1]) < 0.1


def test_folds_may_be_any_labels() -> None:
    weekdays = encode_out_of_fold(["a", "a", "b"], [1.0, 2.0, 3.0], ["mon", "tue", "tue"], 0)
    assert weekdays.tolist() == [2.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("categories", "target", "folds"),
    [
        (["a", "b"], [1.0, 2.0], [0, 0]),
        (["a", "b"], [1.0, 2.0], [0, 1, 0]),
        (["a", "b", "c"], [1.0, 2.0], [0, 1]),
        (["a", "b"], [1.0], [0, 1]),
        ([], [], []),
    ],
)
def test_one_fold_or_columns_of_different_lengths_are_refused(
    categories: list[str], target: list[float], folds: list[int]
) -> None:
    with pytest.raises(ValueError, match="as long, with two folds or more"):
        encode_out_of_fold(categories, target, folds)


@pytest.mark.parametrize(
    ("target", "smoothing"),
    [
        ([1.0, math.nan], 1.0),
        ([1.0, math.inf], 1.0),
        ([1.0, 2.0], -1.0),
        ([1.0, 2.0], math.inf),
        ([1.0, 2.0], math.nan),
    ],
)
def test_what_would_make_every_encoding_nan_is_refused(
    target: list[float], smoothing: float
) -> None:
    with pytest.raises(ValueError, match="must be finite"):
        fit(["a", "b"], target, smoothing)


def test_no_rows_and_lengths_that_differ_are_refused() -> None:
    for categories, target in (([], []), (["a"], [1.0, 2.0]), (["a", "b"], [[1.0], [2.0]])):
        with pytest.raises(ValueError, match="but targets of shape"):
            fit(categories, target)


# --- Without the target ---------------------------------------------------------------------------


def test_one_hot_marks_the_known_and_leaves_the_unknown_blank() -> None:
    encoded = one_hot(["b", "never seen", "a", "b"], ["a", "b", "c"])
    assert encoded.tolist() == [[0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert one_hot([], ["a"]).shape == (0, 1)


@given(st.text("ab \0é漢😀", max_size=5), st.integers(1, 12), st.integers(1, 12))
def test_a_hashed_category_has_its_ones_in_different_columns(
    name: str, width: int, ones: int
) -> None:
    if ones > width:
        with pytest.raises(ValueError, match="don't fit"):
            hashed([name], width, ones)
        return
    encoded = hashed([name, name], width, ones)
    assert encoded.shape == (2, width)
    assert sorted(encoded[0].tolist()) == [0] * (width - ones) + [1] * ones
    assert np.array_equal(encoded[0], encoded[1])


def test_no_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="0 ones"):
        hashed(["a"], 4, 0)


CODE = "from snippets.target_encoding import hashed; print(hashed(['a', 'bé'], 64).nonzero()[1])"


def in_two_processes(code: str) -> set[str]:
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }


def test_hashes_agree_between_processes_where_pythons_own_do_not() -> None:
    assert len(in_two_processes("print([hash('a') % 64, hash('b') % 64])")) == 2
    here = hashed(["a", "bé"], 64).nonzero()[1]
    assert in_two_processes(CODE) == {f"{here}\n"}


@pytest.mark.parametrize(("ones", "columns"), [(1, 32), (2, 32), (3, 12)])
def test_as_many_pairs_collide_as_chance_predicts(ones: int, columns: int) -> None:
    counted = [
        collisions(hashed([f"{trial}/{name}" for name in range(200)], columns, ones))
        for trial in range(12)
    ]
    expected = math.comb(200, 2) / math.comb(columns, ones)
    # Pairs collide independently of each other, so that the variance is about the mean.
    assert abs(np.mean(counted) - expected) < 4 * math.sqrt(expected / 12)


@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=1, max_size=12))
def test_collisions_are_the_pairs_of_equal_rows(rows: list[list[int]]) -> None:
    pairs = sum(a == b for a, b in itertools.combinations(rows, 2))
    assert collisions(np.array(rows, dtype=np.float64)) == pairs
