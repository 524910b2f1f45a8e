"""RSS, Atom and JSON Feed.

They parse, they are complete, and nothing in them depends on when or where.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.builder.project import Project, note

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
FEEDS = ("atom.xml", "rss.xml", "feed.json")


def atom(project: Project, path: str = "atom.xml") -> ET.Element:
    return ET.fromstring(project.read(path))


def rss(project: Project, path: str = "rss.xml") -> ET.Element:
    channel = ET.fromstring(project.read(path)).find("channel")
    assert channel is not None
    return channel


def json_feed(project: Project, path: str = "feed.json") -> Any:
    return json.loads(project.read(path))


def text_of(element: ET.Element, tag: str) -> str:
    return element.findtext(tag) or ""


def contents(project: Project) -> dict[str, list[str]]:
    """The HTML of every entry of each format."""
    return {
        "atom": [text_of(entry, f"{ATOM}content") for entry in atom(project).iter(f"{ATOM}entry")],
        "rss": [text_of(item, CONTENT) for item in rss(project).iter("item")],
        "json": [item["content_html"] for item in json_feed(project)["items"]],
    }


def titles(project: Project, top: str = "") -> dict[str, list[str]]:
    return {
        "atom": [
            text_of(e, f"{ATOM}title") for e in atom(project, f"{top}atom.xml").iter(f"{ATOM}entry")
        ],
        "rss": [text_of(item, "title") for item in rss(project, f"{top}rss.xml").iter("item")],
        "json": [item["title"] for item in json_feed(project, f"{top}feed.json")["items"]],
    }


def all_alike(found: dict[str, list[str]]) -> list[str]:
    """What the three formats say, which must be the same."""
    first, *others = found.values()
    assert all(other == first for other in others)
    return first


# --- What is in them


def test_entries_are_the_newest_first_whatever_their_kind(project: Project) -> None:
    for day, path in ((2, "posts/a.md"), (3, "notes/b.md"), (1, "trivia/c.md")):
        project.write(path, note(f"Day {day}", date=f"2026-01-0{day}"))
    project.write("pages/about.md", note("About")).build()

    assert all_alike(titles(project)) == ["Day 3", "Day 2", "Day 1"]


def test_no_more_entries_than_the_setting_allows(project: Project) -> None:
    project.edit("pyproject.toml", 'author = "Ada"', 'author = "Ada"\nfeed_limit = 2')
    for day in range(1, 5):
        project.write(f"posts/d{day}.md", note(f"Day {day}", date=f"2026-01-0{day}", tags="[x]"))
    project.build()

    assert all_alike(titles(project)) == ["Day 4", "Day 3"]
    assert all_alike(titles(project, "tags/x/")) == ["Day 4", "Day 3"]


def test_each_tag_has_feeds_of_its_own_pages(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="['C#']")).write(
        "posts/b.md", note("B", tags="[y]")
    ).build()

    assert all_alike(titles(project, "tags/c#/")) == ["A"]
    feed = json_feed(project, "tags/c#/feed.json")
    assert feed["title"] == "Test site: C#"
    assert feed["home_page_url"] == "https://example.org/tags/c%23/"
    assert feed["feed_url"] == "https://example.org/tags/c%23/feed.json"


def test_the_whole_text_is_in_every_format(project: Project) -> None:
    body = "First.\n\n```python\nprint(1 < 2 & 3)\n```\n\n$x^2$ ]]> &amp; <b>bold</b> चार 中文 🎉"
    project.write("posts/a.md", note("A", body)).build()

    (html,) = all_alike(contents(project))
    for part in ("<p>First.</p>", "<math", "]]&gt; &amp; <b>bold</b> चार 中文 🎉", "<pre"):
        assert part in html
    assert (
        html == project.main("posts/a/index.html").partition('class="prose">')[2][1 : len(html) + 1]
    )


def test_what_an_entry_says_of_itself(project: Project) -> None:
    text = note("A & <b>", summary="S < T", tags="[x, C++]", updated="2026-02-01", lang="hi")
    project.write("posts/a.md", text).build()

    (entry,) = json_feed(project)["items"]
    assert {key: value for key, value in entry.items() if key != "content_html"} == {
        "id": "https://example.org/posts/a/",
        "url": "https://example.org/posts/a/",
        "title": "A & <b>",
        "summary": "S < T",
        "date_published": "2026-01-01T00:00:00+00:00",
        "date_modified": "2026-02-01T00:00:00+00:00",
        "tags": ["x", "C++"],
        "language": "hi",
    }
    found = atom(project).find(f"{ATOM}entry")
    assert found is not None
    assert text_of(found, f"{ATOM}title") == "A & <b>"
    assert text_of(found, f"{ATOM}published") == "2026-01-01T00:00:00+00:00"
    assert text_of(found, f"{ATOM}updated") == "2026-02-01T00:00:00+00:00"
    assert [category.get("term") for category in found.iter(f"{ATOM}category")] == ["x", "C++"]
    item = rss(project).find("item")
    assert item is not None
    assert text_of(item, "pubDate") == "Thu, 01 Jan 2026 00:00:00 +0000"
    assert text_of(item, "link") == "https://example.org/posts/a/"


def test_a_feed_says_where_it_is_and_whose_page_it_follows(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    project.write("posts/a.md", note("A")).build()

    links = {link.get("rel"): link.get("href") for link in atom(project).findall(f"{ATOM}link")}
    assert links == {
        "self": "https://example.org/base/atom.xml",
        "alternate": "https://example.org/base/",
    }
    channel = rss(project)
    assert text_of(channel, "link") == "https://example.org/base/"
    (own,) = [
        link.get("href") for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"
    ]
    assert own == "https://example.org/base/rss.xml"
    feed = json_feed(project)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "https://example.org/base/"
    assert feed["feed_url"] == "https://example.org/base/feed.json"


# --- Addresses


def test_every_address_in_a_feed_is_absolute(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    body = (
        "## Part\n\n[b](../b.md#part) [[b]] [root](/file.txt) [here](#part) ![alt](p.svg)\n\n"
        '<img src="p.svg" srcset="p.svg 1x, p.svg 2x" alt=""> <a href="#part">x</a> Note[^1]\n\n'
        "```card z#two\n```\n\n[^1]: A note.\n"
    )
    project.write("snippets/z.py", "def two():\n    return 2\n").write(
        "cards/z.md", note("Z", date=None)
    )
    project.write("posts/a/index.md", note("A", body, tags="[x]")).write("posts/a/p.svg", "<svg/>")
    project.write("static/file.txt", "x").write(
        "posts/b.md", note("B", "## Part\n", date=None)
    ).build()

    (html,) = all_alike(contents(project))
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html)
    addresses += [part.split()[0] for part in re.findall(r'srcset="([^"]*)"', html)[0].split(",")]
    assert len(addresses) >= 10
    assert [
        address for address in addresses if not address.startswith("https://example.org/base/")
    ] == []
    assert "https://example.org/base/posts/a/#part" in addresses
    assert "https://example.org/base/posts/a/p.svg" in addresses


# --- Identity and time


def test_an_id_of_its_own_survives_a_new_address(project: Project) -> None:
    project.write("posts/a.md", note("A", id="tag:example.org,2026:a")).build()
    before = [project.read(feed) for feed in FEEDS]
    project.edit("posts/a.md", "id:", "slug: moved\nid:").build()

    assert all("tag:example.org,2026:a" in text for text in before)
    (entry,) = json_feed(project)["items"]
    assert (entry["id"], entry["url"]) == (
        "tag:example.org,2026:a",
        "https://example.org/posts/moved/",
    )
    item = rss(project).find("item/guid")
    assert item is not None
    assert (item.text, item.get("isPermaLink")) == ("tag:example.org,2026:a", "false")


def test_without_one_the_address_is_the_id(project: Project) -> None:
    project.write("posts/a.md", note("A")).build()

    guid = rss(project).find("item/guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == ("https://example.org/posts/a/", "true")


def test_two_entries_of_one_id_are_a_problem_that_names_both(project: Project) -> None:
    from tests.builder.failing import problem_of

    project.write("posts/a.md", note("A", id="x")).write("posts/b.md", note("B", id="x"))

    problem = problem_of(project)
    assert (problem.line, problem.message.endswith("content/posts/a.md")) == (4, True)


def test_a_feed_changed_when_its_newest_entry_did_and_not_when_it_was_made(
    project: Project,
) -> None:
    project.write("posts/a.md", note("A", date="2026-01-01", updated="2026-03-01T10:00:00+05:30"))
    project.write("posts/b.md", note("B", date="2026-02-01")).build()

    assert text_of(atom(project), f"{ATOM}updated") == "2026-03-01T04:30:00+00:00"
    assert text_of(rss(project), "lastBuildDate") == "Sun, 01 Mar 2026 04:30:00 +0000"
    assert text_of(rss(project), "pubDate") == ""


def test_a_site_without_entries_has_feeds_that_parse_and_say_never(project: Project) -> None:
    project.build()

    assert all_alike(titles(project)) == []
    assert text_of(atom(project), f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
    assert "1970" in text_of(rss(project), "lastBuildDate")
    assert json_feed(project)["items"] == []


def test_an_edited_post_remakes_only_feeds_that_show_it(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[x]")).write(
        "posts/b.md", note("B", tags="[y]")
    ).build()

    project.edit("posts/a.md", "Words.", "Other words, no summary.").build()

    feeds = {
        path for path in project.rebuilt if path.endswith(("atom.xml", "rss.xml", "feed.json"))
    }
    assert feeds == {*FEEDS, *(f"tags/x/{name}" for name in FEEDS)}


# --- Traps


@pytest.mark.parametrize(
    "char", ["\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\ufffe", "\uffff", "\u200b", "\U0001f389"]
)
def test_characters_that_xml_forbids_do_not_break_a_feed(project: Project, char: str) -> None:
    body = f"Be{char}fore `co{char}de` after.\n\n```python\nx = '{char}'\n```\n"
    project.write("posts/a.md", note("A", body)).build()

    (html,) = contents(project)["atom"]
    assert "fore" in unescape(html)
    assert "after." in html
    assert len(json_feed(project)["items"]) == 1


def test_settings_with_signs_of_markup_do_not_break_a_feed(project: Project) -> None:
    project.edit("pyproject.toml", '"Test site"', "'<T> & \"]]>'")
    project.edit("pyproject.toml", '"Ada"', "'A <a@b> & co'\ndescription = 'D < & >'")
    project.write("posts/a.md", note("A", tags="['<x> & \"y\"']")).build()

    assert text_of(atom(project), f"{ATOM}title") == '<T> & "]]>'
    assert text_of(atom(project), f"{ATOM}subtitle") == "D < & >"
    assert text_of(atom(project), f"{ATOM}author/{ATOM}name") == "A <a@b> & co"
    assert text_of(rss(project), "description") == "D < & >"


@pytest.mark.parametrize("date", ["1000-01-01", "1850-06-01", "9998-12-31"])
def test_very_old_and_far_dates_are_written(project: Project, date: str) -> None:
    project.with_options(future=True).write("posts/a.md", note("A", date=date)).build()

    assert json_feed(project)["items"][0]["date_published"].startswith(date)
    assert date[:4] in text_of(rss(project), "item/pubDate")
