"""Proof of the card `csr_from_rows`: a dict of exact sums as oracle, real files, memory measured.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets import csr_from_rows as module
from snippets.csr_from_rows import Csr, Row, csr_from_rows, load_parts, save_parts

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

N = 5
ENTRY = st.tuples(st.integers(0, N - 1), st.integers(-40, 40).map(lambda n: n / 8))
ROWS = st.lists(st.lists(ENTRY, max_size=6), max_size=8)
Entries = list[list[tuple[int, float]]]


def pairs(rows: Entries) -> list[Row]:
    return [([column for column, _ in row], [value for _, value in row]) for row in rows]


def sums(rows: Entries) -> list[dict[int, Fraction]]:
    """Each row as a dict from column to sum, by adding one entry after the other."""
    found: list[dict[int, Fraction]] = []
    for row in rows:
        found.append({})
        for column, value in row:
            found[-1][column] = found[-1].get(column, Fraction()) + Fraction(value)
    return found


def read(matrix: Csr) -> list[dict[int, float]]:
    """The rows by the definition of CSR; an index that is out of order or twice is an error."""
    ends = matrix.indptr.tolist()
    assert ends[0] == 0
    assert ends == sorted(ends)
    assert ends[-1] == matrix.data.size == matrix.indices.size
    rows = []
    for a, b in pairwise(ends):
        columns = matrix.indices[a:b].tolist()
        assert columns == sorted(set(columns))
        rows.append(dict(zip(columns, matrix.data[a:b].tolist(), strict=True)))
    return rows


def same(a: Csr, b: Csr) -> bool:
    return all(
        np.array_equal(x, y) and np.asarray(x).dtype == np.asarray(y).dtype
        for x, y in zip(a, b, strict=True)
    )


# --- One matrix -----------------------------------------------------------------------------------


@unhurried
@given(ROWS)
def test_every_row_holds_the_sums_of_its_entries_in_order(rows: Entries) -> None:
    matrix = csr_from_rows(pairs(rows), N)
    assert read(matrix) == sums(rows)
    assert matrix.n_columns == N
    assert (matrix.data.dtype, matrix.indices.dtype, matrix.indptr.dtype) == (
        float,
        np.int64,
        np.int64,
    )


def test_a_matrix_written_out_by_hand() -> None:
    matrix = csr_from_rows([([2, 0], [7, 1]), ([], []), ([1, 1, 0], [4, 5, 6])], 3)
    assert matrix.data.tolist() == [1, 7, 6, 9]
    assert matrix.indices.tolist() == [0, 2, 0, 1]
    assert matrix.indptr.tolist() == [0, 2, 2, 4]


@pytest.mark.parametrize("rows", [[], [[]], [[], [], []]])
def test_nothing_at_all_is_a_matrix_too(rows: Entries) -> None:
    matrix = csr_from_rows(pairs(rows), N)
    assert matrix.indptr.tolist() == [0] * (len(rows) + 1)
    assert (matrix.data.shape, matrix.indices.shape) == ((0,), (0,))
    assert (matrix.data.dtype, matrix.indices.dtype, matrix.indptr.dtype) == (
        float,
        np.int64,
        np.int64,
    )


def test_repeated_values_are_added_in_the_order_given() -> None:
    # In doubles only this order gives 1: the two large ones have to meet first.
    assert np.add.reduceat([1e17, -1e17, 1], [0]).tolist() == [0]
    matrix = csr_from_rows([([3] * 3 + [0], [1e17, -1e17, 1, 5])], 4)
    assert matrix.data.tolist() == [5, 1]


def test_a_zero_that_is_given_stays_an_entry_also_one_that_arises() -> None:
    matrix = csr_from_rows([([1, 2, 2], [0, 3, -3])], 4)
    assert (matrix.indices.tolist(), matrix.data.tolist()) == ([1, 2], [0, 0])


def test_the_last_columns_of_the_widest_matrix_do_not_overflow() -> None:
    wide = 2**62
    matrix = csr_from_rows([([wide - 1, 0], [1, 2]), ([wide - 1], [3]), ([wide - 2], [4])], wide)
    assert read(matrix) == [{0: 2, wide - 1: 1}, {wide - 1: 3}, {wide - 2: 4}]
    # A key made of row and column, the usual way to sort once, is beyond 64 bits here.
    with np.errstate(over="ignore"):
        keys = np.array([0, 1, 2]) * np.int64(wide) + np.array([wide - 1, wide - 1, wide - 2])
    assert keys.tolist() != sorted(keys.tolist())


def test_memory_depends_on_the_entries_alone() -> None:
    random = np.random.default_rng(0)
    rows: list[Row] = [(random.integers(0, 10**12, 10), random.random(10)) for _ in range(1000)]
    tracemalloc.start()
    csr_from_rows(rows, 10**12)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 10_000  # bytes an entry; one dense row would take 8 TB


# --- Trap: unsorted or repeated indices -----------------------------------------------------------


def by_appending(rows: list[Row]) -> tuple[list[Any], list[Any], list[int]]:
    """The usual lines: three lists that grow. Whatever order a row has, it keeps."""
    data: list[Any] = []
    indices: list[Any] = []
    indptr = [0]
    for columns, values in rows:
        indices.extend(columns)  # type: ignore[arg-type]  # lists, here
        data.extend(values)  # type: ignore[arg-type]
        indptr.append(len(indices))
    return data, indices, indptr


def entry_by_bisection(matrix: tuple[Any, Any, Any], row: int, column: int) -> float:
    """How a reader that trusts the order looks an entry up."""
    data, indices, indptr = (np.asarray(each) for each in matrix)
    a, b = indptr[row], indptr[row + 1]
    place = a + np.searchsorted(indices[a:b], column)
    return float(data[place]) if place < b and indices[place] == column else 0.0


def test_a_reader_that_bisects_finds_every_entry() -> None:
    rows: list[Row] = [([4, 1, 3, 1], [10, 20, 30, 5])]
    expected = [0, 25, 0, 30, 10]
    ours = csr_from_rows(rows, 5)[:3]
    assert [entry_by_bisection(ours, 0, column) for column in range(5)] == expected
    # The usual matrix: the entry in column 4 is not found, and the one in column 1 is a part of it.
    usual = by_appending(rows)
    assert [entry_by_bisection(usual, 0, column) for column in range(5)] != expected
    # And what is kept twice is squared twice: a norm of the entries is not that of the row.
    assert sum(value**2 for value in usual[0]) != sum(value**2 for value in expected)


# --- Trap: empty rows -----------------------------------------------------------------------------


def pointers_of_rows_seen(row_of_entry: list[int]) -> list[int]:
    """The usual lines, from triplets: counts of the row numbers that occur."""
    _, lengths = np.unique(row_of_entry, return_counts=True)
    return [0, *np.cumsum(lengths).tolist()]


def test_empty_rows_stay_rows_at_the_start_between_and_at_the_end() -> None:
    entry = ([0], [1.0])
    none: Row = ([], [])
    matrix = csr_from_rows([none, entry, none, none, entry, none], 1)
    assert matrix.indptr.tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert pointers_of_rows_seen([1, 4]) == [0, 1, 2]  # a matrix of two rows


def test_an_empty_list_does_not_make_floats_of_all_indices() -> None:
    usual = np.concatenate([np.asarray([2**53 + 1]), np.asarray([])])
    assert usual.dtype == float
    assert int(usual[0]) == 2**53  # another column
    assert csr_from_rows([([2**53 + 1], [1]), ([], [])], 2**60).indices.tolist() == [2**53 + 1]


# --- Parts ----------------------------------------------------------------------------------------


@unhurried
@given(ROWS, st.integers(1, 5))
def test_parts_put_together_are_the_matrix_of_all_rows(rows: Entries, rows_per_part: int) -> None:
    with TemporaryDirectory() as name:
        n_parts = save_parts(Path(name), iter(pairs(rows)), N, rows_per_part)
        assert len(list(Path(name).iterdir())) == n_parts == len(rows) // rows_per_part + 1
        assert same(load_parts(Path(name)), csr_from_rows(pairs(rows), N))


def numbered(n: int) -> Iterator[Row]:
    return (([k], [k + 0.5]) for k in range(n))


def test_more_than_ten_parts_keep_their_order(tmp_path: Path) -> None:
    assert save_parts(tmp_path, numbered(12), 12, 1) == 13
    assert load_parts(tmp_path).indices.tolist() == list(range(12))
    # Sorting by name is why the numbers usually go wrong: without zeros, 10 comes before 2.
    assert sorted(["part-2.npz", "part-10.npz"]) == ["part-10.npz", "part-2.npz"]


def test_the_number_of_a_part_counts_beyond_its_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART_NAME", "part-{number:01}.npz")
    save_parts(tmp_path, numbered(11), 11, 1)
    assert load_parts(tmp_path).indices.tolist() == list(range(11))


def test_rows_are_taken_one_part_at_a_time(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        for number, row in enumerate(numbered(9)):
            # All full parts before this row are on disk.
            assert len(list(tmp_path.iterdir())) == number // 3
            yield row

    assert save_parts(tmp_path, rows(), 9, 3) == 4


def test_memory_of_loading_is_the_result_and_one_part(tmp_path: Path) -> None:
    rows: list[Row] = [(np.arange(1000), np.ones(1000))] * 200
    save_parts(tmp_path, rows, 1000, 10)
    tracemalloc.start()
    matrix = load_parts(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    result = matrix.data.nbytes + matrix.indices.nbytes
    assert peak < 1.25 * result  # concatenating the parts needs 2


# --- Traps: the mode, and the template ------------------------------------------------------------


def test_a_template_that_nobody_formatted_leaves_one_part_of_all(tmp_path: Path) -> None:
    for columns, _ in numbered(4):  # the usual lines, without their `f`
        with (tmp_path / "part-{number}.npy").open("wb") as file:
            np.save(file, np.asarray(columns))
    assert [path.name for path in tmp_path.iterdir()] == ["part-{number}.npy"]
    assert np.load(tmp_path / "part-{number}.npy").tolist() == [3]


def test_here_it_stops_at_the_second_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_NAME", "part-number.npz")
    with pytest.raises(FileExistsError, match=r"part-number.npz"):
        save_parts(tmp_path, numbered(4), 4, 1)


def test_names_differ_and_hold_no_braces(tmp_path: Path) -> None:
    save_parts(tmp_path, numbered(2), 2, 1)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["part-00000.npz", "part-00001.npz", "part-00002.npz"]


def test_in_mode_a_the_second_run_is_written_and_the_first_is_read(tmp_path: Path) -> None:
    for value in (1, 2):
        with (tmp_path / "part.npy").open("ab") as file:
            np.save(file, np.array([value]))
    assert np.load(tmp_path / "part.npy").tolist() == [1]


def test_in_mode_w_a_shorter_second_run_leaves_parts_of_the_first(tmp_path: Path) -> None:
    for value, n_parts in ((1, 3), (2, 2)):
        for number in range(n_parts):
            with (tmp_path / f"part-{number}.npy").open("wb") as file:
                np.save(file, np.array([value]))
    assert [np.load(path).item() for path in sorted(tmp_path.iterdir())] == [2, 2, 1]


def test_a_text_mode_is_no_mode_for_arrays(tmp_path: Path) -> None:
    with (tmp_path / "part.npz").open("w") as file, pytest.raises(TypeError):
        np.savez(file, data=np.arange(3))  # type: ignore[arg-type]  # that is the trap


def test_a_folder_with_parts_is_left_as_it_is(tmp_path: Path) -> None:
    save_parts(tmp_path, numbered(3), 3, 1)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(FileExistsError, match=r"part-00000.npz"):
        save_parts(tmp_path, numbered(1), 3, 1)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


# --- Parts that do not belong together ------------------------------------------------------------


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    save_parts(tmp_path, numbered(5), 5, 2)
    return tmp_path


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_part_is_named(parts: Path, missing: int) -> None:
    (parts / f"part-{missing:05}.npz").unlink()
    with pytest.raises(FileNotFoundError, match=f"part-{missing:05}.npz"):
        load_parts(parts)


@pytest.mark.parametrize("n_rows", [4, 5])
def test_a_missing_end_is_noticed(tmp_path: Path, n_rows: int) -> None:
    save_parts(tmp_path, numbered(n_rows), 5, 2)
    (tmp_path / "part-00002.npz").unlink()
    with pytest.raises(ValueError, match=r"part-00001.npz does not belong there"):
        load_parts(tmp_path)


def test_a_folder_without_parts_is_no_matrix(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"part-00000.npz"):
        load_parts(tmp_path)


def test_a_part_left_over_is_noticed(parts: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    longer = tmp_path_factory.mktemp("longer")
    save_parts(longer, numbered(7), 5 + 2, 2)
    (longer / "part-00003.npz").rename(parts / "part-00003.npz")
    with pytest.raises(ValueError, match=r"part-00002.npz does not belong there"):
        load_parts(parts)


def test_a_part_under_another_name_is_noticed(parts: Path) -> None:
    (parts / "part-00000.npz").rename(parts / "x")
    (parts / "part-00001.npz").rename(parts / "part-00000.npz")
    (parts / "x").rename(parts / "part-00001.npz")
    with pytest.raises(ValueError, match=r"part-00000.npz does not belong there"):
        load_parts(parts)


def test_parts_of_different_widths_are_noticed(
    parts: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wider = tmp_path_factory.mktemp("wider")
    save_parts(wider, numbered(5), 6, 2)
    (wider / "part-00001.npz").replace(parts / "part-00001.npz")
    with pytest.raises(ValueError, match=r"part-00001.npz does not belong there"):
        load_parts(parts)


# --- Refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [-1, N, 2**63])
def test_an_index_outside_is_refused_by_row(index: int) -> None:
    with pytest.raises(ValueError, match="row 1: an index is not in 0 to 4"):
        csr_from_rows(
            [([], []), (np.array([index, 0], np.uint64 if index > N else int), [1, 1])], N
        )


@pytest.mark.parametrize("indices", [[0.0, 1.0], [True, False], ["0", "1"]])
def test_indices_that_are_no_whole_numbers_are_refused_by_row(indices: list[Any]) -> None:
    with pytest.raises(TypeError, match="row 0: indices must be whole numbers"):
        csr_from_rows([(indices, [1, 1])], N)


@pytest.mark.parametrize("values", [[1], [1, 2, 3], [[1, 2]], 1])
def test_indices_and_values_of_two_lengths_are_refused_by_row(values: Any) -> None:
    with pytest.raises(ValueError, match="row 1: "):
        csr_from_rows([([0], [1]), ([0, 1], values)], N)


def test_a_dense_row_in_two_dimensions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"row 0: \(1, 2\) indices"):
        csr_from_rows([([[0, 1]], [[1, 2]])], N)


@pytest.mark.parametrize("rows_per_part", [0, -1])
def test_parts_of_no_rows_are_refused_instead_of_written_forever(
    tmp_path: Path, rows_per_part: int
) -> None:
    with pytest.raises(ValueError, match="rows_per_part must be at least 1"):
        save_parts(tmp_path, numbered(3), 3, rows_per_part)
    assert list(tmp_path.iterdir()) == []


def test_unsigned_indices_are_indices() -> None:
    matrix = csr_from_rows([(np.array([3, 1], np.uint64), [1, 2]), ([0], [1])], N)
    assert read(matrix) == [{1: 2, 3: 1}, {0: 1}]
    assert matrix.indices.dtype == np.int64


def test_the_demonstration_shows_the_arrays(capsys: pytest.CaptureFixture[str]) -> None:
    module.main()
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split(maxsplit=1) == ["data", "[2.  1.  4.5 3.  6. ]"]
    assert shown[2].split(maxsplit=1) == ["indptr", "[0 2 2 4 5]"]
    assert shown[-2].split() == ["parts", "3"]
    assert shown[-1].split()[1:] == shown[1].split()[1:]
