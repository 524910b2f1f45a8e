"""How long builds take: Proofpress beside Pelican, Hugo and Eleventy, same posts, same run.

In: a number of posts and of rounds. Out: a Markdown table and JSON. See README.md for what is
measured and how.

    python benchmarks/builds.py --posts 1000 --rounds 3
    python benchmarks/builds.py --posts 100000 --peers none
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cases import CASES, Bench, WrongOutputError
from corpus import write_corpus
from measure import CommandFailedError, Reading
from peers import HERE, INSTALLED, PEERS, find_generator, install, lay_out
from report import Results, write_json, write_markdown

WARM_UP_POSTS = 100
SETTLING_SECONDS = 1


def main() -> None:
    """Measure, print the table, and write it beside its JSON; a build that fails ends all."""
    try:
        run(_read_options())
    except (CommandFailedError, WrongOutputError) as problem:
        raise SystemExit(f"broken off: {problem}") from None


def run(options: argparse.Namespace) -> None:
    """Set up, measure, and write the table, also of a run that is broken off on the way."""
    names = [*(() if options.without_proofpress else ("proofpress",)), *options.peers]
    for name in options.peers:
        install(name, INSTALLED)
    # The first start of a program compiles and loads what later starts find ready: not what is
    # measured.
    for bench in set_up(names, WARM_UP_POSTS, options.work / "warm-up"):
        CASES["cold build"](bench, "")
    benches = set_up(names, options.posts, options.work / str(options.posts))
    readings: dict[str, dict[str, list[Reading]]] = {case: {} for case in options.cases}
    # A file written a moment ago is read again, since its time can't tell two writes apart; the
    # posts of a real site are older.
    time.sleep(SETTLING_SECONDS)
    is_complete = False
    try:
        for number in range(1, options.rounds + 1):
            run_round(number, options.cases, benches, readings)
        is_complete = True
    finally:
        generators = [bench.generator for bench in benches]
        results = Results(options.posts, options.rounds, generators, readings, is_complete)
        text = write_markdown(results)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
        options.out.with_suffix(".json").write_text(write_json(results), encoding="utf-8")
    print(text)


def set_up(names: Sequence[str], posts: int, work: Path) -> list[Bench]:
    """A new site of the same posts for each generator, in `work`."""
    shutil.rmtree(work, ignore_errors=True)
    roots = {name: work / name for name in names}
    for name, root in roots.items():
        lay_out(name, root, INSTALLED)
    write_corpus(posts, roots)
    return [Bench(find_generator(name, INSTALLED), root, posts) for name, root in roots.items()]


def run_round(
    number: int,
    cases: Sequence[str],
    benches: Sequence[Bench],
    readings: dict[str, dict[str, list[Reading]]],
) -> None:
    """Every case once, the generators taking turns in each, so that a slow minute hits all."""
    for case, bench in itertools.product(cases, benches):
        mark = f"mark{number}{case.replace(' ', '')}"
        reading = CASES[case](bench, mark)
        readings[case].setdefault(bench.generator.name, []).append(reading)
        print(
            f"round {number}, {case}, {bench.generator.name}: {reading.wall_s:.2f} s, "
            f"CPU {reading.cpu_s:.2f} s, {reading.peak_bytes / 1e6:.0f} MB",
            file=sys.stderr,
        )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure builds side by side.")
    parser.add_argument("--posts", type=int, default=1000, help="100 to 100,000 (default 1000)")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peers", default=",".join(PEERS), help="names by commas, or 'none'")
    parser.add_argument("--cases", default=",".join(CASES), help="cases by commas (default all)")
    parser.add_argument("--without-proofpress", action="store_true", help="the peers alone")
    parser.add_argument("--work", type=Path, default=HERE / "out" / "sites", help="for the sites")
    parser.add_argument("--out", type=Path, help="the table (default out/builds-POSTS.md)")
    options = parser.parse_args()
    options.peers = [] if options.peers in ("", "none") else options.peers.split(",")
    options.cases = options.cases.split(",")
    for chosen, known in ((options.peers, PEERS), (options.cases, CASES)):
        if unknown := [name for name in chosen if name not in known]:
            parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    if options.posts < WARM_UP_POSTS:
        parser.error("at least 100 posts, so that every tag has some")
    if options.without_proofpress and not options.peers:
        parser.error("nothing is left to measure")
    options.work = options.work.resolve()
    options.out = options.out or HERE / "out" / f"builds-{options.posts}.md"
    os.environ.pop("SOURCE_DATE_EPOCH", None)  # as an author would build
    return options


if __name__ == "__main__":
    main()
