"""What a Python file imports, and how it may be run, found by reading its tree.

In: a syntax tree and the file's path. Out: `Import` values by absolute name; whether the file can
be started as a program, and whether it has doctests. It looks at no other file: which of the
modules are the project's own is `closure`'s question.

Seen are import statements anywhere in the file, constant names given to `import_module` and its
like, `pytest_plugins`, and programs started as `python -m module`. A name that is computed when
the code runs can't be seen.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from builder.model import Import


def find_imports(tree: ast.Module, path: str) -> tuple[Import, ...]:
    """The modules that the file at `path` (POSIX, from the root, which is on sys.path) imports.

    A value a module, sorted; one that is required anywhere in the file is not optional. A relative
    import that leaves the root is left out, as it can only fail.
    """
    package = tuple(path.split("/")[:-1])
    merged: dict[str, _Found] = {}
    for found in (*_find(tree, package), *_declared(tree, path)):
        if found.module and found.module != "__future__":
            before = merged.get(found.module, _Found(found.module, (), True))
            names = (*before.names, *found.names)
            is_optional = before.is_optional and found.is_optional
            merged[found.module] = _Found(found.module, names, is_optional)
    return tuple(
        Import(module, tuple(sorted(set(found.names))), found.is_optional)
        for module, found in sorted(merged.items())
    )


def has_main(tree: ast.Module, path: str) -> bool:
    """Whether the file is a program: a `__main__.py`, or with `if __name__ == "__main__":`."""
    if path.rpartition("/")[2] == "__main__.py":
        return True
    return any(isinstance(each, ast.If) and _asks_for_main(each.test) for each in tree.body)


def has_doctests(tree: ast.Module) -> bool:
    """Whether a docstring, or a text in `__test__`, has an example for doctest."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, _DOCUMENTED) and _PROMPT.search(ast.get_docstring(node, False) or ""):
            return True
        if not isinstance(node, _FUNCTIONS):  # doctest does not look into them either
            stack += [each for each in ast.iter_child_nodes(node) if isinstance(each, _BLOCKS)]
    extra = (each for name, each in _assigned(tree) if name == "__test__")
    return any(_PROMPT.search(text) for value in extra for text in _texts(ast.walk(value)))


class _Found(NamedTuple):
    """One place that imports a module; `module` is empty if the place names none."""

    module: str
    names: tuple[str, ...]
    is_optional: bool


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DOCUMENTED = (ast.Module, ast.ClassDef, *_FUNCTIONS)
_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
_PROMPT = re.compile(r"^\s*>>>(?:\s|$)", re.MULTILINE)
_MODULE_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def _find(tree: ast.Module, package: Sequence[str]) -> Iterator[_Found]:
    """Every place below the tree that imports; what is optional makes all below it optional."""
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, is_optional = stack.pop()
        if type(node) in _SPEAKING:
            yield from _imported(node, package, is_optional)
        optional = _optional_fields(node) if type(node) in _BRANCHING else ()
        for field in node._fields:
            value = getattr(node, field, None)
            for child in value if type(value) is list else (value,):
                if type(child) not in _LEAVES and isinstance(child, ast.AST):
                    stack.append((child, is_optional or field in optional))


_SPEAKING = frozenset((ast.Import, ast.ImportFrom, ast.Call, ast.List, ast.Tuple))
_BRANCHING = frozenset((ast.If, ast.Try, ast.TryStar, ast.With))
# What holds no expression and no statement: leaving it out halves the walk.
_LEAVES = frozenset((ast.alias, ast.Constant, ast.Name)).union(
    *(
        base.__subclasses__()
        for base in (ast.boolop, ast.cmpop, ast.expr_context, ast.operator, ast.unaryop)
    )
)


