"""Slugs, names, and what stands between lines."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.markup import slugify
from builder.markup.text import say_name
from tests.builder.markup.fixtures import fill, set_text


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Why Snippets Rot", "why-snippets-rot"),
        ("  a -- b—c  ", "a-bc"),
        ("What's new in 1.10?", "whats-new-in-110"),
        ("snake_case", "snake_case"),
        ("हिन्दी में", "हिन्दी-में"),
        ("中文，标题", "中文标题"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "café"),
        ("../etc/passwd", "etcpasswd"),
        ("!?", ""),
    ],
)
def test_a_slug_keeps_letters_of_every_script(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text())
def test_a_slug_is_safe_in_an_address_and_normal(text: str) -> None:
    slug = slugify(text)

    assert not set(slug) & set("/\\.?#%&\"'<> \n")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert unicodedata.is_normalized("NFC", slug)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("线性性\n根本不问，\n是否", "<p>线性性根本不问，是否</p>\n"),
        ("**线性性**\n根本", "<p><strong>线性性</strong>根本</p>\n"),
        ("线性 linear\n根本\nabc", "<p>线性 linear\n根本\nabc</p>\n"),
        ("हिन्दी\nमें", "<p>हिन्दी\nमें</p>\n"),
    ],
)
def test_a_line_end_between_chinese_characters_is_no_space(text: str, html: str) -> None:
    assert fill(set_text(text)) == html
    assert "\n" not in set_text(text).summary


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("posts/why-snippets-rot", "why snippets rot"),
        ("Posts/why-snippets-rot", "why snippets rot"),
        ("why-snippets-rot", "why snippets rot"),
        ("Why snippets rot", "Why snippets rot"),
        ("cards/z_test", "z_test"),
        ("cross-entropy", "cross-entropy"),
        ("A round-trip to-and-fro", "A round-trip to-and-fro"),
        ("TCP/IP", "TCP/IP"),
        ("notes/गणित-की-बात", "गणित की बात"),
    ],
)
def test_a_wikilinks_name_is_said_in_words(name: str, said: str) -> None:
    assert say_name(name) == said
