"""The symmetric contrastive loss of CLIP: stable at any scale, with a temperature that is learned.

In: N pairs of embeddings, row i of one matrix belonging to row i of the other. Out: one number, the
mean cross-entropy of finding each row's partner among all N, in both directions. What made the
embeddings it needn't know; that two rows mean the same, and should both be found, it can't know.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


# region loss
def clip_loss(images: Tensor, texts: Tensor, scale: Tensor | float) -> Tensor:
    """The loss for embeddings of shape (N, width), N at least 1; `scale` is 1 / temperature.

    Embeddings are compared by their cosine, so only their directions count; an embedding of zeros
    has cosine 0 with all. Computed in float32 or better, whatever comes in and inside autocast too.
    The loss of Radford et al. 2021, figure 3: https://arxiv.org/abs/2103.00020. ValueError where the
    shapes are not two equal ones, or empty.
    """
    if images.ndim != 2 or images.shape != texts.shape or 0 in images.shape:
        raise ValueError(
            f"expected two shapes (N, width), alike and not empty, "
            f"not {tuple(images.shape)} and {tuple(texts.shape)}"
        )
    # Scaled by 100, a cosine rounded to bfloat16 would be off by up to 0.2 in the exponent.
    with torch.autocast(images.device.type, enabled=False):
        logits = scale * (_unit(images) @ _unit(texts).T)
        return (_surprise(logits, 1).mean() + _surprise(logits, 0).mean()) / 2


# endregion loss


# region surprise
def _surprise(logits: Tensor, dim: int) -> Tensor:
    """-log softmax(logits, dim) on the diagonal, as log(1 + the others' odds against it).

    Nothing is subtracted from 1, so a loss far below the resolution of 1 keeps its digits.
    """
    odds = logits - logits.diagonal().unsqueeze(dim)
    # Not -inf: a pair without others would have the gradient inf - inf.
    nothing = torch.finfo(odds.dtype).min
    own = torch.eye(len(odds), dtype=torch.bool, device=odds.device)
    against = odds.masked_fill(own, nothing).logsumexp(dim)
    return torch.logaddexp(against, torch.zeros_like(against))


# endregion surprise


# region unit
def _unit(embeddings: Tensor) -> Tensor:
    """Rows of length 1, in float32 or better; a row of zeros stays one, with a finite gradient."""
    wide = embeddings.to(torch.promote_types(embeddings.dtype, torch.float32))
    # Divided by its largest number a row neither overflows nor vanishes when it is squared. The
    # direction does not depend on that number, so its gradient is not needed.
    largest = wide.detach().abs().amax(1, keepdim=True)
    rows = wide / torch.where(largest > 0, largest, 1)
    return rows / rows.norm(dim=1, keepdim=True).clamp_min(1)  # at least 1 unless all is 0


# endregion unit


# region learned
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


# endregion learned


def main() -> None:
    """Print the loss at growing scales beside its definition, and a temperature being learned."""
    torch.manual_seed(0)
    images = torch.randn(16, 32)
    texts = images + 0.8 * torch.randn(16, 32)
    cosines = nn.functional.normalize(images) @ nn.functional.normalize(texts).T
    print(" scale  by definition  clip_loss")
    for scale in (1.0, 1 / 0.07, 100.0, 1000.0):
        odds = (scale * cosines).exp()
        chosen = odds.diagonal() ** 2 / (odds.sum(0) * odds.sum(1))
        print(
            f"{scale:6.1f} {-chosen.log().mean() / 2:14.4g} {clip_loss(images, texts, scale):10.4g}"
        )
    print("\n step    loss  temperature")
    loss = ClipLoss()
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.05)
    for step in range(81):
        optimizer.zero_grad()
        value = loss(images, texts)
        value.backward()
        if step % 20 == 0:
            print(f"{step:5d} {value.item():7.4f} {1 / loss.log_scale.exp().item():12.3f}")
        optimizer.step()


if __name__ == "__main__":
    main()
