"""An embed to the lines it asks for, and what is embedded nowhere.

In: facts of all code files by path, the recorded outputs of each card, and embeds as written. Out:
listings, or problems at the embed's line. It must not read files: facts are enough to find a
listing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from builder.errors import Problem, did_you_mean
from builder.model import CodeFacts, Embed, Listing, Output, Span

SNIPPETS = "snippets/"
TESTS = "tests/snippets/"
# What has no lines of code to be shown.
NO_LINES = Span(0, 0)
_NO_OUTPUTS: Mapping[str, tuple[Output, ...]] = {}


# Files that lie beside snippets and are none.
NO_CARDS = frozenset({"", "__init__", "conftest", "license", "licence", "notice", "readme"})


def card_slugs(code: Collection[str]) -> tuple[str, ...]:
    """The slugs of all snippets, from the paths of code files."""
    slugs = {
        path.removeprefix(SNIPPETS).partition("/")[0].partition(".")[0] for path in _snippets(code)
    }
    named = (slug for slug in slugs if slug.lower() not in NO_CARDS)
    return tuple(sorted(named))


def card_files(slug: str, code: Collection[str]) -> tuple[str, ...]:
    """The paths of a card's files, the main one first.

    They are `snippets/<slug>.<any extension>` and everything below `snippets/<slug>/`.
    """
    beside, below = f"{SNIPPETS}{slug}.", f"{SNIPPETS}{slug}/"
    mains = (f"{below}__init__.py", f"{beside}py")
    found = [path for path in _snippets(code) if path.startswith((beside, below))]
    return tuple(sorted(found, key=lambda path: (path not in mains, path.startswith(below), path)))


def test_files(slug: str, code: Collection[str]) -> tuple[str, ...]:
    """The paths of a card's tests, `test_<slug>.py` first, then `test_<slug>_*.py`.

    A file whose name fits a longer slug too belongs to that: `test_z_test.py` proves `z_test`, not
    `z`.
    """
    longer = [other for other in card_slugs(code) if other.startswith(f"{slug}_")]
    found = [
        path
        for path in code
        if _is_test_of(slug, path) and not any(_is_test_of(other, path) for other in longer)
    ]
    return tuple(sorted(found, key=lambda path: (path != f"{TESTS}test_{slug}.py", path)))


def find_listing(
    embed: Embed,
    code: Mapping[str, CodeFacts],
    *,
    path: str,
    outputs: Mapping[str, tuple[Output, ...]] = _NO_OUTPUTS,
) -> Listing | Problem:
    """The lines, or the recorded output, that an embed in the Markdown file `path` asks for; or why
    there are none.

    `outputs` are the recorded outputs of each card, by slug.
    """
    files = card_files(embed.slug, code)
    if not files:
        slugs = card_slugs(code)
        hint = did_you_mean(embed.slug, slugs, f"write {SNIPPETS}{embed.slug}.py")
        return Problem(path, embed.line, f"no snippet is called '{embed.slug}'", hint)
    if embed.part == "output":
        return _find_output(embed, outputs.get(embed.slug, ()), path)
    searched = files
    if embed.is_test:
        searched = test_files(embed.slug, code)
        if not searched:
            message = f"card '{embed.slug}' has no tests"
            return Problem(path, embed.line, message, f"write {TESTS}test_{embed.slug}.py")
    if embed.file:
        named = _named_file(embed, searched, path)
        if isinstance(named, Problem):
            return named
        searched = (named,)
    facts = [code[each] for each in searched]
    if embed.part == "whole":
        return _find_whole(embed, facts, path)
    return _find_part(embed, facts, path)


def unused_regions(code: Mapping[str, CodeFacts], used: Iterable[Listing]) -> tuple[Problem, ...]:
    """A warning for each region of a card's files that no listing asks for by name."""
    asked = {
        (listing.path, listing.embed.name) for listing in used if listing.embed.part == "region"
    }
    return tuple(
        Problem(
            path,
            span.first - 1,
            f"no page shows region '{name}'",
            "embed it, or remove its two lines",
            is_warning=True,
            is_evidence=True,
        )
        for path, facts in sorted(code.items())
        if path.startswith((SNIPPETS, TESTS))
        for name, span in facts.regions.items()
        if (path, name) not in asked
    )


def _snippets(code: Collection[str]) -> list[str]:
    return [
        path for path in code if path.startswith(SNIPPETS) and "__pycache__" not in path.split("/")
    ]


def _is_test_of(slug: str, path: str) -> bool:
    start = f"{TESTS}test_{slug}"
    is_beside = path.endswith(".py") and "/" not in path.removeprefix(TESTS)
    return path == f"{start}.py" or (is_beside and path.startswith(f"{start}_"))


def _find_output(embed: Embed, outputs: Sequence[Output], path: str) -> Listing | Problem:
    """The recorded output of an embed; `stdout` is short for `stdout.txt`."""
    for output in outputs:
        if output.name in (embed.name, f"{embed.name}.txt"):
            return Listing(embed, output.path, output.digest, "text", NO_LINES, ())
    known = [output.name.removesuffix(".txt") for output in outputs]
    advice = f"'proofpress test {embed.slug}' records what the card prints and saves"
    otherwise = f"it has {_in_words(known)}; {advice}" if known else advice
    message = f"card '{embed.slug}' has no recorded output '{embed.name}'"
    hint = did_you_mean(embed.name, known, otherwise)
    return Problem(path, embed.line, message, hint, is_evidence=True)


