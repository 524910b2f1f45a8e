"""Which files a site is made from: links followed, loops found, what cannot be read told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from builder.read.sources import UNTRUSTED, SourceChanged, load_sources, template_sources
from builder.read.tree import survey, theme_folder
from tests.builder.project import Project, note

LATER = 2**62  # a clock at which every file is old


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one post, beside an empty theme."""
    root = tmp_path / "site"
    (root / "content/posts").mkdir(parents=True)
    (tmp_path / "theme").mkdir()
    (root / "pyproject.toml").write_text("")
    (root / "content/posts/a.md").write_text("# A\n")
    return root


def content_of(root: Path) -> list[str]:
    """The paths found below content/."""
    tree = survey(root, root.parent / "theme")
    return sorted(path for path in tree.files if path.startswith("content/"))


def faults_of(root: Path) -> list[tuple[str, str]]:
    return survey(root, root.parent / "theme").faults


def unreadable(place: Path) -> None:
    """A file that exists and whose bytes nobody gets; root reads past any permission."""
    if os.geteuid():
        place.write_text("secret")
        place.chmod(0)
    else:
        place.symlink_to("/proc/self/mem")


# --- What belongs to a site


def test_settings_content_templates_snippets_their_tests_and_the_theme_belong_to_a_site(
    site: Path,
) -> None:
    places = [
        "templates/page.html",
        "snippets/z.py",
        "tests/snippets/test_z.py",
        "../theme/css/a.css",
    ]
    others = ["tests/test_mine.py", "site/index.html", "notes.md", ".proofpress/state.db", "data/x"]
    for place in places + others:
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        (site / place).write_text("x")

    assert sorted(survey(site, site.parent / "theme").files) == [
        "<theme>/css/a.css",
        "content/posts/a.md",
        "pyproject.toml",
        "snippets/z.py",
        "templates/page.html",
        "tests/snippets/test_z.py",
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.md",
        "a.md~",
        ".a.md.swp",
        "a.swp",
        "Thumbs.db",
        "#a.md#",
        "a.md___jb_tmp___",
        "__pycache__/a.pyc",
        ".git/x",
    ],
)
def test_what_editors_and_systems_leave_behind_is_not_content(site: Path, name: str) -> None:
    (site / "content" / name).parent.mkdir(exist_ok=True)
    (site / "content" / name).write_text("x")

    assert content_of(site) == ["content/posts/a.md"]


@pytest.mark.parametrize(
    "name",
    [
        "two words.md",
        'it\'s "quoted".md',
        "c#.md",
        "50%.md",
        "a&b=c;d.md",
        "🎉.md",
        "चार.md",
        "-.md",
        "a\\b.md",
        "a\nb.md",
        "%2e%2e.md",
        "l" * 251 + ".md",
    ],
)
def test_a_file_may_have_any_name(site: Path, name: str) -> None:
    (site / "content/posts" / name).write_text("x")

    assert f"content/posts/{name}" in content_of(site)
    assert faults_of(site) == []


def test_a_site_without_content_has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")

    assert survey(tmp_path, tmp_path / "no theme").faults == []


def test_the_default_theme_of_this_checkout_is_found() -> None:
    assert (theme_folder() / "base.html").is_file()


# --- Links


def test_a_link_to_a_file_is_read_as_that_file(site: Path) -> None:
    (site / "elsewhere.md").write_text("# There\n")
    (site / "content/posts/b.md").symlink_to("../../elsewhere.md")

    inventory = load_sources(site, site.parent / "theme", {}, LATER)

    assert inventory.read("content/posts/b.md") == b"# There\n"
    assert inventory.problems == ()


def test_a_link_to_a_folder_is_walked(site: Path) -> None:
    (site / "shared").mkdir()
    (site / "shared/p.svg").write_text("<svg/>")
    (site / "content/pictures").symlink_to("../shared")

    assert "content/pictures/p.svg" in content_of(site)


def test_two_links_to_one_folder_are_both_walked(site: Path) -> None:
    (site / "content/first").symlink_to("posts")
    (site / "content/second").symlink_to("posts")

    assert content_of(site) == [
        "content/first/a.md",
        "content/posts/a.md",
        "content/second/a.md",
    ]
    assert faults_of(site) == []


def test_a_link_that_leads_nowhere_is_told(site: Path) -> None:
    (site / "content/posts/gone.md").symlink_to("nothing.md")

    ((path, fault),) = faults_of(site)
    assert path == "content/posts/gone.md"
    assert "leads nowhere" in fault


def test_a_link_to_itself_is_told(site: Path) -> None:
    (site / "content/posts/self.md").symlink_to("self.md")

    ((path, _),) = faults_of(site)
    assert path == "content/posts/self.md"


@pytest.mark.parametrize("target", [".", "..", "../..", "../posts", "../../content/posts"])
def test_a_link_to_a_folder_that_it_lies_in_is_told_once(site: Path, target: str) -> None:
    (site / "content/posts/loop").symlink_to(target)

    ((path, fault),) = faults_of(site)
    assert path == "content/posts/loop"
    assert "it lies in" in fault
    assert content_of(site) == ["content/posts/a.md"]


