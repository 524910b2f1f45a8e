"""Proof of the card `clip_loss`: the definition in 60 decimal digits, and gradients by hand.

`exactly` takes the embeddings' floats as they are and computes cosines, exponentials and logarithms
with Python's `decimal`, so that nothing overflows and nothing small is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from snippets.clip_loss import ClipLoss, clip_loss

unhurried = settings(deadline=None, max_examples=60)
pairs = st.tuples(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 5))
scales = st.floats(0.01, 1e4)


def draw(
    seed: int, n: int, width: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    both = torch.randn(2, n, width, generator=generator, dtype=dtype)
    return both[0], both[1]


def exactly(images: Tensor, texts: Tensor, scale: float) -> float:
    with localcontext(prec=60):
        left, right = (
            [[Decimal(number) for number in row] for row in matrix.tolist()]
            for matrix in (images, texts)
        )

        def cosine(a: list[Decimal], b: list[Decimal]) -> Decimal:
            lengths = sum(x * x for x in a) * sum(x * x for x in b)
            inner = sum((x * y for x, y in zip(a, b, strict=True)), Decimal(0))
            return inner / Decimal(lengths).sqrt() if lengths else Decimal(0)

        odds = [[(Decimal(scale) * cosine(a, b)).exp() for b in right] for a in left]
        n, loss = len(odds), Decimal(0)
        for i in range(n):
            for others in (odds[i], [row[i] for row in odds]):
                against = sum(others[:i] + others[i + 1 :], Decimal(0)) / odds[i][i]
                # Sixty digits do not hold 1 + 1e-60; there ln(1 + x) is x, to thirty digits.
                loss += (1 + against).ln() if against > Decimal("1e-30") else against
        return float(loss / (2 * n))


# --- What it is -----------------------------------------------------------------------------------


@unhurried
@given(pairs, scales)
def test_it_is_its_definition(drawn: tuple[int, int, int], scale: float) -> None:
    images, texts = draw(*drawn)
    expected = exactly(images, texts, scale)
    # A cosine in doubles is off by about 1e-16, and the scale multiplies that.
    near = pytest.approx(expected, rel=1e-12 + 1e-14 * scale, abs=1e-300)
    assert clip_loss(images, texts, scale).item() == near


@unhurried
@given(pairs, st.floats(0.01, 100))
def test_it_is_the_mean_of_two_cross_entropies(drawn: tuple[int, int, int], scale: float) -> None:
    images, texts = draw(*drawn)
    logits = scale * functional.normalize(images) @ functional.normalize(texts).T
    partner = torch.arange(len(images))
    both = functional.cross_entropy(logits, partner), functional.cross_entropy(logits.T, partner)
    assert clip_loss(images, texts, scale).item() == pytest.approx(float(sum(both)) / 2, abs=1e-13)


@unhurried
@given(pairs, st.floats(0.01, 100))
def test_its_gradient_is_softmax_minus_one_in_both_directions(
    drawn: tuple[int, int, int], scale: float
) -> None:
    images, texts = (side.requires_grad_() for side in draw(*drawn))
    raw = torch.tensor(scale, dtype=torch.float64, requires_grad=True)
    clip_loss(images, texts, raw).backward()

    u, v = (side.detach().numpy() for side in (images, texts))
    lengths = np.linalg.norm(u, axis=1, keepdims=True)
    u, v = u / lengths, v / np.linalg.norm(v, axis=1, keepdims=True)
    odds = np.exp(scale * (u @ v.T - 1))
    rows, columns = odds / odds.sum(1, keepdims=True), odds / odds.sum(0)
    at_logits = (rows + columns - 2 * np.eye(len(u))) / (2 * len(u))
    at_u = scale * at_logits @ v
    at_images = (at_u - u * (at_u * u).sum(1, keepdims=True)) / lengths
    assert images.grad is not None
    assert texts.grad is not None
    assert raw.grad is not None
    np.testing.assert_allclose(images.grad.numpy(), at_images, rtol=1e-9, atol=1e-10)
    assert raw.grad.item() == pytest.approx((at_logits * (u @ v.T)).sum(), abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_its_gradient_is_the_slope(n: int) -> None:
    images, texts = (side.requires_grad_() for side in draw(1, n, 3))
    scale = torch.tensor(7.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(clip_loss, (images, texts, scale))


@unhurried
@given(pairs, scales, st.integers(-20, 20))
def test_only_directions_count_and_neither_side_nor_order(
    drawn: tuple[int, int, int], scale: float, power: int
) -> None:
    images, texts = draw(*drawn)
    loss = clip_loss(images, texts, scale).item()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(drawn[0]))
    near = pytest.approx(loss, rel=1e-9 + 1e-12 * scale, abs=1e-300)
    assert clip_loss(texts, images, scale).item() == near
    assert clip_loss(images[order], texts[order], scale).item() == near
    assert clip_loss(images * 3.0**power, texts, scale).item() == near


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_embeddings_that_are_all_alike_leave_a_guess_among_n(n: int) -> None:
    same = torch.ones(n, 4, dtype=torch.float64)
    assert clip_loss(same, same, 100).item() == pytest.approx(math.log(n), abs=1e-12)


def test_it_is_one_number_of_at_least_single_precision() -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        loss = clip_loss(*draw(0, 3, 4, dtype), 10)
        assert (loss.shape, loss.dtype) == ((), torch.float32)
    assert clip_loss(*draw(0, 3, 4), 10).dtype == torch.float64


@pytest.mark.parametrize(
    "shapes", [((3, 4), (4, 4)), ((3, 4), (3, 5)), ((4,), (4,)), ((0, 4), (0, 4)), ((2, 0), (2, 0))]
)
def test_other_shapes_are_refused_by_name(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    one, other = shapes
    with pytest.raises(ValueError, match="expected two shapes") as caught:
        clip_loss(torch.ones(one), torch.ones(other), 1.0)
    assert str(caught.value).endswith(f"not {list(one)} and {list(other)}")


# --- The traps, each with the version that falls into it -----------------------------------------


def by_definition(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    odds = (scale * functional.normalize(images) @ functional.normalize(texts).T).exp()
    return -(odds.diagonal() ** 2 / (odds.sum(0) * odds.sum(1))).log().mean() / 2


def by_cross_entropy(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    logits = scale * (functional.normalize(images) @ functional.normalize(texts).T)
    partner = torch.arange(len(logits))
    both = functional.cross_entropy(logits, partner) + functional.cross_entropy(logits.T, partner)
    return both / 2


def one_way(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    logits = scale * functional.normalize(images) @ functional.normalize(texts).T
    return functional.cross_entropy(logits, torch.arange(len(logits)))


def of_probabilities(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    logits = scale * functional.normalize(images) @ functional.normalize(texts).T
    return functional.cross_entropy(logits.softmax(1), torch.arange(len(logits)))


def of_raw_products(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    return functional.cross_entropy(scale * images @ texts.T, torch.arange(len(images)))


def averaged_over_the_others(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    logits = scale * functional.normalize(images) @ functional.normalize(texts).T
    others = logits[~torch.eye(len(logits), dtype=torch.bool)].reshape(len(logits), len(logits) - 1)
    return ((others - logits.diagonal()[:, None]).exp().mean(1) * (len(logits) - 1)).log1p().mean()


def without_empty_axes(images: Tensor, texts: Tensor, scale: float) -> Tensor:
    return one_way(images.squeeze(), texts.squeeze(), scale)


@pytest.mark.parametrize("scale", [100.0, 1e3, 1e5])
def test_large_logits_neither_overflow_nor_vanish(scale: float) -> None:
    images, texts = draw(3, 8, 3, torch.float32)
    loss = clip_loss(images, texts, scale).item()
    assert not math.isfinite(by_definition(images, texts, scale).item())
    assert loss == pytest.approx(exactly(images, texts, scale), rel=1e-5)


@pytest.mark.parametrize("scale", [20.0, 40.0, 80.0])
def test_a_loss_far_below_the_resolution_of_one_keeps_its_digits(scale: float) -> None:
    images = torch.eye(4).requires_grad_()
    expected = math.log1p(3 * math.exp(-scale))
    assert by_cross_entropy(images, torch.eye(4), scale).item() == 0
    loss = clip_loss(images, torch.eye(4), scale)
    assert loss.item() == pytest.approx(expected, rel=1e-5, abs=0)
    loss.backward()
    assert images.grad is not None
    slope = scale * math.exp(-scale) / 4
    assert images.grad[0, 1].item() == pytest.approx(slope, rel=1e-4, abs=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_one_pair_has_nothing_to_learn_and_no_nan(dtype: torch.dtype) -> None:
    images, texts = (side.requires_grad_() for side in draw(5, 1, 4, dtype))
    scale = torch.tensor(14.0, requires_grad=True)
    loss = clip_loss(images, texts, scale)
    loss.backward()
    assert loss.item() == 0
    for leaf in (images, texts, scale):
        assert leaf.grad is not None
        assert not leaf.grad.any()

    images, texts = (side.detach().double() for side in (images, texts))
    assert averaged_over_the_others(images, texts, 14.0).isnan()
    with pytest.raises(IndexError):
        without_empty_axes(images, texts, 14.0)


def test_both_directions_are_asked() -> None:
    # Both texts are nearest to image 0, so the two searches do not fail alike.
    images = torch.tensor([[1.0, 0.0], [0.6, -0.8]])
    texts = torch.tensor([[1.0, 0.2], [1.0, 0.1]])
    assert one_way(images, texts, 50).item() != pytest.approx(one_way(texts, images, 50).item())
    mean = (one_way(images, texts, 50) + one_way(texts, images, 50)) / 2
    assert clip_loss(images, texts, 50).item() == pytest.approx(mean.item(), rel=1e-5)


def test_probabilities_passed_for_logits_never_come_near_zero() -> None:
    perfect = torch.eye(8)
    assert of_probabilities(perfect, perfect, 100).item() > 1.2
    assert clip_loss(perfect, perfect, 100).item() < 1e-40


def test_longer_embeddings_are_no_better() -> None:
    images, texts = draw(2, 6, 8)
    assert of_raw_products(images, texts, 1) > 1.1 * of_raw_products(images / 9, texts, 1)
    assert clip_loss(images, texts, 1).item() == pytest.approx(
        clip_loss(images / 9, texts, 1).item()
    )


@pytest.mark.parametrize("size", [1e30, 1e-30])
def test_huge_and_tiny_embeddings_keep_their_direction(size: float) -> None:
    images, texts = draw(4, 5, 3, torch.float32)
    expected = exactly(images, texts, 20.0)
    assert clip_loss(images * size, texts, 20).item() == pytest.approx(expected, rel=1e-4)
    assert by_cross_entropy(images * size, texts, 20).item() != pytest.approx(expected, rel=0.1)


def test_an_embedding_of_zeros_has_no_direction_and_a_moderate_gradient() -> None:
    def gradient(loss: Callable[[Tensor, Tensor, float], Tensor]) -> tuple[float, Tensor]:
        images, texts = draw(6, 4, 3, torch.float32)
        images[2] = 0
        value = loss(images.requires_grad_(), texts, 10)
        value.backward()
        assert images.grad is not None
        return value.item(), images.grad

    images, texts = draw(6, 4, 3, torch.float32)
    images[2] = 0
    value, ours = gradient(clip_loss)
    assert value == pytest.approx(exactly(images, texts, 10.0), rel=1e-5)
    assert ours.isfinite().all()
    assert ours[2].abs().max() < 100
    assert gradient(by_cross_entropy)[1][2].abs().max() > 1e9


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_costs_only_the_rounding_of_the_embeddings(dtype: torch.dtype) -> None:
    images, texts = draw(7, 12, 16, dtype)
    expected = exactly(images, texts, 100.0)
    assert clip_loss(images, texts, 100).item() == pytest.approx(expected, rel=1e-5)


def test_autocast_does_not_round_the_logits() -> None:
    images, texts = draw(7, 12, 16, torch.float32)
    texts = images + 0.7 * texts
    expected = exactly(images, texts, 100.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        ours = clip_loss(images, texts, 100).item()
        usual = by_cross_entropy(images, texts, 100).item()
        assert (images @ texts.T).dtype == torch.bfloat16  # it goes on outside
    assert ours == pytest.approx(expected, rel=1e-4)
    assert usual != pytest.approx(expected, rel=0.05)


# --- The learned temperature ----------------------------------------------------------------------


def test_learning_starts_at_the_temperature_that_was_asked_for() -> None:
    images, texts = draw(8, 5, 4)
    for loss, temperature in (
        (ClipLoss(), 0.07),
        (ClipLoss(0.5), 0.5),
        (ClipLoss(5.0), 5.0),
        (ClipLoss(0.1, 0.1), 0.1),
    ):
        expected = exactly(images, texts, 1 / temperature)
        assert loss(images, texts).item() == pytest.approx(expected, rel=1e-5)
        assert [name for name, _ in loss.named_parameters()] == ["log_scale"]


@pytest.mark.parametrize("wrong", [(0.07, 0.0), (0.005, 0.01), (-1.0, -2.0), (math.inf, 0.01)])
def test_impossible_temperatures_are_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="expected 0 < coldest <= temperature, not"):
        ClipLoss(*wrong)
    with pytest.raises(ValueError, match="expected 0 < coldest"):
        ClipLoss(math.nan)


def learn(loss: nn.Module, images: Tensor, texts: Tensor, steps: int, rate: float) -> None:
    optimizer = torch.optim.SGD(loss.parameters(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(images, texts).backward()
        optimizer.step()


def test_what_is_learned_is_the_best_temperature_that_a_search_finds() -> None:
    images, texts = draw(9, 30, 6)
    texts = images + texts
    loss = ClipLoss()
    learn(loss, images, texts, 150, 1.0)
    grid = np.geomspace(1, 100, 700)
    losses = [by_cross_entropy(images, texts, scale).item() for scale in grid]
    best = grid[int(np.argmin(losses))]
    assert 2 < best < 50
    assert loss.log_scale.exp().item() == pytest.approx(best, rel=0.01)


def test_the_scale_is_never_above_its_limit_and_never_negative() -> None:
    matching, opposite = torch.eye(4), -torch.eye(4)
    loss = ClipLoss()
    learn(loss, matching, matching, 50, 1e6)
    value = loss(matching, matching)
    assert loss.log_scale.item() == pytest.approx(math.log(100))
    assert value.item() == pytest.approx(3 * math.exp(-100), rel=0.05, abs=0)
    learn(loss, matching, opposite, 3, 0.1)
    assert 0 < loss.log_scale.exp().item() < 100


class RawScale(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1 / 0.07))

    def forward(self, images: Tensor, texts: Tensor) -> Tensor:
        return clip_loss(images, texts, self.scale)


def test_a_scale_learned_itself_can_turn_negative_and_its_logarithm_can_not() -> None:
    matching = torch.eye(4)
    raw, ours = RawScale(), ClipLoss()
    learn(raw, matching, -matching, 20, 1.0)
    learn(ours, matching, -matching, 20, 1.0)
    assert raw.scale.item() < 0
    assert 0 < ours.log_scale.exp().item() < 1 / 0.07


class ClampedInTheGraph(ClipLoss):
    def forward(self, images: Tensor, texts: Tensor) -> Tensor:
        return clip_loss(images, texts, self.log_scale.clamp(max=self.limit).exp())


def test_a_scale_that_was_carried_over_its_limit_comes_back() -> None:
    images, texts = torch.eye(4), torch.eye(4).roll(1, 0)
    usual, ours = ClampedInTheGraph(), ClipLoss()
    for loss in (usual, ours):
        with torch.no_grad():
            loss.log_scale.fill_(6.0)
        learn(loss, images, texts, 200, 0.01)
    assert usual.log_scale.item() == 6.0
    assert ours.log_scale.item() < 1


def test_two_batches_may_pass_before_one_backward() -> None:
    loss = ClipLoss(coldest=0.07)
    a, b = draw(10, 3, 2), draw(11, 3, 2)
    (loss(*a) + loss(*b)).backward()
    both = loss.log_scale.grad
    expected = torch.zeros(())
    for batch in (a, b):
        alone = ClipLoss(coldest=0.07)
        alone(*batch).backward()
        assert alone.log_scale.grad is not None
        expected = expected + alone.log_scale.grad
    assert both is not None
    assert both.item() == pytest.approx(expected.item(), rel=1e-5)
