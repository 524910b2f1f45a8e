"""What the preview hands out: what a build would write, and what was right last where something is
wrong.
"""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.build import build
from builder.codec import sha256
from builder.config import Options
from builder.errors import BuildFailed
from builder.read.tree import survey
from builder.serve.change import EVERYTHING, Change
from builder.serve.desk import Desk
from builder.write.state import State
from tests.builder.project import NOW, Project, note, read_tree
from tests.builder.test_incremental import KINDS_OF_EDIT, SEQUENCES, World, numbers

SUMS = "SHA256SUMS"


class Reader:
    """A desk, and who reads what it hands out."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.said: list[str] = []
        self.rings = 0
        self.told = 0
        self.now = NOW
        self.desk = Desk(
            replace(project.order, has_tests=True), lambda: self.now,
            say=self.said.append, ring=self._ring, tell=self._tell,
        )  # fmt: skip
        self.desk.look(EVERYTHING)

    def _ring(self) -> None:
        self.rings += 1

    def _tell(self) -> None:
        self.told += 1

    def save(self, path: str, text: str | bytes) -> bool:
        """Save a file, and have it looked at; whether that was the short way."""
        self.project.write(path, text)
        place = self.project.place(path).relative_to(self.project.root).as_posix()
        return self.desk.look(Change(frozenset([place]), is_sweeping=False))

    def read(self, path: str) -> str:
        content = self.desk.find(path)
        assert content is not None, path
        assert content.digest == sha256(content.body)
        return content.body.decode()

    def faults(self) -> list[str]:
        return [f"{fault.path}:{fault.line}: {fault.message}" for fault in self.desk.faults()]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    project = Project(tmp_path / "project")
    project.write("posts/a.md", note("A", "First words. [b](b.md)"))
    project.write("posts/b.md", note("B", "Second words."))
    return Reader(project)


# --- The same as a build


def test_it_hands_out_what_a_build_writes(reader: Reader) -> None:
    reader.project.write("static/x.bin", b"\0\1")
    reader.desk.look(EVERYTHING)
    reader.project.build(has_tests=True)
    tree = reader.project.tree()
    del tree[SUMS]
    for path, data in tree.items():
        content = reader.desk.find(path)
        assert content is not None, path
        assert content.body == data, path
    assert reader.desk.find("posts/none/index.html") is None
    assert reader.desk.find("static/x.bin") is None


def test_it_writes_nothing_outside_of_the_cache(reader: Reader) -> None:
    reader.read("index.html")
    reader.save("posts/a.md", note("A", "Other words."))
    reader.read("posts/a/index.html")
    assert {path.name for path in reader.project.root.iterdir()} == {
        "content", "pyproject.toml", ".proofpress",
    }  # fmt: skip


EDITS = sorted(
    set(KINDS_OF_EDIT)
    - {"hand_edit", "lose_output", "lose_list", "foreign_file", "builder_file", "with_tests"}
)  # fmt: skip


@settings(
    max_examples=SEQUENCES // 2, deadline=None, suppress_health_check=list(HealthCheck),
    derandomize=True,
)  # fmt: skip
@given(st.lists(st.tuples(st.sampled_from(EDITS), numbers), min_size=1, max_size=6))
def test_any_sequence_of_saves_ends_with_the_bytes_of_a_build_from_nothing(
    sequence: list[tuple[str, tuple[int, ...]]],
) -> None:
    with tempfile.TemporaryDirectory(prefix="proofpress-test-") as folder:
        world = Watched(Path(folder))
        for name, drawn in sequence:
            world.save(name, drawn)
            world.compare(f"{name}{drawn} in {sequence}")


class Watched(World):
    """A site that is edited under a desk, which hears of the files that changed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.has_tests = True
        self.reader = Reader(self.project)
        self.good: dict[str, bytes] = {}

    def save(self, name: str, drawn: tuple[int, ...]) -> None:
        root = self.project.root
        theme = self.reader.desk.order.theme
        assert theme is not None
        extras = self.reader.desk.extras
        before = survey(root, theme, extras).files
        getattr(self, name)(*drawn)
        after = survey(root, theme, extras).files
        paths = {
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }
        self.reader.now = self.now
        desk = self.reader.desk
        is_asked = self.chosen or name in ("clock", "lose_cache", "helper")
        desk.order = replace(desk.order, options=Options(now=self.now, **self.chosen))
        desk.look(EVERYTHING if is_asked else Change(frozenset(paths), is_sweeping=False))

    def compare(self, what: str) -> None:
        output = self.folder / "fresh-site"
        order = replace(
            self.project.order, output=output, has_tests=True,
            options=Options(now=self.now, **self.chosen),
        )  # fmt: skip
        try:
            # In the same folder: what failed here counts in both.
            build(order, say=self.project.said.append, progress=lambda *_: None)
        except BuildFailed as failure:
            told = {problem.message for problem in failure.problems}
            assert told & {fault.message for fault in self.reader.desk.faults()}, what
            return
        assert not [item for item in self.reader.desk.faults() if not item.is_warning], what
        for path, data in read_tree(output).items():
            if path != SUMS:
                content = self.reader.desk.find(path)
                assert content is not None, f"{path}: {what}"
                assert content.body == data, f"{path}: {what}"


