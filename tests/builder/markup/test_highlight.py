"""Highlighted code is the code, in spans that a theme can colour."""

import html
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.markup.highlight import (
    TOKEN_CLASSES,
    find_language,
    highlight,
    highlight_lines,
    known_languages,
)
from tests.builder.markup.code_samples import SAMPLES

SPAN = re.compile(r'<span class="([a-z]+)">([^<>]*)</span>')


def strip(markup: str) -> str:
    """The text of the HTML, tags left out."""
    return html.unescape(SPAN.sub(r"\2", markup))


@pytest.mark.parametrize("language", SAMPLES)
def test_without_its_tags_the_html_is_the_code(language: str) -> None:
    code = SAMPLES[language]
    for text in (code, code.rstrip("\n"), "\n\n" + code + "\n\n", code.replace("\n", "\r\n")):
        assert strip(highlight(text, language)) == text


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(code=st.text(max_size=60), language=st.sampled_from([*SAMPLES, "text", "markdown"]))
def test_any_text_comes_back_to_the_last_character(code: str, language: str) -> None:
    assert strip(highlight(code, language)) == code


@pytest.mark.parametrize(
    "code", ["", "\n", "\n\n", "\r", "\r\n", "a\rb\r\n\nc", "\ufeffx", "\t\tx"]
)
def test_line_ends_tabs_and_marks_are_kept(code: str) -> None:
    assert strip(highlight(code, "python")) == code


@pytest.mark.parametrize("language", SAMPLES)
def test_every_line_is_a_piece_of_its_own(language: str) -> None:
    code = SAMPLES[language]
    lines = highlight_lines(code, language)

    assert [strip(line) for line in lines] == code.removesuffix("\n").split("\n")
    assert "\n".join(lines) + "\n" == highlight(code, language)
    for line in lines:
        assert line.count("<span") == len(SPAN.findall(line)) == line.count("</span>")


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert highlight_lines("", "c") == ()
    assert highlight_lines("\n", "c") == ("",)
    assert highlight_lines("\n\nb", "c") == ("", "", "b")
    assert highlight_lines("a\r\nb\rc\n", "c") == ("a", "b", "c")
    assert highlight_lines("a\x0bb\u2028c", "text") == ("a\x0bb\u2028c",)


def test_a_string_over_three_lines_is_closed_and_opened_again() -> None:
    assert highlight_lines('x = """a\n\n  b"""', "python") == (
        'x = <span class="s">"""a</span>',
        "",
        '<span class="s">  b"""</span>',
    )


def test_lines_of_space_in_a_comment_have_no_span() -> None:
    assert highlight_lines("/*\n  \n*/", "c")[1] == "  "


def test_neighbours_of_one_class_share_a_span_and_plain_text_has_none() -> None:
    assert highlight("a.b = ('c' + 1)\n", "python") == (
        'a.b = (<span class="s">\'c\'</span> + <span class="m">1</span>)\n'
    )


def test_text_is_escaped_and_nothing_more() -> None:
    assert highlight("a < b && c > \"d\" 'e'", "text") == "a &lt; b &amp;&amp; c &gt; \"d\" 'e'"
    assert highlight("'</span><b>'", "python") == (
        "<span class=\"s\">'&lt;/span&gt;&lt;b&gt;'</span>"
    )


@pytest.mark.parametrize("language", SAMPLES)
def test_only_documented_classes_are_used(language: str) -> None:
    spans = SPAN.findall(highlight(SAMPLES[language], language))

    assert {name for name, _ in spans} <= set(TOKEN_CLASSES)
    assert all(text.strip() for _, text in spans)


def test_every_documented_class_is_used() -> None:
    samples = {
        **SAMPLES,
        "pytb": 'Traceback (most recent call last):\n  File "a", line 1, in b\nKeyError: 1\n',
        "markdown": "# a\n\n*b* **c**\n",
    }
    used = {
        name
        for language, code in samples.items()
        for name, _ in SPAN.findall(highlight(code, language))
    }

    assert used == set(TOKEN_CLASSES)


