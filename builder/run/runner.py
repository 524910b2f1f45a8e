"""Cards' tests, run: a process a card, in parallel, in a fresh folder and a fixed environment.

In: the site's root, slugs and demands. Out: a result a card.
The only module of this room that touches disk, clock, environment or processes. It must not know
pages or records. What it starts is `session`, as a script.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from builder.cards.demands import Demands
from builder.cards.find import card_files, card_slugs, test_files
from builder.errors import did_you_mean
from builder.run.judge import Observation, judge
from builder.run.results import CardResult, Result, TestOutcome

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
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    **{f"{name}_NUM_THREADS": "1" for name in THREAD_COUNTS if name != "VECLIB"},
    "VECLIB_MAXIMUM_THREADS": "1",
}

# The card's own settings: the site's would bring options of plugins that are not loaded here.
PYTEST_INI = """[pytest]
python_files = test_*.py
"""


def run_cards(
    root: Path,
    slugs: Sequence[str],
    *,
    jobs: int,
    timeout_seconds: float,
    demands: Mapping[str, Demands],
) -> Iterator[CardResult]:
    """The results of the cards in the given order, each as soon as those before it are there too.

    A card's own timeout goes before `timeout_seconds`. Nothing runs before the first result is
    asked for; when the caller stops asking, what still runs is ended.
    """
    root = root.resolve()
    paths = _code_paths(root)
    children = _Children()
    executor = ThreadPoolExecutor(max_workers=max(1, jobs))
    try:
        futures = []
        for slug in slugs:
            asked = demands.get(slug, Demands())
            limit = timeout_seconds if asked.timeout is None else asked.timeout
            futures.append(executor.submit(_run_card, root, slug, paths, asked, limit, children))
        for future in futures:
            yield future.result()
    finally:
        children.close()
        executor.shutdown(cancel_futures=True)


class _Children:
    """The processes that run now; closing it ends them and lets none start."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: set[subprocess.Popen[bytes]] = set()
        self.is_closed = False

    def add(self, process: subprocess.Popen[bytes]) -> None:
        with self.lock:
            self.running.add(process)
            if self.is_closed:
                _kill_group(process)

    def remove(self, process: subprocess.Popen[bytes]) -> None:
        with self.lock:
            self.running.discard(process)

    def close(self) -> None:
        with self.lock:
            self.is_closed = True
            for process in self.running:
                _kill_group(process)


def _run_card(
    root: Path,
    slug: str,
    paths: Sequence[str],
    demands: Demands,
    limit_seconds: float,
    children: _Children,
) -> CardResult:
    files = card_files(slug, paths)
    if not files:
        hint = did_you_mean(slug, card_slugs(paths), f"write snippets/{slug}.py")
        return _not_run(slug, "ERROR", f"no snippet is called '{slug}'", hint)
    absent = [tool for tool in demands.tools if shutil.which(tool) is None]
    if absent:
        return _not_run(
            slug, "UNAVAILABLE", *(f"install {tool}: it is not on PATH" for tool in absent)
        )
    tested = [*test_files(slug, paths), *(path for path in files if _has_doctests(root / path))]
    if not tested:
        return _not_run(slug, "EMPTY", f"no test ran: write tests/snippets/test_{slug}.py")
    with tempfile.TemporaryDirectory(prefix="proofpress-", ignore_cleanup_errors=True) as folder:
        work = Path(folder).resolve()
        seen = _observe(root, tested, demands, limit_seconds, work, children)
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8") if pyproject.is_file() else ""
    return judge(slug, seen, demands, text)


def _not_run(slug: str, result: Result, *details: str) -> CardResult:
    return CardResult(slug, result, 0, 0, 0, 0.0, tuple(filter(None, details)))


def _observe(
    root: Path,
    tested: Sequence[str],
    demands: Demands,
    limit_seconds: float,
    work: Path,
    children: _Children,
) -> Observation:
    """Runs a card's tests below the folder `work` and says what was seen."""
    for name in ("home", "tmp"):
        (work / name).mkdir()
    (work / "pytest.ini").write_text(PYTEST_INI, encoding="utf-8")
    output, errors = work / "output.txt", work / "errors.txt"
    started = time.monotonic()
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            _command(root, tested, work),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=work / "home",
            env=_environment(root, work, demands),
            start_new_session=True,
        )
        exit_code = _wait(process, limit_seconds, children)
    seconds = time.monotonic() - started
    written = _read_results(work / "results.jsonl")
    return Observation(
        exit_code=exit_code,
        status=written.status,
        seconds=seconds,
        limit_seconds=limit_seconds,
        tests=tuple(written.tests),
        unfinished=written.unfinished,
        collected=written.collected,
        output_bytes=output.stat().st_size + errors.stat().st_size,
        tail=_tail(errors) or _tail(output),
    )


def _command(root: Path, tested: Sequence[str], work: Path) -> list[str]:
    # -P, because the script's folder on sys.path would put this room's modules before Python's own.
    script = str(Path(__file__).with_name("session.py"))
    options = ["-c", str(work / "pytest.ini"), "--rootdir", str(root), "--confcutdir", str(root)]
    options += ["--import-mode=importlib", "--doctest-modules", "-p", "no:cacheprovider", "-q"]
    files = [str(root / path) for path in tested]
    return [sys.executable, "-P", script, str(root), str(work / "results.jsonl"), *options, *files]


def _environment(root: Path, work: Path, demands: Demands) -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_THROUGH if name in os.environ}
    # Python looks for the user's own packages in HOME, which is another folder now.
    user_base = {"PYTHONUSERBASE": site.getuserbase()}
    folders = {
        "HOME": str(work / "home"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(work / "tmp" / "hypothesis"),
        "PYTHONPATH": str(root),
        "TMPDIR": str(work / "tmp"),
    }
    return {**passed, **user_base, **FIXED, **folders, **demands.env}


def _wait(
    process: subprocess.Popen[bytes], limit_seconds: float, children: _Children
) -> int | None:
    """The exit code of a process, None if it had to be ended; its group ends with it either way."""
    children.add(process)
    try:
        return process.wait(limit_seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        children.remove(process)
        _kill_group(process)
        process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@dataclass
class _Written:
    """What a results file says so far, in the terms of `Observation`."""

    tests: list[TestOutcome]
    unfinished: str = ""
    collected: int = 0
    status: int | None = None


def _read_results(path: Path) -> _Written:
    written = _Written([])
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
        except ValueError:  # cut off in the middle of a write
            break
        event = line.pop("event")
        if event == "start":
            written.unfinished = line["test"]
        elif event == "end":
            written.tests.append(TestOutcome(**line))
            written.unfinished = ""
        elif event == "collected":
            written.collected = line["count"]
        else:
            written.status = line["status"]
    return written


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4000))
        return file.read().decode("utf-8", "replace").strip()


def _has_doctests(path: Path) -> bool:
    return path.suffix == ".py" and b">>>" in path.read_bytes()


def _code_paths(root: Path) -> list[str]:
    folders = (root / "snippets", root / "tests" / "snippets")
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(root).as_posix() for path in files)
