"""Verdicts as text, and what they mean for an exit code."""

from builder.cards import Demands
from builder.evidence.collect import Card
from builder.evidence.digests import Subject
from builder.prove import Verdict
from builder.run.packages import install_hint
from builder.run.results import CardResult, Result, TestOutcome
from builder.verdicts import is_red, report_verdicts


def card(slug: str, result: Result, passed: int = 0, details: tuple[str, ...] = ()) -> CardResult:
    return CardResult(slug, result, passed, 0, 0, 1.25, details)


def verdict(result: CardResult, *, is_cached: bool = False, notes: tuple[str, ...] = ()) -> Verdict:
    subject = Subject(result.slug, (), Demands(), (), ())
    of = Card(result.slug, f"snippets/{result.slug}.py", "tests", subject, "")
    return Verdict(of, result, is_cached, notes)


def test_each_card_is_a_line_and_the_columns_are_aligned() -> None:
    failed = TestOutcome(
        "tests/snippets/test_b.py::TestB::test_c[1/2]",
        "failed",
        0.1,
        "assert 3 == 4\n +  where",
        "tests/snippets/test_b.py",
        14,
        "",
    )
    bad = CardResult("b", "FAILED", 11, 1, 0, 12.0, (), (failed,))
    verdicts = [
        verdict(card("z_test", "PASSED", 12), is_cached=True),
        verdict(bad, notes=("since the last pass: b.py changed",)),
        verdict(card("gpu", "UNAVAILABLE", details=("no x",))),
    ]

    assert report_verdicts(verdicts) == (
        "✓ z_test  pass (cached)  12 passed               1.2 s\n"
        "✕ b       FAILED         11 passed, 1 failed    12.0 s\n"
        "    tests/snippets/test_b.py:14  TestB::test_c[1/2]\n"
        "        assert 3 == 4\n"
        "         +  where\n"
        "    since the last pass: b.py changed\n"
        "– gpu     UNAVAILABLE    no tests                1.2 s\n"
        "    no x\n"
        "\n"
        "3 cards: 1 passed, 1 failed, 1 unavailable"
    )


def test_no_cards_are_said_to_be_none() -> None:
    assert report_verdicts([]) == "no cards"


def test_all_but_a_pass_is_red_and_what_is_missing_only_in_ci() -> None:
    red: tuple[Result, ...] = ("FAILED", "ERROR", "TIMEOUT", "MEMORY", "EMPTY", "SKIPPED")

    for is_ci in (True, False):
        assert not is_red(card("a", "PASSED", 1), is_ci=is_ci)
        assert all(is_red(card("a", result), is_ci=is_ci) for result in red)
        assert is_red(card("a", "UNAVAILABLE"), is_ci=is_ci) is is_ci


PYPROJECT = """
[project]
name = "x"
dependencies = ["proofpress", "PyYAML>=6 ; python_version > '3'"]
[project.optional-dependencies]
snippets = ["numpy>=2", "scikit_learn"]
"""


def test_a_module_is_installed_by_the_distribution_that_the_site_names() -> None:
    hints = [install_hint(name, PYPROJECT) for name in ("yaml", "numpy", "sklearn")]

    assert hints == [
        "yaml is not installed: run pip install .",
        "numpy is not installed: run pip install '.[snippets]'",
        "sklearn is not installed: run pip install '.[snippets]'",
    ]


def test_a_misspelt_import_is_not_told_to_install_what_it_says() -> None:
    assert install_hint("nunpy", PYPROJECT) == "nunpy is not installed: did you mean 'numpy'?"


def test_a_module_that_the_site_does_not_name_is_to_be_named() -> None:
    said = "cv2 is not installed: run pip install opencv-python, and name it in pyproject.toml's"

    assert install_hint("cv2", "") == f"{said} dependencies"
    assert install_hint("cv2", "not = toml = at all") == f"{said} dependencies"


def test_what_a_test_printed_does_not_move_the_cursor() -> None:
    failed = TestOutcome("a.py::test_a", "failed", 0.1, "got \x1b[2J\x00\ttab", "a.py", 1, "")
    result = CardResult("a", "FAILED", 0, 1, 0, 0.1, (), (failed,))

    said = report_verdicts([verdict(result, notes=("-\x9b31m",))])

    assert "got \\x1b[2J\\x00\ttab" in said
    assert "-\\x9b31m" in said
