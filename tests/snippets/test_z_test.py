"""Proof of the card `z_test`: published results, exact arithmetic, simulation, its VBA evaluated.

The second half is an evaluator of the subset of VBA that `z_test.vba` uses, so that the text which
readers copy is what is tested. It is strict where VBA is: undeclared names, division by zero,
overflow and wrong types are errors. Where `soffice` is installed, LibreOffice runs the same text
as well; elsewhere that test does not exist, so that nothing counts as skipped.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from snippets import z_test
from snippets.z_test import (
    power_of_test,
    sample_size,
    two_proportion_z_test,
    two_proportion_z_test_from_ratios,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

VBA_FILE = Path(z_test.__file__).with_suffix(".vba")


@st.composite
def a_count_and_its_n(draw: st.DrawFn, largest: int = 10**6) -> tuple[int, int]:
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


# --- Published results ----------------------------------------------------------------------------


def test_known_value_of_statsmodels() -> None:
    # From the tests of statsmodels.stats.proportion.proportions_ztest, test_default_values:
    # https://github.com/statsmodels/statsmodels/blob/main/statsmodels/stats/tests/test_proportion.py
    test = two_proportion_z_test(5, 83, 12, 99)
    assert float(test.z) == pytest.approx(-1.4078304151258787, rel=1e-14)
    assert float(test.p_value) == pytest.approx(0.15918129181156992, rel=1e-13)


# Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
NEWCOMBE = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("counts", "interval"), NEWCOMBE)
def test_intervals_of_newcombes_table(
    counts: tuple[int, int, int, int], interval: tuple[float, float]
) -> None:
    test = two_proportion_z_test(*counts)
    assert (round(float(test.lower), 4), round(float(test.upper), 4)) == interval


def test_sizes_and_powers_that_r_prints() -> None:
    # The comments of the examples in https://rdrr.io/r/stats/power.prop.test.html
    assert round(float(power_of_test(0.5, 0.75, 50, 50)), 3) == 0.740
    assert round(float(power_of_test(0.5, 0.8026, 50, 50)), 3) == 0.900
    assert round(float(power_of_test(0.5, 0.9, 50, 50, alpha=0.00131)), 2) == 0.90
    assert int(sample_size(0.5, 0.75, power=0.9)) == math.ceil(76.7)
    assert int(sample_size(0.9, 1.0, power=0.8)) == math.ceil(73.37)


# --- Exact arithmetic -----------------------------------------------------------------------------


@unhurried
@given(a_count_and_its_n(), a_count_and_its_n())
def test_z_squared_is_pearsons_chi_squared_of_the_table(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    (x, n), (y, m) = a, b
    z = float(two_proportion_z_test(x, n, y, m).z)
    hit, missed = x + y, n + m - x - y
    if hit == 0 or missed == 0:
        assert z == 0
        return
    chi_squared = Fraction((n + m) * (x * (m - y) - y * (n - x)) ** 2, hit * missed * n * m)
    assert z * z == pytest.approx(float(chi_squared), rel=1e-9)
    assert np.sign(z) == np.sign(x * m - y * n)


def log_both_tails(z: float) -> float:
    """log of P(|Z| > |z|) by Gauss-Legendre quadrature of a positive function: nothing cancels.

    erfc(x) = exp(-x²) · 2/√π · the integral of exp(-t² - 2xt) over t from 0.
    """
    x = abs(z) / math.sqrt(2)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    end = 40 / (2 * x + 4)
    t = (nodes + 1) * end / 2
    integral = float(np.sum(weights * np.exp(-t * t - 2 * x * t))) * end / 2
    return -x * x + math.log(2 / math.sqrt(math.pi) * integral)


# Counts out of a million against half of them: z runs from 0.003 to 707.
TAILS = [500_001, 500_500, 502_000, 502_700, 503_500, 510_000, 526_000, 530_000, 700_000, 999_999]


@pytest.mark.parametrize("successes", TAILS)
def test_p_values_and_their_logarithms_hold_in_the_far_tail(successes: int) -> None:
    test = two_proportion_z_test(successes, 10**6, 500_000, 10**6)
    expected = log_both_tails(float(test.z))
    assert float(test.log_p_value) == pytest.approx(expected, rel=1e-13, abs=1e-13)
    # exp multiplies the rounding of its argument, here of up to 700.
    assert float(test.p_value) == pytest.approx(math.exp(expected), rel=1e-12)


def test_the_smallest_p_values_are_neither_zero_nor_cancelled() -> None:
    test = two_proportion_z_test([8_900, 5_000], 10_000, [5_000, 8_900], 10_000)
    z = float(test.z[0])
    assert z > 50
    assert 2 * (1 - NormalDist().cdf(z)) == 0  # the usual line
    assert test.p_value.tolist() == [0.0, 0.0]
    assert test.log_p_value[0] == test.log_p_value[1] == pytest.approx(log_both_tails(z), rel=1e-13)
    nearer = two_proportion_z_test(8_000, 10_000, 5_900, 10_000)
    assert 0 < nearer.p_value < 1e-200


def wilson_by_bisection(successes: int, n: int, z: float) -> tuple[float, float]:
    """The proportions p that are z of their own standard errors away from successes / n."""
    seen = successes / n

    def crossing(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            if abs(seen - middle) <= z * math.sqrt(middle * (1 - middle) / n):
                inside = middle
            else:
                outside = middle
        return inside

    return crossing(seen, 0.0), crossing(seen, 1.0)


@unhurried
@given(a_count_and_its_n(1000), a_count_and_its_n(1000), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_interval_is_built_from_roots_of_the_score_equation(
    a: tuple[int, int], b: tuple[int, int], confidence: float
) -> None:
    test = two_proportion_z_test(*a, *b, confidence=confidence)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    (low_a, high_a), (low_b, high_b) = wilson_by_bisection(*a, z), wilson_by_bisection(*b, z)
    p, q = a[0] / a[1], b[0] / b[1]
    assert float(test.lower) == pytest.approx(p - q - math.hypot(p - low_a, high_b - q), abs=1e-9)
    assert float(test.upper) == pytest.approx(p - q + math.hypot(high_a - p, q - low_b), abs=1e-9)


def exact_power(ratio_a: float, ratio_b: float, n_a: int, n_b: int, alpha: float) -> float:
    """The chance of a significant result of the right sign, summed over all outcomes."""
    outcomes, chances = [], []
    for ratio, n in ((ratio_a, n_a), (ratio_b, n_b)):
        k = np.arange(n + 1)
        ways = np.array([float(math.comb(n, each)) for each in k])
        outcomes.append(k)
        chances.append(ways * ratio**k * (1 - ratio) ** (n - k))
    test = two_proportion_z_test(outcomes[0][:, None], n_a, outcomes[1], n_b)
    found = (test.p_value < alpha) & (np.sign(test.z) == np.sign(ratio_a - ratio_b))
    return float(np.sum(np.outer(*chances)[found]))


@pytest.mark.parametrize(
    ("ratio_a", "ratio_b", "n_a", "n_b", "alpha"),
    [
        (0.5, 0.6, 200, 200, 0.05),
        (0.6, 0.5, 200, 200, 0.01),
        (0.3, 0.2, 150, 250, 0.05),
        (0.05, 0.15, 600, 100, 0.05),
        (0.05, 0.15, 100, 600, 0.05),
    ],
)
def test_power_is_near_the_exact_sum_over_all_outcomes(
    ratio_a: float, ratio_b: float, n_a: int, n_b: int, alpha: float
) -> None:
    exact = exact_power(ratio_a, ratio_b, n_a, n_b, alpha)
    assert float(power_of_test(ratio_a, ratio_b, n_a, n_b, alpha=alpha)) == pytest.approx(
        exact, abs=0.025
    )


# --- Simulation -----------------------------------------------------------------------------------


def test_simulated_groups_without_a_difference_are_rejected_at_the_level() -> None:
    rng = np.random.default_rng(20261121)
    a, b = rng.binomial([[3000], [5000]], 0.3, size=(2, 40_000))
    test = two_proportion_z_test(a, 3000, b, 5000)
    for level in (0.01, 0.05, 0.5):
        error = 4 * math.sqrt(level * (1 - level) / 40_000)
        assert abs(float(np.mean(test.p_value < level)) - level) < error + 0.001
    assert abs(float(np.std(test.z)) - 1) < 0.015


def test_simulated_intervals_cover_the_difference_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.binomial(60, 0.15, 40_000), rng.binomial(90, 0.4, 40_000)
    for confidence in (0.8, 0.95, 0.99):
        test = two_proportion_z_test(a, 60, b, 90, confidence=confidence)
        covered = float(np.mean((test.lower <= -0.25) & (test.upper >= -0.25)))
        assert confidence - 0.012 < covered < confidence + 0.02


def test_simulated_studies_of_unequal_groups_find_the_difference_as_often_as_the_power_says() -> (
    None
):
    rng = np.random.default_rng(11)
    a, b = rng.binomial(900, 0.12, 40_000), rng.binomial(400, 0.17, 40_000)
    test = two_proportion_z_test(a, 900, b, 400)
    found = float(np.mean((test.p_value < 0.05) & (test.z < 0)))
    assert float(power_of_test(0.12, 0.17, 900, 400)) == pytest.approx(found, abs=0.02)


# --- Properties -----------------------------------------------------------------------------------


@unhurried
@given(a_count_and_its_n(), a_count_and_its_n())
def test_swapping_the_groups_or_naming_failures_successes_only_turns_the_sign(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    test = two_proportion_z_test(*a, *b)
    swapped = two_proportion_z_test(*b, *a)
    failures = two_proportion_z_test(a[1] - a[0], a[1], b[1] - b[0], b[1])
    for other in (swapped, failures):
        assert float(other.z) == pytest.approx(-float(test.z), rel=1e-12)
        assert float(other.log_p_value) == pytest.approx(float(test.log_p_value), rel=1e-11)
        assert float(other.lower) == pytest.approx(-float(test.upper), abs=1e-12)
    assert -1 <= test.lower <= test.difference <= test.upper <= 1
    assert 0 <= test.p_value <= 1


@unhurried
@given(a_count_and_its_n(), a_count_and_its_n())
def test_ratios_give_what_their_counts_give(a: tuple[int, int], b: tuple[int, int]) -> None:
    counts = two_proportion_z_test(*a, *b, confidence=0.9)
    ratios = two_proportion_z_test_from_ratios(a[0] / a[1], a[1], b[0] / b[1], b[1], confidence=0.9)
    for name in ("difference", "z", "log_p_value", "lower", "upper"):
        assert float(getattr(ratios, name)) == pytest.approx(
            float(getattr(counts, name)), rel=1e-9, abs=1e-10
        )


def test_equal_ratios_of_groups_of_any_size_have_no_difference_at_all() -> None:
    test = two_proportion_z_test_from_ratios(0.3, [7, 11, 10**9], 0.3, [3, 10**6, 13])
    assert test.z.tolist() == [0.0, 0.0, 0.0]
    assert test.p_value.tolist() == [1.0, 1.0, 1.0]
    assert two_proportion_z_test(1, 3, 333_333, 999_999).z == 0


@pytest.mark.parametrize("n", [10**6, 10**12, 10**15])
def test_nearly_all_of_many_keep_the_digits_of_their_few_failures(n: int) -> None:
    chi_squared = Fraction(2 * n * (8 * n) ** 2, (2 * n - 10) * 10 * n * n)
    for test in (two_proportion_z_test(n - 1, n, n - 9, n), two_proportion_z_test(9, n, 1, n)):
        assert float(test.z) == pytest.approx(math.sqrt(chi_squared), rel=1e-14)


def test_arrays_broadcast_and_equal_one_call_per_element() -> None:
    successes_a, n_a = np.array([[3], [0], [8]]), np.array([[10], [4], [8]])
    successes_b, n_b = np.array([1, 5], dtype=np.uint8), 9
    together = two_proportion_z_test(successes_a, n_a, successes_b, n_b, confidence=0.8)
    from_ratios = two_proportion_z_test_from_ratios(successes_a / n_a, n_a, successes_b / 9, 9)
    power = power_of_test(successes_a / n_a, successes_b / 9, n_a, n_b, alpha=0.1)
    sizes = sample_size([[0.1], [0.2], [0.3]], [0.4, 0.6])
    assert together.z.shape == from_ratios.z.shape == power.shape == sizes.shape == (3, 2)
    assert sizes.dtype == np.int64
    for i in range(3):
        for j in range(2):
            counts = int(successes_a[i, 0]), int(n_a[i, 0]), int(successes_b[j]), 9
            alone = two_proportion_z_test(*counts, confidence=0.8)
            for name in ("difference", "z", "p_value", "log_p_value", "lower", "upper"):
                assert getattr(together, name)[i, j] == getattr(alone, name)
            assert from_ratios.z[i, j] == pytest.approx(float(alone.z), abs=1e-14)
            ratios = counts[0] / counts[1], counts[2] / 9
            assert power[i, j] == power_of_test(*ratios, counts[1], 9, alpha=0.1)
            assert sizes[i, j] == sample_size((0.1, 0.2, 0.3)[i], (0.4, 0.6)[j])


def test_plain_numbers_give_scalars_and_empty_arrays_give_empty_arrays() -> None:
    scalars = (two_proportion_z_test(1, 2, 3, 4).p_value, power_of_test(0.1, 0.2, 30, 30))
    assert all(isinstance(each, np.float64) for each in scalars)
    assert isinstance(sample_size(0.1, 0.2), np.int64)
    assert two_proportion_z_test([], 5, [], 5).log_p_value.shape == (0,)


SHARES = st.floats(0, 1).map(lambda share: round(share, 3))


@unhurried
@given(SHARES, SHARES, st.floats(0.3, 0.999), st.floats(0.001, 0.2))
def test_the_sample_size_is_the_smallest_that_reaches_the_power(
    ratio_a: float, ratio_b: float, power: float, alpha: float
) -> None:
    assume(ratio_a != ratio_b)
    n = int(sample_size(ratio_a, ratio_b, power=power, alpha=alpha))
    assert n == int(sample_size(ratio_b, ratio_a, power=power, alpha=alpha))
    assert float(power_of_test(ratio_a, ratio_b, n, n, alpha=alpha)) >= power - 1e-9
    if n > 1:
        assert float(power_of_test(ratio_a, ratio_b, n - 1, n - 1, alpha=alpha)) < power + 1e-9


def test_equal_ratios_are_found_different_in_one_direction_half_the_level() -> None:
    assert float(power_of_test(0.3, 0.3, 30, 50, alpha=0.08)) == pytest.approx(0.04)


def test_certain_groups_are_always_or_never_told_apart() -> None:
    assert power_of_test(0, 1, [1, 2], [1, 2]).tolist() == [0.0, 1.0]
    assert power_of_test([0, 1], [0, 1], 5, 5).tolist() == [0.0, 0.0]
    assert sample_size(0, 1) == 2


# --- Edges and errors -----------------------------------------------------------------------------


@pytest.mark.parametrize("successes", [(0, 0), (1, 1)])
def test_groups_without_any_variation_have_z_0_and_p_1(successes: tuple[int, int]) -> None:
    test = two_proportion_z_test(successes[0] * 8, 8, successes[1] * 5, 5)
    assert test.difference == test.z == test.log_p_value == 0
    assert test.p_value == 1
    assert test.lower < -0.3  # and still the interval knows how few they were
    assert test.upper > 0.3


def test_one_observation_in_each_group_is_enough_to_compute() -> None:
    test = two_proportion_z_test(1, 1, 0, 1)
    assert float(test.z) == pytest.approx(math.sqrt(2))
    assert float(test.p_value) == pytest.approx(0.15729920705028513)


def test_no_successes_against_all_is_the_square_root_of_the_total() -> None:
    assert float(two_proportion_z_test(0, 30, 70, 70).z) == pytest.approx(-10)


COUNT_ERRORS = [
    (
        (-1, 5, 1, 5),
        r"successes_a must be whole numbers, at least 0 and below 2\*\*53, but successes_a is -1",
    ),
    ((1, 5, -1, 5), "successes_b must be whole numbers, at least 0.* successes_b is -1"),
    ((1.5, 5, 1, 5), "successes_a must be whole numbers.* is 1.5"),
    ((1, 5, math.nan, 5), "successes_b must be whole numbers.* is nan"),
    ((1, math.inf, 1, 5), "n_a must be whole numbers.* is inf"),
    ((0, 0, 1, 5), "n_a must be whole numbers, at least 1.* n_a is 0"),
    ((1, 5, 0, 0), "n_b must be whole numbers, at least 1.* n_b is 0"),
    ((1, -5, 1, 5), "n_a must be whole numbers, at least 1.* n_a is -5"),
    ((1, 5, 1, 2.5), "n_b must be whole numbers.* is 2.5"),
    ((1, 2**53 + 1, 1, 5), "n_a must be whole numbers.* n_a is 9007199254740992"),
    ((6, 5, 1, 5), "successes_a must be at most n_a, but successes_a is 6"),
    ((1, 5, [2, 6], 5), r"successes_b must be at most n_b, but successes_b\[1\] is 6"),
    (([[1, 2], [3, 9]], 5, [1, 2], 5), r"successes_a must be at most n_a, .*\[1, 1\] is 9"),
    (([1, 2], [3, 4, 5], 1, 5), r"n_a has shape \(3,\), which does not broadcast with \(2,\)"),
    ((1, 5, [1, 2], [[5] * 3] * 2), r"n_b has shape \(2, 3\), which does not broadcast"),
    ((1, 5, [[1, 2], [3]], 5), "successes_b is not an array of one shape"),
]


@pytest.mark.parametrize(("counts", "message"), COUNT_ERRORS)
def test_impossible_counts_and_shapes_are_named(
    counts: tuple[object, object, object, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        two_proportion_z_test(*counts)  # type: ignore[arg-type]


def test_impossible_ratios_are_named() -> None:
    for ratio in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=f"ratio_a must be between 0 and 1.*{ratio:.2g}"):
            two_proportion_z_test_from_ratios(ratio, 5, 0.5, 5)
        with pytest.raises(ValueError, match="ratio_b must be between 0 and 1"):
            power_of_test(0.5, ratio, 5, 5)
    with pytest.raises(ValueError, match="n_b must be whole numbers, at least 1"):
        power_of_test(0.5, 0.6, 5, 0)
    with pytest.raises(ValueError, match=r"ratio_b must be different from ratio_a.*ratio_b\[1\]"):
        sample_size(0.2, [0.1, 0.2])
    with pytest.raises(ValueError, match="ratio_b must be further away from ratio_a"):
        sample_size(0.5, 0.5 + 2**-30)


def test_levels_are_single_numbers_inside_their_limits() -> None:
    for confidence in (0, 1, 95, math.nan):
        with pytest.raises(ValueError, match="confidence must be above 0 and below 1"):
            two_proportion_z_test(1, 2, 3, 4, confidence=confidence)
    with pytest.raises(ValueError, match="alpha must be above 0 and below 1"):
        power_of_test(0.1, 0.2, 5, 5, alpha=1)
    with pytest.raises(ValueError, match="alpha must be above 0"):
        sample_size(0.1, 0.2, alpha=0)
    for power in (0.05, 1):
        with pytest.raises(ValueError, match=r"power must be above 0\.05 and below 1"):
            sample_size(0.1, 0.2, power=power)
    with pytest.raises(TypeError, match="confidence must be one number, not list"):
        two_proportion_z_test(1, 2, 3, 4, confidence=[0.9])  # type: ignore[arg-type]


def test_outcomes_text_and_masked_counts_are_not_taken_for_counts() -> None:
    with pytest.raises(TypeError, match="successes_a must be numbers, not bool"):
        two_proportion_z_test([True, False], 2, 1, 2)
    with pytest.raises(TypeError, match="n_b must be numbers, not <U2"):
        two_proportion_z_test(1, 2, 1, "10")
    with pytest.raises(TypeError, match="n_a is a masked array"):
        two_proportion_z_test(1, np.ma.array([3, 4], mask=[False, True]), 1, 2)


def test_the_demonstration_shows_what_the_usual_line_loses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    z_test.main()
    shown = capsys.readouterr().out
    assert "z = -5.001, p = 5.69e-07" in shown
    assert "usual 0  p = 3.68393e-19, log10 p = -18.434" in shown
    assert "91.93%          95.75%" in shown


# --- The same test in VBA: its text is evaluated --------------------------------------------------

CELLS = [
    (104, 11_037, 189, 11_034),
    (5, 83, 12, 99),
    (1, 1, 0, 1),
    (0, 5, 0, 7),
    (5, 5, 7, 7),
    (0, 30, 70, 70),
    (500_100, 10**6, 500_000, 10**6),
    (502_700, 10**6, 500_000, 10**6),  # |z| = 3.8: the continued fraction
    (9_000, 10_000, 6_980, 10_000),  # p near 1e-280
    (0, 10**6, 10**6, 10**6),  # p below the smallest double
    (1, 3_000_000_000, 40, 3_000_000_000),  # more than a Long holds
]
REFUSED = [
    (-1, 5, 1, 5),
    (1, 5, -1, 5),
    (6, 5, 1, 5),
    (1, 5, 6, 5),
    (0, 0, 1, 5),
    (1, 5, 0, 0),
    (1.5, 5, 1, 5),
    (1, 5, 1, 5.5),
]


@pytest.mark.parametrize("cell", CELLS)
def test_the_vba_text_gives_what_python_gives(cell: tuple[int, int, int, int]) -> None:
    program = VbaProgram(VBA_FILE.read_text("utf-8"))
    expected = two_proportion_z_test(*cell)
    assert program.call("TwoProportionZ", *cell) == pytest.approx(float(expected.z), rel=1e-12)
    assert program.call("TwoProportionPValue", *cell) == pytest.approx(
        float(expected.p_value), rel=2e-12, abs=1e-300
    )


@unhurried
@given(a_count_and_its_n(), a_count_and_its_n(3000))
def test_the_vba_text_gives_what_python_gives_for_any_counts(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    program = VbaProgram(VBA_FILE.read_text("utf-8"))
    expected = two_proportion_z_test(*a, *b)
    assert program.call("TwoProportionZ", *a, *b) == pytest.approx(
        float(expected.z), rel=1e-9, abs=1e-11
    )
    # A relative error e of z is z² e in the far tail.
    assert program.call("TwoProportionPValue", *a, *b) == pytest.approx(
        float(expected.p_value), rel=1e-8, abs=1e-300
    )


@pytest.mark.parametrize("cell", REFUSED)
def test_the_vba_text_answers_impossible_counts_with_num(
    cell: tuple[float, float, float, float],
) -> None:
    program = VbaProgram(VBA_FILE.read_text("utf-8"))
    assert program.call("TwoProportionZ", *cell) == VbaError(2036)
    assert program.call("TwoProportionPValue", *cell) == VbaError(2036)


EVALUATOR_REFUSES = [
    ("F = missing", "missing is not declared"),
    ("missing = 1", "missing is not declared"),
    ("F = 1 / (x - x)", "division by zero"),
    ("F = Exp(1000)", "overflow"),
    ("F = x * 1E300 * 1E300", "overflow"),
    ("F = Sqr(-x)", "invalid argument"),
    ("F = CVErr(2036) + 1", "type mismatch"),
    ("F = x And x", "type mismatch"),
    ("F = x ^ 2", "not in the subset"),
    ("If x > 1 Then F = 1", "not in the subset"),
    ("Debug x", "not in the subset"),
    ("F = (1", "not in the subset"),
]


@pytest.mark.parametrize(("statement", "message"), EVALUATOR_REFUSES)
def test_the_evaluator_refuses_what_vba_refuses(statement: str, message: str) -> None:
    with pytest.raises(VbaFault, match=message):
        VbaProgram(vba_function(statement)).call("F", 2.5)


def test_the_evaluator_computes_as_vba_does() -> None:
    for statement, expected in (
        ("F = 7 - 2 - 1 + 2 * 3 / 4 / 2", 4.75),
        ("F = -x * x", -6.25),
        ("F = Int(-x) + Abs(-x)", -0.5),
        ("F = Exp(-1000)", 0.0),
        ("Dim k As Long: k = x: F = k", 2.0),  # to the even neighbour
    ):
        text = vba_function(*statement.split(": "))
        assert VbaProgram(text).call("F", 2.5) == expected
    assert (
        VbaProgram(vba_function("F = Not x > 3 And x < 2", kind="Boolean")).call("f", 2.5) is False
    )


def vba_function(*statements: str, kind: str = "Double") -> str:
    lines = [f"Function F(ByVal x As Double) As {kind}", *statements, "End Function"]
    return "\n".join(["Option Explicit", *lines])


class VbaFault(Exception):  # VBA's errors are another thing, see VbaError
    """What VBA would refuse to compile or stop at, and whatever is outside the subset."""


class ExitFunction(Exception):  # a jump, not a mistake
    """`Exit Function`."""


@dataclass(frozen=True)
class VbaError:
    """An Error value, such as #NUM!, which is 2036."""

    number: int


