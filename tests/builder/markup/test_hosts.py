"""Addresses of other sites that no browser can open, told where they are written."""

from __future__ import annotations

import pytest

from builder.markup import set_body


def problems_in(text: str, policy: str = "") -> list[tuple[int, str]]:
    path = "content/posts/a.md"
    body = set_body(text, path=path, first_line=7, take_title=False, macros={}, policy=policy)
    return [(problem.line, problem.message) for problem in body.problems]


@pytest.mark.parametrize("url", ["//[x", "http://[1:2]3/"])
@pytest.mark.parametrize(
    "text",
    [
        "[x]({})", "<p><a href='{}'>x</a></p>", "Words <a href='{}'>x</a>", "![x]({})",
        "<img src='{}' alt=''>", "<img srcset='a.png, {} 2x' alt=''>",
        "<video poster=' {} '></video>",
    ],
)  # fmt: skip
def test_an_address_whose_host_can_be_none_is_a_problem_at_its_line(text: str, url: str) -> None:
    assert problems_in(f"A\n\n{text.format(url)}\n") == [
        (9, f"'{url}' is no address: its host can be none")
    ]


def test_a_host_of_what_hosts_can_not_have_is_a_problem() -> None:
    assert problems_in("<a href='http://a\u2100b.example/'>x</a>") == [
        (7, "'http://a\u2100b.example/' is no address: its host can be none")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[x](http://[::1)", "[x]\n\n[x]: http://[::1", "Words <http://[::1>", "![x](http://[::1)",
        "<a href='http://[::1'>x</a>",
    ],
)  # fmt: skip
def test_so_it_is_however_the_bracket_is_not_closed(text: str) -> None:
    ((line, message),) = problems_in(text)

    assert line == 7
    assert message.endswith("is no address: its host can be none")


@pytest.mark.parametrize("text", ["![x](http://[1:2]3)", "<img src='http://[1:2]3' alt=''>"])
def test_of_such_a_picture_its_policy_says_nothing_more(text: str) -> None:
    assert len(problems_in(text, "img-src 'none'")) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1]:8000/x", "https://example.org/?q=[1]#[2]", "https://bücher.example/",
        "mailto:a@[::1", "data:,//[", "https://example.org:port/", "//example.org/[x]",
    ],
)  # fmt: skip
def test_any_other_address_is_left_to_its_author(url: str) -> None:
    assert problems_in(f"[x]({url})\n\n<a href='{url}'>x</a>\n") == []


def test_code_may_name_it() -> None:
    assert problems_in("`[x](http://[::1)`\n") == []
