"""What the tests with outside tools share: the tools, and the sites that are measured."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.builder.absent import do_without
from tests.builder.browser.conftest import browser, serve  # noqa: F401  # fixtures
from tests.builder.command import CHECKOUT
from tests.builder.outside.everything import make_everything
from tests.builder.project import Project

MODULES = Path(__file__).parent / "node_modules"
# After every date in the notebook.
LATE = 2_000_000_000


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """A function that gives a file of an npm package, by its path below node_modules/."""

    def find(path: str) -> Path:
        if not (MODULES / path).exists():
            do_without(path.partition("/")[0], "make outside")
        return MODULES / path

    return find


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """A function that gives the full path of a program."""

    def find(name: str) -> str:
        return shutil.which(name) or do_without(name, "make outside")

    return find


@pytest.fixture(scope="session")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """This repository's own site, built from a copy: nobody else's cache is touched."""
    site = Project(tmp_path_factory.mktemp("notebook"))
    for folder in ("content", "snippets", "templates", "tests/snippets"):
        shutil.copytree(CHECKOUT / folder, site.root / folder, dirs_exist_ok=True)
    shutil.copy(CHECKOUT / "pyproject.toml", site.root)
    return site.with_options(now=LATE).build()


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The site with every template, in English."""
    return make_everything(tmp_path_factory.mktemp("everything"), "https://example.org")


@pytest.fixture(scope="session")
def sites(
    notebook: Project, everything: Project, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """The output of each site that is measured, by its name."""
    hindi = tmp_path_factory.mktemp("hindi")
    chinese = tmp_path_factory.mktemp("chinese")
    return {
        "notebook": notebook.output,
        "en": everything.output,
        "hi": make_everything(hindi, "https://example.org/base", "hi").output,
        "zh": make_everything(chinese, "https://example.org", "zh").output,
    }
