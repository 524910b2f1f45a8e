"""Proof of the card `mape_as_weighted_mae`: all vertices tried, fractions, the wrong scalings.

A sum of weighted absolute errors is least at coefficients that meet as many rows exactly as there
are columns. On small tables all such choices are tried: that is the oracle.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets.mape_as_weighted_mae import (
    Floats,
    fit_mape,
    fit_weighted_mae,
    mape,
    mape_weights,
    weighted_median,
    with_intercept,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

TARGETS = st.integers(-50, 50).filter(bool).map(float)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """A design of 1 to 3 columns, dependent ones included, and as many targets as rows."""
    rows, columns = draw(st.integers(1, 8)), draw(st.integers(1, 3))
    cell = st.integers(-3, 3)
    design = draw(st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=rows,
                           max_size=rows))  # fmt: skip
    target = draw(st.lists(TARGETS, min_size=rows, max_size=rows))
    return np.array(design, dtype=np.float64), np.array(target)


def loss_of(design: Floats, target: Floats, weights: Floats, b: Floats) -> float:
    return float(np.sum(weights * np.abs(target - design @ b)))


def least_loss(design: Floats, target: Floats, weights: Floats) -> float:
    """The least over all coefficients that meet some rows exactly, or none."""
    rows, columns = design.shape
    least = math.inf
    for size in range(columns + 1):
        for chosen in itertools.combinations(range(rows), size):
            at = list(chosen)
            b = np.linalg.lstsq(design[at], target[at])[0] if at else np.zeros(columns)
            least = min(least, loss_of(design, target, weights, b))
    return least


# --- The identity ---------------------------------------------------------------------------------


@unhurried
@given(st.lists(st.tuples(TARGETS, st.integers(-99, 99)), min_size=1, max_size=9))
def test_mape_is_a_mean_of_absolute_errors_weighted_by_one_over_the_target(
    pairs: list[tuple[float, int]],
) -> None:
    y, forecast = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    exact = sum(abs(Fraction(a) - b) / abs(Fraction(a)) for a, b in pairs) / len(pairs)
    assert mape(y, forecast) == pytest.approx(float(exact), rel=1e-13)
    assert np.mean(mape_weights(y) * np.abs(y - forecast)) == pytest.approx(float(exact), rel=1e-13)


# --- Optimality -----------------------------------------------------------------------------------


@unhurried
@given(problems(), st.integers(-3, 3))
def test_no_vertex_has_a_smaller_mape(problem: tuple[Floats, Floats], power: int) -> None:
    design, target = problem[0], problem[1] * 10.0**power
    fit = fit_mape(design, target)
    least = least_loss(design, target, mape_weights(target))
    assert fit.loss <= least * (1 + 1e-8) + 1e-12
    assert fit.loss - fit.gap <= least + 1e-9  # the bound is one
    assert 0 <= fit.gap <= 1e-8 * fit.loss + 1e-9
    assert fit.loss == pytest.approx(
        len(target) * mape(target, design @ fit.coefficients), rel=1e-9, abs=1e-12
    )


@unhurried
@given(problems(), st.data())
def test_no_vertex_has_a_smaller_loss_for_any_weights(
    problem: tuple[Floats, Floats], data: st.DataObject
) -> None:
    design, target = problem
    n = len(target)
    weights = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), np.float64)
    fit = fit_weighted_mae(design, target, weights)
    assert fit.loss <= least_loss(design, target, weights) * (1 + 1e-8) + 1e-9
    assert fit.loss == pytest.approx(
        loss_of(design, target, weights, fit.coefficients), rel=1e-9, abs=1e-9
    )


def test_the_gap_is_narrow_on_a_table_too_large_to_enumerate() -> None:
    rng = np.random.default_rng(1)
    design = with_intercept(rng.normal(size=(3000, 4)))
    target = np.exp(design @ [1, 0.5, 0, -0.5, 0.2] + rng.normal(size=3000))
    fit = fit_mape(design, target)
    assert fit.gap <= 1e-9 * fit.loss
    for column, step in itertools.product(range(5), (-1e-3, 1e-3)):
        b = fit.coefficients + step * (np.arange(5) == column)
        assert loss_of(design, target, mape_weights(target), b) > fit.loss


def test_a_loose_tolerance_is_met_and_says_by_how_much_it_may_be_off() -> None:
    rng = np.random.default_rng(2)
    design, target = with_intercept(rng.normal(size=200)), rng.lognormal(size=200)
    loose = fit_weighted_mae(design, target, mape_weights(target), tolerance=0.1)
    tight = fit_mape(design, target)
    assert 1e-4 * loose.loss < loose.gap <= 0.1 * loose.loss
    assert loose.loss - loose.gap <= tight.loss < loose.loss
    # Before the first step all prices are 0, and all that they prove is that no loss is negative.
    none = fit_weighted_mae(design, target, mape_weights(target), tolerance=1.0)
    assert none.gap == none.loss > loose.loss


def test_rounding_never_makes_the_gap_negative() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        design, target = with_intercept(rng.normal(size=12)), rng.lognormal(size=12)
        fit = fit_weighted_mae(design, target, mape_weights(target), tolerance=0)
        assert 0 <= fit.gap < 1e-12 * fit.loss


@unhurried
@given(problems(), st.sampled_from([1e-6, 0.5, 3.0, 1e6]))
def test_another_unit_of_the_target_is_the_same_model(
    problem: tuple[Floats, Floats], unit: float
) -> None:
    design, target = problem
    assert fit_mape(design, target * unit).loss == pytest.approx(
        fit_mape(design, target).loss, rel=1e-8, abs=1e-9
    )


# --- The best constant ----------------------------------------------------------------------------

WEIGHTED = st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 4)), min_size=1).filter(
    lambda pairs: any(weight for _, weight in pairs)
)


@unhurried
@given(WEIGHTED)
def test_the_weighted_median_is_the_least_of_the_best_values(pairs: list[tuple[int, int]]) -> None:
    def loss(v: int) -> int:
        return sum(weight * abs(value - v) for value, weight in pairs)

    best = min((value for value, _ in pairs), key=lambda v: (loss(v), v))
    found = weighted_median(*zip(*pairs, strict=True))
    assert loss(int(found)) == loss(best)
    weighing = [value for value, weight in pairs if weight]
    assert found == min(value for value in weighing if loss(value) == loss(best))


@unhurried
@given(st.lists(TARGETS, min_size=1, max_size=12))
def test_with_ones_alone_the_fit_is_as_good_as_the_weighted_median(target: list[float]) -> None:
    constant = weighted_median(target, mape_weights(target))
    fit = fit_mape(np.ones((len(target), 1)), target)
    assert fit.loss / len(target) == pytest.approx(mape(target, constant), rel=1e-8)
    assert mape(target, constant) <= 1  # a forecast of 0 is always off by 100%


@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.0])
def test_the_best_constant_for_a_lognormal_is_below_its_median_by_the_formula(sigma: float) -> None:
    shares = (np.arange(20_000) + 0.5) / 20_000
    target = np.exp([1 + sigma * NormalDist().inv_cdf(share) for share in shares])
    assert np.median(target) == pytest.approx(math.exp(1), rel=1e-3)
    assert weighted_median(target, mape_weights(target)) == pytest.approx(
        math.exp(1 - sigma**2), rel=5e-3
    )


# --- The usual wrong versions ---------------------------------------------------------------------


def features_scaled(x: Floats, y: Floats) -> Floats:
    """Divide features and target, then fit with an intercept: its 1 was not divided."""
    return fit_weighted_mae(with_intercept(x / y), y / y, np.ones(len(y))).coefficients


def target_scaled(x: Floats, y: Floats) -> Floats:
    """Divide the target alone."""
    return fit_weighted_mae(with_intercept(x), y / y, np.ones(len(y))).coefficients


def weights_on_the_features(x: Floats, y: Floats) -> Floats:
    """Hand the weights over as if they were features: the target stays as it was."""
    return fit_weighted_mae(with_intercept(x / y), y, np.ones(len(y))).coefficients


X = np.arange(1.0, 21)
WRONG = [features_scaled, target_scaled, weights_on_the_features]


def test_targets_on_a_line_give_that_line() -> None:
    fit = fit_mape(with_intercept(X), 3 + 2 * X)
    assert fit.coefficients == pytest.approx([3, 2], rel=1e-12)
    assert fit.loss == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("wrong", WRONG)
def test_the_wrong_scalings_miss_even_a_line_without_noise(wrong: Any) -> None:
    y = 3 + 2 * X
    assert mape(y, with_intercept(X) @ wrong(X, y)) > 0.05


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("seed", range(5))
def test_with_noise_the_wrong_scalings_have_a_larger_mape(wrong: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = (3 + 2 * X) * rng.lognormal(sigma=0.3, size=len(X))
    right = mape(y, with_intercept(X) @ fit_mape(with_intercept(X), y).coefficients)
    assert mape(y, with_intercept(X) @ wrong(X, y)) > 1.1 * right


@unhurried
@given(problems())
def test_dividing_whole_rows_ones_included_is_the_same_as_weighting(
    problem: tuple[Floats, Floats],
) -> None:
    design, y = with_intercept(problem[0]), problem[1]
    whole = fit_weighted_mae(design / y[:, None], y / y, np.ones(len(y)))
    assert whole.loss == pytest.approx(fit_mape(design, y).loss, rel=1e-8, abs=1e-9)


def test_the_intercept_column_comes_first_for_one_feature_and_for_many() -> None:
    assert with_intercept([5, 6]).tolist() == [[1, 5], [1, 6]]
    assert with_intercept([[5, 7], [6, 8]]).tolist() == [[1, 5, 7], [1, 6, 8]]


# --- Zeros ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [0.0, -0.0, math.nan, math.inf, -math.inf])
def test_a_target_without_a_relative_error_is_refused_by_its_row(bad: float) -> None:
    for call in (
        lambda y: mape_weights(y),
        lambda y: mape(y, [1.0, 1.0, 1.0]),
        lambda y: fit_mape(np.ones((3, 1)), y),
    ):
        with pytest.raises(ValueError, match="target 1 is 0 or not finite"):
            call([2.0, bad, 3.0])


def test_a_floor_caps_the_weight_and_leaves_the_others() -> None:
    assert mape_weights([0.0, -0.5, 2.0, -4.0], floor=1.0).tolist() == [1, 1, 0.5, 0.25]
    assert mape([0.0, 2.0], [3.0, 3.0], floor=1.0) == (3 + 0.5) / 2
    y = [0.0, 1.0, 2.0, 4.0]
    fit = fit_mape(np.ones((4, 1)), y, floor=1.0)
    assert fit.loss == pytest.approx(
        least_loss(np.ones((4, 1)), np.array(y), mape_weights(y, floor=1))
    )


def with_an_epsilon(target: Sequence[float]) -> Floats:
    """The usual way round a division by zero."""
    return 1 / np.maximum(np.abs(np.array(target)), np.finfo(np.float64).eps)


def test_an_epsilon_lets_one_zero_among_a_thousand_decide_the_forecast() -> None:
    target = [0.0, *np.linspace(90, 110, 999)]
    assert weighted_median(target, with_an_epsilon(target)) == 0
    assert weighted_median(target[1:], mape_weights(target[1:])) > 95
    assert 95 < weighted_median(target, mape_weights(target, floor=10)) < 100
