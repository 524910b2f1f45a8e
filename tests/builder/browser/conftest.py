"""What the tests in a real browser share: Chromium, a page that must stay silent, a server."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.builder.absent import do_without

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


# Not for the whole session: while it is open an event loop runs, which other tests may not expect.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = os.environ.get("PROOFPRESS_BROWSER") or shutil.which("chromium")
    if not found:
        do_without("a browser", "make browser, or name one in PROOFPRESS_BROWSER")
    try:
        from playwright import sync_api
    except ImportError:
        do_without("playwright", "pip install playwright")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A new page, in which a message on the console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: _is_asked_for(message) and said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert said == []


def _is_asked_for(message: Any) -> bool:
    """Whether a message is about what a page asks for; a paper's icon is the browser's idea."""
    return not str(message.location.get("url", "")).endswith("/favicon.ico")


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves a folder and says where."""
    with ExitStack() as servers:
        yield lambda folder: servers.enter_context(_serving(folder))


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(folder))
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing; below /base/ too."""

    # With a connection for each file, one is reset now and then, which is no fault of the page's.
    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/base"))

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Takes as many connections at once as a browser opens."""

    request_queue_size = 64
