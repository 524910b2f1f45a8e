"""What a file imports, whether it is a program and has doctests, seen without running it."""

import ast

import pytest

from builder.cards import read_code
from builder.cards.imports import find_imports, has_doctests, has_main
from builder.model import Import


def imports(text: str, path: str = "snippets/card/part.py") -> dict[str, tuple[str, ...]]:
    return {each.module: each.names for each in find_imports(ast.parse(text), path)}


def optional(text: str) -> dict[str, bool]:
    found = find_imports(ast.parse(text), "snippets/card.py")
    return {each.module: each.is_optional for each in found}


def test_imports_are_found_by_absolute_name_with_what_is_taken_from_them() -> None:
    assert imports("import a.b, c as d\nfrom e.f import g as h, i\nfrom j import *\n") == {
        "a.b": (),
        "c": (),
        "e.f": ("g", "i"),
        "j": ("*",),
    }


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ("from . import x", "a/b/c.py", {"a.b": ("x",)}),
        ("from . import x", "a/b/__init__.py", {"a.b": ("x",)}),
        ("from .x import y", "a/b/c.py", {"a.b.x": ("y",)}),
        ("from .. import x", "a/b/c.py", {"a": ("x",)}),
        ("from ..x.y import z", "a/b/c.py", {"a.x.y": ("z",)}),
        ("from ... import x", "a/b/c.py", {}),
        ("from .... import x", "a/b/c.py", {}),
        ("from . import x", "c.py", {}),
        ("from .x import y", "c.py", {}),
    ],
)
def test_a_relative_import_is_resolved_against_the_files_package(
    text: str, path: str, found: dict[str, tuple[str, ...]]
) -> None:
    assert imports(text, path) == found


def test_imports_of_one_module_are_one_and_future_is_none() -> None:
    text = "from __future__ import annotations\nimport a\nfrom a import c, b\nfrom a import b\n"

    assert imports(text) == {"a": ("b", "c")}


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    import a\n",
        "class A:\n    def m(self):\n        with x:\n            import a\n",
        "async def f():\n    async for _ in x:\n        import a\n",
        "match x:\n    case True:\n        import a\n",
        "while x: pass\nelse:\n    import a\n",
        "import importlib\nx = importlib.import_module('a')\n",
        "f(lambda: [import_module(name='a', package=None) or import_module('a')])\n",
        "x = {1: __import__('a')}\n",
        "runpy.run_module('a')\n",
        "pytest_plugins = ['a']\n",
        "pytest_plugins = 'a'\n",
    ],
)
def test_an_import_is_seen_wherever_it_stands(text: str) -> None:
    assert optional(text).get("a") is False


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import_module('.x', __package__)", {"snippets.card.x": ()}),
        ("import_module('.x', package='a.b')", {"a.b.x": ()}),
        ("import_module('..x', 'a.b')", {"a.x": ()}),
        ("runpy.run_module('a.b')", {"a.b": ("__main__",)}),
        ("import_module(name)", {}),
        ("import_module()", {}),
        ("import_module(f'a{b}')", {}),
        ("other('a')", {}),
        ("f('-m', 'a.b')", {"a.b": ("__main__",)}),
        ("run([sys.executable, '-m', 'a.b', '-x'])", {"a.b": ("__main__",)}),
        ("run(('git', 'commit', '-m', 'Say why'))", {}),
        ("run(['-m'])", {}),
    ],
)
def test_constant_names_in_calls_are_imports(text: str, found: dict[str, object]) -> None:
    assert imports(text) == found