def _imported(node: ast.AST, package: Sequence[str], is_optional: bool) -> Iterator[_Found]:
    """What one node imports by itself."""
    if isinstance(node, ast.Import):
        yield from (_Found(alias.name, (), is_optional) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = _absolute(node.module or "", node.level, package)
        yield _Found(module, tuple(alias.name for alias in node.names), is_optional)
    elif isinstance(node, ast.Call):
        yield _called(node, package, is_optional)
        yield _started(node.args)
    elif isinstance(node, ast.List | ast.Tuple):
        yield _started(node.elts)


def _optional_fields(node: ast.AST) -> Sequence[str]:
    """The parts of a statement whose imports the file can do without."""
    if isinstance(node, ast.Try | ast.TryStar):
        # Of two alternatives neither is required, nor is what only the first of them needs.
        copes = any(_catches_absence(handler.type) for handler in node.handlers)
        return ("body", "handlers", "orelse") if copes else ()
    if isinstance(node, ast.If):
        test = node.test
        if isinstance(test, ast.UnaryOp) and _says_type_checking(test.operand):
            return ("orelse",)
        if _says_type_checking(test):
            return ("body",)
        return ("body", "orelse") if _asks_for_platform(test) else ()
    if isinstance(node, ast.With):  # `suppress(ImportError)`, `pytest.raises(ImportError)`
        copes = any(
            isinstance(call := item.context_expr, ast.Call)
            and any(map(_catches_absence, call.args))
            for item in node.items
        )
        return ("body",) if copes else ()
    return ()


_ABSENCE = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


def _catches_absence(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_catches_absence, caught.elts))
    return caught is None or _last_name(caught) in _ABSENCE


def _says_type_checking(test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp):
        return any(map(_says_type_checking, test.values))
    return _last_name(test) == "TYPE_CHECKING"


_PLATFORM = {
    "os": ("name",),
    "platform": ("machine", "python_implementation", "system"),
    "sys": ("implementation", "platform", "version_info"),
}


def _asks_for_platform(test: ast.expr) -> bool:
    """Whether a branch is for some machines or versions of Python: elsewhere nobody needs it."""
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in _PLATFORM.get(node.value.id, ())
        for node in ast.walk(test)
    )


def _last_name(node: ast.expr) -> str:
    """`b` of `b` and of `a.b`; empty for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


# Functions that import the module they are told, and whether the code asks if it is there.
_IMPORTERS = {
    "__import__": False,
    "find_spec": True,
    "import_module": False,
    "importorskip": True,
    "run_module": False,
}
_NOWHERE = _Found("", (), True)


def _called(call: ast.Call, package: Sequence[str], is_optional: bool) -> _Found:
    """The module that a call such as `import_module("x")` names as a constant."""
    function = _last_name(call.func)
    asks = _IMPORTERS.get(function)
    if asks is None:
        return _NOWHERE
    given = [*call.args[:2], *(each.value for each in call.keywords if each.arg == "package")]
    module = _text(given[0]) if given else ""
    if module.startswith("."):
        anchor = package
        if len(given) > 1 and _text(given[1]):
            anchor = tuple(_text(given[1]).split("."))
        module = _absolute(module.lstrip("."), len(module) - len(module.lstrip(".")), anchor)
    names = ("__main__",) if function == "run_module" else ()
    return _Found(module, names, is_optional or asks)


def _started(arguments: Sequence[ast.expr]) -> _Found:
    """The module of a program that is started: `"-m", "module"` in a list or a call.

    It is optional, because `-m` is also how other programs take a message.
    """
    for option, module in pairwise(arguments):
        if _text(option) == "-m" and _MODULE_NAME.fullmatch(_text(module)):
            return _Found(_text(module), ("__main__",), True)
    return _NOWHERE


def _declared(tree: ast.Module, path: str) -> Iterator[_Found]:
    """The modules that a file names for others to import: pytest's plugins, a package's own."""
    for name, value in _assigned(tree):
        elements = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        if name == "pytest_plugins":
            yield from (_Found(text, (), False) for text in _texts(elements))
        elif name == "__all__" and path.endswith("/__init__.py"):
            # `from package import *` imports these where they are modules.
            package = ".".join(path.split("/")[:-1])
            yield _Found(package, tuple(_texts(elements)), True)


def _absolute(module: str, level: int, package: Sequence[str]) -> str:
    """The absolute name of a relative import; empty if it leaves the root."""
    if level == 0:
        return module
    kept = package[: len(package) - level + 1] if level <= len(package) else ()
    return ".".join([*kept, module] if module else kept) if kept else ""


def _asks_for_main(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = (test.left, test.comparators[0])
    return {_last_name(side) for side in sides} >= {"__name__"} and any(
        _text(side) == "__main__" for side in sides
    )


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The file's own assignments to one name."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from ((_last_name(target), statement.value) for target in statement.targets)
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign) and statement.value:
            yield _last_name(statement.target), statement.value


def _text(node: ast.AST) -> str:
    """A constant text, empty for all else."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else ""  # type: ignore[attr-defined]  # is_text says so


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return filter(None, map(_text, nodes))
