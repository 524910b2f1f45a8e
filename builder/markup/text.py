"""Plain text: slugs, word counts, summaries.

In: text, or the inline tokens of a block. Out: text and numbers. It writes no HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from markdown_it.token import Token

from builder.markup.formula_text import read_formula
from builder.model import KINDS

SUMMARY_WIDTH = 200

# Han, kana and their neighbours are written without spaces and are twice as wide as a Latin letter;
# Hangul has spaces.
_CJK = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60\U0001f300-\U0001faff"
    "\U00020000-\U0003ffff]"
)
# Scripts without spaces between words, and the signs they are set with.
_UNSPACED = re.compile(
    "[\u2e80-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*(?=\s)|[。！？]['\"”’）」』]*|[।॥]")
# From the first letter or digit to the next space: dashes and signs alone are no words.
_WORD = re.compile(r"\w\S*")
_SIGNS = {code: None for code in range(128) if not re.match(r"[\w\s]", chr(code))}
_SPACES = re.compile(r"\s+")


def slugify(text: str) -> str:
    """A text as part of an address: lower case, spaces as "-", punctuation dropped.

    Letters, marks and digits of every script stay, in NFC; the result is empty if there are none.
    """
    if text.isascii():
        kept = [
            char if char.isalnum() or char in "_-" else " " if char.isspace() else ""
            for char in text.lower()
        ]
    else:
        kept = [_slug_part(char) for char in unicodedata.normalize("NFC", text.lower())]
    words = "".join(kept).replace("-", " ").split()
    return unicodedata.normalize("NFC", "-".join(words))


def _slug_part(char: str) -> str:
    if char in "_-":
        return char
    if char.isspace():
        return " "
    # Marks carry the vowels of Devanagari and many other scripts.
    return char if unicodedata.category(char)[0] in "LMN" else ""


def count_words(text: str) -> int:
    """The words of a text; of Chinese and Japanese each character."""
    if text.isascii():
        # Without signs, what spaces part are words: as the pattern finds, three times as fast.
        return len(text.translate(_SIGNS).split())
    text, count = _CJK.subn(" ", text)
    return count + len(_WORD.findall(text))


def cut_summary(text: str) -> str:
    """A text cut to about 200 columns: after a sentence if one ends there, else after a word."""
    text = _SPACES.sub(" ", text[: 20 * SUMMARY_WIDTH]).strip()
    end = _reach(text, SUMMARY_WIDTH)
    if end == len(text):
        return text
    sentences = [found.end() for found in _SENTENCE_END.finditer(text, 0, end + 1)]
    if sentences and sentences[-1] <= end and sentences[-1] >= end * 3 // 5:
        return text[: sentences[-1]]
    while end and unicodedata.category(text[end])[0] == "M":
        end -= 1
    space = text.rfind(" ", 0, end + 1)
    if space > end // 2:
        end = space
    return text[:end].rstrip(" ,;:、，；：–—-") + "…"


def _reach(text: str, width: int) -> int:
    """How many characters of `text` fit into `width` columns."""
    if text.isascii():
        return min(len(text), width)
    for index, char in enumerate(text):
        width -= 2 if _WIDE.match(char) else 1
        if width < 0:
            return index
    return len(text)


def break_text(tokens: Sequence[Token], index: int) -> str:
    """What a line's end between inline tokens stands for: a space, but nothing in Chinese."""
    texts_before = (tokens[at].content for at in range(index - 1, -1, -1))
    texts_after = (tokens[at].content for at in range(index + 1, len(tokens)))
    before = next((text[-1] for text in texts_before if text), "")
    after = next((text[0] for text in texts_after if text), "")
    return "" if _UNSPACED.match(before) and _UNSPACED.match(after) else " "


def plain_text(tokens: Sequence[Token]) -> str:
    """The text of inline tokens: code and formulas as written, pictures by their descriptions."""
    return _join_texts(tokens, lambda token: token.content)


def readable_text(tokens: Sequence[Token]) -> str:
    """The text of inline tokens for those who see nothing else: formulas in signs where these fit
    into a line, wikilinks without a text by a name that reads as one.
    """
    return _join_texts(tokens, _say_token)


def _say_token(token: Token) -> str:
    if token.type == "wiki_title":
        return say_name(token.content)
    # A formula that can't be set has no MathML; one that takes more than a line is itself.
    return read_formula(str(token.meta.get("mathml", ""))) or token.content


def say_name(name: str) -> str:
    """The name in a wikilink as words: "posts/why-snippets-rot" is "why snippets rot".

    A title stays as it is, and so does one hyphen, which may be in a word.
    """
    kind, slash, slug = name.partition("/")
    slug = slug if slash and kind.lower() in KINDS else name
    is_slug = slug.count("-") > 1 and not _SPACES.search(slug)
    return slug.replace("-", " ") if is_slug else slug


def _join_texts(tokens: Sequence[Token], say: Callable[[Token], str]) -> str:
    """The text of inline tokens; `say` gives that of a formula and of a wikilink's name."""
    out: list[str] = []
    for index, token in enumerate(tokens):
        kind = token.type
        if kind in ("text", "code_inline"):
            out.append(token.content)
        elif kind in ("math_inline", "wiki_title"):
            out.append(say(token))
        elif kind in ("softbreak", "hardbreak"):
            out.append(break_text(tokens, index))
        elif kind == "image":
            out.append(_join_texts(token.children or (), say))
        elif kind == "equation_reference":
            out.append(token.meta.get("number", token.content))
    return "".join(out)
