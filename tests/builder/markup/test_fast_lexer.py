"""The faster loops give Pygments' own tokens, whatever the text."""

import random
import re
import types
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.lexers import find_lexer_class, get_all_lexers, get_lexer_by_name
from pygments.token import Name, Text

from builder.markup.fast_lexer import Loops, default_loops, lex, make_loops
from builder.markup.first_characters import find_parse
from tests.builder.markup.code_samples import SAMPLES

PYGMENTS_LOOPS = (RegexLexer.get_tokens_unprocessed, ExtendedRegexLexer.get_tokens_unprocessed)
# Pieces that open, close, escape or end something in many languages, and letters that fold oddly.
PIECES = [*"\"'`\\/*#-<>{}()[]$@%&|:;,.=+!?~^ \n\t_09aZſKßéЯ漢😀", "\n\n", '"""', "/*", "*/", "${"]
PIECES += ["#{", "<!--", "<script>", "</", "```", "--[[", "r#", "0x", "1e", "EOF", "@end", "%}"]

# One lexer of each kind: with states, with a context, with others inside, with their own loops.
KINDS = ("python", "javascript", "rust", "cpp", "html", "yaml", "console", "sql", "bash", "vb.net")


@pytest.fixture(scope="module")
def loops() -> Loops:
    loops = default_loops()
    assert loops is not None, "this Pygments and this Python are known, so the proof holds"
    return loops


def make_lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def run(lexer: Lexer, text: str, loops: Loops | None) -> object:
    """The tokens, or the exception that the lexer's own code raises."""
    try:
        return lex(lexer, text, loops)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("language", SAMPLES)
def test_tokens_of_each_language_are_pygments_tokens(language: str, loops: Loops) -> None:
    lexer = make_lexer(language)
    code = SAMPLES[language]

    tokens = lex(lexer, code, loops)

    assert tokens == lex(lexer, code, None)
    assert "".join(value for _, _, value in tokens) == code
    assert len({kind for _, kind, _ in tokens}) > 3


@pytest.mark.parametrize("language", SAMPLES)
def test_a_text_may_end_anywhere(language: str, loops: Loops) -> None:
    lexer = make_lexer(language)
    code = SAMPLES[language]
    for end in random.Random(language).sample(range(len(code)), 12):
        for part in (code[:end], code[end : end + 80]):
            assert lex(lexer, part, loops) == lex(lexer, part, None)


@pytest.mark.parametrize("language", SAMPLES)
def test_broken_code_gives_the_same_tokens(language: str, loops: Loops) -> None:
    lexer = make_lexer(language)
    random_ = random.Random(language)
    for _ in range(12):
        start = random_.randrange(len(SAMPLES[language]))
        letters = list(SAMPLES[language][start : start + 250])
        for _ in range(10):
            at = random_.randrange(len(letters) + 1)
            letters[at : at + random_.randrange(3)] = random_.choices(PIECES, k=2)
        code = "".join(letters)
        assert lex(lexer, code, loops) == lex(lexer, code, None), code


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(
    parts=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=40),
    language=st.sampled_from(KINDS),
)
def test_any_text_gives_the_same_tokens(loops: Loops, parts: list[str], language: str) -> None:
    lexer, text = make_lexer(language), "".join(parts)

    assert run(lexer, text, loops) == run(lexer, text, None)


def test_every_fourth_lexer_of_pygments_gives_the_same_tokens(loops: Loops) -> None:
    # XQuery's remembers the text before in its class, so it can't be asked twice.
    titles = sorted({title for title, *_ in get_all_lexers(plugins=False)} - {"XQuery"})[::4]
    for title in titles:
        kind = find_lexer_class(title)
        assert kind is not None
        lexer = kind(stripnl=False, ensurenl=False)
        for code in random.Random(title).sample(sorted(SAMPLES.values()), 4):
            text = code[:500]
            assert run(lexer, text, loops) == run(lexer, text, None), title


