"""A request and its answer, as values.

In: nothing. Out: `Request`, `Answer`, and answers that only say something. No socket here.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from builder.codec import Value
from builder.serve.content import Part
from builder.serve.media import HTML

# Neither kept by a browser nor by anything between.
UNKEPT = ("Cache-Control", "no-store")


class Request(Value, frozen=True):
    """A request's head: `target` as it stood in the request line, one character a byte.

    `headers` are (name in lower case, value), in the order in which they came.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    version: str = "HTTP/1.1"

    def all(self, name: str) -> list[str]:
        """The values of a header, one for each line of it."""
        return [value for known, value in self.headers if known == name]

    def header(self, name: str) -> str:
        """The value of a header, "" if it was not sent."""
        return ", ".join(self.all(name))


class Answer(Value, frozen=True):
    """What is sent back; `body` is sent to GET and only measured for HEAD.

    `part`: what is sent lies in a file, and `body` is empty; None: `body` is sent.
    `is_stream`: no body, but events for as long as both sides hold. `closes`: nothing more is read
    from this connection, since what follows can't be told from a body.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    is_stream: bool = False
    closes: bool = False
    part: Part | None = None

    @property
    def length(self) -> int:
        """How many bytes are sent to GET."""
        return len(self.body) if self.part is None else self.part.end - self.part.first

    def header(self, name: str) -> str:
        """The value of a header, "" if there is none."""
        return ", ".join(value for known, value in self.headers if known.lower() == name.lower())


def notice(status: int, text: str, *headers: tuple[str, str], closes: bool = False) -> Answer:
    """A small page that says something; `text` is plain, an empty line parts its paragraphs."""
    return Answer(
        status,
        (("Content-Type", HTML), UNKEPT, *headers),
        notice_page(status, text),
        closes=closes,
    )


def notice_page(status: int, text: str) -> bytes:
    """The HTML of such a page."""
    title = f"{status} {HTTPStatus(status).phrase}"
    paragraphs = "".join(f"<p>{escape(part)}</p>\n" for part in text.split("\n\n"))
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{paragraphs}</main>\n</body>\n</html>\n"
    )
    return page.encode("utf-8", "replace")
