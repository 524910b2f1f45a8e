"""Pages of a SQL table that begin where the last one ended, by key, instead of by OFFSET.

In: a SQLite table, the columns to order by with the primary key as the last, and the key of a row.
Out: the page after that row or before it, found by one search in the index, however deep it lies.
Rows that come or go between two pages move nobody else. Needs only the standard library.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any, NamedTuple

Key = tuple[Any, ...]  # a row's values in the order columns


class Page(NamedTuple):
    """Rows in ascending order, each a tuple of all columns of the table."""

    rows: list[tuple[Any, ...]]
    first: Key | None  # for `page_before`; None: no rows
    last: Key | None  # for `page_after`; None: no rows
    more: bool  # whether rows were left in the direction that was read


def page_after(
    connection: sqlite3.Connection, table: str, order: Sequence[str], key: Key | None, size: int
) -> Page:
    """The `size` rows that follow `key`, or the first ones of all if it is None.

    `order` ends in a unique column, as ("created", "id"), and none of its columns may be NULL in
    a row that is met (ValueError). An index on these columns, in this order, makes a page cheap.
    """
    return _read(connection, _query(table, order, key, ">", "ASC"), order, key, size)


def page_before(
    connection: sqlite3.Connection, table: str, order: Sequence[str], key: Key | None, size: int
) -> Page:
    """The `size` rows that precede `key`, still ascending, or the last ones if it is None."""
    found = _read(connection, _query(table, order, key, "<", "DESC"), order, key, size)
    return Page(found.rows[::-1], found.last, found.first, found.more)


def _query(table: str, order: Sequence[str], key: Key | None, side: str, direction: str) -> str:
    # With the table's name before it, a column that does not exist is an error. Alone in its
    # quotes SQLite would take it for a text, the same in every row.
    names = [f"{_quoted(table)}.{_quoted(column)}" for column in order]
    select = f"SELECT {', '.join(names)}, * FROM {_quoted(table)}"  # noqa: S608  # quoted
    # First the rows that tie with the key but in the last column, then but in the last two, ...:
    # each branch is one search. For `(day, id) > (?, ?)` SQLite searches by day alone if id is
    # an INTEGER PRIMARY KEY, and then walks through all ties.
    branches = [select] if key is None else []
    for split in [] if key is None else reversed(range(len(names))):
        equal = [f"{name} = ?{number}" for number, name in enumerate(names[:split], 1)]
        beyond = f"{names[split]} {side} ?{split + 1}"
        branches.append(f"{select} WHERE {' AND '.join([*equal, beyond])}")
    by = ", ".join(f"{number} {direction}" for number in range(1, len(names) + 1))
    limit = f"ORDER BY {by} LIMIT ?{1 if key is None else len(names) + 1}"
    return f"{' UNION ALL '.join(branches)} {limit}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read(
    connection: sqlite3.Connection, query: str, order: Sequence[str], key: Key | None, size: int
) -> Page:
    if size < 1 or (key is not None and len(key) != len(order)):
        raise ValueError(f"a page of {size} rows after a key of {key} by {tuple(order)}")
    # One row more than asked for tells whether there is more, without counting all.
    found = connection.execute(query, (*(key or ()), size + 1)).fetchall()
    keys = [tuple(row[: len(order)]) for row in found[:size]]
    if any(value is None for each in [*keys, key or ()] for value in each):
        raise ValueError(f"NULL comes neither before nor after anything, here in {tuple(order)}")
    rows = [tuple(row[len(order) :]) for row in found[:size]]
    return Page(rows, keys[0] if keys else None, keys[-1] if keys else None, len(found) > size)


def main() -> None:
    """Show the query plan and the steps of SQLite's machine for a page near and far, both ways."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, day INTEGER NOT NULL)")
        connection.execute("CREATE INDEX by_day ON post (day, id)")
        rows = ((number, number // 5_000) for number in range(10_000))
        connection.executemany("INSERT INTO post VALUES (?, ?)", rows)
        offset = "SELECT * FROM post ORDER BY day, id LIMIT 21 OFFSET ?"
        row_value = "SELECT * FROM post WHERE (day, id) > (?, ?) ORDER BY day, id LIMIT 21"
        keyset = _query("post", ("day", "id"), (0, 0), ">", "ASC").replace("?3", "21")
        for name, query in {"offset": offset, "row value": row_value, "keyset": keyset}.items():
            plan = connection.execute(
                "EXPLAIN QUERY PLAN " + query, [0] if query == offset else [0, 0]
            )
            print(name, *(f"  {row[3]}" for row in plan), sep="\n")
            for n in (100, 4_000, 9_000):
                at = [n] if query == offset else [n // 5_000, n - 1]
                taken = round(steps(connection, query, at), -2)  # SQLites differ by a few
                print(f"    page after {n:5,} rows: {taken:6,} steps")


def steps(connection: sqlite3.Connection, query: str, values: Sequence[Any]) -> int:
    """How many instructions of its virtual machine SQLite needs to answer a query."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.set_progress_handler(count, 1)
    connection.execute(query, values).fetchall()
    connection.set_progress_handler(None, 1)
    return taken


if __name__ == "__main__":
    main()
