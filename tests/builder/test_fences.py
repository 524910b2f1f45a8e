"""Every fenced block of Python accounts for itself: as a card, as a doctest, or with a reason."""

from __future__ import annotations

import ast
import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builder.build import build
from builder.cards.doctests import doctest_code, doctest_module
from builder.codec import sha256
from builder.errors import BuildFailed, Problem
from builder.facts import ReadingSettings, kind_of, parse_document
from builder.markup.fences import count_fences, unaccounted_problems
from builder.model import Facts, Fence, FenceCounts
from tests.builder.project import Project, note

ROOT = Path(__file__).parents[2]
PAGE = "content/posts/a.md"


def facts_of(body: str, path: str = PAGE) -> Facts:
    data = f"---\ntitle: A\n---\n{body}\n".encode()
    return parse_document(path, data, sha256(data), ReadingSettings("UTC", {})).facts


def fences_of(body: str) -> tuple[Fence, ...]:
    facts = facts_of(body)
    assert facts.problems == ()
    return facts.fences


def warnings_of(body: str) -> list[str]:
    return [
        f"{problem.line}: {problem.message}" for problem in unaccounted_problems(facts_of(body))
    ]


def block(*lines: str, info: str = "python") -> str:
    return "\n".join((f"```{info}", *lines, "```"))


# --- What a block is


def test_a_block_with_prompts_is_a_doctest_and_keeps_its_code() -> None:
    assert fences_of("Text.\n\n" + block(">>> 1 + 1", "2")) == (
        Fence(6, "python", "doctest", code=">>> 1 + 1\n2\n"),
    )


def test_a_block_with_a_mark_and_a_reason_is_untested_whatever_it_holds() -> None:
    marked = 'python {.untested reason="needs a server"}'

    assert fences_of(block(">>> connect()", info=marked) + "\n\n" + block("x", info=marked)) == (
        Fence(4, "python", "untested", "needs a server"),
        Fence(8, "python", "untested", "needs a server"),
    )


def test_a_mark_on_the_line_above_counts_too() -> None:
    assert fences_of('{.untested reason="old"}\n' + block("x = 1")) == (
        Fence(5, "python", "untested", "old"),
    )


def test_a_mark_without_a_reason_stops_the_build() -> None:
    (problem,) = facts_of(block("x = 1", info="python {.untested}")).problems

    assert (problem.line, problem.is_warning) == (4, False)
    assert "without a reason" in problem.message


def test_any_other_block_is_unaccounted_for() -> None:
    assert fences_of(block("x = 1")) == (Fence(4, "python", "unaccounted"),)


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("py", "python"),
        ("Python3", "python"),
        ("pycon", "pycon"),
        ("python2", "python2"),
        ('python {title="a.py"}', "python"),
    ],
)
def test_python_has_many_names(info: str, language: str) -> None:
    (fence,) = fences_of(block("x = 1", info=info))

    assert (fence.language, fence.form) == (language, "unaccounted")


@pytest.mark.parametrize(
    "body",
    [
        block("x = 1", info=""),
        block("echo", info="bash"),
        block("x = 1", info="text"),
        block("Traceback", info="pytb"),
        "    indented = 1",
        "````markdown\n" + block("x = 1") + "\n````",
        "<pre>\n```python\nx = 1\n```\n</pre>",
        block(""),
        block(info="card z_test"),
        "`python`",
    ],
)
def test_what_is_no_fenced_python_is_not_counted(body: str) -> None:
    assert fences_of(body) == ()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("- item\n\n  ```python\n  x = 1\n  ```", 6),
        ("> ```python\n> x = 1\n> ```", 4),
        (":::{note}\n```python\nx = 1\n```\n:::", 5),
        ("term\n: text\n\n  ```python\n  x = 1\n  ```", 7),
        ("mark[^1]\n\n[^1]: note\n\n    ```python\n    x = 1\n    ```", 8),
        ("~~~python\nx = 1\n~~~", 4),
    ],
)
def test_blocks_count_wherever_they_stand(body: str, line: int) -> None:
    (fence,) = fences_of(body)

    assert fence.line == line


# --- What is told of it


def test_an_unaccounted_block_is_a_warning_with_the_three_ways_out() -> None:
    (problem,) = unaccounted_problems(facts_of(block("x = 1")))

    assert str(problem) == (
        "content/posts/a.md:4: warning: this Python block is not tested\n"
        '    make it a card, write it as a doctest (>>> …), or mark it {.untested reason="…"}'
    )


def test_blocks_that_account_for_themselves_give_no_warning() -> None:
    marked = 'python {.untested reason="old"}'

    assert warnings_of(block(">>> 1", "1") + "\n\n" + block("x", info=marked)) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["def f():", "    return 1", "", ">>> f()", "1"], "line 5 is neither code"),
        ([">>> print('a\\n\\nb')", "a", "", "b"], "line 8 is neither code"),
        ([">>> 1", "1", "", "x = 2", ">>> 2", "2"], "line 8 is neither code"),
        ([">>> 1", "1", ">>> f()  # doctest: +SKIP", "2"], "line 7 is skipped"),
        ([">>> # only this", ">>>"], "no prompt has code"),
        ([">>> 1", "1", ">>>2", "2"], "line 7 lacks blank after >>>"),
        ([">>> 1  # doctest: +NOPE", "1"], "line 5 has an invalid option: '+NOPE'"),
    ],
)
def test_a_doctest_that_would_leave_a_part_untested_is_none(lines: list[str], said: str) -> None:
    (warning,) = warnings_of(block(*lines))

    assert warning.startswith(f"4: this Python block is not tested: {said}")


