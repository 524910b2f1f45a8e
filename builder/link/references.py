"""References to targets: links between files, wikilinks, addresses of the site, files beside a
page.

In: what was written, and indexes of everything that can be meant. Out: a `Target`, None for a page
that is left out of this build, or a problem with "did you mean".
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from builder.errors import Problem, did_you_mean
from builder.link.addresses import encode_address, output_at
from builder.link.lines import find_fault, find_lines
from builder.markup.links import read_lines
from builder.model import CodeFacts, Facts, Reference, Span, Target

# Looking for near names among 100,000 takes a moment; a broken site has enough to read after this
# many.
MOST_HINTS = 20


@dataclass(slots=True)
class Index:
    """Everything that a reference can mean.

    `pages` by path of the file; `addresses` and `anchors` of pages by position; `outputs` maps the
    site's other files to their titles; `omitted` are the paths of pages left out, `omitted_outputs`
    their outputs, `omitted_files` the files that stay with them. `code` are the facts of all code.
    """

    facts: Sequence[Facts]
    pages: Mapping[str, int]
    addresses: Sequence[str]
    by_output: Mapping[str, int]
    files: Mapping[str, str]
    outputs: frozenset[str]
    omitted: Mapping[str, Facts]
    omitted_outputs: Mapping[str, str]
    omitted_files: Mapping[str, str]
    code: Mapping[str, CodeFacts]
    full_names: dict[str, list[int]] = field(default_factory=dict)
    names: dict[str, list[int]] = field(default_factory=dict)
    omitted_names: dict[str, str] = field(default_factory=dict)
    anchor_sets: dict[int, frozenset[str]] = field(default_factory=dict)
    line_sets: dict[int, Mapping[str, tuple[Span, ...]]] = field(default_factory=dict)
    hints: int = 0

    def with_pages(self, changed: Mapping[int, Facts]) -> Index:
        """The index in which some pages, by position, have other facts, but the same places."""
        facts = list(self.facts)
        is_renamed = False
        for position, new in changed.items():
            is_renamed = is_renamed or facts[position].title != new.title
            facts[position] = new
        anchors = {key: value for key, value in self.anchor_sets.items() if key not in changed}
        lines = {key: value for key, value in self.line_sets.items() if key not in changed}
        index = replace(self, facts=facts, anchor_sets=anchors, line_sets=lines, hints=0)
        return replace(index, full_names={}, names={}, omitted_names={}) if is_renamed else index

    def lines_of(self, position: int) -> Mapping[str, tuple[Span, ...]]:
        """The lines of a page's listings, by what stands before "-L12" in a link to one of them."""
        if position not in self.line_sets:
            self.line_sets[position] = find_lines(self.facts[position], self.code)
        return self.line_sets[position]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reference's answer.

    Where it leads (None: left out), to which page (None: to a file), and what was wrong.
    """

    target: Target | None
    page: int | None
    problem: Problem | None = None


def resolve(reference: Reference, path: str, index: Index) -> Resolved:
    """Where a reference in the file at `path` leads."""
    target, fragment = reference.target, reference.fragment
    if reference.form == "wiki":
        return _resolve_name(reference, path, index)
    name, _, query = target.partition("?")
    folder = path.rpartition("/")[0]
    # Most links are plain paths from the file's own folder.
    found = index.pages.get(f"{folder}/{name}")
    if found is None:
        place = name[1:] if name.startswith("/") else posixpath.normpath(f"{folder}/{name}")
        found = index.pages.get(place)
        if found is None:
            return _resolve_elsewhere(reference, path, place, index)
    return _to_page(reference, path, found, query, fragment, index)


def _to_page(
    reference: Reference, path: str, found: int, query: str, fragment: str, index: Index
) -> Resolved:
    facts = index.facts[found]
    problem = None
    if reference.form == "image":
        problem = Problem(path, reference.line, f"'{facts.path}' is a page and no picture")
    elif fragment:
        problem = _check_fragment(reference, path, found, index)
    url = index.addresses[found]
    if query or fragment:
        url = _with_tail(url, query, fragment)
    # Only a wikilink shows the title; others must not be made anew when it changes.
    title = facts.title if reference.form == "wiki" else ""
    return Resolved(Target(url, title), found, problem)


def _check_fragment(reference: Reference, path: str, found: int, index: Index) -> Problem | None:
    """The problem, if there is one, that the page at position `found` has not what is asked for."""
    facts, fragment = index.facts[found], reference.fragment
    anchors = index.anchor_sets.get(found)
    if anchors is None:
        anchors = index.anchor_sets[found] = frozenset(facts.anchors)
    if fragment in anchors:
        return None
    asked = read_lines(fragment) if facts.embeds else None
    if asked is not None:
        message, hint = find_fault(asked, facts.path, index.lines_of(found))
        return Problem(path, reference.line, message, hint) if message else None
    hint = did_you_mean(
        fragment, facts.anchors, "its ids: " + (", ".join(facts.anchors[:8]) or "none")
    )
    return Problem(path, reference.line, f"'{facts.path}' has no anchor '#{fragment}'", hint)


def _resolve_elsewhere(reference: Reference, path: str, place: str, index: Index) -> Resolved:
    """A reference that is no Markdown file of this build.

    A file, an address of the site, a page left out, nothing.
    """
    name, _, query = reference.target.partition("?")
    if place in index.omitted:
        return _left_out(reference, path, index.omitted[place].path)
    if place in index.omitted_files:
        return _left_behind(reference, path, index.omitted_files[place])
    if not name.startswith("/"):
        # A file's own name may have a question mark.
        whole = posixpath.normpath(f"{path.rpartition('/')[0]}/{reference.target}")
        for file, tail in ((whole, ""), (place, query)):
            if file in index.files:
                url = "/" + encode_address(index.files[file])
                return Resolved(Target(_with_tail(url, tail, reference.fragment), ""), None)
    else:
        for output in (output_at(name), output_at(f"{name}/")):
            if output in index.by_output:
                return _to_page(
                    reference, path, index.by_output[output], query, reference.fragment, index
                )
            if output in index.omitted_outputs:
                return _left_out(reference, path, index.omitted_outputs[output])
            if output in index.outputs:
                url = "/" + encode_address(output.removesuffix("index.html"))
                return Resolved(Target(_with_tail(url, query, reference.fragment), ""), None)
    return Resolved(None, None, _nothing(reference, path, place, index))


def _resolve_name(reference: Reference, path: str, index: Index) -> Resolved:
    """A wikilink: by slug, by kind and slug, by title, by the file's name."""
    if not index.names:
        _index_names(index)
    name = same_name(reference.target.strip())
    # A kind with a slug means one page whatever others are called: it is the way out of ambiguity.
    found = index.full_names.get(name) or index.names.get(name, [])
    if len(found) == 1:
        return _to_page(reference, path, found[0], "", reference.fragment, index)
    if found:
        choices = " or ".join(f"[[{_full_name(index.facts[position])}]]" for position in found)
        problem = Problem(
            path,
            reference.line,
            f"[[{reference.target}]] can mean {len(found)} pages",
            f"write {choices}",
        )
        return Resolved(None, None, problem)
    if name in index.omitted_names:
        return _left_out(reference, path, index.omitted_names[name])
    hint = _hint(name, index.names, index)
    return Resolved(
        None, None, Problem(path, reference.line, f"no page answers to '{reference.target}'", hint)
    )


