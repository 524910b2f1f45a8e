"""A site read and linked, with what was proven of its cards; nothing of the output is looked at.

In: `Stock`. Out: `Prepared`, with every problem there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from builder import cards
from builder.cards import Demands
from builder.config import SETTINGS_FILE
from builder.errors import BuildFailed, Problem
from builder.evidence.allowed import NOTHING_ASKED, Allowed
from builder.evidence.collect import Card, PageTests, check_inputs, collect_cards, page_slug
from builder.evidence.statement import EVIDENCE
from builder.link import Linked, Material, link_site
from builder.link.evidence import Proofs, is_proven, shown_evidence
from builder.model import KINDS, CodeFacts, Facts, Recipe, Site
from builder.parse import Known, kind_of_source, parse_changed
from builder.read.sources import Inventory, read_schema
from builder.read.tree import LOCK_FILES
from builder.render.ingredients import RecipeBook
from builder.render.recipes import site_recipes
from builder.render.search import PaperText
from builder.render.shared import Theme
from builder.run.source import digest_runner
from builder.site_theme import read_theme
from builder.stock import Order, Stock, take_stock
from builder.write.nothing import pack_extras


@dataclass(frozen=True, slots=True)
class Prepared:
    """A site read and linked; its recipes, one by one, are still to be compared with receipts.

    `unproven` are the cards that pages show and that have no recorded pass, `papers` the texts of
    papers by path. `stock` is what it was made from, which may be newer than what was taken before.
    """

    stock: Stock
    linked: Linked
    recipes: Iterator[Recipe]
    theme: Theme
    problems: tuple[Problem, ...]
    documents: list[Facts]
    unproven: tuple[Card, ...]
    papers: Mapping[str, PaperText]

    @property
    def site(self) -> Site:
        """All pages, linked."""
        return self.linked.site

    @property
    def galleys(self) -> set[bytes]:
        """The texts of all documents and papers, by digest."""
        texts = {facts.galley for facts in self.documents}
        return texts | {paper.galley for paper in self.papers.values()}

    @property
    def book(self) -> RecipeBook:
        """Where what the recipes share is written down."""
        return self.theme.book


def prepare(stock: Stock, progress: Callable[[str, int, int], None]) -> Prepared:
    """Parse and link the site; nothing of the output is looked at."""
    stock, known, proofs, demand_problems = _gather(stock, progress)
    inventory, settings = stock.inventory, stock.settings
    files = _copied_files(inventory)
    linked = link_site(
        Material(
            known.documents,
            known.code,
            files,
            settings,
            stock.order.options,
            proofs,
            known.pictures,
        )
    )
    site = linked.site
    problems = (
        *inventory.problems,
        *_misplaced(inventory),
        *demand_problems,
        *site.problems,
        *_check_code(site, known.code, inventory),
    )
    try:
        theme, doubts = read_theme(stock, site)
    except BuildFailed as failure:
        raise BuildFailed((*problems, *failure.problems)) from None
    unproven = tuple(
        proofs.cards[evidence.slug]
        for evidence in shown_evidence(site)
        if proofs.cards[evidence.slug].has_tests
        and not is_proven(evidence, proofs.cards[evidence.slug].tier)
    )
    recipes = site_recipes(site, theme, read_schema(), known.papers)
    problems = (*problems, *doubts)
    return Prepared(
        stock, linked, recipes, theme, problems, known.documents, unproven, known.papers
    )


def _gather(
    stock: Stock, progress: Callable[[str, int, int], None]
) -> tuple[Stock, Known, Proofs, list[Problem]]:
    """What all files say, those that cards import from elsewhere included; stock is taken again
    until all of them are in it.
    """
    order, state = stock.order, stock.state
    while True:
        inventory = stock.inventory
        known = parse_changed(inventory, state, stock.reading, order.jobs, progress)
        demands, problems = _read_all_demands(known.documents)
        digests = {path: source.digest for path, source in inventory.sources.items()}
        slugs = cards.card_slugs(known.code)
        pages = [
            PageTests(page_slug(facts.kind, facts.slug), facts.path, facts.fences)
            for facts in known.documents
            if any(fence.form == "doctest" for fence in facts.fences)
        ]
        runner = digest_runner() if slugs or pages else ""
        collected = collect_cards(slugs, known.code, digests, demands, runner, pages)
        if set(collected.extras) <= set(inventory.extras):
            break
        # Those of before stay: a module that is found may make another not be looked for.
        extras = tuple(sorted({*inventory.extras, *collected.extras}))
        state.remember("extras", pack_extras(extras))
        stock = take_stock(replace(order, tree=None), state)
    for facts in known.documents:
        card = collected.cards.get(facts.snippet) if facts.kind == "cards" else None
        if card is not None:
            problems += check_inputs(card, facts.path, facts.lines.get("test", 1), digests)
    proofs = _read_proofs(inventory, known, collected.cards, demands, digests, runner, order)
    return stock, known, proofs, problems


def _read_all_demands(documents: Sequence[Facts]) -> tuple[dict[str, Demands], list[Problem]]:
    """What the cards' pages demand, by slug, and what is wrong with it."""
    demands: dict[str, Demands] = {}
    problems: list[Problem] = []
    for facts in documents:
        if facts.kind == "cards":
            found = cards.read_demands(facts.test, facts.path, facts.lines.get("test", 1))
            if isinstance(found, Demands):
                demands[facts.snippet] = found
            else:
                problems += found
    return demands, problems


