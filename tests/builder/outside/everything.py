"""A small site on which every template of the theme is used, and most of what a body may hold.

Its cards are really run: one passes, one fails, and one passed before its last change.
"""

from __future__ import annotations

from pathlib import Path

from tests.builder.command import run
from tests.builder.pictures import make_pdf, make_png, make_svg
from tests.builder.project import Project, note

SETTINGS = """\
[tool.proofpress]
title = "Field notes"
description = "Every template once."
base_url = "{base_url}"
author = "Ada"
language = "{language}"
per_page = 4
feed_limit = 5
responsive_images = true
edit_url = "https://code.example/edit/main"
"""
# What each template makes, and pages whose content or state changes how it looks.
PAGES = {
    "home": "index.html",
    "list": "posts/index.html",
    "older list": "posts/page/1/index.html",
    "list of cards": "cards/index.html",
    "post with everything": "posts/everything/index.html",
    "post in Hindi": "posts/hindi/index.html",
    "post in Chinese": "posts/chinese/index.html",
    "plain post": "posts/plain-1/index.html",
    "note with a paper": "notes/paper/index.html",
    "trivia": "trivia/coin/index.html",
    "card that passed": "cards/doubled/index.html",
    "card that failed": "cards/halved/index.html",
    "card that is stale": "cards/squared/index.html",
    "page": "about/index.html",
    "tags": "tags/index.html",
    "tag": "tags/numbers/index.html",
    "all series": "series/index.html",
    "series": "series/first-steps/index.html",
    "archive": "archive/index.html",
    "year": "archive/2026/index.html",
    "search": "search/index.html",
    "status": "status/index.html",
    "404": "404.html",
    "redirect": "old/address/index.html",
}
_SNIPPET = '''\
"""{title}."""

import math  # card: hide


def {name}(number: float) -> float:
    """{title}: the one thing that this module does."""
    # region work
    result = {work}  # card: hl
    # endregion work
    return result


class Counter:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self) -> int:
        """One more."""
        self.asked += 1
        return self.asked


if __name__ == "__main__":
    print("{name}(4) =", {name}(4), math.floor({name}(9)))
'''
_TEST = """\
import pytest

from snippets.{name} import Counter, {name}


@pytest.mark.parametrize("number", [1, 4, 9])
def test_{name}_is_right(number):
    assert {name}(number) == {right}


def test_a_counter_counts():
    assert Counter().ask() == 1
"""
_LONG_CODE = "\n".join(f"total_{n} = sum(range({n})) + {n}  # line {n}" for n in range(70))
_EVERYTHING = rf"""
Prose with *emphasis*, **weight**, `code`, ~~a mistake~~, a
[link to a card](../../cards/doubled.md), a [link elsewhere](https://elsewhere.example/), a
[[Plain 1]] in brackets, a footnote[^one] and another one.[^two]
Some भारत inside, some 中文 too, and $e^{{i\pi}} + 1 = 0$ among words.

## A heading with `code`

### Below it

> A quotation of more than one line, so that it is seen how
> its lines stand.

- one
  - two
    - three
- [x] done
- [ ] to do

1. first
2. second

Term
: What it means.

> [!TIP]
> As a code host spells it.

:::{{note}}
A note.
:::

:::{{warning}} Mind the `gap`
A warning with its own title.
:::

:::{{important}}
Important.
:::

> [!CAUTION]
> Careful.

:::{{details}} Folded
Inside the fold.
:::

::::{{tabs}}
:::{{tab}} Left
To the left.

```python
left = 1
```
:::
:::{{tab}} Right
To the right.
:::
::::

## Code

```python
def greet(name: str) -> str:
    '''Say hello.'''
    return f"Hello, {{name}}!"  # a comment
```

```python
{_LONG_CODE}
```

```diff
- before
+ after
  the same
```

```console
$ proofpress build
```

```
{"wide " * 60}
```

`{"long" * 60}` and {"word" * 60}

```card doubled
```

```card doubled#doubled
```

```card halved
```

## Tables

|{" column |" * 12}
|{" ---: |" * 12}
|{" some words here |" * 12}

| name | value |
| :--- | ---: |
| a | 1 |
| b | 2 |

## Math

$$
\sum_{{i=1}}^n i = \frac{{n(n+1)}}{{2}}
$$ (eq:sum)

By [](#eq:sum) it is so; wider than a telephone:

$$ {" + ".join(f"x_{{{n}}}" for n in range(60))} $$

\begin{{align}}
a &= b + \begin{{pmatrix}} 1 & 2 \\ 3 & 4 \end{{pmatrix}} \\
f(x) &= \begin{{cases}} 1 & x > 0 \\ 0 & \text{{else}} \end{{cases}}
\end{{align}}

## Pictures

![A red picture](photo.png)

![A drawing](drawing.svg)

![A drawing in the page](drawing.svg){{.inline}}

:::{{figure}} photo.png
:alt: The same picture
:width: 300

The *caption*.
:::

---

The end.

[^one]: A note at the foot, with `code` and a [link](https://elsewhere.example/).
[^two]: Another. It is longer than the first one, so that it takes more than one line in a margin.
"""
_HINDI = """
फेंटने का एक लोकप्रिय तरीक़ा देखने में ठीक है, पर हर क्रम को **बराबर** मौक़ा *नहीं* देता।[^क]

## गिनकर देखिए

$n$ पत्तों पर लूप $n$ बार चलता है।

```python
cards = ["पत्ता"]  # एक पत्ता
```

## दूसरा भाग

## तीसरा भाग

[^क]: एक टिप्पणी।
"""
_CHINESE = """
期望的**线性**不要求独立,这是它*有用*的原因。[^注]

## 例子

$E[X+Y] = E[X] + E[Y]$。

```python
total = 1  # 总和
```

## 第二节

## 第三节

[^注]: 一个注释。
"""


