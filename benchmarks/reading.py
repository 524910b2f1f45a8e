"""How fast the notebook's pages are to load, by Lighthouse: a table and JSON.

In: a number of rounds. Out: benchmarks/out/reading.md and .json, with the median score of each
category and the medians of the times that a reader waits. Lighthouse simulates a slow telephone,
so the times are its own, not this machine's; a busy machine still makes them worse. The pages are
served as they are, by a server that neither compresses nor says how long to keep a file.

    make outside
    .venv/bin/python -m benchmarks.reading --rounds 3
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import shutil
import statistics
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.builder.command import run
from tests.builder.outside.lighthouse import STEADY, complaints, run_lighthouse, scores

OUT = Path(__file__).parent / "out"
PAGES = {
    "home": "",
    "long post": "posts/summation/",
    "math": "notes/math-gallery/",
    "card": "cards/z_test/",
}
CATEGORIES = ("performance", *STEADY)
TIMES = {
    "first paint": "first-contentful-paint",
    "largest paint": "largest-contentful-paint",
    "blocked": "total-blocking-time",
}


def main() -> None:
    """Measure, print the table, and write it beside its JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args().rounds
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if not node or not chromium:
        raise SystemExit("node and chromium are needed: make outside")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        said = run("build", "--no-tests", "--output", site, SOURCE_DATE_EPOCH="2000000000")
        if said.code:
            raise SystemExit(said.err)
        with serving(site) as address:
            addresses = [f"{address}/{path}" for path in PAGES.values()]
            reports = [run_lighthouse(node, chromium, addresses, CATEGORIES) for _ in range(rounds)]
    results = {
        name: summarise([reports_of_round[number] for reports_of_round in reports])
        for number, name in enumerate(PAGES)
    }
    OUT.mkdir(exist_ok=True)
    (OUT / "reading.json").write_text(json.dumps(results, indent=1) + "\n")
    table = "\n".join(table_rows(results))
    (OUT / "reading.md").write_text(f"{table}\n")
    print(table)


def summarise(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Medians over the rounds, and what cost points in any."""
    return {
        "scores": {
            name: statistics.median(scores(report)[name] for report in reports)
            for name in CATEGORIES
        },
        "seconds": {
            name: statistics.median(
                report["audits"][audit]["numericValue"] / 1000 for report in reports
            )
            for name, audit in TIMES.items()
        },
        "bytes": statistics.median(
            report["audits"]["total-byte-weight"]["numericValue"] for report in reports
        ),
        "complaints": sorted({said for report in reports for said in complaints(report)}),
    }


def table_rows(results: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield " | ".join(["| page", *CATEGORIES, *(f"{name} (s)" for name in TIMES), "kB |"])
    yield "| --- |" + " ---: |" * (len(CATEGORIES) + len(TIMES) + 1)
    for name, result in results.items():
        points = [f"{score:.0f}" for score in result["scores"].values()]
        seconds = [f"{value:.2f}" for value in result["seconds"].values()]
        yield " | ".join([f"| {name}", *points, *seconds, f"{result['bytes'] / 1000:.0f} |"])


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Where a folder is served for a while."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


if __name__ == "__main__":
    main()
