"""Formulas as a line of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.markup.formula_text import read_formula
from builder.markup.math import convert_formulas
from builder.markup.parser import parse_body
from builder.markup.sheet import Sheet


def read(latex: str) -> str:
    sheet = Sheet("a.md", 1)
    tokens = parse_body(f"${latex}$", sheet)
    convert_formulas(tokens, sheet, {})
    assert not sheet.problems
    (formula,) = [token for token in tokens[1].children or () if token.type == "math_inline"]
    return read_formula(formula.meta["mathml"])


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        # Letters and signs
        ("n", "n"),
        (r"\alpha \le \beta", "α ≤ β"),
        (r"x\in\mathbb{R}^n", "x ∈ ℝⁿ"),
        (r"\boldsymbol{\beta}", "β"),
        (r"\mathbb{E}[X]", "E[X]"),
        ("a < b", "a < b"),
        (r"50\%", "50%"),
        (r"0.5\,\mathrm{ms}", "0.5 ms"),
        (r"\text{if } x", "if x"),
        # Space around operators between two terms alone
        ("a+b-c", "a + b − c"),
        ("-x", "−x"),
        (r"(-1)^n", "(−1)ⁿ"),
        (r"-\log p", "−log p"),
        (r"x\to-\infty", "x → −∞"),
        ("f(x,y)", "f(x, y)"),
        ("1{,}000", "1,000"),
        (r"f: A\to B", "f: A → B"),
        ("a := b", "a := b"),
        (r"c_1,\dots,c_N", "c₁, …, c_N"),
        ("n!", "n!"),
        (r"\nabla f", "∇f"),
        (r"P(A\mid B)", "P(A ∣ B)"),
        # Functions
        (r"O(n\log n)", "O(n log n)"),
        (r"\exp(-x)", "exp(−x)"),
        (r"\log_2 n", "log₂ n"),
        (r"\operatorname{softmax}(z)_i", "softmax(z)_i"),
        # What stands above and below
        ("x^2", "x²"),
        ("10^{-3}", "10⁻³"),
        ("2^n-1", "2ⁿ − 1"),
        ("e^{-x/2}", "e^(−x/2)"),
        ("e^b", "e^b"),
        (r"A^\top", "A^⊤"),
        (r"90^\circ", "90°"),
        ("f''(x)", "f″(x)"),
        ("x^*", "x*"),
        ("x_i", "x_i"),
        ("x_{ij}", "x_ij"),
        ("x_{i+1}", "x_(i+1)"),
        ("x_i^2", "x_i²"),
        ("{ab}^2", "(ab)²"),
        (r"\sum_{i=1}^n x_i", "∑_(i=1)ⁿ x_i"),
        (r"\max_i x_i", "max_i x_i"),
        (r"\int_0^1 f(x)\,dx", "∫₀¹ f(x) dx"),
        (r"\hat p_1-\bar x", "p̂₁ − x̄"),
        (r"\vec v", "v⃗"),
        # Fractions and roots
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\frac{-1}{2}", "−1/2"),
        (r"\frac{a}{2n}", "a/(2n)"),
        (r"\frac{a/b}{c}", "(a/b)/c"),
        (r"\frac{\log n}{n}", "(log n)/n"),
        (r"\frac{f(x, y)}{n_1}", "f(x,y)/n₁"),
        (r"\frac{2^{-1}}{n}", "2⁻¹/n"),
        (r"\frac{\partial f}{\partial x}", "∂f/∂x"),
        (r"\tfrac12 x", "1/2 x"),
        (r"x\tfrac12", "x 1/2"),
        (r"(\tfrac12)", "(1/2)"),
        (r"\frac ab^2", "(a/b)²"),
        (r"\frac{|A\cap B|}{|C|-|A|}", "|A∩B|/(|C|−|A|)"),
        (r"\sqrt{x}", "√x"),
        (r"\sqrt{x+1}", "√(x + 1)"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"\sqrt{x}^2", "(√x)²"),
    ],
)
def test_a_simple_formula_fits_into_a_line(latex: str, text: str) -> None:
    assert read(latex) == text


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
        r"\binom{n}{k}",
        r"\underbrace{a}_{b}",
        r"\overline{ab}",
        r"\overset{!}{=}",
        r"\sqrt[5]{x}",
        r"\phantom{x}",
        r"x_{" * 30 + "y" + "}" * 30,
    ],
)
def test_a_formula_that_takes_more_than_a_line_is_none(latex: str) -> None:
    assert read(latex) == ""


@pytest.mark.parametrize(
    "mathml",
    [
        "",
        "<math>",
        "<math><mfrac><mi>a</mi></mfrac></math>",
        "<math><msub></msub></math>",
        '<math><mover accent="true"><mi>a</mi><mo></mo></mover></math>',
        "<math><semantics></semantics></math>",
        "<math><mi>&unheard;</mi></math>",
        "<math><mi>\0 1\0</mi></math>",
    ],
)
def test_damaged_markup_is_no_formula(mathml: str) -> None:
    assert read_formula(mathml) == ""


def test_entities_of_html_are_characters() -> None:
    assert read_formula("<math><mi>&alpha;</mi><mo>&lt;</mo><mn>&frac12;</mn></math>") == "α < ½"


ELEMENTS = ("mi", "mn", "mo", "mrow", "mfrac", "msup", "munder", "mover", "msqrt", "mspace", "x")


@given(st.recursive(
    st.text("ab1+−∑⃗ ,:", max_size=3),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(ELEMENTS),
        st.lists(inner, max_size=3),
    ),
))  # fmt: skip
def test_any_mathml_is_read_as_one_line(mathml: str) -> None:
    text = read_formula(f"<math>{mathml}</math>")

    assert text == " ".join(text.split())
