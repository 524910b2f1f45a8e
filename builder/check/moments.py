"""Moments as feeds and sitemaps spell them.

In: text. Out: whether it is a moment in RFC 3339 (Atom, JSON Feed), RFC 822 (RSS) or W3C's profile
of ISO 8601.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_RFC822 = re.compile(
    r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} [A-Z][a-z]{2} \d{4} "
    r"\d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT)",
    re.ASCII,
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def is_rfc3339(text: str) -> bool:
    """Whether `text` is like 2026-11-21T10:00:00Z, with a zone."""
    return _RFC3339.fullmatch(text) is not None and _parses(text)


def is_rfc822(text: str) -> bool:
    """Whether `text` is like Sat, 21 Nov 2026 10:00:00 +0000, and that day of the week is true."""
    match = _RFC822.fullmatch(text)
    if match is None:
        return False
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return False
    return match[1] in (None, _DAYS[moment.weekday()])


def is_w3c_moment(text: str) -> bool:
    """Whether `text` is a date, or a moment with a zone."""
    if is_rfc3339(text):
        return True
    try:
        return bool(date.fromisoformat(text)) and re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
    except ValueError:
        return False


def _parses(text: str) -> bool:
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", text))
    except ValueError:
        return False
    return True
