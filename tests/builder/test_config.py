"""Settings: every mistake at its line, all in one run."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from pathlib import Path

import pytest
import tzdata

from builder.config import MenuItem, Settings, check_settings, load_zone, read_settings
from builder.errors import BuildFailed, Problem

FULL = """\
[project]
title = "not ours"

[tool.proofpress]
title = "Notes"
base_url = "https://example.org"
author = "Ada"
"""


def problems_in(text: str) -> tuple[Problem, ...]:
    with pytest.raises(BuildFailed) as failed:
        check_settings(text)
    return failed.value.problems


def problem_with(line: str) -> Problem:
    """The only problem that a line more in the table gives; it must stand at that line."""
    (problem,) = problems_in(FULL + line + "\n")
    assert problem.line == 8, problem
    return problem


def test_title_address_and_author_are_enough_and_the_rest_has_the_documented_values() -> None:
    assert check_settings(FULL) == Settings(
        title="Notes",
        base_url="https://example.org",
        author="Ada",
        description="",
        language="en",
        timezone="UTC",
        per_page=10,
        feed_limit=20,
        edit_url="",
        menu=(),
        math_macros={},
        og_images=False,
    )


def test_every_setting_is_read() -> None:
    settings = check_settings(
        FULL
        + 'description = "D"\nlanguage = "zh-Hans"\ntimezone = "Europe/Berlin"\nper_page = 3\n'
        + 'feed_limit = 4\nedit_url = "https://code.example/edit"\nog_images = true\n'
        + 'menu = [{ title = "About", url = "/about/" }]\n'
        + r'math_macros = { "\\R" = "\\mathbb{R}" }'
    )

    assert settings.description == "D"
    assert (settings.language, settings.timezone) == ("zh-Hans", "Europe/Berlin")
    assert (settings.per_page, settings.feed_limit) == (3, 4)
    assert settings.edit_url == "https://code.example/edit"
    assert settings.og_images
    assert settings.menu == (MenuItem("About", "/about/"),)
    assert settings.math_macros == {"R": r"\mathbb{R}"}


URLS = "[project.urls]\n"
EDIT = 'edit_url = "{}"\n'


@pytest.mark.parametrize(
    ("before", "after", "source"),
    [
        (f'{URLS}Source = "https://a.example/b"\n', "", "https://a.example/b"),
        (f'{URLS}"source code" = "https://a.example/b"\n', "", "https://a.example/b"),
        (
            f'{URLS}Homepage = "https://x.example"\nRepository = "http://a.example/b"\n',
            EDIT.format("https://c.example/d/e/edit/main/"),
            "http://a.example/b",
        ),
        (f'{URLS}Source = "javascript:alert(1)"\n', "", ""),
        (f"{URLS}Source = 3\n", "", ""),
        ("", EDIT.format("https://c.example/d/e/edit/main/"), "https://c.example/d/e"),
        ("", EDIT.format("https://c.example/d/sub/e/-/edit/main/"), "https://c.example/d/sub/e"),
        ("", EDIT.format("https://c.example/d/e/_edit/branch/main"), "https://c.example/d/e"),
        ("", EDIT.format("https://code.example/edit"), ""),
    ],
)
def test_where_the_sites_files_can_be_read_is_taken_from_what_says_so(
    before: str, after: str, source: str
) -> None:
    assert check_settings(before + FULL + after).source_url == source


def test_the_source_is_no_setting_of_its_own() -> None:
    assert "source_url" in problem_with('source_url = "https://a.example"').message


def test_an_unknown_setting_is_a_problem_at_its_line_with_the_nearest_name() -> None:
    problem = problem_with("per_pages = 3")

    assert problem.message == "unknown setting 'per_pages'"
    assert problem.hint == "did you mean 'per_page'?"


def test_an_unknown_table_of_settings_is_a_problem_at_its_head() -> None:
    problem = problem_with("[tool.proofpress.feeds]")

    assert problem.message == "unknown setting 'feeds'"


def test_every_missing_setting_is_named_at_the_table() -> None:
    problems = problems_in('[tool]\n\n[tool.proofpress]\ntitle = "T"\n')

    assert {problem.line for problem in problems} == {3}
    assert {problem.message for problem in problems} == {
        "the setting 'base_url' is missing",
        "the setting 'author' is missing",
    }


def test_all_mistakes_are_told_in_one_run() -> None:
    problems = problems_in(
        '[tool.proofpress]\ntitle = ""\nbase_url = "x"\nper_page = 0\nnope = 1\n'
    )

    assert [problem.line for problem in problems] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "line",
    [
        "per_page = 0",
        "per_page = true",
        'per_page = "10"',
        "feed_limit = -1",
        'og_images = "yes"',
        "description = 3",
        'description = "a\\uFFFEb"',
        'language = "english please"',
        'language = ""',
        'timezone = "Mars/Olympus"',
        'timezone = "../../etc/passwd"',
        'timezone = "Europe"',
        'menu = "About"',
        "menu = [1]",
        'menu = [{ title = "About" }]',
        'menu = [{ title = "About", url = "/about/", icon = "x" }]',
        'menu = [{ title = "About", url = "about/" }]',
        'menu = [{ title = "About", url = "http://[::1" }]',
        'math_macros = ["R"]',
        "math_macros = { R = 3 }",
    ],
)
def test_a_value_of_the_wrong_kind_is_a_problem_at_its_line(line: str) -> None:
    problem = problem_with(line)

    assert problem.message.startswith(f"{line.partition(' ')[0]}: ")


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://example.org/?q",
        "https://example.org/#top",
        "https://[::1",
        "https://example.org/my notes",
        "https://example.org/नोट",
        'https://example.org/"',
        "https://example.org/a\\n/b",
        "https://example.org/a/../b",
        "https://example.org//a",
    ],
)
def test_a_base_url_that_is_no_plain_address_is_a_problem(address: str) -> None:
    (problem,) = problems_in(FULL.replace("https://example.org", address.replace('"', '\\"')))

    assert problem.line == 6
    assert problem.message.startswith("base_url: ")


@pytest.mark.parametrize(
    ("address", "advised"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://Bücher.Example/é", "https://xn--bcher-kva.Example/%C3%A9"),
        ("http://ada@straße.example:8000/a", "http://ada@xn--strae-oqa.example:8000/a"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://example.org/é", "https://example.org/%C3%A9"),
    ],
)
def test_an_address_in_other_letters_is_advised_as_it_is_asked_for(
    address: str, advised: str
) -> None:
    (problem,) = problems_in(FULL.replace("https://example.org", address))

    assert problem.message.endswith(f": {advised}")
    assert check_settings(FULL.replace("https://example.org", advised)).base_url == advised


def test_a_malformed_address_is_told_in_the_same_words_as_none() -> None:
    (problem,) = problems_in(FULL.replace("https://example.org", "https://[::1"))

    assert "must be an address such as https://example.org/notes, not" in problem.message


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("https://example.org", ""),
        ("https://example.org/", ""),
        ("https://example.org/notes", "/notes"),
        ("http://localhost:8000/a/b/", "/a/b"),
        ("https://example.org/%E0%A4%A8", "/%E0%A4%A8"),
    ],
)
def test_the_base_path_is_what_follows_the_host_without_a_slash_at_its_end(
    given: str, path: str
) -> None:
    assert check_settings(FULL.replace("https://example.org", given)).base_path == path


def test_a_file_that_is_not_toml_is_a_problem_at_the_line_of_the_mistake() -> None:
    (problem,) = problems_in('[tool.proofpress]\ntitle = "a\n')

    assert (problem.path, problem.line) == ("pyproject.toml", 2)


@pytest.mark.parametrize("text", ["", "tool = 3\n", "[tool]\nproofpress = 1\n", "[tool.other]\n"])
def test_a_file_without_our_table_says_what_to_add(text: str) -> None:
    (problem,) = problems_in(text)

    assert problem.message == "has no table [tool.proofpress]"
    assert "base_url" in problem.hint


def test_a_folder_without_settings_is_a_problem_that_names_the_command_to_make_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(BuildFailed, match="proofpress new site"):
        read_settings(tmp_path)


def test_settings_that_are_not_utf8_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(FULL.encode() + b"# \xff\n")

    with pytest.raises(BuildFailed, match="UTF-8"):
        read_settings(tmp_path)


def test_settings_that_are_a_folder_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()

    with pytest.raises(BuildFailed, match="cannot be read"):
        read_settings(tmp_path)


def test_a_text_with_a_control_character_is_a_problem() -> None:
    assert "U+0007" in problem_with('description = "a\\u0007b"').message


def test_a_zone_comes_from_the_installed_tables_whatever_the_machine_has(tmp_path: Path) -> None:
    moment = datetime(2026, 7, 1, 12)
    installed = Path(tzdata.__file__).parent / "zoneinfo"
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe/Berlin").write_bytes((installed / "Asia/Kolkata").read_bytes())
    zoneinfo.reset_tzpath([tmp_path])
    zoneinfo.ZoneInfo.clear_cache()
    load_zone.cache_clear()
    try:
        assert (
            moment.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).isoformat()[-6:] == "+05:30"
        )
        assert moment.replace(tzinfo=load_zone("Europe/Berlin")).isoformat()[-6:] == "+02:00"
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
