r"""Formulas as a line of plain text: "x² ≤ a/b" for `x^2 \le \frac{a}{b}`.

In: MathML as the converter writes it, or any other. Out: text, or "" for what takes more than a
line to be understood, such as a matrix; its LaTeX says more then. What the author wrote is not
looked at, so that a site's macros are read as what they stand for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Deeper ones nobody reads in a line.
MAX_DEPTH = 20

_NAMED = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z0-9]+;")
_APPLY = "\u2061"
# A function's name stands off from its argument, unless that is in brackets.
_BEFORE_WORD = re.compile(_APPLY + r"\s*(?=[\w√∛∑∏∫-])")
# Signs of selectors and of invisible operators.
_UNSEEN = re.compile("[\ufe00-\ufe0f\u2061-\u2064]")
_DOTS = re.compile(r"\. ?\. ?\.")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_LETTER_OR_DIGIT = re.compile(r"\w")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\|[^|]*\||‖[^‖]*‖|\[[^\[\]]*\]|⌊[^⌊⌋]*⌋|⌈[^⌈⌉]*⌉")

# Of one sign that can be raised or lowered, all can, or none is.
_RAISED = str.maketrans("0123456789+−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_IS_RAISED = re.compile(r"[0-9+−]*n|[+−]?[0-9]+|[+−]")
_IS_LOWERED = re.compile(r"[0-9]+")
# Signs that belong to what they are written above of: a degree, a prime, a star, a transpose.
_HIGH: Mapping[str, str] = {"∘": "°", "′": "′", "″": "″", "‴": "‴", "∗": "*", "*": "*"}
_ACCENTS: Mapping[str, str] = {
    "^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "‾": "\u0304", "~": "\u0303", "˜": "\u0303",
    "→": "\u20d7", "˙": "\u0307", "¨": "\u0308",
}  # fmt: skip
_ROOTS: Mapping[str, str] = {"3": "∛", "4": "∜"}
_LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂⨀")
# Mathematical signs that stand before what they are about.
_PREFIXES = frozenset("¬∂∇∀∃∞√")
_TIGHT = _PREFIXES | frozenset("∛∜⁺⁻")
# Where no space is behind them, they are those of what follows, and not between two terms.
_SIGNS = frozenset("+−±∓")
_OPENING = "([{|‖⟨⌊⌈"


# The same few formulas stand in many places of a page: $x$, $n$.
@lru_cache(maxsize=4096)
def read_formula(mathml: str) -> str:
    """A formula in plain text; "" for one that does not fit into a line."""
    from xml.etree import ElementTree as ET  # late: most pages need none

    named = _NAMED.sub(lambda found: unescape(found[0]), mathml)
    try:
        text = _say(ET.fromstring(named), 0)  # noqa: S314  # the converter's, without a DOCTYPE
    except (ET.ParseError, _NotALineError, ValueError, IndexError):
        # The latter for what an author wrote as MathML, with parts missing.
        return ""
    text = _UNSEEN.sub("", _BEFORE_WORD.sub(" ", text))
    return _SPACES.sub(" ", _DOTS.sub("…", text)).strip()


class _NotALineError(Exception):
    """A part of a formula that a line of text can't hold."""


