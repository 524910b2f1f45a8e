"""Sources to facts.

Only changed files are read, in parallel where that pays; the rest is remembered.

In: an inventory, the cache. Out: facts of all Markdown and code files. It must not know what links
to what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from builder import cards
from builder.codec import decode, encode
from builder.facts import ReadingSettings, kind_of, parse_document
from builder.model import CodeFacts, Facts
from builder.read.sources import Inventory
from builder.read.tree import locate
from builder.workers import map_chunks, open_workers, split_chunks
from builder.write.make import read_verified
from builder.write.state import State, pack_galley


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed file: its encoded facts, and its packed galley under its digest (empty for code)."""

    path: str
    source: bytes
    facts: bytes
    digest: bytes
    galley: bytes


@dataclass(frozen=True, slots=True)
class ParseChunk:
    """Files (path, digest) to be read and parsed."""

    root: Path
    theme: Path
    items: tuple[tuple[str, bytes], ...]
    reading: ReadingSettings


def kind_of_source(path: str) -> Literal["note", "code", "file"]:
    """What becomes of a source: a page ("note"), a snippet or a test ("code"), anything else."""
    if path.startswith(("snippets/", "tests/")):
        return "code"
    return "note" if path.endswith(".md") and kind_of(path) else "file"


def parse_changed(
    inventory: Inventory,
    state: State,
    reading: ReadingSettings,
    jobs: int,
    progress: Callable[[str, int, int], None],
) -> tuple[list[Facts], dict[str, CodeFacts]]:
    """Facts of all Markdown files and of all code files by path; only changed files are read."""
    known = state.facts()
    kinds = {path: kind_of_source(path) for path in sorted(inventory.sources)}
    stale = [
        (path, inventory.sources[path].digest)
        for path, kind in kinds.items()
        if kind != "file"
        and (path not in known or known[path][0] != inventory.sources[path].digest)
    ]
    chunks = (
        ParseChunk(inventory.root, inventory.theme, tuple(chunk), reading)
        for chunk in split_chunks(stale)
    )
    done = 0
    with open_workers(jobs, len(stale)) as executor:
        for parsed in map_chunks(executor, parse_chunk, chunks, jobs):
            known |= {item.path: (item.source, item.facts) for item in parsed}
            keep_parsed(parsed, state)
            done += len(parsed)
            progress("reading", done, len(stale))
    gone = [path for path in known if kinds.get(path, "file") == "file"]
    if gone:
        state.save_facts((), (), gone)
    documents = [decode(Facts, known[path][1]) for path, kind in kinds.items() if kind == "note"]
    code = {
        path: decode(CodeFacts, known[path][1]) for path, kind in kinds.items() if kind == "code"
    }
    return documents, code


def keep_parsed(parsed: Sequence[Parsed], state: State) -> None:
    """Remember parsed files."""
    state.save_facts(
        [(item.path, item.source, item.facts) for item in parsed],
        [(item.digest, item.galley) for item in parsed if item.galley],
        (),
    )


def parse_chunk(chunk: ParseChunk) -> list[Parsed]:
    """Facts and galleys of some files; SourceChanged if one is no longer as it was."""
    parsed = []
    for path, source in chunk.items:
        data = read_verified(locate(chunk.root, chunk.theme, path), source)
        if kind_of_source(path) == "note":
            document = parse_document(path, data, source, chunk.reading)
            galley = pack_galley(document.galley)
            parsed.append(
                Parsed(path, source, encode(document.facts), document.facts.galley, galley)
            )
        else:
            parsed.append(Parsed(path, source, encode(cards.read_code(path, data)), b"", b""))
    return parsed
