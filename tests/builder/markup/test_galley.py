"""Filling a galley's slots."""

from __future__ import annotations

import re

from builder.codec import decode, encode
from builder.markup import BODY_WORDS, fill_galley
from builder.markup.directives.alerts import ALERTS
from builder.model import Galley, Target
from tests.builder.markup.fixtures import WORDS, fill, set_text


def fill_text(text: str, *targets: Target | None, prefix: str = "", page_url: str = "") -> str:
    body = set_text(text)
    assert not body.problems
    return fill_galley(body.galley, targets, ["<listing>"], WORDS, prefix=prefix, page_url=page_url)


def test_addresses_inside_the_site_get_the_prefix() -> None:
    html = fill_text(
        "[a](a.md) ![b](b.png)", Target("/a/#x", ""), Target("/b.png", ""), prefix="/base"
    )

    assert 'href="/base/a/#x"' in html
    assert 'src="/base/b.png"' in html


def test_addresses_outside_the_site_do_not() -> None:
    for url in ("https://x.example/", "//x.example/"):
        assert f'href="{url}"' in fill_text("[a](a.md)", Target(url, ""), prefix="/base")


def test_addresses_are_encoded_and_escaped() -> None:
    html = fill_text("[a](a.md)", Target('/ü "b"/?q=1&r=%20#हि', ""))

    assert 'href="/%C3%BC%20%22b%22/?q=1&amp;r=%20#%E0%A4%B9%E0%A4%BF"' in html


def test_in_a_page_fragments_are_bare() -> None:
    assert '<a href="#a">x</a>' in fill_text("[x](#a)\n\n# A", prefix="/base")


def test_in_a_feed_fragments_tell_the_page() -> None:
    html = fill_text(
        "[x](#a)[^1] $\\eqref{e}$\n\n# A\n\n[^1]: n\n\n\\begin{align}x\\label{e}\\end{align}",
        prefix="https://x.example",
        page_url="/posts/é/",
    )

    page = "https://x.example/posts/%C3%A9/"
    assert f'<a href="{page}#a">x</a>' in html
    assert f'href="{page}#fn-1"' in html
    assert f'href="{page}#fnref-1"' in html
    assert f'<a href="{page}#e">(1)</a>' in html
    assert 'href="#' not in html


def test_a_link_to_a_page_that_is_left_out_becomes_its_text() -> None:
    assert fill_text("a [*b*](c.md) d", None) == "<p>a <em>b</em> d</p>\n"


def test_a_wikilink_to_a_page_that_is_left_out_becomes_what_was_written() -> None:
    assert fill_text("a [[b c]]", None) == "<p>a b c</p>\n"


def test_a_picture_that_is_left_out_has_no_address() -> None:
    assert 'src=""' in fill_text("![a](b.png)", None)


def test_a_title_is_escaped() -> None:
    assert ">a &lt; b</a>" in fill_text("[[x]]", Target("/x/", "a < b"))


def test_slots_come_in_the_order_of_the_page() -> None:
    html = fill_text(
        "[[a]] <a href='b.md'>b</a>\n\n```card c\n```\n\n[d](d.md)",
        Target("/a/", "A"),
        Target("/b/", "B"),
        Target("/d/", "D"),
    )

    assert html == (
        '<p><a href="/a/">A</a> <a href="/b/">b</a></p>\n<listing><p><a href="/d/">d</a></p>\n'
    )


def test_a_galley_is_a_value_that_can_be_stored() -> None:
    galley = set_text("[[a]] [b](#c)\n\n# C").galley

    assert decode(Galley, encode(galley)) == galley


def test_the_title_taken_out_leaves_no_slot() -> None:
    body = set_text("# See [a](b.md)\n\n[c](d.md)", take_title=True)

    assert [reference.target for reference in body.references] == ["d.md"]
    assert fill(body) == '<p><a href="/to/d.md">c</a></p>\n'


def test_a_raw_link_to_a_page_that_is_left_out_becomes_its_text() -> None:
    body = set_text('<a class="x" href="draft.md">text</a> <a href="#top" id="top">up</a>')

    filled = fill_galley(body.galley, [None], [], WORDS, prefix="", page_url="")
    assert filled == '<p><a class="x" >text</a> <a href="#top" id="top">up</a></p>\n'


def test_words_are_those_of_the_page_s_language() -> None:
    body = set_text("> [!TIP]\n> a[^1] b[^1]\n\n:::{note}\nb\n:::\n\n[^1]: n")
    words = dict.fromkeys(WORDS, "<?>") | {"alert_tip": "T & t", "back_to_mark": "‹{n}›"}

    html = fill_galley(body.galley, [], [], words, prefix="", page_url="")

    titles = re.findall(r'alert-title">(.*?)</p>', html)
    assert titles == ["T &amp; t", "&lt;?&gt;"]
    assert re.findall(r'aria-label="(.*?)"', html) == ["&lt;?&gt;", "‹1›", "‹1-2›"]


def test_no_word_of_a_body_is_english_but_its_author_s() -> None:
    kinds = "\n\n".join(f":::{{{kind}}}\n०\n:::" for kind in ALERTS)
    body = set_text(
        f"## १[^1]\n\n| २ | ३ |\n|---|---|\n| ४ | $५$ |\n\n- [ ] ६\n- [x] ७\n\n{kinds}\n\n"
        '```python {.untested reason="८" title="९"}\n१०\n```\n\n    ११\n\n'
        ":::{details} १२\n[[१३]] ![१४](x.png) ![](y.svg){.inline}\n:::\n\n"
        "::::{tabs}\n:::{tab} १५\n१६\n:::\n::::\n\n$$ १७ $$ {#e}\n\n{eq}`e`^[१८]\n\n[^1]: १९"
    )
    assert not body.problems
    words = {word: "।" + "".join(f"{{{gap}}}" for gap in gaps) for word, gaps in BODY_WORDS.items()}
    titles = [Target("/x/", "२०") for _ in body.references]

    html = fill_galley(body.galley, titles, [], words, prefix="", page_url="")

    said = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', html)
    said.append(re.sub(r"(?s:<annotation.*?</annotation>)|<[^>]*>|&\w+;", "", html))
    assert re.findall(r"[A-Za-z]+", " ".join(said)) == []
    assert html.count("।") == len(BODY_WORDS) + 1
