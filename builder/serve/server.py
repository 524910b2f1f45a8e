"""The preview's server: a port, and a thread for each connection.

In: where to listen, what is served, a hub of events. Out: a `Server`. It owns the sockets; what a
request gets is decided in `answers`, how bytes are read in `wire`. It has no folder, and starts no
process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping

from builder.errors import MachineFault
from builder.serve.answers import Answer, Offer, Request, answer, failure_answer
from builder.serve.connection import MOST_CONNECTIONS, Limits, Line, converse
from builder.serve.content import Find
from builder.serve.events import Hub, Subscription
from builder.serve.hosts import hosts_of

EVENTS = "/.proofpress/events"
MOST_PORTS = 100
_LAST_PORT = 65535
_BACKLOG = 512
# How long `close` waits for threads to come to their end, and `serve` for a file to be free.
_CLOSING_SECONDS = 0.3
_SHORT_OF_FILES_SECONDS = 0.05
# Tracebacks that are remembered, so that a page that reloads does not fill the terminal.
_MOST_TOLD = 100
# Asked for by browsers of their own accord: no link of the site is wrong.
_UNLINKED = ("/favicon.ico", "/apple-touch-icon", "/.well-known/")


def open_server(
    host: str,
    port: int,
    *,
    find: Find,
    hub: Hub,
    base_path: str = "",
    own: Mapping[str, tuple[str, bytes]] | None = None,
    events: str = EVENTS,
    inject: bytes = b"",
    hosts: Iterable[str] = (),
    log: Callable[[str], None] = lambda _: None,
    limits: Limits | None = None,
) -> Server:
    """A server that listens at the first free port from `port` on (0: at any); MachineFault if it
    can't.

    `find` is called from several threads at once. `base_path` is "" or "/notes". `own` maps
    addresses (the base path left out) to media type and body, `events` is that of the stream of
    events. `inject` goes into the head of HTML pages. `hosts` are names that it goes by besides its
    own, as "name" or "name:port". `log` is given a line for each 404, and a traceback, once, when
    `find` crashes.
    """
    listener = _open_listener(host, port)
    actual = listener.getsockname()[1]
    offer = Offer(find, hosts_of(host, actual, hosts), base_path, own or {}, events, inject)
    return Server(listener, host, offer, hub, log, limits or Limits())


class Server:
    """Listening since it was made; `serve` answers, `close` ends it, from whichever thread."""

    def __init__(
        self,
        listener: socket.socket,
        host: str,
        offer: Offer,
        hub: Hub,
        log: Callable[[str], None],
        limits: Limits,
    ) -> None:
        self.port: int = offer.hosts.port
        shown = "localhost" if offer.hosts.is_everywhere else host
        shown = f"[{shown}]" if ":" in shown else shown
        self.url = f"http://{shown}:{self.port}{offer.base_path}/"
        self._listener, self._offer, self._hub, self._log = listener, offer, hub, log
        self._limits = limits
        self._most = min(limits.connections, _most_files() // 2)
        # Reentrant, because an interrupt may close the server in the midst of an accept.
        self._lock = threading.RLock()
        self._lines: dict[Line, threading.Thread] = {}
        self._told: set[str] = set()
        self._waker, self._alarm = socket.socketpair()
        self._serving: int | None = None
        self._ended = threading.Event()
        self._ended.set()
        self._is_closing = False

    def serve(self) -> None:
        """Answer until the server is closed."""
        with self._lock:
            if self._is_closing:
                return
            self._serving = threading.get_ident()
            self._ended.clear()
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._listener, selectors.EVENT_READ)
                selector.register(self._alarm, selectors.EVENT_READ)
                while not self._is_closing:
                    if any(key.fileobj is self._listener for key, _ in selector.select()):
                        self._accept()
        finally:
            self._ended.set()

    def close(self) -> None:
        """End all connections, streams included, and give the port back; at once."""
        with self._lock:
            if self._is_closing:
                return
            self._is_closing = True
            lines = dict(self._lines)
        self._waker.send(b".")
        for line in lines:
            line.hang_up()
        deadline = time.monotonic() + _CLOSING_SECONDS
        if self._serving != threading.get_ident():
            self._ended.wait(_CLOSING_SECONDS)
        # They end by themselves, but for one that is in the midst of making a page.
        for thread in set(lines.values()) - {threading.current_thread()}:
            thread.join(max(deadline - time.monotonic(), 0))
        # A process that was forked meanwhile has the port too: closing alone would not free it.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for held in (self._listener, self._waker, self._alarm):
            held.close()

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
                time.sleep(_SHORT_OF_FILES_SECONDS)
            return
        line = Line(connected)
        thread = threading.Thread(
            target=self._attend, args=(line,), name="proofpress-connection", daemon=True
        )
        with self._lock:
            if self._is_closing:
                line.close()
                return
            if len(self._lines) >= self._most:
                self._make_room()
            try:
                thread.start()
            except RuntimeError:
                # The machine has no thread left.
                line.close()
                self._make_room()
            else:
                self._lines[line] = thread

    def _make_room(self) -> None:
        """End the line that has waited longest for a request; if none waits, the oldest."""
        with self._lock:
            waiting = [line for line in self._lines if line.waiting_since is not None]
            lines = waiting or list(self._lines)
            if lines:
                oldest = min(lines, key=lambda line: line.waiting_since or line.opened)
                oldest.hang_up()
                del self._lines[oldest]

    def _attend(self, line: Line) -> None:
        try:
            converse(line, self._respond, self._listen, self._limits)
        except OSError:
            # The client went away, which is its right.
            pass
        except Exception:
            self._tell_once(traceback.format_exc())
        finally:
            self._forget(line)

    def _forget(self, line: Line) -> None:
        line.close()
        with self._lock:
            self._lines.pop(line, None)

    def _respond(self, request: Request) -> Answer:
        try:
            sent = answer(request, self._offer)
        except Exception as error:
            self._tell_once(traceback.format_exc())
            return failure_answer(self._offer, f"{type(error).__name__}: {error}")
        path = request.target.removeprefix(self._offer.base_path)
        if sent.status == 404 and not path.startswith(_UNLINKED):
            # A terminal obeys some of what may be sent as an address.
            self._log(f"404 {ascii(request.target)[1:-1]}")
        return sent

    def _listen(self, line: Line) -> Subscription:
        return self._hub.subscribe(line.hang_up, self._limits.keep_alive_seconds)

    def _tell_once(self, text: str) -> None:
        with self._lock:
            is_new = text not in self._told
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            self._told.add(text)
        if is_new:
            self._log(text)


def _open_listener(host: str, port: int) -> socket.socket:
    family, place = _resolve(host)
    last = min(port + MOST_PORTS - 1, _LAST_PORT) if port else 0
    for candidate in range(port, last + 1):
        try:
            return _listen_at(family, (place, candidate))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise MachineFault(
                    f"can't listen at {host}, port {candidate}: {error.strerror}"
                ) from error
    raise MachineFault(f"every port from {port} to {last} is taken: choose another with --port")


def _listen_at(family: socket.AddressFamily, place: tuple[str, int]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # A port that was just given back can be had again; on Windows the option means another
            # thing, a port taken from its owner.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and socket.has_dualstack_ipv6():
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(place)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def _resolve(host: str) -> tuple[socket.AddressFamily, str]:
    """Where a name leads to on this machine; IPv4 first, because browsers differ on ::1."""
    try:
        found = socket.getaddrinfo(
            host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise MachineFault(f"can't listen at '{host}': no address is known for it") from error
    family, _, _, _, place = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, str(place[0])


def _most_files() -> int:
    """How many files and sockets this process may have open."""
    try:
        import resource
    except ImportError:
        return 2 * MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 2 * MOST_CONNECTIONS
