"""Templates of one's own, and mistakes in them: at file and line, never as a traceback."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
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


def test_one_block_of_a_shipped_template_is_changed_without_copying_it(themed: Project) -> None:
    themed.write(
        "templates/page.html",
        '{% extends "theme/page.html" %}\n'
        "{% block article_footer %}{{ super() }}<p>Mine: {{ page.title }}</p>{% endblock %}",
    ).build()

    assert "<p>Words.</p>" in themed.main("posts/a/index.html")
    assert '<footer class="page-foot">' in themed.main("posts/a/index.html")
    assert "<p>Mine: A</p>" in themed.main("posts/a/index.html")
    assert themed.rebuilt == {"posts/a/index.html"}


def test_a_frame_of_ones_own_is_that_of_shipped_templates_too(themed: Project) -> None:
    themed.write(
        "templates/base.html",
        '{% extends "theme/base.html" %}{% block footer %}<footer>mine</footer>{% endblock %}',
    )
    themed.write(
        "templates/page.html",
        '{% extends "theme/page.html" %}{% block scripts %}<!-- end -->{% endblock %}',
    ).build()

    assert "<footer>mine</footer>" in themed.read("posts/a/index.html")
    assert "<!-- end -->" in themed.read("posts/a/index.html")
    assert "<footer>mine</footer>" in themed.read("tags/index.html")

    themed.edit("templates/base.html", "mine", "ours").build()

    assert "<footer>ours</footer>" in themed.read("posts/a/index.html")
    themed.delete("templates/base.html").build()
    assert 'class="site-footer"' in themed.read("posts/a/index.html")


def test_a_new_version_of_the_shipped_theme_remakes_what_extends_it(
    project: Project, tmp_path: Path
) -> None:
    theme = tmp_path / "theme"
    shutil.copytree(theme_folder(), theme)
    project.write("posts/a.md", note("A")).write(
        "templates/page.html",
        '{% extends "theme/page.html" %}{% block after_text %}mine{% endblock %}',
    ).build(theme=theme)
    page = theme / "page.html"
    page.write_text(page.read_text(encoding="utf-8").replace("page-foot", "page-end"))

    project.build(theme=theme)

    assert project.rebuilt == {"posts/a/index.html"}
    assert 'class="page-end"' in project.main("posts/a/index.html")


def test_one_macro_is_changed_and_the_others_are_handed_on(themed: Project) -> None:
    themed.write(
        "templates/_macros.html",
        '{% import "theme/_macros.html" as shipped %}\n'
        "{% set link, item_list, row_list = shipped.link, shipped.item_list, shipped.row_list %}\n"
        "{% set pager = shipped.pager %}\n"
        "{% macro entry_list(entries) %}<p>{{ entries|length }} of them</p>{% endmacro %}",
    ).edit("content/posts/a.md", "title:", "tags: [x]\ntitle:").build()

    assert "<p>1 of them</p>" in themed.main("tags/index.html")


def test_an_include_that_may_be_missing_is_found_as_soon_as_it_is_there(themed: Project) -> None:
    themed.write("templates/tags.html", '{% include "mine.html" ignore missing %}.').build()
    assert themed.read("tags/index.html") == "."

    themed.write("templates/mine.html", "there").build()

    assert themed.read("tags/index.html") == "there."


def test_a_sheet_of_ones_own_comes_after_those_of_the_theme(themed: Project) -> None:
    themed.write("templates/css/a.css", ":root { --accent: #a04000 }").build()

    sheets = re.findall(r'rel="stylesheet" href="/assets/(\w+)', themed.read("posts/a/index.html"))

    assert sheets[-1] == "a"
    assert "site" in sheets

    themed.edit("templates/css/a.css", "#a04000", "#b04000").build()

    (name,) = [path for path in themed.tree() if path.startswith("assets/a.")]
    assert f'href="/{name}"' in themed.read("posts/a/index.html")
    assert "#b04000" in themed.read(name)


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


def test_a_file_of_words_need_only_have_those_that_it_changes(themed: Project) -> None:
    themed.write("templates/strings/en.toml", 'archive = "Attic"\n').build()

    assert "Attic" in themed.read("archive/index.html")
    assert "min read" in themed.read("posts/a/index.html")

    themed.edit("templates/strings/en.toml", "Attic", "Loft").build()
    assert "Loft" in themed.read("archive/index.html")
    themed.delete("templates/strings/en.toml").build()
    assert "Archive" in themed.read("archive/index.html")


def test_words_that_a_language_of_ones_own_does_not_have_are_english(themed: Project) -> None:
    themed.write("templates/strings/de.toml", 'related = "Verwandtes"\nupdated_on = "Neu am"\n')
    themed.edit("content/posts/a.md", "title:", "updated: 2026-02-01\nlang: de\ntitle:").build()

    assert "Neu am" in themed.main("posts/a/index.html")
    assert "1 January 2026" in themed.main("posts/a/index.html")

    themed.write("templates/strings/en.toml", 'date_pattern = "{month} {day}, {year}"').build()

    assert "January 1, 2026" in themed.main("posts/a/index.html")


def test_words_of_a_region_stand_before_those_of_its_language(themed: Project) -> None:
    themed.write("templates/strings/zh-TW.toml", 'archive = "封存"\n')
    themed.edit("content/posts/a.md", "title:", "lang: zh-TW\ntitle:").build()

    assert "封存" in themed.read("posts/a/index.html")
    assert "2026年1月1日" in themed.main("posts/a/index.html")


def test_other_languages_do_not_depend_on_words_that_they_have(themed: Project) -> None:
    themed.write("posts/b.md", note("B", lang="hi")).build()

    themed.write("templates/strings/hi.toml", 'related = "और भी"\n').build()

    assert themed.rebuilt == {"posts/b/index.html"}

    themed.write("templates/strings/en.toml", 'related = "More"\n').build()

    assert "posts/a/index.html" in themed.rebuilt
    assert "posts/b/index.html" not in themed.rebuilt


def test_a_word_that_nobody_asks_for_is_a_warning_with_the_nearest_one(themed: Project) -> None:
    themed.write("templates/strings/en.toml", '\narchve = "Attic"\nmine = "My own"\nown = "!"\n')
    themed.write("templates/tags.html", "{{ t.mine }}{{ t['own'] }}").build()

    assert [str(item) for item in themed.warnings] == [
        "templates/strings/en.toml:2: warning: no template asks for the word 'archve'\n"
        "    did you mean 'archive' or 'search'?"
    ]
    assert themed.read("tags/index.html") == "My own!"


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
        ("\n{% include none %}", 2, "this names no template"),
        ("\n{% include 1 %}", 2, "this names no template"),
        ("\n{% include [] %}", 2, "this names no template"),
        ("\n{% include ['tags.html', 1] %}", 2, "this names no template"),
        ("\n{% extends none %}", 2, "this names no template"),
        ("\n{% import 1.5 as m %}", 2, "this names no template"),
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


# --- Names that were probably meant


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{{ titel }}", "'titel' is undefined", "did you mean 'title'"),
        ("{{ site.titel }}", "a value of type Site has no attribute 'titel'", "'title'"),
        ("{{ t.archve }}", "this table has no attribute 'archve'", "'archive'"),
        ("{% set mine = 1 %}{{ mien }}", "'mien' is undefined", "'mine'"),
        (
            "{% for feed in site.feeds %}{{ fed.url }}{% endfor %}",
            "'fed' is undefined", "'feed'",
        ),
        (
            "{% macro show(entry) %}{{ entri }}{% endmacro %}{{ show(1) }}",
            "'entri' is undefined", "'entry'",
        ),
        ("{% for f in site.feeds %}{{ f.titel }}{% endfor %}", "NamedLink has no", "'title'"),
        ("{{ title|upperr }}", "No filter named 'upperr'", "'upper'"),
        ("{% if title is definde %}{% endif %}", "No test named 'definde'", "'defined'"),
        ("{% inclde 'x' %}", "unknown tag 'inclde'", "'include'"),
        ('{% extends "theme/pag.html" %}', "no template 'theme/pag.html'", "'theme/page.html'"),
        ('{% extends "bas.html" %}', "there is no template 'bas.html'", "'base.html'"),
        ('{% set n = "bas.html" %}{% include n %}', "no template 'bas.html'", "'base.html'"),
        ('{% from "_macros.html" import lnk %}{{ lnk() }}', "does not export", ""),
        ("{{ nothing_like_it }}", "is undefined", "`proofpress templates NAME` lists"),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_told_with_the_nearest_one(
    themed: Project, text: str, message: str, hint: str
) -> None:
    themed.write("templates/tags.html", f"\n{text}")

    problem = problem_of(themed)

    assert place_of(problem) == "templates/tags.html:2"
    assert message in problem.message
    assert hint in problem.hint


def test_a_block_that_no_parent_has_is_a_warning_with_the_nearest_one(themed: Project) -> None:
    themed.write(
        "templates/page.html",
        '{% extends "theme/page.html" %}\n\n{% block artcle_footer %}x{% endblock %}\n'
        "{% block content %}{% block new %}{% endblock %}{% endblock %}",
    ).build()

    assert themed.warnings == [
        "templates/page.html:3: warning: 'theme/page.html' has no block 'artcle_footer', so this"
        " one is shown nowhere\n    did you mean 'article_footer' or 'article_header'?"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n  lost", 4),
        ("\n  {{ title }}", 4),
        ("\n  <p>{{ title }}</p>", 4),
        ("\n\n{# fine #}\n\n  lost", 7),
        ("\n\n\n  lost", 6),
    ],
)
def test_text_outside_of_blocks_is_a_warning(themed: Project, text: str, line: int) -> None:
    themed.write(
        "templates/tags.html",
        '{# mine #}\n{% extends "theme/tags.html" %}\n{% set x = 1 %}'
        "{% block scripts %}{% endblock %}" + text,
    ).build()

    (warning,) = themed.warnings
    assert warning.startswith(f"templates/tags.html:{line}: warning: this text is shown nowhere")


def test_a_template_that_extends_itself_is_told_the_name_of_the_shipped_one(
    themed: Project,
) -> None:
    themed.write("templates/page.html", '\n{% extends "page.html" %}')

    problem = problem_of(themed)

    assert place_of(problem) == "templates/page.html:2"
    assert problem.message == "this template extends itself: page.html → page.html"
    assert problem.hint == '{% extends "theme/page.html" %} extends the shipped one'


def test_templates_that_extend_each_other_are_told_the_way_round(themed: Project) -> None:
    themed.write("templates/base.html", '{% extends "theme/page.html" %}')

    assert "base.html → theme/page.html → base.html" in problem_of(themed).message


def test_templates_that_include_each_other_are_told_the_way_round(themed: Project) -> None:
    themed.write("templates/one.html", '{% include "two.html" %}')
    themed.write("templates/two.html", '\n{% include "three.html" %}')
    themed.write("templates/three.html", '\n{% include "one.html" %}')
    themed.write("templates/tags.html", '{% include "one.html" %}')

    problem = problem_of(themed)

    way = problem.message.rpartition(": ")[2].split(" → ")
    assert way[0] == way[-1]
    assert set(pairwise(way)) == {
        ("one.html", "two.html"), ("two.html", "three.html"), ("three.html", "one.html"),
    }  # fmt: skip


def test_the_names_of_shipped_templates_can_not_be_taken(themed: Project) -> None:
    themed.write("templates/theme/page.html", "mine")

    problem = problem_of(themed)

    assert problem.path == "templates/theme/page.html"
    assert problem.hint == "to replace one, write templates/page.html"


# --- Mistakes in words


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (WORDS.replace('skip = "', "skip = "), line_of("skip"), "is not TOML"),
        (WORDS.replace('"January",', ""), line_of("months"), "twelve names"),
        ('\nminutes = "{n} of {m}"', 2, "nothing is put in place of {m} in 'minutes'"),
        ("\n\nminutes = 5", 3, "'minutes' must be text"),
        ('\nfences_cards = "{n cards"', 2, "'fences_cards' cannot be filled in: {n cards"),
        (
            'cards_pass_one = "{} of {total}"',
            1,
            "nothing is put in place of {} in 'cards_pass_one'",
        ),
        ('cards_pass_many = "{n.real} of {total}"', 1, "in place of {n.real} in 'cards_pass_many'"),
        ('part_of = "{position:s} of {count}"', 1, "'part_of' cannot be filled in"),
        ('minutes = "{n} } min"', 1, "'minutes' cannot be filled in"),
        ('copied = "done }"', 1, "'copied' cannot be filled in"),
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


def test_a_number_may_be_put_in_its_place_in_any_form(themed: Project) -> None:
    themed.write("templates/strings/en.toml", 'minutes = "{n:02} {{min}}"').build()

    assert "01 {min}" in themed.main("posts/a/index.html")


def test_words_that_are_not_utf8_are_a_problem_at_their_line(themed: Project) -> None:
    themed.write("templates/strings/hi.toml", b"\n\n# \xff")

    assert place_of(problem_of(themed)) == "templates/strings/hi.toml:3"


def test_the_theme_itself_is_never_named_as_a_place_of_this_machine(themed: Project) -> None:
    themed.write("templates/_macros.html", "")

    problems = problems_of(themed)

    assert {problem.path.partition("/")[0] for problem in problems} == {"<theme>"}
    assert str(Path.cwd()) not in "".join(map(str, problems))
