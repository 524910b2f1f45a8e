"""Measure the kernels on a GPU beside torch's convolution and a copy; the results are JSON.

In: a GPU. Out: medians and quartiles by CUDA events, with hardware and versions. Every kernel's
result is checked before it is measured. Without a GPU it says so and exits with status 1.

    python -m snippets.gpu_conv.bench [SIZE [ROUNDS]]
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
import triton  # type: ignore[import-untyped]  # it comes without types

from snippets.gpu_conv import convolve, convolve_per_tap
from snippets.gpu_conv.kernel import IS_INTERPRETED

Call = Callable[[], torch.Tensor]
Convolution = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

FILTERS = (3, 5, 7, 9, 15)
STRIP_ROWS = (16, 32, 64, 128)
BYTES_PER_PIXEL = 8  # one float32 read, one written: what no kernel can do without
UNIT_ROUNDOFF = 2.0**-24  # of float32


def main(arguments: Sequence[str] = ()) -> int:
    """Print the report for a square image, by default of 8192² pixels in 50 rounds."""
    if IS_INTERPRETED or not torch.cuda.is_available():
        why = "TRITON_INTERPRET is set" if IS_INTERPRETED else "torch finds no GPU"
        print(f"nothing was measured: {why}", file=sys.stderr)
        return 1
    size, rounds = [*map(int, arguments), *(8192, 50)[len(arguments) :]]
    device = torch.device("cuda", torch.cuda.current_device())
    image = torch.randn((size, size), generator=torch.Generator().manual_seed(1)).to(device)
    report = {"machine": describe_machine(device), **measure(image, rounds, make_gpu_timer(device))}
    print(json.dumps(report, indent=2))
    return 0


def measure(
    image: torch.Tensor,
    rounds: int,
    time_call: Callable[[Call], float],
    filters: Sequence[int] = FILTERS,
) -> dict[str, Any]:
    """The report on an image: times in ms of a copy and, for each K, of each convolution.

    The calls take turns, so that a change of clock rate meets all of them alike. RuntimeError if a
    convolution is wrong: then nothing is measured.
    """
    target = torch.empty_like(image)
    calls: dict[tuple[int, str], Call] = {(0, "copy"): lambda: target.copy_(image)}
    for k in filters:
        weights = torch.randn((k, k), generator=torch.Generator().manual_seed(k))
        for name, convolution in convolutions(weights.to(image.device)).items():
            require_right(name, convolution, weights, image.device)
            calls[k, name] = partial(convolution, image, weights)
    with torch.backends.cudnn.flags(benchmark=True, allow_tf32=False):
        times = time_in_turn(calls, rounds, time_call)
    moved = BYTES_PER_PIXEL * image.numel()
    copy = summarise(times.pop((0, "copy")), moved)
    results = []
    for (k, name), milliseconds in times.items():
        summary = summarise(milliseconds, moved)
        share = copy["median_ms"] / summary["median_ms"]
        results.append({"k": k, "kernel": name, **summary, "share_of_copy": share})
    shape = list(image.shape)
    return {"image": shape, "rounds": rounds, "bytes": moved, "copy": copy, "results": results}


def convolutions(weights_on_device: torch.Tensor) -> dict[str, Convolution]:
    """What is compared, by name. torch wants the filter where the image is, the kernels don't."""
    k = weights_on_device.shape[0]

    def of_torch(image: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        images, filters = image[None, None], weights_on_device[None, None]
        return torch.nn.functional.conv2d(images, filters, padding=k // 2)[0, 0]

    strips = {f"strip of {rows} rows": partial(convolve, strip_rows=rows) for rows in STRIP_ROWS}
    return {**strips, "one load per tap": convolve_per_tap, "torch": of_torch}


# region require-right
def require_right(
    name: str, convolution: Convolution, weights: torch.Tensor, device: torch.device
) -> None:
    """RuntimeError unless a convolution keeps the error bound of a sum of K² products."""
    k = weights.shape[0]
    image = torch.randn((70, 61), generator=torch.Generator().manual_seed(2))
    x, w = image[None, None].double(), weights[None, None].double()
    expected = torch.nn.functional.conv2d(x, w, padding=k // 2)[0, 0]
    magnitude = torch.nn.functional.conv2d(x.abs(), w.abs(), padding=k // 2)[0, 0]
    bound = k**2 * UNIT_ROUNDOFF / (1 - k**2 * UNIT_ROUNDOFF) * magnitude
    with torch.backends.cudnn.flags(benchmark=True, allow_tf32=False):
        result = convolution(image.to(device), weights).cpu().double()
    if result.shape != expected.shape or not bool(((result - expected).abs() <= bound).all()):
        raise RuntimeError(f"{name} is wrong for K = {k}: nothing was measured")


# endregion require-right


def time_in_turn(
    calls: Mapping[tuple[int, str], Call], rounds: int, time_call: Callable[[Call], float]
) -> dict[tuple[int, str], list[float]]:
    """The times of each call in each round, after one round that warms up and is not counted."""
    times: dict[tuple[int, str], list[float]] = {key: [] for key in calls}
    for number in range(rounds + 1):
        for key, call in calls.items():
            milliseconds = time_call(call)
            if number:
                times[key].append(milliseconds)
    return times


def summarise(milliseconds: Sequence[float], moved_bytes: int) -> dict[str, Any]:
    """Median, quartiles, and what the median means in GB/s."""
    lower, median, upper = statistics.quantiles(milliseconds, n=4, method="inclusive")
    rate = moved_bytes / median / 1e6
    return {"median_ms": median, "quartiles_ms": [lower, upper], "gb_per_s": rate}


# region timer
def make_gpu_timer(device: torch.device) -> Callable[[Call], float]:
    """A function that gives the milliseconds a call takes on the GPU."""
    filler = torch.empty(2**30, dtype=torch.uint8, device=device)
    start: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # torch's
    stop: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # torch's

    def time_call(call: Call) -> float:
        # Keeps the GPU busy while Python prepares the launch, which would count as its time
        # otherwise; and the image is in no cache when the call begins.
        for _ in range(4):
            filler.zero_()
        start.record()
        call()
        stop.record()
        stop.synchronize()
        return float(start.elapsed_time(stop))

    return time_call


# endregion timer


def describe_machine(device: torch.device) -> dict[str, Any]:
    """Hardware and versions, without which a time means nothing."""
    gpu = torch.cuda.get_device_properties(device)
    return {
        "gpu": gpu.name,
        "capability": f"{gpu.major}.{gpu.minor}",
        "multiprocessors": gpu.multi_processor_count,
        "memory_bytes": gpu.total_memory,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "triton": triton.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]  # torch's
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
