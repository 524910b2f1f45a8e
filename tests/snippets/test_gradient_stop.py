"""Proof of the card `gradient_stop`: gradients derived by hand in NumPy, and counted products.

The chain is loss = sum of squares of tanh(x Bᵀ Lᵀ) Hᵀ, in float64: before B, layer L, head H. Each
way must leave either the gradient that the formula gives, or none.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from snippets.gradient_stop import (
    detached,
    frozen,
    inferred,
    observe,
    parameters_without,
    ungraphed,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """A model of three parts, its input, and the gradients of its loss by the chain rule."""

    before: nn.Module
    layer: nn.Module
    head: nn.Module
    model: nn.Module
    x: Tensor

    def weights(self) -> list[nn.Parameter]:
        return list(self.model.parameters())

    def gradients(self) -> list[Tensor | None]:
        return [weight.grad for weight in self.weights()]

    def loss(self, way: Callable[[nn.Module, Tensor], Tensor] = nn.Module.__call__) -> Tensor:
        return self.head(way(self.layer, self.before(self.x))).square().sum()  # type: ignore[no-any-return]

    def expected(self) -> list[Floats]:
        b, m, h = (weight.detach().numpy() for weight in self.weights())
        x = self.x.numpy()
        hidden = x @ b.T
        squashed = np.tanh(hidden @ m.T)
        at_output = 2 * squashed @ h.T
        at_layer = at_output @ h * (1 - squashed**2)
        return [(at_layer @ m).T @ x, at_layer.T @ hidden, at_output.T @ squashed]


def make_chain(seed: int = 0, sizes: tuple[int, ...] = (5, 3, 4, 2)) -> Chain:
    torch.manual_seed(seed)
    rows, *widths = sizes
    before, inner, head = (
        nn.Linear(i, o, bias=False, dtype=torch.float64)
        for i, o in zip(widths, [*widths[1:], 3], strict=True)
    )
    layer = nn.Sequential(inner, nn.Tanh())
    x = torch.randn(rows, widths[0], dtype=torch.float64)
    return Chain(before, layer, head, nn.Sequential(before, layer, head), x)


def run_plain(chain: Chain) -> None:
    chain.loss().backward()


def run_eval(chain: Chain) -> None:
    chain.layer.eval()
    chain.loss().backward()


def run_detached(chain: Chain) -> None:
    chain.loss(detached).backward()


def run_ungraphed(chain: Chain) -> None:
    chain.loss(ungraphed).backward()


def run_inferred(chain: Chain) -> None:
    chain.loss(inferred).backward()


def run_inputs(chain: Chain) -> None:
    chain.loss().backward(inputs=parameters_without(chain.model, chain.layer))


def run_frozen(chain: Chain) -> None:
    with frozen(chain.layer):
        loss = chain.loss()
    loss.backward()


REACHED = {
    run_plain: (True, True, True),
    run_eval: (True, True, True),
    run_detached: (False, False, True),
    run_ungraphed: (False, False, True),
    run_inferred: (False, False, True),
    run_inputs: (True, False, True),
    run_frozen: (True, False, True),
}
CUTS = pytest.mark.parametrize("cut", [detached, ungraphed, inferred])
sizes = st.tuples(*[st.integers(1, 6)] * 4)


@pytest.mark.parametrize("way", REACHED)
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), sizes=sizes)
def test_each_way_leaves_the_gradient_of_the_formula_or_none(
    way: Callable[[Chain], None], seed: int, sizes: tuple[int, ...]
) -> None:
    chain = make_chain(seed, sizes)
    way(chain)
    for reached, left, right in zip(REACHED[way], chain.gradients(), chain.expected(), strict=True):
        assert (left is not None) == reached
        if left is not None:
            np.testing.assert_allclose(left.numpy(), right, rtol=1e-9, atol=1e-12)


class Modes(nn.Module):
    """Notes in which modes it is called."""

    def forward(self, x: Tensor) -> Tensor:
        self.seen = (torch.is_grad_enabled(), torch.is_inference_mode_enabled())
        return x


@pytest.mark.parametrize(
    ("cut", "modes"),
    [(detached, (True, False)), (ungraphed, (False, False)), (inferred, (False, True))],
)
def test_a_cut_calls_the_layer_in_the_mode_that_it_is_named_for(
    cut: Any, modes: tuple[bool, bool]
) -> None:
    layer = Modes()
    cut(layer, torch.ones(2))
    assert layer.seen == modes


@CUTS
def test_a_cut_gives_the_layers_own_output_to_the_bit(cut: Any) -> None:
    chain = make_chain()
    x = chain.before(chain.x)
    assert torch.equal(cut(chain.layer, x), chain.layer(x))
    assert not cut(chain.layer, x).requires_grad
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


def count_saved(call: Callable[[], object]) -> int:
    saved: list[Tensor] = []
    with saved_tensors_hooks(lambda tensor: saved.append(tensor), lambda _: saved[0]):
        call()
    return len(saved)


def test_only_detach_keeps_what_no_backward_pass_will_ask_for() -> None:
    chain = make_chain()
    x = chain.before(chain.x).detach()  # so that all that is saved is saved for the weights
    plain = count_saved(lambda: chain.layer(x))
    assert plain > 0
    assert count_saved(lambda: detached(chain.layer, x)) == plain
    assert count_saved(lambda: ungraphed(chain.layer, x)) == 0
    assert count_saved(lambda: inferred(chain.layer, x)) == 0
    with frozen(chain.layer):
        assert count_saved(lambda: chain.layer(x)) == 0


def flagged(layer: nn.Module, x: Tensor) -> Tensor:
    with frozen(layer):
        return layer(x)  # type: ignore[no-any-return]


PRODUCT = 2 * 32 * 8 * 8  # flops of one matrix product of the demonstration's layer
HEAD = 2 * 32 * 8  # and of its head


@pytest.mark.parametrize(
    ("observed", "reached", "moved", "mean", "flops"),
    [
        (
            lambda: observe(nn.Module.__call__),
            "before layer head",
            "before layer head",
            "moved",
            3 * PRODUCT + 2 * HEAD,
        ),
        (
            lambda: observe(lambda layer, x: layer.eval()(x)),
            "before layer head",
            "before layer head",
            "-",
            3 * PRODUCT + 2 * HEAD,
        ),
        (lambda: observe(detached), "head", "head", "moved", HEAD),
        (lambda: observe(ungraphed), "head", "head", "moved", HEAD),
        (lambda: observe(inferred), "head", "head", "moved", HEAD),
        (
            lambda: observe(nn.Module.__call__, held=False),
            "before layer head",
            "before head",
            "moved",
            3 * PRODUCT + 2 * HEAD,
        ),
        (
            lambda: observe(nn.Module.__call__, asked=False),
            "before head",
            "before head",
            "moved",
            2 * PRODUCT + 2 * HEAD,
        ),
        (lambda: observe(flagged), "before head", "before head", "moved", 2 * PRODUCT + 2 * HEAD),
    ],
)
def test_the_table_of_the_page_counts_the_products_that_each_way_leaves(
    observed: Callable[[], tuple[object, ...]], reached: str, moved: str, mean: str, flops: int
) -> None:
    # A layer has two products backward, one for its weight and one for its input; `before` has one.
    got = observed()
    assert (*got[:3], got[4]) == (reached, moved, mean, flops)


def test_the_table_counts_what_the_layer_keeps() -> None:
    kept = {name: observe(way)[3] for name, way in [("detach", detached), ("none", ungraphed)]}
    assert kept["none"] == 0
    assert kept["detach"] == observe(nn.Module.__call__)[3] == 8


# --- The traps, each with the version that falls into it ------------------------------------------


def test_eval_changes_dropout_and_statistics_and_stops_no_gradient() -> None:
    training, evaluating = make_chain(), make_chain()
    run_plain(training)
    run_eval(evaluating)
    for a, b in zip(training.gradients(), evaluating.gradients(), strict=True):
        assert a is not None
        assert b is not None
        assert torch.equal(a, b)


@CUTS
def test_stopping_the_gradient_does_not_stop_the_statistics(cut: Any) -> None:
    x = torch.arange(12.0).reshape(4, 3)
    norm, reference = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    cut(norm, x)
    reference(x)
    assert torch.equal(norm.get_buffer("running_mean"), reference.get_buffer("running_mean"))
    assert norm.get_buffer("running_mean").any()
    cut(norm.eval(), 100 * x)
    assert torch.equal(norm.get_buffer("running_mean"), reference.get_buffer("running_mean"))


def test_detaching_the_input_protects_only_what_came_before() -> None:
    chain = make_chain()
    chain.loss(lambda layer, x: layer(x.detach())).backward()
    assert [grad is not None for grad in chain.gradients()] == [False, True, True]


@pytest.mark.parametrize("clone_inside", [False, True])
def test_an_inference_tensor_can_not_be_learned_from(clone_inside: bool) -> None:
    def usual(layer: nn.Module, x: Tensor) -> Tensor:
        with torch.inference_mode():
            return layer(x).clone() if clone_inside else layer(x)  # type: ignore[no-any-return]

    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        make_chain().loss(usual)
    assert not inferred(nn.Tanh(), torch.ones(2)).is_inference()


def ungraphed_as_usual(layer: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return layer(x)  # type: ignore[no-any-return]


def inferred_as_usual(layer: nn.Module, x: Tensor) -> Tensor:
    with torch.inference_mode():
        y: Tensor = layer(x)
    return y.clone()


@pytest.mark.parametrize("through", [nn.Identity(), nn.Sequential(), nn.Dropout().eval()])
def test_a_layer_that_hands_its_argument_through_is_cut_as_well(through: nn.Module) -> None:
    x = torch.ones(3, requires_grad=True)
    assert ungraphed_as_usual(through, x).requires_grad
    assert inferred_as_usual(through, x).requires_grad
    assert not any(cut(through, x).requires_grad for cut in (detached, ungraphed, inferred))


def test_what_the_optimizer_does_not_hold_piles_up_and_counts_in_the_norm() -> None:
    chain = make_chain()
    others = parameters_without(chain.model, chain.layer)
    optimizer = torch.optim.SGD(others, lr=0.0)
    for _ in range(3):
        optimizer.zero_grad()
        chain.loss().backward()
        optimizer.step()
    before, layer, head = (np.sum(grad**2) for grad in chain.expected())
    stale = chain.weights()[1].grad
    assert stale is not None
    np.testing.assert_allclose(stale.numpy(), 3 * chain.expected()[1])
    norm = nn.utils.clip_grad_norm_(chain.model.parameters(), 1e9)
    assert float(norm) == pytest.approx(np.sqrt(before + 9 * layer + head))
    assert float(nn.utils.clip_grad_norm_(others, 1e9)) == pytest.approx(np.sqrt(before + head))


def test_parameters_are_told_apart_by_identity_and_not_by_value() -> None:
    def usual(model: nn.Module, layer: nn.Module) -> list[nn.Parameter]:
        stopped = list(layer.parameters())
        return [parameter for parameter in model.parameters() if parameter not in stopped]

    layer, head = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    head.load_state_dict(layer.state_dict())
    model = nn.Sequential(layer, head)
    assert usual(model, layer) == []
    assert [id(each) for each in parameters_without(model, layer)] == [id(head.weight)]
    with pytest.raises(RuntimeError):
        usual(nn.Sequential(layer, nn.Linear(3, 5)), nn.Linear(2, 7))


def test_a_shared_parameter_is_the_layers() -> None:
    layer, tied = nn.Linear(2, 2), nn.Linear(2, 2)
    tied.weight = layer.weight
    model = nn.Sequential(layer, tied)
    assert [id(each) for each in parameters_without(model, layer)] == [id(tied.bias)]


def test_parameters_come_in_order_and_without_those_that_do_not_learn() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 3), nn.Linear(3, 1))
    first, _, last = model
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    first.bias.requires_grad_(False)
    rest = parameters_without(model, model[1])
    assert [id(each) for each in rest] == [id(first.weight), id(last.weight), id(last.bias)]
    model(torch.ones(1, 2)).sum().backward(inputs=rest)
    assert all(each.grad is not None for each in rest)


def test_a_layer_of_another_model_is_refused() -> None:
    chain = make_chain()
    with pytest.raises(ValueError, match="no part of the model: is one of them a copy"):
        parameters_without(copy.deepcopy(chain.model), chain.layer)
    assert parameters_without(chain.model, chain.model) == []


def flag_only(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        parameter.requires_grad_(False)


def steps_after_one(chain: Chain, stop: Callable[[Chain], Iterator[None]]) -> bool:
    """Whether the layer still moves when it is stopped after one step of momentum and decay."""
    optimizer = torch.optim.SGD(chain.weights(), lr=0.01, momentum=0.9, weight_decay=0.1)
    chain.loss().backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    old = chain.weights()[1].detach().clone()
    for _ in stop(chain):
        chain.loss().backward()
        optimizer.step()
    return not torch.equal(old, chain.weights()[1])


def test_a_frozen_layer_does_not_drift_by_momentum_and_weight_decay() -> None:
    def usual(chain: Chain) -> Iterator[None]:
        flag_only(chain.layer)
        yield

    def ours(chain: Chain) -> Iterator[None]:
        with frozen(chain.layer):
            yield

    assert steps_after_one(make_chain(), usual)
    assert not steps_after_one(make_chain(), ours)


def test_every_flag_comes_back_as_it_was() -> None:
    layer = nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    with frozen(layer):
        with frozen(layer):
            assert not layer.weight.requires_grad
        assert not layer.weight.requires_grad
    with pytest.raises(KeyError), frozen(layer):
        raise KeyError
    assert layer.weight.requires_grad
    assert not layer.bias.requires_grad
    layer(torch.ones(1, 2)).sum().backward()
    assert layer.weight.grad is not None
