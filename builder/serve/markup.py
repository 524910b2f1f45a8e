"""The preview's own markup in a page.

In: the bytes of an HTML page. Out: the same with a little more in its head. Nothing else of the
page is touched, and nothing is parsed beyond the place where a head begins.
"""

from __future__ import annotations

import re

# What may stand before a head by HTML's rules ("before html", "before head"): a byte order mark,
# space, comments, the doctype, <html>; then <head>, whose tag may be left out. Every quantifier is
# possessive, so that no page takes long.
_TAG_REST = rb"""(?=[\s/>])(?:[^>"']|"[^"]*+"|'[^']*+')*+>"""
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?:\s++|<!--.*?-->|<!doctype[^>]*+>|<html" + _TAG_REST + rb")*+"
    rb"(?:<head" + _TAG_REST + rb")?+",
    re.IGNORECASE | re.DOTALL,
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def add_to_head(page: bytes, markup: bytes) -> bytes:
    """The page with `markup` as the first thing in its head.

    First, so that a policy that the page sets for itself by a meta tag does not stop it. A page in
    UTF-16 is left as it is.
    """
    if page.startswith(_UTF16):
        return page
    place = _HEAD.match(page)
    end = place.end() if place else 0
    return page[:end] + markup + page[end:]