def test_links_that_lead_to_each_other_are_told(site: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (site / "content" / name).mkdir()
        (site / "content" / name / f"{name}.md").write_text("x")
        (site / "content" / name / "over").symlink_to(f"../{other}")

    assert faults_of(site) == [
        ("content/one/over/over", "this link leads to a folder that it lies in"),
        ("content/two/over/over", "this link leads to a folder that it lies in"),
    ]
    assert "content/one/over/two.md" in content_of(site)


def test_a_loop_of_three_outside_the_site_is_told(site: Path) -> None:
    outside = site.parent / "outside"
    for name, other in (("x", "y"), ("y", "z"), ("z", "x")):
        (outside / name).mkdir(parents=True)
        (outside / name / "next").symlink_to(f"../{other}")
    (site / "content/in").symlink_to(outside / "x")

    assert [path for path, _ in faults_of(site)] == ["content/in/next/next/next"]


# --- What cannot be read


def test_a_name_that_is_not_utf8_is_told_and_shown(site: Path) -> None:
    posts = site / "content/posts"
    (posts / os.fsdecode(b"folder-\xff")).mkdir()
    (posts / os.fsdecode(b"\xe9t\xe9.md")).write_text("x")

    assert sorted(faults_of(site)) == [
        ("content/posts/\\xe9t\\xe9.md", "its name is not UTF-8"),
        ("content/posts/folder-\\xff", "its name is not UTF-8"),
    ]


def test_a_file_that_cannot_be_read_is_a_problem_that_says_why(site: Path) -> None:
    unreadable(site / "content/posts/b.md")

    inventory = load_sources(site, site.parent / "theme", {}, LATER)

    (problem,) = inventory.problems
    assert (problem.path, problem.line) == ("content/posts/b.md", 0)
    assert problem.message.startswith("cannot be read: ")
    assert "content/posts/a.md" in inventory.sources


def dig(folder: Path, length: int, name: str) -> None:
    """Make folders in folders until a path has `length` characters, and `name` in the deepest.

    No path that long can be opened whole, by root neither, so it is made step by step.
    """
    place = os.open(folder, os.O_RDONLY)
    left = length - len(str(folder))
    while left > 0:
        step = "d" * (min(left, 252 if left < 240 or left > 252 else 100) - 1)
        os.mkdir(step, dir_fd=place)
        deeper = os.open(step, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place, left = deeper, left - len(step) - 1
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=place))
    os.close(place)


def test_a_folder_that_cannot_be_opened_is_told(site: Path) -> None:
    longest = os.pathconf(site, "PC_PATH_MAX")
    dig(site / "content/posts", longest + 100, "b.md")

    ((path, fault),) = faults_of(site)
    assert path.startswith("content/posts/ddd")
    assert fault.startswith("this folder cannot be read: ")
    assert "content/posts/a.md" in content_of(site)


def test_a_file_that_cannot_even_be_looked_at_is_told(site: Path) -> None:
    longest = os.pathconf(site, "PC_PATH_MAX")
    dig(site / "content/posts", longest - 3, "a-name-that-does-not-fit.md")

    ((path, fault),) = faults_of(site)
    assert path.endswith("a-name-that-does-not-fit.md")
    assert fault.startswith("cannot be read: ")
    assert "content/posts/a.md" in content_of(site)


def test_content_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "content").write_text("x")

    ((path, _),) = survey(tmp_path, tmp_path / "no theme").faults
    assert path == "content"


def test_a_pipe_is_told_and_not_waited_for(site: Path) -> None:
    os.mkfifo(site / "content/posts/pipe.md")

    assert faults_of(site) == [("content/posts/pipe.md", "is not a regular file")]


# --- What is known from last time


def test_an_untouched_file_is_not_read_again(site: Path) -> None:
    theme = site.parent / "theme"
    known = load_sources(site, theme, {}, LATER).sources

    again = load_sources(site, theme, known, LATER).sources

    assert all(again[path] is source for path, source in known.items())


def test_a_file_of_the_same_size_and_time_is_read_again(site: Path) -> None:
    theme, post = site.parent / "theme", site / "content/posts/a.md"
    known = load_sources(site, theme, {}, LATER).sources
    before = post.stat()
    post.write_text("# B\n")
    os.utime(post, ns=(before.st_atime_ns, before.st_mtime_ns))

    again = load_sources(site, theme, known, LATER).sources

    assert again["content/posts/a.md"].digest != known["content/posts/a.md"].digest


def test_a_file_touched_just_now_is_not_believed_next_time(site: Path) -> None:
    post = site / "content/posts/a.md"

    sources = load_sources(site, site.parent / "theme", {}, post.stat().st_ctime_ns).sources

    assert sources["content/posts/a.md"].signature == UNTRUSTED


def test_a_sites_own_template_stands_before_the_themes(site: Path) -> None:
    for place in ("../theme/page.html", "../theme/base.html", "templates/page.html"):
        (site / place).parent.mkdir(exist_ok=True)
        (site / place).write_text(place)

    files = template_sources(load_sources(site, site.parent / "theme", {}, LATER).sources)

    assert {name: source.path for name, source in files.items()} == {
        "base.html": "<theme>/base.html",
        "page.html": "templates/page.html",
        # Both are there under a name of their own, for templates that begin with them.
        "theme/base.html": "<theme>/base.html",
        "theme/page.html": "<theme>/page.html",
    }


def test_what_is_read_is_what_was_digested(site: Path) -> None:
    """Or what is remembered of the digest would be of another text."""
    post = site / "content/posts/a.md"
    inventory = load_sources(site, site.parent / "theme", {}, LATER)
    assert inventory.read("content/posts/a.md") == post.read_bytes()

    post.write_text("saved a moment later")

    with pytest.raises(SourceChanged):
        inventory.read("content/posts/a.md")
    post.unlink()
    with pytest.raises(SourceChanged):
        inventory.read("content/posts/a.md")


def test_settings_that_are_away_while_an_editor_saves_are_looked_for_again(
    project: Project,
) -> None:
    project.write("posts/a.md", note("A"))
    tree = survey(project.root, theme_folder())
    del tree.files["pyproject.toml"]

    project.build(tree=tree)

    assert project.said == ["pyproject.toml changed while it was read; beginning again"]
    assert "Test site" in project.read("index.html")
