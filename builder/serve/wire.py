"""HTTP/1.1 as bytes: a head to a request, an answer to what is sent.

In: what has come in so far. Out: a `Request`, an `Answer` that refuses it, or nothing yet. Nothing
is guessed: what two readers could understand in two ways (a line without its carriage return, a
folded header, a space before a colon) is refused.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from builder.serve.messages import Answer, Request, notice

MOST_TARGET_BYTES = 8 * 1024
MOST_HEADERS = 100
# Cookies of everything else that was ever tried out on "localhost" come along.
MOST_HEAD_BYTES = 64 * 1024

_TOO_LONG = f"No address here has more than {MOST_TARGET_BYTES} bytes."
# What else a request line holds, a long method included.
_METHOD_BYTES = 64
_BARE_LINE = re.compile(rb"(?<!\r)\n")
_REQUEST_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ ]+) HTTP/([0-9])\.([0-9])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_TOKEN_BYTE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]")

# What every answer says: it is what it is called, and only the preview's own pages may use it.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def take_request(received: bytes) -> tuple[Request | Answer, bytes] | None:
    """The first request of what was received, and the rest; or the answer that refuses it.

    None: its head is not complete.
    """
    # An empty line before a request is an old client's way of ending the last one.
    received = received.removeprefix(b"\r\n")
    if received in (b"", b"\r"):
        return None
    head, end, rest = received.partition(b"\r\n\r\n")
    refusal = _refuse_early(head)
    if refusal:
        return refusal, b""
    return (_read_head(head.decode("latin-1")), rest) if end else None


def is_kept(request: Request, sent: Answer) -> bool:
    """Whether the connection serves another request after this answer."""
    wishes = {word.strip().lower() for word in request.header("connection").split(",")}
    return request.version == "HTTP/1.1" and not sent.closes and "close" not in wishes


def write_head(sent: Answer, date: str, *, keeps: bool) -> bytes:
    """An answer's head; `date` is the moment as HTTP writes it."""
    lines = [f"HTTP/1.1 {sent.status} {HTTPStatus(sent.status).phrase}", f"Date: {date}"]
    lines += [f"{name}: {value}" for name, value in (*sent.headers, *_ALWAYS)]
    if not sent.is_stream and sent.status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"Content-Length: {sent.length}")
    if not keeps:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _refuse_early(head: bytes) -> Answer | None:
    """A refusal for what need not be waited for: too long, or no HTTP."""
    if not _TOKEN_BYTE.match(head):
        # Often a browser that was told https.
        return _refusal(400, "This is not HTTP. If the address began with https, take http.")
    if _BARE_LINE.search(head):
        return _refusal(400, "Lines of a request end with a carriage return and a line feed.")
    if len(head.partition(b"\r\n")[0]) > MOST_TARGET_BYTES + _METHOD_BYTES:
        return _refusal(414, _TOO_LONG)
    if len(head) > MOST_HEAD_BYTES or head.count(b"\r\n") > MOST_HEADERS:
        return _refusal(
            431,
            f"At most {MOST_HEADERS} headers and {MOST_HEAD_BYTES} bytes are read. Often it is the "
            "cookies of other servers on this machine: clear those of this host.",
        )
    return None


def _read_head(head: str) -> Request | Answer:
    first, *lines = head.split("\r\n")
    found = _REQUEST_LINE.fullmatch(first)
    if found is None:
        return _refusal(400, "The first line is no request of HTTP/1.1.")
    method, target, major, minor = found.groups()
    if major != "1":
        return _refusal(505, "This preview speaks HTTP/1.1.")
    if len(target) > MOST_TARGET_BYTES:
        return _refusal(414, _TOO_LONG)
    headers = []
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            return _refusal(400, "A header is not written as HTTP writes them.")
        headers.append((header[1].lower(), header[2].rstrip(" \t")))
    return Request(method, target, tuple(headers), "HTTP/1.0" if minor == "0" else "HTTP/1.1")


def _refusal(status: int, text: str) -> Answer:
    return notice(status, text, closes=True)
