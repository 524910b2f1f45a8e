"""Whatever way a file is saved, it is told, once; what is no part of the site is not."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import queue
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import builder
from builder.read.tree import FOLDERS, LOCK_FILES, survey
from builder.serve.change import Change
from builder.serve.elsewhere import Elsewhere
from builder.serve.heard import scope_of
from builder.serve.polling import Polling
from builder.serve.watch import Watcher, watch
from tests.builder.project import Project, note

# What is waited for comes far sooner; this long a wait is a failure.
LONG = 20.0
BUSY = "busy.txt"


class Site:
    """A site's folder and somebody who listens to it."""

    def __init__(self, root: Path, theme: Path) -> None:
        self.root, self.theme = root, theme
        self.changes: queue.Queue[Change] = queue.Queue()
        self.said: list[str] = []
        self.gate, self.is_busy = threading.Event(), threading.Event()
        self.gate.set()
        self.watcher: Watcher | None = None
        self.extras: tuple[str, ...] = ()

    def ring(self, change: Change) -> None:
        self.changes.put(change)
        if not self.gate.is_set():
            self.is_busy.set()
            assert self.gate.wait(LONG)

    def listen(self, how: str = "told") -> Site:
        folders = [*(self.root / folder for folder in FOLDERS), self.theme]
        files = [self.root / name for name in ("pyproject.toml", BUSY, *LOCK_FILES, *self.extras)]
        if how == "watchdog":
            scope = scope_of(self.root, [*folders, *files])
            self.watcher = Watcher(scope, Elsewhere(scope), self.ring, self.said.append, 0.03)
        else:
            is_asked = how == "polled"
            self.watcher = watch(
                self.root, folders, files, self.ring, poll=is_asked, say=self.said.append
            )
            assert self.watcher.is_polling == is_asked
        return self

    def write(self, path: str, text: str = "text") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def next(self) -> Change:
        """What is told next, but for what the driver itself did."""
        change = self.changes.get(timeout=LONG)
        return Change(change.paths - {BUSY}, change.is_sweeping)

    def told_until(self, *paths: str) -> Change:
        """All that is told until these are covered."""
        told = Change(frozenset(), is_sweeping=False)
        while not all(covers(told, path) for path in paths):
            more = self.next()
            told = Change(told.paths | more.paths, told.is_sweeping or more.is_sweeping)
        return told

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What happens in here is one burst, however slow the machine: the listener is kept busy
        until it is over. What was told before is forgotten.
        """
        self.gate.clear()
        self.is_busy.clear()
        self.write(BUSY, str(time.monotonic_ns()))
        assert self.is_busy.wait(LONG)
        while not self.changes.empty():
            self.changes.get()
        try:
            yield
        finally:
            self.gate.set()

    def burst(self, act: Callable[[], object]) -> Change:
        """What is told of a burst, in one ring."""
        with self.at_once():
            act()
        return self.next()

    def is_told_of(self, path: str) -> bool:
        """Whether an edit of an existing file is told of, by its name."""
        with self.at_once():
            self.write(path, str(time.monotonic_ns()))
        return path in self.told_until(path).paths

    def survey(self) -> dict[str, object]:
        tree = survey(self.root, self.theme, self.extras)
        return {**tree.files, **dict(tree.faults)}


def covers(change: Change, path: str) -> bool:
    """Whether whoever is told looks at a path: itself, a folder around it, or everything."""
    return change.is_sweeping or any(f"{path}/".startswith(f"{told}/") for told in change.paths)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    root, theme = tmp_path / "site", tmp_path / "theme"
    theme.mkdir()
    (theme / "base.html").write_text("base")
    site = Site(root, theme)
    site.write("pyproject.toml")
    site.write("content/posts/a.md", "old text")
    yield site
    site.gate.set()
    if site.watcher is not None:
        site.watcher.close()


# --- Ways of saving


def in_place(file: Path) -> None:
    file.write_text("new text")


def bytes_within(file: Path) -> None:
    with file.open("r+") as opened:
        opened.write("new")


def appending(file: Path) -> None:
    with file.open("a") as opened:
        opened.write("more")


def memory_mapped(file: Path) -> None:
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as memory:
        memory[0:3] = b"new"


def same_size_and_time(file: Path) -> None:
    stat = file.stat()
    file.write_text("new text")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def temporary_and_rename(file: Path) -> None:
    other = file.with_name("a.md.tmp.4711")
    other.write_text("new text")
    other.replace(file)


def hidden_and_rename(file: Path) -> None:
    other = file.with_name(".goutputstream-X3")
    other.write_text("new text")
    other.replace(file)


def from_another_folder(file: Path) -> None:
    other = file.parents[3] / "elsewhere.tmp"
    other.write_text("new text")
    other.replace(file)


def hard_link(file: Path) -> None:
    other = file.with_name(".new")
    other.write_text("new text")
    file.unlink()
    os.link(other, file)
    other.unlink()


def vim(file: Path) -> None:
    file.with_name(".a.md.swp").write_text("swap")
    probe = file.with_name("4913")
    probe.touch()
    probe.chmod(0o600)
    probe.unlink()
    backup = file.with_name("a.md~")
    file.rename(backup)
    file.write_text("new text")
    file.chmod(0o644)
    backup.unlink()
    file.with_name(".a.md.swp").unlink()


def emacs(file: Path) -> None:
    lock, auto = file.with_name(".#a.md"), file.with_name("#a.md#")
    lock.symlink_to("ada@machine.4711:1793491200")
    auto.write_text("new te")
    file.rename(file.with_name("a.md~"))
    file.write_text("new text")
    auto.unlink()
    lock.unlink()


def jetbrains(file: Path) -> None:
    new, old = file.with_name("a.md___jb_tmp___"), file.with_name("a.md___jb_old___")
    new.write_text("new text")
    file.rename(old)
    new.rename(file)
    old.unlink()


def sed(file: Path) -> None:
    other = file.with_name("sedq1x2Y3")
    other.write_text("new text")
    other.chmod(0o644)
    other.replace(file)


WAYS = (
    in_place,
    bytes_within,
    appending,
    memory_mapped,
    same_size_and_time,
    temporary_and_rename,
    hidden_and_rename,
    from_another_folder,
    hard_link,
    vim,
    emacs,
    jetbrains,
    sed,
)
HOW = ("told", "polled", "watchdog")


@pytest.mark.parametrize("save", WAYS, ids=lambda save: save.__name__)
def test_a_save_is_told_once_and_names_the_file_alone(
    site: Site, save: Callable[[Path], None]
) -> None:
    site.listen()

    change = site.burst(lambda: save(site.root / "content/posts/a.md"))

    assert change == Change(frozenset({"content/posts/a.md"}), is_sweeping=False)
    # Nothing more came of it, and the next save is heard as well.
    assert site.burst(lambda: save(site.root / "content/posts/a.md")) == change


@pytest.mark.parametrize("save", [same_size_and_time, vim, jetbrains], ids=lambda s: s.__name__)
@pytest.mark.parametrize("how", ["polled", "watchdog"])
def test_a_save_is_told_without_inotify(site: Site, save: Callable[[Path], None], how: str) -> None:
    site.listen(how)

    save(site.root / "content/posts/a.md")

    assert covers(site.told_until("content/posts/a.md"), "content/posts/a.md")


@pytest.mark.parametrize("how", HOW)
def test_a_rename_that_changes_case_alone_names_both(site: Site, how: str) -> None:
    site.listen(how)

    (site.root / "content/posts/a.md").rename(site.root / "content/posts/A.md")

    site.told_until("content/posts/A.md", "content/posts/a.md")


def test_a_deleted_file_is_told(site: Site) -> None:
    site.listen()

    change = site.burst((site.root / "content/posts/a.md").unlink)

    assert change == Change(frozenset({"content/posts/a.md"}), is_sweeping=False)


def test_a_file_that_comes_and_goes_alone_may_be_told_but_is_no_sweep(site: Site) -> None:
    site.listen()

    assert not site.burst(lambda: vim_probe(site.root / "content/posts")).is_sweeping
    assert site.is_told_of("content/posts/a.md")


def vim_probe(folder: Path) -> None:
    (folder / "4913").touch()
    (folder / "4913").unlink()


def test_a_file_that_was_there_and_is_gone_is_told_beside_others(site: Site) -> None:
    site.write("content/posts/b.md")
    site.listen()

    def act() -> None:
        (site.root / "content/posts/b.md").unlink()
        site.write("content/posts/b.md", "again")
        (site.root / "content/posts/b.md").unlink()
        site.write("content/posts/a.md", "new")

    assert site.burst(act).paths == {"content/posts/a.md", "content/posts/b.md"}


@pytest.mark.parametrize("how", HOW)
def test_a_checkout_of_500_files_is_told(site: Site, how: str) -> None:
    site.listen(how)

    with site.at_once():
        for number in range(500):
            site.write(f"content/posts/{number % 20}/{number}.md", "new text")

    told = site.next()
    assert all(covers(told, f"content/posts/{number % 20}/{number}.md") for number in range(500))


def test_a_git_checkout_of_500_files_is_one_sweep(site: Site) -> None:
    def git(*words: str) -> None:
        options = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *options, *words], cwd=site.root, check=True, capture_output=True)

    git("init", "-b", "main")
    for text in ("one", "two"):
        for number in range(500):
            site.write(f"content/posts/{number}.md", text)
        git("add", ".")
        git("commit", "-m", text)
    site.listen()

    assert site.burst(lambda: git("checkout", "HEAD~1")).is_sweeping

    assert site.is_told_of("content/posts/7.md")
    assert site.changes.empty()


# --- What is no part of the site

NAMES = (
    *("a.md~", ".a.md", ".a.md.swp", "a.swp", "a.pyc", ".#a.md", "Thumbs.db", ".DS_Store"),
    *("__pycache__", ".git", "#a.md#", "a.md.bak", "4913", "a.tmp", "thumbs.db", "~a.md", "a.swo"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_told_of_if_and_only_if_the_builder_reads_it(site: Site, name: str) -> None:
    site.write("content/other.md")
    site.listen()
    path = f"content/posts/{name}"

    def act() -> None:
        site.write(path)
        site.write("content/other.md", "new")

    told = site.burst(act).paths

    assert told == {path, "content/other.md"} & site.survey().keys()


@pytest.mark.parametrize("how", ["polled", "watchdog"])
def test_names_that_the_builder_passes_over_are_not_told_without_inotify(
    site: Site, how: str
) -> None:
    site.listen(how)

    for name in NAMES:
        site.write(f"content/posts/{name}")
    site.write("content/last.md")

    told = site.told_until("content/last.md").paths
    assert told == {p for p in site.survey() if p.startswith("content/")} - {"content/posts/a.md"}


@pytest.mark.parametrize("folder", ["content/__pycache__", "content/.git", "tests/snippets/.cache"])
def test_what_happens_in_ignored_folders_is_not_told(site: Site, folder: str) -> None:
    site.write(f"{folder}/deep/old")
    site.listen()

    def act() -> None:
        site.write(f"{folder}/deep/old", "new")
        site.write(f"{folder}/deep/newer/x")
        shutil.rmtree(site.root / folder)
        site.write(f"{folder}/deep/old", "new")
        site.write("content/posts/a.md", "new")

    assert site.burst(act).paths == {"content/posts/a.md"}


@pytest.mark.parametrize("how", HOW)
def test_reading_is_not_told(site: Site, how: str) -> None:
    site.listen(how)

    def act() -> None:
        site.survey()
        for file in [*site.root.rglob("*.*"), *site.theme.iterdir()]:
            file.read_bytes()
        site.write("uv.lock")

    with site.at_once():
        act()

    assert site.told_until("uv.lock").paths == {"uv.lock"}


def test_a_build_never_tells_of_itself(tmp_path: Path) -> None:
    project = Project(tmp_path / "site")
    project.write("posts/a.md", note("A", "$x$\n\n```python\nx = 1\n```\n"))
    site = Site(project.root, tmp_path / "theme")
    site.listen()
    assert site.watcher is not None

    def act() -> None:
        project.build()
        project.write("posts/b.md", note("B")).build()

    with site.watcher:
        assert site.burst(act).paths == {"content/posts/b.md"}
    assert (project.output / "posts/b/index.html").is_file()


# --- Folders that come, go and move


@pytest.mark.parametrize("how", HOW)
def test_files_made_right_after_their_new_folders_are_told(site: Site, how: str) -> None:
    site.listen(how)

    site.write("content/new/deep/deeper/x.md")

    site.told_until("content/new/deep/deeper/x.md")
    assert site.is_told_of("content/new/deep/deeper/x.md")


def test_no_file_of_many_new_folders_is_lost(site: Site) -> None:
    site.listen()
    paths = [f"content/{number}/{number % 7}/{name}.md" for number in range(150) for name in "ab"]

    for path in paths:
        site.write(path)

    for path in paths:
        site.write(path, "newer")
    site.write("content/last.md")
    site.told_until("content/last.md")
    for path in paths[::29]:
        assert site.is_told_of(path), path


@pytest.mark.parametrize("how", ["told", "polled"])
@pytest.mark.parametrize(
    "path", ["templates/x.html", "snippets/a/b.py", "tests/snippets/test_x.py"]
)
def test_a_folder_that_was_not_there_is_listened_to_when_it_comes(
    site: Site, path: str, how: str
) -> None:
    site.listen(how)

    for _ in range(2):
        site.write(path)
        site.told_until(path)
        assert site.is_told_of(path)
        shutil.rmtree(site.root / path.partition("/")[0])
        site.told_until(path)


def test_a_new_folder_is_named_itself(site: Site) -> None:
    site.listen()

    assert site.burst(lambda: site.write("content/new/x.md")).paths >= {"content/new"}


@pytest.mark.parametrize("how", ["told", "polled"])
def test_a_folder_deleted_and_made_again_is_listened_to(site: Site, how: str) -> None:
    site.listen(how)

    for _ in range(3):
        shutil.rmtree(site.root / "content/posts")
        site.write("content/posts/a.md")
        site.told_until("content/posts/a.md")
    shutil.rmtree(site.root / "content")
    site.write("content/posts/a.md")
    site.told_until("content/posts/a.md")

    assert site.is_told_of("content/posts/a.md")


@pytest.mark.parametrize("how", ["told", "polled"])
def test_a_moved_folder_is_listened_to_where_it_is_now(site: Site, how: str) -> None:
    site.write("content/posts/deep/x.md")
    site.listen(how)

    (site.root / "content/posts").rename(site.root / "content/notes")
    site.told_until("content/posts/deep/x.md", "content/notes/deep/x.md")

    assert site.is_told_of("content/notes/deep/x.md")


def test_a_folder_moved_out_is_listened_to_no_more_and_again_when_it_is_back(site: Site) -> None:
    site.write("content/posts/deep/x.md")
    site.listen()
    outside = site.root / "drafts"

    def move_out() -> None:
        (site.root / "content/posts").rename(outside)
        (outside / "deep/x.md").write_text("out here")

    assert site.burst(move_out).paths == {"content/posts"}
    (outside / "deep/x.md").write_text("out here still")
    assert site.burst(lambda: outside.rename(site.root / "content/back")).paths == {"content/back"}
    assert site.is_told_of("content/back/deep/x.md")


# --- Links


@pytest.mark.parametrize("how", ["told", "polled"])
def test_what_a_linked_file_is_made_of_is_told(site: Site, tmp_path: Path, how: str) -> None:
    (tmp_path / "shared").mkdir()
    real, middle = tmp_path / "shared/real.md", tmp_path / "middle"
    real.write_text("old")
    middle.symlink_to("shared/real.md")
    (site.root / "content/linked.md").symlink_to(middle)
    site.listen(how)

    real.write_text("new text")
    site.told_until("content/linked.md")
    temporary_and_rename(real)
    site.told_until("content/linked.md")
    real.unlink()
    site.told_until("content/linked.md")
    real.write_text("back")
    site.told_until("content/linked.md")
    (tmp_path / "other.md").write_text("another")
    middle.unlink()
    middle.symlink_to("other.md")
    site.told_until("content/linked.md")
    (tmp_path / "other.md").write_text("another again")
    site.told_until("content/linked.md")
    (site.root / "content/linked.md").unlink()
    site.told_until("content/linked.md")


@pytest.mark.parametrize("how", ["told", "polled"])
def test_a_linked_folder_is_listened_to(site: Site, tmp_path: Path, how: str) -> None:
    (tmp_path / "shared/deep").mkdir(parents=True)
    (tmp_path / "shared/deep/x.md").write_text("old")
    site.listen(how)

    (site.root / "content/linked").symlink_to(tmp_path / "shared")
    site.told_until("content/linked/deep/x.md")
    (tmp_path / "shared/deep/x.md").write_text("new")
    assert "content/linked/deep/x.md" in site.told_until("content/linked/deep/x.md").paths
    shutil.rmtree(tmp_path / "shared")
    site.told_until("content/linked/deep/x.md")
    (tmp_path / "shared/deep").mkdir(parents=True)
    (tmp_path / "shared/deep/x.md").write_text("again")
    site.told_until("content/linked/deep/x.md")

    (tmp_path / "shared/deep/x.md").write_text("and again")
    site.told_until("content/linked/deep/x.md")


@pytest.mark.parametrize("how", ["told", "polled"])
def test_a_link_that_leads_nowhere_is_told(site: Site, how: str) -> None:
    site.listen(how)

    (site.root / "content/nowhere.md").symlink_to("no such place")

    site.told_until("content/nowhere.md")


def test_links_that_lead_round_in_a_circle_have_an_end(site: Site) -> None:
    (site.root / "content/posts/up").symlink_to("..")
    (site.root / "content/posts/self").symlink_to("self")
    (site.root / "content/posts/nowhere").symlink_to("/no/such/place")
    site.listen()

    assert site.is_told_of("content/posts/a.md")


def test_a_removed_link_is_listened_through_no_more(site: Site, tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_text("old")
    link = site.root / "content/linked.md"
    link.symlink_to(real)
    site.listen()
    assert site.burst(link.unlink).paths == {"content/linked.md"}

    def act() -> None:
        real.write_text("new")
        site.write("content/posts/a.md", "new")

    assert site.burst(act).paths == {"content/posts/a.md"}


# --- Single files, and folders elsewhere


@pytest.mark.parametrize("how", HOW)
def test_settings_and_locks_are_listened_to_and_nothing_beside_them(site: Site, how: str) -> None:
    site.listen(how)

    def act() -> None:
        site.write("README.md")
        site.write("site/index.html")
        site.write(".proofpress/state")
        site.write("uv.lock.tmp")
        (site.root / "uv.lock.tmp").rename(site.root / "uv.lock")

    with site.at_once():
        act()

    assert site.told_until("uv.lock").paths == {"uv.lock"}


@pytest.mark.parametrize("how", ["told", "polled"])
def test_files_and_folders_that_cards_depend_on_may_come_later(site: Site, how: str) -> None:
    site.extras = ("data", "inputs/deep/table.csv")
    site.listen(how)

    for path in ("data/deep/x.csv", "inputs/deep/table.csv"):
        site.write(path)
        site.told_until(path)
        assert site.is_told_of(path)
        shutil.rmtree(site.root / path.partition("/")[0])
        site.told_until(path)
        site.write(path)
        site.told_until(path)


def test_a_file_that_cards_depend_on_is_listened_to_in_a_folder_that_is_else_passed_over(
    site: Site,
) -> None:
    site.extras = ("content/.data/table.csv",)
    site.listen()

    for _ in range(2):
        site.write("content/.data/table.csv")
        site.told_until("content/.data/table.csv")
        assert site.is_told_of("content/.data/table.csv")
        shutil.rmtree(site.root / "content")


@pytest.mark.parametrize("how", HOW)
def test_a_theme_outside_of_the_site_is_named_in_full(site: Site, how: str) -> None:
    site.listen(how)
    file = site.theme / "base.html"

    file.write_text("new base")

    assert str(file) in site.told_until(str(file)).paths


def test_a_name_that_is_not_text_is_a_sweep(site: Site) -> None:
    site.listen()
    name = os.fsencode(site.root / "content") + b"/\xff.md"

    def act() -> None:
        with open(name, "w") as opened:  # noqa: PTH123
            opened.write("x")

    assert site.burst(act).is_sweeping


# --- Anything at all


def some_act(chance: random.Random, root: Path) -> None:
    """One random thing that happens to a site's files."""
    content = root / "content"
    there = sorted(content.rglob("*"))
    folders = [content, *(path for path in there if path.is_dir() and not path.is_symlink())]
    place = chance.choice(folders) / chance.choice(["a", "b.md", "c.md", "d", "e~", ".f"])
    one = chance.choice(there) if there else place
    match chance.randrange(8):
        case 0 | 1:
            if not place.exists():
                place.mkdir(parents=True)
        case 2 | 3:
            if not place.is_dir():
                place.write_text(str(chance.random()))
        case 4:
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink(missing_ok=True)
        case 5 | 6:
            if not place.is_relative_to(one):
                shutil.rmtree(place, ignore_errors=True)
                if not place.exists() and not place.is_symlink():
                    one.rename(place)
        case _:
            if not place.exists() and not place.is_symlink():
                place.symlink_to(os.path.relpath(one, place.parent))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("how", ["told", "polled"])
