"""Recipes against receipts: the output folder brought up to date.

In: recipes, what they share, the state. Out: `Written`. What has the same key and an untouched file
stays; the rest is made, staged and renamed into place; what no recipe asks for any more is removed,
if it is ours.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import BuildFailed, Problem
from builder.model import Receipt, Recipe, Shared, Signature
from builder.read.tree import signature_of
from builder.workers import map_chunks, open_workers, split_chunks
from builder.write.make import Batch, Made, make_batch
from builder.write.stage import STAGE, SUMS, close_stage, open_stage, publish

# A file's times have the step of the kernel's clock; waiting this long makes the next change
# visible.
CLOCK_STEP_SECONDS = 0.012


@dataclass(slots=True)
class Plan:
    """What is to be done to an output folder."""

    stale: list[Recipe] = field(default_factory=list)
    kept: dict[str, Receipt] = field(default_factory=dict)
    removals: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    lists_itself: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was done.

    Paths made anew and removed, files that are not ours, the new receipts and their recipes.
    """

    made: tuple[str, ...]
    removed: tuple[str, ...]
    unknown: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    recipes: tuple[Recipe, ...]
    count: int


def plan_outputs(recipes: Iterable[Recipe], receipts: Mapping[str, Receipt], output: Path) -> Plan:
    """Compare recipes with receipts and with the files themselves.

    BuildFailed if two recipes have one path.
    """
    plan = Plan()
    problems = []
    wanted: set[str] = set()
    top = f"{output}/"
    is_there = output.is_dir()
    ours = receipts.keys() if receipts else read_sums(output).keys()
    for recipe in recipes:
        path = recipe.path
        if path in wanted:
            problems.append(
                Problem(path, 0, "two outputs have this one path", "rename what makes one of them")
            )
        wanted.add(path)
        receipt = receipts.get(path)
        reason = _why_stale(recipe, receipt, top + path) if is_there else "is new"
        if not reason:
            assert receipt is not None
            plan.kept[path] = receipt
            continue
        plan.stale.append(recipe)
        plan.reasons[path] = reason
        if is_there and path not in ours and os.path.lexists(top + path):
            plan.foreign.add(path)
    if problems:
        raise BuildFailed(problems)
    listed = receipts.get(SUMS)
    plan.lists_itself = listed is not None and not _why_touched(listed, top + SUMS)
    plan.removals = sorted(path for path in ours if path not in wanted and path != SUMS)
    if not receipts and is_there:
        plan.unknown = sorted(_unknown_files(output, wanted.union(ours)))
    return plan


def write_outputs(
    plan: Plan,
    shared: Mapping[bytes, Shared],
    output: Path,
    *,
    root: Path,
    theme: Path,
    cache: Path,
    jobs: int,
    progress: Callable[[int, int], None],
) -> Written:
    """Carry out a plan.

    BuildFailed, with the output untouched, if anything in it cannot be made.
    """
    if not plan.stale and not plan.removals and plan.lists_itself:
        return Written((), (), tuple(plan.unknown), (), (), len(plan.kept))
    stage = open_stage(output)
    try:
        made = _make_all(plan, shared, stage, root, theme, cache, jobs, progress)
        _refuse_foreign(plan, made, output)
        moves = {item.path: item.staged for item in made}
        sums = {path: receipt.sha256 for path, receipt in plan.kept.items()}
        sums |= {item.path: item.sha256 for item in made}
        (stage / "sums").write_bytes(format_sums(sums))
        publish(output, stage, moves | {SUMS: "sums"}, plan.removals)
    except BaseException:
        # Before the journal is complete this undoes the build; after it, the next command finishes.
        if not (stage / "journal.json").exists():
            close_stage(output)
            _remove_if_empty(output)
        raise
    close_stage(output)
    time.sleep(CLOCK_STEP_SECONDS)
    keys = {recipe.path: recipe.key for recipe in plan.stale}
    digests = {item.path: item.sha256 for item in made} | {SUMS: b""}
    receipts = tuple(
        Receipt(path, keys.get(path, b""), sha256,
                Signature(*signature_of(os.lstat(f"{output}/{path}"))))
        for path, sha256 in digests.items()
    )  # fmt: skip
    return Written(
        tuple(item.path for item in made),
        tuple(plan.removals),
        tuple(plan.unknown),
        receipts,
        tuple(plan.stale),
        len(sums),
    )


