"""A Markdown file's front matter, split from its body, parsed and checked against the schema.

In: a file's text. Out: `FrontMatter` and problems at their lines. Values keep their spelling:
`lang: no` is a language and `1.10` a version. It must not know the site's settings, nor what other
files say.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from urllib.parse import unquote

import yaml

from builder.codec import Value
from builder.config import check_language
from builder.errors import Problem, did_you_mean

# What a key holds after parsing: text, a list or a table of these. TOML's own types become text
# here too.
Spelled = str | list[Any] | dict[str, Any]
# Nobody nests deeper; the parsers recurse, and the one in C ends the process where its stack ends.
DEEPEST = 50
MOST_VALUES = 10_000
LONGEST_SHOWN = 60
# An address is a path on disk too: a name has up to 255 bytes there, a path 4096.
LONGEST_PART = 200
LONGEST_ALIAS = 1000
# The years that every format of a feed can write, in every zone.
FIRST_YEAR, LAST_YEAR = 1000, 9998


class FrontMatter(Value, frozen=True):
    """Checked front matter.

    `values` by key (only those given), `lines` by key, the body and its first line.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int
    problems: tuple[Problem, ...]


def read_front_matter(text: str, path: str) -> FrontMatter:
    """The front matter at the start of `text`, if there is one: YAML between `---` lines, TOML
    between `+++` lines.
    """
    text = text.removeprefix("\ufeff")
    fence = next(
        (mark for mark in ("---", "+++") if re.match(rf"{re.escape(mark)}[ \t]*\r?\n", text)), ""
    )
    if not fence:
        return FrontMatter({}, {}, text, 1, ())
    lines = [f"{line}\n" for line in text.split("\n")]
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == fence), None)
    if end is None:
        problem = Problem(
            path,
            1,
            f"the front matter opened by '{fence}' is not closed",
            f"end it with a line '{fence}'",
        )
        return FrontMatter({}, {}, "", len(lines), (problem,))
    block, body = "".join(lines[1:end]), "".join(lines[end + 1 :])
    read = _read_yaml if fence == "---" else _read_toml
    spelled, places, problems = read(block, path)
    values, more = _check(spelled, places, path)
    return FrontMatter(values, places, body, end + 2, (*problems, *more))


def _check(
    spelled: Mapping[str, Spelled], lines: Mapping[str, int], path: str
) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in spelled.items():
        if key not in SCHEMA:
            hint = did_you_mean(key, SCHEMA, "values for your own templates go under 'extra:'")
            shown = key if len(key) <= LONGEST_SHOWN else f"{key[:LONGEST_SHOWN]}…"
            problems.append(Problem(path, lines[key], f"unknown key '{shown}'", hint))
            continue
        if value == "" and key != "extra":
            continue  # a key without a value says nothing: `summary:`
        try:
            values[key] = SCHEMA[key](value)
        except ValueError as error:
            message, _, hint = str(error).partition("\n")
            problems.append(Problem(path, lines[key], f"{key}: {message}", hint))
    return values, problems


# --- YAML -----------------------------------------------------------------------------------------


def _read_yaml(block: str, path: str) -> tuple[dict[str, Spelled], dict[str, int], list[Problem]]:
    try:
        if line := _too_deep(block):
            return {}, {}, [Problem(path, line, "front matter is nested too deeply")]
        root = yaml.compose(block, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.problem, error.context) if part)
        line = (mark.line if mark else 0) + 2
        return {}, {}, [Problem(path, line, f"front matter is not YAML: {what}", _YAML_HINT)]
    except yaml.YAMLError as error:
        line = _line_of_control(block)
        return (
            {},
            {},
            [Problem(path, line, f"front matter is not YAML: {str(error).splitlines()[0]}")],
        )
    if root is None:
        return {}, {}, []
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a text"
        message = f"front matter is {kind}, not keys with values"
        hint = "write it as 'title: …', one key a line"
        return {}, {}, [Problem(path, root.start_mark.line + 2, message, hint)]
    reader = _YamlReader(path)
    table = reader.table(root)
    return table, reader.lines, reader.problems


def _too_deep(block: str) -> int:
    """The file's line where values are nested too deeply; 0 if they are nowhere."""
    # Each level takes one of these marks at least, so that most blocks need no closer look.
    if sum(map(block.count, "[{-?\n")) <= DEEPEST:
        return 0
    depth = 0
    for event in yaml.parse(block, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return event.start_mark.line + 2 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return 0


def _line_of_control(block: str) -> int:
    """The file's line of the first character that YAML does not allow."""
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]", block)
    return block.count("\n", 0, found.start()) + 2 if found else 1


_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_YAML_HINT = 'a value with a colon or a quote needs quotes: title: "A: B"'


