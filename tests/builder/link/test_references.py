"""What a link, a wikilink or a picture leads to; and what it gets where it leads to nothing."""

from __future__ import annotations

from html import unescape
from urllib.parse import quote, unquote

import pytest

from tests.builder.failing import place_of, problem_of, problems_of
from tests.builder.project import Project, note


@pytest.fixture
def linked(project: Project) -> Project:
    """A site with pages to link to; a link goes into posts/a.md."""
    project.write("posts/b.md", note("Title of B", "## Some part\n\nWords."))
    project.write("posts/folder/index.md", note("Folder")).write("posts/folder/p.svg", "<svg/>")
    project.write("notes/deep/n.md", note("N")).write("pages/about.md", note("About us"))
    project.write("posts/चार.md", note("चार")).write("static/file.txt", "x")
    return project.write("posts/p.svg", "<svg/>").write("notes/two words.pdf", "%PDF")


def link_in(project: Project, markdown: str) -> str:
    """The address that a link in posts/a.md leads to."""
    project.write("posts/a.md", note("A", markdown)).build()
    html = project.main("posts/a/index.html").partition('class="prose"')[2]
    return html.partition("href=")[2].partition('"')[2].partition('"')[0]


def mistake_in(project: Project, markdown: str) -> tuple[str, str]:
    """(message, hint) of the problem with a link on line 6 of posts/a.md."""
    project.write("posts/a.md", note("A", f"First.\n\n{markdown}"))
    problem = problem_of(project)
    assert place_of(problem) == "content/posts/a.md:7"
    return problem.message, problem.hint


# --- Links between files


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("[x](b.md)", "/posts/b/"),
        ("[x](./b.md)", "/posts/b/"),
        ("[x](../posts/b.md)", "/posts/b/"),
        ("[x](../notes/deep/n.md)", "/notes/n/"),
        ("[x](../pages/about.md)", "/about/"),
        ("[x](folder/index.md)", "/posts/folder/"),
        ("[x](b.md#some-part)", "/posts/b/#some-part"),
        ("[x](b.md?q=1&r=2#some-part)", "/posts/b/?q=1&amp;r=2#some-part"),
        ("[x](चार.md)", "/posts/%E0%A4%9A%E0%A4%BE%E0%A4%B0/"),
        ("[x](%E0%A4%9A%E0%A4%BE%E0%A4%B0.md)", "/posts/%E0%A4%9A%E0%A4%BE%E0%A4%B0/"),
        ("[x](/content/posts/b.md)", "/posts/b/"),
        ('<a href="b.md">x</a>', "/posts/b/"),
    ],
)
def test_a_link_to_a_file_leads_to_its_page(linked: Project, markdown: str, address: str) -> None:
    assert link_in(linked, markdown) == address


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("[x](/posts/b/)", "/posts/b/"),
        ("[x](/posts/b)", "/posts/b/"),
        ("[x](/posts/b/#some-part)", "/posts/b/#some-part"),
        ("[x](/about/)", "/about/"),
        ("[x](/)", "/"),
        ("[x](/posts/)", "/posts/"),
        ("[x](/tags/)", "/tags/"),
        ("[x](/archive/2026/)", "/archive/2026/"),
        ("[x](/atom.xml)", "/atom.xml"),
        ("[x](/status/)", "/status/"),
        ("[x](/file.txt)", "/file.txt"),
        ("[x](/file.txt?v=2)", "/file.txt?v=2"),
        ("[x](/posts/p.svg)", "/posts/p.svg"),
        ("[x](/posts/%E0%A4%9A%E0%A4%BE%E0%A4%B0/)", "/posts/%E0%A4%9A%E0%A4%BE%E0%A4%B0/"),
    ],
)
def test_a_link_from_the_root_leads_to_that_address(
    linked: Project, markdown: str, address: str
) -> None:
    assert link_in(linked, markdown) == address


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("[x](p.svg)", "/posts/p.svg"),
        ("[x](folder/p.svg)", "/posts/folder/p.svg"),
        ("[x](../static/file.txt)", "/file.txt"),
        ("[x](<../notes/two words.pdf>)", "/notes/two%20words.pdf"),
        ("[x](../notes/two%20words.pdf#page=3)", "/notes/two%20words.pdf#page=3"),
    ],
)
def test_a_link_to_any_other_file_leads_to_its_copy(
    linked: Project, markdown: str, address: str
) -> None:
    assert link_in(linked, markdown) == address


