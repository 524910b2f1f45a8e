"""What is served in tests of the server: bytes, and a digest of them."""

from __future__ import annotations

from builder.codec import digest
from builder.serve.content import Content


def content_of(body: bytes) -> Content:
    """The content that these bytes are."""
    return Content(body, digest(body))
