"""Small lexers that use everything which `fast_lexer` rebuilds, and a text for them.

In: nothing. Out: `PROOFS`, lexers with texts on which another loop has to give Pygments' tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from pygments import lexer as pygments_lexer
from pygments.lexer import (
    ExtendedRegexLexer,
    Lexer,
    LexerContext,
    RegexLexer,
    combined,
    default,
    include,
    this,
)
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    String,
    Text,
    Whitespace,
    _TokenType,
)

_bygroups: Any = pygments_lexer.bygroups  # its stub has no types
_using: Any = pygments_lexer.using


class _PlainProof(RegexLexer):
    """Every kind of rule and change of state that Pygments' loop knows."""

    flags = re.MULTILINE | re.IGNORECASE
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            include("space"),
            (r"(let)(\s+)(\w+)", _bygroups(Keyword, Whitespace, _using(this, state="name"))),
            (r"\d+(?=;)", Number, "after"),
            (r"\(", Text, ("list", "item")),
            (r"\[", Text, combined("list", "name")),
            (r"(?<=;)#.*?$", Comment),
            (r'"', String, "string"),
            (r"}", Text, ("#pop", "list")),
        ],
        "space": [(r"[^\S\n]+", Whitespace)],
        "name": [(r"[a-z_]\w*", Name)],
        "after": [(r";", Text, "#pop"), default(("#pop", "#push"))],
        "list": [(r"\)|]", Text, "#pop:2"), (r",", Text, "item"), (r"!", Error, "#pop:9")],
        "item": [(r"\(", Text, "#push"), (r"(?!\()", Text, "#pop")],
        "string": [(r'[^"\\]+', String), (r"\\.", String), (r'"', String, "#pop")],
    }


def _leave(
    _: Lexer, match: re.Match[str], context: LexerContext
) -> Iterator[tuple[int, _TokenType, str]]:
    yield match.start(), Comment, match.group()
    context.pos = match.end()
    context.stack = ["root"]


class _ExtendedProof(ExtendedRegexLexer):
    """The same for lexers with a context, and a callback that changes the stack."""

    flags = re.MULTILINE | re.IGNORECASE
    tokens: ClassVar[dict[str, list[Any]]] = {
        **_PlainProof.tokens,
        "root": [(r"let", Keyword, "name"), *_PlainProof.tokens["root"][2:]],
        "name": [
            (r"[a-z]+", Name),
            (r"\s+(\?)", _bygroups(Number), "string"),
            (r"-+", _leave),
        ],
    }


_TEXTS = (
    "",
    'let Ab 12; 7;#x\n((1,(),q)]! let\tÉ ( [a b)!"s\\"\n" 3 [é,x) ?\n -- "3',
    "let ſ ?\n 5;\nlet-- (,é,,((\n)!\n[a,b)!! ?",
    "}}!1;;",
    "((,(,))!1;\n}!1;",
    'let ?a\\"" b" c',
)
PROOFS: tuple[tuple[Lexer, str], ...] = tuple(
    (lexer, text) for lexer in (_PlainProof(), _ExtendedProof()) for text in _TEXTS
)
