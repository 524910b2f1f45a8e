"""Proof of the card `numpy_seeding`: streams compared, small cycles enumerated, traps sprung."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from snippets.numpy_seeding import (
    effect_on_global,
    global_state_kept,
    named_stream,
    overlap_chance,
    same_seed_chance,
    spawned_streams,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SEEDS = st.integers(0, 2**70)
# What may break a way to join names, and no whole of Unicode, whose tables take seconds to make.
TEXT = st.text('ab01-,"[]\\ \0é漢😀', max_size=4)
NAMES = st.lists(TEXT | st.integers(-(2**70), 2**70), min_size=1).map(tuple)


def start(rng: np.random.Generator) -> tuple[int, ...]:
    # Raw words: NumPy promises these for ever, and the distributions for a version.
    return tuple(int(word) for word in rng.bit_generator.random_raw(4))  # type: ignore[union-attr]


def next_global() -> tuple[float, float]:
    """What comes next from the global generator, its cached normal number included."""
    return float(np.random.standard_normal()), float(np.random.random())


# --- What seeding does to everybody ---------------------------------------------------------------


def reseeding_library() -> float:
    np.random.seed(0)
    return float(np.random.random())


def drawing_library() -> float:
    return float(np.random.random())


def careful_library() -> float:
    return float(np.random.default_rng(0).random())


def draws_around(call: Callable[[], object]) -> tuple[float, float]:
    """An experiment that is seeded, as one is told to, and calls somebody's library half way."""
    np.random.seed(2026)
    first = float(np.random.random())
    call()
    return first, float(np.random.random())


def test_a_library_that_seeds_or_draws_changes_the_callers_numbers() -> None:
    with global_state_kept():
        alone = draws_around(lambda: None)
        assert draws_around(careful_library) == alone
        assert draws_around(drawing_library) != alone
        assert draws_around(reseeding_library) != alone


def test_repetitions_around_a_reseeding_library_are_all_the_same() -> None:
    with global_state_kept():
        repetitions = []
        for _ in range(5):
            reseeding_library()
            repetitions.append(float(np.random.random()))
        assert len(set(repetitions)) == 1
    ours = []
    for repetition in range(5):
        reseeding_library()
        ours.append(float(named_stream(1, "repetition", repetition).random()))
    assert len(set(ours)) == 5


def test_a_generator_of_ones_own_is_out_of_reach() -> None:
    with global_state_kept():
        alone, beside = spawned_streams(7, 2)[0], spawned_streams(7, 2)[0]
        for _ in range(3):
            reseeding_library()
            assert beside.random() == alone.random()


@pytest.mark.parametrize(
    ("call", "effect"),
    [
        (lambda: None, "none"),
        (careful_library, "none"),
        (lambda: np.random.RandomState(3).random(), "none"),
        (lambda: spawned_streams(1, 2)[0].normal(), "none"),
        (lambda: named_stream(1, "a").normal(), "none"),
        (drawing_library, "draws"),
        (lambda: np.random.standard_normal(), "draws"),
        (lambda: np.random.shuffle([1, 2, 3]), "draws"),
        (reseeding_library, "reseeds"),
        (lambda: np.random.seed(1), "reseeds"),
        (lambda: np.random.seed(2), "reseeds"),
        (lambda: np.random.set_state(np.random.RandomState(5).get_state()), "reseeds"),
    ],
)
def test_the_effect_of_a_call_is_told_and_undone(call: Callable[[], object], effect: str) -> None:
    np.random.seed(11)
    np.random.standard_normal()  # leaves a second normal number in the cache
    expected = next_global()
    np.random.seed(11)
    np.random.standard_normal()
    assert effect_on_global(call) == effect
    assert next_global() == expected


@unhurried
@given(st.lists(st.sampled_from(["seed", "normal", "random", "fail"]), max_size=5), st.booleans())
def test_the_guard_gives_everybody_their_numbers_back(steps: list[str], cached: bool) -> None:
    def prepare() -> None:
        np.random.seed(5)
        if cached:
            np.random.standard_normal()

    prepare()
    expected = next_global()
    prepare()
    failed = False
    try:
        with global_state_kept():
            for step in steps:
                if step == "fail":
                    raise KeyError(step)
                {"seed": np.random.seed, "normal": np.random.randn, "random": np.random.rand}[
                    step
                ]()
    except KeyError:
        failed = True
    assert failed == ("fail" in steps)
    assert next_global() == expected


def test_an_effect_that_raises_leaves_the_state_as_well() -> None:
    np.random.seed(5)
    expected = next_global()
    np.random.seed(5)
    with pytest.raises(ZeroDivisionError):
        effect_on_global(lambda: 1 / 0)
    assert next_global() == expected


# --- Streams by number ----------------------------------------------------------------------------


@unhurried
@given(SEEDS, st.integers(0, 6), st.integers(0, 6))
def test_more_workers_leave_the_streams_of_the_first_as_they_were(
    seed: int, few: int, more: int
) -> None:
    assert len(spawned_streams(seed, few)) == few
    first = [start(rng) for rng in spawned_streams(seed, few)]
    again = [start(rng) for rng in spawned_streams(seed, few + more)]
    assert again[:few] == first
    assert len(set(again)) == few + more


