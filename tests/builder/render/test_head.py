"""Heads of pages: pictures for previews, the policy, feeds, what machines are told; `_headers`."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from builder.check import check_output
from builder.policy import DEFAULT_POLICY
from tests.builder.pictures import make_png
from tests.builder.project import Project, note

POST = "posts/a/index.html"
MATHS = r"""
$$
\begin{align} a &= b \\ c + d &= e \end{align}
$$

$$
f(x) = \begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}
\qquad \begin{array}{l|r} 1 & 2 \\ \hline 3 & 4 \end{array}
$$

$$
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \quad \begin{gather} x = 1 \\ y = 2 \end{gather}
\quad \begin{multline} a \\ b \end{multline}
$$

$$
\overset{!}{=} \quad \boxed{x} \quad \cancel{y} \quad \color{red}{z} \quad \hspace{2em}
\underbrace{a + b}_{c} \quad \substack{i \\ j}
$$

| a | b | c |
| :-- | :-: | --: |
| 1 | 2 | 3 |

```python {hl="x"}
x = 1
```

- [x] done[^1]

[^1]: A note.
"""


def metas(html: str) -> dict[str, str]:
    """What meta elements say, by name or property."""
    found = re.findall(r'<meta (?:name|property|http-equiv)="([^"]+)" content="([^"]*)"', html)
    return {name: unescape(content) for name, content in found}


def graph(html: str) -> list[dict[str, Any]]:
    text = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    found = json.loads(text)
    parts: list[dict[str, Any]] = found.get("@graph", [found])
    return parts


def mistakes(project: Project) -> list[str]:
    """What `proofpress check` finds."""
    checked = check_output(project.output, base_url="https://example.org", external=False)
    return [str(problem) for problem in checked.problems]


def with_settings(project: Project, lines: str) -> Project:
    return project.edit("pyproject.toml", "author", f"{lines}\nauthor")


# --- The policy


def test_every_page_states_the_policy_and_nothing_in_it_offends(project: Project) -> None:
    project.write("posts/a.md", note("A", MATHS, tags="[x]", aliases="[/old/]", series="S"))
    project.write("cards/z.md", note("Z", "```card z\n```")).write("snippets/z.py", "x = 1\n")
    project.write("pages/about.md", note("About", date=None)).build()

    pages = {path: data.decode() for path, data in project.tree().items() if path[-5:] == ".html"}
    assert {"old/index.html", "404.html", "search/index.html", POST} <= pages.keys()
    for path, html in pages.items():
        assert metas(html)["Content-Security-Policy"] == DEFAULT_POLICY, path
        # Before anything that it is to be applied to.
        assert html.index("Content-Security-Policy") < html.index("<title>"), path
        assert not re.search(r'<[^>]*\s(style|on[a-z]+)="', html), path
        assert "<style" not in html, path
        for script in re.findall(r"<script[^>]*>", html):
            assert "src=" in script or "ld+json" in script, path
    assert "<math" in pages[POST]
    assert mistakes(project) == []


def test_a_site_can_have_another_policy(project: Project) -> None:
    policy = (
        "default-src 'self';  script-src 'self' https://stats.example ; frame-ancestors 'none';"
    )
    with_settings(project, f'content_security_policy = "{policy}"')
    project.write("posts/a.md", note("A")).build()

    stated = metas(project.read(POST))["Content-Security-Policy"]
    # Browsers complain of a page that says who may show it in a frame.
    assert stated == "default-src 'self'; script-src 'self' https://stats.example"
    whole = f"{stated}; frame-ancestors 'none'"
    assert f"  Content-Security-Policy: {whole}\n" in project.read("_headers").replace(" ;", ";")


def test_a_site_can_do_without_a_policy(project: Project) -> None:
    with_settings(project, 'content_security_policy = ""')
    project.write("posts/a.md", note("A", '<p style="color: red">x</p>', aliases="[/old/]")).build()

    for path in (POST, "old/index.html", "_headers"):
        assert "Content-Security-Policy" not in project.read(path)
    assert "nosniff" in project.read("_headers")
    assert project.warnings == []


# --- What hosts shall send


def test_hosts_are_told_what_to_send(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base").build()

    assert project.read("_headers") == (
        "/base/*\n"
        f"  Content-Security-Policy: {DEFAULT_POLICY}; frame-ancestors 'self'\n"
        "  Referrer-Policy: strict-origin-when-cross-origin\n"
        "  X-Content-Type-Options: nosniff\n"
        "/base/assets/*\n"
        "  Cache-Control: public, max-age=31536000, immutable\n"
    )


def test_what_may_be_kept_for_ever_tells_in_its_name_what_is_in_it(project: Project) -> None:
    with_settings(project, "og_images = true\nresponsive_images = true")
    project.write("posts/a/p.png", make_png(1300, 900))
    project.write("posts/a/index.md", note("A", "![p](p.png)\n\n$x$")).build()

    kept = [path for path in project.tree() if path.startswith("assets/")]
    assert len(kept) > 8
    for path in kept:
        assert re.search(r"[0-9a-f]{12}", path), path


def test_a_sites_own_headers_take_the_place_of_ours(project: Project) -> None:
    project.write("static/_headers", "/*\n  X-Own: yes\n").build()

    assert project.read("_headers") == "/*\n  X-Own: yes\n"

    project.delete("static/_headers").build()
    assert "nosniff" in project.read("_headers")


# --- Feeds, colours, machines


def test_a_page_names_the_sites_feeds_and_a_tags_page_its_own_too(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[Big data]")).build()

    def feeds(path: str) -> list[str]:
        return re.findall(r'<link rel="alternate" type="[^"]+" title="[^"]+" href="([^"]+)"',
                          project.read(path))  # fmt: skip

    site = ["/atom.xml", "/rss.xml", "/feed.json"]
    assert feeds(POST) == feeds("index.html") == feeds("404.html") == site
    assert feeds("tags/big-data/index.html") == [
        *site, *(f"/tags/big-data{url}" for url in site)
    ]  # fmt: skip


def test_a_page_has_a_colour_for_light_and_one_for_dark(project: Project) -> None:
    html = project.write("posts/a.md", note("A")).build().read(POST)

    assert re.findall(r'name="theme-color" content="(#\w+)" media="\(([\w-]+: \w+)', html) == [
        ("#fdfdfc", "prefers-color-scheme: light"),
        ("#15171a", "prefers-color-scheme: dark"),
    ]


def test_a_page_tells_the_way_to_it(project: Project) -> None:
    project.write("notes/a.md", note("A")).write("pages/about.md", note("About", date=None)).build()

    def steps(path: str) -> list[tuple[int, str, str]]:
        trail = graph(project.read(path))[1]
        assert trail["@type"] == "BreadcrumbList"
        return [(it["position"], it["name"], it["item"]) for it in trail["itemListElement"]]

    home = (1, "Test site", "https://example.org/")
    assert steps("notes/a/index.html") == [
        home,
        (2, "Notes", "https://example.org/notes/"),
        (3, "A", "https://example.org/notes/a/"),
    ]
    assert steps("about/index.html") == [home, (2, "About", "https://example.org/about/")]


@pytest.mark.parametrize(
    ("kind", "type_"), [("posts", "BlogPosting"), ("notes", "Article"), ("trivia", "Article")]
)
def test_a_page_says_of_what_type_it_is(project: Project, kind: str, type_: str) -> None:
    project.write(f"{kind}/a.md", note("A")).build()

    assert graph(project.read(f"{kind}/a/index.html"))[0]["@type"] == type_
    assert graph(project.read("index.html"))[0]["@type"] == "WebSite"


# --- A site's own picture


def test_a_sites_own_picture_stands_for_all_pages(project: Project) -> None:
    project.write("static/og.png", make_png(1200, 600)).write("posts/a.md", note("A")).build()

    for path in (POST, "index.html", "tags/index.html"):
        said = metas(project.read(path))
        assert said["og:image"] == "https://example.org/og.png"
        assert (said["og:image:width"], said["og:image:height"]) == ("1200", "600")
        assert said["og:image:alt"] == "Test site"
        assert said["twitter:card"] == "summary_large_image"
    assert graph(project.read(POST))[0]["image"] == "https://example.org/og.png"
    assert mistakes(project) == []


def test_without_a_picture_none_is_named(project: Project) -> None:
    html = project.write("posts/a.md", note("A")).build().read(POST)

    assert "og:image" not in html
    assert "twitter:card" not in html
    assert "image" not in graph(html)[0]