# --- The short way


def test_a_text_that_changed_is_served_without_looking_at_the_site(reader: Reader) -> None:
    before = reader.read("index.html")
    assert reader.save("posts/a.md", note("A", "First words. [b](b.md)\n\nMore of them."))
    assert "More of them." in reader.read("posts/a/index.html")
    assert reader.read("index.html") == before


def test_a_title_that_changed_is_seen_everywhere(reader: Reader) -> None:
    assert reader.save("posts/a.md", note("Another title", "First words. [b](b.md)"))
    assert "Another title" in reader.read("index.html")
    assert "Another title" in reader.read("posts/b/index.html")
    assert "Another title" in reader.read("atom.xml")


def test_a_date_that_changed_asks_for_the_whole_site(reader: Reader) -> None:
    reader.save("posts/c.md", note("C"))
    assert not reader.save("posts/a.md", note("A", "First words. [b](b.md)", date="2026-02-01"))
    assert reader.read("index.html").index(">A<") < reader.read("index.html").index(">C<")


def test_a_text_saved_by_the_short_way_is_still_there_when_the_cache_is_lost(
    reader: Reader,
) -> None:
    reader.save("posts/a.md", note("A", "First words. [b](b.md)\n\nMore of them."))
    for file in (reader.project.root / ".proofpress").iterdir():
        file.unlink()
    assert "Second words." in reader.read("posts/b/index.html")
    assert "More of them." in reader.read("posts/a/index.html")
    assert "More of them." in reader.read("atom.xml")


def test_what_is_published_at_a_moment_is_there_from_then_on(reader: Reader) -> None:
    reader.save("posts/later.md", note("Later", publish="2026-11-02"))
    assert reader.desk.find("posts/later/index.html") is None
    due = reader.desk.due()
    assert due == NOW + 86_400
    assert not reader.desk.is_due()
    reader.now = due
    assert reader.desk.is_due()
    # However little seems to have changed.
    reader.save("posts/b.md", note("B", "Other words."))
    assert "Later" in reader.read("posts/later/index.html")


# --- Mistakes


def test_what_was_right_last_stays_until_a_mistake_is_mended(reader: Reader) -> None:
    reader.read("posts/a/index.html")
    reader.save("posts/a.md", note("A", "New words. [gone](gone.md)"))
    assert "First words." in reader.read("posts/a/index.html")
    assert reader.faults() == ["content/posts/a.md:5: there is no file 'gone.md'"] or (
        len(reader.faults()) == 1 and reader.faults()[0].startswith("content/posts/a.md:5: ")
    )
    (fault,) = reader.desk.faults()
    assert fault.url == "/posts/a/"
    assert (5, "New words. [gone](gone.md)") in fault.excerpt
    reader.save("posts/a.md", note("A", "New words."))
    assert "New words." in reader.read("posts/a/index.html")
    assert reader.faults() == []


def test_a_mistake_in_one_page_keeps_no_other_from_being_written(reader: Reader) -> None:
    reader.read("posts/a/index.html")
    reader.save("posts/a.md", note("A", "[gone](gone.md)"))
    reader.save("posts/b.md", note("B", "Third words."))
    assert "Third words." in reader.read("posts/b/index.html")
    assert len(reader.faults()) == 1


def test_a_page_that_was_never_right_is_shown_as_far_as_it_can_be(reader: Reader) -> None:
    reader.save("posts/new.md", note("New", "Words, and a [link](gone.md)."))
    assert "Words, and a" in reader.read("posts/new/index.html")
    assert len(reader.faults()) == 1


def test_a_crash_in_a_template_is_a_mistake_like_others(reader: Reader) -> None:
    before = reader.read("posts/a/index.html")
    template = '{% extends "base.html" %}\n{% block main %}{{ 1 // 0 }}{% endblock %}\n'
    reader.save("templates/page.html", template)
    assert reader.faults() == []
    assert reader.read("posts/a/index.html") == before
    assert reader.told == 1
    (fault,) = reader.desk.faults()
    assert (fault.path, fault.line) == ("templates/page.html", 2)
    assert "ZeroDivisionError" in fault.message
    # Asked for again, it is not told again.
    reader.read("posts/a/index.html")
    assert reader.told == 1
    # What was never made is stood in for.
    assert "ZeroDivisionError" in reader.read("posts/b/index.html")
    reader.save("templates/page.html", template.replace("1 // 0", "page.title"))
    assert reader.read("posts/a/index.html") != before
    assert reader.faults() == []


def test_a_crash_of_the_builder_itself_is_told_and_ends_nothing(reader: Reader) -> None:
    """On the short way too; no input is known that crashes it, so a part is taken out."""
    before = reader.read("posts/a/index.html")
    reader.desk._galleys = None  # type: ignore[assignment]

    assert not reader.save("posts/a.md", note("A", "Other words. [b](b.md)"))

    (fault,) = reader.faults()
    assert fault.startswith(":0: the builder itself failed: AttributeError")
    assert reader.read("posts/a/index.html") == before


