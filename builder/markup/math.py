r"""LaTeX to MathML Core.

In: the formulas of one document, in order, and macros. Out: MathML on the tokens, the numbers of
equations, problems for formulas that can't be set. This module owns math-core. It writes `style`
attributes, which a strict content security policy forbids: each declaration it is known to write
becomes a class, and the theme's `css/math.css` says what the classes look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape, unescape
from urllib.parse import unquote

from markdown_it.token import Token
from math_core import LatexError, LatexToMathML

from builder.errors import did_you_mean
from builder.markup.attributes import set_attributes
from builder.markup.glue import glue_formulas
from builder.markup.sheet import Sheet
from builder.markup.tags import Markup, Pair, change_tags

# Commands of LaTeX and amsmath that math-core 0.9 lacks; a site's own macros win over them.
BUILT_IN_MACROS: Mapping[str, str] = {
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "mbox": r"\text{#1}",
    "dotsc": r"\ldots",
}

# What each declaration in math-core's `style` attributes is called as a class.
CLASSES: Mapping[str, str] = {
    "width: 100%": "math-wide",
    "width: 50%": "math-half",
    "width: 7.5%": "math-margin",
    "text-align: left": "math-left",
    "text-align: right": "math-right",
    "justify-items: start": "",  # goes with text-align
    "justify-items: end": "",
    "padding-left: 0": "math-tight-left",
    "padding-right: 0": "math-tight-right",
    "padding-left: 1em": "math-gap-left",
    "padding-left: 0.1em": "math-thin-left",
    "padding-right: 0.1em": "math-thin-right",
    "padding-left: 0.2778em": "math-rel-left",
    "padding-right: 0.2778em": "math-rel-right",
    "padding-left: 0.1667em": "math-op-left",
    "padding-right: 0.1667em": "math-op-right",
    "padding-left: 0.2222em": "math-bin-left",
    "padding-right: 0.2222em": "math-bin-right",
    "padding-top: 0": "math-tight-top",
    "padding-bottom: 0": "math-tight-bottom",
    "padding-top: 0.1667em": "math-cfrac",
    "border-right: 0.05em solid currentcolor": "math-line-right",
    "border-left: 0.05em solid currentcolor": "math-line-left",
    "border-top: 0.05em solid currentcolor": "math-line-top",
    "border-bottom: 0.05em solid currentcolor": "math-line-bottom",
    "border-right: 0.05em dashed currentcolor": "math-dash-right",
    "border-left: 0.05em dashed currentcolor": "math-dash-left",
    "border-top: 0.05em dashed currentcolor": "math-dash-top",
    "border-bottom: 0.05em dashed currentcolor": "math-dash-bottom",
    "margin-left: -0.16666667em": "math-back-thin",
    "margin-left: -0.22222222em": "math-back-medium",
    "margin-left: -0.2777778em": "math-back-thick",
    "font-variant-caps: small-caps": "math-small-caps",
}


def convert_formulas(tokens: Sequence[Token], sheet: Sheet, macros: Mapping[str, str]) -> None:
    """Put MathML into `meta["mathml"]` of every formula among a document's tokens.

    All are converted together, because a formula may name the number of a later one. A formula that
    can't be set is a problem at its line and gets no MathML.
    """
    formulas = [item for item in _formulas(tokens, sheet) if not _is_too_deep(*item, sheet)]
    if not formulas:
        return
    for block in tokens:
        if block.children and "$" in block.content:
            block.children = glue_formulas(block.children)
    sheet.has_math = True
    wanted = [(_latex(token), _is_display(token)) for token, _ in formulas]
    try:
        converter = _converter(tuple(sorted(macros.items())))
        converted = converter.convert_all(wanted)
    except LatexError as error:
        if str(error).startswith("macro"):
            sheet.report(
                "the site's math macros can't be read: " + _explain(error),
                formulas[0][1],
                "see math_macros in the settings",
            )
        else:
            _report_bad(formulas, sheet, converter)
        return
    for (token, line), mathml in zip(formulas, converted, strict=True):
        token.meta["mathml"] = _without_styles(mathml, sheet, line)
        _note_numbers(mathml, sheet)
    _fill_in_numbers(tokens, sheet)


def _formulas(tokens: Sequence[Token], sheet: Sheet) -> Iterator[tuple[Token, int]]:
    """The formulas among block tokens, each with its line in the file."""
    line = sheet.first_line
    for token in tokens:
        if token.map is not None:
            line = sheet.file_line(token.map[0])
        if token.type == "math_block":
            if "unclosed" in token.meta:
                sheet.report(
                    "a formula that is never closed", line, f"end it with {token.meta['unclosed']}"
                )
            else:
                line += token.meta["lines_before"]
                _check_name(token, sheet, line)
                yield token, line
        elif token.children and "$" in token.content:
            for child in token.children:
                if child.type == "math_inline":
                    yield child, line + token.content.count("\n", 0, child.meta["at"])


# The converter goes one call deeper a level, and from some thousands on it ends the process.
MOST_LEVELS = 500
_LEVELS = re.compile(r"\\(?:[a-zA-Z]+|.)|[{}]|[^\s\\{}]", re.DOTALL)


def _is_too_deep(token: Token, line: int, sheet: Sheet) -> bool:
    """Whether a formula is nested too deeply to be converted, which is then a problem.

    Braces nest, and so do commands in a row: each may take the next as its argument.
    """
    latex = _latex(token)
    if len(latex) < MOST_LEVELS:
        return False
    level = deepest = commands = 0
    for found in _LEVELS.finditer(latex):
        text = found[0]
        commands = commands + 1 if text[0] == "\\" else 0
        if text == "{" or text in (r"\left", r"\begin"):
            level += 1
        elif text == "}" or text in (r"\right", r"\end"):
            level -= 1
        deepest = max(deepest, level + commands)
    if deepest > MOST_LEVELS:
        shown = _shorten(token.content)
        sheet.report(f"the formula {shown} can't be set: it is nested too deeply", line)
    return deepest > MOST_LEVELS


def _is_display(token: Token) -> bool:
    return token.type == "math_block" or bool(token.meta["is_display"])


def _check_name(token: Token, sheet: Sheet, line: int) -> None:
    """Report a name that can't be given to an equation, and forget it."""
    if "unread" in token.meta:
        sheet.report(
            f"'{token.meta['unread']}' behind a formula can't be read",
            line,
            "write $$ (name) or $$ {#name .class}",
        )
    name = token.meta.get("name")
    if not name:
        return
    if own := _OWN_NUMBERS.search(token.content):
        problem = f"'{own[1]}' numbers its own lines, so that '{name}' can't name them"
        way_out = f"write \\label{{{name}}} in a line of it, without the dollars around it"
    elif not _NAME.fullmatch(name):
        problem = f"an equation can't be called '{name}'"
        way_out = "write its name with a to z, digits, '-', '.' and ':'"
    else:
        return
    sheet.report(problem, line, way_out)
    del token.meta["name"]


