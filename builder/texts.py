"""The short way of a build.

When only the texts of some pages changed, the few recipes that name them.

In: the sources that changed, the state. Out: a `Plan`, or None: the site must be linked. It holds
because of what a recipe is: an output is a function of its recipe, every recipe names the galleys
it uses, and linking knows of a page nothing but its public facts. Where those are the same, linking
would give the same site but for these galleys, so their users' old recipes with the new facts in
place are the recipes that linking would give. The test of incremental builds draws edits for both
ways and compares all bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.codec import decode, encode, replace
from builder.model import Facts, Page, Receipt, Recipe
from builder.render.feeds import FeedArguments, feed_recipe
from builder.render.ingredients import RecipeBook
from builder.render.listings import page_sources
from builder.render.search import renew_shard
from builder.render.viewing import reading_minutes
from builder.write.outputs import Plan, why_touched
from builder.write.stage import SUMS
from builder.write.state import State


def public_facts(facts: Facts) -> Facts:
    """What linking and other pages may know of a page.

    All but its text and the places of things in its file.
    """
    references = tuple([replace(reference, line=0) for reference in facts.references])
    fences = tuple([replace(fence, line=0) for fence in facts.fences])
    return replace(
        facts,
        digest=b"",
        galley=b"",
        words=reading_minutes(facts),
        headings=(),
        extra="",
        has_math=False,
        lines={},
        references=references,
        fences=fences,
    )


def plan_texts(
    changed: Sequence[tuple[Facts, Facts]], state: State, output: Path, label: str, book: RecipeBook
) -> Plan | None:
    """What is to be done if only texts changed; `changed` are facts before and now.

    None if more than texts changed, or an output was touched since: then the whole site is looked
    at.
    """
    if any(
        old.problems or new.problems or public_facts(old) != public_facts(new)
        for old, new in changed
    ):
        return None
    receipts = state.receipts(label)
    top = f"{output}/"
    if not receipts or any(why_touched(receipt, top + path) for path, receipt in receipts.items()):
        return None
    recipes: dict[str, Recipe] = {}
    for old, new in changed:
        for recipe in state.users(label, old.galley):
            recipe = _renew(recipes.get(recipe.path, recipe), new, book)
            shared = state.shared(recipe.shared)
            if shared is None:
                return None
            book.shared[recipe.shared] = shared
            recipes[recipe.path] = recipe
    return _plan(recipes, receipts)


def _plan(recipes: Mapping[str, Recipe], receipts: Mapping[str, Receipt]) -> Plan:
    plan = Plan(lists_itself=True)
    for path, recipe in recipes.items():
        if recipe.key != receipts[path].key:
            plan.stale.append(recipe)
            plan.reasons[path] = "its recipe changed"
    plan.kept = {
        path: receipt
        for path, receipt in receipts.items()
        if path != SUMS and path not in plan.reasons
    }
    return plan


def _renew(recipe: Recipe, facts: Facts, book: RecipeBook) -> Recipe:
    """A recipe with the new facts of one page in place of the old."""
    if recipe.make == "page":
        page = decode(Page, recipe.arguments)
        if page.facts.path != facts.path:
            return recipe
        page = replace(page, facts=facts)
        return book.recipe(
            recipe.path, "page", recipe.shared, encode(page), (facts.galley,), page_sources(page)
        )
    if recipe.make == "search_shard":
        return renew_shard(recipe, facts, book)
    arguments = decode(FeedArguments, recipe.arguments)
    pages = [decode(Page, encoded) for encoded in arguments.pages]
    renewed = [
        replace(page, facts=facts) if page.facts.path == facts.path else page for page in pages
    ]
    return feed_recipe(
        book, recipe.path, recipe.make, recipe.shared,
        replace(arguments, pages=tuple(encode(page) for page in renewed)), renewed,
    )  # fmt: skip
