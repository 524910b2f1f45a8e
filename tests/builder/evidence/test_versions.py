"""Which versions a site allows, and which of a record's it does not."""

from __future__ import annotations

import pytest

from builder.errors import BuildFailed
from builder.evidence.record import Environment
from builder.evidence.versions import applies, markers_of, normal, read_allowed, unmet

UV_LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "numpy"
version = "2.4.6"

[[package]]
name = "numpy"
version = "2.2.1"

[[package]]
name = "site"
source = { editable = "." }
"""
POETRY_LOCK = """\
[[package]]
name = "Torch"
version = "2.13.0"
description = ""

[metadata]
lock-version = "2.1"
"""
PDM_LOCK = """\
[metadata]
groups = ["default"]

[[package]]
name = "numpy"
version = "2.5.0"
"""
PYLOCK = """\
lock-version = "1.0"

[[packages]]
name = "numpy"
version = "2.5.1"

[[packages]]
name = "somewhere"
"""


def ran_with(
    python: str = "3.11.7", platform: str = "linux-x86_64", **versions: str
) -> Environment:
    """An environment; the distributions' names in the order given, all imported by the card."""
    named = {name.replace("_", "-"): version for name, version in versions.items()}
    return Environment(python, "CPython", platform, named, tuple(named), {}, {})


def site(*dependencies: str, python: str = "", **extras: list[str]) -> str:
    """A pyproject.toml with these dependencies and extras."""
    lines = ["[project]", 'name = "site"', f"dependencies = {list(dependencies)!r}"]
    lines += [f'requires-python = "{python}"'] if python else []
    lines += ["[project.optional-dependencies]"] if extras else []
    lines += [f"{name} = {asked!r}" for name, asked in extras.items()]
    return "\n".join(lines)


def complaint(pyproject: str, environment: Environment, **locks: str) -> str:
    named = {
        f"{name}.{'toml' if name == 'pylock' else 'lock'}": text for name, text in locks.items()
    }
    return unmet(read_allowed(pyproject, named), environment)


# --- Names, markers


@pytest.mark.parametrize(
    ("name", "normalised"),
    [("NumPy", "numpy"), ("Ruamel.YAML", "ruamel-yaml"), ("a__b--c..d", "a-b-c-d")],
)
def test_names_are_compared_as_indices_do(name: str, normalised: str) -> None:
    assert normal(name) == normalised


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux-x86_64", ("posix", "linux", "Linux", "x86_64")),
        ("linux-aarch64", ("posix", "linux", "Linux", "aarch64")),
        ("Linux-6.1.0-13-x86_64-with-glibc2.36", ("posix", "linux", "Linux", "x86_64")),
        ("Linux x86_64", ("posix", "linux", "Linux", "x86_64")),
        ("macosx-14.0-arm64", ("posix", "darwin", "Darwin", "arm64")),
        ("darwin-arm64", ("posix", "darwin", "Darwin", "arm64")),
        ("win-amd64", ("nt", "win32", "Windows", "AMD64")),
        ("win32-AMD64", ("nt", "win32", "Windows", "AMD64")),
        ("win-arm64", ("nt", "win32", "Windows", "ARM64")),
        ("win32", ("nt", "win32", "Windows", "x86")),
        ("freebsd-14.1-loongarch", ("posix", "freebsd", "Freebsd", "loongarch")),
    ],
)
def test_markers_tell_the_platform_of_the_record(
    platform: str, expected: tuple[str, str, str, str]
) -> None:
    markers = markers_of(ran_with(platform=platform))

    keys = ("os_name", "sys_platform", "platform_system", "platform_machine")
    assert tuple(markers[key] for key in keys) == expected


def test_markers_have_every_variable_so_that_none_is_this_machines() -> None:
    from packaging.markers import default_environment

    markers = markers_of(Environment("3.13.1", "PyPy", "linux-x86_64", {}, (), {}, {}))

    assert markers.keys() >= default_environment().keys()
    assert markers["python_version"] == "3.13"
    assert markers["python_full_version"] == "3.13.1"
    assert markers["implementation_name"] == "pypy"
    assert markers["platform_python_implementation"] == "PyPy"


