"""The words of the corpus: sentences, formulas, tables, titles, tags.

In: dice. Out: Markdown text without links between posts. It knows nothing of posts, files or
generators.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

TAGS = (
    *(
        "algebra",
        "arrays",
        "benchmarks",
        "bootstrap",
        "caching",
        "compilers",
        "concurrency",
        "data",
    ),
    *(
        "databases",
        "debugging",
        "distributions",
        "encoding",
        "estimation",
        "files",
        "floats",
        "gpu",
    ),
    *("graphs", "hashing", "indexing", "inference", "io", "iterators", "json", "kernels"),
    *("linear-models", "logging", "memory", "networks", "numerics", "optimisation", "parsing"),
    *("plotting", "profiling", "queues", "sampling", "scheduling", "sorting", "streams", "testing"),
    "time-series",
)
_ADJECTIVES = (
    *("biased", "blocked", "bounded", "cached", "cheap", "coarse", "cold", "compact", "dense"),
    *("empty", "exact", "flat", "frozen", "greedy", "hidden", "idle", "lazy", "linear", "local"),
    *(
        "narrow",
        "nested",
        "noisy",
        "partial",
        "plain",
        "quiet",
        "robust",
        "shared",
        "slow",
        "sparse",
    ),
    *("stable", "stale", "steep", "tight", "uneven", "warm", "wide"),
)
NOUNS = (
    *("allocator", "array", "batch", "branch", "buffer", "bucket", "cache", "column", "counter"),
    *(
        "cursor",
        "density",
        "digest",
        "estimator",
        "event",
        "filter",
        "frame",
        "gradient",
        "histogram",
    ),
    *("index", "interval", "iterator", "kernel", "ledger", "matrix", "median", "merge", "node"),
    *("page", "parser", "prefix", "quantile", "query", "queue", "ratio", "record", "residual"),
    *("sample", "scheduler", "segment", "signal", "socket", "stream", "table", "tensor", "thread"),
    *("token", "trace", "tree", "variance", "vector", "window"),
)
_VERBS = (
    *("absorbs", "bounds", "copies", "delays", "dominates", "explains", "flattens", "follows"),
    *("hides", "invalidates", "limits", "merges", "moves past", "outgrows", "predicts", "reads"),
    *("rebuilds", "releases", "replaces", "reuses", "rounds", "scans", "sharpens", "skips"),
    *("splits", "tracks", "waits for", "writes"),
)
_OPENERS = (
    *("At first", "In practice", "On a cold start", "Once the run has settled", "Under load"),
    *("With two workers", "After the second pass", "For small inputs", "When the disk is busy"),
    *("By the end of the day", "Before anything is written", "In the second experiment"),
)
_ENDINGS = (
    "which is where most of the time goes",
    "and nobody noticed until the numbers were plotted",
    "so the order of the two steps matters",
    "although the average hides it well",
    "because the first call pays for all the others",
    "and the error shrinks with every round",
    "unless the input happens to be sorted",
    "which we checked against a slow version that is easy to read",
    "so a single bad row is enough to spoil the mean",
    "and that is cheaper than it looks",
    "even when half of the keys are missing",
    "while the rest of the program keeps running",
    "as long as the two clocks agree",
    "and the difference stays within the noise",
)
_HEADINGS = (
    *(
        "What the {} does",
        "Measuring the {}",
        "A {} that fails",
        "The {} again",
        "Where the {} ends",
    ),
    *("From {} to code", "Why not a larger {}", "Two ways to build a {}", "The cost of one {}"),
)
_TITLES = (
    *("How a {} {} meets its {}", "The {} {} and the {}", "Notes on a {} {} without a {}"),
    *("When the {} {} loses its {}", "A {} {}, a {}, and what they cost"),
)
_INLINE_MATH = (
    r"\hat{\theta}_{@} = \frac{a + @}{b}",
    r"x_{@} \le \sqrt{n + @}",
    r"\mathrm{Var}(X) = \sigma^{2} / @",
    r"O(n \log n + @)",
    r"p = @ / N",
    r"\alpha_{@} + \beta",
    r"\bar{x} \pm @ s",
    r"e^{-@ t}",
)
_BLOCK_MATH = (
    r"\sum_{i=1}^{n} \frac{(x_i - \bar{x})^{2}}{n - @} = s^{2}",
    r"\int_{0}^{@} e^{-\lambda t} \, dt = \frac{1 - e^{-@ \lambda}}{\lambda}",
    r"\mathrm{E}[X^{@}] = \prod_{k=1}^{@} (\mu + k \sigma)",
    r"\left( \frac{\partial f}{\partial x} \right)^{2} + @ \, \gamma \ge \sqrt{@ \, \delta}",
    r"\begin{pmatrix} a & @ \\ @ & d \end{pmatrix} \begin{pmatrix} x \\ y \end{pmatrix} = 0",
)


class Dice:
    """Repeatable choices: the same seed gives the same ones on every Python.

    Only `random()` is used, because it is the one method whose sequence Python promises to keep.
    """

    def __init__(self, seed: int) -> None:
        """Dice that fall as `seed` says."""
        self.roll = random.Random(seed).random

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self.roll() * limit)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.roll() * len(items))]

    def pick_several(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items, in the order they were drawn."""
        left = list(items)
        return [left.pop(int(self.roll() * len(left))) for _ in range(count)]


