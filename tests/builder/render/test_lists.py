"""Lists and their older pages, tags, series, archive, 404, redirects."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.render.lists import HOME_CARDS, HOME_TAGS, split_pages
from tests.builder.project import Project, note


def cut(count: int, per_page: int) -> list[list[int]]:
    """The items (0: the newest) on the first page and on the older ones, from their newest."""
    older, newest = split_pages(count, per_page)
    starts = range(newest, newest + older * per_page, per_page)
    return [list(range(newest)), *(list(range(start, start + per_page)) for start in starts)]


counts = st.integers(0, 300)
sizes = st.integers(1, 25)


# --- Cutting lists into pages


@given(counts, sizes)
def test_every_item_is_on_exactly_one_page(count: int, per_page: int) -> None:
    pages = cut(count, per_page)

    assert [item for page in pages for item in page] == list(range(count))


@given(counts, sizes)
def test_older_pages_are_full_and_the_first_one_has_less_than_two_pages(
    count: int, per_page: int
) -> None:
    first, *older = cut(count, per_page)

    assert all(len(page) == per_page for page in older)
    assert len(first) == count or per_page <= len(first) < 2 * per_page
    assert len(first) < 2 * per_page


@given(counts, sizes)
def test_a_new_item_changes_no_older_page(count: int, per_page: int) -> None:
    before = [[count - item for item in page] for page in cut(count, per_page)[1:]]
    after = [[count + 1 - item for item in page] for page in cut(count + 1, per_page)[1:]]

    assert after[len(after) - len(before) :] == before
    assert len(after) - len(before) in (0, 1)


def write_posts(project: Project, count: int, per_page: int) -> None:
    project.edit("pyproject.toml", 'author = "Ada"', f'author = "Ada"\nper_page = {per_page}')
    for number in range(count):
        project.write(
            f"posts/p{number}.md", note(f"N{number}.", date=f"2026-01-{number + 1:02}", tags="[x]")
        )


def titles(html: str) -> list[str]:
    return re.findall(r">(N\d+\.)<", html)


@pytest.mark.parametrize("top", ["", "posts/", "tags/x/"])
def test_each_post_is_on_one_page_of_each_list_newest_first(project: Project, top: str) -> None:
    write_posts(project, 7, 2)
    project.build()

    older = sorted(path for path in project.tree() if path.startswith(f"{top}page/"))
    assert older == [f"{top}page/1/index.html", f"{top}page/2/index.html"]
    shown = [titles(project.main(path)) for path in (f"{top}index.html", *reversed(older))]
    assert shown == [["N6.", "N5.", "N4."], ["N3.", "N2."], ["N1.", "N0."]]


def test_older_pages_lead_to_each_other_and_back(project: Project) -> None:
    write_posts(project, 7, 2)
    project.build()

    def leads(path: str) -> list[tuple[str, str]]:
        return re.findall(r'rel="(prev|next)" href="([^"]*)"', project.main(path))

    assert leads("posts/index.html") == [("next", "/posts/page/2/")]
    assert leads("posts/page/2/index.html") == [("prev", "/posts/"), ("next", "/posts/page/1/")]
    assert leads("posts/page/1/index.html") == [("prev", "/posts/page/2/")]


def test_a_new_post_changes_few_pages(project: Project) -> None:
    write_posts(project, 8, 2)
    project.build()

    project.write("posts/new.md", note("New", date="2026-02-01")).build()

    lists = {path for path in project.rebuilt if "page/" in path}
    assert lists == set()
    assert "index.html" in project.rebuilt


def test_numbers_count_from_the_oldest_and_stand_in_the_title(project: Project) -> None:
    write_posts(project, 5, 1)
    project.build()

    assert titles(project.main("page/1/index.html")) == ["N0."]
    assert "Page 1" in project.read("page/1/index.html").partition("</title>")[0]


def test_a_list_without_items_says_so(project: Project) -> None:
    project.build()

    for path in (
        "index.html",
        "posts/index.html",
        "tags/index.html",
        "series/index.html",
        "archive/index.html",
    ):
        assert "Nothing here yet." in project.main(path), path


def test_standing_pages_are_in_no_list(project: Project) -> None:
    project.write("pages/about.md", note("About me")).build()

    for path in ("index.html", "archive/index.html", "archive/2026/index.html"):
        if path in project.tree():
            assert "About me" not in project.main(path)


# --- Tags, series, archive, status


def test_tags_are_listed_with_their_numbers(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[x, 'a & <b>']")).write(
        "notes/b.md", note("B", tags="[x]")
    )

    html = project.build().main("tags/index.html")

    assert '<a href="/tags/x/">x</a> <span class="count">2</span>' in html
    assert "a &amp; &lt;b&gt;</a>" in html


@pytest.mark.parametrize(
    ("path", "parent"),
    [("tags/x/", "/tags/"), ("tags/x/page/1/", "/tags/"), ("series/s/", "/series/")],
)
def test_a_tag_and_a_series_lead_to_all_of_their_kind(
    project: Project, path: str, parent: str
) -> None:
    write_posts(project, 5, 2)
    project.write("posts/s.md", note("S", series="S")).build()

    assert f'<p class="kicker"><a href="{parent}">' in project.main(f"{path}index.html")
    assert "kicker" not in project.main("posts/index.html")


def test_the_archive_has_every_year_newest_first_in_the_sites_zone(project: Project) -> None:
    project.edit("pyproject.toml", 'author = "Ada"', 'author = "Ada"\ntimezone = "Asia/Kolkata"')
    project.write("posts/a.md", note("New year", date="2024-12-31T20:00:00Z"))
    project.write("posts/b.md", note("Old", date="2023-06-01")).build()

    assert re.findall(r"archive/(\d+)/", project.main("archive/index.html")) == ["2025", "2023"]
    assert "New year" in project.main("archive/2025/index.html")
    assert "archive/2024/index.html" not in project.tree()


def test_every_card_is_on_the_status_page(project: Project) -> None:
    project.write("cards/z.md", note("The Z")).write("snippets/z.py", "x = 1\n").build()

    assert "The Z" in project.main("status/index.html")
    assert "not checked" in project.main("status/index.html")


# --- Cards


def write_cards(project: Project, **tags: str) -> Project:
    """Cards by their titles' last words, each with tags."""
    for number, (name, own) in enumerate(tags.items(), 1):
        project.write(f"snippets/{name}.py", "x = 1\n")
        text = note(f"Card {name}", tags=f"[{own}]", date=f"2026-01-{number:02}")
        project.write(f"cards/{name}.md", text)
    return project


