"""Formulas without `style` attributes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.builder.markup.fixtures import fill, set_text

FORMULAS = r"""
\begin{aligned} a &= b \\ c &= d \end{aligned}
\begin{gathered} a \\ b \end{gathered}
\begin{gather} a \\ b \tag{*} \end{gather}
\begin{multline} a \\ b \\ c \end{multline}
\begin{multline*} a \\ b \\ c \end{multline*}
\begin{equation} a \end{equation}
\begin{align*} a &= b & c &= d \end{align*}
\begin{align} a &= b & c &= d \notag \\ x &= y \end{align}
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}
\begin{bmatrix} 1 & 2 \\ \hline 3 & 4 \end{bmatrix}
\begin{array}{|l|c|r|} \hline 1 & 2 & 3 \\ \hline 4 & 5 & 6 \\ \hline \end{array}
\begin{array}{:l:c||r:} \hdashline 1 & 2 & 3 \\ \hdashline 4 & 5 & 6 \end{array}
\begin{array}{||c} 1 \end{array}
\begin{cases} 1 & 2 \\ 3 & 4 \end{cases}
\begin{rcases} 1 & 2 \\ 3 & 4 \end{rcases}
\begin{dcases} 1 & 2 \\ 3 & 4 \end{dcases}
\begin{subarray}{l} 1 \\ 2 \end{subarray}
\sum_{\substack{a \\ b}}
\textcolor{red}{x} + \color{SeaGreen} y
\boxed{x} \cancel{x} \bcancel{x} \xcancel{x} \angl{n}
a \mathbin{xy} b \mathrel{xy} c \mathop{xy} d \mathopen{xy} \mathclose{xy} \mathinner{x} e
x \mathpunct{yz} w
\! \negthinspace \negmedspace \negthickspace \mkern-3mu
\text{\tiny a \scriptsize b \large c \Huge d \sout{e} \textsc{f} \textbf{g} \emph{h}}
\cfrac{1}{2 + \cfrac{1}{3}} \dfrac{1}{2} \binom{n}{k}
\overbrace{x}^{a} \underbrace{y}_{b} \overline{z} \widehat{xyz} \vec x
\left( \frac12 \middle| x \right) \bigl( \Bigr]
\xrightarrow[a]{b} \stackrel{a}{b} \sqrt[3]{x} \phantom{x} \raisebox{2pt}{x}
\lim_{x \to 0} \int_0^1 \prod_i \operatorname*{argmax}_x \bmod \pmod{n}
\hspace{2em} \quad \mspace{4mu}
""".strip().split("\n")


@pytest.mark.parametrize("latex", FORMULAS)
def test_no_style_survives(latex: str) -> None:
    body = set_text(f"$$\n{latex}\n$$\n\n")

    assert not body.problems
    assert "<math" in fill(body)
    assert "style=" not in fill(body).replace("displaystyle=", "")


def test_every_class_of_a_formula_is_in_the_style_sheet() -> None:
    html = fill(set_text("".join(f"$$\n{latex}\n$$\n\n" for latex in FORMULAS)))
    used = {
        name
        for names in re.findall(r' class="((?:math-|menclose)[^"]*)"', html)
        for name in names.split()
    }

    assert {"math-wide", "math-back-thin", "math-dash-top", "math-small-caps"} <= used
    styles = (Path(__file__).parents[3] / "templates/css/math.css").read_text(encoding="utf-8")
    assert {name for name in used if f".{name} " not in styles} == set()


def test_the_latex_is_kept_with_its_words() -> None:
    html = fill(set_text(r'$\text{a style="b" <c>}$'))

    assert r'<annotation encoding="application/x-tex">\text{a style="b" &lt;c&gt;}' in html


def test_numbers_count_the_equations_of_a_page_whatever_numbers_them() -> None:
    body = set_text(
        "{eq}`c` {eq}`b` {eq}`a`\n\n$$ x $$ (a)\n\n"
        "\\begin{align} y \\notag \\\\ z \\label{b} \\end{align}\n\n> $$\n> w\n> $$ (c)\n"
    )

    assert not body.problems
    assert re.findall(r'href="#(\w)">([^<]*)<', fill(body)) == [
        ("c", "(3)"),
        ("b", "(2)"),
        ("a", "(1)"),
    ]
    assert {"a", "b", "c"} <= set(body.anchors)


def test_a_number_leads_to_its_page_where_the_text_is_shown_elsewhere() -> None:
    html = fill(set_text("$$ x $$ (eq:a)\n\n{eq}`eq:a`"), page_url="/posts/a/", prefix="/base")

    assert '<a href="/base/posts/a/#eq:a">(1)</a>' in html


def test_a_number_is_words_of_a_heading_and_of_a_summary() -> None:
    body = set_text("Proof of {eq}`a`.\n\n## Why {eq}`a` holds\n\n$$ x $$ (a)")

    assert body.summary == "Proof of (1)."
    assert [(one.text, one.html) for one in body.headings] == [("Why (1) holds",) * 2]


@pytest.mark.parametrize("latex", [r"\hspace{-3em}", r"\kern-2pt", r"\hskip-1em"])
def test_a_style_that_the_theme_has_no_class_for_is_a_problem(latex: str) -> None:
    body = set_text(f"$a {latex} b$")

    (problem,) = body.problems
    assert problem.message.startswith("a formula needs the style 'margin-left: -")
    assert "style=" not in fill(body)


@pytest.mark.parametrize(
    "latex",
    [
        "{" * 20_000 + "x" + "}" * 20_000,
        r"\frac{1}{" * 20_000 + "x" + "}" * 20_000,
        r"\left(" * 20_000 + "x" + r"\right)" * 20_000,
        r"\sqrt " * 20_000 + "x",
    ],
    ids=["braces", "fractions", "parentheses", "commands"],
)
def test_a_formula_that_is_nested_too_deeply_is_a_problem_at_its_line(latex: str) -> None:
    """The converter would end the whole process."""
    body = set_text(f"Words.\n\n$$\n{latex}\n$$\n\n$x$")

    (problem,) = body.problems
    assert (problem.line, problem.message.endswith("it is nested too deeply")) == (4, True)
    assert "<mi>x</mi>" in fill(body)


def test_a_long_formula_is_none_that_is_nested() -> None:
    rows = " \\\\ ".join(
        r"\alpha_{i} \cdot \beta \left( x \right) &= \frac{1}{n}" for _ in range(300)
    )

    assert set_text(f"$$\\begin{{aligned}}{rows}\\end{{aligned}}$$").problems == ()
