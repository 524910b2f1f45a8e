"""Links to other sites, asked of a server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from builder.errors import Problem
from tests.builder.check.output import Output


@dataclass
class OtherSite:
    """A server: the requests it got, and how many it was answering at once at most."""

    url: str
    asked: list[str] = field(default_factory=list)
    most: int = 0


REDIRECTS = {"/moved": "/fine", "/loop": "/loop", "/escape": "file:///etc/passwd"}


class Handler(BaseHTTPRequestHandler):
    """Answers /404 with that status, /HEAD/404 only when asked with HEAD, others with 200."""

    site: OtherSite
    at_once = 0
    lock = threading.Lock()
    is_over = threading.Event()

    def answer(self) -> None:
        kind = type(self)
        path = self.path.partition("?")[0]
        with kind.lock:
            self.site.asked.append(f"{self.command} {self.path}")
            kind.at_once += 1
            self.site.most = max(self.site.most, kind.at_once)
        if path == "/crowd":
            # Long enough for others to come, were they let.
            kind.is_over.wait(0.1)
        if path == "/silent":
            kind.is_over.wait()
        with kind.lock:
            kind.at_once -= 1
        if path == "/silent" or f"{self.command} {path}" == "HEAD /hang-up":
            self.close_connection = True
            return
        status = path.removeprefix(f"/{self.command}").removeprefix("/")
        self.send_response(302 if path in REDIRECTS else int(status) if status.isdigit() else 200)
        if path in REDIRECTS:
            self.send_header("Location", REDIRECTS[path])
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherSite]:
    """A site at another host, for as long as the test runs."""
    # A proxy of the machine that runs the tests would be asked instead.
    monkeypatch.setenv("no_proxy", "*")
    handler = type("SiteHandler", (Handler,), {"is_over": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    site = handler.site = OtherSite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    handler.is_over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def ask(output: Output, **options: float) -> list[Problem]:
    return list(output.seal().check(external=True, **options).problems)


def test_a_link_that_answers_is_fine(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/200">x</a> <a href="{other.url}/204?q=%20#x">x</a>')

    assert ask(output) == []
    assert sorted(other.asked) == ["HEAD /200", "HEAD /204?q=%20"]


def test_without_the_option_nobody_is_asked(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/404">x</a>')

    assert output.problems == []
    assert other.asked == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "Not Found"), (410, "Gone"), (500, "Internal Server Error"), (401, "Unauthorized")],
)
def test_a_link_that_answers_with_an_error_is_found(
    output: Output, other: OtherSite, status: int, reason: str
) -> None:
    output.page("a/", f'<a href="{other.url}/{status}">x</a>')

    assert ask(output) == [
        Problem("a/index.html", 0, f"{other.url}/{status} answers {status} {reason}")
    ]


def test_each_address_is_asked_once_and_told_with_its_pages(
    output: Output, other: OtherSite
) -> None:
    for name in "abcdef":
        dead = f'<a href="{other.url}/404">y</a>'
        output.page(f"{name}/", f'<a href="{other.url}/200#{name}">x</a>{dead}{dead}')

    (problem,) = ask(output)

    assert problem.path == "a/index.html"
    assert problem.hint == "also in b/index.html, c/index.html, d/index.html, 2 more"
    assert sorted(other.asked) == ["GET /404", "HEAD /200", "HEAD /404"]


@pytest.mark.parametrize("status", [405, 403, 501, 404, 503])
def test_a_server_that_refuses_head_is_asked_with_get(
    output: Output, other: OtherSite, status: int
) -> None:
    output.page("a/", f'<a href="{other.url}/HEAD/{status}">x</a>')

    assert ask(output) == []
    assert other.asked == [f"HEAD /HEAD/{status}", f"GET /HEAD/{status}"]


def test_a_server_that_hangs_up_on_head_is_asked_with_get(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/hang-up">x</a>')

    assert ask(output) == []


def test_redirects_are_followed_with_the_same_method(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/moved">x</a>')

    assert ask(output) == []
    assert other.asked == ["HEAD /moved", "HEAD /fine"]


def test_redirects_without_end_are_found(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/loop">x</a>')

    (problem,) = ask(output)
    assert problem.message.startswith(f"{other.url}/loop answers 302 ")
    assert "\n" not in problem.message


def test_a_redirect_to_a_file_of_this_machine_is_not_followed(
    output: Output, other: OtherSite
) -> None:
    output.page("a/", f'<a href="{other.url}/escape">x</a>')

    (problem,) = ask(output)
    assert problem.message.startswith(f"{other.url}/escape answers 302 ")


def test_being_asked_too_often_is_a_warning(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/429">x</a>')

    (problem,) = ask(output)
    assert problem.is_warning
    assert other.asked == ["HEAD /429"]


def test_a_server_that_does_not_answer_in_time_is_found(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/silent">x</a>')

    assert ask(output, timeout_seconds=0.2) == [
        Problem("a/index.html", 0, f"{other.url}/silent does not answer in 0.2 s")
    ]


def test_a_port_where_nobody_listens_is_found(output: Output, other: OtherSite) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        output.page("a/", f'<a href="{url}">x</a><a href="{other.url}/200">x</a>')

        assert ask(output) == [
            Problem("a/index.html", 0, f"{url} cannot be reached: Connection refused")
        ]


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999/", "http://127.0.0.1:x/"])
def test_an_impossible_port_is_found(
    output: Output, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    output.page("a/", f'<a href="{address}">x</a>')

    (problem,) = ask(output)
    assert problem.message.startswith(f"{address} cannot be reached: ")


def test_characters_outside_ascii_travel_encoded(output: Output, other: OtherSite) -> None:
    output.page("a/", f'<a href="{other.url}/größe?ü=%C3%BC">x</a>')

    assert ask(output) == []
    assert other.asked == ["HEAD /gr%C3%B6%C3%9Fe?%C3%BC=%C3%BC"]


def test_no_host_gets_more_than_two_questions_at_a_time(output: Output, other: OtherSite) -> None:
    links = "".join(f'<a href="{other.url}/crowd?{number}">x</a>' for number in range(8))
    output.page("a/", links)

    assert ask(output) == []
    assert len(other.asked) == 8
    assert other.most == 2
