"""Ids of the code of cards, by which a page's own links reach it."""

from __future__ import annotations

import pytest

from tests.builder.markup.fixtures import set_text


def ids(body: str) -> list[str]:
    return [slot.text for slot in set_text(body).galley.slots if slot.form == "embed"]


@pytest.mark.parametrize(
    ("target", "anchor"),
    [
        ("a", "a"),
        ("a#f", "a.f"),
        ("a@part", "a.part"),
        ("a/b.py", "a.b.py"),
        ("a/b.py#C.g", "a.C.g"),
        ("a!tests", "test_a"),
        ("a!tests#test_f", "a.test_f"),
        ("a>stdout", "a.stdout"),
    ],
)
def test_code_of_a_card_has_an_id_that_says_what_it_is(target: str, anchor: str) -> None:
    assert ids(f"```card {target}\n```\n") == [anchor]


def test_ids_differ_from_each_other_and_from_those_of_headings() -> None:
    body = set_text("# a\n\n```card a\n```\n\n```card a#f\n```\n\n```card a#f\n```\n\n# a\n")

    slots = [slot.text for slot in body.galley.slots if slot.form == "embed"]
    assert slots == ["a-2", "a.f", "a.f-2"]
    assert [heading.id for heading in body.headings] == ["a", "a-3"]


def test_a_link_in_the_text_can_lead_to_code_and_a_wrong_one_is_told() -> None:
    body = set_text("[one](#a.f), [other](#a.g)\n\n```card a#f\n```\n")

    assert [problem.message for problem in body.problems] == [
        "nothing in this page has the id 'a.g'"
    ]
    assert "a.f" in body.anchors
