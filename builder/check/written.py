"""A page's tags as they were written, with their lines.

In: a page's text. Out: `Tag` values, names of tags, lines of elements, attributes that are given
twice. The HTML5 parser tells neither where an element stood nor what it dropped; this module knows
nothing else of HTML than how a tag looks.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from builder.codec import Value


class Tag(Value, frozen=True):
    """A tag as written; `name` is in lower case, with a slash in front if it is an end tag."""

    name: str
    attributes: str
    line: int

    @property
    def is_self_closing(self) -> bool:
        """Whether it ends in "/>"; the slash of `<a href=x/>` belongs to the address."""
        return self.attributes.endswith("/") and not _UNQUOTED_END.search(self.attributes)


class Fault(Value, frozen=True):
    """Something wrong with a tag: the line it is on (0: unknown), what, and what to do about it."""

    line: int
    message: str
    hint: str = ""
    is_warning: bool = False


def tag_names(text: str) -> list[str]:
    """The names of all tags in order, as written."""
    return [raw or name for raw, _, name, _ in _scan(text)]


def read_tags(text: str) -> Iterator[Tag]:
    """All tags in order."""
    newlines = [match.start() for match in re.finditer("\n", text)]
    for match in _TAGS.finditer(text):
        name = match[1] or match[3]
        if name:
            attributes = match[2] or match[4] or ""
            yield Tag(name.lower(), attributes, bisect_left(newlines, match.start()) + 1)


def read_attributes(attributes: str) -> dict[str, str]:
    """A tag's attributes by name in lower case; of one that is given twice, the first."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(attributes):
        plain = value[1:-1] if value[:1] in ('"', "'") else value
        found.setdefault(str(name).lower(), html.unescape(plain))
    return found


def find_repeated_attributes(text: str) -> tuple[Fault, ...]:
    """Tags that give one attribute twice; browsers keep the first."""
    found = {raw or plain for _, raw, _, plain in _scan(text)}
    repeated = {attributes: name for attributes in found if (name := _repeated(attributes))}
    if not repeated:
        return ()
    return tuple(
        Fault(tag.line, f"<{tag.name}> has '{repeated[tag.attributes]}' twice", "keep one of them")
        for tag in read_tags(text)
        if tag.attributes in repeated
    )


def line_of_use(text: str, tag: str, attribute: str, value: str, occurrence: int) -> int:
    """The line of the `occurrence`-th (from 0) such tag with such an attribute; 0 if unknown."""
    lines = _lines_of_attributes(text).get((tag, attribute, value), ())
    return lines[occurrence] if occurrence < len(lines) else 0


def line_of_tag(text: str, name: str, occurrence: int) -> int:
    """The line of the `occurrence`-th (from 0) start tag `name`; 0 if there is none."""
    lines = [tag.line for tag in read_tags(text) if tag.name == name]
    return lines[occurrence] if occurrence < len(lines) else 0


def line_of_id(text: str, name: str, occurrence: int) -> int:
    """The line of the `occurrence`-th (from 0) tag with that id; 0 if unknown."""
    lines = _lines_of_attributes(text).get(("", "id", name), ())
    return lines[occurrence] if occurrence < len(lines) else 0


# What stands in a tag after its name. The quantifiers are possessive: a missing quote costs one
# scan, not many.
_INSIDE = r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+"""
_PATTERN = (
    r"<(?:!--(?:-?>|.*?--!?>|.*)"
    # Elements whose content is text whatever it looks like; their end tag is the next match.
    r"|(script|style|title|textarea|iframe|noembed|noframes|xmp)(?=[\s/>])(INSIDE)(?<!/)>"
    r".*?(?=</\1|\Z)"
    r"|(/?[a-z][^\s/>]*+)(INSIDE)>)"
)
_TAGS = re.compile(_PATTERN.replace("INSIDE", _INSIDE), re.DOTALL | re.IGNORECASE)
_UNQUOTED_END = re.compile(r"""=\s*[^\s"'=<>`]+\Z""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")


# The page as written and as the parser writes it are each asked for twice in a row.
@lru_cache(maxsize=2)
def _scan(text: str) -> list[tuple[str, str, str, str]]:
    """All tags (comments are empty): name and inside of one with text content, or of another."""
    return _TAGS.findall(text)


@lru_cache(maxsize=1 << 16)
def _repeated(attributes: str) -> str:
    """The name of an attribute that is there twice; empty if none is."""
    # The common case, without a regular expression.
    if attributes.count("=") < 2:
        return ""
    seen = set()
    for name, _ in _ATTRIBUTE.findall(attributes):
        if name.lower() in seen:
            return str(name).lower()
        seen.add(name.lower())
    return ""


# Several problems of one page ask one after another.
@lru_cache(maxsize=1)
def _lines_of_attributes(text: str) -> Mapping[tuple[str, str, str], Sequence[int]]:
    lines: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for tag in read_tags(text):
        for name, value in _ATTRIBUTE.findall(tag.attributes):
            plain = html.unescape(value[1:-1] if value[:1] in ('"', "'") else value)
            lines[tag.name, name.lower(), plain].append(tag.line)
            if name.lower() == "id":
                lines["", "id", plain].append(tag.line)
    return lines
