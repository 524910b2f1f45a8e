"""The preview's server with real sockets: ports, connections that are kept, streams, clients that
misbehave, the end.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from builder.errors import MachineFault
from builder.serve.connection import Limits, Line, converse
from builder.serve.content import Content
from builder.serve.events import Hub
from builder.serve.messages import Answer, Request
from builder.serve.server import Server, open_server
from tests.builder.serve.contents import (
    FILM_BYTES,
    bytes_read,
    content_of,
    make_film,
    stored_at,
)

SCRIPT = b"<script></script>"
PAGE = b"<!doctype html><html><head></head><body>A</body></html>"
FILM = bytes(range(256)) * 4096
OUTPUTS = {"index.html": PAGE, "posts/a/index.html": PAGE, "film.mp4": FILM}
SITE = {path: content_of(body) for path, body in OUTPUTS.items()}
Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers at free ports of 127.0.0.1, and closes them at the end."""
    with ExitStack() as stack:

        def start(host: str = "127.0.0.1", port: int = 0, **settings: Any) -> Server:
            server = open_server(
                host, port, **{"find": SITE.get, "hub": Hub(), "inject": SCRIPT, **settings}
            )
            thread = threading.Thread(target=server.serve, daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(server.close)
            return server

        yield start


def connect(server: Server, host: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection((host, server.port), timeout=5)


def request(server: Server, target: str = "/", *lines: str, method: str = "GET") -> bytes:
    host = f"Host: localhost:{server.port}"
    return "\r\n".join([f"{method} {target} HTTP/1.1", host, *lines, "", ""]).encode()


def read_all(connected: socket.socket) -> bytes:
    """Everything until the server ends the connection."""
    received = b""
    while piece := connected.recv(65536):
        received += piece
    return received


def ask(server: Server, data: bytes) -> bytes:
    """What comes back until the server ends the connection."""
    with connect(server) as connected:
        connected.sendall(data)
        return read_all(connected)


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


def get(server: Server, target: str = "/") -> bytes:
    return ask(server, request(server, target, "Connection: close"))


def until(claim: Callable[[], bool]) -> bool:
    """Whether something comes true within five seconds."""
    deadline = time.monotonic() + 5
    while not claim():
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.005)
    return True


def attending() -> list[threading.Thread]:
    """The threads of connections."""
    return [thread for thread in threading.enumerate() if thread.name == "proofpress-connection"]


# --- Ports


def test_a_taken_port_makes_it_take_the_next_free_one(start: Start) -> None:
    first = start()
    second = start(port=first.port)

    assert first.port < second.port <= first.port + 99
    assert second.url == f"http://127.0.0.1:{second.port}/"
    assert status(get(second)) == 200


def test_a_port_that_was_given_back_can_be_had_again_at_once(start: Start) -> None:
    first = start()
    with connect(first) as connected:
        connected.sendall(request(first))
        connected.recv(65536)
        # Who ends a connection keeps its port in mind for a while.
        first.close()
        assert connected.recv(1) == b""

    assert start(port=first.port).port == first.port


def test_a_range_of_taken_ports_ends_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder.serve.server.MOST_PORTS", 1)
    with closing(open_server("127.0.0.1", 0, find=SITE.get, hub=Hub())) as server:
        taken = server.port
        with pytest.raises(MachineFault, match=f"every port from {taken} to {taken}"):
            open_server("127.0.0.1", taken, find=SITE.get, hub=Hub())


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a" * 300])
def test_a_host_that_is_not_this_machine_ends_in_a_message(host: str) -> None:
    with pytest.raises(MachineFault, match="can't listen at"):
        open_server(host, 0, find=SITE.get, hub=Hub())


def test_it_listens_at_an_address_of_ipv6(start: Start) -> None:
    server = start("::1")

    with connect(server, "::1") as connected:
        host = f"[::1]:{server.port}"
        connected.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert status(read_all(connected)) == 200
    assert server.url == f"http://{host}/"


def test_at_all_addresses_digits_are_let_in_and_names_are_not(start: Start) -> None:
    server = start("0.0.0.0")

    for host, expected in (("192.0.2.7:1234", 200), (f"evil.example:{server.port}", 403)):
        head = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        assert status(ask(server, head.encode())) == expected
    assert server.url == f"http://localhost:{server.port}/"


# --- One connection


def test_a_client_of_pythons_own_gets_pages_files_and_parts(start: Start) -> None:
    client = http.client.HTTPConnection("127.0.0.1", start().port, timeout=5)
    with closing(client):
        for target, headers, expected in (
            ("/posts/a/", {}, (200, PAGE.replace(b"<head>", b"<head>" + SCRIPT))),
            ("/film.mp4", {}, (200, FILM)),
            ("/film.mp4", {"Range": "bytes=-3"}, (206, FILM[-3:])),
            ("/film.mp4", {"If-None-Match": "*"}, (304, b"")),
        ):
            client.request("GET", target, headers=headers)
            answer = client.getresponse()
            assert (answer.status, answer.read()) == expected


def test_head_sends_the_same_head_and_no_body(start: Start) -> None:
    server = start()
    for target in ("/", "/film.mp4", "/posts/a", "/nothing"):
        heads = [
            ask(server, request(server, target, "Connection: close", method=method))
            for method in ("GET", "HEAD")
        ]
        shown = [head.partition(b"\r\n\r\n") for head in heads]
        without_date = [
            [line for line in head.split(b"\r\n") if not line.startswith(b"Date")]
            for head, _, _ in shown
        ]
        assert without_date[0] == without_date[1]
        assert shown[0][2]
        assert not shown[1][2]
        assert f"Content-Length: {len(shown[0][2])}".encode() in without_date[0]


def test_requests_on_a_kept_connection_do_not_wait_for_anything(start: Start) -> None:
    client = http.client.HTTPConnection("127.0.0.1", start().port, timeout=5)
    seconds = []
    with closing(client):
        client.connect()
        held = client.sock
        for _ in range(20):
            started = time.perf_counter()
            client.request("GET", "/posts/a/")
            client.getresponse().read()
            seconds.append(time.perf_counter() - started)
            assert client.sock is held

    assert statistics.median(seconds) < 0.02


def test_nothing_is_held_back_to_be_sent_along_with_more() -> None:
    held: list[int] = []
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname(), timeout=5))
        line = Line(listener.accept()[0])
        stack.callback(line.close)

        def respond(_: Request) -> Answer:
            held.append(line.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            return Answer(200, (), closes=True)

        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        converse(line, respond, lambda _: Hub().subscribe(), Limits())

    assert held
    assert all(held)


def test_an_answer_comes_in_one_piece(start: Start) -> None:
    server = start()
    with connect(server) as connected:
        for _ in range(20):
            connected.sendall(request(server))
            head, _, body = connected.recv(65536).partition(b"\r\n\r\n")
            assert f"Content-Length: {len(body)}".encode() in head


def test_requests_that_come_together_are_answered_in_order(start: Start) -> None:
    server = start()
    both = request(server, "/nothing") + request(server, "/", "Connection: close")

    received = ask(server, both)

    assert [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]] == [404, 200]