@dataclass
class Variable:
    kind: str
    value: object

    def assign(self, value: object) -> None:
        self.value = converted(value, self.kind)


Scope = dict[str, Variable]
Expression = Callable[[Scope], object]
Statement = Callable[[Scope], None]
TOKEN = re.compile(
    r"\s*(\d+(?:\.\d+)?(?:E[+-]?\d+)?|[A-Za-z]\w*|<=|>=|<>|[-+*/()=<>,])", re.IGNORECASE
)
EMPTY = {"double": 0.0, "long": 0, "boolean": False, "variant": None}


def converted(value: object, kind: str) -> object:
    """A value as a variable of that type holds it."""
    if kind == "variant":
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "double":
        return number(value) * 1.0
    if kind == "long":
        return within_long(round(number(value)))
    raise VbaFault("type mismatch")


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise VbaFault("type mismatch")
    return value


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise VbaFault("type mismatch")
    return value


def within_long(value: float) -> float:
    if math.isinf(value) or (isinstance(value, int) and not -(2**31) <= value < 2**31):
        raise VbaFault("overflow")
    return value


def divided(a: float, b: float) -> float:
    if b == 0:
        raise VbaFault("division by zero")
    return a / b


def root(value: float) -> float:
    if value < 0:
        raise VbaFault("invalid argument")
    return math.sqrt(value)


