"""Pages that say something else where they were: what linking the whole site would give.

Sites and saves are drawn by hypothesis, 400 of them in an ordinary run; PROOFPRESS_SEQUENCES=5000
asks for more.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builder.cards import read_code
from builder.codec import replace as replace_value
from builder.codec import sha256
from builder.config import MenuItem, Options, Settings
from builder.errors import Problem
from builder.link import Linked, Material, link_site, relink
from builder.model import Facts, Page, PictureFacts, Site
from tests.builder.project import NOW, note
from tests.builder.test_facts import facts_of

SITES = max(400, int(os.environ.get("PROOFPRESS_SEQUENCES", "0")))
SETTINGS = Settings(
    "Site",
    "https://example.org",
    "Ada",
    responsive_images=True,
    menu=(MenuItem("A", "/posts/a/#first"),),
)
CODE = b'def double(value):\n    """Twice."""\n    return 2 * value\n'
# In the order in which they are listed: of one day, then without a day.
PAGES = ("a", "b", "c", "d", "e", "f")
TITLES = ("Alpha", "Beta & more", "c", "A second alpha", "posts/b")
HEADINGS = ("# First", "## Second")
SOUND = (
    "Words.",
    "More words than before.",
    "### Third",
    "[a](a.md)",
    "[a's first](a.md#first)",
    "[b's second](b.md#second 'T')",
    "[c](/posts/c/)",
    "[[d]]",
    "[[posts/e#first]]",
    "[itself](#first)",
    "![small](/small.png)",
    '```python {.untested reason="no"}\nx = 1\n```',
    "```python\nx = 1\n```",
    "$x$",
)
OTHERS = (
    "[nothing](gone.md)",
    "[draft](f.md)",
    "[third](a.md#third)",
    "[[Alpha]]",
    "[[alpha|said so]]",
    "![wide](/wide.png)",
    "```pycon\n>>> 1 + 1\n2\n```",
    "```card s#double\n```",
    "```card s\n```",
    "[line](d.md#s-L2)",
    "[lines](d.md#s.double-L1-L3)",
    "[its own](#s-L3)",
    "[no line](d.md#s-L9)",
)
FRONT: Mapping[str, Mapping[str, object]] = {
    "a": {"tags": "[x]", "aliases": "[/old/]"},
    "b": {"tags": "[x, y]", "series": "Long"},
    "c": {"tags": "[y]", "series": "Long"},
    "d": {"date": "2026-01-02", "tags": "[x, y]"},
    "e": {"date": None, "tags": "[z]"},
    "f": {"date": "2026-03-01", "draft": "true", "tags": "[x]"},
}

titles = st.sampled_from(TITLES)
headings = st.sampled_from([HEADINGS, HEADINGS, HEADINGS, HEADINGS[:1], ()])
parts = st.lists(st.sampled_from([*SOUND, *SOUND, *SOUND, *OTHERS]), max_size=4)
said = st.tuples(titles, st.builds(lambda first, rest: [*first, *rest], headings, parts))
saves = st.dictionaries(st.sampled_from(PAGES), said, min_size=1, max_size=2)


def page(name: str, title: str, body: Sequence[str]) -> Facts:
    text = note(title, "\n\n".join(body), **FRONT[name])
    return facts_of(text, path=f"content/posts/{name}.md")


def material(documents: Sequence[Facts]) -> Material:
    pictures = {
        f"content/static/{name}.png": PictureFacts(
            f"content/static/{name}.png", sha256(name.encode()), "png", width, 500
        )
        for name, width in (("wide", 2000), ("small", 200))
    }
    code = read_code("snippets/s.py", CODE)
    files = [(path, picture.digest) for path, picture in pictures.items()]
    options = Options(now=NOW)
    return Material(documents, {"snippets/s.py": code}, files, SETTINGS, options, pictures=pictures)


def told(site: Site) -> Site:
    """A site without what only strict builds tell of it, whose lines may be old."""
    problems = tuple(
        problem for problem in site.problems if not (problem.is_strict_only or problem.is_evidence)
    )
    return replace_value(site, problems=problems)


def pages_of(linked: Linked) -> dict[str, Page]:
    return {page.facts.slug: page for page in linked.site.pages}


def after(
    before: Mapping[str, tuple[str, Sequence[str]]], save: Mapping[str, tuple[str, Sequence[str]]]
) -> tuple[Linked | None, Linked]:
    """A site linked again after a save, and linked from nothing."""
    old = {name: page(name, *before.get(name, (f"Page {name}", HEADINGS))) for name in PAGES}
    new = old | {name: page(name, *said) for name, said in save.items()}
    linked = link_site(material(list(old.values())))
    changed = {facts.path: facts for name, facts in new.items() if name in save}
    return relink(linked, changed), link_site(material(list(new.values())))


@settings(
    max_examples=SITES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.dictionaries(st.sampled_from(PAGES), said, max_size=4), saves)
@example({}, {"a": ("Alpha", ["# First", "[b](b.md)"])})
@example({"b": ("B", ["[a's first](a.md#first)"])}, {"a": ("A", ["Words."])})
def test_a_site_linked_again_is_the_site_linked_from_nothing(
    before: dict[str, tuple[str, list[str]]], save: dict[str, tuple[str, list[str]]]
) -> None:
    again, whole = after(before, save)
    if again is None:
        return
    assert told(again.site) == told(whole.site)
    assert again.related == whole.related
    assert again.index.addresses == whole.index.addresses
    # What was linked again can be linked again.
    facts = next(item for item in whole.index.facts if item.slug == "a")
    third = relink(again, {facts.path: replace_value(facts, title="Third", galley=b"3")})
    if third is not None:
        documents = [
            replace_value(item, title="Third", galley=b"3") if item.slug == "a" else item
            for item in whole.index.facts
        ]
        hidden = list(whole.index.omitted.values())
        assert told(third.site) == told(link_site(material([*documents, *hidden])).site)


SMALL = {
    "a": ("Page a", ["# First", "[b](b.md)"]),
    "b": ("B", ["# Second", "[a](a.md#first)"]),
    "d": ("D", ["[[a]]", "![wide](/wide.png)", "```card s#double\n```"]),
    "c": ("C", ["[line](d.md#s-L2)"]),
}


@pytest.mark.parametrize(
    ("name", "title", "body"),
    [
        ("a", "Page a", ["# First", "[b](b.md)", "Words."]),
        ("a", "Alpha", ["# First", "[b](b.md)"]),
        ("a", "Page a", ["# First", "## Second", "[b](b.md)"]),
        ("a", "Page a", ["# First"]),
        ("a", "Page a", ["# First", "[b](b.md)", "[c](c.md)", "[[d]]"]),
        ("a", "Page a", ["# First", "[b](b.md)", '```python {.untested reason="no"}\nx = 1\n```']),
        ("b", "B", ["[a](a.md#first)"]),
        ("b", "B", ["[a](a.md#first)", "[line](d.md#s-L3)"]),
        ("d", "D", ["## S", "[[a]]", "![wide](/wide.png)", "```card s#double\n```"]),
        ("d", "D", ["Words.", "[[a]]", "![wide](/wide.png)", "```card s#double\n```"]),
        ("d", "D", ["![wide](/wide.png)", "```card s#double\n```", "![small](/small.png)"]),
    ],
    ids=[
        "text", "title", "heading", "no link", "links", "block", "no anchor", "line",
        "heading above a card", "below a card", "small picture",
    ],
)  # fmt: skip
def test_what_an_author_does_while_writing_asks_for_no_linking(
    name: str, title: str, body: list[str]
) -> None:
    again, whole = after(SMALL, {name: (title, body)})
    assert again is not None
    assert told(again.site) == told(whole.site)


@pytest.mark.parametrize(
    ("name", "title", "body"),
    [
        ("a", "Page a", ["# First", "[gone](gone.md)"]),
        ("a", "Page a", ["# First", "[f](f.md)"]),
        ("a", "Page a", ["[b](b.md)"]),
        ("a", "Page a", ["# First", "![wide](/wide.png)"]),
        ("d", "D", ["[[a]]", "```card s#double\n```"]),
        ("a", "Page a", ["# First", "```card s\n```"]),
        ("a", "Page a", ["# First", "```pycon\n>>> 1 + 1\n2\n```"]),
        ("f", "F", ["Words."]),
        ("b", "B", ["[a](a.md#first)", "[no line](d.md#s-L9)"]),
    ],
    ids=[
        "a link to nothing", "a link to a draft", "an anchor that is linked to and is gone",
        "a picture in other sizes", "no picture in other sizes", "another card", "a doctest",
        "a page that is left out", "a line that there is not",
    ],
)  # fmt: skip
def test_what_may_be_wrong_or_asks_for_more_is_linked_from_nothing(
    name: str, title: str, body: list[str]
) -> None:
    assert after(SMALL, {name: (title, body)})[0] is None


def test_a_title_that_a_wikilink_is_written_with_is_looked_up_anew() -> None:
    named = {"b": ("B", ["[[Alpha]]"]), "a": ("Alpha", ["# First"])}
    assert after(named, {"a": ("Beta", ["# First"])})[0] is None
    assert after(named, {"c": ("alpha", ["# First"])})[0] is None
    assert after(named, {"c": ("gamma", ["# First"])})[0] is not None


def test_a_title_that_two_pages_had_is_looked_up_anew() -> None:
    named = {"b": ("B", ["[[Alpha]]"]), "a": ("Alpha", HEADINGS), "c": ("Alpha", HEADINGS)}
    assert after(named, {"c": ("Gamma", HEADINGS)})[0] is None


def test_nobody_answers_to_a_title_of_before() -> None:
    documents = {name: page(name, *SMALL.get(name, (name, HEADINGS))) for name in PAGES}
    linked = link_site(material(list(documents.values())))
    renamed, asking = page("c", "Gamma", HEADINGS), page("b", "B", ["[[Gamma]]"])
    again = relink(linked, {renamed.path: renamed})
    assert again is not None
    with_link = relink(again, {asking.path: asking})
    assert with_link is not None
    assert with_link.site.pages[with_link.index.pages[asking.path]].targets[0] is not None
    back = relink(again, {renamed.path: documents["c"]})
    assert back is not None
    assert relink(back, {asking.path: asking}) is None


def test_a_mistake_that_is_mended_is_linked_from_nothing() -> None:
    wrong = {"b": ("B", ["[a](a.md#secnd)"])}
    assert after(wrong, {"b": ("B", ["[a](a.md#first)"])})[0] is None
    assert after(wrong, {"a": ("Page a", ["# First", "## Secnd"])})[0] is None


def test_a_place_among_the_others_that_changes_is_linked_from_nothing() -> None:
    documents = [page(name, name, ("# First",)) for name in PAGES]
    linked = link_site(material(documents))
    for changes in (
        {"date": 1}, {"slug": "z"}, {"tags": ("z",)}, {"series": "Other"}, {"lang": "hi"},
        {"aliases": ("/older/",)}, {"is_draft": True}, {"publish": 1}, {"expires": 1},
        {"kind": "notes"}, {"feed_id": "tag:a"}, {"pdf": "x.pdf"}, {"snippet": "s"},
        {"problems": (Problem(documents[0].path, 1, "wrong"),)},
    ):  # fmt: skip
        facts = replace_value(documents[0], **changes)
        assert relink(linked, {facts.path: facts}) is None, changes
    assert relink(linked, {"content/posts/new.md": documents[0]}) is None


def test_two_pages_in_one_place_are_linked_from_nothing() -> None:
    documents = [page(name, name, ("# First",)) for name in PAGES]
    documents[1] = replace_value(documents[1], slug="a")
    linked = link_site(material(documents))
    assert relink(linked, {documents[2].path: documents[2]}) is None


def test_linking_again_leaves_what_it_was_given_as_it_was() -> None:
    documents = [page(name, *SMALL.get(name, (name, ("# First",)))) for name in PAGES]
    linked = link_site(material(documents))
    site = linked.site
    kept = replace(linked, index=linked.index.with_pages({}))
    facts = page("a", "Alpha", ("# First", "[c](c.md)"))
    assert relink(linked, {facts.path: facts}) is not None
    assert linked.site is site
    assert list(linked.index.facts) == list(kept.index.facts)
    assert relink(linked, {facts.path: facts}) == relink(kept, {facts.path: facts})
