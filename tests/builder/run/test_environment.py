"""With what a card runs: found in folders as installers leave them."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from builder.cards import Demands
from builder.evidence.digests import environment_digest
from builder.evidence.record import Environment
from builder.run.environment import find_environment, find_version, missing_modules
from builder.run.source import digest_runner

NONE = Demands()


def install(
    folder: Path,
    name: str,
    version: str,
    needs: Sequence[str] = (),
    files: Sequence[str] = (),
    **more: str,
) -> Path:
    """A distribution's metadata, as pip would write it."""
    place = folder / f"{name}-{version}.dist-info"
    place.mkdir(parents=True)
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    body = "\n\nRequires-Dist: not-this-one\n"
    (place / "METADATA").write_text("\n".join(lines) + body)
    listed = [f"{file},sha256=x,1" for file in files]
    (place / "RECORD").write_text("\n".join([*listed, f"{place.name}/METADATA,,"]) + "\n")
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("raise SystemExit('imported')\n")
    for key, text in more.items():
        (place / f"{key}.txt").write_text(text)
    return place


def find(
    *folders: Path, modules: Sequence[str] = ("numpy",), demands: Demands = NONE
) -> Environment:
    required = [(module, False) for module in modules]
    return find_environment(required, modules[:1], demands, [str(folder) for folder in folders])


def versions(*folders: Path, modules: Sequence[str] = ("numpy",)) -> Mapping[str, str]:
    return find(*folders, modules=modules).distributions


def test_a_modules_distribution_is_found_with_all_that_it_needs(tmp_path: Path) -> None:
    install(tmp_path, "numpy", "2.4.6", ["Some.Lib>=1", "absent"])
    install(tmp_path, "some_lib", "1.0", ["leaf; python_version >= '3'", "numpy"])
    install(tmp_path, "leaf", "3")
    install(tmp_path, "not_this_one", "4")

    assert versions(tmp_path) == {"leaf": "3", "numpy": "2.4.6", "some-lib": "1.0"}


def test_pytest_is_always_among_them(tmp_path: Path) -> None:
    install(tmp_path, "pytest", "9.2.0", ["pluggy>=1"])
    install(tmp_path, "pluggy", "1.7")

    assert versions(tmp_path, modules=()) == {"pluggy": "1.7", "pytest": "9.2.0"}


def test_a_requirement_counts_only_where_its_marker_holds(tmp_path: Path) -> None:
    needs = [
        "never; sys_platform == 'other'",
        "old; python_version < '3'",
        'for-extra; extra == "fast"',
        "either; python_version >= '3' or extra == 'fast'",
        "by-url @ https://example.org/x.whl",
    ]
    install(tmp_path, "numpy", "1", needs)
    for name in ("never", "old", "for_extra", "either", "by_url"):
        install(tmp_path, name, "1")

    assert set(versions(tmp_path)) == {"numpy", "either", "by-url"}


def test_extras_that_a_requirement_asks_for_count(tmp_path: Path) -> None:
    install(tmp_path, "numpy", "1", ["dask[Fast_One]", "other"])
    install(tmp_path, "other", "1", ["dask[two]"])
    install(
        tmp_path,
        "dask",
        "2",
        ["a; extra == 'fast-one'", "b; extra == 'two'", "c; extra=='x'", "d; extra == 'FAST.one'"],
    )
    for name in "abcd":
        install(tmp_path, name, "1")

    assert set(versions(tmp_path)) == {"numpy", "other", "dask", "a", "b", "d"}


def test_a_circle_of_requirements_ends(tmp_path: Path) -> None:
    install(tmp_path, "numpy", "1", ["a[x]"])
    install(tmp_path, "a", "1", ["a[y]; extra == 'x'", "a[x]; extra == 'y'", "numpy; extra == 'y'"])

    assert set(versions(tmp_path)) == {"numpy", "a"}


def test_the_first_of_two_installations_counts(tmp_path: Path) -> None:
    install(tmp_path / "first", "numpy", "2.5")
    install(tmp_path / "second", "numpy", "2.4")

    assert versions(tmp_path / "first", tmp_path / "second") == {"numpy": "2.5"}
    assert versions(tmp_path / "second", tmp_path / "first") == {"numpy": "2.4"}


@pytest.mark.parametrize(
    ("name", "module", "files", "top_level"),
    [
        ("PyYAML", "yaml", ["yaml/__init__.py"], ""),
        ("single", "other", ["other.py"], ""),
        ("compiled", "fast", ["fast.cpython-311-x86_64-linux-gnu.so"], ""),
        ("named", "thing", ["thing"], "thing\n_thing\n"),
    ],
)
def test_a_module_of_another_name_is_found_by_the_distributions_files(
    name: str, module: str, files: Sequence[str], top_level: str, tmp_path: Path
) -> None:
    install(tmp_path, name, "6.0", files=files, top_level=top_level)
    install(tmp_path, "numpy", "1", files=["numpy/yaml/__init__.py", "yamlette/x.py"])

    found = find(tmp_path, modules=[module])

    assert (found.distributions, found.direct) == ({name.lower(): "6.0"}, (name.lower(),))


def test_distributions_that_share_a_folder_all_count(tmp_path: Path) -> None:
    install(tmp_path, "zope.event", "1", files=["zope/event/__init__.py"])
    install(tmp_path, "zope.interface", "2", files=["zope/interface/__init__.py"])
    install(tmp_path, "zope_like", "3", files=["zope_like/__init__.py"])

    shared = {"zope-event": "1", "zope-interface": "2"}
    assert versions(tmp_path, modules=["zope"]) == shared
    install(tmp_path, "zope", "0")
    assert versions(tmp_path, modules=["zope"]) == {**shared, "zope": "0"}


