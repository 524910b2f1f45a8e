"""How directives are found in the text, and set once their content is.

In: the parser's state, later the tokens. Out: tokens `directive_open` … `directive_close` around
the tokens of the content; HTML. Spelling is MyST's: `:::{name} argument`, then lines `:option:
value`, then the content, then `:::`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from builder.errors import did_you_mean
from builder.markup.attributes import set_attributes, set_id
from builder.markup.directives.directive import Directive
from builder.markup.directives.table import COMMON_OPTIONS, DIRECTIVES
from builder.markup.sheet import Sheet

_OPENING = re.compile(r"(:{3,})\{([^{}\s]*)\}[ \t]*(.*)")
_CLOSING = re.compile(r"(:{3,})[ \t]*")
_OPTION = re.compile(r":([A-Za-z][\w-]*):(?:[ \t]+(.*))?")
_CODE_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")


def directive(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Block rule: a directive with its content."""
    if state.is_code_block(start_line):
        return False
    text = _line_text(state, start_line)
    if not text.startswith(":::"):
        return False
    if silent:
        return True
    sheet: Sheet = state.env["sheet"]
    line = sheet.file_line(start_line)
    found = _OPENING.fullmatch(text)
    if found is None:
        _report_colons(text, sheet, line)
        state.line = start_line + 1
        return True

    close = _find_close(state, start_line, end_line, len(found[1]))
    last = end_line if close is None else close
    if close is None:
        sheet.report(
            f"the directive '{found[2]}' is never closed", line, f"end it with a line {found[1]}"
        )
    options, lines = _read_options(state, start_line + 1, last)
    token = state.push("directive_open", "", 1)
    token.map = [start_line, last]
    token.block = True
    token.meta = {
        "name": found[2],
        "argument": found[3].strip(),
        "options": options,
        "lines": {option: sheet.file_line(number) for option, number in lines.items()},
    }
    kind = DIRECTIVES.get(found[2])
    if kind and kind.argument == "markdown" and found[3].strip():
        _push_title(state, found[3].strip(), start_line)

    outer_parent, outer_last = state.parentType, state.lineMax
    state.parentType = "directive"
    # Lazy continuation lines of a paragraph must not reach beyond the directive.
    state.lineMax = last
    state.md.block.tokenize(state, max(lines.values(), default=start_line) + 1, last)
    state.parentType, state.lineMax = outer_parent, outer_last
    state.push("directive_close", "", -1).block = True
    state.line = last if close is None else close + 1
    return True


def _line_text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _report_colons(text: str, sheet: Sheet, line: int) -> None:
    word = text.strip(": \t").split(maxsplit=1)
    if word:
        name = word[0].strip("{}")
        colons = text[: len(text) - len(text.lstrip(":"))]
        sheet.report(
            f"'{text[:40]}' is no directive",
            line,
            f"write {colons}{{{name}}}" if name in DIRECTIVES else "a directive is :::{name}",
        )
    else:
        sheet.report(f"'{text}' closes no directive", line, "remove it, or open one above")


def _find_close(state: StateBlock, start_line: int, end_line: int, colons: int) -> int | None:
    """The line that closes the directive opened on `start_line`; None if there is none.

    A closing line belongs to the innermost directive that has no more colons than it. Fenced code
    is passed over.
    """
    open_colons = [colons]
    fence = ""
    for line in range(start_line + 1, end_line):
        text = _line_text(state, line)
        if text and state.sCount[line] < state.blkIndent:
            return None
        if fence:
            if text.startswith(fence) and not text.strip(fence[0]):
                fence = ""
        elif code := _CODE_FENCE.match(text):
            fence = code[1]
        elif not text.startswith(":::"):
            continue
        elif inner := _OPENING.fullmatch(text):
            open_colons.append(len(inner[1]))
        elif outer := _CLOSING.fullmatch(text):
            count = len(outer[1])
            # An inner directive that needs more colons than these stays unclosed, and reports so
            # itself.
            places = [place for place, needed in enumerate(open_colons) if needed <= count]
            if places:
                del open_colons[places[-1] :]
            if not open_colons:
                return line
    return None


def _read_options(state: StateBlock, line: int, last: int) -> tuple[dict[str, str], dict[str, int]]:
    """The options on the lines from `line` on, and the line of each."""
    options: dict[str, str] = {}
    lines: dict[str, int] = {}
    while line < last and (found := _OPTION.fullmatch(_line_text(state, line))):
        options[found[1]] = (found[2] or "").strip()
        lines[found[1]] = line
        line += 1
    return options, lines


def _push_title(state: StateBlock, text: str, line: int) -> None:
    state.push("directive_title_open", "", 1)
    token = state.push("inline", "", 0)
    token.content = text
    token.map = [line, line + 1]
    token.children = []
    state.push("directive_title_close", "", -1)


def set_directive(token: Token, title: str, content: str, parent: str, sheet: Sheet) -> str:
    """The HTML of a directive; `token` is the one that opened it."""
    name: str = token.meta["name"]
    line = sheet.file_line(token.map[0] if token.map else 0)
    kind = DIRECTIVES.get(name)
    if kind is None:
        sheet.report(
            f"no directive is called '{name}'",
            line,
            did_you_mean(name, DIRECTIVES, "there are " + ", ".join(DIRECTIVES)),
        )
        return content
    argument: str = token.meta["argument"]
    if kind.is_argument_required and not argument:
        sheet.report(
            f"the directive '{name}' lacks what it is about", line, f"write :::{{{name}}} …"
        )
    options: dict[str, str] = token.meta["options"]
    lines: dict[str, int] = token.meta["lines"]
    _check_options(name, (*kind.options, *COMMON_OPTIONS), lines, sheet)
    attributes = ""
    if options.get("name"):
        attributes = set_id(options["name"], sheet, lines["name"])
        token.attrs.pop("id", None)
    attributes += set_attributes(token, sheet, line, "class")
    classes = f"{token.attrs.get('class', '')} {options.get('class', '')}".split()
    return kind.set(
        Directive(
            name,
            argument,
            title,
            options,
            content,
            escape(" ".join(classes)),
            attributes,
            parent,
            line,
        ),
        sheet,
    )


def _check_options(name: str, known: Sequence[str], lines: Mapping[str, int], sheet: Sheet) -> None:
    """Report the options, given by their lines, that the directive does not know."""
    for option, line in lines.items():
        if option not in known:
            sheet.report(
                f"the directive '{name}' has no option '{option}'",
                line,
                did_you_mean(option, known, "it has " + ", ".join(known)),
            )
