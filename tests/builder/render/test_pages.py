"""A page's own HTML: its head, what surrounds the text; and nothing breaks out of its place."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from builder.check import check_output
from builder.render.head import dump_json_ld
from tests.builder.pictures import make_pdf, make_svg
from tests.builder.project import Project, note

NASTY = "</title><script>alert('x')</script> & \"quoted\" <!-- ]]>"


def page(project: Project, body: str = "Words.", title: str = "A", **front_matter: Any) -> str:
    """The HTML of posts/a.md."""
    return (
        project.write("posts/a.md", note(title, body, **front_matter))
        .build()
        .read("posts/a/index.html")
    )


def json_ld(html: str) -> dict[str, Any]:
    text = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    found = json.loads(text)
    assert found["@context"] == "https://schema.org"
    described = found["@graph"][0]
    assert isinstance(described, dict)
    return described


def meta(html: str, name: str) -> str:
    found = re.search(rf'<meta (?:name|property)="{re.escape(name)}" content="([^"]*)">', html)
    return unescape(found[1]) if found else ""


# --- The head


def test_a_page_names_its_one_address(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base/")

    project.write("posts/a.md", note("A", slug="two words")).build()

    html = project.read("posts/two words/index.html")
    canonical = "https://example.org/base/posts/two%20words/"
    assert f'<link rel="canonical" href="{canonical}">' in html
    assert meta(html, "og:url") == canonical
    assert json_ld(html)["url"] == canonical


def test_a_page_says_what_it_is_about_to_those_who_share_it(project: Project) -> None:
    html = page(project, summary="What it's about")

    assert meta(html, "description") == "What it's about"
    assert meta(html, "og:description") == "What it's about"
    assert meta(html, "og:title").startswith("A")
    assert meta(html, "og:type") == "article"
    assert meta(html, "og:site_name") == "Test site"


def test_the_first_paragraph_is_the_summary_where_none_is_given(project: Project) -> None:
    assert meta(page(project, "First *words*.\n\nMore."), "description") == "First words."


def test_a_page_describes_itself_to_machines(project: Project) -> None:
    html = page(project, summary="S", tags="[x, y]", updated="2026-02-01", lang="hi")

    assert json_ld(html) == {
        "@type": "BlogPosting",
        "author": {"@type": "Person", "name": "Ada"},
        "dateModified": "2026-02-01T00:00:00+00:00",
        "datePublished": "2026-01-01T00:00:00+00:00",
        "description": "S",
        "headline": "A",
        "inLanguage": "hi",
        "isPartOf": {"@type": "WebSite", "name": "Test site", "url": "https://example.org/"},
        "keywords": ["x", "y"],
        "mainEntityOfPage": "https://example.org/posts/a/",
        "url": "https://example.org/posts/a/",
    }


def test_a_standing_page_is_no_article(project: Project) -> None:
    project.write("pages/about.md", note("About", date=None)).build()

    html = project.read("about/index.html")
    assert json_ld(html)["@type"] == "WebPage"
    assert "datePublished" not in json_ld(html)
    assert meta(html, "og:type") == "website"


def test_no_text_breaks_out_of_its_place(project: Project) -> None:
    project.edit("pyproject.toml", 'title = "Test site"', f"title = '''{NASTY}'''")
    quoted = json.dumps(NASTY)
    name = quoted.replace("/", "")
    text = f"---\ntitle: {quoted}\nsummary: {quoted}\ndate: 2026-01-01\ntags: [{name}]\n"
    project.write("posts/a.md", f"{text}series: {quoted.replace('/', '')}\n---\nWords.\n")
    project.write("posts/b.md", note("B", "[[a]]", tags=f"[{quoted.replace('/', '')}]")).build()

    for path, data in project.tree().items():
        if path.endswith(".html"):
            html = data.decode()
            assert "<script>alert" not in html, path
            assert "</title><script" not in html, path
            assert html.count("<title>") == 1, path
    html = project.read("posts/a/index.html")
    assert json_ld(html)["headline"] == NASTY
    assert json_ld(html)["isPartOf"]["name"] == NASTY
    assert meta(html, "description") == NASTY
    assert (
        f"<h1>{NASTY.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')[:8]}" in html
    )


@pytest.mark.parametrize(
    "text", ["</script>", "<!--<script>", "a\u2028b\u2029c", '"', "]]>", "é 中"]
)
def test_json_in_a_script_cannot_end_it_and_says_what_it_said(text: str) -> None:
    dumped = str(dump_json_ld({text: [text]}))

    assert json.loads(dumped) == {text: [text]}
    assert not set(dumped) & set("<\u2028\u2029")


def test_a_page_lists_the_sites_feeds(project: Project) -> None:
    html = page(project)

    for name, kind in (
        ("atom.xml", "atom+xml"),
        ("rss.xml", "rss+xml"),
        ("feed.json", "feed+json"),
    ):
        assert re.search(
            rf'rel="alternate" type="application/{re.escape(kind)}"[^>]*href="/{name}"', html
        )


def test_styles_and_scripts_have_the_digest_of_their_bytes_in_their_names(project: Project) -> None:
    before = set(re.findall(r'href="(/assets/[^"]*\.css)"', page(project)))
    assert before
    assert all(re.fullmatch(r"/assets/[\w-]+\.[0-9a-f]{12}\.css", name) for name in before)
    assert all(name[1:] in project.tree() for name in before)

    project.write("templates/css/site.css", "p { color: red }").build()

    after = set(re.findall(r'href="(/assets/[^"]*\.css)"', project.read("posts/a/index.html")))
    assert len(before - after) == 1
    assert (before - after).pop()[1:] not in project.tree()


def test_the_style_of_formulas_is_asked_for_only_where_there_are_some(project: Project) -> None:
    assert "/assets/math." not in page(project)
    assert "/assets/math." in page(project, "$x^2$")


# --- Languages


def test_a_page_is_in_its_own_language_with_the_words_of_that_language(project: Project) -> None:
    html = page(project, lang="hi")

    assert '<html lang="hi">' in html
    assert "1 जनवरी 2026" in html
    assert '<html lang="en">' in project.read("index.html")


def test_links_to_pages_in_another_language_say_so(project: Project) -> None:
    project.write("posts/b.md", note("B", date="2026-01-02", tags="[x]"))
    html = page(project, lang="zh", tags="[x]")

    assert '<a href="/posts/b/" lang="en" hreflang="en">B</a>' in html
    assert 'lang="zh" hreflang="zh">A</a>' in project.main("index.html")


def test_a_language_without_words_of_its_own_is_named_and_uses_english_ones(
    project: Project,
) -> None:
    html = page(project, lang="tlh")

    assert '<html lang="tlh">' in html
    assert "1 January 2026" in html


def test_a_region_uses_the_words_of_its_language(project: Project) -> None:
    html = page(project, lang="zh-TW")

    assert '<html lang="zh-TW">' in html
    assert "2026年1月1日" in html


# --- Around the text


def test_a_date_is_shown_in_the_sites_zone(project: Project) -> None:
    project.edit("pyproject.toml", 'author = "Ada"', 'author = "Ada"\ntimezone = "Asia/Kolkata"')

    html = page(project, date="2025-12-31T20:00:00Z")

    assert '<time datetime="2026-01-01T01:30:00+05:30">1 January 2026</time>' in html


@pytest.mark.parametrize(
    ("words", "lang", "minutes"),
    [
        ("word " * 10, "en", 1),
        ("word " * 660, "en", 3),
        ("字" * 1200, "zh", 3),
        ("字" * 1200, "ja-JP", 3),
    ],
)
def test_reading_time_counts_words_or_characters(
    project: Project, words: str, lang: str, minutes: int
) -> None:
    html = page(project, words, lang=lang)

    shown = {"en": f"{minutes} min read", "ja": f"{minutes} min read"}.get(lang[:2], str(minutes))
    assert shown in html.partition('<p class="meta">')[2].partition("</p>")[0]


def test_a_table_of_contents_lists_headings_of_two_levels_and_links_to_them(
    project: Project,
) -> None:
    html = page(project, "## One & *two*\n\n### Deep\n\n#### Deeper\n\n## Three `x<y`\n\nWords.")

    contents = html.partition('<nav class="toc"')[2].partition("</nav>")[0]
    ids = re.findall(r'href="#([^"]*)"', contents)
    assert len(ids) == 3
    assert all(f'id="{name}"' in html for name in ids)
    assert "One &amp; <em>two</em>" in contents
    assert "<code>x&lt;y</code>" in contents
    assert "Deeper" not in contents


def test_a_short_page_has_no_table_of_contents(project: Project) -> None:
    assert '<nav class="toc"' not in page(project, "## One\n\n## Two\n")


def test_a_page_offers_to_be_edited_where_its_source_is(project: Project) -> None:
    project.edit(
        "pyproject.toml",
        'author = "Ada"',
        'author = "Ada"\nedit_url = "https://code.example/edit/main/"',
    )
    project.write("posts/two words #1.md", note("A")).build()

    html = project.read("posts/two-words-1/index.html")

    assert 'href="https://code.example/edit/main/content/posts/two%20words%20%231.md"' in html


def test_without_a_setting_nothing_offers_to_edit(project: Project) -> None:
    assert 'class="edit"' not in page(project)


@pytest.mark.parametrize(
    ("path", "pdf", "url"),
    [
        ("notes/n/index.md", "notes/n/a paper.pdf", "/base/notes/other/a%20paper.pdf"),
        ("notes/n/index.md", "notes/n/deep/p.pdf", "/base/notes/other/deep/p.pdf"),
        ("notes/n.md", "notes/p.pdf", "/base/notes/p.pdf"),
        ("notes/deep/n.md", "notes/deep/p.pdf", "/base/notes/deep/p.pdf"),
        ("notes/pages/n.md", "notes/pages/p.pdf", "/base/notes/pages/p.pdf"),
        ("pages/n.md", "pages/p.pdf", "/base/p.pdf"),
        ("pages/n/index.md", "pages/n/p.pdf", "/base/other/p.pdf"),
    ],
)
def test_a_paper_is_linked_where_it_lies(project: Project, path: str, pdf: str, url: str) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    folder = path.rpartition("/")[0]
    project.write(path, note("N", slug="other", pdf=f'"{pdf.removeprefix(folder)[1:]}"')).write(
        pdf, make_pdf()
    )

    project.build()

    output = "other/index.html" if path.startswith("pages") else "notes/other/index.html"
    assert f'<a href="{url}" type="application/pdf">' in project.main(output)
    assert url.removeprefix("/base/").replace("%20", " ") in project.tree()


def test_values_of_ones_own_reach_ones_own_template_as_they_were_written(project: Project) -> None:
    project.write(
        "templates/page.html",
        "{{ page.extra.version }}|{{ page.extra.list|join(',') }}|"
        "{{ page.extra.deep.key }}|{{ page.title }}",
    )

    html = page(project, extra='{version: 1.10, list: [no, "<b>"], deep: {key: 2026-01-01}}')

    assert html == "1.10|no,&lt;b&gt;|2026-01-01|A"


def test_code_of_a_card_is_shown_from_the_modules_own_bytes(project: Project) -> None:
    project.write("snippets/z.py", 'def two():\n    return "<2> & é"\n')
    project.write("cards/z.md", note("Z", "```card z#two\n```\n")).build()

    html = re.sub(r"<[^>]*>", "", project.main("cards/z/index.html"))
    assert 'return "<2> & é"' in unescape(html)


# --- The whole site under a base path


def test_a_site_under_a_base_path_has_no_link_that_leaves_it(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://x.org/notes")
    rows = 'author = "Ada"\nper_page = 1\nmenu = [{ title = "About", url = "/about/" }]'
    project.edit("pyproject.toml", 'author = "Ada"', rows)
    project.write("pages/about.md", note("About", date=None)).write("static/file.txt", "x")
    project.write("snippets/z.py", "def two():\n    return 2\n")
    project.write("cards/z.md", note("Z", "```card z#two\n```\n", tags="[C++]"))
    project.write("posts/a/p.svg", make_svg(3, 2)).write("posts/a/paper.pdf", make_pdf())
    body = (
        "## Part\n\n[b](../b.md#part) [[b]] [file](/file.txt) [here](#part)\n\n"
        "![alt](p.svg) $x$[^1]\n\n"
        '<img src="p.svg" srcset="p.svg 1x, p.svg 2x" alt="">\n\n[^1]: A note.\n'
    )
    project.write(
        "posts/a/index.md",
        note(
            "A",
            body,
            tags="[C++, 'C#', चार]",
            series="S",
            pdf="paper.pdf",
            aliases="[/old/, /old.html]",
        ),
    )
    project.write(
        "posts/b.md", note("B", "## Part\n\nx", tags="[C++]", series="S", lang="hi", slug="चार")
    )
    for number in range(4):
        project.write(
            f"posts/n{number}.md", note(f"N{number}", date=f"202{number}-01-01", tags="[C++]")
        )
    project.build()

    report = check_output(project.output, base_url="https://x.org/notes", external=False)

    assert [str(problem) for problem in report.problems] == []
    assert report.pages > 20
    assert report.feeds == 3 * 4
    for path in ("index.html", "posts/a/index.html"):
        assert re.findall(r'(?:href|src)="(/(?!notes/)[^"]*)"', project.read(path)) == []
