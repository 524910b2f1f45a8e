"""The `test:` table of a card."""

import json

import pytest

from builder.cards import Demands, read_demands

PATH = "content/cards/a.md"


def read(table: object) -> Demands | str:
    found = read_demands(json.dumps(table), PATH, 4)
    return found if isinstance(found, Demands) else "\n".join(map(str, found))


def test_no_table_demands_nothing() -> None:
    assert read_demands("", PATH, 0) == Demands()
    assert read({}) == Demands()


def test_every_key_is_read_whether_its_value_is_text_or_not() -> None:
    wanted = Demands(
        timeout=90.5,
        memory=4 * 2**30,
        network=True,
        env={"A": "1", "B": "x"},
        inputs=("data/table.csv",),
        tools=("javac",),
        min_tests=3,
        tiers=("tests", "simulated"),
    )
    table = {
        "timeout": "90.5",
        "memory": "4GiB",
        "network": "true",
        "env": {"A": "1", "B": "x"},
        "inputs": ["data/table.csv"],
        "tools": ["javac"],
        "min_tests": "3",
        "tiers": ["tests", "simulated"],
    }

    assert read(table) == wanted
    assert read(table | {"timeout": 90.5, "network": True, "min_tests": 3}) == wanted


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("100000000", 10**8),
        ("65536.5 KiB", 67_109_376),
        ("34MB", 34_000_000),
        ("1gib", 2**30),
        (10**9, 10**9),
        ("32MiB", 2**25),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_memory_is_read_in_its_unit(text: object, size: int) -> None:
    found = read({"memory": text})

    assert isinstance(found, Demands)
    assert found.memory == size


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"timout": 60}, "test: has no key 'timout'\n    did you mean 'timeout'?"),
        ({"timeout": "1 min"}, 'test: timeout is "1 min", not a number of seconds'),
        ({"timeout": 0}, "test: timeout is 0, not a number of seconds"),
        ({"timeout": True}, "test: timeout is true, not a number of seconds"),
        ({"timeout": "nan"}, 'test: timeout is "nan", not a number of seconds'),
        ({"memory": "4 G"}, 'test: memory is "4 G", not an amount of memory'),
        ({"memory": "0"}, 'test: memory is "0", and Python alone needs 32MiB'),
        ({"memory": "31.9MiB"}, 'test: memory is "31.9MiB", and Python alone needs 32MiB'),
        ({"memory": "9" * 400}, f'test: memory is "{"9" * 59}…, more than any machine has'),
        ({"memory": "9999999999TiB"}, 'test: memory is "9999999999TiB", more than any machine'),
        ({"env": {"PYTHONPATH": "x"}}, "test: env sets PYTHONPATH, which every run sets itself"),
        ({"network": "maybe"}, 'test: network is "maybe", neither true nor false'),
        ({"env": ["A"]}, 'test: env is ["A"], not a table of variables'),
        ({"env": {"A-B": "1"}}, "test: env names a variable 'A-B'"),
        ({"env": {"A": ["1"]}}, 'test: env gives A the value ["1"], which is not text'),
        ({"inputs": "a.csv"}, 'test: inputs is "a.csv", not a list of texts'),
        ({"inputs": ["../a.csv"]}, "test: inputs names '../a.csv', which is not a path inside"),
        ({"inputs": ["/etc/a"]}, "test: inputs names '/etc/a', which is not a path inside"),
        ({"inputs": ["content/"]}, "test: inputs names 'content/', and what is proven would be"),
        ({"inputs": ["."]}, "test: inputs names '.', and what is proven would be its own input"),
        ({"tools": ["/bin/ls"]}, "test: tools names '/bin/ls', a path"),
        ({"min_tests": -1}, "test: min_tests is -1, not a number of tests"),
        ({"min_tests": "2.5"}, 'test: min_tests is "2.5", not a number of tests'),
        ({"tiers": ["measurd"]}, "test: tiers names 'measurd'\n    did you mean 'measured'?"),
        (["timeout"], "test: is not a table"),
    ],
)
def test_a_wrong_demand_is_a_problem_at_its_line(table: object, problem: str) -> None:
    assert str(read(table)).startswith(f"{PATH}:4: {problem}")


def test_an_input_has_one_spelling() -> None:
    demands = read({"inputs": ["./data/", "data//a.csv"]})

    assert isinstance(demands, Demands)
    assert demands.inputs == ("data", "data/a.csv")


def test_all_wrong_demands_are_said_at_once() -> None:
    assert str(read({"timout": 1, "memory": "x"})).count(f"{PATH}:4") == 2
