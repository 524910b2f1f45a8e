"""sitemap.xml and robots.txt."""

from __future__ import annotations

import pytest

from builder.check import sitemap
from tests.builder.check.output import BASE_URL, SITEMAP_NS, Output


def test_a_page_that_the_sitemap_lacks_is_found(output: Output) -> None:
    output.page("a/").sitemap(f"{BASE_URL}/")

    assert output.found == [("a/index.html", 0, "the page is not in the sitemap")]


@pytest.mark.parametrize(
    "head",
    ['<meta name="robots" content="noindex">', '<meta name="ROBOTS" content="none, NoIndex">'],
)
def test_a_page_that_must_not_be_found_stays_out_of_the_sitemap(output: Output, head: str) -> None:
    output.page("secret/", head=head).sitemap(f"{BASE_URL}/")

    assert output.problems == []


def test_the_404_page_and_redirects_stay_out_of_the_sitemap(output: Output) -> None:
    output.page("404.html").redirect("old/", "/notes/")
    output.sitemap(f"{BASE_URL}/", f"{BASE_URL}/404.html", f"{BASE_URL}/old/")

    assert output.found == [
        ("sitemap.xml", 3, f"'{BASE_URL}/404.html' is no page for search engines"),
        ("sitemap.xml", 4, f"'{BASE_URL}/old/' is no page for search engines"),
    ]


def test_an_address_that_is_no_page_is_found_at_its_line(output: Output) -> None:
    output.sitemap(f"{BASE_URL}/", f"{BASE_URL}/gone/", "https://other.example/")

    assert output.found == [
        ("sitemap.xml", 3, f"'{BASE_URL}/gone/' is no page for search engines"),
        ("sitemap.xml", 4, "'https://other.example/' is no page for search engines"),
    ]


def test_an_address_that_is_there_twice_is_found(output: Output) -> None:
    output.sitemap(f"{BASE_URL}/", f"{BASE_URL}/")

    assert output.found == [("sitemap.xml", 3, f"'{BASE_URL}/' is there twice")]


def test_addresses_are_percent_encoded_or_not(output: Output) -> None:
    output.page("größe/").page("दो/").sitemap(
        f"{BASE_URL}/", f"{BASE_URL}/gr%C3%B6%C3%9Fe/", f"{BASE_URL}/दो/"
    )

    assert output.problems == []


def index(*urls: str) -> str:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>\n" for url in urls)
    return f"<sitemapindex {SITEMAP_NS}>\n{rows}</sitemapindex>"


def test_the_parts_of_an_index_count_together(output: Output) -> None:
    output.page("a/")
    output.write("sitemap.xml", index(f"{BASE_URL}/sitemap-1.xml", f"{BASE_URL}/sitemap-2.xml"))
    output.sitemap(f"{BASE_URL}/", path="sitemap-1.xml")
    output.sitemap(f"{BASE_URL}/a/", path="sitemap-2.xml")

    assert output.problems == []


def test_a_part_that_is_missing_is_found(output: Output) -> None:
    output.write("sitemap.xml", index(f"{BASE_URL}/sitemap-1.xml", f"{BASE_URL}/sitemap-2.xml"))
    output.sitemap(f"{BASE_URL}/", path="sitemap-1.xml")

    assert output.found == [
        ("sitemap.xml", 3, f"the part '{BASE_URL}/sitemap-2.xml' is no file of this site")
    ]


def test_more_addresses_than_the_protocol_allows_are_found(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sitemap.MAX_URLS == 50_000
    monkeypatch.setattr(sitemap, "MAX_URLS", 2)
    output.page("a/").page("b/")

    assert output.found == [("sitemap.xml", 0, "3 addresses; 2 may be")]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("<urlset>\n<url></urlset>", 2, "not XML: mismatched tag"),
        ("<html></html>", 1, "the root is <html> instead of <urlset>"),
        (
            '<!DOCTYPE x [<!ENTITY a "b">]>\n<urlset>&a;</urlset>',
            1,
            "a DOCTYPE has no business here",
        ),
        ("", 0, "the file is empty"),
    ],
)
def test_a_sitemap_that_is_none_is_found(
    output: Output, text: str, line: int, message: str
) -> None:
    output.write("sitemap.xml", text)

    assert output.found[-1] == ("sitemap.xml", line, message)


@pytest.mark.parametrize(
    "moment", ["2026-11-21", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00+05:30"]
)
def test_lastmod_is_a_date_or_a_moment(output: Output, moment: str) -> None:
    output.write("sitemap.xml", lastmod(moment))

    assert output.problems == []


@pytest.mark.parametrize("moment", ["2026-13-21", "21 Nov 2026", "2026-11-21T10:00:00", "20261121"])
def test_lastmod_that_is_no_date_is_found(output: Output, moment: str) -> None:
    output.write("sitemap.xml", lastmod(moment))

    assert output.found == [("sitemap.xml", 2, f"lastmod '{moment}' is no date")]


def lastmod(moment: str) -> str:
    return (
        f"<urlset {SITEMAP_NS}>\n"
        f"<url><loc>{BASE_URL}/</loc><lastmod>{moment}</lastmod></url></urlset>"
    )


def test_a_missing_sitemap_and_robots_txt_are_found(output: Output) -> None:
    output.seal()
    for name in ("sitemap.xml", "robots.txt"):
        (output.folder / name).unlink()
    output.write("SHA256SUMS", (output.folder / "SHA256SUMS").read_text().split("\n")[0] + "\n")

    assert [(problem.path, problem.message) for problem in output.check().problems] == [
        ("robots.txt", "there is no robots.txt"),
        ("sitemap.xml", "there is no sitemap"),
    ]


def test_a_robots_txt_that_does_not_name_the_sitemap_is_found(output: Output) -> None:
    output.write("robots.txt", "User-agent: *\nSitemap: https://example.org/sitemap.xml\n")

    assert output.found == [("robots.txt", 0, "it does not name the sitemap")]