@pytest.mark.parametrize(
    "name", ["why?.txt", "c#.txt", "100%.txt", "a%20b.txt", "🎉 & 'x'.txt", "a;b,c.txt"]
)
def test_a_file_of_any_name_can_be_linked_to(linked: Project, name: str) -> None:
    linked.write(f"posts/{name}", "x").write(f"static/{name}", "x")

    for address in (quote(name), "/" + quote(name)):
        if address == "/why%3F.txt":
            continue  # from the root a question mark begins a query
        found = link_in(linked, f"[x]({address})")
        assert unquote(unescape(found)).removeprefix("/posts") == f"/{name}", address


@pytest.mark.parametrize(
    "address",
    ["https://example.com/x?a=b#c", "mailto:ada@example.org", "//cdn.example/x", "tel:+49"],
)
def test_an_address_elsewhere_is_left_as_it_is(linked: Project, address: str) -> None:
    assert link_in(linked, f"[x]({address})") == address


def test_a_picture_beside_a_page_is_found_from_the_page_and_from_elsewhere(linked: Project) -> None:
    linked.write("posts/folder/index.md", note("Folder", "![alt](p.svg)"))
    linked.write("posts/a.md", note("A", "![alt](folder/p.svg)")).build()

    assert 'src="/posts/folder/p.svg"' in linked.main("posts/folder/index.html")
    assert 'src="/posts/folder/p.svg"' in linked.main("posts/a/index.html")


@pytest.mark.parametrize("markdown", ["![alt](b.md)", '<img src="/posts/b/" alt="">'])
def test_a_picture_that_is_a_page_is_a_problem(linked: Project, markdown: str) -> None:
    assert mistake_in(linked, markdown)[0] == "'content/posts/b.md' is a page and no picture"


def test_links_have_the_base_path(linked: Project) -> None:
    linked.edit("pyproject.toml", "https://example.org", "https://example.org/my/site")

    assert link_in(linked, "[x](b.md)") == "/my/site/posts/b/"
    assert link_in(linked, "[x](/file.txt)") == "/my/site/file.txt"
    assert link_in(linked, "[[b]]") == "/my/site/posts/b/"


def test_an_alias_can_be_linked_to(linked: Project) -> None:
    linked.write("posts/b.md", note("B", aliases="[/old/]"))

    assert link_in(linked, "[x](/old/)") == "/old/"


# --- Wikilinks


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("[[b]]", '<a href="/posts/b/">Title of B</a>'),
        ("[[B]]", '<a href="/posts/b/">Title of B</a>'),
        ("[[title of b]]", '<a href="/posts/b/">Title of B</a>'),
        ("[[posts/b]]", '<a href="/posts/b/">Title of B</a>'),
        ("[[b|other words]]", '<a href="/posts/b/">other words</a>'),
        ("[[b#some-part]]", '<a href="/posts/b/#some-part">Title of B</a>'),
        ("[[About us]]", '<a href="/about/">About us</a>'),
        ("[[pages/about]]", '<a href="/about/">About us</a>'),
        ("[[folder]]", '<a href="/posts/folder/">Folder</a>'),
        ("[[चार]]", '<a href="/posts/%E0%A4%9A%E0%A4%BE%E0%A4%B0/">चार</a>'),
    ],
)
def test_a_wikilink_finds_a_page_by_slug_title_or_kind(
    linked: Project, markdown: str, html: str
) -> None:
    linked.write("posts/a.md", note("A", markdown)).build()

    assert html in linked.main("posts/a/index.html")


def test_a_wikilink_finds_a_page_by_its_files_name_too(project: Project) -> None:
    project.write("posts/file-name.md", note("T", slug="slug"))

    assert link_in(project, "[[file-name]]") == "/posts/slug/"


