"""Lighthouse, run on addresses of this machine."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("lighthouse.mjs")
# Whose score is a matter of the page alone, not of how busy the machine is.
STEADY = ("accessibility", "best-practices", "seo")


def run_lighthouse(
    node: str, chromium: str, addresses: Sequence[str], categories: Sequence[str]
) -> list[dict[str, Any]]:
    """A report on each address, as Lighthouse writes it in JSON."""
    done = subprocess.run(
        [node, str(SCRIPT), ",".join(categories), *addresses],
        capture_output=True, text=True, timeout=60 * len(addresses),
        env={**os.environ, "CHROME_PATH": chromium},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    reports: list[dict[str, Any]] = json.loads(done.stdout)
    return reports


def scores(report: dict[str, Any]) -> dict[str, int]:
    """The score of each category, of 100."""
    return {name: round(category["score"] * 100) for name, category in report["categories"].items()}


def complaints(report: dict[str, Any]) -> list[str]:
    """The audits that cost a category points, each with what it is about."""
    found = []
    for name, category in report["categories"].items():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                found.append(f"{name}: {audit['title']} {_items(audit)}".rstrip())
    return found


def _items(audit: dict[str, Any]) -> str:
    """The places that an audit names, in short; it may name none."""
    items = audit.get("details", {}).get("items", [])
    places = [item.get("node", {}).get("selector", "") for item in items if isinstance(item, dict)]
    return ", ".join(filter(None, places)) or str(audit.get("displayValue", ""))
