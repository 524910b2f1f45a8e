"""How commands speak: on a terminal in lines that fit it, elsewhere in whole ones."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios

import pytest

from builder.console import fold
from tests.builder.command import command, environment, run
from tests.builder.project import Project, note

WIDTH = 40


def on_a_terminal(*words: object, columns: int = WIDTH, **variables: str) -> list[str]:
    """The lines that a command prints on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        command(*words), env=environment(**variables), stdout=theirs, stderr=theirs, stdin=theirs
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # on Linux, what a terminal says when its last writer has gone
            break
        if not part:
            break
        said += part
    os.close(ours)
    process.wait(timeout=60)
    return said.decode().split("\r\n")


@pytest.fixture
def built(project: Project) -> Project:
    project.write("posts/a-title-of-many-words.md", note("A title of many words, and a comma"))
    for name in "bcd":
        project.write(f"posts/{name}.md", note(f"The title {name}"))
    return project.build()


# --- On a terminal


@pytest.mark.parametrize("words", [["templates"], ["templates", "page.html"], ["explain", "/"]])
def test_prose_is_folded_at_a_terminals_width_and_says_the_same(
    built: Project, words: list[str]
) -> None:
    narrow = on_a_terminal(*words, "--root", built.root)
    plain = run(*words, "--root", built.root).out

    assert max(map(len, plain.splitlines())) > WIDTH
    assert "\n".join(narrow).split() == plain.split()
    assert max(map(len, narrow)) <= WIDTH


def test_a_wide_terminal_and_a_pipe_have_whole_lines(built: Project) -> None:
    wide = on_a_terminal("templates", "page.html", "--root", built.root, columns=300)
    piped = run("templates", "page.html", "--root", built.root, COLUMNS="40")

    assert wide == piped.out.split("\n")


def test_what_columns_says_goes_before_the_terminal(built: Project) -> None:
    said = on_a_terminal("templates", "--root", built.root, columns=200, COLUMNS="50")

    assert 40 < max(map(len, said)) <= 50


def test_problems_are_folded_and_their_paths_and_hints_are_whole(built: Project) -> None:
    page = built.output / "posts/b/index.html"
    page.write_text(page.read_text().replace('href="/posts/c/"', 'href="/posts/nothing-like-it/"'))

    checked = on_a_terminal("check", "--root", built.root)
    stopped = on_a_terminal("explain", "posts/bb/index.html", "--root", built.root)

    assert any(line.startswith("posts/b/index.html:") for line in checked)
    assert any("/posts/nothing-like-it/" in line for line in checked)
    refused = on_a_terminal("verify", "nowhere")

    assert refused[:2] == [
        "proofpress: verify: there is no folder",
        "  'nowhere'; name the folder of a built",
    ]
    assert stopped[0] == "posts/bb/index.html: no output of this"
    assert stopped[1] == "  site is there"
    assert "'posts/b/index.html'" in stopped[2]


# --- Folding

FOLDED = {
    "a word that is too long stays whole":
        ("see /posts/a-very-long-address/ now", "see\n  /posts/a-very-long-address/\n  now"),
    "what is between quotes stays whole":
        ("    say 'proofpress new site' now", "    say\n    'proofpress new site'\n    now"),
    "a space that does not break is no place to fold at":
        ("as wide as forty\u00a0columns are", "as wide as\n  forty\u00a0columns are"),
    "an apostrophe opens nothing":
        ("the cards' tests of a site's code", "the cards' tests of\n  a site's code"),
    "the place of a problem stays whole":
        ("content/my post.md:14: is wrong", "content/my post.md:14:\n  is wrong"),
    "a last column that has no room goes below":
        ("  name  text  what it is for a page", "  name  text\n      what it is for\n      a page"),
    "a wide sign takes two columns":
        ("一二三四五 六七八九十", "一二三四五\n  六七八九十"),
    "what fits stays as it is":
        ("  12345678901234567\n\nb", "  12345678901234567\n\nb"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDED)
def test_long_lines_are_folded_at_spaces(case: str) -> None:
    line, folded = FOLDED[case]

    assert fold(line, 20) == folded
    assert fold(line, 0) == line


def test_what_follows_stands_below_the_last_column() -> None:
    line = "  title  text  what the browser's tab shows, and search engines"

    assert fold(line, 44) == (
        "  title  text  what the browser's tab shows,\n               and search engines"
    )