def test_an_installation_from_a_working_tree_and_an_old_one_are_found(tmp_path: Path) -> None:
    (tmp_path / "numpy.egg-info").mkdir()
    (tmp_path / "numpy.egg-info/PKG-INFO").write_text("Name: numpy\nVersion: 7\n")
    (tmp_path / "old_lib-1.5-py3.11.egg-info").write_text("Version: 1.5.post1\n")
    (tmp_path / "nameless-3.dist-info").mkdir()

    found = versions(tmp_path, modules=["numpy", "old_lib", "nameless"])

    assert found == {"nameless": "3", "numpy": "7", "old-lib": "1.5.post1"}


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "some.zip").write_bytes(b"PK")

    assert versions(tmp_path / "nowhere", tmp_path / "some.zip") == {}


def test_a_new_version_of_a_library_changes_the_environment_digest_alone(tmp_path: Path) -> None:
    needed = install(tmp_path, "numpy", "2.4.6", ["leaf"])
    leaf = install(tmp_path, "leaf", "1")
    install(tmp_path, "unrelated", "1")
    before = find(tmp_path)

    leaf.rename(tmp_path / "leaf-2.dist-info")
    metadata_file = tmp_path / "leaf-2.dist-info" / "METADATA"
    metadata_file.write_text(metadata_file.read_text().replace("Version: 1", "Version: 2"))
    os.utime(tmp_path, ns=(1, 1))  # some file systems are too coarse to tell two quick changes
    after = find(tmp_path)
    needed.rename(tmp_path / "numpy-2.4.6+x.dist-info")
    os.utime(tmp_path, ns=(2, 2))

    assert after.distributions == {"numpy": "2.4.6", "leaf": "2"}
    assert environment_digest(after) != environment_digest(before)
    assert environment_digest(find(tmp_path)) == environment_digest(after)


def test_another_version_of_what_is_not_needed_changes_nothing(tmp_path: Path) -> None:
    for folder, version in (("a", "1"), ("b", "2")):
        install(tmp_path / folder, "numpy", "2.4.6")
        install(tmp_path / folder, "unrelated", version)

    assert environment_digest(find(tmp_path / "a")) == environment_digest(find(tmp_path / "b"))


def test_what_is_found_here_is_what_pythons_own_metadata_says() -> None:
    found = find_environment([("hypothesis", False)], ["hypothesis"], Demands())

    assert {"hypothesis", "sortedcontainers", "pytest", "pluggy"} <= found.distributions.keys()
    for name, version in found.distributions.items():
        assert metadata.version(name) == version
    assert found.direct == ("hypothesis",)
    assert found.python.startswith(".".join(map(str, sys.version_info[:3])))


# --- Missing modules


def test_only_a_required_module_that_is_not_installed_is_missing() -> None:
    asked = [("pytest", False), ("nowhere_to_be_found", False), ("nor_this", True)]

    assert missing_modules(asked) == ("nowhere_to_be_found",)


def test_nothing_is_run_to_find_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "explosive", "1", files=["explosive/__init__.py"])
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "of_unknown_origin", ModuleType("of_unknown_origin"))

    assert missing_modules([("explosive", False), ("of_unknown_origin", False)]) == ()
    assert versions(tmp_path, modules=["explosive"]) == {"explosive": "1"}
    assert importlib.util.find_spec("explosive") is not None
    assert "explosive" not in sys.modules


# --- Tools and variables


def tool(folder: Path, name: str, script: str) -> Path:
    place = folder / name
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return place


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("echo 'tool 1.2'; echo more", "tool 1.2"),
        ("echo; echo '  tool 1.3  '", "tool 1.3"),
        ("echo 'tool 1.4' >&2", "tool 1.4"),
        ('[ "$1" = -version ] && echo old 2', "old 2"),
        ("echo no such option; exit 2", "without a version, 38 bytes"),
        ("echo 'tool 3 from /usr/lib/tool (java)'", "tool 3 from … (java)"),
        ("read line || echo 'tool 4'", "tool 4"),
        ("printf 'tool \\377'", "tool �"),
    ],
)
def test_a_tools_version_is_the_first_line_of_what_it_says(
    script: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    tool(tmp_path, "some-tool", script)

    assert find_version("some-tool") == version


def test_a_tool_that_is_absent_has_no_version(tmp_path: Path) -> None:
    demands = Demands(tools=("some-absent-tool",))

    assert find(tmp_path, demands=demands).tools == {"some-absent-tool": ""}


def test_a_tool_is_asked_once_until_its_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    counter = tmp_path / "asked"
    place = tool(tmp_path, "some-tool", f"echo x >> '{counter}'; echo 1")
    os.utime(place, ns=(1, 1))

    assert [find_version("some-tool") for _ in range(3)] == ["1", "1", "1"]
    assert counter.read_text() == "x\n"
    place.write_text(place.read_text().replace("echo 1", "echo 2"))
    assert find_version("some-tool") == "2"


def test_of_the_variables_only_those_that_are_no_paths_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_HOME", "/somewhere")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert find(tmp_path).variables == {}

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert find(tmp_path).variables == {"CUDA_VISIBLE_DEVICES": "1"}


def test_nothing_of_this_machine_but_its_kind_is_in_an_environment() -> None:
    found = str(find_environment([("pytest", False)], (), Demands(tools=("sh",))))

    assert "/" not in found
    assert os.uname().release not in found


def test_the_runners_digest_is_the_same_in_every_process() -> None:
    program = "from builder.run.source import digest_runner; print(digest_runner())"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == digest_runner()
    assert len(digest_runner()) == 64
