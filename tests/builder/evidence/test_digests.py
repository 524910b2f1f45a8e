"""What changes a digest, and what does not: trees on disk, read and never run."""

import json
import math
import os
import random
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import cards, codec
from builder.cards import Demands, reach, read_code
from builder.codec import sha256
from builder.evidence.digests import (
    Subject,
    canonical_json,
    canonical_test,
    content_digest,
    digest_content,
    environment_digest,
)
from builder.evidence.record import Environment
from builder.model import CodeFacts

RUNNER = "ab" * 32
DEMANDS = Demands(inputs=("data/table.csv",))
CARD, TEST = "snippets/z.py", "tests/snippets/test_z.py"
TREE = {
    CARD: "import helper\n\n\ndef f(): ...\n",
    "helper.py": "X = 1\n",
    "tests/conftest.py": "import shared\n",
    "shared.py": "Y = 1\n",
    TEST: "from snippets import z\n",
    "data/table.csv": "1,2\n",
    "unrelated.py": "X = 1\n",
    "snippets/other.py": "import helper\n",
    "content/cards/z.md": "# Z\n",
}
ENVIRONMENT = Environment(
    python="3.11.7",
    implementation="cpython",
    platform="linux-x86_64",
    distributions={"numpy": "2.4.6", "pytest": "9.2.0"},
    direct=("numpy",),
    tools={"javac": "javac 21"},
    variables={"CUDA_VISIBLE_DEVICES": "0"},
)


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def subject(root: Path, test: Demands = DEMANDS) -> Subject:
    """The subject of card z in a tree on disk, as the builder collects it."""
    known: dict[str, CodeFacts | None] = {}
    code = sorted(
        path.relative_to(root).as_posix()
        for folder in ("snippets", "tests/snippets")
        for path in (root / folder).glob("*.*")
    )
    start = (*cards.card_files("z", code), *cards.test_files("z", code))
    while (reached := reach(start, known)).unknown:
        for path in reached.unknown:
            place = root / path
            known[path] = read_code(path, place.read_bytes()) if place.is_file() else None
    paths = [*reached.files, *test.inputs]
    files = tuple((path, sha256((root / path).read_bytes())) for path in paths)
    return Subject("z", files, test, reached.modules, ())


def content(root: Path, test: Demands = DEMANDS) -> str:
    return content_digest(subject(root, test), "tests", RUNNER)


@pytest.mark.parametrize("path", [CARD, TEST, "helper.py", "tests/conftest.py", "shared.py"])
def test_a_comment_in_any_file_that_a_card_reaches_changes_its_content(
    path: str, tmp_path: Path
) -> None:
    write(tmp_path, TREE)
    before = content(tmp_path)

    write(tmp_path, {path: TREE[path] + "# said\n"})

    assert content(tmp_path) != before


