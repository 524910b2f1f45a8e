"""The `test:` table of a card's front matter: what its tests need and may do.

In: the table as JSON text. Out: `Demands`, or problems at the table's line.
It must not check the machine: whether a tool is there is the runner's question.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from builder.codec import Value
from builder.errors import Problem, did_you_mean
from builder.model import TIERS


class Demands(Value, frozen=True):
    """What a card's tests need: `timeout` in seconds, `memory` in bytes; None: the usual limit."""

    timeout: float | None = None
    memory: int | None = None
    network: bool = False
    env: dict[str, str] = {}  # noqa: RUF012  # each value gets an empty dict of its own
    inputs: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    min_tests: int = 1
    tiers: tuple[str, ...] = ("tests",)


def read_demands(json_text: str, path: str, line: int) -> Demands | tuple[Problem, ...]:
    """The demands that a `test:` table makes; no table makes none.

    Front matter keeps its spelling, so a number may arrive as text: "60" and 60 are the same.
    """
    table = json.loads(json_text) if json_text else None
    if table is None:
        return Demands()
    if not isinstance(table, dict):
        return (Problem(path, line, "test: is not a table", f"its keys are {', '.join(_READERS)}"),)
    problems = []
    values: dict[str, Any] = {}
    for key, given in table.items():
        reader = _READERS.get(key)
        if reader is None:
            hint = did_you_mean(key, _READERS, f"its keys are {', '.join(_READERS)}")
            problems.append(Problem(path, line, f"test: has no key '{key}'", hint))
            continue
        try:
            values[key] = reader(given)
        except _WrongError as wrong:
            problems.append(Problem(path, line, f"test: {key} {wrong}", wrong.hint))
    return tuple(problems) if problems else Demands(**values)


class _WrongError(Exception):
    """What is wrong with a value, and what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _shown(given: object) -> str:
    return json.dumps(given, ensure_ascii=False)


def _read_seconds(given: object) -> float:
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        try:
            seconds = float(given)
        except ValueError:
            seconds = 0.0
        if seconds > 0 and math.isfinite(seconds):
            return seconds
    raise _WrongError(
        f"is {_shown(given)}, not a number of seconds", "write for example `timeout: 60`"
    )


_UNITS = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}


# What Python and pytest take before a test begins, and a little.
LEAST_MEMORY_BYTES = 32 * 2**20
# What an address of 64 bits can tell apart is more than a system takes for a limit.
MOST_MEMORY_BYTES = 2**60
LONGEST_SHOWN = 60


def _read_bytes(given: object) -> int:
    hint = "write for example `memory: 4GiB`"
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", str(given).strip())
    unit = _UNITS.get(found[2].upper()) if found else None
    if not found or not unit or isinstance(given, bool):
        raise _WrongError(f"is {_shown(given)}, not an amount of memory", hint)
    # Not as a float: what has hundreds of digits would be none.
    size = int(Fraction(found[1]) * unit)
    if size > MOST_MEMORY_BYTES:
        shown = _shown(given)
        shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
        raise _WrongError(f"is {shown}, more than any machine has", hint)
    if size < LEAST_MEMORY_BYTES:
        raise _WrongError(f"is {_shown(given)}, and Python alone needs 32MiB", hint)
    return size


def _read_truth(given: object) -> bool:
    if given is True or given in ("true", "True"):
        return True
    if given is False or given in ("false", "False"):
        return False
    raise _WrongError(
        f"is {_shown(given)}, neither true nor false", "write `network: true` or leave it out"
    )


# Variables that make a run what it is: by another value a card would be tested otherwise than its
# record says.
OF_EVERY_RUN = frozenset(
    (
        "HOME",
        "HYPOTHESIS_STORAGE_DIRECTORY",
        "MATPLOTLIBRC",
        "PATH",
        "PYTEST_ADDOPTS",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
        "PYTEST_PLUGINS",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONUSERBASE",
        "TMPDIR",
    )
)


def _read_env(given: object) -> dict[str, str]:
    hint = 'write for example `env: {TRITON_INTERPRET: "1"}`'
    if not isinstance(given, Mapping):
        raise _WrongError(f"is {_shown(given)}, not a table of variables", hint)
    for name, text in given.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise _WrongError(
                f"names a variable '{name}'", "a variable's name has letters, digits and _ only"
            )
        if name in OF_EVERY_RUN:
            raise _WrongError(f"sets {name}, which every run sets itself", "take it out")
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            raise _WrongError(f"gives {name} the value {_shown(text)}, which is not text", hint)
    return {name: str(text) for name, text in sorted(given.items())}


def _read_count(given: object) -> int:
    if (
        re.fullmatch(r"[0-9]{1,6}", str(given))
        and not isinstance(given, bool)
        and int(str(given)) > 0
    ):
        return int(str(given))
    raise _WrongError(
        f"is {_shown(given)}, not a number of tests from 1 up", "write for example `min_tests: 3`"
    )


def _read_list(given: object) -> tuple[str, ...]:
    if isinstance(given, list) and all(isinstance(each, str) and each for each in given):
        return tuple(given)
    raise _WrongError(f"is {_shown(given)}, not a list of texts", "write for example `[one, two]`")


def _read_inputs(given: object) -> tuple[str, ...]:
    for each in (paths := _read_list(given)):
        if PurePosixPath(each).is_absolute() or ".." in PurePosixPath(each).parts or "\\" in each:
            hint = "name a file by its path from the site's root, with /"
            raise _WrongError(f"names '{each}', which is not a path inside the site", hint)
        if f"{_EVIDENCE}/".startswith(f"{PurePosixPath(each).as_posix()}/".removeprefix("./")):
            hint = f"name the files that it reads; {_EVIDENCE} changes with each of its records"
            raise _WrongError(f"names '{each}', and what is proven would be its own input", hint)
    return tuple(PurePosixPath(each).as_posix() for each in paths)


_EVIDENCE = "content/evidence"


def _read_tools(given: object) -> tuple[str, ...]:
    for each in (names := _read_list(given)):
        if "/" in each or "\\" in each:
            raise _WrongError(
                f"names '{each}', a path", "name the program alone; it is looked up on PATH"
            )
    return names


def _read_tiers(given: object) -> tuple[str, ...]:
    for each in (names := _read_list(given)):
        if each not in TIERS:
            raise _WrongError(
                f"names '{each}'", did_you_mean(each, TIERS, f"tiers are {', '.join(TIERS)}")
            )
    return names


_READERS: dict[str, Callable[[object], Any]] = {
    "timeout": _read_seconds,
    "memory": _read_bytes,
    "network": _read_truth,
    "env": _read_env,
    "inputs": _read_inputs,
    "tools": _read_tools,
    "min_tests": _read_count,
    "tiers": _read_tiers,
}
