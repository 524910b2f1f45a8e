"""What the compiler makes of the two kernels, found without a GPU: registers, spills, loads.

In: a kernel's name, K and a compute capability. Out: counts from the PTX and the machine code that
Triton and its own copy of NVIDIA's assembler produce. It must not run the kernel, and knows nothing
of time.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import triton  # type: ignore[import-untyped]  # it comes without types
from triton.backends.compiler import GPUTarget  # type: ignore[import-untyped]  # as above
from triton.compiler import ASTSource  # type: ignore[import-untyped]  # as above

from snippets.gpu_conv.kernel import IS_INTERPRETED, convolve_strip, convolve_tile

# As `convolve` and `convolve_per_tap` launch them, when nothing else is asked for.
KERNELS = {
    "strip": (convolve_strip, {"STRIP_ROWS": 32, "QUADS": 128}),
    "tile": (convolve_tile, {"TILE_ROWS": 16, "TILE_COLUMNS": 64}),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """Per thread: `registers`, `spilled_bytes`. Per program: `shared_bytes`.

    Per pixel that a thread stores (of one turn of the loop, for "strip"): `words` loaded from the
    image, 4 bytes each, `loads` that fetch them, and `fmas`, fused multiply-adds.
    """

    registers: int
    spilled_bytes: int
    shared_bytes: int
    words: float
    loads: float
    fmas: float


# region compile
def compile_kernel(name: str, k: int, capability: int = 90) -> Compiled:
    """What becomes of a kernel with a K×K filter on a GPU of a capability, by default 9.0 (Hopper).

    The sizes are taken to be multiples of 16, and the pointers aligned to 16 bytes. RuntimeError
    where the kernels are interpreted, and so can't be compiled.
    """
    if IS_INTERPRETED:
        raise RuntimeError("nothing can be compiled while TRITON_INTERPRET is set")
    kernel, sizes = KERNELS[name]
    constants = {"K": k, **sizes}
    types: dict[str, object] = dict.fromkeys(("height", "width", "row_stride"), "i32")
    types |= {"image": "*fp32", "result": "*fp32", "weights": ("fp32",) * k**2}
    aligned = [
        at for at, name in enumerate(kernel.arg_names) if name in types and name != "weights"
    ]
    source = ASTSource(
        kernel,
        {name: types.get(name, "constexpr") for name in kernel.arg_names},
        {(kernel.arg_names.index(name),): value for name, value in constants.items()},
        {(at,): [["tt.divisibility", 16]] for at in aligned},
    )
    built = triton.compile(source, target=GPUTarget("cuda", capability, 32))
    return _count(built.asm["ptx"], built.asm["cubin"])


# endregion compile


def _count(ptx: str, cubin: bytes) -> Compiled:
    loads = [_words(width) for width in re.findall(r"\bld\.global(?:\.v(\d))?\.b32", ptx)]
    stored = sum(_words(width) for width in re.findall(r"\bst\.global(?:\.v(\d))?\.b32", ptx))
    fmas = len(re.findall(r"\bfma\.rn\.f32\b", ptx))
    usage = _resource_usage(cubin)
    return Compiled(
        registers=usage["REG"],
        spilled_bytes=usage["STACK"] + usage["LOCAL"],
        shared_bytes=usage["SHARED"],
        words=sum(loads) / stored,
        loads=len(loads) / stored,
        fmas=fmas / stored,
    )


def _words(vector_width: str) -> int:
    return int(vector_width or 1)


def _resource_usage(cubin: bytes) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernel.cubin"
        path.write_bytes(cubin)
        command = [triton.knobs.nvidia.cuobjdump.path, "-res-usage", str(path)]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: int(count) for name, count in re.findall(r"([A-Z]+):(\d+)", shown)}


def main() -> int:
    """Print a table of both kernels for K = 3, 5, 7, 9, 15, or say why there is none."""
    if IS_INTERPRETED:
        print("nothing can be compiled while TRITON_INTERPRET is set", file=sys.stderr)
        return 1
    print("compiled for compute capability 9.0; words, loads and FMAs per pixel of the result")
    print("kernel   K  registers  spilled  shared    words    loads     FMAs")
    for name in KERNELS:
        for k in (3, 5, 7, 9, 15):
            it = compile_kernel(name, k)
            counts = f"{it.registers:11}{it.spilled_bytes:9}{it.shared_bytes:8}"
            print(f"{name:6}{k:4}{counts}{it.words:9.2f}{it.loads:9.2f}{it.fmas:9.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
