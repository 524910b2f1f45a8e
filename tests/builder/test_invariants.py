"""What DESIGN.md says of the rooms.

Who imports whom, who touches the world, and that no snippet is ever run.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import builder
from tests.builder.project import Project, note

PACKAGE = Path(builder.__file__).parent
# A room imports only from rooms before it.
ORDER = (
    "codec",
    "errors",
    "model",
    "policy",
    "config",
    "read",
    "markup",
    "cards",
    "evidence",
    "facts",
    "link",
    "render",
    "workers",
    "write",
    "run",
    "parse",
    "texts",
    "stock",
    "site_theme",
    "attempts",
    "prepare",
    "build",
    "explain",
    "check",
    "new",
    "theme_page",
    "theme_commands",
    "present",
    "prove",
    "verdicts",
    "evidence_commands",
    "test",
    "serve",
    "command_line",
    "console",
    "build_command",
    "cli",
    "__main__",
)
# Which room owns which library; pytest runs the cards and is imported in its own process.
OWNERS = {
    "msgspec": "codec",
    "yaml": "read",
    "markdown_it": "markup",
    "mdit_py_plugins": "markup",
    "mdurl": "markup",
    "math_core": "markup",
    "pygments": "markup",
    "PIL": "markup",
    "pypdfium2": "markup",
    "jinja2": "render",
    "markupsafe": "render",
    "feedgen": "render",
    "selectolax": "check",
    "watchdog": "serve",
    "pytest": "run",
    "tzdata": "config",
    "packaging": "evidence",
    "coverage": "run",
}
# Asked for by sites that need them: the extras `images` and `pdf`.
EXTRAS = ("PIL", "pypdfium2")
# Rooms that are functions of their arguments: all between reading and writing.
PURE = (
    "codec",
    "errors",
    "model",
    "policy",
    "markup",
    "cards",
    "evidence",
    "facts",
    "link",
    "render",
)
WORLD = re.compile(
    r"os\.(environ|getenv|stat|scandir|listdir|walk|getcwd|urandom|cpu_count)"
    r"|time\.(time|time_ns|monotonic|sleep|localtime|strftime)"
    r"|(datetime|date)\.(now|utcnow|today)|(sys\.(argv|path|stdin|stdout|stderr))|Path\.(cwd|home)"
    r"|open|input|print|breakpoint|exec|eval|__import__|importlib\.import_module|locale\.\w+|random\.\w+|uuid\.\w+"
)
METHODS = frozenset(
    (
        "read_bytes",
        "read_text",
        "write_bytes",
        "write_text",
        "iterdir",
        "rglob",
        "is_file",
        "is_dir",
        "exists",
        "unlink",
        "mkdir",
        "rename",
        "resolve",
    )
)
DOORS = frozenset(
    (
        "subprocess",
        "socket",
        "http",
        "urllib.request",
        "shutil",
        "tempfile",
        "random",
        "uuid",
        "secrets",
        "locale",
        "getpass",
        "platform",
        "sqlite3",
        "threading",
        "multiprocessing",
        "asyncio",
        "pickle",
        "glob",
    )
)


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[tuple[str, int]]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            module = node.module or ""
            if module == "builder":
                yield from ((f"builder.{name.name}", node.lineno) for name in node.names)
            else:
                yield module, node.lineno


# --- Rooms


def test_every_room_has_its_place_in_the_order() -> None:
    assert {room_of(file) for file in files()} - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above_it(file: Path) -> None:
    room = room_of(file)
    for module, line in imported(file):
        top, _, rest = module.partition(".")
        other = rest.partition(".")[0]
        if top == "builder" and other not in (room, "__version__", "annotations"):
            assert ORDER.index(other) < ORDER.index(room), f"{file.name}:{line} imports {module}"


def test_each_library_is_used_by_one_room() -> None:
    for file in files():
        for module, line in imported(file):
            library = module.partition(".")[0]
            # What is started as a script has what lies beside it on its path.
            is_beside = room_of(file) == "run" and (PACKAGE / f"run/{library}.py").is_file()
            if library not in sys.stdlib_module_names and library != "builder" and not is_beside:
                place = f"{file.relative_to(PACKAGE)}:{line}"
                assert OWNERS.get(library) == room_of(file), f"{place} imports {library}"


def test_every_library_that_is_imported_is_asked_for_in_pyproject() -> None:
    import tomllib

    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    asked = {
        re.split(r"[<>=~!\[ ]", entry)[0].lower().replace("-", "_")
        for entry in project["dependencies"]
    }
    names = {
        "yaml": "pyyaml",
        "markdown_it": "markdown_it_py",
        "PIL": "pillow",
        "markupsafe": "jinja2",
        "mdurl": "markdown_it_py",
    }
    used = {
        names.get(library, library)
        for file in files()
        for module, _ in imported(file)
        if (library := module.partition(".")[0]) in OWNERS and library not in EXTRAS
    }

    assert used <= asked


# --- The world outside


@pytest.mark.parametrize(
    "file",
    [file for file in files() if room_of(file) in PURE],
    ids=lambda file: str(file.relative_to(PACKAGE)),
)
def test_a_room_between_reading_and_writing_touches_no_disk_no_clock_no_environment(
    file: Path,
) -> None:
    for module, line in imported(file):
        assert module not in DOORS, f"{file.name}:{line} imports {module}"
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert not WORLD.fullmatch(ast.unparse(node)), (
                f"{file.name}:{node.lineno} {ast.unparse(node)}"
            )
            assert node.attr not in METHODS, f"{file.name}:{node.lineno} {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert not WORLD.fullmatch(node.func.id), f"{file.name}:{node.lineno} {node.func.id}()"


def test_nothing_is_ever_unpickled() -> None:
    for file in files():
        for module, line in imported(file):
            assert module.partition(".")[0] not in ("pickle", "marshal", "shelve"), f"{file}:{line}"


# --- Snippets


def test_a_snippet_is_read_and_never_imported(project: Project) -> None:
    project.write("snippets/__init__.py", "raise SystemExit('imported')\n")
    project.write(
        "snippets/z.py",
        "import torch_that_is_not_there\nraise SystemExit('imported')\n\n\ndef two(): ...\n",
    )
    project.write(
        "tests/snippets/test_z.py", "raise SystemExit('imported')\n\n\ndef test_two(): ...\n"
    )
    project.write("tests/snippets/conftest.py", "raise SystemExit('imported')\n")
    project.write("cards/z.md", note("Z", "```card z#two\n```\n\n```card z!tests#test_two\n```\n"))
    program = (
        "import sys, builder.cli\n"
        f"code = builder.cli.main(['build', '--root', {str(project.root)!r}])\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "print(code, sorted(tops & {'snippets', 'z', 'tests', 'test_z', 'conftest'}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.root,
        env={"PYTHONPATH": f"{PACKAGE.parent}:{project.root}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines()[-1:] == ["0 []"], done.stderr
    assert "def" in project.main("cards/z/index.html")


def test_building_imports_no_library_of_snippets(project: Project) -> None:
    project.write("posts/a.md", note("A", "$x$\n\n```python\nx = 1\n```\n"))
    program = (
        "import sys, builder.cli\n"
        f"builder.cli.main(['build', '--root', {str(project.root)!r}])\n"
        "others = {'numpy', 'torch', 'pytest', 'hypothesis', 'selectolax', 'watchdog'}\n"
        "print(others & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines()[-1:] == ["set()"], done.stderr
