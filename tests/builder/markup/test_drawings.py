"""Drawings set inline: what gets through, what is dropped, what is refused."""

from __future__ import annotations

import pytest

from builder.markup.drawings import DrawingRefused, read_drawing
from tests.builder.pictures import make_svg


def inline(content: str, attributes: str = "") -> str:
    """What is inside of a drawing set inline, its ids with "d0-" before them."""
    return read_drawing(make_svg(30, 20, content, attributes).encode(), "d0-", 30, 20).content


def test_what_draws_gets_through_in_its_order() -> None:
    html = inline(
        '<g fill="none"><path d="M0 0L1 1"/><text x="1">a &lt; <tspan>b</tspan> c</text></g>'
    )

    assert html == (
        '<g fill="none"><path d="M0 0L1 1"></path><text x="1">a &lt; <tspan>b</tspan> c</text></g>'
    )


def test_the_drawing_says_its_size_and_shrinks_with_the_page() -> None:
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="2in" height="1in" id="x" onload=""/>'
    with pytest.raises(DrawingRefused):
        read_drawing(data, "", 192, 96)

    drawing = read_drawing(data.replace(b' onload=""', b""), "d0-", 192, 96)

    assert drawing.attributes == ' width="192" height="96" viewBox="0 0 192 96"'


def test_ids_and_references_to_them_get_the_prefix() -> None:
    html = inline(
        '<defs><clipPath id="c"><rect width="3"/></clipPath><g id="m"/></defs>'
        '<use href="#m"/><use xlink:href="#m"/>'
        '<g clip-path="url(#c)" style="mask: url(\'#c\')"/>',
        ' xmlns:xlink="http://www.w3.org/1999/xlink"',
    )

    assert 'id="c"' not in html
    assert '<clipPath id="d0-c">' in html
    assert html.count('<use href="#d0-m">') == 2
    assert 'clip-path="url(#d0-c)" mask="url(#d0-c)"' in html


def test_a_style_becomes_attributes_because_a_strict_policy_forbids_it() -> None:
    html = inline('<path fill="red" style="fill:none; stroke: #000 !important; -x-own: 1"/>')

    assert html == '<path fill="none" stroke="#000"></path>'


def test_a_rule_for_all_elements_is_set_on_the_drawing() -> None:
    style = "<defs><style>*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>"
    drawing = read_drawing(make_svg(3, 2, style).encode(), "", 3, 2)

    assert 'stroke-linejoin="round" stroke-linecap="butt"' in drawing.attributes
    assert drawing.content == "<defs></defs>"


def test_what_programs_note_for_themselves_is_dropped() -> None:
    html = inline(
        "<!-- by hand --><metadata><x/></metadata><title>t</title><i:view/>"
        '<path i:label="a" data-x="1" class="k" d="M0 0"/>',
        ' xmlns:i="urn:inkscape"',
    )

    assert html == '<path d="M0 0"></path>'


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<style>.a { fill: red }</style>",
        "<style>* { opacity: 0.5 }</style>",
        "<style>@import url(x.css);</style>",
        "<style>*{stroke-linejoin: round} g{fill: red}</style>",
        "<foreignObject><p/></foreignObject>",
        '<image href="x.png"/>',
        '<image href="data:image/png;base64,AA=="/>',
        '<a href="#x"><path/></a>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onclick" to="alert(1)"/>',
        '<filter id="f"/>',
        '<path onclick="alert(1)"/>',
        '<path OnClick="alert(1)"/>',
        '<use href="other.svg#x"/>',
        '<use href="#nowhere"/>',
        '<use href="https://x.example/a.svg#x"/>',
        '<path fill="url(https://x.example/a)"/>',
        '<path fill="url(#nowhere)"/>',
        '<path fill="URL(https://x.example/a)"/>',
        '<path fill="u\\72l(https://x.example/a)"/>',
        '<path style="fill: url(//x.example/a)"/>',
        '<path style="mix-blend-mode: multiply"/>',
        '<path filter="url(#f)"/>',
        '<path fill="image(https://x.example/a)"/>',
        '<h:p xmlns:h="http://www.w3.org/1999/xhtml" onclick="x"/><script/>',
    ],
)
def test_what_acts_or_reaches_out_is_refused(content: str) -> None:
    with pytest.raises(DrawingRefused):
        inline(content)


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"<html/>", b"<svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'],
)
def test_what_is_no_drawing_is_refused(data: bytes) -> None:
    with pytest.raises(DrawingRefused):
        read_drawing(data, "", 1, 1)


def test_a_text_with_markup_in_it_stays_text() -> None:
    html = inline("<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>")

    assert html == "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>"
