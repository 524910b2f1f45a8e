"""The text of a paper, as the search gets it."""

from __future__ import annotations

import re

import pytest

from builder.markup.papers import LONGEST_TEXT, MOST_PAGES, pdf_text, set_paper, tidy_text
from tests.builder.pictures import make_pdf

# In the stream of a page: the next line.
BREAK = ") Tj 0 -30 Td ("


def lines(*texts: str) -> bytes:
    return make_pdf(text=BREAK.join(texts))


def test_the_pages_of_a_paper_are_parted_by_a_blank_line() -> None:
    assert pdf_text(make_pdf(text="Two words", pages=2)) == "Two words\n\nTwo words"


def test_a_word_that_a_line_cuts_is_whole() -> None:
    assert pdf_text(lines("A distri-", "bution", "of it")) == "A distribution\nof it"


def test_a_hyphen_at_a_lines_end_stays_before_a_name_and_a_figure() -> None:
    assert pdf_text(lines("Welford-", "Knuth, pages 3-", "5")) == "Welford-Knuth, pages 3-\n5"


@pytest.mark.parametrize(
    ("found", "read"),
    [
        ("ﬁt, aﬄuent, eﬀect", "fit, affluent, effect"),
        ("distri\ufffebution, distri\x02\r\nbution", "distribution, distribution"),
        ("A\ufffeB, 3\x024", "A-B, 3-4"),
        ("soft\u00ad\nened, un\u00adseen", "softened, unseen"),
        ("a\x00b\x1b\x7f\x9fc\ue000\ud800\uffff", "abc"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("x\x02", "x"),
        ("梯度下降，क्षमा, x²", "梯度下降，क्षमा, x²"),
    ],
)
def test_what_a_page_says_is_read_as_readers_type_it(found: str, read: str) -> None:
    assert tidy_text(found) == read


def test_of_a_long_paper_the_beginning_is_read_up_to_a_words_end() -> None:
    text = pdf_text(make_pdf(width=20_000, text="abcdefg " * 150, pages=90))

    assert LONGEST_TEXT - 20 < len(text) <= LONGEST_TEXT
    assert set(re.findall(r"\S+", text)) == {"abcdefg"}


def test_a_long_text_without_spaces_is_cut_where_it_must_be() -> None:
    text = pdf_text(make_pdf(width=20_000, text="x" * 2_000, pages=60))

    assert LONGEST_TEXT - 2_100 < len(text) <= LONGEST_TEXT


def test_a_book_is_not_looked_through_to_its_end() -> None:
    text = pdf_text(make_pdf(text="p", pages=MOST_PAGES + 1))

    assert text.count("p") == MOST_PAGES


def test_a_paper_without_text_says_nothing() -> None:
    assert pdf_text(make_pdf(text="")) == ""


def test_what_a_paper_says_is_text_and_no_markup() -> None:
    galley = set_paper("a < b & <script>")

    assert galley.pieces == ("<p>a &lt; b &amp; &lt;script&gt;</p>",)
