"""Versions: what a requirement says, what a site allows, and whether a record's versions are
allowed.

In: requirement lines, pyproject.toml and lock files as texts, a record's environment. Out: names,
markers, words. It must not know this machine: a marker's variables come from the record alone, so
that the same tree gives the same answer everywhere. This room owns packaging.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from builder.errors import BuildFailed, Problem
from builder.evidence.allowed import Allowed
from builder.evidence.record import Environment

PYPROJECT = "pyproject.toml"


def read_allowed(pyproject: str, locks: Mapping[str, str]) -> Allowed:
    """What the texts of pyproject.toml and of the lock files, by their names, allow.

    BuildFailed if one of them can't be read, at its line where that is known.
    """
    project = _parse(PYPROJECT, pyproject)
    about = _table(project.get("project"))
    own = normal(str(about.get("name", "")))
    extras = _table(about.get("optional-dependencies"))
    groups = _table(project.get("dependency-groups"))
    python = str(about.get("requires-python", ""))
    problems = []
    try:
        SpecifierSet(python)
    except InvalidSpecifier:
        problems.append(Problem(PYPROJECT, 0, f"requires-python is '{python}', no range", _RANGE))
    choices = [_lines(lines) for lines in (*extras.values(), *groups.values())]
    base, wrong = _by_name(_lines(about.get("dependencies")), own)
    others, also_wrong = _by_name([line for lines in choices for line in lines], own)
    problems += [*wrong, *also_wrong]
    if problems:
        raise BuildFailed(problems)
    locked: dict[str, set[str]] = {}
    for file, text in sorted(locks.items()):
        for name, version in _locked(file, _parse(file, text)):
            locked.setdefault(name, set()).add(version)
    return Allowed(
        python=python,
        locked={name: tuple(sorted(them)) for name, them in sorted(locked.items()) if name != own},
        base=base,
        choices={name: lines for name, lines in others.items() if name not in base},
    )


def unmet(allowed: Allowed, environment: Environment) -> str:
    """The first version that a record names and the site does not allow, as what the site asks for:
    "numpy 2.5 or newer"; "" if all are allowed.

    What the card imports itself goes first, then Python, then all else. What is locked must be a
    locked version; what no lock names goes by the dependencies; what nothing names is allowed.
    """
    markers = markers_of(environment)
    direct = [name for name in environment.direct if name in environment.distributions]
    for name in sorted(direct):
        if words := _unmet_version(name, environment.distributions[name], allowed, markers):
            return words
    if allowed.python and not _is_in(allowed.python, environment.python):
        return f"Python {_words(allowed.python, environment.python)}"
    for name, version in sorted(environment.distributions.items()):
        if words := _unmet_version(name, version, allowed, markers):
            return words
    return ""


def normal(name: str) -> str:
    """A distribution's name as all indices compare it: "Ruamel.YAML" is "ruamel-yaml"."""
    return str(canonicalize_name(name))


def markers_of(environment: Environment) -> dict[str, str]:
    """Every variable that a marker may ask for, as it was where the record was made.

    What a record does not keep (the kernel's release) is empty.
    """
    system, sys_platform, os_name = _system(environment.platform)
    implementation = environment.implementation.lower()
    return {
        "extra": "",
        "implementation_name": implementation,
        "implementation_version": environment.python,
        "os_name": os_name,
        "platform_machine": _machine(environment.platform),
        "platform_python_implementation": _IMPLEMENTATIONS.get(
            implementation, environment.implementation
        ),
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": environment.python,
        "python_version": ".".join(environment.python.split(".")[:2]),
        "sys_platform": sys_platform,
    }


def applies(
    requirement_line: str, extras: frozenset[str], markers: Mapping[str, str]
) -> tuple[str, frozenset[str]] | None:
    """The name that a requirement asks for and the extras of it, both normalised; None if its
    marker does not hold.

    `extras` are those asked of the distribution whose requirement this is. None too for a line
    that is no requirement: somebody else's metadata is no author's mistake.
    """
    try:
        requirement = Requirement(requirement_line)
    except InvalidRequirement:
        return None
    if not _holds(requirement, extras, markers):
        return None
    return normal(requirement.name), frozenset(map(normal, requirement.extras))


def _holds(requirement: Requirement, extras: frozenset[str], markers: Mapping[str, str]) -> bool:
    marker = requirement.marker
    if marker is None:
        return True
    for extra in ("", *sorted(extras)):
        try:
            if marker.evaluate({**markers, "extra": extra}):
                return True
        except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
            continue  # it asks for what no record keeps
    return False


