"""Fixtures as text files: a sentence, the body, what it gives, each ended by a line with a dot.

What it gives is the HTML with every slot filled, then `! line: message (hint)` for each problem.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from builder.markup import fill_galley, set_body
from builder.markup.body import SetBody
from builder.model import Reference, Target

FOLDER = Path(__file__).parent / "fixtures"


class Fixture(NamedTuple):
    claim: str
    body: str
    expected: str


def read_fixtures(name: str) -> list[Fixture]:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    parts = [part.strip("\n") for part in f"\n{text}".split("\n.\n")]
    assert parts.pop() == "", f"{name}.txt does not end with a dot"
    assert len(parts) % 3 == 0, f"{name}.txt has an incomplete fixture"
    return [Fixture(*parts[i : i + 3]) for i in range(0, len(parts), 3)]


# What the theme says in English.
WORDS = {
    "alert_note": "Note",
    "alert_tip": "Tip",
    "alert_important": "Important",
    "alert_warning": "Warning",
    "alert_caution": "Caution",
    "footnotes": "Footnotes",
    "back_to_mark": "Back to reference {n}",
    "self_link": "Link to this section",
    "table_number": "Table {n}",
    "task_done": "Done",
    "task_open": "To do",
    "not_tested": "not tested: {reason}",
}


def set_text(text: str, *, take_title: bool = False, first_line: int = 1) -> SetBody:
    macros = {"R": r"\mathbb{R}"}
    return set_body(text, path="a.md", first_line=first_line, take_title=take_title, macros=macros)


def fill(body: SetBody, *, page_url: str = "", prefix: str = "") -> str:
    """The HTML of a body on a site where every reference leads somewhere."""
    return fill_galley(
        body.galley,
        [lead(reference) for reference in body.references],
        [f"<listing {embed.slug}>" for embed in body.embeds],
        WORDS,
        prefix=prefix,
        page_url=page_url,
    )


def lead(reference: Reference) -> Target:
    fragment = f"#{reference.fragment}" if reference.fragment else ""
    return Target(f"/to/{reference.target}{fragment}", f"Title of {reference.target}")


def describe(body: SetBody) -> str:
    lines = [fill(body).strip("\n")]
    for problem in body.problems:
        kind = "warning: " if problem.is_warning else ""
        hint = f" ({problem.hint})" if problem.hint else ""
        lines.append(f"! {problem.line}: {kind}{problem.message}{hint}")
    return "\n".join(line for line in lines if line)
