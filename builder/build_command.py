"""`proofpress build`: what is asked for, what was done.

In: options of a command line. Out: printed lines, an exit code. Only the modules that a build with
nothing to do needs are imported at the top.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from builder.console import FAILING, FINE, USAGE, counted, fail, folders, order_of, processors, say
from builder.read.tree import Tree, survey, theme_folder
from builder.write.nothing import known_extras, options_label, output_label, said_before

if TYPE_CHECKING:
    from builder.build import Report
    from builder.evidence.collect import Card


def run_build(options: argparse.Namespace) -> int:
    """Bring the site up to date, and say what was done; the exit code."""
    root, output = folders(options)
    fault = _why_not_there(root, output)
    if fault:
        return fail(f"--output {options.output}: {fault}; name another folder", USAGE)
    tree = survey(root, theme_folder(), known_extras(root))
    if not options.clean:
        code = _say_nothing_to_do(root, tree, output, options)
        if code is not None:
            return code
    import dataclasses
    import gc

    from builder.build import build
    from builder.config import read_settings

    # Before a cache is made in a folder that is no site.
    read_settings(root)

    # A build makes long-lived values only; looking for garbage among them would cost a tenth of its
    # time.
    gc.disable()
    order = dataclasses.replace(order_of(root, output, options), tree=tree)
    report = build(
        order,
        say=say,
        progress=_progress(options),
        prove=None if options.no_tests else _prove(root, options),
    )
    _clear_progress(options)
    code = FAILING if report.failing else FINE
    if options.json:
        _print_json(
            {path: report.reasons[path] for path in report.made},
            report.removed,
            [*map(str, report.warnings), *report.notices],
            report.count,
            report.failing,
        )
        return code
    for line in (*map(str, report.warnings), *report.notices):
        print(line, file=sys.stderr)
    if not report.made and not report.removed:
        print(f"nothing to do: {report.count} files are up to date")
    else:
        print(_summary(report))
    print(_where_to_look(output))
    if report.failing:
        verb = "fails" if len(report.failing) == 1 else "fail"
        return fail(f"on this site {', '.join(report.failing)} {verb}", FAILING)
    return FINE


def _prove(root: Path, options: argparse.Namespace) -> Callable[[Sequence[Card]], None]:
    """What runs the cards that a build finds unproven; it reports to the error stream."""

    def prove(cards: Sequence[Card]) -> None:
        from builder.prove import Wish, prove_cards
        from builder.verdicts import report_verdicts

        verdicts = prove_cards(root, cards, Wish(), jobs=options.jobs or processors(), say=say)
        if not all(verdict.is_cached for verdict in verdicts):
            say(report_verdicts(verdicts))

    return prove


def _say_nothing_to_do(
    root: Path, tree: Tree, output: Path, options: argparse.Namespace
) -> int | None:
    label = output_label(root, output)
    shaping = options_label(
        drafts=options.drafts, future=options.future, has_tests=not options.no_tests
    )
    said = said_before(root, tree, output, label, shaping, options.now)
    if said is None:
        return None
    count, messages, has_warnings = said
    if has_warnings and options.strict:
        return None
    if options.json:
        _print_json({}, (), messages, count, ())
        return FINE
    for message in messages:
        print(message, file=sys.stderr)
    print(f"nothing to do: {count} files are up to date")
    print(_where_to_look(output))
    return FINE


def _why_not_there(root: Path, output: Path) -> str:
    """Why the site can't go into a folder; "" if it can."""
    sources = ("content", "templates", "snippets", "tests", ".proofpress")
    if root.is_relative_to(output) or any(output.is_relative_to(root / name) for name in sources):
        return "the site's own files are there"
    return "is not a folder" if output.exists() and not output.is_dir() else ""


def _summary(report: Report) -> str:
    parts = [f"{counted(len(report.made), 'file')} written"]
    if report.removed:
        parts.append(f"{len(report.removed)} removed")
    if kept := report.count - len(report.made):
        parts.append(f"{kept} up to date")
    return f"{', '.join(parts)} in {report.seconds:.2f} s"


def _where_to_look(output: Path) -> str:
    try:
        shown = output.relative_to(Path.cwd())
    except ValueError:
        shown = output
    return f"the site is in {shown}/ – look at it with: proofpress serve"


def _print_json(
    made: Mapping[str, str],
    removed: Sequence[str],
    messages: Sequence[str],
    count: int,
    failing: Sequence[str],
) -> None:
    done = {
        "made": made,
        "removed": list(removed),
        "messages": messages,
        "files": count,
        "failing": list(failing),
    }
    print(json.dumps(done, indent=1))


def _progress(options: argparse.Namespace) -> Callable[[str, int, int], None]:
    """Shows how far a long build is, on a terminal only."""
    if options.json or not sys.stderr.isatty():
        return lambda _stage, _done, _total: None

    def show(stage: str, done: int, total: int) -> None:
        print(f"\r{stage} {done} of {total}\x1b[K", end="", file=sys.stderr, flush=True)

    return show


def _clear_progress(options: argparse.Namespace) -> None:
    if sys.stderr.isatty() and not options.json:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
