"""Five ways to keep a gradient from a layer in PyTorch, a flag, and what each still computes.

In: a layer inside a model, and what goes into it. Out: its output with the graph cut off, or the
parameters that may still learn. Every way runs the layer forward; they differ in what is kept for
the backward pass, in what is computed there, and in whom it reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

Forward = Callable[[nn.Module, Tensor], Tensor]


# region forward
def detached(layer: nn.Module, x: Tensor) -> Tensor:
    """layer(x) with its graph built and cut off: neither the layer nor what made x learns."""
    return layer(x).detach()  # type: ignore[no-any-return]  # a module's call is untyped


def ungraphed(layer: nn.Module, x: Tensor) -> Tensor:
    """The same without a graph, so that nothing is kept for a backward pass."""
    with torch.no_grad():
        # A layer that hands its argument through would hand through the argument's graph as well.
        return layer(x.detach())  # type: ignore[no-any-return]  # as above


def inferred(layer: nn.Module, x: Tensor) -> Tensor:
    """The same in inference mode, which also drops version counters, at the price of one copy."""
    with torch.inference_mode():
        y: Tensor = layer(x.detach())
    # Outside the mode: a copy made inside is an inference tensor too, which nothing may save.
    return y.clone()


# endregion forward


def parameters_without(model: nn.Module, layer: nn.Module) -> list[nn.Parameter]:
    """The parameters of the model that learn and are not the layer's; a shared one is the layer's.

    For an optimizer that leaves the layer alone, or for `loss.backward(inputs=…)`, which does not
    compute the layer's gradients either. ValueError where the layer is no part of the model.
    """
    if not any(module is layer for module in model.modules()):
        raise ValueError("the layer is no part of the model: is one of them a copy?")
    # By identity: `in` would compare tensors element by element.
    stopped = {id(parameter) for parameter in layer.parameters()}
    return [each for each in model.parameters() if each.requires_grad and id(each) not in stopped]


@contextmanager
def frozen(layer: nn.Module) -> Iterator[None]:
    """Within it, forward passes make no gradient for the layer, yet one for what comes before.

    Old gradients are dropped, since an optimizer goes on with momentum and weight decay for as long
    as there is one, be it zero. Each parameter gets its own flag back, also after an exception.
    """
    flags = [(parameter, parameter.requires_grad) for parameter in layer.parameters()]
    try:
        for parameter, _ in flags:
            parameter.requires_grad_(False)
            parameter.grad = None
        yield
    finally:
        for parameter, flag in flags:
            parameter.requires_grad_(flag)


def observe(forward: Forward, *, asked: bool = True, held: bool = True) -> tuple[object, ...]:
    """A step of training before → layer → head: whom it reaches, whom it moves, whether the running
    mean moves, how many tensors the layer keeps for the backward pass, and the flops of that.

    `asked`: backward is asked for the layer's gradients; `held`: the optimizer holds the layer.
    """
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(8, affine=False)
    layer = nn.Sequential(nn.Linear(8, 8), norm, nn.Tanh())
    model = nn.Sequential(nn.Linear(8, 8), layer, nn.Linear(8, 1))
    weights = dict(zip(("before", "layer", "head"), list(model.parameters())[::2], strict=True))
    old = {name: weight.detach().clone() for name, weight in weights.items()}
    others = parameters_without(model, layer)
    kept: dict[int, Tensor] = {}
    optimizer = torch.optim.SGD(model.parameters() if held else others, lr=0.1)
    x = model[0](torch.randn(32, 8))
    with saved_tensors_hooks(lambda saved: kept.setdefault(len(kept), saved), lambda saved: saved):
        y = forward(layer, x)
    loss = model[2](y).square().mean()
    with FlopCounterMode(display=False) as backward:
        loss.backward(inputs=None if asked else others)
    optimizer.step()
    reached = " ".join(name for name in weights if weights[name].grad is not None)
    moved = " ".join(name for name in weights if not weights[name].equal(old[name]))
    mean = "moved" if norm.get_buffer("running_mean").any() else "-"
    return reached, moved, mean, len(kept), backward.get_total_flops()


def _flagged(layer: nn.Module, x: Tensor) -> Tensor:
    with frozen(layer):
        return layer(x)  # type: ignore[no-any-return]  # as above


if __name__ == "__main__":
    plain, row = nn.Module.__call__, "{:18}{:19}{:19}{:7}{:>4}{:>7}".format
    print(row("", "gradient left at", "moved", "mean", "kept", "flops"))
    print(row("no way at all", *observe(plain)))
    print(row("eval()", *observe(lambda layer, x: layer.eval()(x))))
    print(row("detach", *observe(detached)))
    print(row("no_grad", *observe(ungraphed)))
    print(row("inference_mode", *observe(inferred)))
    print(row("optimizer subset", *observe(plain, held=False)))
    print(row("manual, inputs=", *observe(plain, asked=False)))
    print(row("requires_grad off", *observe(_flagged)))
