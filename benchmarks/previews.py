"""How soon does a preview show what was saved? Proofpress, Hugo and Eleventy side by side.

In: a number of posts. Out: a table of medians. Each server runs on a site of the same posts; in
turn, a post in the middle is saved with a mark in its body, or in its title, and its page is asked
for again and again over one kept connection until the mark is in it. The time runs from the moment
at which the file is written and closed to the last byte of the first answer with the mark.

    python benchmarks/previews.py --posts 1000 --rounds 20 [--servers proofpress,hugo,eleventy]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import slug_of, write_corpus, write_post_of
from peers import INSTALLED, Generator, find_generator, install, lay_out

# How often the page is asked for: what is measured is at most this much too long.
STEP_SECONDS = 0.002
PATIENCE_SECONDS = 120.0
# Longer than any of them waits for more to be saved.
REST_SECONDS = 3.0


@dataclass(frozen=True)
class Running:
    """A preview server that answers; `first_seconds` went by until it gave the first page."""

    generator: Generator
    root: Path
    port: int
    pid: int
    first_seconds: float


def serve_command(generator: Generator, port: int) -> list[str]:
    """How an author starts the preview of a site."""
    command = list(generator.command)
    if generator.name == "Proofpress":
        return [*command[:3], "serve", "--root", ".", "--port", str(port)]
    if generator.name == "Hugo":
        return [command[0], "server", "--bind", "127.0.0.1", "--port", str(port)]
    return [*command, "--serve", f"--port={port}"]


@contextmanager
def serving(generator: Generator, root: Path, posts: int) -> Iterator[Running]:
    """The generator's server at a site of `posts` posts, until the end of the block."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    started = time.perf_counter()
    with root.with_suffix(".log").open("wb") as log:
        server = subprocess.Popen(
            serve_command(generator, port),
            cwd=root,
            env={**os.environ, **generator.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(port, slug_of(posts // 2), "<title", server)
            yield Running(generator, root, port, server.pid, time.perf_counter() - started)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def wait_for(
    port: int,
    slug: str,
    mark: str,
    server: subprocess.Popen[bytes] | None = None,
    *,
    is_there: bool = True,
) -> float:
    """The moment at which the page of a post had a mark in it, or had it no more; TimeoutError if
    that never is so.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    end = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < end:
        if server is not None and server.poll() is not None:
            raise RuntimeError(f"the server ended: {server.args}")
        try:
            connection.request("GET", f"/posts/{slug}/")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200 and (mark.encode() in body) == is_there:
                return time.perf_counter()
        except (OSError, http.client.HTTPException):
            connection.close()
        time.sleep(STEP_SECONDS)
    raise TimeoutError(f"/posts/{slug}/ and '{mark}': never {is_there}")


def measure_save(running: Running, number: int, mark: str, *, in_title: bool) -> float:
    """Seconds from saving a post to its page being served."""
    layout = running.generator.layout
    post = write_post_of(number)
    saved = replace(post, title=f"{post.title} {mark}") if in_title else post
    if not in_title:
        saved = replace(post, body=f"{post.body}\nA paragraph with {mark}.\n")
    layout.write_post(running.root, saved)
    begin = time.perf_counter()
    seconds = wait_for(running.port, slug_of(number), mark) - begin
    # So that the next save changes what it is about, and nothing else.
    time.sleep(REST_SECONDS)
    layout.write_post(running.root, post)
    wait_for(running.port, slug_of(number), mark, is_there=False)
    return seconds


def memory_of(pid: int) -> int:
    """Resident bytes of a process and of all that it started."""
    total = 0
    children = subprocess.run(
        ["ps", "-o", "rss=", "-g", str(pid)], stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    total += sum(int(row) for row in children.stdout.split())
    return total * 1024


def run(
    names: list[str], posts: int, rounds: int, work: Path, say: Callable[[str], None]
) -> dict[str, dict[str, list[float]]]:
    """Readings by server and by what was saved."""
    readings: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        servers = []
        for name in names:
            if name != "proofpress":
                install(name, INSTALLED)
            root = work / name
            write_corpus(posts, {name: root})
            lay_out(name, root, INSTALLED)
            generator = find_generator(name, INSTALLED)
            # With a warm cache, as on every day but the first.
            environment = {**os.environ, **generator.environment}
            subprocess.run(
                generator.command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL
            )
            running = stack.enter_context(serving(generator, root, posts))
            say(f"{generator.name} {generator.version}: first page {running.first_seconds:.2f} s")
            servers.append(running)
            readings[generator.name] = {"first page": [running.first_seconds]}
        time.sleep(REST_SECONDS)
        for number in range(rounds):
            for case in ("body", "title"):
                for running in servers:
                    seconds = measure_save(
                        running, posts // 2, f"mark{number}{case}", in_title=case == "title"
                    )
                    readings[running.generator.name].setdefault(case, []).append(seconds)
                    time.sleep(REST_SECONDS)
        for running in servers:
            megabytes = memory_of(running.pid) / 1e6
            readings[running.generator.name]["memory (MB)"] = [megabytes]
    return readings


def table(readings: dict[str, dict[str, list[float]]]) -> str:
    """Medians, and the slowest of ten."""
    rows = [
        "| server | first page (s) | body: median (ms) | of ten, the slowest | title: median (ms) "
        "| of ten, the slowest | memory (MB) |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, cases in readings.items():
        cells = [name, f"{cases['first page'][0]:.2f}"]
        for case in ("body", "title"):
            ordered = sorted(cases[case])
            slow = ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)]
            cells += [f"{statistics.median(ordered) * 1000:.0f}", f"{slow * 1000:.0f}"]
        cells.append(f"{cases['memory (MB)'][0]:.0f}")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description="Measure how soon previews show what was saved.")
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--servers", default="proofpress,hugo,eleventy", help="names, by commas")
    parser.add_argument("--out", type=Path, help="a file for all readings, as JSON")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="proofpress-previews-"))
    try:
        names = options.servers.split(",")
        readings = run(
            names, options.posts, options.rounds, work, lambda line: print(line, file=sys.stderr)
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{options.posts} posts, {options.rounds} rounds in turn\n\n{table(readings)}")
    if options.out:
        options.out.write_text(json.dumps(readings, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
