"""What can be asked for on the command line, and what is said about a wrong one.

In: the words of a command line. Out: a namespace of options; or help, or a message that names what
was probably meant, and the exit code that argparse gives (0 or 2). It calls nothing; a build that
has nothing to do comes through here, so it imports little.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence

NOW = "SOURCE_DATE_EPOCH"
# The last day but one of the year 9998: in no time zone is it one of 9999, which no page can have.
END_OF_TIME = 253_370_678_399


class _Parser(argparse.ArgumentParser):
    """Answers a word that is none of the choices with the nearest one."""

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            hint = _did_you_mean(str(value), action.choices)
            raise argparse.ArgumentError(None, f"there is no '{value}' here{hint}")


def read_command_line(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line; `command` is None if there is none.

    SystemExit for help and for a wrong one.
    """
    parser = _Parser(
        prog="proofpress",
        description="A static site generator whose code cards are tested modules.",
        allow_abbrev=False,
    )
    from builder import __version__

    parser.add_argument("-V", "--version", action="version", version=f"proofpress {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_build(commands)
    _add_serve(commands)
    _add_check(commands)
    _add_explain(commands)
    _add_test(commands)
    _add_evidence(commands)
    _add_verify(commands)
    _add_new(commands)
    _add_templates(commands)
    if arguments:
        _refuse_first_word(arguments[0], parser, commands.choices)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        asked = commands.choices.get(options.command, parser)
        asked.error(_what_is_unknown(unknown, options, asked))
    if options.command is None:
        parser.print_help()
    else:
        options.now = _read_now(parser)
    return options


def _refuse_first_word(
    word: str, parser: argparse.ArgumentParser, commands: Mapping[str, argparse.ArgumentParser]
) -> None:
    """Stop at what is no command, and at an option of a command that stands before it."""
    if not word.startswith("-"):
        if word not in commands:
            parser.error(f"there is no command '{word}'{_did_you_mean(word, commands)}")
        return
    option = word.partition("=")[0]
    having = [name for name in commands if option in commands[name]._option_string_actions]
    if having and option not in parser._option_string_actions:
        parser.error(f"'{option}' comes after the command, as in: proofpress {having[0]} {option}")


def _what_is_unknown(
    unknown: Sequence[str], options: argparse.Namespace, asked: argparse.ArgumentParser
) -> str:
    # Late, because only a mistake needs them.
    from shlex import quote

    from builder.errors import did_you_mean

    word = unknown[0]
    if options.command == "new" and not any(other.startswith("-") for other in unknown):
        title = quote(" ".join([options.name, *unknown]))
        return f"several words need quotes: proofpress new {options.kind} {title}"
    known = asked._option_string_actions
    if word.startswith("-"):
        return f"'{word}' is not known here{_did_you_mean(word.partition('=')[0], known)}"
    return f"'{word}' is not known here; {did_you_mean(word, known, f'see {asked.prog} --help')}"


def _add_build(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "build", "build the site into its output folder")
    _add_output(command, "where the site goes")
    _add_shaping(command)
    command.add_argument(
        "--strict",
        action="store_true",
        help="take warnings for problems, and publish nothing that is not proven",
    )
    command.add_argument(
        "--no-tests", action="store_true", help="run no card; records alone say what is proven"
    )
    command.add_argument(
        "--clean", action="store_true", help="forget the cache and make everything anew"
    )
    _add_jobs(command, "processes")
    command.add_argument("--json", action="store_true", help="print what was done as JSON")


def _add_serve(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "serve", "show the site in a browser, and what changes as it is saved")
    command.add_argument(
        "--host", default="127.0.0.1", help="where to listen (default: this machine alone)"
    )
    command.add_argument(
        "--port", type=_port, default=8000, help="the first port to try (default: 8000)"
    )
    command.add_argument(
        "--base-path",
        type=_base_path,
        metavar="PATH",
        help="where the site lies on its host (default: the path of base_url)",
    )
    command.add_argument("--open", action="store_true", help="open the site in a browser")
    command.add_argument(
        "--poll",
        action="store_true",
        help="look at the files again and again: for drives that report no changes",
    )
    _add_shaping(command)
    _add_jobs(command, "processes")
    # Nothing is written there; it only must not be taken for a source.
    command.set_defaults(output=None)


def _add_check(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "check", "check the built site: HTML, links, anchors, feeds")
    _add_output(command)
    command.add_argument(
        "--external", action="store_true", help="ask other hosts whether links to them work"
    )


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "explain", "tell why an output is as it is, or what would change it")
    _add_output(command)
    _add_shaping(command)
    command.add_argument(
        "path", metavar="PATH", help="a file of the site (site/posts/x/index.html) or its address"
    )


