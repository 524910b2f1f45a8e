"""The command line: every command and option, what is said, and the exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builder import __version__
from builder.command_line import END_OF_TIME
from builder.write.stage import STAGE
from builder.write.state import State
from tests.builder.command import CHECKOUT, Said, command, environment, run
from tests.builder.death import die_before
from tests.builder.project import NOW, Project, note

DAY = 86_400
OPTIONS = {
    "build": [
        "--root",
        "--output",
        "--drafts",
        "--future",
        "--strict",
        "--clean",
        "--jobs",
        "--json",
    ],
    "check": ["--root", "--output", "--external"],
    "explain": ["--root", "--output", "--drafts", "--future", "PATH"],
    "test": ["--root", "--jobs", "SLUG"],
    "new": ["--root", "site", "post", "note", "trivia", "card", "NAME"],
}


@pytest.fixture
def site(project: Project) -> Project:
    """A site with a post, a draft, one to come and one that expires; not yet built."""
    project.write("posts/a.md", note("A"))
    project.write("posts/draft.md", note("Draft", draft="true"))
    project.write("posts/next.md", note("Next", publish="2026-11-02"))
    return project.write("posts/brief.md", note("Brief", expires="2026-11-03"))


def build(project: Project, *options: object, **variables: str) -> Said:
    return run("build", "--root", project.root, *options, **variables)


def settle(project: Project, *options: object) -> Project:
    """Build until nothing is to do: files as young as the clock's step are looked at again."""
    for _ in range(20):
        if "nothing to do" in build(project, *options).out:
            return project
    raise AssertionError("it never comes to rest")


# --- The words of a command line


def test_help_names_every_command() -> None:
    said = run("--help")

    assert said.code == 0
    assert all(f"\n    {name} " in said.out for name in OPTIONS)


@pytest.mark.parametrize("name", OPTIONS)
def test_help_names_every_option(name: str) -> None:
    said = run(name, "--help")

    assert said.code == 0
    assert all(option in said.out for option in OPTIONS[name])


def test_help_fits_a_narrow_terminal() -> None:
    said = run("build", "--help", COLUMNS="40")

    assert max(map(len, said.out.splitlines())) <= 40
    assert "make everything anew" in said.out


def test_the_version_is_told() -> None:
    assert run("--version") == Said(0, f"proofpress {__version__}\n", "")


def test_no_command_shows_the_help_and_is_wrong() -> None:
    said = run()

    assert said.code == 2
    assert "COMMAND" in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["biuld"], "there is no command 'biuld'; did you mean 'build'?"),
        (["frobnicate"], "there is no command 'frobnicate'; see --help"),
        (["build", "--drfats"], "'--drfats' is not known here; did you mean '--drafts'?"),
        (["build", "--draft"], "'--draft' is not known here; did you mean '--drafts'"),
        (["build", "surplus"], "'surplus' is not known here"),
        (["build", "--jobs", "0"], "--jobs: '0' is not a number from 1"),
        (["build", "--jobs", "-1"], "--jobs"),
        (["build", "--jobs", "two"], "--jobs: 'two' is not a number from 1"),
        (["explain"], "PATH"),
        (["new", "pots", "Title"], "there is no 'pots' here; did you mean 'post'?"),
        (["new", "post"], "NAME"),
        (["new", "post", "x", "y's"], """need quotes: proofpress new post 'x y'"'"'s'"""),
        (["new", "post", "x", "y", "--rot"], "'y' is not known here; see proofpress new --help"),
        (["build", "drafts"], "'drafts' is not known here; did you mean '--drafts'?"),
        (["--root", ".", "test"], "'--root' comes after the command, as in: proofpress"),
        (["--vresion"], "'--vresion' is not known here; did you mean '--version'?"),
        (["evidence"], "{show,diff,accept,verify}"),
    ],
)
def test_a_wrong_command_line_is_told_with_what_was_meant(words: list[str], message: str) -> None:
    said = run(*words)

    assert (said.code, said.out) == (2, "")
    assert message in said.err