def exponential(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        raise VbaFault("overflow") from None


BUILT_IN: dict[str, Callable[[object], object]] = {
    "abs": lambda value: abs(number(value)),
    "atn": lambda value: math.atan(number(value)),
    "cdbl": lambda value: number(value) * 1.0,
    "cverr": lambda value: VbaError(int(number(value))),
    "exp": lambda value: exponential(number(value)),
    "int": lambda value: float(math.floor(number(value))),
    "iserror": lambda value: isinstance(value, VbaError),
    "sqr": lambda value: root(number(value)),
}
BINARY: dict[str, Callable[[object, object], object]] = {
    "+": lambda a, b: within_long(number(a) + number(b)),
    "-": lambda a, b: within_long(number(a) - number(b)),
    "*": lambda a, b: within_long(number(a) * number(b)),
    "/": lambda a, b: within_long(divided(number(a), number(b))),
    "=": lambda a, b: number(a) == number(b),
    "<>": lambda a, b: number(a) != number(b),
    "<": lambda a, b: number(a) < number(b),
    ">": lambda a, b: number(a) > number(b),
    "<=": lambda a, b: number(a) <= number(b),
    ">=": lambda a, b: number(a) >= number(b),
    # Both sides are always evaluated, as in VBA.
    "and": lambda a, b: truth(a) & truth(b),
    "or": lambda a, b: truth(a) | truth(b),
}
# Loosest first; `Not` stands between `And` and the comparisons.
LEVELS = (("or",), ("and",), ("not",), ("=", "<>", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))


class Line:
    """The words of one logical line, taken from the left, in lower case, since VBA ignores case."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = TOKEN.match(text, position)
            if match is None:
                raise self.fault()
            self.words.append(match[1].lower())
            position = match.end()

    def fault(self) -> VbaFault:
        return VbaFault(f"not in the subset: {self.text.strip()}")

    def next_is(self, *words: str) -> bool:
        return self.words[: len(words)] == list(words)

    def skip(self, *words: str) -> bool:
        found = self.next_is(*words)
        if found:
            del self.words[: len(words)]
        return found

    def expect(self, *words: str) -> None:
        if not self.skip(*words):
            raise self.fault()

    def take(self) -> str:
        if not self.words:
            raise self.fault()
        return self.words.pop(0)

    def end(self) -> None:
        if self.words:
            raise self.fault()


@dataclass
class Function:
    name: str
    kind: str
    parameters: list[tuple[str, str]] = field(default_factory=list)
    body: list[Statement] = field(default_factory=list)


class VbaProgram:
    """The functions of a VBA module, ready to be called."""

    def __init__(self, text: str) -> None:
        joined = re.sub(r" _[ \t]*\n", " ", text)
        code = [line.split("'")[0] for line in joined.splitlines()]
        self.lines = [Line(line) for line in code if line.strip()]
        self.functions: dict[str, Function] = {}
        self.lines.pop(0).expect("option", "explicit")
        while self.lines:
            function = self.read_function()
            self.functions[function.name] = function

    def call(self, name: str, *arguments: object) -> object:
        function = self.functions.get(name.lower())
        if function is None:
            raise VbaFault(f"{name} is not declared")
        scope = {function.name: Variable(function.kind, EMPTY[function.kind])}
        for (parameter, kind), value in zip(function.parameters, arguments, strict=True):
            scope[parameter] = Variable(kind, converted(value, kind))
        with suppress(ExitFunction):
            run(function.body, scope)
        return scope[function.name].value

    def read_function(self) -> Function:
        line = self.lines.pop(0)
        if not line.skip("public"):
            line.skip("private")
        line.expect("function")
        function = Function(line.take(), "variant")
        line.expect("(")
        while not line.skip(")"):
            line.expect("byval")  # by reference is VBA's default, and not in the subset
            function.parameters.append(declared(line))
            line.skip(",")
        line.expect("as")
        function.kind = known_kind(line)
        function.body = self.read_block(("end", "function"))
        self.lines.pop(0)
        return function

    def read_block(self, *ends: tuple[str, ...]) -> list[Statement]:
        """Statements up to the line that starts with one of `ends`, which stays unread."""
        block = []
        while not any(self.lines[0].next_is(*end) for end in ends):
            block.append(self.read_statement(self.lines.pop(0)))
        return block

    def read_statement(self, line: Line) -> Statement:
        if line.skip("dim"):
            return self.read_dim(line)
        if line.skip("if"):
            return self.read_if(line)
        if line.skip("for"):
            return self.read_for(line)
        if line.skip("exit", "function"):
            return leave
        name = line.take()
        line.expect("=")
        value = self.read_expression(line)
        line.end()
        return lambda scope: lookup(scope, name).assign(value(scope))

    def read_dim(self, line: Line) -> Statement:
        names = [declared(line)]
        while line.skip(","):
            names.append(declared(line))
        line.end()

        def declare(scope: Scope) -> None:
            scope.update({name: Variable(kind, EMPTY[kind]) for name, kind in names})

        return declare

    def read_if(self, line: Line) -> Statement:
        condition = self.read_expression(line)
        line.expect("then")
        line.end()
        branches = {True: self.read_block(("else",), ("end", "if")), False: list[Statement]()}
        if self.lines.pop(0).next_is("else"):
            branches[False] = self.read_block(("end", "if"))
            self.lines.pop(0)
        return lambda scope: run(branches[truth(condition(scope))], scope)

    def read_for(self, line: Line) -> Statement:
        name = line.take()
        line.expect("=")
        first = self.read_expression(line)
        line.expect("to")
        last = self.read_expression(line)
        step = self.read_expression(line) if line.skip("step") else lambda _scope: 1
        line.end()
        body = self.read_block(("next",))
        self.lines.pop(0).expect("next", name)

        def loop(scope: Scope) -> None:
            counter, end, stride = lookup(scope, name), number(last(scope)), number(step(scope))
            counter.assign(first(scope))
            while (end - number(counter.value)) * stride >= 0:
                run(body, scope)
                counter.assign(number(counter.value) + stride)

        return loop

    def read_expression(self, line: Line, level: int = 0) -> Expression:
        if level == len(LEVELS):
            return self.read_operand(line)
        if LEVELS[level] == ("not",):
            if line.skip("not"):
                inner = self.read_expression(line, level)
                return lambda scope: not truth(inner(scope))
            return self.read_expression(line, level + 1)
        left = self.read_expression(line, level + 1)
        while line.words and line.words[0] in LEVELS[level]:
            operator = BINARY[line.take()]
            left = applied(operator, left, self.read_expression(line, level + 1))
        return left

    def read_operand(self, line: Line) -> Expression:
        if line.skip("-"):
            inner = self.read_operand(line)
            return lambda scope: -number(inner(scope))
        if line.skip("("):
            inner = self.read_expression(line)
            line.expect(")")
            return inner
        word = line.take()
        if word[0].isdigit():
            value = int(word) if word.isdigit() else float(word)
            return lambda _scope: value
        if not line.skip("("):
            return lambda scope: lookup(scope, word).value
        arguments = [self.read_expression(line)]
        while line.skip(","):
            arguments.append(self.read_expression(line))
        line.expect(")")
        if word in BUILT_IN:
            return lambda scope: BUILT_IN[word](*(each(scope) for each in arguments))
        return lambda scope: self.call(word, *(each(scope) for each in arguments))


def applied(
    operator: Callable[[object, object], object], left: Expression, right: Expression
) -> Expression:
    return lambda scope: operator(left(scope), right(scope))


def declared(line: Line) -> tuple[str, str]:
    name = line.take()
    line.expect("as")
    return name, known_kind(line)


def known_kind(line: Line) -> str:
    kind = line.take()
    if kind not in EMPTY:
        raise line.fault()
    return kind


def lookup(scope: Mapping[str, Variable], name: str) -> Variable:
    if name not in scope:
        raise VbaFault(f"{name} is not declared")
    return scope[name]


def run(block: list[Statement], scope: Scope) -> None:
    for statement in block:
        statement(scope)


def leave(_scope: Scope) -> None:
    raise ExitFunction


# --- LibreOffice, where it is installed -----------------------------------------------------------

DOCTYPE = '<!DOCTYPE {0}:{1} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{1}.dtd">'
MODULE = f"""<?xml version="1.0" encoding="UTF-8"?>
{DOCTYPE.format("script", "module")}
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Card"
 script:language="StarBasic">%s</script:module>"""
LIBRARY = f"""<?xml version="1.0" encoding="UTF-8"?>
{DOCTYPE.format("library", "library")}
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false"><library:element library:name="Card"/>
</library:library>"""
ASK = """
Sub Ask()
    Open "%s" For Output As #1
%s    Close #1
End Sub

Function Shown(ByVal answer As Variant) As String
    Dim halvings As Long
    If IsError(answer) Then
        Shown = "error"
        Exit Function
    End If
    ' Basic prints small numbers with few digits, so they are doubled until they are not small.
    Do While answer <> 0 And Abs(answer) < 1
        answer = answer * 2
        halvings = halvings + 1
    Loop
    Shown = Str(answer) & " " & Str(halvings)
End Function
"""


def answers_of_libreoffice(
    soffice: str, folder: Path, cells: list[tuple[float, float, float, float]]
) -> list[str]:
    """What LibreOffice makes of each cell's z and p-value: number and halvings, or "error"."""
    answers = folder / "answers.txt"
    calls = "".join(
        f"    Print #1, Shown({name}({', '.join(map(repr, map(float, cell)))}))\n"
        for cell in cells
        for name in ("TwoProportionZ", "TwoProportionPValue")
    )
    text = VBA_FILE.read_text("utf-8") + ASK % (answers, calls)
    standard = folder / "profile" / "user" / "basic" / "Standard"
    office = [
        soffice,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
    ]
    # The first start fills a new profile, over whatever is there.
    subprocess.run([*office, "--terminate_after_init"], check=True, timeout=100)
    (standard / "Card.xba").write_text(MODULE % escape(text, quote=False), "utf-8")
    (standard / "script.xlb").write_text(LIBRARY, "utf-8")
    subprocess.run([*office, "macro:///Standard.Card.Ask"], check=True, timeout=100)
    return answers.read_text("utf-8").splitlines()


def halved(answer: str) -> float:
    number, halvings = answer.split()
    return math.ldexp(float(number), -int(halvings))


SOFFICE = shutil.which("soffice")
if SOFFICE:

    def test_libreoffice_gives_what_python_gives(tmp_path: Path) -> None:
        assert SOFFICE is not None
        answers = answers_of_libreoffice(SOFFICE, tmp_path, [*CELLS, *REFUSED])
        for cell, z, p_value in zip(CELLS, answers[::2], answers[1::2], strict=False):
            expected = two_proportion_z_test(*cell)
            assert halved(z) == pytest.approx(float(expected.z), rel=1e-12)
            assert halved(p_value) == pytest.approx(float(expected.p_value), rel=2e-12, abs=1e-300)
        assert answers[2 * len(CELLS) :] == ["error"] * 2 * len(REFUSED)
