"""The library's inline parser, told where its rules can begin.

In: the text of a block. Out: inline tokens, each with its place (`meta["at"]`). The library tries
every rule at every character that could begin any; a rule here is tried only at its own characters,
with the same tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

InlineRule = Callable[[StateInline, bool], bool]

# The characters at which each rule can begin.
_STARTS: Mapping[str, str] = {
    "newline": "\n",
    "math": "$",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "wikilink": "[",
    "link": "[",
    "span": "[",
    "image": "!",
    "footnote_inline": "^",
    "footnote_ref": "[",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
    "gfm_autolink_www": "w",
    "gfm_autolink_protocol": ":",
    "gfm_autolink_email": "@",
    "equation": "{",
    "attr": "{",
}
# Where text ends: at the characters above, at those of them that are frequent in prose only where
# they can mean something; and at "]", where the label of a link ends.
_TEXT_END = re.compile(r"[\n$\\`~*_\[\]^<&@{]|!(?=\[)|:(?=//)|(?<=mailto):|(?<=xmpp):|w(?=ww\.)")
# Descriptions of pictures and notes in place are texts of their own, parsed from within.
MAX_NESTED_TEXTS = 10


class PlacedInline(ParserInline):
    """The inline parser; call `learn_rules` when all rules are in."""

    def __init__(self) -> None:
        """A parser with the library's own rules."""
        super().__init__()
        self.terminator_re = _TEXT_END
        self.rules_at: dict[str, list[InlineRule]] = {}

    def learn_rules(self) -> None:
        """Sort the active rules by the characters at which they can begin."""
        rules = zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True)
        for name, rule in rules:
            for char in "" if name == "text" else _STARTS[name]:
                self.rules_at.setdefault(char, []).append(rule)

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Put the inline tokens of `src` into `tokens`."""
        depth = env.get("depth", 0)
        state = _PlacedState(src, md, env, tokens)
        if depth < MAX_NESTED_TEXTS:
            env["depth"] = depth + 1
            self.tokenize(state)
            env["depth"] = depth
        else:
            state.append_pending(src)
            state.pushPending()
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens

    def tokenize(self, state: StateInline) -> None:
        """Make tokens from `state.pos` to `state.posMax`."""
        source, end = state.src, state.posMax
        is_shallow = state.level < state.md.options["maxNesting"]
        rules_at, find_end = self.rules_at, self.terminator_re.search
        while (position := state.pos) < end:
            char = source[position]
            if is_shallow and char in rules_at:
                for rule in rules_at[char]:
                    if rule(state, False):
                        break
                else:
                    state.append_pending(char)
                    state.pos += 1
                continue
            found = find_end(source, position + 1, end)
            state.pos = found.start() if found else end
            state.append_pending(source[position : state.pos])
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802  # the library's name
        """Go on to the end of the token at `state.pos`."""
        position = state.pos
        if position in state.cache:
            state.pos = state.cache[position]
            return
        char = state.src[position]
        if state.level >= state.md.options["maxNesting"]:
            state.pos = state.posMax
        elif char in self.rules_at:
            # Rules look for the ends of labels from within; the level bounds how deep.
            state.level += 1
            is_found = any(rule(state, True) for rule in self.rules_at[char])
            state.level -= 1
            if not is_found:
                state.pos += 1
        else:
            found = self.terminator_re.search(state.src, position + 1, state.posMax)
            state.pos = found.start() if found else state.posMax
        state.cache[position] = state.pos


class _PlacedState(StateInline):
    """Notes on every token where in its block's text it stands."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta["at"] = self.pos
        return token
