"""Waiting for what a page will be like soon."""

from __future__ import annotations

import time
from typing import Any

PATIENCE_SECONDS = 20.0


def wait(page: Any, condition: str, argument: object = None) -> None:
    """Wait until an expression, or a function of `argument`, is true in the page.

    Playwright's own way needs `eval`, which the policy of the pages forbids.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(condition, argument):
        assert time.monotonic() < end, f"never so: {condition}"
        time.sleep(0.02)
