"""New sites, posts, notes, trivia and cards: files to start from, all of them already true.

In: a folder, a title or slug, a date. Out: the paths of the files made. Nothing is overwritten:
every path is looked at before the first is written. It must not know how a site is built.
"""

from __future__ import annotations

import json
import keyword
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from builder.errors import BuildFailed, Problem
from builder.markup import slugify

SAMPLE_SLUG = "midpoint"
SAMPLE_DATE = date(2026, 1, 1)


class AlreadyExists(Exception):  # a fact about the site, said in its words
    """A file that would have been overwritten; nothing was written."""

    def __init__(self, path: Path) -> None:
        """Says which file is in the way."""
        self.path = path
        super().__init__(f"{path} already exists; nothing was written")


def new_site(directory: Path, today: date = SAMPLE_DATE) -> tuple[Path, ...]:
    """The files of a small whole site: settings, a post, a page, a card with its test."""
    name = re.sub(r"[^a-z0-9]+", "-", directory.name.lower()).strip("-") or "notebook"
    title = _title_of(directory.name) or "Notebook"
    files = {
        ".gitignore": _GITIGNORE,
        "README.md": _README.format(title=title),
        "pyproject.toml": _PYPROJECT.format(name=name, title=json.dumps(title, ensure_ascii=False)),
        "content/posts/hello.md": _front_matter("Hello", today) + _HELLO,
        "content/pages/about.md": '---\ntitle: "About"\n---\n' + _ABOUT,
        **_card_files(SAMPLE_SLUG),
    }
    return _write_new(directory, files)


def new_post(root: Path, title: str, today: date) -> tuple[Path, ...]:
    """A post with this title and date."""
    return _new_page(root, "posts", title, today, "What readers should know after this post.\n")


def new_note(root: Path, title: str, today: date) -> tuple[Path, ...]:
    """A note with this title and date."""
    return _new_page(root, "notes", title, today, "What is worth keeping.\n")


def new_trivia(root: Path, title: str, today: date) -> tuple[Path, ...]:
    """A trivia with this title and date, and a formula to show how they are written."""
    body = "A fact that fits on one screen, such as\n\n$$\n1 + 3 + \\dots + (2n - 1) = n^2.\n$$\n"
    return _new_page(root, "trivia", title, today, body)


def new_card(root: Path, slug: str) -> tuple[Path, ...]:
    """A snippet, its test and its page: a small program that works, to be made into one's own."""
    if not (slug.isidentifier() and slug.isascii()) or keyword.iskeyword(slug):
        near = re.sub(r"\W+", "_", slug, flags=re.ASCII).strip("_").lower()
        hint = "a slug is a name such as z_test: letters, digits and _, no digit first"
        if near.isidentifier() and not keyword.iskeyword(near):
            hint = f"did you mean '{near}'?"
        message = f"'{slug}' can't be the name of a Python module"
        raise BuildFailed([Problem(f"snippets/{slug}.py", 0, message, hint)])
    # A package of this name, or the code of another language, would be part of the new card.
    for there in sorted(root.glob(f"snippets/{slug}")) + sorted(root.glob(f"snippets/{slug}.*")):
        raise AlreadyExists(there)
    return _write_new(root, _card_files(slug))


def _new_page(root: Path, kind: str, title: str, today: date, body: str) -> tuple[Path, ...]:
    words = " ".join(title.split())
    slug = slugify(words)
    folder = f"content/{kind}"
    if not slug:
        message = f"the title '{title}' has no letter or digit to make an address from"
        raise BuildFailed([Problem(folder, 0, message, "give it one; it can be changed later")])
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in words):
        message = f"the title {json.dumps(words)} has signs that can't be shown"
        raise BuildFailed([Problem(folder, 0, message, "leave them out")])
    # The same address can be a page of its own folder.
    if (root / folder / slug / "index.md").exists():
        raise AlreadyExists(root / folder / slug / "index.md")
    return _write_new(root, {f"{folder}/{slug}.md": _front_matter(words, today) + body})


def _card_files(slug: str) -> dict[str, str]:
    title = _title_of(slug)
    return {
        f"snippets/{slug}.py": _SNIPPET,
        f"tests/snippets/test_{slug}.py": _TEST.format(slug=slug),
        f"content/cards/{slug}.md": _CARD.format(slug=slug, title=title),
    }


