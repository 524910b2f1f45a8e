"""Why an output is as it is: its inputs by name, and what has changed since it was made.

In: an order and an output's path. Out: text. It reads and links the site as a build would, and
writes no output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from builder.codec import Value, decode, fields
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.model import Page, Recipe, Redirect, Shared
from builder.prepare import prepare
from builder.read.tree import THEME
from builder.render.card_list import CardsArguments
from builder.render.feeds import FeedArguments
from builder.render.files import Sitemap
from builder.render.lists import GroupsArguments, ListArguments
from builder.render.shared import Common
from builder.render.status import StatusArguments
from builder.stock import Order, take_stock
from builder.write.outputs import plan_outputs
from builder.write.stage import SUMS, finish_journal
from builder.write.state import State

# What a maker's arguments decode to.
ARGUMENTS: Mapping[str, type[Value]] = {
    "page": Page,
    "home": ListArguments,
    "list": ListArguments,
    "groups": GroupsArguments,
    "archive": GroupsArguments,
    "cards": CardsArguments,
    "status": StatusArguments,
    "redirect": Redirect,
    "atom_xml": FeedArguments,
    "rss_xml": FeedArguments,
    "feed_json": FeedArguments,
    "sitemap": Sitemap,
    "sitemap_index": Sitemap,
}
# How a change of these fields is told; the rest go by their own names.
WORDS = {
    "facts.galley": "the text",
    "facts.digest": "the source file's bytes",
    "facts.lines": "the lines of its front matter",
}
# What every page is given of the settings, and of the theme.
_SETTINGS = (
    "title", "description", "author", "base_url", "menu", "edit_url", "source_url",
    "names of styles and scripts",
)  # fmt: skip
LONGEST_VALUE = 60
FEW = 3


def explain(order: Order, wanted: str, wait: Callable[[], None]) -> str:
    """What the output `wanted` (a file of the site, or its address) is made from, and whether it is
    up to date.

    `wait` is called if a build must be waited for; BuildFailed if there is no such output.
    """
    with State(order.root, wait) as state:
        finish_journal(order.output)
        stock = take_stock(order, state)
        prepared = prepare(stock, lambda _stage, _done, _total: None)
        recipes = {recipe.path: recipe for recipe in prepared.recipes}
        receipts = state.receipts(order.label)
        path = _find(
            wanted, order, stock.settings.base_url, {**recipes, **receipts, SUMS: None}, recipes
        )
        if path == SUMS:
            return f"{SUMS}\n  the SHA-256 of every other output; made anew whenever one changes"
        if path not in recipes:
            return f"{path}\n  nothing asks for this any more: the next build removes it"
        recipe = recipes[path]
        plan = plan_outputs(
            [recipe], {key: receipts[key] for key in (path,) if key in receipts}, order.output
        )
        reason = plan.reasons.get(path, "")
        lines = [path, *_made_by(recipe, prepared.book.shared[recipe.shared])]
        if problems := [str(problem) for problem in prepared.problems if not problem.is_warning]:
            lines += [
                "",
                "the site has problems, so a build would change nothing:",
                *_indented(problems),
            ]
        if not reason:
            return "\n".join(
                [*lines, "", "up to date: nothing of this has changed since it was made"]
            )
        lines += ["", f"out of date: {reason}"]
        if reason == "its recipe changed":
            old = state.recipe(order.label, path)
            if old:
                shared = {**prepared.book.shared}
                if (known := state.shared(old.shared)) is not None:
                    shared[old.shared] = known
                changes = list(_changes(old, recipe, shared))
                lines += _indented(changes or ["the builder itself, or a library that it uses"])
        return "\n".join(lines)


def _find(
    wanted: str,
    order: Order,
    base_url: str,
    outputs: Mapping[str, object],
    recipes: Mapping[str, Recipe],
) -> str:
    """The output's path, from a path below the working folder or the site, or from an address."""
    choices: list[str] = []
    for name in (_inside(wanted, base_url), wanted):
        choices += [name.lstrip("/"), f"{name.strip('/')}/index.html".lstrip("/")]
    file = (Path.cwd() / wanted).resolve()
    if file.is_relative_to(order.output):
        inside = file.relative_to(order.output).as_posix()
        choices = [inside, f"{inside}/index.html".removeprefix("./"), *choices]
    for choice in choices:
        if choice in outputs:
            return choice
    hint = _made_from(wanted, recipes) or did_you_mean(
        choices[0], outputs, "name a file of the site, such as site/index.html"
    )
    raise BuildFailed([Problem(wanted, 0, "no output of this site is there", hint)])


def _inside(address: str, base_url: str) -> str:
    """An address of the site as seen from its home, decoded; what is no address as it is."""
    try:
        base_path = urlsplit(base_url).path
        is_whole = address.startswith(base_url)
        inside = address.removeprefix(base_url if is_whole else f"{base_path}/")
        return unquote(urlsplit(inside).path)
    except ValueError:
        return address


def _made_from(source: str, recipes: Mapping[str, Recipe]) -> str:
    """A hint for somebody who names a source: what is made from it."""
    made = [
        recipe.path
        for recipe in recipes.values()
        if source in dict(recipe.sources)
        or (recipe.make == "page" and decode(Page, recipe.arguments).facts.path == source)
    ]
    more = f" and {len(made) - FEW} more" if len(made) > FEW else ""
    return f"it is a source; from it is made {', '.join(made[:FEW])}{more}" if made else ""