def read_sums(output: Path) -> dict[str, bytes]:
    """The outputs that SHA256SUMS lists, with their digests; none if there is no such list."""
    try:
        text = (output / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    sums = {}
    for line in text.split("\n"):
        is_escaped = line.startswith("\\")
        sha256, _, path = line.removeprefix("\\").partition("  ")
        if path and len(sha256) == 64:  # hexadecimal digits of SHA-256
            sums[_unescape(path) if is_escaped else path] = bytes.fromhex(sha256)
    return sums


def format_sums(sums: Mapping[str, bytes]) -> bytes:
    """The list of outputs in the form that `sha256sum -c` reads."""
    rows = []
    for path in sorted(sums):
        escaped = path.replace("\\", "\\\\").replace("\n", "\\n")
        rows.append(f"{'' if escaped == path else chr(92)}{sums[path].hex()}  {escaped}\n")
    return "".join(rows).encode()


def _unescape(path: str) -> str:
    return path.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")


def _why_stale(recipe: Recipe, receipt: Receipt | None, file: str) -> str:
    """Why an output must be made anew; "" if it need not."""
    if receipt is None:
        return "is new"
    if receipt.key != recipe.key:
        return "its recipe changed"
    return _why_touched(receipt, file)


def _why_touched(receipt: Receipt, file: str) -> str:
    try:
        stat = os.stat(file, follow_symlinks=False)  # ten thousand of them
    except OSError:
        return "its file is lost"
    signature = receipt.signature
    if (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino) != (
        signature.size, signature.mtime_ns, signature.ctime_ns, signature.inode,
    ):  # fmt: skip
        return "its file was changed by hand"
    return ""


def _make_all(
    plan: Plan,
    shared: Mapping[bytes, Shared],
    stage: Path,
    root: Path,
    theme: Path,
    cache: Path,
    jobs: int,
    progress: Callable[[int, int], None],
) -> list[Made]:
    def batches() -> Iterable[Batch]:
        first = 0
        for chunk in split_chunks(plan.stale):
            needed = {recipe.shared: shared[recipe.shared] for recipe in chunk}
            yield Batch(root, theme, cache, stage, first, tuple(chunk), needed)
            first += len(chunk)

    made: list[Made] = []
    problems: list[Problem] = []
    with open_workers(jobs, len(plan.stale)) as executor:
        for results in map_chunks(executor, make_batch, batches(), jobs):
            for result in results:
                if isinstance(result, Made):
                    made.append(result)
                else:
                    problems.append(result)
            progress(len(made), len(plan.stale))
    if problems:
        raise BuildFailed(problems)
    return made


def _refuse_foreign(plan: Plan, made: Iterable[Made], output: Path) -> None:
    """Never write over a file that is not ours, unless it would be the same."""
    problems = []
    for item in made:
        if item.path in plan.foreign and _sha256(output / item.path) != item.sha256:
            message = "this file is in the way, and the builder did not make it"
            hint = "move it away, or build into another folder with --output"
            problems.append(Problem(f"{output.name}/{item.path}", 0, message, hint))
    if problems:
        raise BuildFailed(problems)


def _sha256(file: Path) -> bytes:
    if not file.is_file():
        return b""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()


def _unknown_files(output: Path, known: set[str]) -> Iterable[str]:
    for folder, folders, names in os.walk(output):
        place = Path(folder).relative_to(output).as_posix()
        if place == ".":
            folders[:] = [name for name in folders if name != STAGE]
        for name in names:
            path = name if place == "." else f"{place}/{name}"
            if path not in known and path != SUMS:
                yield path


def _remove_if_empty(output: Path) -> None:
    for folder, _, _ in os.walk(output, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            continue
