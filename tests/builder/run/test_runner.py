"""Cards run in real processes: what each comes to, and what the terminal says of it."""

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builder.cards import Demands
from builder.evidence.collect import Card
from builder.evidence.digests import Subject
from builder.prove import Verdict
from builder.run.results import CardResult
from builder.run.runner import run_cards
from builder.verdicts import report_verdicts
from tests.builder.run.planted import IMPORT, marked, pipe, plant, still_running


def run(root: Path, demands: Demands = Demands(), seconds: float = 60) -> CardResult:  # noqa: B008
    (found,) = run_cards(root, ["card"], jobs=1, timeout_seconds=seconds, demands={"card": demands})
    return found


def said(result: CardResult) -> list[str]:
    """What the terminal shows below the card's line, without the sum."""
    subject = Subject(result.slug, (), Demands(), (), ())
    card = Card(result.slug, "snippets/card.py", "tests", subject, "")
    return report_verdicts([Verdict(card, result)]).splitlines()[1:-2]


def test_a_card_whose_tests_pass_is_passed(tmp_path: Path) -> None:
    plant(tmp_path, IMPORT + "def test_a(): assert double(2) == 4\ndef test_b(): pass\n")

    result = run(tmp_path)

    assert (result.result, result.passed, result.failed, result.skipped) == ("PASSED", 2, 0, 0)
    assert [test.test for test in result.tests] == [
        "tests/snippets/test_card.py::test_a",
        "tests/snippets/test_card.py::test_b",
    ]
    assert said(result) == []


def test_a_failed_test_is_shown_with_its_line_and_assertion(tmp_path: Path) -> None:
    plant(tmp_path, IMPORT + "def test_ok(): pass\ndef test_a():\n    assert double(2) == 5\n")

    result = run(tmp_path)

    assert (result.result, result.passed, result.failed) == ("FAILED", 1, 1)
    assert said(result) == [
        "    tests/snippets/test_card.py:4  test_a",
        "        assert 4 == 5",
        "         +  where 4 = double(2)",
    ]


def test_an_exception_is_shown_at_the_innermost_line_of_the_sites_own_code(tmp_path: Path) -> None:
    code = "import json\ndef double(x):\n    return json.loads(x)\n"
    plant(tmp_path, IMPORT + "def test_a(): double('{')\n", code)

    assert said(run(tmp_path))[0] == "    snippets/card.py:3  test_a"


def test_doctests_of_the_snippet_are_its_tests_too_but_its_functions_are_not(
    tmp_path: Path,
) -> None:
    code = 'def double(x):\n    """\n    >>> double(2)\n    5\n    """\n    return 2 * x\n'
    plant(tmp_path, IMPORT + "def test_a(): pass\n", code + "def test_statistic(x): pass\n")

    result = run(tmp_path)

    assert (result.result, result.passed, result.failed) == ("FAILED", 1, 1)
    assert said(result) == [
        "    snippets/card.py:3  snippets.card.double",
        "        >>> double(2)",
        "        expected: 5",
        "        got: 4",
    ]


def test_a_package_is_one_module_for_its_tests_and_its_doctests(tmp_path: Path) -> None:
    inside = "import snippets.card as card\nCALLS = []\n"
    doctested = '"""\n>>> from snippets import card\n>>> card.CALLS\n[1]\n"""\nCALLS = []\n'
    (tmp_path / "snippets/card").mkdir(parents=True)
    (tmp_path / "snippets/card/__init__.py").write_text(doctested)
    (tmp_path / "snippets/card/part.py").write_text(inside)
    plant(tmp_path, "from snippets import card\ndef test_a(): card.CALLS.append(1)\n", "", "other")
    tests = tmp_path / "tests/snippets"
    (tests / "test_other.py").rename(tests / "test_card.py")

    assert run(tmp_path).result == "PASSED"


