"""A corpus of technical posts, the same bytes on every machine, laid out for four generators.

In: a number of posts. Out: files: a Proofpress site, and the posts alone for Pelican, Hugo and
Eleventy. It knows nothing of how the generators are installed or measured.

Every post has about 800 words, one to four code blocks in five languages, formulas, three of 40
tags, and links to earlier posts; most have a table, some footnotes, a list, a quote. Post k depends
on k alone (its links lead back), so a corpus of 1,000 posts is the beginning of one of 10,000, and
the "new post" of a benchmark is simply the next one.

The posts are the same for all four but for two things that each spells in its own way: the front
matter, and the links between posts (Proofpress: the other file's relative path; Pelican:
`{filename}`; Hugo: the `relref` shortcode; Eleventy: the other page's address, since plain Markdown
is all it reads here). Formulas stay `$…$` for all: only Proofpress sets them; the other three, as
they come, show the source of the formula as text.

    python benchmarks/corpus.py --posts 1000 --out benchmarks/out/corpus [--for proofpress,hugo]
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corpus_code import draw_code
from corpus_text import (
    NOUNS,
    TAGS,
    Dice,
    draw_block_math,
    draw_heading,
    draw_list,
    draw_marked_sentence,
    draw_quote,
    draw_sentence,
    draw_table,
    draw_title,
)

SEED = 20_261
_LEAST_WORDS = 730  # a section is never cut short, so the mean comes out near 800
_FIRST_DATE = datetime(1990, 1, 1, tzinfo=UTC)
_BETWEEN_POSTS = timedelta(
    hours=3
)  # 100,000 posts end before today: nobody leaves out a future post
_LINK = re.compile(r"\(post:(\d+)\)")

SETTINGS = """\
[project]
name = "corpus"
version = "1"

[tool.proofpress]
title = "A corpus"
base_url = "https://corpus.example"
author = "A. Author"
"""


@dataclass(frozen=True)
class Post:
    """A post before it is spelled for a generator: in `body`, `(post:12)` is a link to post 12."""

    slug: str
    title: str
    date: datetime
    tags: tuple[str, ...]
    summary: str
    body: str


@dataclass(frozen=True)
class Layout:
    """Where a generator expects posts, and how it spells them."""

    folder: str
    spell: Callable[[Post], str]

    def write_post(self, root: Path, post: Post) -> Path:
        """Write one post below a site's root; its path."""
        path = root / self.folder / f"{post.slug}.md"
        path.write_text(self.spell(post), encoding="utf-8", newline="\n")
        return path


def slug_of(number: int) -> str:
    """The slug, and the file's name without its ending, of post `number` (from 1)."""
    return f"post-{number:05d}"


def write_post_of(number: int) -> Post:
    """Post `number`, counted from 1: a function of that number alone."""
    dice = Dice(SEED * 1_000_003 + number)
    title = draw_title(dice)
    tags = tuple(dice.pick_several(TAGS, 3))
    summary = draw_sentence(dice)
    return Post(
        slug=slug_of(number),
        title=title,
        date=_FIRST_DATE + number * _BETWEEN_POSTS,
        tags=tags,
        summary=summary,
        body=_write_body(dice, number),
    )


