"""The test of first characters: what matches is never ruled out, and what can't match mostly is."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.markup.first_characters import Parse, find_parse, make_first_test

ALPHABET = "aAkKſKsSßéЯя_09 \t\n-]^\\.漢"

ATOMS = st.one_of(
    st.sampled_from(ALPHABET).map(re.escape),
    st.sampled_from([".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", "[a-k]", "[^a-k]", r"[^\w\s]"]),
    st.sampled_from(
        [r"[^k]", r"[\dſ]", "[K-Z_]", "[]^]", r"\b", r"\B", "^", "$", r"\A", r"\Z", ""]
    ),
)


def combine(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda both: f"(?:{both[0]}|{both[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+?", "{0,2}", "{2}", "{0}", "*+"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
        inner.map(lambda one: f"(?={one})"),
        inner.map(lambda one: f"(?!{one})"),
        inner.map(lambda one: f"(?>{one})"),
        inner.map(lambda one: f"(?i:{one})"),
        inner.map(lambda one: f"(?a-i:{one})"),
        inner.map(lambda one: f"({one})\\1"),
        inner.map(lambda one: f"(?<=[{ALPHABET[:6]}]){one}"),
    )


@pytest.fixture(scope="module")
def parse() -> Parse:
    parse = find_parse()
    assert parse is not None
    return parse


@settings(max_examples=1500, derandomize=True, deadline=None, database=None)
@given(
    source=st.recursive(ATOMS, combine, max_leaves=8),
    flags=st.sampled_from([re.NOFLAG, re.IGNORECASE, re.DOTALL, re.MULTILINE | re.I | re.S]),
    text=st.text(ALPHABET, max_size=6),
)
def test_what_matches_is_never_ruled_out(
    parse: Parse, source: str, flags: re.RegexFlag, text: str
) -> None:
    try:
        pattern = re.compile(source, flags)
    except re.error:  # such as a group that refers to itself in a look-behind
        return
    test = make_first_test(pattern, parse)
    for position in range(len(text) + 1):
        found = pattern.match(text, position)
        if found and test is not None:
            assert position < len(text), "a match at the end of the text needs no first character"
            assert test(text[position])


@pytest.mark.parametrize(
    ("source", "flags", "expected"),
    [
        ("ab|k+", 0, "ak"),
        ("ab|k+", re.I, "aAkK\u212a"),
        ("(?ai:k)", 0, "kK"),
        ("(?-i:k)|a", re.I, "kaA"),
        (r"(?u:[^\W\d])", re.A, "aAkK\u212asS_x"),
        (r"x*\d", re.A, "0129x"),
        (r"(?=[a9])\w+", 0, "a9"),
        (r"(?<=\n)(?!a)\b[^\W\d_]", re.A, "aAkKsSx"),
        (r"(?:(a|k)|s)(?:0)?", 0, "aks"),
        ("[^\\w\\s]", 0, "-]^\\."),
    ],
)
def test_first_characters_are_read_off(
    parse: Parse, source: str, flags: int, expected: str
) -> None:
    test = make_first_test(re.compile(source, flags), parse)

    assert test is not None
    alphabet = "aAkK\u212asS_0129x -]^\\.\n"
    assert {char for char in alphabet if test(char)} == set(expected)


@pytest.mark.parametrize("source", ["", "a*", "a|", "(?=b)?", "(?!a)", r"\b", r"(?:)", r"(a)?\1b"])
def test_what_may_be_empty_or_is_not_known_has_no_test(parse: Parse, source: str) -> None:
    assert make_first_test(re.compile(source), parse) is None


def test_a_tree_with_anything_unknown_gives_no_test() -> None:
    def parse_strangely(_: str, __: int) -> object:
        return [("A_NODE_OF_NEXT_YEAR", 1)]

    def fail(_: str, __: int) -> object:
        raise TypeError

    assert make_first_test(re.compile("a"), parse_strangely) is None
    assert make_first_test(re.compile("a"), fail) is None
    assert make_first_test(re.compile("a"), lambda _, __: None) is None
