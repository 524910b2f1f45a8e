"""A preview under an author who never rests: does it end where a build would, in the memory it had?

In: minutes. Out: a report. A preview of a small site runs while files are saved at random: texts,
titles, renames, new and deleted pages, mistakes in pages, templates, settings and code that are
mended later, styles, whole checkouts at once, in every way in which editors save. Every few seconds
some pages are read, as a tab would. At the end all mistakes are mended, the site is built from
nothing, and every byte of it compared with what the preview serves.

    python benchmarks/soak.py --minutes 60 [--posts 300] [--seed 1]
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from corpus import LAYOUTS, slug_of, write_corpus, write_post_of

REPOSITORY = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-m", "builder")
SCRIPT = re.compile(rb'<script defer src="[^"]*/\.proofpress/preview\.js"></script>')
SUMS = "SHA256SUMS"
SNIPPET = 'def scale(value: int) -> int:\n    """A multiple."""\n    return {factor} * value\n'
SNIPPET_TEST = "from snippets.s import scale\n\n\ndef test_scale():\n    assert scale(2) > 0\n"
CARD = '---\ntitle: "A card"\ndate: 2026-01-01\n---\n```card s\n```\n'


class Author:
    """Saves files of a site at random; the same ones for the same seed."""

    def __init__(self, root: Path, posts: int, seed: int) -> None:
        self.root, self.posts = root, posts
        self.dice = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.broken: dict[Path, bytes] = {}
        self.renamed = 0
        self.layout = LAYOUTS["proofpress"]
        self.acts: list[Callable[[], None]] = [
            *[self.edit] * 8, *[self.retitle] * 3, self.add, self.delete, self.rename, self.restyle,
            *[self.break_page] * 2, self.break_template, self.break_settings, self.break_snippet,
            *[self.mend] * 5, self.rescale, self.check_out, self.touch, self.replace_template,
        ]  # fmt: skip

    def act(self) -> None:
        """Save something."""
        act = self.dice.choice(self.acts)
        act()
        self.done[act.__name__] += 1

    def mend(self) -> None:
        """Mend every mistake."""
        for path, data in self.broken.items():
            self._save(path, data)
        self.broken.clear()

    def _post(self) -> Path:
        return self.dice.choice(sorted((self.root / "content/posts").glob("*.md")))

    def _save(self, path: Path, data: bytes) -> None:
        """Save as one of the editors does."""
        way = self.dice.randrange(4)
        path.parent.mkdir(parents=True, exist_ok=True)
        if way == 0:
            path.write_bytes(data)
        elif way == 1:
            aside = path.with_name(f".{path.name}.tmp")
            aside.write_bytes(data)
            aside.replace(path)
        elif way == 2 and path.exists():
            backup = path.with_name(f"{path.name}~")
            path.rename(backup)
            path.write_bytes(data)
            backup.unlink()
        else:
            with path.open("wb") as file:
                for start in range(0, len(data), 1000):
                    file.write(data[start : start + 1000])
                    file.flush()

    def _break(self, path: Path, data: bytes) -> None:
        if path not in self.broken:
            self.broken[path] = path.read_bytes()
            self._save(path, data)

    def edit(self) -> None:
        """Write on in a text."""
        path = self._post()
        if path in self.broken:
            return
        data = path.read_bytes().split(b"\n\nWritten on: ")[0]
        self._save(path, data + f"\n\nWritten on: {self.dice.random()}.\n".encode())

    def retitle(self) -> None:
        """Give a post another title."""
        path = self._post()
        if path not in self.broken:
            title = f'title: "Title {self.dice.randrange(1000)}"'.encode()
            self._save(path, re.sub(rb"^title: .*$", title, path.read_bytes(), count=1, flags=re.M))

    def add(self) -> None:
        """Write a new page, in a new folder now and then."""
        number = self.dice.randrange(40)
        folder = self.root / "content/notes"
        path = folder / (f"n{number}/index.md" if number % 2 else f"n{number}.md")
        text = f'---\ntitle: "Note {number}"\ndate: 2026-02-01\n---\nWords {self.dice.random()}.\n'
        self._save(path, text.encode())

    def delete(self) -> None:
        """Delete a page that was added."""
        added = sorted((self.root / "content/notes").rglob("*.md"))
        if added:
            path = self.dice.choice(added)
            path.unlink()
            if path.name == "index.md" and not any(path.parent.iterdir()):
                path.parent.rmdir()

    def rename(self) -> None:
        """Rename a page that was added."""
        added = sorted((self.root / "content/notes").glob("*.md"))
        if added:
            self.renamed += 1
            self.dice.choice(added).rename(self.root / f"content/notes/r{self.renamed % 9}.md")

    def restyle(self) -> None:
        """Save a style sheet."""
        rule = f"p {{ margin: {self.dice.randrange(99)}px }}\n".encode()
        self._save(self.root / "templates/css/own.css", rule)

    def replace_template(self) -> None:
        """Save a template."""
        text = (REPOSITORY / "templates/page.html").read_text(encoding="utf-8")
        path = self.root / "templates/page.html"
        if path not in self.broken:
            self._save(path, f"{text}\n<!-- {self.dice.randrange(9)} -->\n".encode())

    def break_page(self) -> None:
        """Make a mistake in a page."""
        path = self._post()
        wrong = (b"---\ntitel: x\n---\n", b"---\ntitle: [\n---\n", b"[gone](gone.md) $\\frac{1$\n")
        self._break(path, self.dice.choice(wrong))

    def break_template(self) -> None:
        """Make a mistake in a template: one that it is read with, or one that it crashes with."""
        path = self.root / "templates/page.html"
        if path.exists():
            self._break(path, self.dice.choice((b"{% if %}", b"{{ 1 // 0 }}", b"{{ page.titel }}")))

    def break_settings(self) -> None:
        """Make a mistake in the settings."""
        path = self.root / "pyproject.toml"
        self._break(path, path.read_bytes().replace(b"title =", b"titel ="))

    def break_snippet(self) -> None:
        """Make a mistake in code."""
        self._break(self.root / "snippets/s.py", b"def scale(:\n")

    def rescale(self) -> None:
        """Save code."""
        path = self.root / "snippets/s.py"
        if path not in self.broken:
            self._save(path, SNIPPET.format(factor=self.dice.randrange(1, 9)).encode())

    def touch(self) -> None:
        """Save a file as it was."""
        os.utime(self._post())

    def check_out(self) -> None:
        """Change two hundred files at once, or put them back."""
        for number in range(1, min(200, self.posts) + 1):
            path = self.root / self.layout.folder / f"{slug_of(number)}.md"
            if path not in self.broken:
                self.layout.write_post(self.root, write_post_of(number))


def prepare_site(root: Path, posts: int) -> None:
    """The site to begin with."""
    write_corpus(posts, {"proofpress": root})
    for path, text in (
        ("snippets/s.py", SNIPPET.format(factor=2)),
        ("tests/snippets/test_s.py", SNIPPET_TEST),
        ("content/cards/s.md", CARD),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body, the preview's own script taken out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        return answer.status, SCRIPT.sub(b"", answer.read())
    finally:
        connection.close()


def resident(pid: int) -> float:
    """Resident megabytes of a process."""
    rows = Path(f"/proc/{pid}/status").read_text(encoding="ascii").split("\n")
    row = next(row for row in rows if row.startswith("VmRSS:"))
    return int(row.split()[1]) / 1024


def compare(root: Path, port: int, environment: dict[str, str]) -> list[str]:
    """The outputs that are served otherwise than a build from nothing makes them."""
    output = root.parent / "fresh"
    command = [*COMMAND, "build", "--clean", "--no-tests", "--output", str(output)]
    # With what is known of failures on this machine, as the preview shows it.
    command.remove("--no-tests")
    subprocess.run(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, check=False)
    paths = [path for path in output.rglob("*") if path.is_file() and path.name != SUMS]
    wrong = []
    for path in sorted(paths):
        name = path.relative_to(output).as_posix()
        status, body = get(port, name)
        if status != 200 or body != path.read_bytes():
            wrong.append(f"{name} ({status})")
    return wrong if paths else ["nothing was built"]


def tenths(memory: list[float]) -> list[float]:
    """The median of each tenth of the samples."""
    edges = [len(memory) * tenth // 10 for tenth in range(11)]
    parts = [memory[start:end] for start, end in itertools.pairwise(edges)]
    return [round(statistics.median(part), 1) for part in parts if part]


def soak(root: Path, posts: int, minutes: float, seed: int) -> dict[str, object]:
    """Save for so long, and report."""
    prepare_site(root, posts)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    log = root.with_suffix(".log")
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"], cwd=root, env=environment,
            stdout=said, stderr=said, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not (found := re.search(r"127\.0\.0\.1:(\d+)", log.read_text("utf-8"))):
                time.sleep(0.05)
            port = int(found[1])
            author = Author(root, posts, seed)
            begin = time.monotonic()
            memory: list[float] = []
            statuses: Counter[int] = Counter()
            while time.monotonic() - begin < minutes * 60:
                author.act()
                time.sleep(author.dice.choice((0, 0.01, 0.05, 0.2, 1.0)))
                if author.dice.random() < 0.3:
                    slug = slug_of(author.dice.randrange(1, posts + 1))
                    for path in ("", f"posts/{slug}/", "cards/s/", "atom.xml"):
                        statuses[get(port, path)[0]] += 1
                    memory.append(resident(server.pid))
            author.mend()
            time.sleep(10)
            wrong = compare(root, port, environment)
        finally:
            # Not SIGINT, which is ignored by what a script starts in the background.
            server.send_signal(signal.SIGTERM)
            code = server.wait(30)
    text = log.read_text("utf-8", "replace")
    return {
        "minutes": minutes,
        "saves": sum(author.done.values()),
        "kinds": dict(author.done),
        "answers": {str(status): count for status, count in statuses.items()},
        "tracebacks": text.count("Traceback"),
        "exit code": code,
        "outputs that differ": wrong,
        "memory, most (MB)": round(max(memory), 1),
        "memory by tenths of the time (MB)": tenths(memory),
    }


def main() -> None:
    """Soak from the command line; exit code 1 if anything differs at the end."""
    parser = argparse.ArgumentParser(description="Save at random under a preview.")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="proofpress-soak-"))
    report = soak(work / "site-of-author", options.posts, options.minutes, options.seed)
    print(json.dumps(report, indent=1))
    if report["outputs that differ"] or report["tracebacks"]:
        print(f"what the preview said: {work}", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
