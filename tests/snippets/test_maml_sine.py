"""Proof of the card `maml_sine`: linear regression, where adapting has a closed form, and slopes.

With one layer the error is quadratic. A step of gradient descent is then a matrix, the gradient
through it is that matrix once more, and NumPy computes both without any differentiation.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Generator, Tensor

from snippets.maml_sine import (
    Points,
    Weights,
    adapt,
    draw_sines,
    errors,
    make_weights,
    meta_train,
)

Floats = NDArray[np.float64]
unhurried = settings(deadline=None, max_examples=40)
steps = st.integers(0, 4)


def seeded(seed: int) -> Generator:
    return Generator().manual_seed(seed)


def doubled(weights: Weights) -> Weights:
    return tuple(weight.detach().double().requires_grad_() for weight in weights)


def draw_points(seed: int, tasks: int = 3, shots: int = 4) -> tuple[Points, Points]:
    (x, y), (u, v) = draw_sines(seeded(seed), tasks, shots)
    return (x.double() / 3, y.double()), (u.double() / 3, v.double())


def meta_gradient(
    weights: Weights, support: Points, query: Points, *, steps: int, rate: float, second: bool
) -> list[Tensor]:
    after = errors(adapt(weights, support, steps=steps, rate=rate, second=second), query)
    return list(torch.autograd.grad(after.sum(), weights))


def line(points: Points, task: int) -> tuple[Floats, Floats]:
    """The Hessian and the target of one task's error in (w, b): ½ θᵀHθ − θᵀg + const."""
    x, y = (side[task, :, 0].numpy() for side in points)
    inputs = np.stack([x, np.ones_like(x)], axis=1)
    return 2 * inputs.T @ inputs / len(x), 2 * inputs.T @ y / len(x)


@unhurried
@given(st.integers(0, 10**6), steps, st.floats(0.001, 0.2))
def test_a_line_adapts_as_the_matrix_says(seed: int, steps: int, rate: float) -> None:
    support, _ = draw_points(seed)
    weights = doubled(make_weights(seeded(seed), (1, 1)))
    adapted = adapt(weights, support, steps=steps, rate=rate)
    for task in range(3):
        hessian, target = line(support, task)
        theta = np.array([weight.item() for weight in weights])
        for _ in range(steps):
            theta = theta - rate * (hessian @ theta - target)
        np.testing.assert_allclose([w[task].item() for w in adapted], theta, rtol=1e-9, atol=1e-11)