def test_pygments_is_left_as_it_was(loops: Loops) -> None:
    class Broken(RegexLexer):
        tokens = {"root": [(r"a", Text, "next")], "next": [(r"b", lambda *_: 1 // 0)]}  # noqa: RUF012

    lex(make_lexer("html"), SAMPLES["html"], loops)
    with pytest.raises(ZeroDivisionError):
        lex(Broken(), "ab", loops)

    now = (RegexLexer.get_tokens_unprocessed, ExtendedRegexLexer.get_tokens_unprocessed)
    assert now == PYGMENTS_LOOPS


def test_far_fewer_patterns_are_tried() -> None:
    assert count_tries("rust", default_loops()) * 4 < count_tries("rust", None)
    assert count_tries("python", default_loops()) * 4 < count_tries("python", None)


def test_without_a_parser_there_are_no_faster_loops() -> None:
    assert make_loops(None) is None


@pytest.mark.parametrize("tree", [None, [("NEW", 0)], [(1, 2, 3)]])
def test_a_parser_with_unknown_trees_costs_speed_only(tree: object) -> None:
    slow = make_loops(lambda _, __: tree)

    assert slow is not None
    for language in KINDS:
        lexer = make_lexer(language)
        assert lex(lexer, SAMPLES[language], slow) == lex(lexer, SAMPLES[language], None)


def test_a_parser_that_leads_astray_does_not_pass_the_proof() -> None:
    parse = find_parse()
    assert parse is not None

    assert make_loops(lambda _, flags: parse("§", flags)) is None


@pytest.mark.parametrize(
    "processed",
    [
        {"root": ((re.compile("a").match, Name, None),)},
        {"root": [(re.compile("a").match, Name, None)], "next": "not rules"},
        types.MappingProxyType({"root": [(re.compile("a").match, Name, None)]}),
    ],
    ids=["a tuple of rules", "a state that is a text", "a mapping that is no dictionary"],
)
def test_rules_of_an_unknown_form_are_left_to_pygments(processed: Any, loops: Loops) -> None:
    class Odd(RegexLexer):
        tokens = {"root": [(r"a", Name)]}  # noqa: RUF012

    lexer = Odd()
    lexer._tokens = processed  # type: ignore[attr-defined]  # private, which is the point

    assert lex(lexer, "ab", loops) == lex(lexer, "ab", None) != []


def test_a_callback_may_move_the_end(loops: Loops) -> None:
    def stop_after_two(_: Lexer, match: re.Match[str], context: LexerContext) -> Iterator[Any]:
        yield match.start(), Name, match.group()
        context.pos = match.end()
        context.end = match.end() + 2

    class Narrowed(ExtendedRegexLexer):
        tokens = {"root": [(r"!", stop_after_two), (r"\w+", Text)]}  # noqa: RUF012

    assert [value for _, _, value in lex(Narrowed(), "ab!cdef", loops)] == ["ab", "!", "cd"]


def test_a_text_of_many_characters_does_not_fill_the_memory(loops: Loops) -> None:
    class Letters(RegexLexer):
        tokens = {"root": [(r"\w", Name)]}  # noqa: RUF012

    lexer = Letters()
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))
    assert lex(lexer, text, loops) == lex(lexer, text, None)

    assert loops.known_states is not None
    assert len(loops.known_states.states_of(lexer)["root"]) <= 512


def test_rules_with_a_matcher_of_their_own_are_always_tried(loops: Loops) -> None:
    class Odd(RegexLexer):
        tokens = {"root": [(r"a", Name)]}  # noqa: RUF012

    lexer = Odd()
    digits = re.compile("[0-9]+")
    lexer._tokens = {  # type: ignore[attr-defined]
        "root": [(lambda text, position: digits.match(text, position), Name, None)]
    }

    assert [value for _, kind, value in lex(lexer, "x12", loops) if kind is Name] == ["12"]


def count_tries(language: str, loops: Loops | None) -> int:
    """How many patterns are tried on a language's sample."""
    tries = 0

    class Counted:
        def __init__(self, match: Any) -> None:
            self.match = match
            self.__self__ = match.__self__

        def __call__(self, *arguments: Any) -> Any:
            nonlocal tries
            tries += 1
            return self.match(*arguments)

    lexer: Any = make_lexer(language)
    lexer._tokens = {
        name: [(Counted(match), action, change) for match, action, change in rules]
        for name, rules in lexer._tokens.items()
    }
    lex(lexer, SAMPLES[language], loops)
    return tries
