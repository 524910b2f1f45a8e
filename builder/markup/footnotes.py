"""Footnotes: moved to the end of the body, with links there and back.

In: the tokens that the footnote plugin makes. Out: tokens in the order of the page; HTML. A mark
without a note is a problem, a note without a mark a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from builder.errors import did_you_mean
from builder.markup.sheet import Sheet


def note_mark(state: StateInline, silent: bool) -> bool:
    """Inline rule: `[^label]`, the mark of a note that is written elsewhere, if it is at all."""
    found = _MARK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        notes = _notes(state.env)
        label = found[1]
        number = notes["refs"].get(":" + label, -1)
        if number < 0:
            number = notes["refs"][":" + label] = len(notes["list"])
            notes["list"][number] = {"label": label, "count": 0}
        time = notes["list"][number]["count"]
        notes["list"][number]["count"] = time + 1
        state.push("footnote_ref", "", 0).meta.update(id=number, time=time, label=label)
    state.pos = found.end()
    return True


def inline_note(state: StateInline, silent: bool) -> bool:
    """Inline rule: `^[text]`, a note written in place."""
    start, source = state.pos, state.src
    if not source.startswith("^[", start):
        return False
    end = _find_bracket(source, start + 2, state.posMax)
    if end < 0:
        return False
    if not silent:
        notes = _notes(state.env)["list"]
        number = len(notes)
        # The number is taken before the text is read, which may hold further notes.
        tokens: list[Token] = []
        notes[number] = {"content": source[start + 2 : end], "tokens": tokens}
        state.md.inline.parse(source[start + 2 : end], state.md, state.env, tokens)
        state.push("footnote_ref", "", 0).meta["id"] = number
    state.pos = end + 1
    return True


def _notes(env: EnvType) -> dict[str, Any]:
    """The footnote plugin's records: numbers by label, and by number what is known of a note."""
    notes: dict[str, Any] = env.setdefault("footnotes", {})
    notes.setdefault("refs", {})
    notes.setdefault("list", {})
    return notes


def _find_bracket(source: str, position: int, end: int) -> int:
    """Where the bracket opened before `position` closes; -1 if it does not soon."""
    depth = 1
    end = min(end, position + MAX_INLINE_NOTE)
    if source.find("]", position, end) < 0:
        return -1
    for found in _BRACKET.finditer(source, position, end):
        depth += {"[": 1, "]": -1}.get(found[0], 0)
        if depth == 0:
            return found.start()
    return -1


_MARK = re.compile(r"\[\^([^\s\]]{1,200})\]")
_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)
# A longer note belongs at the end of the text.
MAX_INLINE_NOTE = 1_000


def move_footnotes(state: StateCore) -> None:
    """Core rule, after inline text is parsed: notes go to the end, in the order of their marks."""
    if "footnotes" not in state.env:
        return
    sheet: Sheet = state.env["sheet"]
    body, notes = _part(state.tokens, sheet)
    sheet.notes = {label: line for label, (_, line) in notes.items()}
    marked: dict[int, dict[str, object]] = state.env["footnotes"].get("list", {})
    labels = {note.get("label") for note in marked.values()} | state.env.get("title_notes", set())
    for label, (_, line) in notes.items():
        if label not in labels:
            sheet.report(f"the footnote [^{label}] is never referred to", line, is_warning=True)
    state.tokens = body
    if not marked:
        return
    body.append(Token("footnotes_open", "section", 1))
    for number, note in marked.items():
        body.append(Token("footnote_open", "li", 1, meta={"number": number + 1}))
        content = _content(note, notes)
        # The way back stands at the end of the note's last paragraph.
        end = content.pop() if content and content[-1].type == "paragraph_close" else None
        body += content
        body.append(Token("footnote_back", "", 0, meta={"number": number + 1}))
        if end:
            body.append(end)
        body.append(Token("footnote_close", "li", -1))
    body.append(Token("footnotes_close", "section", -1))


def leave_out_notes(title: Token, sheet: Sheet) -> set[str]:
    """The labels of the notes that a title refers to; each mark in it is warned of."""
    labels: set[str] = set()
    first = sheet.file_line(title.map[0] if title.map else 0)
    for token in title.children or ():
        if token.type == "footnote_ref":
            labels.add(token.meta.get("label", ""))
            sheet.report(
                "the footnote of the title is left out",
                first + title.content.count("\n", 0, token.meta.get("at", 0)),
                "titles stand alone in lists and feeds: refer to the note from the text",
                is_warning=True,
            )
    return labels


