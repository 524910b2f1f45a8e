"""Where things lie on the site: addresses of pages, tags, series, files and aliases, and clashes
between them.

In: facts and paths. Out: addresses relative to the site's base, percent-encoded, and problems. An
address is encoded once, here, so that it can be written into HTML, feeds and sitemaps as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import quote, unquote

from builder.errors import Problem
from builder.model import Facts

# First parts of addresses that the builder makes itself.
RESERVED = frozenset(
    ("posts", "notes", "trivia", "cards", "tags", "series", "archive", "page", "search", "status",
     "assets", "badges", ".proofpress")
)  # fmt: skip
RESERVED_FILES = frozenset(
    ("index.html", "404.html", "robots.txt", "sitemap.xml", "atom.xml", "rss.xml", "feed.json",
     "status.json", "sha256sums", "_headers")
)  # fmt: skip
_SCHEMA = "evidence/schema.json/"
# What a host shall send with each file is the site's own matter, if it wants to say it.
OWN_HEADERS = "content/static/_headers"
_LISTS = frozenset(("posts", "notes", "trivia", "cards"))
_OLDER_PAGE = re.compile(r"page(/[0-9]+(/index\.html)?)?").fullmatch
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
    return output_at(unquote(address))


def output_at(path: str) -> str:
    """The file that answers an address that is percent-decoded already."""
    path = path.lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def alias_address(alias: str) -> str:
    """The address of an alias (percent-decoded); one without an ending is a folder."""
    is_file = "." in alias.rsplit("/", 1)[-1]
    return encode_address(alias if is_file or alias.endswith("/") else f"{alias}/")


def asset_output(path: str, page_folders: Mapping[str, str]) -> str:
    """Where a file that is copied lies in the output.

    Files in content/static/ lie at the root; those of a page folder beside their page
    (`page_folders`: folder -> output folder of its page); others keep their place below content/.
    """
    if path.startswith("content/static/"):
        return path.removeprefix("content/static/")
    folder = nearest_folder(path, page_folders)
    if folder:
        return page_folders[folder] + path[len(folder) + 1 :]
    inner = path.removeprefix("content/")
    return inner.removeprefix("pages/")


def nearest_folder(path: str, folders: Collection[str]) -> str:
    """The innermost of some folders that a file lies in; "" if it lies in none."""
    folder = path.rpartition("/")[0]
    while folder and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder


def find_clashes(places: Sequence[tuple[str, str, int]]) -> list[Problem]:
    """Problems for outputs that are asked for twice, or that are a file here and a folder there;
    `places` are (output, path of who asks, line).

    Names that differ in case or Unicode form alone are one file on some machines, so they clash as
    well.
    """
    problems = []
    taken: dict[str, tuple[str, str]] = {}
    folders: dict[str, str] = {}
    for output, path, line in places:
        key = _case_free(output)
        if key in taken:
            other, first = taken[key]
            what = (
                "the address"
                if first == output
                else f"the address (but for upper and lower case, of '/{first}')"
            )
            message = f"{what} '{_shown(output)}' is also that of {other}"
            problems.append(Problem(path, line, message, _ANOTHER_NAME))
        else:
            taken[key] = (path, output)
        folder = key.rpartition("/")[0]
        while folder and folder not in folders:
            folders[folder] = path
            folder = folder.rpartition("/")[0]
    in_the_way = taken.keys() & folders.keys()
    for output, path, line in places if in_the_way else ():
        key = _case_free(output)
        if key in in_the_way:
            message = f"the file '/{output}' would lie where {folders[key]} needs a folder"
            problems.append(Problem(path, line, message, _ANOTHER_NAME))
    return problems


def find_reserved(output: str, path: str, line: int) -> list[Problem]:
    """A problem if an output would lie where the builder writes its own pages."""
    if path == OWN_HEADERS:
        return []
    place = _case_free(output)
    first, _, rest = place.partition("/")
    is_index = first in RESERVED and rest in ("", "index.html", "atom.xml", "rss.xml", "feed.json")
    is_below = first in RESERVED and rest.startswith("index.html/")
    is_generated = first in RESERVED and first not in _LISTS
    is_older = first in _LISTS and _OLDER_PAGE(rest)
    # A folder of that name would be in the way of the file just as well.
    is_file = first in RESERVED_FILES or f"{place}/".startswith(_SCHEMA)
    if is_file or is_index or is_below or is_generated or is_older:
        message = f"the address '{_shown(output)}' is one that the builder makes itself"
        return [Problem(path, line, message, "give another 'slug:' or file name")]
    return []


_ANOTHER_NAME = "give one of them another 'slug:', alias or file name"


def _shown(output: str) -> str:
    """The address of an output, as problems name it."""
    return f"/{output.removesuffix('index.html')}"


def _case_free(output: str) -> str:
    is_plain = output.isascii() and output.islower()
    return output if is_plain else unicodedata.normalize("NFC", output).casefold()
