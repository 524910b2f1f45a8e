"""`proofpress templates`: what the theme offers, what a site has of its own, copies, the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.read.tree import theme_folder
from builder.render.template_facts import TemplateFacts, read_templates
from builder.theme_commands import write_page
from builder.theme_page import blocks_of, remark_lines
from tests.builder.command import CHECKOUT, run
from tests.builder.project import Project, note

RENEW = "renew it: python -m builder templates --markdown > content/pages/template-variables.md"
TEMPLATES = sorted(path.name for path in theme_folder().glob("*.html"))


@pytest.fixture(scope="module")
def facts() -> dict[str, TemplateFacts]:
    texts = {name: (theme_folder() / name).read_text(encoding="utf-8") for name in TEMPLATES}
    return read_templates(texts, {name: name for name in texts})


def test_the_list_says_which_templates_are_this_sites_own(project: Project) -> None:
    copied = (theme_folder() / "year.html").read_bytes()
    project.write("templates/tags.html", "mine").write("templates/mine.html", "{# For me. #}")
    project.write("templates/year.html", copied)

    said = run("templates", "--root", project.root)

    lines = {line.split()[0]: line for line in said.out.splitlines() if line}
    assert said.code == 0
    assert lines.keys() >= set(TEMPLATES)
    assert lines["page.html"].endswith("A post, note, trivia, card or page.")
    assert lines["tags.html"].endswith("[this site's own]")
    assert lines["mine.html"].endswith("For me. [only this site has it]")
    assert lines["year.html"].endswith("[a copy of the shipped one]")


def test_a_template_tells_its_blocks_and_variables(project: Project) -> None:
    said = run("templates", "page.html", "--root", project.root)

    assert said.code == 0
    assert "article_footer  tags, neighbours" in said.out
    assert "the line below every page (base.html)" in said.out
    assert "page       Page" in said.out
    assert "what its front matter says under `extra`" in said.out


def test_a_template_of_ones_own_tells_the_blocks_of_the_one_it_extends(project: Project) -> None:
    project.write("templates/page.html", '{% extends "theme/page.html" %}')

    said = run("templates", "page.html", "--root", project.root)

    assert said.out.startswith("page.html [this site's own]\n  A post, note,")
    assert "tags, neighbours, related pages, links to this page (theme/page.html)" in said.out


def test_a_file_of_macros_tells_how_they_are_called(project: Project) -> None:
    said = run("templates", "_macros.html", "--root", project.root)

    assert "link(target, lang, usual)" in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pag.html",), "did you mean 'page.html'"),
        (("nothing-like-it",), "`proofpress templates` lists the templates"),
        (("pag.html", "--copy"), "did you mean 'page.html'"),
        (("../pyproject.toml", "--copy"), "the theme has no such file"),
    ],
)
def test_a_name_that_no_template_has_is_a_problem(
    project: Project, words: tuple[str, ...], message: str
) -> None:
    said = run("templates", *words, "--root", project.root)

    assert (said.code, said.out) == (1, "")
    assert message in said.err


@pytest.mark.parametrize(
    "words", [("--copy",), ("--markdown", "page.html"), ("--copy", "--markdown", "page.html")]
)
def test_wishes_that_make_no_sense_are_a_wrong_command_line(words: tuple[str, ...]) -> None:
    assert run("templates", *words).code == 2


@pytest.mark.parametrize("name", ["page.html", "css/site.css", "strings/en.toml"])
def test_a_copy_is_the_shipped_file_and_the_site_stays_as_it_was(
    project: Project, name: str
) -> None:
    project.write("posts/a.md", note("A")).build()
    before = project.tree()

    said = run("templates", "--copy", name, "--root", project.root)

    copy = project.root / "templates" / name
    assert said.out == f"{copy}\n"
    assert copy.read_bytes() == (theme_folder() / name).read_bytes()
    assert project.build().tree() == before


def test_a_copy_overwrites_nothing(project: Project) -> None:
    project.write("templates/page.html", "mine")

    said = run("templates", "--copy", "page.html", "--root", project.root)

    assert said.code == 1
    assert "already exists; nothing was written" in said.err
    assert (project.root / "templates/page.html").read_text() == "mine"


def test_a_template_that_does_not_compile_is_told_at_its_line(project: Project) -> None:
    project.write("templates/tags.html", "\n{% if %}")

    said = run("templates", "tags.html", "--root", project.root)

    assert said.code == 1
    assert said.err.startswith("templates/tags.html:2: template error:")


# --- The page


def test_the_page_of_variables_is_up_to_date() -> None:
    page = CHECKOUT / "content/pages/template-variables.md"

    assert page.read_text(encoding="utf-8") == write_page(), RENEW


def test_the_command_prints_that_page() -> None:
    assert run("templates", "--markdown").out == write_page(), RENEW


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_block_of_a_shipped_template_says_what_is_in_it(
    facts: dict[str, TemplateFacts], name: str
) -> None:
    silent = [block for block, (_, meaning) in blocks_of(name, facts).items() if not meaning]

    assert not silent, (
        f"{name}: say in its first comment, {{# … #}}, what is in {silent}: a line `block: meaning`"
    )


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_shipped_template_describes_a_block_that_it_does_not_have(
    facts: dict[str, TemplateFacts], name: str
) -> None:
    described = remark_lines(facts[name].remark)[1]

    assert described.keys() <= blocks_of(name, facts).keys()


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name[0] != "_"])
def test_the_usual_blocks_are_in_every_shipped_template(
    facts: dict[str, TemplateFacts], name: str
) -> None:
    blocks = blocks_of(name, facts).keys()
    usual = {"head_end", "main"}
    if name != "redirect.html":
        usual |= {"head_start", "head", "header", "before_content", "after_content", "footer"}
        usual |= {"scripts", "title"}
    if name not in ("redirect.html", "base.html"):
        usual.add("content")
    if name == "page.html":
        usual |= {"article_header", "article_footer", "before_text", "after_text"}

    assert usual <= blocks


def test_a_folder_that_is_no_site_yet_can_be_asked_about(tmp_path: Path) -> None:
    assert run("templates", "--root", tmp_path).code == 0
