"""The tokens of a Pygments lexer, for most languages two to five times sooner.

In: a Pygments lexer and text. Out: the tokens that Pygments' own loop gives. Only `highlight` uses
it; it knows nothing of HTML.

Pygments tries the rules of a lexer's state in order, about 27 regular expressions a token. Most
can't match where the text goes on with, say, a digit. So for each state and each next character we
keep only the rules whose pattern can match there (`first_characters`); a pattern that can match the
empty string always stays.

This uses private structures of Pygments (the processed rules) and of `re`. Before the first use,
small lexers are run both ways (`lexer_proof`). Where that gives other tokens, or a lexer's rules
are not as expected, Pygments' own loop is used.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.token import Error, Text, Whitespace, _TokenType

from builder.markup.first_characters import Parse, Test, find_parse, make_first_test
from builder.markup.lexer_proof import PROOFS

Token = tuple[int, _TokenType, str]
# What a rule does: its pattern's match; the token, or else the callback, or neither; the change of
# state, a name alone being pushed.
Step = tuple[
    Callable[..., "re.Match[str] | None"],
    "_TokenType | None",
    "Callable[..., Iterator[Token]] | None",
    Any,
]

# Next characters that are remembered for a state; a Chinese text could bring thousands.
_REMEMBERED_CHARACTERS = 512
_REMEMBERED_LEXERS = 256


class Loops(NamedTuple):
    """A `get_tokens_unprocessed` for each of Pygments' two kinds of lexers with rules."""

    plain: Callable[..., Iterator[Token]]
    extended: Callable[..., Iterator[Token]]
    known_states: Library | None


class UnexpectedRulesError(Exception):
    """A lexer's processed rules are not what this module knows."""


_PYGMENTS = Loops(
    RegexLexer.get_tokens_unprocessed, ExtendedRegexLexer.get_tokens_unprocessed, None
)


def lex(lexer: Lexer, text: str, loops: Loops | None) -> list[Token]:
    """The tokens of `text` (position, type, value), unfiltered; `loops` None: by Pygments' own."""
    if loops is not None:
        # Lexers call these methods by the class's name, and make other lexers for parts of the
        # text, so a subclass would not be heard. Should another thread use Pygments meanwhile, it
        # gets the same tokens.
        _install(loops)
        try:
            return list(lexer.get_tokens_unprocessed(text))
        except UnexpectedRulesError:
            pass
        finally:
            _install(_PYGMENTS)
    return list(lexer.get_tokens_unprocessed(text))


@functools.cache
def default_loops() -> Loops | None:
    """The faster loops, or None where Pygments or `re` are not as expected."""
    return make_loops(find_parse())


def make_loops(parse: Parse | None) -> Loops | None:
    """Faster loops that read patterns with `parse`; None without it, or if they fail the proof."""
    if parse is None:
        return None
    library = Library(parse)

    def lex_plain(self: RegexLexer, text: str, stack: Sequence[str] = ("root",)) -> Iterator[Token]:
        return _lex(self, library.states_of(self), text, list(stack))

    def lex_extended(
        self: ExtendedRegexLexer, text: str = "", context: LexerContext | None = None
    ) -> Iterator[Token]:
        return _lex_in(context or LexerContext(text, 0), self, library.states_of(self))

    loops = Loops(lex_plain, lex_extended, library)
    return loops if _is_proven(loops) else None


def _is_proven(loops: Loops) -> bool:
    try:
        return all(lex(lexer, text, loops) == lex(lexer, text, None) for lexer, text in PROOFS)
    except Exception:  # whatever a changed Pygments leads to, its own loop is right
        return False


def _install(loops: Loops) -> None:
    RegexLexer.get_tokens_unprocessed = loops.plain  # type: ignore[method-assign]
    ExtendedRegexLexer.get_tokens_unprocessed = loops.extended  # type: ignore[method-assign]


# --- Rules by state and next character ------------------------------------------------------------


class _State(dict[str, tuple[Step, ...]]):
    """What the rules of a state do before a character, "" being the end of the text.

    Only rules that can match there are in the answer; it is worked out when first asked for.
    """

    def __init__(self, rules: Sequence[tuple[Test | None, Step]]) -> None:
        super().__init__()
        self.rules = rules

    def __missing__(self, character: str) -> tuple[Step, ...]:
        steps = tuple(step for test, step in self.rules if test is None or test(character))
        if len(self) < _REMEMBERED_CHARACTERS:
            self[character] = steps
        return steps


