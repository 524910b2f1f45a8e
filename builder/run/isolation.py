"""A command of a card, run apart: in a fresh folder, a fixed environment, behind a guard.

In: the site's root, a command, the card's demands. Out: how it ended, and the folder with what it
wrote. It must not know what the command does.
"""

from __future__ import annotations

import os
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from builder.cards.demands import Demands
from builder.run.watch import Ending, Guards, Limits, watch

MEMORY_BYTES = 4 * 2**30  # for a card that asks for no other limit
OUTPUT_BYTES = 10_000_000

# What a card may know of the machine. All else is fixed, so that a result depends on no user.
PASSED_THROUGH = (
    "CUDA_HOME",
    "CUDA_VISIBLE_DEVICES",
    "JAVA_HOME",
    "LD_LIBRARY_PATH",
    "PATH",
    "VIRTUAL_ENV",
)
THREAD_COUNTS = ("MKL", "NUMEXPR", "NUMBA", "OMP", "OPENBLAS", "VECLIB")
FIXED = {
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
    **{f"{name}_NUM_THREADS": "1" for name in THREAD_COUNTS if name != "VECLIB"},
    "VECLIB_MAXIMUM_THREADS": "1",
}

# Ids in a figure are random unless this is given; with SOURCE_DATE_EPOCH a figure is repeatable.
MATPLOTLIBRC = "svg.hashsalt: proofpress\n"


def limits_of(demands: Demands, timeout_seconds: float) -> Limits:
    """A card's limits: its own, where it asks for any."""
    return Limits(
        timeout_seconds if demands.timeout is None else demands.timeout,
        MEMORY_BYTES if demands.memory is None else demands.memory,
        OUTPUT_BYTES,
    )


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="proofpress-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def run_apart(
    root: Path,
    work: Path,
    command: Sequence[str],
    demands: Demands,
    limits: Limits,
    *,
    hash_seed: int,
    guards: Guards,
    figures: Path | None = None,
) -> tuple[Ending, str]:
    """How a command ended, and how it was shut in: by "namespaces" or as "processes".

    Its output is in `output.txt` and `errors.txt` of the work folder. `figures` is a folder that
    takes the figures which it leaves where it starts; None: they are not wanted.
    """
    (work / "matplotlibrc").write_text(MATPLOTLIBRC, encoding="utf-8")
    outputs = [work / "output.txt", work / "errors.txt"]
    words = {
        "parent": str(os.getpid()),
        "root": str(root),
        "work": str(work),
        "memory": str(limits.memory_bytes),
        "network": "yes" if demands.network else "no",
        "isolation": _wanted_isolation(),
        "figures": str(figures or ""),
    }
    # Isolated and without site: the guard is started for every card, and needs nothing of it.
    guard_words = [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))]
    with outputs[0].open("wb") as out, outputs[1].open("wb") as err:
        guard = subprocess.Popen(
            [*guard_words, *(f"{name}={text}" for name, text in words.items()), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=work,
            env=_environment(root, work, demands, hash_seed),
            start_new_session=True,
        )
        ending = watch(guard, limits, outputs, guards)
    return ending, read_isolation(work)


def read_isolation(work: Path) -> str:
    """How the card of a work folder was shut in; "" if its guard was ended before it was."""
    said = work / "isolation"
    return said.read_text(encoding="utf-8") if said.is_file() else ""


def end_of(path: Path) -> str:
    """The end of a text file, whatever its bytes."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4000))
        return file.read().decode("utf-8", "replace").strip()


def _wanted_isolation() -> str:
    """Namespaces where they can be had; PROOFPRESS_ISOLATION=process does without."""
    is_plain = os.environ.get("PROOFPRESS_ISOLATION") == "process"
    return "processes" if is_plain else "namespaces"


def _environment(root: Path, work: Path, demands: Demands, hash_seed: int) -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_THROUGH if name in os.environ}
    # Python looks for the user's own packages in HOME, which is another folder now.
    user_base = {"PYTHONUSERBASE": site.getuserbase()}
    room = work / "room"
    folders = {
        "HOME": str(room / "home"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(room / "tmp" / "hypothesis"),
        "MATPLOTLIBRC": str(work / "matplotlibrc"),
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": str(root),
        "TMPDIR": str(room / "tmp"),
    }
    return {**passed, **user_base, **FIXED, **folders, **demands.env}
