"""The two Triton kernels of the card: one load per tap, and one that keeps its loads in registers.

In: pointers, sizes, the filter as a tuple of scalars. Out: pixels of the result. Both compute

    result[i, j] = sum over u, v of weights[u, v] * image[i + u - before, j + v - before]

with before = (K - 1) // 2 and zeros outside the image, in float32. They must not know tensors:
what a launch needs is checked and chosen by the package's functions.
"""

# ruff: noqa: N803, N806, RUF005
# Capitals are for what is known when a kernel is compiled, as Triton's users write it; and Triton
# compiles sums of tuples, but not tuples with a star in them.
# mypy: ignore-errors
# A kernel only looks like Python: its annotations and types are Triton's own.

from __future__ import annotations

import triton
import triton.language as tl

# Triton reads the variable TRITON_INTERPRET where a kernel is defined, so this holds for good.
IS_INTERPRETED: bool = triton.knobs.runtime.interpret


# region per-tap
@triton.jit
def convolve_tile(
    image,
    result,
    height,
    width,
    row_stride,
    weights,
    K: tl.constexpr,
    TILE_ROWS: tl.constexpr,
    TILE_COLUMNS: tl.constexpr,
):
    """A tile of the result: for each tap, load the tile of the image that lies under it."""
    BEFORE: tl.constexpr = (K - 1) // 2
    tiles_across = tl.cdiv(width, TILE_COLUMNS)
    tile = tl.program_id(0)
    rows = tile // tiles_across * TILE_ROWS + tl.arange(0, TILE_ROWS)[:, None]
    columns = tile % tiles_across * TILE_COLUMNS + tl.arange(0, TILE_COLUMNS)[None, :]
    total = tl.full((TILE_ROWS, TILE_COLUMNS), 0.0, tl.float32)
    for u in tl.static_range(K):
        for v in tl.static_range(K):
            y = rows + (u - BEFORE)
            x = columns + (v - BEFORE)
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            pixels = tl.load(image + y.to(tl.int64) * row_stride + x, mask=inside, other=0.0)
            total += weights[u * K + v] * pixels
    inside = (rows < height) & (columns < width)
    tl.store(result + rows.to(tl.int64) * width + columns, total, mask=inside)


# endregion per-tap


@triton.jit
def convolve_strip(
    image,
    result,
    height,
    width,
    row_stride,
    weights,
    K: tl.constexpr,
    STRIP_ROWS: tl.constexpr,
    QUADS: tl.constexpr,
):
    """A strip of the result, 4 * QUADS wide: walk down the image, and read every row once.

    A quad is four neighbouring columns, one load of 16 bytes. The K results that a row of the image
    belongs to are unfinished sums, kept in registers; each row finishes one of them.
    """
    # region strip
    BEFORE: tl.constexpr = (K - 1) // 2
    QUADS_LEFT: tl.constexpr = (BEFORE + 3) // 4
    QUADS_RIGHT: tl.constexpr = (K - 1 - BEFORE + 3) // 4
    NEAREST: tl.constexpr = 4 * QUADS_LEFT - BEFORE  # where in `near` the first column's taps begin
    strips_across = tl.cdiv(width, 4 * QUADS)
    strip = tl.program_id(0)
    first = strip // strips_across * STRIP_ROWS
    quads = strip % strips_across * QUADS + tl.arange(0, QUADS)
    columns = 4 * quads[:, None] + tl.arange(0, 4)[None, :]
    zero = tl.full((QUADS,), 0.0, tl.float32)
    sums = ((zero, zero, zero, zero),) * K
    for step in range(K - 1 + tl.minimum(STRIP_ROWS, height - first)):
        # endregion strip
        # region row
        y = first + step - BEFORE
        near = ()
        for shift in tl.static_range(-QUADS_LEFT, QUADS_RIGHT + 1):
            x = columns + 4 * shift
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            quad = tl.load(image + y.to(tl.int64) * row_stride + x, mask=inside, other=0.0)
            even, odd = tl.split(tl.reshape(quad, (QUADS, 2, 2)))
            a, c = tl.split(even)
            b, d = tl.split(odd)
            near = near + (a, b, c, d)
        # endregion row
        # region sums
        grown = ()
        for age in tl.static_range(K):  # sums[0] is the oldest: this row is under its last taps
            four = ()
            for column in tl.static_range(4):
                total = sums[age][column]
                for v in tl.static_range(K):
                    total += weights[(K - 1 - age) * K + v] * near[NEAREST + column + v]
                four = four + (total,)
            grown = grown + (four,)
        # endregion sums
        # region finish
        finished = first + step - (K - 1)
        a, b, c, d = grown[0]
        quad = tl.reshape(tl.join(tl.join(a, c), tl.join(b, d)), (QUADS, 4))
        inside = (finished >= first) & (columns < width)
        tl.store(result + finished.to(tl.int64) * width + columns, quad, mask=inside)
        sums = grown[1:] + ((zero, zero, zero, zero),)
        # endregion finish