def test_a_body_is_never_taken_for_a_request(start: Start) -> None:
    server = start()
    hidden = request(server, "/film.mp4")

    for head in (
        request(server, "/", f"Content-Length: {len(hidden)}"),
        request(server, "/", "Transfer-Encoding: chunked"),
        request(server, "/", f"Content-Length: {len(hidden)}", method="POST"),
        request(server, "/", "Content-Length: 0", f"Content-Length: {len(hidden)}"),
    ):
        received = ask(server, head + hidden)
        assert received.count(b"HTTP/1.1 ") == 1
        assert status(received) in (400, 405)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"\x00" * 5000, 400),
        (b"GET / HTTP/1.1\n\n", 400),
        (b"GET /" + b"a" * 100_000, 414),
        (b"GET /" + b"a" * 3_000_000, 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + b"a" * 3_000_000, 405),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /../x HTTP/1.1\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
    ],
)
def test_bad_bytes_get_an_answer_that_can_be_read(
    start: Start, capfd: pytest.CaptureFixture[str], data: bytes, expected: int
) -> None:
    server = start()

    assert status(ask(server, data.replace(b"PORT", str(server.port).encode()))) == expected
    assert status(get(server)) == 200
    assert capfd.readouterr().err == ""


def test_a_long_file_arrives_whole_and_every_answer_says_who_may_use_it(start: Start) -> None:
    head, _, body = get(start(), "/film.mp4").partition(b"\r\n\r\n")

    assert body == FILM
    for line in (b"X-Content-Type-Options: nosniff", b"Cross-Origin-Resource-Policy: same-origin"):
        assert line in head


# --- Files that are not held in memory


def count_bytes(connected: socket.socket) -> int:
    """How much comes until the server ends the connection; none of it is kept."""
    count = 0
    while piece := connected.recv(65536):
        count += len(piece)
    return count