class _YamlReader:
    """Nodes to values, noting where top-level keys stand and which keys are repeated."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.open: set[int] = set()
        self.count = 0

    def table(self, node: yaml.MappingNode, *, is_top: bool = True) -> dict[str, Spelled]:
        table: dict[str, Spelled] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 2
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(self.path, line, "a key must be a word"))
                continue
            key = str(key_node.value)
            if key in table:
                self.problems.append(
                    Problem(self.path, line, f"the key '{key}' is repeated", "keep one of them")
                )
                continue
            if is_top:
                self.lines[key] = line
            table[key] = self.value(value_node)
        return table

    def value(self, node: yaml.Node) -> Spelled:
        self.count += 1
        # An anchor may name itself, or double itself until memory ends.
        if id(node) in self.open or self.count > MOST_VALUES or len(self.open) > DEEPEST:
            self.problems.append(
                Problem(self.path, node.start_mark.line + 2, "too many anchors, or one in itself")
            )
            return ""
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self.table(node, is_top=False)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item) for item in node.value]
            text = str(node.value)
            # The style is None from the parser in Python, "" from that in C.
            is_plain = isinstance(node, yaml.ScalarNode) and not node.style
            return "" if is_plain and text in ("~", "null") else text
        finally:
            self.open.discard(id(node))


# --- TOML -----------------------------------------------------------------------------------------


def _read_toml(block: str, path: str) -> tuple[dict[str, Spelled], dict[str, int], list[Problem]]:
    try:
        table = {
            key: _spell(value, 1) for key, value in tomllib.loads(block, parse_float=str).items()
        }
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) + 1 if found else 1
        return {}, {}, [Problem(path, line, f"front matter is not TOML: {error}")]
    except RecursionError:
        return {}, {}, [Problem(path, 1, "front matter is nested too deeply")]
    lines: dict[str, int] = {}
    for number, text in enumerate(block.splitlines(), 2):
        if found := re.match(r"\s*\[*\s*[\"']?([\w-]+)[\"']?\s*[\].=]", text):
            lines.setdefault(found[1], number)
    return table, {key: lines.get(key, 1) for key in table}, []


def _spell(value: object, depth: int) -> Spelled:
    """A value of TOML as text, a list or a table of these; RecursionError if nested too deeply."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        return {key: _spell(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_spell(item, depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


# --- The schema -----------------------------------------------------------------------------------


def _text(value: Spelled) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_kind(value)}")
    # Control characters are invalid in XML, so no feed could carry them; newlines become spaces.
    text = " ".join(value.split())
    if found := re.search(r"[\x00-\x1f\x7f-\x9f]", text):
        raise ValueError(f"has the control character U+{ord(found[0]):04X}\nretype it")
    return text


def _texts(value: Spelled) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"must be a list, not {_kind(value)}\nwrite it as [first, second]")
    return tuple(dict.fromkeys(_text(item) for item in value if item != ""))


def _flag(value: Spelled) -> bool:
    if value in ("true", "True", "TRUE"):
        return True
    if value in ("false", "False", "FALSE"):
        return False
    raise ValueError(f"must be true or false, not {_shown(value)}")


def _moment(value: Spelled) -> datetime:
    """A moment, without zone if none was written; a day means its first moment."""
    text = _text(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"'{text}' is not a date\n"
            "write it as 2026-11-21, 2026-11-21 10:30 or 2026-11-21T10:30:00+01:00"
        ) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year {moment.year} is not one of {FIRST_YEAR} to {LAST_YEAR}")
    return moment


def _slug(value: Spelled) -> str:
    text = _text(value)
    if text in ("", ".", "..") or re.search(r"[/\\?#%\x00]", text):
        raise ValueError(
            f"'{text}' cannot be one part of an address\nuse letters, digits, '-', '_' and '.'"
        )
    return text


def _tags(value: Spelled) -> tuple[str, ...]:
    tags = _texts(value)
    for tag in tags:
        _check_group(tag, "the tag ")
    return tags


def _series(value: Spelled) -> str:
    name = _text(value)
    _check_group(name, "")
    return name


def _check_group(name: str, what: str) -> None:
    if name in (".", "..") or re.search(r"[/\\]", name):
        raise ValueError(f"{what}'{name}' cannot be one part of an address\nleave out '/' and '\\'")


def _aliases(value: Spelled) -> tuple[str, ...]:
    """Aliases, percent-decoded: an old address is copied from where it was seen."""
    aliases = []
    for alias in _texts(value):
        if not alias.startswith("/"):
            raise ValueError(
                f"'{alias}' must start with '/'\n"
                "an alias is an old address of this site: /old/address/"
            )
        decoded = unquote(alias, errors="replace")
        inner = decoded[1:].removesuffix("/").split("/") if decoded != "/" else []
        if any(part in ("", ".", "..") for part in inner) or re.search(r"[?#]", alias):
            raise ValueError(f"'{alias}' leaves the site, or is no plain address")
        if re.search(r"[\\\x00-\x1f\x7f\ufffd]", decoded):
            raise ValueError(f"'{alias}' leaves the site, or is no plain address")
        longest = max((len(part.encode()) for part in inner), default=0)
        if longest > LONGEST_PART or len(decoded.encode()) > LONGEST_ALIAS:
            raise ValueError(f"'{alias[:LONGEST_SHOWN]}…' is too long for an address")
        aliases.append(decoded)
    return tuple(dict.fromkeys(aliases))


def _paper(value: Spelled) -> str:
    text = _text(value)
    if text.startswith("/") or "\\" in text or ".." in text.split("/"):
        raise ValueError(f"'{text}' leaves the folder of this file\nname a file beside it")
    if not text.lower().endswith(".pdf"):
        raise ValueError(f"'{text}' is no PDF\nname a file that ends in .pdf")
    return text


def _table(value: Spelled) -> dict[str, Any]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"must be a table of keys and values, not {_kind(value)}")
    return value


def _kind(value: Spelled) -> str:
    return "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else "text"


def _shown(value: Spelled) -> str:
    return f"'{value}'" if isinstance(value, str) else _kind(value)


SCHEMA: Mapping[str, Callable[[Spelled], object]] = {
    "title": _text,
    "summary": _text,
    "date": _moment,
    "updated": _moment,
    "tags": _tags,
    "series": _series,
    "lang": lambda value: check_language(_text(value)),
    "slug": _slug,
    "aliases": _aliases,
    "id": _text,
    "draft": _flag,
    "publish": _moment,
    "expires": _moment,
    "pdf": _paper,
    "snippet": _slug,
    "test": _table,
    "extra": _table,
}
