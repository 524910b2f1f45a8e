"""A listing to HTML: what is shown, hidden, numbered, highlighted."""

from collections.abc import Sequence
from html import unescape

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from builder.cards import check_highlights, find_listing, read_code, render_listing
from builder.cards.anchors import Anchors
from builder.cards.listing import LONG
from builder.codec import replace
from builder.model import Embed, Listing

WORDS = {
    "code_lines_one": "{n} line",
    "code_lines_many": "{n} lines",
    "code_outline": "In this <listing>",
}
CLASS = """\
class A:

    # region body
    # Adds.
    def add(self, x):  # card: hl
        print(x)  # noise  # card: hide
        # region sum
        return x + 1
        # endregion sum
    # endregion body
"""


def listing(text: str, part: str = "whole", name: str = "", path: str = "snippets/a.py") -> Listing:
    embed = Embed("a", path.removeprefix("snippets/"), False, part, name, 5)  # type: ignore[arg-type]
    found = find_listing(embed, {path: read_code(path, text.encode())}, path="content/cards/a.md")
    assert isinstance(found, Listing), found
    return found


def asked(found: Listing, **wishes: object) -> Listing:
    return replace(found, embed=replace(found.embed, **wishes))


def figure(found: Listing, text: str, anchors: Anchors | None = None) -> LexborNode:
    node = LexborHTMLParser(render_listing(found, text.encode(), WORDS, "", anchors)).css_first(
        "figure.listing"
    )
    assert node is not None
    return node


def shown(node: LexborNode) -> Sequence[str]:
    return [line.text() for line in node.css(".line:not([hidden])")]


def copied(node: LexborNode) -> str:
    code = node.css_first("pre code")
    assert code is not None
    return code.text()


def test_a_whole_file_is_shown_without_marks_and_region_lines() -> None:
    node = figure(listing(CLASS), CLASS)

    assert shown(node) == [
        "class A:", "", "    # Adds.", "    def add(self, x):", "        return x + 1",
    ]  # fmt: skip


def test_hidden_lines_are_copied_and_leave_no_empty_line() -> None:
    node = figure(listing(CLASS, "symbol", "A.add"), CLASS)

    assert copied(node) == "# Adds.\ndef add(self, x):\n    print(x)  # noise\n    return x + 1\n"
    assert [line.text() for line in node.css(".line[hidden]")] == ["    print(x)  # noise\n"]


def test_common_indentation_is_removed() -> None:
    assert shown(figure(listing(CLASS, "region", "sum"), CLASS)) == ["return x + 1"]
    mixed = "# region r\n\tif x:\n        y\n# endregion r\n"
    assert shown(figure(listing(mixed, "region", "r", "snippets/a.sh"), mixed)) == [
        "\tif x:",
        "        y",
    ]


def test_lines_are_highlighted_by_a_mark_or_by_their_text() -> None:
    found = listing(CLASS, "symbol", "A.add")
    by_mark = figure(found, CLASS).css(".line.hl")
    by_text = figure(asked(found, highlights=("x + 1",)), CLASS).css(".line.hl")

    assert [line.text() for line in by_mark] == ["def add(self, x):"]
    assert [line.text() for line in by_text] == ["def add(self, x):", "    return x + 1"]


def numbers(node: LexborNode) -> list[str | None]:
    return [line.attributes.get("data-line") for line in node.css(".line")]


def test_lines_are_numbered_from_one_or_as_in_the_file_or_not() -> None:
    found = listing(CLASS, "symbol", "A.add")

    assert numbers(figure(found, CLASS)) == [None] * 4
    assert numbers(figure(asked(found, lines="shown"), CLASS)) == ["1", "2", None, "3"]
    assert numbers(figure(asked(found, lines="file"), CLASS)) == ["4", "5", None, "8"]


def test_a_listing_names_its_file_and_symbol_or_has_the_authors_title() -> None:
    found = listing(CLASS, "symbol", "A.add")
    own = figure(asked(found, title='<b> & "t"', caption="<i>"), CLASS)

    def said(node: LexborNode, name: str) -> str:
        part = node.css_first(f".listing-{name}")
        assert part is not None
        return part.text()

    node = figure(found, CLASS)
    assert (said(node, "title"), said(node, "symbol")) == ("a.py", "A.add")
    assert (said(own, "title"), said(own, "caption")) == ('<b> & "t"', "<i>")
    assert node.attributes["data-card"] == "a"


def test_code_is_escaped_in_every_language() -> None:
    text = '<script>"&amp;</script>\n'
    for path in ("snippets/a.html", "snippets/a.txt", "snippets/a.py"):
        html = render_listing(listing(text, path=path), text.encode(), WORDS)

        assert "<script>" not in html
        assert LexborHTMLParser(html).css_first("pre").text() == text  # type: ignore[union-attr]


def test_a_collapsed_listing_opens_without_a_script() -> None:
    found = asked(listing(CLASS, "symbol", "A.add"), is_collapsed=True)
    node = figure(found, CLASS)
    summary = node.css_first("details > summary")

    assert node.css_first("details > pre > code.language-python") is not None
    assert summary is not None
    assert summary.text() == "3 lines"