def open_files() -> list[str]:
    """What this process has open."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        # What lists them is gone by now.
        with suppress(OSError):
            found.append(str(entry.readlink()))
    return found


def is_open(file: Path) -> bool:
    return str(file) in open_files()


def test_of_a_large_file_only_what_is_asked_for_is_read(start: Start, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4")
    server = start(find=lambda _: stored_at(film))
    expected = [
        ("GET", "bytes=0-4", 206, b"begin"),
        ("GET", "bytes=-3", 206, b"end"),
        ("GET", f"bytes={FILM_BYTES}-", 416, None),
        ("HEAD", "bytes=0-4", 200, b""),
    ]
    before = bytes_read()
    for method, wanted, code, body in expected:
        lines = (f"Range: {wanted}", "Connection: close")
        received = ask(server, request(server, "/film.mp4", *lines, method=method))
        assert status(received) == code
        if body is not None:
            assert received.partition(b"\r\n\r\n")[2] == body

    assert bytes_read() - before < 100_000


def test_a_large_file_arrives_whole_and_never_is_in_memory(start: Start, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4")
    server = start(find=lambda _: stored_at(film))
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    with closing(client):
        tracemalloc.start()
        try:
            client.request("GET", "/film.mp4")
            answer = client.getresponse()
            assert answer.length == FILM_BYTES
            assert answer.read(5) == b"begin"
            while piece := answer.read(65536):
                last = piece
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert last.endswith(b"\0end")
        assert peak < FILM_BYTES / 8
        # And the connection is kept.
        held = client.sock
        client.request("GET", "/film.mp4", headers={"Range": "bytes=-4"})
        assert client.getresponse().read() == b"\0end"
        assert client.sock is held
    assert until(lambda: not is_open(film))


def test_a_file_that_changes_while_it_is_sent_is_not_sent_to_its_end(
    start: Start, tmp_path: Path
) -> None:
    logged: list[str] = []
    film = make_film(tmp_path / "film.mp4")
    stored = stored_at(film)
    server = start(find=lambda _: stored, log=logged.append)
    with connect(server) as connected:
        connected.sendall(request(server, "/film.mp4"))
        assert status(connected.recv(4096)) == 200
        os.utime(film, (1, 1))

        assert count_bytes(connected) < FILM_BYTES / 2

    # Before its first byte, there is no answer at all, and so no length that is not kept.
    assert ask(server, request(server, "/film.mp4")) == b""
    film.unlink()
    assert ask(server, request(server, "/film.mp4")) == b""
    assert status(ask(server, request(server, "/film.mp4", "Connection: close", method="HEAD")))
    assert logged == []
    assert until(lambda: not is_open(film))


def test_who_leaves_in_the_midst_of_a_file_leaves_it_closed(start: Start, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4")
    server = start(find=lambda _: stored_at(film), limits=Limits(send_seconds=1.0))
    with connect(server) as slow, connect(server) as gone:
        for connected in (slow, gone):
            connected.sendall(request(server, "/film.mp4"))
            assert status(connected.recv(4096)) == 200
        assert is_open(film)
        gone.close()

        assert until(lambda: not is_open(film))
        assert until(lambda: not attending())


# --- Slow clients, and many


def test_a_head_that_trickles_is_not_waited_for_longer_than_its_time(start: Start) -> None:
    server = start(limits=Limits(head_seconds=0.3))
    with connect(server) as connected:
        started = time.monotonic()
        connected.settimeout(0.02)
        received = b""
        for letter in b"GET / HTTP/1.1\r\nX: " + b"a" * 500:
            connected.sendall(bytes([letter]))
            try:
                received = connected.recv(4096)
                break
            except TimeoutError:
                continue

        assert status(received) == 408
        assert 0.2 < time.monotonic() - started < 3


@pytest.mark.parametrize("greeting", [b"", b"G"])
def test_who_says_nothing_is_let_go(start: Start, greeting: bytes) -> None:
    server = start(limits=Limits(head_seconds=0.05))

    assert ask(server, greeting)[:12] in (b"", b"HTTP/1.1 408")


def test_a_kept_connection_ends_when_it_was_idle_for_long(start: Start) -> None:
    server = start(limits=Limits(idle_seconds=0.05))

    assert ask(server, request(server)).count(b"HTTP/1.1 ") == 1


def test_a_kept_connection_is_no_longer_patient_with_a_head(start: Start) -> None:
    server = start(limits=Limits(head_seconds=0.05, idle_seconds=60))

    received = ask(server, request(server) + b"G")

    assert [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]] == [200, 408]
    with connect(server) as connected:
        connected.sendall(request(server))
        connected.recv(65536)
        connected.sendall(b"G")
        assert status(connected.recv(65536)) == 408


def test_two_hundred_slow_connections_do_not_stop_the_next_one(start: Start) -> None:
    server = start()
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(server)) for _ in range(200)]
        for number, connected in enumerate(slow):
            connected.sendall(request(server)[: number % 30])

        assert status(get(server)) == 200
        # And each of them is still served.
        slow[29].sendall(request(server)[29:])
        assert status(slow[29].recv(65536)) == 200


def test_beyond_the_most_connections_the_one_that_waited_longest_goes(start: Start) -> None:
    hub = Hub()
    server = start(limits=Limits(connections=10), hub=hub)
    with ExitStack() as stack:
        stream = stack.enter_context(connect(server))
        stream.sendall(request(server, "/.proofpress/events"))
        assert until(lambda: hub.count() == 1)
        slow = []
        for _ in range(40):
            slow.append(stack.enter_context(connect(server)))
            slow[-1].sendall(b"GET / HT")
            assert status(get(server)) == 200

        assert slow[0].recv(1) == b""
        slow[-1].sendall(b"TP/1.1\r\n\r\n")
        assert status(slow[-1].recv(4096)) == 400
        # A stream does not wait for a request, so it is not what makes room.
        assert hub.count() == 1


def test_a_kept_connection_that_was_used_last_goes_last_and_a_stream_after_them(
    start: Start,
) -> None:
    hub = Hub()
    server = start(limits=Limits(connections=3), hub=hub)
    with listen(server), connect(server) as one, connect(server) as two:
        for used in (one, two, one):
            used.sendall(request(server))
            assert status(used.recv(65536)) == 200
            # An answer is with its client a moment before its connection waits again.
            assert until(
                lambda: sum(line.waiting_since is not None for line in list(server._lines)) == 2
            )

        assert status(get(server)) == 200

        assert two.recv(1) == b""
        one.sendall(request(server))
        assert status(one.recv(65536)) == 200
        assert hub.count() == 1


def test_a_client_that_reads_nothing_is_let_go(start: Start) -> None:
    server = start(limits=Limits(send_seconds=0.1), find=lambda _: content_of(FILM * 30))
    with connect(server) as connected:
        connected.sendall(request(server))
        assert until(lambda: bool(attending()))
        assert until(lambda: not attending())


def test_a_client_that_goes_away_leaves_no_trace(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    logged: list[str] = []
    server = start(log=logged.append)
    for data in (b"", b"GET", request(server, "/film.mp4"), request(server, "/.proofpress/events")):
        connected = connect(server)
        connected.sendall(data)
        # Reset, not closed: what is sent from now on fails.
        connected.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )
        connected.close()

    assert status(get(server)) == 200
    server.close()
    assert logged == []
    assert capfd.readouterr() == ("", "")


# --- Events


def read_until(connected: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        piece = connected.recv(4096)
        assert piece, received
        received += piece
    return received


def listen(server: Server) -> socket.socket:
    connected = connect(server)
    connected.sendall(request(server, "/.proofpress/events"))
    assert b"text/event-stream" in read_until(connected, b"retry: 1000\n\n")
    return connected


def test_what_is_published_is_heard_in_every_tab(start: Start) -> None:
    hub = Hub()
    server = start(hub=hub)
    with listen(server) as one, listen(server) as two:
        hub.publish("page", {"url": "/"})

        for tab in (one, two):
            assert read_until(tab, b"\n\n") == b'event: page\ndata: {"url":"/"}\n\n'


def test_a_tab_that_is_closed_is_forgotten_at_once(start: Start) -> None:
    hub = Hub()
    server = start(hub=hub)
    tab = listen(server)
    assert hub.count() == 1

    tab.close()

    assert until(lambda: hub.count() == 0)


def test_a_closed_hub_ends_the_streams_of_a_server_that_goes_on(start: Start) -> None:
    hub = Hub()
    server = start(hub=hub)
    with listen(server) as tab:
        hub.close()

        assert tab.recv(1) == b""
    assert status(get(server)) == 200


def test_a_tab_that_does_not_keep_up_never_stops_the_telling(start: Start) -> None:
    hub = Hub()
    server = start(hub=hub)
    with listen(server) as slow:
        started = time.monotonic()
        for _ in range(2000):
            hub.publish("page", "x" * 100_000)
            if hub.count() == 0:
                break

        assert hub.count() == 0
        assert time.monotonic() - started < 5
        # It is told by the stream's end, comes back, and asks anew.
        slow.settimeout(5)
        while slow.recv(1 << 20):
            pass


def test_other_origins_hear_nothing(start: Start) -> None:
    server = start()
    foreign = request(server, "/.proofpress/events", "Origin: http://evil.example")

    assert status(ask(server, foreign)) == 403


def test_head_of_the_events_is_only_their_head(start: Start) -> None:
    server = start()
    received = ask(server, request(server, "/.proofpress/events", method="HEAD"))

    assert status(received) == 200
    assert received.endswith(b"\r\n\r\n")


def test_a_silent_stream_is_kept_alive(start: Start) -> None:
    server = start(limits=Limits(keep_alive_seconds=0.01))
    with listen(server) as tab:
        assert read_until(tab, b":\n\n:\n\n")


# --- What goes wrong, and the end


def test_a_crash_is_a_page_and_one_traceback_and_the_server_goes_on(start: Start) -> None:
    logged: list[str] = []

    def find(path: str) -> Content | None:
        if path == "bad/index.html":
            raise ValueError("broken <template>")
        return SITE.get(path)

    server = start(find=find, log=logged.append)

    for _ in range(3):
        received = get(server, "/bad/")
        assert status(received) == 500
        assert b"ValueError: broken &lt;template&gt;" in received
        assert SCRIPT in received
    assert status(get(server)) == 200
    assert len(logged) == 1
    assert logged[0].startswith("Traceback")
    assert logged[0].endswith("ValueError: broken <template>\n")


def test_a_line_is_logged_for_what_is_missing_and_for_nothing_else(start: Start) -> None:
    logged: list[str] = []
    server = start(log=logged.append)

    for target in ("/", "/posts/a", "/nothing?x", "/favicon.ico", "/\x9b31m", "/%1b"):
        get(server, target)
    ask(server, request(server, "/x", "Connection: close").replace(b"/x", b"/\xc2\x9b"))

    assert logged == ["404 /nothing?x", r"404 /\xc2\x9b31m", r"404 /\xc2\x9b"]


def test_closing_ends_streams_slow_clients_and_the_port_at_once(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    server = start()
    with ExitStack() as stack:
        tabs = [stack.enter_context(listen(server)) for _ in range(5)]
        slow = [stack.enter_context(connect(server)) for _ in range(50)]
        for connected in slow:
            connected.sendall(b"GET / HT")
        assert status(get(server)) == 200

        started = time.monotonic()
        server.close()
        seconds = time.monotonic() - started

        assert seconds < 0.5
        for connected in (*tabs, *slow):
            assert connected.recv(4096) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(server)
    assert capfd.readouterr().err == ""


def test_a_page_in_the_making_does_not_hold_up_the_end(start: Start) -> None:
    started, goes_on = threading.Event(), threading.Event()

    def find(path: str) -> Content | None:
        started.set()
        goes_on.wait(10)
        return SITE.get(path)

    server = start(find=find)
    with connect(server) as connected:
        connected.sendall(request(server))
        assert started.wait(5)
        before = time.monotonic()
        server.close()
        assert time.monotonic() - before < 0.5
        goes_on.set()


def test_it_can_be_closed_twice_and_before_it_ever_served() -> None:
    before = set(open_files())
    server = open_server("127.0.0.1", 0, find=SITE.get, hub=Hub())
    # Somebody waits already.
    with connect(server) as waiting:
        server.close()
        server.close()

        # What nobody accepted ends with the port.
        with pytest.raises(ConnectionResetError):
            waiting.recv(1)
    with pytest.raises(ConnectionRefusedError):
        connect(server)
    # A server that was closed serves no more: this comes to its end at once.
    late = threading.Thread(target=server.serve, daemon=True)
    late.start()
    late.join(5)
    assert not late.is_alive()
    # The port, and what wakes it, were given back.
    assert set(open_files()) <= before


def test_who_serves_knows_of_the_end_at_once() -> None:
    server = open_server("127.0.0.1", 0, find=SITE.get, hub=Hub())
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    assert status(get(server)) == 200

    started = time.monotonic()
    server.close()

    # Less than `close` is willing to wait.
    assert time.monotonic() - started < 0.2
    thread.join(5)
    assert not thread.is_alive()


def test_no_thread_is_left(start: Start) -> None:
    before = set(threading.enumerate())
    server = start()
    with listen(server):
        get(server)
        server.close()

    assert until(lambda: set(threading.enumerate()) <= before)
