"""The files that new sites, cards and trivia begin with.

In: nothing. Out: texts, some with names in braces for `str.format`. A card's three are its snippet,
its test and its page.
"""

from __future__ import annotations

SAMPLE_SLUG = "midpoint"

GITIGNORE = """\
/site/
/.proofpress/
/.venv/
/build/
/content/evidence/*/failed.json
*.egg-info/
__pycache__/
"""

PYPROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
# What building the site and the snippets need: add what a snippet imports. Where no package index
# has proofpress, install it from its repository first.
dependencies = ["proofpress"]

[tool.proofpress]
title = {title}
base_url = "https://example.org"
author = "Your Name"
description = "Technical notes whose code is tested."
# Notes have their list at /notes/ and trivia at /trivia/. Without a menu it is the kinds in use.
menu = [
    {{ title = "Posts", url = "/posts/" }},
    {{ title = "Cards", url = "/cards/" }},
    {{ title = "About", url = "/about/" }},
]

[tool.setuptools]
py-modules = []  # `pip install .` installs the dependencies; the site itself is no package

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
pythonpath = ["."]
"""

README = """\
# {title}

A site made with Proofpress. Its settings are in `pyproject.toml`: begin with title, address and
author.

| to | run |
| --- | --- |
| look at the site while you write | `proofpress serve --open` |
| begin a post, a note or a trivia | `proofpress new post "Title"` |
| begin a code card | `proofpress new card slug` |
| run the tests of the code cards | `proofpress test` |
| build the site into `site/` | `proofpress build` |
| build it to be published | `proofpress build --no-tests --strict` |

Posts, notes, trivia, cards and pages are in `content/`, the code of the cards is in `snippets/`,
and its tests are in `tests/snippets/`. What they proved is in `content/evidence/`: commit it, so
that the site can be published where nothing is run.
"""

HELLO = f"""\
This is a post. It is a Markdown file in `content/posts/`, and its name is its address.

Formulas are written in LaTeX: $e^{{i\\pi}} + 1 = 0$. Code that others should be able to trust
belongs on a [card](../cards/{SAMPLE_SLUG}.md), where it is tested.
"""

ABOUT = """\
Who writes here, and about what. This page is `content/pages/about.md`, and the menu in
`pyproject.toml` leads to it.
"""

# The first paragraph is what lists and feeds show of it, so it stands alone.
TRIVIA = r"""A fact that fits on one screen: the first odd numbers always add up to a square.

$$
1 + 3 + \dots + (2n - 1) = n^2.
$$
"""

_SAMPLE_PAGE = """\
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

_SAMPLE_SNIPPET = '''\
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

_SAMPLE_TEST = '''\
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

SAMPLE = _SAMPLE_SNIPPET, _SAMPLE_TEST, _SAMPLE_PAGE

# Published as it is it says nothing wrong: the page, its summary in lists, and the code agree that
# there is nothing here yet.
PLACEHOLDER = (
    '''\
"""A placeholder: twice a number."""


def double(number: int) -> int:
    """Twice the number.

    >>> double(21)
    42
    """
    return 2 * number
''',
    '''\
"""The placeholder against addition."""

from snippets.{slug} import double


def test_it_is_the_number_added_to_itself() -> None:
    for number in range(-100, 101):
        assert double(number) == number + number
''',
    """\
---
title: "{title}"
summary: "A placeholder: the code of this card is still to be written."
tags: []
---
The code of this card is still to be written. Until then a placeholder is shown and tested, which
only doubles a number. The code goes into `snippets/{slug}.py`.

```card {slug}#double
```

What proves it goes into `tests/snippets/test_{slug}.py`. A good test asks somebody else: a
formula, another library, or, as here, addition.

```card {slug}!tests#test_it_is_the_number_added_to_itself
```
""",
)
