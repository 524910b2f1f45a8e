"""The pipeline: a site's folder to its output.

In: `Order` (folders and options). Out: `Report`, or `BuildFailed` with the output untouched. This
is the only module that knows all the rooms.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from builder import cards
from builder.codec import decode, digest, digest_value, encode
from builder.config import Options, Settings, read_settings
from builder.errors import BuildFailed, MachineFault, Problem
from builder.facts import ReadingSettings, reading_settings
from builder.link import Material, link_site
from builder.link.publish import Validity, find_validity
from builder.model import KINDS, CodeFacts, Facts, Recipe, Site, Source
from builder.parse import ParseChunk, keep_parsed, kind_of_source, parse_changed, parse_chunk
from builder.read.sources import Inventory, load_sources, template_sources
from builder.read.tree import Tree, theme_folder
from builder.render.ingredients import RecipeBook
from builder.render.recipes import site_recipes
from builder.render.shared import Theme
from builder.render.templates import find_needs, read_strings
from builder.texts import plan_texts
from builder.write.era import find_era
from builder.write.make import SourceChanged
from builder.write.outputs import Plan, plan_outputs, write_outputs
from builder.write.stage import finish_journal
from builder.write.state import CacheDamaged, Done, State, is_damage

# A tree that never holds still (a checkout going on) is given up after this many attempts.
ATTEMPTS = 5
# A site's icon, if its static files have one of these names.
ICONS = ("favicon.svg", "favicon.png", "favicon.ico")
# After waiting this long for another build, the files found before may be others.
LONG_WAIT_NS = 50_000_000
# After a checkout of more files than this, the whole site is looked at anyway.
MOST_TEXTS = 50


@dataclass(frozen=True, slots=True)
class Order:
    """What a build is asked for.

    `theme`, `era` and `tree` (the files there are) are found out if they are not given.
    """

    root: Path
    output: Path
    options: Options
    is_strict: bool = False
    is_clean: bool = False
    jobs: int = 1
    theme: Path | None = None
    era: bytes | None = None
    tree: Tree | None = None

    @property
    def label(self) -> str:
        """The output's name in the cache: relative to the site, so that a site can be moved."""
        return output_label(self.root, self.output)


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `reasons` tells for each made output why; `seconds` is the time it took."""

    made: tuple[str, ...]
    removed: tuple[str, ...]
    reasons: Mapping[str, str]
    warnings: tuple[Problem, ...]
    notices: tuple[str, ...]
    count: int
    seconds: float


def output_label(root: Path, output: Path) -> str:
    """An output folder as the cache names it."""
    return output.relative_to(root).as_posix() if output.is_relative_to(root) else output.as_posix()


def build(
    order: Order, *, say: Callable[[str], None], progress: Callable[[str, int, int], None]
) -> Report:
    """Bring the output up to date.

    `say` gets lines for the author while it works, `progress` (stage, done, all).
    """
    started = time.monotonic()
    # Before the cache is opened: a folder that is no site gets none.
    read_settings(order.root)
    asked = time.time_ns()

    def wait() -> None:
        say("waiting for another build of this site …")

    with State(order.root, wait) as state:
        if order.tree and time.time_ns() - asked > LONG_WAIT_NS:
            order = replace(order, tree=None)
        # What a killed build had left to be renamed comes first, even if this build then fails.
        finish_journal(order.output)
        if order.is_clean:
            state.renew()
        is_cache_new = order.is_clean
        for attempt in range(ATTEMPTS):
            try:
                return _build(order, state, started, progress)
            except SourceChanged as change:
                order = replace(order, tree=None)
                say(f"{change} changed while it was read; beginning again")
                if attempt:
                    # A damaged cache would say this of the same file for ever.
                    state.renew()
            except (CacheDamaged, UnicodeDecodeError, sqlite3.Error) as error:
                if is_cache_new or not is_damage(error):
                    raise
                say("the cache is damaged; making it anew")
                state.renew()
                is_cache_new = True
    raise MachineFault(
        "the site's files keep changing while they are read; build again when they hold still"
    )


def _build(
    order: Order, state: State, started: float, progress: Callable[[str, int, int], None]
) -> Report:
    stock = take_stock(order, state)
    outlook = _look_at_texts(stock) or _look_at_all(stock, progress)
    errors = [item for item in outlook.problems if not item.is_warning or order.is_strict]
    if errors:
        raise BuildFailed(outlook.problems)
    written = write_outputs(
        outlook.plan,
        outlook.book.shared,
        order.output,
        root=order.root,
        theme=stock.inventory.theme,
        cache=state.path,
        jobs=order.jobs,
        progress=lambda done, total: progress("writing", done, total),
    )
    notices = outlook.notices + tuple(
        f"{order.output.name}/{path}: is not ours, and was left alone" for path in written.unknown
    )
    warnings = tuple(sorted(item for item in outlook.problems if item.is_warning))
    state.save_receipts(
        order.label,
        written.receipts,
        written.recipes,
        outlook.book.shared if written.recipes else {},
        written.removed,
        Done(
            tree=stock.tree,
            era=stock.era,
            options=options_label(order.options),
            since=outlook.validity.since,
            until=outlook.validity.until,
            messages=(*map(str, warnings), *notices),
            has_warnings=bool(warnings),
        ),
    )
    if outlook.galleys is not None:
        state.drop_galleys(outlook.galleys)
    return Report(
        written.made,
        written.removed,
        outlook.plan.reasons,
        warnings,
        notices,
        written.count,
        time.monotonic() - started,
    )


def options_label(options: Options) -> str:
    """The options that decide what is published; the moment is compared by its validity instead."""
    return f"drafts={options.drafts} future={options.future}"


# --- What there is ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stock:
    """The site's sources and settings.

    `tree` digests all sources, `tree_before` those of the last time; `changed` and `gone` are the
    paths in which they differ.
    """

    order: Order
    state: State
    settings: Settings
    reading: ReadingSettings
    era: bytes
    inventory: Inventory
    tree: bytes
    tree_before: bytes | None
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def take_stock(order: Order, state: State) -> Stock:
    """The site's sources, compared with those of the last time, and remembered."""
    settings = read_settings(order.root)
    era = order.era or find_era(Path(__file__).resolve().parent)
    reading = reading_settings(settings)
    state.enter_era(digest(era + encode(reading)))
    known = state.sources()
    inventory = load_sources(
        order.root, order.theme or theme_folder(), known, time.time_ns(), order.tree
    )
    sources = inventory.sources
    tree = digest(encode([(path, sources[path].digest) for path in sorted(sources)]))
    new = [source for path, source in sources.items() if known.get(path) is not source]
    gone = tuple(path for path in known if path not in sources)
    before = state.recall("tree")
    if new or gone or before != tree:
        state.save_sources(new, gone, tree)
    changed = tuple(
        source.path
        for source in new
        if source.path not in known or known[source.path].digest != source.digest
    )
    return Stock(order, state, settings, reading, era, inventory, tree, before, changed, gone)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be done, and what is to be said about it.

    `galleys` are all that documents have; None: only texts were looked at.
    """

    plan: Plan
    book: RecipeBook
    problems: tuple[Problem, ...]
    notices: tuple[str, ...]
    validity: Validity
    galleys: set[bytes] | None


def _look_at_texts(stock: Stock) -> Outlook | None:
    """The short way (see `texts`); None where it does not hold."""
    order, state = stock.order, stock.state
    done = state.done(order.label)
    if (
        done is None
        or done.has_warnings
        or (done.tree, done.era) != (stock.tree_before, stock.era)
        or done.options != options_label(order.options)
        or (done.since is not None and order.options.now < done.since)
        or (done.until is not None and order.options.now >= done.until)
        or stock.gone
        or stock.inventory.problems
        or not 0 < len(stock.changed) <= MOST_TEXTS
        or any(kind_of_source(path) != "note" for path in stock.changed)
    ):
        return None
    before = [state.facts_of(path) for path in stock.changed]
    items = tuple((path, stock.inventory.sources[path].digest) for path in stock.changed)
    parsed = parse_chunk(
        ParseChunk(stock.inventory.root, stock.inventory.theme, items, stock.reading)
    )
    keep_parsed(parsed, state)
    book = RecipeBook(stock.era)
    pairs = [
        (decode(Facts, old[1]), decode(Facts, new.facts))
        for old, new in zip(before, parsed, strict=True)
        if old is not None
    ]
    if len(pairs) < len(parsed):
        return None
    plan = plan_texts(pairs, state, order.output, order.label, book)
    if plan is None:
        return None
    validity = Validity(done.since, done.until)
    return Outlook(plan, book, (), done.messages, validity, None)


def _look_at_all(stock: Stock, progress: Callable[[str, int, int], None]) -> Outlook:
    order = stock.order
    prepared = prepare(stock, progress)
    if any(not problem.is_warning for problem in prepared.problems):
        raise BuildFailed(prepared.problems)
    plan = plan_outputs(prepared.recipes, stock.state.receipts(order.label), order.output)
    return Outlook(
        plan,
        prepared.book,
        prepared.problems,
        prepared.site.omitted,
        find_validity(prepared.documents, order.options.now),
        {facts.galley for facts in prepared.documents},
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A site read and linked; its recipes, one by one, are still to be compared with receipts."""

    site: Site
    recipes: Iterator[Recipe]
    book: RecipeBook
    problems: tuple[Problem, ...]
    documents: list[Facts]