def test_settings_that_cannot_be_read_take_nothing_away(reader: Reader) -> None:
    before = reader.read("index.html")
    text = reader.project.place("pyproject.toml").read_text()
    reader.save("pyproject.toml", text.replace("title =", "titel ="))
    assert reader.read("index.html") == before
    assert any("unknown setting 'titel'" in fault for fault in reader.faults())
    reader.save("pyproject.toml", text.replace("Test site", "Another site"))
    assert "Another site" in reader.read("index.html")
    assert reader.faults() == []


def test_a_site_with_a_mistake_from_the_start_says_so_on_every_page(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.write("posts/a.md", note("A"))
    project.write("templates/base.html", "{% if %}")
    reader = Reader(project)
    assert "templates/base.html" in reader.read("posts/a/index.html")
    assert "cannot be made yet" in reader.read("index.html")
    assert reader.desk.find("assets/site.css") is None
    project.delete("templates/base.html")
    reader.desk.look(EVERYTHING)
    assert "Words." in reader.read("posts/a/index.html")


def test_warnings_are_told_and_stop_nothing(reader: Reader) -> None:
    reader.save("posts/a.md", note("A", "Newer words.", date=None))
    assert "Newer words." in reader.read("posts/a/index.html")
    (fault,) = reader.desk.faults()
    assert fault.is_warning


def test_a_page_that_was_made_before_keeps_the_styles_it_was_made_with(reader: Reader) -> None:
    reader.save("templates/css/own.css", "p { margin: 1px }\n")
    page = reader.read("posts/a/index.html")
    style = next(part for part in page.split('"') if part.startswith("/assets/own"))
    assert "margin:1px" in reader.read(style[1:]).replace(" ", "")
    reader.save("templates/css/own.css", "p { margin: 2px }\n")
    assert style not in reader.read("posts/a/index.html")
    assert "margin:1px" in reader.read(style[1:]).replace(" ", "")


# --- Pages that go, files that change under the reading


def test_a_renamed_page_says_where_it_is_now(reader: Reader) -> None:
    text = reader.project.place("posts/b.md").read_text()
    reader.project.write("posts/a.md", note("A"))
    reader.project.delete("posts/b.md").write("posts/c.md", text)
    reader.desk.look(EVERYTHING)
    assert reader.desk.moved == {"/posts/b/": "/posts/c/"}
    reader.project.delete("posts/c.md")
    reader.desk.look(EVERYTHING)
    assert reader.desk.moved == {"/posts/b/": "", "/posts/c/": ""}
    reader.project.write("posts/b.md", text)
    reader.desk.look(EVERYTHING)
    assert reader.desk.moved == {"/posts/c/": ""}


def test_a_file_saved_between_two_looks_is_waited_for(reader: Reader) -> None:
    """Never bytes of one look with names of another."""
    reader.project.write("static/x.txt", "one")
    reader.desk.look(EVERYTHING)
    reader.project.write("static/x.txt", "two")
    reader.desk.ring = lambda: threading.Thread(target=reader.desk.look, args=(EVERYTHING,)).start()
    assert reader.read("x.txt") == "two"


def test_who_asks_before_the_first_look_waits_for_it(reader: Reader) -> None:
    desk = Desk(reader.project.order, lambda: NOW, say=print, ring=lambda: None, tell=lambda: None)
    found: list[Any] = []
    asking = threading.Thread(target=lambda: found.append(desk.find("index.html")))
    asking.start()
    asking.join(0.05)
    assert asking.is_alive()
    desk.look(EVERYTHING)
    asking.join(10)
    assert found[0].body == reader.desk.find("index.html").body  # type: ignore[union-attr]


def test_the_cache_is_not_kept_locked(reader: Reader) -> None:
    waited: list[str] = []
    with State(reader.project.root, lambda: waited.append("waited")):
        # And what is asked for meanwhile is handed out.
        assert "First words." in reader.read("posts/a/index.html")
    assert waited == []


def test_the_revision_counts_what_changed(reader: Reader) -> None:
    first = reader.desk.revision
    reader.desk.look(EVERYTHING)
    assert reader.desk.revision == first
    reader.save("posts/b.md", note("B", "Third words."))
    assert reader.desk.revision == first + 1
    # The whole look that follows a short one finds nothing new.
    reader.desk.look(EVERYTHING)
    assert reader.desk.revision == first + 1


def test_cards_without_a_recorded_pass_are_named(reader: Reader) -> None:
    reader.project.write("snippets/s.py", "X = 1\n")
    reader.project.write("tests/snippets/test_s.py", "def test_x():\n    assert True\n")
    reader.project.write("cards/s.md", note("S", "```card s\n```"))
    reader.desk.look(EVERYTHING)
    before = reader.desk.unproven["s"].content
    reader.save("snippets/s.py", "X = 2\n")
    assert reader.desk.unproven["s"].content != before
    assert "X = " in reader.read("cards/s/index.html")
