"""The command `proofpress` as a process: what it says, and the code it exits with."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.builder.project import NOW

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said on standard output and standard error, and its exit code."""

    code: int
    out: str
    err: str


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "builder", *map(str, arguments)]


def environment(**variables: str) -> dict[str, str]:
    """Ours, with the moment of every test's build, and with this checkout's package found."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("CI", "COLUMNS")}
    return {
        **inherited, "SOURCE_DATE_EPOCH": str(NOW), "PYTHONPATH": str(CHECKOUT), **variables,
    }  # fmt: skip


def run(*arguments: object, folder: Path = CHECKOUT, **variables: str) -> Said:
    """Run the command; a traceback fails the test."""
    done = subprocess.run(
        command(*arguments), cwd=folder, env=environment(**variables),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)