def test_an_input_changes_its_content(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    before = content(tmp_path)

    write(tmp_path, {"data/table.csv": "1,3\n"})

    assert content(tmp_path) != before


@pytest.mark.parametrize("path", ["unrelated.py", "snippets/other.py", "content/cards/z.md"])
def test_a_file_that_it_does_not_reach_changes_nothing(path: str, tmp_path: Path) -> None:
    write(tmp_path, TREE)
    before = content(tmp_path)

    write(tmp_path, {path: TREE[path] + "# said\n"})

    assert content(tmp_path) == before


@pytest.mark.parametrize(
    "path", ["conftest.py", "snippets/__init__.py", "tests/__init__.py", "snippets/z.sql"]
)
def test_a_new_file_beside_or_above_changes_its_content(path: str, tmp_path: Path) -> None:
    write(tmp_path, TREE)
    before = content(tmp_path)

    write(tmp_path, {path: ""})

    assert content(tmp_path) != before


def test_a_file_under_another_name_is_other_content(tmp_path: Path) -> None:
    write(tmp_path, {CARD: "import helper\n", "helper.py": ""})
    before = content(tmp_path, Demands())

    (tmp_path / "helper").mkdir()
    (tmp_path / "helper.py").rename(tmp_path / "helper/__init__.py")

    assert content(tmp_path, Demands()) != before


CHANGES = {
    "timeout": 61.0,
    "memory": 2**30,
    "network": True,
    "env": {"TRITON_INTERPRET": "1"},
    "inputs": ("data/table.csv",),
    "tools": ("javac",),
    "min_tests": 2,
    "tiers": ("simulated",),
}


def test_each_demand_changes_the_content() -> None:
    assert CHANGES.keys() == codec.fields(Demands()).keys()
    demands = [Demands(), *(codec.replace(Demands(), **{key: CHANGES[key]}) for key in CHANGES)]
    digests = {content_digest(Subject("z", (), each, (), ()), "tests", RUNNER) for each in demands}

    assert len(digests) == len(demands)


def test_the_card_the_tier_and_the_runner_are_content() -> None:
    one = Subject("z", (), Demands(), (), ())

    digests = {
        content_digest(one, "tests", RUNNER),
        content_digest(codec.replace(one, slug="y"), "tests", RUNNER),
        content_digest(one, "simulated", RUNNER),
        content_digest(one, "tests", "cd" * 32),
    }

    assert len(digests) == 4


def test_modules_of_others_and_the_order_of_files_are_no_content() -> None:
    files = (("a.py", b"\1" * 32), ("b.py", b"\2" * 32))
    one = Subject("z", files, Demands(), (("numpy", False),), ("numpy",))
    same = Subject("z", files[::-1], Demands(), (), ())
    swapped = Subject("z", (("a.py", b"\2" * 32), ("b.py", b"\1" * 32)), Demands(), (), ())

    assert content_digest(one, "tests", RUNNER) == content_digest(same, "tests", RUNNER)
    assert content_digest(one, "tests", RUNNER) != content_digest(swapped, "tests", RUNNER)


def test_a_record_says_enough_to_find_its_content_digest() -> None:
    demands = Demands(timeout=0.1, env={"É": "ü"}, tools=("b", "a"))
    one = Subject("z", (("a.py", b"\1" * 32),), demands, (), ())
    written = json.dumps(json.loads(canonical_test(demands)), indent=2)

    found = digest_content("z", "tests", {"a.py": "01" * 32}, written, RUNNER)

    assert found == content_digest(one, "tests", RUNNER)


def test_the_content_digest_is_what_it_is_said_to_be() -> None:
    one = Subject("z", (("b", b"\xab" * 32), ("a", b"\1" * 32)), Demands(timeout=60.0), (), ())
    test = (
        b'{"env":{},"inputs":[],"memory":null,"min_tests":1,"network":false,'
        b'"tiers":["tests"],"timeout":60,"tools":[]}'
    )
    files = f'[["a","{"01" * 32}"],["b","{"ab" * 32}"]]'.encode()
    text = b'{"card":"z","files":%b,"runner":"r","schema":1,"test":%b,"tier":"tests"}'

    assert content_digest(one, "tests", "r") == sha256(text % (files, test)).hex()


@pytest.mark.parametrize(
    "change",
    [
        {"distributions": {"numpy": "2.5.0", "pytest": "9.2.0"}},
        {"distributions": {"numpy": "2.4.6"}},
        {"tools": {"javac": "javac 22"}},
        {"python": "3.11.8"},
        {"implementation": "pypy"},
        {"platform": "linux-aarch64"},
        {"variables": {}},
    ],
)
def test_what_a_card_runs_with_changes_its_environment(change: dict[str, object]) -> None:
    changed = codec.replace(ENVIRONMENT, **change)

    assert environment_digest(changed) != environment_digest(ENVIRONMENT)


def test_hardware_and_which_module_is_the_cards_own_are_not_its_environment() -> None:
    other = codec.replace(ENVIRONMENT, hardware="NVIDIA H200", direct=())
    turned = {"pytest": "9.2.0", "numpy": "2.4.6"}

    assert environment_digest(other) == environment_digest(ENVIRONMENT)
    assert environment_digest(codec.replace(ENVIRONMENT, distributions=turned)) == (
        environment_digest(ENVIRONMENT)
    )


# --- Canonical JSON


def test_equal_values_are_written_alike() -> None:
    one = {"b": (1, 60.0, -0.0), "a": {"ü": None, "A": True}}
    same = {"a": {"A": True, "ü": None}, "b": [1.0, 60, 0]}

    assert canonical_json(one) == canonical_json(same)
    assert canonical_json(one) == '{"a":{"A":true,"ü":null},"b":[1,60,0]}'.encode()


def test_numbers_keep_their_digits() -> None:
    assert canonical_json([0.1, 1e22, 2**64, 2.5e-8]) == b"[0.1,1e+22,18446744073709551616,2.5e-08]"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": number})


def test_values_and_bytes_are_written_by_name_and_in_hexadecimal() -> None:
    text = canonical_json(Subject("z", (("a", b"\xff"),), Demands(), (), ()))

    assert text.startswith(
        b'{"files":[["a","ff"]],"modules":[],"own_modules":[],"slug":"z","test":'
    )


def test_the_order_in_which_demands_name_things_makes_no_difference() -> None:
    one = Demands(tools=("a", "b"), inputs=("x", "y"), tiers=("tests", "simulated"))
    same = Demands(tools=("b", "a", "a"), inputs=("y", "x"), tiers=("simulated", "tests"))

    assert canonical_test(one) == canonical_test(same)


# --- Any tree


MODULES = [*(f"m{n}" for n in range(4)), "pkg.a", "pkg.b", "pkg.sub.c"]


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Small trees of modules that import each other."""
    imports = st.lists(st.sampled_from([*MODULES, "pkg", "numpy", "math"]), max_size=3)
    inits = ["pkg/__init__.py", "pkg/sub/__init__.py", "conftest.py", "snippets/__init__.py"]
    paths = [f"{module.replace('.', '/')}.py" for module in MODULES]
    chosen = draw(st.sets(st.sampled_from([*paths, *inits])))
    return {
        path: "".join(f"import {module}\n" for module in draw(imports))
        for path in (CARD, TEST, *sorted(chosen))
    }


@settings(max_examples=40, deadline=None)
@given(tree=trees(), seed=st.integers(0, 2**32), data=st.data())
def test_moving_a_tree_and_changing_its_times_leaves_digests_as_they_are(
    tree: dict[str, str], seed: int, data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "some where", "else")
        write(first, tree)
        one = subject(first, Demands())
        second.parent.mkdir()
        first.rename(second)
        dice = random.Random(seed)
        for place in second.rglob("*"):
            os.utime(place, (dice.randrange(2**31), dice.randrange(2**31)))

        assert subject(second, Demands()) == one
        before = content_digest(one, "tests", RUNNER)
        assert content(second, Demands()) == before

        # And a byte of a file changes them exactly if the file is reached.
        path = data.draw(st.sampled_from(sorted(tree)))
        write(second, {path: tree[path] + "#"})
        is_reached = path in dict(one.files)
        assert (content(second, Demands()) != before) == is_reached
