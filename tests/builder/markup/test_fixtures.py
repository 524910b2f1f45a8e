"""Markdown to HTML, by examples: see the files in `fixtures`."""

from __future__ import annotations

import pytest

from tests.builder.markup.fixtures import FOLDER, Fixture, describe, read_fixtures, set_text

FIXTURES = [
    pytest.param(fixture, id=f"{file.stem}: {fixture.claim}")
    for file in sorted(FOLDER.glob("*.txt"))
    for fixture in read_fixtures(file.stem)
]


@pytest.mark.parametrize("fixture", FIXTURES)
def test_the_body_gives_what_the_fixture_says(fixture: Fixture) -> None:
    assert describe(set_text(fixture.body)) == fixture.expected
