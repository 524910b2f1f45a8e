"""`proofpress serve`: watch, look, tell the open tabs.

In: an order, where to listen. Out: a server that runs until it is interrupted. All that takes long,
and all that can fail for an author's mistake, happens in one loop in the main thread; the server's
threads only hand out.
"""

from __future__ import annotations

import contextlib
import threading
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from builder.codec import fields
from builder.config import SETTINGS_FILE, read_settings
from builder.errors import BuildFailed
from builder.read.tree import FOLDERS, LOCK_FILES, theme_folder
from builder.serve.change import EVERYTHING, NOTHING, Change
from builder.serve.desk import Desk
from builder.serve.events import Hub
from builder.serve.faults import Fault
from builder.serve.mailbox import Mailbox
from builder.serve.memory import share_memory
from builder.serve.proving import Prover
from builder.serve.server import open_server
from builder.serve.watch import Watcher, watch
from builder.stock import Order

# After a look at texts alone, the whole site is looked at when nothing was saved for this long.
QUIET_SECONDS = 2.0
# The moment that something is published at may be centuries away, which is more than a thread can
# wait; and a machine that slept finds out how late it is.
LONGEST_WAIT_SECONDS = 60.0
# What was saved again while it was looked at is not told of; but who saves on and on is not left
# waiting for ever.
MOST_SUPERSEDED = 3
# Below the site's base path; no page has an address with a dot in front.
OWN = "/.proofpress/"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
MOST_NAMED = 3
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the preview listens, and how it learns of changes."""

    host: str = "127.0.0.1"
    port: int = 8000
    base_path: str = ""
    opens_browser: bool = False
    polls: bool = False


def preview(
    order: Order, place: Place, clock: Callable[[], int], say: Callable[[str], None]
) -> None:
    """Serve the site that `order` names; ends with the KeyboardInterrupt that ends it."""
    share_memory()
    with contextlib.ExitStack() as stack:
        _Preview(order, place, clock, say, stack).run()


class _Preview:
    def __init__(
        self,
        order: Order,
        place: Place,
        clock: Callable[[], int],
        say: Callable[[str], None],
        stack: contextlib.ExitStack,
    ) -> None:
        self.order, self.place, self.say, self.stack = order, place, _unbroken(say), stack
        self.mailbox = Mailbox()
        self.hub = Hub(lambda: [("news", self.news)] if self.news else [])
        self.desk = Desk(
            order, clock, say=self.say,
            ring=lambda: self.mailbox.put(EVERYTHING), tell=self.mailbox.wake,
        )  # fmt: skip
        self.prover = Prover(order.root, self._note_proof)
        stack.callback(self.prover.close)
        self.clock = clock
        self.base_path = read_settings(order.root).base_path
        self.is_hasty = False
        self.superseded = 0
        self.news: dict[str, Any] = {}
        self.faults: tuple[Fault, ...] = ()
        self.extras: tuple[str, ...] = ()
        self.watcher: Watcher | None = None

    def run(self) -> None:
        self._listen()
        self.stack.callback(self._close_watcher)
        # Before the first look: what is saved meanwhile must not be missed.
        self._watch(())
        self.desk.look(EVERYTHING)
        # Whatever is saved meanwhile: cards that are not proven at the beginning are left alone.
        self.prover.look(self._unproven())
        self._watch(self.desk.extras)
        self._tell()
        while True:
            change = self.mailbox.take(self._patience())
            if change != NOTHING:
                self._look(change)
            elif self.is_hasty or self.desk.is_due():
                self._look(EVERYTHING)
            else:
                self._tell()

    def _listen(self) -> None:
        base = self.place.base_path
        own = {
            OWN + file.name: (MEDIA_TYPES[file.suffix], file.read_bytes())
            for file in sorted((Path(__file__).parent / "client").iterdir())
            if file.suffix in MEDIA_TYPES
        }
        script = f'<script defer src="{escape(base)}{OWN}preview.js"></script>'
        server = open_server(
            self.place.host,
            self.place.port,
            find=self.desk.find,
            hub=self.hub,
            base_path=base,
            own=own,
            inject=script.encode(),
            log=self.say,
        )
        self.stack.callback(server.close)
        threading.Thread(target=server.serve, name="proofpress-server", daemon=True).start()
        if self.place.port not in (0, server.port):
            self.say(f"port {self.place.port} is taken, so it is {server.port}")
        if self.place.host not in LOOPBACK:
            self.say(
                "whoever can reach this machine can read the site as it is here, what is not"
                f" published yet included: it listens at {self.place.host}"
            )
        self.say(f"the preview is at {server.url} – Ctrl-C ends it")
        if self.place.opens_browser:
            webbrowser.open(server.url)

    def _watch(self, extras: tuple[str, ...]) -> None:
        """Watch the site's files; `extras` are those elsewhere that cards depend on."""
        if self.watcher is not None and extras == self.extras:
            return
        root = self.order.root
        before, self.extras = self.watcher, extras
        self.watcher = watch(
            root,
            [*(root / folder for folder in FOLDERS), self.order.theme or theme_folder()],
            [root / name for name in (SETTINGS_FILE, *LOCK_FILES, *extras)],
            self.mailbox.put,
            poll=self.place.polls,
            say=self.say,
        )
        if before is not None:
            before.close()

    def _close_watcher(self) -> None:
        if self.watcher is not None:
            self.watcher.close()

    def _patience(self) -> float | None:
        """How long to wait for a change until there is something else to do; None: for ever."""
        due = self.desk.due()
        waits = [QUIET_SECONDS] if self.is_hasty else []
        if due is not None:
            waits.append(min(max(0.0, due - self.clock()) + 0.1, LONGEST_WAIT_SECONDS))
        return min(waits, default=None)

    def _look(self, change: Change) -> None:
        started = time.monotonic()
        self.is_hasty = self.desk.look(change)
        if not self.mailbox.is_empty() and self.superseded < MOST_SUPERSEDED:
            self.superseded += 1
            return
        self.superseded = 0
        if not self.is_hasty:
            self.prover.look(self._unproven())
            self._watch(self.desk.extras)
        self._tell()
        self._report(change, time.monotonic() - started)
        if SETTINGS_FILE in change.paths:
            self._report_base_path()

    def _unproven(self) -> dict[str, str]:
        return {slug: card.content for slug, card in self.desk.unproven.items()}

    def _tell(self) -> None:
        """Tell the open tabs what there is now."""
        faults = self.desk.faults()
        news = {
            "revision": self.desk.revision,
            "faults": [fields(fault) for fault in faults],
            "moved": self.desk.moved,
            "checking": self.prover.checking(),
        }
        if news != self.news:
            self.news = news
            self.hub.publish("news", news)
        self._report_faults(faults)

    def _report(self, change: Change, seconds: float) -> None:
        if not change.paths:
            return
        named = sorted(change.paths)[:MOST_NAMED]
        more = (
            f" and {len(change.paths) - len(named)} more" if len(change.paths) > len(named) else ""
        )
        self.say(f"{', '.join(named)}{more}: seen in {seconds * 1000:.0f} ms")

    def _report_base_path(self) -> None:
        before = self.base_path
        with contextlib.suppress(BuildFailed):
            self.base_path = read_settings(self.order.root).base_path
        if self.base_path != before:
            self.say(
                f"base_url now has the path '{self.base_path}/': start the preview anew to have the"
                f" site there; until then it stays at '{self.place.base_path}/'"
            )

    def _report_faults(self, faults: tuple[Fault, ...]) -> None:
        before = {(fault.path, fault.line, fault.message) for fault in self.faults}
        for fault in faults:
            if (fault.path, fault.line, fault.message) not in before:
                place = f"{fault.path}:{fault.line}" if fault.line else fault.path
                place += ": " if place else ""
                label = "warning: " if fault.is_warning else ""
                hint = f"\n    {fault.hint}" if fault.hint else ""
                self.say(f"{place}{label}{fault.message}{hint}")
        if self.faults and not faults:
            self.say("all is well again")
        self.faults = faults

    def _note_proof(self, slug: str, code: int) -> None:
        # From a thread of its own.
        said = {0: "passes", 1: "fails"}.get(code, "could not be checked")
        self.say(f"{slug}: {said}")
        self.mailbox.put(EVERYTHING)


def _unbroken(say: Callable[[str], None]) -> Callable[[str], None]:
    """`say`, for as long as somebody listens: a terminal that was closed, or `| head`, is no reason
    to stop serving.
    """

    def say_if_heard(line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            say(line)

    return say_if_heard
