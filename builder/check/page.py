"""One HTML page as an HTML5 parser sees it.

In: a page's text. Out: a `ParsedPage`, or the addresses in a piece of HTML. This module owns
selectolax; no node leaves it. It judges nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from builder.codec import Value, replace


class Use(Value, frozen=True):
    """An attribute that holds addresses: its element, name and value, and the addresses in it."""

    tag: str
    attribute: str
    value: str
    urls: tuple[str, ...]


class Attribute(Value, frozen=True):
    """An attribute of an element."""

    tag: str
    name: str
    value: str


class Numbered(Value, frozen=True):
    """A listing whose lines links can name: what stands before "-L12" in them, and its numbers."""

    anchor: str
    lines: tuple[int, ...]


class ParsedPage(Value, frozen=True):
    """What the checks need of a page.

    `lang` and `charset` are empty if not given; `title` is stripped. `ids` has repeated ones
    repeatedly; `names` are those of `<a name>`. `id_references` are attributes whose words are ids.
    `pictures_without_alt` are the element names and sources of images without the attribute, and
    which of those with this source it is; `pictures_without_size` lack a width or a height.
    `listings` are those with lines that links can name.
    `refresh` is the address a redirect page sends its visitors to, empty for others. `html` is the
    page as the parser would write it.
    """

    lang: str
    charset: str
    title: str
    headings: int
    ids: tuple[str, ...]
    names: tuple[str, ...]
    listings: tuple[Numbered, ...]
    id_references: tuple[Attribute, ...]
    pictures_without_alt: tuple[tuple[str, str, int], ...]
    pictures_without_size: tuple[tuple[str, str, int], ...]
    uses: tuple[Use, ...]
    canonicals: tuple[str, ...]
    refresh: str
    is_noindex: bool
    linked_data: tuple[str, ...]
    html: str

    @property
    def is_indexable(self) -> bool:
        """Whether search engines shall list it."""
        return not self.is_noindex and not self.refresh


def parse_page(text: str) -> ParsedPage:
    """The page `text` as an HTML5 parser sees it."""
    tree = LexborHTMLParser(text)
    base = tree.css_first("base[href]")
    metas = [node.attributes for node in tree.css("meta")]
    title = tree.css_first("head title")
    return ParsedPage(
        lang=_value(tree.css_first("html"), "lang"),
        charset=next((meta["charset"] or "" for meta in metas if "charset" in meta), ""),
        title=title.text().strip() if title is not None else "",
        headings=len(tree.css("h1")),
        ids=_values(tree, "[id]", "id"),
        names=_values(tree, "a[name]", "name"),
        listings=tuple(_find_listings(tree)),
        id_references=tuple(_find_id_references(tree)),
        pictures_without_alt=tuple(_find_pictures_without(tree, ("alt",), _PICTURES)),
        pictures_without_size=tuple(_find_pictures_without(tree, ("width", "height"), ("img",))),
        uses=tuple(_under(_value(base, "href"), use) for use in _find_uses(tree)),
        canonicals=_values(tree, "link[rel~=canonical i]", "href"),
        refresh=next(filter(None, map(_refresh_of, metas)), ""),
        is_noindex=any(
            (meta.get("name") or "").lower() == "robots"
            and "noindex" in (meta.get("content") or "").lower()
            for meta in metas
        ),
        linked_data=tuple(node.text() for node in tree.css("script[type='application/ld+json']")),
        html=tree.html or "",
    )


def find_urls(html: str) -> tuple[str, ...]:
    """All addresses in a piece of HTML."""
    return tuple(url for use in _find_uses(LexborHTMLParser(html)) for url in use.urls)


def _find_listings(tree: LexborHTMLParser) -> Iterator[Numbered]:
    for node in tree.css("[data-anchor]"):
        numbers = [_value(line, "data-line") for line in node.css("[data-line]")]
        lines = tuple(int(number) for number in numbers if _NUMBER.fullmatch(number))
        yield Numbered(_value(node, "data-anchor"), lines)


_NUMBER = re.compile(r"[0-9]{1,9}")
_ID_REFERENCES = ("for", "aria-labelledby", "aria-describedby")
_ADDRESSES = ("href", "src", "poster", "action", "formaction", "data")
_SETS = ("srcset", "imagesrcset")
# Links by which a page talks of itself or of a host; nobody follows them.
_NOT_FOLLOWED = frozenset({"canonical", "preconnect", "dns-prefetch"})
_ADDRESS_PROPERTIES = frozenset({"og:url", "og:image", "og:image:secure_url", "twitter:image"})
# An address without white space, a comma at its end not included; then what says when to use it.
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_REFRESH = re.compile(
    r"\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?(['\"]?)(.*)\1", re.IGNORECASE | re.DOTALL
)


def _find_uses(tree: LexborHTMLParser) -> Iterator[Use]:
    for selector in _ADDRESSES:
        for node in tree.css(f"[{selector}]"):
            tag = node.tag or ""
            attributes = node.attributes
            # A selector means the local name: "xlink:href" answers to it as well.
            name = selector if selector in attributes else f"xlink:{selector}"
            if _is_address(tag, name, attributes):
                value = attributes[name] or ""
                yield Use(tag, name, value, (value,))
    for name in _SETS:
        for node in tree.css(f"[{name}]"):
            value = node.attributes[name] or ""
            yield Use(node.tag or "", name, value, tuple(_CANDIDATE.findall(value)))
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        value = attributes["content"] or ""
        if (attributes.get("property") or attributes.get("name")) in _ADDRESS_PROPERTIES:
            yield Use("meta", "content", value, (value,))
        elif refresh := _refresh_of(attributes):
            yield Use("meta", "content", value, (refresh,))


def _under(base: str, use: Use) -> Use:
    """The same use with its addresses counted from the page's <base>, if it has one."""
    if not base:
        return use
    try:
        return replace(use, urls=tuple(urljoin(base, url) for url in use.urls))
    except ValueError:
        return use


def _is_address(tag: str, name: str, attributes: dict[str, str | None]) -> bool:
    if tag == "base":
        return False
    if name == "data":
        return tag == "object"
    rel = attributes.get("rel") if tag == "link" else None
    return not rel or _NOT_FOLLOWED.isdisjoint(rel.lower().split())


def _find_id_references(tree: LexborHTMLParser) -> Iterator[Attribute]:
    for name in _ID_REFERENCES:
        for node in tree.css(f"[{name}]"):
            yield Attribute(node.tag or "", name, node.attributes[name] or "")


_PICTURES = ("img", "input[type=image i]")


def _find_pictures_without(
    tree: LexborHTMLParser, names: tuple[str, ...], selectors: tuple[str, ...]
) -> Iterator[tuple[str, str, int]]:
    """Images that lack one of these attributes."""
    seen: Counter[tuple[str, str]] = Counter()
    for selector in selectors:
        for node in tree.css(selector):
            shown = (node.tag or "", _value(node, "src"))
            if not node.attributes.keys() >= set(names):
                yield *shown, seen[shown]
            seen[shown] += 1


def _refresh_of(attributes: dict[str, str | None]) -> str:
    if (attributes.get("http-equiv") or "").lower() != "refresh":
        return ""
    match = _REFRESH.fullmatch(attributes.get("content") or "")
    return match[2].strip() if match else ""


def _values(tree: LexborHTMLParser, selector: str, attribute: str) -> tuple[str, ...]:
    return tuple(
        node.attributes[attribute] or ""
        for node in tree.css(selector)
        if attribute in node.attributes
    )


def _value(node: LexborNode | None, attribute: str) -> str:
    return (node.attributes.get(attribute) or "") if node is not None else ""
