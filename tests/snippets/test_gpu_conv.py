"""Proof of the card `gpu_conv`: a float64 sum with its error bound, guarded memory, the compiler.

The kernels run in Triton's interpreter, so nothing here needs or measures a GPU. What could crash,
or needs Triton without its interpreter, runs in a process of its own: this file, as a script with
the case as its argument.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import Any

if __name__ != "__main__":
    os.environ["TRITON_INTERPRET"] = "1"  # before the kernels are defined, which is an import

import numpy as np
import pytest
import torch
import triton  # type: ignore[import-untyped]  # it comes without types
import triton.language as tl  # type: ignore[import-untyped]  # as above
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snippets.gpu_conv import LARGEST_K, bench, compiled, convolve, convolve_per_tap, kernel
from snippets.gpu_conv.__main__ import costs

Floats = NDArray[np.float64]
ROOT = Path(kernel.__file__).parents[2]


def strips(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return convolve(image, weights, strip_rows=8, strip_columns=16)


def tiles(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return convolve_per_tap(image, weights, tile_rows=8, tile_columns=16)


Convolution = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
BOTH = pytest.mark.parametrize("convolution", [strips, tiles])


@pytest.fixture(autouse=True)
def _nan_where_nothing_was_written() -> Iterator[None]:
    # In this mode torch fills fresh memory, so that a pixel that no program writes is noticed.
    torch.use_deterministic_algorithms(True)
    assert torch.empty(1).isnan()
    yield
    torch.use_deterministic_algorithms(False)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


# --- The oracle -----------------------------------------------------------------------------------


def weigh(image: Floats, weights: Floats) -> Floats:
    """The sum over all taps in float64: shift the padded image, multiply, add."""
    k = len(weights)
    before = (k - 1) // 2
    padded = np.pad(image, (before, k - 1 - before))
    height, width = image.shape
    total = np.zeros((height, width))
    for (u, v), weight in np.ndenumerate(weights):
        total += weight * padded[u : u + height, v : v + width]
    return total


def error_bound(image: Floats, weights: Floats) -> Floats:
    """What a sum of K² products in float32, in any order, may be off: γ(K²) · (|x| ∗ |w|).

    γ(n) = n·u / (1 - n·u), Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
    Besides, each product may underflow by half the smallest float32; and the oracle itself is off
    by its own γ.
    """
    n = weights.size
    gammas = sum(n * unit / (1 - n * unit) for unit in (2.0**-24, 2.0**-53))
    return gammas * weigh(np.abs(image), np.abs(weights)) + n * 2.0**-150


def assert_right(result: torch.Tensor, image: torch.Tensor, weights: torch.Tensor) -> None:
    assert result.shape == image.shape
    assert result.dtype == torch.float32
    assert result.is_contiguous()
    x, w = (tensor.double().numpy() for tensor in (image, weights))
    error = np.abs(result.double().numpy() - weigh(x, w))
    assert np.all(error <= error_bound(x, w))  # NaN is not at most anything


def test_the_oracle_is_torchs_convolution_with_same_padding() -> None:
    for k in range(1, LARGEST_K + 1):
        x, w = noise(19, 23).double(), noise(k, k, seed=k).double()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")
            same = torch.nn.functional.conv2d(x[None, None], w[None, None], padding="same")[0, 0]
        off = np.abs(same.numpy() - weigh(x.numpy(), w.numpy()))
        assert np.all(off <= 1e-14 * weigh(np.abs(x.numpy()), np.abs(w.numpy())))


def test_the_bound_is_near_enough_to_notice_a_filter_off_by_one_part_in_a_thousand() -> None:
    image, weights = noise(20, 20).abs(), noise(5, 5).abs()
    with pytest.raises(AssertionError):
        assert_right(strips(image, weights), image, weights * 1.001)


# --- Right, wherever and whatever -----------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("k", [*range(1, 8), 10])
def test_odd_and_even_filters_stay_within_the_error_bound(convolution: Convolution, k: int) -> None:
    image, weights = noise(11, 21, seed=k), noise(k, k, seed=-k)
    assert_right(convolution(image, weights), image, weights)


@pytest.mark.parametrize("convolution", [convolve, convolve_per_tap])
def test_the_largest_filter_at_the_usual_sizes(convolution: Convolution) -> None:
    image, weights = noise(12, 21), noise(LARGEST_K, LARGEST_K)
    assert_right(convolution(image, weights), image, weights)


SHAPES = [
    (1, 1),
    (1, 40),
    (40, 1),
    (2, 3),
    (7, 16),
    (8, 15),
    (8, 16),
    (9, 17),
    (10, 16),
    (16, 33),
    (17, 32),
    (33, 5),
]


@BOTH
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_images_of_any_shape(convolution: Convolution, shape: tuple[int, int]) -> None:
    image, weights = noise(*shape), noise(4, 4)
    assert_right(convolution(image, weights), image, weights)


@settings(max_examples=15, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 40)),
    k=st.integers(1, 6),
    seed=st.integers(0, 2**31),
    scales=st.tuples(st.integers(-70, 60), st.integers(-70, 60)),
    rows=st.integers(1, 30),
    columns=st.sampled_from([4, 8, 16, 32]),
)
def test_any_image_and_filter_in_strips_of_any_size(
    shape: tuple[int, int],
    k: int,
    seed: int,
    scales: tuple[int, int],
    rows: int,
    columns: int,
) -> None:
    # Scales reach from products that underflow to sums just below the largest float32.
    image = noise(*shape, seed=seed) * 2.0 ** scales[0]
    weights = noise(k, k, seed=seed + 1) * 2.0 ** scales[1]
    result = convolve(image, weights, strip_rows=rows, strip_columns=columns)
    assert_right(result, image, weights)


@settings(max_examples=10, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 20)),
    k=st.integers(1, 6),
    rows=st.sampled_from([1, 2, 8, 16]),
    columns=st.sampled_from([1, 4, 16, 64]),
)
def test_tiles_of_any_size(shape: tuple[int, int], k: int, rows: int, columns: int) -> None:
    image, weights = noise(*shape), noise(k, k)
    result = convolve_per_tap(image, weights, tile_rows=rows, tile_columns=columns)
    assert_right(result, image, weights)


class Launches:
    """A kernel that notes how it was launched."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.programs: list[int] = []
        self.options: list[dict[str, int]] = []

    def __getitem__(self, grid: tuple[int, ...]) -> Callable[..., None]:
        self.programs.append(prod(grid))

        def launch(*arguments: Any, **options: int) -> None:
            self.options.append(options)
            self.kernel[grid](*arguments, **options)

        return launch


