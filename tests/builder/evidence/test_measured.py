"""What was measured against what is there now."""

from __future__ import annotations

import pytest

from builder.evidence.measured import compare_sources

PYTHON = '"""Adds."""\n\n\ndef add(a, b):\n    # exactly\n    return a + b  # both\n'
CUDA = """\
#include <cuda.h>
// Adds: one element a thread.
/* It needs
   no shared memory. */
__global__ void add(float *a) { a[0] -= 1; }  // here
const char *HOST = "http://host";
"""


def compared(path: str, recorded: str, present: str) -> str:
    return compare_sources({path: recorded}, {path: present})


def test_the_same_bytes_are_exact() -> None:
    assert compared("a.py", PYTHON, PYTHON) == "exact"
    assert compared("data.bin", "\0", "\0") == "exact"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# exactly", "# roughly"),
        ("    # exactly\n", ""),
        ("\n\n\ndef", "\ndef"),
        ("a + b", "(a +\n            b)"),
        ("\n", "\r\n"),
        ('"""Adds."""', "# region all\n'Adds.'"),
    ],
)
def test_in_python_comments_and_positions_do_not_count(old: str, new: str) -> None:
    assert compared("a.py", PYTHON, PYTHON.replace(old, new)) == "comments"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a + b", "b + a"),
        ("a + b", "a + b + 0"),
        ("add", "plus"),
        ('"""Adds."""', '"""Sums."""'),
        ('"""Adds."""\n', ""),
        ("return", "return ("),
    ],
)
def test_in_python_all_else_does(old: str, new: str) -> None:
    assert compared("a.py", PYTHON, PYTHON.replace(old, new)) == "changed"


def test_python_that_never_was_any_is_not_compared() -> None:
    assert compared("a.py", "x = (  # a", "x = (  # b") == "changed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one element a thread", "it adds"),
        ("// Adds: one element a thread.\n", ""),
        ("/* It needs\n   no shared memory. */\n", "// It needs none.\n"),
        ("  // here", ""),
        ("// here", "/* it's here */"),
    ],
)
def test_in_cuda_comments_do_not_count(old: str, new: str) -> None:
    assert compared("a.cu", CUDA, CUDA.replace(old, new)) == "comments"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-= 1", "-= 2"),
        ("http://host", "http://other"),
        ("// Adds", "Adds"),
        ("// here", "// here \\"),
        ("// here", "//here"),
        ("<cuda.h>", "<cuda.h> /* a\n b */"),
        ("// here", "/* here"),
        ("http://host", 'a\\" // b'),
        ("'", '"'),
    ],
)
def test_in_cuda_all_else_does(old: str, new: str) -> None:
    present = CUDA.replace(old, new)

    assert compared("a.cu", CUDA, present) == ("exact" if present == CUDA else "changed")


@pytest.mark.parametrize(
    ("path", "recorded", "present"),
    [
        ("raw.cpp", 'R"(\n// a\n)"', 'R"(\n// b\n)"'),
        ("block.java", '"""\n// a\n"""', '"""\n// b\n"""'),
        ("char.cu", "'\\'' // a", "'\\'' // b"),
        ("nested.cu", "/* /* a */ */", "/* /* b */ */"),
        ("regex.js", '/"/ // a', '/"/ // b'),
        ("shell.sh", "cat <<X\n# a\nX", "cat <<X\n# b\nX"),
        ("hint.sql", "SELECT /*+ a */ 1", "SELECT /*+ b */ 1"),
        ("run.sql", "/*!50000 a */", "/*!50000 b */"),
        ("dollar.sql", "SELECT $$ -- a\n$$", "SELECT $$ -- b\n$$"),
        ("unicode.java", "// \\u000a a", "// \\u000a b"),
        ("cgo.go", '// int a;\nimport "C"', '// int b;\nimport "C"'),
        ("decrement.cu", "i--; a", "i--; b"),
        (
            "comment-in-comment.cu",
            'i-- /* "\n// x" */ a() // y\n',
            'i-- /* "\n// x" */ b() // y\n',
        ),
    ],
)
def test_what_may_be_code_counts_as_code(path: str, recorded: str, present: str) -> None:
    assert compared(path, recorded, present) == "changed"


def test_sql_has_comments_of_its_own() -> None:
    assert compared("a.sql", "SELECT 1 -- one\n", "SELECT 1  -- eins\n") == "comments"
    assert compared("a.sql", "SELECT '-- a'\n", "SELECT '-- b'\n") == "changed"
    assert compared("a.sql", "SELECT 1 // 2\n", "SELECT 1 // 3\n") == "changed"


def test_a_lost_file_has_changed() -> None:
    assert compare_sources({"a.py": "", "b.py": ""}, {"a.py": ""}) == "changed"


def test_a_further_file_matters_only_once_a_recorded_one_names_it() -> None:
    assert compare_sources({"a.py": ""}, {"a.py": "", "b.py": "x"}) == "exact"


def test_the_worst_of_several_files_counts() -> None:
    recorded = {"a.py": "x = 1", "b.py": "y = 1", "c.py": "z = 1"}

    assert compare_sources(recorded, {**recorded, "b.py": "y = 1  # one"}) == "comments"
    assert (
        compare_sources(recorded, {**recorded, "b.py": "y = 1  # one", "c.py": "z = 2"})
        == "changed"
    )
