"""What is published at a moment, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from builder.codec import replace
from builder.config import Options
from builder.link.publish import Validity, find_validity, why_omitted
from tests.builder.failing import problem_of
from tests.builder.project import NOW, Project, note
from tests.builder.test_facts import facts_of

DAY = 86_400
LATER, EARLIER = "2026-11-02", "2026-10-31"  # a day after NOW and a day before


def why(*, drafts: bool = False, future: bool = False, **front_matter: Any) -> str:
    """Why a page with this front matter is left out at NOW."""
    facts = facts_of(note("A", **front_matter))
    assert facts.problems == ()
    return why_omitted(facts, Options(NOW, drafts=drafts, future=future))


# --- Decisions


@pytest.mark.parametrize(
    ("front_matter", "reason"),
    [
        ({}, ""),
        ({"date": None}, ""),
        ({"draft": "false"}, ""),
        ({"draft": "true"}, "is a draft"),
        ({"date": LATER}, "is to be published on 2026-11-02 00:00:00 UTC"),
        ({"date": "2026-11-01"}, ""),
        ({"date": "2026-11-01 00:00:01"}, "is to be published on 2026-11-01 00:00:01 UTC"),
        ({"date": "2026-11-01T05:30:00+05:30"}, ""),
        ({"publish": LATER}, "is to be published on 2026-11-02 00:00:00 UTC"),
        ({"publish": EARLIER}, ""),
        ({"date": LATER, "publish": EARLIER}, ""),
        ({"date": None, "publish": LATER}, "is to be published on 2026-11-02 00:00:00 UTC"),
        ({"expires": EARLIER}, "expired on 2026-10-31 00:00:00 UTC"),
        ({"expires": "2026-11-01"}, "expired on 2026-11-01 00:00:00 UTC"),
        ({"expires": LATER}, ""),
        ({"draft": "true", "expires": EARLIER}, "is a draft"),
    ],
)
def test_a_page_is_left_out_for_a_reason(front_matter: dict[str, Any], reason: str) -> None:
    assert why(**front_matter) == reason


def test_drafts_asks_for_drafts_alone() -> None:
    assert why(drafts=True, draft="true") == ""
    assert why(drafts=True, date=LATER) != ""
    assert why(drafts=True, draft="true", date=LATER) != ""


def test_future_asks_for_what_is_to_come_alone() -> None:
    assert why(future=True, date=LATER) == ""
    assert why(future=True, publish=LATER) == ""
    assert why(future=True, draft="true") != ""
    assert why(future=True, expires=EARLIER) != ""


def test_the_answer_holds_between_the_nearest_moments() -> None:
    pages = [
        facts_of(note("A", date=EARLIER, expires=LATER)),
        facts_of(note("B", date="2025-01-01", publish="2027-01-01")),
        facts_of(note("C", date=None)),
    ]

    assert find_validity(pages, NOW) == Validity(NOW - DAY, NOW + DAY)
    assert find_validity([pages[2]], NOW) == Validity(None, None)
    assert find_validity([replace(pages[2], expires=NOW)], NOW) == Validity(NOW, None)


# --- What a build says and leaves out


def test_each_page_that_is_left_out_gets_one_line(project: Project) -> None:
    project.write("posts/a.md", note("A", draft="true")).write("posts/b.md", note("B", date=LATER))
    project.write("posts/c.md", note("C", expires=EARLIER)).write("posts/d.md", note("D")).build()

    assert project.report is not None
    assert sorted(project.report.notices) == [
        "content/posts/a.md: left out: is a draft",
        "content/posts/b.md: left out: is to be published on 2026-11-02 00:00:00 UTC",
        "content/posts/c.md: left out: expired on 2026-10-31 00:00:00 UTC",
    ]
    assert project.warnings == []


@pytest.mark.parametrize(
    "front_matter", [{"draft": "true"}, {"date": LATER}, {"publish": LATER}, {"expires": EARLIER}]
)
def test_a_page_that_is_left_out_is_in_no_output(
    project: Project, front_matter: dict[str, Any]
) -> None:
    project.write("posts/b.md", note("B", "See [it](hidden/index.md), [[hidden|it]].", tags="[x]"))
    project.write("posts/hidden/p.svg", "<svg>zebra</svg>")
    text = note(
        "Zebra title",
        "Zebra words. ![z](p.svg) [b](../b.md)",
        tags="[zebra, x]",
        series="Zebras",
        aliases="[/zebra/]",
        slug="zebra-slug",
        **front_matter,
    )
    project.write("posts/hidden/index.md", text).build()

    for path, data in project.tree().items():
        assert "zebra" not in path.lower()
        assert b"zebra" not in data.lower(), path


def test_files_of_a_page_inside_a_drafts_folder_are_published_with_that_page(
    project: Project,
) -> None:
    project.write("posts/draft/index.md", note("D", draft="true")).write("posts/draft/no.svg", "x")
    project.write("posts/draft/in/index.md", note("In", "![p](p.svg)")).write(
        "posts/draft/in/p.svg", "x"
    )
    project.build()

    assert "posts/in/p.svg" in project.rebuilt
    assert not [path for path in project.rebuilt if path.endswith("no.svg")]


def test_drafts_and_what_is_to_come_are_built_when_asked_for(project: Project) -> None:
    project.write("posts/a.md", note("A", draft="true")).write("posts/b.md", note("B", date=LATER))

    assert "posts/a/index.html" in project.with_options(drafts=True).build().rebuilt
    project.with_options(future=True).build()
    assert "posts/b/index.html" in project.rebuilt
    assert "posts/a/index.html" not in project.tree()


def test_a_page_appears_when_its_moment_has_come_and_goes_when_it_expires(project: Project) -> None:
    project.write("posts/a.md", note("A", date=LATER, expires="2026-11-03")).build()
    assert "posts/a/index.html" not in project.tree()

    project.with_options(now=NOW + DAY).build()
    assert "posts/a/index.html" in project.tree()

    project.with_options(now=NOW + 2 * DAY).build()
    assert "posts/a/index.html" not in project.tree()


def test_mistakes_in_a_draft_stop_the_build_all_the_same(project: Project) -> None:
    project.write("posts/a.md", note("A", "$\\frac{$", draft="true"))

    assert problem_of(project).path == "content/posts/a.md"


def test_a_post_without_a_date_is_listed_last_is_in_no_feed_and_gets_a_warning(
    project: Project,
) -> None:
    project.write("posts/a.md", note("Undated", date=None)).write(
        "posts/b.md", note("Dated")
    ).build()

    assert project.warnings == [
        "content/posts/a.md:1: warning: this post has no date:"
        " it is listed last and is in no feed\n"
        "    add 'date: 2026-11-21'"
    ]
    home = project.main("index.html")
    assert home.index("Dated") < home.index("Undated")
    for feed in ("atom.xml", "rss.xml", "feed.json"):
        assert "Undated" not in project.read(feed)


@pytest.mark.parametrize("path", ["pages/a.md", "notes/a.md", "trivia/a.md"])
def test_only_a_post_needs_a_date(project: Project, path: str) -> None:
    project.write(path, note("A", date=None)).build()

    assert project.warnings == []