def _say(node: Element, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise _NotALineError
    parts = list(node)
    match node.tag:
        case "mi" | "mn":
            text = node.text or ""
            return text if text.isascii() else "".join(map(_plain_letter, text))
        case "mo":
            return _say_operator(node)
        case "mtext":
            return node.text or ""
        case "mspace":
            return " " if _is_positive(node.get("width", "0")) else ""
        case "semantics":
            return _say(parts[0], depth + 1)
        case "math" | "mrow" | "mstyle" | "mpadded":
            return _say_row(parts, depth)
        case "mfrac" if node.get("linethickness") is None:
            over, under = (_say(part, depth + 1).strip() for part in parts)
            over = _bracket(over) if _is_loose(over) else over
            return f"{over}/{under if _is_one(parts[1], under) else _bracket(under)}"
        case "msqrt":
            return "√" + _bracket_unless_word(_say_row(parts, depth))
        case "mroot" if (parts[1].text or "") in _ROOTS:
            return _ROOTS[parts[1].text or ""] + _bracket_unless_word(_say(parts[0], depth + 1))
        case "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover":
            return _say_scripts(node, parts, depth)
        case _:
            raise _NotALineError


def _say_row(parts: Sequence[Element], depth: int) -> str:
    out = ""
    was_fraction = False
    for part in parts:
        said = _say(part, depth + 1)
        if out and out[-1] in _SIGNS:
            said = said.lstrip()
        is_fraction = part.tag == "mfrac"
        # "1/2x" would be half of something else.
        if (is_fraction or was_fraction) and _LETTER_OR_DIGIT.match(said.lstrip("(√")):
            out += "" if not out or out[-1] in _OPENING else " "
        out += said
        was_fraction = is_fraction or (was_fraction and not said.strip())
    return out


def _say_operator(node: Element) -> str:
    sign = node.text or ""
    before, behind = node.get("lspace"), node.get("rspace")
    if sign in _LARGE:
        return f" {sign} "
    if len(sign) != 1:
        return sign
    if sign in ",;" or (sign == ":" and behind != "0"):
        return sign if behind == "0" else f"{sign} "
    # The converter says where space differs from that of an operator between two terms.
    is_between = unicodedata.category(sign) == "Sm" and sign not in _PREFIXES
    left = is_between if before is None else _is_positive(before)
    right = is_between if behind is None else _is_positive(behind)
    return f"{' ' if left else ''}{sign}{' ' if right else ''}"


def _say_scripts(node: Element, parts: Sequence[Element], depth: int) -> str:
    base, *scripts = (_say(part, depth + 1).strip() for part in parts)
    if node.get("accent") == "true" or node.get("accentunder") == "true":
        accent = _ACCENTS.get(scripts[0], scripts[0])
        if node.tag != "mover" or len(base) != 1 or not unicodedata.combining(accent[0]):
            raise _NotALineError
        return base + accent
    if node.tag == "mover":
        raise _NotALineError
    names = {"msub": "_", "munder": "_", "msup": "^"}.get(node.tag, "_^")
    if not _is_alone(parts[0]):
        base = _bracket(base)
    said = base + "".join(_say_script(*pair) for pair in zip(names, scripts, strict=True))
    is_large = base in _LARGE or node.tag.startswith("munder")
    return f" {said} " if is_large else said


def _say_script(place: str, text: str) -> str:
    if place == "_" and _IS_LOWERED.fullmatch(text):
        return text.translate(_LOWERED)
    if place == "^" and text in _HIGH:
        return _HIGH[text]
    if place == "^" and _IS_RAISED.fullmatch(text):
        return text.translate(_RAISED)
    return place + _bracket_unless_word(text)


def _bracket_unless_word(text: str) -> str:
    text = text.strip()
    return text if len(text) == 1 or _WORD.fullmatch(text) else _bracket(text)


def _bracket(text: str) -> str:
    """The text in brackets, if it has none around it."""
    return text if _IN_BRACKETS.fullmatch(text) else f"({text})"


def _is_loose(text: str) -> bool:
    """Whether a text falls apart outside of its brackets: a sum, a function with its argument."""
    rest = _IN_BRACKETS.sub("()", text)[1:]
    has_sign = any(unicodedata.category(char) == "Sm" and char not in _TIGHT for char in rest)
    return has_sign or " " in rest or "/" in rest or _BEFORE_WORD.search(rest) is not None


def _is_one(node: Element, text: str) -> bool:
    """Whether a part of a formula needs no brackets below a fraction's line."""
    if node.tag in ("msub", "msup", "msubsup"):
        return _is_alone(node[0])
    is_leaf = node.tag in ("mi", "mn", "mtext", "msqrt")
    return is_leaf or (len(text) == 2 and text[0] == "∂")


def _is_alone(node: Element) -> bool:
    """Whether an exponent behind it can belong to nothing less."""
    if node.tag in ("mfrac", "msqrt", "mroot"):
        return False
    leaves = [part for part in node.iter() if part.tag in ("mi", "mn", "mo", "mtext")]
    return node.tag not in ("mrow", "mstyle", "mpadded") or len(leaves) == 1


def _is_positive(width: str) -> bool:
    return not width.startswith("-") and any(char in "123456789" for char in width)


def _plain_letter(char: str) -> str:
    # The letters of mathematical alphabets: fonts lack them, and screen readers spell them out.
    return unicodedata.normalize("NFKC", char) if "\U0001d400" <= char <= "\U0001d7ff" else char
