"""What setting a body gives besides its HTML."""

from __future__ import annotations

import re

import pytest

from builder.markup import set_body
from builder.markup.body import MAX_LINE
from builder.markup.parser import MAX_PARAGRAPH
from builder.model import Embed, Heading, Reference
from tests.builder.markup.fixtures import fill, set_text


def test_the_first_heading_is_the_title_and_leaves_the_body() -> None:
    body = set_text("# The *title* with `code`\n\nText\n\n## More\n", take_title=True)

    assert body.title == "The title with code"
    assert "title" not in fill(body)
    assert [heading.text for heading in body.headings] == ["More"]


def test_a_heading_behind_text_is_the_title_and_stays() -> None:
    body = set_text("Text\n\n## Title\n", take_title=True)

    assert body.title == "Title"
    assert '<h2 id="title">' in fill(body)


def numbers_of(html: str) -> list[str]:
    """The marks, the notes and the ways back of some HTML, in its order."""
    return re.findall(r'(?:<a id="|<li id="|class="footnote-back" href="#)(fn[^"]*)"', html)


NOTES = "\n\n[^1]: Of the title.\n[^2]: Of the text.\n"


@pytest.mark.parametrize(
    "text",
    [
        "# Title[^1]\n\nText[^2]." + NOTES,
        "# Title^[In place, see [^1].]\n\nText[^2].\n\n[^2]: Of the text.\n",
        "[^1]: Of the title.\n\n# Title[^1]\n\nText[^2].\n\n[^2]: Of the text.\n",
    ],
)
def test_a_footnote_of_the_title_goes_with_it_and_is_warned_of(text: str) -> None:
    body = set_text(text, take_title=True, first_line=5)

    (warning,) = body.problems
    assert warning.is_warning
    assert warning.message == "the footnote of the title is left out"
    assert warning.line == 5 + text[: text.index("#")].count("\n")
    assert body.title == "Title"
    html = fill(body)
    assert "Of the title" not in html
    assert "In place" not in html
    assert numbers_of(html) == ["fnref-1", "fn-1", "fnref-1"]


def test_a_note_of_the_title_that_the_text_refers_to_as_well_is_shown() -> None:
    body = set_text("# Title[^1]\n\nText[^2] and [^1]." + NOTES, take_title=True)

    assert len(body.problems) == 1
    html = fill(body)
    assert html.index("Of the text") < html.index("Of the title")
    assert numbers_of(html) == [
        "fnref-1", "fnref-2", "fn-1", "fnref-1", "fn-2", "fnref-2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "take_title"),
    [
        ("# Title[^1]\n\n[^1]: n", False),
        ("Text\n\n# Title[^1]\n\n[^1]: n", True),
        ("# [^1]\n\n[^1]: n", True),
        ("> # Title[^1]\n\n[^1]: n", True),
    ],
)
def test_a_heading_that_stays_keeps_its_footnotes(text: str, *, take_title: bool) -> None:
    body = set_text(text, take_title=take_title)

    assert body.problems == ()
    assert numbers_of(fill(body)) == ["fnref-1", "fn-1", "fnref-1"]


def test_with_a_title_of_its_own_a_document_keeps_its_first_heading() -> None:
    body = set_text("# A\n")

    assert body.title == ""
    assert '<h1 id="a">' in fill(body)


def test_a_heading_in_a_quotation_is_no_title() -> None:
    assert set_text("> # A\n", take_title=True).title == ""


def test_the_words_of_prose_are_counted() -> None:
    text = (
        "Two *words*, it's five-and\n\n    code is not\n\n`nor this` – 🎉 $x$\n\n- one\n\n"
        "| a |\n|---|\n"
    )

    assert set_text(text).words == 4 + 1 + 1


def test_chinese_and_japanese_words_are_counted_by_character() -> None:
    assert set_text("中文,排版 two 日本語のテスト हिन्दी शब्द 한국어 단어").words == 4 + 1 + 7 + 2 + 2


def test_the_summary_is_the_first_paragraph_as_plain_text() -> None:
    body = set_text(
        "# Title\n\n![](x.png)\n\n> quoted\n\nSome *text* with `code`,\n[a link](a.md), $x^2$, "
        "[[w|wiki]], [[posts/why-snippets-rot#x]] and a note[^1].\n\nMore\n\n[^1]: note\n",
        take_title=True,
    )

    assert body.summary == "Some text with code, a link, x², wiki, why snippets rot and a note."


def test_a_title_reads_without_latex_but_an_id_keeps_what_was_written() -> None:
    text = "# The $O(n \\log n)$ of [[posts/why-a-sort-waits]]\n\n## At $\\alpha$\n"
    body = set_text(text, take_title=True)

    assert body.title == "The O(n log n) of why a sort waits"
    assert [heading.id for heading in body.headings] == ["at-alpha"]


