"""Links to lines of a listing: which there are, and what a link to others gets."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from builder.cards import read_code
from builder.config import Options, Settings
from builder.link import Material, link_site
from builder.link.lines import find_lines
from builder.link.pictures import make_album
from builder.link.references import Index
from builder.link.targets import Targets, find_targets
from builder.model import CodeFacts, Span
from tests.builder.failing import place_of, problem_of
from tests.builder.project import NOW, Project, note
from tests.builder.test_facts import facts_of

ONE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
KERNEL = "# region inner\nX = 1\nY = 2\n# endregion\n\n\nclass Z:\n    pass\n"
TEST = "def test_one():\n    assert True\n"
SNIPPETS = {
    "snippets/one.py": ONE,
    "snippets/pack/__init__.py": "A = 1\n",
    "snippets/pack/kernel.py": KERNEL,
    "tests/snippets/test_one.py": TEST,
}
EMBEDS = (
    "```card one\n```",
    "```card one#two\n```",
    "```card one {lines}\n```",
    "```card one#one {lines=file}\n```",
    "```card one!tests\n```",
    "```card pack\n```",
    "```card pack/kernel.py@inner\n```",
    "```card pack#Z\n```",
    "```card one#two {lines}\n```",
)


def code_of(files: Mapping[str, str]) -> dict[str, CodeFacts]:
    return {path: read_code(path, text.encode()) for path, text in files.items()}


@pytest.fixture
def shown(project: Project) -> Project:
    """A site whose posts/b.md shows all of one.py, and the lines 5 and 6 of it again."""
    for path, text in SNIPPETS.items():
        project.write(path, text)
    return project.write("posts/b.md", note("B", f"{EMBEDS[0]}\n\n{EMBEDS[1]}"))


# --- What there is


@pytest.mark.parametrize(
    "body",
    [
        *EMBEDS,
        "\n\n".join(EMBEDS),
        "\n\n".join(reversed(EMBEDS)),
        f"{EMBEDS[0]}\n\n{EMBEDS[0]}\n\n{EMBEDS[2]}\n\n{EMBEDS[2]}",
        f"## One\n\n[x]{{#one.two}}\n\n{EMBEDS[1]}\n\n## one\n\n{EMBEDS[0]}\n\n[y]{{#one-4}}",
        f"{EMBEDS[1]}\n\n{EMBEDS[3]}",
    ],
)
def test_links_find_the_lines_that_the_page_shows(shown: Project, body: str) -> None:
    shown.write("posts/b.md", note("B", body)).build()
    page = shown.main("posts/b/index.html")
    published: dict[str, set[int]] = {}
    for figure in page.split("<figure ")[1:]:
        anchor = re.search(r'data-anchor="([^"]+)"', figure)
        assert anchor is not None
        numbers = {int(number) for number in re.findall(r'data-line="(\d+)"', figure)}
        published.setdefault(anchor[1], set()).update(numbers)

    found = find_lines(facts_of(note("B", body)), code_of(SNIPPETS))

    assert {
        base: {number for span in spans for number in range(span.first, span.last + 1)}
        for base, spans in found.items()
    } == published


def test_what_is_not_there_and_recorded_outputs_have_no_lines() -> None:
    body = "```card one>stdout\n```\n\n```card gone\n```\n\n```card one#two\n```"

    assert find_lines(facts_of(note("B", body)), code_of(SNIPPETS)) == {"one": (Span(5, 6),)}


# --- Links, where the code is known

PAGES = {
    "b": "```card one\n```\n\n```card one#two\n```\n\n[id]{#step-L3}",
    "c": "## Some part\n\nNo code.",
}


def index_of(code: Mapping[str, CodeFacts]) -> Index:
    documents = [facts_of(note(name, body), path=page_path(name)) for name, body in PAGES.items()]
    settings = Settings("Site", "https://example.org", "Ada")
    material = Material(documents, code, [], settings, Options(now=NOW))
    return link_site(material).index


def page_path(name: str) -> str:
    return f"content/posts/{name}.md"


def targets_in(body: str, index: Index) -> Targets:
    facts = facts_of(note("A", body), path=page_path("a"))
    assert not facts.problems
    return find_targets(facts, index, make_album((), {}, is_responsive=False))


@pytest.mark.parametrize(
    "fragment",
    ["one-L1", "one-L6", "one-L2-L5", "one-L5-L2", "one.two-L5", "one.two-L5-L6", "step-L3"],
)
def test_a_link_may_name_lines_that_there_are(fragment: str) -> None:
    found = targets_in(f"[x](b.md#{fragment}) [[b#{fragment}]]", index_of(code_of(SNIPPETS)))

    assert not found.problems
    assert [target.url for target in found.targets if target] == [f"/posts/b/#{fragment}"] * 2


@pytest.mark.parametrize(
    ("link", "message", "hint"),
    [
        ("b.md#one-L7", "shows no line 7 of '#one'", "it shows 1 to 6"),
        ("b.md#one-L3-L99", "shows no line 99 of '#one'", "it shows 1 to 6"),
        ("b.md#one-L0", "shows no line 0 of '#one'", "it shows 1 to 6"),
        ("b.md#one.two-L1", "shows no line 1 of '#one.two'", "it shows 5 to 6"),
        ("b.md#noe-L1", "has no listing '#noe'", "did you mean 'one'?"),
        ("b.md#zzz-L1", "has no listing '#zzz'",
         "its lines are linked to as '#one-L1', '#one.two-L5'"),
        ("b.md#one-Lx", "has no anchor '#one-Lx'", "did you mean 'one'?"),
        ("c.md#one-L1", "has no anchor '#one-L1'", "its ids: some-part"),
    ],
)  # fmt: skip
def test_a_link_to_other_lines_is_told_which_there_are(link: str, message: str, hint: str) -> None:
    (problem,) = targets_in(f"First.\n\n[x]({link})", index_of(code_of(SNIPPETS))).problems

    assert place_of(problem) == "content/posts/a.md:7"
    assert problem.message == f"'{page_path(link[0])}' {message}"
    assert problem.hint == hint


def test_a_page_that_shows_other_code_has_other_lines() -> None:
    index = index_of(code_of(SNIPPETS))
    link = "[x](b.md#one-L1)"
    assert not targets_in(link, index).problems

    moved = facts_of(note("b", "```card one#two\n```"), path=page_path("b"))
    again = index.with_pages({index.pages[page_path("b")]: moved})

    assert [problem.hint for problem in targets_in(link, again).problems] == ["it shows 5 to 6"]
    assert not targets_in(link, index).problems


# --- Links on a site


def test_a_link_to_lines_is_published_as_it_is_written(shown: Project) -> None:
    links = "[x](b.md#one-L2-L3) [[b#one.two-L5]] <a href='b.md#one-L1'>x</a>"
    shown.write("posts/a.md", note("A", links)).build()

    page = shown.main("posts/a/index.html")
    for fragment in ("one-L2-L3", "one.two-L5", "one-L1"):
        assert f'href="/posts/b/#{fragment}"' in page


def test_a_link_to_lines_of_its_own_page_leads_there(shown: Project) -> None:
    links = f"[x](#one-L2) [[#one-L3]] <a href='#one-L4'>x</a>\n\n{EMBEDS[0]}"
    shown.write("posts/a/index.md", note("A", links)).build()

    page = shown.main("posts/a/index.html")
    for fragment in ("one-L2", "one-L3", "one-L4"):
        assert f'href="/posts/a/#{fragment}"' in page
    assert "backlinks" not in page


@pytest.mark.parametrize("link", ["b.md#two-L1", "#two-L1"])
def test_a_link_to_lines_of_no_listing_is_a_problem(shown: Project, link: str) -> None:
    shown.write("posts/a.md", note("A", f"{EMBEDS[0]}\n\n[x]({link})"))

    problem = problem_of(shown)

    assert place_of(problem) == "content/posts/a.md:8"
    assert "#two" in problem.message


@pytest.mark.parametrize("link", ["b.md#one-L9", "#one-L9"])
def test_a_link_to_a_line_that_there_is_not_stops_the_build(shown: Project, link: str) -> None:
    shown.write("posts/a.md", note("A", f"{EMBEDS[0]}\n\n[x]({link})"))

    problem = problem_of(shown)

    assert place_of(problem) == "content/posts/a.md:8"
    assert problem.message.endswith("shows no line 9 of '#one'")
    assert problem.hint == "it shows 1 to 6"


def test_a_page_without_listings_has_no_lines(shown: Project) -> None:
    shown.write("posts/a.md", note("A", "[x](#one-L1)"))

    assert problem_of(shown).message == "'content/posts/a.md' has no anchor '#one-L1'"


def test_the_ids_of_figures_are_the_last_of_a_page() -> None:
    body = f"## One\n\n{EMBEDS[0]}\n\n## Two\n\n[x]{{#z}}\n\n{EMBEDS[1]}"
    facts = facts_of(note("A", body))

    assert facts.anchors == ("one", "two", "z", "one-2", "one.two")
