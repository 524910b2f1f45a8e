"""sitemap.xml and robots.txt: do they name exactly the pages that search engines shall list?

In: the output folder, and which pages are indexable. Out: problems.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote

from builder.check.addresses import Built, absolute_url
from builder.check.moments import is_w3c_moment
from builder.check.sums import read_text
from builder.check.xmltree import BadXmlError, Element, parse_xml
from builder.errors import Problem

SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
# Limits of sitemaps.org for one file.
MAX_URLS = 50_000
MAX_BYTES = 50 * 1024 * 1024


def check_sitemap(output: Path, built: Built, indexable: Collection[str]) -> list[Problem]:
    """Whether the sitemap, or its parts together, hold exactly the pages `indexable`, each once."""
    if SITEMAP not in built.files:
        return [Problem(SITEMAP, 0, "there is no sitemap", "run `proofpress build` again")]
    root, problems = _read(output, SITEMAP)
    if root is None:
        return problems
    parts = [SITEMAP]
    if root.name == "sitemapindex":
        parts = []
        for location in _locations(root):
            path = _file_of(built, location.text)
            if path in built.files:
                parts.append(path)
            else:
                message = f"the part '{location.text}' is no file of this site"
                problems.append(Problem(SITEMAP, location.line, message))
    found: dict[str, str] = {}
    wanted = {unquote(absolute_url(built, path)): path for path in indexable}
    for path in parts:
        problems += _check_part(output, path, wanted, found)
    for url in wanted.keys() - found.keys():
        hint = f"{SITEMAP} lacks it; a page that shall not be found says noindex"
        problems.append(Problem(wanted[url], 0, "the page is not in the sitemap", hint))
    return problems


def check_robots(output: Path, built: Built) -> list[Problem]:
    """Whether robots.txt says where the sitemap is."""
    if ROBOTS not in built.files:
        return [Problem(ROBOTS, 0, "there is no robots.txt", "run `proofpress build` again")]
    text, problems = read_text(output, ROBOTS)
    wanted = f"Sitemap: {absolute_url(built, SITEMAP)}"
    lines = [line.strip() for line in text.splitlines()]
    if not problems and wanted not in lines:
        problems.append(Problem(ROBOTS, 0, "it does not name the sitemap", f"write '{wanted}'"))
    return problems


def _check_part(
    output: Path, path: str, wanted: Collection[str], found: dict[str, str]
) -> list[Problem]:
    """One file of addresses; those of this file are added to `found`."""
    root, problems = _read(output, path)
    if root is None:
        return problems
    if root.name != "urlset":
        return [Problem(path, root.line, f"the root is <{root.name}> instead of <urlset>")]
    locations = _locations(root)
    if len(locations) > MAX_URLS:
        hint = "split it, and name the parts in an index"
        problems.append(Problem(path, 0, f"{len(locations)} addresses; {MAX_URLS} may be", hint))
    for location in locations:
        url = unquote(location.text)
        if url in found:
            message = f"'{location.text}' is there twice"
            hint = f"the other is in {found[url]}"
            problems.append(Problem(path, location.line, message, hint))
        elif url not in wanted:
            message = f"'{location.text}' is no page for search engines"
            hint = "it is missing, a redirect, noindex, or not this site's"
            problems.append(Problem(path, location.line, message, hint))
        found[url] = path
    for entry in root.children:
        for moment in entry.all("lastmod"):
            if not is_w3c_moment(moment.text):
                message = f"lastmod '{moment.text}' is no date"
                problems.append(Problem(path, moment.line, message, "write 2026-11-21"))
    return problems


def _read(output: Path, path: str) -> tuple[Element | None, list[Problem]]:
    text, problems = read_text(output, path)
    if problems:
        return None, problems
    if len(text.encode()) > MAX_BYTES:
        problems.append(Problem(path, 0, f"longer than {MAX_BYTES} bytes"))
    try:
        return parse_xml(text), problems
    except BadXmlError as error:
        return None, [*problems, Problem(path, error.line, str(error))]


def _locations(root: Element) -> list[Element]:
    return [location for entry in root.children for location in entry.all("loc")]


def _file_of(built: Built, url: str) -> str:
    """The file that the address of a sitemap's part names; empty if it is not this site's."""
    base = absolute_url(built, "index.html")
    return unquote(url.removeprefix(base)) if url.startswith(base) else ""
