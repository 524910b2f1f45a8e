"""Formulas held together with the signs beside them.

In: the inline tokens of a block. Out: the same with `nobr` tokens around a formula and the bracket
before it, the comma behind it. Browsers take a formula for a picture, at either end of which a line
may break.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

_BEFORE = re.compile(r"[(\[“‘„«\"'（「《]+$")
# The ending of a word too: "the $k$th".
_BEHIND = re.compile(r"(?:['’]?[A-Za-z]{1,3}\b)?[,.;:!?…)\]”’»\"'%、，。；：！？）」》।]*")


def glue_formulas(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with those that a line must not part between `nobr_open` and `nobr_close`."""
    out: list[Token] = []
    cut = 0
    for index, token in enumerate(tokens):
        if token.type != "math_inline" or token.meta["is_display"]:
            out += _text(token, cut, len(token.content)) if cut else (token,)
            cut = 0
            continue
        following = tokens[index + 1] if index + 1 < len(tokens) else token
        before = _BEFORE.search(out[-1].content) if out and out[-1].type == "text" else None
        behind = _BEHIND.match(following.content) if following.type == "text" else None
        end = behind.end() if behind else 0
        cut = 0
        if not before and not end:
            out.append(token)
            continue
        held = _text(out[-1], before.start(), before.end()) if before else []
        if before:
            out[-1:] = _text(out[-1], 0, before.start())
        held = [*held, token, *_text(following, 0, end)]
        out += (Token("nobr_open", "span", 1), *held, Token("nobr_close", "span", -1))
        cut = end
    return out


def _text(token: Token, start: int, end: int) -> list[Token]:
    """A part of a text token; nothing for an empty one."""
    if start == end or token.type != "text":
        return []
    part = Token("text", "", 0, content=token.content[start:end], level=token.level)
    part.meta["at"] = token.meta.get("at", 0) + start
    return [part]
