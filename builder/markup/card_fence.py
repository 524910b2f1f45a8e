"""`card` fences: which code of which card to show.

In: the info string of a fence. Out: an embed on the sheet, its slot in the HTML. Whether the card,
the symbol, the region and the output exist is found when all files are known.
"""

from __future__ import annotations

import re

from markdown_it.token import Token

from builder.codec import replace
from builder.errors import did_you_mean
from builder.markup.attributes import Attributes, parse_attributes
from builder.markup.sheet import Sheet
from builder.model import Embed

# Recorded outputs with these endings are shown as pictures, all others as text.
FIGURE_ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif")

_TARGET = re.compile(
    r"(?P<slug>[^/#@!>{}\s]+)(?:/(?P<file>[^#@!>{}\s]+))?(?:!(?P<tests>[^#@>{}\s]*))?"
    r"(?:#(?P<symbol>[^\s#@{}]+)|@(?P<region>[^\s#@{}]+))?"
)
_OUTPUT = re.compile(r"(?P<slug>[^/#@!>{}\s]+)>(?P<output>[^/#@!>{}\s]+)")
_CODE_ATTRIBUTES = ("lines", "hl", "title", "caption", "collapse")
_TEXT_ATTRIBUTES = ("title", "caption", "collapse")
_FIGURE_ATTRIBUTES = ("alt", "title", "caption", "collapse")
_FORMS = (
    "write z_test, z_test#symbol, z_test@region, z_test/file.py@region, z_test!tests#test_name "
    "or z_test>stdout"
)


def set_card(info: str, token: Token, sheet: Sheet) -> str:
    """The slot for the listing that a `card` fence asks for; nothing if it can't be understood."""
    line = sheet.line
    if token.content.strip():
        sheet.report(
            "a card fence with text in it",
            line,
            "leave it empty: the code comes from the snippet",
        )
    words = info.split(maxsplit=1)
    target, rest = (*words, "", "")[:2]
    if target.startswith("{"):
        target, rest = "", info
    # `z_test{lines}` is as good as `z_test {lines}`.
    target, brace, more = target.partition("{")
    attributes = _read_attributes(f"{brace}{more} {rest}".strip(), sheet, line)
    embed = _read_target(target, sheet, line)
    if embed is None or attributes is None:
        return ""
    anchor = sheet.make_anchor(_anchor(embed), line)
    return sheet.embed(_complete(embed, attributes, sheet, line), anchor)


def _anchor(embed: Embed) -> str:
    """The id that is wanted for what a fence shows: `z_test`, `z_test.symbol`, `test_z_test`."""
    if embed.name:
        # The dot keeps them apart from the ids of headings.
        return f"{embed.slug}.{embed.name}"
    if embed.file:
        return f"{embed.slug}.{embed.file}"
    return f"test_{embed.slug}" if embed.is_test else embed.slug


def _read_target(target: str, sheet: Sheet, line: int) -> Embed | None:
    if ">" in target:
        return _read_output(target, sheet, line)
    found = _TARGET.fullmatch(target)
    if found is None:
        said = f"'{target}' names no code of a card" if target else "a card fence without a card"
        sheet.report(said, line, _FORMS)
        return None
    tests, file = found["tests"], found["file"] or ""
    if tests is not None and (tests != "tests" or file):
        sheet.report(f"'{target}' names no code of a card", line, "a card's tests are z_test!tests")
        return None
    if ".." in file.split("/") or file.startswith("/"):
        sheet.report(f"the file '{file}' is outside of the card's folder", line)
        return None
    is_test = tests is not None
    if found["region"]:
        return Embed(found["slug"], file, is_test, "region", found["region"], line)
    if found["symbol"]:
        return Embed(found["slug"], file, is_test, "symbol", found["symbol"], line)
    return Embed(found["slug"], file, is_test, "whole", "", line)


def _read_output(target: str, sheet: Sheet, line: int) -> Embed | None:
    """The embed of a recorded output: what a card printed, or a figure that it saved."""
    found = _OUTPUT.fullmatch(target)
    if found is None:
        hint = "write z_test>stdout, or z_test>figure.svg"
        sheet.report(f"'{target}' names no recorded output of a card", line, hint)
        return None
    return Embed(found["slug"], "", False, "output", found["output"], line)


def _read_attributes(text: str, sheet: Sheet, line: int) -> Attributes | None:
    """The attributes behind the target: bare, in braces, or both."""
    before, brace, inside = text.partition("{")
    if brace and not inside.endswith("}"):
        sheet.report("the braces of a card fence are never closed", line)
        return None
    found = parse_attributes(f"{before} {inside[:-1]}" if brace else before)
    if isinstance(found, str):
        sheet.report(f"attributes of a card fence can't be read from '{found[:60]}'", line)
        return None
    return found


def _complete(embed: Embed, attributes: Attributes, sheet: Sheet, line: int) -> Embed:
    """The embed with what its attributes say."""
    allowed = _allowed(embed)
    given = {"title": embed.title, "caption": embed.caption, "alt": embed.alt}
    lines = embed.lines
    highlights: list[str] = []
    is_collapsed = False
    odd = [f"#{attributes.id}"] if attributes.id else []
    odd += [f".{name}" for name in attributes.classes]
    for key, value in attributes.pairs:
        if key not in allowed:
            odd.append(key)
        elif key == "collapse" and value is None:
            is_collapsed = True
        elif key == "lines" and value in (None, "file"):
            lines = "shown" if value is None else "file"
        elif key == "hl" and value:
            highlights.append(value)
        elif key in given and value is not None:
            given[key] = value
        else:
            sheet.report(f"the attribute '{key}' of a card fence can't be that", line, _USES[key])
    for name in odd:
        _report_odd(name, embed, allowed, sheet, line)
    if allowed == _FIGURE_ATTRIBUTES and not given["alt"]:
        message = f"the figure '{embed.slug}>{embed.name}' has no text for those who can't see it"
        sheet.report(message, line, 'add alt="what it shows"')
    return replace(
        embed,
        title=given["title"],
        caption=given["caption"],
        lines=lines,
        highlights=tuple(highlights),
        is_collapsed=is_collapsed,
        alt=given["alt"],
    )


def _allowed(embed: Embed) -> tuple[str, ...]:
    """The attributes that a fence may have, by what it shows."""
    if embed.part != "output":
        return _CODE_ATTRIBUTES
    is_figure = embed.name.lower().endswith(FIGURE_ENDINGS)
    return _FIGURE_ATTRIBUTES if is_figure else _TEXT_ATTRIBUTES


def _report_odd(name: str, embed: Embed, allowed: tuple[str, ...], sheet: Sheet, line: int) -> None:
    hint = did_you_mean(name, allowed, "it has " + ", ".join(allowed))
    if embed.part == "output" and name in _CODE_ATTRIBUTES:
        sheet.report(f"a recorded output has no attribute '{name}'", line, hint)
    else:
        sheet.report(f"a card fence has no attribute '{name}'", line, hint)


_USES = {
    "lines": "write lines, or lines=file",
    "hl": 'write hl="text of a line"',
    "title": 'write title="…"',
    "caption": 'write caption="…"',
    "alt": 'write alt="what it shows"',
    "collapse": "write it without a value",
}