def test_whatever_happens_all_that_the_builder_reads_differently_is_told(
    site: Site, how: str, seed: int
) -> None:
    chance = random.Random(f"{seed} {how}")
    site.listen(how)

    for number in range(40 if how == "told" else 3):
        with site.at_once():
            before = site.survey()
            for _ in range(chance.randint(1, 8)):
                # Links may lead in circles: such an act is left out.
                with contextlib.suppress(OSError):
                    some_act(chance, site.root)
            after = site.survey()
            site.write("content/end.txt", str(number))
        told = site.told_until("content/end.txt")
        for path in before.keys() | after.keys():
            if before.get(path) != after.get(path):
                assert covers(told, path), (number, path, told)


# --- Bursts


def test_what_happens_while_one_is_told_is_told_next_and_never_at_the_same_time(
    site: Site,
) -> None:
    site.listen()

    with site.at_once():
        site.write("content/x.md")
        site.write("content/y.md")
        assert site.changes.empty()

    assert site.next().paths == {"content/x.md", "content/y.md"}


def test_a_stream_of_saves_without_end_is_told_as_a_sweep(site: Site) -> None:
    site.listen()
    is_over = threading.Event()

    def save_on() -> None:
        while not is_over.wait(0.002):
            site.write("content/log.md", str(time.monotonic()))

    thread = threading.Thread(target=save_on)
    thread.start()
    try:
        assert site.told_until("content/log.md")
        while not site.next().is_sweeping:
            pass
    finally:
        is_over.set()
        thread.join()


