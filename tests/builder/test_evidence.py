"""Evidence from end to end: cards proven, recorded and shown; and what a change does to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cards import read_code
from builder.evidence.collect import collect_cards
from builder.prove import Verdict, Wish, prove_cards
from builder.run.source import digest_runner
from builder.write.state import State
from tests.builder.command import Said, run
from tests.builder.project import Project, note, read_tree

SNIPPET = '''\
"""Twice a number."""

from doubling import FACTOR


def twice(number: int) -> int:
    """Twice the number."""
    return FACTOR * number


if __name__ == "__main__":
    print("twice 21 is", twice(21))
'''
TEST = """\
from snippets.twice import twice


def test_twice_is_a_sum():
    assert twice(4) == 4 + 4
"""


@pytest.fixture
def site(project: Project) -> Project:
    """A site with a card that imports a module from elsewhere in the site."""
    project.write("snippets/twice.py", SNIPPET)
    project.write("tests/snippets/test_twice.py", TEST)
    (project.root / "doubling.py").write_text("FACTOR = 2\n")
    project.write("cards/twice.md", note("Twice", "```card twice\n```"))
    project.write("posts/other.md", note("Other"))
    return project


def build(site: Project, *words: str) -> Said:
    return run("build", "--root", site.root, *words)


def prove(site: Project, *words: str) -> Said:
    return run("test", "--root", site.root, *words)


def record(site: Project) -> dict[str, object]:
    file = site.root / "content/evidence/twice/tests.json"
    found: dict[str, object] = json.loads(file.read_text())["predicate"]
    return found


def badge(site: Project) -> str:
    statuses = json.loads(site.read("status.json"))["cards"]
    (found,) = [card["state"] for card in statuses if card["slug"] == "twice"]
    return str(found)


# --- What a build runs


def test_a_build_runs_what_was_never_run_and_then_rests(site: Project) -> None:
    first = build(site)
    assert (first.code, "1 passed" in first.err) == (0, True), first
    assert record(site)["result"] == "PASSED"
    assert badge(site) == "passed"
    assert "nothing to do" in build(site).out
    assert "nothing to do" in build(site, "--strict").out


def test_what_cards_import_from_elsewhere_is_in_what_the_first_build_remembers(
    site: Project,
) -> None:
    site.build()
    with State(site.root, lambda: None) as state:
        done = state.done("site")
        assert done is not None
        # Else the next build would look at the whole site, to find that there is nothing to do.
        assert done.tree == state.recall("tree")
        assert "doubling.py" in state.sources()


def test_a_clone_with_records_runs_nothing(site: Project) -> None:
    build(site)
    for folder in ("site", ".proofpress"):
        (site.root / folder).rename(site.root.parent / folder)
    again = build(site, "--strict")
    assert (again.code, again.err) == (0, "")
    assert read_tree(site.output) == read_tree(site.root.parent / "site")


def test_only_cards_that_a_page_shows_are_run(site: Project) -> None:
    site.write("snippets/unseen.py", "X = 1\n")
    site.write("tests/snippets/test_unseen.py", "def test_x():\n    pass\n")
    said = build(site)
    assert "unseen" not in said.err + said.out
    strict = build(site, "--strict")
    assert strict.code == 3
    assert "snippets/unseen.py: warning: no page shows this card" in strict.err


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("snippets/twice.py", "Twice the number", "Double the number"),
        ("tests/snippets/test_twice.py", "4 + 4", "2 * 4"),
        ("tests/snippets/test_twice.py", "\n\n\ndef", "\n\n\n# A comment.\ndef"),
        ("cards/twice.md", "title:", "test: {timeout: 9}\ntitle:"),
    ],
)
def test_an_edit_is_noticed_in_each_mode(site: Project, path: str, old: str, new: str) -> None:
    build(site)
    before = read_tree(site.output)
    site.edit(path, old, new)
    strict = build(site, "--no-tests", "--strict")
    assert strict.code == 3
    assert "the record 'tests' of 'twice' is stale" in strict.err
    assert read_tree(site.output) == before
    assert build(site, "--no-tests").code == 0
    assert badge(site) == "stale"
    assert "tests passed before the last change" in site.main("cards/twice/index.html")
    assert "1 passed" in build(site).err
    assert badge(site) == "passed"


def test_a_module_elsewhere_in_the_site_belongs_to_the_card(site: Project) -> None:
    build(site)
    assert "nothing to do" in build(site).out
    (site.root / "doubling.py").write_text("FACTOR = 1 + 1\n")
    assert "running twice" in build(site).err
    assert "nothing to do" in build(site).out
    # A new file can take the place of what was imported before.
    (site.root / "doubling").mkdir()
    (site.root / "doubling/__init__.py").write_text("FACTOR = 2\n")
    assert "running twice" in build(site).err


def test_a_region_that_no_page_shows_and_code_that_nothing_tests_stop_a_strict_build(
    site: Project,
) -> None:
    build(site)
    site.edit("snippets/twice.py", "    return", "    # region sum\n    return")
    site.edit("snippets/twice.py", "number\n\n\nif", "number\n    # endregion sum\n\n\nif")
    assert "no page shows region 'sum'" in build(site).err
    strict = build(site, "--strict")
    assert (strict.code, "no page shows region 'sum'" in strict.err) == (3, True)
    site.write("snippets/twice.py", SNIPPET)
    site.write("posts/other.md", note("Other", "```python\nx = 1\n```"))
    assert build(site).code == 0
    strict = build(site, "--strict")
    assert (strict.code, "this Python block is not tested" in strict.err) == (3, True)


def test_prose_title_and_tags_are_in_no_digest(site: Project) -> None:
    build(site)
    site.write("cards/twice.md", note("Two times", "More words.\n\n```card twice\n```", tags="[a]"))
    said = build(site, "--strict")
    assert (said.code, said.err) == (0, "")


# --- Failing


def test_a_failing_card_gets_a_panel_and_an_exit_code_until_it_is_mended(site: Project) -> None:
    build(site)
    site.edit("tests/snippets/test_twice.py", "4 + 4", "9")
    failed = build(site)
    assert failed.code == 5
    assert "tests/snippets/test_twice.py:5" in failed.err
    assert "since the last pass: tests/snippets/test_twice.py changed" in failed.err
    assert failed.err.count("since the last pass") == 1
    assert badge(site) == "failed"
    page = site.main("cards/twice/index.html")
    assert "assert 8 == 9" in page
    assert str(site.root) not in page
    # It is run each time, and the site stays as it is.
    before = read_tree(site.output)
    assert build(site).code == 5
    assert read_tree(site.output) == before
    assert build(site, "--strict").code == 3
    # Without tests only what is committed counts, and that is of other bytes.
    assert build(site, "--no-tests").code == 0
    assert badge(site) == "stale"
    site.edit("tests/snippets/test_twice.py", "9", "8")
    assert build(site, "--strict").code == 0
    assert not (site.root / "content/evidence/twice/failed.json").exists()
    assert badge(site) == "passed"


def test_a_mistake_in_a_page_is_told_before_anything_is_run(site: Project) -> None:
    site.write("posts/other.md", note("Other", "[nowhere](nowhere.md)"))
    said = build(site)
    assert said.code == 1
    assert "running" not in said.err


def test_a_card_whose_tests_are_all_skipped_is_not_checked_and_fails_no_build(
    site: Project,
) -> None:
    site.edit(
        "tests/snippets/test_twice.py",
        "def test",
        "import pytest\n\n@pytest.mark.skip(reason='no GPU')\ndef test",
    )
    said = build(site)
    assert said.code == 0
    assert "SKIPPED" in said.err
    assert "no GPU" in said.err
    assert badge(site) == "none"
    assert build(site, "--strict").code == 3


def test_a_card_that_asks_for_another_tier_loses_the_record_of_the_first(site: Project) -> None:
    build(site)
    site.edit("cards/twice.md", "title:", "test: {tiers: [simulated]}\ntitle:")
    build(site)
    assert badge(site) == "simulated"
    assert not (site.root / "content/evidence/twice/tests.json").exists()
    assert build(site, "--strict").code == 0


def test_a_card_whose_imports_are_missing_keeps_its_last_word(site: Project) -> None:
    build(site)
    site.edit("snippets/twice.py", "from doubling", "import absent_library\nfrom doubling")
    said = build(site)
    assert said.code == 0
    assert "absent_library is not installed" in said.err
    assert badge(site) == "stale"
    assert build(site, "--strict").code == 3


def test_a_version_that_the_site_no_longer_asks_for_is_told(site: Project) -> None:
    build(site)
    python = ".".join(map(str, sys.version_info[:2]))
    settings = site.place("pyproject.toml").read_text()
    head = f'[project]\nname = "mine"\nversion = "1"\nrequires-python = ">{python}.999"\n'
    site.write("pyproject.toml", f"{head}{settings}")
    assert build(site, "--no-tests").code == 0
    assert badge(site) == "unmet"
    strict = build(site, "--no-tests", "--strict")
    assert strict.code == 3
    assert "other versions than the site asks for" in strict.err


# --- The cache of passes


def test_a_pass_is_remembered_for_its_bytes_and_put_back(site: Project) -> None:
    assert "PASSED" in prove(site).out
    assert "pass (cached)" in prove(site).out
    file = site.root / "content/evidence/twice/tests.json"
    data = file.read_bytes()
    site.edit("tests/snippets/test_twice.py", "4 + 4", "8")
    assert "PASSED" in prove(site).out
    assert file.read_bytes() != data
    site.edit("tests/snippets/test_twice.py", "== 8", "== 4 + 4")
    assert "pass (cached)" in prove(site).out
    assert file.read_bytes() == data
    assert "PASSED" in prove(site, "--no-cache").out
    assert file.read_bytes() == data  # nothing but times differs
    assert "PASSED" in prove(site, "--record").out
    assert file.read_bytes() != data


def test_a_failure_is_not_remembered(site: Project) -> None:
    site.edit("tests/snippets/test_twice.py", "4 + 4", "9")
    for _ in range(2):
        said = prove(site)
        assert (said.code, "FAILED" in said.out) == (1, True)


def test_a_file_that_is_read_must_be_declared(site: Project) -> None:
    (site.root / "data").mkdir()
    (site.root / "data/sum.txt").write_text("8")
    site.edit(
        "tests/snippets/test_twice.py",
        "4 + 4",
        "int((Path(__file__).parents[2] / 'data/sum.txt').read_text())",
    )
    site.edit("tests/snippets/test_twice.py", "from snip", "from pathlib import Path\nfrom snip")
    said = prove(site)
    assert "it reads data/sum.txt, which is not declared" in said.out
    assert "this pass is not remembered" in said.out
    assert not (site.root / "content/evidence/twice/tests.json").exists()
    site.edit("cards/twice.md", "title:", "test: {inputs: [data]}\ntitle:")
    assert "pass is not remembered" not in prove(site).out
    assert "pass (cached)" in prove(site).out
    (site.root / "data/sum.txt").write_text("08")
    assert "pass (cached)" not in prove(site).out
    build(site)
    assert "nothing to do" in build(site).out
    (site.root / "data/other.txt").write_text("a new file of a declared folder")
    assert "running twice" in build(site).err


def test_a_pass_of_files_that_changed_meanwhile_is_not_remembered(site: Project) -> None:
    def edit_while_it_runs(_: str) -> None:
        site.edit("snippets/twice.py", "Twice a", "Two times a")

    (verdict,) = prove_here(site, edit_while_it_runs)
    assert verdict.result.result == "PASSED"
    assert "snippets/twice.py changed while the tests ran" in verdict.notes
    assert not (site.root / "content/evidence/twice/tests.json").exists()


def prove_here(site: Project, say: object) -> list[Verdict]:
    paths = ["snippets/twice.py", "tests/snippets/test_twice.py", "doubling.py"]
    code = {path: read_code(path, (site.root / path).read_bytes()) for path in paths}
    digests = {path: facts.digest for path, facts in code.items()}
    found = collect_cards(["twice"], code, digests, {}, digest_runner())
    return prove_cards(site.root, [*found.cards.values()], Wish(), jobs=1, say=say)  # type: ignore[arg-type]


# --- Recorded outputs


def test_an_output_is_recorded_and_shown(site: Project) -> None:
    site.write("cards/twice.md", note("Twice", "```card twice\n```\n\n```card twice>stdout\n```"))
    missing = build(site, "--no-tests")
    assert missing.code == 1
    assert "has no recorded output 'stdout'" in missing.err
    assert build(site).code == 0
    assert "twice 21 is 42" in site.main("cards/twice/index.html")
    assert site.read("evidence/twice/stdout.txt") == "twice 21 is 42\n"


def test_another_output_fails_until_it_is_accepted(site: Project) -> None:
    prove(site)
    site.edit("snippets/twice.py", '"twice 21 is"', '"2 * 21 ="')
    said = prove(site)
    assert said.code == 1
    assert "stdout.txt is not what was recorded" in said.out
    assert "-twice 21 is 42" in said.out
    assert "+2 * 21 = 42" in said.out
    file = site.root / "content/evidence/twice/stdout.txt"
    assert file.read_text() == "twice 21 is 42\n"
    said = prove(site, "--accept")
    assert said.code == 0
    assert "+2 * 21 = 42" in said.out
    assert file.read_text() == "2 * 21 = 42\n"
    assert "pass (cached)" in prove(site).out


def test_an_output_that_is_not_repeatable_is_found_and_no_longer_compared(site: Project) -> None:
    # A set of strings has another order with another hash seed.
    site.edit("snippets/twice.py", 'print("twice', 'print({*"abcdefgh"}, "twice')
    said = prove(site, "--twice")
    assert said.code == 0
    assert "stdout.txt is not the same twice" in said.out
    assert record(site)["outputs"][0]["repeatable"] is False  # type: ignore[index]
    file = site.root / "content/evidence/twice/stdout.txt"
    file_before = file.read_text()
    site.edit("snippets/twice.py", "abcdefgh", "abcdefghi")
    assert prove(site).code == 0
    assert file.read_text() == file_before


def test_what_fails_in_another_order_fails(site: Project) -> None:
    site.edit(
        "tests/snippets/test_twice.py",
        "def test_twice_is_a_sum():",
        "STATE = []\n\ndef test_first():\n    STATE.append(1)\n\n"
        "def test_twice_is_a_sum():\n    assert STATE",
    )
    assert prove(site).code == 0
    said = prove(site, "--twice")
    assert said.code == 1
    assert "in reverse order" in said.out


def test_a_demonstration_that_fails_is_an_error(site: Project) -> None:
    site.edit("snippets/twice.py", 'print("twice', 'raise SystemExit(3)\n    print("twice')
    said = prove(site)
    assert said.code == 1
    assert "ERROR" in said.out
    assert "python -m snippets.twice ended with status 3" in said.out


def test_a_recorded_output_that_was_edited_is_noticed(site: Project) -> None:
    build(site)
    file = site.root / "content/evidence/twice/stdout.txt"
    file.write_text(file.read_text().replace("42", "43"))
    strict = build(site, "--no-tests", "--strict")
    assert strict.code == 3
    assert "stdout.txt: warning: this recorded output is not the one" in strict.err
    mended = build(site)
    assert mended.code == 0
    assert "stdout.txt was edited by hand: it is as recorded again" in mended.err
    assert "42" in file.read_text()
    assert build(site, "--strict").code == 0


# --- Mistakes


def test_a_record_that_was_edited_is_no_evidence(site: Project) -> None:
    build(site)
    file = Path("content/evidence/twice/tests.json")
    site.edit(str(file), '"ms": ', '"ms": 1')
    strict = build(site, "--no-tests", "--strict")
    assert strict.code == 3
    assert f"{file}: " in strict.err
    assert "changed by hand or damaged" in strict.err
    # The pass is remembered, so its record is put back.
    assert build(site).err == ""
    assert build(site, "--strict").code == 0


def test_all_and_slugs_do_not_go_together(site: Project) -> None:
    assert prove(site, "--all", "twice").code == 2
    assert prove(site, "--all").code == 0
    misspelt = prove(site, "twic")
    assert misspelt.code == 1
    assert "did you mean 'twice'?" in misspelt.err


def test_a_package_may_be_called_as_the_theme_is(site: Project) -> None:
    (site.root / "theme").mkdir()
    (site.root / "theme/__init__.py").write_text("FACTOR = 2\n")
    site.edit("snippets/twice.py", "from doubling", "from theme")

    assert prove(site).code == 0
    said = build(site)
    assert (said.code, badge(site)) == (0, "passed"), said.err
    assert "nothing to do" in build(site).out
    (site.root / "theme/__init__.py").write_text("FACTOR = 1 + 1\n")
    assert "running twice" in build(site).err


def test_all_commands_take_the_same_files_for_cards_pages(site: Project, tmp_path: Path) -> None:
    """What a hidden file demands counts for none, what lies behind a link for all."""
    page = (site.root / "content/cards/twice.md").read_text()
    (site.root / "content/cards/twice.md").unlink()
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "twice.md").write_text(page.replace("title:", "test: {timeout: 20}\ntitle:"))
    (site.root / "content/cards/shared").symlink_to(shared)
    (site.root / "content/cards/.draft.md").write_text(
        note("Twice", "Words.", snippet="twice", test="{min_tests: 9}")
    )

    assert prove(site).code == 0
    first = record(site)
    assert build(site).code == 0
    assert prove(site).code == 0
    assert record(site) == first
    assert first["test"]["timeout"] == 20  # type: ignore[index]


@pytest.mark.parametrize("command", [prove, build])
def test_an_input_that_is_not_there_is_a_problem_at_its_line(
    site: Project, command: Callable[[Project], Said]
) -> None:
    page = note("Twice", "```card twice\n```", test="{inputs: [tests/snippets/test_twise.py]}")
    site.write("cards/twice.md", page)

    said = command(site)

    assert said.code == 1
    assert "content/cards/twice.md:4: test: inputs names 'tests/snippets/test_twise.py'" in said.err
    assert "did you mean 'tests/snippets/test_twice.py'" in said.err


def test_what_a_record_is_not_of_is_told_by_its_command_too(site: Project) -> None:
    build(site)
    verify = ("evidence", "verify", "--root", site.root)
    assert "PASSED, of the present files" in run(*verify).out
    site.edit("cards/twice.md", "title:", "test: {timeout: 9}\ntitle:")
    assert "PASSED, not of what is here: test: timeout is 9, was null" in run(*verify).out
    (site.root / "doubling.py").rename(site.root / "factors.py")
    site.edit("snippets/twice.py", "from doubling", "from factors")
    said = run(*verify).out
    assert "doubling.py is gone" in said
    assert "factors.py is not among its files" in said
