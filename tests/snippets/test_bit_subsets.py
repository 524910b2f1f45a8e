"""Proof of the card `bit_subsets`: itertools, reflected lists, and the versions that go wrong.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations, islice, pairwise, product
from sys import getrefcount
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets import bit_subsets as module
from snippets.bit_subsets import (
    gray_code,
    gray_rank,
    gray_steps,
    gray_subsets,
    subset_at,
    subsets,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SIZES = st.integers(0, 9)
ORDERS = pytest.mark.parametrize("order", [subsets, gray_subsets], ids=["counting", "gray"])
Order = Callable[[Iterable[Any]], Iterator[tuple[Any, ...]]]


def by_size(n: int) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(range(n), size) for size in range(n + 1)))


def reflected(n: int) -> list[tuple[int, ...]]:
    """Gray's construction: the list for one item less, then the same backwards with the item."""
    if n == 0:
        return [()]
    shorter = reflected(n - 1)
    return shorter + [(*subset, n - 1) for subset in reversed(shorter)]


# --- The usual versions ---------------------------------------------------------------------------


def from_one(items: list[Any]) -> list[tuple[Any, ...]]:
    """Counts from 1, which forgets the empty subset."""
    bits = range(len(items))
    return [tuple(items[i] for i in bits if k >> i & 1) for k in range(1, 2 ** len(items))]


def by_digits(items: list[Any]) -> list[tuple[Any, ...]]:
    """Reads the digits of `bin` from the left, where the last item's bit stands, if it stands."""
    numbers = range(2 ** len(items))
    return [
        tuple(item for item, digit in zip(items, bin(k)[2:], strict=False) if digit == "1")
        for k in numbers
    ]


def by_padded_digits(items: list[Any]) -> list[tuple[Any, ...]]:
    """The same with leading zeros; for no items, zero still has a digit."""
    n = len(items)
    return [
        tuple(item for item, digit in zip(items, f"{k:0{n}b}", strict=True) if digit == "1")
        for k in range(2**n)
    ]


