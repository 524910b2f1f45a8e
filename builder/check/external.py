"""Links to other sites, asked over the network.

In: addresses with the pages that have them. Out: a problem for each that does not answer. Each is
asked once, with HEAD; servers that refuse or mistake HEAD are asked again with GET, whose body is
not read. No host gets more than two questions at a time.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from typing import IO
from urllib.parse import quote, urlsplit

from builder.errors import Problem

MAX_THREADS = 8
MAX_PER_HOST = 2
# So many pages are named beside the first one.
MAX_NAMED = 3
TOO_MANY_REQUESTS = 429


def check_external(links: Mapping[str, Sequence[str]], timeout_seconds: float) -> list[Problem]:
    """A problem for each address that does not answer, told for the first page that has it.

    `timeout_seconds` bounds each wait (for a connection, for the next bytes), not their sum.
    """
    opener = _make_opener()
    with ThreadPoolExecutor(MAX_THREADS) as pool:
        lanes = pool.map(
            lambda lane: [(url, _ask(opener, url, timeout_seconds)) for url in lane],
            _share_out(links),
        )
        return [
            _problem(url, answer, links[url]) for lane in lanes for url, answer in lane if answer
        ]


def _share_out(links: Iterable[str]) -> list[list[str]]:
    """The addresses as lists to be asked in turn; no host is in more than `MAX_PER_HOST` lists."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for url in links:
        hosts[urlsplit(url).netloc.lower()].append(url)
    lanes = [urls[start::MAX_PER_HOST] for urls in hosts.values() for start in range(MAX_PER_HOST)]
    # The longest first, so that no long one is left at the end.
    return sorted(filter(None, lanes), key=len, reverse=True)


def _ask(opener: urllib.request.OpenerDirector, url: str, timeout_seconds: float) -> str:
    """Why `url` does not answer; empty if it does."""
    answer, is_final = _request(opener, url, "HEAD", timeout_seconds)
    if answer and not is_final:
        answer, _ = _request(opener, url, "GET", timeout_seconds)
    return answer


def _request(
    opener: urllib.request.OpenerDirector, url: str, method: str, timeout_seconds: float
) -> tuple[str, bool]:
    """Why the request failed (empty if it did not), and whether another method would not help."""
    try:
        sent = _on_the_wire(url)
        # The opener knows no scheme but http and https.
        request = urllib.request.Request(sent, method=method, headers=_HEADERS)  # noqa: S310
        with opener.open(request, timeout=timeout_seconds):
            return "", True
    except urllib.error.HTTPError as error:
        error.close()
        reason = str(error.reason).partition("\n")[0]
        return f"answers {error.code} {reason}".rstrip(), error.code == TOO_MANY_REQUESTS
    except urllib.error.URLError as error:
        return _reason(error.reason, timeout_seconds), True
    except TimeoutError as error:
        return _reason(error, timeout_seconds), True
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Some servers hang up on HEAD.
        return _reason(error, timeout_seconds), False


def _on_the_wire(url: str) -> str:
    """The address in ASCII, as requests carry it; what is percent-encoded stays as it is."""
    parts = urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    return quote(parts._replace(netloc=host).geturl(), safe="%/:=&?~#+!$,;'@()*[]")


_HEADERS = {"User-Agent": "proofpress-check", "Accept": "*/*"}


class _KeepMethod(urllib.request.HTTPRedirectHandler):
    """Follows redirects with the method that was asked with; the library turns HEAD into GET."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage | Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request to send instead."""
        request = super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
        if request is not None:
            request.method = req.get_method()
        return request


def _make_opener() -> urllib.request.OpenerDirector:
    """An opener for http and https alone: a redirect must not lead to a file of this machine."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _KeepMethod(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _reason(reason: object, timeout_seconds: float) -> str:
    if isinstance(reason, TimeoutError):
        return f"does not answer in {timeout_seconds:g} s"
    if isinstance(reason, OSError) and reason.strerror:
        return f"cannot be reached: {reason.strerror}"
    return f"cannot be reached: {reason or type(reason).__name__}"


def _problem(url: str, answer: str, pages: Sequence[str]) -> Problem:
    others = list(pages[1 : 1 + MAX_NAMED])
    left = len(pages) - 1 - len(others)
    if left > 0:
        others.append(f"{left} more")
    hint = f"also in {', '.join(others)}" if others else ""
    # Being asked too often says nothing of the page.
    is_warning = answer.startswith(f"answers {TOO_MANY_REQUESTS}")
    return Problem(pages[0], 0, f"{url} {answer}", hint, is_warning)
