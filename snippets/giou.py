"""Generalised IoU of intervals, boxes and cuboids, as a loss without an epsilon.

In: floating-point tensors of shape (..., 2 d), the d lower coordinates before the d upper ones:
(lo, hi), (x1, y1, x2, y2) and so on. They broadcast: (n, 1, 4) with (m, 4) gives (n, m).
Out: shape (...), one number a pair, differentiable. It knows nothing of classes and of reductions.
"""

import torch
from torch import Tensor


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union, between 0 and 1; flat everywhere outside, so no loss by itself."""
    intersection, union = _shares_of_hull(a, b)
    return intersection / _without_zeros(union)


def giou_loss(a: Tensor, b: Tensor) -> Tensor:
    """1 - GIoU, between 0 for equal boxes and 2 for small ones far apart; no unit, any scale.

    GIoU is the IoU less the share of the hull that neither covers, the hull being the smallest box
    around both (https://arxiv.org/abs/1902.09630). Corners in the wrong order are put in order, as
    in that paper. Where both boxes lie in one plane, they are compared within it; otherwise a box
    without volume shares nothing. ValueError for shapes, TypeError for dtypes that can't be boxes.
    """
    intersection, union = _shares_of_hull(a, b)
    return (1 - intersection / _without_zeros(union)) + (1 - union)


def _shares_of_hull(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The volumes of intersection and union, in units of the hull's."""
    low_a, high_a = _corners(a, b)
    low_b, high_b = _corners(b, a)
    hull = torch.maximum(high_a, high_b) - torch.minimum(low_a, low_b)

    # region shares
    # Each side is divided by the hull's before the product is taken: areas of tiny boxes would
    # vanish beside any epsilon, and those of large ones overflow in half precision.
    flat = hull == 0
    unit = _without_zeros(hull)

    def volume(sides: Tensor) -> Tensor:
        # An axis on which neither box extends says nothing; as a factor of 0 it would say 0 / 0.
        return torch.where(flat, 1, sides / unit).prod(dim=-1)

    # endregion shares

    shared = torch.minimum(high_a, high_b) - torch.maximum(low_a, low_b)
    # Before the product: two gaps would multiply to an overlap.
    intersection = volume(shared.clamp(min=0))
    return intersection, volume(high_a - low_a) + volume(high_b - low_b) - intersection


def _corners(boxes: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    if not (boxes.is_floating_point() and boxes.dtype == others.dtype):
        raise TypeError(f"boxes must be of one floating-point dtype, not {boxes.dtype}")
    sides = boxes.shape[-1] if boxes.ndim else 0
    if not sides or sides % 2 or boxes.shape[-1:] != others.shape[-1:]:
        raise ValueError(f"boxes of shape {tuple(boxes.shape)} and {tuple(others.shape)}")
    first, second = boxes.chunk(2, dim=-1)
    # Not minimum and maximum: those halve the gradient of a tie, and a box that has shrunk to a
    # point could not grow again.
    ordered = first <= second
    return torch.where(ordered, first, second), torch.where(ordered, second, first)


def _without_zeros(divisor: Tensor) -> Tensor:
    # Before the division, not after: `where` around a quotient hides the NaN, but not its gradient.
    return torch.where(divisor == 0, 1, divisor)


def main() -> None:
    """Slide an interval away from another; then let either loss pull a box to its target."""
    print("(0, 4) against (start, start + 4); slope: what the loss gains if start grows by 1")
    print("  start       IoU     1 - IoU  its slope   GIoU loss  its slope")
    for at in (1.0, 3.0, 5.0, 12.0, 100.0):
        start = torch.tensor(at, requires_grad=True)
        pair = torch.tensor([0.0, 4.0]), torch.stack((start, start + 4))
        losses = 1 - iou(*pair), giou_loss(*pair)
        slopes = [torch.autograd.grad(loss, start)[0] for loss in losses]
        row = [f"{loss:10.4f} {slope:10.4f}" for loss, slope in zip(losses, slopes, strict=True)]
        print(f"{at:7.0f}{iou(*pair):10.4f}  " + "  ".join(row))

    target = torch.tensor([6.0, 4.0, 9.0, 8.0])
    print("\n(0, 0, 2, 2) on its way to (6, 4, 9, 8), 0.2 against the gradient's sign at a time")
    box = torch.tensor([0.0, 0.0, 2.0, 2.0])
    for step in range(121):
        box.requires_grad_(True)
        loss = giou_loss(box, target)
        if step % 20 == 0:
            corners = " ".join(f"{corner:5.2f}" for corner in box.tolist())
            stuck = torch.autograd.grad(1 - iou(box, target), box, retain_graph=True)[0]
            overlap = f"IoU {iou(box, target):.3f}   GIoU loss {loss:.3f}"
            print(f"  step {step:3}  {corners}   {overlap}   IoU pulls: {bool(stuck.any())}")
        slope = torch.autograd.grad(loss, box)[0]
        with torch.no_grad():
            # Smaller steps at the end, since a sign does not get smaller by itself.
            box = box - min(0.2, 0.2 * (120 - step) / 20) * slope.sign()


if __name__ == "__main__":
    main()
