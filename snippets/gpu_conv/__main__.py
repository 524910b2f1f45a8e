"""Show what a filter does to a small picture, and what it costs per pixel.

Where there is no GPU, Triton's interpreter runs the kernels.
"""

from __future__ import annotations

import os
import sys

import torch

from snippets.gpu_conv import convolve
from snippets.gpu_conv.kernel import IS_INTERPRETED

SHADES = " .:-=+*#%@"
HEIGHT, WIDTH = 21, 31
# The coefficients of (1 + x)**4, across and down: a bell in whole numbers.
BLUR = torch.outer(*[torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16] * 2)
EDGES = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])  # Sobel's, left-right


def main() -> None:
    """Print a picture, blurred and its edges, and the costs of a pixel for each K."""
    device = "cpu" if IS_INTERPRETED else "cuda"
    print(f"kernels run {'in the interpreter' if IS_INTERPRETED else 'on the GPU'}\n")
    picture = draw_ring()
    blurred, edges = (
        convolve(picture.to(device), weights, strip_columns=32).cpu() for weights in (BLUR, EDGES)
    )
    titles = ("picture", "5×5 binomial blur", "3×3 Sobel, absolute")
    print("  ".join(title.ljust(WIDTH) for title in titles).rstrip())
    for lines in zip(shade(picture), shade(blurred), shade(edges.abs() / 4), strict=True):
        print("  ".join(lines).rstrip())

    print("\nPer pixel of the result: bytes that must move, operations, and words of 4 bytes")
    print("loaded by one load per tap and by strips of 32 rows")
    print("   K  bytes  operations  op/byte  words per tap  words in strips")
    for k in (3, 5, 7, 9, 15):
        operations, per_tap, in_strips = costs(k)
        print(f"{k:4}{8:7}{operations:12}{operations / 8:9.2f}{per_tap:15}{in_strips:17.2f}")


# region costs
def costs(k: int, strip_rows: int = 32) -> tuple[int, int, float]:
    """Operations, and words loaded by one load per tap and by strips, per pixel of the result."""
    before, after = (k - 1) // 2, k // 2
    words_across = 4 + 4 * -(-before // 4) + 4 * -(-after // 4)  # for four pixels
    rows_walked = strip_rows + k - 1
    return 2 * k**2, k**2, words_across / 4 * rows_walked / strip_rows


# endregion costs


def draw_ring() -> torch.Tensor:
    """A ring on a dark ground: height × width, from 0 to 1."""
    y = torch.arange(HEIGHT, dtype=torch.float32)[:, None] - HEIGHT // 2
    x = torch.arange(WIDTH, dtype=torch.float32)[None, :] / 1.5 - WIDTH / 3
    distance = torch.sqrt(y * y + x * x)
    return ((distance > 4.2) & (distance < 8.2)).float()


def shade(picture: torch.Tensor) -> list[str]:
    """A picture with values from 0 to 1 as lines of text."""
    levels = (picture * (len(SHADES) - 1)).round().clamp(0, len(SHADES) - 1).int()
    return ["".join(SHADES[level] for level in row) for row in levels.tolist()]


if __name__ == "__main__":
    if not (IS_INTERPRETED or torch.cuda.is_available()):
        # The package is imported by now, and its kernels made for a GPU: begin again.
        os.environ["TRITON_INTERPRET"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "snippets.gpu_conv"])
    main()