def test_comments_and_blank_lines_between_prompts_are_fine() -> None:
    lines = [
        "# First the sum.",
        ">>> 1 + 1",
        "2",
        "",
        "# Then nothing.",
        ">>> # really",
        ">>> x = 1",
    ]

    assert [fence.form for fence in fences_of(block(*lines))] == ["doctest"]


def test_blocks_are_counted_over_all_pages() -> None:
    cards = block(info="card z_test") + "\n\n" + block(info="card z_test#f")
    marked = block("x", info='python {.untested reason="old"}')
    session = block(">>> 1", "1")

    counts = count_fences(
        [facts_of(f"{cards}\n\n{session}"), facts_of(f"{marked}\n\n{block('x')}\n\n{session}")]
    )

    assert counts == FenceCounts(cards=2, doctests=2, untested=1, unaccounted=1)


# --- The tests that run it


def definitions_of(*bodies: str) -> dict[str, Any]:
    """What the test file of a page with these blocks defines."""
    names: dict[str, Any] = {"__name__": "test_page"}
    exec(doctest_module(PAGE, fences_of("\n\n".join(bodies))), names)
    return names


def test_a_page_without_doctests_has_no_test_file() -> None:
    assert doctest_module(PAGE, fences_of(block("x = 1"))) == ""


def test_a_page_and_its_blocks_may_have_the_words_that_are_filled_in() -> None:
    names: dict[str, Any] = {"__name__": "test_page"}
    fences = fences_of(block(">>> 'PATH ROWS'", "'PATH ROWS'"))
    exec(doctest_module("content/notes/BROWSER-PATH.md", fences), names)

    names["test_block_1"]()
    assert names["PAGE"] == "content/notes/BROWSER-PATH.md"


def test_blocks_share_their_names_in_the_order_of_the_page() -> None:
    names = definitions_of(
        block(">>> x = 1"), block("x = 9"), block(">>> x += 1"), block(">>> x", "2")
    )

    assert [name for name in names if name.startswith("test_")] == [
        "test_block_1",
        "test_block_2",
        "test_block_3",
    ]
    # The last one alone is enough: the others run before it, and not again.
    names["test_block_3"]()
    names["test_block_1"]()
    names["test_block_2"]()
    names["test_block_3"]()


def test_a_failure_names_the_page_and_its_line() -> None:
    names = definitions_of("Text.", block(">>> x = 1", ">>> x", "2"))

    with pytest.raises(doctest.DocTestFailure) as caught:
        names["test_block_1"]()

    failed = caught.value
    assert failed.test.filename == PAGE
    assert (failed.test.lineno or 0) + failed.example.lineno + 1 == 8
    assert failed.got == "1\n"


def test_an_exception_that_is_not_shown_is_a_failure_and_one_that_is_shown_is_none() -> None:
    names = definitions_of(
        block(">>> 1 / 0"),
        block(
            ">>> 1 / 0", "Traceback (most recent call last):", "ZeroDivisionError: division by zero"
        ),
        block(">>> raise SystemExit"),
    )

    with pytest.raises(doctest.UnexpectedException):
        names["test_block_1"]()
    names["test_block_2"]()
    with pytest.raises(doctest.UnexpectedException):
        names["test_block_3"]()


def test_only_the_block_that_fails_is_blamed() -> None:
    names = definitions_of(block(">>> 1", "2"), block(">>> 3", "3"))

    names["test_block_2"]()
    with pytest.raises(doctest.DocTestFailure):
        names["test_block_1"]()


def test_a_future_import_holds_for_the_blocks_below() -> None:
    names = definitions_of(
        block(">>> from __future__ import annotations"),
        block(">>> def f(x: unknown): ...", ">>> f.__annotations__", "{'x': 'unknown'}"),
    )

    names["test_block_2"]()


def test_the_file_is_one_that_pytest_runs(tmp_path: Path) -> None:
    fences = fences_of(block(">>> '''\"\\\\''' + 'é'", "'\"\\\\é'") + "\n\n" + block(">>> 1", "2"))
    (tmp_path / "test_page.py").write_text(doctest_module(PAGE, fences), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "FAILED test_page.py::test_block_2" in done.stdout


def test_what_blocks_type_is_told_for_finding_their_imports() -> None:
    fences = fences_of(
        block(">>> import os", ">>> def f():", "...     import json", ">>> f()")
        + "\n\n"
        + block("import nothing")
        + "\n\n"
        + block(">>> from math import (", "Traceback (most recent call last):", "SyntaxError: …")
    )

    code = doctest_code(fences)

    assert code == "import os\ndef f():\n    import json\nf()\n"
    ast.parse(code)


# --- This repository


def test_every_block_of_python_in_the_notebook_accounts_for_itself() -> None:
    warnings: list[Problem] = []
    for file in sorted((ROOT / "content").rglob("*.md")):
        path, data = file.relative_to(ROOT).as_posix(), file.read_bytes()
        if kind_of(path) is not None:
            facts = parse_document(path, data, sha256(data), ReadingSettings("UTC", {})).facts
            warnings += unaccounted_problems(facts)

    assert warnings == []


def test_an_unaccounted_block_does_not_make_an_edit_dear(project: Project) -> None:
    project.write("posts/a.md", note("A", block("x = 1"))).write("posts/b.md", note("B", "Text."))
    project.build().edit("posts/b.md", "Text.", "Other text.")
    stages = set()
    report = build(
        project.order, say=print, progress=lambda stage, _done, _total: stages.add(stage)
    )

    assert "posts/b/index.html" in report.made
    assert stages == {"writing"}, "the whole site was looked at"
    with pytest.raises(BuildFailed, match="this Python block is not tested"):
        project.build(is_strict=True)
