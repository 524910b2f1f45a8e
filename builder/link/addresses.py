"""Where things lie on the site: addresses of pages, tags, series, files and aliases, and clashes
between them.

In: facts and paths. Out: addresses relative to the site's base, percent-encoded, and problems. An
address is encoded once, here, so that it can be written into HTML, feeds and sitemaps as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, unquote

from builder.errors import Problem
from builder.model import Facts

# First parts of addresses that the builder makes itself.
RESERVED = frozenset(
    ("posts", "notes", "trivia", "cards", "tags", "series", "archive", "page", "search", "status",
    "assets")
)  # fmt: skip
RESERVED_FILES = frozenset(
    ("index.html", "404.html", "robots.txt", "sitemap.xml", "atom.xml", "rss.xml", "feed.json",
     "status.json", "SHA256SUMS", "_headers")
)  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*").fullmatch


def encode_address(path: str) -> str:
    """A path as it stands in an address.

    Everything but letters, digits and the usual marks percent-encoded.
    """
    return path if _PLAIN(path) else quote(path, safe="/~!$'()*+,;=:@")


def page_address(facts: Facts) -> str:
    """A page's address: "/posts/softmax/", "/about/"."""
    place = facts.slug if facts.kind == "pages" else f"{facts.kind}/{facts.slug}"
    return f"/{encode_address(place)}/"


def group_slug(name: str) -> str:
    """A tag's or a series' part of an address.

    Names that differ in case or spaces alone share one.
    """
    return "-".join(unicodedata.normalize("NFC", name).lower().split())


def group_address(folder: str, name: str) -> str:
    """The address of a tag ("tags") or a series ("series")."""
    return f"/{folder}/{encode_address(group_slug(name))}/"


def output_of(address: str) -> str:
    """The file that answers an address: "posts/softmax/index.html"."""
    path = unquote(address).lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def alias_address(alias: str) -> str:
    """The address of an alias; one without an ending is a folder."""
    is_file = "." in alias.rsplit("/", 1)[-1]
    return encode_address(alias if is_file or alias.endswith("/") else f"{alias}/")


def asset_output(path: str, page_folders: dict[str, str]) -> str:
    """Where a file that is copied lies in the output.

    Files in content/static/ lie at the root; those of a page folder beside their page
    (`page_folders`: folder -> output folder of its page); others keep their place below content/.
    """
    if path.startswith("content/static/"):
        return path.removeprefix("content/static/")
    folder = path.rpartition("/")[0]
    while folder:
        if folder in page_folders:
            return page_folders[folder] + path[len(folder) + 1 :]
        folder = folder.rpartition("/")[0]
    inner = path.removeprefix("content/")
    return inner.removeprefix("pages/")


def find_clashes(places: Iterable[tuple[str, str, int]]) -> list[Problem]:
    """Problems for outputs that are asked for twice; `places` are (output, path of who asks, line).

    Names that differ in case or Unicode form alone are one file on some machines, so they clash as
    well.
    """
    problems = []
    taken: dict[str, tuple[str, str]] = {}
    for output, path, line in places:
        key = (
            output
            if output.isascii() and output.islower()
            else unicodedata.normalize("NFC", output).casefold()
        )
        if key in taken:
            other, first = taken[key]
            shown = f"'/{output.removesuffix('index.html')}'"
            what = (
                "the address"
                if first == output
                else f"the address (but for upper and lower case, of '/{first}')"
            )
            problems.append(
                Problem(
                    path,
                    line,
                    f"{what} {shown} is also that of {other}",
                    "give one of them another 'slug:'",
                )
            )
        else:
            taken[key] = (path, output)
    return problems


def find_reserved(output: str, path: str, line: int) -> list[Problem]:
    """A problem if an output would lie where the builder writes its own pages."""
    first, _, rest = output.partition("/")
    is_index = first in RESERVED and rest in ("index.html", "atom.xml", "rss.xml", "feed.json")
    is_generated = (
        first in ("tags", "series", "archive", "page", "search", "status", "assets") and rest
    )
    if output in RESERVED_FILES or is_index or is_generated:
        shown = output.removesuffix("index.html")
        return [Problem(path, line, f"the address '/{shown}' is one that the builder makes itself",
                        "give another 'slug:' or file name")]  # fmt: skip
    return []
