"""Content security policies: which are understood, what they let through; what authors are told."""

from __future__ import annotations

import pytest

from builder.config import check_settings
from builder.errors import BuildFailed
from builder.policy import (
    DEFAULT_POLICY,
    check_policy,
    in_page,
    lets_inline,
    lets_load,
    with_own_address,
)
from tests.builder.project import SETTINGS, Project, note

# --- Policies


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (
            "defalt-src 'none'",
            "'defalt-src' is no directive of a policy; did you mean 'default-src'",
        ),
        ("img-src a.example; img-src b.example", "'img-src' is there twice"),
        ("script-src self", "self is a host there; as a keyword it stands in quotes: 'self'"),
        ("img-src é.example", "a policy is of ASCII characters"),
        ("img-src 'self', font-src 'self'", "without commas"),
    ],
)
def test_a_policy_that_browsers_would_not_understand_is_a_problem(
    policy: str, message: str
) -> None:
    line = f'content_security_policy = "{policy}"\n'
    with pytest.raises(BuildFailed) as failed:
        check_settings(f"{SETTINGS}{line}")

    (problem,) = failed.value.problems
    assert problem.line == 5
    assert message in problem.message


def test_a_policy_is_text() -> None:
    with pytest.raises(BuildFailed, match="must be text"):
        check_settings(f"{SETTINGS}content_security_policy = false\n")


def test_a_policy_is_kept_in_one_line() -> None:
    assert (
        check_policy("  img-src 'self';\n\n  font-src  'self' ; ")
        == "img-src 'self'; font-src 'self'"
    )
    assert check_policy(DEFAULT_POLICY) == DEFAULT_POLICY
    assert check_policy(" ") == ""


def test_what_only_a_header_can_say_is_left_out_of_pages() -> None:
    policy = "default-src 'self'; frame-ancestors 'none'; report-uri /x; sandbox; img-src *"

    assert in_page(policy) == "default-src 'self'; img-src *"
    assert in_page("sandbox") == ""


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", True),
        ("img-src 'none'", True),
        ("default-src 'self'", False),
        ("default-src 'none'; script-src 'unsafe-inline'", True),
        ("script-src 'unsafe-inline'; script-src-elem 'self'", False),
        ("script-src 'self' 'sha256-abc='", True),
    ],
)
def test_whether_a_script_in_a_page_runs(policy: str, expected: bool) -> None:
    assert lets_inline(policy, "script-src-elem") is expected


@pytest.mark.parametrize(
    ("source", "url", "expected"),
    [
        ("https:", "https://a.example/x.png", True),
        ("https:", "http://a.example/x.png", False),
        ("https:", "//a.example/x.png", True),
        ("http:", "https://a.example/x.png", True),
        ("'self'", "https://a.example/x.png", False),
        ("'self'", "/x.png", True),
        ("'none'", "/x.png", False),
        ("*", "https://a.example/x.png", True),
        ("a.example", "https://a.example/x.png", True),
        ("b.example", "https://a.example/x.png", False),
        ("https://a.example/dir/", "https://a.example/x.png", True),
        ("https://a.example", "http://a.example/x.png", False),
        ("*.a.example", "https://b.a.example/x.png", True),
        ("*.a.example", "https://nota.example/x.png", False),
    ],
)
def test_whether_something_may_be_loaded(source: str, url: str, expected: bool) -> None:
    assert lets_load(f"img-src {source}", "img-src", url) is expected


# --- What authors are told


