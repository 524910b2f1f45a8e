"""What is known of a code file without running it."""

import pytest

from builder.cards import read_code
from builder.cards.languages import _SIGNS, PLAIN, find_language
from builder.markup.highlight import highlight_lines
from builder.model import CodeFacts, Span


def read(text: str, path: str = "snippets/a.py") -> CodeFacts:
    return read_code(path, text.encode())


def said(facts: CodeFacts) -> list[str]:
    return [str(problem) for problem in facts.problems]


def test_functions_classes_methods_and_constants_are_symbols() -> None:
    facts = read(
        "LIMIT: float = 3\n"
        "LOW, (HIGH, *REST) = 1, (2,)\n"
        "def f(): ...\n"
        "async def g(): ...\n"
        "class A:\n"
        "    size = 1\n"
        "    def m(self): ...\n"
        "    class B:\n"
        "        def n(self): ...\n"
        "A.size = 2\n"
    )

    assert facts.symbols == {
        "LIMIT": Span(1, 1),
        "LOW": Span(2, 2),
        "HIGH": Span(2, 2),
        "REST": Span(2, 2),
        "f": Span(3, 3),
        "g": Span(4, 4),
        "A": Span(5, 9),
        "A.size": Span(6, 6),
        "A.m": Span(7, 7),
        "A.B": Span(8, 9),
        "A.B.n": Span(9, 9),
    }


def test_decorators_and_the_comments_directly_above_belong_to_a_symbol() -> None:
    facts = read(
        "#!/usr/bin/env python3\n"
        "# about f\n"
        "# still about f\n"
        "@decorate\n"
        "@again\n"
        "def f():\n"
        "    return 1\n"
        "# not about g\n"
        "\n"
        "def g(): ...\n"
    )

    assert facts.symbols == {"f": Span(2, 7), "g": Span(10, 10)}


def test_a_comment_sign_inside_the_string_above_is_no_comment() -> None:
    assert read('TEXT = """\n# inside"""\ndef f(): ...\n').symbols["f"] == Span(3, 3)


def test_a_region_line_above_a_symbol_is_no_comment_on_it() -> None:
    facts = read("# about\n# region all\ndef f(): ...\n# endregion all\n")

    assert facts.symbols["f"] == Span(3, 3)


def test_a_name_defined_twice_at_one_level_is_ambiguous() -> None:
    facts = read("def f(): ...\ndef f(): ...\ntry:\n    g = 1\nexcept E:\n    def g(): ...\n")

    assert facts.ambiguous == ("f", "g")
    assert facts.symbols == {}


def test_one_name_in_two_classes_is_not_ambiguous() -> None:
    facts = read("class A:\n    def m(self): ...\nclass B:\n    def m(self): ...\n")

    assert facts.ambiguous == ()
    assert {"A.m", "B.m"} <= facts.symbols.keys()


def test_overloads_and_a_property_with_its_setter_are_one_symbol() -> None:
    facts = read(
        "@overload\n"
        "def f(x: int) -> int: ...\n"
        "@typing.overload\n"
        "def f(x: str) -> str: ...\n"
        "def f(x):\n"
        "    return x\n"
        "class A:\n"
        "    @property\n"
        "    def p(self): ...\n"
        "    @p.setter\n"
        "    def p(self, value): ...\n"
    )

    assert facts.symbols["f"] == Span(1, 6)
    assert facts.symbols["A.p"] == Span(8, 11)
    assert facts.ambiguous == ()


def test_a_definition_under_if_counts_for_the_level_around_it() -> None:
    facts = read("if FAST:\n    # quick\n    def f(): ...\nelse:\n    def g(): ...\n")

    assert facts.symbols == {"f": Span(2, 3), "g": Span(5, 5)}


def test_the_summary_is_the_first_line_of_the_docstring_else_of_a_comment() -> None:
    assert read('"""Adds.\n\nMore."""\n').summary == "Adds."
    assert read("#!/bin/sh\n# Adds up.\necho 1\n", "snippets/a.sh").summary == "Adds up."
    assert read("/* Adds up. */\nSELECT 1;\n", "snippets/a.sql").summary == "Adds up."
    assert read("x = 1  # not a summary\n").summary == ""


def test_tests_are_listed_for_test_files_only() -> None:
    text = "def test_a(): ...\ndef helper(): ...\nclass TestB:\n    def test_c(self): ...\n"

    assert read(text, "tests/snippets/test_a.py").tests == ("test_a", "TestB.test_c")
    assert read(text).tests == ()


def test_the_code_is_never_run() -> None:
    assert read("raise SystemExit\nX = 1\n").symbols == {"X": Span(2, 2)}


