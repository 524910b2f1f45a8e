"""One connection: requests in, answers out, until either side has had enough.

In: a socket, and who answers. Out: bytes, and at the end a closed socket. It never waits longer
than `Limits` allow, and whatever the other side does, what it raises is an OSError.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from email.utils import formatdate

from builder.serve.content import read_part
from builder.serve.events import KEEP_ALIVE_SECONDS, Subscription
from builder.serve.messages import Answer, Request, notice
from builder.serve.wire import is_kept, take_request, write_head

MOST_CONNECTIONS = 512
_PIECE_BYTES = 256 * 1024
_PARTING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a client may take, and how many there may be.

    `head_seconds` is from a request's first byte to the end of its head, however it trickles;
    `idle_seconds` between requests; `send_seconds` for each quarter of a mebibyte of an answer.
    """

    head_seconds: float = 10.0
    idle_seconds: float = 60.0
    send_seconds: float = 20.0
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS
    connections: int = MOST_CONNECTIONS


class Line:
    """A connection as others see it: since when it waits for a request, and how to end it.

    `waiting_since` is None while a request is answered or events are sent.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.opened = time.monotonic()
        self.waiting_since: float | None = self.opened
        # A closed socket's number may be another's by the time it is hung up.
        self._lock = threading.RLock()

    def hang_up(self) -> None:
        """End it from any thread.

        Whoever waits for the socket wakes up, and its own thread closes it.
        """
        # Gone already is as good.
        with self._lock, contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back; for its own thread, once nobody else reads or writes it."""
        # Shut down first: a process that was forked meanwhile holds the socket open.
        self.hang_up()
        with self._lock:
            self.socket.close()


def converse(
    line: Line,
    respond: Callable[[Request], Answer],
    listen: Callable[[Line], Subscription],
    limits: Limits,
) -> None:
    """Answer what comes along a line until it ends; OSError if the other side ended it."""
    # An answer is sent at once: waiting for more to send along would cost 40 ms a request.
    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    patience, rest = limits.head_seconds, b""
    while True:
        taken = _receive(line, rest, patience, limits)
        if taken is None:
            return
        request, rest = taken
        if isinstance(request, Answer):
            _send(line, request, limits, has_body=True, keeps=False)
            break
        sent = respond(request)
        keeps = is_kept(request, sent)
        _send(line, sent, limits, has_body=request.method != "HEAD", keeps=keeps)
        if sent.is_stream and request.method != "HEAD":
            _stream(line, listen)
            return
        if not keeps:
            break
        patience = limits.idle_seconds
    _part(line)


def _receive(
    line: Line, received: bytes, patience: float, limits: Limits
) -> tuple[Request | Answer, bytes] | None:
    """The next request, or the answer to what is none, and what came after it; None: no more."""
    line.waiting_since = now = time.monotonic()
    deadline = now + (limits.head_seconds if received else patience)
    while (taken := take_request(received)) is None:
        line.socket.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            piece = line.socket.recv(_PIECE_BYTES)
        except TimeoutError:
            slow = notice(408, "The request took too long to arrive.", closes=True)
            return (slow, b"") if received else None
        if not piece:
            return None
        if not received:
            deadline = time.monotonic() + limits.head_seconds
        received += piece
    line.waiting_since = None
    return taken


def _send(line: Line, sent: Answer, limits: Limits, *, has_body: bool, keeps: bool) -> None:
    """Head and body in one piece, or as few as a long body needs."""
    head = write_head(sent, formatdate(usegmt=True), keeps=keeps)
    line.socket.settimeout(limits.send_seconds)
    if not has_body:
        line.socket.sendall(head)
        return
    with contextlib.closing(_pieces(sent)) as pieces:
        line.socket.sendall(head + next(pieces, b""))
        for piece in pieces:
            line.socket.sendall(piece)


def _pieces(sent: Answer) -> Generator[bytes | memoryview, None, None]:
    """What is sent after the head.

    OSError where a file changes meanwhile: the length that was told is not reached then, and so the
    client knows.
    """
    if sent.part is not None:
        yield from read_part(sent.part, _PIECE_BYTES)
    body = memoryview(sent.body)
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]


def _stream(line: Line, listen: Callable[[Line], Subscription]) -> None:
    """Events, until the hub or the client ends them.

    One thread sends. This one reads, because only so is it noticed at once that a tab was closed.
    """
    # Its end hangs up, and so ends the reading too.
    subscription = listen(line)
    sender = threading.Thread(target=_pass_on, args=(line, subscription), daemon=True)
    try:
        line.socket.settimeout(None)
        sender.start()
        while line.socket.recv(_PIECE_BYTES):
            pass
    finally:
        subscription.close()
        line.hang_up()
        # The socket is closed next, and its number may be given to another.
        if sender.ident is not None:
            sender.join()


def _pass_on(line: Line, subscription: Subscription) -> None:
    with contextlib.suppress(OSError):
        for piece in subscription:
            line.socket.sendall(piece)


def _part(line: Line) -> None:
    """Let the client read the last answer.

    A socket that is closed with something unread resets the connection, answer and all.
    """
    line.socket.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + _PARTING_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        line.socket.settimeout(left)
        if not line.socket.recv(_PIECE_BYTES):
            return