def _index_names(index: Index) -> None:
    for position, facts in enumerate(index.facts):
        index.full_names.setdefault(same_name(_full_name(facts)), []).append(position)
        for name in _names(facts):
            index.names.setdefault(name, []).append(position)
    for facts in index.omitted.values():
        for name in _names(facts):
            index.omitted_names.setdefault(name, facts.path)


def _names(facts: Facts) -> set[str]:
    stem = posixpath.basename(facts.path.removesuffix("/index.md")).removesuffix(".md")
    return {
        same_name(facts.slug),
        same_name(stem),
        same_name(facts.title),
        same_name(_full_name(facts)),
        same_name(f"{facts.kind}/{stem}"),
    }


def same_name(name: str) -> str:
    """A name without what readers don't tell apart: case, and Unicode's ways to write an accent."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def _full_name(facts: Facts) -> str:
    return f"{facts.kind}/{facts.slug}"


def _left_out(reference: Reference, path: str, omitted: str) -> Resolved:
    message = f"the link to '{omitted}' became its text: that page is left out of this build"
    return Resolved(None, None, Problem(path, reference.line, message, is_warning=True))


def _left_behind(reference: Reference, path: str, omitted: str) -> Resolved:
    """A file that stays with a page that is left out; a picture cannot become its text."""
    if reference.form != "image":
        return _left_out(reference, path, omitted)
    message = f"the picture '{reference.target}' is left out of this build with '{omitted}'"
    return Resolved(
        None, None, Problem(path, reference.line, message, "move it to content/static/")
    )


def _nothing(reference: Reference, path: str, place: str, index: Index) -> Problem:
    known: dict[str, object] = {}
    shown = reference.target
    if reference.target.startswith("/"):
        known = dict.fromkeys([*map("/".__add__, index.outputs), *index.addresses])
        hint = _hint(shown, known, index)
    else:
        folder = path.rpartition("/")[0]
        near = _hint(place, dict.fromkeys([*index.pages, *index.files]), index)
        parts = near.split("'")
        parts[1::2] = [posixpath.relpath(part, folder) for part in parts[1::2]]
        hint = "'".join(parts)
    if not place.startswith("content/") and not reference.target.startswith("/"):
        hint = hint or "only files below content/ are published"
    return Problem(path, reference.line, f"the link '{shown}' leads to nothing", hint)


def _hint(word: str, known: Mapping[str, object], index: Index) -> str:
    index.hints += 1
    return did_you_mean(word, known) if index.hints <= MOST_HINTS else ""


def _with_tail(url: str, query: str, fragment: str) -> str:
    if query:
        url += "?" + quote(query, safe="=&;/?:@!$'()*+,%")
    if fragment:
        url += "#" + quote(fragment, safe="/?:@!$&'()*+,;=~")
    return url
