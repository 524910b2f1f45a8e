"""The symmetric contrastive loss of CLIP: stable at any scale, with a temperature that is learned.

In: N pairs of embeddings, row i of one matrix belonging to row i of the other. Out: one number, the
mean cross-entropy of finding each row's partner among all N, in both directions. What made the
embeddings it needn't know; that two rows mean the same, and should both be found, it can't know.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def clip_loss(images: Tensor, texts: Tensor, scale: Tensor | float) -> Tensor:
    """The loss for embeddings of shape (N, width), N at least 1; `scale` is 1 / temperature.

    Only the directions of embeddings count; one of zeros has cosine 0 with all. Computed in float32
    or better, whatever comes in, inside autocast too. The loss of Radford et al. 2021, figure 3:
    https://arxiv.org/abs/2103.00020. ValueError where the shapes are not alike, or are empty.
    """
    if images.ndim != 2 or images.shape != texts.shape or 0 in images.shape:
        raise ValueError(
            f"expected two shapes (N, width), alike, not {[*images.shape]} and {[*texts.shape]}"
        )
    # Scaled by 100, a cosine rounded to bfloat16 would be off by up to 0.2 in the exponent.
    with torch.autocast(images.device.type, enabled=False):
        logits = scale * (_unit(images) @ _unit(texts).T)
        return (_surprise(logits, 1).mean() + _surprise(logits, 0).mean()) / 2


def _surprise(logits: Tensor, dim: int) -> Tensor:
    """-log softmax(logits, dim) on the diagonal, as log(1 + the others' odds against it).

    Nothing is subtracted from 1, so a loss far below the resolution of 1 keeps its digits.
    """
    odds = logits - logits.diagonal().unsqueeze(dim)
    own = torch.eye(len(odds), dtype=torch.bool, device=odds.device)
    against = odds.masked_fill(own, -math.inf).logsumexp(dim)
    return torch.logaddexp(against, torch.zeros_like(against))


def _unit(embeddings: Tensor) -> Tensor:
    """Rows of length 1, in float32 or better; a row of zeros stays one, with a finite gradient."""
    wide = embeddings.to(torch.promote_types(embeddings.dtype, torch.float32))
    # Divided by its largest number a row neither overflows nor vanishes when it is squared. The
    # direction does not depend on that number, so its gradient is not needed.
    largest = wide.detach().abs().amax(1, keepdim=True)
    rows = wide / torch.where(largest > 0, largest, 1)
    lengths: Tensor = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    return rows / lengths.clamp_min(1)  # at least 1 anyway, unless all is 0


class ClipLoss(nn.Module):
    """The loss with a learned scale, kept as its logarithm: each step multiplies, none makes it 0.

    `temperature` is where learning starts, `coldest` where it stops: the paper's 0.07 and 0.01.
    Leave `log_scale` out of weight decay, which would pull the temperature towards 1.
    """

    def __init__(self, temperature: float = 0.07, coldest: float = 0.01) -> None:
        super().__init__()
        if not 0 < coldest <= temperature < math.inf:
            raise ValueError(f"expected 0 < coldest <= temperature, not {coldest}, {temperature}")
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))
        self.limit = -math.log(coldest)

    def forward(self, images: Tensor, texts: Tensor) -> Tensor:
        """The loss of N pairs, two tensors of shape (N, width)."""
        # The parameter itself is held back. Clamped in the graph, it would get no gradient once an
        # optimizer has carried it over the limit, and never come back.
        with torch.no_grad():
            self.log_scale.clamp_(max=self.limit)
        return clip_loss(images, texts, self.log_scale.exp())


def main() -> None:
    """Print the loss at growing scales beside its definition, and a temperature being learned."""
    torch.manual_seed(0)
    images = torch.randn(64, 32)
    texts = images + 1.5 * torch.randn(64, 32)
    cosines = nn.functional.cosine_similarity(images[:, None], texts, dim=2)
    print(" scale  by definition  clip_loss")
    for scale in (1.0, 1 / 0.07, 100.0, 1000.0):
        odds = (scale * cosines).exp()
        defined = -(odds.diagonal() ** 2 / (odds.sum(0) * odds.sum(1))).log().mean() / 2
        print(f"{scale:6.1f} {defined:14.4f} {clip_loss(images, texts, scale):10.4f}")
    print("\n  step    loss  temperature")
    loss = ClipLoss()
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.05)
    for step in range(81):
        value = loss(images, texts)
        if step % 20 == 0:
            print(f"{step:6d} {value.item():7.4f} {1 / loss.log_scale.exp().item():12.3f}")
        optimizer.zero_grad()
        value.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
