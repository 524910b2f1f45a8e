"""Where a link leads: to a file of the output, to another site, or nowhere.

In: the names of the output's files, the site's address, links as written. Out: `Target` values. It
never looks into a file; fragments are judged by who knows the pages' ids.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from builder.codec import Value, replace


class Built(Value, frozen=True):
    """The output's files, and where they will answer; all paths are percent-decoded.

    `origin` is "https://example.org", `base_path` "/notes" or empty. `near` finds a file by its
    name without the differences that people overlook (case, hyphens, the form of accents, a missing
    ".html").
    """

    files: frozenset[str]
    origin: str
    base_path: str
    near: dict[str, str]


class Target(Value, frozen=True):
    """What a link leads to: a file of the output (`path`, `fragment`) or another site (`external`).

    All three are empty for what can't be looked up (mailto:, data:); `fragment` is percent-decoded.
    `message` is empty if nothing is wrong.
    """

    path: str = ""
    fragment: str = ""
    external: str = ""
    message: str = ""
    hint: str = ""
    is_warning: bool = False


Resolve = Callable[[str, str], Target]


def list_output(output: Path, base_url: str) -> Built:
    """The files below the folder `output`, as a site that answers at `base_url`."""
    parts = urlsplit(base_url)
    files = []
    for folder, _, names in os.walk(output):
        prefix = Path(folder).relative_to(output).as_posix()
        files += names if prefix == "." else [f"{prefix}/{name}" for name in names]
    near = {_overlooking(path): path for path in sorted(files, reverse=True)}
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return Built(frozenset(files), origin, unquote(parts.path).rstrip("/"), near)


def url_path(built: Built, path: str) -> str:
    """The decoded path at which an output file answers: a folder's index answers for the folder."""
    folder, _, name = path.rpartition("/")
    if name == "index.html":
        path = f"{folder}/" if folder else ""
    return f"{built.base_path}/{path}"


def absolute_url(built: Built, path: str) -> str:
    """The whole address of an output file, percent-encoded."""
    return built.origin + quote(url_path(built, path), safe=_SAFE)


def make_resolver(built: Built) -> Resolve:
    """A function from (output file, link in it) to the target; it remembers what is asked often."""
    known: dict[str, Target] = {}

    def resolve(path: str, url: str) -> Target:
        if not url.startswith(("/", "http://", "https://")):
            return find_target(built, path, url)
        target = known.get(url)
        if target is None:
            target = known[url] = find_target(built, path, url)
        return target

    return resolve


def find_target(built: Built, path: str, url: str) -> Target:
    """Where the link `url`, written in the output file `path`, leads."""
    url = url.strip(_WHITE)
    if not url:
        return Target(message="an empty address")
    if _SPACE.search(url):
        shown = " ".join(url.split())
        return Target(message=f"a space in the address '{shown}'", hint="write it as %20")
    try:
        parts = urlsplit(urljoin(built.origin + quote(url_path(built, path), safe=_SAFE), url))
        written = urlsplit(url)
    except ValueError:
        return Target(message=f"'{url}' is no address")
    if parts.scheme not in ("http", "https"):
        if parts.scheme == "file":
            return Target(message=f"'{url}' leads to a file of one machine")
        return Target()
    if written.scheme and not written.netloc:
        return Target(message=f"'{url}' names no host")
    if f"{parts.scheme}://{parts.netloc}".lower() != built.origin:
        return Target(external=parts._replace(fragment="").geturl())
    found = _find_path(built, url, parts, names_host=bool(written.netloc))
    fragment = unquote(parts.fragment.partition(":~:")[0])
    return replace(found, fragment=fragment) if found.path and fragment != "top" else found


def is_whole(url: str) -> bool:
    """Whether an address has a scheme, so that it means the same wherever it is read."""
    return _SCHEME.match(url.strip(_WHITE)) is not None


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WHITE = " \t\n\r\f"
_SPACE = re.compile(r"[ \t\n\r\f]")
_SAFE = "/!$&'()*+,;=:@~"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _find_path(built: Built, url: str, parts: SplitResult, *, names_host: bool) -> Target:
    """Where an address of this host leads, its fragment left aside."""
    if _BAD_PERCENT.search(parts.path):
        return Target(message=f"'{url}' has a bare '%'", hint="write it as %25")
    try:
        path = unquote(parts.path, errors="strict")
    except UnicodeDecodeError:
        return Target(message=f"'{url}' is not UTF-8 when percent-decoded")
    if f"{path}/".startswith(f"{built.base_path}/"):
        return _find_file(built, url, path.removeprefix(built.base_path))
    # The host may have other sites; a whole address that names one of them is meant so.
    if names_host and not _is_ours_without_base(built, path):
        return Target(external=parts._replace(fragment="").geturl())
    return _without_base(built, url, path)


def _is_ours_without_base(built: Built, path: str) -> bool:
    """Whether a path of this host names a file of the output, but for the missing base path."""
    # The host's root is not meant: it may well be another site.
    return path.strip("/") != "" and bool(_find_file(built, path, path).path)


def _without_base(built: Built, url: str, path: str) -> Target:
    found = _find_file(built, url, path)
    hint = f"write '{url_path(built, found.path)}'" if found.path else ""
    hint = hint or f"this site's addresses start with '{built.base_path}/'"
    return Target(message=f"'{url}' leads out of this site", hint=hint)


def _find_file(built: Built, url: str, path: str) -> Target:
    """The file that answers at `path`, which is decoded and counted from the site's base."""
    if not path and built.base_path:
        return _folder_without_slash(url, "index.html")
    path = path.removeprefix("/")
    if not path or path.endswith("/"):
        if f"{path}index.html" in built.files:
            return Target(f"{path}index.html")
    elif path in built.files:
        return Target(path)
    elif f"{path}/index.html" in built.files:
        return _folder_without_slash(url, f"{path}/index.html")
    near = built.near.get(_overlooking(path))
    hint = f"did you mean '{url_path(built, near)}'?" if near else ""
    return Target(message=f"'{url}' leads to nothing in this site", hint=hint)


def _folder_without_slash(url: str, path: str) -> Target:
    message = f"'{url}' is a folder: each visit costs a redirect"
    return Target(path, message=message, hint="end the address with '/'", is_warning=True)


def _overlooking(path: str) -> str:
    path = unicodedata.normalize("NFKC", path).casefold().rstrip("/")
    path = path.removesuffix("index.html").rstrip("/").removesuffix(".html").removesuffix(".md")
    return re.sub(r"[-_. ]+", "", path)
