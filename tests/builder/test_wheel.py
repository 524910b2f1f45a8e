"""The wheel works elsewhere: in a new environment it builds a site with the theme inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.builder.project import SETTINGS, note

EXAMPLE = "```python\n>>> 1 + 1\n2\n```"
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, made without network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation",
         "--no-index", "--quiet", "--disable-pip-version-check", "--wheel-dir", str(folder)],
        cwd=CHECKOUT, capture_output=True, timeout=100, check=True,
    )  # fmt: skip
    (file,) = folder.glob("proofpress-*.whl")
    return file


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a new environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)], timeout=60, check=True
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(folder), "install", "--no-deps", "--no-index",
         "--quiet", "--disable-pip-version-check", str(wheel)],
        capture_output=True, timeout=100, check=True,
    )  # fmt: skip
    # The libraries come from the environment of this test; what is installed here goes before.
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin"


def run(scripts: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "CI")}
    return subprocess.run(
        [scripts / words[0], *words[1:]], cwd=folder, env=kept,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_wheel_holds_the_package_and_the_theme_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    theme = {path.relative_to(CHECKOUT / "templates").as_posix()
             for path in (CHECKOUT / "templates").rglob("*") if path.is_file()}  # fmt: skip

    tops = {name.split("/")[0] for name in names}
    assert tops == {"builder", f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"}
    assert {name.removeprefix("builder/theme/") for name in names if "/theme/" in name} == theme
    assert {"builder/cli.py", "builder/py.typed", "builder/theme/base.html"} <= set(names)
    assert not [name for name in names if name.endswith(".pyc")]
    (licence,) = (name for name in names if name.endswith("/LICENSE"))
    assert "/licenses/" in licence


def test_the_installed_command_builds_a_site_in_a_foreign_folder(
    scripts: Path, tmp_path: Path
) -> None:
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "content/posts/first.md").write_text(note("First", "$x^2$ and [second](second.md)"))
    (tmp_path / "content/posts/second.md").write_text(
        note("Second", "```python\n>>> 1 + 1\n2\n```")
    )

    where = run(scripts, tmp_path, "python", "-c", "import builder; print(builder.__file__)")
    unproven = run(scripts, tmp_path, "proofpress", "build", "--no-tests", "--strict")
    proven = run(scripts, tmp_path, "proofpress", "build")
    built = run(scripts, tmp_path, "proofpress", "build", "--no-tests", "--strict")
    checked = run(scripts, tmp_path, "proofpress", "check")
    explained = run(scripts, tmp_path, "proofpress", "explain", "posts/first/")
    package = Path(where.stdout.strip()).parent

    assert package.is_relative_to(scripts.parent), "the wheel's own package must win"
    assert unproven.returncode == 3, unproven.stderr
    assert (proven.returncode, "1 passed" in proven.stderr) == (0, True), proven.stderr
    assert (built.returncode, built.stderr) == (0, "")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert "<math" in (tmp_path / "site/posts/first/index.html").read_text()
    assert "theme/page.html" in explained.stdout
    assert (package / "theme/css/site.css").is_file()
    (style,) = (tmp_path / "site/assets").glob("site.*.css")
    assert b"@layer base" in style.read_bytes()


def test_the_theme_is_the_one_inside_the_wheel(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "content/posts/only.md").write_text(note("Only"))
    (base,) = scripts.parent.glob("lib/python*/site-packages/builder/theme/base.html")
    text = base.read_text(encoding="utf-8")
    base.write_text(text + "<!-- from inside the wheel -->", encoding="utf-8")
    try:
        assert run(scripts, tmp_path, "proofpress", "build").returncode == 0
    finally:
        base.write_text(text, encoding="utf-8")

    page = (tmp_path / "site/posts/only/index.html").read_text(encoding="utf-8")
    assert "<!-- from inside the wheel -->" in page