def test_as_many_programs_are_launched_as_there_are_strips_or_tiles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strip, tile = Launches(kernel.convolve_strip), Launches(kernel.convolve_tile)
    monkeypatch.setattr("snippets.gpu_conv.convolve_strip", strip)
    monkeypatch.setattr("snippets.gpu_conv.convolve_tile", tile)
    strips(noise(17, 33), noise(3, 3))
    tiles(noise(17, 33), noise(3, 3))
    assert strip.programs == tile.programs == [3 * 3]
    assert [options["QUADS"] for options in strip.options] == [16 // 4]
    # Nothing is launched for nothing: on a GPU a grid of no programs is an error.
    strips(noise(0, 33), noise(3, 3))
    tiles(noise(17, 0), noise(3, 3))
    assert strip.programs == tile.programs == [3 * 3]


@BOTH
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_a_filter_of_a_single_one_shifts_the_image_to_the_bit(
    convolution: Convolution, k: int
) -> None:
    image, before = noise(9, 7), (k - 1) // 2
    padded = torch.nn.functional.pad(image, (k, k, k, k))
    for u in range(k):
        for v in range(k):
            weights = torch.zeros(k, k)
            weights[u, v] = 1
            top, left = k + u - before, k + v - before
            expected = padded[top : top + 9, left : left + 7]
            assert torch.equal(convolution(image, weights), expected)


@BOTH
def test_whole_numbers_are_summed_without_error(convolution: Convolution) -> None:
    image = torch.arange(300.0).reshape(15, 20)
    weights = torch.arange(25.0).reshape(5, 5) - 9
    expected = weigh(image.double().numpy(), weights.double().numpy())
    assert np.array_equal(convolution(image, weights).numpy(), expected)


@BOTH
def test_infinities_and_nan_stay_where_the_filter_carries_them(convolution: Convolution) -> None:
    image, weights = noise(20, 20).abs(), noise(3, 3).abs() + 1
    image[4, 5], image[12, 15], image[19, 0] = torch.inf, torch.nan, -torch.inf
    with np.errstate(invalid="ignore"):
        expected = weigh(image.double().numpy(), weights.double().numpy())
    result = convolution(image, weights).double().numpy()
    finite = np.isfinite(expected)
    assert np.array_equal(result[~finite], expected[~finite], equal_nan=True)
    assert np.allclose(result[finite], expected[finite], rtol=1e-5)


# --- Tensors as they come -------------------------------------------------------------------------


@BOTH
def test_a_crop_sees_zeros_around_it_and_not_the_rest_of_its_image(
    convolution: Convolution,
) -> None:
    whole, weights = torch.full((40, 50), torch.nan), noise(5, 5)
    image = whole[7:26, 9:40]
    image.copy_(noise(19, 31))
    assert image.stride() == (50, 1)
    assert_right(convolution(image, weights), image, weights)


VIEWS: dict[str, Callable[[], torch.Tensor]] = {
    "transposed": lambda: noise(31, 19).T,
    "every other column": lambda: noise(19, 62)[:, ::2],
    "every other row": lambda: noise(38, 31)[::2],
    "one row, repeated": lambda: noise(1, 31).expand(19, 31),
    "one pixel, repeated": lambda: noise(1, 1).expand(19, 31),
    "one column of many": lambda: noise(19, 31)[:, 4:5],
    "imaginary part of a conjugate": lambda: torch.complex(noise(9, 9), noise(9, 9)).conj().imag,
    "negated lazily": lambda: torch._neg_view(noise(9, 9)),
}


@BOTH
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_counts_as_what_it_shows(convolution: Convolution, name: str) -> None:
    image, weights = VIEWS[name](), noise(3, 3)
    assert_right(convolution(image, weights), image.resolve_neg(), weights)


@BOTH
def test_a_transposed_filter_is_read_in_its_own_order(convolution: Convolution) -> None:
    image, weights = noise(9, 9), noise(4, 4).T
    assert_right(convolution(image, weights), image, weights)


@BOTH
@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)], ids=str)
def test_an_empty_image_gives_an_empty_one(
    convolution: Convolution, shape: tuple[int, int]
) -> None:
    result = convolution(torch.empty(shape), noise(3, 3))
    assert result.shape == shape
    assert result.dtype == torch.float32


