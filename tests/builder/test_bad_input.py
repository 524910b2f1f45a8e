"""What bad input gets.

A problem at file and line, all in one run, exit 1, the site untouched, no traceback.

What is merely unusual works, and can be reached.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from builder.check import check_output
from builder.cli import main
from builder.errors import BuildFailed
from tests.builder.failing import place_of, problem_of, problems_of
from tests.builder.project import Project, note

CODE = '''"""A snippet."""


# region part
def two():
    return 2
# endregion part
'''


@pytest.fixture
def built(project: Project) -> Project:
    """A built site: a post and a card."""
    project.write("posts/good.md", note("Good", "## Part\n\nWords."))
    project.write("snippets/z.py", CODE).write("cards/z.md", note("Z", "```card z@part\n```\n"))
    return project.build()


def unreadable(place: Path) -> None:
    """A file that exists and whose bytes nobody gets; root reads past any permission."""
    if os.geteuid():
        place.write_text("secret")
        place.chmod(0)
    else:
        place.symlink_to("/proc/self/mem")


# --- One mistake, one problem at its place: (what is written, where it is told, what is said)

MISTAKES: dict[str, tuple[str, str | bytes, str, str]] = {
    "a file that is not UTF-8": (
        "posts/a.md",
        b"# T\n\nCaf\xe9\n",
        "content/posts/a.md:3",
        "not UTF-8",
    ),
    "UTF-16": ("posts/a.md", "# Title\n".encode("utf-16"), "content/posts/a.md:1", "not UTF-8"),
    "broken YAML": ("posts/a.md", "---\ntitle: A: B\n---\n", "content/posts/a.md:2", "not YAML"),
    "broken TOML": ("posts/a.md", "+++\ntitle = \n+++\n", "content/posts/a.md:2", "not TOML"),
    "front matter that is a list": (
        "posts/a.md",
        "---\n- a\n---\n",
        "content/posts/a.md:2",
        "a list",
    ),
    "front matter that is not closed": (
        "posts/a.md",
        "---\ntitle: A\n",
        "content/posts/a.md:1",
        "not closed",
    ),
    "an unknown key": (
        "posts/a.md",
        note("A", tag="x"),
        "content/posts/a.md:4",
        "unknown key 'tag'",
    ),
    "a repeated key": (
        "posts/a.md",
        "---\ntitle: A\ntitle: B\n---\n",
        "content/posts/a.md:3",
        "repeated",
    ),
    "a bad date": (
        "posts/a.md",
        note("A", date="2026-02-30"),
        "content/posts/a.md:3",
        "not a date",
    ),
    "a date before all calendars": (
        "posts/a.md",
        note("A", date="0001-01-01"),
        "content/posts/a.md:3",
        "the year 1",
    ),
    "a wrong type": (
        "posts/a.md",
        note("A", draft="perhaps"),
        "content/posts/a.md:4",
        "true or false",
    ),
    "a slug that leaves its folder": (
        "posts/a.md",
        note("A", slug="../x"),
        "content/posts/a.md:4",
        "slug",
    ),
    "an alias that leaves the site": (
        "posts/a.md",
        note("A", aliases="[/../x]"),
        "content/posts/a.md:4",
        "leaves",
    ),
    "an encoded alias that leaves": (
        "posts/a.md",
        note("A", aliases="[/%2e%2e/x]"),
        "content/posts/a.md:4",
        "leaves",
    ),
    "a tag that leaves its folder": (
        "posts/a.md",
        note("A", tags="[../x]"),
        "content/posts/a.md:4",
        "the tag",
    ),
    "a series that leaves its folder": (
        "posts/a.md",
        note("A", series=".."),
        "content/posts/a.md:4",
        "series",
    ),
    "a paper that leaves its folder": (
        "posts/a.md",
        note("A", pdf="../x.pdf"),
        "content/posts/a.md:4",
        "leaves",
    ),
    "a duplicate address": (
        "posts/b.md",
        note("B", slug="good", date="2025-01-01"),
        "content/posts/b.md:4",
        "content/posts/good.md",
    ),
    "two outputs of one path": (
        "static/posts/good/index.html",
        "x",
        "content/static/posts/good/index.html:0",
        "content/posts/good.md",
    ),
    "a file where the builder writes": (
        "static/index.html",
        "x",
        "content/static/index.html:0",
        "makes itself",
    ),
    "a link to nothing": (
        "posts/a.md",
        note("A", "x\n\n[x](god.md)"),
        "content/posts/a.md:7",
        "leads to nothing",
    ),
    "a wikilink to nothing": (
        "posts/a.md",
        note("A", "[[goood]]"),
        "content/posts/a.md:5",
        "no page answers",
    ),
    "a picture that is not there": (
        "posts/a.md",
        note("A", "![x](x.svg)"),
        "content/posts/a.md:5",
        "nothing",
    ),
    "an anchor to nothing": (
        "posts/a.md",
        note("A", "[x](good.md#prat)"),
        "content/posts/a.md:5",
        "'#prat'",
    ),
    "an anchor to nothing here": (
        "posts/a.md",
        note("A", "[x](#nope)"),
        "content/posts/a.md:5",
        "'nope'",
    ),
    "a formula that does not parse": (
        "posts/a.md",
        note("A", "x\n\n$\\frac{$"),
        "content/posts/a.md:7",
        "",
    ),
    "a displayed formula that does not parse": (
        "posts/a.md",
        note("A", "$$\n\\nope\n$$"),
        "content/posts/a.md:6",
        "",
    ),
    "an unknown code language": (
        "posts/a.md",
        note("A", "```pyhton\nx\n```"),
        "content/posts/a.md:5",
        "pyhton",
    ),
    "a missing snippet": (
        "posts/a.md",
        note("A", "```card zz\n```"),
        "content/posts/a.md:5",
        "'zz'",
    ),
    "a missing symbol": (
        "posts/a.md",
        note("A", "```card z#tow\n```"),
        "content/posts/a.md:5",
        "'tow'",
    ),
    "a missing region": (
        "posts/a.md",
        note("A", "```card z@prat\n```"),
        "content/posts/a.md:5",
        "'prat'",
    ),
    "a missing file of a card": (
        "posts/a.md",
        note("A", "```card z/no.py\n```"),
        "content/posts/a.md:5",
        "no.py",
    ),
    "a highlight that matches nothing": (
        "posts/a.md",
        note("A", '```card z hl="nope"\n```'),
        "content/posts/a.md:5",
        "nope",
    ),
    "a card without a snippet": ("cards/y.md", note("Y"), "content/cards/y.md:1", "snippets/y.py"),
    "a page without a title": ("posts/a.md", "Words.\n", "content/posts/a.md:1", "no title"),
    "an empty page": ("posts/a.md", "", "content/posts/a.md:1", "no title"),
    "a Markdown file outside all kinds": ("a.md", "# A\n", "content/a.md:0", "no folder of pages"),
    "a misspelled folder": ("post/a.md", "# A\n", "content/post/a.md:0", "no folder of pages"),
    "10 MB in one line": (
        "posts/a.md",
        note("A", "x" * 10_000_000),
        "content/posts/a.md:5",
        "10,000,000",
    ),
    "10 MB of one line in front matter": (
        "posts/a.md",
        f"---\n{'x' * 10_000_000}\n---\n",
        "content/posts/a.md:2",
        "",
    ),
    "brackets without end": (
        "posts/a.md",
        f"---\nextra: {'[' * 100_000}\n---\n",
        "content/posts/a.md:2",
        "deep",
    ),
    "a very long name": (
        f"posts/{'l' * 250}.md",
        note("A"),
        f"content/posts/{'l' * 250}.md:1",
        "longer than",
    ),
    "a name of signs alone": ("posts/🎉.md", note("A"), "content/posts/🎉.md:0", "no address"),
    "a template that does not compile": (
        "templates/tags.html",
        "\n{% if %}",
        "templates/tags.html:2",
        "Expected",
    ),
    "a template with an unknown filter": (
        "templates/tags.html",
        "\n{{ 1|no }}",
        "templates/tags.html:2",
        "'no'",
    ),
    "a template that fails": (
        "templates/tags.html",
        "\n\n{{ nope }}",
        "templates/tags.html:3",
        "'nope'",
    ),
    "a template that is not there": (
        "templates/tags.html",
        '{% include "x" %}',
        "templates/tags.html:1",
        "'x'",
    ),
    "a template that is not UTF-8": (
        "templates/tags.html",
        b"\n\xff",
        "templates/tags.html:2",
        "UTF-8",
    ),
    "words that are not TOML": (
        "templates/strings/en.toml",
        "\nx = \n",
        "templates/strings/en.toml:2",
        "TOML",
    ),
    "settings that are not TOML": (
        "pyproject.toml",
        "[tool.proofpress]\nx = \n",
        "pyproject.toml:2",
        "TOML",
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_a_problem_at_its_place_and_leaves_the_site_alone(
    built: Project, what: str
) -> None:
    path, text, place, message = MISTAKES[what]
    built.write(path, text)

    problem = problem_of(built)

    assert place_of(problem) == place
    assert message in problem.message
    assert len(str(problem)) < 1000


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_without_a_cache_too(project: Project, what: str) -> None:
    path, text, place, _ = MISTAKES[what]
    project.write("posts/good.md", note("Good", "## Part\n\nWords."))
    project.write("snippets/z.py", CODE).write("cards/z.md", note("Z", "```card z@part\n```\n"))
    project.write(path, text)

    assert place_of(problem_of(project)) == place
    assert not project.output.exists()


@pytest.mark.parametrize(
    "what",
    [
        "broken YAML",
        "a link to nothing",
        "a template that fails",
        "words that are not TOML",
        "settings that are not TOML",
        "a missing symbol",
        "10 MB in one line",
    ],
)
def test_the_command_says_it_and_ends_with_1(
    built: Project, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, text, place, message = MISTAKES[what]
    before = built.tree()
    built.write(path, text)

    code = main(["build", "--root", str(built.root)])

    said = capsys.readouterr()
    assert code == 1
    assert said.out == ""
    assert said.err.startswith(f"{place.removesuffix(':0')}: ")
    assert message in said.err
    assert "1 problem; the site was not touched" in said.err
    assert "Traceback" not in said.err
    assert built.tree() == before


def test_several_mistakes_of_every_sort_are_told_in_one_run(
    built: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    before = built.tree()
    built.write(
        "posts/a.md", note("A", "[x](no.md)\n\n$\\frac{$\n\n```nolang\n```\n", nope="1", date="x")
    )
    built.write("posts/b.md", b"# B\n\n\xff").write("static/robots.txt", "x").write(
        "cards/y.md", note("Y")
    )
    (built.root / "content/posts/loop").symlink_to(".")
    (built.root / "content/gone.svg").symlink_to("nowhere")

    code = main(["build", "--root", str(built.root)])

    lines = [line for line in capsys.readouterr().err.splitlines() if line and line[0] != " "]
    assert code == 1
    assert [line.partition(": ")[0] for line in lines] == [
        "content/cards/y.md:1",
        "content/gone.svg",
        "content/posts/a.md:3",
        "content/posts/a.md:4",
        "content/posts/a.md:6",
        "content/posts/a.md:8",
        "content/posts/a.md:10",
        "content/posts/b.md:3",
        "content/posts/loop",
        "content/static/robots.txt",
        "10 problems; the site was not touched",
    ]
    assert built.tree() == before


def test_a_region_that_is_not_closed_is_told_where_it_is_and_where_it_is_asked_for(
    built: Project,
) -> None:
    built.write("snippets/z.py", CODE.replace("# endregion part\n", ""))

    assert [place_of(problem) for problem in problems_of(built)] == [
        "content/cards/z.md:5",
        "snippets/z.py:4",
    ]


def test_mistakes_in_pages_and_in_templates_are_told_in_one_run(built: Project) -> None:
    built.write("posts/a.md", note("A", "[x](no.md)")).write("templates/tags.html", "{% if %}")

    assert [problem.path for problem in problems_of(built)] == [
        "content/posts/a.md",
        "templates/tags.html",
    ]


def test_a_mended_mistake_is_forgotten(built: Project) -> None:
    built.write("posts/a.md", note("A", "[x](no.md)"))
    problem_of(built)

    built.write("posts/no.md", note("No")).build()

    assert 'href="/posts/no/"' in built.main("posts/a/index.html")


def test_warnings_stop_a_strict_build(built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    built.write("posts/a.md", note("A", date=None))

    assert main(["build", "--root", str(built.root), "--strict"]) == 1
    said = capsys.readouterr().err
    assert "no date" in said
    assert "'z' has no record" in said
    assert "2 warnings" in said
    assert main(["build", "--root", str(built.root)]) == 0


# --- Files that cannot be read, links that go in circles


def test_a_file_that_cannot_be_read_is_a_problem(built: Project) -> None:
    unreadable(built.root / "content/posts/a.md")

    problem = problem_of(built)

    assert (problem.path, problem.message[:15]) == ("content/posts/a.md", "cannot be read:")


def test_a_template_that_cannot_be_read_is_a_problem(built: Project) -> None:
    (built.root / "templates").mkdir()
    unreadable(built.root / "templates/tags.html")

    assert problem_of(built).path == "templates/tags.html"


def test_a_post_that_is_a_folder_holds_a_file_and_no_page(built: Project) -> None:
    built.write("posts/a.md/deep.txt", "x").build()

    assert built.read("posts/a.md/deep.txt") == "x"


def _loop(root: Path) -> str:
    (root / "content/posts/loop").symlink_to(".")
    return "content/posts/loop"


def _crossed(root: Path) -> str:
    (root / "content/x").mkdir()
    (root / "content/x/y").symlink_to("../../templates")
    (root / "templates").mkdir()
    (root / "templates/x").symlink_to("../content/x")
    return "content/x/y/x"


def _broken(root: Path) -> str:
    (root / "content/posts/a.md").symlink_to("nowhere.md")
    return "content/posts/a.md"


def _pipe(root: Path) -> str:
    os.mkfifo(root / "content/posts/a.md")
    return "content/posts/a.md"


def _bytes(root: Path) -> str:
    Path(os.fsdecode(os.fsencode(root / "content/posts") + b"/\xff.md")).write_text("# A\n")
    return "content/posts/\\xff.md"


@pytest.mark.parametrize("make", [_loop, _crossed, _broken, _pipe, _bytes])
def test_what_cannot_be_followed_is_a_problem_and_no_page_is_dropped_in_silence(
    built: Project, make: Callable[[Path], str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make(built.root)

    assert place in {problem.path for problem in problems_of(built)}
    assert main(["build", "--root", str(built.root)]) == 1
    assert f"{place}: " in capsys.readouterr().err


# --- What is merely unusual


@pytest.mark.parametrize(
    "name",
    [
        "two words",
        "it's",
        '"quoted"',
        "c#",
        "50%",
        "party 🎉",
        "a&b<c>",
        "a\\b",
        "a;b=c+d",
        "%2e%2e",
        "l" * 190,
        "中文",
        "चार",
        "e\u0301",
        "a\nb",
        "-dash",
        "Upper",
        "x" * 60 + "é" * 60,
    ],
)
def test_a_page_of_an_unusual_name_is_built_and_can_be_reached(project: Project, name: str) -> None:
    project.write(f"posts/{name}.md", note("Unusual", "[file](<x>)".replace("<x>", "n.txt")))
    project.write("posts/n.txt", "x").write(f"static/{name}.bin", "bytes").build()

    (address,) = [
        address
        for address in json.loads(project.read("feed.json"))["items"][0]["url"].split(
            "https://example.org"
        )
        if address
    ]
    assert f"{unquote(address)[1:]}index.html" in project.tree()
    assert f"{name}.bin" in project.tree()
    report = check_output(project.output, base_url="https://example.org", external=False)
    assert [str(problem) for problem in report.problems] == []


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        "A & B",
        "{{ title }}",
        "{% raw %}",
        "\"'`",
        "–",
        "a" * 5000,
        "\\N{x}",
    ],
)
def test_any_title_is_shown_as_it_was_written(project: Project, title: str) -> None:
    project.write(
        "posts/a.md", f"---\ntitle: {json.dumps(title)}\ndate: 2026-01-01\n---\nWords.\n"
    ).build()

    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = escaped.replace('"', "&#34;").replace("'", "&#39;")
    for path in ("posts/a/index.html", "index.html", "archive/2026/index.html"):
        assert f">{escaped}</" in project.main(path), path
        assert "<script>alert" not in project.read(path)
    assert json.loads(project.read("feed.json"))["items"][0]["title"] == title


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff# Title\n",
        "# Title\r\n\r\nWords.\r\n",
        "# Title",
        "\n\n\n# Title\n",
        "# Title\n\n\x00 \x01 \x1b\n",
        "# T\n\n" + "> " * 3000 + "deep\n",
        "# T\n\n" + "[" * 20_000 + "\n",
        "# T\n\n" + "*a " * 20_000 + "\n",
        "# T\n\n" + "- " * 500 + "x\n",
        "# T\n\n" + "<div>" * 5000 + "\n",
        "# T\n\n" + "`" * 20_001 + "\n",
        "# T\n\n" + "a\n" * 100_000,
        "# T\n\n|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n",
    ],
    ids=range(13),
)
def test_unusual_text_is_a_page_or_a_problem_at_its_line(project: Project, text: str) -> None:
    project.write("posts/a.md", text)
    try:
        project.build()
    except BuildFailed:
        (problem,) = problems_of(project)
        assert place_of(problem) == "content/posts/a.md:3"
        assert len(str(problem)) < 300
    else:
        assert project.read("posts/a/index.html").rstrip().endswith("</html>")


def test_a_site_without_any_content_is_a_site(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.root / "content").rmdir()

    assert main(["build", "--root", str(project.root)]) == 0
    assert (project.output / "index.html").is_file()
    assert "files written" in capsys.readouterr().out


def test_a_folder_that_is_no_site_is_a_problem_with_a_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--root", str(tmp_path)]) == 1
    assert "proofpress new site" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("name", ["b.markdown", "b.MD"])
def test_a_file_that_only_looks_like_a_page_is_not_copied_silently(
    built: Project, name: str
) -> None:
    built.write(f"posts/{name}", note("B"))

    problem = problem_of(built)
    assert problem.path == f"content/posts/{name}"
    assert "rename it" in problem.hint


def test_a_folder_that_is_no_site_gets_no_cache(tmp_path: Path) -> None:
    assert main(["build", "--root", str(tmp_path)]) == 1
    assert list(tmp_path.iterdir()) == []
