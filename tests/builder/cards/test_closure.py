"""Which files a card reaches: stated for small trees, and compared with what Python imports."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.cards import Reach, outside_modules, reach, read_code
from builder.model import CodeFacts

CARD, TEST = "snippets/card.py", "tests/snippets/test_card.py"


def explore(files: Mapping[str, str], *start: str) -> Reach:
    """What a card of a tree of files reaches, as a caller finds out who has the tree."""
    known: dict[str, CodeFacts | None] = {}
    starting = start or tuple(path for path in (CARD, TEST) if path in files)
    while (found := reach(starting, known)).unknown:
        for path in found.unknown:
            assert path not in known
            known[path] = read_code(path, files[path].encode()) if path in files else None
    return found


def names(files: Mapping[str, str]) -> set[str]:
    return set(explore(files).files)


def test_what_is_imported_is_reached_and_nothing_else() -> None:
    files = {CARD: "import a", "a.py": "import b", "b.py": "", "c.py": "", "snippets/d.py": ""}

    found = explore(files)

    assert (found.files, found.modules) == (("a.py", "b.py", CARD), ())


def test_what_was_asked_for_is_told_whether_it_is_there_or_not() -> None:
    files = {CARD: "import a.b", "a/__init__.py": ""}
    found = explore(files)
    known = {
        path: read_code(path, files[path].encode()) if path in files else None
        for path in found.asked
    }

    assert {CARD, "a/__init__.py", "a.py", "a/b.py", "conftest.py"} <= set(found.asked)
    assert reach([CARD], known) == found


def test_the_start_is_reached_in_any_language_and_only_if_it_is_there() -> None:
    found = explore({CARD: "", "snippets/card.vba": "import a"}, CARD, "snippets/card.vba", TEST)

    assert found.files == (CARD, "snippets/card.vba")


def test_a_tests_conftests_are_reached_up_to_the_root_with_what_they_import() -> None:
    conftests = {"conftest.py", "tests/conftest.py", "tests/snippets/conftest.py"}
    files = {CARD: "", TEST: "", "a.py": "", "tests/cards/conftest.py": ""}
    files |= dict.fromkeys(conftests, "import a")

    assert names(files) == {CARD, TEST, "a.py", *conftests}


def test_a_package_runs_before_its_module() -> None:
    files = {
        CARD: "import a.b.c",
        "a/__init__.py": "import x",
        "a/b/__init__.py": "from . import d",
        "a/b/c.py": "",
        "a/b/d.py": "",
        "a/b/e.py": "",
        "x.py": "",
        "snippets/__init__.py": "",
    }

    assert names(files) == files.keys() - {"a/b/e.py"}


def test_a_folder_is_a_package_without_being_declared_one() -> None:
    files = {CARD: "import a.b.c\nfrom d.e import f", "a/b/c.py": "", "d/e/f.py": "", "d/g.py": ""}

    assert names(files) == files.keys() - {"d/g.py"}


def test_names_from_a_module_are_looked_for_only_where_it_has_a_folder() -> None:
    files = {CARD: "from a import b, c", "a.py": "", "a/b.py": ""}
    as_package = {CARD: "from a import b, c", "a.py": "", "a/__init__.py": "", "a/c.py": ""}

    assert names(files) == {CARD, "a.py"}
    assert names(as_package) == {CARD, "a/__init__.py", "a/c.py"}


def test_a_projects_module_goes_before_one_of_pythons_own() -> None:
    files = {CARD: "import random, concurrent.futures", "random.py": ""}

    assert explore(files).files == ("random.py", CARD)
    assert names(files | {"concurrent/futures.py": ""}) == {CARD, "random.py"}
    assert names(files | {"concurrent/__init__.py": ""}) == {
        CARD,
        "random.py",
        "concurrent/__init__.py",
    }


def test_a_circle_is_walked_once() -> None:
    files = {CARD: "import a", "a.py": "import b", "b.py": "import a, snippets.card"}

    assert names(files) == files.keys()


def test_others_modules_are_told_by_their_top_and_whether_they_are_needed() -> None:
    attempt = "try:\n    import {}\nexcept ImportError:\n    pass\n"
    files = {
        CARD: "import math, a, numpy.linalg\nfrom torch import nn\n" + attempt.format("scipy"),
        "a.py": attempt.format("numpy") + attempt.format("scipy.stats") + "import snippets.card",
        TEST: "from snippets import card\nimport nowhere\n" + attempt.format("torch"),
    }

    assert explore(files).modules == (
        ("nowhere", False),
        ("numpy", False),
        ("scipy", True),
        ("torch", False),
    )


def test_a_projects_own_module_is_not_one_of_others() -> None:
    files = {CARD: "import numpy, lib.a", "numpy.py": "", "lib/a.py": ""}

    assert explore(files).modules == ()


def test_what_a_cards_own_files_import_can_be_told_from_what_its_tests_do() -> None:
    files = {CARD: "import a, numpy", TEST: "import hypothesis", "a.py": "import torch"}
    known = {path: read_code(path, text.encode()) for path, text in files.items()}

    assert outside_modules([CARD], files, known) == (("numpy", False),)


def test_few_files_are_asked_for_and_each_once() -> None:
    text = "\n".join(f"import {name}" for name in sorted(sys.stdlib_module_names)[:20])
    asked = set()
    known: dict[str, CodeFacts | None] = {CARD: read_code(CARD, text.encode())}
    while unknown := reach([CARD], known).unknown:
        asked.update(unknown)
        known |= dict.fromkeys(unknown)

    assert len(asked) <= 2 * 20 + 2 * 2  # and a conftest.py and an __init__.py in two folders


# --- Compared with Python -------------------------------------------------------------------------

# In each tree, what Python must not import is called `far`.
TREES = {
    "relative": {
        CARD: "from .lib import part\nfrom .lib.deep.leaf import X\n",
        "snippets/lib/__init__.py": "",
        "snippets/lib/part.py": "from . import side\nfrom .. import other",
        "snippets/lib/side.py": "",
        "snippets/lib/deep/__init__.py": "from ..deep import leaf",
        "snippets/lib/deep/leaf.py": "from ..part import side as X\nfrom ...lib import last",
        "snippets/lib/last.py": "",
        "snippets/lib/far.py": "",
        "snippets/other.py": "",
        "snippets/far.py": "",
    },
    "namespace": {
        CARD: "import lib.sub.tool\nfrom lib import more\nfrom lib.sub import last as x\n",
        "lib/sub/tool.py": "from . import beside",
        "lib/sub/beside.py": "",
        "lib/sub/last.py": "",
        "lib/sub/far.py": "",
        "lib/more/__init__.py": "",
        "lib/far.py": "",
        TEST: "from tests.helpers import compare\n\ndef test_it(): pass\n",
        "tests/helpers/compare.py": "",
    },
    "submodules": {
        CARD: "from pkg import inner, NAME, leaf\nfrom starred import *\nimport both\n",
        "pkg/__init__.py": "NAME = 1",
        "pkg/inner/__init__.py": "from pkg.inner import own",
        "pkg/inner/own.py": "",
        "pkg/leaf.py": "",
        "pkg/far.py": "",
        "starred/__init__.py": "__all__ = ['one', 'two']\nfrom starred.two import two",
        "starred/one.py": "",
        "starred/two.py": "two = 2",
        "both/__init__.py": "",
        "far.py": "",
    },
    "shadowed": {
        CARD: "import colorsys, random\nfrom wave import *\nfrom concurrent import futures\n",
        "colorsys.py": "import sndhdr_like",
        "sndhdr_like.py": "",
        "wave/__init__.py": "from wave import part",
        "wave/part.py": "",
        "concurrent/far.py": "",
    },
    "circles": {
        CARD: "import ring.one\n",
        "ring/__init__.py": "from ring import two",
        "ring/one.py": "import ring.two",
        "ring/two.py": "import ring.one, ring",
        TEST: "import snippets.card, tests.helper\n\ndef test_it(): pass\n",
        "tests/helper.py": "import snippets.card\nimport tests.snippets.test_card",
    },
    "packages": {
        CARD: "import a.b.c.leaf as leaf\n",
        "a/__init__.py": "import top",
        "a/b/__init__.py": "import middle\nfrom .c import leaf",
        "a/b/c/__init__.py": "def late():\n    import far_from_here\n",
        "a/b/c/leaf.py": "",
        "a/b/far.py": "",
        "a/far.py": "",
        "top.py": "",
        "middle.py": "",
        "snippets/__init__.py": "import beneath",
        "beneath.py": "",
        "tests/__init__.py": "import of_tests",
        "of_tests.py": "",
    },
    "conftests": {
        CARD: "",
        "conftest.py": "import one\npytest_plugins = ['plugin.part']",
        "tests/conftest.py": "import two",
        "tests/snippets/conftest.py": "from tests.snippets import three",
        "snippets/conftest.py": "import four",
        "tests/cards/conftest.py": "import far",
        "one.py": "",
        "two.py": "",
        "tests/snippets/three.py": "",
        "four.py": "",
        "far.py": "",
        "plugin/__init__.py": "",
        "plugin/part.py": "",
    },
    "calls": {
        CARD: "from importlib import import_module\n"
        "import_module('one')\n__import__('two.part')\nimport_module('.three', 'snippets')\n",
        "one.py": "",
        "two/__init__.py": "",
        "two/part.py": "",
        "snippets/three.py": "",
        "far.py": "",
        "five/__init__.py": "",
        "five/__main__.py": "import six",
        "six.py": "",
        TEST: "import importlib, pytest, runpy\n\n"
        "def test_it():\n    import four\n    runpy.run_module('five')\n",
        "four.py": "import pytest\nseven = pytest.importorskip('seven')",
        "seven.py": "",
    },
}


@pytest.mark.parametrize("name", TREES)
def test_all_that_python_imports_is_reached(name: str, tmp_path: Path) -> None:
    files = {TEST: "import snippets.card\n\ndef test_it(): pass\n", **TREES[name]}
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    found = set(explore(files).files)

    imported = run(tmp_path)

    assert imported - {CARD, TEST}
    assert imported <= found
    assert not [path for path in found if "far.py" in path]


def run(root: Path) -> set[str]:
    """The project's files that Python has imported after a card's tests and doctests ran."""
    program = (
        "import json, pathlib, sys, pytest\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "status = pytest.main(['-q', *sys.argv[2:]])\n"
        "files = {getattr(each, '__file__', None) for each in list(sys.modules.values())}\n"
        "own = [pathlib.Path(file) for file in files if file]\n"
        "own = [file for file in own if file.is_relative_to(root)]\n"
        "print(json.dumps([status, [file.relative_to(root).as_posix() for file in own]]))\n"
    )
    options = ["--rootdir", str(root), "--confcutdir", str(root), "--import-mode=importlib"]
    options += ["-c", os.devnull, "--doctest-modules", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, str(root), *options, root / TEST, root / CARD],
        env={"PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=root.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    status, files = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stdout
    return set(files)