@pytest.mark.parametrize(
    ("test", "result", "lines"),
    [
        (
            IMPORT + "def test_a(:\n",
            "ERROR",
            ["    tests/snippets/test_card.py:2  test_card.py", "        SyntaxError: "],
        ),
        (
            "import snippets.gone\ndef test_a(): pass\n",
            "ERROR",
            [
                "    tests/snippets/test_card.py:1  test_card.py",
                "        ModuleNotFoundError: No module named 'snippets.gone'",
            ],
        ),
        ("import winreg\n", "ERROR", ["    tests/snippets/test_card.py:1  test_card.py"]),
        (
            "X = 1 / 0\n",
            "ERROR",
            ["    tests/snippets/test_card.py:1", "        ZeroDivisionError"],
        ),
        ("import sys\nsys.exit(0)\n", "ERROR", ["    pytest gave up with status 3"]),
        (
            "import sys\ndef test_a(): sys.exit(0)\n",
            "FAILED",
            ["    tests/snippets/test_card.py:2"],
        ),
        (
            "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n",
            "ERROR",
            ["    the process ended by itself (status 0) during tests/snippets/test_card.py"],
        ),
        (
            "import os, signal\ndef test_a(): os.kill(os.getpid(), signal.SIGSEGV)\n",
            "ERROR",
            ["    the process was killed by SIGSEGV during tests/snippets/test_card.py::test_a"],
        ),
        (
            "import atexit, os\natexit.register(os._exit, 7)\ndef test_a(): pass\n",
            "ERROR",
            ["    the process ended by itself (status 7) after its tests"],
        ),
        (
            "import pytest\ndef test_a(): pass\ndef test_b(): pytest.exit('x', 0)\n",
            "ERROR",
            ["    stopped during tests/snippets/test_card.py::test_b: 1 of 2 tests ended"],
        ),
        ("def helper(): pass\n", "EMPTY", ["    no test ran"]),
        (
            "import pytest\n@pytest.mark.skip(reason='no GPU')\ndef test_a(): pass\n",
            "SKIPPED",
            ["    every test was skipped", "    no GPU"],
        ),
        (
            "import pytest\npytest.skip('no GPU', allow_module_level=True)\n",
            "SKIPPED",
            ["    every test was skipped", "    no GPU"],
        ),
        (
            "import pytest\n@pytest.mark.xfail(reason='later')\ndef test_a(): assert 0\n",
            "SKIPPED",
            ["    every test was skipped", "    expected to fail later"],
        ),
        (
            "import not_a_distribution\ndef test_a(): pass\n",
            "UNAVAILABLE",
            ["    not_a_distribution is not installed: run pip install not_a_distribution, and"],
        ),
        (
            "def test_a(): import not_a_distribution.part\n",
            "UNAVAILABLE",
            ["    not_a_distribution is not installed"],
        ),
        (
            "def test_a(): import not_a_distribution\ndef test_b(): assert 0\n",
            "FAILED",
            ["    tests/snippets/test_card.py:1"],
        ),
        (
            "import pytest\n@pytest.fixture\ndef f():\n    yield\n    raise KeyError(1)\n"
            "def test_a(f): pass\n",
            "FAILED",
            ["    tests/snippets/test_card.py:5  test_a"],
        ),
    ],
)
def test_only_what_ended_as_it_should_is_a_pass(
    tmp_path: Path, test: str, result: str, lines: list[str]
) -> None:
    plant(tmp_path, test)

    found = run(tmp_path)

    assert found.result == result
    for line, start in zip(said(found), lines, strict=False):
        assert line.startswith(start)
    assert len(said(found)) >= len(lines)


def test_an_endless_loop_ends_at_the_cards_own_limit_and_says_how_far_it_came(
    tmp_path: Path,
) -> None:
    plant(tmp_path, "def test_a(): pass\ndef test_forever():\n    while True: pass\n")

    result = run(tmp_path, Demands(timeout=3))

    assert (result.result, result.passed) == ("TIMEOUT", 1)
    assert result.details == ("stopped after 3 s during tests/snippets/test_card.py::test_forever",)


def test_a_card_sees_a_fresh_folder_and_a_fixed_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "x")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    plant(
        tmp_path,
        "import os, sys\n"
        "def test_a():\n"
        "    assert os.listdir() == [] and os.environ['HOME'] == os.getcwd()\n"
        "    assert 'A_SECRET' not in os.environ and 'builder' not in sys.modules\n"
        "    names = ('PYTHONHASHSEED', 'TZ', 'LC_ALL', 'OMP_NUM_THREADS', 'MPLBACKEND', 'MINE')\n"
        "    values = [os.environ[name] for name in names]\n"
        "    assert values == ['0', 'UTC', 'C.UTF-8', '1', 'Agg', 'yes']\n"
        "    assert len({os.environ['TMPDIR'], os.getcwd(), sys.path[0]}) == 3\n"
        "    open('left over', 'w').close()\n",
    )

    names = ("left over", "__pycache__", ".pytest_cache")
    assert said(run(tmp_path, Demands(env={"MINE": "yes"}))) == []
    assert not [path for path in tmp_path.rglob("*") if path.name in names]


def test_hypothesis_tries_the_same_examples_in_every_run_and_keeps_none(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "from hypothesis import given, settings, strategies as st\n"
        "SEEN = []\n"
        "@settings(max_examples=20)\n"
        "@given(st.integers())\n"
        "def test_a(x): SEEN.append(x)\n"
        "def test_b(): assert False, f'{len(set(SEEN)) > 10} {hash(tuple(SEEN))}'\n",
    )

    said = [run(tmp_path).tests[-1].message for _ in range(2)]

    assert said[0] == said[1]
    assert said[0].startswith("True")
    assert not list(tmp_path.rglob(".hypothesis"))


