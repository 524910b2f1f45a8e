"""Proof of the card `gru_cell`: PyTorch's own cell and autograd, and the papers' equations.

The equations are written once more here, number by number with Python's floats, in each of the
conventions that are in use.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snippets.gru_cell import (
    GRUWeights,
    gru_jacobian,
    gru_run,
    gru_step,
    with_update_gate_flipped,
)

Floats = NDArray[np.float64]
unhurried = settings(deadline=None, max_examples=60)
cases = st.tuples(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 5))


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


def draw(case: tuple[int, int, int], scale: float = 1.0) -> tuple[GRUWeights, Floats, Floats]:
    seed, inputs, hidden = case
    random = np.random.default_rng(seed)
    shapes = ((3 * hidden, inputs), (3 * hidden, hidden), (3 * hidden,), (3 * hidden,))
    weights = GRUWeights(*(scale * random.normal(size=shape) for shape in shapes))
    return weights, random.normal(size=inputs), random.normal(size=hidden)


def torch_cell(weights: GRUWeights) -> torch.nn.GRUCell:
    rows, inputs = weights.weight_ih.shape
    cell = torch.nn.GRUCell(inputs, rows // 3, dtype=torch.float64)
    with torch.no_grad():
        for name, parameter in cell.named_parameters():
            parameter.copy_(torch.from_numpy(getattr(weights, name)))
    return cell


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def by_the_papers(
    weights: GRUWeights, x: Floats, h: Floats, *, writes: bool = False, reset_first: bool = False
) -> list[float]:
    """One step in plain Python: z keeps (Cho) or writes (Chung), r after or before the product."""
    hidden = len(h)

    def row(matrix: Floats, bias: Floats, vector: list[float], index: int) -> float:
        return sum(float(m) * v for m, v in zip(matrix[index], vector, strict=True)) + bias[index]

    def part(gate: int, i: int, state: list[float]) -> tuple[float, float]:
        index = gate * hidden + i
        return (
            row(weights.weight_ih, weights.bias_ih, list(x), index),
            row(weights.weight_hh, weights.bias_hh, state, index),
        )

    reset = [sigmoid(sum(part(0, i, list(h)))) for i in range(hidden)]
    after = []
    for i in range(hidden):
        z = sigmoid(sum(part(1, i, list(h))))
        if reset_first:
            n = math.tanh(sum(part(2, i, [r * float(s) for r, s in zip(reset, h, strict=True)])))
        else:
            of_x, of_h = part(2, i, list(h))
            n = math.tanh(of_x + reset[i] * of_h)
        after.append((1 - z) * h[i] + z * n if writes else z * h[i] + (1 - z) * n)
    return after


# --- The same as PyTorch --------------------------------------------------------------------------


@unhurried
@given(cases, st.sampled_from([0.1, 1.0, 5.0]))
def test_a_step_is_pytorchs_step(case: tuple[int, int, int], scale: float) -> None:
    weights, x, h = draw(case, scale)
    expected = torch_cell(weights)(torch.from_numpy(x), torch.from_numpy(h)).detach().numpy()
    np.testing.assert_allclose(gru_step(weights, x, h), expected, rtol=1e-12, atol=1e-13)


@unhurried
@given(cases)
def test_a_step_is_the_papers_equations(case: tuple[int, int, int]) -> None:
    weights, x, h = draw(case)
    np.testing.assert_allclose(gru_step(weights, x, h), by_the_papers(weights, x, h), rtol=1e-11)


def test_weights_of_a_cell_are_taken_in_the_order_of_its_parameters() -> None:
    torch.manual_seed(0)
    cell = torch.nn.GRUCell(3, 4, dtype=torch.float64)
    weights = GRUWeights(*(each.detach().numpy() for each in cell.parameters()))
    x, h = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    np.testing.assert_allclose(
        gru_step(weights, x.numpy(), h.numpy()), cell(x, h).detach().numpy(), rtol=1e-12
    )


def test_a_run_is_pytorchs_layer_for_a_batch() -> None:
    torch.manual_seed(1)
    layer = torch.nn.GRU(3, 4, dtype=torch.float64)
    weights = GRUWeights(*(each.detach().numpy() for each in layer.parameters()))
    xs, h = torch.randn(7, 5, 3, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    expected, last = layer(xs, h[None])
    states = gru_run(weights, xs.numpy(), h.numpy())
    np.testing.assert_allclose(states, expected.detach().numpy(), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(states[-1], last[0].detach().numpy(), rtol=1e-11, atol=1e-13)
    assert gru_run(weights, xs.numpy()[:0], h.numpy()).shape == (0, 5, 4)


@unhurried
@given(cases)
def test_the_jacobian_is_autograds(case: tuple[int, int, int]) -> None:
    weights, x, h = draw(case)
    cell = torch_cell(weights)
    expected = torch.autograd.functional.jacobian(
        lambda state: cell(torch.from_numpy(x), state), torch.from_numpy(h)
    )
    np.testing.assert_allclose(
        gru_jacobian(weights, x, h), expected.numpy(), rtol=1e-10, atol=1e-13
    )


def test_the_jacobian_of_a_batch_is_that_of_each() -> None:
    weights, _, _ = draw((3, 2, 4))
    random = np.random.default_rng(0)
    x, h = random.normal(size=(2, 3, 2)), random.normal(size=(2, 3, 4))
    together = gru_jacobian(weights, x, h)
    assert together.shape == (2, 3, 4, 4)
    for place in np.ndindex(2, 3):
        np.testing.assert_allclose(together[place], gru_jacobian(weights, x[place], h[place]))


@pytest.mark.parametrize("size", [1e2, 1e4])
def test_saturated_gates_neither_overflow_nor_warn(size: float) -> None:
    weights, x, h = draw((4, 3, 3), size)
    expected = torch_cell(weights)(torch.from_numpy(x), torch.from_numpy(h)).detach().numpy()
    np.testing.assert_allclose(gru_step(weights, x, h), expected, rtol=1e-9, atol=1e-12)
    assert np.isfinite(gru_jacobian(weights, x, h)).all()
    with pytest.raises(RuntimeWarning, match="overflow"):
        1 / (1 + np.exp(np.float64(1e4)))


def test_a_gate_that_is_nearly_shut_still_writes_a_little() -> None:
    weights = GRUWeights(
        np.zeros((3, 1)), np.zeros((3, 1)), np.array([0.0, 40.0, 3.0]), np.zeros(3)
    )
    written = gru_step(weights, np.zeros(1), np.zeros(1)).item()
    assert written == pytest.approx(math.exp(-40) * math.tanh(3), rel=1e-12, abs=0)
    assert 1 - sigmoid(40) == 0  # the usual way to write 1 - z


# --- The traps, each with the version that falls into it ------------------------------------------


def far_apart(a: object, b: object) -> bool:
    return float(np.abs(np.subtract(a, b)).max()) > 1e-3  # type: ignore[call-overload]


@unhurried
@given(cases)
def test_the_two_conventions_of_the_update_gate_differ_by_the_sign_of_its_rows(
    case: tuple[int, int, int],
) -> None:
    weights, x, h = draw(case)
    writing = by_the_papers(weights, x, h, writes=True)
    flipped = with_update_gate_flipped(weights)
    np.testing.assert_allclose(gru_step(flipped, x, h), writing, rtol=1e-11, atol=1e-13)
    back = with_update_gate_flipped(flipped)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        np.testing.assert_array_equal(getattr(back, name), getattr(weights, name))


def test_the_conventions_are_not_the_same_and_the_weights_are_left_alone() -> None:
    weights, x, h = draw((1, 3, 4))
    old = weights.weight_ih.copy()
    assert far_apart(gru_step(weights, x, h), by_the_papers(weights, x, h, writes=True))
    with_update_gate_flipped(weights)
    np.testing.assert_array_equal(weights.weight_ih, old)


def biases_added_up(weights: GRUWeights) -> GRUWeights:
    """The usual simplification: one bias, and none inside the reset gate's product."""
    both = weights.bias_ih + weights.bias_hh
    return GRUWeights(weights.weight_ih, weights.weight_hh, both, np.zeros_like(both))


