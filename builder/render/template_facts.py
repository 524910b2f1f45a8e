"""What templates say of themselves: which need which, their blocks, the words they ask for.

In: template texts. Out: facts and problems, found by parsing alone; nothing is filled in. The names
"theme/…" are those of the shipped theme, whatever a site has of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import jinja2
from jinja2 import nodes

from builder.codec import Value
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.render.engine import explain_syntax, make_environment

SHIPPED = "theme/"
OWN = "templates/"


class Need(Value, frozen=True):
    """What a template names in one place.

    `names` are files of which one must be there, unless it `may_be_missing`; without names, which
    is meant is worked out while filling. `extends`: it is the template that this one extends.
    """

    line: int
    names: tuple[str, ...]
    extends: bool
    may_be_missing: bool


class Block(Value, frozen=True):
    """A block; `inside` is the one that it lies in, empty for none."""

    name: str
    line: int
    inside: str


class TemplateFacts(Value, frozen=True):
    """What one template says; `words` are those asked for as `t.word`.

    `remark` is its first comment; `macros` are written as they are called. `stray` is the line of
    text that nobody sees, because it is outside of the blocks of a template that extends another; 0
    for none.
    """

    needs: tuple[Need, ...]
    blocks: tuple[Block, ...]
    words: tuple[str, ...]
    remark: str
    macros: tuple[str, ...]
    stray: int


class ThemeFacts(Value, frozen=True):
    """For each template the names of all that it needs, itself included, sorted; the words that a
    site's own templates ask for; what is doubtful in them.
    """

    needs: dict[str, tuple[str, ...]]
    words: tuple[str, ...]
    warnings: tuple[Problem, ...]


def read_theme_facts(texts: Mapping[str, str], paths: Mapping[str, str]) -> ThemeFacts:
    """What the templates of a theme say together; `paths` tells where each lies.

    A name that is worked out while filling may mean any template, so such a template needs all of
    them. The shipped templates are read only where they are named. BuildFailed with every template
    that cannot be read, or needs one that does not exist, or extends itself.
    """
    facts: dict[str, TemplateFacts] = {}
    problems: list[Problem] = []
    direct: dict[str, set[str]] = {}
    waiting = sorted((name for name in texts if not name.startswith(SHIPPED)), reverse=True)
    while waiting:
        name = waiting.pop()
        if name in direct:
            continue
        direct[name] = set()
        try:
            facts[name] = read_template(name, texts[name])
        except jinja2.TemplateSyntaxError as error:
            problems.append(explain_syntax(error, paths[name]))
            continue
        problems += _missing(facts[name], texts, paths[name])
        for need in facts[name].needs:
            direct[name].update(need.names or texts)
        direct[name] &= texts.keys()
        waiting += sorted(direct[name] - direct.keys(), reverse=True)
    problems += _misplaced(paths)
    if not problems:
        problems += _circles(facts, paths)
    if problems:
        raise BuildFailed(problems)
    own = {name: item for name, item in facts.items() if paths[name].startswith(OWN)}
    words = sorted({word for item in own.values() for word in item.words})
    warnings = [item for name in sorted(own) for item in _ignored(name, facts, paths[name])]
    needs = {name: tuple(sorted(_closure(name, direct))) for name in sorted(direct)}
    return ThemeFacts(needs, tuple(words), tuple(warnings))


def read_templates(texts: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, TemplateFacts]:
    """What each of some templates says; BuildFailed with those that do not compile."""
    facts, problems = {}, []
    for name, text in texts.items():
        try:
            facts[name] = read_template(name, text)
        except jinja2.TemplateSyntaxError as error:
            problems.append(explain_syntax(error, paths[name]))
    if problems:
        raise BuildFailed(problems)
    return facts


@lru_cache(maxsize=256)
def read_template(name: str, text: str) -> TemplateFacts:
    """What a template says; jinja2.TemplateSyntaxError if it does not compile."""
    environment = make_environment({})
    tree = environment.parse(text, name)
    facts = TemplateFacts(
        needs=tuple(_needs(tree)),
        blocks=tuple(_blocks(tree, "")),
        words=tuple(sorted(_words(tree))),
        remark=_remark(text),
        macros=tuple(
            f"{macro.name}({', '.join(argument.name for argument in macro.args)})"
            for macro in tree.find_all(nodes.Macro)
        ),
        stray=_stray(tree),
    )
    # Unknown filters and tests, and blocks given twice, only show when code is made of the tree.
    environment.compile(tree, name, raw=True)
    return facts


def parents_of(name: str, facts: Mapping[str, TemplateFacts]) -> list[str] | None:
    """The templates that a template extends, the nearest first; None if that can't be told.

    It ends with the first that comes again.
    """
    found: list[str] = []
    while True:
        if name not in facts:
            return None
        extends = [need for need in facts[name].needs if need.extends]
        if not extends:
            return found
        if len(extends) > 1 or len(extends[0].names) != 1:
            return None
        name = extends[0].names[0]
        if name in found:
            return found
        found.append(name)


def _missing(facts: TemplateFacts, texts: Mapping[str, str], path: str) -> Iterator[Problem]:
    for need in facts.needs:
        if need.may_be_missing or not need.names or any(name in texts for name in need.names):
            continue
        missing = need.names[0]
        is_shipped = missing.startswith(SHIPPED)
        known = [name for name in texts if name.startswith(SHIPPED) == is_shipped]
        message = f"there is no template '{missing}'"
        yield Problem(path, need.line, message, did_you_mean(missing, known))


def _misplaced(paths: Mapping[str, str]) -> Iterator[Problem]:
    for path in paths.values():
        if path.startswith(OWN + SHIPPED):
            message = "names in theme/ are those of the shipped templates"
            hint = f"to replace one, write {OWN}{path.removeprefix(OWN + SHIPPED)}"
            yield Problem(path, 0, message, hint)


def _circles(facts: Mapping[str, TemplateFacts], paths: Mapping[str, str]) -> Iterator[Problem]:
    """Templates that extend themselves, if by way of others."""
    for name in sorted(facts):
        parents = parents_of(name, facts)
        if not parents or name not in parents or not paths[name].startswith(OWN):
            continue
        line = next(need.line for need in facts[name].needs if need.extends)
        way = " → ".join([name, *parents[: parents.index(name) + 1]])
        hint = f'{{% extends "{SHIPPED}{name}" %}} extends the shipped one'
        yield Problem(paths[name], line, f"this template extends itself: {way}", hint)


def _ignored(name: str, facts: Mapping[str, TemplateFacts], path: str) -> Iterator[Problem]:
    """What Jinja leaves out of a template that extends another, without a word."""
    parents = parents_of(name, facts)
    if not parents:
        return
    known = {block.name for parent in parents for block in facts[parent].blocks}
    for block in facts[name].blocks:
        if not block.inside and block.name not in known:
            message = f"'{parents[0]}' has no block '{block.name}', so this one is shown nowhere"
            hint = did_you_mean(block.name, known, f"its blocks: {', '.join(sorted(known))}")
            yield Problem(path, block.line, message, hint, is_warning=True)
    if facts[name].stray:
        message = f"this text is shown nowhere, as it is in no block of '{parents[0]}'"
        hint = "put it into a block, such as {% block before_content %}"
        yield Problem(path, facts[name].stray, message, hint, is_warning=True)


def _needs(tree: nodes.Template) -> Iterator[Need]:
    for node in tree.find_all(nodes.Extends):
        yield Need(node.lineno, _names(node.template), True, False)
    for include in tree.find_all(nodes.Include):
        yield Need(include.lineno, _names(include.template), False, include.ignore_missing)
    for whole in tree.find_all(nodes.Import):
        yield Need(whole.lineno, _names(whole.template), False, False)
    for some in tree.find_all(nodes.FromImport):
        yield Need(some.lineno, _names(some.template), False, False)


def _names(expression: nodes.Expr) -> tuple[str, ...]:
    """The names that an expression gives; none if it is worked out while filling.

    jinja2.TemplateSyntaxError if it gives something else.
    """
    try:
        value = expression.as_const()
    except nodes.Impossible:
        return ()
    values = value if isinstance(value, list | tuple) and value else (value,)
    names = tuple([item for item in values if isinstance(item, str)])
    if len(names) < len(values):
        raise jinja2.TemplateSyntaxError("this names no template", expression.lineno)
    return names


def _blocks(node: nodes.Node, inside: str) -> Iterator[Block]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block):
            yield Block(child.name, child.lineno, inside)
            yield from _blocks(child, child.name)
        else:
            yield from _blocks(child, inside)


def _words(tree: nodes.Template) -> set[str]:
    found = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "t"
    }
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and item.node.name == "t":
            found |= {str(item.arg.value)} if isinstance(item.arg, nodes.Const) else set()
    return found


def _remark(text: str) -> str:
    found = re.match(r"\s*\{#-?(.*?)-?#\}", text, re.DOTALL)
    return found[1].strip() if found else ""


def _stray(tree: nodes.Template) -> int:
    if not any(isinstance(node, nodes.Extends) for node in tree.body):
        return 0
    for node in tree.body:
        for item in node.nodes if isinstance(node, nodes.Output) else ():
            if not isinstance(item, nodes.TemplateData):
                return item.lineno
            if item.data.strip():
                leading = item.data[: len(item.data) - len(item.data.lstrip())]
                return item.lineno + leading.count("\n")
    return 0


def _closure(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    open_names = [name]
    while open_names:
        current = open_names.pop()
        if current not in found:
            found.add(current)
            open_names += direct[current]
    return found
