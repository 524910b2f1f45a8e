"""The ids of listings: unique on a page, and the same whatever stands around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder.cards import find_listing, name_anchors, read_code
from builder.cards.anchors import Anchors
from builder.model import Embed, Listing

FILES = {
    "snippets/a.py": "# region all\ndef f(): ...\n\n\n"
    "class C:\n    def g(self): ...\n# endregion all\n",
    "snippets/p/__init__.py": "",
    "snippets/p/part.py": "X = 1\n",
    "tests/snippets/test_a.py": "def test_f(): ...\n",
}


def listing(slug: str, part: str = "whole", name: str = "", **more: object) -> Listing:
    given = {"file": "", "is_test": False, **more}
    embed = Embed(slug, given.pop("file"), given.pop("is_test"), part, name, 1, **given)  # type: ignore[arg-type]
    code = {path: read_code(path, text.encode()) for path, text in FILES.items()}
    found = find_listing(embed, code, path="content/posts/a.md")
    assert isinstance(found, Listing), found
    return found


def named(
    listings: Sequence[Listing], figures: Sequence[str], taken: Sequence[str] = ()
) -> list[Anchors]:
    sources: Mapping[str, bytes] = {path: text.encode() for path, text in FILES.items()}
    return name_anchors(listings, dict(enumerate(figures)), {*figures, *taken}, sources)


def test_a_listing_has_its_figures_id_the_names_of_its_symbols_and_its_files_lines() -> None:
    symbols = (("f", "a.f", 2), ("C", "a.C", 5), ("C.g", "a.C.g", 6))

    assert named([listing("a")], ["a"]) == [Anchors("a", "a", symbols)]


def test_a_symbol_is_its_own_figure_and_leaves_its_id_to_that() -> None:
    both = named([listing("a"), listing("a", "symbol", "C")], ["a", "a.C"])

    assert [anchor for _, anchor, _ in both[0].symbols] == ["a.f", "a.C-", "a.C.g"]
    assert both[1].symbols == (("C.g", "a.C.C.g", 6),)


def test_no_id_stands_twice_however_often_code_is_shown() -> None:
    shown = [listing("a"), listing("a"), listing("a", "region", "all"), listing("a", "symbol", "f")]
    both = named(shown, ["a", "a-2", "a.all", "a.f"], ["a.C", "a-2.C"])

    ids = [each.figure for each in both] + [one for each in both for _, one, _ in each.symbols]
    assert len(set(ids)) == len(ids) == 4 + 9
    assert {"a.C", "a-2.C"}.isdisjoint(ids)


def test_lines_are_named_by_their_file_in_the_longest_listing_that_shows_them() -> None:
    parts = [listing("a", "symbol", "f"), listing("a", "symbol", "C")]

    assert [each.lines for each in named(parts, ["a.f", "a.C"])] == ["a", "a"]
    more = [*parts, listing("a"), listing("a")]
    lines = [each.lines for each in named(more, ["a.f", "a.C", "a", "a-2"])]
    assert lines == ["a.f", "a.C", "a", "a-2"]


def test_lines_that_count_from_one_are_named_by_their_listing() -> None:
    assert named([listing("a", "symbol", "C", lines="shown")], ["a.C"])[0].lines == "a.C"
    both = [listing("a", lines="shown"), listing("a", "symbol", "C")]
    assert [each.lines for each in named(both, ["a", "a.C"])] == ["a", "a.C"]
    both = [listing("a", lines="shown"), listing("a")]
    assert [each.lines for each in named(both, ["a", "a-2"])] == ["a", "a-2"]


def test_other_files_of_a_card_have_names_of_their_own() -> None:
    shown = [listing("p", file="part.py"), listing("a", is_test=True)]

    assert [each.lines for each in named(shown, ["p.part.py", "test_a"])] == ["p/part", "test_a"]


def test_in_a_feed_nothing_is_named() -> None:
    assert name_anchors([listing("a")], {}, (), {}) == [Anchors("")]
