"""Proof of the card `summary_monoid`: exact fractions as oracle, random groupings, wrong merges.

Each version that is often seen stands here as a function beside the property that it breaks.
"""

from __future__ import annotations

import itertools
import math
import operator
import statistics
from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError, dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from snippets.summary_monoid import NO_NUMBERS, Best, Numbers, summarise, tree_reduce

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
T = TypeVar("T")

FRACTIONS = st.builds(Fraction, st.integers(-9999, 9999), st.integers(1, 50))
WHOLE = st.integers(-1000, 1000)
SCORED = st.lists(st.tuples(st.integers(0, 4).map(float), st.integers()), max_size=12)


@st.composite
def cut(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> list[list[Any]]:
    """A list in parts, empty ones included."""
    whole = draw(st.lists(values, min_size=1, max_size=20))
    ends = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    return [whole[a:b] for a, b in itertools.pairwise([0, *ends, len(whole)])]


def in_some_grouping(draw: Any, merge: Callable[[T, T], T], parts: Sequence[T]) -> T:
    """Merge neighbours, one pair after the other, wherever hypothesis points."""
    left = list(parts)
    while len(left) > 1:
        at = draw(st.integers(0, len(left) - 2))
        left[at : at + 2] = [merge(left[at], left[at + 1])]
    return left[0]


def exact(rows: Sequence[Fraction]) -> Numbers:
    return summarise(np.array(rows, dtype=object))


def fields(numbers: Numbers) -> tuple[Any, ...]:
    return numbers.count, *(x.tolist() for x in (numbers.mean, numbers.squares, numbers.least))


# --- Any grouping ---------------------------------------------------------------------------------


@unhurried
@given(cut(FRACTIONS), st.data())
def test_every_grouping_gives_exactly_what_the_whole_gives(
    parts: list[list[Fraction]], data: st.DataObject
) -> None:
    whole = [x for part in parts for x in part]
    merged = in_some_grouping(data.draw, Numbers.merge, [exact(part) for part in parts])

    mean = Fraction(sum(whole), len(whole))
    squares = sum(((x - mean) ** 2 for x in whole), Fraction(0))
    assert fields(merged) == (len(whole), mean, squares, min(whole))
    assert type(merged.mean.item()) is Fraction  # nothing was rounded on the way
    if len(whole) > 1:
        assert merged.variance().item() == statistics.variance(whole)
    assert merged.variance(0).item() == statistics.pvariance(whole)


@unhurried
@given(cut(WHOLE), st.sampled_from([0, 10**6, 10**9, -(10**12)]), st.data())
def test_in_floating_point_groupings_differ_by_rounding_only(
    parts: list[list[int]], shift: int, data: st.DataObject
) -> None:
    shifted = [np.array(part, dtype=np.int64) + shift for part in parts]
    whole = [Fraction(int(x)) for part in shifted for x in part]
    merged = in_some_grouping(data.draw, Numbers.merge, [summarise(part) for part in shifted])

    squares = float(statistics.pvariance(whole) * len(whole))
    assert merged.mean == pytest.approx(float(statistics.mean(whole)), rel=1e-15 * len(whole))
    # The bound of Chan and others grows with the condition number, the textbook's with its square.
    condition = math.sqrt(sum(float(x) ** 2 for x in whole) / squares) if squares else 0
    tolerance = 4 * len(whole) * 2**-53 * condition * squares
    deviation = abs(shift) * 2**-50 if not squares else 0  # means of equal numbers may round
    assert abs(float(merged.squares) - squares) <= tolerance + len(whole) * deviation**2
    assert merged.least == float(min(whole))


@unhurried
@given(cut(WHOLE))
def test_the_empty_summary_changes_nothing_on_either_side(parts: list[list[int]]) -> None:
    numbers = summarise([x for part in parts for x in part])
    assert fields(NO_NUMBERS.merge(numbers)) == fields(numbers)
    assert fields(numbers.merge(NO_NUMBERS)) == fields(numbers)
    assert fields(NO_NUMBERS.merge(NO_NUMBERS)) == fields(NO_NUMBERS) == (0, 0.0, 0.0, math.inf)


def test_the_empty_summary_leaves_infinity_and_nan_alone() -> None:
    for value in (math.inf, -math.inf, math.nan):
        one = Numbers(1, *(np.array(value) for _ in range(3)))
        for merged in (one.merge(NO_NUMBERS), NO_NUMBERS.merge(one)):
            np.testing.assert_equal(fields(merged), fields(one))


def test_the_formula_without_a_case_for_nothing_divides_by_it() -> None:
    def unguarded(a: Numbers, b: Numbers) -> Any:
        return a.mean + (b.mean - a.mean) * b.count / (np.float64(a.count) + b.count)

    with np.errstate(invalid="ignore"):
        assert np.isnan(unguarded(NO_NUMBERS, NO_NUMBERS))


# --- The usual wrong merges -----------------------------------------------------------------------


def test_the_mean_of_two_means_is_commutative_and_still_depends_on_the_grouping() -> None:
    def middle(a: Fraction, b: Fraction) -> Fraction:
        return (a + b) / 2

    a, b, c = Fraction(0), Fraction(4), Fraction(8)
    for x, y in itertools.product((a, b, c), repeat=2):
        assert middle(x, y) == middle(y, x)
    assert (middle(middle(a, b), c), middle(a, middle(b, c))) == (5, 3)

    one_by_one = [exact([x]) for x in (a, b, c)]
    left = reduce(Numbers.merge, one_by_one).mean
    right = one_by_one[0].merge(one_by_one[1].merge(one_by_one[2])).mean
    assert left.item() == right.item() == 4


def test_merging_sums_of_squares_loses_the_variance_that_this_merge_keeps() -> None:
    near = np.array([4.0, 7.0, 13.0, 16.0])

    def textbook(parts: Sequence[np.ndarray]) -> float:
        count, total, squared = (sum(x) for x in zip(*map(sums, parts), strict=True))
        return float((squared - total**2 / count) / (count - 1))

    def sums(part: np.ndarray) -> tuple[int, float, float]:
        return len(part), float(part.sum()), float((part**2).sum())

    assert textbook([near[:1], near[1:]]) == 30
    for shift, accurate in ((1e8, False), (1e9, False), (1e3, True)):
        parts = [near[:1] + shift, near[1:] + shift]
        assert (abs(textbook(parts) - 30) < 1e-6) == accurate
        merged = summarise(parts[0]).merge(summarise(parts[1]))
        assert float(merged.variance()) == pytest.approx(30, rel=1e-9)


@dataclass
class InPlace:
    """The published class: a mutable total that merges by adding to itself."""

    count: int
    mean: np.ndarray

    def merge(self, other: InPlace) -> InPlace:
        self.count += other.count
        self.mean += (other.mean - self.mean) * other.count / max(self.count, 1)
        return self


def test_merging_in_place_changes_a_part_and_the_empty_summary() -> None:
    empty = InPlace(0, np.zeros(1))
    parts = [InPlace(1, np.array([x])) for x in (1.0, 5.0)]
    assert reduce(InPlace.merge, parts, empty).count == 2
    assert reduce(InPlace.merge, parts, empty).count == 4  # the second reduction starts with two


@unhurried
@given(cut(WHOLE))
def test_parts_are_as_before_however_often_they_are_merged(parts: list[list[int]]) -> None:
    summaries = [summarise(np.array(part, dtype=np.int64)) for part in parts]
    before = [fields(part) for part in summaries]
    first = tree_reduce(Numbers.merge, summaries, NO_NUMBERS)
    again = tree_reduce(Numbers.merge, summaries, NO_NUMBERS)
    assert fields(first) == fields(again)
    assert [fields(part) for part in summaries] == before
    assert fields(NO_NUMBERS) == (0, 0.0, 0.0, math.inf)


def test_nothing_of_a_summary_can_be_written_to_or_shares_memory_with_the_rows() -> None:
    rows = np.array([[1.0, 2.0]])
    numbers = summarise(rows)
    both = numbers.merge(summarise(rows + 1))
    for part in (numbers, both, NO_NUMBERS):
        for array in (part.mean, part.squares, part.least):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 7
            assert not np.shares_memory(array, rows)
        with pytest.raises(FrozenInstanceError):
            part.count = 7  # type: ignore[misc]  # what is tested
    rows[:] = 100
    assert fields(numbers) == (1, [1, 2], [0, 0], [1, 2])


def test_pythons_min_loses_a_nan_or_the_minimum_and_this_merge_neither() -> None:
    nan = math.nan
    assert min(min(3, nan), 1) != min(3, min(nan, 1))  # 1 and 3
    for order in itertools.permutations((3.0, nan, 1.0)):
        a, b, c = (summarise([x]) for x in order)
        assert np.isnan(a.merge(b).merge(c).least)
        assert np.isnan(a.merge(b.merge(c)).least)


# --- Columns and types ----------------------------------------------------------------------------


@unhurried
@given(st.lists(st.tuples(WHOLE, WHOLE, WHOLE), min_size=3, max_size=12), st.integers(1, 11))
def test_columns_are_summarised_each_for_itself(rows: list[tuple[int, ...]], at: int) -> None:
    assume(at < len(rows))
    table = np.array(rows)
    merged = summarise(table[:at]).merge(summarise(table[at:]))
    assert merged.count == len(rows)
    for column in range(3):
        values = [Fraction(row[column]) for row in rows]
        assert merged.mean[column] == pytest.approx(float(statistics.mean(values)), abs=1e-10)
        variance = float(statistics.variance(values))
        assert merged.variance()[column] == pytest.approx(variance, rel=1e-12, abs=1e-9)
        assert merged.least[column] == min(values)


def test_columns_that_differ_are_refused_where_numpy_would_broadcast() -> None:
    one, three, none = (summarise(np.ones((2, columns))) for columns in (1, 3, 0))
    assert (one.mean + three.mean).shape == (3,)
    for other in (three, none, summarise([1.0])):
        with pytest.raises(ValueError, match="columns differ"):
            one.merge(other)
    assert fields(one.merge(summarise(np.ones((0, 5))))) == fields(one)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "float16", "float32", "bool", ">i2"])
