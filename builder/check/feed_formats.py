"""Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, read into one shape.

In: a feed's text. Out: a `Feed`, with what its own format demands and it lacks. Nothing is known
here of the site.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from builder.check.moments import is_rfc822, is_rfc3339
from builder.check.written import Fault
from builder.check.xmltree import BadXmlError, Element, parse_xml
from builder.codec import Value

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
JSON_FEED = "https://jsonfeed.org/version/1.1"


class Entry(Value, frozen=True):
    """An entry: line (0 in JSON), id, address (may be empty), HTML, other addresses."""

    line: int
    id: str
    url: str
    contents: tuple[str, ...]
    urls: tuple[str, ...] = ()


class Feed(Value, frozen=True):
    """A feed: its own address and its site's (empty if it does not say), entries, and faults."""

    self_url: str
    home_url: str
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def read_feed(text: str, name: str) -> Feed:
    """The feed `text` from a file called `name`, which says what format it should have."""
    if name == "feed.json":
        return _read_json(text)
    try:
        root = parse_xml(text)
    except BadXmlError as error:
        return _no_feed(error.line, str(error))
    if name == "atom.xml":
        if (root.namespace, root.name) != (ATOM, "feed"):
            return _no_feed(root.line, f"the root is <{root.name}> instead of Atom's <feed>")
        return _read_atom(root)
    if root.name != "rss" or root.attributes.get("version") != "2.0":
        return _no_feed(root.line, f'the root is <{root.name}> instead of <rss version="2.0">')
    channel = root.first("channel")
    return _read_rss(channel) if channel else _no_feed(root.line, "<rss> has no <channel>")


def refuse_constant(name: str) -> None:
    """For `json.loads`: NaN and Infinity, which Python takes and JSON has not."""
    raise ValueError(f"{name} is no JSON")


def _no_feed(line: int, message: str) -> Feed:
    return Feed("", "", (), (Fault(line, message),))


# --- Atom ------------------------------------------------------------------


def _read_atom(root: Element) -> Feed:
    faults = [*_lacks(root, "id", "title", "updated"), *_bad_atom_moments(root)]
    entries = []
    for entry in root.all("entry"):
        faults += [*_lacks(entry, "id", "title", "updated"), *_bad_atom_moments(entry)]
        if not root.all("author") and not entry.all("author"):
            faults.append(Fault(entry.line, "neither <feed> nor <entry> has an <author>"))
        if not _atom_link(entry, "alternate") and not entry.all("content"):
            faults.append(Fault(entry.line, "<entry> has neither a link nor a content"))
        entries.append(_atom_entry(entry))
    for element in (root, *root.all("entry")):
        faults += [
            Fault(item.line, f"the id '{item.text}' is no address", "write a whole one, or a tag:")
            for item in element.all("id")
            if item.text and not _scheme(item.text)
        ]
    return Feed(
        _atom_link(root, "self"), _atom_link(root, "alternate"), tuple(entries), tuple(faults)
    )


def _atom_entry(entry: Element) -> Entry:
    texts = [*entry.all("title"), *entry.all("summary"), *entry.all("content")]
    return Entry(
        entry.line,
        _text(entry, "id"),
        _atom_link(entry, "alternate"),
        tuple(item.text for item in texts if item.attributes.get("type") == "html"),
        tuple(
            url for item in texts if item.attributes.get("type") == "xhtml" for url in _urls(item)
        )
        + tuple(
            link.attributes.get("href", "")
            for link in entry.all("link")
            if link.attributes.get("rel", "alternate") != "alternate"
        ),
    )


def _urls(element: Element) -> Iterator[str]:
    """The addresses in XHTML content."""
    for child in element.children:
        yield from (child.attributes[name] for name in ("href", "src") if name in child.attributes)
        yield from _urls(child)


def _atom_link(element: Element, rel: str) -> str:
    return next(
        (
            link.attributes.get("href", "")
            for link in element.all("link", ATOM)
            if link.attributes.get("rel", "alternate") == rel
        ),
        "",
    )


def _bad_atom_moments(element: Element) -> Iterator[Fault]:
    for name in ("updated", "published"):
        for moment in element.all(name):
            if moment.text and not is_rfc3339(moment.text):
                yield Fault(moment.line, f"<{name}> '{moment.text}' is no moment", _RFC3339)