def test_a_formula_that_takes_more_than_a_line_or_cannot_be_set_is_its_latex() -> None:
    assert set_text(r"So $\binom{n}{k}$ of $n$.").summary == r"So \binom{n}{k} of n."
    assert set_text(r"So $\nothing{n}$ of $n$.").summary == r"So \nothing{n} of n."


def test_a_macro_of_the_site_is_read_as_what_it_stands_for() -> None:
    assert set_text(r"All of $\R^n$.").summary == "All of ℝⁿ."


def test_a_long_summary_ends_with_a_sentence_where_one_ends() -> None:
    first = "This is a sentence of some length. " * 5

    assert set_text(first + "And on it goes, long, " * 9).summary == first.rstrip()


def test_a_long_summary_without_sentences_ends_with_a_word() -> None:
    summary = set_text("word and, " * 100).summary

    assert summary.endswith(("word and…", "word…"))
    assert 150 < len(summary) <= 201


def test_a_chinese_summary_is_half_as_long() -> None:
    assert set_text("排" * 300).summary == "排" * 100 + "…"
    assert set_text(("排" * 29 + "。") * 10).summary == ("排" * 29 + "。") * 3


def test_a_summary_is_not_cut_between_a_letter_and_its_marks() -> None:
    for before in ("", "a"):
        summary = set_text(before + "कि" * 200).summary

        assert len(summary) > 190
        assert summary.removesuffix("…").endswith("कि")


def test_headings_are_listed_without_links_ids_and_notes() -> None:
    body = set_text("## See [*a*](b.md) & [x]{#x}[^1] `c` $d$ ![p](q.png)\n\n[^1]: n\n")

    (heading,) = body.headings
    assert heading.text == "See a & x c d p"
    assert heading.html.startswith("See <em>a</em> &amp; x <code>c</code> <math>")
    assert "<a " not in heading.html
    assert "<img" not in heading.html
    assert heading == Heading(2, "see-a-x-c-d-p", heading.text, heading.html)


def test_all_ids_are_anchors() -> None:
    body = set_text(
        "# A\n\n[b]{#b}[^1] <i id=c></i>\n\n<p id='d'>\n\n\\begin{align}x\\label{e}\\end{align}\n\n"
        "[^1]: n\n\n:::{note}\n:name: f\n:::\n"
    )

    assert set(body.anchors) == {"a", "b", "c", "d", "e", "f", "fn-1", "fnref-1"}


def test_references_and_embeds_stand_at_the_lines_of_the_file() -> None:
    text = """\
[a](a.md#x)

> - text
>   [b](b.md) and
>   ![c](c.png)

| h |
|---|
| [[d]] |

::::{note} A [title](e.md)
Some text
^[and a note
with [f](f.md)].

```card z_test#f
```
::::

<p>
<a href="g.md">

term
: [h](h.md)

[^n]: x
    [i](i.md)

mark[^n]
"""
    body = set_text(text, first_line=11)

    lines = {reference.target: reference.line for reference in body.references}
    expected = {
        name: 11 + next(n for n, line in enumerate(text.split("\n")) if name in line)
        for name in ("a.md", "b.md", "c.png", "e.md", "f.md", "g.md", "h.md", "i.md")
    }
    assert lines == {**expected, "d": 19}
    assert [embed.line for embed in body.embeds] == [26]
    assert not body.problems


def test_references_are_what_was_written() -> None:
    assert set_text("[a](b%20c.md?q#d%20e) [[f#g]] ![h](i.png)").references == (
        Reference("link", "b c.md?q", "d e", 1),
        Reference("wiki", "f", "g", 1),
        Reference("image", "i.png", "", 1),
    )


@pytest.mark.parametrize(
    ("info", "embed"),
    [
        ("z_test", Embed("z_test", "", False, "whole", "", 1)),
        ("z_test#f", Embed("z_test", "", False, "symbol", "f", 1)),
        ("z_test#C.m", Embed("z_test", "", False, "symbol", "C.m", 1)),
        ("gpu@inner-loop", Embed("gpu", "", False, "region", "inner-loop", 1)),
        ("gpu/kernel.py", Embed("gpu", "kernel.py", False, "whole", "", 1)),
        ("gpu/a/b.py@tile", Embed("gpu", "a/b.py", False, "region", "tile", 1)),
        ("z!tests", Embed("z", "", True, "whole", "", 1)),
        ("z!tests#test_x", Embed("z", "", True, "symbol", "test_x", 1)),
        (
            'z lines hl="a b" hl="c" title="T" caption="C" collapse',
            Embed("z", "", False, "whole", "", 1, "T", "C", "shown", ("a b", "c"), True),
        ),
        (
            'z#f {lines=file hl="say \\"x\\"" collapse}',
            Embed("z", "", False, "symbol", "f", 1, "", "", "file", ('say "x"',), True),
        ),
        ("z>stdout", Embed("z", "", False, "output", "stdout", 1)),
        ('z>a.svg {alt="A"}', Embed("z", "", False, "output", "a.svg", 1, alt="A")),
        ("z collapse {lines}", Embed("z", "", False, "whole", "", 1, "", "", "shown", (), True)),
    ],
)
def test_a_card_fence_says_what_to_show(info: str, embed: Embed) -> None:
    body = set_text(f"```card {info}\n```\n")

    assert body.problems == ()
    assert body.embeds == (embed,)
    assert fill(body) == f"<listing {embed.slug}>"


