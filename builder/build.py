"""The pipeline: a site's folder to its output.

In: `Order` (folders and options). Out: `Report`, or `BuildFailed` with the output untouched. This
and `prepare` are the only modules that know all the rooms.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from builder.attempts import attempt
from builder.codec import decode
from builder.config import read_settings
from builder.errors import BuildFailed, Problem
from builder.evidence.collect import Card
from builder.link.evidence import shown_evidence
from builder.link.publish import Validity, find_validity
from builder.model import Facts
from builder.parse import ParseChunk, keep_parsed, kind_of_source, parse_chunk
from builder.prepare import prepare
from builder.render.ingredients import RecipeBook
from builder.stock import Order, Stock, take_stock
from builder.texts import plan_texts
from builder.write.outputs import Plan, plan_outputs, write_outputs
from builder.write.stage import finish_journal
from builder.write.state import Done, State

# After waiting this long for another build, the files found before may be others.
LONG_WAIT_NS = 50_000_000
# After a checkout of more files than this, the whole site is looked at anyway.
MOST_TEXTS = 50


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did.

    `reasons` tells for each made output why; `failing` are the cards on the site that fail;
    `seconds` is the time it took.
    """

    made: tuple[str, ...]
    removed: tuple[str, ...]
    reasons: Mapping[str, str]
    warnings: tuple[Problem, ...]
    notices: tuple[str, ...]
    failing: tuple[str, ...]
    count: int
    seconds: float


# Runs cards and keeps records of it, before anything is built.
Prove = Callable[[Sequence[Card]], None]


def build(
    order: Order,
    *,
    say: Callable[[str], None],
    progress: Callable[[str, int, int], None],
    prove: Prove | None = None,
) -> Report:
    """Bring the output up to date.

    `say` gets lines for the author while it works, `progress` (stage, done, all). `prove` is called
    at most once, with the cards that pages show and that have no recorded pass; the build itself
    runs none.
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
        try:
            return attempt(
                order, state, say, lambda order: _build(order, state, started, progress, prove)
            )
        except BuildFailed as failure:
            raise BuildFailed(
                item for item in failure.problems if order.is_strict or not item.is_strict_only
            ) from None


def _build(
    order: Order,
    state: State,
    started: float,
    progress: Callable[[str, int, int], None],
    prove: Prove | None,
) -> Report:
    stock = take_stock(order, state)
    outlook = _look_at_texts(stock) or _look_at_all(stock, progress, prove)
    if order.is_strict and outlook.problems:
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
    name = order.label.rpartition("/")[2]
    notices = outlook.notices + tuple(
        f"{name}/{path}: is not ours, and was left alone" for path in written.unknown
    )
    warnings = tuple(sorted(item for item in outlook.problems if not item.is_strict_only))
    state.save_receipts(
        order.label,
        written.receipts,
        written.recipes,
        outlook.book.shared if written.recipes else {},
        written.removed,
        Done(
            tree=outlook.tree,
            era=stock.era,
            options=order.options_label,
            since=outlook.validity.since,
            until=outlook.validity.until,
            messages=(*map(str, warnings), *notices),
            has_warnings=bool(warnings),
            is_settled=outlook.is_settled or not order.has_tests,
            is_unproven=outlook.is_unproven,
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
        outlook.failing,
        written.count,
        time.monotonic() - started,
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be done, and what is to be said about it.

    `tree` digests the sources that it was made from. `galleys` are all that documents and papers
    have; None:
    only texts were looked at. `failing` are the cards that fail; `is_settled`: there is none whose
    tests should still be run; `is_unproven`: a strict build fails.
    """

    plan: Plan
    book: RecipeBook
    problems: tuple[Problem, ...]
    notices: tuple[str, ...]
    validity: Validity
    tree: bytes
    galleys: set[bytes] | None
    failing: tuple[str, ...] = ()
    is_settled: bool = True
    is_unproven: bool = False


def _look_at_texts(stock: Stock) -> Outlook | None:
    """The short way (see `texts`); None where it does not hold."""
    order, state = stock.order, stock.state
    done = state.done(order.label)
    if (
        done is None
        or done.has_warnings
        or not done.is_settled
        or (done.is_unproven and order.is_strict)
        or (done.tree, done.era) != (stock.tree_before, stock.era)
        or done.options != order.options_label
        or (done.since is not None and order.options.now < done.since)
        or (done.until is not None and order.options.now >= done.until)
        or stock.gone
        or stock.inventory.problems
        or not 0 < len(stock.changed) <= MOST_TEXTS
        or any(kind_of_source(path) != "page" for path in stock.changed)
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
    return Outlook(
        plan, book, (), done.messages, validity, stock.tree, None, is_unproven=done.is_unproven
    )


def _look_at_all(
    stock: Stock, progress: Callable[[str, int, int], None], prove: Prove | None
) -> Outlook:
    order, state = stock.order, stock.state
    prepared = prepare(stock, progress)
    errors = [problem for problem in prepared.problems if not problem.is_warning]
    # Who made a mistake in a page must not wait for tests to be told.
    if prove and prepared.unproven and all(problem.is_evidence for problem in errors):
        prove(prepared.unproven)
        prepared = prepare(take_stock(replace(order, tree=None), state), progress)
        errors = [problem for problem in prepared.problems if not problem.is_warning]
    if errors:
        raise BuildFailed(prepared.problems)
    plan = plan_outputs(prepared.recipes, state.receipts(order.label), order.output)
    return Outlook(
        plan,
        prepared.book,
        prepared.problems,
        prepared.site.omitted,
        find_validity(prepared.documents, order.options.now),
        prepared.stock.tree,
        prepared.galleys,
        tuple(evidence.slug for evidence in shown_evidence(prepared.site) if evidence.failure),
        not prepared.unproven,
        any(problem.is_strict_only for problem in prepared.problems),
    )
