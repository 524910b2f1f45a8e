"""The cache can be damaged, deleted, locked or foreign.

The site comes out the same, or nothing is touched.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from builder.errors import MachineFault
from builder.write.state import State
from builder.write.tables import LAYOUT
from tests.builder.project import NOW, Project, note

ROOT = Path(__file__).parents[3]


def never() -> None:
    raise AssertionError("nobody else has the cache")


@pytest.fixture
def site(project: Project) -> Project:
    """Five posts that link to each other, built."""
    for number in range(5):
        body = f"Text {number}. [[p{(number + 1) % 5}]]"
        project.write(f"posts/p{number}.md", note(f"Title {number}", body, tags=f"[t{number % 2}]"))
    project.write("snippets/s.py", '"""A snippet."""\n')
    project.write("cards/s.md", note("Card", "```card s\n```"))
    return project.build()


def command(site: Project, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "builder", "build", "--root", str(site.root), *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "SOURCE_DATE_EPOCH": str(NOW)}


def run(site: Project, *arguments: str, before: tuple[str, ...] = ()) -> tuple[int, str]:
    done = subprocess.run(
        [*before, *command(site, *arguments)],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def database(site: Project) -> Path:
    return site.root / ".proofpress/state.db"


def replace_database(site: Project, data: bytes) -> None:
    for file in (site.root / ".proofpress").glob("state.db*"):
        file.unlink()
    database(site).write_bytes(data)


def test_the_cache_is_ignored_by_git(site: Project) -> None:
    assert (site.root / ".proofpress/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "data",
    [b"", b"garbage", b"SQLite format 3\0" + b"garbage" * 1000],
    ids=["empty", "text", "head"],
)
def test_what_is_no_cache_is_made_anew(site: Project, data: bytes) -> None:
    before = site.tree()
    replace_database(site, data)

    assert site.build().tree() == before
    assert site.build().rebuilt == set()


def test_a_cache_of_another_layout_is_made_anew(site: Project) -> None:
    before = site.tree()
    connection = sqlite3.connect(database(site))
    connection.executescript(f"DROP TABLE facts; PRAGMA user_version = {LAYOUT + 1};")
    connection.close()

    assert site.build().tree() == before
    assert site.build().rebuilt == set()


def test_a_cache_without_one_of_its_tables_is_made_anew(site: Project) -> None:
    before = site.tree()
    connection = sqlite3.connect(database(site))
    connection.executescript("DROP TABLE sources;")
    connection.close()

    assert site.build().tree() == before
    assert "the cache is damaged; making it anew" in site.said


def damage(data: bytes, chance: random.Random) -> bytes:
    """A cache cut off, with bits flipped, or with a part overwritten."""
    kind = chance.choice(["cut", "flip", "overwrite", "zeros"])
    place = chance.randrange(len(data))
    if kind == "cut":
        return data[:place]
    changed = bytearray(data)
    if kind == "flip":
        for _ in range(chance.choice([1, 10, 100])):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    else:
        length = chance.choice([10, 500, 4096])
        part = chance.randbytes(length) if kind == "overwrite" else bytes(length)
        changed[place : place + length] = part
    return bytes(changed[: len(data)])


def test_a_damaged_cache_leads_to_the_right_site_all_the_same(
    site: Project, tmp_path: Path
) -> None:
    good = database(site).read_bytes()
    shutil.copytree(site.output, tmp_path / "before")
    site.edit("posts/p1.md", "Text", "Other text").build()
    right = site.tree()
    chance = random.Random(1)
    for _ in range(15):
        shutil.rmtree(site.output)
        shutil.copytree(tmp_path / "before", site.output)
        replace_database(site, damage(good, chance))

        assert site.build().tree() == right
    assert "the cache is damaged; making it anew" in site.said


def test_a_source_that_is_not_as_the_cache_has_it_is_looked_at_anew(site: Project) -> None:
    before = site.tree()
    connection = sqlite3.connect(database(site))
    with connection:
        connection.execute("UPDATE sources SET digest = zeroblob(16) WHERE path LIKE '%.css'")
    connection.close()

    assert site.build().tree() == before


def test_a_value_damaged_inside_its_row_is_not_believed(site: Project) -> None:
    """SQLite can't tell it: the row is well-formed."""
    data = database(site).read_bytes()
    assert b"Title 3" in data
    replace_database(site, data.replace(b"Title 3", b"Title 8"))
    site.edit("posts/p0.md", "Text", "Other text").build()
    shutil.rmtree(site.output)

    site.build()

    assert "Title 8" not in "".join(
        data.decode() for path, data in site.tree().items() if path.endswith(".html")
    )


def test_a_lost_cache_costs_work_and_no_byte(site: Project) -> None:
    before = site.tree()
    shutil.rmtree(site.root / ".proofpress")
    shutil.rmtree(site.output)

    assert site.build().tree() == before


def test_a_clean_build_forgets_everything_and_changes_no_byte(site: Project) -> None:
    before = site.tree()

    site.build(is_clean=True)

    assert site.rebuilt == before.keys() - {"SHA256SUMS"}
    assert site.tree() == before


def test_a_cache_that_cannot_be_made_is_the_machines_fault(project: Project) -> None:
    (project.root / ".proofpress").write_text("a file is in its place")

    with pytest.raises(
        MachineFault, match=r"cannot write the cache in .*\.proofpress: File exists"
    ):
        State(project.root, never)


# A read-only folder means nothing to root, so as root the right to pass over it is given up.
WITHOUT_RIGHTS = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
)


@pytest.mark.parametrize("place", [".", ".proofpress", "site"])
def test_a_read_only_folder_is_told_and_the_site_is_left_as_it_was(
    site: Project, place: str
) -> None:
    before = site.tree()
    site.edit("posts/p1.md", "Text", "Other text")
    if place == ".":
        shutil.rmtree(site.root / ".proofpress")
    folder = site.root / place
    folder.chmod(0o555)
    for file in folder.glob("state.db*"):
        file.chmod(0o444)
    try:
        code, said = run(site, before=WITHOUT_RIGHTS)
    finally:
        folder.chmod(0o755)

    assert code == 4
    assert "Permission denied" in said or "readonly" in said
    assert str(site.root) in said or ".proofpress" in said
    assert site.tree() == before


def test_a_second_build_waits_for_the_first_and_says_so(site: Project) -> None:
    site.edit("posts/p1.md", "Text", "Other text")
    with State(site.root, never):
        second = subprocess.Popen(
            command(site), cwd=ROOT, env=environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert second.stderr is not None
        assert second.stderr.readline() == "waiting for another build of this site …\n"
        assert second.poll() is None
    said = second.communicate(timeout=60)[1]

    assert (second.returncode, said) == (0, "")
    assert "Other text" in site.read("posts/p1/index.html")


def test_two_builds_at_once_both_end_well(site: Project) -> None:
    for number in range(80):
        site.write(f"notes/n{number}.md", note(f"Note {number}"))
    builds = [
        subprocess.Popen(
            command(site, "--jobs", "2"), cwd=ROOT, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [build.communicate(timeout=90) for build in builds]

    assert [build.returncode for build in builds] == [0, 0], said
    tree = site.tree()
    assert site.build(is_clean=True).tree() == tree
