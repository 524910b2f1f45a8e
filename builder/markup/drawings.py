"""SVG files set inline: only what draws, nothing that acts, loads or reaches out of the drawing.

In: a file's bytes, a prefix for its ids. Out: `Drawing`, or what is in the way. Elements and
attributes pass by an allow-list; what other programs note for themselves is dropped; what would
change how the drawing looks, if it were dropped, is refused, so that no drawing is silently wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_XML = "{http://www.w3.org/XML/1998/namespace}"
# Nothing of these is painted, and none of them acts.
_DROPPED = frozenset({"metadata", "title", "desc"})
_ELEMENTS = frozenset(
    (
        "circle", "clipPath", "defs", "ellipse", "g", "line", "linearGradient", "marker", "mask",
        "path", "pattern", "polygon", "polyline", "radialGradient", "rect", "stop", "svg",
        "switch", "symbol", "text", "textPath", "tspan", "use",
    )
)  # fmt: skip
# What may be an attribute or, in the same words, stand in a `style`.
_PROPERTIES = frozenset(
    (
        "alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color",
        "color-interpolation", "direction", "display", "dominant-baseline", "fill",
        "fill-opacity", "fill-rule", "font-family", "font-size", "font-stretch", "font-style",
        "font-variant", "font-weight", "letter-spacing", "marker-end", "marker-mid",
        "marker-start", "mask", "opacity", "overflow", "paint-order", "shape-rendering",
        "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset",
        "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
        "stroke-width", "text-anchor", "text-decoration", "text-rendering", "vector-effect",
        "visibility", "white-space", "word-spacing", "writing-mode",
    )
)  # fmt: skip
_GEOMETRY = frozenset(
    (
        "clipPathUnits", "cx", "cy", "d", "dx", "dy", "fr", "fx", "fy", "gradientTransform",
        "gradientUnits", "height", "lengthAdjust", "markerHeight", "markerUnits", "markerWidth",
        "maskContentUnits", "maskUnits", "offset", "orient", "pathLength", "patternContentUnits",
        "patternTransform", "patternUnits", "points", "preserveAspectRatio", "r", "refX", "refY",
        "rotate", "rx", "ry", "spreadMethod", "startOffset", "textLength", "transform",
        "transform-origin", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
    )
)  # fmt: skip
# What changes a drawing and is no attribute, or needs elements that are not let in.
_EFFECTS = frozenset({"filter", "mix-blend-mode", "backdrop-filter", "mask-image", "animation"})
# Properties that a rule for all elements may set once, on the drawing: these its parts inherit.
_INHERITED = frozenset(
    ("stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "font-family", "font-size")
)
_URL = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)")
_FOR_ALL = re.compile(r"\s*\*\s*\{([^{}]*)\}\s*")
# Words that load or act where they stand in a value, or hide another spelling of such a word.
_ACTIVE = re.compile(
    r"javascript:|expression\s*\(|image(-set)?\s*\(|src\s*\(|@|\\|/\*", re.IGNORECASE
)


class Drawing(NamedTuple):
    """A drawing for a page: attributes of its `<svg>` with a leading space, and what is in it."""

    attributes: str
    content: str


class DrawingRefused(Exception):
    """What keeps a drawing from being set inline, as the end of a sentence."""


def read_drawing(data: bytes, prefix: str, width: int, height: int) -> Drawing:
    """A drawing, `width` times `height` CSS pixels large, with `prefix` before each of its ids.

    DrawingRefused if it has anything but what draws.
    """
    # Late, because almost no page has a drawing set inline.
    from xml.etree import ElementTree as ET

    if b"<!ENTITY" in data:
        raise DrawingRefused("it declares entities")
    try:
        # The site's own file, and entities are refused above.
        root = ET.parse(BytesIO(data)).getroot()  # noqa: S314
    except (ET.ParseError, LookupError, ValueError) as error:
        raise DrawingRefused(f"it is not XML: {error}") from None
    if root.tag not in ("svg", f"{_SVG}svg"):
        raise DrawingRefused("it is no SVG")
    ids = {value: prefix + value for node in root.iter() if (value := node.get("id"))}
    rules = dict(_rules_for_all(root))
    pairs = rules | dict(_attributes(root, ids))
    pairs.pop("id", None)
    # Without it the drawing would not shrink with its page.
    pairs.setdefault("viewBox", f"0 0 {width} {height}")
    pairs |= {"width": str(width), "height": str(height)}
    return Drawing(_written(pairs), _content(root, ids))


def _content(parent: Element, ids: Mapping[str, str]) -> str:
    out = [_text(parent.text, parent)]
    for node in parent:
        # A comment's or an instruction's tag is a function.
        if isinstance(node.tag, str):
            out.append(_element(node, ids))
        out.append(_text(node.tail, parent))
    return "".join(out)


def _element(node: Element, ids: Mapping[str, str]) -> str:
    name = node.tag.removeprefix(_SVG)
    # Elements of other programs are not painted; HTML's are, but stand in a foreignObject only.
    if name.startswith("{") or name in _DROPPED:
        return ""
    if name == "style":
        # What it may say was found before.
        return ""
    if name not in _ELEMENTS:
        raise DrawingRefused(f"it has a <{name}>")
    pairs = dict(_attributes(node, ids))
    return f"<{name}{_written(pairs)}>{_content(node, ids)}</{name}>"


def _attributes(node: Element, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        if name in ("href", _XLINK_HREF):
            target = ids.get(value.strip().removeprefix("#"))
            if not value.strip().startswith("#") or target is None:
                raise DrawingRefused(f"it refers to '{value[:60]}'")
            yield "href", f"#{target}"
        elif name == "id":
            if value:
                yield "id", ids[value]
        elif name.lower().startswith("on"):
            raise DrawingRefused(f"it has the event handler {name}")
        elif name == f"{_XML}space" and value == "preserve":
            yield "xml:space", "preserve"
        elif name in _PROPERTIES or name in _GEOMETRY:
            yield name, _checked(value, ids)
        elif name in _EFFECTS:
            raise DrawingRefused(f"it sets {name}")
    # A style counts for more than an attribute, so it comes behind it.
    yield from _declarations(node.get("style", ""), ids)


def _declarations(style: str, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The declarations of a style as attributes: a strict policy forbids styles in a page."""
    for part in style.split(";"):
        name, _, value = (word.strip() for word in part.partition(":"))
        if name in _EFFECTS and value not in ("none", "normal", "auto"):
            raise DrawingRefused(f"it sets {name}")
        if name in _PROPERTIES:
            yield name, _checked(value.removesuffix("!important").strip(), ids)


