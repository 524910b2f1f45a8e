"""The command `proofpress`: reads the command line, calls a room, prints, exits.

Exit codes: 0 fine; 1 a problem in content, templates or settings, or a failing card; 2 a wrong
command line; 4 the machine's fault. Only the modules that a build with nothing to do needs are
imported at the top; the rest where used.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from builder import __version__
from builder.read.tree import Tree, survey, theme_folder
from builder.write.nothing import said_before

if TYPE_CHECKING:
    from builder.build import Order, Report

FINE, PROBLEM, USAGE, MACHINE, INTERRUPTED = 0, 1, 2, 4, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return USAGE
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (`| head`); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return _fail("interrupted; the site is as it was before", INTERRUPTED)
    except Exception as error:
        return _explain_failure(error)
    return code


def _explain_failure(error: Exception) -> int:
    import sqlite3

    from builder.errors import BuildFailed, MachineFault

    if isinstance(error, BuildFailed):
        return _print_problems(error)
    if isinstance(error, MachineFault):
        return _fail(str(error), MACHINE)
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        return _fail(f"{error.strerror or error}{place}", MACHINE)
    if isinstance(error, sqlite3.Error):
        return _fail(
            f"the cache in .proofpress/ cannot be used ({error}); try again with --clean", MACHINE
        )
    raise error


def _print_problems(failure: Exception) -> int:
    from builder.errors import BuildFailed

    assert isinstance(failure, BuildFailed)
    for problem in failure.problems:
        print(problem, file=sys.stderr)
    count = sum(not problem.is_warning for problem in failure.problems)
    strict = "" if count else " that --strict takes for problems"
    count = count or len(failure.problems)
    noun = "warning" if strict else "problem"
    print(f"\n{count} {noun}{'s' * (count > 1)}{strict}; the site was not touched", file=sys.stderr)
    return PROBLEM


def _fail(message: str, code: int) -> int:
    with contextlib.suppress(BrokenPipeError):
        print(f"proofpress: {message}", file=sys.stderr)
    return code


# --- build ----------------------------------------------------------------------------------------


def _run_build(options: argparse.Namespace) -> int:
    root, output = _folders(options)
    if output == root or root.is_relative_to(output) or _is_source(root, output):
        return _fail(
            f"--output {options.output}: the site's own files are there; name another folder", USAGE
        )
    tree = survey(root, theme_folder())
    if not options.clean:
        code = _say_nothing_to_do(root, tree, output, options)
        if code is not None:
            return code
    import dataclasses
    import gc

    # A build makes long-lived values only; looking for garbage among them would cost a tenth of its
    # time.
    gc.disable()
    from builder.build import build

    order = dataclasses.replace(_order(root, output, options), tree=tree)
    report = build(order, say=_say, progress=_progress(options))
    _clear_progress(options)
    if options.json:
        print(json.dumps(_as_json(report), ensure_ascii=False, indent=1))
        return FINE
    for line in (*map(str, report.warnings), *report.notices):
        print(line, file=sys.stderr)
    if not report.made and not report.removed:
        print(f"nothing to do: {report.count} files are up to date")
    else:
        print(_summary(report))
    print(_where_to_look(output))
    return FINE


def _say_nothing_to_do(
    root: Path, tree: Tree, output: Path, options: argparse.Namespace
) -> int | None:
    label = (
        output.relative_to(root).as_posix() if output.is_relative_to(root) else output.as_posix()
    )
    shaping = f"drafts={options.drafts} future={options.future}"
    said = said_before(root, tree, output, label, shaping, _now())
    if said is None:
        return None
    count, messages, has_warnings = said
    if has_warnings and options.strict:
        return None
    if options.json:
        empty: list[str] = []
        print(
            json.dumps(
                {"made": empty, "removed": empty, "messages": messages, "files": count},
                ensure_ascii=False,
            )
        )
        return FINE
    for message in messages:
        print(message, file=sys.stderr)
    print(f"nothing to do: {count} files are up to date")
    print(_where_to_look(output))
    return FINE


def _order(root: Path, output: Path, options: argparse.Namespace) -> Order:
    from builder.build import Order
    from builder.config import Options

    return Order(
        root=root,
        output=output,
        options=Options(now=_now(), drafts=options.drafts, future=options.future),
        is_strict=options.strict,
        is_clean=options.clean,
        jobs=options.jobs or _processors(),
    )


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_source(root: Path, output: Path) -> bool:
    return any(
        output.is_relative_to(root / name)
        for name in ("content", "templates", "snippets", "tests", ".proofpress")
    )


def _summary(report: Report) -> str:
    parts = [f"{len(report.made)} files written"]
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
    return f"the site is in {shown}/ – look at it with: python3 -m http.server --directory {shown}"


def _as_json(report: Report) -> dict[str, object]:
    return {
        "made": {path: report.reasons[path] for path in report.made},
        "removed": list(report.removed),
        "messages": [*map(str, report.warnings), *report.notices],
        "files": report.count,
        "seconds": round(report.seconds, 3),
    }


def _now() -> int:
    """The moment that decides what is published: SOURCE_DATE_EPOCH, else now."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(given) if given.isdigit() else int(time.time())