def _add_test(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "test", "run the cards' tests")
    command.add_argument("slugs", nargs="*", metavar="SLUG", help="cards (default: all)")
    command.add_argument("--all", action="store_true", help="every card (as without a SLUG)")
    command.add_argument("--no-cache", action="store_true", help="run what passed already, too")
    command.add_argument(
        "--twice",
        action="store_true",
        help="run again with another hash seed and in reverse order, and compare the outputs",
    )
    command.add_argument(
        "--accept", action="store_true", help="show how recorded outputs changed, and store them"
    )
    command.add_argument(
        "--record", action="store_true", help="rewrite the records, though nothing changed"
    )
    _add_jobs(command, "cards at a time")


def _add_evidence(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = commands.add_parser(
        "evidence",
        help="show, compare, take in or recheck records of what was tested",
        description="Show, compare, take in or recheck records of what was tested.",
        allow_abbrev=False,
    )
    # Without a word for all of them, so that whoever names none is told what there is.
    actions = command.add_subparsers(dest="action", required=True)
    show = _add(actions, "show", "show a card's record")
    show.add_argument("card", metavar="SLUG", help="the card")
    show.add_argument("--tier", default="", help="tests, simulated, compiled or measured")
    show.add_argument("--json", action="store_true", help="print the record as it is")
    diff = _add(actions, "diff", "tell how two records differ, or a record from the card's own")
    diff.add_argument("old", metavar="OLD", help="a record's file")
    diff.add_argument("new", metavar="NEW", nargs="?", default="", help="another one")
    accept = _add(actions, "accept", "take in a record that was made elsewhere, of the same files")
    accept.add_argument("file", metavar="FILE", help="the record's file")
    verify = _add(actions, "verify", "recheck the digests and the form of the site's records")
    verify.add_argument("cards", metavar="SLUG", nargs="*", help="cards (default: all)")


def _add_verify(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = commands.add_parser(
        "verify",
        help="recheck a published site: its code against its downloads and records",
        description="Recheck a published site with nothing else at hand.",
        allow_abbrev=False,
    )
    command.add_argument("target", metavar="DIR_OR_URL", help="a folder, or the site's address")


def _add_new(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "new", "start a site, a post, a note, a trivia or a card")
    command.add_argument("kind", choices=["site", "post", "note", "trivia", "card"])
    command.add_argument(
        "name", metavar="NAME", help="a folder for a site, a slug for a card, else a title"
    )


def _add_templates(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = _add(commands, "templates", "show the theme's templates, their blocks and variables")
    command.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="one of them, or what to copy"
    )
    wish = command.add_mutually_exclusive_group()
    wish.add_argument(
        "--copy",
        action="store_true",
        help="copy a file of the theme (css/site.css) into templates/",
    )
    wish.add_argument("--markdown", action="store_true", help="print all of it as a page")


def _add(
    commands: argparse._SubParsersAction[_Parser], name: str, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False
    )
    command.add_argument(
        "--root", default=".", metavar="DIR", help="the site's folder (default: this one)"
    )
    return command


def _add_output(command: argparse.ArgumentParser, text: str = "where the built site is") -> None:
    command.add_argument("--output", metavar="DIR", help=f"{text} (default: site/ in its folder)")


def _add_shaping(command: argparse.ArgumentParser) -> None:
    command.add_argument("--drafts", action="store_true", help="include drafts")
    command.add_argument(
        "--future", action="store_true", help="include what is to be published later"
    )


def _add_jobs(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument(
        "--jobs", type=_count, metavar="N", help=f"{what} (default: one a processor)"
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 65535")
    return int(text)


def _base_path(text: str) -> str:
    path = text.strip("/")
    parts = path.split("/") if path else []
    if any(part in ("", ".", "..") or not re.fullmatch(r"[\w.~-]+", part) for part in parts):
        raise argparse.ArgumentTypeError(f"'{text}' is not a path such as /notes")
    return f"/{path}" if path else ""


def _read_now(parser: argparse.ArgumentParser) -> int:
    """The moment that decides what is published: SOURCE_DATE_EPOCH, else now."""
    given = os.environ.get(NOW, "")
    if not given:
        return int(time.time())
    if not (given.isascii() and given.isdigit() and len(given) < 20 and int(given) <= END_OF_TIME):
        parser.error(f"{NOW} is '{given}', not a number of seconds since 1970")
    return int(given)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    # Imported here because only a mistake needs it, and it brings the whole encoding along.
    from builder.errors import did_you_mean

    hint = did_you_mean(word, known)
    return f"; {hint}" if hint else f"; see --help for what is ({', '.join(sorted(known))})"