# The converter takes no other names, and addresses need none of these encoded.
_NAME = re.compile(r"[A-Za-z0-9:.-]+")
_OWN_NUMBERS = re.compile(r"\\begin\{(equation|align|gather|multline|alignat|flalign|eqnarray)\}")


def _latex(token: Token) -> str:
    """A formula's LaTeX; one with a name is an equation, so that it gets a number."""
    if not token.meta.get("name"):
        return token.content
    return f"{_opening(token)}{token.content}\n\\end{{equation}}"


def _opening(token: Token) -> str:
    name = token.meta.get("name")
    return f"\\begin{{equation}}\\label{{{name}}}\n" if name else ""


def _note_numbers(mathml: str, sheet: Sheet) -> None:
    """Note the numbers that the converter gave to labels."""
    if ' id="' in mathml:
        for label, number in _NUMBER.findall(mathml):
            sheet.equations.setdefault(_plain_label(label), unescape(number))


# How the converter writes the last cell of a row with a label; in its texts "<" is escaped.
_NUMBER = re.compile(r' id="([^"<>]*)"><mtext>([^<>]*)</mtext></mtd>')


def _fill_in_numbers(tokens: Sequence[Token], sheet: Sheet) -> None:
    """Give references to equations their text."""
    for token in tokens:
        if token.children and "{eq}" in token.content:
            for child in token.children:
                if child.type == "equation_reference":
                    child.meta["number"] = sheet.equations.get(child.content, UNKNOWN_NUMBER)


# What the converter writes too for a label that it does not know.
UNKNOWN_NUMBER = "(??)"


@lru_cache(maxsize=8)
def _converter(macros: tuple[tuple[str, str], ...]) -> LatexToMathML:
    own = {name.removeprefix("\\"): value for name, value in macros}
    return LatexToMathML(macros={**BUILT_IN_MACROS, **own}, annotation=True, fancy_error=False)


