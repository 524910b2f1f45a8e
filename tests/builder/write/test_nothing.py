"""A build with nothing to do is told by looking at files only; anything that changed wakes it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.read.tree import survey, theme_folder
from builder.write.nothing import said_before
from tests.builder.project import NOW, Project, note

DAY = 86_400
SAME = "drafts=False future=False tests=False"


def ask(
    project: Project, now: int = NOW, options: str = SAME
) -> tuple[int, list[str], bool] | None:
    theme = project.order.theme or theme_folder()
    found = survey(project.root, theme)
    return said_before(project.root, found, project.output, "site", options, now)


@pytest.fixture
def site(project: Project) -> Project:
    """A site built and at rest; one post appears tomorrow, one went away yesterday."""
    project.write("posts/a.md", note("A"))
    project.write("posts/next.md", note("Next", publish="2026-11-02"))
    project.write("posts/past.md", note("Past", expires="2026-10-31"))
    project.write("static/file.txt", "bytes")
    return settle(project)


def settle(project: Project) -> Project:
    """Build until nothing is to do: a file as young as the clock's step is looked at again."""
    for _ in range(100):
        if ask(project.build()) is not None:
            return project
    raise AssertionError("it never comes to rest")


def test_what_the_last_build_said_is_said_again(site: Project) -> None:
    assert site.report is not None
    count = len(site.tree()) - 1  # SHA256SUMS does not count

    assert ask(site) == (count, [*map(str, site.report.warnings), *site.report.notices], False)
    assert any("posts/next.md" in notice for notice in site.report.notices)


def test_a_warning_is_remembered_as_one(site: Project) -> None:
    settle(site.write("posts/undated.md", note("Undated", date=None)))

    said = ask(site)

    assert said is not None
    assert said[2]
    assert any("warning" in message for message in said[1])


def touch(site: Project) -> None:
    os.utime(site.root / "content/posts/a.md", ns=(1, 1))


def same_size_and_time(site: Project) -> None:
    post = site.root / "content/posts/a.md"
    stat = post.stat()
    post.write_bytes(post.read_bytes().replace(b"Words", b"Sword"))
    os.utime(post, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def hand_edit(site: Project) -> None:
    page = site.output / "index.html"
    stat = page.stat()
    page.write_bytes(page.read_bytes().swapcase())
    os.utime(page, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def damage_cache(site: Project) -> None:
    for file in (site.root / ".proofpress").glob("state.db*"):
        file.write_bytes(b"not a database")


CHANGES: dict[str, Callable[[Project], object]] = {
    "an edited post": lambda site: site.edit("posts/a.md", "Words", "More words"),
    "a touched post": touch,
    "an edit of the same size with the old time": same_size_and_time,
    "a new post": lambda site: site.write("posts/b.md", note("B")),
    "a removed post": lambda site: site.delete("posts/a.md"),
    "a renamed post": lambda site: site.place("posts/a.md").rename(site.place("posts/z.md")),
    "an edited static file": lambda site: site.write("static/file.txt", "other"),
    "a snippet": lambda site: site.write("snippets/s.py", "A = 1\n"),
    "a test of a snippet": lambda site: site.write("tests/snippets/test_s.py", ""),
    "a template of the site's own": lambda site: site.write("templates/css/own.css", "p {}"),
    "edited settings": lambda site: site.edit("pyproject.toml", "Ada", "Bob"),
    "a link that leads nowhere": lambda site: site.place("posts/l.md").symlink_to("nothing"),
    "a hand-edited output": hand_edit,
    "a lost output": lambda site: (site.output / "index.html").unlink(),
    "a lost list": lambda site: (site.output / "SHA256SUMS").unlink(),
    "a lost output folder": lambda site: shutil.rmtree(site.output),
    "a lost cache": lambda site: shutil.rmtree(site.root / ".proofpress"),
    "a damaged cache": damage_cache,
    "a killed build's stage": lambda site: (site.output / ".proofpress").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_wakes_for(site: Project, change: Callable[[Project], object]) -> None:
    change(site)

    assert ask(site) is None


def test_it_wakes_for_other_options_and_sleeps_again(site: Project) -> None:
    assert ask(site, options="drafts=True future=False") is None
    assert ask(site, options="drafts=False future=True") is None
    assert ask(site) is not None


def test_it_wakes_when_a_page_is_to_be_published_or_expires_and_for_a_clock_put_back(
    site: Project,
) -> None:
    tomorrow, yesterday = NOW + DAY, NOW - DAY

    assert ask(site, now=tomorrow - 1) is not None
    assert ask(site, now=tomorrow) is None
    assert ask(site, now=yesterday) is not None
    assert ask(site, now=yesterday - 1) is None


def test_it_wakes_for_an_edited_theme(project: Project, tmp_path: Path) -> None:
    theme = tmp_path / "theme"
    shutil.copytree(theme_folder(), theme)
    project.order = type(project.order)(
        root=project.root, output=project.output, options=project.order.options, theme=theme
    )
    settle(project.write("posts/a.md", note("A")))

    (theme / "base.html").write_bytes((theme / "base.html").read_bytes() + b"<!-- more -->")

    assert ask(project) is None


def test_it_wakes_for_another_builder(site: Project) -> None:
    with sqlite3.connect(site.root / ".proofpress/state.db") as connection:
        connection.execute("UPDATE done SET era = ?", (b"another",))
    connection.close()

    assert ask(site) is None


def test_a_build_that_failed_does_not_count(site: Project) -> None:
    site.edit("posts/a.md", "Words", "[nothing](nothing.md)")
    for _ in range(3):
        try:
            site.build()
        except Exception as failure:  # whatever it is, only what is said afterwards counts here
            assert "nothing.md" in str(failure)  # noqa: PT017

        assert ask(site) is None
