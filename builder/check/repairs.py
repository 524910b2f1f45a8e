"""What an HTML5 parser had to repair in a page.

In: a page's text, and the same page as the parser would write it. Out: `Fault` values. A parser
never fails, it repairs without a word; where both texts have the same tags in the same order, it
repaired nothing. Only for other pages are the open elements followed here, to tell what was left
out legally (`</li>`, `<tbody>`) from what was broken. The rules are those of the HTML Standard,
sections "optional tags" and "tree construction".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from builder.check.written import Fault, Tag, read_tags, tag_names


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _words("area base br col embed hr img input link meta param source track wbr")


def find_repairs(text: str, parsed: str) -> tuple[Fault, ...]:
    """What the parser had to repair in `text`; `parsed` is that page, written by the parser."""
    if tag_names(text) == tag_names(parsed):
        return ()
    walk = _Walk()
    for tag in read_tags(text):
        if tag.name.removeprefix("/") not in _OUTER:
            _take(walk, tag)
    _close(walk, len(walk.open), "the page's end")
    return tuple(walk.faults) or _compare(walk, parsed)


@dataclass(slots=True)
class _Walk:
    """So far: the open elements, all tags with those that were left out, and the faults."""

    open: list[Tag] = field(default_factory=list)
    # For each open element: whether its content is SVG or MathML, where "/>" ends an element.
    foreign: list[bool] = field(default_factory=list)
    explicit: list[Tag] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


_OUTER = frozenset({"html", "head", "body"})
_INSERTED = _OUTER | {"tbody", "colgroup"}
_OPTIONAL_END = _words(
    "li dt dd p rt rp optgroup option caption colgroup thead tbody tfoot tr td th"
)
_ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_CELLS = frozenset({"td", "th"})
_BEFORE_ROW = _CELLS | {"tr", "caption", "colgroup"}
_BEFORE_GROUP = _BEFORE_ROW | _ROW_GROUPS
# A start tag (first) ends these elements, if nothing that needs an end tag is open in them.
_ENDS: dict[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    **dict.fromkeys(("rt", "rp"), frozenset({"rt", "rp"})),
    "option": frozenset({"option"}),
    "optgroup": frozenset({"option", "optgroup"}),
    **dict.fromkeys(("td", "th"), _CELLS),
    "tr": _BEFORE_ROW,
    **dict.fromkeys(("caption", "colgroup", *_ROW_GROUPS), _BEFORE_GROUP),
}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ENDS_PARAGRAPH = _HEADINGS | _words(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form header hgroup hr li listing main menu nav ol p plaintext pre search "
    "section summary table ul xmp"
)
_PARAGRAPH_BARRIERS = _words(
    "applet button caption desc foreignobject marquee object svg math table td template th"
)
_NOT_IN_THEMSELVES = frozenset({"a", "button", "form", "nobr"})
_METADATA = frozenset({"script", "style", "template"})
_ONLY_IN_TABLES: dict[str, frozenset[str]] = {
    "table": _METADATA | _ROW_GROUPS | {"caption", "col", "colgroup", "form", "input", "tr"},
    **dict.fromkeys(_ROW_GROUPS, _METADATA | {"tr"}),
    "tr": _METADATA | _CELLS,
}
_FOREIGN_ROOTS = frozenset({"svg", "math"})
# Elements of SVG and MathML whose content is HTML again.
_HTML_AGAIN = frozenset({"foreignobject", "desc", "mi", "mo", "mn", "ms", "mtext"})


def _take(walk: _Walk, tag: Tag) -> None:
    if tag.name.startswith("/"):
        _take_end(walk, tag)
        return
    is_foreign = tag.name in _FOREIGN_ROOTS or (bool(walk.foreign) and walk.foreign[-1])
    if not is_foreign:
        _make_room(walk, tag)
    walk.explicit.append(tag)
    if is_foreign and tag.is_self_closing:
        walk.explicit.append(_end_of(tag))
    elif tag.name in VOID and not is_foreign:
        pass
    elif tag.is_self_closing:
        message = f"<{tag.name}/> stays open: '/>' ends nothing in HTML"
        walk.faults.append(Fault(tag.line, message, f"write <{tag.name}></{tag.name}>"))
    else:
        walk.open.append(tag)
        walk.foreign.append(is_foreign and tag.name not in _HTML_AGAIN)


def _make_room(walk: _Walk, tag: Tag) -> None:
    """End what the start tag `tag` ends, and judge whether it may stand where it stands."""
    depth = _outermost(walk, _ENDS.get(tag.name, ()))
    if depth is not None:
        _close(walk, len(walk.open) - depth, f"<{tag.name}>")
    if tag.name in _ENDS_PARAGRAPH:
        depth = _open_paragraph(walk)
        if depth is not None:
            _close(walk, len(walk.open) - depth, f"<{tag.name}>, which ends the paragraph")
    if not walk.open:
        return
    parent = walk.open[-1]
    if tag.name in _HEADINGS and parent.name in _HEADINGS:
        _fault(walk, tag, f"<{tag.name}> inside <{parent.name}> from line {parent.line}")
    if tag.name in _NOT_IN_THEMSELVES:
        outer = next((other for other in walk.open if other.name == tag.name), None)
        if outer is not None:
            _fault(walk, tag, f"<{tag.name}> inside <{tag.name}> from line {outer.line}")
    allowed = _ONLY_IN_TABLES.get(parent.name)
    if allowed is not None and tag.name not in allowed:
        _fault(walk, tag, f"<{tag.name}> may not stand directly in <{parent.name}>")


def _take_end(walk: _Walk, tag: Tag) -> None:
    name = tag.name[1:]
    for depth in range(len(walk.open) - 1, -1, -1):
        if walk.open[depth].name == name:
            _close(walk, len(walk.open) - depth - 1, f"</{name}>")
            walk.open.pop()
            walk.foreign.pop()
            walk.explicit.append(tag)
            return
    hint = "a block element inside a paragraph ends the paragraph" if name == "p" else ""
    walk.faults.append(Fault(tag.line, f"</{name}> ends nothing", hint))


def _close(walk: _Walk, count: int, where: str) -> None:
    """End the innermost `count` elements, because of what is at `where`."""
    for _ in range(count):
        tag = walk.open.pop()
        walk.foreign.pop()
        walk.explicit.append(_end_of(tag))
        if tag.name not in _OPTIONAL_END:
            message = f"<{tag.name}> is still open at {where}"
            walk.faults.append(Fault(tag.line, message, f"write </{tag.name}> before it"))


def _outermost(walk: _Walk, names: Collection[str]) -> int | None:
    """The depth of the outermost of `names` that may end here unsaid; None if there is none."""
    found = None
    if not names:
        return None
    for depth in range(len(walk.open) - 1, -1, -1):
        if walk.open[depth].name in names:
            found = depth
        if walk.open[depth].name not in _OPTIONAL_END:
            break
    return found


def _open_paragraph(walk: _Walk) -> int | None:
    for depth in range(len(walk.open) - 1, -1, -1):
        name = walk.open[depth].name
        if name == "p":
            return depth
        if name in _PARAGRAPH_BARRIERS:
            return None
    return None


def _end_of(tag: Tag) -> Tag:
    return Tag(f"/{tag.name}", "", tag.line)


def _fault(walk: _Walk, tag: Tag, message: str) -> None:
    walk.faults.append(Fault(tag.line, message, "the parser moves it out"))


def _compare(walk: _Walk, parsed: str) -> tuple[Fault, ...]:
    """The first tag that differs from the parser's though all that was left out is filled in."""
    written = [tag for tag in walk.explicit if tag.name.removeprefix("/") not in _INSERTED]
    built = [tag.name for tag in read_tags(parsed) if tag.name.removeprefix("/") not in _INSERTED]
    hint = "look for elements that may not stand in one another"
    for tag, name in zip(written, built, strict=False):
        if tag.name != name:
            message = f"the parser changed the markup: <{tag.name}> became <{name}>"
            return (Fault(tag.line, message, hint, is_warning=True),)
    if len(written) == len(built):
        return ()
    return (Fault(0, "the parser added or dropped tags", hint, is_warning=True),)