def _report_bad(
    formulas: Sequence[tuple[Token, int]], sheet: Sheet, converter: LatexToMathML
) -> None:
    """A problem for each formula that can't be converted alone; MathML for the others."""
    for token, line in formulas:
        try:
            (mathml,) = converter.convert_all([(_latex(token), _is_display(token))])
            token.meta["mathml"] = _without_styles(mathml, sheet, line)
            _note_numbers(mathml, sheet)
        except LatexError as error:
            place = _PLACE.match(str(error))
            position = max(int(place[1]) - len(_opening(token)), 0) if place else 0
            lines_before = token.content.count("\n", 0, position)
            sheet.report(
                f"the formula {_shorten(token.content)} can't be set: {_explain(error)}",
                line + lines_before,
            )
            # References to it are no mistakes of their own.
            for label in _LABEL.findall(_latex(token)):
                sheet.anchors.setdefault(label, line)
                sheet.equations.setdefault(label, UNKNOWN_NUMBER)


_LABEL = re.compile(r"\\label\{([^{}]+)\}")
# The converter's messages begin with the snippet's number and the position in it.
_PLACE = re.compile(r"(?:input|macro)\d+:(\d+): ")


def _explain(error: LatexError) -> str:
    return _PLACE.sub("", str(error)).rstrip(".")


def _shorten(latex: str) -> str:
    text = " ".join(latex.split())
    return f"'{text}'" if len(text) <= _SHOWN_LATEX else f"'{text[:_SHOWN_LATEX]}…'"


_SHOWN_LATEX = 40


def _without_styles(mathml: str, sheet: Sheet, line: int) -> str:
    """MathML with classes for styles, with its ids as anchors and its inner links as slots."""
    if ' style="' not in mathml and ' id="' not in mathml and ' href="' not in mathml:
        return mathml

    def change(_tag: str, pairs: Sequence[Pair], _line: int) -> list[Pair] | None:
        given = dict(pairs)
        if not given.keys() & {"style", "id", "href"}:
            return None
        classes = [given.pop("class") or ""] if "class" in given else []
        for declaration in (given.pop("style", "") or "").split(";"):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            if name == "color":
                given["mathcolor"] = value
            elif name == "font-size":
                given["mathsize"] = value
            elif name:
                classes.append(_class_of(f"{name}: {value}", sheet, line))
        names = " ".join(filter(None, classes))
        if names:
            given["class"] = names
        if label := given.get("id"):
            anchor = given["id"] = _plain_label(label)
            sheet.add_anchor(anchor, line)
        href = given.get("href")
        if href and href.startswith("#"):
            given["href"] = Markup(sheet.fragment(_plain_label(href[1:]), line))
        return list(given.items())

    return change_tags(mathml, change)


def _class_of(declaration: str, sheet: Sheet, line: int) -> str:
    name = CLASSES.get(declaration)
    if name is None:
        sheet.report(
            f"a formula needs the style '{declaration}', for which the theme has no class",
            line,
            "write the formula without that space or size",
        )
    return name or ""


def _plain_label(label: str) -> str:
    """The id for a label, which the converter percent-encodes; ids must not hold spaces."""
    return "-".join(unquote(label).split())


def set_inline_math(tokens: Sequence[Token], index: int, _sheet: Sheet) -> str:
    """A formula in a paragraph."""
    return str(tokens[index].meta.get("mathml", ""))


def set_block_math(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A formula on its own; wider ones scroll in their frame."""
    token = tokens[index]
    names = escape(" ".join(["math", *str(token.attrs.get("class", "")).split()]))
    rest = set_attributes(token, sheet, sheet.line, "class")
    return f'<div class="{names}"{rest}>{token.meta.get("mathml", "")}</div>\n'


def set_equation_reference(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """The number of an equation of this page, as a link to it."""
    token = tokens[index]
    name, line = token.content, sheet.line_at(token.meta["at"])
    number = sheet.equations.get(name)
    if number is None:
        known = ", ".join(f"'{one}'" for one in list(sheet.equations)[:8])
        otherwise = f"its equations are {known}" if known else "write $$ (name) behind the equation"
        hint = did_you_mean(name, sheet.equations, otherwise)
        sheet.report(f"no equation in this page is called '{name}'", line, hint)
        return UNKNOWN_NUMBER
    return f'<a href="{sheet.fragment(name, line)}">{escape(number, quote=False)}</a>'
