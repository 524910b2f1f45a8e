"""The site as it is now, and what is served of it.

In: the site's folder, what changed in it. Out: an output's bytes when somebody asks; what is wrong.
An author's mistake takes nothing away: what was right last stays. The output folder is never
touched; the cache is taken for the length of one look, as a build takes it.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from builder.attempts import attempt
from builder.codec import replace, sha256
from builder.errors import BuildFailed, MachineFault, Problem
from builder.evidence.collect import Card
from builder.facts import ReadingSettings, parse_document
from builder.link.publish import find_validity
from builder.model import Facts, Recipe
from builder.parse import kind_of_source
from builder.prepare import Prepared, prepare
from builder.read.sources import SourceChanged, read_schema
from builder.read.tree import theme_folder
from builder.serve.change import Change
from builder.serve.content import Content, Stored
from builder.serve.edition import Edition
from builder.serve.faults import Fault, describe, stand_in, waiting_page
from builder.serve.galleys import Galleys
from builder.serve.moves import Moves
from builder.serve.progress import spoken
from builder.serve.shelf import Made, Shelf, made_of
from builder.serve.storeroom import Storeroom
from builder.serve.within import TooLong, within
from builder.stock import Order, take_stock
from builder.write.make import make_output
from builder.write.state import State

# After a checkout of more files than this, the whole site is looked at anyway.
MOST_PAGES = 50
# A file that was saved between two looks is waited for, and its page then made of the next one.
TRIES = 4
PATIENCE_SECONDS = 2.0
# A site that nothing is known of takes a while to be read, and another may hold its cache.
FIRST_PATIENCE_SECONDS = 5.0
# One output is made at a time, so one that takes for ever would be the end of all.
MOST_SECONDS = 15.0
# Files with their digest in their names: a page that was made before needs the ones of then.
FINGERPRINTED = "assets/"


class Desk:
    """Looks at the site when told to, and hands out what it is asked for. `find` may be called from
    any thread, `look` from one.
    """

    def __init__(
        self,
        order: Order,
        clock: Callable[[], int],
        *,
        say: Callable[[str], None],
        ring: Callable[[], None],
        tell: Callable[[], None],
    ) -> None:
        """Of the site that `order` names; `clock` gives the moment in seconds since the epoch.

        `say` gets lines for the author, `ring` asks for another look, `tell` is called when an
        output could not be made, so that there is more to be said than after the last look.
        """
        self.order = dataclasses.replace(order, theme=order.theme or theme_folder())
        self.clock, self.say, self.ring, self.tell = clock, say, ring, tell
        self.revision = 0
        self._moves = Moves()
        self.extras: tuple[str, ...] = ()
        self.unproven: dict[str, Card] = {}
        self._edition: Edition | None = None
        self._reading: ReadingSettings | None = None
        self._problems: tuple[Problem, ...] = ()
        self._wrong: frozenset[str] = frozenset()
        # By output: the recipe that crashed, and why.
        self._crashes: dict[str, tuple[bytes, tuple[Problem, ...]]] = {}
        self._shelf = Shelf()
        self._storeroom = Storeroom(order.root, self._theme)
        self._galleys = Galleys(order.root)
        self._looks = 0
        # One output is made at a time: templates and galleys are not made for more.
        self._lock = threading.RLock()
        self._looked = threading.Condition(self._lock)

    # --- Looking

    def look(self, change: Change) -> bool:
        """Take in what changed; whether the site is still to be looked at when there is time: only
        some pages had to be read, or the machine was at fault.
        """
        options = replace(self.order.options, now=self.clock())
        order = dataclasses.replace(self.order, options=options, tree=None)
        try:
            edition = self._look_at_pages(change)
            if edition is not None:
                self._show(edition, self._problems, self._wrong)
                return True
            with State(order.root, self._say_waiting) as state:
                prepared = attempt(order, state, self.say, self._preparing(state))
        except BuildFailed as failure:
            self._show(self._edition, failure.problems, frozenset())
        except (MachineFault, OSError, sqlite3.Error) as error:
            self._show(self._edition, (Problem("", 0, str(error)),), frozenset())
            # It may be mended without a save: space made on a disk, a folder given back.
            return True
        except Exception as error:
            # A mistake of ours must not end the preview either.
            self.say("".join(traceback.format_exception(error)))
            message = f"the builder itself failed: {type(error).__name__}: {error}"
            self._show(self._edition, (Problem("", 0, message),), frozenset())
        else:
            self._take_in(prepared)
        return False

    def is_due(self) -> bool:
        """Whether a moment has come at which something is published or expires."""
        until = self.due()
        return until is not None and self.clock() >= until

    def due(self) -> int | None:
        """The next moment at which something is published or expires; None: never."""
        return None if self._edition is None else self._edition.validity.until

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong now, for the author."""
        with self._lock:
            edition = self._edition
            problems = {item for _, items in self._crashes.values() for item in items}
            problems |= set(self._problems)
        urls = {}
        if problems and edition is not None:
            base = edition.theme.settings.base_path
            urls = {page.facts.path: base + page.url for page in edition.site.pages}
        return describe(problems, self.order.root, self._theme, urls)

    @property
    def moved(self) -> dict[str, str]:
        """The addresses that pages had since the preview began, each with the one where its page is
        now, "" if it is gone.
        """
        return self._moves.found()

    @property
    def _theme(self) -> Path:
        assert self.order.theme is not None
        return self.order.theme

    def _preparing(self, state: State) -> Callable[[Order], Prepared]:
        progress = spoken(self.say)
        return lambda order: prepare(take_stock(order, state), progress)

    def _say_waiting(self) -> None:
        self.say("waiting for a build of this site …")

    def _take_in(self, prepared: Prepared) -> None:
        sources = prepared.stock.inventory.sources
        edition = Edition(
            prepared.linked,
            prepared.theme,
            read_schema(),
            prepared.papers,
            {facts.path: facts for facts in prepared.documents},
            {path: source.digest for path, source in sources.items()},
            find_validity(prepared.documents, prepared.stock.order.options.now),
        )
        problems = tuple(
            problem
            for problem in prepared.problems
            if not (problem.is_strict_only or problem.is_evidence)
        )
        self.extras = prepared.stock.inventory.extras
        self.unproven = {card.slug: card for card in prepared.unproven}
        self._reading = prepared.stock.reading
        self._storeroom.take_down(sources.values())
        wrong = frozenset(problem.path for problem in problems if not problem.is_warning)
        self._show(edition, problems, wrong)

    def _show(
        self, edition: Edition | None, problems: tuple[Problem, ...], wrong: frozenset[str]
    ) -> None:
        """Serve this edition from now on."""
        with self._lock:
            before = self._edition
            if before is not None and edition is not None and edition is not before:
                self._moves.note(before, edition)
            self.revision += _differ(before, edition) or problems != self._problems
            self._edition, self._problems, self._wrong = edition, problems, wrong
            self._crashes.clear()
            self._looks += 1
            self._looked.notify_all()

    def _look_at_pages(self, change: Change) -> Edition | None:
        """The short way: the edition in which some pages say something else where they were.

        None where more may have changed, or be wrong: see `relink`.
        """
        edition, reading = self._edition, self._reading
        if (
            edition is None
            or reading is None
            or change.is_sweeping
            or not 0 < len(change.paths) <= MOST_PAGES
            or self.is_due()
            or change.paths & ({problem.path for problem in self._problems} | self._wrong)
        ):
            return None
        changed: dict[str, Facts] = {}
        for path in change.paths:
            old = edition.documents.get(path)
            if kind_of_source(path) != "page" or old is None:
                return None
            try:
                data = (self.order.root / path).read_bytes()
            except OSError:
                return None
            digest = sha256(data)
            if digest == old.digest:
                continue
            document = parse_document(path, data, digest, reading)
            self._galleys.keep(document.facts.galley, document.galley)
            changed[path] = document.facts
        return edition.with_facts(changed) if changed else edition

    # --- Handing out

    def find(self, path: str) -> Content | Stored | None:
        """What is served at an output's path; None if the site has no such output.

        Before the first look it waits; a page not for long, but says that the site is being read.
        """
        for _ in range(TRIES):
            with self._lock:
                patience = FIRST_PATIENCE_SECONDS if path.endswith(".html") else None
                if not self._looked.wait_for(lambda: self._looks, patience):
                    page = waiting_page()
                    return Content(page, sha256(page))
                looks = self._looks
                try:
                    made = self._find(path)
                except SourceChanged:
                    self.ring()
                    self._looked.wait_for(lambda: self._looks > looks, PATIENCE_SECONDS)  # noqa: B023
                    continue
                return Content(made.body, made.digest) if isinstance(made, Made) else made
        return None

    def _find(self, path: str) -> Made | Stored | None:
        edition, last = self._edition, self._shelf.find(path)
        if edition is None:
            return self._stand_in() if path.endswith(".html") else None
        recipe = edition.recipe(path)
        if recipe is None:
            return last if path.startswith(FINGERPRINTED) else None
        if last is not None and (last.key == recipe.key or self._is_wrong(path)):
            return last
        stored = self._storeroom.find(recipe)
        if stored is not None:
            return stored
        if self._crashes.get(path, (b"", ()))[0] == recipe.key:
            return last or self._stand_in()
        try:
            body = self._make(recipe, edition)
        except BuildFailed as failure:
            self._crashes[path] = recipe.key, failure.problems
            self.tell()
            return last or self._stand_in()
        self._crashes.pop(path, None)
        made = made_of(body, recipe.key)
        self._shelf.keep(path, made)
        return made

    def _make(self, recipe: Recipe, edition: Edition) -> bytes:
        reading = self._reading
        assert reading is not None
        galleys = self._galleys.find(recipe.galleys, edition.documents, reading)
        shared = edition.shared(recipe)
        try:
            # Only pages are made by templates; a search index may well take its time.
            return within(
                MOST_SECONDS if recipe.path.endswith(".html") else None,
                f"this took more than {MOST_SECONDS:.0f} s; is it a loop that does not end?",
                lambda: make_output(recipe, shared, galleys, self.order.root, self._theme),
            )
        except (BuildFailed, SourceChanged):
            raise
        except TooLong as error:
            raise BuildFailed([Problem(recipe.path, 0, str(error))]) from error
        except Exception as error:
            # What a page with mistakes in it is made from need not fit together.
            if not self._is_wrong(recipe.path):
                raise
            raise BuildFailed(self._problems) from error

    def _is_wrong(self, path: str) -> bool:
        """Whether the output is a page in whose files there are mistakes."""
        page = self._edition.page(path) if self._edition is not None and self._wrong else None
        if page is None:
            return False
        shown = (page.facts.path, *(listing.path for listing in page.listings))
        return not self._wrong.isdisjoint(shown)

    def _stand_in(self) -> Made:
        body = stand_in(fault for fault in self.faults() if not fault.is_warning)
        return made_of(body)


def _differ(before: Edition | None, after: Edition | None) -> bool:
    """Whether another edition says anything else."""
    if before is None or after is None:
        return before is not after
    # What is published at a moment changes without a file.
    return before.digests != after.digests or before.validity != after.validity
