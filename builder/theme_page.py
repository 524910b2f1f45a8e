"""What a theme offers, as text: its templates, their blocks and variables.

In: facts of templates, descriptions of variables. Out: text for a terminal, and a page in Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from builder.render.template_facts import TemplateFacts, parents_of
from builder.render.variables import GIVEN, Everywhere, Field, fields_of, types_in

_FRONT = """\
---
title: What templates are given
summary: Every template of the theme with its blocks and variables, and the parts that those have.
---

This page is made by `proofpress templates --markdown`, from the code that fills the templates in.
How to change one is told in [Make it yours](make-it-yours.md).
"""


def remark_lines(remark: str) -> tuple[str, dict[str, str]]:
    """What a template's first comment says of it, and of its blocks, by name."""
    about, blocks = [], {}
    for line in remark.splitlines():
        name, colon, meaning = line.partition(": ")
        if colon and name.isidentifier():
            blocks[name] = meaning.strip()
        elif line.strip():
            about.append(line.strip())
    return " ".join(about), blocks


def blocks_of(name: str, facts: Mapping[str, TemplateFacts]) -> dict[str, tuple[str, str]]:
    """The blocks of a template: (the template that it comes from, its meaning), by name."""
    found: dict[str, tuple[str, str]] = {}
    for place in (name, *(parents_of(name, facts) or ())):
        meanings = remark_lines(facts[place].remark)[1]
        for block in facts[place].blocks:
            if not found.get(block.name, ("", ""))[1]:
                found[block.name] = (place, meanings.get(block.name, ""))
    return found


def list_templates(facts: Mapping[str, TemplateFacts], origins: Mapping[str, str]) -> str:
    """All templates, a line each; `origins` says of some whose they are."""
    width = max(map(len, facts))
    lines = [
        f"{name:{width}}  {_first_sentence(facts[name].remark)}{_note(origins.get(name, ''))}"
        for name in sorted(facts)
    ]
    return "\n".join([
        *lines,
        "",
        "proofpress templates NAME         its blocks and variables",
        "proofpress templates --copy NAME  a copy in templates/, for more than a block or two",
    ])  # fmt: skip


def describe_template(name: str, facts: Mapping[str, TemplateFacts], origin: str) -> str:
    """One template: what it is for, its blocks, its variables and their parts."""
    remarks = [facts[place].remark for place in (name, *(parents_of(name, facts) or ()))]
    about = remark_lines(next(filter(None, remarks), ""))[0]
    lines = [f"{name}{_note(origin)}", f"  {about}"]
    blocks = blocks_of(name, facts)
    if blocks:
        lines += ["", "Blocks"]
        width = max(map(len, blocks))
        for block, (place, meaning) in blocks.items():
            whose = "" if place == name else f" ({place})"
            lines.append(f"  {block:{width}}  {meaning}{whose}")
    if facts[name].macros:
        lines += ["", "Macros", *(f"  {macro}" for macro in facts[name].macros)]
    given = GIVEN.get(name) or (Everywhere if blocks else None)
    if given is None:
        return "\n".join([*lines, "", "It is given what those hand on that include or import it."])
    if name not in GIVEN:
        lines += [
            "",
            "It has the variables of the templates that extend it; these are in all of them.",
        ]
    lines += ["", "Variables", *_field_lines(fields_of(given))]
    for item in types_in(given):
        lines += ["", f"{item.name}: {item.meaning}", *_field_lines(item.fields)]
    return "\n".join(lines)


def write_page(facts: Mapping[str, TemplateFacts]) -> str:
    """The page of all templates, blocks and variables, in Markdown."""
    parts = [_FRONT, "## Every template\n", _table(fields_of(Everywhere))]
    base = blocks_of("base.html", facts)
    parts.append("The blocks of `base.html`, which all templates extend but `redirect.html`:\n")
    parts.append(_block_table(base))
    everywhere = {field.name for field in fields_of(Everywhere)}
    for name, given in GIVEN.items():
        about, _ = remark_lines(facts[name].remark)
        own = [field for field in fields_of(given) if field.name not in everywhere]
        parts += [f"## `{name}`\n", f"{_cell(about)}\n", _table(own)]
        blocks = {
            block: (place, meaning)
            for block, (place, meaning) in blocks_of(name, facts).items()
            if place != "base.html"
        }
        if blocks:
            parts += ["Its own blocks:\n", _block_table(blocks)]
    parts.append("## Types\n\nA value of one of these types has parts: `page.date.text`.\n")
    for item in types_in(*GIVEN.values()):
        parts += [f"### {item.name} {{#{_anchor(item.name)}}}\n", f"{_cell(item.meaning)}\n"]
        parts.append(_table(item.fields))
    return "\n".join(parts)


def _first_sentence(remark: str) -> str:
    about, dot, _ = remark_lines(remark)[0].partition(". ")
    return about + dot.strip()


def _note(origin: str) -> str:
    return f" [{origin}]" if origin else ""


def _field_lines(fields: Sequence[Field]) -> Iterator[str]:
    name_width = max(len(field.name) for field in fields)
    type_width = max(len(field.type) for field in fields)
    for field in fields:
        yield f"  {field.name:{name_width}}  {field.type:{type_width}}  {field.meaning}"


def _table(fields: Sequence[Field]) -> str:
    rows = [f"| `{field.name}` | {_linked(field)} | {_cell(field.meaning)} |" for field in fields]
    return "\n".join(["| name | type | meaning |", "| --- | --- | --- |", *rows, ""])


def _block_table(blocks: Mapping[str, tuple[str, str]]) -> str:
    rows = [f"| `{name}` | {_cell(meaning)} |" for name, (_, meaning) in blocks.items()]
    return "\n".join(["| block | what is in it |", "| --- | --- |", *rows, ""])


def _linked(field: Field) -> str:
    said = field.type
    for name in field.types:
        said = said.replace(name, f"[{name}](#{_anchor(name)})")
    return said


def _anchor(name: str) -> str:
    return f"type-{name.lower()}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")
