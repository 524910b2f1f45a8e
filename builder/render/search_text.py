"""What a page says, by section: the text that a search looks through and shows.

In: a body's HTML. Out: sections of plain text, names written as code, the LaTeX of formulas. It
reads markup token by token as browsers do and changes none of it.
"""

from __future__ import annotations

import re
from html import escape, unescape

from builder.codec import Value
from builder.markup.formula_text import read_formula

# A comment, or a tag; quoted values may hold ">". What is no tag is text.
_TAG = re.compile(
    r"<(?:!--.*?-->|(/?)([A-Za-z][A-Za-z0-9-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>)", re.DOTALL
)
_ID = re.compile(r"\sid=\"([^\"]*)\"")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Elements inside of a line; all others part words.
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd",
     "mark", "math", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
     "wbr")
)  # fmt: skip
# Elements whose text is no prose; a formula is read as a whole.
_UNREAD = frozenset(("script", "style", "template", "button", "svg", "select", "math"))
# Classes of links that the builder adds.
_OWN_LINK = re.compile(r'class="(?:anchor|footnote-back|footnote-ref)"')
# A name is short; a line of code is none.
_LONGEST_NAME = 80


class Section(Value, frozen=True):
    """The text below a heading, up to the next; `anchor` and `heading` are "" before the first.

    `latex` is that of the formulas in both, which read as signs there: who searches may know only
    what authors write.
    """

    anchor: str
    heading: str
    text: str
    latex: str = ""


class Read(Value, frozen=True):
    """What was read: the sections, and the names written as code inside lines."""

    sections: tuple[Section, ...]
    names: tuple[str, ...]


def read_sections(html: str) -> Read:
    """The sections of a body."""
    reading = _Reading()
    parts = _TAG.split(html)
    tags = zip(parts[0::4], parts[1::4], parts[2::4], parts[3::4], strict=False)
    for text, slash, name, attributes in tags:
        # Most tags by far are the highlighter's.
        if name == "span" and not reading.unread:
            reading.add(text)
        else:
            reading.pass_tag(text, bool(slash), (name or "span").lower(), attributes or "")
    if not reading.unread:
        reading.add(parts[-1])
    return reading.finish()


class _Reading:
    """What was read so far. `unread`: the element whose end is awaited; for a formula "math", which
    is gathered in `formula`, its LaTeX in `source`.
    """

    __slots__ = (
        "code", "formula", "is_in_block", "latex", "names", "out", "sections", "source",
        "unread",
    )  # fmt: skip

    def __init__(self) -> None:
        """Nothing was read yet."""
        self.out: list[str] = []
        self.latex: list[str] = []
        self.sections: list[tuple[str, list[str], list[str], list[str]]] = [
            ("", [], self.out, self.latex)
        ]
        self.formula: list[str] = []
        self.source = ""
        self.names: list[str] = []
        self.code: list[str] | None = None
        self.is_in_block = False
        self.unread = ""

    def add(self, text: str) -> None:
        """Text of the element that is open."""
        self.out.append(text)
        if self.code is not None:
            self.code.append(text)

    def pass_tag(self, text: str, closing: bool, name: str, attributes: str) -> None:
        """A tag, and the text before it."""
        if self.unread:
            if self.unread == "math":
                if closing and name == "annotation":
                    self.source = text
                self.formula.append(f"{text}<{'/' if closing else ''}{name}{attributes}>")
            if closing and name == self.unread:
                self.unread = ""
                self._close_formula()
            return
        self.add(text)
        if closing:
            self._close(name)
        elif name in _UNREAD or (name in ("a", "sup") and _OWN_LINK.search(attributes)):
            self.unread = name
            self.formula = [f"<{name}{attributes}>"] if name == "math" else []
            self.source = ""
        else:
            self._open(name, attributes)
        if name not in _INLINE:
            self.out.append(" ")

    def _open(self, name: str, attributes: str) -> None:
        if name == "pre":
            self.is_in_block = True
        elif name == "code" and not self.is_in_block:
            self.code = []
        elif name in _HEADINGS:
            found = _ID.search(attributes)
            self.out = []
            self.latex = []
            self.sections.append((unescape(found[1]) if found else "", self.out, [], self.latex))

    def _close(self, name: str) -> None:
        if name == "pre":
            self.is_in_block = False
        elif name == "code" and self.code is not None:
            self.names.append(unescape("".join(self.code)))
            self.code = None
        elif name in _HEADINGS:
            self.out = self.sections[-1][2]

    def _close_formula(self) -> None:
        """Add a formula that has ended in signs, or in LaTeX where it takes more than a line."""
        if self.formula:
            said = read_formula("".join(self.formula))
            self.add(escape(said) or self.source)
            self.latex.append(self.source)
            self.formula = []

    def finish(self) -> Read:
        """All that was read."""
        sections = [
            Section(anchor, _plain(heading), _plain(text), unescape("\n".join(latex)))
            for anchor, heading, text, latex in self.sections
        ]
        names = [name for name in self.names if 1 < len(name) <= _LONGEST_NAME]
        return Read(
            tuple([section for section in sections if section.heading or section.text]),
            tuple(dict.fromkeys(names)),
        )


def _plain(pieces: list[str]) -> str:
    return " ".join(unescape("".join(pieces)).split())
