"""One file to facts: what it says of itself, found without looking at any other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder.codec import digest
from builder.config import Settings
from builder.facts import ReadingSettings, kind_of, parse_document, reading_settings
from builder.model import Facts
from tests.builder.project import note

UTC = ReadingSettings("UTC", {})
NOVEMBER = 1_793_491_200  # 1 November 2026, 00:00 UTC


def facts_of(
    text: str | bytes, path: str = "content/posts/a.md", settings: ReadingSettings = UTC
) -> Facts:
    data = text if isinstance(text, bytes) else text.encode()
    return parse_document(path, data, digest(data), settings).facts


def said(facts: Facts) -> list[str]:
    return [str(problem) for problem in facts.problems]


# --- What a file says


def test_front_matter_is_known_to_other_pages() -> None:
    facts = facts_of(
        note(
            "A & <b>",
            summary="S",
            tags="[x, C++]",
            series="Long",
            lang="hi",
            id="tag:a",
            draft="true",
            aliases="[/old/]",
            slug="other",
            extra="{key: [1.10, no]}",
        )
    )

    assert facts.problems == ()
    assert (facts.title, facts.summary, facts.tags) == ("A & <b>", "S", ("x", "C++"))
    assert (facts.series, facts.lang, facts.feed_id) == ("Long", "hi", "tag:a")
    assert (facts.is_draft, facts.aliases, facts.slug) == (True, ("/old/",), "other")
    assert json.loads(facts.extra) == {"key": ["1.10", "no"]}


def test_a_file_without_front_matter_has_its_first_heading_as_title() -> None:
    facts = facts_of("# A *title* with `code`\n\nWords that follow.\n")

    assert (facts.title, facts.summary) == ("A title with code", "Words that follow.")
    assert facts.headings == ()
    assert facts.problems == ()


def test_the_first_heading_is_no_title_where_front_matter_has_one() -> None:
    facts = facts_of(note("Given", "# Written\n"))

    assert facts.title == "Given"
    assert [heading.text for heading in facts.headings] == ["Written"]


def test_a_page_without_any_title_is_a_problem() -> None:
    assert said(facts_of("Words only.\n")) == [
        "content/posts/a.md:1: this page has no title\n"
        "    add 'title:' or begin with a heading '# …'"
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "---\n---\n", "---\ndate: 2026-01-01\n---\n"])
def test_an_empty_file_is_a_problem_and_no_crash(text: str) -> None:
    assert len(facts_of(text).problems) == 1


def test_lines_in_problems_count_from_the_files_first_line() -> None:
    facts = facts_of("---\ntitle: A\n---\n\nWords $\\frac{$ more.\n")

    assert [problem.line for problem in facts.problems] == [5]


def test_mistakes_in_front_matter_and_in_the_body_are_told_together() -> None:
    facts = facts_of("---\ntitle: A\nnope: 1\n---\n\n```nolanguage\nx\n```\n")

    assert [problem.line for problem in facts.problems] == [3, 6]


def test_a_file_that_is_not_utf8_is_a_problem_at_the_line_of_the_byte() -> None:
    facts = facts_of(b"# Title\n\nCaf\xe9\n")

    assert said(facts) == [
        "content/posts/a.md:3: this file is not UTF-8: byte 0xe9\n"
        "    save it as UTF-8 in your editor"
    ]


# --- Moments


def test_a_moment_without_zone_is_in_the_sites_zone() -> None:
    berlin = ReadingSettings("Europe/Berlin", {})

    assert facts_of(note("A", date="2026-11-01 01:00"), settings=berlin).date == NOVEMBER
    assert facts_of(note("A", date="2026-11-01 00:00")).date == NOVEMBER


def test_a_moment_with_a_zone_keeps_it_and_is_shown_in_the_sites() -> None:
    facts = facts_of(
        note("A", date="2026-11-01T05:30:00+05:30", updated="2026-11-02T00:00:00Z"),
        settings=ReadingSettings("Asia/Kolkata", {}),
    )

    assert facts.date == NOVEMBER
    assert facts.shown_date == "2026-11-01T05:30:00+05:30"
    assert facts.shown_updated == "2026-11-02T05:30:00+05:30"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("date", ["1000-01-01", "1969-12-31", "9998-12-31 23:59:59"])
def test_the_first_and_the_last_years_are_dates_in_every_zone(zone: str, date: str) -> None:
    facts = facts_of(note("A", date=date), settings=ReadingSettings(zone, {}))

    assert facts.problems == ()
    assert facts.shown_date.startswith(date[:10])


def test_a_date_before_standard_time_has_an_offset_in_whole_minutes() -> None:
    berlin = ReadingSettings("Europe/Berlin", {})

    assert facts_of(note("A", date="1890-05-01"), settings=berlin).shown_date == (
        "1890-05-01T00:00:00+00:53"
    )


def test_moments_that_were_not_given_are_none() -> None:
    facts = facts_of(note("A", date=None))

    assert (facts.date, facts.updated, facts.publish, facts.expires) == (None,) * 4
    assert (facts.shown_date, facts.shown_updated) == ("", "")


# --- Kinds and slugs


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("content/posts/a.md", "posts"),
        ("content/notes/deep/er/a.md", "notes"),
        ("content/trivia/a/index.md", "trivia"),
        ("content/cards/a.md", "cards"),
        ("content/pages/a.md", "pages"),
        ("content/posts.md", None),
        ("content/a.md", None),
        ("content/drafts/a.md", None),
        ("snippets/posts/a.md", None),
    ],
)
def test_the_folder_below_content_is_the_kind(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("content/posts/softmax.md", "softmax"),
        ("content/posts/2026/softmax.md", "softmax"),
        ("content/posts/softmax/index.md", "softmax"),
        ("content/posts/Kept_As-Is.2.md", "Kept_As-Is.2"),
        ("content/posts/two words.md", "two-words"),
        ('content/posts/it\'s "50%" #1.md', "its-50-1"),
        ("content/posts/party 🎉.md", "party"),
        ("content/posts/चार.md", "चार"),
        ("content/posts/中文.md", "中文"),
        ("content/posts/e\u0301t\u00e9.md", "\u00e9t\u00e9"),
        ("content/posts/%2e%2e.md", "2e2e"),
        ("content/posts/a\nb.md", "a-b"),
    ],
)
def test_a_slug_is_made_of_the_name_of_the_file_or_of_its_folder(path: str, slug: str) -> None:
    facts = facts_of(note("A"), path)

    assert facts.slug == slug
    assert facts.problems == ()


@pytest.mark.parametrize("name", ["🎉.md", "#.md", "...md", "'\".md"])
def test_a_name_of_which_no_address_can_be_made_is_a_problem_unless_a_slug_is_given(
    name: str,
) -> None:
    (problem,) = facts_of(note("A"), f"content/posts/{name}").problems

    assert "no address can be made" in problem.message
    assert "slug:" in problem.hint
    assert facts_of(note("A", slug="a"), f"content/posts/{name}").problems == ()


def test_a_slug_too_long_for_a_folder_is_a_problem_at_its_line() -> None:
    (problem,) = facts_of(note("A", slug="中" * 70)).problems

    assert (problem.line, "longer than 200 bytes" in problem.message) == (4, True)


def test_a_very_long_name_is_a_problem_that_says_how_to_keep_it() -> None:
    (problem,) = facts_of(note("A"), f"content/posts/{'l' * 251}.md").problems

    assert "slug:" in problem.hint


def test_the_text_of_a_list_that_the_builder_makes_is_a_problem() -> None:
    (problem,) = facts_of(note("A"), "content/posts/index.md").problems

    assert "stands for no page" in problem.message


# --- Cards and papers


@pytest.mark.parametrize(
    ("path", "front_matter", "snippet"),
    [
        ("content/cards/z_test.md", {}, "z_test"),
        ("content/cards/z_test/index.md", {}, "z_test"),
        ("content/cards/z-test.md", {"snippet": "z_test"}, "z_test"),
        ("content/cards/z_test.md", {"slug": "other"}, "z_test"),
    ],
)
def test_a_card_knows_its_snippet(path: str, front_matter: dict[str, Any], snippet: str) -> None:
    assert facts_of(note("A", **front_matter), path).snippet == snippet


@pytest.mark.parametrize("key", ["snippet: z_test", "test: {timeout: 3}"])
def test_what_only_cards_have_is_a_problem_elsewhere(key: str) -> None:
    (problem,) = facts_of(f"---\ntitle: A\n{key}\n---\n").problems

    assert (problem.line, problem.message) == (3, f"'{key.partition(':')[0]}' is for cards")


def test_a_paper_is_a_reference_like_any_other() -> None:
    facts = facts_of(note("A", "See [b](b.md).", pdf="a paper.pdf"))

    assert [reference.target for reference in facts.references] == ["b.md", "a paper.pdf"]
    assert facts.references[-1].line == facts.lines["pdf"]


# --- What facts depend on


def test_facts_depend_on_the_bytes_the_path_and_few_settings_only() -> None:
    settings = Settings("T", "https://example.org", "Ada")
    others = Settings("U", "https://example.org/x", "Bob", per_page=3, language="hi")
    elsewhere = Settings("T", "https://example.com", "Ada")

    assert reading_settings(settings) == reading_settings(others)
    # What 'self' means in the site's policy.
    assert reading_settings(settings) != reading_settings(elsewhere)
    assert facts_of(note("A")) == facts_of(note("A"))
