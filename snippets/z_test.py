"""A z-test for two proportions that holds where the usual lines break: tails, zeros, arrays.

In: how many of how many in groups A and B, as counts or ratios, plain numbers or arrays that
broadcast. Out: z with pooled variance, the p-value and its logarithm, an interval for the
difference; power and sample size. Needs only NumPy. It takes the observations as independent and
the samples as large enough for a normal approximation; it can't know whether they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

# As NumPy's own functions do, results are NumPy scalars when every argument is a plain number.
T = TypeVar("T", bound=np.generic)
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

COUNT_LIMIT = 2**53  # from here on a double can't hold every whole number


@dataclass(frozen=True, slots=True, eq=False)
class ZTest:
    """The outcome of a test; every field has the arguments' broadcast shape.

    `difference` is ratio A minus ratio B, `lower` and `upper` are Newcombe's interval for it.
    `p_value` is two-sided; it is 0 only where it is below the smallest double (|z| above 38.5).
    `log_p_value`, its natural logarithm, goes on.
    """

    difference: Floats
    z: Floats
    p_value: Floats
    log_p_value: Floats
    lower: Floats
    upper: Floats


def two_proportion_z_test(
    successes_a: ArrayLike,
    n_a: ArrayLike,
    successes_b: ArrayLike,
    n_b: ArrayLike,
    *,
    confidence: float = 0.95,
) -> ZTest:
    """Test whether two groups share one proportion, given counts of successes among n.

    Where nobody or everybody succeeded in both groups, nothing speaks against one proportion: z is
    0 and p is 1. ValueError names the argument that holds a negative or fractional count, one above
    its n, an n below 1, or a shape that does not broadcast.
    """
    a, b = _groups_of_counts(successes_a, n_a, successes_b, n_b)
    return _compare(a, b, confidence)


def two_proportion_z_test_from_ratios(
    ratio_a: ArrayLike,
    n_a: ArrayLike,
    ratio_b: ArrayLike,
    n_b: ArrayLike,
    *,
    confidence: float = 0.95,
) -> ZTest:
    """The same test given ratios between 0 and 1, which may be rounded, of n observations each."""
    a, b = _groups_of_ratios(ratio_a, n_a, ratio_b, n_b)
    return _compare(a, b, confidence)


def power_of_test(
    ratio_a: ArrayLike,
    ratio_b: ArrayLike,
    n_a: ArrayLike,
    n_b: ArrayLike,
    *,
    alpha: float = 0.05,
) -> Floats:
    """The chance that the test at level `alpha` finds a true difference, in the right direction.

    A significant result of the wrong sign is no finding, so equal ratios have power alpha / 2. The
    normal approximation of R's power.prop.test, https://rdrr.io/r/stats/power.prop.test.html.
    """
    a, b = _groups_of_ratios(ratio_a, n_a, ratio_b, n_b)
    quantile = -NormalDist().inv_cdf(_between(0, "alpha", alpha, 1) / 2)
    beyond = np.abs(_difference(a, b)) - quantile * np.sqrt(_pooled_variance(a, b))
    spread = np.sqrt(a.ratio * a.rest / a.n + b.ratio * b.rest / b.n)
    # Ratios of 0 and 1 leave nothing to chance: the test always finds the difference or never.
    certain = spread == 0
    reach = beyond / np.where(certain, 1, spread)
    return _plain(np.where(certain, beyond > 0, _erfc(-reach / math.sqrt(2)) / 2))


# region sample-size
def sample_size(
    ratio_a: ArrayLike, ratio_b: ArrayLike, *, power: float = 0.8, alpha: float = 0.05
) -> NDArray[np.int64]:
    """The smallest n per group with which `power_of_test` reaches `power`; `alpha` < `power` < 1.

    The formula inverts that of `power_of_test`, for two groups of one size. ValueError where the
    ratios are equal: no sample shows a difference that is not there.
    """
    normal = NormalDist()
    quantile = -normal.inv_cdf(_between(0, "alpha", alpha, 1) / 2)
    reserve = normal.inv_cdf(_between(alpha, "power", power, 1))
    a, b = _groups_of_ratios(ratio_a, 1, ratio_b, 1)
    mean, rest = (a.ratio + b.ratio) / 2, (a.rest + b.rest) / 2
    under_null = quantile * np.sqrt(2 * mean * rest)
    under_difference = reserve * np.sqrt(a.ratio * a.rest + b.ratio * b.rest)
    difference = np.abs(_difference(a, b))
    _require("ratio_b", difference > 0, b.ratio, "different from ratio_a")
    n = np.ceil(((under_null + under_difference) / difference) ** 2)
    _require("ratio_b", n < COUNT_LIMIT, b.ratio, "further away from ratio_a")
    return _plain(n.astype(np.int64))


# endregion sample-size


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Shares of successes and of the rest among n; both, because 1 - ratio cancels near 1."""

    ratio: Floats
    rest: Floats
    n: Floats