def _say(line: str) -> None:
    print(line, file=sys.stderr)


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


def _folders(options: argparse.Namespace) -> tuple[Path, Path]:
    root = Path(options.root).resolve()
    output = Path(options.output).resolve() if options.output else root / "site"
    return root, output


# --- check, explain, test, new --------------------------------------------------------------------


def _run_check(options: argparse.Namespace) -> int:
    from builder.check import check_output
    from builder.config import read_settings
    from builder.write.stage import finish_journal

    root, output = _folders(options)
    settings = read_settings(root)
    finish_journal(output)
    report = check_output(output, base_url=settings.base_url, external=options.external)
    for problem in report.problems:
        print(problem)
    count = sum(not problem.is_warning for problem in report.problems)
    print(f"{report.pages} pages, {report.links} links, {report.feeds} feeds checked: "
          + (f"{count} problem{'s' * (count > 1)}" if count else "no problem"))  # fmt: skip
    return PROBLEM if count else FINE


def _run_explain(options: argparse.Namespace) -> int:
    from builder.explain import explain

    root, output = _folders(options)
    options.drafts = options.future = options.strict = options.clean = False
    options.jobs = 1
    print(explain(_order(root, output, options), options.path))
    return FINE


def _run_test(options: argparse.Namespace) -> int:
    from builder.test import test_cards

    return (
        PROBLEM
        if test_cards(Path(options.root).resolve(), options.slugs, jobs=options.jobs)
        else FINE
    )


def _run_new(options: argparse.Namespace) -> int:
    from datetime import date

    from builder import new

    root = Path(options.root).resolve()
    today = date.fromtimestamp(_now())
    try:
        if options.kind == "site":
            made = new.new_site(Path(options.name).resolve())
        elif options.kind == "card":
            made = new.new_card(root, options.name)
        else:
            made = {"post": new.new_post, "note": new.new_note, "trivia": new.new_trivia}[
                options.kind
            ](root, options.name, today)
    except new.AlreadyExists as error:
        return _fail(str(error), PROBLEM)
    for path in made:
        print(path)
    return FINE


# --- The command line -----------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="proofpress",
        description="A static site generator whose code cards are tested modules.",
    )
    parser.add_argument("--version", action="version", version=f"proofpress {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    command = _command(commands, "build", _run_build, "build the site into its output folder")
    _add_output(command)
    command.add_argument("--drafts", action="store_true", help="include drafts")
    command.add_argument(
        "--future", action="store_true", help="include what is to be published later"
    )
    command.add_argument("--strict", action="store_true", help="take warnings for problems")
    command.add_argument(
        "--clean", action="store_true", help="forget the cache and make everything anew"
    )
    command.add_argument(
        "--jobs", type=_count, metavar="N", help="processes (default: one a processor)"
    )
    command.add_argument("--json", action="store_true", help="print what was done as JSON")

    command = _command(
        commands, "check", _run_check, "check the built site: HTML, links, anchors, feeds"
    )
    _add_output(command)
    command.add_argument(
        "--external", action="store_true", help="ask other hosts whether links to them work"
    )

    command = _command(commands, "explain", _run_explain, "tell why an output is as it is")
    _add_output(command)
    command.add_argument("path", metavar="PATH", help="a file of the site: site/posts/x/index.html")

    command = _command(commands, "test", _run_test, "run the cards' tests")
    command.add_argument("slugs", nargs="*", metavar="SLUG", help="cards (default: all)")
    command.add_argument(
        "--jobs", type=_count, metavar="N", help="cards at a time (default: one a processor)"
    )

    command = _command(
        commands, "new", _run_new, "start a site, a post, a note, a trivia or a card"
    )
    command.add_argument("kind", choices=["site", "post", "note", "trivia", "card"])
    command.add_argument(
        "name", metavar="NAME", help="a folder for a site, a slug for a card, else a title"
    )
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.set_defaults(run=run)
    command.add_argument(
        "--root", default=".", metavar="DIR", help="the site's folder (default: this one)"
    )
    return command


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--output", metavar="DIR", help="where the site goes (default: site/ in its folder)"
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return count
