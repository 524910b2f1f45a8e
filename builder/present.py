"""The cards of a site as they are now, found without a build: only code and some pages are read.

In: the site's folder. Out: `Present`, and `Card`s of it. What the last build knows of a file is
taken from its cache; nothing is waited for, and nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from builder.cards import Demands, card_slugs, read_code, read_demands
from builder.codec import decode, digest, encode, sha256
from builder.config import read_settings
from builder.errors import Problem
from builder.evidence.collect import Card, PageTests, collect_cards, page_slug
from builder.facts import ReadingSettings, reading_settings
from builder.model import KINDS, CodeFacts, Facts
from builder.read.front_matter import read_front_matter
from builder.read.sources import digest_file
from builder.read.tree import survey_folders
from builder.run.source import digest_runner
from builder.write.era import find_era
from builder.write.remembered import Remembered


@dataclass(frozen=True, slots=True)
class Present:
    """What a site's code and cards' pages say.

    `demands` by slug; `wrong` is what is wrong with them, `places` are their paths and lines.
    """

    code: Mapping[str, CodeFacts]
    pages: Sequence[PageTests]
    demands: Mapping[str, Demands]
    wrong: Mapping[str, tuple[Problem, ...]]
    places: Mapping[str, tuple[str, int]]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names of all cards, and of the pages whose own examples are run."""
        return (*card_slugs(self.code), *(page.slug for page in self.pages))


def read_present(root: Path) -> Present:
    """What there is in a site's folder now."""
    reading = reading_settings(read_settings(root))
    era = digest(find_era(Path(__file__).resolve().parent) + encode(reading))
    with closing(Remembered(root, era)) as remembered:
        code = _read_code(root, remembered)
        pages = _read_pages(root, reading, remembered)
    return Present(code, pages, *_read_demands(root))


def collect_present(root: Path, slugs: Sequence[str], present: Present) -> dict[str, Card]:
    """The cards and pages with these names, with what they import from elsewhere in the site."""
    code = dict(present.code)
    pages = [page for page in present.pages if page.slug in slugs]
    digests = {path: facts.digest for path, facts in code.items()}
    extras: set[str] = set()
    while True:
        found = collect_cards(slugs, code, digests, present.demands, digest_runner(), pages)
        if set(found.extras) <= extras:
            return found.cards
        extras.update(found.extras)
        for path in survey_folders(root, sorted(extras)).files:
            if path.endswith(".py"):
                code[path] = read_code(path, (root / path).read_bytes())
            digests[path] = digest_file(root / path)


def _read_code(root: Path, remembered: Remembered) -> dict[str, CodeFacts]:
    """The files of snippets and their tests, by what the last build found, or read now."""
    code = {}
    for path in survey_folders(root, ("snippets", "tests/snippets")).files:
        data = (root / path).read_bytes()
        found = remembered.facts(path, sha256(data))
        code[path] = decode(CodeFacts, found) if found else read_code(path, data)
    return code


def _read_pages(root: Path, reading: ReadingSettings, remembered: Remembered) -> list[PageTests]:
    """The pages whose own examples are run."""
    pages = []
    for path in survey_folders(root, [f"content/{kind}" for kind in KINDS]).files:
        data = (root / path).read_bytes() if path.endswith(".md") else b""
        if b">>>" not in data:
            continue
        found = remembered.facts(path, sha256(data))
        facts = decode(Facts, found) if found else _parse(path, data, reading)
        if any(fence.form == "doctest" for fence in facts.fences):
            pages.append(PageTests(page_slug(facts.kind, facts.slug), path, facts.fences))
    return pages


def _parse(path: str, data: bytes, settings: ReadingSettings) -> Facts:
    # Late, because Markdown takes a while to load, and most pages were read by a build.
    from builder.facts import parse_document

    return parse_document(path, data, sha256(data), settings).facts


def _read_demands(
    root: Path,
) -> tuple[dict[str, Demands], dict[str, tuple[Problem, ...]], dict[str, tuple[str, int]]]:
    """What the cards' pages demand, by slug, what is wrong with it, and at which path and line."""
    demands: dict[str, Demands] = {}
    places: dict[str, tuple[str, int]] = {}
    wrong: dict[str, tuple[Problem, ...]] = {}
    for path in sorted(survey_folders(root, ("content/cards",)).files):
        if not path.endswith(".md"):
            continue
        file = root / path
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # `proofpress build` tells what is wrong with it
        matter = read_front_matter(text, path)
        name = file.parent.name if file.name == "index.md" else file.stem
        slug = str(matter.values.get("snippet") or name)
        table = json.dumps(matter.values["test"]) if "test" in matter.values else ""
        places[slug] = (path, matter.lines.get("test", 1))
        found = read_demands(table, *places[slug])
        if isinstance(found, Demands):
            demands[slug] = found
        else:
            wrong[slug] = found
    return demands, wrong, places