@pytest.mark.parametrize("moment", ["yesterday", "1.5", "-1", "٣", "253402300799", "9" * 30])
def test_a_malformed_moment_is_a_wrong_command_line(site: Project, moment: str) -> None:
    said = build(site, SOURCE_DATE_EPOCH=moment)

    assert said.code == 2
    assert f"SOURCE_DATE_EPOCH is '{moment}', not a number of seconds since 1970" in said.err
    assert not site.output.exists()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_last_moment_is_one_in_every_time_zone(site: Project, zone: str) -> None:
    site.edit("pyproject.toml", "author", f'timezone = "{zone}"\nauthor')
    last = str(END_OF_TIME)

    said = run("new", "note", "--root", site.root, "Last", SOURCE_DATE_EPOCH=last)
    assert (said.code, said.err) == (0, "")
    assert build(site, SOURCE_DATE_EPOCH=last).code == 0


def test_an_empty_moment_is_none(site: Project) -> None:
    assert build(site, SOURCE_DATE_EPOCH="").code == 0


# --- Where


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize(
    "words", [["build"], ["check"], ["explain", "x"], ["test"], ["new", "post", "Title"]], ids=str
)
def test_a_folder_that_is_no_site_is_a_problem_and_stays_as_it_is(
    tmp_path: Path, words: list[str], is_there: bool
) -> None:
    root = tmp_path / "root"
    if is_there:
        root.mkdir()

    said = run(*words, "--root", root)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"pyproject.toml: there is no pyproject.toml in {root}\n")
    assert "'proofpress new site DIR' makes one" in said.err
    assert not is_there or not list(root.iterdir())


def test_below_a_site_the_hint_names_it(site: Project) -> None:
    said = run("build", folder=site.root / "content")

    assert said.code == 1
    assert f"there is a site in {site.root.resolve()}: go there, or say --root" in said.err


def test_a_hint_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    root = tmp_path / "my notes"
    run("new", "site", root)

    assert f"say --root '{root}'" in run("build", folder=root / "content").err


