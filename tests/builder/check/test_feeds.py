"""Feeds of the three formats, wherever they lie."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builder.check.output import BASE_URL, Output

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>{BASE_URL}/</id>
<title>Notes</title>
<updated>2026-11-21T10:00:00Z</updated>
<author><name>Ada</name></author>
<link rel="self" href="{BASE_URL}/atom.xml"/>
<link rel="alternate" href="{BASE_URL}/"/>
<entry>
<id>{BASE_URL}/a/</id>
<title>A</title>
<updated>2026-11-21T10:00:00+05:30</updated>
<link href="{BASE_URL}/a/"/>
<content type="html">&lt;p&gt;&lt;a href="{BASE_URL}/a/"&gt;x&lt;/a&gt;</content>
</entry>
</feed>
"""
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>Notes</title>
<link>{BASE_URL}/</link>
<description>All notes</description>
<atom:link rel="self" href="{BASE_URL}/rss.xml"/>
<lastBuildDate>Sat, 21 Nov 2026 10:00:00 +0000</lastBuildDate>
<item>
<title>A</title>
<guid>{BASE_URL}/a/</guid>
<link>{BASE_URL}/a/</link>
<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate>
<description>Short</description>
<content:encoded>&lt;p&gt;&lt;a href="{BASE_URL}/a/"&gt;x&lt;/a&gt;</content:encoded>
</item>
</channel>
</rss>
"""
JSON: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Notes",
    "home_page_url": f"{BASE_URL}/",
    "feed_url": f"{BASE_URL}/feed.json",
    "items": [
        {
            "id": f"{BASE_URL}/a/",
            "url": f"{BASE_URL}/a/",
            "title": "A",
            "content_html": f'<p><a href="{BASE_URL}/a/">x</a>',
            "date_published": "2026-11-21T10:00:00Z",
            "tags": ["x"],
        }
    ],
}


def test_right_feeds_give_no_problem_and_are_counted(output: Output) -> None:
    output.page("a/").write("atom.xml", ATOM).write("rss.xml", RSS)
    output.write("feed.json", json.dumps(JSON))
    output.write("tags/x/atom.xml", ATOM.replace("/atom.xml", "/tags/x/atom.xml"))

    report = output.seal().check()

    assert (report.problems, report.feeds) == ((), 4)


ENTRY = ATOM[ATOM.index("<entry>") : ATOM.index("</feed>")]
ITEM = RSS[RSS.index("<item>") : RSS.index("</channel>")]
RELATIVE = "is relative, but readers see it elsewhere"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("</entry>", "", 16, "not XML: mismatched tag"),
        ("<feed xmlns", "<channel xmlns", 16, "not XML: mismatched tag"),
        (
            ' xmlns="http://www.w3.org/2005/Atom"',
            "",
            2,
            "the root is <feed> instead of Atom's <feed>",
        ),
        ("<title>Notes</title>", "", 2, "<feed> has no <title>"),
        (f"<id>{BASE_URL}/</id>", "<id/>", 2, "<feed> has no <id>"),
        ("<updated>2026-11-21T10:00:00Z</updated>", "", 2, "<feed> has no <updated>"),
        ("10:00:00Z", "10:00:00", 5, "<updated> '2026-11-21T10:00:00' is no moment"),
        ("11-21T10:00:00Z", "02-30T10:00:00Z", 5, "<updated> '2026-02-30T10:00:00Z' is no moment"),
        ("<author><name>Ada</name></author>", "", 9, "neither <feed> nor <entry> has an <author>"),
        ('rel="self"', 'rel="via"', 0, "the feed does not say where it is"),
        ("/atom.xml", "/feed.atom", 0, f"the feed says that it is '{BASE_URL}/feed.atom'"),
        (
            f'rel="alternate" href="{BASE_URL}/',
            'rel="alternate" href="/notes/',
            0,
            "the link '/notes/' is not whole",
        ),
        (f"<id>{BASE_URL}/a/</id>", "<id>a</id>", 10, "the id 'a' is no address"),
        ("<title>A</title>", "", 9, "<entry> has no <title>"),
        (
            "10:00:00+05:30",
            "10:00:00.5 +05:30",
            12,
            "<updated> '2026-11-21T10:00:00.5 +05:30' is no moment",
        ),
        (f'<link href="{BASE_URL}/a/"/>', "", 9, f"the entry '{BASE_URL}/a/' has no link"),
        (f'<link href="{BASE_URL}/a/"/>', '<link href="/a/"/>', 9, "the link '/a/' is not whole"),
        (
            f'<link href="{BASE_URL}/a/"/>',
            '<link href="https://other.example/"/>',
            9,
            "the link 'https://other.example/' leads to no page of this site",
        ),
        (
            f'<link href="{BASE_URL}/a/"/>',
            f'<link href="{BASE_URL}/gone/"/>',
            9,
            f"'{BASE_URL}/gone/' leads to nothing in this site",
        ),
        (f'&lt;a href="{BASE_URL}/a/"', '&lt;a href="/notes/a/"', 9, f"'/notes/a/' {RELATIVE}"),
        (f'&lt;a href="{BASE_URL}/a/"', '&lt;a href="#fn"', 9, f"'#fn' {RELATIVE}"),
        (f'&lt;a href="{BASE_URL}/a/"', '&lt;img srcset="a.png 2x"', 9, f"'a.png' {RELATIVE}"),
        (
            f'&lt;a href="{BASE_URL}/a/"',
            '&lt;img src="//x.example/"',
            9,
            f"'//x.example/' {RELATIVE}",
        ),
        (
            f'&lt;a href="{BASE_URL}/a/"',
            '&lt;a href="https://example.org/a/"',
            9,
            "'https://example.org/a/' leads out of this site",
        ),
    ],
)
def test_a_broken_atom_feed_is_found(
    output: Output, old: str, new: str, line: int, message: str
) -> None:
    assert old in ATOM
    output.page("a/").write("atom.xml", ATOM.replace(old, new, 1))

    assert output.found == [("atom.xml", line, message)]


def test_relative_addresses_in_xhtml_content_are_found(output: Output) -> None:
    start, end = ENTRY.index("<content"), ENTRY.index("</content>")
    xhtml = '<content type="xhtml"><div><p><img src="x.png"/></p></div>'
    output.page("a/").write("atom.xml", ATOM.replace(ENTRY[start:end], xhtml))

    assert output.found == [("atom.xml", 9, f"'x.png' {RELATIVE}")]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('version="2.0"', 'version="0.92"', 2, 'the root is <rss> instead of <rss version="2.0">'),
        ("channel>", "feed>", 2, "<rss> has no <channel>"),
        ("<title>Notes</title>", "", 3, "<channel> has no <title>"),
        (f"<link>{BASE_URL}/</link>", "", 3, "<channel> has no <link>"),
        ("<description>All notes</description>", "", 3, "<channel> has no <description>"),
        (
            "Sat, 21 Nov 2026 10:00:00 +0000",
            "2026-11-21",
            8,
            "<lastBuildDate> '2026-11-21' is no moment",
        ),
        (
            "Sat, 21 Nov 2026 10:00:00 GMT",
            "Sun, 21 Nov 2026 10:00:00 GMT",
            13,
            "<pubDate> 'Sun, 21 Nov 2026 10:00:00 GMT' is no moment",
        ),
        (f"<guid>{BASE_URL}/a/</guid>", "", 9, "<item> has no <guid>"),
        (f"<guid>{BASE_URL}/a/</guid>", "<guid>a</guid>", 11, "the guid 'a' is no address"),
        (f"<link>{BASE_URL}/a/</link>", "<link>/a/</link>", 9, "the link '/a/' is not whole"),
        ("/rss.xml", "/index.xml", 0, f"the feed says that it is '{BASE_URL}/index.xml'"),
        (f'&lt;a href="{BASE_URL}/a/"', '&lt;a href="../a/"', 9, f"'../a/' {RELATIVE}"),
        ("</pubDate>", '</pubDate><enclosure url="a.mp3"/>', 9, f"'a.mp3' {RELATIVE}"),
    ],
)
def test_a_broken_rss_feed_is_found(
    output: Output, old: str, new: str, line: int, message: str
) -> None:
    assert old in RSS
    output.page("a/").write("rss.xml", RSS.replace(old, new))

    assert output.found == [("rss.xml", line, message)]


def test_an_item_without_title_and_description_is_found(output: Output) -> None:
    text = RSS.replace("<title>A</title>", "").replace("<description>Short</description>", "")
    output.page("a/").write("rss.xml", text)

    assert output.found == [("rss.xml", 9, "<item> has neither <title> nor <description>")]


def test_a_guid_that_is_no_permalink_may_be_anything(output: Output) -> None:
    text = RSS.replace(f"<guid>{BASE_URL}/a/", '<guid isPermaLink="false">a')
    output.page("a/").write("rss.xml", text)

    assert output.problems == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "1"}, "its version is not 'https://jsonfeed.org/version/1.1'"),
        ({"title": None}, "it has no title"),
        ({"items": {}}, "it has no list of items"),
        ({"items": [1]}, "item 1 is no object"),
        ({"feed_url": None}, "the feed does not say where it is"),
        ({"feed_url": f"{BASE_URL}/x"}, f"the feed says that it is '{BASE_URL}/x'"),
        ({"home_page_url": "/"}, "the link '/' is not whole"),
    ],
)
def test_a_broken_json_feed_is_found(output: Output, changes: dict[str, Any], message: str) -> None:
    output.page("a/").write("feed.json", json.dumps({**JSON, **changes}))

    assert output.found == [("feed.json", 0, message)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": 1}, "item 1 has no id"),
        ({"content_html": None}, "item 1 has no content"),
        ({"date_published": "today"}, "item 1 has the date_published 'today', which is no moment"),
        ({"tags": "x"}, "item 1 has tags that are no list"),
        ({"url": f"{BASE_URL}/gone/"}, f"'{BASE_URL}/gone/' leads to nothing in this site"),
        ({"content_html": "<img src=x.png>"}, f"'x.png' {RELATIVE}"),
        ({"image": "/x.png"}, f"'/x.png' {RELATIVE}"),
        ({"attachments": [{"url": "a.mp3"}]}, f"'a.mp3' {RELATIVE}"),
    ],
)
def test_a_broken_item_of_a_json_feed_is_found(
    output: Output, changes: dict[str, Any], message: str
) -> None:
    feed = {**JSON, "items": [{**JSON["items"][0], **changes}]}
    output.page("a/").write("feed.json", json.dumps(feed))

    assert output.found == [("feed.json", 0, message)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{\n"title": }', 2, "not JSON: Expecting value: line 2 column 10 (char 11)"),
        ('{"title": NaN}', 0, "not JSON: NaN is no JSON"),
        ("[]", 0, "its version is not 'https://jsonfeed.org/version/1.1'"),
        (
            "[" * 100_000,
            0,
            "not JSON: nested too deep",
        ),
    ],
)
def test_a_json_feed_that_is_no_json_is_found(
    output: Output, text: str, line: int, message: str
) -> None:
    output.write("feed.json", text)

    assert output.found == [("feed.json", line, message)]


def test_half_a_character_in_a_json_feed_is_found(output: Output) -> None:
    feed = json.dumps(JSON).replace('"title": "A"', '"title": "\\ud800"')
    output.page("a/").write("feed.json", feed)

    (problem,) = output.problems
    assert problem.path == "feed.json"
    assert "surrogates not allowed" in problem.message


@pytest.mark.parametrize(("name", "text"), [("atom.xml", ATOM), ("rss.xml", RSS)])
def test_an_entry_that_is_there_twice_is_found_at_the_second(
    output: Output, name: str, text: str
) -> None:
    entry = ENTRY if name == "atom.xml" else ITEM
    output.page("a/").write(name, text.replace(entry, entry + entry))

    assert output.found == [(name, 9 + entry.count("\n"), f"the id '{BASE_URL}/a/' is there twice")]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [
<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
]>
<feed xmlns="http://www.w3.org/2005/Atom"><title>&b;</title></feed>
"""


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_a_feed_with_a_doctype_is_refused_before_its_entities_grow(
    output: Output, name: str
) -> None:
    output.write(name, BOMB)

    assert output.found == [(name, 2, "a DOCTYPE has no business here")]


def test_a_feed_that_nests_too_deep_is_refused(output: Output) -> None:
    output.write("atom.xml", "<a>" * 10_000)

    assert output.found == [("atom.xml", 1, "more than 200 elements in one another")]


def test_a_feed_that_is_not_utf_8_is_found(output: Output) -> None:
    output.write("atom.xml", ATOM.encode("utf-16"))

    assert output.found == [("atom.xml", 1, "not UTF-8")]