def prepare(stock: Stock, progress: Callable[[str, int, int], None]) -> Prepared:
    """Parse and link the site; nothing of the output is looked at."""
    inventory, settings = stock.inventory, stock.settings
    documents, code = parse_changed(
        inventory, stock.state, stock.reading, stock.order.jobs, progress
    )
    files = _copied_files(inventory)
    site = link_site(Material(documents, code, files, settings, stock.order.options))
    problems = (
        *inventory.problems,
        *_misplaced(inventory),
        *site.problems,
        *_check_code(site, code, inventory),
    )
    try:
        theme = _read_theme(stock, site)
    except BuildFailed as failure:
        raise BuildFailed((*problems, *failure.problems)) from None
    return Prepared(site, site_recipes(site, theme), theme.book, problems, documents)


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
        and kind_of_source(path) == "file"
        and not path.startswith("content/evidence/")
    ]


def _check_code(site: Site, code: Mapping[str, CodeFacts], inventory: Inventory) -> list[Problem]:
    """Mistakes in the code that pages show, marks without a line, regions that no page shows."""
    shown = [listing for page in site.pages for listing in page.listings]
    problems = [
        problem
        for path in sorted({listing.path for listing in shown})
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


def _read_theme(stock: Stock, site: Site) -> Theme:
    inventory = stock.inventory
    files = template_sources(inventory.sources)
    strings = {
        name.removeprefix("strings/").removesuffix(".toml"): read_strings(
            inventory.read(source.path), source.path
        )
        for name, source in files.items()
        if name.startswith("strings/") and name.endswith(".toml")
    }
    present = {page.facts.kind for page in site.pages}
    kinds = [kind for kind in KINDS if kind != "pages" and kind in present]
    needs = _find_needs(inventory, files, stock.state)
    outputs = {asset.output for asset in site.assets}
    icon = next((name for name in ICONS if name in outputs), "")
    return Theme(RecipeBook(stock.era), files, needs, stock.settings, strings, kinds, icon)


def _find_needs(
    inventory: Inventory, files: Mapping[str, Source], state: State
) -> dict[str, tuple[str, ...]]:
    """Which templates each template needs.

    Remembered for the same templates, because it takes parsing them all.
    """
    templates = {name: source for name, source in files.items() if name.endswith((".html", ".xml"))}
    name = digest_value({key: item.digest for key, item in templates.items()}).hex()
    found = state.memo(name)
    if found is None:
        texts: dict[str, str] = {}
        problems = []
        for key, source in templates.items():
            data = inventory.read(source.path)
            try:
                texts[key] = data.decode()
            except UnicodeDecodeError as error:
                line = data.count(b"\n", 0, error.start) + 1
                message = f"this template is not UTF-8: {error.reason}"
                problems.append(Problem(source.path, line, message, "save it as UTF-8"))
        if problems:
            raise BuildFailed(problems)
        found = encode(find_needs(texts, {key: source.path for key, source in templates.items()}))
        state.keep_memo(name, found)
    return decode(dict[str, tuple[str, ...]], found)