@unhurried
@given(st.integers(0, 10**6), steps, st.floats(0.001, 0.2))
def test_the_gradient_goes_through_the_steps_with_second_order_terms(
    seed: int, steps: int, rate: float
) -> None:
    support, query = draw_points(seed)
    weights = doubled(make_weights(seeded(seed), (1, 1)))
    theta0 = np.array([weight.item() for weight in weights])
    full, first = np.zeros(2), np.zeros(2)
    for task in range(3):
        hessian, target = line(support, task)
        theta, through = theta0, np.eye(2)
        for _ in range(steps):
            theta = theta - rate * (hessian @ theta - target)
            through = (np.eye(2) - rate * hessian) @ through
        wanted, goal = line(query, task)
        slope = wanted @ theta - goal
        full, first = full + through.T @ slope, first + slope
    for second, expected in ((True, full), (False, first)):
        got = meta_gradient(weights, support, query, steps=steps, rate=rate, second=second)
        assert [each.item() for each in got] == pytest.approx(list(expected), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("steps", [1, 3])
def test_through_a_whole_network_the_gradient_is_the_slope_and_the_first_order_is_not(
    steps: int,
) -> None:
    support, query = draw_points(7)
    weights = doubled(make_weights(seeded(7), (1, 5, 4, 1)))
    arguments = {"steps": steps, "rate": 0.05}

    def after(moved: Weights) -> float:
        return errors(adapt(moved, support, steps=steps, rate=0.05), query).sum().item()

    second = meta_gradient(weights, support, query, second=True, **arguments)  # type: ignore[arg-type]
    first = meta_gradient(weights, support, query, second=False, **arguments)  # type: ignore[arg-type]
    gaps = []
    for place, weight in enumerate(weights):
        nudge = torch.zeros_like(weight)
        nudge.view(-1)[0] = 1e-6
        up, down = (
            tuple(
                (w + sign * nudge if i == place else w).detach().requires_grad_()
                for i, w in enumerate(weights)
            )
            for sign in (1, -1)
        )
        slope = (after(up) - after(down)) / 2e-6
        assert second[place].view(-1)[0].item() == pytest.approx(slope, rel=1e-5, abs=1e-7)
        gaps.append(abs(first[place].view(-1)[0].item() - slope))
    assert max(gaps) > 0.05


def test_each_task_adapts_as_if_it_were_alone() -> None:
    support, query = draw_points(3, tasks=4)
    weights = doubled(make_weights(seeded(3), (1, 6, 1)))
    together = errors(adapt(weights, support, steps=3), query)
    for task in range(4):
        x, y = (side[task : task + 1] for side in support)
        u, v = (side[task : task + 1] for side in query)
        alone = errors(adapt(weights, (x, y), steps=3), (u, v))
        assert alone.item() == pytest.approx(together[task].item(), rel=1e-12)


# --- The traps, each with the version that falls into it ------------------------------------------


def adapt_in_place(weights: Weights, points: Points, *, rate: float = 0.01) -> Weights:
    slopes = torch.autograd.grad(errors(weights, points).sum(), weights, create_graph=True)
    for weight, slope in zip(weights, slopes, strict=True):
        weight.data -= rate * slope.data
    return weights


def adapt_without_graph(weights: Weights, points: Points, *, rate: float = 0.01) -> Weights:
    slopes = torch.autograd.grad(errors(weights, points).sum(), weights)
    return tuple(w - rate * slope for w, slope in zip(weights, slopes, strict=True))


def test_adapting_changes_no_weight_that_it_was_given() -> None:
    support, _ = draw_points(1, tasks=1)
    weights = doubled(make_weights(seeded(1), (1, 5, 1)))
    old = [weight.detach().clone() for weight in weights]
    adapted = adapt(weights, support, steps=5)
    assert all(torch.equal(a, b) for a, b in zip(old, weights, strict=True))
    assert all(weight.grad is None for weight in weights)
    assert not any(torch.equal(a, b) for a, b in zip(old, adapted, strict=True))
    adapt_in_place(weights, support)
    assert not any(torch.equal(a, b) for a, b in zip(old, weights, strict=True))


def test_a_state_dict_is_no_copy_to_go_back_to() -> None:
    layer = torch.nn.Linear(1, 1)
    saved = layer.state_dict()
    layer.weight.data += 1
    assert torch.equal(saved["weight"], layer.weight)


def test_the_usual_ways_to_lose_the_second_order_are_told_apart() -> None:
    support, query = draw_points(2, tasks=1)

    def gradient(usual: object) -> Floats:
        weights = doubled(make_weights(seeded(2), (1, 5, 1)))
        adapted = usual(weights, support, rate=0.05)  # type: ignore[operator]
        slopes = torch.autograd.grad(errors(adapted, query).sum(), weights)
        return np.concatenate([slope.numpy().ravel() for slope in slopes])

    full = gradient(adapt)
    first = gradient(lambda *given, **named: adapt(*given, **named, second=False))
    np.testing.assert_allclose(gradient(adapt_without_graph), first, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(gradient(adapt_in_place), first, rtol=1e-9, atol=1e-12)
    assert np.abs(full - first).max() > 0.05


# --- Sines, weights, learning ---------------------------------------------------------------------


def test_sines_have_the_papers_ranges_and_no_point_in_both_halves() -> None:
    (x, y), (u, v) = draw_sines(seeded(0), 2000, 10)
    assert {side.shape for side in (x, y, u, v)} == {(2000, 10, 1)}
    assert x.min() < -4.99 < 4.99 < x.max()
    assert max(x.abs().max(), u.abs().max()) <= 5
    assert not torch.isin(x[0], u[0]).any()
    # Three points of a sine determine amplitude and phase: y = a sin x + b cos x, by least squares.
    inputs = torch.cat([torch.sin(x), torch.cos(x)], 2).double()
    found = torch.linalg.lstsq(inputs, y.double()).solution
    again = torch.cat([torch.sin(u), torch.cos(u)], 2).double() @ found
    assert (again - v).abs().max() < 1e-3  # both halves belong to one sine
    amplitude = found.norm(dim=1)
    phase = torch.atan2(-found[:, 1], found[:, 0])
    assert 0.1 <= amplitude.min() < 0.12
    assert 4.98 < amplitude.max() <= 5.0001
    assert -1e-3 <= phase.min() < 0.01
    assert 3.13 < phase.max() < 3.142
    assert abs(np.corrcoef(amplitude[:, 0], phase[:, 0])[0, 1]) < 0.1


def test_weights_are_drawn_with_two_over_inputs_and_come_from_the_generator_alone() -> None:
    weights = make_weights(seeded(5), (50, 400, 3))
    assert [tuple(w.shape) for w in weights] == [(1, 50, 400), (1, 1, 400), (1, 400, 3), (1, 1, 3)]
    assert weights[0].var().item() == pytest.approx(2 / 50, rel=0.05)
    assert weights[2].var().item() == pytest.approx(2 / 400, rel=0.1)
    assert not any(bias.any() for bias in weights[1::2])
    assert all(weight.is_leaf and weight.requires_grad for weight in weights)
    torch.manual_seed(1)
    again = make_weights(seeded(5), (50, 400, 3))
    assert all(torch.equal(a, b) for a, b in zip(weights, again, strict=True))


def test_the_error_is_the_mean_square_of_each_task_with_relu_between() -> None:
    w = (
        torch.tensor([[[1.0, -1.0]]]),
        torch.zeros(1, 1, 2),
        torch.ones(1, 2, 1),
        torch.ones(1, 1, 1),
    )
    x = torch.tensor([[[-2.0], [3.0]], [[0.0], [1.0]]])  # relu(x) + relu(-x) + 1 is |x| + 1
    y = torch.tensor([[[3.0], [6.0]], [[0.0], [2.0]]])
    assert errors(w, (x, y)).tolist() == [2.0, 0.5]


def test_meta_training_makes_one_step_worth_it_and_training_on_all_sines_does_not() -> None:
    support, query = draw_sines(seeded(1), 300, 10)

    def after(weights: Weights, steps: int, rate: float = 0.01) -> float:
        return errors(adapt(weights, support, steps=steps, rate=rate), query).mean().item()

    learned, pooled = meta_train(seeded(0), 600), meta_train(seeded(0), 600, steps=0)
    assert after(learned, 1) < 0.9 * after(learned, 0)
    assert after(pooled, 0) < 1.1 * after(learned, 0)
    # The paper's step is too long for weights not trained for it, and a shorter one helps less.
    assert after(pooled, 1) > after(pooled, 0)
    assert after(learned, 1) < after(pooled, 1, rate=0.001)


def test_a_round_goes_against_the_error_on_the_points_that_were_not_adapted_to() -> None:
    generator = seeded(4)
    old = make_weights(generator)
    support, query = draw_sines(generator, 25, 10)
    slopes = torch.autograd.grad(errors(adapt(old, support), query).mean(), old)
    wrong = torch.autograd.grad(errors(adapt(old, support), support).mean(), old)
    # Adam's first step is the rate times the sign of the gradient.
    for before, after, slope in zip(old, meta_train(seeded(4), 1), slopes, strict=True):
        clear = slope.abs() > 1e-4
        assert torch.allclose((after - before)[clear], -0.003 * slope[clear].sign(), rtol=1e-2)
    assert any((a * b < -1e-6).any() for a, b in zip(slopes, wrong, strict=True))


def test_first_order_training_takes_another_way() -> None:
    full, first = (meta_train(seeded(0), 2, second=second) for second in (True, False))
    assert not torch.equal(full[0], first[0])
    again = meta_train(seeded(0), 2)
    assert all(torch.equal(a, b) for a, b in zip(full, again, strict=True))