@BOTH
def test_image_and_filter_are_left_alone(convolution: Convolution) -> None:
    image, weights = noise(9, 9), noise(3, 3)
    copies = image.clone(), weights.clone()
    result = convolution(image, weights)
    assert result.data_ptr() != image.data_ptr()
    assert torch.equal(image, copies[0])
    assert torch.equal(weights, copies[1])


IMAGE, FILTER = torch.zeros(9, 9), torch.ones(3, 3)
REFUSED: list[tuple[Any, Any, type[Exception], str]] = [
    (np.zeros((9, 9), "f4"), FILTER, TypeError, "image must be a torch.Tensor, not ndarray"),
    (IMAGE, [[1.0]], TypeError, "weights must be a torch.Tensor, not list"),
    (IMAGE.double(), FILTER, TypeError, r"image must be float32, not torch.float64: call image.fl"),
    (IMAGE.half(), FILTER, TypeError, "image must be float32, not torch.float16"),
    (IMAGE.int(), FILTER, TypeError, "image must be float32, not torch.int32"),
    (IMAGE, FILTER.double(), TypeError, "weights must be float32, not torch.float64"),
    (IMAGE[0], FILTER, ValueError, "image must have 2 dimensions, but its shape is 9$"),
    (IMAGE[None], FILTER, ValueError, "image must have 2 dimensions, but its shape is 1 × 9 × 9"),
    (IMAGE[0, 0], FILTER, ValueError, "image must have 2 dimensions, but .* that of a scalar"),
    (IMAGE, FILTER[0], ValueError, "weights must have 2 dimensions, but its shape is 3$"),
    (IMAGE, FILTER[:2], ValueError, "weights must be square, with 1 to 15 .* is 2 × 3"),
    (IMAGE, FILTER[:0, :0], ValueError, "weights must be square, with 1 to 15 .* is 0 × 0"),
    (IMAGE, torch.ones(16, 16), ValueError, "weights must be square, with 1 to 15 .* 16 × 16"),
    (IMAGE.to("meta"), FILTER, ValueError, "image must be an ordinary dense tensor with values"),
    (IMAGE, FILTER.to("meta"), ValueError, "weights must be an ordinary dense tensor"),
    (IMAGE.to_sparse(), FILTER, ValueError, "image must be an ordinary dense tensor"),
    (IMAGE.clone().requires_grad_(), FILTER, ValueError, "image asks for gradients"),
    (IMAGE, FILTER.clone().requires_grad_(), ValueError, "weights asks for gradients"),
]


