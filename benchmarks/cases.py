"""The six cases: what is changed before a build, and how its output shows that it took notice.

In: a generator and the folder of its site. Out: readings of whole builds, each checked. It knows
nothing of rounds and tables.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import slug_of, write_post_of
from corpus_text import TAGS
from measure import Reading, measure
from peers import Generator

PER_PAGE = 10
FEED_LIMIT = 20


class WrongOutputError(Exception):
    """A build ended well and its output is not what it should be: not worth timing."""


@dataclass(frozen=True)
class Bench:
    """A generator at its site of `posts` posts."""

    generator: Generator
    root: Path
    posts: int

    @property
    def output(self) -> Path:
        """The folder that the generator writes."""
        return self.root / "site"


def build(bench: Bench) -> Reading:
    """Build once, in a fresh process; earlier writes go to the disk before the clock starts."""
    os.sync()
    log = bench.root.with_suffix(".log")
    return measure(bench.generator.command, bench.root, bench.generator.environment, log)


def build_cold(bench: Bench, _: str) -> Reading:
    """Build with neither output nor cache."""
    for name in ("site", *bench.generator.caches):
        shutil.rmtree(bench.root / name, ignore_errors=True)
    reading = build(bench)
    _check_whole(bench, bench.posts)
    return reading


def build_again(bench: Bench, _: str) -> Reading:
    """Build when nothing has changed."""
    reading = build(bench)
    _check_whole(bench, bench.posts)
    return reading


def build_after_edit(bench: Bench, mark: str) -> Reading:
    """Build when the body of one post in the middle has a new paragraph."""
    page = _page_of(bench, _middle(bench))
    with _edited(bench, _middle(bench), body=f"A new paragraph: {mark}."):
        reading = build(bench)
        _check_whole(bench, bench.posts)
        _check_shows(page, mark)
    _settle(bench, mark, page)
    return reading


def build_after_retitling(bench: Bench, mark: str) -> Reading:
    """Build when one post in the middle has a new title; lists of its tags must show it too."""
    page = _page_of(bench, _middle(bench))
    with _edited(bench, _middle(bench), title=f"A title with {mark}"):
        reading = build(bench)
        _check_whole(bench, bench.posts)
        _check_shows(page, mark)
        for tag in write_post_of(_middle(bench)).tags:
            _check_listed(bench.output / "tags" / tag, mark)
    _settle(bench, mark, page)
    return reading


def build_after_new_template(bench: Bench, mark: str) -> Reading:
    """Build when the template of a post's page has changed; every such page must show it."""
    template = bench.root / bench.generator.template
    before = template.read_text(encoding="utf-8")
    if "</article>" not in before:
        raise WrongOutputError(f"{template} has no </article> to put a mark before")
    template.write_text(before.replace("</article>", f"<p>{mark}</p></article>"), encoding="utf-8")
    try:
        reading = build(bench)
        _check_whole(bench, bench.posts)
        for number in range(1, bench.posts + 1):
            _check_shows(_page_of(bench, number), mark)
    finally:
        template.write_text(before, encoding="utf-8")
    _settle(bench, mark, _page_of(bench, 1))
    return reading


def build_after_new_post(bench: Bench, mark: str) -> Reading:
    """Build when a post was added, the newest of all; home and feed must show it."""
    number = bench.posts + 1
    with _edited(bench, number, title=f"A post with {mark}"):
        reading = build(bench)
        _check_whole(bench, number)
        for name in ("index.html", "atom.xml"):
            _check_shows(bench.output / name, mark)
    _settle(bench, mark, bench.output / "index.html")
    # Only Proofpress removes the page of a post that is gone; from the others' output it is taken
    # by hand.
    if (page := _page_of(bench, number)).exists():
        if _is_ours(bench):
            raise WrongOutputError(f"{page} is still there")
        shutil.rmtree(page.parent)
    return reading


CASES: dict[str, Callable[[Bench, str], Reading]] = {
    "cold build": build_cold,
    "nothing changed": build_again,
    "one edited body": build_after_edit,
    "one changed title": build_after_retitling,
    "one changed template": build_after_new_template,
    "one new post": build_after_new_post,
}


# --- Changing and looking -------------------------------------------------------------------------


def _is_ours(bench: Bench) -> bool:
    return bench.generator.name == "Proofpress"


def _middle(bench: Bench) -> int:
    return bench.posts // 2


def _page_of(bench: Bench, number: int) -> Path:
    return bench.output / "posts" / slug_of(number) / "index.html"


@contextmanager
def _edited(bench: Bench, number: int, *, title: str = "", body: str = "") -> Iterator[None]:
    """The site while a post has another title or one more paragraph; restored afterwards."""
    layout = bench.generator.layout
    post = write_post_of(number)
    changed = replace(post, title=title or post.title, body=f"{post.body}\n{body}\n")
    path = layout.write_post(bench.root, changed)
    try:
        yield
    finally:
        if number > bench.posts:
            path.unlink()
        else:
            layout.write_post(bench.root, post)


def _settle(bench: Bench, mark: str, page: Path) -> None:
    """Build once more, unmeasured, so that the next case finds the site as this one did."""
    build(bench)
    if mark in page.read_text(encoding="utf-8"):
        raise WrongOutputError(f"{page} still shows what was taken back")


def _check_whole(bench: Bench, posts: int) -> None:
    """WrongOutputError unless each post has its page, and all lists and the feed are there."""
    if not (bench.output / "posts").is_dir():
        raise WrongOutputError(f"{bench.generator.name} wrote no posts")
    made = [entry for entry in os.scandir(bench.output / "posts") if entry.name.startswith("post-")]
    _check_count(bench, "post pages", len(made), posts)
    missing = [n for n in range(1, posts + 1) if not _page_of(bench, n).is_file()]
    _check_count(bench, "posts without a page", len(missing), 0)
    older = len(list((bench.output / "page").glob("*/index.html")))
    # Proofpress numbers from the oldest, and its first page takes what does not fill another.
    expected = posts // PER_PAGE - 1 if _is_ours(bench) else (posts - 1) // PER_PAGE
    _check_count(bench, "further home pages", older, expected)
    tags = sum((bench.output / "tags" / tag / "index.html").is_file() for tag in TAGS)
    _check_count(bench, "tag pages", tags, len(TAGS))
    feed = (bench.output / "atom.xml").read_text(encoding="utf-8")
    _check_count(bench, "feed entries", len(re.findall("<entry[ >]", feed)), FEED_LIMIT)


def _check_count(bench: Bench, what: str, found: int, expected: int) -> None:
    if found != expected:
        raise WrongOutputError(f"{bench.generator.name}: {found} {what} instead of {expected}")


def _check_shows(page: Path, mark: str) -> None:
    if mark not in page.read_text(encoding="utf-8"):
        raise WrongOutputError(f"{page} does not show '{mark}'")


def _check_listed(folder: Path, mark: str) -> None:
    if not any(mark in page.read_text(encoding="utf-8") for page in folder.rglob("index.html")):
        raise WrongOutputError(f"no page in {folder} shows '{mark}'")