@pytest.mark.parametrize(
    ("line", "extras", "expected"),
    [
        ("numpy>=2", (), ("numpy", set())),
        ("Foo.Bar[X_y, z]", (), ("foo-bar", {"x-y", "z"})),
        ("a; python_version < '3'", (), None),
        ("a; python_version >= '3.11' and sys_platform == 'linux'", (), ("a", set())),
        ("a; extra == 'dev'", (), None),
        ("a; extra == 'dev'", ("dev",), ("a", set())),
        ("a; extra == 'dev' and sys_platform == 'win32'", ("dev", "other"), None),
        ("a; extra == 'Dev_Tools'", ("dev-tools",), ("a", set())),
        ("a; platform_release >= '5'", (), None),
        ("a; sys_platform ~= 'linux'", (), None),
        ("a; 'x' in extras", (), None),
        ("a @ https://example.org/a.whl", (), ("a", set())),
        ("not a requirement", (), None),
        ("", (), None),
    ],
)
def test_a_requirement_applies_where_its_marker_holds(
    line: str, extras: tuple[str, ...], expected: tuple[str, set[str]] | None
) -> None:
    assert applies(line, frozenset(extras), markers_of(ran_with())) == expected


# --- Dependencies


@pytest.mark.parametrize(
    ("asked", "version", "said"),
    [
        ("numpy>=2.2", "2.4.6", ""),
        ("numpy>=2.5", "2.4.6", "numpy 2.5 or newer"),
        ("numpy>=2.5", "2.5.0rc1", "numpy 2.5 or newer"),
        ("numpy>=2.4", "2.5.0rc1", ""),
        ("numpy==2.4.6", "2.4.6", ""),
        ("numpy==2.5.0", "2.4.6", "numpy 2.5.0"),
        ("numpy==2.5.*", "2.4.6", "numpy 2.5.*"),
        ("numpy<2.4", "2.4.6", "numpy older than 2.4"),
        ("numpy<=2.3", "2.4.6", "numpy 2.3 or older"),
        ("numpy>2.4.6", "2.4.6", "numpy >2.4.6"),
        ("numpy~=2.5.0", "2.4.6", "numpy ~=2.5.0"),
        ("numpy~=2.4", "2.4.6", ""),
        ("numpy!=2.4.6", "2.4.6", "numpy !=2.4.6"),
        ("numpy>=2.5,<3", "2.4.6", "numpy 2.5 or newer"),
        ("numpy>=2.5,<3", "3.0", "numpy older than 3"),
        ("NumPy >= 2.5", "2.4.6", "numpy 2.5 or newer"),
        ("numpy", "2.4.6", ""),
        ("numpy[all]>=2.5", "2.4.6", "numpy 2.5 or newer"),
        ("numpy @ https://example.org/numpy.whl", "2.4.6", ""),
        ("numpy==2.4.6", "2.4.6+local.1", ""),
        ("numpy==2.4.6+cpu", "2.4.6", "numpy 2.4.6+cpu"),
        ("numpy>=2", "no-version", "numpy 2 or newer"),
        ("numpy", "no-version", ""),
        ("other>=9", "2.4.6", ""),
    ],
)
def test_a_dependency_says_what_it_asks_for(asked: str, version: str, said: str) -> None:
    assert complaint(site(asked), ran_with(numpy=version)) == said


def test_a_build_of_a_version_is_that_version() -> None:
    assert complaint(site("torch==2.13.0"), ran_with(torch="2.13.0+cpu")) == ""
    assert complaint(site("torch==2.13.1"), ran_with(torch="2.13.0+cpu")) == "torch 2.13.1"


def test_all_lines_of_a_base_dependency_must_hold() -> None:
    pyproject = site("numpy>=2", "numpy<2.4; python_version < '3.12'")

    assert complaint(pyproject, ran_with(numpy="2.4.6")) == "numpy older than 2.4"
    assert complaint(pyproject, ran_with(python="3.12.1", numpy="2.4.6")) == ""


def test_a_dependency_for_another_platform_asks_for_nothing() -> None:
    pyproject = site("triton==3.8; sys_platform == 'win32'")

    assert complaint(pyproject, ran_with(triton="3.7.1")) == ""
    assert complaint(pyproject, ran_with(platform="win-amd64", triton="3.7.1")) == "triton 3.8"


def test_of_extras_and_groups_one_is_enough() -> None:
    pyproject = site(old=["numpy<2"], new=["numpy>=2.5"])
    with_group = (
        pyproject + '\n[dependency-groups]\ndev = ["numpy~=2.4.0", {include-group = "x"}]\n'
    )

    assert complaint(pyproject, ran_with(numpy="1.26")) == ""
    assert complaint(pyproject, ran_with(numpy="2.5")) == ""
    assert complaint(pyproject, ran_with(numpy="2.4.6")) == "numpy older than 2 or 2.5 or newer"
    assert complaint(with_group, ran_with(numpy="2.4.6")) == ""


def test_a_base_dependency_goes_before_extras() -> None:
    assert (
        complaint(site("numpy>=2.5", a=["numpy<3"]), ran_with(numpy="2.4")) == "numpy 2.5 or newer"
    )


