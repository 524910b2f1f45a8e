"""What one page must have, whatever the others are.

In: a page's text and what the HTML5 parser made of it. Out: problems. It knows nothing of other
pages.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote, urljoin

from builder.check.addresses import Built, absolute_url
from builder.check.feed_formats import refuse_constant
from builder.check.page import ParsedPage
from builder.check.policed import find_forbidden
from builder.check.repairs import find_repairs
from builder.check.written import find_repeated_attributes, line_of_id, line_of_tag, line_of_use
from builder.errors import Problem, did_you_mean

NOT_FOUND_PAGE = "404.html"
# Browsers look for the character set in this many bytes.
CHARSET_BYTES = 1024


def check_page(built: Built, path: str, text: str, page: ParsedPage) -> Iterator[Problem]:
    """All that is wrong with a page alone."""
    yield from _check_head(path, text, page)
    yield from _check_canonical(built, path, page)
    yield from _check_ids(path, text, page)
    yield from _check_body(path, text, page)
    yield from _check_pictures(built, path, text, page)
    if path == NOT_FOUND_PAGE:
        yield from _check_relative(path, text, page)
    faults = (*find_repairs(text, page.html), *find_repeated_attributes(text))
    for fault in (*faults, *find_forbidden(text, built.origin)):
        yield Problem(path, fault.line, fault.message, fault.hint, fault.is_warning)


# Two or three letters, then parts of up to eight; or a private tag.
_LANGUAGE = re.compile(r"(?:[a-z]{2,3}|[xi])(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
# White space and comments may come first.
_DOCTYPE = re.compile(
    r"\s*+(?:<!--(?:-?>|.*?-->)\s*+)*+<!doctype\s+html\s*>", re.IGNORECASE | re.DOTALL
)
_CHARSET = re.compile(rb"<meta[^>]*charset[^>]*>", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HAS_START = re.compile(r"[/#]|[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def _check_head(path: str, text: str, page: ParsedPage) -> Iterator[Problem]:
    if not _DOCTYPE.match(text):
        hint = "without it browsers imitate those of 1998"
        yield Problem(path, 1, "the page does not start with <!DOCTYPE html>", hint)
    if not page.lang:
        hint = "screen readers choose their voice by it"
        yield Problem(path, line_of_tag(text, "html", 0), "<html> has no lang", hint)
    elif not _LANGUAGE.fullmatch(page.lang):
        hint = "write a tag such as 'en' or 'zh-Hans'"
        line = line_of_tag(text, "html", 0)
        yield Problem(path, line, f"lang='{page.lang}' is no language", hint)
    if not page.title:
        yield Problem(path, line_of_tag(text, "title", 0), "the page has no title")
    start = _CHARSET.search(text[:CHARSET_BYTES].encode()[:CHARSET_BYTES])
    if page.charset.lower() != "utf-8" or start is None:
        hint = f'write <meta charset="utf-8"> in the first {CHARSET_BYTES} bytes'
        yield Problem(path, 0, "the page does not say that it is UTF-8", hint)


def _check_canonical(built: Built, path: str, page: ParsedPage) -> Iterator[Problem]:
    expected = absolute_url(built, path)
    if page.refresh:
        try:
            expected = urljoin(expected, page.refresh)
        except ValueError:
            # The link itself is told to be none.
            return
    if not page.canonicals:
        if page.refresh or (page.is_indexable and path != NOT_FOUND_PAGE):
            hint = f'write <link rel="canonical" href="{expected}">'
            yield Problem(path, 0, "the page has no canonical link", hint)
    elif len(page.canonicals) > 1:
        yield Problem(path, 0, f"{len(page.canonicals)} canonical links", "keep one")
    elif unquote(page.canonicals[0]) != unquote(expected):
        message = f"the canonical link is '{page.canonicals[0]}'"
        yield Problem(path, 0, message, f"this page's is '{expected}'")


def _check_ids(path: str, text: str, page: ParsedPage) -> Iterator[Problem]:
    for name, count in Counter(page.ids).items():
        if not name or re.search(r"\s", name):
            line = line_of_id(text, name, 0)
            yield Problem(path, line, f"id='{name}' is no id", "an id is one word")
        for occurrence in range(1, count):
            line = line_of_id(text, name, occurrence)
            hint = f"the first is in line {line_of_id(text, name, 0)}"
            yield Problem(path, line, f"id '{name}' is there twice", hint)
    known = set(page.ids)
    for reference in page.id_references:
        for word in reference.value.split():
            if word not in known:
                at = (reference.tag, reference.name, reference.value)
                line = line_of_use(text, *at, 0)
                message = f"<{reference.tag} {reference.name}> names '{word}', which is no id here"
                yield Problem(path, line, message, did_you_mean(word, known))


def _check_body(path: str, text: str, page: ParsedPage) -> Iterator[Problem]:
    if page.headings != 1 and not page.refresh:
        line = line_of_tag(text, "h1", 1)
        yield Problem(path, line, f"{page.headings} <h1> instead of one", is_warning=True)
    for tag, source, occurrence in page.pictures_without_alt:
        line = line_of_use(text, tag, "src", source, occurrence)
        hint = 'describe it, or write alt="" if it is decoration'
        yield Problem(path, line, f"the image '{source}' has no alt", hint)
    for occurrence, linked in enumerate(page.linked_data):
        try:
            json.loads(linked, parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            line = line_of_use(text, "script", "type", "application/ld+json", occurrence)
            yield Problem(path, line, f"the JSON-LD does not parse: {error}")


def _check_pictures(built: Built, path: str, text: str, page: ParsedPage) -> Iterator[Problem]:
    """Pictures of the site itself without a size; nobody knows that of another site's."""
    home = f"{built.origin}{built.base_path}/".lower()
    for tag, source, occurrence in page.pictures_without_size:
        address = source.strip().lower()
        is_elsewhere = address.startswith("//") or _SCHEME.match(address)
        if address and (not is_elsewhere or address.startswith(home)):
            line = line_of_use(text, tag, "src", source, occurrence)
            hint = "without them the text jumps when the picture arrives"
            yield Problem(path, line, f"the image '{source}' has no width and height", hint)


def _check_relative(path: str, text: str, page: ParsedPage) -> Iterator[Problem]:
    for index, use in enumerate(page.uses):
        for url in use.urls:
            if url.strip() and not _HAS_START.match(url.strip()):
                occurrence = page.uses[:index].count(use)
                line = line_of_use(text, use.tag, use.attribute, use.value, occurrence)
                message = f"'{url}' is relative, but this page is shown at any address"
                yield Problem(path, line, message, "start it with '/'")
