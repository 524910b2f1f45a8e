"""What is served at an output path.

In: the bytes of an output. Out: `Content`; and `Find`, the one door through which the server learns
of a site. Behind it may be a mapping or recipes made on request; the server knows no folder.
"""

from __future__ import annotations

from collections.abc import Callable

from builder.codec import Value, digest


class Content(Value, frozen=True):
    """An output's bytes; `digest` is equal for equal bytes, and for no others."""

    body: bytes
    digest: bytes


# An output path ("posts/a/index.html", "atom.xml") to what is there; None: nothing. It is called
# from several threads at once, and often for what is not there.
Find = Callable[[str], Content | None]


def content_of(body: bytes) -> Content:
    """The content that these bytes are."""
    return Content(body, digest(body))
