"""Sparse rows become one CSR matrix, in memory or in part files, and never a dense array.

In: column indices and values of each row, in any order, repeated, or none. Out: the arrays of CSR,
sorted within rows, repeated entries summed. Time and memory depend on the rows and their entries.
"""

from collections.abc import Iterable
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Row = tuple[ArrayLike, ArrayLike]  # column indices and their values
PART_NAME = "part-{number:05}.npz"


class Csr(NamedTuple):
    """Row i has the values `data[a:b]` in the columns `indices[a:b]`, a, b = `indptr[i:i+2]`."""

    data: NDArray[np.float64]  # (entries,)
    indices: NDArray[np.int64]  # (entries,), ascending within a row
    indptr: NDArray[np.int64]  # (rows + 1,)
    n_columns: int


def csr_from_rows(rows: Iterable[Row], n_columns: int) -> Csr:
    """The matrix whose rows are pairs of indices and values, each pair of one length.

    Values of a repeated index are added in turn; a sum of 0 stays an entry. ValueError or TypeError
    names the row whose lengths differ or that has an index outside 0 to n_columns - 1.
    """
    pairs = [_checked(number, *row, n_columns) for number, row in enumerate(rows)]
    given = np.repeat(np.arange(len(pairs)), [each.size for each, _ in pairs])
    columns = np.concatenate([np.empty(0, np.int64), *(each for each, _ in pairs)])
    values = np.concatenate([np.empty(0), *(each for _, each in pairs)])
    # A key of row * n_columns + column would overflow for a wide matrix. This sort is also stable.
    order = np.lexsort((columns, given))
    given, columns, values = given[order], columns[order], values[order]
    is_new = np.append(True, (np.diff(given) != 0) | (np.diff(columns) != 0))[: columns.size]
    data = np.zeros(np.count_nonzero(is_new))
    np.add.at(data, np.cumsum(is_new) - 1, values)  # one after the other; `reduceat` is not
    # Counted for every row, the empty ones among them: at the start, between others, at the end.
    lengths = np.bincount(given[is_new], minlength=len(pairs))
    return Csr(data, columns[is_new], np.append(0, np.cumsum(lengths)), n_columns)


def save_parts(folder: Path, rows: Iterable[Row], n_columns: int, rows_per_part: int) -> int:
    """Write the rows as they come, one part in memory at a time; return the number of parts.

    All parts are full but the last, which is not, be it empty: so a missing end is noticed.
    FileExistsError: the folder has parts already.
    """
    if rows_per_part < 1:
        raise ValueError(f"rows_per_part must be at least 1, not {rows_per_part}")
    remaining = iter(rows)
    for number in count():
        chunk = list(islice(remaining, rows_per_part))
        part = csr_from_rows(chunk, n_columns)
        # "x": an older part is never overwritten, nor this one by the next. "b": it is no text.
        with (folder / PART_NAME.format(number=number)).open("xb") as file:
            np.savez(file, number=number, rows_per_part=rows_per_part, **part._asdict())
        if len(chunk) < rows_per_part:
            break
    return number + 1


def load_parts(folder: Path) -> Csr:
    """The matrix of all parts; an error names the part that is missing, left over or misplaced."""
    n_parts = max(1, len(list(folder.glob("part-*.npz"))))
    # Made of the number again: in the order of names, "part-100000" comes before "part-99999".
    paths = [folder / PART_NAME.format(number=number) for number in range(n_parts)]
    lengths, columns = [np.zeros(1, np.int64)], set()
    for number, path in enumerate(paths):
        with np.load(path) as part:
            lengths.append(np.diff(part["indptr"]))
            columns.add(int(part["n_columns"]))
            is_short = lengths[-1].size < part["rows_per_part"]
            if part["number"] != number or is_short != (number == n_parts - 1) or len(columns) > 1:
                raise ValueError(f"{path} does not belong there, or the parts after it are missing")
    indptr = np.cumsum(np.concatenate(lengths))
    data, indices, end = np.empty(indptr[-1]), np.empty(indptr[-1], np.int64), 0
    for path in paths:
        with np.load(path) as part:
            start, end = end, end + part["data"].size
            data[start:end], indices[start:end] = part["data"], part["indices"]
    return Csr(data, indices, indptr, columns.pop())


def _checked(
    number: int, indices: ArrayLike, values: ArrayLike, n_columns: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    columns, entries = np.asarray(indices), np.asarray(values, dtype=np.float64)
    if columns.ndim != 1 or columns.shape != entries.shape:
        raise ValueError(f"row {number}: {columns.shape} indices, {entries.shape} values")
    # An empty list becomes an array of floats, and would make those of all other rows floats.
    if columns.size and columns.dtype.kind not in "iu":
        raise TypeError(f"row {number}: indices must be whole numbers, not {columns.dtype}")
    if np.any((columns < 0) | (columns >= n_columns)):
        raise ValueError(f"row {number}: an index is not in 0 to {n_columns - 1}")
    return columns.astype(np.int64), entries


def main() -> None:
    """Turn four rows of a matrix of a billion columns into arrays, then into parts and back."""
    rows: list[Row] = [([7, 2], [1, 2]), ([], []), ([10**9 - 1, 5, 5], [3, 4, 0.5]), ([0], [6])]
    matrix = csr_from_rows(rows, 10**9)
    for name, value in matrix._asdict().items():
        print(f"{name:10}{value}")
    with TemporaryDirectory() as name:
        print(f"{'parts':10}{save_parts(Path(name), rows, 10**9, rows_per_part=2)}")
        print(f"{'together':10}{load_parts(Path(name)).indices}")


if __name__ == "__main__":
    main()
