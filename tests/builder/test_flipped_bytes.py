"""No byte of what a card's evidence is about can change unnoticed, in a copy of this repository."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from builder.build import build
from builder.config import Options
from builder.errors import BuildFailed
from builder.evidence.collect import DOCTESTS
from builder.evidence.record import Record
from builder.evidence.statement import read_record
from builder.read.tree import survey, theme_folder
from builder.stock import Order
from builder.write.nothing import known_extras, said_before
from tests.builder.project import NOW

CHECKOUT = Path(__file__).parents[2]
FLIPS = 200
# All notes of this repository are published by then.
LATER = NOW + 60 * 24 * 3600


def copy_of_this_repository(folder: Path) -> Path:
    for name in ("content", "snippets", "tests"):
        shutil.copytree(
            CHECKOUT / name, folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "failed.json"),
        )  # fmt: skip
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def proven_files(root: Path) -> list[Path]:
    """The files that records are about, the records and the recorded outputs."""
    found = set()
    for file in (root / "content/evidence").rglob("*"):
        if not file.is_file():
            continue
        found.add(file)
        if file.suffix == ".json":
            record = read_record(file.read_bytes(), file.relative_to(root).as_posix())
            assert isinstance(record, Record), record
            found |= {root / path for path in record.subjects if DOCTESTS not in path}
    return sorted(found)


@pytest.mark.timeout(300)
def test_each_of_200_flipped_bytes_is_noticed_by_the_next_build(tmp_path: Path) -> None:
    root = copy_of_this_repository(tmp_path)
    order = Order(root, root / "site", Options(now=LATER), is_strict=True)
    build(order, say=print, progress=lambda *_: None)
    files = proven_files(root)
    names = {file.relative_to(root).as_posix() for file in files}
    assert {"snippets/z_test.py", "tests/snippets/test_gpu_conv.py"} <= names
    assert "content/evidence/z_test/stdout.txt" in names

    dice = random.Random(20261121)
    for number in range(FLIPS):
        # Each file has its turn, however short it is.
        file = files[number % len(files)]
        data = file.read_bytes()
        place = dice.randrange(len(data))
        flipped = bytearray(data)
        flipped[place] ^= 1 << dice.randrange(8)
        file.write_bytes(flipped)
        said = f"{file.relative_to(root)}: byte {place}: {data[place]} to {flipped[place]}"

        tree = survey(root, theme_folder(), known_extras(root))
        shaping = "drafts=False future=False tests=False"
        assert said_before(root, tree, order.output, "site", shaping, LATER) is None, said
        with pytest.raises(BuildFailed) as failure:
            build(order, say=print, progress=lambda *_: None)
        path = file.relative_to(root).as_posix()
        slug = path.split("/")[-2] if path.startswith("content/evidence/") else ""
        assert any(
            path in str(problem) or (slug and f"'{slug}'" in problem.message)
            for problem in failure.value.problems
        ), f"{said}\n{failure.value}"
        file.write_bytes(data)
    build(order, say=print, progress=lambda *_: None)
