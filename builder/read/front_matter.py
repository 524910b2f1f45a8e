"""A Markdown file's front matter, split from its body, parsed and checked against the schema.

In: a file's text. Out: `FrontMatter` and problems at their lines. Values keep their spelling:
`lang: no` is a language and `1.10` a version. It must not know the site's settings, nor what other
files say.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import yaml

from builder.codec import Value
from builder.errors import Problem, did_you_mean
from builder.read.schema import LONGEST_SHOWN, SCHEMA, Spelled, find_doubles

# Nobody nests deeper; the parsers recurse, and the one in C ends the process where its stack ends.
DEEPEST = 50
MOST_VALUES = 10_000


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
    tags = values.get("tags", ())
    if doubles := find_doubles(tags):
        values["tags"] = tuple([tag for tag in tags if tag not in doubles])
        problems += [
            Problem(path, lines["tags"], f"the tag '{tag}' is '{other}' again",
                    "keep one of them: they have one address", is_warning=True)
            for tag, other in doubles.items()
        ]  # fmt: skip
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
        if id(node) in self.open or self.count > MOST_VALUES:
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
