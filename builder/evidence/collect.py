"""All cards of a site: their files, as far as imports reach, and the digests of those.

In: facts of code files, digests, what the cards' pages demand. Out: `Card`s; and the paths
elsewhere in the site that they depend on, whether there or not. It must not read files: who calls
it loads what is found missing, and calls again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from builder import cards
from builder.cards.demands import Demands
from builder.codec import Value, sha256
from builder.errors import Problem, did_you_mean
from builder.evidence.digests import Subject, content_digest
from builder.model import CodeFacts, Fence, Tier

# What lies in these folders is known without being asked for.
OWN_FOLDERS = ("snippets/", "tests/snippets/")
# What a page's doctests are called among the files of a record.
DOCTESTS = "#doctests"


class Card(Value, frozen=True):
    """A card whose evidence is asked for; or a page whose doctests are run like one.

    `path` is its main file. `content` is its content digest, in hexadecimal, for `tier`: that of
    its tests. `main` is the module whose demonstration is recorded ("snippets.z_test"), "" if it
    has none. `has_tests`: there is something to run. `generated` is the test file of a page, ""
    for a card.
    """

    slug: str
    path: str
    tier: Tier
    subject: Subject
    content: str
    main: str = ""
    has_tests: bool = True
    generated: str = ""


class Collected(NamedTuple):
    """The cards by slug; and the paths elsewhere in the site that they depend on, there or not."""

    cards: dict[str, Card]
    extras: tuple[str, ...]


class PageTests(Value, frozen=True):
    """The blocks of Python in a page at `path`; `slug` names the page among the cards."""

    slug: str
    path: str
    fences: tuple[Fence, ...]


def page_slug(kind: str, slug: str) -> str:
    """How a page with doctests is called among the cards, whose own names have no dots."""
    return f"{kind}.{slug}"


def collect_cards(
    slugs: Iterable[str],
    code: Mapping[str, CodeFacts],
    digests: Mapping[str, bytes],
    demands: Mapping[str, Demands],
    runner: str,
    pages: Iterable[PageTests] = (),
) -> Collected:
    """The cards with these slugs, and the pages with doctests; a slug without a snippet has none.

    `digests` are the SHA-256 of all files by path, `runner` is the digest of what runs cards. What
    is not in `code` is taken not to be there; so who calls reads the extras, and calls again until
    all of them were.
    """
    shelf = _Shelf(dict(code), digests, runner, set())
    found = {}
    for slug in slugs:
        files = cards.card_files(slug, code)
        if files:
            found[slug] = _collect_card(slug, files, demands.get(slug, Demands()), shelf)
    for page in pages:
        text = cards.doctest_module(page.path, page.fences)
        if text:
            found[page.slug] = _collect_page(page, text, shelf)
    return Collected(found, tuple(sorted(shelf.extras)))


@dataclass(slots=True)
class _Shelf:
    """What is known of files, and what else is asked for: paths elsewhere in the site."""

    known: dict[str, CodeFacts | None]
    digests: Mapping[str, bytes]
    runner: str
    extras: set[str]

    def reach(self, start: Iterable[str]) -> cards.Reach:
        """What imports reach from some files, where all that is not known is not there."""
        reach = cards.reach(start, self.known)
        while reach.unknown:
            self.known.update(dict.fromkeys(reach.unknown))
            reach = cards.reach(start, self.known)
        self.ask(reach.asked)
        return reach

    def ask(self, paths: Iterable[str]) -> None:
        """Note the paths that lie outside of the cards' own folders."""
        self.extras.update(path for path in paths if not path.startswith(OWN_FOLDERS))


def _collect_card(slug: str, files: tuple[str, ...], demands: Demands, shelf: _Shelf) -> Card:
    code = {path: facts for path, facts in shelf.known.items() if facts is not None}
    tests = cards.test_files(slug, code)
    reach = shelf.reach((*files, *tests))
    inputs = _inputs(demands, shelf)
    paths = sorted({*reach.files, *inputs})
    own = cards.outside_modules(files, reach.files, shelf.known)
    subject = Subject(
        slug=slug,
        files=tuple((path, shelf.digests[path]) for path in paths if path in shelf.digests),
        test=demands,
        modules=reach.modules,
        own_modules=tuple(name for name, _ in own),
    )
    tier = tier_of(demands)
    content = content_digest(subject, tier, shelf.runner)
    has_tests = bool(tests) or any(code[path].has_doctests for path in files)
    main = _main(slug, files, shelf.known)
    return Card(slug, files[0], tier, subject, content, main, has_tests)


def _collect_page(page: PageTests, text: str, shelf: _Shelf) -> Card:
    """A page's doctests, by what they type and expect; where they stand does not matter."""
    start = f"{page.path}{DOCTESTS}"
    typed = cards.doctest_code(page.fences).encode()
    shelf.known[start] = cards.read_code("doctests.py", typed)
    reach = shelf.reach([start])
    blocks = "\0".join(fence.code for fence in page.fences if fence.form == "doctest")
    files = [(path, shelf.digests[path]) for path in reach.files if path in shelf.digests]
    subject = Subject(
        slug=page.slug,
        files=((start, sha256(blocks.encode())), *files),
        test=Demands(),
        modules=reach.modules,
        own_modules=tuple(name for name, _ in reach.modules),
    )
    content = content_digest(subject, "tests", shelf.runner)
    return Card(page.slug, page.path, "tests", subject, content, generated=text)


def check_inputs(card: Card, path: str, line: int, known: Iterable[str]) -> list[Problem]:
    """A problem at a place for each input that a card names and that is not there; `known` are
    paths that may have been meant.
    """
    files = [name for name, _ in card.subject.files]
    absent = [
        name
        for name in card.subject.test.inputs
        if not any(file == name or file.startswith(f"{name}/") for file in files)
    ]
    otherwise = "name a file, or a folder with files, by its path from the site's root"
    return [
        Problem(path, line, f"test: inputs names '{name}', which is not there",
                did_you_mean(name, known, otherwise))
        for name in absent
    ]  # fmt: skip


def tier_of(demands: Demands) -> Tier:
    """The tier of what a card's tests prove: "simulated" where they stand in for hardware."""
    return "simulated" if "simulated" in demands.tiers else "tests"


def _inputs(demands: Demands, shelf: _Shelf) -> list[str]:
    """The files that a card may read besides: those that it names, and all in folders it names."""
    # The folder itself is asked for, so that a new file in it is noticed.
    shelf.ask(demands.inputs)
    found = [
        path
        for name in demands.inputs
        for path in shelf.digests
        if path == name or path.startswith(f"{name}/")
    ]
    shelf.ask(found)
    return found


def _main(slug: str, files: Iterable[str], known: Mapping[str, CodeFacts | None]) -> str:
    mains = (f"snippets/{slug}/__main__.py", f"snippets/{slug}.py")
    facts = [known.get(path) for path in files if path in mains]
    return f"snippets.{slug}" if any(each is not None and each.has_main for each in facts) else ""
