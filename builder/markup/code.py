"""Code in the text: fences and indented code.

In: tokens. Out: HTML with the code highlighted, and on the sheet how each block of Python accounts
for itself. A language nobody knows, an attribute with a slip of the pen, a mark that matches no
line and a block marked as untested without a reason are problems. What a `card` fence shows is
`card_fence`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from html.parser import HTMLParser

from markdown_it.token import Token

from builder.codec import Value, replace
from builder.errors import did_you_mean
from builder.markup.attributes import parse_attributes, set_attributes
from builder.markup.card_fence import set_card
from builder.markup.fences import PYTHON, read_fence
from builder.markup.highlight import find_language, highlight, known_languages
from builder.markup.sheet import Sheet

_KNOWN = ("title", "hl", "reason")
_UNTESTED = "untested"


class _Info(Value, frozen=True):
    """What stands behind a fence: the language ("" for none), and what its attributes say."""

    language: str = ""
    title: str = ""
    marks: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    reason: str = ""


def set_fence(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A fenced block: an embedded card, or code."""
    token = tokens[index]
    # As written: a backslash in an attribute's value is the attribute's.
    info = token.info.strip()
    if info.split(maxsplit=1)[:1] == ["card"]:
        return set_card(info[len("card") :], token, sheet)
    said = _read_info(info, sheet) if info else _Info()
    said = _with_line_above(said, token)
    _check_reason(said, sheet)
    shown_as = said.language or "text"
    if said.language in PYTHON and token.content.strip():
        is_untested = _UNTESTED in said.classes
        fence = read_fence(
            said.language, token.content, sheet.line, said.reason, is_untested=is_untested
        )
        sheet.fences.append(fence)
        # Prompts and outputs are no Python; a session's lexer knows them.
        shown_as = "pycon" if fence.form == "doctest" else shown_as
    return _set_code(token, said, shown_as, sheet)


