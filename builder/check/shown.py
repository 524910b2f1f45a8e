"""What a page shows of cards: listings of code, recorded outputs, what is said of their tests.

In: a page's text. Out: `Shown` and `Badge` values. Like `page` it uses selectolax and lets no node
out; whether what is shown is true is judged by `verify`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from builder.codec import Value
from builder.markup.highlight import TOKEN_CLASSES


class Shown(Value, frozen=True):
    """A figure that shows a card's code, or its output.

    `span` is `data-lines`, "12-30"; None where there are none, which is an output. `lines` are what
    it shows with whether each is hidden; `text` is all its text, which readers copy. `picture` is
    the address of an output that is a picture, else "". `stranger` is a piece of markup in it that
    listings do not have, "" if there is none.
    """

    card: str
    path: str
    span: str | None
    lines: tuple[tuple[str, bool], ...]
    text: str
    picture: str
    stranger: str


class Badge(Value, frozen=True):
    """A line about a card: its state ("passed", "stale", …) and what it says."""

    card: str
    state: str
    text: str


def find_shown(html: str) -> tuple[tuple[Shown, ...], tuple[Badge, ...]]:
    """The figures of cards in a page and the lines about cards, each in order."""
    # Most pages have none, and parsing is what takes time.
    if not _LIKELY.search(html):
        return (), ()
    tree = LexborHTMLParser(html)
    figures = tuple(_read_figure(figure) for figure in tree.css("figure.listing"))
    return figures, tuple(_read_badge(node) for node in tree.css(".state") if _card_of(node))


_LIKELY = re.compile("listing|state-", re.IGNORECASE)
_LINES = frozenset({"line", "line hl"})
_CLASSES = _LINES.union(TOKEN_CLASSES)
_ATTRIBUTES = frozenset({"class", "data-line", "hidden", "id"})


def _read_figure(figure: LexborNode) -> Shown:
    attributes = figure.attributes
    span = attributes.get("data-lines")
    blocks = list(_find_blocks(figure))
    block = blocks[0].css_first("samp" if span is None else "code") if blocks else None
    picture = figure.css_first(".listing-figure img")
    return Shown(
        card=attributes.get("data-card") or "",
        path=attributes.get("data-path") or "",
        span=span,
        lines=() if block is None else tuple(_read_lines(block)),
        text="" if block is None else block.text(),
        picture="" if picture is None else picture.attributes.get("src") or "",
        stranger=next(_find_strangers(figure, blocks, block), ""),
    )


def _find_blocks(figure: LexborNode) -> Iterator[LexborNode]:
    """What is shown; what failed in the card's tests, below it, is none of it."""
    for child in figure.iter():
        for node in child.iter() if child.tag == "details" else (child,):
            if node.tag == "pre":
                yield node


def _read_lines(code: LexborNode) -> Iterator[tuple[str, bool]]:
    for node in code.iter():
        yield node.text().removesuffix("\n"), "hidden" in node.attributes


def _find_strangers(
    figure: LexborNode, blocks: Sequence[LexborNode], block: LexborNode | None
) -> Iterator[str]:
    """Markup that could hide or add something."""
    if len(blocks) > 1 or len(figure.css("pre")) > len(blocks) + len(figure.css(".failing pre")):
        yield "a second <pre>"
    if block is None:
        return
    if blocks[0].text() != block.text():
        yield "a second text"
    for node in block.css("*"):
        if node.mem_id != block.mem_id and not _is_known(node):
            yield f"<{node.tag}{''.join(f' {name}' for name in node.attributes)}>"


def _is_known(node: LexborNode) -> bool:
    """Whether it is a line, or a coloured part of one."""
    attributes = node.attributes
    name = attributes.get("class") or ""
    if node.tag != "span" or name not in _CLASSES:
        return False
    return attributes.keys() <= _ATTRIBUTES if name in _LINES else attributes.keys() == {"class"}


def _read_badge(node: LexborNode) -> Badge:
    names = (node.attributes.get("class") or "").split()
    state = next((name for name in names if name.startswith("state-")), "")
    return Badge(_card_of(node), state.removeprefix("state-"), " ".join(node.text().split()))


def _card_of(node: LexborNode) -> str:
    """The card that a line is about.

    Its figure names it, the id of the fold that it is in, or the list of all cards.
    """
    at: LexborNode | None = node
    while at is not None and at.tag != "-undef":
        attributes = at.attributes
        if card := attributes.get("data-card"):
            return card
        anchor = attributes.get("id") or ""
        if at.tag == "details" and anchor.startswith(_FOLD):
            return anchor.removeprefix(_FOLD).rstrip("-")
        if at.tag == "li" and at.parent is not None and _is_list_of_cards(at.parent):
            slug = at.css_first("code")
            return "" if slug is None else slug.text()
        at = at.parent
    return ""


def _is_list_of_cards(node: LexborNode) -> bool:
    return node.tag == "ul" and node.attributes.get("class") == "states"


_FOLD = "evidence-"