def test_no_listing_has_a_style_attribute() -> None:
    wished = asked(listing(CLASS), lines="file", is_collapsed=True)
    html = render_listing(wished, CLASS.encode(), WORDS, "", Anchors("a", "a"))

    assert "style=" not in unescape(html)


def test_a_highlight_must_match_a_shown_line() -> None:
    found = listing(CLASS, "symbol", "A.add")

    def problem(*texts: str) -> str:
        wish = asked(found, highlights=texts)
        return str(check_highlights(wish, CLASS.encode(), path="content/cards/a.md"))

    assert problem("def add", "return") == "None"
    assert problem("return x - 1") == (
        'content/cards/a.md:5: hl="return x - 1" matches no shown line\n'
        "    did you mean 'return x + 1'?"
    )
    # Neither a hidden line, nor a mark, nor a line outside of the symbol is shown.
    assert problem("print", "card:", "class") == (
        'content/cards/a.md:5: hl="print", hl="card:", hl="class" match no shown line\n'
        "    the text must be part of a shown line of snippets/a.py"
    )


# --- What links can reach


def test_on_a_page_lines_are_numbered_as_in_the_file_and_the_figure_says_how_links_name_them() -> (
    None
):
    found = listing(CLASS, "symbol", "A.add")
    node = figure(found, CLASS, Anchors("a.A.add", "a"))

    assert numbers(node) == ["4", "5", None, "8"]
    assert (node.attributes["id"], node.attributes["data-anchor"]) == ("a.A.add", "a")
    assert copied(node) == copied(figure(found, CLASS))
    wished = asked(found, lines="shown")
    assert numbers(figure(wished, CLASS, Anchors("a.A.add", "a.A.add"))) == ["1", "2", None, "3"]


def test_without_anchors_as_in_feeds_nothing_is_added() -> None:
    long = "".join(f"def f{number}(): ...\n" for number in range(LONG + 1))
    html = render_listing(listing(long), long.encode(), WORDS)

    assert [word for word in ("id=", "data-line=", "<details", "<a ") if word in html] == []


def test_a_symbols_first_shown_line_has_its_id() -> None:
    text = "# About f.\ndef f(): ...\n\n\nx = y = 1\n@d  # card: hide\nclass C: ...\n"
    symbols = (("f", "a.f", 1), ("x", "a.x", 5), ("y", "a.y", 5), ("C", "a.C", 6), ("z", "a.z", 9))
    node = figure(listing(text), text, Anchors("a", "a", symbols))

    ids = {line.attributes.get("id"): line.text() for line in node.css(".line[id]")}
    # Two that begin on one line share the id of the first; a hidden line has none.
    assert ids == {"a.f": "# About f.", "a.x": "x = y = 1", "a.C": "class C: ..."}


@pytest.mark.parametrize(("lines", "is_folded"), [(LONG, False), (LONG + 1, True)])
def test_a_long_listing_is_folded(lines: int, is_folded: bool) -> None:
    text = "x\n" * lines + "y  # card: hide\n"
    node = figure(listing(text), text, Anchors("a", "a"))

    assert (node.css_first("details > pre") is not None) == is_folded
    assert node.css_first(".outline") is None


def outline(names: Sequence[str]) -> list[tuple[str | None, str]]:
    text = "x\n" * 40
    symbols = tuple((name, f"a.{name}", number) for number, name in enumerate(names, 1))
    node = figure(asked(listing(text), is_collapsed=True), text, Anchors("a", "a", symbols))
    return [
        (entry.css_first("a").attributes["href"], entry.text())  # type: ignore[union-attr]
        for entry in node.css("figure > ul.outline > li")
    ]


def test_above_a_fold_stands_what_is_in_it_with_its_lines() -> None:
    assert outline(["f", "A.é"]) == [("#a.f", "f 1"), ("#a.A.%C3%A9", "A.é 2")]
    assert outline(["f"]) == []


def test_an_outline_of_much_leaves_the_lesser_out() -> None:
    few = ["f", "_g", "A", "A.h", "A._i"]
    many = [f"s{number}" for number in range(9)]

    assert len(outline([*few, *many[:7]])) == 12
    assert [said for _, said in outline([*few, *many[:8]])][:3] == ["f 1", "A 3", "A.h 4"]
    assert len(outline([*few, *many, "s9"])) == 12
    assert "A.h" not in str(outline([*few, *many, "s9", "s10"]))


def test_a_long_name_may_break_after_its_underscores_and_reads_as_it_is() -> None:
    text = "def threshold_at_rate(): ...\n"
    node = figure(listing(text, "symbol", "threshold_at_rate", "snippets/a/long_name.py"), text)
    caption = node.css_first("figcaption")

    assert caption is not None
    assert (caption.html or "").count("_<wbr>") == 3
    assert caption.text(deep=True).split()[:2] == ["a/long_name.py", "threshold_at_rate"]
