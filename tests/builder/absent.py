"""What a test does where a tool that it needs is not installed."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def do_without(tool: str, way: str) -> NoReturn:
    """Skip on one's own machine; fail in CI, where nothing may go unmeasured."""
    reason = f"{tool} is not installed: {way}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