class _States(dict[str, _State]):
    """The states of a lexer, made from Pygments' processed rules when they are first entered."""

    def __init__(self, processed: dict[str, Any], library: Library) -> None:
        super().__init__()
        self.processed = processed
        self.known_states = library

    def __missing__(self, name: str) -> _State:
        rules = self.processed[name]
        if not isinstance(rules, list):
            raise UnexpectedRulesError
        state = self[name] = _State([self.known_states.read_rule(rule) for rule in rules])
        return state


class Library:
    """What was read of lexers and patterns so far; it only saves time."""

    def __init__(self, parse: Parse) -> None:
        """An empty library that reads patterns with `parse`."""
        self._first_test = functools.cache(functools.partial(make_first_test, parse=parse))
        self._lexers: dict[int, _States] = {}

    def states_of(self, lexer: Any) -> _States:
        """The states of a lexer, one object for all lexers that share their processed rules."""
        processed = getattr(lexer, "_tokens", None)
        states = self._lexers.get(id(processed))
        if states is None:
            if not isinstance(processed, dict):
                raise UnexpectedRulesError
            if len(self._lexers) >= _REMEMBERED_LEXERS:
                # A few lexers process their rules anew for each of their objects.
                self._lexers.clear()
            # The states hold on to `processed`, so its id is not given to another.
            states = self._lexers[id(processed)] = _States(processed, self)
        return states

    def read_rule(self, rule: Any) -> tuple[Test | None, Step]:
        """A processed rule as what it does, with the test of the next character if there is one."""
        match, action, change = rule
        pattern = getattr(match, "__self__", None)
        test = self._first_test(pattern) if isinstance(pattern, re.Pattern) else None
        if type(action) is _TokenType:
            return test, (match, action, None, _read_change(change))
        return test, (match, None, action, _read_change(change))


def _read_change(change: Any) -> Any:
    if change == "#push":
        return ("#push",)
    if isinstance(change, tuple) and len(change) == 1 and not change[0].startswith("#"):
        return change[0]
    if change is None or isinstance(change, int | tuple):
        return change
    raise UnexpectedRulesError


def _change_state(stack: list[str], change: Any) -> None:
    if isinstance(change, str):
        stack.append(change)
    elif isinstance(change, tuple):
        for name in change:
            if name == "#pop":
                if len(stack) > 1:
                    stack.pop()
            else:
                stack.append(stack[-1] if name == "#push" else name)
    else:
        # The lowest state stays, however many are popped.
        del stack[max(1, len(stack) - abs(change)) :]


# --- The loops ------------------------------------------------------------------------------------


def _lex(lexer: RegexLexer, states: _States, text: str, stack: list[str]) -> Iterator[Token]:
    state = states[stack[-1]]
    position, end = 0, len(text)
    while True:
        for match, token, callback, change in state[text[position] if position < end else ""]:
            found = match(text, position)
            if not found:
                continue
            if token is not None:
                yield position, token, found[0]
            elif callback is not None:
                yield from callback(lexer, found)
            position = found.end()
            if change is not None:
                # Written out for the commonest change: JavaScript pushes a state per token.
                if type(change) is str:
                    stack.append(change)
                else:
                    _change_state(stack, change)
                state = states[stack[-1]]
            break
        else:
            if position >= end:
                return
            if text[position] == "\n":
                stack = ["root"]
                state = states["root"]
                yield position, Whitespace, "\n"
            else:
                yield position, Error, text[position]
            position += 1


def _lex_in(at: LexerContext, lexer: ExtendedRegexLexer, states: _States) -> Iterator[Token]:
    state = states[at.stack[-1]]
    text = at.text
    while True:
        character = text[at.pos : at.pos + 1] if at.pos < at.end else ""
        for match, token, callback, change in state[character]:
            found = match(text, at.pos, at.end)
            if not found:
                continue
            if token is not None:
                yield at.pos, token, found[0]
                at.pos = found.end()
            elif callback is not None:
                # A callback moves the position itself, and may change the stack.
                yield from callback(lexer, found, at)
                state = states[at.stack[-1]]
            if change is not None:
                _change_state(at.stack, change)
                state = states[at.stack[-1]]
            break
        else:
            if not character:
                return
            if character == "\n":
                at.stack = ["root"]
                state = states["root"]
                yield at.pos, Text, "\n"
            else:
                yield at.pos, Error, character
            at.pos += 1
