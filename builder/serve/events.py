"""News for the open tabs: server-sent events from one who tells to all who listen.

In: named events with JSON-able data. Out: the bytes of streams. Whoever tells is never kept
waiting: a listener that does not keep up is let go, and finds out what it missed when it comes
back. It knows no socket.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from builder.codec import to_json

KEEP_ALIVE_SECONDS = 15.0
MOST_WAITING = 64
# How soon a browser comes back after a stream has ended.
_BEGINNING = b"retry: 1000\n\n"
_COMMENT = b":\n\n"

Event = tuple[str, object]


class Hub:
    """Where events are told; `greet` gives those that every new listener gets first.

    It is called without a lock, after the listener was entered, so that nothing is missed between.
    """

    def __init__(self, greet: Callable[[], Iterable[Event]] = tuple) -> None:
        self._greet = greet
        # Reentrant, because an interrupt may close the hub in the midst of a telling.
        self._lock = threading.RLock()
        self._listeners: set[Subscription] = set()
        self._is_closed = False

    def publish(self, name: str, data: object) -> None:
        """Tell all listeners, at once and without waiting for any of them."""
        told = _write_event(name, data)
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.put(told)

    def subscribe(
        self,
        at_end: Callable[[], None] = lambda: None,
        keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
        most_waiting: int = MOST_WAITING,
    ) -> Subscription:
        """A new listener; one that hears nothing if the hub is closed.

        `at_end` is called once its stream has ended, by whichever thread ended it.
        """
        listener = Subscription(self._leave, at_end, keep_alive_seconds, most_waiting)
        with self._lock:
            is_closed = self._is_closed
            if not is_closed:
                self._listeners.add(listener)
        if is_closed:
            listener.close()
            return listener
        try:
            greeting = b"".join(_write_event(name, data) for name, data in self._greet())
        except BaseException:
            listener.close()
            raise
        listener.begin(_BEGINNING + greeting)
        return listener

    def count(self) -> int:
        """How many listen."""
        with self._lock:
            return len(self._listeners)

    def close(self) -> None:
        """End all streams, and every later one at its beginning."""
        with self._lock:
            self._is_closed = True
            listeners = list(self._listeners)
        for listener in listeners:
            listener.close()

    def _leave(self, listener: Subscription) -> None:
        with self._lock:
            self._listeners.discard(listener)


class Subscription:
    """One listener's stream: iterate over it for pieces to be sent, one by one.

    It ends when it is closed, from whichever thread, or when too much waits to be sent.
    """

    def __init__(
        self,
        leave: Callable[[Subscription], None],
        at_end: Callable[[], None],
        keep_alive_seconds: float,
        most_waiting: int,
    ) -> None:
        self._leave = leave
        self._at_end = at_end
        self._keep_alive_seconds = keep_alive_seconds
        self._most_waiting = most_waiting
        self._waiting: deque[bytes] = deque()
        self._condition = threading.Condition()
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            with self._condition:
                self._condition.wait_for(self._has_news, self._keep_alive_seconds)
                if self._is_closed:
                    return
                piece = b"".join(self._waiting) or _COMMENT
                self._waiting.clear()
            yield piece

    def begin(self, greeting: bytes) -> None:
        """Put something in front of all that waits."""
        with self._condition:
            self._waiting.appendleft(greeting)
            self._condition.notify_all()

    def put(self, told: bytes) -> None:
        """Send something later; or end, if too much waits already."""
        with self._condition:
            is_full = len(self._waiting) >= self._most_waiting
            if not is_full:
                self._waiting.append(told)
                self._condition.notify_all()
        if is_full:
            self.close()

    def close(self) -> None:
        """End the stream; what waits is not sent."""
        with self._condition:
            is_first = not self._is_closed
            self._is_closed = True
            self._waiting.clear()
            self._condition.notify_all()
        if is_first:
            self._leave(self)
            self._at_end()

    def _has_news(self) -> bool:
        return self._is_closed or bool(self._waiting)


def _write_event(name: str, data: object) -> bytes:
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise ValueError(f"'{name}' is no name for an event: letters, digits and hyphens")
    # JSON of one line has no line break, and so is one line of data.
    return f"event: {name}\ndata: {to_json(data)}\n\n".encode()