def test_a_wikilink_finds_a_name_in_either_unicode_form(project: Project) -> None:
    project.write("posts/x.md", note("Study", slug="\u00e9tude"))

    assert link_in(project, "[[\u00e9tude]]") == "/posts/%C3%A9tude/"
    assert link_in(project, "[[e\u0301tude]]") == "/posts/%C3%A9tude/"


def test_a_title_shown_by_a_wikilink_is_text(project: Project) -> None:
    project.write("posts/b.md", note("<script>alert(1)</script> & co"))
    project.write("posts/a.md", note("A", "[[b]]")).build()

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co</a>" in project.main(
        "posts/a/index.html"
    )


def test_a_wikilink_that_can_mean_two_pages_is_a_problem_that_names_the_ways_out(
    linked: Project,
) -> None:
    linked.write("notes/b.md", note("Other B"))

    message, hint = mistake_in(linked, "[[b]]")

    assert message == "[[b]] can mean 2 pages"
    assert "[[posts/b]]" in hint
    assert "[[notes/b]]" in hint
    assert link_in(linked, "[[notes/b]]") == "/notes/b/"


def test_the_way_out_of_ambiguity_always_works(project: Project) -> None:
    project.write("posts/x.md", note("One", slug="y")).write("posts/y.md", note("Two", slug="x"))

    assert link_in(project, "[[posts/x]]") == "/posts/x/"
    assert link_in(project, "[[posts/y]]") == "/posts/y/"


def test_a_wikilink_to_nothing_is_a_problem_with_the_nearest_name(linked: Project) -> None:
    message, hint = mistake_in(linked, "[[fodler]]")

    assert message == "no page answers to 'fodler'"
    assert hint == "did you mean 'folder'?"


# --- Links to nothing


@pytest.mark.parametrize(
    ("markdown", "near"),
    [
        ("[x](bb.md)", "b.md"),
        ("[x](../notes/deep/m.md)", "../notes/deep/n.md"),
        ("[x](/posts/folders/)", "/posts/folder/"),
        ("[x](/flie.txt)", "/file.txt"),
        ("[x](folder/q.svg)", "folder/p.svg"),
        ("![alt](q.svg)", "p.svg"),
        ('<img src="q.svg" alt="">', "p.svg"),
    ],
)
def test_a_link_to_nothing_is_a_problem_with_the_nearest_name(
    linked: Project, markdown: str, near: str
) -> None:
    message, hint = mistake_in(linked, markdown)

    assert message.endswith("leads to nothing")
    assert f"'{near}'" in hint


@pytest.mark.parametrize(
    "target", ["../../secret.md", "../../../etc/passwd", "b", "folder/", "?q", "/posts/b.md", "."]
)
def test_a_link_out_of_the_site_or_to_a_folder_of_files_is_a_problem(
    linked: Project, target: str
) -> None:
    assert "leads to nothing" in mistake_in(linked, f"[x]({target})")[0]


def test_a_file_of_the_project_that_is_not_content_is_not_published_by_a_link(
    linked: Project,
) -> None:
    linked.write("snippets/z.py", "x = 1\n")

    _, hint = mistake_in(linked, "[x](../../snippets/z.py)")

    assert hint == "only files below content/ are published"


def test_an_anchor_to_nothing_is_a_problem_with_the_nearest_one(linked: Project) -> None:
    message, hint = mistake_in(linked, "[x](b.md#same-part)")

    assert message == "'content/posts/b.md' has no anchor '#same-part'"
    assert hint == "did you mean 'some-part'?"


@pytest.mark.parametrize("markdown", ["[x](/posts/b/#no)", "[[b#no]]"])
def test_an_anchor_to_nothing_is_found_in_every_form(linked: Project, markdown: str) -> None:
    assert "has no anchor '#no'" in mistake_in(linked, markdown)[0]


def test_an_anchor_in_another_script_is_found(project: Project) -> None:
    project.write("posts/b.md", note("B", "## चार पाँच\n"))

    assert link_in(project, "[x](b.md#चार-पाँच)").startswith("/posts/b/#%E0%A4%9A")


def test_all_links_to_nothing_are_told_in_one_run_though_hints_end(project: Project) -> None:
    for number in range(30):
        project.write(f"posts/{number:02}.md", note(f"N {number}", f"[x]({number:02}.mb)"))

    problems = problems_of(project)

    assert len(problems) == 30
    assert sum(bool(problem.hint) for problem in problems) == 20


