"""Proof of the card `keyset_pagination`: real SQLite, Python's sorting as oracle, steps counted.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets import keyset_pagination
from snippets.keyset_pagination import Page, _query, page_after, page_before, steps

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ORDER = ("day", "hour", "id")
Row = tuple[int, int, int]
# Few days and hours, so that ties are the rule.
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=14).map(
    lambda pairs: [(number, day, hour) for number, (day, hour) in enumerate(pairs)]
)


def database(rows: list[Row], declared: str = "INTEGER PRIMARY KEY") -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE post (id {declared}, day, hour)")
    connection.execute("CREATE INDEX by_time ON post (day, hour, id)")
    connection.executemany("INSERT INTO post VALUES (?, ?, ?)", rows)
    return connection


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row[1], row[2], row[0]))


def key_of(row: Row) -> Row:
    return row[1], row[2], row[0]


def walk(connection: sqlite3.Connection, size: int) -> Iterator[Page]:
    page = page_after(connection, "post", ORDER, None, size)
    yield page
    for _ in range(50):  # no test has as many pages: a walk that stands still ends as well
        if not page.more:
            return
        page = page_after(connection, "post", ORDER, page.last, size)
        yield page
    raise AssertionError("the walk does not end")


# --- Pages ----------------------------------------------------------------------------------------


@unhurried
@given(ROWS, st.integers(1, 5), st.tuples(*[st.integers(-1, 3)] * 3) | st.none())
def test_a_page_is_the_slice_of_the_sorted_rows_on_that_side_of_any_key(
    rows: list[Row], size: int, key: Row | None
) -> None:
    above = [row for row in in_order(rows) if key is None or key_of(row) > key]
    below = [row for row in in_order(rows) if key is None or key_of(row) < key]
    with closing(database(rows)) as connection:
        after = page_after(connection, "post", ORDER, key, size)
        before = page_before(connection, "post", ORDER, key, size)
    assert after.rows == above[:size]
    assert before.rows == below[-size:]
    assert (after.more, before.more) == (len(above) > size, len(below) > size)
    for page in (after, before):
        assert page.first == (key_of(page.rows[0]) if page.rows else None)
        assert page.last == (key_of(page.rows[-1]) if page.rows else None)


@unhurried
@given(ROWS, st.integers(1, 5))
def test_previous_leads_back_over_the_pages_that_next_led_along(rows: list[Row], size: int) -> None:
    with closing(database(rows)) as connection:
        there = list(walk(connection, size))
        page = there[-1]
        for expected in reversed(there[:-1]):
            page = page_before(connection, "post", ORDER, page.first, size)
            assert page.rows == expected.rows
    assert not (page.more if len(there) > 1 else False)
    assert [row for page in there for row in page.rows] == in_order(rows)


def test_one_column_is_enough_if_it_is_unique() -> None:
    with closing(database([(3, 0, 0), (1, 0, 0), (2, 0, 0)])) as connection:
        page = page_after(connection, "post", ["id"], (1,), 5)
        assert page.rows == [(2, 0, 0), (3, 0, 0)]
        assert page_before(connection, "post", ["id"], (3,), 1).rows == [(2, 0, 0)]


def test_the_usual_way_back_is_the_first_page() -> None:
    rows = [(n, 0, 0) for n in range(9)]
    with closing(database(rows)) as connection:
        usual = "SELECT * FROM post WHERE id < ? ORDER BY id LIMIT 3"
        assert connection.execute(usual, (6,)).fetchall() == rows[:3]
        assert page_before(connection, "post", ["id"], (6,), 3).rows == rows[3:6]


# --- Trap: an order that is not unique ------------------------------------------------------------

TIED = [(n, n // 4, 0) for n in range(12)]  # four to a day


def days_only(size: int, connection: sqlite3.Connection) -> list[Row]:
    """The usual lines: go on behind the last day seen."""
    seen: list[Row] = []
    day = -1
    while page := connection.execute(
        "SELECT * FROM post WHERE day > ? ORDER BY day LIMIT ?", (day, size)
    ).fetchall():
        seen += page
        day = page[-1][1]
    return seen


def each_column_alone(size: int, connection: sqlite3.Connection) -> list[Row]:
    """The usual cure: compare the columns one by one, joined by AND."""
    seen: list[Row] = []
    key = (-1, -1)
    while page := connection.execute(
        "SELECT * FROM post WHERE day > ? AND id > ? ORDER BY day, id LIMIT ?", (*key, size)
    ).fetchall():
        seen += page
        key = page[-1][1], page[-1][0]
    return seen


def test_no_row_of_a_tie_is_lost_between_two_pages() -> None:
    with closing(database(TIED)) as connection:
        assert [row for page in walk(connection, 3) for row in page.rows] == TIED
        assert len(days_only(3, connection)) == 9
        assert len(each_column_alone(3, connection)) == 9


# --- Trap: rows inserted or deleted between pages -------------------------------------------------


@unhurried
@given(ROWS, st.integers(1, 4), st.data())
def test_rows_that_stay_are_met_once_whatever_comes_and_goes(
    rows: list[Row], size: int, data: st.DataObject
) -> None:
    stays = set(rows)
    seen: list[Row] = []
    with closing(database(rows)) as connection:
        key: Any = None
        for number in range(100, 200):
            page = page_after(connection, "post", ORDER, key, size)
            seen += page.rows
            if not page.rows:
                break
            key = page.last
            if number < 105:
                new = (number, data.draw(st.integers(-1, 3)), data.draw(st.integers(-1, 3)))
                connection.execute("INSERT INTO post VALUES (?, ?, ?)", new)
                if rows and data.draw(st.booleans()):
                    gone = data.draw(st.sampled_from(rows))
                    connection.execute("DELETE FROM post WHERE id = ?", gone[:1])
                    stays.discard(gone)
    assert len(seen) == len(set(seen))
    assert stays <= set(seen)
    assert seen == in_order(seen)


def test_offset_shows_a_row_twice_after_an_insertion_and_none_after_a_deletion() -> None:
    usual = "SELECT id FROM post ORDER BY day, hour, id LIMIT 2 OFFSET ?"
    for change, expected, ours in (
        ("INSERT INTO post VALUES (9, -1, 0)", [0, 1, 1, 2], [0, 1, 2, 3]),
        ("DELETE FROM post WHERE id = 0", [0, 1, 3], [0, 1, 2, 3]),
    ):
        with closing(database([(n, n, 0) for n in range(4)])) as connection:
            by_offset = connection.execute(usual, (0,)).fetchall()
            first = page_after(connection, "post", ORDER, None, 2)
            connection.execute(change)
            by_offset += connection.execute(usual, (2,)).fetchall()
            second = page_after(connection, "post", ORDER, first.last, 2)
        assert [row[0] for row in by_offset] == expected
        assert [row[0] for row in first.rows + second.rows] == ours


def test_the_row_of_the_key_may_be_gone() -> None:
    with closing(database(TIED)) as connection:
        first = page_after(connection, "post", ORDER, None, 3)
        connection.execute("DELETE FROM post WHERE id <= 2")
        assert page_after(connection, "post", ORDER, first.last, 3).rows == TIED[3:6]


# --- The cost, by the query plan and by counted steps ---------------------------------------------


def plan_of(connection: sqlite3.Connection, query: str, values: list[int]) -> list[str]:
    return [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + query, values)]


@pytest.mark.parametrize("declared", ["INTEGER PRIMARY KEY", "INT PRIMARY KEY"])
@pytest.mark.parametrize(("side", "direction"), [(">", "ASC"), ("<", "DESC")])
def test_a_page_is_searched_and_costs_the_same_wherever_it_lies(
    declared: str, side: str, direction: str
) -> None:
    n = 6_000
    with closing(database([(k, k // 2_000, 0) for k in range(n)], declared)) as connection:
        query = _query("post", ORDER, (0, 0, 0), side, direction)
        plan = plan_of(connection, query, [0, 0, 0, 21])
        reads = [line for line in plan if "post" in line]
        assert len(reads) == 3
        assert all(line.startswith("SEARCH ") for line in reads)
        assert any(f"(day=? AND hour=? AND id{side}?)" in line for line in reads)
        assert not any("TEMP B-TREE" in line for line in plan)
        places = [1_000, 3_000, 3_800, 5_000]
        costs = [steps(connection, query, [k // 2_000, 0, k, 21]) for k in places]
    assert max(costs) < 1_000
    assert max(costs) - min(costs) < 200


def test_offset_walks_over_all_that_it_leaves_out() -> None:
    with closing(database([(k, k, 0) for k in range(5_000)])) as connection:
        usual = "SELECT * FROM post ORDER BY day, hour, id LIMIT 20 OFFSET ?"
        assert plan_of(connection, usual, [0])[0].startswith("SCAN")
        near, far = (steps(connection, usual, [k]) for k in (0, 4_000))
    assert far - near >= 4_000


@pytest.mark.parametrize("declared", ["INTEGER PRIMARY KEY", "INT PRIMARY KEY"])
def test_row_values_walk_over_all_ties_where_the_plan_leaves_out_the_last_column(
    declared: str,
) -> None:
    usual = "SELECT * FROM post WHERE (day, hour, id) > (?, ?, ?) ORDER BY day, hour, id LIMIT 20"
    query, values = _query("post", ORDER, (0, 0, 0), ">", "ASC"), [0, 0, 4_000]
    with closing(database([(k, 0, 0) for k in range(5_000)], declared)) as connection:
        for found in (connection.execute(usual, values), connection.execute(query, [*values, 20])):
            assert [row[-3:] for row in found] == [(k, 0, 0) for k in range(4_001, 4_021)]
        # What SQLite leaves out is its own affair: 3.40 and 3.51 `id`, where it is the rowid.
        whole = any("(day,hour,id)>" in line for line in plan_of(connection, usual, values))
        assert (steps(connection, usual, values) < 1_000) == whole
        assert steps(connection, query, [*values, 20]) < 1_000


# --- Names and values that are odd ----------------------------------------------------------------


def test_names_and_values_are_never_sql() -> None:
    table, column = 'a "b" [c]', 'x"; DROP TABLE t; --'
    with closing(sqlite3.connect(":memory:")) as connection:
        quoted = ['"' + name.replace('"', '""') + '"' for name in (table, column)]
        connection.execute(f"CREATE TABLE {quoted[0]} ({quoted[1]} TEXT PRIMARY KEY)")
        values = [("a",), ("b' OR 1 = 1 --",), ("c",)]
        connection.executemany(f"INSERT INTO {quoted[0]} VALUES (?)", values)
        assert page_after(connection, table, [column], values[1], 5).rows == values[2:]
        assert page_before(connection, table, [column], values[1], 5).rows == values[:1]


def test_a_column_that_does_not_exist_is_an_error_and_not_a_text() -> None:
    with closing(database(TIED)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            page_after(connection, "post", ["dya", "id"], None, 3)
        # Alone, SQLite takes it for the text 'dya', unless it was built to refuse that.
        with suppress(sqlite3.OperationalError):
            usual = connection.execute('SELECT id FROM post ORDER BY "dya"')
            assert len(usual.fetchall()) == len(TIED)


@pytest.mark.parametrize("key", [(0, None, 3), (0, 1), (0, 1, 2, 3), ()])
def test_a_key_with_null_or_of_another_length_is_refused(key: tuple[Any, ...]) -> None:
    with closing(database(TIED)) as connection, pytest.raises(ValueError, match=r"key|NULL"):
        page_after(connection, "post", ORDER, key, 3)


def test_rows_with_null_are_refused_instead_of_lost() -> None:
    with closing(database([*TIED, (99, None, 0)])) as connection:  # type: ignore[list-item]  # that is it
        with pytest.raises(ValueError, match="NULL comes neither before nor after"):
            page_after(connection, "post", ORDER, None, 3)
        # The usual comparison never is true for that row.
        usual = "SELECT * FROM post WHERE (day, id) > (-1, -1)"
        assert len(connection.execute(usual).fetchall()) == len(TIED)


@pytest.mark.parametrize("size", [0, -1])
def test_a_page_of_no_rows_is_refused(size: int) -> None:
    # To SQLite, LIMIT -1 means no limit.
    with closing(database(TIED)) as connection, pytest.raises(ValueError, match=f"of {size} rows"):
        page_before(connection, "post", ORDER, None, size)


def test_the_demonstration_shows_who_walks(capsys: pytest.CaptureFixture[str]) -> None:
    keyset_pagination.main()
    lines = capsys.readouterr().out.splitlines()
    counts = [int(line.split()[-2].replace(",", "")) for line in lines if line.endswith("steps")]
    assert len(counts) == 9
    assert counts[2] > 9_000
    assert max(counts[6:]) < 1_000
    # The comparison of row values is searched if the plan, which stands below its name, has `id`.
    assert (counts[5] < 1_000) == (",id)>" in lines[lines.index("row value") + 1])
