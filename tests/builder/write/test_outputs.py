"""The output folder follows the site.

What is ours is remade and removed, what is not is left alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from builder.errors import BuildFailed
from builder.write.outputs import format_sums, read_sums
from builder.write.stage import STAGE
from tests.builder.death import die_before
from tests.builder.project import Project, note


@pytest.fixture
def site(project: Project) -> Project:
    """A site with two posts, built."""
    return (
        project.write("posts/a.md", note("A")).write("posts/b.md", note("B", "[a](a.md)")).build()
    )


def check_sums(output: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"],
        cwd=output,
        capture_output=True,
        text=True,
        timeout=30,
    )


def clean_tree(project: Project, tmp_path: Path) -> dict[str, bytes]:
    """The tree that a build from nothing gives."""
    other = Project(tmp_path / "clean")
    for name in ("content", "templates", "pyproject.toml"):
        source = project.root / name
        if source.is_dir():
            shutil.copytree(source, other.root / name, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, other.root / name)
    return other.build().tree()


# --- Receipts and keys


def test_a_second_build_makes_nothing(site: Project) -> None:
    assert site.build().rebuilt == set()


def test_a_moved_site_is_still_up_to_date(site: Project, tmp_path: Path) -> None:
    site.root.rename(tmp_path / "moved")

    assert Project(tmp_path / "moved").build().rebuilt == set()


def test_every_output_tells_why_it_was_made(site: Project) -> None:
    site.edit("posts/a.md", "Words", "Other words")
    site.write("pages/c.md", note("C"))
    (site.output / "404.html").unlink()
    (site.output / "robots.txt").write_text("by hand")

    reasons = dict(site.build().report.reasons)  # type: ignore[union-attr]

    assert reasons["posts/a/index.html"] == "its recipe changed"
    assert reasons["c/index.html"] == "is new"
    assert reasons["404.html"] == "its file is lost"
    assert reasons["robots.txt"] == "its file was changed by hand"
    assert "posts/b/index.html" not in reasons


def test_a_hand_edited_output_is_made_anew_even_with_its_size_and_time_put_back(
    site: Project,
) -> None:
    before = site.tree()
    page = site.output / "posts/a/index.html"
    stat = page.stat()
    page.write_bytes(page.read_bytes().replace(b"Words", b"Sword"))
    os.utime(page, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert site.build().rebuilt == {"posts/a/index.html"}
    assert site.tree() == before


@pytest.mark.parametrize("lost", ["posts/a/index.html", "posts", "SHA256SUMS", "assets", "."])
def test_what_is_lost_is_made_anew(site: Project, lost: str) -> None:
    before = site.tree()
    place = site.output / lost
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()

    site.build()

    assert site.tree() == before
    assert site.build().rebuilt == set()


def test_an_output_replaced_by_a_link_is_a_file_again_and_what_it_led_to_is_untouched(
    site: Project, tmp_path: Path
) -> None:
    before = site.tree()
    mine = tmp_path / "mine.html"
    mine.write_bytes(b"mine")
    page = site.output / "posts/a/index.html"
    page.unlink()
    page.symlink_to(mine)

    site.build()

    assert not page.is_symlink()
    assert site.tree() == before
    assert mine.read_bytes() == b"mine"


def test_two_outputs_of_one_site_are_kept_apart(site: Project, tmp_path: Path) -> None:
    site.build(output=tmp_path / "other")
    assert site.rebuilt >= {"index.html", "posts/a/index.html"}

    shutil.rmtree(tmp_path / "other")

    assert site.build().rebuilt == set()


def test_two_files_of_one_address_are_a_problem_that_names_it(site: Project) -> None:
    before = site.tree()
    site.write("static/posts/a/index.html", "<p>mine")

    with pytest.raises(BuildFailed, match=r"posts/a/index\.html"):
        site.build()

    assert site.tree() == before


# --- The list of outputs


def test_the_list_names_every_output_once_and_sha256sum_agrees(site: Project) -> None:
    tree = site.tree()
    listed = tree.pop("SHA256SUMS")

    assert read_sums(site.output) == {
        path: hashlib.sha256(data).digest() for path, data in tree.items()
    }
    assert listed.decode().splitlines() == sorted(
        listed.decode().splitlines(), key=lambda line: line[66:]
    )
    done = check_sums(site.output)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_sha256sum_finds_a_changed_output(site: Project) -> None:
    (site.output / "index.html").write_bytes(b"changed")

    assert check_sums(site.output).returncode == 1


NAMES = [
    "back\\slash",
    "new\nline",
    "\\n",
    "carriage\rreturn",
    "return\r",
    " space ",
    "# hash",
    "*star",
    "é😀",
    '"',
]


def test_sha256sum_reads_the_list_whatever_outputs_are_called(tmp_path: Path) -> None:
    sums = {}
    for name in NAMES:
        (tmp_path / name).write_text(name)
        sums[name] = hashlib.sha256(name.encode()).digest()
    (tmp_path / "SHA256SUMS").write_bytes(format_sums(sums))

    done = check_sums(tmp_path)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert read_sums(tmp_path) == sums


@pytest.mark.parametrize("name", [*NAMES, "per%cent", "a" * 200])
def test_a_file_is_published_under_its_name_and_goes_with_it(site: Project, name: str) -> None:
    before = site.tree()
    site.write(f"static/{name}", "bytes")

    assert site.build().tree().keys() - before.keys() == {name}
    assert check_sums(site.output).returncode == 0

    site.delete(f"static/{name}").build()
    assert site.tree() == before


@pytest.mark.parametrize(
    "line", ["../mine.txt", "/mine.txt", "posts/../../mine.txt", "mine.txt"], ids=repr
)
def test_a_list_that_is_not_ours_removes_nothing_outside(site: Project, line: str) -> None:
    mine = site.root / "mine.txt"
    mine.write_bytes(b"mine")
    shutil.rmtree(site.root / ".proofpress")
    digest = hashlib.sha256(b"mine").hexdigest()
    with (site.output / "SHA256SUMS").open("a") as sums:
        sums.write(f"{digest}  {line}\n")

    site.build()

    assert mine.read_bytes() == b"mine"


# --- What goes


def test_a_removed_page_takes_its_folder_along(site: Project) -> None:
    site.delete("posts/b.md").build()

    assert not (site.output / "posts/b").exists()
    assert (site.output / "posts/a/index.html").exists()
    assert "posts/b/index.html" not in read_sums(site.output)
    assert check_sums(site.output).returncode == 0


def test_a_folder_with_a_file_of_ones_own_stays_when_its_page_goes(site: Project) -> None:
    (site.output / "posts/b/mine.txt").write_bytes(b"mine")

    site.delete("posts/b.md").build()

    assert (site.output / "posts/b/mine.txt").read_bytes() == b"mine"
    assert not (site.output / "posts/b/index.html").exists()


def test_without_the_cache_the_list_says_what_is_ours(site: Project, tmp_path: Path) -> None:
    shutil.rmtree(site.root / ".proofpress")
    site.delete("posts/b.md").build()

    assert site.tree() == clean_tree(site, tmp_path)


def test_without_the_cache_every_byte_is_as_before(site: Project) -> None:
    before = site.tree()
    shutil.rmtree(site.root / ".proofpress")

    assert site.build().tree() == before


def test_without_the_cache_an_edit_in_one_process_is_seen(site: Project, tmp_path: Path) -> None:
    shutil.rmtree(site.root / ".proofpress")
    site.edit("posts/a.md", "Words", "Quite other words").build()

    assert site.tree() == clean_tree(site, tmp_path)


def test_what_a_killed_build_wrote_is_ours_although_no_receipt_names_it(
    site: Project, tmp_path: Path
) -> None:
    """Killed after the site was changed and before the receipts were kept."""
    shutil.copytree(site.root / ".proofpress", tmp_path / "cache")
    site.write("posts/c.md", note("C")).write("posts/d.md", note("D")).build()
    shutil.rmtree(site.root / ".proofpress")
    shutil.copytree(tmp_path / "cache", site.root / ".proofpress")

    site.delete("posts/d.md").edit("posts/c.md", "Words", "Other words").build()

    assert site.tree() == clean_tree(site, tmp_path)


def test_a_build_killed_amid_its_renames_does_not_hide_that_the_edit_was_taken_back(
    site: Project,
) -> None:
    before = site.tree()
    site.edit("posts/a.md", "Words", "Other words")
    journal = site.output / STAGE / "journal.json"
    step = 0
    while not journal.exists():
        assert die_before(step, str(site.output), site.build)
        step += 1
    site.edit("posts/a.md", "Other words", "Words").build()

    assert site.tree() == before
    assert site.build().rebuilt == set()
    assert not (site.output / STAGE).exists()


def test_a_build_that_fails_first_finishes_what_a_killed_one_had_begun(site: Project) -> None:
    site.edit("posts/a.md", "Words", "Other words")
    step = 0
    while not (site.output / STAGE / "journal.json").exists():
        assert die_before(step, str(site.output), site.build)
        step += 1
    site.write("posts/b.md", note("B", "[nothing](nothing.md)"))

    with pytest.raises(BuildFailed):
        site.build()

    assert "Other words" in site.read("posts/a/index.html")
    assert check_sums(site.output).returncode == 0


# --- What is not ours


def test_a_file_that_is_not_ours_is_reported_and_left_alone(project: Project) -> None:
    project.output.mkdir()
    (project.output / "mine.txt").write_bytes(b"mine")
    (project.output / "posts").mkdir()
    (project.output / "posts/mine.txt").write_bytes(b"mine too")

    project.write("posts/a.md", note("A")).build()

    assert project.report is not None
    assert project.report.notices == (
        "site/mine.txt: is not ours, and was left alone",
        "site/posts/mine.txt: is not ours, and was left alone",
    )
    project.delete("posts/a.md").build()
    assert (project.output / "mine.txt").read_bytes() == b"mine"
    assert (project.output / "posts/mine.txt").read_bytes() == b"mine too"
    assert "mine.txt" not in read_sums(project.output)


def test_a_file_that_is_not_ours_may_have_any_name(project: Project) -> None:
    project.output.mkdir()
    (project.output / os.fsdecode(b"\xff.txt")).write_bytes(b"mine")

    project.write("posts/a.md", note("A")).build()

    assert project.report is not None
    assert project.report.notices == ("site/\\xff.txt: is not ours, and was left alone",)


@pytest.mark.parametrize("path", ["index.html", "posts/a/index.html"])
def test_another_file_in_the_way_is_a_problem_and_is_not_overwritten(
    project: Project, path: str
) -> None:
    project.write("posts/a.md", note("A"))
    mine = project.output / path
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")

    with pytest.raises(BuildFailed) as failure:
        project.build()

    (problem,) = failure.value.problems
    assert problem.path == f"site/{path}"
    assert problem.message == "this is in the way, and the builder did not make it"
    assert "--output" in problem.hint
    assert project.tree() == {path: b"mine"}


def test_the_same_file_in_the_way_is_taken_for_ours(site: Project) -> None:
    before = site.tree()
    shutil.rmtree(site.root / ".proofpress")
    (site.output / "SHA256SUMS").unlink()

    assert site.build().tree() == before

    site.delete("posts/b.md").build()
    assert not (site.output / "posts/b").exists()


def test_a_folder_in_the_way_of_a_file_is_a_problem(site: Project) -> None:
    (site.output / "robots.txt").unlink()
    (site.output / "robots.txt").mkdir()
    (site.output / "robots.txt/mine").write_bytes(b"mine")
    before = site.tree()

    with pytest.raises(BuildFailed, match=r"site/robots\.txt: this is in the way"):
        site.build()

    assert site.tree() == before


def test_an_empty_folder_in_the_way_of_a_file_makes_way(site: Project) -> None:
    before = site.tree()
    (site.output / "robots.txt").unlink()
    (site.output / "robots.txt/in/side").mkdir(parents=True)

    assert site.build().tree() == before


@pytest.mark.parametrize("place", ["posts", "posts/c"])
def test_a_file_in_the_way_of_a_folder_is_a_problem(project: Project, place: str) -> None:
    project.write("posts/c.md", note("C"))
    mine = project.output / place
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")

    with pytest.raises(BuildFailed, match=rf"site/{place}: this is in the way"):
        project.build()

    assert project.tree() == {place: b"mine"}


def test_a_failed_build_leaves_no_folder_behind(project: Project) -> None:
    project.write("posts/a.md", note("A", "[nothing](nothing.md)"))
    with pytest.raises(BuildFailed):
        project.build()

    assert not project.output.exists()

    project.write("posts/a.md", note("A"))
    project.write("templates/page.html", "{{ undefined_name }}")
    with pytest.raises(BuildFailed, match=r"templates/page\.html"):
        project.build()

    assert not project.output.exists()


def test_a_failed_build_leaves_an_empty_output_folder_where_it_is(project: Project) -> None:
    (project.output / "mine").mkdir(parents=True)
    project.write("posts/a.md", note("A"))
    project.write("templates/page.html", "{{ undefined_name }}")
    with pytest.raises(BuildFailed):
        project.build()

    assert [path.name for path in project.output.iterdir()] == ["mine"]


# --- Folders and files that change places


def test_a_file_becomes_a_folder_and_a_file_again(site: Project, tmp_path: Path) -> None:
    as_file = site.write("static/thing", "file").build().tree()

    site.delete("static/thing").write("static/thing/deep/er.txt", "folder").build()
    assert site.read("thing/deep/er.txt") == "folder"
    assert site.tree() == clean_tree(site, tmp_path)

    shutil.rmtree(site.root / "content/static/thing")
    site.write("static/thing", "file").build()
    assert site.tree() == as_file


def test_a_folder_with_a_file_of_ones_own_does_not_become_a_file(site: Project) -> None:
    site.write("static/thing/inside.txt", "folder").build()
    (site.output / "thing/mine.txt").write_bytes(b"mine")
    before = site.tree()
    site.delete("static/thing/inside.txt")
    (site.root / "content/static/thing").rmdir()
    site.write("static/thing", "file")

    with pytest.raises(BuildFailed, match="site/thing: this is in the way"):
        site.build()

    assert site.tree() == before
