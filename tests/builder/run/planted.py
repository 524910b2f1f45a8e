"""Cards planted into a site, and what is left of them on the machine."""

from __future__ import annotations

import os
import select
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DOUBLE = "def double(x):\n    return 2 * x\n"
IMPORT = "from snippets.card import double\n"


def plant(root: Path, test: str, code: str = DOUBLE, slug: str = "card") -> None:
    for path, text in {f"snippets/{slug}.py": code, f"tests/snippets/test_{slug}.py": test}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def marked(marker: str) -> list[int]:
    """The processes with a variable of this value in their environment, and all they started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if marker.encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
    return found


def still_running(pids: Iterable[int], seconds: float = 10) -> list[int]:
    """Those that have not ended after some seconds: a killed process takes a moment."""
    handles = {}
    for pid in pids:
        with suppress(ProcessLookupError):
            handles[pid] = os.pidfd_open(pid)
    try:
        return [
            pid
            for pid, handle in handles.items()
            if not select.select([handle], [], [], seconds)[0]
        ]
    finally:
        for handle in handles.values():
            os.close(handle)


class Pipe:
    """A named pipe outside of the site, through which a card tells that it has got so far.

    `told` opens and writes: what a card does to send a word.
    """

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        os.mkfifo(path)
        self.handle = os.open(path, os.O_RDWR)  # so that neither end waits for the other to open
        self.told = f"open({str(path)!r}, 'w').write('x')"

    def wait(self, seconds: float = 60) -> None:
        """Returns when a card has sent a word."""
        assert select.select([self.handle], [], [], seconds)[0], "no card came so far"
        os.read(self.handle, 1)


@contextmanager
def pipe(path: Path) -> Iterator[Pipe]:
    made = Pipe(path)
    try:
        yield made
    finally:
        os.close(made.handle)