def test_small_types_are_widened_before_they_overflow(dtype: str) -> None:
    rows = (np.arange(2000) % 100).astype(dtype)
    numbers = summarise(rows).merge(summarise(rows[:1]))
    values = [Fraction(x) for x in [*rows.tolist(), rows[0].item()]]
    assert numbers.mean.dtype == numbers.squares.dtype == np.float64
    assert float(numbers.mean) == pytest.approx(float(statistics.mean(values)), rel=1e-14)
    assert float(numbers.variance()) == pytest.approx(float(statistics.variance(values)), rel=1e-13)


def test_counts_beyond_64_bits_do_not_overflow() -> None:
    many = Numbers(2**62, np.array(1.0), np.array(0.0), np.array(1.0))
    more = many.merge(Numbers(2**62, np.array(3.0), np.array(0.0), np.array(3.0)))
    assert (more.count, float(more.mean), float(more.variance(0))) == (2**63, 2.0, 1.0)
    assert float(more.merge(more).squares) == 2.0**64


@pytest.mark.parametrize("values", [3.0, ["a"], [1j], np.array(["2026"], dtype="M8[Y]")])
def test_what_is_no_row_of_real_numbers_is_refused(values: Any) -> None:
    with pytest.raises(TypeError, match="not rows of real numbers"):
        summarise(values)