def _rules_for_all(root: Element) -> Iterator[tuple[str, str]]:
    """What a `<style>` says of all elements; DrawingRefused for any other rule."""
    for node in root.iter():
        if node.tag in ("style", f"{_SVG}style") and (text := "".join(node.itertext())).strip():
            found = _FOR_ALL.fullmatch(text)
            if found is None:
                raise DrawingRefused("it has a <style> with rules of its own")
            for name, value in _declarations(found[1], {}):
                if name not in _INHERITED:
                    raise DrawingRefused(f"its <style> sets {name} for all elements")
                yield name, value


def _checked(value: str, ids: Mapping[str, str]) -> str:
    """A value whose references, if any, are to the drawing's own parts."""

    def rename(found: re.Match[str]) -> str:
        target = ids.get(found[2].removeprefix("#"))
        if not found[2].startswith("#") or target is None:
            raise DrawingRefused(f"it refers to '{found[2][:60]}'")
        return f"url(#{target})"

    changed = _URL.sub(rename, value)
    if _ACTIVE.search(changed) or "url(" in _URL.sub("", changed).lower():
        raise DrawingRefused(f"it has the value '{value[:60]}'")
    return changed


def _text(text: str | None, parent: Element) -> str:
    """Text is painted in text elements only; elsewhere it is the file's own line breaks."""
    is_painted = parent.tag.removeprefix(_SVG) in ("text", "tspan", "textPath")
    return escape(text, quote=False) if text and is_painted else ""


def _written(pairs: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in pairs.items())