def write_corpus(posts: int, roots: dict[str, Path]) -> None:
    """Write posts 1 to `posts` below each root, by the name of the generator it is for."""
    for name, root in roots.items():
        (root / LAYOUTS[name].folder).mkdir(parents=True, exist_ok=True)
        if name == "proofpress":
            (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8", newline="\n")
    for number in range(1, posts + 1):
        post = write_post_of(number)
        for name, root in roots.items():
            LAYOUTS[name].write_post(root, post)


# --- What a post is made of -----------------------------------------------------------------------


def _write_body(dice: Dice, number: int) -> str:
    blocks = _draw_extras(dice)
    links = [dice.below(number - 1) + 1 for _ in range(dice.below(3) + 2)] if number > 1 else []
    has_footnote = dice.roll() < 0.3
    text = [_paragraph(dice, links, 5)]
    words = _count_words(text[0])
    sections = 0
    while words < _LEAST_WORDS or blocks or links:
        sections += 1
        part = [f"{'###' if sections % 3 == 0 else '##'} {draw_heading(dice)}"]
        part.append(_paragraph(dice, links, 3 + dice.below(3)))
        if blocks:
            part.append(blocks.pop())
        part.append(_paragraph(dice, links, 2 + dice.below(3)))
        if blocks:
            part.append(blocks.pop())
        words += sum(map(_count_words, part))
        text += part
    if has_footnote:
        text.append(f"{draw_sentence(dice)}[^1]\n\n[^1]: {draw_sentence(dice)}")
    return "\n\n".join(text) + "\n"


def _draw_extras(dice: Dice) -> list[str]:
    """One to four code blocks, and the other things between paragraphs, in a drawn order."""
    blocks = [draw_code(dice) for _ in range(dice.below(4) + 1)]
    blocks += [draw_block_math(dice) for _ in range(dice.below(3))]
    for draw, chance in ((draw_table, 0.7), (draw_list, 0.6), (draw_quote, 0.3)):
        if dice.roll() < chance:
            blocks.append(draw(dice))
    return dice.pick_several(blocks, len(blocks))


def _paragraph(dice: Dice, links: list[int], sentences: int) -> str:
    """Sentences, one in five with inline markup, and perhaps one of the links left to place."""
    text = []
    for _ in range(sentences):
        draw = draw_marked_sentence if dice.roll() < 0.2 else draw_sentence
        text.append(draw(dice))
    if links and dice.roll() < 0.5:
        noun = dice.pick(NOUNS)
        text.append(f"An [earlier post about the {noun}](post:{links.pop()}) has the details.")
    return " ".join(text)


def _count_words(text: str) -> int:
    return 0 if text.startswith("```") else text.count(" ") + 1


# --- How each generator spells it -----------------------------------------------------------------


def _yaml(keys: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in keys)
    return f"---\n{lines}---\n\n"


def _common_keys(post: Post) -> list[tuple[str, str]]:
    return [
        ("title", json.dumps(post.title)),
        ("date", post.date.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("tags", f"[{', '.join(post.tags)}]"),
        ("summary", json.dumps(post.summary)),
    ]


def _relink(post: Post, to: str) -> str:
    return _LINK.sub(lambda match: f"({to.replace('SLUG', slug_of(int(match[1])))})", post.body)


def _spell_for_proofpress(post: Post) -> str:
    return _yaml(_common_keys(post)) + _relink(post, "SLUG.md")


def _spell_for_pelican(post: Post) -> str:
    head = (
        f"Title: {post.title}\nDate: {post.date:%Y-%m-%d %H:%M}\nTags: {', '.join(post.tags)}\n"
        f"Slug: {post.slug}\nSummary: {post.summary}\n\n"
    )
    return head + _relink(post, "{filename}SLUG.md")


def _spell_for_hugo(post: Post) -> str:
    return _yaml(_common_keys(post)) + _relink(post, '{{< relref "SLUG.md" >}}')


def _spell_for_eleventy(post: Post) -> str:
    return _yaml(_common_keys(post)) + _relink(post, "/posts/SLUG/")


LAYOUTS = {
    "proofpress": Layout("content/posts", _spell_for_proofpress),
    "pelican": Layout("content", _spell_for_pelican),
    "hugo": Layout("content/posts", _spell_for_hugo),
    "eleventy": Layout("content/posts", _spell_for_eleventy),
}


def main() -> None:
    """Write a corpus from the command line."""
    parser = argparse.ArgumentParser(
        description="Write a corpus of posts for one or more generators."
    )
    parser.add_argument("--posts", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument(
        "--out", type=Path, required=True, help="a folder; each site goes into DIR/NAME"
    )
    parser.add_argument("--for", dest="names", default="proofpress", help="names, by commas")
    options = parser.parse_args()
    names = options.names.split(",")
    if unknown := [name for name in names if name not in LAYOUTS]:
        parser.error(f"no layout for {', '.join(unknown)}; there are {', '.join(LAYOUTS)}")
    begin = time.perf_counter()
    write_corpus(options.posts, {name: options.out / name for name in names})
    print(f"{options.posts} posts for {', '.join(names)} in {time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
