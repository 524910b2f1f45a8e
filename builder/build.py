"""The pipeline: a site's folder to its output.

In: `Order` (folders and options). Out: `Report`, or `BuildFailed` with the output untouched. This
is the only module that knows all the rooms.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder import cards
from builder.codec import decode, digest, digest_value, encode
from builder.config import Options, Settings, read_settings
from builder.errors import BuildFailed, MachineFault, Problem
from builder.facts import ReadingSettings, kind_of, parse_document, reading_settings
from builder.link import Material, link_site
from builder.link.publish import Validity, find_validity
from builder.model import KINDS, CodeFacts, Facts, Recipe, Site, Source
from builder.read.sources import Inventory, load_sources, template_sources
from builder.read.tree import locate, theme_folder
from builder.render.ingredients import RecipeBook
from builder.render.recipes import site_recipes
from builder.render.shared import Theme
from builder.render.templates import find_needs, read_strings
from builder.workers import map_chunks, open_workers, split_chunks
from builder.write.era import find_era
from builder.write.make import SourceChanged, read_verified
from builder.write.outputs import plan_outputs, write_outputs
from builder.write.state import Done, State, pack_galley

# A tree that never holds still (a checkout going on) is given up after this many attempts.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Order:
    """What a build is asked for.

    `label` names the output in the cache; `options_label` all that shapes the build.
    """

    root: Path
    output: Path
    options: Options
    is_strict: bool = False
    is_clean: bool = False
    jobs: int = 1
    theme: Path | None = None
    era: bytes | None = None

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
    with State(order.root, lambda: say("waiting for another build of this site …")) as state:
        if order.is_clean:
            state.renew()
        for _ in range(ATTEMPTS):
            try:
                return _build(order, state, started, progress)
            except SourceChanged as change:
                say(f"{change} changed while it was read; beginning again")
    raise MachineFault(
        "the site's files keep changing while they are read; build again when they hold still"
    )


def _build(
    order: Order, state: State, started: float, progress: Callable[[str, int, int], None]
) -> Report:
    prepared = prepare(order, state, progress)
    problems = prepared.problems
    errors = [problem for problem in problems if not problem.is_warning or order.is_strict]
    if errors:
        raise BuildFailed(problems)
    plan = plan_outputs(prepared.recipes, state.receipts(order.label), order.output)
    written = write_outputs(
        plan,
        prepared.book.shared,
        order.output,
        root=order.root,
        theme=prepared.inventory.theme,
        cache=state.path,
        jobs=order.jobs,
        progress=lambda done, total: progress("writing", done, total),
    )
    notices = prepared.site.omitted + tuple(
        f"{order.output.name}/{path}: is not ours, and was left alone" for path in written.unknown
    )
    warnings = tuple(sorted(problem for problem in problems if problem.is_warning))
    state.save_receipts(
        order.label,
        written.receipts,
        written.recipes,
        prepared.book.shared if written.recipes else {},
        written.removed,
        Done(
            tree=prepared.tree,
            era=prepared.era,
            options=options_label(order.options),
            since=prepared.validity.since,
            until=prepared.validity.until,
            messages=(*map(str, warnings), *notices),
            has_warnings=bool(warnings),
        ),
    )
    state.drop_galleys(prepared.galleys)
    seconds = time.monotonic() - started
    return Report(
        written.made, written.removed, plan.reasons, warnings, notices, written.count, seconds
    )


def options_label(options: Options) -> str:
    """The options that decide what is published; the moment is compared by its validity instead."""
    return f"drafts={options.drafts} future={options.future}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A site read and linked; its recipes, one by one, are still to be compared with receipts."""

    inventory: Inventory
    site: Site
    recipes: Iterator[Recipe]
    book: RecipeBook
    problems: tuple[Problem, ...]
    validity: Validity
    galleys: set[bytes]
    tree: bytes
    era: bytes


def prepare(order: Order, state: State, progress: Callable[[str, int, int], None]) -> Prepared:
    """Read and link the site; nothing of the output is looked at."""
    settings = read_settings(order.root)
    era = order.era or find_era(Path(__file__).resolve().parent)
    reading = reading_settings(settings)
    state.enter_era(digest(era + encode(reading)))
    inventory, tree = _take_stock(order, state)
    documents, code = _parse_changed(inventory, state, reading, order.jobs, progress)
    site = link_site(Material(documents, code, _copied_files(inventory), settings, order.options))
    theme = _read_theme(inventory, settings, state, era, site)
    return Prepared(
        inventory=inventory,
        site=site,
        recipes=site_recipes(site, theme),
        book=theme.book,
        problems=(
            *inventory.problems,
            *_misplaced(inventory),
            *site.problems,
            *_check_code(site, code, inventory),
        ),
        validity=find_validity(documents, order.options.now),
        galleys={facts.galley for facts in documents},
        tree=tree,
        era=era,
    )


def _take_stock(order: Order, state: State) -> tuple[Inventory, bytes]:
    """The site's sources and the digest of them all."""
    known = state.sources()
    theme = order.theme or theme_folder()
    inventory = load_sources(order.root, theme, known, time.time_ns())
    sources = inventory.sources
    tree = digest(encode([(path, source.digest) for path, source in sorted(sources.items())]))
    new = [source for path, source in sources.items() if known.get(path) is not source]
    gone = [path for path in known if path not in sources]
    if new or gone or state.recall("tree") != tree:
        state.save_sources(new, gone, tree)
    return inventory, tree