def test_a_card_may_start_processes_of_every_kind(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "import multiprocessing\nfrom concurrent.futures import ProcessPoolExecutor\n" + IMPORT +
        "def triple(x): return 3 * x\n"
        "def test_a():\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    with ProcessPoolExecutor(1, mp_context=context) as pool:\n"
        "        assert [pool.submit(f, 2).result() for f in (double, triple)] == [4, 6]\n",
    )  # fmt: skip

    assert said(run(tmp_path)) == []


def test_the_hint_for_a_missing_distribution_is_the_sites_own_extra(tmp_path: Path) -> None:
    plant(tmp_path, "import not_a_distribution\ndef test_a(): pass\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[project.optional-dependencies]\ngpu = ["Not.A-Distribution>=2"]\n'
    )

    assert run(tmp_path).details == (
        "not_a_distribution is not installed: run pip install '.[gpu]'",
    )


@pytest.mark.parametrize(
    ("module", "hint"),
    [
        ("jsn", "did you mean 'json'?"),
        ("numpyx", "run pip install numpyx, and name it in pyproject.toml's dependencies"),
    ],
)
def test_only_what_is_near_to_a_module_of_python_is_taken_for_misspelt(
    tmp_path: Path, module: str, hint: str
) -> None:
    plant(tmp_path, f"import {module}\ndef test_a(): pass\n")

    assert run(tmp_path).details == (f"{module} is not installed: {hint}",)


def test_what_is_no_part_of_a_site_is_not_run(tmp_path: Path) -> None:
    """A build passes over it, so it would be in no digest."""
    plant(tmp_path, "def test_a(): pass\n")
    kept = tmp_path / "snippets/card/.ipynb_checkpoints/a-checkpoint.py"
    kept.parent.mkdir(parents=True)
    kept.write_text('"""\n>>> 1 + 1\n3\n"""\n')

    assert run(tmp_path).result == "PASSED"


def test_a_missing_tool_is_unavailable_and_too_few_tests_are_no_pass(tmp_path: Path) -> None:
    plant(tmp_path, "def test_a(): pass\n")

    without_tool = run(tmp_path, Demands(tools=("not-a-program",)))
    too_few = run(tmp_path, Demands(min_tests=2))

    assert (without_tool.result, without_tool.details) == (
        "UNAVAILABLE",
        ("install not-a-program: it is not on PATH",),
    )
    assert (too_few.result, too_few.details) == (
        "FAILED",
        ("1 passed, and the card asks for at least 2",),
    )


def test_more_output_than_ten_megabytes_ends_a_test_that_goes_on(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "import os, time\ndef test_a(capfd):\n    with capfd.disabled():\n"
        "        while True: os.write(1, bytes(10**6)); time.sleep(0.01)\n",
    )

    found = run(tmp_path)

    assert found.details == (
        "wrote more than 10 MB of output during tests/snippets/test_card.py::test_a",
    )


def test_more_output_than_ten_megabytes_is_an_error_of_a_card_that_has_ended(
    tmp_path: Path,
) -> None:
    """So quickly written that its tests may be over before anybody looks."""
    plant(tmp_path, "import os\ndef test_a(capfd):\n    with capfd.disabled():\n"
                    "        os.write(1, bytes(11 * 10**6))\n")  # fmt: skip

    found = run(tmp_path)

    assert found.result == "ERROR"
    assert found.details[0].startswith("wrote more than 10 MB of output")


def test_cards_without_tests_or_code_are_not_run(tmp_path: Path) -> None:
    plant(tmp_path, "")
    (tmp_path / "tests/snippets/test_card.py").unlink()

    empty, unknown = run_cards(tmp_path, ["card", "crad"], jobs=2, timeout_seconds=9, demands={})

    assert (empty.result, empty.details) == (
        "EMPTY",
        ("no test ran: write tests/snippets/test_card.py",),
    )
    assert (unknown.result, unknown.details) == (
        "ERROR",
        ("no snippet is called 'crad'", "did you mean 'card'?"),
    )


def test_results_come_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    site = tmp_path / "site"
    with pipe(tmp_path / "pipe") as word:
        plant(site, f"def test_a(): open({word.path!r}).read(1)\n", slug="first")
        plant(site, f"def test_a(): {word.told}\n", slug="second")

        # The first card ends only when the second has run, so they do run side by side.
        found = list(run_cards(site, ["first", "second"], jobs=2, timeout_seconds=30, demands={}))

    assert [(each.slug, each.result) for each in found] == [
        ("first", "PASSED"),
        ("second", "PASSED"),
    ]


