"""Stale recipes made, one batch at a time, here or in a worker process.

In: recipes and where their ingredients lie. Out: staged files with their digests, or problems; or
the bytes of one output. It reads and verifies what a recipe names, just before the maker is called.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.codec import sha256
from builder.errors import BuildFailed, Problem
from builder.model import Recipe, Shared
from builder.read.sources import SourceChanged, digest_file, read_verified
from builder.read.tree import locate
from builder.render.ingredients import Ingredients
from builder.render.recipes import COPY, MAKERS
from builder.write.stage import make_folder
from builder.write.tables import connect, read_galleys


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipes to make.

    `shared` are the encoded values they share, `first` the number of the first staged file.
    """

    root: Path
    theme: Path
    cache: Path
    output: Path
    stage: Path
    first: int
    recipes: tuple[Recipe, ...]
    shared: Mapping[bytes, Shared]


@dataclass(frozen=True, slots=True)
class Made:
    """A staged output: the name of its file in the stage, and the SHA-256 of its bytes."""

    path: str
    staged: str
    sha256: bytes


def make_batch(batch: Batch) -> list[Made | Problem]:
    """Every output of a batch staged; problems for those that could not be made."""
    results: list[Made | Problem] = []
    # Not kept from batch to batch: a connection must not cross a fork, nor outlive a deleted cache.
    with contextlib.closing(connect(batch.cache)) as connection:
        for number, recipe in enumerate(batch.recipes, batch.first):
            staged = str(number)
            try:
                sha256 = _make(recipe, batch, connection, batch.stage / staged)
                # Here, because ten thousand folders take one process seconds.
                make_folder(batch.output, recipe.path.rpartition("/")[0])
            except BuildFailed as failure:
                results += failure.problems
            else:
                results.append(Made(recipe.path, staged, sha256))
    return results


def make_output(
    recipe: Recipe, shared: Shared, galleys: Mapping[bytes, bytes], root: Path, theme: Path
) -> bytes:
    """The bytes of one output; `galleys` are the encoded ones that its recipe names.

    SourceChanged if a source is no longer as it was, BuildFailed for a mistake in what it is made
    from.
    """
    larder = Larder(root, theme, dict((*shared.sources, *recipe.sources)))
    if recipe.make == COPY:
        ((path, _),) = recipe.sources
        return larder[path]
    return MAKERS[recipe.make](
        Ingredients(recipe.shared, shared.arguments, recipe.arguments, galleys, larder)
    )


def _make(recipe: Recipe, batch: Batch, connection: sqlite3.Connection, staged: Path) -> bytes:
    if recipe.make == COPY:
        return _copy(recipe, batch, staged)
    galleys = dict(read_galleys(connection, recipe.galleys))
    data = make_output(recipe, batch.shared[recipe.shared], galleys, batch.root, batch.theme)
    staged.write_bytes(data)
    return sha256(data)


def _copy(recipe: Recipe, batch: Batch, staged: Path) -> bytes:
    ((path, content_digest),) = recipe.sources
    shutil.copyfile(locate(batch.root, batch.theme, path), staged)
    if digest_file(staged) != content_digest:
        raise SourceChanged(path)
    return content_digest


class Larder(Mapping[str, bytes]):
    """The sources that a recipe names, read and verified when the maker asks for them.

    Nothing else is in it.
    """

    def __init__(self, root: Path, theme: Path, digests: Mapping[str, bytes]) -> None:
        """`digests` are those of the sources by path."""
        self.root, self.theme, self.digests = root, theme, digests

    def __getitem__(self, path: str) -> bytes:
        return read_verified(locate(self.root, self.theme, path), self.digests[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self.digests)

    def __len__(self) -> int:
        return len(self.digests)
