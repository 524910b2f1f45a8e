"""What changed, gathered from several threads until somebody has time for it."""

from __future__ import annotations

import threading

from builder.serve.change import NOTHING, Change


class Mailbox:
    """Changes that nobody has looked at yet."""

    def __init__(self) -> None:
        """Empty."""
        self._change = NOTHING
        self._has_news = False
        self._condition = threading.Condition()

    def put(self, change: Change) -> None:
        """Add a change to those that wait."""
        with self._condition:
            self._change = Change(
                self._change.paths | change.paths, self._change.is_sweeping or change.is_sweeping
            )
            self._has_news = True
            self._condition.notify_all()

    def wake(self) -> None:
        """End a waiting `take`, though nothing changed."""
        with self._condition:
            self._has_news = True
            self._condition.notify_all()

    def take(self, seconds: float | None) -> Change:
        """All that changed since the last time, once there is anything; nothing after `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._has_news, seconds)
            change, self._change, self._has_news = self._change, NOTHING, False
            return change

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        with self._condition:
            return self._change == NOTHING