# --- RSS -------------------------------------------------------------------


def _read_rss(channel: Element) -> Feed:
    faults = [*_lacks(channel, "title", "link", "description"), *_bad_rss_moments(channel)]
    entries = []
    for item in channel.all("item"):
        faults += _bad_rss_moments(item)
        if not _text(item, "title") and not _text(item, "description"):
            faults.append(Fault(item.line, "<item> has neither <title> nor <description>"))
        guid = item.first("guid")
        if guid is None or not guid.text:
            faults.append(Fault(item.line, "<item> has no <guid>", "readers see it twice"))
        elif guid.attributes.get("isPermaLink") != "false" and not _scheme(guid.text):
            hint = 'write a whole address, or isPermaLink="false"'
            faults.append(Fault(guid.line, f"the guid '{guid.text}' is no address", hint))
        contents = [*item.all("description"), *item.all("encoded", CONTENT)]
        entries.append(
            Entry(
                item.line,
                guid.text if guid else "",
                _text(item, "link"),
                tuple(content.text for content in contents),
                tuple(found.attributes.get("url", "") for found in item.all("enclosure")),
            )
        )
    self_url = _atom_link(channel, "self")
    return Feed(self_url, _text(channel, "link"), tuple(entries), tuple(faults))


def _bad_rss_moments(element: Element) -> Iterator[Fault]:
    for name in ("pubDate", "lastBuildDate"):
        for moment in element.all(name):
            if not is_rfc822(moment.text):
                hint = "write one such as 'Sat, 21 Nov 2026 10:00:00 +0000'"
                yield Fault(moment.line, f"<{name}> '{moment.text}' is no moment", hint)


def _lacks(element: Element, *names: str) -> Iterator[Fault]:
    for name in names:
        if not _text(element, name):
            yield Fault(element.line, f"<{element.name}> has no <{name}>")


def _text(element: Element, name: str) -> str:
    found = element.first(name)
    return found.text if found else ""


# --- JSON ------------------------------------------------------------------


def _read_json(text: str) -> Feed:
    try:
        feed = json.loads(text, parse_constant=refuse_constant)
        # An escape can spell half a character, which no text may hold.
        json.dumps(feed, ensure_ascii=False).encode()
    except RecursionError:
        return _no_feed(0, "not JSON: nested too deep")
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        return _no_feed(line, f"not JSON: {error}")
    if not isinstance(feed, dict) or feed.get("version") != JSON_FEED:
        return _no_feed(0, f"its version is not '{JSON_FEED}'")
    faults = []
    if not isinstance(feed.get("title"), str):
        faults.append(Fault(0, "it has no title"))
    items = feed.get("items")
    if not isinstance(items, list):
        faults.append(Fault(0, "it has no list of items"))
        items = []
    for number, item in enumerate(items, start=1):
        faults += [
            Fault(0, f"item {number} {message}", hint) for message, hint in _item_faults(item)
        ]
    entries = [_json_entry(item) for item in items if isinstance(item, dict)]
    return Feed(
        _string(feed, "feed_url"), _string(feed, "home_page_url"), tuple(entries), tuple(faults)
    )


def _item_faults(item: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(item, dict):
        yield "is no object", ""
        return
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "has no id", "an id is a string"
    if not _string(item, "content_html") and not _string(item, "content_text"):
        yield "has no content", "give content_html or content_text"
    for name in ("date_published", "date_modified"):
        if name in item and not is_rfc3339(_string(item, name)):
            yield f"has the {name} '{item[name]}', which is no moment", _RFC3339
    for name in ("tags", "authors"):
        if name in item and not isinstance(item[name], list):
            yield f"has {name} that are no list", ""


def _json_entry(item: dict[str, Any]) -> Entry:
    urls: Sequence[str] = [_string(item, "image"), _string(item, "banner_image")]
    attachments = item.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        if isinstance(attachment, dict):
            urls = [*urls, _string(attachment, "url")]
    content = _string(item, "content_html")
    return Entry(
        0,
        _string(item, "id"),
        _string(item, "url"),
        (content,) if content else (),
        tuple(filter(None, urls)),
    )


def _string(mapping: dict[str, Any], name: str) -> str:
    found = mapping.get(name)
    return found if isinstance(found, str) else ""


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


_RFC3339 = "write one such as '2026-11-21T10:00:00Z'"
