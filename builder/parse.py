"""Sources to facts.

Only changed files are read, in parallel where that pays; the rest is remembered.

In: an inventory, the cache. Out: facts of all Markdown and code files, and records. It must not
know what links to what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from builder import cards, markup
from builder.codec import Value, decode, digest, encode
from builder.errors import Problem
from builder.evidence.record import Record
from builder.evidence.statement import read_record
from builder.facts import ReadingSettings, kind_of, parse_document
from builder.model import CodeFacts, Facts, PictureFacts
from builder.read.sources import Inventory, read_verified
from builder.read.tree import THEME, locate
from builder.render.search import PaperText
from builder.workers import map_chunks, open_workers, split_chunks
from builder.write.state import State
from builder.write.tables import pack_galley

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed file: its encoded facts, and its packed galley (only notes have one) by digest."""

    path: str
    source: bytes
    facts: bytes
    digest: bytes
    galley: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What all files say: facts of Markdown files; by path, of code, records and pictures.

    `papers` are the texts of papers.
    """

    documents: list[Facts]
    code: dict[str, CodeFacts]
    records: dict[str, RecordFacts]
    pictures: dict[str, PictureFacts]
    papers: dict[str, PaperText]


class RecordFacts(Value, frozen=True):
    """A record, or why a file is none."""

    record: Record | None
    problems: tuple[Problem, ...] = ()


class Shown(Value, frozen=True):
    """A picture; of a paper also its text, None if it has none."""

    picture: PictureFacts
    paper: PaperText | None


@dataclass(frozen=True, slots=True)
class ParseChunk:
    """Files (path, digest) to be read and parsed."""

    root: Path
    theme: Path
    items: tuple[tuple[str, bytes], ...]
    reading: ReadingSettings


SourceKind = Literal["page", "code", "record", "picture", "file"]


def kind_of_source(path: str) -> SourceKind:
    """What becomes of a source.

    A page ("page"); a snippet, a test or a module that one imports ("code"); a record of evidence;
    a picture or a paper ("picture"), copied as anything else ("file") is.
    """
    if path.startswith("content/"):
        if path.endswith(".md") and kind_of(path):
            return "page"
        is_record = path.startswith("content/evidence/") and path.endswith(".json")
        if is_record:
            return "record"
        return "picture" if markup.is_picture(path) else "file"
    if path.startswith(("templates/", f"{THEME}/")):
        return "file"
    return "code" if path.startswith(("snippets/", "tests/")) or path.endswith(".py") else "file"


def parse_changed(
    inventory: Inventory,
    state: State,
    reading: ReadingSettings,
    jobs: int,
    progress: Callable[[str, int, int], None],
) -> Known:
    """What all files say; only changed files are read."""
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

    def of(kind: SourceKind, type_: type[T]) -> dict[str, T]:
        return {path: decode(type_, known[path][1]) for path in kinds if kinds[path] == kind}

    shown = of("picture", Shown)
    return Known(
        list(of("page", Facts).values()),
        of("code", CodeFacts),
        of("record", RecordFacts),
        {path: found.picture for path, found in shown.items()},
        {path: found.paper for path, found in shown.items() if found.paper is not None},
    )


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
        kind = kind_of_source(path)
        if kind == "record":
            read = read_record(data, path)
            found = RecordFacts(read) if isinstance(read, Record) else RecordFacts(None, read)
            parsed.append(Parsed(path, source, encode(found), b"", b""))
        elif kind == "picture":
            parsed.append(_parse_picture(path, data, source))
        elif kind == "page":
            document = parse_document(path, data, source, chunk.reading)
            galley = pack_galley(document.galley)
            parsed.append(
                Parsed(path, source, encode(document.facts), document.facts.galley, galley)
            )
        else:
            parsed.append(Parsed(path, source, encode(cards.read_code(path, data)), b"", b""))
    return parsed


def _parse_picture(path: str, data: bytes, source: bytes) -> Parsed:
    """A picture; of a paper also its text, which is kept as the texts of pages are."""
    picture = markup.read_picture(path, data, source)
    text = markup.read_paper_text(picture, data)
    if text is None:
        return Parsed(path, source, encode(Shown(picture, None)), b"", b"")
    galley = encode(text)
    paper = PaperText(digest(galley), len(galley))
    return Parsed(path, source, encode(Shown(picture, paper)), paper.galley, pack_galley(galley))
