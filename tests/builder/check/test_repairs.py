"""Markup that an HTML5 parser repairs without a word."""

from __future__ import annotations

import pytest

from tests.builder.check.output import BODY, Output


@pytest.mark.parametrize(
    "markup",
    [
        "<ul><li>a<li>b<ul><li>c</ul></ul>",
        "<p>a<p>b<ul><li>c</ul>",
        "<table><tr><td>a<td>b<tr><th>c</table>",
        "<table><caption>x<thead><tr><th>a<tbody><tr><td>b</table>",
        "<table><tbody><tr><td>a</td></tr></tbody></table>",
        "<table><colgroup><col><col><tr><td>a</table>",
        "<dl><dt>a<dd>b<dt>c</dl>",
        "<dl><div><dt>a<dd>b</div></dl>",
        "<select><option>a<option>b<optgroup label=x><option>c</select>",
        "<ruby>a<rt>b<rp>c</ruby>",
        "<p>x<br/>y<hr/>",
        '<p>x<img src="/notes/" alt="" width="1" height="1"/></p>',
        "<P>x</p>",
        "<svg viewBox='0 0 1 1'><path d='M0 0'/><linearGradient/></svg>",
        "<svg><foreignObject><p>x<br></p></foreignObject></svg>",
        "<svg><path/><foreignObject><p>x<br></p></foreignObject></svg>",
        "<svg><title/><path/></svg>",
        '<p><object data="/notes/"><p>x</object>',
        "<ul><li><a href=/notes/>x</a></ul>",
        "<math><mspace width='1em'/><mi>x</mi><mtext>a<b>c</b></mtext></math>",
        "<textarea><b></textarea><!-- <i> --><script>'<b>'</script>",
        "<a href=/notes/>x</a>",
        '<a href="/notes/"><div>x</div></a>',
        "<p title='a > b'>x &lt; y</p>",
        "<details><summary>x</summary><p>y</details>",
        "<template><tr><td>x</td></tr></template>",
        "<style-guide>x</style-guide>",
    ],
)
def test_valid_markup_is_fine_also_where_tags_are_left_out(output: Output, markup: str) -> None:
    output.page("a/", markup)

    assert output.problems == []


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("<p><div>x</div></p>", "</p> ends nothing"),
        ("<p><b>x<ul><li>x</ul>", "<b> is still open at <ul>, which ends the paragraph"),
        ("<section><b>x</section>", "<b> is still open at </section>"),
        ("<style-guide><b>x</style-guide>", "<b> is still open at </style-guide>"),
        ("</section>", "</section> ends nothing"),
        ("<div/>x", "<div/> stays open: '/>' ends nothing in HTML"),
        (
            '<a href="/notes/">x<em><a href="#">y</a></em></a>',
            f"<a> inside <a> from line {BODY + 1}",
        ),
        ("<button>x<button>y</button></button>", f"<button> inside <button> from line {BODY + 1}"),
        ("<h2>x<h3>y</h3></h2>", f"<h3> inside <h2> from line {BODY + 1}"),
        ("<table><div>x</div></table>", "<div> may not stand directly in <table>"),
        ("<table><tr><p>x</p></tr></table>", "<p> may not stand directly in <tr>"),
        ("<table><td>x</td></table>", "<td> may not stand directly in <table>"),
        ("<br></br>", "</br> ends nothing"),
        ("<p class=a id=x class=b>x</p>", "<p> has 'class' twice"),
    ],
)
def test_what_the_parser_repairs_is_found_at_its_line(
    output: Output, markup: str, message: str
) -> None:
    output.page("a/", f"\n{markup}")

    assert output.found == [("a/index.html", BODY + 1, message)]


def test_an_element_that_nobody_ends_is_found_where_it_starts(output: Output) -> None:
    output.page("a/", "<p>x</p>\n<section>\n<p>y</p>")

    assert output.found == [("a/index.html", BODY + 1, "<section> is still open at the page's end")]


def test_crossed_elements_are_found(output: Output) -> None:
    output.page("a/", "<b>x\n<i>y</b>\nz</i>")

    assert output.found == [
        ("a/index.html", BODY + 1, "<i> is still open at </b>"),
        ("a/index.html", BODY + 2, "</i> ends nothing"),
    ]


def test_what_cannot_be_explained_is_a_warning(output: Output) -> None:
    output.page("a/", "<svg><p>x</p></svg>")

    (problem,) = output.problems
    assert (problem.line, problem.is_warning) == (BODY, True)
    assert problem.message == "the parser changed the markup: <p> became </svg>"