def topics(project: Project) -> list[tuple[str, list[str]]]:
    """The headings of the list of cards, and the titles below each."""
    html = project.main("cards/index.html")
    top, *groups = re.split(r"<h2 class=[^>]*>", html)
    found = [("", re.findall(r">Card (\w+)<", top))] if ">Card " in top else []
    for group in groups:
        name = re.sub(r"<[^>]*>", "", group.partition("</h2>")[0])
        found.append((name, re.findall(r">Card (\w+)<", group)))
    return found


def test_cards_stand_below_their_first_tag_by_title(project: Project) -> None:
    write_cards(project, b="SQL, numerics", a="numerics", d="numerics, SQL", c="").build()

    assert topics(project) == [("numerics", ["a", "d"]), ("SQL", ["b"]), ("Other", ["c"])]
    assert '<a href="/tags/sql/">SQL</a></h2>' in project.main("cards/index.html")


def test_spellings_of_a_tag_are_one_topic(project: Project) -> None:
    write_cards(project, a="Two Words", b="two words").build()

    assert topics(project) == [("Two Words", ["a", "b"])]


def test_cards_without_tags_stand_in_no_group(project: Project) -> None:
    write_cards(project, b="", a="").build()

    assert topics(project) == [("", ["a", "b"])]
    assert "Other" not in project.main("cards/index.html")


def test_all_cards_stand_on_one_page_however_many_there_are(project: Project) -> None:
    project.edit("pyproject.toml", 'author = "Ada"', 'author = "Ada"\nper_page = 2')
    write_cards(project, **{f"c{number}": "x" for number in range(7)}).build()

    assert topics(project) == [("x", [f"c{number}" for number in range(7)])]
    assert not [path for path in project.tree() if path.startswith("cards/page/")]


