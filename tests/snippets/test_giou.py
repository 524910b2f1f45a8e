"""Proof of the card `giou`: lattice cells counted, the paper's formula in fractions, differences.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from snippets import giou as module
from snippets.giou import giou_loss, iou

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

Box = Sequence[int]


@st.composite
def pairs(draw: st.DrawFn, thinnest: int = 1, axes: int | None = None) -> tuple[Box, Box]:
    """Two boxes on a small lattice, of 1 to 3 axes: touching and nesting are common."""
    d = axes or draw(st.integers(1, 3))

    def box() -> Box:
        low = draw(st.lists(st.integers(0, 6), min_size=d, max_size=d))
        return [*low, *(at + draw(st.integers(thinnest, 4)) for at in low)]

    return box(), box()


def tensor(box: Sequence[float], dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.tensor(box, dtype=dtype)


def cells(box: Box) -> set[tuple[int, ...]]:
    d = len(box) // 2
    return set(product(*(range(*side) for side in zip(box[:d], box[d:], strict=True))))


def loss_by_counting(a: Box, b: Box) -> Fraction:
    d = len(a) // 2
    hull = [*map(min, a[:d], b[:d]), *map(max, a[d:], b[d:])]
    either = len(cells(a) | cells(b))
    overlap = Fraction(len(cells(a) & cells(b)), either)
    return 1 - (overlap - Fraction(len(cells(hull)) - either, len(cells(hull))))


def gradient(loss: Tensor, at: Tensor) -> list[float]:
    return torch.autograd.grad(loss, at)[0].tolist()


# --- The usual versions ---------------------------------------------------------------------------


def usual_loss(a: Tensor, b: Tensor, eps: float = 1e-7) -> Tensor:
    """Areas first, and an epsilon against the division by zero."""
    x1, y1, x2, y2 = a.unbind(-1)
    u1, v1, u2, v2 = b.unbind(-1)
    width = (torch.minimum(x2, u2) - torch.maximum(x1, u1)).clamp(min=0)
    height = (torch.minimum(y2, v2) - torch.maximum(y1, v1)).clamp(min=0)
    shared = width * height
    either = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - shared
    hull = (torch.maximum(x2, u2) - torch.minimum(x1, u1)) * (
        torch.maximum(y2, v2) - torch.minimum(y1, v1)
    )
    return 1 - (shared / (either + eps) - (hull - either) / (hull + eps))


def iou_of_two_gaps(a: Tensor, b: Tensor) -> Tensor:
    """Without `clamp`: the product of two negative sides is an overlap."""
    shared = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).prod()
    return shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared)


def iou_of_pixels(a: Tensor, b: Tensor) -> Tensor:
    """Corners as pixels that belong to the box: each side is longer by 1, at any scale."""
    shared = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2]) + 1).clamp(min=0).prod()
    return shared / ((a[2:] - a[:2] + 1).prod() + (b[2:] - b[:2] + 1).prod() - shared)


def iou_where_afterwards(a: Tensor, b: Tensor) -> Tensor:
    """0 / 0 replaced after the division."""
    shared = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).clamp(min=0).prod()
    either = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return torch.where(either > 0, shared / either, 0)


# --- The value ------------------------------------------------------------------------------------


@unhurried
@given(pairs())
def test_the_loss_is_that_of_counted_cells(pair: tuple[Box, Box]) -> None:
    a, b = pair
    expected = float(loss_by_counting(a, b))
    assert giou_loss(tensor(a), tensor(b)).item() == pytest.approx(expected, rel=1e-13, abs=1e-15)
    both = Fraction(len(cells(a) & cells(b)), len(cells(a) | cells(b)))
    assert iou(tensor(a), tensor(b)).item() == pytest.approx(float(both), rel=1e-13)


@unhurried
@given(pairs(thinnest=0))
def test_order_does_not_matter_and_the_loss_lies_between_0_and_2(pair: tuple[Box, Box]) -> None:
    a, b = map(tensor, pair)
    assert torch.equal(giou_loss(a, b), giou_loss(b, a))
    assert torch.equal(iou(a, b), iou(b, a))
    assert -1e-15 <= giou_loss(a, b) <= 2 + 1e-15
    assert 0 <= iou(a, b) <= 1 + 1e-15
    assert giou_loss(a, a) == giou_loss(b, b) == 0


@unhurried
@given(pairs(thinnest=0), st.integers(-400, 400), st.integers(-400, 400))
def test_the_unit_of_each_axis_cancels_to_the_last_bit(
    pair: tuple[Box, Box], first: int, others: int
) -> None:
    # Powers of two, since those change no digit; with 1e-120 a product of areas is long gone.
    d = len(pair[0]) // 2
    unit = tensor(([2.0**first] + [2.0**others] * (d - 1)) * 2)
    a, b = map(tensor, pair)
    assert torch.equal(giou_loss(a * unit, b * unit), giou_loss(a, b))
    assert torch.equal(iou(a * unit, b * unit), iou(a, b))


@unhurried
@given(pairs(), st.integers(-99, 99))
def test_the_place_of_the_origin_does_not_matter(pair: tuple[Box, Box], to: int) -> None:
    a, b = map(tensor, pair)
    assert torch.equal(giou_loss(a + to, b + to), giou_loss(a, b))


@unhurried
@given(pairs(thinnest=0))
def test_corners_in_the_wrong_order_are_put_in_order(pair: tuple[Box, Box]) -> None:
    a, b = map(tensor, pair)
    d = len(a) // 2
    expected = giou_loss(a, b)
    for axis in range(d):
        swapped = a.clone()
        swapped[axis], swapped[d + axis] = a[d + axis], a[axis]
        assert torch.equal(giou_loss(swapped, b), expected)
        assert torch.equal(giou_loss(b, swapped), expected)


def test_an_epsilon_makes_equal_boxes_different_where_they_are_small() -> None:
    # A ten-thousandth of the picture's side: the area, 1e-8, is a tenth of the epsilon.
    box = tensor([0.5, 0.5, 0.5001, 0.5001])
    assert usual_loss(box, box) > 0.8
    assert giou_loss(box, box) == 0


def test_half_precision_is_enough_for_boxes_of_600_pixels() -> None:
    a, b = [0, 0, 600, 600], [0, 300, 600, 900]
    half = [tensor(box, torch.float16) for box in (a, b)]
    assert usual_loss(*half).isnan()
    assert giou_loss(*half).item() == pytest.approx(2 / 3, abs=1e-3)
    assert giou_loss(*half).dtype == torch.float16


def test_two_gaps_make_no_overlap() -> None:
    a, b = tensor([0, 0, 1, 1]), tensor([3, 3, 4, 4])
    assert iou_of_two_gaps(a, b) == -2
    assert iou_of_two_gaps(a, tensor([1.5, 1.5, 2.5, 2.5])) > 0.1
    assert iou(a, b) == 0
    assert iou(a, tensor([1.5, 1.5, 2.5, 2.5])) == 0
    assert giou_loss(a, b) == 2 - 2 / 16


def test_a_pixel_more_on_each_side_depends_on_the_unit() -> None:
    a, b = tensor([0, 0, 2, 2]), tensor([1, 0, 3, 2])
    assert abs(iou_of_pixels(a, b) - iou_of_pixels(a / 100, b / 100)) > 0.4
    assert iou(a, b) == iou(a / 128, b / 128) == pytest.approx(1 / 3)


# --- Without volume -------------------------------------------------------------------------------


def test_where_nothing_has_volume() -> None:
    point, other = [1.0, 1.0, 1.0, 1.0], [3.0, 2.0, 3.0, 2.0]
    assert giou_loss(tensor(point), tensor(point)) == 0
    assert giou_loss(tensor(point), tensor(other)) == 2
    across, down = [0.0, 1.0, 4.0, 1.0], [2.0, 0.0, 2.0, 4.0]
    assert giou_loss(tensor(across), tensor(down)) == 2  # a cross shares no area
    inside = [0.0, 0.0, 4.0, 4.0]
    assert giou_loss(tensor(point), tensor(inside)) == 1
    assert iou(tensor(point), tensor(other)) == 0
    assert iou(tensor(point), tensor(point)) == 1


@unhurried
@given(pairs(thinnest=1, axes=2), st.integers(-5, 5))
def test_boxes_in_one_plane_are_compared_within_it(pair: tuple[Box, Box], height: int) -> None:
    """What boxes of a common thickness tend to as it goes to zero."""
    expected = giou_loss(*map(tensor, pair))
    flat = [tensor([*box[:2], height, *box[2:], height]) for box in pair]
    thin = [tensor([*box[:2], height, *box[2:], height + 0.25]) for box in pair]
    assert torch.equal(giou_loss(*flat), expected)
    assert torch.equal(giou_loss(*thin), expected)


@unhurried
@given(pairs(thinnest=0))
def test_no_gradient_is_ever_nan(pair: tuple[Box, Box]) -> None:
    a, b = (tensor(box).requires_grad_(True) for box in pair)
    for loss in (giou_loss(a, b), iou(a, b)):
        for each in torch.autograd.grad(loss, (a, b)):
            assert torch.isfinite(each).all()


def test_replacing_a_nan_after_the_division_leaves_it_in_the_gradient() -> None:
    at, other = tensor([1.0, 1.0, 1.0, 1.0]).requires_grad_(True), tensor([3.0, 2.0, 3.0, 2.0])
    usual = iou_where_afterwards(at, other)
    assert usual == 0
    assert torch.autograd.grad(usual, at)[0].isnan().any()
    assert torch.isfinite(torch.autograd.grad(giou_loss(at, other), at)[0]).all()


def test_an_interval_that_has_shrunk_to_a_point_can_grow_again() -> None:
    at = tensor([2.0, 2.0]).requires_grad_(True)
    # Each end, moved outwards by t, makes the IoU t / 10.
    assert gradient(giou_loss(at, tensor([0.0, 10.0])), at) == pytest.approx([0.1, -0.1])


# --- The gradient ---------------------------------------------------------------------------------


def test_disjoint_intervals_are_pulled_together_as_the_formula_says() -> None:
    # (0, 2) and (x, x + 4): of the hull, x + 4, the gap of x - 2 is covered by neither.
    for x in (2.5, 6.0, 40.0):
        start = tensor([x]).requires_grad_(True)
        loss = giou_loss(tensor([0.0, 2.0]), torch.cat((start, start + 4)))
        assert loss.item() == pytest.approx(1 + (x - 2) / (x + 4))
        assert gradient(loss, start) == pytest.approx([6 / (x + 4) ** 2])


@settings(unhurried, max_examples=50)
@given(pairs(), st.data())
def test_disjoint_boxes_have_a_gradient_towards_each_other(
    pair: tuple[Box, Box], draw: st.DataObject
) -> None:
    a, b = pair
    d = len(a) // 2
    axis = draw.draw(st.integers(0, d - 1))
    b = [*b]
    beyond = a[d + axis] + draw.draw(st.integers(1, 9)) - b[axis]
    b[axis], b[d + axis] = b[axis] + beyond, b[d + axis] + beyond

    at = tensor([0.0]).requires_grad_(True)

    def moved() -> Tensor:
        return tensor(b) + at * tensor([each == axis for each in range(d)] * 2)

    assert gradient(1 - iou(tensor(a), moved()), at) == [0]
    assert gradient(giou_loss(tensor(a), moved()), at)[0] > 1e-4


@settings(unhurried, max_examples=25)
@given(pairs())
def test_the_gradient_is_the_slope_of_the_loss(pair: tuple[Box, Box]) -> None:
    # Off the lattice, by different irrational shifts, there is no tie and so no kink.
    d = len(pair[0]) // 2
    shifts = [0.31 * 2**0.5, 0.17 * 3**0.5, 0.23 * 5**0.5, 0.41, 0.07, 0.13]
    a = (tensor(pair[0]) + tensor(shifts[: 2 * d])).requires_grad_(True)
    b = tensor(pair[1]).requires_grad_(True)
    assert torch.autograd.gradcheck(giou_loss, (a, b))


def test_descent_reaches_a_disjoint_box_from_afar() -> None:
    target = tensor([60.0, -40.0, 90.0, -20.0])
    box = tensor([0.0, 0.0, 1.0, 1.0])
    for step in range(400):
        box.requires_grad_(True)
        slope = torch.autograd.grad(giou_loss(box, target), box)[0]
        with torch.no_grad():
            box = box - (400 - step) / 400 * slope.sign()
    assert iou(box, target) > 0.95


# --- Shapes and kinds -----------------------------------------------------------------------------


@unhurried
@given(st.lists(pairs(thinnest=0, axes=2), min_size=1, max_size=4))
def test_batches_broadcast_and_each_pair_is_on_its_own(batch: list[tuple[Box, Box]]) -> None:
    a, b = (tensor([pair[side] for pair in batch]) for side in (0, 1))
    one_by_one = torch.stack([torch.stack([giou_loss(x, y) for y in b]) for x in a])
    assert torch.equal(giou_loss(a[:, None], b), one_by_one)
    assert torch.equal(giou_loss(a, b), one_by_one.diagonal())
    assert giou_loss(a[:0], b[:0]).shape == (0,)


def test_arguments_stay_as_they_are() -> None:
    a, b = tensor([2.0, 2.0, 0.0, 0.0]), tensor([1.0, 1.0, 3.0, 3.0])
    giou_loss(a, b)
    assert a.tolist() == [2, 2, 0, 0]
    assert b.tolist() == [1, 1, 3, 3]


def test_a_nan_among_the_corners_is_not_hidden() -> None:
    for place in range(4):
        box = tensor([0.0, 0.0, 2.0, 2.0])
        box[place] = torch.nan
        assert giou_loss(box, tensor([1.0, 1.0, 3.0, 3.0])).isnan()


def test_what_can_not_be_boxes_is_refused() -> None:
    good = torch.zeros(4)
    for bad in (torch.zeros(3), torch.zeros(2), torch.zeros(()), torch.zeros(0)):
        for pair in ((bad, good), (good, bad)):
            with pytest.raises(ValueError, match="boxes of shape"):
                giou_loss(*pair)
    for bad in (torch.zeros(3), torch.zeros(()), torch.zeros(5, 0)):
        with pytest.raises(ValueError, match="boxes of shape"):
            giou_loss(bad, bad)
    for kind in (torch.uint8, torch.int64, torch.float64):
        for pair in ((good.to(kind), good), (good, good.to(kind))):
            with pytest.raises(TypeError, match="floating-point dtype"):
                giou_loss(*pair)


def test_bytes_are_refused_since_their_differences_wrap() -> None:
    a, b = (torch.tensor(box, dtype=torch.uint8) for box in ([0, 0, 9, 9], [20, 0, 29, 9]))
    assert (torch.minimum(a, b)[2:] - torch.maximum(a, b)[:2]).tolist() == [245, 9]  # -11
    with pytest.raises(TypeError, match=r"floating-point dtype, not torch\.uint8"):
        giou_loss(a, b)


def test_the_demonstration_shows_a_slope_where_the_iou_has_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    module.main()
    shown = capsys.readouterr().out
    assert "     12    0.0000      1.0000     0.0000      1.5000     0.0312\n" in shown
    last = shown.rstrip().splitlines()[-1]
    assert float(last.split("GIoU loss ")[1].split()[0]) < 0.02
    assert prod(map(shown.count, ("IoU pulls: False", "IoU pulls: True"))) > 0