_IMPLEMENTATIONS = {
    "cpython": "CPython",
    "graalpy": "GraalVM",
    "ironpython": "IronPython",
    "jython": "Jython",
    "pypy": "PyPy",
}
_MACHINES = re.compile(
    r"(?<![a-z0-9])(x86_64|amd64|aarch64|arm64|armv[0-9]+[a-z]*|i[3-6]86|ppc64le|riscv64|s390x)"
    r"(?![a-z0-9])",
    re.IGNORECASE,
)


def _system(platform: str) -> tuple[str, str, str]:
    """A platform's platform_system, sys_platform and os_name."""
    word = platform.lower()
    if word.startswith("win"):
        return "Windows", "win32", "nt"
    if word.startswith(("mac", "darwin")):
        return "Darwin", "darwin", "posix"
    first = re.split(r"[^a-z0-9]", word)[0]
    return first.capitalize(), first, "posix"


def _machine(platform: str) -> str:
    """A platform's processor: "x86_64" of "linux-x86_64"."""
    if platform == "win32":
        return "x86"
    found = _MACHINES.search(platform)
    if found is None:
        return re.split(r"[ -]", platform)[-1] if re.search(r"[ -]", platform) else ""
    # Windows writes its processors' names in capitals.
    return found[0].upper() if platform.lower().startswith("win") else found[0]


# --- What a site asks for -------------------------------------------------------------------------

_RANGE = "write for example '>=3.11'"
_REQUIREMENT = "write for example 'numpy>=2.4'"


def _parse(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise BuildFailed([Problem(file, line, f"is not TOML: {error}")]) from None


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _lines(value: object) -> list[str]:
    """The requirement lines of a list; a group's `include-group` is a group of its own anyway."""
    return [line for line in value if isinstance(line, str)] if isinstance(value, list) else []


def _by_name(lines: Iterable[str], own: str) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    found: dict[str, tuple[str, ...]] = {}
    problems = []
    for line in lines:
        try:
            name = normal(Requirement(line).name)
        except InvalidRequirement:
            message = f"'{line}' is not a requirement"
            problems.append(Problem(PYPROJECT, 0, message, _REQUIREMENT))
            continue
        if name != own:
            found[name] = (*found.get(name, ()), line)
    return found, problems


def _locked(file: str, lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names and versions in a lock: uv, Poetry and PDM say `package`, PEP 751 `packages`."""
    packages = lock.get("packages" if file.startswith("pylock.") else "package")
    for package in packages if isinstance(packages, list) else ():
        name, version = _table(package).get("name"), _table(package).get("version")
        # A package without a version is a folder or a repository: any version of it will do.
        if isinstance(name, str) and isinstance(version, str):
            yield normal(name), version


# --- Versions held against it ---------------------------------------------------------------------


def _unmet_version(given: str, version: str, allowed: Allowed, markers: Mapping[str, str]) -> str:
    name = normal(given)
    if locked := allowed.locked.get(name):
        if any(_is_locked(each, version) for each in locked):
            return ""
        return f"{name} {' or '.join(locked)}"
    base = _ranges(allowed.base.get(name, ()), markers)
    if broken := [each for each in base if not _is_in(each, version)]:
        return f"{name} {' and '.join(_words(each, version) for each in broken)}"
    choices = _ranges(allowed.choices.get(name, ()), markers)
    if not choices or any(_is_in(each, version) for each in choices):
        return ""
    return f"{name} {' or '.join(dict.fromkeys(_words(each, version) for each in choices))}"


def _ranges(lines: Iterable[str], markers: Mapping[str, str]) -> list[str]:
    """The specifiers of those lines whose markers hold."""
    asked = [Requirement(line) for line in lines]
    return [str(each.specifier) for each in asked if _holds(each, frozenset(), markers)]


@functools.cache
def _is_in(specifier: str, version: str) -> bool:
    """Whether a version is in a range; a pre-release that was installed counts like any other."""
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        return not specifier


def _is_locked(locked: str, version: str) -> bool:
    """Whether a version is the locked one.

    As everywhere, "2.13.0" allows its builds ("2.13.0+cpu"), and "2.13.0+cpu" only itself.
    """
    try:
        Version(locked)
    except InvalidVersion:
        return locked == version
    return _is_in(f"=={locked}", version)


def _words(specifier: str, version: str) -> str:
    """What a range asks for, as far as a version is not that."""
    clauses = sorted(SpecifierSet(specifier), key=str)
    broken = [clause for clause in clauses if not _is_in(str(clause), version)]
    return " and ".join(_clause(clause) for clause in broken or clauses)


def _clause(clause: Specifier) -> str:
    forms = {">=": "{} or newer", "<": "older than {}", "==": "{}", "<=": "{} or older"}
    form = forms.get(clause.operator)
    return form.format(clause.version) if form else str(clause)