@pytest.mark.parametrize(
    ("code", "language", "name", "text"),
    [
        ("def f(): pass", "python", "nf", "f"),
        ("def f(): return None", "python", "kc", "None"),
        ("a and b", "python", "k", "and"),
        ("@cache", "python", "nd", "@cache"),
        ("class A: pass", "python", "nc", "A"),
        ("raise KeyError", "python", "nb", "KeyError"),
        ("f'{a}'", "python", "se", "{"),
        ("int a;", "c", "kt", "int"),
        ("#include <a.h>", "c", "s", "&lt;a.h&gt;"),
        ("{'a': 1}".replace("'", '"'), "json", "nt", '"a"'),
        ("<p id=a>", "html", "na", "id"),
        ("&amp;", "html", "se", "&amp;amp;"),
        ("echo $A", "bash", "nv", "$A"),
        ("+ a", "diff", "gi", "+ a"),
        ("$ ls\na", "console", "go", "a"),
        ("' a", "vba", "c", "' a"),
    ],
)
def test_the_table_of_classes_is_followed(code: str, language: str, name: str, text: str) -> None:
    assert (name, text) in SPAN.findall(highlight(code, language))


@pytest.mark.parametrize(
    ("language", "before", "code"),
    [
        ("xquery", "<a>{", "1 } x"),
        ("csound", "opcode foo, i, i\n xin\nendop\n", "instr 1\n foo 1\nendin\n"),
        ("haxe", "class A { function f() { #if x trace(1);", "var x #else y #end"),
        ("mime", "Content-Type: text/html\n\n<p>a\n", "\n\n<p>a\n"),
        ("modula2", "(*!m2pim*) MODULE A; UNSAFE END A.", "MODULE A; UNSAFE END A."),
    ],
)
def test_what_was_highlighted_before_makes_no_difference(
    language: str, before: str, code: str
) -> None:
    # Pygments' lexers for these languages remember what they saw, in themselves or in their class.
    expected = highlight(code, language)
    highlight(before, language)

    assert highlight(code, language) == expected


def test_code_of_which_a_lexer_loses_a_part_stays_plain() -> None:
    code = 'a = "b"\nc = << EOF\nd\nEOF\n'  # the lexer drops the space before EOF

    assert highlight(code, "terraform") == code.replace("<", "&lt;")
    assert "<span" in highlight(code.replace("<< ", "<<"), "terraform")


def test_code_that_would_take_minutes_stays_plain() -> None:
    assert "<span" in highlight("x = 'a'\n" * 600, "python")
    assert "<span" not in highlight("x = 'a'; " * 600, "python")
    assert "<span" not in highlight("x = 'a'\n" * 70_000, "python")
    assert "<span" not in highlight("a" * 100_000, "makefile")


def test_an_unknown_language_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="klingon"):
        highlight("a", "klingon")


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Python", "python"),
        ("py", "python"),
        ("VBA", "vb.net"),
        ("text", "text"),
        ("plain", "text"),
        ("txt", "text"),
        ("console", "console"),
        ("shell-session", "console"),
        ("jsonc", "json"),
        ("C++", "cpp"),
        ("r", "r"),
        ("latex", "latex"),
        ("", None),
        ("klingon", None),
    ],
)
def test_languages_are_found_by_any_of_their_names(name: str, language: str | None) -> None:
    assert find_language(name) == language


def test_every_known_name_leads_to_a_language_that_highlights() -> None:
    names = known_languages()
    languages = {find_language(name) for name in names}

    assert {"python", "py", "vba", "txt"} <= set(names)
    assert list(names) == sorted(set(names))
    assert None not in languages
    assert all(find_language(language) == language for language in languages if language)
    for name in random.Random(0).sample(names, 25):
        assert strip(highlight("a = 1\n", name)) == "a = 1\n"
