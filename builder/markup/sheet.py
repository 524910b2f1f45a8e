"""The sheet on which one body is set: what is collected while its tokens become HTML.

In: the file's path and the line its body starts at. Out: slots, references, embeds, fences,
headings, ids, problems. A sheet lives as long as one call of `set_body`; nothing of it is shared
between documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from builder.errors import Problem, did_you_mean
from builder.model import Embed, Fence, Heading, Reference, Slot

# CommonMark replaces NUL, so no text of an author's can hold one: it marks the slots in the HTML
# being made.
SENTINEL = "\0"


class Sheet:
    """Collects what setting one body finds. `line` is the file line of the block being set."""

    __slots__ = (
        "anchors",
        "block_text",
        "embeds",
        "equations",
        "fences",
        "figures",
        "first_line",
        "fragments",
        "has_math",
        "headings",
        "line",
        "note_marks",
        "notes",
        "numbers",
        "open_links",
        "path",
        "pictures",
        "policy",
        "problems",
        "prose",
        "references",
        "slots",
        "tables",
    )

    def __init__(self, path: str, first_line: int, policy: str = "") -> None:
        """An empty sheet for the body of `path` that starts at the file's line `first_line`.

        `policy` is the content security policy of its page.
        """
        self.path = path
        self.policy = policy
        self.first_line = first_line
        self.line = first_line
        self.block_text = ""
        self.problems: list[Problem] = []
        self.slots: list[Slot] = []
        self.tables = 0
        self.pictures = 0
        self.references: list[Reference] = []
        self.embeds: list[Embed] = []
        self.figures: list[str] = []
        self.equations: dict[str, str] = {}
        self.fences: list[Fence] = []
        self.headings: list[Heading] = []
        self.anchors: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        self.fragments: list[tuple[str, int]] = []
        self.prose: list[str] = []
        self.open_links: list[str] = []
        self.note_marks: dict[int, list[str]] = {}
        self.notes: dict[str, int] = {}
        self.has_math = False

    def next_table(self) -> int:
        """The number of the next table: names of regions on one page must differ."""
        self.tables += 1
        return self.tables

    def next_picture(self) -> int:
        """The number of the next picture: the first is not to wait until it comes into view."""
        self.pictures += 1
        return self.pictures

    def file_line(self, body_line: int) -> int:
        """The file's line (from 1) of a line of the body (from 0, as tokens count)."""
        return self.first_line + body_line

    def line_at(self, position: int) -> int:
        """The file's line of a position in the text of the block being set."""
        return self.line + self.block_text.count("\n", 0, position)

    def report(self, message: str, line: int, hint: str = "", *, is_warning: bool = False) -> None:
        """Note an author's mistake."""
        self.problems.append(Problem(self.path, line, message, hint, is_warning))

    def slot(
        self,
        form: Literal[
            "open",
            "close",
            "title",
            "url",
            "href",
            "fragment",
            "embed",
            "picture",
            "drawing",
            "word",
        ],
        index: int,
        text: str = "",
    ) -> str:
        """The mark of a new slot, to be put where its filling will stand."""
        self.slots.append(Slot(form, index, text))
        return f"{SENTINEL}{len(self.slots) - 1}{SENTINEL}"

    def refer(
        self,
        form: Literal["link", "image", "wiki"],
        target: str,
        fragment: str,
        line: int,
        *,
        is_inline: bool = False,
    ) -> int:
        """Note a reference; its index."""
        self.references.append(Reference(form, target, fragment, line, is_inline))
        return len(self.references) - 1

    def embed(self, embed: Embed, anchor: str) -> str:
        """Note an embed, which will have the id `anchor`; the mark of its slot."""
        self.embeds.append(embed)
        self.figures.append(anchor)
        return self.slot("embed", len(self.embeds) - 1, anchor)

    def fragment(self, anchor: str, line: int) -> str:
        """The mark of an address in this page; whether the anchor exists is checked at the end."""
        self.fragments.append((anchor, line))
        return self.slot("fragment", 0, anchor)

    def add_anchor(self, anchor: str, line: int) -> None:
        """Note an id that the author gave; one given twice is a problem."""
        if anchor in self.anchors:
            self.report(
                f"the id '{anchor}' is already used in this page",
                line,
                f"it stands first on line {self.anchors[anchor]}; ids must differ within a page",
            )
        else:
            self.anchors[anchor] = line

    def make_anchor(self, wanted: str, line: int) -> str:
        """A new id: `wanted`, or that with the first free number after it."""
        anchor, number = wanted, self.numbers.get(wanted, 1)
        while anchor in self.anchors:
            number += 1
            anchor = f"{wanted}-{number}"
        self.numbers[wanted] = number
        self.anchors[anchor] = line
        return anchor

    def check_fragments(self) -> None:
        """Report addresses in this page to which no id answers; "" and "top" are the page's top."""
        for anchor, line in self.fragments:
            if anchor and anchor != "top" and anchor not in self.anchors:
                self.report(
                    f"nothing in this page has the id '{anchor}'",
                    line,
                    did_you_mean(anchor, self.anchors, known_ids(self.anchors)),
                )


def known_ids(anchors: Iterable[str]) -> str:
    """A hint that lists the first few ids of a page."""
    # Nobody links to the marks of footnotes by hand.
    names = [f"'{anchor}'" for anchor in anchors if not anchor.startswith(("fn-", "fnref-"))]
    if not names:
        return "this page has no ids"
    return "its ids are " + ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