def _parse_changed(
    inventory: Inventory,
    state: State,
    reading: ReadingSettings,
    jobs: int,
    progress: Callable[[str, int, int], None],
) -> tuple[list[Facts], dict[str, CodeFacts]]:
    """Facts of all Markdown and code files, by path; only changed files are read."""
    known = state.facts()
    paths = sorted(path for path in inventory.sources if kind_of_source(path) != "file")
    stale = [
        (path, inventory.sources[path].digest)
        for path in paths
        if path not in known or known[path][0] != inventory.sources[path].digest
    ]
    gone = known.keys() - set(paths)
    chunks = (
        ParseChunk(inventory.root, inventory.theme, tuple(chunk), reading)
        for chunk in split_chunks(stale)
    )
    done = 0
    with open_workers(jobs, len(stale)) as executor:
        for parsed in map_chunks(executor, parse_chunk, chunks, jobs):
            known |= {item.path: (item.source, item.facts) for item in parsed}
            state.save_facts(
                [(item.path, item.source, item.facts) for item in parsed],
                [(item.digest, item.galley) for item in parsed if item.galley],
                (),
            )
            done += len(parsed)
            progress("reading", done, len(stale))
    if gone:
        state.save_facts((), (), gone)
    documents = []
    code = {}
    for path in paths:
        if kind_of_source(path) == "note":
            documents.append(decode(Facts, known[path][1]))
        else:
            code[path] = decode(CodeFacts, known[path][1])
    return documents, code


@dataclass(frozen=True, slots=True)
class ParseChunk:
    """Files (path, digest) to be read and parsed."""

    root: Path
    theme: Path
    items: tuple[tuple[str, bytes], ...]
    reading: ReadingSettings


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed file: its encoded facts, and its packed galley under its digest (empty for code)."""

    path: str
    source: bytes
    facts: bytes
    digest: bytes
    galley: bytes


def parse_chunk(chunk: ParseChunk) -> list[Parsed]:
    """Facts and galleys of some files; SourceChanged if one is no longer as it was."""
    parsed = []
    for path, source in chunk.items:
        data = read_verified(locate(chunk.root, chunk.theme, path), source)
        if kind_of_source(path) == "note":
            document = parse_document(path, data, source, chunk.reading)
            facts = document.facts
            parsed.append(
                Parsed(path, source, encode(facts), facts.galley, pack_galley(document.galley))
            )
        else:
            parsed.append(Parsed(path, source, encode(cards.read_code(path, data)), b"", b""))
    return parsed


def kind_of_source(path: str) -> str:
    """What becomes of a source.

    "note" (Markdown), "code" (a snippet or its test), "file" (anything else).
    """
    if path.endswith(".md") and kind_of(path):
        return "note"
    return "code" if path.startswith(("snippets/", "tests/")) else "file"


def _misplaced(inventory: Inventory) -> list[Problem]:
    """Markdown files that lie where no kind of page lies: they would silently be no pages."""
    folders = " or ".join(f"content/{kind}/" for kind in KINDS)
    return [
        Problem(path, 0, "this Markdown file is in no folder of pages", f"move it to {folders}")
        for path in sorted(inventory.sources)
        if path.endswith(".md")
        and kind_of_source(path) == "file"
        and path.startswith("content/")
        and not path.startswith(("content/static/", "content/evidence/"))
    ]


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
    """Mistakes in the code that pages show, marks that match no line, regions that no page shows."""
    shown = [listing for page in site.pages for listing in page.listings]
    problems = [
        problem
        for path in sorted({listing.path for listing in shown})
        for problem in code[path].problems
    ]
    for listing in shown:
        if listing.embed.highlights:
            problem = cards.check_highlights(listing, inventory.read(listing.path))
            if problem:
                problems.append(problem)
    return [*problems, *cards.unused_regions(code, shown)]


def _read_theme(
    inventory: Inventory, settings: Settings, state: State, era: bytes, site: Site
) -> Theme:
    files = template_sources(inventory.sources)
    strings = {
        name.removeprefix("strings/").removesuffix(".toml"): read_strings(
            inventory.read(source.path), source.path
        )
        for name, source in files.items()
        if name.startswith("strings/") and name.endswith(".toml")
    }
    kinds = [
        kind
        for kind in KINDS
        if kind != "pages" and any(page.facts.kind == kind for page in site.pages)
    ]
    needs = _find_needs(inventory, files, state)
    return Theme(RecipeBook(era), files, needs, settings, strings, kinds)


def _find_needs(
    inventory: Inventory, files: Mapping[str, Source], state: State
) -> dict[str, tuple[str, ...]]:
    """Which templates each template needs.

    Remembered for the same templates, because it takes parsing them all.
    """
    templates = {name: source for name, source in files.items() if name.endswith((".html", ".xml"))}
    name = "memo:" + digest_value({key: item.digest for key, item in templates.items()}).hex()
    found = state.recall(name)
    if found is None:
        texts = {}
        for key, source in templates.items():
            try:
                texts[key] = inventory.read(source.path).decode()
            except UnicodeDecodeError as error:
                raise BuildFailed(
                    [Problem(source.path, 0, f"is not UTF-8: {error.reason}")]
                ) from None
        found = encode(find_needs(texts, {key: source.path for key, source in templates.items()}))
        state.remember(name, found)
    return decode(dict[str, tuple[str, ...]], found)