def _compare(a: _Group, b: _Group, confidence: float) -> ZTest:
    quantile = -NormalDist().inv_cdf((1 - _between(0, "confidence", confidence, 1)) / 2)
    difference = _difference(a, b)
    variance = _pooled_variance(a, b)
    # All alike in both groups: the difference is 0 as well, and 0 / 0 would be NaN.
    z = difference / np.sqrt(np.where(variance > 0, variance, 1))
    lower, upper = _newcombe_interval(a, b, quantile)
    tails = _erfc(np.abs(z) / math.sqrt(2)), _log_erfc(np.abs(z) / math.sqrt(2))
    return ZTest(*(_plain(field) for field in (difference, z, *tails, lower, upper)))


def _difference(a: _Group, b: _Group) -> Floats:
    """Ratio A minus ratio B, taken from the smaller shares: those keep more digits."""
    return np.where(a.ratio + b.ratio <= 1, a.ratio - b.ratio, b.rest - a.rest)


# region pooled
def _pooled_variance(a: _Group, b: _Group) -> Floats:
    """Variance of the difference if both groups share the proportion that all of them estimate."""
    total = a.n + b.n
    pooled = (a.ratio * a.n + b.ratio * b.n) / total
    rest = (a.rest * a.n + b.rest * b.n) / total
    return pooled * rest * (1 / a.n + 1 / b.n)


# endregion pooled


