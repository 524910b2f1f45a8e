"""The examples of the CommonMark specification, in strict mode."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builder.markup.parser import set_commonmark

SPEC = Path(__file__).parent / "commonmark-spec" / "spec.txt"
FENCE = "`" * 32
EXAMPLE = re.compile(rf"^{FENCE} example\n(.*?)^\.\n(.*?)^{FENCE}$", re.MULTILINE | re.DOTALL)


def read_examples() -> list[tuple[str, str]]:
    # The specification writes tabs as arrows.
    text = SPEC.read_text(encoding="utf-8").replace("→", "\t")
    return [(found[1], found[2]) for found in EXAMPLE.finditer(text)]


EXAMPLES = read_examples()


def test_the_specification_has_652_examples() -> None:
    assert len(EXAMPLES) == 652
    assert "version: '0.31.2'" in SPEC.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("markdown", "html"), EXAMPLES, ids=[str(number) for number in range(1, len(EXAMPLES) + 1)]
)
def test_strict_mode_gives_what_the_specification_says(markdown: str, html: str) -> None:
    assert set_commonmark(markdown) == html
