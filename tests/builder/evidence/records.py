"""Records of all four tiers, of a card that does not exist, as other tests need them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from builder.codec import sha256
from builder.evidence.digests import digest_content, environment_digest
from builder.evidence.record import (
    Coverage,
    Environment,
    Measurement,
    Record,
    RecordedOutput,
    RecordedTest,
)
from builder.model import Tier

SLUG = "axpy"
KERNEL = "snippets/axpy.py"
TEST = "tests/snippets/test_axpy.py"
FILES = {
    KERNEL: '"""y <- a * x + y."""\n\n\ndef axpy(a, x, y):\n    # one pass\n    return a * x + y\n',
    TEST: "from snippets.axpy import axpy\n\n\ndef test_axpy():\n    assert axpy(2, 3, 4) == 10\n",
}
CUDA = "snippets/axpy.cu"
CUDA_TEXT = """\
// y <- a * x + y
__global__ void axpy(float a, const float *x, float *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;  /* one element a thread */
    if (i < n) y[i] = a * x[i] + y[i];
}
"""
STDOUT = b"axpy(2, 3, 4) = 10\n"
RUNNER = sha256(b"runner").hex()
DEMANDS: dict[str, object] = {
    "timeout": 60,
    "memory": None,
    "network": False,
    "env": {},
    "inputs": [],
    "tools": [],
    "min_tests": 1,
    "tiers": ["tests"],
}
ENVIRONMENT = Environment(
    python="3.11.7",
    implementation="CPython",
    platform="linux-x86_64",
    distributions={"numpy": "2.4.6", "pytest": "9.2.0"},
    direct=("numpy",),
    tools={},
    variables={},
)
HOPPER = Environment(
    python="3.11.7",
    implementation="CPython",
    platform="linux-x86_64",
    distributions={"torch": "2.13.0+cu130", "triton": "3.7.1"},
    direct=("torch", "triton"),
    tools={"nvcc": "13.0.48"},
    variables={"CUDA_VISIBLE_DEVICES": "0"},
    hardware="NVIDIA H200",
)
PASS = RecordedTest(f"{TEST}::test_axpy", "passed", 3)
FAIL = RecordedTest(
    f"{TEST}::test_axpy", "failed", 4, "assert 9 == 10", TEST, 5, f"{TEST}:5: AssertionError"
)


def make_record(tier: Tier = "tests", **changes: object) -> Record:
    """A record of one tier with changed fields, whose digests fit it unless they are given."""
    values: dict[str, object] = {
        "card": SLUG,
        "tier": tier,
        "subjects": digest_files(FILES),
        "test": json.dumps(DEMANDS, sort_keys=True, separators=(",", ":")),
        "runner": RUNNER,
        "result": "PASSED",
        "details": (),
        "tests": (PASS,),
        "coverage": (),
        "outputs": (),
        "environment": ENVIRONMENT,
        "isolation": "user, pid, mount and network namespaces",
        "started": "2026-11-20T10:00:00Z",
        "seconds": 0.125,
        **_OF_TIER[tier](),
        **changes,
    }
    subjects, environment = values["subjects"], values["environment"]
    assert isinstance(subjects, dict)
    assert isinstance(environment, Environment)
    content = digest_content(
        str(values["card"]), tier, subjects, str(values["test"]), str(values["runner"])
    )
    digests = {"content": content, "environment_digest": environment_digest(environment)}
    return Record(**{**digests, **values})  # type: ignore[arg-type]  # fields by name


def make_failure(**changes: object) -> Record:
    """A record of the same files whose one test failed."""
    return make_record(**{"result": "FAILED", "tests": (FAIL,), **changes})  # type: ignore[arg-type]


def digest_files(files: Mapping[str, str]) -> dict[str, str]:
    return {path: sha256(text.encode()).hex() for path, text in files.items()}


def _tests() -> dict[str, object]:
    return {
        "outputs": (RecordedOutput("stdout.txt", sha256(STDOUT).hex(), True),),
        "coverage": (Coverage(KERNEL, 3, 3, ""),),
    }


def _simulated() -> dict[str, object]:
    demands = {**DEMANDS, "tiers": ["simulated"], "env": {"TRITON_INTERPRET": "1"}}
    return {
        "test": json.dumps(demands, sort_keys=True, separators=(",", ":")),
        "tests": (PASS, RecordedTest(f"{TEST}::test_gpu", "skipped", 0, "no GPU here")),
    }


def _compiled() -> dict[str, object]:
    return {
        "subjects": digest_files({CUDA: CUDA_TEXT}),
        "sources": {CUDA: CUDA_TEXT},
        "tests": (),
        "environment": HOPPER,
        "measurements": (
            Measurement("registers", 18.0, "a thread", {"target": "sm_90"}),
            Measurement("spills", 0.0, "B", {"target": "sm_90"}),
        ),
        "claim": "18 registers, no spills",
    }


def _measured() -> dict[str, object]:
    return {
        "subjects": digest_files({KERNEL: FILES[KERNEL]}),
        "sources": {KERNEL: FILES[KERNEL]},
        "tests": (),
        "environment": HOPPER,
        "measurements": (
            Measurement("bytes_moved", 805306368.0, "B", {"n": "67108864"}),
            Measurement("copy_bandwidth", 4.1e12, "B/s", {"n": "67108864"}),
            Measurement("share_of_copy", 0.83, "", {"n": "67108864"}),
        ),
        "claim": "83% of copy bandwidth at n = 2^26",
    }


_OF_TIER = {"tests": _tests, "simulated": _simulated, "compiled": _compiled, "measured": _measured}