def test_lost_events_are_a_sweep_and_listening_goes_on(site: Site) -> None:
    site.write("content/posts/deep/x.md")
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    files = [(site.root / f"content/posts/{name}.md").open("w") for name in "xy"]
    site.listen()

    def act() -> None:
        for _ in range(most // 2 + 1):
            for file in files:  # in turn, for equal events in a row count as one
                file.write("x")
                file.flush()
        site.write("content/unheard/deep/z.md")

    assert site.burst(act).is_sweeping

    for file in files:
        file.close()
    site.told_until("content/posts/y.md")
    assert site.is_told_of("content/posts/deep/x.md")
    assert site.is_told_of("content/unheard/deep/z.md")


# --- Where the system does not tell

CHILD = """
import json, os, queue, sys
from pathlib import Path
from builder.serve.watch import watch
root, kind, number, late = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "late"
said, changes = [], queue.Queue()
def limit():
    Path(f"/proc/sys/user/max_inotify_{kind}").write_text(number)
if not late:
    limit()
with watch(root, [root / "content"], [], changes.put, poll=False, say=said.append) as watcher:
    was_polling = watcher.is_polling
    if late:
        limit()
        (root / "content/new/deep").mkdir(parents=True)
        while not changes.get(timeout=20).is_sweeping:
            pass
    (root / "content/d9/x.md").write_text("new text")
    change = changes.get(timeout=20)
    while "content/d9/x.md" not in change.paths:
        change = changes.get(timeout=20)
    print(json.dumps([was_polling, watcher.is_polling, said]))
"""


def in_a_namespace(root: Path, *words: str) -> tuple[bool, bool, list[str]]:
    """Watch in a user namespace of one's own, where limits may be lowered."""
    if subprocess.run(["unshare", "-Ur", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lends no user namespaces, so its limits cannot be lowered")
    for number in range(10):
        (root / f"content/d{number}").mkdir(parents=True)
        (root / f"content/d{number}/x.md").write_text("text")
    done = subprocess.run(
        ["unshare", "-Ur", sys.executable, "-c", CHILD, str(root), *words],
        env={"PYTHONPATH": str(Path(builder.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    was_polling, is_polling, said = json.loads(done.stdout)
    return was_polling, is_polling, said


def test_who_may_watch_no_more_folders_is_told_so_and_polls(tmp_path: Path) -> None:
    was_polling, is_polling, said = in_a_namespace(tmp_path, "watches", "5", "at start")

    assert was_polling
    assert is_polling
    assert "no more folders" in said[0]
    assert "sudo sysctl fs.inotify.max_user_watches=" in said[0]
    assert "looking for changed files every 0.25 s" in said[1]
    assert len(said) == 2


def test_who_runs_out_of_watches_later_is_told_so_and_polls(tmp_path: Path) -> None:
    was_polling, is_polling, said = in_a_namespace(tmp_path, "watches", "11", "late")

    assert not was_polling
    assert is_polling
    assert "sudo sysctl fs.inotify.max_user_watches=" in said[0]


def test_who_may_have_no_more_instances_is_told_so_and_polls(tmp_path: Path) -> None:
    was_polling, _, said = in_a_namespace(tmp_path, "instances", "0", "at start")

    assert was_polling
    assert "sudo sysctl fs.inotify.max_user_instances=" in said[0]


def test_a_site_that_is_moved_away_is_looked_for(site: Site) -> None:
    site.listen()
    assert site.watcher is not None
    away = site.root.with_name("away")

    site.root.rename(away)

    assert site.next().is_sweeping
    assert site.watcher.is_polling
    assert "moved or deleted" in site.said[0]
    away.rename(site.root)
    site.told_until("content/posts/a.md")
    assert site.is_told_of("content/posts/a.md")


def test_the_more_a_look_costs_the_longer_the_rest(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_of(site.root, [site.root / "content"])
    assert Polling(scope).interval == 0.25
    monkeypatch.setattr("builder.serve.polling.LEAST_SECONDS", 0.0)

    polling = Polling(scope)

    assert polling.interval >= 4 * polling.seconds > 0


# --- The end


@pytest.mark.parametrize("how", HOW)
def test_closing_leaves_no_thread_and_no_file_open_and_takes_no_time(site: Site, how: str) -> None:
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    site.listen(how)
    assert site.is_told_of("content/posts/a.md")
    assert site.watcher is not None

    start = time.monotonic()
    site.watcher.close()
    site.watcher.close()
    took = time.monotonic() - start

    assert took < 0.3
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    site.write("content/posts/a.md", "nobody listens")
    assert site.changes.empty()


def test_closing_does_not_wait_long_for_who_is_told(site: Site) -> None:
    site.listen()
    assert site.watcher is not None

    with site.at_once():
        site.write("content/posts/a.md", "new")
        start = time.monotonic()
        site.watcher.close()
        assert time.monotonic() - start < 0.3

    for thread in threading.enumerate():
        if thread.name == "proofpress-watch":
            thread.join(LONG)
    assert site.changes.empty()


def test_who_is_told_may_close(site: Site) -> None:
    closed = threading.Event()

    def ring(_change: Change) -> None:
        watcher.close()
        closed.set()

    watcher = watch(site.root, [site.root / "content"], [], ring, poll=False, say=site.said.append)
    site.write("content/posts/a.md", "new")

    assert closed.wait(LONG)
