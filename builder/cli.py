"""The command `proofpress`: calls a room, prints, exits.

Exit codes: 0 fine; 1 a problem in content, templates or settings, or `test` with a failing card; 2
a wrong command line; 3 evidence that a strict build asks for is missing; 4 the machine's fault; 5 a
site was built, and a card on it fails; 130 interrupted. Only the modules that a build with nothing
to do needs are imported at the top; the rest where used.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from builder.build_command import run_build
from builder.command_line import NOW, read_command_line
from builder.console import (
    FINE,
    INTERRUPTED,
    MACHINE,
    PROBLEM,
    UNPROVEN,
    USAGE,
    counted,
    fail,
    folders,
    order_of,
    processors,
    say,
    shown_path,
    tell,
)

if TYPE_CHECKING:
    from builder.errors import BuildFailed

# What the system says when there is no room: the disk, the user's share of it, the largest file.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    if arguments is None and sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode:
        # Names of files become addresses: they are UTF-8, whatever the locale says.
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a sign is no reason to fail.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if sys.stderr is None:  # closed by who called us: there is nobody to tell, and much to do
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # to the end
    code = FINE
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (`| head`); there is nobody left to tell. What came of
        # the command stands if it is known by now: a card that failed did fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return fail("interrupted", INTERRUPTED)
    return code


def _run(arguments: Sequence[str]) -> int:
    try:
        options = read_command_line(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    if options.command is None:
        return USAGE
    try:
        return _COMMANDS[options.command](options)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        is_build = options.command == "build"
        return fail("interrupted" + "; the site is whole" * is_build, INTERRUPTED)
    except Exception as error:
        return _explain_failure(error, options)


def _explain_failure(error: Exception, options: argparse.Namespace) -> int:
    import sqlite3

    from builder.errors import BuildFailed, MachineFault

    if isinstance(error, BuildFailed):
        return _print_problems(error, options)
    if isinstance(error, MachineFault):
        return fail(str(error), MACHINE)
    if isinstance(error, OSError):
        place = error.filename2 or error.filename
        where = f": {os.fsdecode(place)}" if isinstance(place, str | bytes | Path) else ""
        if error.errno in NO_ROOM:
            return fail(
                f"there is no room left ({error.strerror}{where}); make some, and do it again",
                MACHINE,
            )
        return fail(f"{error.strerror or error}{where}", MACHINE)
    if isinstance(error, sqlite3.Error):
        return fail(
            f"the cache in .proofpress/ cannot be used ({error}); is there room on the disk,"
            " and permission? If so, delete that folder",
            MACHINE,
        )
    raise error


def _print_problems(failure: BuildFailed, options: argparse.Namespace) -> int:
    problems = failure.problems
    is_unproven = options.command == "build" and all(problem.is_evidence for problem in problems)
    code = UNPROVEN if is_unproven and options.strict else PROBLEM
    if getattr(options, "json", False):
        from builder.codec import fields

        print(json.dumps({"problems": [fields(problem) for problem in problems]}, indent=1))
        return code
    for problem in problems:
        tell(str(problem), sys.stderr)
    errors = sum(not problem.is_warning for problem in problems)
    said = (
        counted(errors, "problem")
        if errors
        else f"{counted(len(problems), 'warning')}, and --strict"
    )
    end = "; the site was not touched" if options.command == "build" else ""
    print(f"\n{said}{end}", file=sys.stderr)
    return code


# --- serve ----------------------------------------------------------------------------------------


def _run_serve(options: argparse.Namespace) -> int:
    import dataclasses
    import gc
    import signal
    import time

    from builder.config import read_settings
    from builder.serve.preview import Place, preview

    root, output = folders(options)
    settings = read_settings(root)
    base_path = settings.base_path if options.base_path is None else options.base_path
    order = dataclasses.replace(
        order_of(root, output, options), has_tests=True, base_path=base_path
    )
    place = Place(options.host, options.port, base_path, options.open, options.poll)
    is_fixed = NOW in os.environ

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    # Whoever ends the preview so wants the cards' tests ended, too.
    signal.signal(signal.SIGTERM, end)
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        preview(order, place, lambda: options.now if is_fixed else int(time.time()), say)
    return FINE


# --- check, explain, test, new --------------------------------------------------------------------


def _run_check(options: argparse.Namespace) -> int:
    from builder.check import check_output
    from builder.config import read_settings
    from builder.write.stage import STAGE, finish_journal
    from builder.write.state import State

    root, output = folders(options)
    settings = read_settings(root)
    if (output / STAGE).exists():
        # A killed build's, or that of one which still works: then it is waited for.
        with State(root, _say_waiting):
            finish_journal(output)
    report = check_output(output, base_url=settings.base_url, external=options.external)
    for problem in report.problems:
        tell(str(problem))
    errors = sum(not problem.is_warning for problem in report.problems)
    looked_at = (
        counted(report.pages, "page"), counted(report.links, "link"), counted(report.feeds, "feed")
    )  # fmt: skip
    tell(
        f"{', '.join(looked_at)} checked: {counted(errors, 'problem') if errors else 'no problem'}"
    )
    return PROBLEM if errors else FINE


def _run_explain(options: argparse.Namespace) -> int:
    from builder.config import read_settings
    from builder.explain import explain

    root, output = folders(options)
    read_settings(root)
    tell(explain(order_of(root, output, options), options.path, _say_waiting))
    return FINE


def _say_waiting() -> None:
    say("waiting for another build of this site …")


def _run_test(options: argparse.Namespace) -> int:
    from builder.config import read_settings
    from builder.prove import Wish
    from builder.test import test_cards

    if options.all and options.slugs:
        return fail("test: --all or SLUGs, not both", USAGE)
    root = Path(options.root).resolve()
    read_settings(root)
    wish = Wish(
        is_cached=not (options.no_cache or options.record or options.accept),
        is_twice=options.twice,
        accepts=options.accept,
        records=options.record,
    )
    failed = test_cards(root, options.slugs, wish, options.jobs or processors(), say)
    return PROBLEM if failed else FINE


def _run_evidence(options: argparse.Namespace) -> int:
    from builder import evidence_commands as evidence
    from builder.config import read_settings

    root = Path(options.root).resolve()
    read_settings(root)
    if options.action == "show":
        return evidence.show(root, options.card, options.tier, options.json)
    if options.action == "diff":
        return evidence.diff(root, options.old, options.new)
    if options.action == "accept":
        return evidence.accept(root, options.file)
    return evidence.verify(root, options.cards)


def _run_verify(options: argparse.Namespace) -> int:
    from builder.check.verify import verify_site, why_no_site

    if fault := why_no_site(options.target):
        return fail(f"verify: {fault}", USAGE)
    found = verify_site(options.target)
    tell("\n".join([*found.mismatches, *found.notes, found.summary]))
    return PROBLEM if found.mismatches else FINE


def _run_new(options: argparse.Namespace) -> int:
    from builder.new import AlreadyExists

    try:
        made, remark = _new_site(options) if options.kind == "site" else _new_in_site(options)
    except AlreadyExists as error:
        return fail(str(error), PROBLEM)
    for path in made:
        print(shown_path(path))
    if remark:
        sys.stdout.flush()
        say(remark)
    return FINE


def _new_site(options: argparse.Namespace) -> tuple[Sequence[Path], str]:
    """The files of a new site, and what to do next."""
    from datetime import UTC, datetime
    from shlex import quote

    from builder.new import new_site

    root = Path(options.name).resolve()
    made = new_site(root, datetime.fromtimestamp(options.now, UTC).date())
    enter = "" if root == Path.cwd() else f"cd {quote(shown_path(root))} && "
    return made, f"look at it with: {enter}proofpress serve --open"


def _new_in_site(options: argparse.Namespace) -> tuple[Sequence[Path], str]:
    """The files of a new page; and a remark if its kind is new, and the menu does not have it."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from builder import new
    from builder.config import read_settings

    root = Path(options.root).resolve()
    settings = read_settings(root)
    if options.kind == "card":
        made = new.new_card(root, options.name)
    else:
        # Today where the site is: where this machine is, it may be tomorrow.
        today = datetime.fromtimestamp(options.now, ZoneInfo(settings.timezone)).date()
        make = {"post": new.new_post, "note": new.new_note, "trivia": new.new_trivia}[options.kind]
        made = make(root, options.name, today)
    folder = made[-1].parent
    is_first = len(list(folder.iterdir())) == 1
    address = f"/{folder.name}/"
    if is_first and settings.menu and address not in {item.url for item in settings.menu}:
        return made, f"the menu in pyproject.toml does not lead to {address} yet"
    return made, ""


def _run_templates(options: argparse.Namespace) -> int:
    from builder import theme_commands as theme

    root = Path(options.root).resolve()
    if options.markdown and options.name:
        return fail("templates: --markdown prints all templates, without a NAME", USAGE)
    if options.copy and not options.name:
        return fail("templates: --copy needs the NAME of a file, such as page.html", USAGE)
    if options.copy:
        print(shown_path(theme.copy_file(root, options.name)))
    elif options.markdown:
        print(theme.write_page(), end="")
    elif options.name:
        tell(theme.describe_template(root, options.name))
    else:
        tell(theme.list_templates(root))
    return FINE


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "build": run_build,
    "serve": _run_serve,
    "check": _run_check,
    "explain": _run_explain,
    "test": _run_test,
    "evidence": _run_evidence,
    "verify": _run_verify,
    "new": _run_new,
    "templates": _run_templates,
}