@BOTH
@pytest.mark.parametrize(("image", "weights", "error", "message"), REFUSED)
def test_what_does_not_fit_is_refused_by_name(
    convolution: Convolution, image: Any, weights: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        convolution(image, weights)


@BOTH
def test_parameters_are_taken_where_nobody_asks_for_gradients(convolution: Convolution) -> None:
    image, weights = noise(9, 9), noise(3, 3)
    with torch.no_grad():
        result = convolution(image.clone().requires_grad_(), weights.clone().requires_grad_())
    assert not result.requires_grad
    assert_right(result, image, weights)


SIZES: list[tuple[Convolution, dict[str, int], str]] = [
    (convolve, {"strip_rows": 0}, "strip_rows must be at least 1, but it is 0"),
    (convolve, {"strip_columns": 2}, "strip_columns must be a power of two from 4 up, .* is 2"),
    (convolve, {"strip_columns": 24}, "strip_columns must be a power of two from 4 up, .* is 24"),
    (convolve_per_tap, {"tile_rows": 3}, "tile_rows must be a power of two from 1 up"),
    (convolve_per_tap, {"tile_columns": 0}, "tile_columns must be a power of two from 1 up"),
    (convolve_per_tap, {"tile_columns": -4}, "tile_columns must be a power of two from 1 up"),
]


@pytest.mark.parametrize(("convolution", "sizes", "message"), SIZES)
def test_sizes_that_triton_has_no_tiles_for_are_refused(
    convolution: Callable[..., torch.Tensor], sizes: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        convolution(IMAGE, FILTER, **sizes)


# --- Guarded memory -------------------------------------------------------------------------------


def map_memory(size: int, *readable: tuple[int, int]) -> int:
    """The address of fresh memory that can't be read or written but in the given (start, size)."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    no_access = 0
    address = libc.mmap(None, size, no_access, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    for start, length in readable:
        rights = mmap.PROT_READ | mmap.PROT_WRITE
        if libc.mprotect(address + start, length, rights):
            raise OSError(ctypes.get_errno(), "mprotect")
    return int(address)


def tensor_at(address: int, *shape: int) -> torch.Tensor:
    floats = (ctypes.c_float * prod(shape)).from_address(address)
    return torch.frombuffer(floats, dtype=torch.float32).reshape(shape)


def guarded(*shape: int, side: str) -> torch.Tensor:
    """A tensor that ends where unreadable memory starts (side "end"), or starts where it ends."""
    page = mmap.PAGESIZE
    size = prod(shape) * 4
    pages = -(-size // page) * page
    address = map_memory(pages + 2 * page, (page, pages)) + page
    tensor_at(address, pages // 4).fill_(torch.nan)
    return tensor_at(address + (pages - size if side == "end" else 0), *shape)


@triton.jit  # type: ignore[untyped-decorator]  # without types
def add_neighbours_unmasked(image, result, COUNT: tl.constexpr):  # type: ignore[no-untyped-def]  # noqa: N803  # Triton's
    at = tl.arange(0, COUNT)
    near = tl.load(image + at - 1) + tl.load(image + at + 1)
    tl.store(result + at, tl.load(image + at) + near)


def run_guarded() -> None:
    """Both kernels on images, and into results, beside memory that can't be read or written."""
    run_far_apart()
    plain_empty_like = torch.empty_like
    for side in ("end", "start"):
        for shape in ((1, 1), (8, 16), (9, 17), (13, 4)):
            for k in (1, 2, 5):
                image, weights = guarded(*shape, side=side), noise(k, k)
                image.copy_(noise(*shape))
                for name, convolution in (("strips", strips), ("tiles", tiles)):
                    print(name, shape, k, "guarded at its", side, flush=True)
                    try:
                        torch.empty_like = lambda like, **_: guarded(*like.shape, side=side)  # noqa: B023  # called at once
                        result = convolution(image, weights)
                    finally:
                        torch.empty_like = plain_empty_like
                    assert_right(result, image, weights)


def run_far_apart() -> None:
    """Rows 4 GiB apart, where a 32-bit offset is wrong by the third; only the rows are readable."""
    stride, shape, page = 2**30, (3, 8), mmap.PAGESIZE
    weights = noise(3, 3)
    for name in ("strips", "tiles"):
        image, result = (
            map_memory(8 * 2**30 + page, *((4 * stride * row, page) for row in range(3)))
            for _ in range(2)
        )
        for row in range(3):
            tensor_at(image + 4 * stride * row, page // 4).zero_()
            tensor_at(image + 4 * stride * row, 8).copy_(noise(*shape)[row])
        first_rows = (tensor_at(address, 8) for address in (image, result))
        filter_values = tuple(weights.flatten().tolist())
        if name == "strips":
            launch, sizes = kernel.convolve_strip, {"STRIP_ROWS": 8, "QUADS": 4}
        else:
            launch, sizes = kernel.convolve_tile, {"TILE_ROWS": 4, "TILE_COLUMNS": 16}
        print(name, "on rows far apart", flush=True)
        launch[(1,)](*first_rows, 3, stride, stride, filter_values, K=3, **sizes)
        rows = [tensor_at(result + 4 * stride * row, 8) for row in range(3)]
        whole = torch.nn.functional.pad(noise(*shape), (0, 8))
        expected = weigh(whole.double().numpy(), weights.double().numpy())[:, :8]
        assert np.allclose(torch.stack(rows).numpy(), expected, rtol=1e-5, atol=1e-6), name


def run_unmasked(side: str) -> None:
    """What a forgotten mask does: beside an unreadable page, and amid other memory."""
    ordinary, result = torch.zeros(18), torch.empty(16)
    ordinary[1:17] = torch.arange(16.0)
    add_neighbours_unmasked[(1,)](ordinary[1:17], result, COUNT=16)
    expected = np.convolve(np.arange(16.0), [1, 1, 1], mode="same")
    print("passes unnoticed" if np.array_equal(result.numpy(), expected) else "wrong", flush=True)
    image = guarded(16, side=side)
    add_neighbours_unmasked[(1,)](image, torch.empty(16), COUNT=16)
    print("survived")


def run_uninterpreted() -> None:
    """What happens where no TRITON_INTERPRET is set, as JSON."""
    from snippets.gpu_conv.compiled import compile_kernel  # it refuses what is interpreted

    refusals = []
    for convolution in (convolve, convolve_per_tap):
        try:
            convolution(IMAGE, FILTER)
        except ValueError as error:
            refusals.append(str(error))
    asked = [("strip", 2), ("strip", 3), ("strip", 5), ("strip", 9), ("tile", 2), ("tile", 5)]
    fields = ("spilled_bytes", "shared_bytes", "words", "loads", "fmas")
    found = {(name, k): compile_kernel(name, k) for name, k in asked}
    compiled = [(*key, *(getattr(it, field) for field in fields)) for key, it in found.items()]
    print(json.dumps({"refusals": refusals, "compiled": compiled}))


def in_a_process(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    kept |= {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", **environment}
    return subprocess.run(
        [sys.executable, *command], env=kept, capture_output=True, text=True, check=False
    )


def test_no_kernel_touches_memory_beside_the_image_or_the_result() -> None:
    ran = in_a_process(__file__, "guarded", TRITON_INTERPRET="1")
    assert ran.returncode == 0, f"died at: {ran.stdout[-60:]}\n{ran.stderr[-2000:]}"
    assert ran.stdout.count("guarded at its") == 2 * 4 * 3 * 2
    assert ran.stdout.count("far apart") == 2


@pytest.mark.parametrize("side", ["start", "end"])
def test_a_forgotten_mask_passes_the_plain_interpreter_and_dies_in_guarded_memory(
    side: str,
) -> None:
    ran = in_a_process(__file__, f"unmasked-{side}", TRITON_INTERPRET="1")
    assert ran.stdout == "passes unnoticed\n"
    assert ran.returncode == -signal.SIGSEGV


# --- Without the interpreter ----------------------------------------------------------------------


def test_the_compiler_takes_both_kernels_and_loads_what_the_page_says(tmp_path: Path) -> None:
    ran = in_a_process(__file__, "uninterpreted", TRITON_CACHE_DIR=str(tmp_path))
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = json.loads(ran.stdout)
    message = "image is on cpu, where no kernel runs: move it to a GPU, or set TRITON_INTERPRET=1"
    assert said["refusals"] == [f"{message} before the import"] * 2
    assert len(said["compiled"]) == 6
    for name, k, spilled, shared, words, loads, fmas in said["compiled"]:
        operations, per_tap, _ = costs(k)
        assert (spilled, shared, fmas) == (0, 0, operations / 2)
        if name == "strip":
            # Of each row walked; a strip of one row walks K.
            assert words == costs(k, strip_rows=1)[2] / k
            assert loads == words / 4  # each of 16 bytes
        else:
            assert words == per_tap


def test_nothing_is_compiled_where_kernels_are_interpreted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert compiled.main() == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "nothing can be compiled while TRITON_INTERPRET is set\n"
    with pytest.raises(RuntimeError, match="nothing can be compiled while TRITON_INTERPRET is set"):
        compiled.compile_kernel("tile", 3)


def test_the_demonstration_needs_no_gpu_and_no_variable() -> None:
    ran = in_a_process("-m", "snippets.gpu_conv")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "  5      8          50     6.25             25             3.38\n" in ran.stdout
    picture = ran.stdout.splitlines()[3:24]
    assert picture[10].split() == ["@@@@@@"] * 2 + [".-*%@@%*-."] * 2 + ["@@"] * 4


# --- The measurement, as far as it goes without a GPU ---------------------------------------------


def test_without_a_gpu_nothing_is_measured() -> None:
    ran = in_a_process("-m", "snippets.gpu_conv.bench")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "nothing was measured: torch finds no GPU\n"


def test_the_interpreter_is_not_measured_even_beside_a_gpu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert bench.main() == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "nothing was measured: TRITON_INTERPRET is set\n")


def test_the_report_compares_every_kernel_with_a_copy() -> None:
    calls: list[bench.Call] = []

    def time_call(call: bench.Call) -> float:
        calls.append(call)
        # The copy takes 2 ms; the others 4 ms, in later rounds 1 ms more each time.
        return 2.0 if call is calls[0] else 4.0 + (len(calls) - 1) // 7

    report = bench.measure(torch.zeros(6, 10), 3, time_call, filters=[3])
    assert [report[key] for key in ("image", "rounds", "bytes")] == [[6, 10], 3, 480]
    assert report["copy"] == {"median_ms": 2.0, "quartiles_ms": [2.0, 2.0], "gb_per_s": 480 / 2e6}
    names = [f"strip of {rows} rows" for rows in (16, 32, 64, 128)] + ["one load per tap", "torch"]
    assert [(it["k"], it["kernel"]) for it in report["results"]] == [(3, name) for name in names]
    for result in report["results"]:
        assert result["median_ms"] == 6.0  # of 5, 6, 7: the first round warms up
        assert result["quartiles_ms"] == [5.5, 6.5]
        assert result["gb_per_s"] == 480 / 6e6
        assert result["share_of_copy"] == 2 / 6
    assert len(calls) == 7 * 4
    assert calls[:7] == calls[7:14] == calls[21:]
    for call in calls[1:7]:
        assert torch.equal(call(), torch.zeros(6, 10))
    json.dumps(report)


def test_what_is_measured_computes_the_same() -> None:
    image, weights = noise(9, 20), noise(5, 5)
    found = bench.convolutions(weights)
    assert len(found) == 6
    for convolution in found.values():
        assert_right(convolution(image, weights), image, weights)


def test_each_name_of_a_measurement_stands_for_what_it_says() -> None:
    weights = noise(17, 17)  # torch takes what is too large for the kernels
    found = bench.convolutions(weights)
    for rows in bench.STRIP_ROWS:
        strip: Any = found.pop(f"strip of {rows} rows")
        assert (strip.func, strip.keywords) == (convolve, {"strip_rows": rows})
    assert found.pop("one load per tap") is convolve_per_tap
    image = noise(19, 23)
    assert_right(found.pop("torch")(image, weights), image, weights)
    assert not found


def test_a_wrong_convolution_is_not_measured() -> None:
    def flipped(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return tiles(image, weights.flip(0, 1))

    def rounded(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return tiles(image.bfloat16().float(), weights)

    def undefined(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return torch.full_like(image, torch.nan) + weights[0, 0]

    def too_dark(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return tiles(image, weights) - 1

    def cropped(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return tiles(image, weights)[:1]

    cpu = torch.device("cpu")
    bench.require_right("right", tiles, noise(3, 3), cpu)
    for wrong in (flipped, rounded, undefined, too_dark, cropped):
        with pytest.raises(RuntimeError, match="wrong is wrong for K = 3: nothing was measured"):
            bench.require_right("wrong", wrong, noise(3, 3), cpu)


def test_where_one_of_all_is_wrong_nothing_is_measured() -> None:
    # Even filters make torch's result larger than the image: it pads both sides alike.
    with pytest.raises(RuntimeError, match="is wrong for K = 2: nothing was measured"):
        bench.measure(torch.zeros(6, 10), 1, lambda _: pytest.fail("measured"), filters=[2])


def test_costs_are_counted_as_the_kernels_load() -> None:
    # K = 5: twelve columns are loaded for four; 36 rows for 32.
    assert costs(5) == (50, 25, 12 / 4 * 36 / 32)
    assert costs(1) == (2, 1, 1.0)
    assert costs(2) == (8, 4, 8 / 4 * 33 / 32)  # nothing to the left
    assert costs(10, strip_rows=9) == (200, 100, 16 / 4 * 2)  # 4 before, 5 after


CASES: dict[str, Callable[[], None]] = {
    "guarded": run_guarded,
    "unmasked-start": lambda: run_unmasked("start"),
    "unmasked-end": lambda: run_unmasked("end"),
    "uninterpreted": run_uninterpreted,
}

if __name__ == "__main__":
    CASES[sys.argv[1]]()
