"""What a request gets: the rules of a careful static host, without a socket.

In: `Request`, and an `Offer`: what is served, and as whom. Out: `Answer`. A path is looked up among
the site's outputs and never on a disk, so there is no folder to climb out of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from builder.codec import digest
from builder.serve.conditions import find_range, is_known, is_unchanged
from builder.serve.content import Content, Find, Part, Stored
from builder.serve.hosts import Hosts, is_welcome
from builder.serve.markup import add_to_head
from builder.serve.media import HTML, media_type
from builder.serve.messages import UNKEPT, Answer, Request, notice, notice_page
from builder.serve.targets import Address, BadTarget, read_target

__all__ = ["Answer", "Offer", "Request", "answer", "failure_answer"]

INDEX = "index.html"
NOT_FOUND = "404.html"
# Kept by a browser, but never shown before it has asked whether it still holds.
ASK_FIRST = ("Cache-Control", "no-cache")


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served.

    `base_path` is "" at a host's root, else "/notes": as in the site's settings. `own` are the
    preview's own files (address to media type and body), `events` the address of its stream of
    events; both leave the base path out, as the site's addresses do. `inject` goes into the head of
    every HTML page.
    """

    find: Find
    hosts: Hosts
    base_path: str
    own: Mapping[str, tuple[str, bytes]]
    events: str
    inject: bytes


def answer(request: Request, offer: Offer) -> Answer:
    """What a request gets. Only what `offer.find` raises is raised."""
    if request.method not in ("GET", "HEAD"):
        return notice(
            405,
            f"This preview only shows: it answers GET and HEAD, not {request.method}.",
            ("Allow", "GET, HEAD"),
            closes=True,
        )
    lengths = request.all("content-length")
    if request.all("transfer-encoding") or any(length != "0" for length in lengths):
        # Taken for the next request, a body could say things in the name of somebody else. A length
        # that is empty is one that two readers understand in two ways.
        return notice(400, "A request for something to look at has no body.", closes=True)
    address = read_target(request.target)
    if isinstance(address, BadTarget):
        return notice(400, f"This address is none: {address.reason}.")
    refusal = _check_host(request, address, offer)
    if refusal:
        return refusal
    return _answer_address(request, address, offer)


def failure_answer(offer: Offer, reason: str) -> Answer:
    """The answer where making the real one crashed; a later one may well do."""
    text = (
        f"The preview could not make this page: {reason}\n\nIt is a fault of Proofpress or of a "
        "template, and is written in full where the preview was started. The server goes on."
    )
    return Answer(500, (("Content-Type", HTML), UNKEPT), _injected(notice_page(500, text), offer))


# --- Who asks -------------------------------------------------------------------------------------


def _check_host(request: Request, address: Address, offer: Offer) -> Answer | None:
    named = request.all("host")
    if len(named) != 1:
        return notice(400, "A request names the host that it is for, once.", closes=True)
    authority = address.authority or named[0]
    if all(is_welcome(offer.hosts, name) for name in (authority, named[0])):
        return None
    return notice(
        403,
        f"This preview does not go by the name '{authority}', so it shows nothing: a page "
        f"elsewhere could read it under such a name.\n\nOpen http://localhost:{offer.hosts.port}"
        f"{offer.base_path}/ on the machine that it runs on.",
        closes=True,
    )


def _is_same_origin(request: Request, address: Address) -> bool:
    authority = (address.authority or request.header("host")).lower()
    origins = ("", f"http://{authority}", f"https://{authority}")
    return request.header("origin").lower() in origins and request.header(
        "sec-fetch-site"
    ).lower() in ("", "same-origin", "none")


# --- What is asked for ----------------------------------------------------------------------------


def _answer_address(request: Request, address: Address, offer: Offer) -> Answer:
    base = offer.base_path
    if not address.path.startswith(f"{base}/"):
        return _outside(address, base)
    path = address.path.removeprefix(base)
    if path == offer.events:
        return _stream(request, address)
    if path in offer.own:
        kind, body = offer.own[path]
        return _content(request, body, digest(body), kind)
    output = path.removeprefix("/")
    found = offer.find(output + INDEX if path.endswith("/") else output)
    if found is not None:
        return _output(request, path + INDEX if path.endswith("/") else path, found, offer)
    if not path.endswith("/") and offer.find(f"{output}/{INDEX}") is not None:
        return _redirect(308, address, f"{address.path}/")
    return _not_found(offer)


def _outside(address: Address, base: str) -> Answer:
    if address.path in ("/", base):
        return _redirect(307, address, f"{base}/")
    return notice(
        404,
        f"The site is at {base}/, as its base_url says, and there is nothing outside it.\n\n"
        f"If a link of the site led here, it leaves {base} out.",
    )


def _redirect(status: int, address: Address, path: str) -> Answer:
    """To another path of this host: one slash in front, so that it can't be read as a host."""
    place = address.to(path)
    return notice(status, f"This is at {place}", ("Location", place))


def _stream(request: Request, address: Address) -> Answer:
    if not _is_same_origin(request, address):
        return notice(403, "Only this preview's own pages may listen to its events.", closes=True)
    kind = ("Content-Type", "text/event-stream; charset=utf-8")
    return Answer(200, (kind, UNKEPT), is_stream=True, closes=True)


def _not_found(offer: Offer) -> Answer:
    page = offer.find(NOT_FOUND)
    nothing = notice_page(404, "There is nothing at this address.")
    body = page.body if isinstance(page, Content) else nothing
    return Answer(404, (("Content-Type", HTML), UNKEPT), _injected(body, offer))


def _output(request: Request, path: str, found: Content | Stored, offer: Offer) -> Answer:
    kind = media_type(path)
    if isinstance(found, Stored):
        return _content(request, found, found.digest, kind)
    if kind != HTML or not offer.inject:
        return _content(request, found.body, found.digest, kind)
    body = _injected(found.body, offer)
    return _content(request, body, digest(body), kind)


def _content(request: Request, held: bytes | Stored, known_by: bytes, kind: str) -> Answer:
    """A content, the part of it that is asked for, or that nothing changed."""
    length = held.signature.size if isinstance(held, Stored) else len(held)
    tag = f'"{known_by.hex()}"'
    same = (("ETag", tag), ASK_FIRST)
    if is_known(tag, request.header("if-none-match")):
        return Answer(304, same)
    whole = (("Content-Type", kind), *same, ("Accept-Ranges", "bytes"))
    wanted = request.header("range")
    if request.method != "GET" or not is_unchanged(tag, request.header("if-range")):
        wanted = ""
    found = find_range(wanted, length)
    if found == "whole":
        return _cut(200, whole, held, (0, length))
    if found == "none":
        outside = ("Content-Range", f"bytes */{length}")
        return notice(416, f"This has {length} bytes, and none is where you asked.", outside)
    first, end = found
    part = ("Content-Range", f"bytes {first}-{end - 1}/{length}")
    return _cut(206, (*whole, part), held, found)


def _cut(
    status: int,
    headers: tuple[tuple[str, str], ...],
    held: bytes | Stored,
    limits: tuple[int, int],
) -> Answer:
    first, end = limits
    if isinstance(held, Stored):
        return Answer(status, headers, part=Part(held, first, end))
    return Answer(status, headers, held[first:end])


def _injected(page: bytes, offer: Offer) -> bytes:
    return add_to_head(page, offer.inject)