def _made_by(recipe: Recipe, shared: Shared) -> Iterator[str]:
    yield f"  made by       {recipe.make}"
    yield from _row("files", [_typed(path) for path, _ in recipe.sources])
    kind = ARGUMENTS.get(recipe.make)
    if recipe.make != "copy" and shared.sources:
        common = decode(Common, shared.arguments)
        yield from _row("templates", [_typed(path) for _, path in common.templates])
        words = ", ".join(dict.fromkeys(map(_typed, common.strings)))
        yield from _row("words", [f"{words} ({common.lang})"])
        yield from _row("settings", _SETTINGS)
    if kind is Page:
        page = decode(Page, recipe.arguments)
        yield from _row("text", [page.facts.path])
        yield from _row("links to", [target.url for target in page.targets if target])
        yield from _row("newer", [page.newer.title] if page.newer else [])
        yield from _row("older", [page.older.title] if page.older else [])
        yield from _row("linked from", [link.title for link in page.backlinks])
        yield from _row("related", [link.title for link in page.related])
        yield from _row("series", [link.title for link in page.series.links] if page.series else [])
    elif kind is ListArguments:
        listed = decode(ListArguments, recipe.arguments)
        yield from _row("lists", [item.title for item in listed.items])
        yield from _row("cards", [card.item.title for card in listed.cards])
        yield from _row("tags", [tag.name for tag in listed.tags])
    elif kind is FeedArguments:
        feed = decode(FeedArguments, recipe.arguments)
        yield from _row("entries", [decode(Page, page).facts.path for page in feed.pages])
    elif kind is not None:
        yield from _row("made of", list(fields(decode(kind, recipe.arguments))))
    yield from _row("always", ["the builder's own files", "the versions of its libraries"])


def _typed(path: str) -> str:
    """A source's path; of the shipped theme's files as templates name them."""
    return f"theme/{path.removeprefix(f'{THEME}/')}" if path.startswith(f"{THEME}/") else path


def _row(name: str, values: Sequence[str]) -> Iterator[str]:
    if values:
        # A title may have a comma of its own.
        comma = "; " if any(", " in value for value in values) else ", "
        yield f"  {name:<14}{comma.join(values)}"


def _changes(old: Recipe, new: Recipe, shared: Mapping[bytes, Shared]) -> Iterator[str]:
    if old.make != new.make:
        yield f"made by {old.make} before, by {new.make} now"
        return
    kind = ARGUMENTS.get(new.make)
    if kind is not None and old.arguments != new.arguments:
        yield from _differences("", decode(kind, old.arguments), decode(kind, new.arguments))
    before, after = shared.get(old.shared), shared[new.shared]
    yield from _changed_sources(dict(old.sources), dict(new.sources))
    if before is None or before == after:
        return
    yield from _changed_sources(dict(before.sources), dict(after.sources))
    if before.sources and after.sources and before.arguments != after.arguments:
        yield from _differences(
            "", decode(Common, before.arguments), decode(Common, after.arguments)
        )


def _changed_sources(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            happened = "changed" if path in old and path in new else "came or went"
            yield f"{_typed(path)} {happened}"


def _differences(name: str, old: object, new: object) -> Iterator[str]:
    """The fields in which two values differ, by name."""
    if old == new:
        return
    if isinstance(old, Value) and type(old) is type(new):
        for key, before in fields(old).items():
            yield from _differences(f"{name}.{key}".lstrip("."), before, getattr(new, key))
    elif name in WORDS:
        yield f"{WORDS[name]} changed"
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _list_differences(name, old, new)
    elif isinstance(old, bytes):
        yield f"{name} changed"
    else:
        yield f"{name}: {_shown(old)} → {_shown(new)}"


def _list_differences(name: str, old: tuple[object, ...], new: tuple[object, ...]) -> Iterator[str]:
    """What came into a list and what left it; what only changed, by its fields."""
    # A new item moves all others by one, and none of these has changed.
    same = _same_beginning(old, new)
    rest = min(len(old), len(new)) - same
    end = min(_same_beginning(old[::-1], new[::-1]), rest)
    gone, come = old[same : len(old) - end], new[same : len(new) - end]
    if len(gone) == len(come):
        for number, (before, after) in enumerate(zip(gone, come, strict=True), same + 1):
            yield from _differences(f"{name} {number}", before, after)
        return
    yield from (f"{name}: {_named(item)} left" for item in _only_in(gone, come))
    yield from (f"{name}: {_named(item)} came" for item in _only_in(come, gone))
    yield f"{name}: {len(old)} before, {len(new)} now"


def _same_beginning(old: Sequence[object], new: Sequence[object]) -> int:
    """How many items two lists have in common from their start."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(old), len(new)))


def _only_in(items: Sequence[object], others: Sequence[object]) -> list[object]:
    """The items that the others lack; encoded ones have no name to tell."""
    return [item for item in items if item not in others and not isinstance(item, bytes)]


def _named(item: object) -> str:
    """An item of a list by its title, or its name; else as it is."""
    title = getattr(item, "title", "") or getattr(item, "name", "")
    return _shown(title or item)


def _shown(value: object) -> str:
    text = "none" if value is None else repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
