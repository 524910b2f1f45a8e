"""Model-agnostic meta-learning (MAML) on sine waves: weights from which one step is enough.

In: a few points of each of many sines. Out: weights that fit a new sine after a step or five.
After Finn, Abbeel and Levine 2017, section 5.1: https://arxiv.org/abs/1703.03400.
"""

from itertools import pairwise

import torch
from torch import Generator, Tensor

Weights = tuple[Tensor, ...]  # w, b of each layer: (tasks or 1, inputs, outputs), (…, 1, outputs)
Points = tuple[Tensor, Tensor]  # x and y, each (tasks, points, 1)


def make_weights(generator: Generator, sizes: tuple[int, ...] = (1, 40, 40, 1)) -> Weights:
    """Weights of one network, drawn with variance 2 / inputs; biases are 0."""
    weights: list[Tensor] = []
    for inputs, outputs in pairwise(sizes):
        weights.append(torch.randn(1, inputs, outputs, generator=generator) * (2 / inputs) ** 0.5)
        weights.append(torch.zeros(1, 1, outputs))
    return tuple(weight.requires_grad_() for weight in weights)


def draw_sines(generator: Generator, tasks: int, shots: int) -> tuple[Points, Points]:
    """Points to adapt to and points to judge by, `shots` of each, of sines on [-5, 5)."""
    amplitude = 0.1 + 4.9 * torch.rand(tasks, 1, 1, generator=generator)
    phase = torch.pi * torch.rand(tasks, 1, 1, generator=generator)
    x = 10 * torch.rand(tasks, 2 * shots, 1, generator=generator) - 5
    y = amplitude * torch.sin(x - phase)
    return (x[:, :shots], y[:, :shots]), (x[:, shots:], y[:, shots:])


def errors(weights: Weights, points: Points) -> Tensor:
    """The mean squared error of each task, shape (tasks,); ReLU between the layers."""
    x, y = points
    for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        x = torch.relu(x @ w + b)
    return (x @ weights[-2] + weights[-1] - y).square().mean((1, 2))


def adapt(
    weights: Weights, points: Points, *, steps: int = 1, rate: float = 0.01, second: bool = True
) -> Weights:
    """New weights for each task after gradient steps on its points; the old ones stay as they are.

    Differentiable in `weights`; without `second` as if the gradients of the steps were constant.
    """
    # A copy for each task, in one tensor: the gradient of the sum is then each task's own.
    adapted = tuple(weight.expand(len(points[0]), -1, -1) for weight in weights)
    for _ in range(steps):
        slopes = torch.autograd.grad(errors(adapted, points).sum(), adapted, create_graph=second)
        adapted = tuple(w - rate * slope for w, slope in zip(adapted, slopes, strict=True))
    return adapted


def meta_train(
    generator: Generator, rounds: int, *, steps: int = 1, second: bool = True
) -> Weights:
    """Weights that were trained to be good *after* `steps` of adaptation; 0 steps: on all sines."""
    weights = make_weights(generator)
    optimizer = torch.optim.Adam(weights, lr=0.003)
    for _ in range(rounds):
        support, query = draw_sines(generator, tasks=25, shots=10)
        adapted = adapt(weights, support, steps=steps, second=second)
        optimizer.zero_grad()
        torch.autograd.backward(errors(adapted, query).mean())
        optimizer.step()
    return weights


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)  # in singles the processor's rounding shows in the table
    support, query = draw_sines(Generator().manual_seed(1), tasks=500, shots=10)
    print("trained as    rate  at first  1 step  5 steps")
    for name, steps, rate in ("MAML", 1, 0.01), ("first order", 1, 0.01), ("all sines", 0, 0.001):
        weights = meta_train(Generator().manual_seed(0), 1500, steps=steps, second=name == "MAML")
        mse = [errors(adapt(weights, support, steps=k, rate=rate), query).mean() for k in (0, 1, 5)]
        print("{:12} {:5} {:9.1f} {:7.1f} {:8.1f}".format(name, rate, *mse))