# region interval
def _newcombe_interval(a: _Group, b: _Group, quantile: float) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score interval, made of the arms of each group's own Wilson interval.

    Method 10 of Newcombe, Statistics in Medicine 17 (1998) 873-890:
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I
    """

    def wilson_arms(group: _Group) -> tuple[Floats, Floats]:
        weight = quantile**2 / group.n
        shift = weight * (group.rest - group.ratio) / 2
        spread = np.sqrt(weight * group.ratio * group.rest + (weight / 2) ** 2)
        return (spread - shift) / (1 + weight), (spread + shift) / (1 + weight)

    below_a, above_a = wilson_arms(a)
    below_b, above_b = wilson_arms(b)
    difference = _difference(a, b)
    return difference - np.hypot(below_a, above_b), difference + np.hypot(above_a, below_b)


# endregion interval

_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


# region tail
def _log_erfc(x: Floats) -> Floats:
    """log(erfc(x)) for x >= 0, also where erfc(x) is below the smallest double.

    From 2 on by a continued fraction (https://dlmf.nist.gov/7.9); 60 levels leave less than 1e-15.
    """
    far = np.maximum(x, 2)
    fraction = far
    for level in range(60, 0, -1):
        fraction = far + level / 2 / fraction
    near = np.log1p(-_erf(np.minimum(x, 2)))
    return np.where(x < 2, near, -far * far - np.log(math.sqrt(math.pi) * fraction))


# endregion tail


def _groups_of_counts(
    successes_a: ArrayLike, n_a: ArrayLike, successes_b: ArrayLike, n_b: ArrayLike
) -> tuple[_Group, _Group]:
    given = _broadcast(successes_a=successes_a, n_a=n_a, successes_b=successes_b, n_b=n_b)
    groups = []
    for side in "ab":
        successes, n = given[f"successes_{side}"], given[f"n_{side}"]
        _require_counts(f"successes_{side}", successes, 0)
        _require_counts(f"n_{side}", n, 1)
        _require(f"successes_{side}", successes <= n, successes, f"at most n_{side}")
        groups.append(_Group(successes / n, (n - successes) / n, n))
    return groups[0], groups[1]


def _groups_of_ratios(
    ratio_a: ArrayLike, n_a: ArrayLike, ratio_b: ArrayLike, n_b: ArrayLike
) -> tuple[_Group, _Group]:
    given = _broadcast(ratio_a=ratio_a, n_a=n_a, ratio_b=ratio_b, n_b=n_b)
    groups = []
    for side in "ab":
        ratio, n = given[f"ratio_{side}"], given[f"n_{side}"]
        _require(f"ratio_{side}", (ratio >= 0) & (ratio <= 1), ratio, "between 0 and 1")
        _require_counts(f"n_{side}", n, 1)
        groups.append(_Group(ratio, 1 - ratio, n))
    return groups[0], groups[1]


def _broadcast(**arguments: ArrayLike) -> dict[str, Floats]:
    """The arguments as floats of one shape."""
    arrays: dict[str, Floats] = {}
    shape: tuple[int, ...] = ()
    for name, argument in arguments.items():
        if isinstance(argument, np.ma.MaskedArray):
            raise TypeError(f"{name} is a masked array: choose what the masked elements mean")
        try:
            array = np.asarray(argument)
        except ValueError as error:
            raise ValueError(f"{name} is not an array of one shape: {error}") from None
        # Booleans are outcomes, not counts: somebody forgot to sum.
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{name} must be numbers, not {array.dtype}")
        try:
            shape = np.broadcast_shapes(shape, array.shape)
        except ValueError:
            raise ValueError(
                f"{name} has shape {array.shape}, which does not broadcast with {shape} before it"
            ) from None
        arrays[name] = array.astype(np.float64)
    return {name: np.broadcast_to(array, shape) for name, array in arrays.items()}


def _require_counts(name: str, given: Floats, least: int) -> None:
    whole = (given == np.floor(given)) & (given >= least) & (given < COUNT_LIMIT)
    _require(name, whole, given, f"whole numbers, at least {least} and below 2**53")


def _require(name: str, holds: Truths, given: Floats, demand: str) -> None:
    """Raise a ValueError that names the argument and its first element that fails the demand."""
    if np.all(holds):
        return
    index = np.unravel_index(int(np.argmin(holds)), holds.shape)
    place = f"{name}[{', '.join(map(str, index))}]" if index else name
    raise ValueError(f"{name} must be {demand}, but {place} is {given[index]:.17g}")


def _between(low: float, name: str, given: float, high: float) -> float:
    if np.ndim(given):
        raise TypeError(f"{name} must be one number, not {type(given).__name__}")
    if not low < given < high:
        raise ValueError(f"{name} must be above {low} and below {high}, but it is {given}")
    return float(given)


def _plain(array: NDArray[T]) -> NDArray[T]:
    return array[()]  # a scalar if 0-d, else the array itself


def main() -> None:
    """Show a famous trial, tails in which the usual line gives 0, and a small trial in full."""
    print("Aspirin and heart attacks, 104 of 11037 against 189 of 11034 on placebo")
    trial = two_proportion_z_test(104, 11037, 189, 11034)
    print(f"  z = {trial.z:.3f}, p = {trial.p_value:.3g}")
    print(f"  95% interval of the difference: {trial.lower:.4%} to {trial.upper:.4%}")

    print("\nHalf of 100,000 against a little more: the usual 2 * (1 - cdf(|z|)) and this module")
    successes = np.array([50_500, 51_700, 52_000, 59_000])
    tails = two_proportion_z_test(successes, 100_000, 50_000, 100_000)
    for z, p_value, log_p_value in zip(tails.z, tails.p_value, tails.log_p_value, strict=True):
        usual = 2 * (1 - NormalDist().cdf(z))
        shown = f"p = {p_value:.6g}, log10 p = {log_p_value / math.log(10):.3f}"
        print(f"  z = {z:6.3f}  usual {usual:.6g}  {shown}")

    print("\nAll 441 outcomes of 20 against 20, weighed by their exact chances")
    print("  ratios        Wald covers Newcombe covers    test rejects")
    for ratio_a, ratio_b in ((0.05, 0.05), (0.02, 0.1), (0.5, 0.5), (0.95, 0.7)):
        shares = _exact_shares(ratio_a, ratio_b, 20)
        print(f"  {ratio_a:4} {ratio_b:4}" + "".join(f"{share:16.2%}" for share in shares))

    print("\nObservations per group for a power of 80% at 5%")
    base, lift = np.array([0.01, 0.05, 0.2]), np.array([1.05, 1.1, 1.5])
    print("  ratio" + "".join(f"{f'+{each - 1:.0%}':>10}" for each in lift))
    for start, sizes in zip(base, sample_size(base[:, None], base[:, None] * lift), strict=True):
        print(f"  {start:5.0%}" + "".join(f"{size:10,}" for size in sizes))


def _exact_shares(ratio_a: float, ratio_b: float, n: int) -> tuple[float, float, float]:
    """How often Wald's and Newcombe's interval cover the true difference, and the test rejects."""
    k = np.arange(n + 1)
    ways = np.array([math.comb(n, each) for each in k], dtype=np.float64)
    chances = [ways * ratio**k * (1 - ratio) ** (n - k) for ratio in (ratio_a, ratio_b)]
    weight = np.outer(*chances)
    test = two_proportion_z_test(k[:, None], n, k, n)
    truth = ratio_a - ratio_b
    arm = NormalDist().inv_cdf(0.975) * np.sqrt((k * (n - k))[:, None] + k * (n - k)) / n**1.5
    wald = np.abs(test.difference - truth) <= arm
    newcombe = (test.lower <= truth) & (truth <= test.upper)
    return (
        float(np.sum(weight[wald])),
        float(np.sum(weight[newcombe])),
        float(np.sum(weight[test.p_value < 0.05])),
    )


if __name__ == "__main__":
    main()