def test_a_packages_all_may_name_its_modules() -> None:
    text = "from a import b\n__all__ = ['b', 'c']\n"

    assert imports(text, "p/q/__init__.py") == {"a": ("b",), "p.q": ("b", "c")}
    assert imports(text, "p/q/r.py") == {"a": ("b",)}


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
        "try:\n    import a\nexcept (OSError, ModuleNotFoundError):\n    pass\n",
        "try:\n    import a\nexcept Exception:\n    pass\n",
        "try:\n    import a\nexcept:\n    pass\n",
        "try:\n    import b\nexcept ImportError:\n    import a\n",
        "try:\n    import b\nexcept ImportError:\n    b = 1\nelse:\n    import a\n",
        "try:\n    if x:\n        from a import b\nexcept builtins.ImportError:\n    pass\n",
        "with suppress(ImportError):\n    import a\n",
        "with pytest.raises(ModuleNotFoundError):\n    import a\n",
        "if TYPE_CHECKING:\n    import a\n",
        "if typing.TYPE_CHECKING or x:\n    import a\n",
        "if not TYPE_CHECKING:\n    pass\nelse:\n    import a\n",
        "if sys.version_info < (3, 11):\n    import a\n",
        "if sys.platform == 'win32':\n    pass\nelse:\n    import a\n",
        "a = pytest.importorskip('a')\n",
        "x = importlib.util.find_spec('a') is None\n",
        "run(['python', '-m', 'a'])\n",
    ],
)
def test_an_import_that_the_file_can_do_without_is_optional(text: str) -> None:
    assert optional(text)["a"] is True


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import a\nexcept ValueError:\n    pass\n",
        "try:\n    import a\nfinally:\n    pass\n",
        "try:\n    import b\nexcept ImportError:\n    pass\nfinally:\n    import a\n",
        "try:\n    import a\nexcept ImportError:\n    pass\nimport a\n",
        "with suppress(ValueError):\n    import a\n",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import a\n",
        "if not TYPE_CHECKING:\n    import a\n",
        "if x:\n    import a\n",
    ],
)
def test_any_other_import_is_required(text: str) -> None:
    assert optional(text)["a"] is False


@pytest.mark.parametrize(
    ("text", "path", "is_program"),
    [
        ("if __name__ == '__main__':\n    main()\n", "a.py", True),
        ("if '__main__' == __name__:\n    main()\n", "a.py", True),
        ("if __name__ == 'a':\n    main()\n", "a.py", False),
        ("x = '__main__' == __name__\n", "a.py", False),
        ("def f():\n    if __name__ == '__main__':\n        main()\n", "a.py", False),
        ("main()\n", "a/__main__.py", True),
        ("main()\n", "a/not__main__.py", False),
    ],
)
def test_a_program_is_told_by_its_last_lines_or_its_name(
    text: str, path: str, is_program: bool
) -> None:
    assert has_main(ast.parse(text), path) is is_program


@pytest.mark.parametrize(
    ("text", "is_documented"),
    [
        ('"""\n>>> 1\n1\n"""\n', True),
        ('def f():\n    """Says one.\n\n    >>> f()\n    1\n    """\n', True),
        ('class A:\n    async def m(self):\n        """\n        >>> 1\n        """\n', True),
        ('if x:\n    def f():\n        """>>> 1"""\n', True),
        ("__test__ = {'a': '>>> 1'}\n", True),
        ('"""Shifts by >>> x."""\n', False),
        ("x = '>>> 1'\n", False),
        ("# >>> 1\n", False),
        ('def f():\n    def g():\n        """>>> 1"""\n', False),
        ('f(f">>> {x}")\n', False),
    ],
)
def test_doctests_are_prompts_in_docstrings(text: str, is_documented: bool) -> None:
    assert has_doctests(ast.parse(text)) is is_documented


def test_a_thousand_branches_are_no_obstacle() -> None:
    text = "if x == 0:\n    import a\n" + "".join(f"elif x == {n}:\n    y\n" for n in range(1500))

    tree = ast.parse(text)

    assert find_imports(tree, "a.py") == (Import("a", (), False),)
    assert not has_doctests(tree)


def test_a_files_facts_say_all_of_it() -> None:
    text = b'"""One.\n\n>>> 1\n1\n"""\n\nimport a\n\nif __name__ == "__main__":\n    import b\n'
    facts = read_code("a.py", text)

    assert [each.module for each in facts.imports] == ["a", "b"]
    assert (facts.has_main, facts.has_doctests) == (True, True)


def test_what_is_not_python_imports_nothing() -> None:
    facts = read_code("a.sh", b"# >>> 1\nimport a\n")

    assert (facts.imports, facts.has_main, facts.has_doctests) == ((), False, False)


def test_a_file_that_cannot_be_parsed_is_left_to_its_doctests_to_complain_of() -> None:
    facts = read_code("a.py", b'def f(:\n    """\n    >>> 1\n    """\n')

    assert (facts.imports, facts.has_main, facts.has_doctests) == ((), False, True)
