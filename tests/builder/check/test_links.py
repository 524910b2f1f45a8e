"""Links inside the site: files, folders, base path, fragments."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.check import check_output
from builder.errors import Problem
from tests.builder.check.output import BODY, Output

NOTHING = "leads to nothing in this site"


@pytest.mark.parametrize(
    "link",
    [
        "/notes/posts/b/",
        "/notes/posts/b/index.html",
        "/notes/posts/b/?page=2",
        "https://example.org/notes/posts/b/",
        "HTTPS://EXAMPLE.ORG/notes/posts/b/",
        "//example.org/notes/posts/b/",
        "../b/",
        " ../b/ ",
        "../../posts/b/",
        "?q=1",
        "/notes/",
        "/notes/style.css",
        "/notes/caf%C3%A9%20au%20lait.txt",
        "/notes/café%20au%20lait.txt",
        "/notes/100%25.txt",
        "mailto:ada@example.org",
        "tel:+4930123",
        "data:text/plain,x",
        "https://example.org/",
        "https://example.org/other/",
        "#top",
        "#",
        "#:~:text=page",
    ],
)
def test_a_link_that_leads_somewhere_is_fine(output: Output, link: str) -> None:
    output.write("style.css", "p {}").write("café au lait.txt", "x").write("100%.txt", "x")
    output.page("posts/b/").page("posts/a/", f'<a href="{link}">x</a>')

    assert output.problems == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("/notes/posts/c/", f"'/notes/posts/c/' {NOTHING}"),
        ("../c/", f"'../c/' {NOTHING}"),
        ("b/", f"'b/' {NOTHING}"),
        ("https://example.org/notes/posts/c/", f"'https://example.org/notes/posts/c/' {NOTHING}"),
        ("HTTPS://EXAMPLE.ORG/notes/no/", f"'HTTPS://EXAMPLE.ORG/notes/no/' {NOTHING}"),
        ("/notes//posts/b/", f"'/notes//posts/b/' {NOTHING}"),
        ("/notes/style.css/", f"'/notes/style.css/' {NOTHING}"),
        ("/notes/assets/", f"'/notes/assets/' {NOTHING}"),
        ("/notes/%ff", "'/notes/%ff' is not UTF-8 when percent-decoded"),
        ("/notes/100%.txt", "'/notes/100%.txt' has a bare '%'"),
        ("", "an empty address"),
        ("http://[", "'http://[' is no address"),
        ("https:///x", "'https:///x' names no host"),
        ("/notes/a b", "a space in the address '/notes/a b'"),
        ("file:///home/ada/x.html", "'file:///home/ada/x.html' leads to a file of one machine"),
    ],
)
def test_a_link_to_nothing_is_found_at_its_line(output: Output, link: str, message: str) -> None:
    output.write("style.css", "p {}").write("assets/a.txt", "x").write("100%.txt", "x")
    output.page("posts/b/").page("posts/a/", f'<p>x</p>\n<p>\n<a href="{link}">x</a></p>')

    assert output.found == [("posts/a/index.html", BODY + 2, message)]


def test_equal_links_are_found_at_their_own_lines(output: Output) -> None:
    output.page("a/", '<a href="/notes/b/">x</a>\n<em>y</em>\n<a href="/notes/b/">x</a>')

    assert [line for _, line, _ in output.found] == [BODY, BODY + 2]


def test_a_relative_link_means_something_else_on_each_page(output: Output) -> None:
    output.page("a/", '<a href="c/">x</a>').page("a/c/").page("b/", '<a href="c/">x</a>')

    assert output.found == [("b/index.html", BODY, f"'c/' {NOTHING}")]


def test_a_link_that_differs_in_case_is_found_and_the_file_named(output: Output) -> None:
    output.page("posts/z-test/").page("a/", '<a href="/notes/posts/Z-Test/">x</a>')

    assert output.problems == [
        Problem(
            "a/index.html",
            BODY,
            f"'/notes/posts/Z-Test/' {NOTHING}",
            "did you mean '/notes/posts/z-test/'?",
        )
    ]


def test_a_link_without_the_base_path_is_found_and_the_right_one_told(output: Output) -> None:
    output.page("posts/b/").page("a/", '<a href="/posts/b/">x</a>\n<a href="/elsewhere/">x</a>')

    assert output.problems == [
        Problem(
            "a/index.html",
            BODY,
            "'/posts/b/' leads out of this site",
            "write '/notes/posts/b/'",
        ),
        Problem(
            "a/index.html",
            BODY + 1,
            "'/elsewhere/' leads out of this site",
            "this site's addresses start with '/notes/'",
        ),
    ]


def test_a_whole_address_that_lacks_only_the_base_path_is_found(output: Output) -> None:
    output.page("posts/b/").page("a/", '<a href="https://example.org/posts/b/">x</a>')

    assert output.found == [
        ("a/index.html", BODY, "'https://example.org/posts/b/' leads out of this site")
    ]


def test_a_site_without_base_path_needs_none(tmp_path: Path) -> None:
    output = Output(tmp_path / "site").page(
        "", '<a href="/a/">x</a> <a href="/">y</a>', canonical="https://example.org/"
    )
    output.page("a/", canonical="https://example.org/a/")
    output.sitemap("https://example.org/", "https://example.org/a/")
    output.write("robots.txt", "Sitemap: https://example.org/sitemap.xml").seal()

    report = check_output(output.folder, base_url="https://example.org", external=False)

    assert report.problems == ()


@pytest.mark.parametrize(
    "link", ["/notes/posts/b", "/notes", "../posts/b#x", "https://example.org/notes"]
)
def test_a_link_to_a_folder_without_slash_is_a_warning(output: Output, link: str) -> None:
    output.page("posts/b/", '<p id="x">x</p>').page("a/", f'<a href="{link}">x</a>')

    assert output.problems == [
        Problem(
            "a/index.html",
            BODY,
            f"'{link}' is a folder: each visit costs a redirect",
            "end the address with '/'",
            is_warning=True,
        )
    ]


@pytest.mark.parametrize(
    ("element", "broken"),
    [
        ('<img alt="" width="1" height="1" src="/notes/no.png">', "/notes/no.png"),
        (
            '<img alt="" width="1" height="1" src="/notes/yes.png"'
            ' srcset="/notes/yes.png 1x, /notes/no.png 2x">',
            "/notes/no.png",
        ),
        (
            '<picture><source srcset="/notes/no.png">'
            '<img alt="" width="1" height="1" src="/notes/yes.png"></picture>',
            "/notes/no.png",
        ),
        ('<script src="/notes/no.js"></script>', "/notes/no.js"),
        ('<video poster="/notes/no.png"></video>', "/notes/no.png"),
        ('<video><source src="/notes/no.mp4"></video>', "/notes/no.mp4"),
        ('<iframe src="/notes/no.pdf"></iframe>', "/notes/no.pdf"),
        ('<object data="/notes/no.pdf"></object>', "/notes/no.pdf"),
        ('<form action="/notes/no/"></form>', "/notes/no/"),
        ('<button formaction="/notes/no/">x</button>', "/notes/no/"),
        ('<svg><use href="/notes/no.svg"/></svg>', "/notes/no.svg"),
        ('<svg><use xlink:href="/notes/no.svg"/></svg>', "/notes/no.svg"),
        ('<map name="m"><area alt="x" href="/notes/no/"></map>', "/notes/no/"),
    ],
)
def test_every_attribute_that_holds_an_address_is_looked_at(
    output: Output, element: str, broken: str
) -> None:
    output.write("yes.png", "x").page("a/", f"\n{element}")

    assert output.found == [("a/index.html", BODY + 1, f"'{broken}' {NOTHING}")]


@pytest.mark.parametrize(
    ("element", "broken"),
    [
        ('<link rel="stylesheet" href="/notes/no.css">', "/notes/no.css"),
        (
            '<link rel="preload" as="image" href="/notes/yes.png" imagesrcset="/notes/no.png 2x">',
            "/notes/no.png",
        ),
        (
            '<meta property="og:image" content="https://example.org/notes/no.png">',
            "https://example.org/notes/no.png",
        ),
    ],
)
def test_links_of_the_head_are_looked_at(output: Output, element: str, broken: str) -> None:
    output.write("yes.png", "x").page("a/", head=element)

    assert output.found == [("a/index.html", 5, f"'{broken}' {NOTHING}")]


def test_hosts_named_in_advance_are_no_links(output: Output) -> None:
    output.page("a/", head='<link rel="preconnect" href="https://fonts.example">')

    report = output.seal().check()

    assert (report.problems, report.external_links) == ((), 0)


def test_an_attribute_called_data_holds_an_address_only_in_objects(output: Output) -> None:
    output.page("a/", '<p data="/notes/no/">x</p>')

    assert output.problems == []


def test_the_base_element_is_heeded(output: Output) -> None:
    output.page("a/", '<a href="b/">x</a>', head='<base href="/notes/posts/">').page("posts/b/")

    assert output.problems == []


def test_a_fragment_without_its_id_is_found_and_the_nearest_named(output: Output) -> None:
    output.page("a/", '<h2 id="results">R</h2>\n<a href="#result">x</a>')

    assert output.problems == [
        Problem(
            "a/index.html", BODY + 1, "'#result' is no id in this page", "did you mean 'results'?"
        )
    ]


def test_a_fragment_of_another_page_is_looked_up_there(output: Output) -> None:
    output.page("a/", '<a href="/notes/b/#x">x</a>\n<a href="/notes/b/#y">y</a>')
    output.page("b/", '<h2 id="x">X</h2>')

    assert output.found == [("a/index.html", BODY + 1, "'#y' is no id in b/index.html")]


def test_a_fragment_may_be_percent_encoded_or_a_name(output: Output) -> None:
    output.page("a/", '<h2 id="größe">x</h2><a name="old">y</a>')
    output.page("b/", '<a href="/notes/a/#gr%C3%B6%C3%9Fe">x</a><a href="/notes/a/#größe">x</a>')
    output.page("c/", '<a href="/notes/a/#old">x</a>')

    assert output.problems == []


def test_fragments_of_files_that_are_no_pages_are_left_alone(output: Output) -> None:
    output.write("paper.pdf", "%PDF").page("a/", '<a href="/notes/paper.pdf#page=2">x</a>')

    assert output.problems == []


def test_a_relative_link_on_the_404_page_is_found(output: Output) -> None:
    output.write("style.css", "p {}")
    output.page("404.html", '<a href="/notes/">x</a>\n<a href="style.css">x</a>')
    output.in_sitemap.remove("404.html")

    assert output.found == [
        ("404.html", BODY + 1, "'style.css' is relative, but this page is shown at any address")
    ]


@pytest.mark.parametrize(
    "base_url", ["https://example.org/größe", "https://example.org/gr%C3%B6%C3%9Fe"]
)
def test_a_base_path_may_be_percent_encoded_or_not(tmp_path: Path, base_url: str) -> None:
    output = Output(tmp_path / "site")
    output.page(
        "", '<a href="/größe/">x</a><a href="/gr%C3%B6%C3%9Fe/">x</a>', canonical=f"{base_url}/"
    )
    output.sitemap(f"{base_url}/").write(
        "robots.txt", "Sitemap: https://example.org/gr%C3%B6%C3%9Fe/sitemap.xml"
    )

    report = check_output(output.seal().folder, base_url=base_url, external=False)

    assert report.problems == ()


# --- Lines of listings

LISTED = "".join(f'<span data-line="{number}">x</span>' for number in (3, 4, 6, 7))
LISTING = f'<div data-anchor="z_test">{LISTED}</div>'


@pytest.mark.parametrize(
    "fragment", ["z_test-L3", "z_test-L3-L7", "z_test-L7-L3", "z_test-L5-L6", "z_test-L04"]
)
def test_a_link_to_lines_of_a_listing_is_fine(output: Output, fragment: str) -> None:
    link = f'<a href="/notes/b/#{fragment}">x</a>'
    output.page("b/", f'{LISTING}<a href="#{fragment}">x</a>').page("a/", link)

    assert output.problems == []


@pytest.mark.parametrize(
    ("fragment", "line"),
    [("z_test-L8", 8), ("z_test-L4-L99", 99), ("z_test-L1-L7", 1), ("z_test-L5", 5)],
)
def test_a_link_to_lines_that_are_not_shown_is_told_those_that_are(
    output: Output, fragment: str, line: int
) -> None:
    hint = "its lines are 3 to 4, 6 to 7"
    output.page("b/", LISTING).page("a/", f'\n<a href="/notes/b/#{fragment}">x</a>')
    output.page("c/", f'{LISTING}\n<a href="#{fragment}">x</a>')

    told = f"shows no line {line} of that listing"
    assert output.problems == [
        Problem("a/index.html", BODY + 1, f"'#{fragment}': b/index.html {told}", hint),
        Problem("c/index.html", BODY + 1, f"'#{fragment}': this page {told}", hint),
    ]


@pytest.mark.parametrize("fragment", ["z_tset-L3", "z_test-L", "z_test-Lx", "z_test-L3-", "z-L3"])
def test_a_link_to_lines_of_nothing_is_no_id(output: Output, fragment: str) -> None:
    output.page("b/", LISTING).page("a/", f'<a href="/notes/b/#{fragment}">x</a>')

    assert output.found == [("a/index.html", BODY, f"'#{fragment}' is no id in b/index.html")]


def test_listings_that_share_a_name_have_the_lines_of_both(output: Output) -> None:
    more = '<div data-anchor="z_test"><span data-line="20">x</span><span data-line="y">x</span>'
    links = '<a href="#z_test-L20">x</a> <a href="#z_test-L6-L20">x</a>'
    output.page("b/", f"{LISTING}{more}</div>{links}")

    assert output.problems == []


def test_of_many_gaps_between_lines_only_the_ends_are_told(output: Output) -> None:
    lines = "".join(f'<span data-line="{number}">x</span>' for number in range(1, 12, 2))
    output.page("b/", f'<div data-anchor="a">{lines}</div><a href="#a-L2">x</a>')

    assert [problem.hint for problem in output.problems] == [
        "its lines are 1 to 11, some of them hidden"
    ]