def _read_proofs(
    inventory: Inventory,
    known: Known,
    found: Mapping[str, Card],
    demands: Mapping[str, Demands],
    digests: Mapping[str, bytes],
    runner: str,
    order: Order,
) -> Proofs:
    records = {
        path: facts.record for path, facts in known.records.items() if facts.record is not None
    }
    measured = {name for record in records.values() for name in record.sources}
    return Proofs(
        cards=found,
        demands=demands,
        files={path: digest for path, digest in digests.items() if path.startswith(EVIDENCE)},
        records=records,
        problems={path: facts.problems for path, facts in known.records.items() if facts.problems},
        texts={
            path: inventory.read(path).decode("utf-8", "replace")
            for path in measured
            if path in digests
        },
        digests=digests,
        allowed=_read_allowed(inventory) if records else NOTHING_ASKED,
        runner=runner,
        has_failures=order.has_tests,
    )


def _read_allowed(inventory: Inventory) -> Allowed:
    from builder.evidence.versions import read_allowed  # late: only a site with records needs it

    locks = {
        name: inventory.read(name).decode("utf-8", "replace")
        for name in LOCK_FILES
        if name in inventory.sources
    }
    return read_allowed(inventory.read(SETTINGS_FILE).decode(), locks)


def _misplaced(inventory: Inventory) -> list[Problem]:
    """Markdown files that lie where no kind of page lies: they would silently be no pages."""
    folders = " or ".join(f"content/{kind}/" for kind in KINDS)
    problems = []
    for path in sorted(inventory.sources):
        is_copied = path.startswith("content/") and kind_of_source(path) == "file"
        if not is_copied or path.startswith(("content/static/", "content/evidence/")):
            continue
        if path.endswith(".md"):
            message = "this Markdown file is in no folder of pages"
            problems.append(Problem(path, 0, message, f"move it to {folders}"))
        elif path.lower().endswith((".md", ".markdown", ".mdown", ".mkd")):
            message = "this looks like a page, but its name does not end in '.md'"
            hint = "rename it, or put it into content/static/ to copy it as it is"
            problems.append(Problem(path, 0, message, hint))
    return problems


def _copied_files(inventory: Inventory) -> list[tuple[str, bytes]]:
    """The files below content/ that are copied as they are."""
    return [
        (path, source.digest)
        for path, source in sorted(inventory.sources.items())
        if path.startswith("content/")
        and kind_of_source(path) in ("file", "picture")
        and not path.startswith("content/evidence/")
    ]


def _check_code(site: Site, code: Mapping[str, CodeFacts], inventory: Inventory) -> list[Problem]:
    """Mistakes in the code that pages show, marks without a line, regions that no page shows."""
    shown = [listing for page in site.pages for listing in page.listings]
    problems = [
        problem
        for path in sorted({listing.path for listing in shown} & code.keys())
        for problem in code[path].problems
    ]
    marked = [(page, listing) for page in site.pages for listing in page.listings]
    for page, listing in marked:
        if listing.embed.highlights:
            problem = cards.check_highlights(
                listing, inventory.read(listing.path), path=page.facts.path
            )
            if problem:
                problems.append(problem)
    return [*problems, *cards.unused_regions(code, shown)]
