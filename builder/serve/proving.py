"""Cards whose tests run while the author goes on writing.

In: the cards that have no recorded pass, after each look at the site. Out: a process for each that
changed since, ended when the card changes again. What came of it is in the records, where the next
look finds it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

# At the same time; the others wait. A card that hangs must not keep the rest waiting.
MOST = 3
GRACE_SECONDS = 5.0
LEASH = "builder.serve.leash"
# As the command says it of a fault of the machine.
NOT_STARTED = 4


class Prover:
    """Runs `proofpress test` for cards that were saved. Its methods are called from one thread."""

    def __init__(self, root: Path, done: Callable[[str, int], None]) -> None:
        """Of the site in `root`; `done` is called from another thread when a card's tests have run,
        with its name and the command's exit code.
        """
        self.root, self.done = root, done
        self._known: dict[str, str] | None = None
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._waiting: list[str] = []
        self._lock = threading.Lock()

    def look(self, unproven: Mapping[str, str]) -> None:
        """Check the cards that are not proven and were not so before; `unproven` gives for each a
        digest of what it is made of. The first look only takes down what there is.
        """
        before, self._known = self._known, dict(unproven)
        if before is None:
            return
        changed = [slug for slug, content in unproven.items() if before.get(slug) != content]
        with self._lock:
            for slug in list(self._running):
                if slug in changed:
                    _end(self._running.pop(slug))
                elif slug not in unproven:
                    # Most often its own record is what proves it, and it is about to end.
                    self._retire(slug)
            self._waiting = [
                *[slug for slug in self._waiting if slug in unproven and slug not in changed],
                *changed,
            ]
            self._start()

    def checking(self) -> tuple[str, ...]:
        """The cards that are being checked, or will be."""
        with self._lock:
            running = (slug for slug in self._running if slug in (self._known or {}))
            return (*running, *self._waiting)

    def close(self) -> None:
        """End what runs."""
        with self._lock:
            self._waiting.clear()
            while self._running:
                _end(self._running.popitem()[1])

    def _retire(self, slug: str) -> None:
        """Let a run that nobody waits for any more come to its end, if that is soon."""
        timer = threading.Timer(GRACE_SECONDS, self._end_run, (slug, self._running[slug]))
        timer.daemon = True
        timer.start()

    def _end_run(self, slug: str, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if self._running.get(slug) is process and slug not in (self._known or {}):
                _end(self._running.pop(slug))
                self._start()

    def _start(self) -> None:
        while self._waiting and len(self._running) < MOST:
            slug = self._waiting.pop(0)
            # Not from the current folder: a site may have a folder `builder` of its own.
            # In UTF-8, because a command that has to begin again for it would lose its leash.
            python = [sys.executable, "-P", "-X", "utf8"]
            command = [*python, "-m", LEASH, "test", "--root", str(self.root)]
            try:
                process = subprocess.Popen(
                    [*command, "--", slug],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError:
                # No process is left, or Python was replaced meanwhile: the preview goes on.
                threading.Thread(target=self.done, args=(slug, NOT_STARTED), daemon=True).start()
                continue
            self._running[slug] = process
            threading.Thread(target=self._wait, args=(slug, process), daemon=True).start()

    def _wait(self, slug: str, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        _let_go(process)
        with self._lock:
            if self._running.get(slug) is not process:
                return  # another run of it began, or nobody wants to know any more
            del self._running[slug]
            self._start()
        self.done(slug, code)


def _end(process: subprocess.Popen[bytes]) -> None:
    # All of its session; the cards themselves end with the process that watches over them.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _let_go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
