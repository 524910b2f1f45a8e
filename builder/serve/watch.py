"""Somebody saves a file of the site: tell, once for each burst of events.

In: which folders and files matter. Out: `Change`s, handed to a function in the watcher's own
thread. What is done about a change is not known here. See `folders`, `polling` and `elsewhere` for
where the events come from.
"""

from __future__ import annotations

import errno
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from builder.serve.change import Change
from builder.serve.folders import Folders
from builder.serve.heard import Heard, Scope, Source, scope_of
from builder.serve.polling import Polling

SETTLE_SECONDS = 0.03
# Who is told of a stream of events that does not end is told of everything.
PATIENCE_SECONDS = 0.25
CLOSING_SECONDS = 0.25
_LIMITS = Path("/proc/sys/fs/inotify")


def watch(
    root: Path,
    folders: Sequence[Path],
    files: Sequence[Path],
    ring: Callable[[Change], None],
    *,
    poll: bool,
    say: Callable[[str], None],
    settle: float = SETTLE_SECONDS,
) -> Watcher:
    """Watch folders, with all that is in them, and single files; none need be there yet.

    What happens after this returns is told: `ring` is called from one thread, never twice at once,
    when nothing was heard for `settle` seconds. What happens while it runs is told with its next
    call. `poll`: look at the files every so often, for disks whose changes the system does not tell
    of; also done, and said, where the system refuses to tell.
    """
    scope = scope_of(root, (*folders, *files))
    if poll:
        return Watcher(scope, _start_polling(scope, say), ring, say, settle)
    try:
        source = _listen(scope)
    except OSError as error:
        say(_reason(error))
        source = _start_polling(scope, say)
    return Watcher(scope, source, ring, say, settle)


class Watcher:
    """Tells of changes until it is closed."""

    def __init__(
        self,
        scope: Scope,
        source: Source,
        ring: Callable[[Change], None],
        say: Callable[[str], None],
        settle: float,
    ) -> None:
        self._scope, self._source = scope, source
        self._ring, self._say, self._settle = ring, say, settle
        self._is_closed = False
        # Held while a source is woken, exchanged or given back.
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="proofpress-watch", daemon=True)
        self._thread.start()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_polling(self) -> bool:
        """Whether files are looked at every so often, instead of being told of."""
        return isinstance(self._source, Polling)

    def close(self) -> None:
        """Tell of nothing more; a `ring` that runs is waited for, but not for long."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._source.wake()
        if self._thread is not threading.current_thread():
            self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        while not self._is_closed:
            heard = Heard()
            try:
                is_news = self._gather(heard)
            except OSError as error:
                is_news = self._fall_back(error)
                heard.sweep()
            if is_news and not self._is_closed:
                self._ring(heard.change(self._scope.root))
        with self._lock:
            self._source.close()

    def _gather(self, heard: Heard) -> bool:
        """Wait for a burst of events and for its end; whether there was one."""
        if not self._source.hear(heard, None):
            return False
        latest = time.monotonic() + PATIENCE_SECONDS
        while self._source.hear(heard, self._settle):
            if time.monotonic() > latest:
                heard.sweep()
                break
        return True

    def _fall_back(self, error: OSError) -> bool:
        """Go on by polling; True, for nobody knows what was missed."""
        self._say(_reason(error))
        polling = _start_polling(self._scope, self._say)
        with self._lock:
            broken, self._source = self._source, polling
            if self._is_closed:
                polling.wake()
            broken.close()
        return True


def _listen(scope: Scope) -> Source:
    system: str = sys.platform
    if system == "linux":
        return Folders(scope)
    # watchdog takes long to import, and Linux does without.
    from builder.serve.elsewhere import Elsewhere

    return Elsewhere(scope)


def _start_polling(scope: Scope, say: Callable[[str], None]) -> Polling:
    polling = Polling(scope)
    say(
        f"looking for changed files every {polling.interval:.2g} s; a look takes"
        f" {polling.seconds * 1000:.0f} ms"
    )
    return polling


def _reason(error: OSError) -> str:
    """Why the system tells of no changes, and what to do about it."""
    if error.errno == errno.ENOSPC:
        return (
            "the system lets you watch no more folders: this program and others, such as editors,"
            f" have used them up, so saves will show later; {_way_out('max_user_watches', 524_288)}"
        )
    if error.errno == errno.EMFILE:
        return (
            "the system lets no more of your programs watch files, so saves will show later;"
            f" {_way_out('max_user_instances', 1024)}, or raise this process's limit of open"
            " files: ulimit -n 4096"
        )
    if error.errno == errno.ENOENT:
        return "the site's folder, or the theme's, was moved or deleted"
    return f"the system does not tell of changed files ({error.strerror}), so saves will show later"


def _way_out(limit: str, least: int) -> str:
    try:
        now = int((_LIMITS / limit).read_text())
    except (OSError, ValueError):
        now = 0
    return f"to raise the limit: sudo sysctl fs.inotify.{limit}={max(least, 2 * now)}"