@pytest.mark.parametrize(
    ("html", "line", "message"),
    [
        ('<p style="color: red">x</p>', 7, "the attribute 'style' of <p> has no effect"),
        ("Some <b\nstyle='x'>text</b>", 7, "the attribute 'style' of <b> has no effect"),
        ("<style>.x { color: red }</style>", 7, "<style> has no effect"),
        ("<div>\n\n<script>x()</script>\n\n</div>", 9, "a script within a page is not run"),
        ("Words <script>x()</script>", 7, "a script within a page is not run"),
        ('<script type="module">x()</script>', 7, "a script within a page is not run"),
        ('<button onclick="x()">x</button>', 7, "the attribute 'onclick' of <button> is not run"),
        ('<a href="javascript:x()">x</a>', 7, "a link with 'javascript:' does nothing"),
        (
            '<script src="https://stats.example/x.js"></script>', 7,
            "browsers will not load 'https://stats.example/x.js' for <script>",
        ),
        (
            '<link rel="stylesheet" href="https://x.example/x.css">', 7,
            "browsers will not load 'https://x.example/x.css' for <link>",
        ),
        (
            '<iframe src="http://x.example/"></iframe>', 7,
            "browsers will not load 'http://x.example/' for <iframe>",
        ),
        (
            '<object data="/x.pdf"></object>', 7,
            "browsers will not load '/x.pdf' for <object>",
        ),
        (
            "![x](http://x.example/x.png)", 7,
            "browsers will not load 'http://x.example/x.png' for a picture",
        ),
    ],
)  # fmt: skip
def test_an_author_is_told_what_the_policy_forbids(
    project: Project, html: str, line: int, message: str
) -> None:
    project.write("static/x.pdf", b"%PDF-1.4 ").write("posts/a.md", f"{note('A', '')}\n{html}\n")

    warnings = project.build().warnings

    (warning,) = [it for it in warnings if "content security policy" in it]
    assert warning.startswith(f"content/posts/a.md:{line}: warning: {message}: the site's")
    assert "'content_security_policy' in [tool.proofpress]" in warning
    # It is the author's own, and stays.
    assert "x" in project.main("posts/a/index.html")


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://x.example/x.png" alt="" width="1" height="1">',
        '<iframe src="https://video.example/x" title="x"></iframe>',
        '<video src="https://x.example/x.webm"></video>',
        '<script type="application/json">{"onclick": "style="}</script>',
        '<script src="/x.js"></script>',
        '<a href="http://x.example/">x</a> `<p style="x">`',
        "![x](https://x.example/x.png)",
        '```html\n<p style="color: red" onclick="x()">\n```',
    ],
)
def test_an_author_is_not_told_of_what_works(project: Project, html: str) -> None:
    project.write("static/x.js", "x()").write("posts/a.md", note("A", html))

    assert project.build().warnings == []


def test_another_policy_is_heard_of_at_once(project: Project) -> None:
    project.write("posts/a.md", note("A", "<p style='color: red'>x</p>"))
    assert len(project.build().warnings) == 1

    policy = "content_security_policy = \"style-src 'self' 'unsafe-inline'\"\nauthor"
    assert project.edit("pyproject.toml", "author", policy).build().warnings == []


# --- The site's own address, upper and lower case


@pytest.mark.parametrize(
    ("policy", "url", "expected"),
    [
        ("img-src 'self'", "https://Example.org/x.png", True),
        ("img-src 'SELF'", "https://example.org:443/x.png", True),
        ("img-src 'Self'; font-src *", "/x.png", True),
        ("img-src 'self'", "//example.org/x.png", True),
        ("img-src 'self'", "http://example.org/x.png", False),
        ("img-src 'self'", "https://example.org:8000/x.png", False),
        ("img-src 'self'", "https://www.example.org/x.png", False),
        ("img-src 'none'", "https://example.org/x.png", False),
        ("IMG-SRC HTTPS://A.Example", "https://a.example/x.png", True),
        ("img-src HTTPS:", "https://a.example/x.png", True),
        ("img-src http://a.example", "https://a.example/x.png", True),
        ("img-src a.example:8000", "https://a.example:8000/x.png", True),
        ("img-src 'none'", "https://[::1/x.png", True),
    ],
)
def test_whether_a_site_at_an_address_may_load_something(
    policy: str, url: str, expected: bool
) -> None:
    there = with_own_address(policy, "https://example.org/notes")

    assert lets_load(there, "img-src", url) is expected


def test_a_site_in_clear_text_may_load_its_own_over_https() -> None:
    there = with_own_address("img-src 'self'", "http://example.org")

    assert lets_load(there, "img-src", "https://example.org/x.png")
    assert not lets_load("img-src https://example.org", "img-src", "http://example.org/x.png")


def test_keywords_of_a_policy_may_be_in_upper_case() -> None:
    assert lets_inline("script-src 'Unsafe-Inline'", "script-src-elem")
    assert lets_inline("script-src 'SHA256-aBc='", "script-src-elem")
    assert in_page("Frame-Ancestors 'none'; SANDBOX; img-src *") == "img-src *"


OWN_SCRIPT = '<script src="https://example.org/x.js"></script>'


def test_the_sites_own_address_is_its_own_and_another_is_heard_of_at_once(
    project: Project,
) -> None:
    project.write("static/x.js", "x()").write("posts/a.md", note("A", OWN_SCRIPT))
    assert project.build().warnings == []

    project.edit("pyproject.toml", "https://example.org", "https://example.com").build()
    assert ["browsers will not load" in it for it in project.warnings] == [True]


def test_a_page_does_not_state_what_only_a_header_can_whatever_its_case(project: Project) -> None:
    policy = "content_security_policy = \"default-src 'self'; Frame-Ancestors 'none'\"\nauthor"
    project.edit("pyproject.toml", "author", policy).write("posts/a.md", note("A")).build()

    assert "Frame-Ancestors" not in project.read("posts/a/index.html")
    assert "Frame-Ancestors" in project.read("_headers")
