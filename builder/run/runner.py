"""Cards' tests, run: a process a card, in parallel, each shut in and watched.

In: the site's root, slugs and demands. Out: a result a card. It must not know pages or records.
What it starts is `session`, as a script, behind `guard`.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from builder.cards.demands import Demands
from builder.cards.find import card_files, card_slugs, test_files
from builder.codec import replace
from builder.errors import did_you_mean
from builder.read.tree import survey_folders
from builder.run.heard import read_results
from builder.run.isolation import end_of, limits_of, run_apart, work_folder
from builder.run.judge import Observation, judge
from builder.run.outputs import run_main
from builder.run.results import CardResult, not_run
from builder.run.watch import Guards

# The card's own settings: the site's would bring options of plugins that are not loaded here.
GENERATED = "test_examples.py"
NOTHING: Mapping[str, str] = {}
PYTEST_INI = """[pytest]
python_files = test_*.py
"""


@dataclass(frozen=True, slots=True)
class _Run:
    """What all the cards of one call have in common."""

    root: Path
    paths: Sequence[str]
    timeout_seconds: float
    hash_seed: int
    is_reversed: bool
    generated: Mapping[str, str]
    guards: Guards


def run_cards(
    root: Path,
    slugs: Sequence[str],
    *,
    jobs: int,
    timeout_seconds: float,
    demands: Mapping[str, Demands],
    hash_seed: int = 0,
    reverse: bool = False,
    with_main: Collection[str] = (),
    generated: Mapping[str, str] = NOTHING,
) -> Iterator[CardResult]:
    """The results of the cards in the given order, each as soon as those before it are there too.

    A card's own timeout goes before `timeout_seconds`. `reverse` runs its tests from the last to
    the first. The demonstration of a card in `with_main` is run after a pass. What has a test file
    in `generated` is no card: that file is run, and nothing else. Nothing runs before
    the first result is asked for; when the caller stops asking, what still runs is ended.
    """
    root = root.resolve()
    run = _Run(root, _code_paths(root), timeout_seconds, hash_seed, reverse, generated, Guards())
    executor = ThreadPoolExecutor(max_workers=max(1, jobs))
    try:
        futures = [
            executor.submit(_run_card, run, slug, demands.get(slug, Demands()), slug in with_main)
            for slug in slugs
        ]
        for future in futures:
            yield future.result()
    finally:
        run.guards.close()
        executor.shutdown(cancel_futures=True)


def _run_card(run: _Run, slug: str, demands: Demands, has_main: bool) -> CardResult:
    if slug in run.generated:
        seen = _observe(run, (), (), demands, run.generated[slug])
        return _judge(run, slug, seen, demands)
    files = card_files(slug, run.paths)
    if not files:
        hint = did_you_mean(slug, card_slugs(run.paths), f"write snippets/{slug}.py")
        return not_run(slug, "ERROR", f"no snippet is called '{slug}'", hint)
    absent = [tool for tool in demands.tools if shutil.which(tool) is None]
    if absent:
        return not_run(
            slug, "UNAVAILABLE", *(f"install {tool}: it is not on PATH" for tool in absent)
        )
    tests = test_files(slug, run.paths)
    tested = [*tests, *(path for path in files if _has_doctests(run.root / path))]
    if not tested:
        return not_run(slug, "EMPTY", f"no test ran: write tests/snippets/test_{slug}.py")
    seen = _observe(run, tested, files, demands)
    result = _judge(run, slug, seen, demands)
    if result.result != "PASSED" or not has_main:
        return result
    produced = run_main(
        run.root,
        slug,
        demands=demands,
        timeout_seconds=run.timeout_seconds,
        hash_seed=run.hash_seed,
        guards=run.guards,
    )
    reads = tuple(sorted({*result.reads, *produced.reads}))
    return replace(result, produced=produced, reads=reads)


def _judge(run: _Run, slug: str, seen: Observation, demands: Demands) -> CardResult:
    pyproject = run.root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8") if pyproject.is_file() else ""
    return judge(slug, seen, demands, text)


def _observe(
    run: _Run, tested: Sequence[str], measured: Sequence[str], demands: Demands, generated: str = ""
) -> Observation:
    """Runs a card's tests and says what was seen."""
    limits = limits_of(demands, run.timeout_seconds)
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with work_folder() as work:
        (work / "pytest.ini").write_text(PYTEST_INI, encoding="utf-8")
        files = [str(run.root / path) for path in tested]
        if generated:
            (work / GENERATED).write_text(generated, encoding="utf-8")
            files.append(str(work / GENERATED))
        ending, isolation = run_apart(
            run.root,
            work,
            _command(run, files, measured, demands, work),
            demands,
            limits,
            hash_seed=run.hash_seed,
            guards=run.guards,
        )
        written = read_results(work / "results.jsonl")
        tail = end_of(work / "errors.txt") or end_of(work / "output.txt")
    return Observation(
        ending=ending,
        limits=limits,
        status=written.status,
        tests=tuple(written.tests),
        unfinished=written.unfinished,
        collected=written.collected,
        reads=tuple(sorted(written.reads)),
        outside=tuple(written.outside),
        coverage=tuple(written.coverage),
        isolation=isolation,
        started=started,
        tail=tail,
    )


def _command(
    run: _Run, files: Sequence[str], measured: Sequence[str], demands: Demands, work: Path
) -> list[str]:
    # -P, because the script's folder on sys.path would put this room's modules before Python's own.
    script = str(Path(__file__).with_name("session.py"))
    root = str(run.root)
    options = ["-c", str(work / "pytest.ini"), "--rootdir", root, "--confcutdir", root]
    options += ["--import-mode=importlib", "--doctest-modules", "-p", "no:cacheprovider", "-q"]
    order = {
        "root": root,
        "work": str(work),
        "network": demands.network,
        "reverse": run.is_reversed,
        "measured": [path for path in measured if path.endswith(".py")],
        "arguments": [*options, *files],
    }
    return [sys.executable, "-P", script, json.dumps(order)]


def _has_doctests(path: Path) -> bool:
    return path.suffix == ".py" and b">>>" in path.read_bytes()


def _code_paths(root: Path) -> list[str]:
    # As a build finds them, so that what is in no digest is not run either.
    return sorted(survey_folders(root, ("snippets", "tests/snippets")).files)
