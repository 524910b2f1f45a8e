"""Same tree, same bytes.

Whatever the folder, zone, locale, hash seed, number of workers, file times, cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from builder.cli import main
from tests.builder.failing import problems_of
from tests.builder.project import NOW, Project, note, read_tree

CHECKOUT = Path(__file__).resolve().parents[2]


def write_site(project: Project, posts: int) -> Project:
    """A site with something of everything whose order could depend on the machine."""
    project.edit(
        "pyproject.toml",
        'author = "Ada"',
        'author = "Ada"\nper_page = 3\ntimezone = "Asia/Kolkata"',
    )
    project.write("snippets/z.py", 'def two():\n    """Two."""\n    return {"a", "b"}\n')
    project.write("cards/z.md", note("Card", "```card z#two\n```\n", tags="[b, a]"))
    project.write("pages/über.md", note("Über", "[[Post 1]]", date=None))
    project.write("static/Ä.txt", "x").write("static/a.txt", "y").write("static/B.txt", "z")
    for number in range(posts):
        tags = f"[t{number % 3}, T{number % 4}, common]"
        body = f"[next](p{(number + 1) % posts}.md) [[Post {number // 2}]] $x^{number}$\n\n"
        body += f"```python\nx = {number}\n```"
        extra = {"series": "S"} if number % 2 else {"extra": "{b: 1, a: 2, c: [x, y]}"}
        date = f"2026-0{number % 9 + 1}-11T20:00:00Z"
        lang = ("hi", "zh", "en")[number % 3]
        project.write(
            f"posts/p{number}.md",
            note(f"Post {number}", body, date=date, lang=lang, tags=tags, **extra),
        )
    return project


def copy_of(project: Project, root: Path) -> Project:
    """The same site in another folder, with its files made in another order and at other times."""
    other = Project(root)
    for file in sorted(project.root.rglob("*"), reverse=True):
        path = file.relative_to(project.root)
        if file.is_file() and path.parts[0] not in ("site", ".proofpress"):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(file.read_bytes())
            os.utime(root / path, (1_000_000_000, 1_000_000_000))
    return other


def run(root: Path, *options: str, **environment: str) -> dict[str, bytes]:
    """What the command builds in a process of its own, from nothing."""
    shutil.rmtree(root / "site", ignore_errors=True)
    shutil.rmtree(root / ".proofpress", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "builder", "build", "--root", str(root), *options],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            "SOURCE_DATE_EPOCH": str(NOW),
            **environment,
        },
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return read_tree(root / "site")


def test_another_zone_locale_and_hash_seed_give_the_same_bytes(project: Project) -> None:
    write_site(project, 6)
    usual = run(project.root, TZ="UTC", LC_ALL="C.UTF-8", PYTHONHASHSEED="0")

    for environment in (
        {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {
            "TZ": "America/St_Johns",
            "LC_ALL": "tr_TR.UTF-8",
            "PYTHONHASHSEED": "12345",
            "PYTHONTZPATH": "",
        },
    ):
        assert run(project.root, **environment) == usual, environment


def test_a_locale_that_is_not_utf8_gives_the_same_bytes_too(project: Project) -> None:
    write_site(project, 3)

    assert run(project.root, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") == run(
        project.root
    )


def test_another_moment_gives_the_same_bytes(project: Project) -> None:
    write_site(project, 4)

    assert run(project.root, SOURCE_DATE_EPOCH=str(NOW + 10_000_000)) == run(project.root)


def test_no_output_says_when_or_where_it_was_built(project: Project) -> None:
    write_site(project, 3).build()

    places = (str(project.root), str(CHECKOUT), time.strftime("%Y-%m-%d"), time.strftime("%H:%M:"))
    for path, data in project.tree().items():
        if not path.startswith("assets/"):
            assert not [place for place in places if place.encode() in data], path


def test_another_folder_and_other_file_times_give_the_same_bytes(
    project: Project, tmp_path: Path
) -> None:
    write_site(project, 6).build()

    other = copy_of(project, tmp_path / "elsewhere with spaces" / "चार").build()

    assert other.tree() == project.tree()


def test_two_workers_give_the_bytes_of_one(project: Project, tmp_path: Path) -> None:
    write_site(project, 64).build(jobs=1)

    other = copy_of(project, tmp_path / "other").build(jobs=2)

    assert len(other.rebuilt) > 64
    assert other.tree() == project.tree()
    assert other.warnings == project.warnings


def test_problems_are_told_alike_by_one_worker_and_by_two(project: Project, tmp_path: Path) -> None:
    write_site(project, 64)
    for number in range(64):
        project.edit(f"posts/p{number}.md", "[next]", "[x](nothing.md) $\\frac{$ [next]")
    other = copy_of(project, tmp_path / "other")
    other.order = replace(other.order, jobs=2)

    assert problems_of(other) == problems_of(project)


def test_without_the_cache_and_with_it_the_bytes_are_the_same(project: Project) -> None:
    write_site(project, 4).build()
    before = project.tree()

    shutil.rmtree(project.root / ".proofpress")
    assert project.build().tree() == before
    shutil.rmtree(project.output)
    assert project.build().tree() == before
    assert project.build(is_clean=True).tree() == before


def test_another_output_folder_gives_the_same_bytes(project: Project, tmp_path: Path) -> None:
    write_site(project, 3).build()
    output = tmp_path / "public"

    project.build(output=output)

    assert read_tree(output) == project.tree()


@pytest.mark.parametrize("given", ["0", "1793491200", "99999999999"])
def test_the_one_clock_is_the_epoch_that_was_given(
    project: Project, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("posts/a.md", note("A", date="2026-11-01"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)

    assert main(["build", "--root", str(project.root)]) == 0

    assert ("posts/a/index.html" in project.tree()) == (int(given) >= NOW)