@unhurried
@given(SEEDS, st.integers(0, 5))
def test_a_spawned_stream_is_the_one_that_numpy_documents(seed: int, index: int) -> None:
    child = np.random.SeedSequence(seed, spawn_key=(index,))
    assert start(spawned_streams(seed, 6)[index]) == start(np.random.default_rng(child))


def test_seed_plus_worker_shares_streams_between_experiments_and_spawning_does_not() -> None:
    runs = list(itertools.product(range(10), range(10)))
    added = {start(np.random.default_rng(seed + worker)) for seed, worker in runs}
    spawned = {start(spawned_streams(seed, 10)[worker]) for seed, worker in runs}
    named = {start(named_stream(seed, worker)) for seed, worker in runs}
    assert (len(added), len(spawned), len(named)) == (19, 100, 100)
    assert len(spawned | named) == 200


def test_streams_are_not_correlated_with_each_other_or_shifted() -> None:
    n = 4000
    streams = [*spawned_streams(3, 4), named_stream(3, "a"), named_stream(3, "b")]
    numbers = np.array([rng.standard_normal(n) for rng in streams])
    for a, b in itertools.combinations(numbers, 2):
        for lag in range(-3, 4):
            left, right = a[max(lag, 0) : n + min(lag, 0)], b[max(-lag, 0) : n - max(lag, 0)]
            assert abs(np.corrcoef(left, right)[0, 1]) < 5 / math.sqrt(n)


def in_a_fork(draw: Callable[[], float]) -> float:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, repr(draw()).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return float(text)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")
def test_forked_workers_inherit_the_global_state_and_draw_the_same_numbers() -> None:
    usual = {in_a_fork(lambda: float(np.random.random())) for _ in range(3)}
    assert len(usual) == 1
    ours = {in_a_fork(lambda rng=rng: float(rng.random())) for rng in spawned_streams(1, 3)}
    assert len(ours) == 3


# --- Streams by name ------------------------------------------------------------------------------


@unhurried
@given(SEEDS, NAMES, NAMES)
def test_a_name_is_a_stream_and_another_name_another_stream(
    seed: int, one: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    assert start(named_stream(seed, *one)) == start(named_stream(seed, *one))
    assume(one != other)
    assert start(named_stream(seed, *one)) != start(named_stream(seed, *other))
    assert start(named_stream(seed, *one)) != start(named_stream(seed + 1, *one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1,), ("1",)),
        (("a", "b"), ("ab",)),
        (("a", ""), ("a",)),
        ((2**32,), (0, 1)),
        ((1, 2), (2, 1)),
    ],
)
def test_names_that_are_easily_confused_are_not(one: Any, other: Any) -> None:
    assert start(named_stream(1, *one)) != start(named_stream(1, *other))


def test_numbers_used_as_spawn_keys_are_confused() -> None:
    # The published way to a stream by number: a key is a run of 32-bit words, without commas.
    long, two = (np.random.SeedSequence(1, spawn_key=key) for key in ((2**32,), (0, 1)))
    assert start(np.random.default_rng(long)) == start(np.random.default_rng(two))


def test_numpys_own_text_and_numbers_are_the_same_names() -> None:
    assert start(named_stream(1, np.str_("a"), np.int64(3))) == start(named_stream(1, "a", 3))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        named_stream(1, 1.5)  # type: ignore[arg-type]  # 1.5 and 1.50000001 are no names


def test_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a name"):
        named_stream(1)


def test_a_name_means_the_same_stream_in_every_process_and_version() -> None:
    assert start(named_stream(2026, "fold", 3))[0] == PINNED


PINNED = 11796641899654777378


# --- Chances --------------------------------------------------------------------------------------


@given(st.integers(0, 8), st.integers(0, 40))
def test_the_chance_of_two_equal_seeds_is_that_of_equal_birthdays(bits: int, streams: int) -> None:
    different = Fraction(math.perm(2**bits, streams), 2 ** (bits * streams))
    assert same_seed_chance(streams, bits) == pytest.approx(float(1 - different), abs=1e-12)


def test_chances_that_are_tiny_are_not_rounded_to_nothing() -> None:
    assert same_seed_chance(2) == pytest.approx(2**-32, rel=1e-12, abs=0)
    assert same_seed_chance(2, 128) == pytest.approx(2**-128, rel=1e-12, abs=0)
    assert same_seed_chance(77_163) == pytest.approx(0.5, abs=1e-5)
    assert same_seed_chance(5, 2) == 1


@pytest.mark.parametrize(("streams", "draws"), [(2, 1), (2, 3), (2, 8), (3, 1), (3, 2), (1, 9)])
def test_the_bound_on_overlaps_holds_on_a_cycle_that_can_be_enumerated(
    streams: int, draws: int
) -> None:
    size, overlapping = 16, 0
    for starts in itertools.product(range(size), repeat=streams):
        ground = [(at + step) % size for at in starts for step in range(draws)]
        overlapping += len(set(ground)) < len(ground)
    exact = overlapping / size**streams
    bound = overlap_chance(streams, draws, bits=4)
    assert exact <= bound
    if streams == 2:
        assert bound == exact


def test_the_bound_on_overlaps_is_a_probability_and_small_for_real_work() -> None:
    assert overlap_chance(10, 16, bits=4) == 1
    assert 0 < overlap_chance(10**6, 2**40) < 1e-14
