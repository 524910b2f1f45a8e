"""Front matter: what is read, and every mistake at its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builder.errors import Problem
from builder.read.front_matter import FrontMatter, read_front_matter

PATH = "content/posts/a.md"


def read(text: str) -> FrontMatter:
    return read_front_matter(text, PATH)


def values(*rows: str) -> dict[str, Any]:
    """The values that these rows of YAML give, which must be without a mistake."""
    matter = read("\n".join(["---", *rows, "---", ""]))
    assert matter.problems == ()
    return matter.values


def problem(*rows: str) -> Problem:
    """The only mistake in these rows of YAML; the first of them is line 2 of the file."""
    matter = read("\n".join(["---", *rows, "---", ""]))
    assert len(matter.problems) == 1, matter.problems
    return matter.problems[0]


# --- Where it begins and ends


@pytest.mark.parametrize(
    "text", ["", "Words.\n", "# Title\n", "----\ntitle: x\n", " ---\na: b\n---\n"]
)
def test_a_text_without_front_matter_is_all_body(text: str) -> None:
    assert read(text) == FrontMatter({}, {}, text, 1, ())


def test_the_body_begins_behind_the_closing_line_and_knows_its_line() -> None:
    matter = read("---\ntitle: A\n---\nFirst.\n---\nSecond.\n")

    assert matter.body.rstrip() == "First.\n---\nSecond."
    assert matter.body_line == 4


def test_a_rule_of_dashes_inside_a_text_does_not_begin_front_matter() -> None:
    assert read("Words.\n\n---\n\ntitle: x\n").values == {}


def test_a_byte_order_mark_and_spaces_behind_the_dashes_do_not_hide_front_matter() -> None:
    assert read("\ufeff--- \t\ntitle: A\n---  \n").values == {"title": "A"}


def test_windows_line_ends_are_read_alike() -> None:
    matter = read("---\r\ntitle: A\r\ntags: [x, y]\r\n---\r\nWords.\r\n")

    assert matter.values == {"title": "A", "tags": ("x", "y")}
    assert matter.lines == {"title": 2, "tags": 3}
    assert matter.problems == ()


def test_front_matter_may_be_empty_or_hold_only_comments() -> None:
    assert read("---\n---\nWords.\n").problems == ()
    assert values("# nothing yet") == {}


def test_front_matter_may_end_the_file() -> None:
    assert read("---\ntitle: A\n---").values == {"title": "A"}


def test_front_matter_that_is_not_closed_is_a_problem_at_its_first_line() -> None:
    matter = read("---\ntitle: A\n\nWords.\n")

    (mistake,) = matter.problems
    assert (mistake.path, mistake.line) == (PATH, 1)
    assert "not closed" in mistake.message
    assert matter.body == ""


# --- Values keep their spelling


def test_values_keep_their_spelling() -> None:
    assert values("lang: no", "title: 1.10", "summary: 2026-01-01", "series: 0x10", "id: yes") == {
        "lang": "no",
        "title": "1.10",
        "summary": "2026-01-01",
        "series": "0x10",
        "id": "yes",
    }


def test_values_in_extra_keep_their_spelling_and_shape() -> None:
    assert values("extra:", "  version: 1.10", "  list: [no, {a: 012}]", "  empty: ''") == {
        "extra": {"version": "1.10", "list": ["no", {"a": "012"}], "empty": ""}
    }


def test_toml_gives_the_same_values_as_yaml() -> None:
    matter = read(
        '+++\ntitle = "A"\ndate = 2026-01-02T03:04:05Z\ntags = ["x", "y"]\ndraft = true\n'
        "[extra]\nversion = 1.10\ncount = 3\n+++\nWords.\n"
    )

    assert matter.problems == ()
    assert matter.values == {
        "title": "A",
        "date": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "tags": ("x", "y"),
        "draft": True,
        "extra": {"version": "1.10", "count": "3"},
    }
    assert (matter.lines["tags"], matter.lines["extra"], matter.body_line) == (4, 6, 10)


def test_an_emoji_and_every_script_may_stand_in_values() -> None:
    assert values("title: 🎉 चार 中文")["title"] == "🎉 चार 中文"


def test_spaces_and_line_breaks_in_a_text_become_one_space() -> None:
    assert values("title: >", "  one", "  two ")["title"] == "one two"


@pytest.mark.parametrize("empty", ["", "~", "null", '""'])
def test_a_key_without_a_value_says_nothing(empty: str) -> None:
    assert values(f"summary: {empty}", f"date: {empty}", f"tags: {empty}", f"draft: {empty}") == {}


def test_a_quoted_null_is_a_word() -> None:
    assert values("title: 'null'") == {"title": "null"}


def test_an_empty_item_in_a_list_is_left_out_and_a_repeated_one_too() -> None:
    assert values("tags: [a, ~, b, a]") == {"tags": ("a", "b")}


# --- Moments


@pytest.mark.parametrize(
    ("spelled", "moment"),
    [
        ("2026-11-21", datetime(2026, 11, 21)),
        ("2026-11-21 10:30", datetime(2026, 11, 21, 10, 30)),
        ("2026-11-21T10:30:05", datetime(2026, 11, 21, 10, 30, 5)),
        ("2026-11-21T10:30:00Z", datetime(2026, 11, 21, 10, 30, tzinfo=UTC)),
        ("'2026-11-21'", datetime(2026, 11, 21)),
    ],
)
def test_a_moment_may_be_written_in_every_iso_form(spelled: str, moment: datetime) -> None:
    assert values(f"date: {spelled}") == {"date": moment}


def test_a_moment_may_have_its_own_zone() -> None:
    date = values("date: 2026-11-21T10:30:00+05:30")["date"]

    assert date.utcoffset() == timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    "spelled",
    [
        "2026-02-30",
        "2026-13-01",
        "21.11.2026",
        "tomorrow",
        "10:30",
        "[2026-01-01]",
        "{a: b}",
        "0001-01-01",
        "9999-12-31",
        "0999-06-01",
    ],
)
def test_a_date_that_cannot_be_is_a_problem_at_its_line(spelled: str) -> None:
    mistake = problem("title: A", f"date: {spelled}")

    assert mistake.line == 3
    assert mistake.message.startswith("date: ")


# --- Mistakes


def test_an_unknown_key_is_a_problem_with_the_nearest_name() -> None:
    mistake = problem("title: A", "sumary: B")

    assert (mistake.line, mistake.message) == (3, "unknown key 'sumary'")
    assert mistake.hint == "did you mean 'summary'?"


def test_an_unknown_key_like_no_other_is_sent_to_extra() -> None:
    assert "extra:" in problem("zzzz: B").hint


def test_a_repeated_key_is_a_problem_at_the_second_one() -> None:
    mistake = problem("title: A", "tags: [x]", "title: B")

    assert (mistake.line, mistake.message) == (4, "the key 'title' is repeated")


def test_a_repeated_key_inside_a_table_is_a_problem_too() -> None:
    assert problem("extra:", "  a: 1", "  a: 2").line == 4


def test_a_repeated_key_in_toml_is_a_problem_at_its_line() -> None:
    (mistake,) = read('+++\ntitle = "A"\ntitle = "B"\n+++\n').problems

    assert mistake.line == 3


def test_all_mistakes_are_told_in_one_run() -> None:
    matter = read("---\ntitle: [a]\ndate: never\ntags: x\nnope: 1\ndraft: maybe\n---\n")

    assert [mistake.line for mistake in matter.problems] == [2, 3, 4, 5, 6]


def test_right_keys_are_kept_beside_wrong_ones() -> None:
    assert read("---\ntitle: A\nnope: 1\n---\n").values == {"title": "A"}


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (("title: A: B",), 2),
        (("title: A", "summary: 'open"), 3),
        (("title: A", "\tdate: x"), 3),
        (("tags: [a, b",), 2),
        (("title: *nowhere",), 2),
        (("title: A", "? [x, y]", ": z"), 3),
        (("title: A", "@b: c"), 3),
        (("title: A", "summary: a\x00b"), 3),
        (("title: A", "summary: 🎉\x07"), 3),
    ],
)
def test_broken_yaml_is_a_problem_near_its_line(rows: tuple[str, ...], line: int) -> None:
    mistake = problem(*rows)

    assert line <= mistake.line <= len(rows) + 2
    assert mistake.path == PATH


def test_broken_toml_is_a_problem_at_its_line() -> None:
    (mistake,) = read('+++\ntitle = "A"\ndate = = 3\n+++\n').problems

    assert mistake.line == 3
    assert mistake.message.startswith("front matter is not TOML")


@pytest.mark.parametrize("rows", [("- a", "- b"), ("just a text",), ("'quoted'",)])
def test_front_matter_that_is_no_table_is_a_problem(rows: tuple[str, ...]) -> None:
    mistake = problem(*rows)

    assert mistake.line == 2
    assert "not keys with values" in mistake.message


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("title: [a]", "must be text, not a list"),
        ("title: {a: b}", "must be text, not a table"),
        ("tags: one", "must be a list"),
        ("tags: [[a]]", "must be text"),
        ("tags: [a/b]", "cannot be one part of an address"),
        ("tags: ['..']", "cannot be one part of an address"),
        ("tags: ['a\\b']", "cannot be one part of an address"),
        ("series: ..", "cannot be one part of an address"),
        ("series: a/b", "cannot be one part of an address"),
        ("slug: ../a", "cannot be one part of an address"),
        ("slug: a/b", "cannot be one part of an address"),
        ("slug: ..", "cannot be one part of an address"),
        ("slug: .", "cannot be one part of an address"),
        ("slug: 'a#b'", "cannot be one part of an address"),
        ("slug: 'a?b'", "cannot be one part of an address"),
        ("slug: '50%'", "cannot be one part of an address"),
        ("snippet: ../secret", "cannot be one part of an address"),
        ("aliases: [old]", "must start with '/'"),
        ("aliases: /old/", "must be a list"),
        ("aliases: [/../old/]", "leaves the site"),
        ("aliases: [/%2e%2e/old/]", "leaves the site"),
        ("aliases: [/a/%2E/b]", "leaves the site"),
        ("aliases: [//evil.example/]", "no plain address"),
        ("aliases: [/a//b/]", "no plain address"),
        ("aliases: ['/a?b']", "no plain address"),
        ("aliases: ['/a#b']", "no plain address"),
        ("aliases: ['/a\\b']", "no plain address"),
        (f"aliases: [/{'x' * 250}/]", "too long"),
        (f"aliases: [{'/abcdefgh' * 200}/]", "too long"),
        ("pdf: ../paper.pdf", "leaves the folder"),
        ("pdf: /paper.pdf", "leaves the folder"),
        ("pdf: paper.txt", "is no PDF"),
        ("draft: yes", "must be true or false"),
        ("draft: 1", "must be true or false"),
        ("draft: [true]", "must be true or false"),
        ("lang: english please", "not a language tag"),
        ("lang: e", "not a language tag"),
        ("extra: word", "must be a table"),
        ("extra: [a]", "must be a table"),
        ('title: "a\\u0007b"', "U+0007"),
        ('tags: ["a\\u0000"]', "U+0000"),
        ('id: "tag:\\uFFFE"', "id: has what is no character, U+FFFE"),
        ('summary: "\\uFFFF"', "what is no character, U+FFFF"),
    ],
)
def test_a_value_that_cannot_be_is_a_problem_at_its_line(row: str, part: str) -> None:
    mistake = problem("# a comment", row)

    assert mistake.line == 3
    assert part in f"{mistake.message}\n{mistake.hint}"


def test_an_alias_may_be_percent_encoded_and_means_what_it_says() -> None:
    assert values("aliases: [/old%20name/, '/c%23/', /100%/]")["aliases"] == (
        "/old name/",
        "/c#/",
        "/100%/",
    )


# --- Traps


def test_anchors_that_multiply_end_in_a_problem_and_not_in_all_of_memory() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    matter = read("\n".join(["---", "extra:", *(f"  {row}" for row in rows), "---", ""]))

    assert any("anchors" in mistake.message for mistake in matter.problems)


def test_anchors_that_name_each_other_a_thousand_times_are_a_problem_and_no_crash() -> None:
    rows = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 2000))]

    matter = read("\n".join(["---", "extra:", *(f"  {row}" for row in rows), "---", ""]))

    assert any("anchors" in mistake.message for mistake in matter.problems)


def test_an_anchor_inside_itself_is_a_problem() -> None:
    matter = read("---\nextra: &a\n  b: *a\n---\n")

    (mistake,) = matter.problems
    assert "anchors" in mistake.message
    assert mistake.line in (2, 3)


@pytest.mark.parametrize("depth", [200, 20_000, 300_000])
@pytest.mark.parametrize("marks", ["[]", "{}"])
def test_brackets_nested_too_deeply_are_a_problem_and_no_crash(marks: str, depth: int) -> None:
    matter = read(f"---\nextra:\n  a: {marks[0] * depth}{marks[1] * depth}\n---\n")

    assert matter.problems
    assert matter.problems[0].path == PATH


def test_dashes_nested_too_deeply_are_a_problem_and_no_crash() -> None:
    matter = read(f"---\nextra: \n  a:\n    {'- ' * 100_000}x\n---\n")

    assert matter.problems


def test_toml_nested_too_deeply_is_a_problem_and_no_crash() -> None:
    (mistake,) = read(f"+++\nextra = {'[' * 50_000}{']' * 50_000}\n+++\n").problems

    assert mistake.path == PATH


def test_a_large_table_for_templates_is_no_trap() -> None:
    rows = [f"  key{number}: {number}" for number in range(5_000)]

    assert len(values("extra:", *rows)["extra"]) == 5_000


def test_a_key_of_a_megabyte_is_told_in_one_short_line() -> None:
    (told,) = read(f"---\n? {'k' * 1_000_000}\n: b\n---\n").problems

    assert len(str(told)) < 300
