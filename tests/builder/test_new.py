"""New sites, posts and cards: they build, their tests pass, and nothing is overwritten."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from builder.cards import read_code
from builder.config import read_settings
from builder.errors import BuildFailed
from builder.new import AlreadyExists, new_card, new_note, new_post, new_site, new_trivia
from builder.read.front_matter import read_front_matter
from builder.run.runner import run_cards

TODAY = date(2026, 11, 21)


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def build(root: Path, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "builder", "build", "--root", str(root), "--strict"]
    return subprocess.run(
        [*command, "--output", str(output)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_a_new_site_builds_without_a_warning(tmp_path: Path) -> None:
    root = tmp_path / "my notes"
    new_site(root, TODAY)
    new_card(root, "second_card")
    new_post(root, "A post", date(2026, 2, 1))
    new_note(root, "A note", date(2026, 2, 1))
    new_trivia(root, "A trivia", date(2026, 2, 1))

    first = build(root, tmp_path / "output")
    done = build(root, tmp_path / "output")

    assert "2 cards: 2 passed" in first.stderr
    assert "warning" not in first.stdout + first.stderr
    assert (first.returncode, done.returncode, done.stderr) == (0, 0, "")
    card = (tmp_path / "output/cards/second_card/index.html").read_text(encoding="utf-8")
    assert card.count('<figure class="listing"') == 2
    home = (tmp_path / "output/index.html").read_text(encoding="utf-8")
    assert '<li><a href="/about/">About</a></li>' in home
    assert home.count("A placeholder: ") == 1


def test_every_new_card_passes_its_tests_and_runs(tmp_path: Path) -> None:
    new_site(tmp_path, TODAY)
    new_card(tmp_path, "second_card")

    results = run_cards(
        tmp_path, ["midpoint", "second_card"], jobs=1, timeout_seconds=60, demands={}
    )
    shown = subprocess.run(
        [sys.executable, "-m", "snippets.midpoint"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip

    assert [(each.result, each.passed) for each in results] == [("PASSED", 4), ("PASSED", 2)]
    assert shown.stdout.splitlines()[0] == "(low + high) / 2 = inf"


def test_a_new_card_is_called_a_placeholder_wherever_it_is_shown(tmp_path: Path) -> None:
    snippet, _, page = new_card(tmp_path, "running_mean")

    assert snippet.read_text().startswith('"""A placeholder: ')
    assert '\nsummary: "A placeholder: ' in page.read_text()
    assert "running mean" not in snippet.read_text()


@pytest.mark.parametrize(
    ("card", "right", "wrong"),
    [
        ("midpoint", "return total / 2", "return total / 3"),
        ("midpoint", "return total / 2", "return low / 2 + high / 2"),
        ("card", "return 2 * number", "return 3 * number"),
    ],
)
def test_the_tests_of_new_cards_can_fail(tmp_path: Path, card: str, right: str, wrong: str) -> None:
    new_site(tmp_path, TODAY)
    new_card(tmp_path, "card")
    snippet = tmp_path / "snippets" / f"{card}.py"
    snippet.write_text(snippet.read_text().replace(right, wrong))

    (result,) = run_cards(tmp_path, [card], jobs=1, timeout_seconds=60, demands={})

    assert result.result == "FAILED"
    assert {test.outcome for test in result.tests} >= {"failed"}


@pytest.mark.parametrize("name", ["my notes", "Ünï", "1st", '"quoted" #'])
def test_a_new_site_has_valid_settings_whatever_its_folder_is_called(
    tmp_path: Path, name: str
) -> None:
    new_site(tmp_path / name, TODAY)

    assert read_settings(tmp_path / name).title


