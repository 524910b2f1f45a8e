"""Formulas in the text: where they begin and end, what they are called, where they are named.

In: the parser's state. Out: tokens `math_inline` and `math_block` whose content is LaTeX, and
`equation_reference`. `math` converts them.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from builder.markup.attributes import Attributes, parse_attributes

# The environments of amsmath that stand on their own, outside dollars. Those that math-core doesn't
# know are listed too: a formula that can't be set is a problem, not text.
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:equation|align|gather|multline|alignat|flalign|eqnarray)\*?)\}"
)
# Up to the next dollar that no backslash escapes.
_TO_DOLLAR = re.compile(r"(?:[^$\\]|\\.)*", re.DOTALL)
# The end of a block in dollars, with the name of the equation: `$$ (name)` or `$$ {#name}`.
_CLOSING = re.compile(r"\$\$[ \t]*(?:\((?P<name>[^\s()]+)\)|\{(?P<braces>#[^{}]+)\})?$")
_REFERENCE = re.compile(r"\{eq\}`([^`\n]+)`")
_TO_DOLLARS = re.compile(r"(?:[^$\\]|\\.|\$(?!\$))*", re.DOTALL)


def inline_math(state: StateInline, silent: bool) -> bool:
    r"""Inline rule: `$…$`, and `$$…$$` within a paragraph.

    No space stands inside either dollar, no digit behind the closing one. A dollar that opens
    nothing is a dollar, and the next one gets its chance: in "pay $5 for $x$" only x is a formula.
    `\$` never opens or closes.
    """
    source, start, end = state.src, state.pos, state.posMax
    if source[start] != "$":
        return False
    is_display = source.startswith("$$", start)
    width = 2 if is_display else 1
    found = (_TO_DOLLARS if is_display else _TO_DOLLAR).match(source, start + width, end)
    close = found.end() if found else end
    content = source[start + width : close]
    if close + width > end or not content or not content.strip():
        return False
    if not is_display and (
        content[0].isspace() or content[-1].isspace() or source[close + 1 : close + 2].isdigit()
    ):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = content.strip()
        token.meta["is_display"] = is_display
        token.meta["at"] = source.find(token.content[0], start + width)
    state.pos = close + width
    return True


def block_math(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Block rule: `$$` at a line's start up to `$$` at a line's end, and bare AMS environments."""
    if state.is_code_block(start_line):
        return False
    first = _line_text(state, start_line)
    if first.startswith("$$"):
        opening, closing = "$$", _CLOSING
        # Else it is a paragraph that begins with a formula.
        if "$$" in first[2:] and (
            first.count("$$") != 2 or not _CLOSING.match(first, first.index("$$", 2))
        ):
            return False
    elif first.startswith("\\begin{") and (found := _ENVIRONMENT.match(first)):
        opening, closing = "", re.compile(re.escape(f"\\end{{{found[1]}}}") + "$")
    else:
        return False
    if silent:
        return True

    last = start_line
    text = first[len(opening) :]
    while not (end := closing.search(text)) and last + 1 < end_line:
        last += 1
        text = _line_text(state, last)
        # A line outside the quotation or list item ends it, and so the formula.
        if text and state.sCount[last] < state.blkIndent:
            last -= 1
            break
    lines = state.getLines(start_line, last + 1, state.sCount[start_line], False).strip()
    token = state.push("math_block", "math", 0)
    token.map = [start_line, last + 1]
    token.block = True
    body = lines[len(opening) :]
    if end is None:
        token.meta["unclosed"] = "$$" if opening else f"\\end{{{first[7 : first.index('}')]}}}"
    elif opening:
        body = body[: len(body) - len(end[0])]
        _read_name(token, end)
    token.content = body.strip() if opening and end else body
    token.meta["lines_before"] = body[: len(body) - len(body.lstrip())].count("\n")
    state.line = last + 1
    return True


def _read_name(token: Token, end: re.Match[str]) -> None:
    """Put what stands behind the closing dollars into the token: `name`, other attributes."""
    if end["name"]:
        token.meta["name"] = end["name"]
    elif end["braces"]:
        found = parse_attributes(end["braces"])
        if isinstance(found, Attributes):
            token.meta["name"] = found.id
            token.attrs.update({name: value for name, value in found.pairs if value is not None})
            names = [*str(token.attrs.get("class", "")).split(), *found.classes]
            if names:
                token.attrs["class"] = " ".join(names)
        else:
            token.meta["unread"] = found


def equation_reference(state: StateInline, silent: bool) -> bool:
    """Inline rule: ``{eq}`name` ``, the number of an equation as a link to it."""
    found = _REFERENCE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("equation_reference", "a", 0).content = found[1].strip()
    state.pos = found.end()
    return True


def _line_text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
