"""The era changes with the builder's own files and with the libraries that shape outputs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import builder
from builder.write.era import LIBRARIES, find_era, find_libraries
from tests.builder.project import Project, note

PACKAGE = Path(builder.__file__).parent


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with what a real one has in it."""
    package = tmp_path / "package"
    for name in ("__init__.py", "render/__init__.py", "render/pages.py", "theme/base.html"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(f"# {name}\n")
    return package


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """A folder of installed libraries."""
    folder = tmp_path / "site-packages"
    for name in ("jinja2-3.1.6", "Pygments-2.19.1", "torch-2.13.0"):
        (folder / f"{name}.dist-info").mkdir(parents=True)
    (folder / "pygments").mkdir()
    return folder


def test_it_is_the_same_for_the_same_files_wherever_they_lie(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package, tmp_path / "elsewhere")

    assert find_era(package, []) == find_era(tmp_path / "elsewhere", [])


def test_it_changes_with_a_builder_file(package: Path) -> None:
    eras = {find_era(package, [])}
    (package / "render/pages.py").write_text("# edited\n")
    eras.add(find_era(package, []))
    (package / "render/pages.py").rename(package / "render/page.py")
    eras.add(find_era(package, []))
    (package / "render/page.py").rename(package / "page.py")
    eras.add(find_era(package, []))
    (package / "page.py").unlink()
    eras.add(find_era(package, []))
    (package / "render/new.py").touch()
    eras.add(find_era(package, []))

    assert len(eras) == 6


def test_it_does_not_change_with_bytecode_file_times_or_the_theme(package: Path) -> None:
    before = find_era(package, [])
    (package / "__pycache__").mkdir()
    (package / "__pycache__/pages.cpython-311.pyc").write_bytes(b"code")
    (package / "__pycache__/odd.py").write_bytes(b"code")
    # The theme's files are sources: each page depends on those that it needs.
    (package / "theme/base.html").write_text("other")
    os.utime(package / "render/pages.py", ns=(1, 1))

    assert find_era(package, []) == before


def test_it_changes_with_a_library_that_shapes_outputs(package: Path, libraries: Path) -> None:
    path = [str(libraries)]
    eras = {find_era(package, path)}
    (libraries / "Pygments-2.19.1.dist-info").rename(libraries / "Pygments-2.20.0.dist-info")
    eras.add(find_era(package, path))
    (libraries / "jinja2-3.1.6.dist-info").rmdir()
    eras.add(find_era(package, path))

    assert len(eras) == 3


def test_it_does_not_change_with_what_the_snippets_import(package: Path, libraries: Path) -> None:
    before = find_era(package, [str(libraries)])
    (libraries / "torch-2.13.0.dist-info").rename(libraries / "torch-2.14.0.dist-info")

    assert find_era(package, [str(libraries)]) == before


def test_the_library_that_is_imported_counts(tmp_path: Path, libraries: Path) -> None:
    other = tmp_path / "dist-packages"
    (other / "jinja2-2.0.dist-info").mkdir(parents=True)
    (other / "PyYAML-6.0.2.dist-info").mkdir()

    assert find_libraries([str(libraries), str(other)]) == [
        "jinja2-3.1.6", "pygments-2.19.1", "pyyaml-6.0.2",
    ]  # fmt: skip
    assert find_libraries([str(other), str(libraries), "/nowhere/site-packages"]) == [
        "jinja2-2.0", "pygments-2.19.1", "pyyaml-6.0.2",
    ]  # fmt: skip


def test_the_libraries_it_looks_for_are_installed_under_these_names() -> None:
    found = {name.rpartition("-")[0] for name in find_libraries(sys.path)}

    assert found == LIBRARIES


# What a build imports and its output does not depend on.
SHAPELESS = frozenset({"proofpress", "python_dateutil", "setuptools", "six", "typing_extensions"})
WHAT_IS_IMPORTED = """
import importlib.metadata, json, sys
from builder.cli import main
assert main(sys.argv[1:]) == 0
owners = importlib.metadata.packages_distributions()
print(json.dumps(sorted({owner for name in sys.modules for owner in owners.get(name, ())})))
"""


def test_every_library_that_a_build_imports_is_in_it_or_known_not_to_matter(
    project: Project,
) -> None:
    project.write("snippets/s.py", '"""A snippet."""\n').write(
        "cards/s.md", note("S", "```card s\n```")
    )
    project.write("posts/a.md", note("A", "$x$\n\n```python\npass\n```\n\nnote[^1]\n\n[^1]: foot"))

    done = subprocess.run(
        [sys.executable, "-c", WHAT_IS_IMPORTED, "build", "--root", str(project.root)],
        capture_output=True, text=True, timeout=60, cwd=PACKAGE.parent, check=True,
    )  # fmt: skip

    imported = {name.lower().replace("-", "_") for name in json.loads(done.stdout.splitlines()[-1])}
    assert imported - SHAPELESS <= LIBRARIES
    assert {"jinja2", "msgspec", "feedgen"} <= imported


def test_an_edited_builder_builds_anew_and_then_rests(project: Project, tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, copy / "builder", ignore=ignored)
    shutil.copytree(PACKAGE.parent / "templates", copy / "templates", ignore=ignored)
    project.write("posts/a.md", note("A"))

    def build() -> str:
        return subprocess.run(
            [sys.executable, "-m", "builder", "build", "--root", str(project.root)],
            capture_output=True, text=True, timeout=60, cwd=copy, check=True,
        ).stdout  # fmt: skip

    first = build()
    assert "files written" in first
    build()  # files as young as the clock's step are looked at once more
    assert "nothing to do" in build()

    with (copy / "builder/render/pages.py").open("a") as file:
        file.write("# edited\n")

    assert build().split(" in ")[0] == first.split(" in ")[0]
    assert "nothing to do" in build()