def test_an_extra_does_not_narrow_a_base_dependency() -> None:
    assert complaint(site("numpy>=2", old=["numpy<2"]), ran_with(numpy="2.4")) == ""


def test_the_site_itself_is_not_held_against_itself() -> None:
    pyproject = site("numpy", everything=["site[a]>=9"], a=["scipy"])

    assert complaint(pyproject, ran_with(site="0.1")) == ""
    lock = UV_LOCK.replace('source = { editable = "." }', 'version = "9"')
    assert complaint(pyproject, ran_with(site="0.1"), uv=lock) == ""


def test_python_counts_too() -> None:
    assert complaint(site(python=">=3.11"), ran_with()) == ""
    assert complaint(site(python=">=3.12"), ran_with()) == "Python 3.12 or newer"


def test_what_the_card_imports_is_named_first() -> None:
    environment = Environment(
        "3.11.7", "CPython", "linux-x86_64", {"a": "1", "z": "1"}, ("z", "gone"), {}, {}
    )

    assert complaint(site("a>=2", "z>=3", python=">=3.12"), environment) == "z 3 or newer"
    assert complaint(site("a>=2", "z>=1", python=">=3.12"), environment) == "Python 3.12 or newer"
    assert complaint(site("a>=2", "z>=1"), environment) == "a 2 or newer"


def test_no_project_table_allows_everything() -> None:
    assert complaint("[tool.proofpress]\n", ran_with(numpy="1")) == ""


# --- Locks


def test_a_locked_version_is_allowed_whatever_the_dependencies_say() -> None:
    assert complaint(site("numpy>=9"), ran_with(numpy="2.4.6"), uv=UV_LOCK) == ""
    assert (
        complaint(site("numpy>=2"), ran_with(numpy="2.3.0"), uv=UV_LOCK) == "numpy 2.2.1 or 2.4.6"
    )


@pytest.mark.parametrize(
    ("locks", "version", "said"),
    [
        ({"poetry": POETRY_LOCK}, "2.13.0+cpu", ""),
        ({"poetry": POETRY_LOCK.replace('"2.13.0"', '"2.13.0+cpu"')}, "2.13.0+cpu", ""),
        ({"poetry": POETRY_LOCK.replace('"2.13.0"', '"2.13.0+cpu"')}, "2.13.0", "torch 2.13.0+cpu"),
        ({"poetry": POETRY_LOCK}, "2.12.0", "torch 2.13.0"),
    ],
)
def test_local_builds_of_locked_versions(locks: dict[str, str], version: str, said: str) -> None:
    assert complaint(site(), ran_with(torch=version), **locks) == said


def test_locks_of_all_tools_are_read() -> None:
    assert complaint(site(), ran_with(numpy="1"), pdm=PDM_LOCK) == "numpy 2.5.0"
    assert complaint(site(), ran_with(numpy="1"), pylock=PYLOCK) == "numpy 2.5.1"
    assert complaint(site(), ran_with(numpy="2.5.1"), pylock=PYLOCK) == ""
    assert complaint(site(), ran_with(numpy="2.5.1"), pdm=PDM_LOCK, pylock=PYLOCK) == ""


def test_what_no_lock_names_goes_by_the_dependencies() -> None:
    assert complaint(site("scipy>=2"), ran_with(scipy="1.9"), uv=UV_LOCK) == "scipy 2 or newer"
    assert complaint(site(), ran_with(scipy="1.9"), uv=UV_LOCK) == ""
    assert complaint(site(), ran_with(somewhere="1.9"), pylock=PYLOCK) == ""


# --- Mistakes


@pytest.mark.parametrize(
    ("pyproject", "locks", "said"),
    [
        (site("numpy >> 2"), {}, "pyproject.toml: 'numpy >> 2' is not a requirement"),
        (site(a=["=1"]), {}, "pyproject.toml: '=1' is not a requirement"),
        (site(python="three"), {}, "pyproject.toml: requires-python is 'three', no range"),
        ("x = [", {}, "pyproject.toml"),
        (site(), {"uv.lock": "a = 1\nb = ?\n"}, "uv.lock:2: is not TOML"),
    ],
)
def test_a_mistake_in_what_is_asked_for_is_a_problem(
    pyproject: str, locks: dict[str, str], said: str
) -> None:
    with pytest.raises(BuildFailed) as failed:
        read_allowed(pyproject, locks)

    assert str(failed.value).startswith(said)


def test_locks_of_another_shape_name_nothing() -> None:
    assert complaint(site(), ran_with(numpy="1"), uv='package = "x"') == ""
    assert complaint(site(), ran_with(numpy="1"), pdm="[[package]]\nname = 3\nversion = 1\n") == ""