def make_everything(root: Path, base_url: str, language: str = "en") -> Project:
    """The site in a folder, built; its cards have the states that their names say."""
    site = Project(root)
    site.write("pyproject.toml", SETTINGS.format(base_url=base_url, language=language))
    _write_posts(site)
    _write_others(site)
    _write_cards(site)
    _build(site)
    # A card that cannot be run here keeps its last word, which is of other bytes now.
    site.edit("snippets/squared.py", "import math", "import absent_library\nimport math")
    _build(site)
    return site


def _build(site: Project) -> None:
    said = run("build", "--root", site.root)
    # One card fails, which is what the exit code says.
    assert said.code == 5, said


def _write_posts(site: Project) -> None:
    site.write("static/favicon.svg", make_svg(32, 32, '<circle cx="16" cy="16" r="9"/>'))
    site.write("posts/everything/photo.png", make_png(1600, 900))
    drawing = '<g id="k"><path d="M0 0h60v30z" fill="#888"/></g><use href="#k" x="9"/>'
    site.write("posts/everything/drawing.svg", make_svg(80, 40, drawing))
    site.write(
        "posts/everything/index.md",
        note(
            "Everything that a post may hold, under a title long enough for two lines",
            _EVERYTHING,
            date="2026-10-20",
            updated="2026-10-25",
            summary="A summary, shown in lists and feeds.",
            tags="[numbers, letters, 数学]",
            series="First steps",
            aliases="[/old/address/]",
        ),
    )
    site.write("posts/hindi.md", note("एक फेंट जो बराबर नहीं", _HINDI, lang="hi", tags="[numbers]"))
    site.write("posts/chinese.md", note("期望的线性", _CHINESE, lang="zh", tags="[数学]"))
    for number in range(1, 8):
        site.write(
            f"posts/plain-{number}.md",
            note(
                f"Plain {number}",
                "Words & signs < text.",
                date=f"202{5 + number % 2}-0{number}-11",
                series="First steps",
                tags="[letters]",
            ),
        )


def _write_others(site: Project) -> None:
    site.write("notes/paper/paper.pdf", make_pdf(text="Of doubles"))
    site.write(
        "notes/paper/index.md",
        note("A paper on doubles", "What the paper says.", pdf="paper.pdf", tags="[numbers]"),
    )
    site.write("trivia/coin.md", note("A coin", "Heads, or $\\tfrac12$.", tags="[numbers]"))
    site.write("pages/about.md", note("About", "Who writes here.", date=None))


def _write_cards(site: Project) -> None:
    cards = [
        ("doubled", "Twice a number", "2 * number", "number + number"),
        ("halved", "Half a number", "number / 3", "number / 2"),
        ("squared", "A number times itself", "number**2", "number * number"),
    ]
    for name, title, work, right in cards:
        site.write(f"snippets/{name}.py", _SNIPPET.format(name=name, title=title, work=work))
        site.write(f"tests/snippets/test_{name}.py", _TEST.format(name=name, right=right))
        body = f"What it is for.\n\n```card {name}@work\n```\n\n## The whole\n\n```card {name}\n```"
        site.write(f"cards/{name}.md", note(title, body, tags="[numbers]", date="2026-09-01"))
