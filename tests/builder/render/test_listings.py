"""The code of cards on pages and in feeds: what links can reach, and where."""

from __future__ import annotations

import re

from tests.builder.project import Project, note

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
BODY = "```card a {collapse}\n```\n\n```card a\n```\n\n```card a#two\n```\n"


def test_no_id_stands_twice_on_a_page_and_feeds_have_none(project: Project) -> None:
    project.write("snippets/a.py", CODE).write("posts/a.md", note("A", BODY)).build()

    page = project.main("posts/a/index.html")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {"a", "a-2", "a.two", "a.one"} <= set(ids)
    assert re.findall(r'<a href="#(a[^"]+)">', page) == ["a.one", "a.two-"]
    assert re.findall(r'data-anchor="([^"]+)"', page) == ["a", "a-2", "a.two"]
    feed = project.read("atom.xml")
    assert "def" in feed
    for added in ("data-line=", "data-anchor", "outline", 'id="a'):
        assert added not in feed.replace("&quot;", '"'), added


def test_a_fold_speaks_the_pages_language(project: Project) -> None:
    project.write("snippets/a.py", CODE)
    project.write("posts/a.md", note("A", BODY, lang="zh")).build()

    page = project.main("posts/a/index.html")
    assert "<summary>6 行</summary>" in page
    assert 'aria-label="本段代码中"' in page
    assert "6 行" in project.read("atom.xml")
