"""The preview as a process: what it says, what it serves."""

from __future__ import annotations

import http.client
import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.builder.command import CHECKOUT, command, environment
from tests.builder.project import Project

PATIENCE_SECONDS = 30.0


class Served:
    """A site's preview; `url` ends with a slash."""

    def __init__(self, project: Project, process: subprocess.Popen[str]) -> None:
        self.project, self.process = project, process
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.url = self.hear(r"preview is at (\S+)")[1]
        self.port = int(re.split(r"[:/]", self.url)[4])

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line)

    def hear(self, pattern: str) -> re.Match[str]:
        """Wait until it says a line in which the pattern is."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"'{pattern}' was not said: {self.said}") from None
            self.said.append(line)
            if found := re.search(pattern, line):
                return found

    def get(self, path: str) -> tuple[int, str]:
        """The status and the text of what lies at a path of the site ("/posts/a/")."""
        status, body = self.get_bytes(path)
        return status, body.decode()

    def get_bytes(self, path: str, **headers: str) -> tuple[int, bytes]:
        """The same, not decoded."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def await_text(self, path: str, text: str) -> str:
        """What is served at a path, once it has the text in it."""
        found = ""

        def has_it() -> bool:
            nonlocal found
            found = self.get(path)[1]
            return text in found

        until(has_it)
        return found

    def interrupt(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that will be so soon."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.02)


def processes(project: Project) -> list[int]:
    """The processes that were started for a site."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            try:
                line = (place / "cmdline").read_bytes()
            except OSError:
                continue
            if str(project.root).encode() in line:
                found.append(int(place.name))
    return found


def heed_signals() -> None:
    """As from a terminal: what a script starts in the background ignores some of them."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def serving(project: Project, *arguments: object, port: int = 0) -> Iterator[Served]:
    """The preview of a site, on any free port unless one is given."""
    process = subprocess.Popen(
        command("serve", "--root", project.root, "--port", port, *arguments), cwd=CHECKOUT,
        env=environment(PYTHONUNBUFFERED="1"), stderr=subprocess.PIPE, text=True,
        preexec_fn=heed_signals,
    )  # fmt: skip
    try:
        yield Served(project, process)
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