@pytest.mark.parametrize(
    ("path", "opening", "closing"),
    [
        ("a.py", "# region x", "# endregion x"),
        ("a.py", "#region x", "#endregion"),
        ("a.java", "// region x", "// endregion x"),
        ("a.css", "/* region x */", "/*endregion x*/"),
        ("a.sql", "-- region x", "-- endregion x"),
        ("a.vba", "' region x", "' endregion x"),
        ("a.lisp", ";; region x", ";; endregion x"),
        ("a.tex", "% region x", "% endregion x"),
        ("a.html", "<!-- region x -->", "<!-- endregion x -->"),
        ("a.unheard-of", "// region x", "// endregion x"),
    ],
)
def test_each_language_marks_regions_by_its_own_comments(
    path: str, opening: str, closing: str
) -> None:
    facts = read(f"1\n  {opening}\n2\n3\n{closing}\n4\n", f"snippets/{path}")

    assert facts.regions == {"x": Span(3, 4)}
    assert facts.language == "python" or facts.problems == ()


def test_regions_may_be_nested() -> None:
    facts = read("# region a\nx = 1\n# region b\ny = 2\n# endregion b\n# endregion a\n")

    assert facts.regions == {"b": Span(4, 4), "a": Span(2, 5)}


def test_prose_and_strings_about_regions_are_not_regions() -> None:
    facts = read('# region of interest\nTEXT = """\n# region x\n"""\n')

    assert facts.regions == {}
    assert facts.problems == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1\n# region a\ny = 2\n", "snippets/a.py:2: region 'a' is never closed"),
        (
            "# region a\nx = 1\n# region a\n# endregion a\n",
            "snippets/a.py:3: region 'a' is opened a second time",
        ),
        (
            "# region a\nx = 1\n# endregion a\n# region a\ny = 1\n",
            "snippets/a.py:4: region 'a' is opened a second time",
        ),
        (
            "# region inner\nx = 1\n# endregion iner\n# endregion inner\n",
            "snippets/a.py:3: endregion 'iner' ends a region that is not open\n"
            "    did you mean 'inner'?",
        ),
        ("# endregion\n", "snippets/a.py:1: endregion ends a region that is not open"),
        ("# region a\n# endregion a\n", "snippets/a.py:2: region 'a' has no lines"),
        ("x = 1  # card: hid\n", "snippets/a.py:1: no mark is called 'card: hid'"),
        ("x = 1\ndef f(:\n", "snippets/a.py:2: is not Python"),
    ],
)
def test_what_is_wrong_with_code_is_said_at_its_line(text: str, problem: str) -> None:
    assert [said_[: len(problem)] for said_ in said(read(text))] == [problem]


def test_code_that_no_parser_takes_is_a_problem_and_no_crash() -> None:
    for text in ("x = '\0'\n", "(" * 5000 + ")" * 5000, "-" * 100_000 + "1"):
        facts = read(text)

        assert len(facts.problems) == 1
        assert facts.problems[0].path == "snippets/a.py"
        assert facts.symbols == {}


def test_a_data_file_is_not_text_and_no_problem_but_code_must_be_utf_8() -> None:
    data, code = b"\x93NUMPY\xff", b"x = 1\ny = '\xe9'\n"

    assert read_code("snippets/a/weights.npy", data).language == ""
    assert read_code("snippets/a/weights.npy", data).problems == ()
    assert said(read_code("snippets/a.py", code))[0].startswith("snippets/a.py:2: is not UTF-8")


def test_line_ends_of_other_systems_and_form_feeds_do_not_shift_lines() -> None:
    facts = read_code("snippets/a.py", b"\xef\xbb\xbfx = 1\r\n\x0c\r\ndef f():\r\n    pass\r\n")

    assert facts.symbols["f"] == Span(3, 4)
    assert facts.line_count == 4
    assert read("x = 1\ry = 2\r").line_count == 2


def test_vba_has_its_functions_and_subs_as_symbols() -> None:
    facts = read(
        "Option Explicit\n"
        "' The test.\n"
        "Public Function Z(a As Double) As Double\n"
        "  Z = a\n"
        "End Function\n"
        "Private Sub Show()\n"
        "End Sub\n",
        "snippets/z.vba",
    )

    assert facts.symbols == {"Z": Span(2, 5), "Show": Span(6, 7)}


@pytest.mark.parametrize("language", [*_SIGNS, PLAIN])
def test_every_language_of_the_table_can_be_highlighted(language: str) -> None:
    assert len(highlight_lines("a\n\nb", language)) == 3


def test_the_language_is_known_by_the_file_name() -> None:
    paths = ["a.py", "b/K.CU", "a.bas", "Makefile", "a.xyz", "README"]

    assert [find_language(path) for path in paths] == [
        "python", "cuda", "vb.net", "make", "text", "text",
    ]  # fmt: skip