def test_a_variance_of_too_few_values_is_refused_and_not_nan() -> None:
    for numbers, ddof in ((NO_NUMBERS, 0), (summarise([5.0]), 1), (summarise([5.0, 6.0]), 2)):
        with pytest.raises(ValueError, match="needs more values"):
            numbers.variance(ddof)
    assert float(summarise([5.0]).variance(0)) == 0


# --- The best k -----------------------------------------------------------------------------------


@unhurried
@given(SCORED, SCORED, SCORED, st.integers(-1, 6))
def test_the_best_of_any_grouping_are_the_best_of_all(a: Any, b: Any, c: Any, k: int) -> None:
    whole = sorted(enumerate(a + b + c), key=lambda each: (-each[1][0], each[0]))
    expected = tuple(pair for _, pair in whole)[: max(k, 0)]
    x, y, z = Best(k, tuple(a)), Best(k, tuple(b)), Best(k, tuple(c))
    assert x.merge(y).merge(z).pairs == x.merge(y.merge(z)).pairs == expected
    assert x.merge(Best(k)) == Best(k).merge(x) == x


def test_associative_is_not_commutative_where_scores_tie() -> None:
    monday, friday = Best(1, ((9.0, "monday"),)), Best(1, ((9.0, "friday"),))
    assert monday.merge(friday).pairs == ((9.0, "monday"),)
    assert friday.merge(monday).pairs == ((9.0, "friday"),)


def test_items_are_not_compared_where_the_usual_sort_of_pairs_compares_them() -> None:
    pairs: tuple[tuple[float, dict[str, int]], ...] = ((1.0, {"a": 1}), (1.0, {"b": 2}))
    with pytest.raises(TypeError):
        sorted(pairs, reverse=True)  # type: ignore[type-var]  # what is tested
    assert Best(2, pairs).merge(Best(2)).pairs == pairs


def test_summaries_of_different_k_and_scores_of_nan_are_refused() -> None:
    with pytest.raises(ValueError, match="best 2 can't be merged with the best 3"):
        Best[str](2).merge(Best(3))
    with pytest.raises(ValueError, match="score is NaN"):
        Best(2, ((1.0, "a"), (math.nan, "b"), (2.0, "c")))


def test_the_most_frequent_of_parts_do_not_tell_the_most_frequent_of_all() -> None:
    # Why the card has the best of scored items, and no "top k by count".
    counts = [{"a": 3, "b": 2}, {"c": 3, "b": 2}]
    tops = [max(part, key=part.__getitem__) for part in counts]
    total = {key: sum(part.get(key, 0) for part in counts) for key in "abc"}
    assert max(total, key=total.__getitem__) == "b"
    assert "b" not in tops


# --- The tree -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [*range(18), 100, 1023, 1024, 1025])
def test_the_tree_keeps_the_order_is_flat_and_holds_few_parts(count: int) -> None:
    taken, merged, most = 0, 0, 0

    def parts() -> Any:
        nonlocal taken, most
        for index in range(count):
            most = max(most, taken - merged)
            taken += 1
            yield (index,), 0

    def merge(a: tuple[Any, int], b: tuple[Any, int]) -> tuple[Any, int]:
        nonlocal merged
        merged += 1
        return a[0] + b[0], max(a[1], b[1]) + 1

    order, depth = tree_reduce(merge, parts(), ((), 0))
    assert order == tuple(range(count))
    levels = count.bit_length()
    assert depth <= 2 * levels
    assert most <= levels
    if count and count == 2 ** (levels - 1):
        assert depth == levels  # log2(count) merges, and the empty one


@given(st.lists(st.text("abc", max_size=3)))
def test_any_associative_function_will_do(words: list[str]) -> None:
    assert tree_reduce(operator.add, iter(words), "") == "".join(words)
