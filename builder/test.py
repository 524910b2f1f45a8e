"""`proofpress test`: which cards there are, what they demand, and their results on the terminal.

In: the site's folder, slugs. Out: printed results and the number of cards that did not pass. It
runs nothing itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from builder.cards import Demands, card_slugs, read_demands
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.read.front_matter import read_front_matter
from builder.run.results import is_red, report_results
from builder.run.runner import run_cards

# A card that asks for no other limit is ended after this time.
TIMEOUT_SECONDS = 300.0


def test_cards(root: Path, slugs: Sequence[str], jobs: int) -> int:
    """Run the tests of these cards (all, if none is named); how many of them did not pass.

    BuildFailed if there is no such card, or a `test:` table is wrong.
    """
    known = card_slugs(_code_paths(root))
    problems = [
        Problem(f"snippets/{slug}.py", 0, f"no card is called '{slug}'",
                did_you_mean(slug, known, f"'proofpress new card {slug}' begins one"))
        for slug in slugs
        if slug not in known
    ]  # fmt: skip
    demands, wrong = _read_all_demands(root)
    wanted = list(dict.fromkeys(slugs)) or sorted(known)
    problems += [problem for slug in wanted for problem in wrong.get(slug, ())]
    if problems:
        raise BuildFailed(problems)
    results = list(
        run_cards(root, wanted, jobs=jobs, timeout_seconds=TIMEOUT_SECONDS, demands=demands)
    )
    print(report_results(results))
    is_ci = os.environ.get("CI", "") not in ("", "0", "false")
    return sum(is_red(result, is_ci=is_ci) for result in results)


test_cards.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def _code_paths(root: Path) -> list[str]:
    files = (file for file in (root / "snippets").rglob("*") if file.is_file())
    return sorted(file.relative_to(root).as_posix() for file in files)


def _read_all_demands(root: Path) -> tuple[dict[str, Demands], dict[str, tuple[Problem, ...]]]:
    """What the cards' pages demand, by slug, and what is wrong with it."""
    demands: dict[str, Demands] = {}
    wrong: dict[str, tuple[Problem, ...]] = {}
    for file in sorted((root / "content/cards").rglob("*.md")):
        path = file.relative_to(root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # `proofpress build` tells what is wrong with it
        matter = read_front_matter(text, path)
        name = file.parent.name if file.name == "index.md" else file.stem
        slug = str(matter.values.get("snippet") or name)
        table = json.dumps(matter.values["test"]) if "test" in matter.values else ""
        found = read_demands(table, path, matter.lines.get("test", 1))
        if isinstance(found, Demands):
            demands[slug] = found
        else:
            wrong[slug] = found
    return demands, wrong
