"""What a request asks for: the target of a request line to an address.

In: the target as sent. Out: `Address`, or why there is none. An address is clean by construction:
decoded once, no empty, "." or ".." segment, no backslash, no control character. Nobody after this
decodes anything again.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from builder.codec import Value

_ABSOLUTE = re.compile(r"http://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_UNSENT = re.compile(r"[\x00-\x20\x7f#]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile("[\x00-\x1f\x7f\\\\\ufffe\uffff]")


class Address(Value, frozen=True):
    """A path that starts with one slash, decoded; the query as sent, with its "?", "" if none.

    `authority` is the host that the target itself names, "" if it names none.
    """

    path: str
    query: str
    authority: str = ""

    def to(self, path: str) -> str:
        """Where another path is, the query kept: what a Location header may hold."""
        # The query as the bytes that it was sent as, which may be UTF-8.
        query = quote(self.query.encode("latin-1"), safe="/?%!$&'()*+,;=:@~")
        return quote(path, safe="/!$&'()*+,;=:@~") + query


class BadTarget(Value, frozen=True):
    """A target that is no address; `reason` is a clause."""

    reason: str


def read_target(target: str) -> Address | BadTarget:
    """The address that a target means."""
    authority = ""
    if absolute := _ABSOLUTE.fullmatch(target):
        authority, rest = absolute.groups()
        if not authority:
            return BadTarget("it names no host")
        target = rest if rest.startswith("/") else f"/{rest}"
    if not target.startswith("/"):
        return BadTarget("it does not start with a slash")
    if _UNSENT.search(target):
        return BadTarget("it holds a character that must be percent-encoded")
    written, mark, query = target.partition("?")
    path = _decode(written)
    if isinstance(path, BadTarget):
        return path
    return Address(path, mark + query, authority)


def _decode(written: str) -> str | BadTarget:
    if _BROKEN_ESCAPE.search(written):
        return BadTarget("a percent sign is not followed by two hexadecimal digits")
    if "%2f" in written.lower():
        # Relative links of a page fetched this way would lead elsewhere than on the page itself.
        return BadTarget("a slash is percent-encoded")
    try:
        path = unquote_to_bytes(written.encode("latin-1")).decode("utf-8")
    except UnicodeError:
        return BadTarget("it is not UTF-8")
    if _CONTROL.search(path):
        return BadTarget("it holds a backslash or a control character")
    segments = path[1:].split("/")
    if "" in segments[:-1]:
        return BadTarget("it holds an empty segment")
    if any(segment in (".", "..") for segment in segments):
        return BadTarget("it holds a segment of dots")
    return path
