"""A step of a gated recurrent unit (GRU) in NumPy, equal to PyTorch's, and its Jacobian.

In: inputs, a state, and weights laid out as PyTorch stores them. Out: the next state or states, or
their derivative by the state before, which shows how the update gate keeps a gradient alive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GRUWeights:
    """Weights under PyTorch's names; their rows are those of reset r, update z and candidate n.

    From a torch.nn.GRUCell: GRUWeights(*(each.detach().numpy() for each in cell.parameters())).
    ValueError where the shapes do not fit each other.
    """

    weight_ih: Floats  # (3 hidden, inputs)
    weight_hh: Floats  # (3 hidden, hidden)
    bias_ih: Floats  # (3 hidden,)
    bias_hh: Floats  # (3 hidden,), of which the last third is multiplied by the reset gate

    def __post_init__(self) -> None:
        shapes = [getattr(self, name).shape for name in self.__slots__]
        rows, hidden = self.weight_hh.shape
        if rows != 3 * hidden or {shape[0] for shape in shapes} != {rows}:
            raise ValueError(f"expected 3 × hidden rows in each of the weights, not {shapes}")


class _Gates(NamedTuple):
    """What one step computes on its way, each of shape (…, hidden)."""

    reset: Floats
    keep: Floats
    write: Floats  # 1 - keep, without the subtraction
    recalled: Floats  # the candidate's share of the state, before the reset gate
    candidate: Floats


def gru_step(weights: GRUWeights, x: Floats, h: Floats) -> Floats:
    """The next state, (…, hidden), of inputs x (…, inputs) and state h (…, hidden).

    As in torch.nn.GRUCell: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
    """
    gates = _open_gates(weights, x, h)
    return gates.write * gates.candidate + gates.keep * h


def _open_gates(weights: GRUWeights, x: Floats, h: Floats) -> _Gates:
    of_x = x @ weights.weight_ih.T + weights.bias_ih
    of_h = h @ weights.weight_hh.T + weights.bias_hh
    (x_r, x_z, x_n), (h_r, h_z, h_n) = (np.split(each, 3, axis=-1) for each in (of_x, of_h))
    reset = _sigmoid(x_r + h_r)
    return _Gates(reset, _sigmoid(x_z + h_z), _sigmoid(-x_z - h_z), h_n, np.tanh(x_n + reset * h_n))


def _sigmoid(a: Floats) -> Floats:
    """1 / (1 + exp(-a)) that neither overflows nor loses the digits of small results."""
    return np.exp(-np.logaddexp(0, -a))


def gru_run(weights: GRUWeights, xs: Floats, h: Floats) -> Floats:
    """The states after each of the inputs xs (steps, …, inputs), (steps, …, hidden)."""
    states = np.empty((len(xs), *h.shape))
    for step, x in enumerate(xs):
        states[step] = h = gru_step(weights, x, h)
    return states


def with_update_gate_flipped(weights: GRUWeights) -> GRUWeights:
    """Weights of the other convention, h' = z n + (1 - z) h, made to fit `gru_step`, and back.

    1 - sigmoid(a) is sigmoid(-a), so it is enough to negate the rows of z.
    """
    sign = np.repeat([1.0, -1.0, 1.0], len(weights.bias_hh) // 3)
    flipped = {name: (getattr(weights, name).T * sign).T for name in weights.__slots__}
    return replace(weights, **flipped)


def gru_jacobian(weights: GRUWeights, x: Floats, h: Floats) -> Floats:
    """The derivative of the next state by h: (…, hidden, hidden), rows for the next state."""
    gates = _open_gates(weights, x, h)
    of_r, of_z, of_n = np.split(weights.weight_hh, 3)
    kept = gates.keep[..., None] * np.eye(h.shape[-1])
    by_gate = (h - gates.candidate) * gates.keep * gates.write
    by_candidate = gates.write * (1 - gates.candidate**2) * gates.reset
    by_reset = by_candidate * gates.recalled * (1 - gates.reset)
    through = zip((by_gate, by_candidate, by_reset), (of_z, of_n, of_r), strict=True)
    return kept + sum(slope[..., None] * rows for slope, rows in through)


def main() -> None:
    """Print how much of a gradient is left after many steps, by the bias of the update gate."""
    random = np.random.default_rng(0)
    hidden, steps = 16, (1, 10, 50, 100)
    w, u = random.normal(size=(2, 3 * hidden, hidden)) * 0.25
    xs = random.normal(size=(max(steps), hidden))
    print("bias of z  " + "".join(f"{count:>5} steps" for count in steps))
    for bias in (-5.0, 0.0, 2.0, 5.0):
        weights = GRUWeights(w, u, np.repeat([0, bias, 0], hidden), np.zeros(3 * hidden))
        states = np.vstack([np.zeros((1, hidden)), gru_run(weights, xs, np.zeros(hidden))])
        gradient, norms = np.eye(hidden), []
        for jacobian in gru_jacobian(weights, xs, states[:-1]):
            gradient = jacobian @ gradient
            norms.append(np.linalg.norm(gradient, 2))
        print(f"{bias:9.0f}  " + "".join(f"{norms[count - 1]:11.1e}" for count in steps))


if __name__ == "__main__":
    main()