def _write_new(root: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    paths = {root / name: text for name, text in files.items()}
    for path in paths:
        _refuse_what_is_there(path, root)
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x": a file that appeared since is not overwritten either.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return tuple(paths)


def _refuse_what_is_there(path: Path, root: Path) -> None:
    if path.exists() or path.is_symlink():
        raise AlreadyExists(path)
    # A file where a folder must be stops the writing as well, so it is found before too.
    for folder in (path.parent, *path.parent.parents):
        if folder.exists() and not folder.is_dir():
            raise AlreadyExists(folder)
        if folder == root:
            return


def _front_matter(title: str, today: date) -> str:
    # A JSON string is a YAML string between double quotes: quotes, colons and `#` mean themselves.
    quoted = json.dumps(title, ensure_ascii=False)
    return f"---\ntitle: {quoted}\ndate: {today.isoformat()}\ntags: []\n---\n"


def _title_of(name: str) -> str:
    words = " ".join(re.sub(r"[\W_]+", " ", name).split())
    return words[:1].upper() + words[1:]


_GITIGNORE = """\
/site/
/.proofpress/
/.venv/
/content/evidence/*/failed.json
__pycache__/
"""

_PYPROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
# What building the site and the snippets need: add what a snippet imports.
dependencies = ["proofpress"]

[tool.proofpress]
title = {title}
base_url = "https://example.org"
author = "Your Name"
description = "Technical notes whose code is tested."

[tool.setuptools]
py-modules = []  # `pip install .` installs the dependencies; the site itself is no package

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
pythonpath = ["."]
"""

_README = """\
# {title}

A site made with Proofpress. Its settings are in `pyproject.toml`: begin with title, address and
author.

| to | run |
| --- | --- |
| build the site into `site/` | `proofpress build` |
| run the tests of the code cards | `proofpress test` |
| begin a post | `proofpress new post "Title"` |
| begin a code card | `proofpress new card slug` |

Posts, notes, trivia, cards and pages are in `content/`, the code of the cards is in `snippets/`,
and its tests are in `tests/snippets/`.
"""

_HELLO = f"""\
This is a post. It is a Markdown file in `content/posts/`, and its name is its address.

Formulas are written in LaTeX: $e^{{i\\pi}} + 1 = 0$. Code that others should be able to trust
belongs on a [card](../cards/{SAMPLE_SLUG}.md), where it is tested.
"""

_ABOUT = """\
Who writes here, and about what.
"""

_CARD = """\
---
title: "{title}"
summary: "The middle of two floats, right even where their sum overflows."
tags: []
---
The usual `(low + high) / 2` is as exact as a float can be, until the sum is too large for one: then
the middle of two finite numbers is infinite. Halving each number first never overflows, but loses a
bit of the smallest ones, so it is done only where it is needed.

```card {slug}#midpoint
```

The test compares it with exact fractions, at the largest and the smallest floats and at many
between them.

```card {slug}!tests#test_it_is_the_exact_middle_rounded_once
```
"""

_SNIPPET = '''\
"""The middle of two floats is found without an overflow, and rounded only once."""

import math
import sys


def midpoint(low: float, high: float) -> float:
    """The float nearest to the exact middle of two finite floats.

    >>> midpoint(1.0, 4.0)
    2.5
    """
    total = low + high
    if math.isfinite(total):
        return total / 2
    # Both are huge here, so halving them loses nothing.
    return low / 2 + high / 2


def main() -> None:
    """Prints what becomes of the largest float and its half."""
    high = sys.float_info.max
    low = high / 2
    print(f"(low + high) / 2 = {(low + high) / 2}")
    print(f"midpoint         = {midpoint(low, high)}")


if __name__ == "__main__":
    main()
'''

_TEST = '''\
"""The midpoint against exact fractions."""

import math
import random
import struct
import sys
from fractions import Fraction

from snippets.{slug} import main, midpoint

LARGEST, SMALLEST = sys.float_info.max, math.ulp(0.0)
EDGES = [0.0, 1.0, 1 / 3, LARGEST, LARGEST / 2, sys.float_info.min, SMALLEST, 3 * SMALLEST]


def any_finite_float(chance: random.Random) -> float:
    """A float of any size: 64 random bits, drawn again if they are not a finite number."""
    while True:
        (value,) = struct.unpack("<d", chance.randbytes(8))
        if math.isfinite(value):
            return float(value)


def test_it_is_the_exact_middle_rounded_once() -> None:
    chance = random.Random(1)
    pairs = [(a, sign * b) for a in EDGES for b in EDGES for sign in (1, -1)]
    pairs += [(any_finite_float(chance), any_finite_float(chance)) for _ in range(2000)]
    for low, high in pairs:
        assert midpoint(low, high) == float((Fraction(low) + Fraction(high)) / 2)


def test_two_huge_numbers_do_not_overflow() -> None:
    assert midpoint(LARGEST, LARGEST) == LARGEST


def test_the_demonstration_shows_the_overflow(capsys) -> None:
    main()

    assert "= inf" in capsys.readouterr().out
'''
