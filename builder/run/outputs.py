"""A card's demonstration, run: what `python -m snippets.<slug>` prints, and the figures it saves.

In: the site's root, a slug, the card's demands. Out: `Produced`. It must not know what was recorded
before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from builder.cards.demands import Demands
from builder.run.heard import read_results
from builder.run.isolation import OUTPUT_BYTES, end_of, limits_of, run_apart, work_folder
from builder.run.judge import how_it_ended, why_ended
from builder.run.results import Produced
from builder.run.watch import Guards

STDOUT = "stdout.txt"


def run_main(
    root: Path,
    slug: str,
    *,
    demands: Demands,
    timeout_seconds: float,
    hash_seed: int = 0,
    guards: Guards | None = None,
) -> Produced:
    """What a card's demonstration leaves; run as its tests are, in an empty folder.

    A card's own timeout goes before `timeout_seconds`. Closing `guards` ends it early.
    """
    limits = limits_of(demands, timeout_seconds)
    with work_folder() as work:
        figures = work / "figures"
        figures.mkdir()
        script = str(Path(__file__).with_name("demonstration.py"))
        order = {
            "root": str(root.resolve()),
            "work": str(work),
            "module": f"snippets.{slug}",
            "network": demands.network,
        }
        ending, _ = run_apart(
            root.resolve(),
            work,
            [sys.executable, "-P", script, json.dumps(order)],
            demands,
            limits,
            hash_seed=hash_seed,
            guards=guards or Guards(),
            figures=figures,
        )
        files = {path.name: path.read_bytes() for path in sorted(figures.iterdir())}
        tail = why_ended(ending, limits)
        if not tail and sum(map(len, files.values())) > OUTPUT_BYTES:
            tail = f"left figures of more than {OUTPUT_BYTES // 10**6} MB"
        if not tail and ending.exit_code:
            tail = end_of(work / "errors.txt") or how_it_ended(ending.exit_code)
        heard = read_results(work / "results.jsonl")
        if not tail and heard.outside:
            tail = f"reads {heard.outside[0][0]}, outside the site"
        if ending.cause != "output":
            files[STDOUT] = (work / "output.txt").read_bytes()
    return Produced(ending.exit_code or int(bool(tail)), tail, files, tuple(sorted(heard.reads)))
