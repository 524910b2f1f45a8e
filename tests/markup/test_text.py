"""Slugs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.markup import slugify


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