def _named_file(embed: Embed, files: Sequence[str], path: str) -> str | Problem:
    """The one file that an embed names: below the package, or beside the module."""
    folders = (TESTS,) if embed.is_test else (f"{SNIPPETS}{embed.slug}/", SNIPPETS)
    for folder in folders:
        if folder + embed.file in files:
            return folder + embed.file
    known = [_short_name(each, embed.slug) for each in files]
    hint = did_you_mean(embed.file, known, f"its files are {_in_words(known)}")
    return Problem(path, embed.line, f"card '{embed.slug}' has no file '{embed.file}'", hint)


def _short_name(path: str, slug: str) -> str:
    """How an embed of the card would name the file."""
    return path.removeprefix(TESTS).removeprefix(f"{SNIPPETS}{slug}/").removeprefix(SNIPPETS)


def _find_whole(embed: Embed, files: Sequence[CodeFacts], path: str) -> Listing | Problem:
    facts = files[0]
    has_main = facts.path.endswith((f"/{embed.slug}.py", "/__init__.py", f"/test_{embed.slug}.py"))
    if len(files) > 1 and not has_main:
        names = [_short_name(each.path, embed.slug) for each in files]
        message = f"card '{embed.slug}' has several files and none is its main one"
        return Problem(path, embed.line, message, f"name one: {embed.slug}/{_in_words(names)}")
    if not facts.line_count:
        why = "is empty" if facts.language else "is not text"
        return Problem(
            path, embed.line, f"{facts.path} {why}, so it can't be shown", "link to it instead"
        )
    return _listing(embed, facts, Span(1, facts.line_count))


def _find_part(embed: Embed, files: Sequence[CodeFacts], path: str) -> Listing | Problem:
    """A symbol or a region: the main file's if it has one of that name, else the other's."""
    holders = [facts for facts in files if _has_part(embed, facts)]
    if holders and holders[0] is not files[0] and len(holders) > 1:
        places = _in_words([_short_name(facts.path, embed.slug) for facts in holders])
        message = f"{_called(embed)} is in several files of card '{embed.slug}': {places}"
        return Problem(
            path, embed.line, message, "name the file too, as in `card slug/file.py#symbol`"
        )
    if not holders:
        return _no_part(embed, files, path)
    facts = holders[0]
    if embed.part == "symbol" and embed.name in facts.ambiguous:
        message = f"{_called(embed)} is defined more than once in {facts.path}"
        return Problem(
            path, embed.line, message, "mark the lines you mean with a region, and ask for that"
        )
    parts = facts.symbols if embed.part == "symbol" else facts.regions
    return _listing(embed, facts, parts[embed.name])


def _no_part(embed: Embed, files: Sequence[CodeFacts], path: str) -> Problem:
    of_card = f"{'the tests of ' if embed.is_test else ''}card '{embed.slug}'"
    where = files[0].path if len(files) == 1 else of_card
    message = f"{_called(embed)} is not in {where}"
    return Problem(path, embed.line, message, _hint_at_part(embed, files))


def _hint_at_part(embed: Embed, files: Sequence[CodeFacts]) -> str:
    symbols = list(dict.fromkeys(name for facts in files for name in facts.symbols))
    regions = list(dict.fromkeys(name for facts in files for name in facts.regions))
    if embed.part == "region":
        if embed.name in symbols:
            return f"it is a symbol: write #{embed.name}"
        otherwise = f"its regions are {_in_words(regions)}" if regions else "it has no regions"
        return did_you_mean(embed.name, regions, otherwise)
    if embed.name in regions:
        return f"it is a region: write @{embed.name}"
    if not any(facts.language in ("python", "vb.net") for facts in files):
        return "symbols are found in Python files; elsewhere mark a region and ask for that"
    broken = [facts.path for facts in files if facts.language == "python" and facts.problems]
    if broken and not symbols:
        return f"{broken[0]} can't be read: correct it first"
    # A method asked for by its bare name is a likely slip, too far off for `did_you_mean`.
    methods = [name for name in symbols if name.endswith(f".{embed.name}")]
    if methods:
        return f"did you mean '{methods[0]}'?"
    otherwise = f"its symbols are {_in_words(symbols)}" if symbols else "it has no symbols"
    return did_you_mean(embed.name, symbols, otherwise)


def _has_part(embed: Embed, facts: CodeFacts) -> bool:
    if embed.part == "region":
        return embed.name in facts.regions
    return embed.name in facts.symbols or embed.name in facts.ambiguous


def _called(embed: Embed) -> str:
    return f"{embed.part} '{embed.name}'"


def _listing(embed: Embed, facts: CodeFacts, span: Span) -> Listing:
    inside = {
        name: at
        for name, at in facts.symbols.items()
        if span.first <= at.first and at.last <= span.last
    }
    symbols = tuple(sorted(inside, key=lambda name: (inside[name].first, name)))
    return Listing(embed, facts.path, facts.digest, facts.language, span, symbols)


def _in_words(names: Sequence[str]) -> str:
    """The first few names, in their order, with a sign that there are more."""
    listed = ", ".join(names[:8])
    return f"{listed}, …" if len(names) > 8 else listed