def test_a_new_site_goes_into_a_folder_that_has_other_files(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("mine")

    made = new_site(tmp_path, TODAY)

    assert {path.relative_to(tmp_path).as_posix() for path in made} == tree(tmp_path).keys() - {
        "LICENSE"
    }


@pytest.mark.parametrize("there", ["README.md", "content/cards/midpoint.md", "snippets"])
def test_a_file_in_the_way_of_a_new_site_stops_it_before_anything_is_written(
    tmp_path: Path, there: str
) -> None:
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine")

    with pytest.raises(AlreadyExists) as stopped:
        new_site(tmp_path, TODAY)

    assert stopped.value.path == tmp_path / there
    assert str(stopped.value) == f"{tmp_path / there} already exists; nothing was written"
    assert tree(tmp_path) == {there: b"mine"}


def test_a_link_to_nothing_is_in_the_way_too(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to(tmp_path / "gone")

    with pytest.raises(AlreadyExists):
        new_site(tmp_path, TODAY)

    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("there", ["snippets/a.sql", "snippets/a/b.py", "tests/snippets/test_a.py"])
def test_a_card_that_is_there_in_any_form_is_not_touched(tmp_path: Path, there: str) -> None:
    (tmp_path / there).parent.mkdir(parents=True)
    (tmp_path / there).write_text("mine")

    with pytest.raises(AlreadyExists):
        new_card(tmp_path, "a")

    assert tree(tmp_path) == {there: b"mine"}


@pytest.mark.parametrize(
    "title",
    [
        'He said: "no" # really',
        "C:\\new\\table",
        "- a list?",
        "{braces} & [brackets] *stars*",
        "Emoji 🎉 and 中文 and हिन्दी",
        "'single' % @ ` | > !",
        "no",
        "1.10",
    ],
)
def test_any_title_is_valid_front_matter_and_comes_back_as_it_was(
    tmp_path: Path, title: str
) -> None:
    for make in (new_post, new_note, new_trivia):
        (path,) = make(tmp_path, title, TODAY)
        found = read_front_matter(path.read_text(encoding="utf-8"), "a.md")

        assert found.problems == ()
        assert found.values["title"] == title
        assert found.values["tags"] in ((), [])


@pytest.mark.parametrize("make", [new_post, new_note, new_trivia])
def test_the_first_paragraph_of_a_new_page_is_whole_sentences(
    tmp_path: Path, make: Callable[[Path, str, date], tuple[Path, ...]]
) -> None:
    (path,) = make(tmp_path, "Title", TODAY)

    # Lists and feeds show it alone.
    assert path.read_text().split("---\n")[2].strip().split("\n\n")[0].endswith(".")


def test_the_first_post_of_a_new_site_is_of_today(tmp_path: Path) -> None:
    new_site(tmp_path, TODAY)

    assert "\ndate: 2026-11-21\n" in (tmp_path / "content/posts/hello.md").read_text()


def test_a_post_is_named_by_its_title_and_dated(tmp_path: Path) -> None:
    (path,) = new_post(tmp_path, "  Why\nsnippets   rot! ", TODAY)

    assert path == tmp_path / "content/posts/why-snippets-rot.md"
    assert path.read_text().startswith(
        '---\ntitle: "Why snippets rot!"\ndate: 2026-11-21\ntags: []\n---\n'
    )


def test_a_post_that_is_there_is_not_overwritten_in_either_form(tmp_path: Path) -> None:
    new_post(tmp_path, "One", TODAY)
    (tmp_path / "content/posts/two").mkdir()
    (tmp_path / "content/posts/two/index.md").write_text("mine")
    before = tree(tmp_path)

    for title in ("One!", "Two"):
        with pytest.raises(AlreadyExists):
            new_post(tmp_path, title, date(2027, 1, 1))

    assert tree(tmp_path) == before


@pytest.mark.parametrize("title", ["", "🎉", "../..", "bell\x07"])
def test_a_title_without_an_address_is_a_problem(tmp_path: Path, title: str) -> None:
    with pytest.raises(BuildFailed):
        new_post(tmp_path, title, TODAY)

    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("slug", "hint"),
    [
        ("z-test", "did you mean 'z_test'?"),
        ("Z test!", "did you mean 'z_test'?"),
        ("../a", "did you mean 'a'?"),
        ("class", "a slug is a name such as z_test: letters, digits and _, no digit first"),
        ("2d", "a slug is a name such as z_test: letters, digits and _, no digit first"),
        ("é", "a slug is a name such as z_test: letters, digits and _, no digit first"),
    ],
)
def test_a_slug_that_python_cannot_import_is_a_problem(
    tmp_path: Path, slug: str, hint: str
) -> None:
    with pytest.raises(BuildFailed) as stopped:
        new_card(tmp_path, slug)

    assert str(stopped.value) == (
        f"snippets/{slug}.py: '{slug}' can't be the name of a Python module\n    {hint}"
    )
    assert tree(tmp_path) == {}


def test_new_code_has_no_problem(tmp_path: Path) -> None:
    for path in new_card(tmp_path, "card")[:2]:
        facts = read_code(path.relative_to(tmp_path).as_posix(), path.read_bytes())

        assert facts.problems == ()
        assert facts.summary
