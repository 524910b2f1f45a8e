"""Which pages are published at a given moment, and until when that answer holds.

In: facts and options. Out: decisions with their reasons. The moment is an argument; no clock is
read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from builder.codec import Value
from builder.config import Options
from builder.model import Facts


class Validity(Value, frozen=True):
    """The moments, in seconds since the epoch, from and until which the same pages are published.

    None: for ever.
    """

    since: int | None
    until: int | None


def why_omitted(facts: Facts, options: Options) -> str:
    """Why a page is left out of this build, in words; "" if it is not."""
    if facts.is_draft and not options.drafts:
        return "is a draft"
    publish = publish_moment(facts)
    if publish is not None and publish > options.now and not options.future:
        return f"is to be published on {_shown(publish)}"
    if facts.expires is not None and facts.expires <= options.now:
        return f"expired on {_shown(facts.expires)}"
    return ""


def publish_moment(facts: Facts) -> int | None:
    """When a page is published: `publish`, else `date`."""
    return facts.date if facts.publish is None else facts.publish


def find_validity(documents: Iterable[Facts], now: int) -> Validity:
    """The interval around `now` in which nothing is published or expires."""
    moments = [
        moment
        for facts in documents
        for moment in (publish_moment(facts), facts.expires)
        if moment is not None
    ]
    since = max((moment for moment in moments if moment <= now), default=None)
    until = min((moment for moment in moments if moment > now), default=None)
    return Validity(since, until)


def _shown(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(sep=" ").removesuffix("+00:00") + " UTC"
