"""Pages that have what their own policy forbids."""

from __future__ import annotations

import pytest

from builder.check.policed import find_forbidden
from tests.builder.check.output import Output

META = '<meta http-equiv="Content-Security-Policy" content="{}">'
ORIGIN = "https://example.org"
STRICT = META.format("default-src &#39;none&#39;; script-src 'self'; style-src 'self'")


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<p style="x">', "the attribute 'style' of <p>"),
        ("<style>p {}</style>", "<style>"),
        ("<script>x()</script>", "a script within the page"),
        ('<script type="module">x()</script>', "a script within the page"),
        ('<script src="https://a.example/x.js"></script>', "the script 'https://a.example/x.js'"),
        ('<link rel="stylesheet" href="//a.example/x">', "the style sheet '//a.example/x'"),
        ('<BUTTON onClick="x()">', "the attribute 'onclick' of <button>"),
    ],
)
def test_what_a_pages_policy_forbids_is_found(html: str, what: str) -> None:
    (fault,) = find_forbidden(f"<!doctype html>\n{STRICT}\n{html}\n", ORIGIN)

    assert fault.line == 3
    assert fault.message == f"the page's content security policy forbids {what}"
    # Without a policy all of it is allowed.
    assert list(find_forbidden(html, ORIGIN)) == []


@pytest.mark.parametrize(
    "html",
    [
        '<script type="application/ld+json">{"a": "<p style=x>"}</script>',
        '<script src="/x.js"></script><link rel="stylesheet" href="x.css">',
        "<code>&lt;p style=&quot;x&quot;&gt;</code><!-- <style></style> -->",
        '<p class="style" data-on="x">',
        '<script src="https://Example.org/x.js"></script>',
        '<script src="http://[::1"></script>',
        META.format("img-src *;font-src 'self' ; "),
    ],
)
def test_what_it_lets_through_is_not(html: str) -> None:
    assert list(find_forbidden(f"{STRICT}{html}", ORIGIN)) == []


def test_the_check_of_a_site_holds_its_pages_to_it(output: Output) -> None:
    path = "index.html"
    html = (output.folder / path).read_text(encoding="utf-8")
    output.write(path, html.replace("</head>", f"{STRICT}</head>").replace("<h1", "<h1 style='x'"))

    assert [message for _, _, message in output.found] == [
        "the page's content security policy forbids the attribute 'style' of <h1>"
    ]


def test_what_no_page_can_state_is_found() -> None:
    (fault,) = find_forbidden(META.format("default-src 'self'; Frame-Ancestors 'none'"), ORIGIN)

    assert fault.message == "the policy has a directive that no page can state"


@pytest.mark.parametrize("url", ["http://[::1", "https://a[b/x.js", "http://a\u2100b.example/"])
def test_a_script_at_what_is_no_address_is_told_once(output: Output, url: str) -> None:
    output.page("a/", f'<script src="{url}"></script>', head=STRICT)

    assert [message for _, _, message in output.found] == [f"'{url}' is no address"]
