"""The built site as a stranger sees it: pages, links, feeds, sitemap, and the list of digests.

In: the output folder and the site's address. Out: a `CheckReport` with every problem of one run. It
knows nothing of how the output was made, so it can't repeat the builder's mistakes; it reads the
folder and writes nothing. Problems name output files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.check.addresses import Built, Resolve, Target, list_output, make_resolver
from builder.check.external import check_external
from builder.check.feeds import FEED_NAMES, check_feed
from builder.check.lines import find_fault, gather_lines
from builder.check.page import ParsedPage, parse_page
from builder.check.rules import NOT_FOUND_PAGE, check_page
from builder.check.sitemap import check_robots, check_sitemap
from builder.check.sums import SUMS_NAME, check_sums, read_sums, read_text
from builder.check.written import line_of_use
from builder.codec import Value, replace
from builder.errors import Problem, did_you_mean

# A mistake in a template is on every page; from this many pages on it is told once.
MAX_REPEATS = 10


class CheckReport(Value, frozen=True):
    """What was found, and how much was looked at; `external_links` are different addresses."""

    problems: tuple[Problem, ...]
    pages: int = 0
    links: int = 0
    external_links: int = 0
    feeds: int = 0


class _Jump(Value, frozen=True):
    """A link to a place in another page, kept until the ids of all pages are known.

    `use` is its position among the page's uses.
    """

    path: str
    use: int
    target: str
    fragment: str


@dataclass(slots=True)
class _Survey:
    """What is left of the pages that were read so far; `ids` lacks those that could not be read.

    `lines` are the numbers of lines that links can name, of the pages that have such.
    """

    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    lines: dict[str, dict[str, frozenset[int]]] = field(default_factory=dict)
    indexable: set[str] = field(default_factory=set)
    outside: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    jumps: list[_Jump] = field(default_factory=list)
    links: int = 0


def check_output(
    output: Path, *, base_url: str, external: bool, timeout_seconds: float = 10.0
) -> CheckReport:
    """All problems of the site in the folder `output` that will answer at `base_url`.

    With `external`, links to other sites are asked over the network, each once, for at most
    `timeout_seconds` a step.
    """
    if not output.is_dir():
        return CheckReport((Problem(str(output), 0, "no such folder", _BUILD_FIRST),))
    if not (output / SUMS_NAME).is_file():
        return CheckReport((Problem(SUMS_NAME, 0, "this folder was never built", _BUILD_FIRST),))
    listed, problems = read_sums(output)
    built = list_output(output, base_url)
    problems += check_sums(output, built.files, listed)
    resolve = make_resolver(built)
    pages = [path for path in sorted(listed) if _is_page(path) and path in built.files]
    survey = _survey(output, built, pages, resolve)
    problems += survey.problems
    problems += _check_jumps(output, survey)
    feeds = [path for path in sorted(built.files) if path.rpartition("/")[2] in FEED_NAMES]
    for path in feeds:
        problems += check_feed(output, built, path, resolve)
    problems += check_sitemap(output, built, survey.indexable)
    problems += check_robots(output, built)
    if external:
        problems += check_external(survey.outside, timeout_seconds)
    return CheckReport(
        _told_once(problems),
        pages=len(pages),
        links=survey.links,
        external_links=len(survey.outside),
        feeds=len(feeds),
    )


_BUILD_FIRST = "run `proofpress build` first"


def _is_page(path: str) -> bool:
    return path.endswith((".html", ".htm"))


def _survey(output: Path, built: Built, pages: Iterable[str], resolve: Resolve) -> _Survey:
    """Each page read once: its own problems, and what can only be judged when all are known."""
    survey = _Survey()
    for path in pages:
        text, problems = read_text(output, path)
        survey.problems += problems
        if problems:
            continue
        page = parse_page(text)
        survey.ids[path] = frozenset(page.ids).union(page.names)
        if page.listings:
            survey.lines[path] = gather_lines(page.listings)
        survey.problems += check_page(built, path, text, page)
        if page.is_indexable and path != NOT_FOUND_PAGE:
            survey.indexable.add(path)
        for position, use in enumerate(page.uses):
            for url in use.urls:
                _follow(survey, path, text, page, position, resolve(path, url))
            survey.links += len(use.urls)
    return survey


def _follow(
    survey: _Survey, path: str, text: str, page: ParsedPage, position: int, target: Target
) -> None:
    """Tell what is wrong with a link, and keep what it asks of another page or another site."""
    if target.external:
        pages = survey.outside[target.external]
        if not pages or pages[-1] != path:
            pages.append(path)
    if target.message:
        line = _line(text, page, position)
        problem = Problem(path, line, target.message, target.hint, target.is_warning)
        survey.problems.append(problem)
    if target.fragment and target.path != path:
        survey.jumps.append(_Jump(path, position, target.path, target.fragment))
    elif target.fragment and target.fragment not in survey.ids[path]:
        message, hint = _missing(target.fragment, path, "this page", survey)
        if message:
            survey.problems.append(Problem(path, _line(text, page, position), message, hint))


def _missing(fragment: str, path: str, called: str, survey: _Survey) -> tuple[str, str]:
    """What is wrong with a fragment that is no id in the page `path`, and a hint; a line of a
    listing has none and can be linked to.
    """
    found = find_fault(fragment, called, survey.lines.get(path, {}))
    if found is not None:
        return found
    return f"'#{fragment}' is no id in {called}", did_you_mean(fragment, survey.ids[path])


def _check_jumps(output: Path, survey: _Survey) -> list[Problem]:
    """Links to places in other pages that these do not have."""
    problems = []
    for jump in survey.jumps:
        ids = survey.ids.get(jump.target)
        if ids is None or jump.fragment in ids:
            continue
        message, hint = _missing(jump.fragment, jump.target, jump.target, survey)
        if not message:
            continue
        text, _ = read_text(output, jump.path)
        line = _line(text, parse_page(text), jump.use)
        problems.append(Problem(jump.path, line, message, hint))
    return problems


def _line(text: str, page: ParsedPage, position: int) -> int:
    use = page.uses[position]
    return line_of_use(text, use.tag, use.attribute, use.value, page.uses[:position].count(use))


def _told_once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems in order; one that many files share is told for the first, with their number."""
    alike: Mapping[tuple[str, str, bool], set[str]] = defaultdict(set)
    for problem in problems:
        alike[problem.message, problem.hint, problem.is_warning].add(problem.path)
    told = []
    for problem in sorted(set(problems)):
        paths = alike[problem.message, problem.hint, problem.is_warning]
        if len(paths) <= MAX_REPEATS:
            told.append(problem)
        elif problem.path == min(paths):
            others = f"the same in {len(paths) - 1} other files"
            hint = f"{problem.hint}; {others}" if problem.hint else others
            told.append(replace(problem, hint=hint))
    return tuple(told)
