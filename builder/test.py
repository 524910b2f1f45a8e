"""`proofpress test`: which cards there are, what they demand, and what came of them.

In: the site's folder, slugs, wishes. Out: printed results and the number of cards that did not
pass. It runs nothing itself, and needs no cache of builds: only code and cards' pages are read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from builder.errors import BuildFailed, Problem, did_you_mean
from builder.evidence.collect import check_inputs
from builder.present import collect_present, read_present
from builder.prove import Verdict, Wish, prove_cards
from builder.verdicts import is_red, report_verdicts


def test_cards(
    root: Path, slugs: Sequence[str], wish: Wish, jobs: int, say: Callable[[str], None]
) -> int:
    """Prove these cards (all, if none is named); how many of them did not pass.

    BuildFailed if there is no such card, or a `test:` table is wrong.
    """
    present = read_present(root)
    known = present.slugs
    problems = [
        Problem(f"snippets/{slug}.py", 0, f"no card is called '{slug}'",
                did_you_mean(slug, known, f"'proofpress new card {slug}' begins one"))
        for slug in slugs
        if slug not in known
    ]  # fmt: skip
    wanted = list(dict.fromkeys(slugs)) or sorted(known)
    problems += [problem for slug in wanted for problem in present.wrong.get(slug, ())]
    if problems:
        raise BuildFailed(problems)
    cards = collect_present(root, wanted, present)
    for slug, (path, line) in present.places.items():
        if slug in cards:
            problems += check_inputs(cards[slug], path, line, present.code)
    if problems:
        raise BuildFailed(problems)
    verdicts = prove_cards(root, [cards[slug] for slug in wanted], wish, jobs=jobs, say=say)
    with suppress(BrokenPipeError):  # nobody reads on; a card that failed did fail
        print(report_verdicts(verdicts))
    return count_red(verdicts)


test_cards.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def count_red(verdicts: Sequence[Verdict]) -> int:
    """How many of the cards fail a run: on CI what could not be run, too."""
    is_ci = os.environ.get("CI", "") not in ("", "0", "false")
    return sum(is_red(verdict.result, is_ci=is_ci) for verdict in verdicts)