def test_a_list_of_no_cards_says_so(project: Project) -> None:
    project.build()

    assert "Nothing here yet." in project.main("cards/index.html")


def test_a_post_does_not_change_the_list_of_cards(project: Project) -> None:
    write_cards(project, a="x").write("posts/old.md", note("Old")).build()

    project.write("posts/new.md", note("New", tags="[y]")).build()

    assert "index.html" in project.rebuilt
    assert "cards/index.html" not in project.rebuilt


# --- The home


def test_the_home_names_the_newest_cards_and_leads_to_all(project: Project) -> None:
    write_cards(project, **{f"c{number}": "x" for number in range(HOME_CARDS + 2)}).build()

    home = project.main("index.html")
    rows = home.partition('<ul class="states">')[2].partition("</ul>")[0]
    newest = [f"c{number}" for number in range(HOME_CARDS + 1, 1, -1)]
    assert re.findall(r">Card (\w+)<", rows) == newest
    assert '<a href="/cards/">All cards</a>' in home


def test_the_home_names_the_tags_with_the_most_pages_in_the_order_of_all(project: Project) -> None:
    names = [f"t{number:02}" for number in range(HOME_TAGS + 5)]
    for number, name in enumerate(names):
        project.write(f"posts/{name}.md", note(name, tags=f"[{name}]"))
        if number >= 5:
            project.write(f"notes/{name}.md", note(f"N {name}", tags=f"[{name}]"))
    project.build()

    section = project.main("index.html").partition('id="tags"')[2]
    assert re.findall(r'href="/tags/(\w+)/"', section) == names[5:]
    assert 'href="/tags/"' in section


def test_a_home_without_cards_and_tags_says_nothing_of_them(project: Project) -> None:
    home = project.write("posts/a.md", note("A")).build().main("index.html")

    assert "/cards/" not in home
    assert "/tags/" not in home
    assert "/status/" not in home


@pytest.mark.parametrize("path", ["index.html", "posts/a/index.html", "404.html"])
def test_every_footer_leads_to_status_feeds_and_source(project: Project, path: str) -> None:
    place = project.root / "pyproject.toml"
    place.write_text(f'[project.urls]\nSource = "https://code.example/a"\n{place.read_text()}')
    project.write("posts/a.md", note("A")).build()

    footer = project.read(path).partition('<footer class="site-footer">')[2]
    addresses = re.findall(r'href="([^"]*)"', footer)
    assert {"/status/", "/atom.xml", "/rss.xml", "/feed.json"} <= set(addresses)
    assert '<a href="https://code.example/a">Source</a>' in footer


# --- 404 and redirects


def test_the_page_for_missing_addresses_is_not_indexed_and_leads_home(project: Project) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base").build()

    html = project.read("404.html")
    assert '<meta name="robots" content="noindex">' in html
    assert 'href="/base/"' in html
    assert "404.html" not in project.read("sitemap.xml")


@pytest.mark.parametrize(
    ("alias", "output"),
    [
        ("/old/", "old/index.html"),
        ("/2020/01/old.html", "2020/01/old.html"),
        ("/old name", "old name/index.html"),
        ("/%E0%A4%9A/", "च/index.html"),
    ],
)
def test_an_alias_leads_to_its_page(project: Project, alias: str, output: str) -> None:
    project.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    project.write("posts/a.md", note("A & <b>", aliases=f"['{alias}']", lang="hi")).build()

    html = project.read(output)
    assert '<meta http-equiv="refresh" content="0; url=/base/posts/a/">' in html
    assert '<link rel="canonical" href="https://example.org/base/posts/a/">' in html
    assert '<a href="/base/posts/a/">A &amp; &lt;b&gt;</a>' in html
    assert '<html lang="hi">' in html
    assert "noindex" in html
    assert output.partition("/")[0] not in project.read("sitemap.xml")


def test_a_page_may_have_many_aliases(project: Project) -> None:
    project.write("posts/a.md", note("A", aliases="[/one/, /two/, /three.html]")).build()

    assert {"one/index.html", "two/index.html", "three.html"} <= project.rebuilt
