"""Words that a search finds: the tokens of a text.

In: text. Out: tokens, lower-cased, in the order of the text, repeated as often as they stand there.
`templates/js/search.js` holds the same rules; one table of cases is put to both, because an index
written with one set of rules can't be asked with another.

A word is a run of letters, marks and digits of any script, "_" included, "." between two of them.
What has parts (`np.float64`, `two_proportion_z_test`, `camelCase`) gives the whole and its parts;
numbers stay whole. Chinese and Japanese, written without spaces, give single characters and pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

# Signs inside words that nobody types: soft hyphens, joiners (Devanagari has them), byte order
# marks.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_RUN = re.compile(r"[A-Za-z0-9_\x80-\U0010ffff]+(?:\.[A-Za-z0-9_\x80-\U0010ffff]+)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
# Only of ASCII letters, whose case every machine knows alike.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MAY_HAVE_PARTS = re.compile(r"[._]|[a-z0-9][A-Z]|[A-Z][A-Z][a-z]")
_UNSPACED = re.compile(
    "([\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
)


def find_tokens(text: str) -> list[str]:
    """The tokens of a text."""
    return [token for run in _find_runs(text) for token in _split_run(run)]


def count_tokens(text: str) -> dict[str, int]:
    """The tokens of a text, each with how often it stands there; in the order of `find_tokens`."""
    counts: dict[str, int] = {}
    for run, count in Counter(_find_runs(text)).items():
        for token in _split_run(run):
            counts[token] = counts.get(token, 0) + count
    return counts


def _find_runs(text: str) -> list[str]:
    if not text.isascii():
        text = _tidy(text)
    return _RUN.findall(text)


def _split_run(run: str) -> Sequence[str]:
    if run.isascii():
        return _split_word(run)
    tokens: list[str] = []
    for number, piece in enumerate(_UNSPACED.split(run)):
        tokens += _pair_characters(piece) if number % 2 else _split_word(piece.strip("."))
    return tokens


_BEYOND_ASCII = re.compile(r"([^\x00-\x7f]+)")
# Signs and accented letters are few; sentences in other scripts are not worth to be kept.
_LONGEST_KEPT = 16


def _tidy(text: str) -> str:
    """The text with characters outside ASCII in their plain form, and those that belong to no word
    as spaces.
    """
    parts = _BEYOND_ASCII.split(text)
    for number in range(1, len(parts), 2):
        part = parts[number]
        # An accent belongs to the letter before, even if what is not seen stands between them.
        if unicodedata.category(part[0])[0] in "MC":
            part = parts[number - 1][-1:] + part
            parts[number - 1] = parts[number - 1][:-1]
        parts[number] = _tidy_short(part) if len(part) <= _LONGEST_KEPT else _tidy_part(part)
    return "".join(parts)


def _tidy_part(part: str) -> str:
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", part))
    return "".join([char if char < "\x80" or _is_of_word(char) else " " for char in plain])


_tidy_short = lru_cache(maxsize=1 << 14)(_tidy_part)


@lru_cache(maxsize=1 << 14)
def _is_of_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


@lru_cache(maxsize=1 << 16)
def _split_word(run: str) -> tuple[str, ...]:
    """A run as a whole, and its parts if it has some."""
    if not _MAY_HAVE_PARTS.search(run):
        return (run.lower(),) if run else ()
    if _NUMBER.fullmatch(run):
        return (run,)
    return tuple(dict.fromkeys(part.lower() for part in _parts(run) if part.strip("._")))


def _parts(run: str) -> Iterator[str]:
    """The run, its parts between dots, between underscores, between humps; some more than once."""
    yield run
    for name in run.split("."):
        yield name
        for word in name.split("_"):
            yield word
            yield from _HUMP.split(word)


def _pair_characters(piece: str) -> Iterator[str]:
    """Each character, and each pair of neighbours."""
    for at, char in enumerate(piece):
        yield char
        if at + 1 < len(piece):
            yield piece[at : at + 2]
