"""`proofpress test`: which cards there are, what they demand, and what came of them.

In: the site's folder, slugs, wishes. Out: printed results and the number of cards that did not
pass. It runs nothing itself, and needs no cache of builds: only code and cards' pages are read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from builder.cards import Demands, card_slugs, read_code, read_demands
from builder.codec import decode, digest, encode, sha256
from builder.config import read_settings
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.evidence.collect import Collected, PageTests, collect_cards, page_slug
from builder.facts import ReadingSettings, reading_settings
from builder.model import KINDS, CodeFacts, Facts
from builder.prove import Verdict, Wish, prove_cards
from builder.read.front_matter import read_front_matter
from builder.read.sources import digest_file
from builder.read.tree import survey_folders
from builder.run.environment import digest_runner
from builder.verdicts import is_red, report_verdicts
from builder.write.era import find_era
from builder.write.state import Remembered


def test_cards(
    root: Path, slugs: Sequence[str], wish: Wish, jobs: int, say: Callable[[str], None]
) -> int:
    """Prove these cards (all, if none is named); how many of them did not pass.

    BuildFailed if there is no such card, or a `test:` table is wrong.
    """
    reading = reading_settings(read_settings(root))
    era = digest(find_era(Path(__file__).resolve().parent) + encode(reading))
    with closing(Remembered(root, era)) as remembered:
        code = _read_code(root, remembered)
        pages = _read_pages(root, reading, remembered)
    known = (*card_slugs(code), *(page.slug for page in pages))
    problems = [
        Problem(f"snippets/{slug}.py", 0, f"no card is called '{slug}'",
                did_you_mean(slug, known, f"'proofpress new card {slug}' begins one"))
        for slug in slugs
        if slug not in known
    ]  # fmt: skip
    demands, wrong = _read_all_demands(root)
    wanted = list(dict.fromkeys(slugs)) or sorted(known)
    problems += [problem for slug in wanted for problem in wrong.get(slug, ())]
    if problems:
        raise BuildFailed(problems)
    pages = [page for page in pages if page.slug in wanted]
    collected = _collect(root, wanted, code, demands, pages)
    verdicts = prove_cards(
        root, [collected.cards[slug] for slug in wanted], wish, jobs=jobs, say=say
    )
    print(report_verdicts(verdicts))
    return count_red(verdicts)


test_cards.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def count_red(verdicts: Sequence[Verdict]) -> int:
    """How many of the cards fail a run: on CI what could not be run, too."""
    is_ci = os.environ.get("CI", "") not in ("", "0", "false")
    return sum(is_red(verdict.result, is_ci=is_ci) for verdict in verdicts)


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


def _collect(
    root: Path,
    slugs: Sequence[str],
    code: dict[str, CodeFacts],
    demands: dict[str, Demands],
    pages: Sequence[PageTests],
) -> Collected:
    """The cards, with what they import and read from elsewhere in the site."""
    digests = {path: facts.digest for path, facts in code.items()}
    extras: set[str] = set()
    while True:
        collected = collect_cards(slugs, code, digests, demands, digest_runner(), pages)
        if set(collected.extras) <= extras:
            return collected
        extras.update(collected.extras)
        for path in survey_folders(root, sorted(extras)).files:
            if path.endswith(".py"):
                code[path] = read_code(path, (root / path).read_bytes())
            digests[path] = digest_file(root / path)


def _read_all_demands(root: Path) -> tuple[dict[str, Demands], dict[str, tuple[Problem, ...]]]:
    """What the cards' pages demand, by slug, and what is wrong with it."""
    demands: dict[str, Demands] = {}
    wrong: dict[str, tuple[Problem, ...]] = {}
    for file in sorted((root / "content/cards").rglob("*.md")):
        path = file.relative_to(root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # `proofpress build` tells what is wrong with it
        matter = read_front_matter(text, path)
        name = file.parent.name if file.name == "index.md" else file.stem
        slug = str(matter.values.get("snippet") or name)
        table = json.dumps(matter.values["test"]) if "test" in matter.values else ""
        found = read_demands(table, path, matter.lines.get("test", 1))
        if isinstance(found, Demands):
            demands[slug] = found
        else:
            wrong[slug] = found
    return demands, wrong
