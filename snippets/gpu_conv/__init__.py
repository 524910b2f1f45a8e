"""Single-channel 2-D convolution of float32 images on a GPU, in Triton: simple, and fast.

In: an image and a square filter as torch tensors. Out: an image of the same size. `convolve` is the
one to use, `convolve_per_tap` the one to read first. What does not fit is refused with a clear
error. Gradients, batches and channels are beyond it. With TRITON_INTERPRET=1 in the environment
before this is imported, images on the CPU are taken and Triton's interpreter runs the kernels.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from snippets.gpu_conv.kernel import IS_INTERPRETED, convolve_strip, convolve_tile

__all__ = ["LARGEST_K", "convolve", "convolve_per_tap"]

LARGEST_K = 15  # the largest filter that the tests cover


def convolve(
    image: torch.Tensor,
    weights: torch.Tensor,
    *,
    strip_rows: int = 32,
    strip_columns: int = 512,
) -> torch.Tensor:
    """The image under a K×K filter, same size, zeros outside: height × width, float32.

    As torch.nn.functional.conv2d with padding="same" has it, the filter is not flipped, and its
    anchor is tap ((K - 1) // 2, (K - 1) // 2): an even filter reaches one further down and right.
    For the convolution of mathematics pass weights.flip(0, 1). K is 1 to 15. The filter's values
    become arguments of the launch: weights on the GPU have to be waited for.

    It is at its fastest where width and row stride are multiples of 16 and the first pixel is
    aligned to 16 bytes, as in tensors of such widths that torch allocates.
    """
    image, taps = _checked(image, weights)
    _require_power_of_two("strip_columns", strip_columns, 4)
    if strip_rows < 1:
        raise ValueError(f"strip_rows must be at least 1, but it is {strip_rows}")
    quads = strip_columns // 4
    return _launch(
        convolve_strip,
        image,
        taps,
        (strip_rows, strip_columns),
        STRIP_ROWS=strip_rows,
        QUADS=quads,
        num_warps=max(1, min(quads // 32, 8)),
    )


def convolve_per_tap(
    image: torch.Tensor,
    weights: torch.Tensor,
    *,
    tile_rows: int = 16,
    tile_columns: int = 64,
) -> torch.Tensor:
    """The same result by the kernel that loads a pixel once for each tap."""
    image, taps = _checked(image, weights)
    _require_power_of_two("tile_rows", tile_rows, 1)
    _require_power_of_two("tile_columns", tile_columns, 1)
    return _launch(
        convolve_tile,
        image,
        taps,
        (tile_rows, tile_columns),
        TILE_ROWS=tile_rows,
        TILE_COLUMNS=tile_columns,
    )


# region launch
def _launch(
    kernel: Any,
    image: torch.Tensor,
    taps: tuple[float, ...],
    block: tuple[int, int],
    **options: int,
) -> torch.Tensor:
    height, width = image.shape
    result = image.new_empty(image.shape)
    if image.numel() == 0:  # a grid of no programs can't be launched
        return result
    # One long row of programs: a grid's other dimensions end at 65,535.
    programs = -(-height // block[0]) * -(-width // block[1])
    # Triton launches on the current device.
    with torch.cuda.device_of(image):  # type: ignore[no-untyped-call]  # torch's types end here
        kernel[(programs,)](
            image, result, height, width, image.stride(0), taps, K=math.isqrt(len(taps)), **options
        )
    return result


# endregion launch


# region checks
def _checked(image: torch.Tensor, weights: torch.Tensor) -> tuple[torch.Tensor, tuple[float, ...]]:
    """An image whose rows are contiguous, and the filter's values in reading order."""
    for name, tensor in (("image", image), ("weights", weights)):
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, not {type(tensor).__name__}")
        if tensor.dtype != torch.float32:
            raise TypeError(f"{name} must be float32, not {tensor.dtype}: call {name}.float()")
        if tensor.layout != torch.strided or tensor.device.type == "meta":
            raise ValueError(f"{name} must be an ordinary dense tensor with values")
        if tensor.ndim != 2:
            raise ValueError(f"{name} must have 2 dimensions, but its shape is {_shape(tensor)}")
        if tensor.requires_grad and torch.is_grad_enabled():
            raise ValueError(f"{name} asks for gradients, which get lost here: detach it")
    k = weights.shape[0]
    if weights.shape[1] != k or not 1 <= k <= LARGEST_K:
        demand = f"square, with 1 to {LARGEST_K} rows"
        raise ValueError(f"weights must be {demand}, but their shape is {_shape(weights)}")
    if not image.is_cuda and not IS_INTERPRETED:
        where = f"image is on {image.device}, where no kernel runs"
        raise ValueError(f"{where}: move it to a GPU, or set TRITON_INTERPRET=1 before the import")
    # A crop of a larger image is read where it lies; columns apart (a transpose) are copied first.
    image = image.resolve_neg()
    image = image if image.stride(1) == 1 else image.contiguous()
    return image, tuple(weights.flatten().tolist())


# endregion checks


def _require_power_of_two(name: str, given: int, least: int) -> None:
    if given < least or given & (given - 1):
        raise ValueError(f"{name} must be a power of two from {least} up, but it is {given}")


def _shape(tensor: torch.Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "that of a scalar"