def set_code_block(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """Indented code, which names no language."""
    token = tokens[index]
    return _set_code(token, _with_line_above(_Info(), token), "text", sheet)


def set_code_inline(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """Code within a paragraph."""
    token = tokens[index]
    rest = ""
    if token.attrs or "insecure_attrs" in token.meta:
        rest = set_attributes(token, sheet, sheet.line_at(token.meta.get("at", 0)))
    return f"<code{rest}>{escape(token.content, quote=False)}</code>"


def _with_line_above(info: _Info, token: Token) -> _Info:
    """What an info string says, and the classes and the reason of a line `{…}` above the block."""
    above = token.attrs
    return replace(
        info,
        classes=(*str(above.get("class", "")).split(), *info.classes),
        reason=info.reason or str(above.get("reason", "")).strip(),
    )


def _check_reason(info: _Info, sheet: Sheet) -> None:
    """Report a block that is marked as untested without a reason, and a reason without the mark."""
    way_out = 'write {.untested reason="needs a server"}'
    if _UNTESTED in info.classes and not info.reason:
        sheet.report("this block is marked as untested without a reason", sheet.line, way_out)
    elif info.reason and _UNTESTED not in info.classes:
        sheet.report("a reason, but no mark that the block is not tested", sheet.line, way_out)


def _set_code(token: Token, info: _Info, shown_as: str, sheet: Sheet) -> str:
    """A block as HTML, coloured as the language `shown_as`."""
    rest = set_attributes(token, sheet, sheet.line, "class", "reason")
    classes = " ".join(["code", *info.classes])
    language = f' data-language="{escape(info.language)}"' if info.language else ""
    name = f' class="language-{escape(info.language)}"' if info.language else ""
    title = f'<p class="code-title">{escape(info.title, quote=False)}</p>' if info.title else ""
    note = ""
    if info.reason:
        said = sheet.slot("word", 0, f"not_tested {info.reason}")
        note = f'<p class="listing-caption code-note">{said}</p>'
    html = highlight(token.content, shown_as)
    if info.marks:
        html = mark_lines(html, _marked_lines(token.content, info.marks, sheet))
    return (
        f'<div class="{escape(classes)}"{language}{rest}>{title}'
        f'<pre tabindex="0"><code{name}>{html}</code></pre>{note}</div>\n'
    )


def _read_info(info: str, sheet: Sheet) -> _Info:
    """What an info string says: `python {title="x" hl="text" .untested reason="…"}`."""
    brace = info.find("{")
    name = (info if brace < 0 else info[:brace]).strip()
    braces = "" if brace < 0 else info[brace:].strip()
    line = sheet.line
    if " " in name or "\t" in name or (braces and not braces.endswith("}")):
        sheet.report(
            f"what stands behind the code fence can't be read: '{info[:60]}'",
            line,
            'write the language, then attributes in braces: python {title="example.py"}',
        )
        name, braces = name.split(maxsplit=1)[0] if name else "", ""
    language = _find_language(name, sheet, line) if name else ""
    found = parse_attributes(braces[1:-1])
    if isinstance(found, str):
        sheet.report(
            f"attributes of a code fence can't be read from '{found[:60]}'",
            line,
            'write {title="example.py" hl="text"}',
        )
        return _Info(language)
    for key, value in found.pairs:
        if key not in _KNOWN:
            hint = did_you_mean(key, _KNOWN, "it has " + ", ".join(_KNOWN))
            sheet.report(f"a code fence has no attribute '{key}'", line, hint)
        elif not value and (key != "reason" or _UNTESTED not in found.classes):
            # That a mark lacks its reason is told once, for both places where it may stand.
            sheet.report(f"the attribute '{key}' lacks its value", line, f'write {key}="…"')
    given = {key: value or "" for key, value in found.pairs}
    return _Info(
        language,
        given.get("title", ""),
        tuple(value for key, value in found.pairs if key == "hl" and value),
        found.classes,
        given.get("reason", "").strip(),
    )


def _find_language(name: str, sheet: Sheet, line: int) -> str:
    language = find_language(name)
    if language is None:
        hint = did_you_mean(name.lower(), known_languages(), "'text' is for plain text")
        sheet.report(f"no code language is called '{name}'", line, hint)
        return ""
    return language


def _marked_lines(code: str, marks: Sequence[str], sheet: Sheet) -> set[int]:
    """The lines (from 0) that contain one of the marks, each of which must be on one."""
    lines = code.split("\n")
    marked: set[int] = set()
    for mark in marks:
        found = {number for number, line in enumerate(lines) if mark in line}
        if not found:
            sheet.report(f'hl="{mark}" matches no line of the code', sheet.line)
        marked |= found
    return marked


def mark_lines(html: str, marked: Collection[int]) -> str:
    """Highlighted code in a span per line; marked ones (numbers from 0) get class `hl`."""
    splitter = _LineSplitter()
    splitter.feed(html)
    splitter.close()
    lines = splitter.lines
    if not lines[-1]:
        lines.pop()
    out: list[str] = []
    for number, line in enumerate(lines):
        name = "line hl" if number in marked else "line"
        out.append(f'<span class="{name}">{line}\n</span>')
    return "".join(out)


class _LineSplitter(HTMLParser):
    """Splits highlighted code into lines; a span over several lines is closed and opened again."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.lines = [""]
        self.open_spans: list[str] = []

    def handle_starttag(
        self, _tag: str, _attrs: list[tuple[str, str | None]]
    ) -> None:  # the base's
        text = self.get_starttag_text() or ""
        self.open_spans.append(text)
        self.lines[-1] += text

    def handle_endtag(self, _tag: str) -> None:  # the base's
        self.open_spans.pop()
        self.lines[-1] += "</span>"

    def handle_data(self, data: str) -> None:
        first, *more = data.split("\n")
        self.lines[-1] += first
        for part in more:
            self.lines[-1] += "</span>" * len(self.open_spans)
            self.lines.append("".join(self.open_spans) + part)

    def handle_entityref(self, name: str) -> None:
        self.lines[-1] += f"&{name};"

    def handle_charref(self, name: str) -> None:
        self.lines[-1] += f"&#{name};"
