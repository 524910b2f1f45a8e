"""The folder as a whole: the list of digests, unreadable files, and how problems are told."""

from __future__ import annotations

from pathlib import Path

from builder.check import CheckReport, check_output
from builder.errors import Problem
from tests.builder.check.output import BASE_URL, Output

REBUILD = "run `proofpress build` again"


def test_a_clean_site_gives_no_problem_and_is_counted(output: Output) -> None:
    output.page(
        "posts/a/", '<h2 id="b">B</h2><a href="#b">B</a> <a href="https://other.example/">o</a>'
    )
    output.page("posts/b/", '<a href="../a/#b">B</a> <a href="https://other.example/#x">o</a>')

    report = output.seal().check()

    assert report == CheckReport((), pages=3, links=4, external_links=1, feeds=0)


def test_a_missing_folder_is_one_problem(tmp_path: Path) -> None:
    report = check_output(tmp_path / "nowhere", base_url=BASE_URL, external=False)

    assert report.problems == (
        Problem(str(tmp_path / "nowhere"), 0, "no such folder", "run `proofpress build` first"),
    )


def test_a_folder_that_was_never_built_is_one_problem(output: Output) -> None:
    report = output.write("x/index.html", "<p>").check()

    assert report.problems == (
        Problem("SHA256SUMS", 0, "this folder was never built", "run `proofpress build` first"),
    )


def test_a_changed_file_is_found(output: Output) -> None:
    output.write("a.css", "p {}").seal().write("a.css", "b {}")

    assert output.check().problems == (Problem("a.css", 0, "changed since the build", REBUILD),)


def test_a_missing_file_is_found(output: Output) -> None:
    output.write("a.css", "p {}").seal()
    (output.folder / "a.css").unlink()

    assert output.check().problems == (
        Problem("a.css", 0, "listed in SHA256SUMS, but missing", REBUILD),
    )


def test_a_missing_page_is_found_once_where_it_is_missing(output: Output) -> None:
    output.page("404.html").in_sitemap.remove("404.html")
    output.seal()
    (output.folder / "404.html").unlink()

    assert output.check().problems == (
        Problem("404.html", 0, "listed in SHA256SUMS, but missing", REBUILD),
    )


def test_a_file_that_is_not_listed_is_a_warning(output: Output) -> None:
    problems = output.seal().write("drafts/secret.txt", "x").check().problems

    assert [(problem.path, problem.is_warning) for problem in problems] == [
        ("drafts/secret.txt", True)
    ]


def test_names_with_line_breaks_are_listed_as_sha256sum_does(output: Output) -> None:
    output.write("a\nb.txt", "x").seal()
    listed = (output.folder / "SHA256SUMS").read_text().split("\n")
    kept = [line for line in listed if not line.endswith("a") and line != "b.txt"]
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    output.write("SHA256SUMS", "\n".join([*kept[:-1], f"\\{digest}  a\\nb.txt", ""]))

    assert output.check().problems == ()


def test_bad_lines_of_the_list_are_found_at_their_lines(output: Output) -> None:
    output.seal()
    listed = (output.folder / "SHA256SUMS").read_text()
    first = listed.split("\n")[0]
    output.write("SHA256SUMS", f"{listed}what\n{'0' * 64}  ../other\n{first}\n")

    assert [(p.path, p.line, p.message) for p in output.check().problems] == [
        ("SHA256SUMS", 4, "not a line of sha256sum"),
        ("SHA256SUMS", 5, "'../other' leaves the output"),
        ("SHA256SUMS", 6, "'index.html' is listed twice"),
    ]


def test_a_page_that_is_not_utf_8_is_found_at_its_line(output: Output) -> None:
    output.write("a.html", b"<!DOCTYPE html>\n<p>caf\xe9</p>")

    assert output.problems == [Problem("a.html", 2, "not UTF-8", "byte 0xe9 has no meaning")]


def test_an_empty_page_is_found(output: Output) -> None:
    output.write("a/index.html", " \n")

    assert output.found == [("a/index.html", 0, "the file is empty")]


def test_a_folder_in_the_place_of_a_listed_page_is_found(output: Output) -> None:
    output.write("a.html", "x").seal()
    (output.folder / "a.html").unlink()
    output.write("a.html/b.txt", "x")

    assert ("a.html", "listed in SHA256SUMS, but missing") in [
        (problem.path, problem.message) for problem in output.check().problems
    ]


def test_a_mistake_on_many_pages_is_told_once_with_their_number(output: Output) -> None:
    for number in range(11):
        output.page(f"p{number:02}/", '<a href="/notes/gone/">x</a>')

    assert output.problems == [
        Problem(
            "p00/index.html",
            8,
            "'/notes/gone/' leads to nothing in this site",
            "the same in 10 other files",
        )
    ]


def test_a_mistake_on_a_few_pages_is_told_for_each(output: Output) -> None:
    for number in range(10):
        output.page(f"p{number}/", '<a href="/notes/gone/">x</a>')

    assert [problem.path for problem in output.problems] == [
        f"p{number}/index.html" for number in range(10)
    ]
