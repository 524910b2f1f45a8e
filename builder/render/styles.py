"""The theme's style sheets as they are published: with the addresses of fonts and pictures, and
without the comments and spaces that readers would pay for on their first visit.

In: a sheet's bytes, and under which names the files that it may name are published. Out: bytes. All
files of a theme are published side by side, under names that tell what is in them; a sheet names
them as they lie in the theme, `url("../fonts/math.woff2")`.
"""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from builder.codec import Value, decode
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.link.addresses import encode_address
from builder.render.ingredients import Ingredients

# Counts the ways in which sheets were ever published: what is kept for ever under a name may not
# change under it. To be raised with each change of what `make_style` leaves out.
STYLE_FORM = 1
# What a sheet may name; other sheets are joined by the pages.
_NAMED_FOLDERS = ("fonts/", "images/")
_PART = re.compile(
    r"""(?P<comment>/\*(?!!).*?\*/)(?P<gap>\s*)
      | /\*!.*?\*/
      | \burl\(\s*(?P<quote>["']?)(?P<url>[^"'()]*)(?P=quote)\s*\)
      | \burl\((?:[^"'()\\]|\\.)*\)
      | \\.
      | [ \t]*(?P<sign>[{};,])[ \t]*
      | (?P<colon>:)[ \t]+
      | (?P<break>\s*\n\s*)
      | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
# An address with a scheme or a host, of the site's root, or within the sheet.
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#|$")


class StyleSheet(Value, frozen=True):
    """A sheet by its name in the theme ("css/site.css") and its path.

    `published` maps the names in the theme of what it may name to names beside the sheet.
    """

    name: str
    path: str
    published: dict[str, str]


def is_style(name: str) -> bool:
    """Whether a file of the theme is a style sheet."""
    return name.endswith(".css")


def may_be_named(name: str) -> bool:
    """Whether style sheets may name this file of the theme."""
    return name.startswith(_NAMED_FOLDERS)


def make_style(ingredients: Ingredients) -> bytes:
    """A sheet with addresses that lead to published files; what leads nowhere is a problem.

    Its comments are left out, but for those that begin with "/*!": licences have to go along. So
    are spaces that part nothing. Lines stay lines: a browser ends a broken string at their end.
    """
    sheet = decode(StyleSheet, ingredients.arguments)
    try:
        text = ingredients.sources[sheet.path].decode()
    except UnicodeDecodeError as error:
        message = f"this style sheet is not UTF-8: {error.reason}"
        raise BuildFailed([Problem(sheet.path, 0, message, "save it as UTF-8")]) from None
    problems: list[Problem] = []

    def publish(found: re.Match[str]) -> str:
        if found["comment"]:
            return _without(found)
        if found["break"]:
            return "\n"
        if sign := found["sign"] or found["colon"]:
            return sign
        url = found["url"]
        if url is None or _ELSEWHERE.match(url.strip()):
            return found[0]
        path = re.split("[?#]", url.strip(), maxsplit=1)[0]
        rest = url.strip()[len(path) :]
        name = posixpath.normpath(posixpath.join(posixpath.dirname(sheet.name), unquote(path)))
        if name not in sheet.published:
            line = text.count("\n", 0, found.start()) + 1
            known = "a style sheet can name files of the theme's fonts/ and images/"
            hint = did_you_mean(name, sheet.published, known)
            problems.append(Problem(sheet.path, line, f"the theme has no file '{name}'", hint))
            return found[0]
        return f'url("{encode_address(sheet.published[name])}{rest}")'

    published = _PART.sub(publish, text)
    if problems:
        raise BuildFailed(problems)
    return published.encode()


def _without(found: re.Match[str]) -> str:
    """What a comment leaves behind: its place, where nothing else parts the words beside it."""
    start = found.start()
    if not start or found.string[start - 1].isspace():
        return ""
    return found["gap"] or "/**/"
