"""Every feed is read by feedparser without a complaint, and keeps the rules of its format.

No validator of feeds can be installed that works without the network, so the rules that the one
of the W3C applies are held here once more, read from the formats' texts: RFC 4287 for Atom, the
RSS 2.0 specification with the RSS Advisory Board's profile. JSON Feed has a schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import jsonschema
import pytest
from lxml import etree, html

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# What may stand in <channel> and in <item>; what else there is needs a namespace.
OF_CHANNEL = {
    "title", "link", "description", "language", "copyright", "managingEditor", "webMaster",
    "pubDate", "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating",
    "textInput", "skipHours", "skipDays", "item",
}  # fmt: skip
OF_ITEM = {
    "title", "link", "description", "author", "category", "comments", "enclosure", "guid",
    "pubDate", "source",
}  # fmt: skip
# RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry have once at most.
ONCE_IN_FEED = ["generator", "icon", "logo", "id", "rights", "subtitle", "title", "updated"]
ONCE_IN_ENTRY = ["content", "id", "published", "rights", "source", "summary", "title", "updated"]
# What the W3C's validator warns of in HTML, since programs that read feeds drop it.
UNWANTED = ["script", "style", "iframe", "object", "embed", "meta", "link", "base"]


@pytest.fixture(params=["notebook", "en", "hi", "zh"])
def output(request: pytest.FixtureRequest, sites: Mapping[str, Path]) -> Path:
    """The output of each site."""
    return sites[request.param]


def feeds(output: Path, name: str) -> list[Path]:
    found = sorted(output.rglob(name))
    assert len(found) > 1
    return found


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_feedparser_has_no_complaint(output: Path, name: str) -> None:
    for file in feeds(output, name):
        read = feedparser.parse(file.read_bytes())
        assert (read.bozo, read.version) == (0, {"atom.xml": "atom10", "rss.xml": "rss20"}[name])
        assert read.entries
        for entry in read.entries:
            assert entry.title
            assert entry.link.startswith("https://")
            assert entry["published_parsed"] is not None


def test_atom_keeps_its_rules(output: Path) -> None:
    for file in feeds(output, "atom.xml"):
        feed = etree.parse(file).getroot()
        entries = feed.findall(f"{ATOM}entry")
        assert feed.tag == f"{ATOM}feed"
        keep_counts(feed, ["id", "title", "updated"], ONCE_IN_FEED)
        assert [link.get("rel") for link in feed.findall(f"{ATOM}link")].count("self") == 1
        for entry in entries:
            keep_counts(entry, ["id", "title", "updated"], ONCE_IN_ENTRY)
            assert entry.find(f"{ATOM}author") is not None or feed.find(f"{ATOM}author") is not None
            alternates = [
                (link.get("type"), link.get("hreflang"))
                for link in entry.findall(f"{ATOM}link")
                if link.get("rel", "alternate") == "alternate"
            ]
            assert len(alternates) == len(set(alternates)) > 0
        for element in feed.iter(f"{ATOM}updated", f"{ATOM}published"):
            assert datetime.fromisoformat(element.text or "").tzinfo is not None
        for element in feed.iter(f"{ATOM}id", f"{ATOM}uri"):
            assert is_address(element.text or "")
        for element in feed.iter(f"{ATOM}link"):
            assert is_address(element.get("href") or "")
        for person in feed.iter(f"{ATOM}author", f"{ATOM}contributor"):
            assert person.findtext(f"{ATOM}name")
        for element in feed.iter(f"{ATOM}content", f"{ATOM}summary"):
            assert element.get("type") in {None, "text", "html", "xhtml"}
            if element.get("type") == "html":
                keep_html(element.text or "")
        keep_language(feed.get("{http://www.w3.org/XML/1998/namespace}lang"))
        ids = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(ids) == len(set(ids))


def test_rss_keeps_its_rules(output: Path) -> None:
    for file in feeds(output, "rss.xml"):
        root = etree.parse(file).getroot()
        assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
        channel = root[0]
        assert {child.tag for child in channel if not child.tag.startswith("{")} <= OF_CHANNEL
        keep_counts(channel, ["title", "link", "description"], OF_CHANNEL - {"item", "category"})
        assert [link.get("rel") for link in channel.findall(f"{ATOM}link")] == ["self"]
        keep_language(channel.findtext("language"))
        items = channel.findall("item")
        for item in items:
            assert {child.tag for child in item if not child.tag.startswith("{")} <= OF_ITEM
            keep_counts(item, ["guid"], OF_ITEM - {"category"})
            assert item.findtext("title") or item.findtext("description")
            keep_html(item.findtext(f"{CONTENT}encoded") or "")
            guid = item.find("guid")
            assert guid is not None
            assert guid.get("isPermaLink") == "false" or is_address(guid.text or "")
        for element in channel.iter("pubDate", "lastBuildDate"):
            assert parsedate_to_datetime(element.text or "").tzinfo is not None
        for element in channel.iter("link", "docs"):
            assert is_address(element.text or "")
        for element in channel.iter("author", "managingEditor", "webMaster"):
            assert re.match(r"[^@\s]+@[^@\s]+( \(.+\))?$", element.text or "")
        for element in channel.iter("enclosure"):
            assert is_address(element.get("url") or "")
            assert (element.get("length") or "").isdigit()
            assert "/" in (element.get("type") or "")
        guids = [item.findtext("guid") for item in items]
        assert len(guids) == len(set(guids))


def test_json_feed_fits_its_schema(output: Path, tool: Callable[[str], Path]) -> None:
    schema = json.loads(tool("jsonfeed-schema/schema-v1.1.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert [*validator.iter_errors({"version": "https://jsonfeed.org/version/1.1"})]
    for file in feeds(output, "feed.json"):
        feed = json.loads(file.read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(feed)] == []
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert all(is_address(item["url"]) for item in feed["items"])
        for item in feed["items"]:
            keep_html(item.get("content_html", ""))


def keep_counts(element: etree._Element, needed: Iterable[str], once: Iterable[str]) -> None:
    """The element has each of `needed`, with text, and none of `once` twice."""
    namespace = ATOM if element.tag.startswith(ATOM) else ""
    for name in needed:
        assert (element.findtext(f"{namespace}{name}") or "").strip(), (element.tag, name)
    for name in once:
        assert len(element.findall(f"{namespace}{name}")) <= 1, (element.tag, name)


def keep_html(text: str) -> None:
    """HTML in a feed names whole addresses, and holds nothing that a reader program drops."""
    if not text:
        return
    body = html.fragment_fromstring(text, create_parent=True)
    assert [element.tag for element in body.iter(*UNWANTED)] == []
    for element, attribute, address, _ in body.iterlinks():
        assert is_address(address), (element.tag, attribute, address)
    for element in body.iter():
        names = {str(name) for name in element.attrib}
        assert not [name for name in names if name == "style" or name.startswith("on")], names


def keep_language(language: str | None) -> None:
    assert language is not None
    assert LANGUAGE.fullmatch(language)


def is_address(text: str) -> bool:
    """Whether this is a whole address, in ASCII, with nothing around it."""
    parts = urlsplit(text)
    is_whole = parts.scheme == "mailto" or (parts.scheme in ("http", "https") and parts.netloc)
    return bool(is_whole) and text.isascii() and text == text.strip() and " " not in text
