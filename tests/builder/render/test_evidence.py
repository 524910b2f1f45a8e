"""What a page says of a card: never more than its record, and the same in every place."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from builder.cards.outputs import read_text
from builder.codec import replace
from builder.errors import BuildFailed
from builder.evidence.record import Coverage, RecordedTest
from builder.evidence.statement import write_record
from builder.model import Evidence, Failure, Standing
from builder.render.evidence import (
    STATES,
    plain_line,
    spell,
    state_of,
    unchecked,
    view_glance,
    view_lines,
)
from builder.render.fold import hide_machine
from builder.render.words import read_words
from tests.builder.evidence.records import make_record
from tests.builder.project import Project, note
from tests.builder.render.workbench import (
    ENVIRONMENT,
    FILES,
    SLUG,
    TEMPLATES,
    Bench,
    failing,
    passing,
    with_files,
    words,
)

CARD, POST = f"cards/{SLUG}.md", "posts/p.md"
CARD_HTML, POST_HTML = f"cards/{SLUG}/index.html", "posts/p/index.html"
SHOW = f"```card {SLUG}#z\n```\n"
TESTED = Standing(
    "tests", "current", "r.json", b"", 12, "2026-11-20", "3.11.7", (("numpy", "2.4.1"),)
)
MEASURED = Standing(
    "measured", "current", "m.json", b"", 0, "2026-11-20", "3.11.7", (),
    claim="83% of copy bandwidth at K = 5", hardware="NVIDIA H200",
)  # fmt: skip


def evidence(*standings: Standing, failure: Failure | None = None) -> Evidence:
    return Evidence(SLUG, "", standings, failure, (), ())


def failure(result: str = "FAILED", failed: int = 1, total: int = 12) -> Failure:
    return Failure("failed.json", b"", result, failed, total)


def parse(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def text_of(node: LexborNode | None) -> str:
    assert node is not None
    return " ".join(node.text().split())


# --- One line

LINES = {
    "passed": (evidence(TESTED), "✓ 12 tests passed · Python 3.11 · NumPy 2.4 · 20 Nov 2026"),
    "one test": (
        evidence(replace(TESTED, passed=1, versions=())),
        "✓ 1 test passed · Python 3.11 · 20 Nov 2026",
    ),
    "unmet": (
        evidence(replace(TESTED, state="unmet", unmet="numpy 2.5 or newer")),
        "✓ 12 tests passed with NumPy 2.4 (the site now asks for 2.5 or newer)",
    ),
    "unmet in its last part": (
        evidence(replace(TESTED, state="unmet", unmet="numpy 2.4.2")),
        "✓ 12 tests passed with NumPy 2.4.1 (the site now asks for 2.4.2)",
    ),
    "unmet Python": (
        evidence(replace(TESTED, state="unmet", unmet="Python 3.12 or newer")),
        "✓ 12 tests passed with Python 3.11 (the site now asks for 3.12 or newer)",
    ),
    "unmet, of another library": (
        evidence(replace(TESTED, state="unmet", unmet="scipy 1.17 or newer")),
        "✓ 12 tests passed (the site now asks for SciPy 1.17 or newer)",
    ),
    "unmet simulated": (
        evidence(
            replace(
                TESTED, tier="simulated", state="unmet", versions=(("triton", "3.7.1"),),
                unmet="triton 3.8 or newer",
            )
        ),
        "≈ 12 tests passed under a simulator, not on a GPU, with Triton 3.7"
        " (the site now asks for 3.8 or newer)",
    ),
    "simulated": (
        evidence(replace(TESTED, tier="simulated", passed=144, versions=(("triton", "3.7.1"),))),
        "≈ 144 tests passed under a simulator, not on a GPU · Python 3.11 · Triton 3.7"
        " · 20 Nov 2026",
    ),
    "stale": (
        evidence(replace(TESTED, state="stale", date="2026-10-12")),
        "◌ tests passed before the last change (12 Oct 2026)",
    ),
    "stale simulated": (
        evidence(replace(TESTED, tier="simulated", state="stale")),
        "◌ tests passed under a simulator before the last change (20 Nov 2026)",
    ),
    "one fails": (evidence(failure=failure()), "✕ 1 of 12 tests fails"),
    "some fail": (evidence(TESTED, failure=failure(failed=3)), "✕ 3 of 12 tests fail"),
    "time": (evidence(failure=failure("TIMEOUT", 0)), "✕ tests ended with TIMEOUT"),
    "empty": (evidence(failure=failure("EMPTY", 0, 0)), "✕ no test ran"),
    "skipped": (evidence(failure=failure("SKIPPED", 0, 3)), "✕ all tests were skipped"),
    "unavailable": (
        evidence(failure=failure("UNAVAILABLE", 0, 0)),
        "✕ not run: a library or a program is missing",
    ),
    "none": (evidence(), "– not checked"),
    "measured": (
        evidence(TESTED, MEASURED),
        "✓ 12 tests passed · Python 3.11 · NumPy 2.4 · 20 Nov 2026 · ◆ measured on NVIDIA H200:"
        " 83% of copy bandwidth at K = 5 · 20 Nov 2026 · code unchanged since",
    ),
    "only measured": (
        evidence(replace(MEASURED, state="comments")),
        "– not checked · ◆ measured on NVIDIA H200: 83% of copy bandwidth at K = 5 · 20 Nov 2026"
        " · only comments changed since",
    ),
    "compiled": (
        evidence(replace(MEASURED, tier="compiled", state="stale", claim="48 registers")),
        "– not checked · ◆ compiled for NVIDIA H200: 48 registers · 20 Nov 2026"
        " · the code changed since",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("of", "line"), LINES.values(), ids=LINES)
def test_a_line_says_what_was_checked(of: Evidence, line: str) -> None:
    assert plain_line(of, words()) == line


@pytest.mark.parametrize("language", ["hi", "zh"])
@pytest.mark.parametrize("of", [of for of, _ in LINES.values()], ids=LINES)
def test_a_line_is_in_the_pages_language(of: Evidence, language: str) -> None:
    mine, english = view_lines(of, words(language)), view_lines(of, words())

    assert [line.state for line in mine] == [line.state for line in english]
    assert not {line.text for line in mine} & {line.text for line in english}
    for one, other in zip(mine, english, strict=True):
        rest = re.sub(r"\b(Nov|Oct)\b", "11 10", other.text)
        assert set(re.findall(r"\d+", one.text)) <= set(re.findall(r"\d+", rest))


@pytest.mark.parametrize(
    ("of", "state"),
    [
        (evidence(TESTED), "passed"),
        (evidence(replace(TESTED, tier="simulated")), "simulated"),
        (evidence(TESTED, replace(TESTED, tier="simulated")), "passed"),
        (evidence(TESTED, replace(TESTED, tier="simulated", state="stale")), "stale"),
        (evidence(replace(TESTED, state="unmet"), replace(MEASURED, state="stale")), "unmet"),
        (evidence(replace(TESTED, state="stale"), failure=failure()), "failed"),
        (evidence(MEASURED), "none"),
        (evidence(), "none"),
    ],
)
def test_the_state_is_the_worst_that_is_true(of: Evidence, state: str) -> None:
    assert state_of(of) == state


def test_states_are_ordered_from_the_worst() -> None:
    assert STATES == ("failed", "none", "stale", "unmet", "simulated", "passed")


def test_a_library_is_spelled_as_its_project_does_or_as_it_is_installed() -> None:
    assert [spell(name) for name in ("NumPy", "torch", "scikit_learn", "mine")] == [
        "NumPy", "PyTorch", "scikit-learn", "mine",
    ]  # fmt: skip


def test_a_line_names_three_libraries_at_most() -> None:
    many = tuple((f"lib{number}", f"{number}.0.1") for number in range(6))

    line = plain_line(evidence(replace(TESTED, versions=many)), words())

    assert line == "✓ 12 tests passed · Python 3.11 · lib0 0.0 · lib1 1.0 · lib2 2.0 · 20 Nov 2026"


def test_a_theme_without_a_word_for_evidence_is_told_so() -> None:
    text = (TEMPLATES / "strings" / "en.toml").read_text(encoding="utf-8")
    with pytest.raises(BuildFailed, match="'stale' is missing"):
        read_words((("strings/en.toml", re.sub(r"(?m)^stale = .*\n", "", text).encode()),))
    with pytest.raises(BuildFailed, match="'months_short' must be twelve names"):
        read_words((("strings/en.toml", text.replace("Jan Feb", "Jan").encode()),))


# --- On pages


def folds(html: str) -> list[LexborNode]:
    return parse(html).css("details[id^=evidence]")


def test_the_own_page_has_the_evidence_under_its_title_and_a_line_in_each_listing() -> None:
    bench = Bench()
    bench.page(CARD, SHOW + SHOW, passing(bench))

    html = bench.make(CARD_HTML)

    (fold,) = folds(html)
    assert text_of(fold.css_first("summary")) == f"{LINES['passed'][1]} evidence"
    assert html.index('id="evidence-z_test"') < html.index('class="prose"')
    mentions = parse(html).css("figure.listing > .evidence")
    assert [text_of(node.css_first(".state")) for node in mentions] == [LINES["passed"][1]] * 2
    assert [node.css_first("a").attributes["href"] for node in mentions] == [  # type: ignore[union-attr]
        "#evidence-z_test"
    ] * 2


def test_another_page_has_the_evidence_in_the_first_listing_and_a_line_in_the_others() -> None:
    bench = Bench()
    bench.page(POST, f"{SHOW}{SHOW}```card {SLUG}!tests#test_z\n```\n", passing(bench))

    figures = parse(bench.make(POST_HTML)).css("figure.listing")

    assert [len(figure.css("details[id]")) for figure in figures] == [1, 0, 0]
    assert [len(figure.css("a[href='#evidence-z_test']")) for figure in figures] == [0, 1, 1]
    assert all(LINES["passed"][1] in text_of(figure) for figure in figures)


def test_a_page_says_of_a_card_without_a_record_that_it_was_not_checked() -> None:
    bench = Bench()
    bench.page(CARD, SHOW)
    bench.page(POST, SHOW)

    for path in (CARD_HTML, POST_HTML):
        assert "– not checked" in text_of(parse(bench.make(path)).css_first("main"))


def test_the_id_of_the_evidence_makes_way_for_the_authors_own() -> None:
    bench = Bench()
    bench.page(POST, f"## Evidence {{#evidence-z_test}}\n\n{SHOW}{SHOW}", passing(bench))

    html = bench.make(POST_HTML)

    assert html.count('id="evidence-z_test"') == 1
    assert html.count('id="evidence-z_test-"') == 1
    assert 'href="#evidence-z_test-"' in html


def test_the_fold_tells_what_ran_with_what_and_how_to_run_it_again() -> None:
    bench = Bench("https://example.org/notes")
    of = passing(bench)
    record = make_record(
        card=SLUG,
        environment=replace(ENVIRONMENT, tools={"javac": "17.0.15"}),
        coverage=(
            Coverage("snippets/z_test.py", 120, 117, "12-14"),
            Coverage("snippets/z_test/more.py", 1000, 999, "7"),
            Coverage("snippets/z_test/all.py", 3, 3, ""),
        ),
        isolation="namespaces",
    )
    path, digest = bench.record(record)
    of = replace(of, standings=(replace(of.standings[0], path=path, digest=digest),))
    bench.page(POST, SHOW, of)

    (fold,) = folds(bench.make(POST_HTML))

    said = text_of(fold)
    assert "Passed on 20 November 2026 · 1 test · 3 ms" in said
    assert "Python 3.11.7 (CPython, linux-x86_64) · NumPy 2.4.1 · javac 17.0.15" in said
    assert "and 1 more" in said
    assert "pytest 9.2.0" in said
    assert "z_test.py: 97% of 120 statements ran; not: lines 12–14" in said
    assert "z_test/more.py: 99% of 1000 statements ran; not: line 7" in said
    assert "z_test/all.py: all 3 statements ran" in said
    assert "namespaces of its own" in said
    assert "proofpress test z_test" in said
    links = {a.text(): a.attributes for a in fold.css("a")}
    assert links["tests.json"]["href"] == "/notes/evidence/z_test/tests.json"
    assert links["what its fields mean"]["href"] == "/notes/evidence/schema.json"
    for file in FILES:
        assert links[file] == {"href": f"/notes/{file}", "download": None}


def test_many_cases_of_a_test_are_one_row_and_many_tests_are_folded() -> None:
    bench = Bench()
    bench.page(POST, SHOW, passing(bench, count=218))
    (fold,) = folds(bench.make(POST_HTML))

    (row,) = fold.css(".test-rows li")
    assert text_of(row) == "test_z 218 cases · 23.7 s"
    assert fold.css(".evidence-tests") == []

    tests = tuple(RecordedTest(f"t.py::test_{n}", "passed", 0) for n in range(13))
    record = make_record(card=SLUG, tests=tests)
    path, digest = bench.record(record)
    of = with_files(replace(TESTED, path=path, digest=digest))
    bench.page("posts/q.md", SHOW, of)

    (fold,) = folds(bench.make("posts/q/index.html"))
    assert len(fold.css("details.evidence-tests .test-rows li")) == 13


def test_the_name_of_a_test_breaks_between_its_words_and_is_copied_as_it_is() -> None:
    bench = Bench()
    test = RecordedTest("t.py::test_a_b<c>", "passed", 1)
    path, digest = bench.record(make_record(card=SLUG, tests=(test,)))
    bench.page(POST, SHOW, with_files(replace(TESTED, path=path, digest=digest)))

    html = bench.make(POST_HTML)

    assert "test_<wbr>a_<wbr>b&lt;c&gt;" in html
    assert text_of(parse(html).css_first(".test-name")) == "test_a_b<c>"


def test_a_skipped_test_says_why() -> None:
    bench = Bench()
    tests = (
        RecordedTest("t.py::test_a[1]", "passed", 1200),
        RecordedTest("t.py::test_a[2]", "skipped", 0, "no GPU here"),
        RecordedTest("t.py::test_b", "xfailed", 0),
    )
    path, digest = bench.record(make_record(card=SLUG, tests=tests))
    bench.page(POST, SHOW, with_files(replace(TESTED, path=path, digest=digest)))

    (fold,) = folds(bench.make(POST_HTML))

    assert [text_of(row) for row in fold.css(".test-rows li")] == [
        "test_a 2 cases · 1.2 s 1 × skipped: no GPU here",
        "test_b < 1 ms fails, as expected",
    ]


def test_a_measurement_shows_its_figures() -> None:
    bench = Bench()
    path, digest = bench.record(make_record("measured", card=SLUG))
    measured = replace(MEASURED, path=path, digest=digest)
    bench.page(POST, SHOW, with_files(measured))

    (fold,) = folds(bench.make(POST_HTML))

    assert "share of copy 0.83 (n = 67108864)" in text_of(fold)
    assert "bytes moved 8.053e+08 B" in text_of(fold)
    assert "PyTorch 2.13.0+cu130 · Triton 3.7.1 · nvcc 13.0.48 · NVIDIA H200" in text_of(fold)


def test_nothing_in_a_record_breaks_out_of_its_place() -> None:
    bench = Bench()
    nasty = "<script>alert(1)</script>\" & '"
    tests = (RecordedTest(f"t.py::test_{nasty}", "failed", 1, nasty, "t.py", 3, nasty),)
    bench.page(CARD, SHOW, failing(bench, tests=tests, details=(nasty,), isolation=nasty))
    bench.page(POST, SHOW, bench.pages[0].evidence[0])

    for path in (CARD_HTML, POST_HTML):
        html = bench.make(path)
        assert "<script>alert" not in html
        assert unescape(html).count(nasty) >= 3


def test_a_page_says_it_in_its_own_language() -> None:
    for language, line in (("hi", "12 परीक्षण सफल"), ("zh", "12 项测试通过")):
        bench = Bench()
        bench.page(CARD, SHOW, passing(bench), lang=language)
        (fold,) = folds(bench.make(CARD_HTML))

        assert line in text_of(fold.css_first("summary"))
        assert "Versions" not in text_of(fold)


# --- What failed

MACHINE = "in '/home/ada/site/snippets/z_test.py' <object at 0x7f00deadbeef> in 0.53s"


def test_a_failing_card_has_a_panel_with_the_assertion_and_where_it_is() -> None:
    bench = Bench()
    test = RecordedTest(
        "tests/snippets/test_z_test.py::test_z", "failed", 777, f"assert 2 == 1\n{MACHINE}",
        "tests/snippets/test_z_test.py", 5, f"def test_z():\n>   assert z() == 1\n{MACHINE}",
    )  # fmt: skip
    bench.page(CARD, SHOW, failing(bench, tests=(test,), details=(f"ended {MACHINE}",)))

    page = parse(bench.make(CARD_HTML))

    (panel,) = page.css(".failing")
    said = text_of(panel)
    assert said.startswith("1 of 1 tests fails ended in")
    assert "test_z tests/snippets/test_z_test.py:5" in said
    assert "assert 2 == 1" in said
    assert "> assert z() == 1" in text_of(panel.css_first("details"))
    for part in ("/home", "ada", "0x7f", "0.53", "777"):
        assert part not in said
    assert "…/z_test.py" in said
    # It is read without opening anything.
    assert page.css("details .failing") == []


def test_a_panel_names_the_result_that_its_line_paraphrases() -> None:
    bench = Bench()
    of = failing(bench, result="EMPTY", tests=())
    assert of.failure is not None
    empty = replace(of.failure, result="EMPTY", failed=0, total=0)
    bench.page(CARD, SHOW, replace(of, failure=empty))

    (panel,) = parse(bench.make(CARD_HTML)).css(".failing")

    assert text_of(panel) == "no test ran EMPTY"


def test_a_panel_in_another_page_is_in_the_fold_and_leaves_the_code_the_only_pre() -> None:
    bench = Bench()
    bench.page(POST, SHOW, failing(bench))

    (figure,) = parse(bench.make(POST_HTML)).css("figure.listing")

    assert len(figure.css("details .failing")) == 1
    assert len(figure.css("pre")) == 1


def test_an_old_pass_is_not_taken_for_a_present_one() -> None:
    bench = Bench()
    old = replace(passing(bench).standings[0], state="stale")
    bench.page(CARD, SHOW, replace(failing(bench), standings=(old,)))

    (fold,) = folds(bench.make(CARD_HTML))

    assert text_of(fold.css_first("summary")) == "✕ 1 of 1 tests fails evidence"
    assert "Passed on 20 November 2026, before the last change · 12 tests" in text_of(fold)


def test_the_first_failures_are_shown_and_the_rest_counted() -> None:
    bench = Bench()
    tests = tuple(RecordedTest(f"t.py::test_{n}", "failed", 1, "no") for n in range(7))
    bench.page(CARD, SHOW, failing(bench, tests=tests))

    (panel,) = parse(bench.make(CARD_HTML)).css(".failing")

    assert len(panel.css(".failing-test")) == 5
    assert "and 2 more tests" in text_of(panel)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('File "/home/ada/site/z.py", line 3', 'File "…/z.py", line 3'),
        ("/data/sites/mine/tests/t.py:3: AssertionError", "…/t.py:3: AssertionError"),
        (r"C:\Users\ada\z.py:3", "…/z.py:3"),
        ("PosixPath('/tmp/x.txt')", "PosixPath('…/x.txt')"),
        ("<f at 0x7f3a2b1c9d00>", "<f at 0x…>"),
        ("got \x00\x1b[31m", "got \ufffd\ufffd[31m"),
        ("2 failed in 0.53s", "2 failed in …"),
        ("'/posts/a/' == '/posts/b/'", "'/posts/a/' == '/posts/b/'"),
        ("https://example.org/a/b/c/d", "https://example.org/a/b/c/d"),
        ("snippets/a/b/c/d.py:3, 0xff, 0.5 == 1/3", "snippets/a/b/c/d.py:3, 0xff, 0.5 == 1/3"),
    ],
)
def test_what_belongs_to_a_machine_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert hide_machine(text) == shown


# --- Listings and outputs


def test_a_listing_says_where_its_lines_stand() -> None:
    bench = Bench()
    bench.page(POST, f"{SHOW}```card {SLUG}\n```\n", passing(bench))

    figures = parse(bench.make(POST_HTML)).css("figure.listing")

    assert [figure.attributes.get("data-path") for figure in figures] == ["snippets/z_test.py"] * 2
    assert [figure.attributes.get("data-lines") for figure in figures] == ["4-5", "1-5"]
    assert {figure.attributes.get("data-card") for figure in figures} == {SLUG}


def test_what_a_card_printed_is_shown_byte_for_byte_as_text() -> None:
    bench = Bench()
    printed = "\n  z = <2.5> & é\n\n"
    of = replace(passing(bench), outputs=(bench.output("stdout.txt", printed.encode()),))
    bench.page(POST, f"```card {SLUG}>stdout\n```\n", of)

    (figure,) = parse(bench.make(POST_HTML)).css("figure.listing")

    shown = figure.css_first("pre > samp")
    assert shown is not None
    assert shown.text() == printed
    assert text_of(figure.css_first("figcaption")) == "python -m snippets.z_test"
    assert figure.attributes["data-path"] == "content/evidence/z_test/stdout.txt"
    assert "data-lines" not in figure.attributes
    assert figure.css(".listing-caption") == []
    assert LINES["passed"][1] in text_of(figure)


def test_what_is_no_text_in_an_output_is_marked() -> None:
    bench = Bench()
    of = with_files(outputs=(bench.output("stdout.txt", b"a\x00\xff\x1b[1mb\r\nc"),))
    bench.page(POST, f"```card {SLUG}>stdout\n```\n", of)

    shown = parse(bench.make(POST_HTML)).css_first("pre > samp")

    assert shown is not None
    assert shown.text() == "a\ufffd\ufffd\ufffd[1mb\nc"


def test_lines_of_an_output_end_as_html_would_have_them() -> None:
    assert read_text(b"1%\r2%\r\ndone\n") == "1%\n2%\ndone\n"


def test_an_old_output_says_from_when_it_is() -> None:
    bench = Bench()
    of = with_files(outputs=(bench.output("stdout.txt", b"x", is_current=False),))
    bench.page(POST, f'```card {SLUG}>stdout {{caption="Mine"}}\n```\n', of)

    captions = [text_of(node) for node in parse(bench.make(POST_HTML)).css(".listing-caption")]

    assert captions == ["Mine", "Output of 12 October 2026, before the last change"]


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('width="460.8pt" height="345.6pt" viewBox="0 0 460.8 345.6"', ("614", "461")),
        ('viewBox="0 0 300 200"', ("300", "200")),
        ('width="100%" height="50" viewBox="0,0,30,20"', ("75", "50")),
        ('width="100%"', (None, None)),
    ],
)
def test_a_figure_is_a_picture_with_its_size(
    root: str, size: tuple[str | None, str | None]
) -> None:
    bench = Bench("https://example.org/notes")
    svg = f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" {root}/>'
    of = replace(passing(bench), outputs=(bench.output("figure.svg", svg.encode()),))
    bench.page(POST, f'```card {SLUG}>figure.svg {{alt="A \\"curve\\""}}\n```\n', of)

    picture = parse(bench.make(POST_HTML)).css_first("figure.listing img")

    assert picture is not None
    assert picture.attributes["src"] == "/notes/evidence/z_test/figure.svg"
    assert picture.attributes["alt"] == 'A "curve"'
    assert (picture.attributes.get("width"), picture.attributes.get("height")) == size


@pytest.mark.parametrize("data", [b"", b"no xml", b"<html/>", b"<svg", b"\x89PNG\r\n\x1a\n\x00"])
def test_a_figure_of_unknown_size_is_shown_all_the_same(data: bytes) -> None:
    bench = Bench()
    of = with_files(outputs=(bench.output("figure.svg", data),))
    bench.page(POST, f'```card {SLUG}>figure.svg {{alt="A"}}\n```\n', of)

    assert '<img src="/evidence/z_test/figure.svg" alt="A" loading' in bench.make(POST_HTML)


def test_a_figure_with_a_twin_for_dark_pages_is_shown_in_both_shades() -> None:
    bench = Bench("https://example.org/notes")
    light = bench.output("figure.svg", b'<svg width="3" height="2"/>')
    dark = bench.output("figure.dark.svg", b'<svg width="3" height="2"/>')
    bench.page(
        POST, f'```card {SLUG}>figure.svg {{alt="A"}}\n```\n', with_files(outputs=(dark, light))
    )

    found = parse(bench.make(POST_HTML)).css("figure.listing img")

    shown = [(node.attributes["class"], node.attributes["src"]) for node in found]
    assert shown == [
        ("light-only", "/notes/evidence/z_test/figure.svg"),
        ("dark-only", "/notes/evidence/z_test/figure.dark.svg"),
    ]
    assert all(node.attributes["alt"] == "A" and node.attributes["width"] == "3" for node in found)


# --- Feeds

FEEDS = ("atom.xml", "rss.xml", "feed.json")


def content(feed: str, text: str) -> str:
    if feed == "feed.json":
        return str(json.loads(text)["items"][0]["content_html"])
    return unescape(text)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_says_it_once_for_each_card_as_text_with_a_link(feed: str) -> None:
    bench = Bench("https://example.org/notes")
    bench.page(POST, SHOW + SHOW, passing(bench))

    html = content(feed, bench.make(feed))

    line = f'<p>{LINES["passed"][1]} · <a href="https://example.org/notes/cards/z_test/">'
    assert html.count(line) == 1
    assert html.index("</pre>") < html.index(line)
    assert "<details" not in html
    assert "state-" not in html


def test_a_feed_entry_speaks_the_pages_language_and_shows_figures_by_their_full_address() -> None:
    bench = Bench("https://example.org/notes")
    of = replace(passing(bench), outputs=(bench.output("figure.svg", b"<svg/>", is_current=False),))
    bench.page(POST, f'```card {SLUG}>figure.svg {{alt="A"}}\n```\n', of, lang="zh")

    html = content("feed.json", bench.make("feed.json"))

    assert "✓ 12 项测试通过" in html
    assert "2026年10月12日的输出" in html
    assert 'src="https://example.org/notes/evidence/z_test/figure.svg"' in html


def test_a_feed_has_no_style_and_so_shows_a_figure_in_one_shade() -> None:
    bench = Bench("https://example.org/notes")
    outputs = tuple(bench.output(name, b"<svg/>") for name in ("figure.dark.svg", "figure.svg"))
    bench.page(POST, f'```card {SLUG}>figure.svg {{alt="A"}}\n```\n', with_files(outputs=outputs))

    html = content("feed.json", bench.make("feed.json"))

    assert html.count("<img ") == 1
    assert 'src="https://example.org/notes/evidence/z_test/figure.svg"' in html


# --- All cards


def three_cards() -> Bench:
    """A card that passes, one that was not checked, one that fails and has no page."""
    bench = Bench("https://example.org/notes")
    for name in ("a", "b"):
        bench.files[f"snippets/{name}.py"] = b"x = 1\n"
    bench.page(CARD, SHOW, passing(bench))
    bench.page("cards/a.md", "Words.")
    fails = replace(evidence(failure=failure()), slug="b")
    bench.record(make_record(card="b"))
    page = bench.page(POST, SHOW, bench.pages[0].evidence[0])
    bench.pages[-1] = replace(page, evidence=(*page.evidence, fails))
    return bench


def test_the_status_page_leads_to_what_programs_read() -> None:
    bench = three_cards()

    links = parse(bench.make("status/index.html")).css(".machines a")

    addresses = [link.attributes["href"] or "" for link in links]
    assert addresses[0] == "/notes/status.json"
    # Of the card that is listed first.
    slug = json.loads(bench.make("status.json"))["cards"][0]["slug"]
    assert addresses[1:] == [f"/notes/badges/{slug}.json"]
    assert json.loads(bench.make(f"badges/{slug}.json"))["schemaVersion"] == 1


def test_the_status_page_lists_every_card_worst_first() -> None:
    page = parse(three_cards().make("status/index.html"))

    rows = page.css(".states li")
    assert [text_of(row.css_first("code")) for row in rows] == ["b", "a", SLUG]
    assert [text_of(row.css_first(".state")) for row in rows] == [
        "✕ 1 of 12 tests fails", "– not checked", LINES["passed"][1],
    ]  # fmt: skip
    assert text_of(page.css_first(".proven")) == "1 of 3 cards passes its tests"
    assert rows[2].css_first("a").attributes["href"] == "/notes/cards/z_test/"  # type: ignore[union-attr]
    assert rows[0].css("a") == []
    assert text_of(rows[0]).startswith("b b ")


def test_the_home_counts_the_cards_that_pass_and_no_other_list_does() -> None:
    bench = three_cards()
    recipes, _ = bench.recipes()

    assert "1 of 3 cards passes its tests" in bench.make("index.html")
    for path in ("cards/index.html", "posts/index.html", "archive/index.html"):
        assert path in recipes
        assert "1 of 3 cards" not in bench.make(path)


@pytest.mark.parametrize("path", ["index.html", "cards/index.html"])
def test_the_home_and_the_list_of_cards_show_the_state_of_each(path: str) -> None:
    bench = Bench()
    bench.page(CARD, "Words.", passing(bench))
    bench.page("cards/other.md", "Words.")
    bench.page("cards/failing.md", "Words.", replace(failing(bench), slug="failing"))

    html = bench.make(path)

    said = re.findall(
        r'href="/cards/(\w+)/">.*?<span class="state state-(\w+)">(.*?)</li>', html, re.S
    )
    shown = {slug: (state, re.sub(r"<[^>]*>", "", text).strip()) for slug, state, text in said}
    assert shown == {
        "z_test": ("passed", "✓ 12 tests passed"),
        "other": ("none", "– not checked"),
        "failing": ("failed", "✕ 1 of 1 tests fails"),
    }


GLANCES = {
    "passed": ({}, "✓ 12 tests passed"),
    "simulated": ({"tier": "simulated"}, "≈ 12 tests passed under a simulator, not on a GPU"),
    "stale": ({"state": "stale"}, "◌ tests passed before the last change (20 Nov 2026)"),
    "unmet": (
        {"state": "unmet", "unmet": "numpy 2.5 or newer"},
        "✓ 12 tests passed with NumPy 2.4 (the site now asks for 2.5 or newer)",
    ),
}


@pytest.mark.parametrize("state", GLANCES)
def test_a_list_says_of_a_card_what_its_page_says_without_versions_and_day(state: str) -> None:
    changes, said = GLANCES[state]
    line = view_glance(passing(Bench(), **changes), words())

    assert (line.state, f"{line.sign} {line.text}") == (state, said)


def test_of_two_records_a_list_says_the_worse() -> None:
    of = passing(Bench()).standings[0]
    simulated = replace(of, tier="simulated")
    measured = replace(of, tier="measured", claim="83%", hardware="H200")

    def say(*standings: Standing) -> str:
        return view_glance(with_files(*standings), words()).text

    assert say(of, simulated, measured) == "12 tests passed"
    assert say(of, replace(simulated, state="stale")).startswith("tests passed under a simulator")
    assert say(replace(of, state="stale"), simulated).startswith("tests passed before")
    assert say(measured) == "not checked"


def test_machines_get_the_same() -> None:
    bench = three_cards()
    home = "https://example.org/notes"
    digest = bench.pages[0].evidence[0].standings[0].digest.hex()

    status = json.loads(bench.make("status.json"))

    assert {key: status[key] for key in ("schema", "passing", "total")} == {
        "schema": 1, "passing": 1, "total": 3,
    }  # fmt: skip
    assert status["cards"][2] == {
        "slug": SLUG,
        "url": f"{home}/cards/z_test/",
        "state": "passed",
        "text": LINES["passed"][1].removeprefix("✓ "),
        "tiers": [
            {
                "tier": "tests",
                "state": "current",
                "date": "2026-11-20",
                "passed": 12,
                "sha256": digest,
                "record": f"{home}/evidence/z_test/tests.json",
            }
        ],
    }
    assert [card["state"] for card in status["cards"]] == ["failed", "none", "passed"]
    assert status["cards"][0]["url"] is None


def test_each_card_has_a_badge() -> None:
    bench = three_cards()

    badges: dict[str, Any] = {
        name: json.loads(bench.make(f"badges/{name}.json")) for name in ("a", "b", SLUG)
    }

    assert badges[SLUG] == {
        "schemaVersion": 1,
        "label": "tests",
        "message": LINES["passed"][1].removeprefix("✓ "),
        "color": "brightgreen",
        "isError": False,
    }
    assert badges["b"]["isError"] is True
    assert (badges["a"]["message"], badges["a"]["color"]) == ("not checked", "lightgrey")


def test_results_are_in_no_sitemap() -> None:
    assert "json" not in three_cards().make("sitemap.xml")


# --- What is made anew


def keys(bench: Bench) -> dict[str, bytes]:
    return {path: recipe.key for path, recipe in bench.recipes()[0].items()}


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_equal_evidence_gives_equal_recipes() -> None:
    assert keys(three_cards()) == keys(three_cards())


def test_one_cards_result_remakes_only_what_shows_it() -> None:
    def bench(*standings: Standing) -> Bench:
        made = Bench()
        of = passing(made)
        made.page(CARD, "Words.", replace(of, standings=standings or of.standings))
        made.page("cards/other.md", "Words.")
        made.page(POST, "Words.")
        return made

    made = bench()
    passed = made.pages[0].evidence[0].standings[0]
    results = {CARD_HTML, "status/index.html", "status.json", f"badges/{SLUG}.json"}
    feeds = set(FEEDS)

    newer = changed(keys(made), keys(bench(replace(passed, date="2026-11-21"))))
    worse = changed(keys(made), keys(bench(replace(passed, state="stale"))))

    assert newer == results | feeds
    assert worse == results | feeds | {"index.html", "cards/index.html"}


def test_a_new_record_remakes_the_pages_that_show_its_card(project: Project) -> None:
    def write_record_of(day: int) -> Project:
        record = make_record(card="z", started=f"2026-10-{day:02}T10:00:00Z")
        return project.write("content/evidence/z/tests.json", write_record(record))

    project.write("snippets/z.py", "x = 1\n").write("tests/snippets/test_z.py", "")
    project.write("cards/z.md", note("Z", "```card z\n```\n", date=None))
    project.write("posts/a.md", note("A", "```card z\n```\n"))
    project.write("posts/b.md", note("B"))
    write_record_of(12).build()
    assert "tests passed before the last change (12 Oct 2026)" in project.main("posts/a/index.html")

    write_record_of(13).build()

    assert project.rebuilt == {
        "cards/z/index.html", "posts/a/index.html", "evidence/z/tests.json",
        "status/index.html", "status.json", "badges/z.json", *FEEDS,
        # The day that it says tests passed on is another.
        "index.html", "cards/index.html",
    }  # fmt: skip
    assert "tests passed before the last change (13 Oct 2026)" in project.main("posts/a/index.html")


def test_a_record_that_can_no_longer_be_read_stops_the_build() -> None:
    bench = Bench()
    bench.page(CARD, SHOW, passing(bench))
    bench.files["content/evidence/z_test/tests.json"] += b" "

    with pytest.raises(BuildFailed, match=r"content/evidence/z_test/tests\.json"):
        bench.make(CARD_HTML)


def test_a_card_without_evidence_of_its_own_is_unchecked() -> None:
    assert view_lines(unchecked("a", ""), words())[0].state == "none"