# --- What is left out of this build


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("see [*the* draft](draft.md) there", "<p>see <em>the</em> draft there</p>"),
        ("see [it](/posts/draft/) there", "<p>see it there</p>"),
        ("see [it](draft.md#anything) there", "<p>see it there</p>"),
        ("see [[draft]] there", "<p>see draft there</p>"),
        ("see [[Secret title|it]] there", "<p>see it there</p>"),
    ],
)
def test_a_link_to_a_draft_becomes_its_text_with_a_warning(
    linked: Project, markdown: str, text: str
) -> None:
    linked.write("posts/draft.md", note("Secret title", draft="true"))
    linked.write("posts/a.md", note("A", markdown)).build()

    assert text in linked.main("posts/a/index.html")
    assert linked.warnings == [
        "content/posts/a.md:5: warning: the link to 'content/posts/draft.md' became its text:"
        " that page is left out of this build"
    ]


def test_with_drafts_the_link_is_one(linked: Project) -> None:
    linked.write("posts/draft.md", note("D", draft="true"))
    linked.with_options(drafts=True)

    assert link_in(linked, "[it](draft.md)") == "/posts/draft/"
    assert linked.warnings == []


def test_a_link_to_a_drafts_file_becomes_its_text_too(linked: Project) -> None:
    linked.write("posts/draft/index.md", note("D", draft="true")).write("posts/draft/p.pdf", "x")
    linked.write("posts/a.md", note("A", "see [it](draft/p.pdf) there")).build()

    assert "<p>see it there</p>" in linked.main("posts/a/index.html")
    assert len(linked.warnings) == 1


def test_a_drafts_picture_in_another_page_is_a_problem(linked: Project) -> None:
    linked.write("posts/draft/index.md", note("D", draft="true")).write("posts/draft/p.svg", "x")

    message, hint = mistake_in(linked, "![alt](draft/p.svg)")

    assert "left out of this build with 'content/posts/draft/index.md'" in message
    assert "content/static/" in hint


def test_links_in_a_draft_are_not_looked_up(linked: Project) -> None:
    linked.write("posts/draft.md", note("D", "[x](nothing.md)", draft="true")).build()

    assert linked.warnings == []


# --- The menu and papers


def test_the_menu_leads_to_pages_lists_files_and_elsewhere(linked: Project) -> None:
    entries = [
        "/about/",
        "/posts/",
        "/file.txt",
        "/posts/b/#some-part",
        "/atom.xml?x",
        "https://e.org/",
    ]
    rows = ", ".join(f'{{ title = "M", url = "{entry}" }}' for entry in entries)
    linked.edit("pyproject.toml", "https://example.org", "https://example.org/base")
    linked.edit("pyproject.toml", 'author = "Ada"', f'author = "Ada"\nmenu = [{rows}]').build()

    html = linked.read("index.html")
    for entry in entries:
        assert f'href="{"" if entry.startswith("https") else "/base"}{entry}"' in html


@pytest.mark.parametrize("url", ["/abuot/", "/about/#nope", "/posts/draft/"])
def test_a_menu_entry_to_nothing_is_a_problem(linked: Project, url: str) -> None:
    linked.write("posts/draft.md", note("D", draft="true"))
    linked.edit(
        "pyproject.toml", 'author = "Ada"', f'author = "Ada"\nmenu = [{{title="M", url="{url}"}}]'
    )

    problem = problem_of(linked)

    assert problem.path == "pyproject.toml"
    assert url in problem.message
    if url == "/abuot/":
        assert problem.hint == "did you mean '/about/'?"


def test_a_paper_that_is_not_there_is_a_problem_at_its_line(linked: Project) -> None:
    linked.write("posts/folder/paper.pdf", "%PDF")
    linked.write("posts/folder/index.md", note("F", pdf="papre.pdf"))

    problem = problem_of(linked)

    assert place_of(problem) == "content/posts/folder/index.md:4"
    assert problem.hint.startswith("did you mean 'paper.pdf'")