def test_a_file_is_no_site(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    said = run("build", "--root", tmp_path / "file")

    assert said.code == 1
    assert said.err.startswith(f"pyproject.toml: there is no pyproject.toml in {tmp_path / 'file'}")


def test_the_folder_one_is_in_is_the_site(site: Project) -> None:
    said = run("build", folder=site.root)

    assert said.code == 0
    assert said.out.splitlines()[1].startswith("the site is in site/ – look at it with: ")
    assert (site.output / "index.html").is_file()


@pytest.mark.parametrize(
    "output",
    [".", "..", "content", "content/new", "templates", "snippets/x", "tests", ".proofpress"],
)
def test_the_site_is_not_built_into_its_own_files(site: Project, output: str) -> None:
    said = build(site, "--output", site.root / output)

    assert (said.code, said.out) == (2, "")
    assert "the site's own files are there; name another folder" in said.err
    assert not (site.root / "content/index.html").exists()


def test_the_site_is_not_built_into_a_file(site: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    said = build(site, "--output", tmp_path / "file")

    assert said.code == 2
    assert "is not a folder" in said.err
    assert (tmp_path / "file").read_text() == "mine"


def test_the_site_is_built_where_one_says(site: Project, tmp_path: Path) -> None:
    assert build(site, "--output", tmp_path / "deep/er").code == 0
    assert (tmp_path / "deep/er/posts/a/index.html").is_file()
    assert not site.output.exists()


def test_the_site_is_built_into_a_folder_whose_name_is_not_utf8(
    site: Project, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"o\xff")
    folder.mkdir()
    (folder / "mine").write_text("")

    said = build(site, "--output", folder)

    assert (said.code, said.err.count("o\\xff/mine: is not ours, and was left alone")) == (0, 1)
    assert (folder / "posts/a/index.html").is_file()
    for _ in range(20):
        if "nothing to do" in (said := build(site, "--output", folder)).out:
            break
    assert "nothing to do" in said.out


# --- build


def test_a_build_says_what_it_did_and_the_second_that_nothing_was_to_do(site: Project) -> None:
    first = build(site)
    count = len(site.tree()) - 1

    assert first.code == 0
    assert first.out.startswith(f"{count} files written in ")

    settle(site)
    again = build(site)
    assert again.code == 0
    assert again.out.startswith(f"nothing to do: {count} files are up to date\nthe site is in ")


def test_an_edit_and_a_removal_are_counted(site: Project) -> None:
    build(site)
    site.edit("posts/brief.md", "Words", "Other words")
    said = build(site).out

    assert said.startswith(f"{said.split()[0]} files written, ")
    assert " up to date in " in said

    site.delete("posts/brief.md")
    assert " removed, " in build(site).out


def test_left_out_pages_are_told_by_the_first_build_and_by_one_with_nothing_to_do(
    site: Project,
) -> None:
    first = build(site)
    settle(site)
    again = build(site)

    assert first.err == (
        "content/posts/draft.md: left out: is a draft\n"
        "content/posts/next.md: left out: is to be published on 2026-11-02 00:00:00 UTC\n"
    )
    assert again.err == first.err


def test_warnings_are_repeated_by_a_build_with_nothing_to_do(site: Project) -> None:
    site.write("posts/undated.md", note("Undated", date=None))
    first = build(site)
    settle(site)

    assert "warning: " in first.err
    assert build(site).err == first.err


def test_strict_takes_warnings_for_problems_even_if_nothing_is_to_do(site: Project) -> None:
    site.write("posts/undated.md", note("Undated", date=None))

    said = build(site, "--strict")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("\n1 warning, and --strict; the site was not touched\n")
    assert not site.output.exists()

    settle(site)
    assert build(site, "--strict").code == 1
    assert build(site.delete("posts/undated.md"), "--strict").code == 0


def test_problems_are_all_told_and_the_site_is_not_touched(site: Project) -> None:
    build(site)
    before = site.tree()
    site.write("posts/a.md", note("A", "[nothing](nothing.md)"))
    site.write("posts/b.md", note("B", "text", colour="red"))

    said = build(site)

    assert (said.code, said.out) == (1, "")
    assert "content/posts/a.md:5: " in said.err
    assert "content/posts/b.md:4: " in said.err
    assert said.err.endswith("\n2 problems; the site was not touched\n")
    assert site.tree() == before


def test_drafts_and_what_is_to_come_are_shown_on_request(site: Project) -> None:
    build(site)
    assert not (site.output / "posts/draft").exists()

    build(site, "--drafts")
    assert (site.output / "posts/draft/index.html").exists()
    assert not (site.output / "posts/next").exists()

    build(site, "--future")
    assert (site.output / "posts/next/index.html").exists()
    assert not (site.output / "posts/draft").exists()


def test_time_that_passes_wakes_a_build_with_nothing_to_do(site: Project) -> None:
    settle(site)

    assert "nothing to do" in build(site, SOURCE_DATE_EPOCH=str(NOW + DAY - 1)).out
    assert "written" in build(site, SOURCE_DATE_EPOCH=str(NOW + DAY)).out
    assert (site.output / "posts/next/index.html").exists()
    assert (site.output / "posts/brief/index.html").exists()
    assert "removed" in build(site, SOURCE_DATE_EPOCH=str(NOW + 2 * DAY)).out
    assert not (site.output / "posts/brief").exists()
    assert (site.output / "posts/next/index.html").exists()


def test_a_clean_build_makes_everything_anew(site: Project) -> None:
    settle(site)
    before = site.tree()

    assert build(site, "--clean").out.startswith(f"{len(before) - 1} files written in ")
    assert site.tree() == before


@pytest.mark.parametrize("jobs", [1, 3])
def test_any_number_of_processes_gives_the_same_site(site: Project, jobs: int) -> None:
    for number in range(70):
        site.write(f"notes/{number}.md", note(f"Note {number}"))

    assert build(site, "--jobs", jobs).code == 0
    assert site.tree() == site.build(is_clean=True).tree()


def test_json_stands_alone_on_standard_output(site: Project) -> None:
    first = json.loads(build(site, "--json").out)
    settle(site)
    again = build(site, "--json")

    assert first["made"]["posts/a/index.html"] == "is new"
    assert first["removed"] == []
    assert first["files"] == len(first["made"]) == len(site.tree()) - 1
    assert first["messages"][0] == "content/posts/draft.md: left out: is a draft"
    assert json.loads(again.out) == {**first, "made": {}}
    assert again.err == ""

    site.delete("posts/a.md")
    last = json.loads(build(site, "--json").out)
    assert "posts/a/index.html" in last["removed"]
    assert last["made"]["index.html"] == "its recipe changed"


def test_json_tells_problems_too(site: Project) -> None:
    site.write("posts/a.md", note("A", "[nothing](nothing.md)"))

    said = build(site, "--json")

    (problem,) = json.loads(said.out)["problems"]
    assert (said.code, said.err) == (1, "")
    assert (problem["path"], problem["line"]) == ("content/posts/a.md", 5)
    assert problem["message"]
    assert not problem["is_warning"]


HEAVY = (
    "asyncio", "builder.build", "concurrent", "feedgen", "jinja2", "lxml", "markdown_it",
    "math_core", "msgspec", "multiprocessing", "pygments", "pytest", "selectolax", "subprocess",
    "yaml", "zoneinfo",
)  # fmt: skip
WHAT_IS_IMPORTED = """
import sys
from builder.cli import main
code = main(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(code)
"""


def test_a_build_with_nothing_to_do_imports_almost_nothing(site: Project) -> None:
    site.delete("posts/draft.md").delete("posts/next.md")
    settle(site)

    done = subprocess.run(
        [sys.executable, "-c", WHAT_IS_IMPORTED, "build", "--root", str(site.root)],
        capture_output=True, text=True, timeout=60, env=environment(), cwd=CHECKOUT, check=True,
    )  # fmt: skip

    assert "nothing to do" in done.stdout
    imported = set(done.stderr.split())
    assert "sqlite3" in imported
    assert imported.isdisjoint(HEAVY), imported & set(HEAVY)


@pytest.mark.parametrize("words", [["build"], ["build", "--json"], ["--help"], ["build", "--help"]])
def test_a_reader_that_goes_away_is_no_failure(site: Project, words: list[str]) -> None:
    place = ["--root", str(site.root)] if words[0] == "build" else []
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            command(*words, *place), stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
            env=environment(), cwd=CHECKOUT,
        )  # fmt: skip
    finally:
        os.close(writer)

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_reader_that_goes_away_does_not_make_a_failure_a_success(site: Project) -> None:
    site.write("snippets/wrong.py", "x = 1\n")
    site.write("tests/snippets/test_wrong.py", "def test_it():\n    assert 1 == 2\n")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            command("test", "--root", site.root), stdout=writer, stderr=subprocess.PIPE, text=True,
            timeout=60, env=environment(), cwd=CHECKOUT,
        )  # fmt: skip
    finally:
        os.close(writer)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_an_error_output_that_is_closed_is_no_failure(site: Project) -> None:
    words = " ".join(command("build", "--root", site.root))
    done = subprocess.run(
        ["sh", "-c", f"{words} 2>&-"], cwd=CHECKOUT, env=environment(),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0
    assert (site.output / "index.html").exists()


def test_a_standard_output_that_is_closed_is_no_failure(site: Project) -> None:
    words = " ".join(command("build", "--root", site.root))
    done = subprocess.run(
        ["sh", "-c", f"{words} >&-"], cwd=CHECKOUT, env=environment(),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert (site.output / "index.html").exists()


def test_a_terminal_without_our_signs_is_no_failure(site: Project) -> None:
    said = build(site, PYTHONIOENCODING="ascii")

    assert said.code == 0
    assert "\\u2013" in said.out


# --- Interrupted


def heed_interrupts() -> None:
    """As from a terminal: a shell that runs tests in the background has them ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interruption_ends_with_130_and_a_line_and_the_site_as_it_was(site: Project) -> None:
    build(site)
    before = site.tree()
    site.edit("posts/a.md", "Words", "Other words")
    with State(site.root, lambda: None):
        process = subprocess.Popen(
            command("build", "--root", site.root), env=environment(), cwd=CHECKOUT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts,
        )  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == "waiting for another build of this site …\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (130, "")
    assert err == "proofpress: interrupted; the site is whole\n"
    assert site.tree() == before


# --- explain


@pytest.fixture
def built(site: Project) -> Project:
    site.write("posts/b.md", note("B", "[a](a.md)", tags="[x]"))
    build(site)
    return site


def explain(project: Project, path: object, *options: object, **keywords: Path) -> Said:
    return run("explain", "--root", project.root, *options, path, **keywords)


@pytest.mark.parametrize(
    "path",
    [
        "posts/b/index.html", "posts/b/", "/posts/b/", "posts/b", "site/posts/b/index.html",
        "site/posts/b",         "https://example.org/posts/b/", "https://example.org/posts/b/#part",
    ],
)  # fmt: skip
def test_an_output_is_found_by_its_file_and_by_its_address(built: Project, path: str) -> None:
    said = explain(built, path, folder=built.root)

    assert said.code == 0
    assert said.out.startswith("posts/b/index.html\n  made by       page\n")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/notes/posts/a/", "posts/a/index.html"),
        ("https://example.org/notes/posts/a/", "posts/a/index.html"),
        ("/notes/notes/", "notes/index.html"),
        ("/notes/", "index.html"),
        ("notes/", "notes/index.html"),
        ("/posts/a/", "posts/a/index.html"),
        ("/notes.html", "notes.html"),
    ],
)
def test_an_output_is_found_by_its_address_under_a_path(
    site: Project, path: str, found: str
) -> None:
    site.edit("pyproject.toml", "https://example.org", "https://example.org/notes")
    site.write("notes/n.md", note("N")).write("static/notes.html", "")

    assert explain(site, path).out.partition("\n")[0] == found


def test_an_output_in_another_language_is_found_by_its_encoded_address(built: Project) -> None:
    build(built.write("posts/é.md", note("É")))

    assert explain(built, "/posts/%C3%A9/").out.startswith("posts/é/index.html\n")


def test_what_an_output_is_made_from_is_told(built: Project) -> None:
    said = explain(built, "posts/b/")

    assert "  text          content/posts/b.md\n" in said.out
    assert "  links to      /posts/a/\n" in said.out
    assert "theme/page.html" in said.out
    assert said.out.endswith("up to date: nothing of this has changed since it was made\n")


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        ("index.html", "lists         A, B"),
        ("atom.xml", "entries       content/posts/a.md, content/posts/b.md"),
        ("tags/x/index.html", "made by       list"),
        ("robots.txt", "made by       text"),
        ("sitemap.xml", "made by       sitemap"),
        ("404.html", "made by       not_found"),
        ("SHA256SUMS", "the SHA-256 of every other output"),
    ],
)
def test_every_kind_of_output_is_explained(built: Project, path: str, fact: str) -> None:
    said = explain(built, path)

    assert said.code == 0
    assert fact in said.out


THEME_PAGE = CHECKOUT / "templates/page.html"
CHANGES: dict[str, tuple[Callable[[Project], object], str]] = {
    "text": (lambda site: site.edit("posts/b.md", "[a]", "More [a]"), "the text changed"),
    "title": (lambda site: site.edit("posts/a.md", '"A"', '"Other"'), "'A' → 'Other'"),
    "date": (lambda site: site.edit("posts/b.md", "2026-01-01", "2026-02-02"), "facts.shown_date"),
    "template": (
        lambda site: site.write("templates/page.html", THEME_PAGE.read_bytes()),
        "templates/page.html came or went",
    ),
    "settings": (lambda site: site.edit("pyproject.toml", "Ada", "Bob"), "author: 'Ada' → 'Bob'"),
    "lost": (lambda site: (site.output / "posts/b/index.html").unlink(), "its file is lost"),
    "by hand": (
        lambda site: (site.output / "posts/b/index.html").write_text("x"),
        "its file was changed by hand",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_why_an_output_is_out_of_date_is_told(built: Project, change: str) -> None:
    apply, reason = CHANGES[change]
    apply(built)

    said = explain(built, "posts/b/")

    assert said.code == 0
    assert "out of date: " in said.out
    assert reason in said.out.partition("out of date: ")[2]


def test_a_page_that_comes_or_goes_is_told_by_its_title_and_not_as_a_change_of_all_others(
    built: Project,
) -> None:
    built.write("posts/aa.md", note("A new one"))
    come = explain(built, "index.html").out.partition("out of date: ")[2]
    build(built)
    built.delete("posts/aa.md")
    gone = explain(built, "index.html").out.partition("out of date: ")[2]

    assert "items: 'A new one' came\n  items: 3 before, 4 now\n" in come
    assert "items: 'A new one' left\n  items: 4 before, 3 now\n" in gone
    assert "→" not in come + gone


def test_titles_with_commas_are_told_apart(built: Project) -> None:
    built.write("posts/aa.md", note("Odd, but true"))

    said = explain(built, "index.html").out

    (listed,) = (line[16:] for line in said.splitlines() if line.startswith("  lists  "))
    assert {"A", "B", "Odd, but true"} <= set(listed.split("; "))


def test_explaining_builds_nothing_and_the_next_build_does_all_the_same(built: Project) -> None:
    before = built.tree()
    built.edit("posts/b.md", "[a]", "More [a]")
    explain(built, "posts/b/")

    assert built.tree() == before
    build(built)
    assert "More" in built.read("posts/b/index.html")


def test_explaining_first_finishes_what_a_killed_build_had_begun(built: Project) -> None:
    built.edit("posts/b.md", "[a]", "More [a]")
    step = 0
    while not (built.output / STAGE / "journal.json").exists():
        assert die_before(step, str(built.output), built.build)
        step += 1

    explain(built, "posts/b/")

    assert "More" in built.read("posts/b/index.html")
    assert not (built.output / STAGE).exists()


def test_an_output_that_goes_is_explained(built: Project) -> None:
    built.delete("posts/b.md")

    said = explain(built, "posts/b/")

    assert (said.code, said.err) == (0, "")
    assert "nothing asks for this any more: the next build removes it" in said.out


def test_a_draft_is_explained_on_request(built: Project) -> None:
    assert explain(built, "posts/draft/").code == 1
    assert "out of date: is new" in explain(built, "posts/draft/", "--drafts").out


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("posts/b/indx.html", "did you mean 'posts/b/index.html'"),
        ("site/indx.html", "did you mean 'index.html'"),
        ("content/posts/b.md", "it is a source; from it is made posts/b/index.html"),
        ("zzz", "name a file of the site, such as site/index.html"),
        ("http://[", "name a file of the site, such as site/index.html"),
        ("https://example.org//[", "name a file of the site, such as site/index.html"),
    ],
)
def test_what_is_no_output_is_a_problem_with_a_hint(built: Project, path: str, hint: str) -> None:
    said = explain(built, path, folder=built.root)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{path}: no output of this site is there\n")
    assert hint in said.err


# --- check


def test_a_built_site_passes_the_check_and_a_broken_one_does_not(built: Project) -> None:
    good = run("check", "--root", built.root)
    page = built.output / "posts/b/index.html"
    page.write_text(page.read_text().replace('href="/posts/a/"', 'href="/posts/nothing/"'))
    bad = run("check", "--root", built.root)

    assert (good.code, good.err) == (0, "")
    assert good.out.endswith(" feeds checked: no problem\n")
    assert bad.code == 1
    assert "posts/b/index.html:" in bad.out
    assert "problem" in bad.out.splitlines()[-1]


def test_a_site_that_was_never_built_does_not_pass_the_check(site: Project) -> None:
    said = run("check", "--root", site.root)

    assert said.code == 1
    assert "site" in said.out + said.err


def test_the_check_does_not_disturb_a_build_that_works(built: Project) -> None:
    with State(built.root, lambda: None):
        (built.output / STAGE).mkdir()
        (built.output / STAGE / "0").write_bytes(b"staged by a build that goes on")
        check = subprocess.Popen(
            command("check", "--root", built.root), env=environment(), cwd=CHECKOUT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert check.stderr is not None
        assert check.stderr.readline() == "waiting for another build of this site …\n"
        assert (built.output / STAGE / "0").exists()
    check.communicate(timeout=30)

    assert check.returncode == 0
    assert not (built.output / STAGE).exists()


# --- test and new


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A new site."""
    root = tmp_path / "notebook"
    assert run("new", "site", root).code == 0
    return root


def test_a_new_site_builds_passes_its_check_and_its_tests(notebook: Path) -> None:
    assert run("build", folder=notebook).code == 0
    assert run("check", folder=notebook).code == 0
    said = run("test", folder=notebook)

    assert said.code == 0
    assert "✓ midpoint  pass (cached)" in said.out
    assert said.out.endswith("1 card: 1 passed\n")


def test_a_failing_card_is_told_and_fails_the_command(notebook: Path) -> None:
    run("new", "card", "second", folder=notebook)
    snippet = notebook / "snippets/second.py"
    snippet.write_text(snippet.read_text().replace("return 2 * number", "return 3 * number"))

    both = run("test", "--jobs", "2", folder=notebook)
    good = run("test", "midpoint", folder=notebook)

    assert both.code == 1
    assert "✕ second" in both.out
    assert both.out.endswith("2 cards: 1 passed, 1 failed\n")
    assert good.code == 0
    assert "second" not in good.out


def test_a_card_without_tests_does_not_pass(notebook: Path) -> None:
    (notebook / "snippets/bare.py").write_text('"""Nothing is tested here."""\n')

    said = run("test", "bare", folder=notebook)

    assert said.code == 1
    assert "bare  EMPTY" in said.out


def test_a_card_gets_the_limits_that_its_page_demands(notebook: Path) -> None:
    page = notebook / "content/cards/midpoint.md"
    page.write_text(page.read_text().replace("tags: []\n", "tags: []\ntest:\n  min_tests: 99\n"))

    said = run("test", folder=notebook)

    assert said.code == 1
    assert "99" in said.out


def test_a_wrong_demand_is_a_problem_at_its_line(notebook: Path) -> None:
    page = notebook / "content/cards/midpoint.md"
    page.write_text(page.read_text().replace("tags: []\n", "tags: []\ntest: {timeuot: 3}\n"))

    said = run("test", folder=notebook)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("content/cards/midpoint.md:5: test: has no key 'timeuot'\n")
    assert "timeout" in said.err


def test_an_unknown_card_is_a_problem_with_a_hint(notebook: Path) -> None:
    said = run("test", "midpiont", folder=notebook)

    assert (said.code, said.out) == (1, "")
    assert "no card is called 'midpiont'" in said.err
    assert "did you mean 'midpoint'?" in said.err


def test_a_missing_library_is_red_in_ci_alone(notebook: Path) -> None:
    test = notebook / "tests/snippets/test_midpoint.py"
    test.write_text(f"import no_such_library_at_all\n{test.read_text()}")

    assert run("test", folder=notebook).code == 0
    assert run("test", folder=notebook, CI="true").code == 1


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("post", "A title", "content/posts/a-title.md"),
        ("note", "A title", "content/notes/a-title.md"),
        ("trivia", "A title", "content/trivia/a-title.md"),
        ("card", "a_slug", "content/cards/a_slug.md"),
    ],
)
def test_a_new_file_is_made_told_and_never_overwritten(
    notebook: Path, kind: str, name: str, path: str
) -> None:
    first = run("new", kind, name, folder=notebook)
    (notebook / path).write_text("mine")
    again = run("new", kind, name, folder=notebook)

    assert first.code == 0
    assert path in first.out.splitlines()
    assert (again.code, again.out) == (1, "")
    assert "already exists; nothing was written" in again.err
    assert (notebook / path).read_text() == "mine"


