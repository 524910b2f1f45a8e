"""The keys of front matter, and what their values may be.

In: values as they were spelled. Out: values that are checked. It must not know where a value
stands, nor in which language front matter was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

from builder.config import check_language

# What a key holds after parsing: text, a list or a table of these. TOML's own types become text
# too.
Spelled = str | list[Any] | dict[str, Any]
LONGEST_SHOWN = 60
# An address is a path on disk too: a name has up to 255 bytes there, a path 4096.
LONGEST_PART = 200
LONGEST_ALIAS = 1000
# The years that every format of a feed can write, in every zone.
FIRST_YEAR, LAST_YEAR = 1000, 9998


def _text(value: Spelled) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_kind(value)}")
    # Control characters are invalid in XML, so no feed could carry them; newlines become spaces.
    text = " ".join(value.split())
    if found := re.search(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]", text):
        what = "the control character" if found[0] < "\ufffe" else "what is no character,"
        raise ValueError(f"has {what} U+{ord(found[0]):04X}\nretype it")
    return text


def _texts(value: Spelled) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"must be a list, not {_kind(value)}\nwrite it as [first, second]")
    return tuple(dict.fromkeys(_text(item) for item in value if item != ""))


def _flag(value: Spelled) -> bool:
    if value in ("true", "True", "TRUE"):
        return True
    if value in ("false", "False", "FALSE"):
        return False
    raise ValueError(f"must be true or false, not {_shown(value)}")


def _moment(value: Spelled) -> datetime:
    """A moment, without zone if none was written; a day means its first moment."""
    text = _text(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"'{text}' is not a date\n"
            "write it as 2026-11-21, 2026-11-21 10:30 or 2026-11-21T10:30:00+01:00"
        ) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year {moment.year} is not one of {FIRST_YEAR} to {LAST_YEAR}")
    return moment


def _slug(value: Spelled) -> str:
    text = _text(value)
    if text in ("", ".", "..") or re.search(r"[/\\?#%\x00]", text):
        raise ValueError(
            f"'{text}' cannot be one part of an address\nuse letters, digits, '-', '_' and '.'"
        )
    return text


def _tags(value: Spelled) -> tuple[str, ...]:
    tags = _texts(value)
    for tag in tags:
        _check_group(tag, "the tag ")
    return tags


def find_doubles(tags: tuple[str, ...]) -> dict[str, str]:
    """The tags that are one with another before them, which has their address, and this other."""
    first: dict[str, str] = {}
    doubles = {}
    for tag in tags if len(tags) > 1 else ():
        # As addresses of tags are made: without what tells case, spaces and accents apart.
        key = "-".join(normalize("NFC", tag).lower().split())
        if first.setdefault(key, tag) != tag:
            doubles[tag] = first[key]
    return doubles


def _series(value: Spelled) -> str:
    name = _text(value)
    _check_group(name, "")
    return name


def _check_group(name: str, what: str) -> None:
    if name in (".", "..") or re.search(r"[/\\]", name):
        raise ValueError(f"{what}'{name}' cannot be one part of an address\nleave out '/' and '\\'")


def _aliases(value: Spelled) -> tuple[str, ...]:
    """Aliases, percent-decoded: an old address is copied from where it was seen."""
    aliases = []
    for alias in _texts(value):
        if not alias.startswith("/"):
            raise ValueError(
                f"'{alias}' must start with '/'\n"
                "an alias is an old address of this site: /old/address/"
            )
        decoded = unquote(alias, errors="replace")
        inner = decoded[1:].removesuffix("/").split("/") if decoded != "/" else []
        if any(part in ("", ".", "..") for part in inner) or re.search(r"[?#]", alias):
            raise ValueError(f"'{alias}' leaves the site, or is no plain address")
        if re.search(r"[\\\x00-\x1f\x7f\ufffd]", decoded):
            raise ValueError(f"'{alias}' leaves the site, or is no plain address")
        longest = max((len(part.encode()) for part in inner), default=0)
        if longest > LONGEST_PART or len(decoded.encode()) > LONGEST_ALIAS:
            raise ValueError(f"'{alias[:LONGEST_SHOWN]}…' is too long for an address")
        aliases.append(decoded)
    return tuple(dict.fromkeys(aliases))


def _paper(value: Spelled) -> str:
    text = _text(value)
    if text.startswith("/") or "\\" in text or ".." in text.split("/"):
        raise ValueError(f"'{text}' leaves the folder of this file\nname a file beside it")
    if not text.lower().endswith(".pdf"):
        raise ValueError(f"'{text}' is no PDF\nname a file that ends in .pdf")
    return text


def _table(value: Spelled) -> dict[str, Any]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"must be a table of keys and values, not {_kind(value)}")
    return value


def _kind(value: Spelled) -> str:
    return "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else "text"


def _shown(value: Spelled) -> str:
    return f"'{value}'" if isinstance(value, str) else _kind(value)


SCHEMA: Mapping[str, Callable[[Spelled], object]] = {
    "title": _text,
    "summary": _text,
    "date": _moment,
    "updated": _moment,
    "tags": _tags,
    "series": _series,
    "lang": lambda value: check_language(_text(value)),
    "slug": _slug,
    "aliases": _aliases,
    "id": _text,
    "draft": _flag,
    "publish": _moment,
    "expires": _moment,
    "pdf": _paper,
    "snippet": _slug,
    "test": _table,
    "extra": _table,
}
