"""Proof of the card `binary_report`: each pair and cut in exact fractions, the loss in 60 digits.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from snippets import binary_report as module
from snippets.binary_report import (
    Cut,
    binary_report,
    cut_at_false_positive_rate,
    cut_at_precision,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# A coarse grid makes ties the rule, and the ends are certain; any other double is possible as well.
PROBABILITIES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1)
ROWS = st.lists(st.tuples(st.integers(0, 1), PROBABILITIES), min_size=1, max_size=25)
Rows = list[tuple[int, float]]


def columns(rows: Rows) -> tuple[list[int], list[float]]:
    return [label for label, _ in rows], [p for _, p in rows]


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def area_by_pairs(rows: Rows) -> Fraction | None:
    """How many pairs of a positive and a negative are in order, ties by half."""
    pairs = [(p, q) for (a, p), (b, q) in product(rows, rows) if a == 1 and b == 0]
    return share(sum(2 * (p > q) + (p == q) for p, q in pairs), 2 * len(pairs))


def precision_met_by_positives(rows: Rows) -> Fraction | None:
    """The mean, over the positives, of the precision of a cut at their own probability."""
    at = [[label for label, q in rows if q >= p] for each, p in rows if each == 1]
    return (
        sum((Fraction(sum(called), len(called)) for called in at), Fraction()) / len(at)
        if at
        else None
    )


def loss_in_sixty_digits(rows: Rows) -> float:
    with localcontext(prec=60):
        chances = [Decimal(p) if label else 1 - Decimal(p) for label, p in rows]
        if not all(chances):
            return math.inf
        return float(-sum((chance.ln() for chance in chances), Decimal()) / len(rows))


def every_cut(rows: Rows) -> list[Cut]:
    """One for each distinct probability, as floats nearest to the exact shares."""
    cuts = []
    for threshold in {p for _, p in rows}:
        called = [label for label, p in rows if p >= threshold]
        labels = [label for label, _ in rows]
        shares = (
            Fraction(sum(called), sum(labels)),
            Fraction(called.count(0), labels.count(0)),
            Fraction(sum(called), len(called)),
        )
        cuts.append(Cut(threshold, *map(float, shares)))
    return cuts


def best(cuts: list[Cut]) -> Cut | None:
    able = [cut for cut in cuts if cut.recall > 0]
    return max(able, key=lambda cut: (cut.recall, -cut.false_positive_rate), default=None)


def to_float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


# --- Figures --------------------------------------------------------------------------------------


@unhurried
@given(ROWS, PROBABILITIES)
def test_every_figure_is_what_counting_by_hand_gives(rows: Rows, threshold: float) -> None:
    report = binary_report(*columns(rows), threshold=threshold)
    right = [(p >= threshold) == bool(label) for label, p in rows]
    assert report.base_rate == sum(columns(rows)[0]) / len(rows)
    assert report.accuracy == sum(right) / len(rows)
    assert report.log_loss == pytest.approx(loss_in_sixty_digits(rows), rel=1e-13, abs=1e-30)
    # Whole numbers up to the last division: not one bit differs.
    assert report.roc_auc == to_float(area_by_pairs(rows))
    expected = precision_met_by_positives(rows)
    assert report.pr_auc == (
        None if expected is None else pytest.approx(float(expected), rel=1e-14)
    )


@unhurried
@given(ROWS, st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows: Rows, random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert binary_report(*columns(shuffled)) == binary_report(*columns(rows))


@unhurried
@given(ROWS)
def test_the_mirror_image_of_labels_and_probabilities_has_the_same_area(rows: Rows) -> None:
    labels, probabilities = columns(rows)
    # In 64ths: of any double, 1 - p may tie what p tells apart.
    coarse = np.round(np.array(probabilities) * 64) / 64
    straight, mirrored = (
        binary_report(labels, coarse),
        binary_report(1 - np.array(labels), 1 - coarse),
    )
    assert mirrored.roc_auc == straight.roc_auc
    assert mirrored.log_loss == pytest.approx(straight.log_loss, rel=1e-13)


def test_labels_may_be_booleans_and_probabilities_of_any_float_type() -> None:
    expected = binary_report([1, 0, 1], [0.5, 0.25, 0.125])
    half = np.array([0.5, 0.25, 0.125], dtype=np.float16)
    assert binary_report(np.array([True, False, True]), half) == expected
    assert binary_report([1.0, 0.0, 1.0], half.astype(np.float32)) == expected


def test_counts_beyond_32_bits_do_not_wrap() -> None:
    n = 100_000  # 10^10 pairs
    assert binary_report(np.repeat([0, 1], n), np.repeat([0.2, 0.7], n)).roc_auc == 1


# --- Trap: ties -----------------------------------------------------------------------------------


def area_by_ranks_of_argsort(labels: list[int], probabilities: list[float]) -> float:
    """The usual lines: ranks that tied rows get by their place in the file."""
    truth = np.array(labels)
    ranks = np.empty(truth.size)
    ranks[np.argsort(probabilities, kind="stable")] = np.arange(1, truth.size + 1)
    positives = truth.sum()
    u = ranks[truth == 1].sum() - positives * (positives + 1) / 2
    return float(u / (positives * (truth.size - positives)))


def average_precision_row_by_row(labels: list[int], probabilities: list[float]) -> float:
    """The usual lines: a step for each row, also between rows that no threshold can part."""
    ordered = np.array(labels)[np.argsort(-np.array(probabilities), kind="stable")]
    precision = np.cumsum(ordered) / np.arange(1, ordered.size + 1)
    return float(precision[ordered == 1].mean())


def test_a_constant_is_no_better_than_chance_however_the_file_is_sorted() -> None:
    constant = [0.3] * 10
    for labels in ([0] * 8 + [1] * 2, [1] * 2 + [0] * 8):
        report = binary_report(labels, constant)
        assert (report.roc_auc, report.pr_auc) == (0.5, 0.2)
    assert area_by_ranks_of_argsort([0] * 8 + [1] * 2, constant) == 1
    assert area_by_ranks_of_argsort([1] * 2 + [0] * 8, constant) == 0
    assert average_precision_row_by_row([1] * 2 + [0] * 8, constant) == 1
    assert average_precision_row_by_row([0] * 8 + [1] * 2, constant) == pytest.approx(28 / 180)


def test_without_ties_the_usual_lines_are_right() -> None:
    random = np.random.default_rng(5)
    labels, probabilities = [0, 1, *random.integers(0, 2, 50)], list(random.random(52))
    report = binary_report(labels, probabilities)
    assert area_by_ranks_of_argsort(labels, probabilities) == pytest.approx(report.roc_auc)
    assert average_precision_row_by_row(labels, probabilities) == pytest.approx(report.pr_auc)


def test_straight_lines_between_the_points_would_praise_a_useless_classifier() -> None:
    # One positive on top, then one group of all others: precision is 1, then the base rate.
    labels, probabilities = [1] * 2 + [0] * 98, [0.9] + [0.1] * 99
    report = binary_report(labels, probabilities)
    assert report.pr_auc == pytest.approx(0.5 * 1 + 0.5 * 0.02)
    trapezes = 0.5 * 1 + 0.5 * (1 + 0.02) / 2
    assert report.pr_auc is not None
    assert trapezes > 1.4 * report.pr_auc


def test_a_row_at_the_threshold_is_called_positive() -> None:
    assert binary_report([1, 0], [0.5, 0.4]).accuracy == 1
    assert np.round(0.5) == 0  # the usual line: to even
    cut = cut_at_precision([1, 0], [0.5, 0.4], 1)
    assert cut == Cut(threshold=0.5, recall=1.0, false_positive_rate=0.0, precision=1.0)


# --- Trap: one class only -------------------------------------------------------------------------


def test_one_class_only_leaves_the_areas_without_a_value_and_the_rest_with_one() -> None:
    positives = binary_report([1, 1], [0.5, 0.25])
    assert (positives.roc_auc, positives.pr_auc, positives.accuracy) == (None, 1.0, 0.5)
    assert positives.log_loss == pytest.approx(1.5 * math.log(2))
    negatives = binary_report([0, 0], [0.5, 0.25])
    assert (negatives.roc_auc, negatives.pr_auc, negatives.accuracy) == (None, None, 0.5)
    assert negatives.log_loss == pytest.approx(-math.log(0.5 * 0.75) / 2)
    for label in (0, 1):
        with pytest.raises(ValueError, match="a cut needs both classes"):
            cut_at_false_positive_rate([label] * 2, [0.5, 0.25], 0.1)
        with pytest.raises(ValueError, match="a cut needs both classes"):
            cut_at_precision([label] * 2, [0.5, 0.25], 0.1)
    with np.errstate(invalid="ignore"):
        assert math.isnan(area_by_ranks_of_argsort([1, 1], [0.5, 0.25]))  # the usual lines


# --- Trap: probabilities of exactly 0 or 1 --------------------------------------------------------


def loss_of_both_terms(labels: list[int], probabilities: list[float]) -> float:
    y, p = np.array(labels), np.array(probabilities)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def loss_of_clipped(labels: list[int], probabilities: list[float]) -> float:
    return loss_of_both_terms(labels, list(np.clip(probabilities, 1e-15, 1 - 1e-15)))


def test_certain_and_right_costs_nothing() -> None:
    loss = binary_report([1, 0], [1.0, 0.0]).log_loss
    assert (loss, math.copysign(1, loss)) == (0, 1)
    assert math.isnan(loss_of_both_terms([1, 0], [1.0, 0.0]))  # 0 times infinity
    assert loss_of_clipped([1, 0], [1.0, 0.0]) > 0


@pytest.mark.parametrize(("label", "certainty"), [(1, 0.0), (0, 1.0)])
def test_certain_and_wrong_costs_everything(label: int, certainty: float) -> None:
    labels, probabilities = [label] + [0, 1] * 50, [certainty] + [0.01, 0.99] * 50
    assert binary_report(labels, probabilities).log_loss == math.inf
    assert loss_of_clipped(labels, probabilities) < 0.4  # the usual lines: not even bad


def test_the_loss_of_a_tiny_probability_is_not_rounded_away() -> None:
    assert binary_report([0], [1e-20]).log_loss == pytest.approx(1e-20, rel=1e-12, abs=0)
    assert loss_of_both_terms([0], [1e-20]) == 0  # 1 - 1e-20 is 1


# --- Cuts, and the trap of a precision that nothing reaches ---------------------------------------

SHARES = st.sampled_from([0.0, 0.1, 1 / 3, 0.5, 2 / 3, 0.9, 1.0]) | st.floats(0, 1)


@unhurried
@given(ROWS, SHARES)
def test_a_cut_is_the_best_of_all_allowed_ones(rows: Rows, limit: float) -> None:
    assume(len({label for label, _ in rows}) == 2)
    cuts = every_cut(rows)
    low = [cut for cut in cuts if cut.false_positive_rate <= limit]
    assert cut_at_false_positive_rate(*columns(rows), limit) == best(low)
    precise = [cut for cut in cuts if cut.precision >= limit]
    assert cut_at_precision(*columns(rows), limit) == best(precise)


def threshold_by_first_that_fits(
    labels: list[int], probabilities: list[float], least: float
) -> float:
    """The usual line: `argmax` of truths, which is 0 where none is true."""
    thresholds = np.unique(probabilities)
    called = np.array(probabilities) >= thresholds[:, None]
    precisions = (called & (np.array(labels) == 1)).sum(1) / called.sum(1)
    return float(thresholds[np.argmax(precisions >= least)])


def test_a_precision_that_no_threshold_reaches_is_none() -> None:
    labels, probabilities = [0, 1, 1, 0], [0.9, 0.8, 0.7, 0.1]
    assert cut_at_precision(labels, probabilities, 0.7) is None
    # The usual line answers with the threshold that calls every row positive.
    assert threshold_by_first_that_fits(labels, probabilities, 0.7) == 0.1
    found = cut_at_precision(labels, probabilities, 0.6)
    assert found is not None
    assert (found.threshold, found.precision) == (0.7, 2 / 3)


def test_precision_is_not_monotone_and_the_search_goes_on_behind_a_dip() -> None:
    # From the top down 1, 1/2, 2/3, 3/4: a search that stops at the first failure ends at 1/3.
    found = cut_at_precision([1, 0, 1, 1, 0, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.3, 0.2, 0.1], 0.75)
    assert found is not None
    assert (found.threshold, found.recall) == (0.6, 1)


def test_a_cut_that_finds_nobody_is_no_cut() -> None:
    # The most probable row is a negative: a rate of 0 would need a threshold above all rows.
    assert cut_at_false_positive_rate([0, 1], [0.9, 0.8], 0) is None
    assert cut_at_precision([0, 1], [0.9, 0.8], 0.9) is None
    # A tie can't be cut through.
    assert cut_at_false_positive_rate([0, 1], [0.9, 0.9], 0.99) is None


def test_of_equal_recalls_the_one_with_fewer_false_alarms_is_taken() -> None:
    found = cut_at_false_positive_rate([1, 0, 0], [0.9, 0.5, 0.1], 1)
    assert found == Cut(threshold=0.9, recall=1, false_positive_rate=0, precision=1)


@pytest.mark.parametrize(("allowed", "n"), [(29, 100), (57, 100), (7, 10)])
def test_a_rate_that_is_met_exactly_is_allowed(allowed: int, n: int) -> None:
    # Multiplying instead of dividing loses a row: 0.29 * 100 is 28.999999999999996.
    labels = [0] * allowed + [1] + [0] * (n - allowed)
    probabilities = list(np.linspace(1, 0, n + 1))
    found = cut_at_false_positive_rate(labels, probabilities, allowed / n)
    assert found is not None
    assert found.false_positive_rate == allowed / n


# --- Refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        ([], []),
        (1, 0.5),
        ([0, 1], [0.5]),
        ([[0], [1]], [0.5, 0.5]),
        ([[0, 1]], [[0.5, 0.5]]),
    ],
)
def test_shapes_that_are_not_two_columns_of_one_length_are_refused(
    labels: object, probabilities: object
) -> None:
    with pytest.raises(ValueError, match=r"must be \(n,\), n > 0"):
        binary_report(labels, probabilities)  # type: ignore[arg-type]  # that is what is refused


def test_a_column_beside_a_row_would_have_been_compared_n_times_n() -> None:
    labels, probabilities = np.array([[0], [1]]), np.array([0.2, 0.8])
    assert np.mean((probabilities >= 0.5) == labels) == 0.5  # the usual line, where all are right
    with pytest.raises(ValueError, match=r"labels \(2, 1\) and probabilities \(2,\)"):
        binary_report(labels, probabilities)


@pytest.mark.parametrize("label", [-1, 2, 0.5, math.nan])
def test_a_label_other_than_0_and_1_is_refused(label: float) -> None:
    with pytest.raises(ValueError, match="labels must be 0 or 1"):
        binary_report([label, 1], [0.5, 0.5])


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, math.inf, -math.inf])
def test_a_probability_outside_0_to_1_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="probabilities between 0 and 1"):
        binary_report([0, 1], [0.5, p])


@pytest.mark.parametrize("limit", [-0.1, 5, math.nan])
def test_a_share_in_percent_is_refused(limit: float) -> None:
    for cut in (cut_at_false_positive_rate, cut_at_precision):
        with pytest.raises(ValueError, match="a share between 0 and 1"):
            cut([0, 1], [0.2, 0.8], limit)


def test_the_demonstration_rates_three_and_chooses_cuts(capsys: pytest.CaptureFixture[str]) -> None:
    module.main()
    good, constant, certain, *cuts = capsys.readouterr().out.splitlines()
    assert "log_loss=inf" in certain
    assert "roc_auc=0.500 pr_auc=0.103" in constant
    assert good.split()[1] == certain.split()[1]  # accuracy
    assert [cut.split()[0] for cut in cuts] == [f"threshold={p}0" for p in (0.16, 0.35, 0.54)]
