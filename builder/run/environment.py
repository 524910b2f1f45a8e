"""With what a card runs: the versions of what it imports, of its tools, of Python.

In: names of modules, a card's demands, the folders that Python imports from. Out: `Environment`,
names of modules that are not installed. It reads what installers wrote beside the packages, and
never imports them. It must not know the card's files.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from builder import codec
from builder.cards.demands import Demands
from builder.evidence.record import Environment
from builder.evidence.versions import markers_of
from builder.run.installed import find_installed

# Of what the runner lets through to a card, the only one that is no folder.
VARIABLES = ("CUDA_VISIBLE_DEVICES",)
TOOL_TIMEOUT_SECONDS = 20
VERSION_WIDTH = 200


def find_environment(
    modules: Sequence[tuple[str, bool]],
    own_modules: Sequence[str],
    demands: Demands,
    search_path: Sequence[str] = sys.path,
) -> Environment:
    """What a card that imports these modules (a top-level name, whether optional) runs with.

    `distributions` are those of its modules and of pytest, with all that these need, as far as they
    are installed in the folders of `search_path`. `direct` are those of `own_modules`.
    """
    bare = Environment(
        python=platform.python_version(),
        implementation=sys.implementation.name,
        platform=f"{sys.platform}-{platform.machine()}",
        distributions={},
        direct=(),
        tools={tool: find_version(tool) for tool in sorted(demands.tools)},
        variables={name: os.environ[name] for name in VARIABLES if name in os.environ},
    )
    installed = find_installed(search_path)
    direct = {name for module in own_modules for name in installed.providers(module)}
    others = {name for module, _ in modules for name in installed.providers(module)}
    versions = installed.close({*direct, *others, "pytest"}, markers_of(bare))
    return codec.replace(bare, distributions=versions, direct=tuple(sorted(direct)))


def missing_modules(modules: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """The required modules, by top-level name, that are not installed. None of them is run."""
    return tuple(name for name, is_optional in modules if not is_optional and _is_missing(name))


def _is_missing(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is None
    except ValueError:  # it is loaded and does not say from where, as `__main__`
        return False


def find_version(tool: str) -> str:
    """The version of a program on PATH in its own words, without paths; empty if there is none."""
    place = shutil.which(tool)
    if place is None:
        return ""
    file = Path(place).resolve()
    status = file.stat()
    return _ask_version(place, str(file), status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _ask_version(place: str, _file: str, size: int, _mtime_ns: int) -> str:
    """What a program says of its version; asked once for each state of its file."""
    for option in ("--version", "-version"):
        with suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run(
                [place, option],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                timeout=TOOL_TIMEOUT_SECONDS,
                check=False,
            )
            said = (done.stdout.strip() or done.stderr.strip()).decode(errors="replace")
            if said and done.returncode == 0:
                return _PATH.sub("…", said.splitlines()[0].strip())[:VERSION_WIDTH]
    return f"without a version, {size} bytes"


# An absolute path, as in `pip 26.0 from /home/…`: it would make one machine's record unlike all
# others.
_PATH = re.compile(r"(?<![^\s('\"=])(?:/|[A-Za-z]:\\)[^\s)'\"]+")
