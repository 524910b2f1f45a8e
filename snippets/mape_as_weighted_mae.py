"""The linear model of least MAPE: absolute errors weighted by 1/|target|, solved to optimality.

In: a design matrix, its column of ones included, and targets that are not 0. Out: coefficients, a
bound on what others could gain; the best constant; weights for any model that takes such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def mape_weights(target: ArrayLike, *, floor: float = 0.0) -> Floats:
    """1 / |target|, with which a sum of absolute errors is a sum of relative ones.

    ValueError for a target of 0. A `floor` divides by max(|target|, floor): another criterion.
    """
    size = np.maximum(np.abs(np.asarray(target, np.float64)), floor)
    usable = (size > 0) & (size < np.inf)
    if not np.all(usable):
        raise ValueError(
            f"target {np.argmin(usable)} is 0 or not finite: drop it or choose a floor"
        )
    return np.asarray(1 / size)


def mape(target: ArrayLike, forecast: ArrayLike, *, floor: float = 0.0) -> float:
    """Mean absolute percentage error as a fraction: 0.1 is 10%."""
    errors = np.abs(np.subtract(target, forecast, dtype=np.float64))
    return float(np.mean(errors * mape_weights(target, floor=floor)))


def weighted_median(values: ArrayLike, weights: ArrayLike) -> float:
    """The least value v of `values` for which sum(weights * |values - v|) is least."""
    x, w = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    order = np.argsort(x)
    total = np.cumsum(w[order])
    return float(x[order[np.searchsorted(total, total[-1] / 2)]])


def with_intercept(features: ArrayLike) -> Floats:
    """(rows, 1 + columns): a column of ones before the features."""
    return np.column_stack([np.ones(np.shape(features)[0]), np.asarray(features, np.float64)])


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients, their loss, and a proof, up to rounding, that none are below loss - gap."""

    coefficients: Floats
    loss: float
    gap: float


def fit_mape(design: ArrayLike, target: ArrayLike, *, floor: float = 0.0) -> Fit:
    """The coefficients of least MAPE, which is the loss / the number of rows."""
    return fit_weighted_mae(design, target, mape_weights(target, floor=floor))


def fit_weighted_mae(
    design: ArrayLike, target: ArrayLike, weights: ArrayLike, *, tolerance: float = 1e-9
) -> Fit:
    """The b (columns,) of least sum(weights * |target - design @ b|), design (rows, columns).

    An interior-point method after Portnoy and Koenker (1997), https://doi.org/10.1214/ss/1030037960.
    It stops at a gap of `tolerance` times the loss, or of rounding. No weight may be negative.
    """
    w = np.asarray(weights, np.float64)
    # The row is multiplied as a whole, its 1 for the intercept included.
    a, c = np.asarray(design, np.float64) * w[:, None], np.asarray(target, np.float64) * w
    b: Floats = np.linalg.lstsq(a, c)[0].astype(np.float64)
    r = c - a @ b
    # r = over - under; d prices the rows: a.T @ d = 0, and c @ d is below every loss.
    slack = np.abs(r).mean() + 1e-12 * np.abs(c).mean() + 1e-300
    over, under, d = np.maximum(r, 0) + slack, np.maximum(-r, 0) + slack, np.zeros(len(c))
    best, rounding = Fit(b, np.inf, np.inf), 1e-15 * float(np.abs(c).sum())
    for _ in range(100):
        loss = float(np.abs(r).sum())
        gap = max(loss - float(c @ d), 0.0)
        best = Fit(b, loss, gap) if gap < best.gap else best
        if gap <= max(tolerance * loss, rounding):
            break
        mu = 0.1 * (over @ (1 - d) + under @ (1 + d)) / (2 * len(c))
        curve = over / (1 - d) + under / (1 + d)
        pull = mu / (1 - d) - mu / (1 + d) - (over - under)
        step_b = np.linalg.lstsq(a / np.sqrt(curve)[:, None], -pull / np.sqrt(curve))[0]
        step_d = -(a @ step_b + pull) / curve
        step_over = mu / (1 - d) - over + over / (1 - d) * step_d
        step_under = mu / (1 + d) - under - under / (1 + d) * step_d
        far = _stay_positive((over, step_over), (under, step_under))
        d += _stay_positive((1 - d, -step_d), (1 + d, step_d)) * step_d
        d = np.clip(d, -1 + 2**-53, 1 - 2**-53)  # a sum may round to 1, to be divided by 0
        b, over, under = b + far * step_b, over + far * step_over, under + far * step_under
        r = c - a @ b
    return best


def _stay_positive(*pairs: tuple[Floats, Floats]) -> float:
    """How far, at most 1, the values may go along their steps and stay above 0."""
    return min(1.0, *(0.99 / float(np.max(-step / x, initial=1e-9)) for x, step in pairs))


if __name__ == "__main__":
    rng = np.random.default_rng(4)
    x = rng.uniform(0, 10, 400)
    y, design = (20 + 30 * x) * rng.lognormal(0, 0.5, 400), with_intercept(x)
    for name, b in {
        "least squares": np.linalg.lstsq(design, y)[0],
        "unweighted": fit_weighted_mae(design, y, np.ones(400)).coefficients,
        "scaled features": fit_weighted_mae(
            with_intercept(x / y), y / y, np.ones(400)
        ).coefficients,
        "weighted": fit_mape(design, y).coefficients,
    }.items():
        print(f"{name:16} {b[0]:6.2f} + {b[1]:6.2f} x   MAPE {mape(y, design @ b):6.1%}")