def test_the_candidates_two_biases_are_not_one() -> None:
    weights, x, h = draw((2, 3, 4))
    assert far_apart(gru_step(weights, x, h), gru_step(biases_added_up(weights), x, h))
    gates_only = np.repeat([1.0, 1.0, 0.0], 4)
    moved = GRUWeights(
        weights.weight_ih,
        weights.weight_hh,
        weights.bias_ih + gates_only * weights.bias_hh,
        (1 - gates_only) * weights.bias_hh,
    )
    np.testing.assert_allclose(gru_step(moved, x, h), gru_step(weights, x, h), rtol=1e-12)


def test_resetting_before_the_product_is_another_cell() -> None:
    weights, x, h = draw((2, 3, 4))
    assert far_apart(gru_step(weights, x, h), by_the_papers(weights, x, h, reset_first=True))
    single, x, h = draw((2, 3, 1))  # with one unit and no inner bias they are the same
    single = biases_added_up(single)
    expected = by_the_papers(single, x, h, reset_first=True)
    np.testing.assert_allclose(gru_step(single, x, h), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "shapes",
    [
        ((6, 3), (6, 3), (6,), (6,)),
        ((3, 3), (6, 2), (6,), (6,)),
        ((6, 3), (6, 2), (2,), (6,)),
        ((6, 3), (6, 2), (6,), (2,)),
    ],
)
def test_weights_that_do_not_fit_are_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(
        ValueError, match="expected 3 × hidden rows in each of the weights"
    ) as caught:
        GRUWeights(*(np.zeros(shape) for shape in shapes))
    assert str(list(shapes)) in str(caught.value)


# --- The gradient ---------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [0.0, 3.0, 6.0])
def test_a_gate_that_keeps_is_the_factor_by_which_a_gradient_survives(bias: float) -> None:
    # Without recurrent weights a step's Jacobian is z itself, so T steps leave z to the power T.
    hidden = 3
    weights = GRUWeights(
        np.zeros((9, 1)), np.zeros((9, hidden)), np.repeat([0, bias, 0], hidden), np.zeros(9)
    )
    gradient = np.eye(hidden)
    for _ in range(50):
        gradient = gru_jacobian(weights, np.zeros(1), np.ones(hidden)) @ gradient
    np.testing.assert_allclose(gradient, sigmoid(bias) ** 50 * np.eye(hidden), rtol=1e-10)
    flipped = gru_jacobian(with_update_gate_flipped(weights), np.zeros(1), np.ones(hidden))
    np.testing.assert_allclose(flipped, sigmoid(-bias) * np.eye(hidden), rtol=1e-12)


def test_a_closed_gate_copies_the_state_and_its_gradient_whatever_the_weights() -> None:
    weights, x, h = draw((6, 3, 4))
    shut = GRUWeights(
        weights.weight_ih,
        weights.weight_hh,
        weights.bias_ih + np.repeat([0.0, 100.0, 0.0], 4),
        weights.bias_hh,
    )
    np.testing.assert_allclose(gru_step(shut, x, h), h, rtol=1e-14)
    np.testing.assert_allclose(gru_jacobian(shut, x, h), np.eye(4), atol=1e-14)
