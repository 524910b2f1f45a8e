"""The Markdown parser, set up once per process.

In: text. Out: tokens; for `set_commonmark`, HTML. All that belongs to one document is in the
parser's environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.attrs import attrs_block_plugin, attrs_plugin
from mdit_py_plugins.attrs.parse import ParseError, parse
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from builder.markup.directives import directive
from builder.markup.footnotes import inline_note, leave_out_notes, move_footnotes, note_mark
from builder.markup.formulas import block_math, equation_reference, inline_math
from builder.markup.headings import read_heading_attributes
from builder.markup.inline import InlineRule, PlacedInline
from builder.markup.links import wikilink
from builder.markup.sheet import Sheet
from builder.markup.text import readable_text

# Deeper nesting is a problem: the parser leaves out what it holds.
MAX_NESTING = 50
# A paragraph longer than this is data, and costs more than its length.
MAX_PARAGRAPH = 50_000


def parse_body(text: str, sheet: Sheet, *, take_title: bool = False) -> list[Token]:
    """The block tokens of a body; with `take_title` a heading that begins it has no footnotes."""
    return _parser().parse(text, {"sheet": sheet, "take_title": take_title})


def set_commonmark(text: str) -> str:
    """The HTML of a text in strict CommonMark, without any extension."""
    html: str = _commonmark().render(text)
    return html


@cache
def _commonmark() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.add_render_rule("blockquote_open", _open_quotation)
    return parser


def _open_quotation(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """A quotation's start tag; the specification breaks the line even in an empty quotation."""
    html = renderer.renderToken(tokens, index, options, env)
    return html if html.endswith("\n") else f"{html}\n"


@cache
def _parser() -> MarkdownIt:
    inline = PlacedInline()
    parser = make_parser(inline)
    inline.learn_rules()
    return parser


def make_parser(inline: ParserInline) -> MarkdownIt:
    """A parser with all that bodies may hold, whose inline rules run in `inline`."""
    parser = MarkdownIt()
    parser.inline = inline
    parser.configure("gfm-like2", {"linkify": False, "xhtmlOut": False, "maxNesting": MAX_NESTING})
    parser.disable("linkify")
    parser.use(gfm_autolink_plugin)
    parser.use(deflist_plugin)
    parser.use(footnote_plugin, move_to_end=False, always_match_refs=True)
    parser.use(attrs_plugin, spans=True)
    parser.use(attrs_block_plugin)

    blocks, inlines, core = parser.block.ruler, inline.ruler, parser.core.ruler
    interrupting: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    blocks.at("attr", _attribute_line)
    blocks.before("fence", "directive", directive, interrupting)
    blocks.before("fence", "math", block_math, interrupting)
    inlines.at("footnote_inline", inline_note)
    inlines.at("footnote_ref", note_mark)
    # These rules look as far as the paragraph goes, from every bracket or colon.
    rules = dict(zip(inlines.get_active_rules(), inlines.getRules(""), strict=True))
    for name in ("link", "image", "span"):
        inlines.at(name, _only_if(_is_bracket_closed, rules[name]))
    inlines.at("gfm_autolink_protocol", _only_if(_is_address, rules["gfm_autolink_protocol"]))
    inlines.before("escape", "math", inline_math)
    inlines.before("attr", "equation", equation_reference)
    inlines.before("link", "wikilink", wikilink)
    core.at("inline", _parse_inline)
    core.before("inline", "check_nesting", _check_nesting)
    core.before("inline", "heading_attributes", read_heading_attributes)
    core.after("inline", "footnotes", move_footnotes)
    return parser


def _only_if(is_likely: Callable[[StateInline], bool], rule: InlineRule) -> InlineRule:
    return lambda state, silent: is_likely(state) and rule(state, silent)


def _is_bracket_closed(state: StateInline) -> bool:
    return state.src[state.pos] in "[!" and state.html_terminator_last("]") > state.pos


def _is_address(state: StateInline) -> bool:
    return state.src[state.pos] == ":" and _ADDRESS.match(state.src, state.pos) is not None


_ADDRESS = re.compile(r"(?:(?<=http)|(?<=https))://|(?:(?<=mailto)|(?<=xmpp)):[\w.+-]")


def _parse_inline(state: StateCore) -> None:
    """Core rule: the text of every block becomes inline tokens."""
    sheet: Sheet = state.env["sheet"]
    title = _find_title(state.tokens) if state.env.get("take_title") else None
    for token in state.tokens:
        if token.type != "inline" or (token is title and _parse_title(token, state)):
            continue
        token.children = []
        if len(token.content) > MAX_PARAGRAPH:
            sheet.report(
                f"a paragraph of {len(token.content):,} characters",
                sheet.file_line(token.map[0] if token.map else 0),
                f"break it up: up to {MAX_PARAGRAPH:,} are read as text",
            )
            continue
        before = _note_count(state.env)
        state.md.inline.parse(token.content, state.md, state.env, token.children)
        if _note_count(state.env) > before:
            _place_notes(state.env, token)


def _find_title(tokens: Sequence[Token]) -> Token | None:
    """The text of the heading that begins a body, however many notes are written above it."""
    open_notes = 0
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and not open_notes:
            return tokens[index + 1]
        if token.type in ("footnote_reference_open", "footnote_reference_close"):
            open_notes += token.nesting
        elif not open_notes:
            return None
    return None


def _parse_title(token: Token, state: StateCore) -> bool:
    """Parse a heading that is taken out of the body; False if it says nothing and stays there.

    Its footnotes count for nothing: the marks go with it, and nobody could come back to them.
    """
    children: list[Token] = []
    if len(token.content) <= MAX_PARAGRAPH:
        state.md.inline.parse(token.content, state.md, {**state.env, "footnotes": {}}, children)
    if not readable_text(children).strip():
        return False
    token.children = children
    state.env["title_notes"] = leave_out_notes(token, state.env["sheet"])
    return True


def _note_count(env: EnvType) -> int:
    return len(env["footnotes"]["list"]) if "footnotes" in env else 0


def _place_notes(env: EnvType, block: Token) -> None:
    """Tell footnotes written in place, `^[…]`, their line in the body."""
    first = block.map[0] if block.map else 0
    for token in block.children or ():
        if token.type == "footnote_ref" and "label" not in token.meta:
            note = env["footnotes"]["list"][token.meta["id"]]
            note["line"] = first + block.content.count("\n", 0, token.meta.get("at", 0))


def _check_nesting(state: StateCore) -> None:
    """Core rule: report blocks so deep that the parser left out what they hold."""
    for token in state.tokens:
        if token.level >= MAX_NESTING - 1 and token.nesting > 0 and token.map:
            sheet: Sheet = state.env["sheet"]
            sheet.report(
                f"blocks nested more than {MAX_NESTING - 1} deep",
                sheet.file_line(token.map[0]),
                "write it flatter",
            )
            return


def _attribute_line(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """Block rule: a line that is one `{…}` gives attributes to the block below it.

    The plugin's own rule also takes a line that goes on behind the brace, and drops what stands
    there.
    """
    if state.is_code_block(start_line):
        return False
    start = state.bMarks[start_line] + state.tShift[start_line]
    text = state.src[start : state.eMarks[start_line]].rstrip()
    if not text.startswith("{") or not text.endswith("}"):
        return False
    try:
        end, attributes = parse(text)
    except ParseError:
        return False
    if end != len(text) - 1 or not attributes:
        return False
    if not silent:
        token = state.push("attrs_block", "", 0)
        token.attrs = dict(attributes)
        token.map = [start_line, start_line + 1]
        state.line = start_line + 1
    return True