def test_a_new_site_says_how_to_look_at_it(tmp_path: Path) -> None:
    said = run("new", "site", "my notes", folder=tmp_path)

    assert "my notes/content/pages/about.md" in said.out.splitlines()
    assert said.err == "look at it with: cd 'my notes' && proofpress serve --open\n"
    (tmp_path / "here").mkdir()
    here = run("new", "site", ".", folder=tmp_path / "here")
    assert here.err == "look at it with: proofpress serve --open\n"


def test_the_first_page_of_a_kind_that_the_menu_lacks_is_told(notebook: Path) -> None:
    first = run("new", "trivia", "One", folder=notebook)
    second = run("new", "trivia", "Two", folder=notebook)
    post = run("new", "post", "Three", folder=notebook)

    assert first.err == "the menu in pyproject.toml does not lead to /trivia/ yet\n"
    assert (second.err, post.err) == ("", "")


def test_a_new_post_is_dated_where_the_site_is(notebook: Path) -> None:
    settings = notebook / "pyproject.toml"
    text = settings.read_text().replace(
        'author = "Your Name"', 'author = "Your Name"\ntimezone = "Pacific/Kiritimati"'
    )
    settings.write_text(text)

    run("new", "post", "Dated", folder=notebook, TZ="Pacific/Pago_Pago")

    # At NOW it is midnight in Greenwich, and 14:00 on Kiritimati.
    assert "date: 2026-11-01\n" in (notebook / "content/posts/dated.md").read_text()
    run("new", "post", "Later", folder=notebook, SOURCE_DATE_EPOCH=str(NOW + DAY // 2))
    assert "date: 2026-11-02\n" in (notebook / "content/posts/later.md").read_text()