def test_cards_that_run_are_ended_when_nobody_asks_any_more(tmp_path: Path) -> None:
    marker = f"MARK-{uuid.uuid4()}"
    demands = {slug: Demands(env={"MARK": marker}) for slug in ("quick", "slow")}
    site = tmp_path / "site"
    with pipe(tmp_path / "pipe") as word:
        plant(site, f"def test_a(): open({word.path!r}).read(1)\n", slug="quick")
        plant(site, f"def test_a():\n    {word.told}\n    while True: pass\n", slug="slow")

        results = run_cards(site, ["quick", "slow"], jobs=2, timeout_seconds=600, demands=demands)
        assert next(results).result == "PASSED"
        started = marked(marker)
        results.close()  # type: ignore[attr-defined]  # it is a generator

    assert len(started) >= 2
    assert still_running(started, 0) == []


def test_the_room_loads_neither_pytest_nor_the_highlighter() -> None:
    code = "import sys, builder.cards; print({'pytest', 'pygments'} & set(sys.modules))"
    env: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)

    assert done.stdout == "set()\n"


def test_a_traceback_starts_in_the_site_and_names_no_path_of_this_machine(tmp_path: Path) -> None:
    code = "import json\ndef double(x):\n    return json.loads(x)\n"
    raising = "class Odd:\n    pass\ndef test_a():\n    try: double('{')\n"
    raising += "    except ValueError as error: raise KeyError(Odd(), __file__) from error\n"
    plant(tmp_path, IMPORT + raising, code)

    (test,) = run(tmp_path).tests

    lines = test.trace.splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        '  File "tests/snippets/test_card.py", line 5, in test_a',
        "    try: double('{')",
    ]
    assert any(line.startswith('  File "…/json/') for line in lines)
    assert "object at 0x…>, 'tests/snippets/test_card.py')" in lines[-1]
    assert str(tmp_path) not in test.trace
    assert sys.base_prefix not in test.trace
    assert "object at 0x…>" in test.message


def test_a_long_traceback_keeps_its_ends(tmp_path: Path) -> None:
    deep = "def f(n):\n    if n: g(n - 1)\n    raise KeyError(n)\ndef g(n): f(n)\n"
    plant(tmp_path, deep + "def test_a(): f(100)\n")

    lines = run(tmp_path).tests[0].trace.splitlines()

    assert len(lines) <= 40
    assert "…" in lines
    assert lines[-1] == "KeyError: 0"


def test_coverage_counts_the_cards_own_statements_and_names_those_that_did_not_run(
    tmp_path: Path,
) -> None:
    code = "def double(x):\n    if x is None:\n        x = 0\n        x = 1\n    return 2 * x\n"
    plant(tmp_path, IMPORT + "def test_a(): assert double(2) == 4\n", code)

    (found,) = run(tmp_path).coverage

    assert (found.path, found.statements, found.run) == ("snippets/card.py", 5, 3)
    assert found.missing == "3-4"


def test_the_order_of_tests_and_the_hash_seed_can_be_others(tmp_path: Path) -> None:
    says = "import os\ndef test_{}(): assert False, os.environ['PYTHONHASHSEED']\n"
    plant(tmp_path, says.format("a") + says.format("b"))

    (found,) = run_cards(
        tmp_path, ["card"], jobs=1, timeout_seconds=60, demands={}, hash_seed=7, reverse=True
    )

    assert [test.test[-1] + test.message[:1] for test in found.tests] == ["b7", "a7"]


def test_what_runs_is_the_source_and_no_older_compilation_of_it(tmp_path: Path) -> None:
    plant(tmp_path, IMPORT + "def test_a(): assert double(2) == 4\n")
    paths = [tmp_path / "snippets/card.py", tmp_path / "tests/snippets/test_card.py"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path,
         "--import-mode=importlib", "tests"],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path, check=True,
    )  # fmt: skip
    assert len(list(tmp_path.rglob("*.pyc"))) == 2

    # Other code of the same size, changed at the same moment.
    for path, old, new in ((paths[0], "2 *", "3 *"), (paths[1], "== 4", "== 6")):
        before = path.stat()
        path.write_text(path.read_text().replace(old, new))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert said(run(tmp_path)) == []


def test_a_result_says_when_and_how_it_was_made(tmp_path: Path) -> None:
    plant(tmp_path, "def test_a(): pass\n")

    result = run(tmp_path)

    moment = datetime.strptime(result.started, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60
    assert result.isolation in ("namespaces", "processes")
    assert result.reads == ("tests/snippets/test_card.py",)
    assert result.produced is None
