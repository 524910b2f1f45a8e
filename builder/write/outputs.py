"""Recipes against receipts: the output folder brought up to date.

In: recipes, what they share, the state. Out: `Written`. What has the same key and an untouched file
stays; the rest is made, staged and renamed into place; what no recipe asks for any more is removed,
if it is ours.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import BuildFailed, Problem
from builder.model import Receipt, Recipe, Shared, Signature
from builder.read.tree import signature_of
from builder.workers import map_chunks, open_workers, split_chunks
from builder.write.make import Batch, Made, make_batch
from builder.write.stage import (
    STAGE,
    SUMS,
    close_stage,
    is_inside,
    open_stage,
    plan_folders,
    publish,
    undo_stage,
)

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
    listed = receipts.get(SUMS)
    plan.lists_itself = listed is not None and not why_touched(listed, top + SUMS)
    # A list that is not the one of the receipts was written by a build that was killed before it
    # could keep them: what it names is ours too.
    ours = receipts.keys() | (set() if plan.lists_itself else read_sums(output).keys())
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
        if is_there and (
            os.path.isdir(top + path) if path in ours else os.path.lexists(top + path)
        ):
            plan.foreign.add(path)
    if problems:
        raise BuildFailed(problems)
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
        plan_folders(output, stage, [recipe.path for recipe in plan.stale])
        made = _make_all(plan, shared, output, stage, root, theme, cache, jobs, progress)
        _refuse_foreign(plan, made, output)
        moves = {item.path: item.staged for item in made}
        sums = {path: receipt.sha256 for path, receipt in plan.kept.items()}
        sums |= {item.path: item.sha256 for item in made}
        (stage / "sums").write_bytes(format_sums(sums))
        publish(output, stage, moves | {SUMS: "sums"}, plan.removals)
    except BaseException:
        # Before the journal is complete this undoes the build; after it, the next command finishes.
        if not (stage / "journal.json").exists():
            undo_stage(output)
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
        # Not read_text: a carriage return in a name is no end of a line.
        text = (output / SUMS).read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return {}
    sums = {}
    for line in text.split("\n"):
        is_escaped = line.startswith("\\")
        sha256, _, path = line.removeprefix("\\").partition("  ")
        path = _unescape(path) if is_escaped else path
        # Any other line is not ours, and nothing may be removed for its sake.
        if path and is_inside(path) and re.fullmatch(r"[0-9a-f]{64}", sha256):
            sums[path] = bytes.fromhex(sha256)
    return sums


def format_sums(sums: Mapping[str, bytes]) -> bytes:
    """The list of outputs in the form that `sha256sum -c` reads."""
    rows = []
    for path in sorted(sums):
        escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        rows.append(f"{'' if escaped == path else chr(92)}{sums[path].hex()}  {escaped}\n")
    return "".join(rows).encode()


def _unescape(path: str) -> str:
    signs = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return re.sub(r"\\[\\nr]", lambda found: signs[found[0]], path)


def _why_stale(recipe: Recipe, receipt: Receipt | None, file: str) -> str:
    """Why an output must be made anew; "" if it need not."""
    if receipt is None:
        return "is new"
    if receipt.key != recipe.key:
        return "its recipe changed"
    return why_touched(receipt, file)


def why_touched(receipt: Receipt, file: str) -> str:
    """Why an output's file is not the one that its receipt is about; "" if it is."""
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
    output: Path,
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
            yield Batch(root, theme, cache, output, stage, first, tuple(chunk), needed)
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
    removals = set(plan.removals)
    in_the_way = _blocked_folders(output, {item.path.rpartition("/")[0] for item in made})
    in_the_way -= removals
    for item in made:
        if item.path in plan.foreign and not _may_replace(output, item, removals):
            in_the_way.add(item.path)
    if in_the_way:
        message = "this is in the way, and the builder did not make it"
        hint = "move it away, or build into another folder with --output"
        raise BuildFailed(Problem(f"{output.name}/{path}", 0, message, hint) for path in in_the_way)


def _may_replace(output: Path, made: Made, removals: set[str]) -> bool:
    """Whether what lies at an output's path is the same, or a folder that this build empties."""
    file = output / made.path
    if file.is_dir() and not file.is_symlink():
        return all(
            os.path.relpath(f"{folder}/{name}", output) in removals
            for folder, _, names in os.walk(file)
            for name in names
        )
    return _sha256(file) == made.sha256


def _blocked_folders(output: Path, folders: set[str]) -> set[str]:
    """The files that lie where these folders, or those they lie in, must be."""
    blocked = set()
    for folder in folders:
        place = folder
        while place and not os.path.isdir(f"{output}/{place}"):
            if os.path.lexists(f"{output}/{place}"):
                blocked.add(place)
            place = place.rpartition("/")[0]
    return blocked


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
                # A name that is not UTF-8 can be neither printed nor stored as it is.
                yield path.encode(errors="surrogateescape").decode(errors="backslashreplace")
