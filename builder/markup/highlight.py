"""Code to HTML in which its parts can be coloured.

In: code and the name of its language. Out: HTML of the code's text, with spans of the classes in
`TOKEN_CLASSES`. It knows nothing of Markdown, themes or files. With `language_names` and
`fast_lexer` it owns Pygments, whose types stay here.
"""

from __future__ import annotations

import copy
import functools
import re
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)
from pygments.token import Token as AnyToken

from builder.markup.fast_lexer import Token, default_loops, lex
from builder.markup.language_names import find_language, find_title, known_languages

__all__ = [
    "TOKEN_CLASSES",
    "find_language",
    "highlight",
    "highlight_lines",
    "known_languages",
]

Memory = dict[Any, Any] | list[Any] | set[Any]

# What the classes of the spans mean; the names are Pygments' short ones. All else has no span, so
# that the HTML stays small: plain names, operators, punctuation, space, errors of a lexer.
TOKEN_CLASSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "c": "comment",
        "cp": "preprocessor directive, attribute of a declaration, doctype",
        "k": "keyword, also an operator that is a word",
        "kc": "constant: true, None, NULL, a named constant",
        "kt": "built-in type: int, u8, varchar",
        "nb": "built-in name: print, self, ValueError, echo",
        "nc": "class, type, module or namespace where it is named",
        "nf": "function where it is defined, in some languages also where it is called",
        "nd": "decorator, annotation",
        "na": "attribute, property",
        "nt": "tag, key of a mapping",
        "nv": "variable with a sign, label",
        "s": "string, regular expression, docstring",
        "se": "escape, entity or interpolation in a string",
        "m": "number, date",
        "gd": "deleted line",
        "gi": "inserted line",
        "gh": "heading",
        "gp": "prompt of a session",
        "go": "output of a session",
        "gr": "error message, traceback",
        "ge": "emphasised text",
        "gs": "strong text",
    }
)

# A type that is not listed has the class of its nearest ancestor, "" being none.
_CLASS_BY_TYPE: Final[Mapping[_TokenType, str]] = {
    AnyToken: "",
    Comment: "c",
    Comment.Preproc: "cp",
    Comment.PreprocFile: "s",
    Generic.Deleted: "gd",
    Generic.Emph: "ge",
    Generic.EmphStrong: "gs",
    Generic.Error: "gr",
    Generic.Heading: "gh",
    Generic.Inserted: "gi",
    Generic.Output: "go",
    Generic.Prompt: "gp",
    Generic.Strong: "gs",
    Generic.Subheading: "gh",
    Generic.Traceback: "gr",
    Keyword: "k",
    Keyword.Constant: "kc",
    Keyword.Type: "kt",
    Literal: "s",
    Literal.Date: "m",
    Name.Attribute: "na",
    Name.Builtin: "nb",
    Name.Class: "nc",
    Name.Constant: "kc",
    Name.Decorator: "nd",
    Name.Entity: "se",
    Name.Exception: "nb",
    Name.Function: "nf",
    Name.Label: "nv",
    Name.Namespace: "nc",
    Name.Property: "na",
    Name.Tag: "nt",
    Name.Variable: "nv",
    Number: "m",
    Operator.Word: "k",
    String.Escape: "se",
    String.Interpol: "se",
}

_LINE_END = re.compile(r"\r\n?|\n")
# Some lexers take time that grows with the square of a line's length, and a token takes 200 bytes.
_LONGEST_LINE = 5_000
_LONGEST_CODE = 500_000
# Reading a language's patterns costs about as much as the faster loop saves on so many characters.
_WORTH_PREPARING = 12_000


def highlight(code: str, language: str) -> str:
    """HTML of `code`: its text, escaped, with spans; no span reaches over the end of a line.

    Without its tags the HTML is the code again, to the last character. Code of more than 500,000
    characters or with a line of more than 5,000 stays plain. `language` is any known name;
    ValueError if it is none.
    """
    if "\r" not in code:
        return _highlight_lf(code, language)
    html = _highlight_lf(_LINE_END.sub("\n", code), language)
    ends = [*_LINE_END.findall(code), ""]
    return "".join(line + end for line, end in zip(html.split("\n"), ends, strict=True))


def highlight_lines(code: str, language: str) -> tuple[str, ...]:
    """HTML of each line of `code`, without line ends; after the last line end there is no line."""
    html = _highlight_lf(_LINE_END.sub("\n", code), language)
    return tuple(html.removesuffix("\n").split("\n")) if html else ()


class _KeptLexer:
    """A lexer that is kept, and by which loop it runs; that changes no token, only the time."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.memories = _memories_of(type(lexer).__module__)
        self.characters_seen = 0

    def lex(self, text: str) -> list[Token]:
        self.characters_seen += len(text)
        is_worth_it = self.characters_seen > _WORTH_PREPARING
        # Some lexers remember a text in themselves or in their class: what they say of the next
        # one must not depend on that.
        for memory in self.memories:
            memory.clear()
        return lex(copy.copy(self.lexer), text, default_loops() if is_worth_it else None)


@functools.cache
def _lexer_of(language: str) -> _KeptLexer:
    kind = find_lexer_class(find_title(language))
    assert kind is not None, language
    # The options matter for lexers that hand a part of the text to another one.
    return _KeptLexer(kind(stripnl=False, ensurenl=False))


@functools.cache
def _memories_of(module: str) -> tuple[Memory, ...]:
    """What the lexer classes of a module, just loaded, have that is empty and could be filled."""
    return tuple(
        value
        for kind in vars(sys.modules[module]).values()
        if isinstance(kind, type) and issubclass(kind, Lexer) and kind.__module__ == module
        for name, value in vars(kind).items()
        if type(value) in {dict, list, set} and not value and not name.startswith("_")
    )


def _highlight_lf(code: str, language: str) -> str:
    known = find_language(language)
    if known is None:
        raise ValueError(f"unknown language {language!r}")
    if _is_too_long(code):
        return _escape(code)
    # Many rules want a line to end; one that does not gets an end, which is taken away again.
    text = code if code.endswith("\n") else code + "\n"
    tokens = _lexer_of(known).lex(text)
    if "".join([value for _, _, value in tokens]) != text:
        html = _escape(text)
    else:
        html = _set_tokens(tokens)
    return html if text is code else html[:-1]


def _is_too_long(code: str) -> bool:
    if len(code) <= _LONGEST_LINE:
        return False
    return len(code) > _LONGEST_CODE or max(map(len, code.split("\n"))) > _LONGEST_LINE


class _Classes(dict[_TokenType, str]):
    def __missing__(self, kind: _TokenType) -> str:
        found = self[kind] = self[kind.parent or AnyToken]
        return found


_CLASSES = _Classes(_CLASS_BY_TYPE)


def _set_tokens(tokens: Iterable[Token]) -> str:
    classes = _CLASSES
    pieces: list[str] = []
    run, run_class = "", ""
    for _, kind, value in tokens:
        token_class = classes[kind]
        if token_class == run_class:
            run += value
            continue
        if run:
            pieces.append(_set_run(run, run_class) if run_class else _escape(run))
        run, run_class = value, token_class
    pieces.append(_set_run(run, run_class))
    return "".join(pieces)


def _set_run(run: str, run_class: str) -> str:
    text = _escape(run)
    if not run_class:
        return text
    if "\n" not in run:
        return text if run.isspace() else f'<span class="{run_class}">{text}</span>'
    return "\n".join(
        [
            f'<span class="{run_class}">{line}</span>' if line and not line.isspace() else line
            for line in text.split("\n")
        ]
    )


def _escape(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text
