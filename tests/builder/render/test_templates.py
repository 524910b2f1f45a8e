"""Templates of one's own, and mistakes in them: at file and line, never as a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.read.tree import theme_folder
from tests.builder.failing import place_of, problem_of, problems_of
from tests.builder.project import Project, note

WORDS = (theme_folder() / "strings/en.toml").read_text(encoding="utf-8")


def line_of(word: str) -> int:
    """The line of a word in the default theme's file."""
    return WORDS.splitlines().index(next(r for r in WORDS.splitlines() if r.startswith(word))) + 1


@pytest.fixture
def themed(project: Project) -> Project:
    """A built site with one post."""
    return project.write("posts/a.md", note("A")).build()


# --- One's own templates


def test_one_template_of_ones_own_replaces_that_one_only(themed: Project) -> None:
    themed.write("templates/tags.html", "mine: {{ title }}").build()

    assert themed.read("tags/index.html") == "mine: Tags"
    assert themed.rebuilt == {"tags/index.html"}


def test_a_template_of_ones_own_may_extend_and_include_the_themes(themed: Project) -> None:
    themed.write("templates/parts/mine.html", "included")
    themed.write(
        "templates/tags.html",
        '{% extends "base.html" %}{% block main %}{% include "parts/mine.html" %}{% endblock %}',
    )

    assert "included" in themed.build().main("tags/index.html")


def test_a_change_in_an_included_template_remakes_its_users(themed: Project) -> None:
    themed.write("templates/mine.html", "one").write(
        "templates/tags.html", '{% include "mine.html" %}'
    ).build()

    themed.write("templates/mine.html", "two").build()

    assert themed.read("tags/index.html") == "two"
    assert themed.rebuilt == {"tags/index.html"}


def test_a_name_worked_out_while_filling_depends_on_all_templates(themed: Project) -> None:
    themed.write("templates/tags.html", '{% set n = "mi" ~ "ne.html" %}{% include n %}')
    themed.write("templates/mine.html", "one").build()

    themed.write("templates/mine.html", "two").build()

    assert themed.read("tags/index.html") == "two"


def test_a_style_of_ones_own_is_added_and_published(themed: Project) -> None:
    themed.write("templates/css/own.css", "p { color: red }").build()

    (name,) = [path for path in themed.tree() if path.startswith("assets/own.")]
    assert f'href="/{name}"' in themed.read("posts/a/index.html")


def test_a_picture_of_the_theme_is_reached_by_its_name(themed: Project) -> None:
    themed.write("templates/images/logo.svg", "<svg/>")
    themed.write("templates/tags.html", '{{ site.files["images/logo.svg"] }}').build()

    assert themed.read("tags/index.html")[1:] in themed.tree()


def test_words_of_ones_own_replace_the_themes(themed: Project) -> None:
    themed.write(
        "templates/strings/en.toml", WORDS.replace('archive = "Archive"', 'archive = "Attic"')
    )

    assert "Attic" in themed.build().read("archive/index.html")


def test_a_language_of_ones_own_can_be_added(themed: Project) -> None:
    themed.write("templates/strings/de.toml", WORDS.replace('"January"', '"Januar"'))
    themed.edit("content/posts/a.md", "title:", "lang: de\ntitle:").build()

    assert "1 Januar 2026" in themed.main("posts/a/index.html")


# --- Mistakes in templates


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("one\n{% if %}\n", 2, "Expected an expression"),
        ("one\n\n{{ title \n", 4, "unexpected end"),
        ("{% for x in y %}\n\n", 1, "Unexpected end of template"),
        ("\n{% nope %}", 2, "unknown tag 'nope'"),
        ("\n\n{{ title|nope }}", 3, "No filter named 'nope'"),
        ("\n{% if title is nope %}x{% endif %}", 2, "No test named 'nope'"),
        ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}", 2, "block 'a' defined twice"),
    ],
)
def test_a_template_that_does_not_compile_is_a_problem_at_its_line(
    themed: Project, text: str, line: int, message: str
) -> None:
    themed.write("templates/tags.html", text)

    problem = problem_of(themed)

    assert problem.path == "templates/tags.html"
    assert abs(problem.line - line) <= (1 if "nexpected end" in message else 0), problem
    assert message.lower() in problem.message.lower()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\n\n{{ nothing }}", 3, "'nothing' is undefined"),
        ("\n{{ title.nothing }}", 2, "has no attribute 'nothing'"),
        ("\n{{ t.nothing }}", 2, "has no attribute 'nothing'"),
        ("{{ title + 1 }}", 1, "TypeError"),
        ("\n{{ 1 // 0 }}", 2, "ZeroDivisionError"),
        ("\n{{ t.minutes.format(m=1) }}", 2, "KeyError"),
        ('\n{% include "tags.html" %}', 2, "recursion"),
        ('\n{% set name = "no" ~ ".html" %}\n{% include name %}', 3, "no.html"),
    ],
)
def test_a_template_that_fails_while_it_is_filled_is_a_problem_at_its_line(
    themed: Project, text: str, line: int, message: str
) -> None:
    themed.write("templates/tags.html", text)

    problem = problem_of(themed)

    assert place_of(problem) == f"templates/tags.html:{line}"
    assert message in problem.message


