"""Attributes: those in braces that authors write, and those of a token as HTML.

In: `{#id .class key="value"}` as text; tokens. Out: names and values; HTML text. What must not get
into the page (`style`, event handlers, addresses that nobody would check) is reported.
"""

from __future__ import annotations

import re
from html import escape

from markdown_it.token import Token

from builder.codec import Value
from builder.markup.sheet import Sheet

_WORD = re.compile(
    r"""\s*(?:
        \#(?P<id>[^\s#.{}="]+)
      | \.(?P<class>[^\s#.{}="]+)
      | (?P<key>[\w:-]+)(?:=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s{}"=]+)))?
    )(?=\s|$)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

# An address in one of these would neither be checked nor made absolute.
_ADDRESSES = frozenset({"href", "src", "srcset", "poster", "action", "formaction", "xlink:href"})


class Attributes(Value, frozen=True):
    """What stands in braces. `pairs` keeps order and repetitions; a bare word's value is None."""

    id: str
    classes: tuple[str, ...]
    pairs: tuple[tuple[str, str | None], ...]


def parse_attributes(text: str) -> Attributes | str:
    """The attributes in `text` (without its braces), or the part that can't be read."""
    anchor = ""
    classes: list[str] = []
    pairs: list[tuple[str, str | None]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _WORD.match(text, position, end)
        if found is None:
            return text[position:end].strip()
        position = found.end()
        if found["id"]:
            anchor = found["id"]
        elif found["class"]:
            classes.append(found["class"])
        else:
            quoted = found["quoted"]
            value = found["bare"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
            pairs.append((found["key"], value))
    return Attributes(anchor, tuple(classes), tuple(pairs))


def set_attributes(token: Token, sheet: Sheet, line: int, *leave_out: str) -> str:
    """A token's attributes as HTML with a leading space; its id becomes an anchor of the page."""
    out = ""
    for name, value in token.attrs.items():
        if name in leave_out:
            continue
        if way_out := _way_out(name):
            _refuse(name, sheet, line, way_out)
        elif name == "id":
            out += set_id(str(value), sheet, line)
        else:
            out += f' {escape(name)}="{escape(str(value))}"'
    if token.meta:
        # What the library's own rules have taken away: handlers, addresses that run scripts.
        for name in token.meta.get("insecure_attrs", ()):
            _refuse(name, sheet, line, _NO_SCRIPTS)
    return out


def set_id(anchor: str, sheet: Sheet, line: int) -> str:
    """An id that the author gave, as HTML with a leading space and as an anchor of the page."""
    if anchor.split() != [anchor]:
        hint = f"write '{'-'.join(anchor.split())}'" if anchor.strip() else "give it letters"
        sheet.report(f"'{anchor}' can't be an id, which has no spaces", line, hint)
        return ""
    sheet.add_anchor(anchor, line)
    return f' id="{escape(anchor)}"'


def _way_out(name: str) -> str:
    """What to do instead of giving an attribute that must not get into the page; "" if it may."""
    name = name.lower()
    if name == "style":
        return "give a class and say what it looks like in the site's style sheet"
    if name in _ADDRESSES:
        return "write a link or a picture"
    return _NO_SCRIPTS if name.startswith("on") else ""


def _refuse(name: str, sheet: Sheet, line: int, way_out: str) -> None:
    sheet.report(f"the attribute '{name}' can't be given in braces", line, way_out)


_NO_SCRIPTS = "scripts belong to the theme"
