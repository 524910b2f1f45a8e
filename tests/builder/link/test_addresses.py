"""Where things lie: addresses of pages, tags, files and aliases, and clashes between them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.link.addresses import (
    alias_address,
    encode_address,
    find_clashes,
    find_reserved,
    group_address,
    output_of,
)
from builder.read.schema import find_doubles
from tests.builder.failing import place_of, problem_of, problems_of
from tests.builder.project import Project, note

# --- Addresses of pages


@pytest.mark.parametrize(
    ("path", "output"),
    [
        ("posts/softmax.md", "posts/softmax/index.html"),
        ("posts/2026/deep/softmax.md", "posts/softmax/index.html"),
        ("posts/softmax/index.md", "posts/softmax/index.html"),
        ("notes/a.md", "notes/a/index.html"),
        ("trivia/a.md", "trivia/a/index.html"),
        ("pages/about.md", "about/index.html"),
        ("pages/team/index.md", "team/index.html"),
        ("posts/two words.md", "posts/two-words/index.html"),
        ("posts/Kept.md", "posts/Kept/index.html"),
        ("posts/चार.md", "posts/चार/index.html"),
        ("posts/中文.md", "posts/中文/index.html"),
        ("posts/v1.10.md", "posts/v1.10/index.html"),
    ],
)
def test_a_page_lies_at_its_kind_and_slug(project: Project, path: str, output: str) -> None:
    project.write(path, note("A")).build()

    assert output in project.rebuilt


def test_a_card_lies_at_its_slug(project: Project) -> None:
    project.write("cards/z-test.md", note("Z", snippet="z")).write(
        "snippets/z.py", "x = 1\n"
    ).build()

    assert "cards/z-test/index.html" in project.rebuilt


def test_a_slug_of_front_matter_stands_before_the_files_name(project: Project) -> None:
    project.write("posts/a.md", note("A", slug="b")).build()

    assert "posts/b/index.html" in project.rebuilt
    assert "posts/a/index.html" not in project.rebuilt


def test_every_address_of_the_contract_is_there(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[x]", series="S")).write(
        "pages/about.md", note("B")
    )

    project.build()

    assert project.tree().keys() >= {
        "index.html",
        "posts/index.html",
        "notes/index.html",
        "trivia/index.html",
        "cards/index.html",
        "posts/a/index.html",
        "about/index.html",
        "tags/index.html",
        "tags/x/index.html",
        "series/s/index.html",
        "archive/index.html",
        "archive/2026/index.html",
        "status/index.html",
        "atom.xml",
        "rss.xml",
        "feed.json",
        "tags/x/atom.xml",
        "tags/x/rss.xml",
        "tags/x/feed.json",
        "404.html",
        "sitemap.xml",
        "robots.txt",
        "SHA256SUMS",
    }


# --- Tags and series


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("python", "/tags/python/"),
        ("C++", "/tags/c++/"),
        ("C#", "/tags/c%23/"),
        ("100%", "/tags/100%25/"),
        ("Machine Learning", "/tags/machine-learning/"),
        ("why?", "/tags/why%3F/"),
        ("e\u0301t\u00e9", "/tags/%C3%A9t%C3%A9/"),
        ("中文", "/tags/%E4%B8%AD%E6%96%87/"),
        ('"quoted" & <b>', "/tags/%22quoted%22-%26-%3Cb%3E/"),
    ],
)
def test_a_tag_of_any_letters_has_an_address(name: str, address: str) -> None:
    assert group_address("tags", name) == address


@pytest.mark.parametrize("name", ["C++", "C#", "100%", "why?", "चार", "a & <b>", "..."])
def test_a_tag_of_any_letters_has_a_page_and_feeds_that_its_pages_link_to(
    project: Project, name: str
) -> None:
    project.write("posts/a.md", note("A", tags=f'["{name}"]')).build()

    address = group_address("tags", name)
    assert f'href="{address}"'.replace("&", "&amp;") in project.main("posts/a/index.html")
    assert output_of(address) in project.rebuilt
    assert output_of(f"{address}atom.xml") in project.rebuilt


def test_a_tag_written_twice_on_a_page_is_one_with_a_warning(project: Project) -> None:
    project.write("posts/a.md", note("A", tags="[Linear algebra, x, linear  Algebra, é, É]"))

    warnings = project.build().warnings

    assert warnings == [
        f"content/posts/a.md:4: warning: the tag '{tag}' is '{other}' again\n"
        "    keep one of them: they have one address"
        for tag, other in (("linear Algebra", "Linear algebra"), ("É", "é"))
    ]
    page = project.main("posts/a/index.html")
    assert page.count('href="/tags/linear-algebra/"') == page.count('href="/tags/%C3%A9/"') == 1
    assert ">Linear algebra</a>" in page


@given(st.lists(st.text(st.sampled_from("aA éÉ\u0301ßİ"), min_size=1), max_size=4))
def test_tags_are_one_exactly_if_they_have_one_address(tags: list[str]) -> None:
    seen: dict[str, str] = {}
    doubles = {}
    for tag in dict.fromkeys(tags):
        if (other := seen.setdefault(group_address("tags", tag), tag)) != tag:
            doubles[tag] = other

    assert find_doubles(tuple(dict.fromkeys(tags))) == doubles


@pytest.mark.parametrize("key", ["tags: [a/b]", "tags: ['..']", "series: ..", "series: a/../../b"])
def test_a_tag_or_a_series_that_leaves_its_folder_is_a_problem(project: Project, key: str) -> None:
    project.write("posts/a.md", f"---\ntitle: A\ndate: 2026-01-01\n{key}\n---\n")

    assert place_of(problem_of(project)) == "content/posts/a.md:4"


def test_a_tag_too_long_for_a_folder_is_a_problem_at_its_line(project: Project) -> None:
    project.write("posts/a.md", note("A", tags=f"[{'中' * 100}]"))

    problem = problem_of(project)

    assert place_of(problem) == "content/posts/a.md:4"
    assert "too long" in problem.message


# --- Files that are copied


@pytest.mark.parametrize(
    ("path", "output"),
    [
        ("static/favicon.svg", "favicon.svg"),
        ("static/deep/er/a.bin", "deep/er/a.bin"),
        ("posts/folder/p.svg", "posts/other/p.svg"),
        ("posts/folder/deep/p.svg", "posts/other/deep/p.svg"),
        ("posts/p.svg", "posts/p.svg"),
        ("pages/p.svg", "p.svg"),
        ("p.svg", "p.svg"),
        ("static/two words & #1 50% 🎉.svg", "two words & #1 50% 🎉.svg"),
    ],
)
def test_a_file_is_copied_byte_for_byte_to_its_place(
    project: Project, path: str, output: str
) -> None:
    project.write("posts/folder/index.md", note("Folder", slug="other"))

    project.write(path, b"\0\xff bytes").build()

    assert project.tree()[output] == b"\0\xff bytes"


def test_a_file_belongs_to_the_nearest_page_folder(project: Project) -> None:
    project.write("posts/a/index.md", note("A", slug="outer"))
    project.write("posts/a/b/index.md", note("B", slug="inner")).write("posts/a/b/p.svg", "<svg/>")

    project.build()

    assert "posts/inner/p.svg" in project.rebuilt


def test_evidence_is_not_copied(project: Project) -> None:
    project.write("evidence/z/tests.json", "{}").build()

    assert not [path for path in project.tree() if path.endswith("tests.json")]


# --- Clashes


def test_two_pages_of_one_address_are_a_problem_that_names_both(project: Project) -> None:
    project.write("posts/a.md", note("A", date="2026-01-01"))
    project.write("posts/b.md", note("B", date="2026-01-02", slug="a"))

    problem = problem_of(project)

    assert {problem.path, problem.message.split()[-1]} == {
        "content/posts/a.md",
        "content/posts/b.md",
    }
    assert "'/posts/a/'" in problem.message
    assert "slug:" in problem.hint


def test_a_file_and_a_page_folder_of_one_name_are_a_problem(project: Project) -> None:
    project.write("posts/a.md", note("A")).write("posts/a/index.md", note("B"))

    assert "is also that of" in problem_of(project).message


def test_names_that_become_one_slug_are_a_problem(project: Project) -> None:
    project.write("posts/two words.md", note("A")).write("posts/two-words.md", note("B"))

    assert "'/posts/two-words/'" in problem_of(project).message


def test_addresses_that_differ_in_case_alone_are_a_problem(project: Project) -> None:
    project.write("posts/Straße.md", note("A")).write("posts/STRASSE.md", note("B"))

    assert "upper and lower case" in problem_of(project).message


def test_a_page_and_a_copied_file_of_one_path_are_a_problem(project: Project) -> None:
    project.write("posts/a.md", note("A")).write("static/posts/a/index.html", "<p>mine</p>")

    problem = problem_of(project)

    assert problem.path == "content/static/posts/a/index.html"
    assert "content/posts/a.md" in problem.message


def test_a_page_folders_own_index_file_is_a_problem(project: Project) -> None:
    project.write("posts/a/index.md", note("A")).write("posts/a/index.html", "<p>mine</p>")

    assert problem_of(project).path == "content/posts/a/index.html"


def test_an_alias_that_is_a_pages_address_is_a_problem_at_the_alias(project: Project) -> None:
    project.write("posts/a.md", note("A")).write("posts/b.md", note("B", aliases="[/posts/a]"))

    problem = problem_of(project)

    assert place_of(problem) == "content/posts/b.md:4"
    assert "content/posts/a.md" in problem.message


def test_one_alias_of_two_pages_is_a_problem(project: Project) -> None:
    project.write("posts/a.md", note("A", aliases="[/old/]"))
    project.write("posts/b.md", note("B", aliases="[/old]"))

    assert "'/old/'" in problem_of(project).message


@pytest.mark.parametrize(
    "alias",
    [
        "/",
        "/posts/",
        "/tags/x/",
        "/atom.xml",
        "/Tags/",
        "/archive/2020/",
        "/page/1/",
        "/notes/page/3/",
        "/assets/a.css",
        "/robots.txt",
        "/robots.txt/",
        "/.proofpress/x",
    ],
)
def test_an_alias_where_the_builder_writes_is_a_problem(project: Project, alias: str) -> None:
    project.write("posts/a.md", note("A", aliases=f"[{alias}]"))

    problem = problem_of(project)

    assert place_of(problem) == "content/posts/a.md:4"
    assert "makes itself" in problem.message


@pytest.mark.parametrize(
    "slug",
    [
        "posts",
        "tags",
        "Search",
        "page",
        "assets",
        "404.html",
        "rss.xml",
        "SHA256SUMS",
        ".proofpress",
    ],
)
def test_a_page_where_the_builder_writes_is_a_problem(project: Project, slug: str) -> None:
    project.write("pages/a.md", note("A", slug=slug))

    assert place_of(problem_of(project)) == "content/pages/a.md:4"


@pytest.mark.parametrize(
    "name",
    [
        "index.html", "robots.txt", "posts", "tags/x/y", "SHA256SUMS", "posts/page",
        "evidence/schema.json", "evidence/Schema.json/x",
    ],
)  # fmt: skip
def test_a_copied_file_where_the_builder_writes_is_a_problem(project: Project, name: str) -> None:
    project.write(f"static/{name}", "mine")

    assert problem_of(project).path == f"content/static/{name}"


@pytest.mark.parametrize("slug", ["page", "posts", "tags", "search", "1"])
def test_a_post_may_have_the_name_of_what_the_builder_makes_elsewhere(
    project: Project, slug: str
) -> None:
    project.write("posts/a.md", note("A", slug=slug)).build()

    assert f"posts/{slug}/index.html" in project.rebuilt


@pytest.mark.parametrize("key", ["slug: index.html", "tags: [index.html]", "series: Index.html"])
def test_a_folder_where_the_builder_writes_a_file_is_a_problem(project: Project, key: str) -> None:
    project.write("posts/a.md", f"---\ntitle: A\ndate: 2026-01-01\n{key}\n---\n")

    assert place_of(problem_of(project)) == "content/posts/a.md:4"


def test_a_file_where_a_page_needs_a_folder_is_a_problem(project: Project) -> None:
    project.write("pages/a.md", note("A", slug="thing")).write("static/thing", "a file")

    problem = problem_of(project)

    assert problem.path == "content/static/thing"
    assert "content/pages/a.md" in problem.message


def test_an_alias_with_an_ending_and_a_page_below_it_are_a_problem(project: Project) -> None:
    project.write("posts/a.md", note("A", aliases="[/old.html, /old.html/deep/]"))

    assert place_of(problem_of(project)) == "content/posts/a.md:4"


def test_all_clashes_are_told_in_one_run(project: Project) -> None:
    for slug in ("a", "b"):
        project.write(f"posts/{slug}.md", note(slug)).write(
            f"posts/x{slug}.md", note(slug, slug=slug)
        )
    project.write("pages/c.md", note("C", slug="tags"))

    assert len(problems_of(project)) == 3


# --- As functions


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1).filter(
        lambda t: "/" not in t
    )
)
def test_any_name_survives_being_written_as_an_address(name: str) -> None:
    address = f"/posts/{encode_address(name)}/"

    assert unquote(address) == f"/posts/{name}/"
    assert address.isascii()
    assert not set(address) & set(' "<>`{}|\\^#?')
    assert output_of(address) == f"posts/{name}/index.html"


@pytest.mark.parametrize(
    ("alias", "output"),
    [
        ("/old", "old/index.html"),
        ("/old/", "old/index.html"),
        ("/old.html", "old.html"),
        ("/v1.2/", "v1.2/index.html"),
        ("/two words", "two words/index.html"),
        ("/100%/c#", "100%/c#/index.html"),
    ],
)
def test_an_alias_without_an_ending_is_a_folder(alias: str, output: str) -> None:
    assert output_of(alias_address(alias)) == output


def test_different_outputs_do_not_clash() -> None:
    outputs = ["a/index.html", "a/b/index.html", "ab/index.html", "a.html", "a/b.html", "é", "e"]

    assert find_clashes([(output, output, 0) for output in outputs]) == []


def test_three_pages_of_one_address_are_two_problems() -> None:
    places = [("a/index.html", f"{number}.md", 0) for number in range(3)]

    assert [problem.path for problem in find_clashes(places)] == ["1.md", "2.md"]


@pytest.mark.parametrize(
    "output",
    [
        "about/index.html", "favicon.svg", "post/index.html", "notes/a.pdf", "tag.html",
        "evidence/index.html", "schema.json",
    ],
)  # fmt: skip
def test_other_places_are_free(output: str) -> None:
    assert find_reserved(output, "x", 0) == []