@pytest.mark.parametrize(
    ("info", "message", "hint"),
    [
        ("", "a card fence without a card", "write z_test"),
        ("{lines}", "a card fence without a card", "write z_test"),
        ("z>", "'z>' names no recorded output of a card", "write z_test>stdout"),
        ("z>../a.txt", "'z>../a.txt' names no recorded output of a card", "write z_test>stdout"),
        ("z>stdout lines", "a recorded output has no attribute 'lines'", "it has title"),
        ("z>stdout alt=x", "a card fence has no attribute 'alt'", "it has title"),
        ("z>a.svg", "the figure 'z>a.svg' has no text for those who can't see it", 'add alt="'),
        ("z#", "'z#' names no code of a card", "write z_test"),
        ("z!test", "'z!test' names no code of a card", "z_test!tests"),
        ("z/../y.py", "the file '../y.py' is outside of the card's folder", ""),
        ("z linse", "a card fence has no attribute 'linse'", "did you mean 'lines'?"),
        ("z lines=12-14", "the attribute 'lines' of a card fence can't be that", "lines=file"),
        ("z hl", "the attribute 'hl' of a card fence can't be that", 'hl="text of a line"'),
        ('z title="x', "attributes of a card fence can't be read from 'title=\"x'", ""),
        ("z {lines", "the braces of a card fence are never closed", ""),
        ("z .cls", "a card fence has no attribute '.cls'", "it has lines"),
    ],
)
def test_a_card_fence_with_a_slip_is_a_problem(info: str, message: str, hint: str) -> None:
    body = set_text(f"text\n\n```card {info}\n```\n", first_line=5)

    (problem,) = body.problems
    assert problem.line == 7
    assert message in problem.message
    assert hint in problem.hint


def test_a_card_fence_with_text_is_a_problem() -> None:
    (problem,) = set_text("```card z\nx = 1\n```\n").problems

    assert problem.message == "a card fence with text in it"


def test_a_language_that_begins_like_a_card_is_no_card() -> None:
    assert set_text("```cards\n```\n").embeds == ()


def test_math_is_told() -> None:
    assert set_text("$x$").has_math
    assert not set_text("`$x$`").has_math


def test_macros_that_cannot_be_read_are_a_problem() -> None:
    body = set_body("a\n\n$x$", path="a.md", first_line=1, take_title=False, macros={"a b": "x"})

    (problem,) = body.problems
    assert problem.line == 3
    assert "the site's math macros can't be read" in problem.message


def test_macros_of_one_site_do_not_reach_another() -> None:
    given = set_body(r"$\q$", path="a.md", first_line=1, take_title=False, macros={r"\q": "z"})

    assert "<mi>z</mi>" in fill(given)
    assert set_text(r"$\q$").problems


def test_too_deep_a_nesting_is_a_problem() -> None:
    (problem,) = set_text("text\n\n" + ">" * 60 + " a").problems

    assert (problem.line, problem.message) == (3, "blocks nested more than 49 deep")


def test_an_endless_paragraph_is_a_problem() -> None:
    (problem,) = set_text("a\n\n" + "word\n" * (MAX_PARAGRAPH // 5 + 1)).problems

    assert problem.line == 3
    assert problem.message == f"a paragraph of {MAX_PARAGRAPH + 4:,} characters"


def test_ten_megabytes_in_one_line_are_a_problem() -> None:
    (problem,) = set_text("a\n\n" + "x" * 10 * MAX_LINE).problems

    assert (problem.line, problem.message) == (3, "a line of 10,000,000 characters")


def test_line_ends_of_another_system_do_not_matter() -> None:
    text = "# A\n\n- b\n- c\n\n```python\nx\n```\n\n[d](#e)\n"

    assert set_text(text.replace("\n", "\r\n")) == set_text(text)


def test_a_body_is_set_the_same_whatever_was_set_before() -> None:
    text = "# A\n\nx[^1] $y$ [z][z]\n\n[^1]: n\n\n[z]: z.md\n"
    first = set_text(text)
    set_text("# A\n\n[z]: q.md\n\n[^1]: m\n\nx[^1]\n")

    assert set_text(text) == first