def draw_title(dice: Dice) -> str:
    """A title; not necessarily unique."""
    return dice.pick(_TITLES).format(dice.pick(_ADJECTIVES), dice.pick(NOUNS), dice.pick(NOUNS))


def draw_heading(dice: Dice) -> str:
    """A section's heading."""
    return dice.pick(_HEADINGS).format(dice.pick(NOUNS))


def draw_sentence(dice: Dice) -> str:
    """A plain sentence of 6 to 25 words."""
    pick = dice.pick
    shape = dice.roll()
    words = f"the {pick(_ADJECTIVES)} {pick(NOUNS)} {pick(_VERBS)} every {pick(NOUNS)}"
    if shape < 0.3:
        words = f"{pick(_OPENERS)}, {words}"
    if shape > 0.2:
        words = f"{words}, {pick(_ENDINGS)}"
    return words[0].upper() + words[1:] + "."


def draw_marked_sentence(dice: Dice) -> str:
    """A sentence with one piece of inline markup: emphasis, code, a formula or an outside link."""
    pick = dice.pick
    noun, other = pick(NOUNS), pick(NOUNS)
    shape = dice.below(6)
    if shape == 0:
        first, second = pick(_ADJECTIVES), pick(_ADJECTIVES)
        return f"Call this the *{first} {noun}*; its {other} is **not** {second}."
    if shape == 1:
        return f"The function `{noun}_{other}` keeps {dice.below(900) + 2} of them in one {other}."
    if shape == 2:
        place = f"https://{noun}.example/{other}/{dice.below(10_000)}"
        return f"The [manual of the {noun}]({place}) says the same of the {other}."
    return f"Here ${_fill(dice, pick(_INLINE_MATH))}$ for every {noun}, {pick(_ENDINGS)}."


def draw_block_math(dice: Dice) -> str:
    """A displayed formula with its dollars."""
    return f"$$\n{_fill(dice, dice.pick(_BLOCK_MATH))}\n$$"


def draw_list(dice: Dice) -> str:
    """A list of three to five items, bulleted or numbered."""
    is_numbered = dice.roll() < 0.4
    items = range(1, dice.below(3) + 4)
    return "\n".join(f"{f'{i}.' if is_numbered else '-'} {draw_sentence(dice)}" for i in items)


def draw_table(dice: Dice) -> str:
    """A table of four to seven rows with a name, a count and two measures."""
    rows = [f"| {dice.pick(NOUNS)} | count | mean | worst |", "| --- | ---: | ---: | ---: |"]
    for name in dice.pick_several(NOUNS, dice.below(4) + 4):
        mean = dice.roll() * 100
        worst = mean * (1 + dice.roll())
        rows.append(f"| `{name}` | {dice.below(100_000):,} | {mean:.2f} ms | {worst:.1f} ms |")
    return "\n".join(rows)


def draw_quote(dice: Dice) -> str:
    """A block quote of two sentences."""
    return f"> {draw_sentence(dice)}\n> {draw_sentence(dice)}"


def _fill(dice: Dice, formula: str) -> str:
    first, *rest = formula.split("@")
    return first + "".join(f"{dice.below(97) + 2}{part}" for part in rest)
