"""A page among the others: newer and older, backlinks, related pages, series, tags."""

from __future__ import annotations

import re

import pytest

from builder.link.neighbours import find_related
from builder.model import Tag
from tests.builder.project import Project, note
from tests.builder.test_facts import facts_of


def links_in(project: Project, page: str, section: str) -> list[str]:
    """The texts of links in "neighbours", "Related", "Linked from" or "series" of a page."""
    html = project.main(f"{page}/index.html")
    if section in ("neighbours", "series"):
        html = html.partition(f'<nav class="{section}"')[2].partition("</nav>")[0]
    else:
        html = html.partition(f"<h2>{section}</h2>")[2].partition("</section>")[0]
    return re.findall(r"<a [^>]*>([^<]*)</a>", html)


# --- Newer and older


def test_neighbours_are_the_next_dated_pages_of_the_same_kind(project: Project) -> None:
    for day, kind in ((1, "posts"), (2, "notes"), (3, "posts"), (4, "posts")):
        project.write(f"{kind}/d{day}.md", note(f"Day {day}", date=f"2026-01-0{day}"))
    project.write("posts/undated.md", note("Undated", date=None)).build()

    assert links_in(project, "posts/d1", "neighbours") == ["Day 3"]
    assert links_in(project, "posts/d3", "neighbours") == ["Day 1", "Day 4"]
    assert links_in(project, "posts/d4", "neighbours") == ["Day 3"]
    assert links_in(project, "notes/d2", "neighbours") == []
    assert links_in(project, "posts/undated", "neighbours") == []


def test_pages_of_one_moment_are_ordered_by_their_paths(project: Project) -> None:
    for slug in ("b", "c", "a"):
        project.write(f"posts/{slug}.md", note(slug.upper()))
    project.build()

    home = project.main("posts/index.html")
    assert home.index(">A<") < home.index(">B<") < home.index(">C<")
    assert links_in(project, "posts/b", "neighbours") == ["C", "A"]


def test_moments_are_compared_in_time_and_not_as_written(project: Project) -> None:
    project.write("posts/a.md", note("Earlier", date="2026-01-02T00:00:00+05:30"))
    project.write("posts/b.md", note("Later", date="2026-01-01T20:00:00Z")).build()

    assert links_in(project, "posts/a", "neighbours") == ["Later"]
    assert 'class="newer"' in project.main("posts/a/index.html")


def test_standing_pages_have_no_neighbours(project: Project) -> None:
    project.write("pages/a.md", note("A")).write("pages/b.md", note("B")).build()

    assert links_in(project, "a", "neighbours") == []


# --- Backlinks


def test_a_page_lists_those_that_link_to_it_once_each_newest_first(project: Project) -> None:
    project.write("posts/t.md", note("Target", "## Part\n\n[self](#part) and [self](t.md)"))
    project.write("posts/a.md", note("Old", "[x](t.md) [y](t.md#part) [[t]]", date="2026-01-01"))
    project.write("notes/b.md", note("New", "[x](/posts/t/)", date="2026-02-01"))
    project.write("posts/d.md", note("Draft", "[x](t.md)", draft="true")).build()

    assert links_in(project, "posts/t", "Linked from") == ["New", "Old"]
    assert links_in(project, "posts/a", "Linked from") == []


# --- Related pages


def test_related_pages_share_the_rarest_tags_and_then_are_the_nearest(project: Project) -> None:
    tags = dict.fromkeys("abcdef", "[common, usual]") | {
        "a": "[common, usual, rare]",
        "g": "[rare]",
    }
    for slug, listed in tags.items():
        project.write(f"posts/{slug}.md", note(slug.upper(), tags=listed))
    project.build()

    assert links_in(project, "posts/a", "Related") == ["G", "B", "C"]
    assert links_in(project, "posts/f", "Related") == ["E", "D", "C"]


def test_a_page_without_shared_tags_has_no_related_ones(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[x]")).write(
        "posts/b.md", note("B", tags="[y]")
    ).build()

    assert links_in(project, "posts/a", "Related") == []


def test_a_page_that_links_here_is_not_listed_twice(project: Project) -> None:
    project.write("posts/a.md", note("A", "[b](b.md)", tags="[x]"))
    project.write("posts/b.md", note("B", tags="[x]")).build()

    assert links_in(project, "posts/b", "Linked from") == ["A"]
    assert links_in(project, "posts/b", "Related") == []


@pytest.mark.parametrize("count", [1, 2, 5, 8, 9, 40])
def test_no_page_is_related_to_itself_and_the_nearest_come_first(count: int) -> None:
    pages = [facts_of(note("A"))] * count
    related = find_related(pages, [Tag("x", "/tags/x/", tuple(range(count)))])

    for position, others in enumerate(related):
        assert min(2, count - 1) <= len(others) <= 3
        assert position not in others
        distances = [abs(other - position) for other in others]
        assert distances == sorted(distances)
        assert max(distances, default=0) <= 3


# --- Series


def test_a_series_is_read_from_its_oldest_part(project: Project) -> None:
    for day in (3, 1, 2):
        project.write(
            f"posts/d{day}.md", note(f"Part {day}", date=f"2026-01-0{day}", series="Long one")
        )
    project.write("posts/undated.md", note("Undated", series="Long one", date=None)).build()

    html = project.main("posts/d2/index.html")
    assert "Part 2 of 4: <cite>Long one</cite>" in html
    assert links_in(project, "posts/d2", "series") == [
        "Part 1",
        "Part 3",
        "Undated",
        "The whole series",
    ]
    listed = project.main("series/long-one/index.html")
    places = [listed.index(f">{title}<") for title in ("Part 1", "Part 2", "Part 3", "Undated")]
    assert places == sorted(places)


def test_a_long_series_is_listed_whole(project: Project) -> None:
    project.edit("pyproject.toml", 'author = "Ada"', 'author = "Ada"\nper_page = 2')
    for day in range(1, 8):
        project.write(f"posts/d{day}.md", note(f"Part {day}", date=f"2026-01-0{day}", series="S"))
    project.build()

    assert project.main("series/s/index.html").count("<h2>") == 7
    assert not [path for path in project.tree() if path.startswith("series/s/page")]


# --- Tags spelled differently


def test_a_tag_keeps_the_oldest_spelling_and_others_get_a_warning(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[Machine Learning]", date="2026-01-01"))
    project.write("posts/b.md", note("B", tags="[machine learning]", date="2026-01-02")).build()

    assert project.warnings == [
        "content/posts/b.md:4: warning: 'machine learning' is also written 'Machine Learning'\n"
        "    write it alike"
    ]
    listed = project.main("tags/machine-learning/index.html")
    assert "Tagged “Machine Learning”" in listed
    assert listed.count("<h2>") == 2


def test_one_tag_in_two_spellings_on_one_page_lists_the_page_once(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[x, X]")).build()

    assert project.main("tags/x/index.html").count("<h2>") == 1


def test_a_series_spelled_differently_is_one_series(project: Project) -> None:
    project.write("posts/a.md", note("A", series="My Series", date="2026-01-01"))
    project.write("posts/b.md", note("B", series="my series", date="2026-01-02")).build()

    assert len(project.warnings) == 1
    assert links_in(project, "posts/b", "series") == ["A", "The whole series"]


def test_tags_that_differ_in_letters_are_different(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[C, C++, 'C#']")).build()

    assert project.warnings == []
    assert {"tags/c/index.html", "tags/c++/index.html", "tags/c#/index.html"} <= project.rebuilt
