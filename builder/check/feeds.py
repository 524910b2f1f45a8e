"""A feed as its reader takes it: away from the site, so that every address must be whole.

In: the output folder and the path of a feed. Out: problems. What a format demands, `feed_formats`
knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from builder.check.addresses import Built, Resolve, absolute_url, is_whole
from builder.check.feed_formats import Entry, Feed, read_feed
from builder.check.page import find_urls
from builder.check.sums import read_text
from builder.errors import Problem

FEED_NAMES = frozenset({"atom.xml", "rss.xml", "feed.json"})


def check_feed(output: Path, built: Built, path: str, resolve: Resolve) -> list[Problem]:
    """All that is wrong with the feed at `path`."""
    text, problems = read_text(output, path)
    if problems:
        return problems
    feed = read_feed(text, path.rpartition("/")[2])
    problems += [
        Problem(path, fault.line, fault.message, fault.hint, fault.is_warning)
        for fault in feed.faults
    ]
    # A file that is no feed at all needs no more words.
    if feed.entries or not feed.faults:
        problems += _check_addresses(built, path, feed, resolve)
    seen: dict[str, int] = {}
    for number, entry in enumerate(feed.entries, start=1):
        if entry.id and entry.id in seen:
            message = f"the id '{entry.id}' is there twice"
            hint = f"entry {seen[entry.id]} has it, and entry {number}"
            problems.append(Problem(path, entry.line, message, hint))
        seen.setdefault(entry.id, number)
        problems += _check_entry(built, path, entry, resolve)
    return problems


# One text stands in the feeds of three formats, and again in those of its tags.
_find_urls = lru_cache(maxsize=1024)(find_urls)


def _check_addresses(built: Built, path: str, feed: Feed, resolve: Resolve) -> Iterator[Problem]:
    expected = absolute_url(built, path)
    if not feed.self_url:
        hint = f"its own address is '{expected}'"
        yield Problem(path, 0, "the feed does not say where it is", hint, is_warning=True)
    elif unquote(feed.self_url) != unquote(expected):
        message = f"the feed says that it is '{feed.self_url}'"
        yield Problem(path, 0, message, f"its own address is '{expected}'")
    if feed.home_url:
        yield from _check_page_link(path, 0, feed.home_url, resolve)


def _check_entry(built: Built, path: str, entry: Entry, resolve: Resolve) -> Iterator[Problem]:
    if entry.url:
        yield from _check_page_link(path, entry.line, entry.url, resolve)
    else:
        yield Problem(path, entry.line, f"the entry '{entry.id}' has no link")
    urls = {url: None for content in entry.contents for url in _find_urls(content)}
    for url in dict.fromkeys((*entry.urls, *urls)):
        if not is_whole(url):
            message = f"'{url}' is relative, but readers see it elsewhere"
            hint = f"write the whole address, '{built.origin}…'"
            yield Problem(path, entry.line, message, hint)
            continue
        target = resolve(path, url)
        if target.message:
            yield Problem(path, entry.line, target.message, target.hint, target.is_warning)


def _check_page_link(path: str, line: int, url: str, resolve: Resolve) -> Iterator[Problem]:
    """The link of a feed or an entry, which must lead to a page of this site."""
    if not is_whole(url):
        yield Problem(path, line, f"the link '{url}' is not whole", "write it with https://")
        return
    target = resolve(path, url)
    if target.message:
        yield Problem(path, line, target.message, target.hint, target.is_warning)
    elif not target.path.endswith((".html", ".htm")):
        yield Problem(path, line, f"the link '{url}' leads to no page of this site")
