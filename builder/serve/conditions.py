"""Which part of a content a request wants, and whether it has it already (RFC 9110, 13 and 14).

In: header values. Out: plain answers. It knows nothing of what the content is.
"""

from __future__ import annotations

import re
from typing import Literal

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.IGNORECASE)
# More digits than any content's length has; Python refuses to read some thousands of them.
_MOST_DIGITS = 18


def is_known(tag: str, if_none_match: str) -> bool:
    """Whether a client that sent this If-None-Match has the content of entity tag `tag`.

    Tags are compared weakly: "W/" counts for nothing.
    """
    if if_none_match.strip() == "*":
        return True
    return any(found[2] == tag for found in _TAG.finditer(if_none_match))


def is_unchanged(tag: str, if_range: str) -> bool:
    """Whether a range may be sent to a client with this If-Range ("" if it sent none).

    Tags are compared strongly; a date never holds, since no content here has one.
    """
    return if_range in ("", tag)


def find_range(value: str, length: int) -> tuple[int, int] | Literal["whole", "none"]:
    """The bytes from (first, end) that a Range header wants of `length` bytes, `end` not included.

    "whole" for anything that may be answered by all of it: no header, several ranges, another unit,
    a wrong one. "none": the range lies outside, which is 416.
    """
    found = _RANGE.fullmatch(value.strip())
    if found is None or not (found[1] or found[2]):
        return "whole"
    if not found[1]:
        count = min(_number(found[2]), length)
        if _number(found[2]) == 0:
            return "none"
        return (length - count, length) if length else "whole"
    first, last = _number(found[1]), _number(found[2]) if found[2] else length
    if last < first and found[2]:
        return "whole"
    return (first, min(last + 1, length)) if first < length else "none"


def _number(digits: str) -> int:
    short = digits.lstrip("0") or "0"
    return int(short) if len(short) <= _MOST_DIGITS else 10**_MOST_DIGITS