def test_a_mistake_inside_an_imported_macro_is_told_at_the_macros_line(themed: Project) -> None:
    themed.write("templates/mine.html", "{% macro show(x) %}\n\n{{ x.nothing }}\n{% endmacro %}")
    themed.write(
        "templates/tags.html", '{% from "mine.html" import show %}\n\n\n\n{{ show(title) }}'
    )

    assert place_of(problem_of(themed)) == "templates/mine.html:3"


def test_a_mistake_inside_an_included_template_or_a_block_is_told_there(themed: Project) -> None:
    themed.write("templates/mine.html", "\n{{ nothing }}")
    themed.write(
        "templates/tags.html",
        '{% extends "base.html" %}\n{% block main %}\n{% include "mine.html" %}{% endblock %}',
    )
    themed.write(
        "templates/archive.html",
        '{% extends "base.html" %}\n{% block main %}\n{{ nope }}{% endblock %}',
    )

    assert {place_of(problem) for problem in problems_of(themed)} == {
        "templates/mine.html:2",
        "templates/archive.html:3",
    }


def test_a_mistake_on_every_page_is_told_once(themed: Project) -> None:
    for number in range(5):
        themed.write(f"posts/n{number}.md", note(f"N{number}"))
    themed.write("templates/page.html", "\n{{ nothing }}")

    assert place_of(problem_of(themed)) == "templates/page.html:2"


def test_a_template_that_is_not_there_is_a_problem_with_the_nearest_name(themed: Project) -> None:
    themed.write("templates/tags.html", '\n\n{% include "_macro.html" %}')

    problem = problem_of(themed)

    assert place_of(problem) == "templates/tags.html:3"
    assert problem.hint.startswith("did you mean '_macros.html'")


def test_a_template_that_is_not_utf8_is_a_problem(themed: Project) -> None:
    themed.write("templates/tags.html", b"\n\xff")

    problem = problem_of(themed)

    assert problem.path == "templates/tags.html"
    assert "UTF-8" in problem.message


def test_mistakes_in_several_templates_are_told_in_one_run(themed: Project) -> None:
    themed.write("templates/tags.html", "{% if %}").write(
        "templates/series.html", '{% include "x.html" %}'
    )

    assert {problem.path for problem in problems_of(themed)} == {
        "templates/series.html",
        "templates/tags.html",
    }


# --- Mistakes in words


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (WORDS.replace('skip = "', "skip = "), line_of("skip"), "is not TOML"),
        (WORDS.replace('archive = "Archive"', ""), 0, "the word 'archive' is missing"),
        (WORDS.replace('"January",', ""), 0, "twelve names"),
        (WORDS.replace('archive = "Archive"', "archive = 3"), line_of("archive"), "must be text"),
        (
            WORDS.replace('"{day} {month} {year}"', '"{tag}"'),
            line_of("date_pattern"),
            "cannot be filled in",
        ),
        (
            WORDS.replace('"{day} {month} {year}"', '"{day.x.y}"'),
            line_of("date_pattern"),
            "cannot be filled in",
        ),
        (WORDS.replace('"Page {n}"', '"Page {n"'), line_of("page_number"), "cannot be filled in"),
        (WORDS.replace('"Page {n}"', '"Page {}"'), line_of("page_number"), "cannot be filled in"),
        ("", 0, "is missing"),
    ],
)
def test_words_that_cannot_be_used_are_a_problem_at_their_line(
    themed: Project, text: str, line: int, message: str
) -> None:
    themed.write("templates/strings/en.toml", text)

    problems = problems_of(themed)

    assert {problem.path for problem in problems} == {"templates/strings/en.toml"}
    assert any(message in problem.message for problem in problems)
    if line:
        assert [problem.line for problem in problems] == [line]


def test_words_that_are_not_utf8_are_a_problem_at_their_line(themed: Project) -> None:
    themed.write("templates/strings/hi.toml", b"\n\n# \xff")

    assert place_of(problem_of(themed)) == "templates/strings/hi.toml:3"


def test_the_theme_itself_is_never_named_as_a_place_of_this_machine(themed: Project) -> None:
    themed.write("templates/_macros.html", "")

    problems = problems_of(themed)

    assert {problem.path.partition("/")[0] for problem in problems} == {"theme"}
    assert str(Path.cwd()) not in "".join(map(str, problems))