def by_generator_function(items: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Reads its argument when the first subset is asked for, and again for each."""
    for number in range(1 << len(items)):
        yield tuple(item for place, item in enumerate(items) if number >> place & 1)


def steps_by_sets(items: list[Any]) -> list[Any]:
    """Follows the changes by comparing sets of items, in which equal items are one."""
    walk = [set(subset) for subset in gray_subsets(items)]
    return [after ^ before for before, after in pairwise(walk)]


# --- Every subset, once ---------------------------------------------------------------------------


@ORDERS
@pytest.mark.parametrize("n", range(9))
def test_each_subset_comes_once(order: Order, n: int) -> None:
    assert Counter(order(range(n))) == Counter(by_size(n))


@ORDERS
def test_no_items_have_one_subset(order: Order) -> None:
    assert list(order([])) == [()]
    assert list(order(iter(()))) == [()]
    assert from_one([]) == []
    with pytest.raises(ValueError, match="longer than"):
        by_padded_digits([])


def test_no_items_allow_no_change() -> None:
    assert list(gray_steps("")) == []


@ORDERS
def test_equal_items_at_different_places_are_different(order: Order) -> None:
    assert Counter(order("aa")) == {(): 1, ("a",): 2, ("a", "a"): 1}
    assert steps_by_sets(["a", "a"]) == [{"a"}, set(), set()]
    assert list(gray_steps("aa")) == [("a", True), ("a", True), ("a", False)]


@ORDERS
def test_items_need_no_hash_and_stay_the_same_objects(order: Order) -> None:
    items: list[list[int]] = [[], [1], []]
    for subset in order(items):
        assert all(any(each is item for item in items) for each in subset)


# --- Order ----------------------------------------------------------------------------------------


@unhurried
@given(SIZES)
def test_counting_runs_through_the_first_items_before_the_next_comes(n: int) -> None:
    # itertools counts with the first place as the slowest; here it is the fastest.
    expected = [
        tuple(place for place, digit in enumerate(reversed(digits)) if digit)
        for digits in product((0, 1), repeat=n)
    ]
    assert list(subsets(range(n))) == expected
    for k in range(n + 1):
        assert expected[: 2**k] == list(subsets(range(k)))


def test_digits_read_from_the_left_give_another_order_or_other_subsets() -> None:
    items = list("abc")
    assert Counter(by_digits(items)) != Counter(subsets(items))  # 1, 10 and 100 are all "a"
    assert Counter(by_padded_digits(items)) == Counter(subsets(items))
    assert by_padded_digits(items) != list(subsets(items))
    assert by_padded_digits(items)[:2] == [(), ("c",)]


@unhurried
@given(SIZES)
def test_gray_order_is_the_reflected_one(n: int) -> None:
    patterns = [sum(1 << place for place in subset) for subset in reflected(n)]
    assert [gray_code(number) for number in range(2**n)] == patterns
    assert list(gray_subsets(range(n))) == reflected(n)


@unhurried
@given(SIZES)
def test_the_steps_are_the_differences_of_neighbours(n: int) -> None:
    walk = [frozenset(subset) for subset in gray_subsets(range(n))]
    steps = list(gray_steps(range(n)))
    assert len(steps) == 2**n - 1
    for (before, after), (item, enters) in zip(pairwise(walk), steps, strict=True):
        assert after ^ before == {item}
        assert enters is (item in after)


@unhurried
@given(st.integers(1, 9))
def test_the_last_subset_is_one_step_from_the_first(n: int) -> None:
    *_, last = gray_subsets(range(n))
    assert last == (n - 1,)


@unhurried
@given(SIZES)
def test_counting_changes_nearly_two_items_a_step_and_at_worst_all(n: int) -> None:
    walk = [frozenset(subset) for subset in subsets(range(n))]
    changes = [len(before ^ after) for before, after in pairwise(walk)]
    assert sum(changes) == 2 ** (n + 1) - n - 2
    assert max(changes, default=0) == n


@unhurried
@given(st.lists(st.integers(-(10**9), 10**9), max_size=9))
def test_a_sum_that_follows_the_steps_is_the_sum_of_the_subset(weights: list[int]) -> None:
    total, totals = 0, [0]
    for weight, enters in gray_steps(weights):
        total += weight if enters else -weight
        totals.append(total)
    assert totals == [sum(subset) for subset in gray_subsets(weights)]


def test_following_floats_drifts_away_from_the_sum() -> None:
    weights = [0.1 * place for place in range(1, 13)]
    total = 0.0
    for weight, enters in gray_steps(weights):
        total += weight if enters else -weight
    *_, last = gray_subsets(weights)
    assert total != sum(last)
    assert total == pytest.approx(sum(last))


# --- Numbers --------------------------------------------------------------------------------------


@unhurried
@given(st.integers(0, 2**200))
def test_rank_undoes_the_code_and_neighbours_differ_in_one_bit(number: int) -> None:
    assert gray_rank(gray_code(number)) == number
    assert gray_code(gray_rank(number)) == number
    assert (gray_code(number) ^ gray_code(number + 1)).bit_count() == 1


def test_negative_numbers_are_refused() -> None:
    for function in (gray_code, gray_rank):
        with pytest.raises(ValueError, match="-1"):
            function(-1)


@unhurried
@given(SIZES)
def test_a_subset_can_be_had_by_its_number(n: int) -> None:
    walk = list(subsets(range(n)))
    assert [subset_at(range(n), number) for number in range(2**n)] == walk
    for outside in (-1, 2**n):
        with pytest.raises(IndexError, match=f"no subset number {outside}"):
            subset_at(range(n), outside)


def test_a_number_far_beyond_64_bits_is_no_problem() -> None:
    assert subset_at(range(300), 1 << 299 | 1) == (0, 299)


# --- One at a time --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [subsets, gray_subsets, gray_steps])
def test_memory_holds_one_subset_and_not_all(order: Order) -> None:
    # Each subset that is still in memory holds the item once more.
    item = object()
    items = [item, *range(11)]
    assert max(getrefcount(item) for _ in order(items)) < 10
    everything = list(order(items))
    assert getrefcount(item) > 2000
    assert len(everything) > 4000
    # Only now: a list would take the age of the universe.
    assert len(list(islice(order(range(200)), 5))) == 5


@pytest.mark.parametrize("order", [subsets, gray_subsets, gray_steps])
def test_items_are_taken_once_when_the_function_is_called(order: Order) -> None:
    items = [1, 2]
    walk = order(items)
    items.append(3)
    assert list(walk) == list(order([1, 2]))
    assert list(order(iter([1, 2]))) == list(order([1, 2]))


def test_a_generator_function_sees_what_became_of_the_items() -> None:
    items = [1, 2]
    walk = by_generator_function(items)
    items.append(3)
    assert list(walk) != list(subsets([1, 2]))


def test_the_demonstration_finds_a_fair_split(capsys: pytest.CaptureFixture[str]) -> None:
    module.main()
    shown = capsys.readouterr().out.splitlines()
    assert shown[3] == "     2  000010  b             000011  +b   ab"
    sides = [line.split(", the squares of ") for line in shown[-3:-1]]
    numbers = [[int(each) for each in listed.split(", ")] for _, listed in sides]
    assert sorted(chain.from_iterable(numbers)) == list(range(51, 67))
    assert [sum(each**2 for each in side) for side in numbers] == [27548, 27548]
    assert [int(total) for total, _ in sides] == [27548, 27548]
