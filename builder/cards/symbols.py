"""Where a file defines its functions, classes and constants, found by reading alone.

In: a syntax tree (Python) or lines (VBA). Out: spans by name, and names defined more than once.
It must not import or run the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from builder.model import Span


class Symbols(NamedTuple):
    """Spans by name ("function", "Class.method", "CONSTANT"), and names of several places."""

    spans: dict[str, Span]
    ambiguous: tuple[str, ...]


def find_symbols(tree: ast.Module, lines: Sequence[str]) -> Symbols:
    """The symbols of a Python file; decorators and the comment lines directly above belong to them.

    A definition under `if`, `try` or `with` counts as the level around it, where its name ends up.
    Adjacent overloads of a function, and a property with its setter, are one symbol.
    """
    return _gather(_definitions(tree.body, 0, "", lines))


def find_procedures(lines: Sequence[str]) -> Symbols:
    """The functions, subs and properties of a VBA file, with the comment lines directly above."""
    found = []
    first, name, word = 0, "", ""
    for number, line in enumerate(lines, 1):
        if not name and (start := _PROCEDURE.match(line)):
            first, name, word = number, start["name"], start["word"].split()[0].lower()
        elif name and line.strip().lower().startswith(f"end {word}"):
            found.append((name, Span(_above(lines, first, 0, "'"), number)))
            name = ""
    return _gather(iter(found))


_PROCEDURE = re.compile(
    r"\s*(?:(?:public|private|friend|static)\s+)*(?P<word>function|sub|property\s+(?:get|let|set))\s+(?P<name>\w+)",
    re.IGNORECASE,
)


def _gather(found: Iterator[tuple[str, Span]]) -> Symbols:
    spans: dict[str, Span] = {}
    ambiguous = set()
    for name, span in found:
        if name in spans:
            ambiguous.add(name)
        spans[name] = span
    kept = {name: span for name, span in spans.items() if name not in ambiguous}
    return Symbols(kept, tuple(sorted(ambiguous)))


def _definitions(
    body: Sequence[ast.stmt], floor: int, prefix: str, lines: Sequence[str]
) -> Iterator[tuple[str, Span]]:
    """What a block defines; comments are looked for below line `floor` only."""
    for group in _groups(body):
        first, last = group[0], group[-1]
        end = last.end_lineno or last.lineno
        span = Span(_above(lines, _first_line(first), floor, "#"), end)
        for name in _names(first):
            yield prefix + name, span
        for statement in group:
            if isinstance(statement, ast.ClassDef):
                yield from _definitions(
                    statement.body, statement.lineno, f"{prefix}{statement.name}.", lines
                )
            for block in _blocks(statement):
                yield from _definitions(block, statement.lineno, prefix, lines)
        floor = end


def _groups(body: Sequence[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A block's statements, each with those that continue it, as a setter does its property."""
    group: list[ast.stmt] = []
    for statement in body:
        if group and _continues(group[-1], statement):
            group.append(statement)
            continue
        if group:
            yield group
        group = [statement]
    if group:
        yield group


def _continues(before: ast.stmt, statement: ast.stmt) -> bool:
    if not (
        isinstance(before, _FUNCTIONS)
        and isinstance(statement, _FUNCTIONS)
        and before.name == statement.name
    ):
        return False
    is_overload = any(
        ast.unparse(each).split(".")[-1] == "overload" for each in before.decorator_list
    )
    return is_overload or any(
        isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and each.value.id == statement.name
        for each in statement.decorator_list
    )


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _names(statement: ast.stmt) -> dict[str, None]:
    """The names a statement defines, in order; one that is assigned twice in it counts once."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        return {statement.name: None}
    if isinstance(statement, ast.Assign):
        return {name: None for target in statement.targets for name in _target_names(target)}
    if isinstance(statement, ast.AnnAssign):
        return dict.fromkeys(_target_names(statement.target))
    if type(statement).__name__ == "TypeAlias":  # `type X = …`, from Python 3.12 on
        return dict.fromkeys(_target_names(statement.name))  # type: ignore[attr-defined]  # not in 3.11's ast
    return {}


def _target_names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _target_names(element)
    elif isinstance(target, ast.Starred):
        yield from _target_names(target.value)


def _blocks(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    if isinstance(statement, ast.If):
        yield statement.body
        yield statement.orelse
    elif isinstance(statement, ast.With | ast.AsyncWith):
        yield statement.body
    elif isinstance(statement, ast.Try | ast.TryStar):
        yield statement.body
        for handler in statement.handlers:
            yield handler.body
        yield statement.orelse
        yield statement.finalbody


def _first_line(statement: ast.stmt) -> int:
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) and statement.decorator_list:
        return statement.decorator_list[0].lineno
    return statement.lineno


def _above(lines: Sequence[str], first: int, floor: int, sign: str) -> int:
    """The first of the comment lines that stand directly above line `first` and below line `floor`.

    A region's line or the file's `#!` is no comment on what follows.
    """
    while first - 1 > floor and _is_comment(lines[first - 2], sign):
        first -= 1
    return first


def _is_comment(line: str, sign: str) -> bool:
    text = line.strip()
    said = text.removeprefix(sign).lstrip()
    is_mark = text.startswith("#!") or re.fullmatch(r"(end)?region(\s+\S+)?", said)
    return text.startswith(sign) and not is_mark