def _part(
    tokens: Sequence[Token], sheet: Sheet
) -> tuple[list[Token], dict[str, tuple[list[Token], int]]]:
    """The tokens outside of notes; by label each note's tokens and line. Notes may hold notes."""
    body: list[Token] = []
    notes: dict[str, tuple[list[Token], int]] = {}
    open_notes: list[list[Token]] = [body]
    for token in tokens:
        if token.type == "footnote_reference_open":
            line = sheet.file_line(token.map[0] if token.map else 0)
            label = token.meta["label"]
            content: list[Token] = []
            if label in notes:
                sheet.report(
                    f"the footnote [^{label}] is written twice",
                    line,
                    f"it stands first on line {notes[label][1]}",
                )
            else:
                notes[label] = (content, line)
            open_notes.append(content)
        elif token.type == "footnote_reference_close":
            open_notes.pop()
        else:
            open_notes[-1].append(token)
    return body, notes


def _content(note: dict[str, object], notes: dict[str, tuple[list[Token], int]]) -> list[Token]:
    """The block tokens of a note; none if it was never written, which its mark reports."""
    label = note.get("label")
    if label is not None:
        return notes[str(label)][0] if label in notes else []
    # A note written in place, `^[…]`, has inline tokens only.
    paragraph = Token("paragraph_open", "p", 1, block=True)
    text = Token("inline", "", 0, block=True, content=str(note["content"]))
    text.children = note["tokens"]  # type: ignore[assignment]  # the plugin's dictionary is untyped
    if isinstance(line := note.get("line"), int):
        text.map = [line, line + 1]
    return [paragraph, text, Token("paragraph_close", "p", -1, block=True)]


def set_footnote_ref(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """A footnote's mark: its number, a link to it, and a place to come back to."""
    token = tokens[index]
    line = sheet.line_at(token.meta.get("at", 0))
    number = token.meta["id"] + 1
    label = token.meta.get("label")
    if label is not None and label not in sheet.notes:
        sheet.report(
            f"no footnote [^{label}] is written",
            line,
            did_you_mean(label, sheet.notes, f"add a line '[^{label}]: …', or write \\[^{label}]"),
        )
        return ""
    time = token.meta.get("time", 0)
    anchor = f"fnref-{number}" + (f"-{time + 1}" if time else "")
    sheet.add_anchor(anchor, line)
    sheet.note_marks.setdefault(number, []).append(anchor)
    return (
        f'<sup class="footnote-ref"><a id="{anchor}" href="{sheet.fragment(f"fn-{number}", line)}"'
        f' role="doc-noteref">{number}</a></sup>'
    )


def set_footnotes_open(_tokens: Sequence[Token], _index: int, sheet: Sheet) -> str:
    """The start of the notes."""
    label = sheet.slot("word", 0, "footnotes")
    return f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">\n<ol>\n'


def set_footnotes_close(_tokens: Sequence[Token], _index: int, _sheet: Sheet) -> str:
    """The end of the notes."""
    return "</ol>\n</section>\n"


def set_footnote_open(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """The start of a note."""
    anchor = f"fn-{tokens[index].meta['number']}"
    sheet.add_anchor(anchor, sheet.line)
    return f'<li id="{anchor}">'


def set_footnote_close(_tokens: Sequence[Token], _index: int, _sheet: Sheet) -> str:
    """The end of a note."""
    return "</li>\n"


def set_footnote_back(tokens: Sequence[Token], index: int, sheet: Sheet) -> str:
    """Links from a note back to each of its marks that are on the page."""
    number = tokens[index].meta["number"]
    is_behind_text = tokens[index + 1].type == "paragraph_close"
    out = ""
    for time, anchor in enumerate(sheet.note_marks.get(number, ()), 1):
        # The first goes to the next line with the last word, not alone.
        space = "\u00a0" if time == 1 and is_behind_text else " "
        count = f"{number}-{time}" if time > 1 else str(number)
        label = sheet.slot("word", 0, f"back_to_mark {count}")
        out += (
            f'{space}<a class="footnote-back" href="{sheet.fragment(anchor, sheet.line)}"'
            f' role="doc-backlink" aria-label="{label}">\u21a9\ufe0e</a>'
        )
    return out
