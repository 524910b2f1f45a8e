"""An embed to its lines."""

from collections.abc import Mapping
from typing import Literal

import pytest

from builder.cards import (
    card_files,
    card_slugs,
    find_listing,
    read_code,
    unused_regions,
)
from builder.cards import (
    test_files as files_of_tests,
)
from builder.model import CodeFacts, Embed, Listing, Span

PAGE = "content/cards/page.md"
LINE = 7

Part = Literal["whole", "symbol", "region"]


def code_of(files: Mapping[str, str]) -> dict[str, CodeFacts]:
    return {path: read_code(path, text.encode()) for path, text in files.items()}


def embed(slug: str, part: Part = "whole", name: str = "", *, file: str = "") -> Embed:
    return Embed(slug, file, False, part, name, LINE)


def embed_tests(slug: str, part: Part = "whole", name: str = "") -> Embed:
    return Embed(slug, "", True, part, name, LINE)


def find(asked: Embed, files: Mapping[str, str]) -> Listing | str:
    """The listing, or the text of the problem."""
    found = find_listing(asked, code_of(files), path=PAGE)
    return found if isinstance(found, Listing) else str(found)


def place(asked: Embed, files: Mapping[str, str]) -> tuple[str, Span]:
    found = find(asked, files)
    assert isinstance(found, Listing), found
    return found.path, found.span


MODULE = {
    "snippets/z_test.py": (
        "A = 1\n\n\nclass T:\n    def m(self): ...\n# region r\nx = 2\n# endregion\n"
    ),
    "snippets/z_test.vba": "' region r\nOption Explicit\n' endregion r\n",
    "tests/snippets/test_z_test.py": "def test_a(): ...\n",
    "tests/snippets/test_z_test_edges.py": "def test_b(): ...\n",
}
PACKAGE = {
    "snippets/conv/__init__.py": "from snippets.conv.kernel import f\nN = 1\n",
    "snippets/conv/bench.py": "def f(): ...\ndef g(): ...\nN = 2\n",
    "snippets/conv/kernel.py": "def f(): ...\n# region tile\nx = 1\n# endregion tile\n",
    "snippets/conv/data.bin": "",
}


def test_a_card_has_its_main_file_first() -> None:
    paths = ["snippets/a/z.py", "snippets/a/__init__.py", "snippets/ab.py", "snippets/a/k/b.cu"]
    paths += ["snippets/a.sql", "snippets/a/__pycache__/z.pyc"]

    assert card_files("a", paths) == (
        "snippets/a/__init__.py",
        "snippets/a.sql",
        "snippets/a/k/b.cu",
        "snippets/a/z.py",
    )
    assert card_files("a", ["snippets/a.bas", "snippets/a.py"])[0] == "snippets/a.py"


def test_a_test_file_belongs_to_the_card_with_the_longest_name_that_fits() -> None:
    paths = ["snippets/z.py", "snippets/z_test.py", "tests/snippets/test_z.py"]
    paths += ["tests/snippets/test_z_edges.py", "tests/snippets/test_z_test.py"]
    paths += ["tests/snippets/test_z_test_more.py", "tests/snippets/test_zz.py"]

    assert files_of_tests("z", paths) == (
        "tests/snippets/test_z.py",
        "tests/snippets/test_z_edges.py",
    )
    assert files_of_tests("z_test", paths) == (
        "tests/snippets/test_z_test.py",
        "tests/snippets/test_z_test_more.py",
    )


def test_slugs_are_the_names_of_modules_packages_and_other_code() -> None:
    paths = ["snippets/a.py", "snippets/b/c.py", "snippets/d.sql", "snippets/conftest.py", "x.py"]
    paths += ["snippets/README.md", "snippets/LICENSE", "snippets/__init__.py"]

    assert card_slugs(paths) == ("a", "b", "d")


def test_a_card_shows_its_main_file_whole() -> None:
    assert place(embed("z_test"), MODULE) == ("snippets/z_test.py", Span(1, 8))
    assert place(embed("conv"), PACKAGE) == ("snippets/conv/__init__.py", Span(1, 2))


def test_symbols_and_regions_are_found_in_the_main_file() -> None:
    assert place(embed("z_test", "symbol", "T.m"), MODULE)[1] == Span(5, 5)
    assert place(embed("z_test", "region", "r"), MODULE) == ("snippets/z_test.py", Span(7, 7))


def test_a_file_is_found_beside_the_module_and_in_the_package() -> None:
    beside = place(embed("z_test", "region", "r", file="z_test.vba"), MODULE)
    inside = place(embed("conv", "symbol", "N", file="bench.py"), PACKAGE)

    assert beside == ("snippets/z_test.vba", Span(2, 2))
    assert inside == ("snippets/conv/bench.py", Span(3, 3))


def test_the_main_file_goes_before_the_others_and_the_only_other_is_found() -> None:
    assert place(embed("conv", "symbol", "N"), PACKAGE)[0] == "snippets/conv/__init__.py"
    assert place(embed("conv", "symbol", "g"), PACKAGE)[0] == "snippets/conv/bench.py"
    assert place(embed("conv", "region", "tile"), PACKAGE)[0] == "snippets/conv/kernel.py"


def test_tests_are_found_in_every_test_file_of_the_card() -> None:
    assert place(embed_tests("z_test"), MODULE)[0] == "tests/snippets/test_z_test.py"
    found = place(embed_tests("z_test", "symbol", "test_b"), MODULE)
    assert found == ("tests/snippets/test_z_test_edges.py", Span(1, 1))


def test_a_listing_knows_the_symbols_it_shows() -> None:
    found = find(embed("z_test"), MODULE)

    assert isinstance(found, Listing)
    assert found.symbols == ("A", "T", "T.m", "x")


@pytest.mark.parametrize(
    ("asked", "files", "problem"),
    [
        (embed("z_tst"), MODULE, "no snippet is called 'z_tst'\n    did you mean 'z_test'?"),
        (embed("other"), MODULE, "no snippet is called 'other'\n    write snippets/other.py"),
        (
            embed("z_test", file="z_test.bas"),
            MODULE,
            "card 'z_test' has no file 'z_test.bas'\n    did you mean 'z_test.vba' or 'z_test.py'?",
        ),
        (
            embed("conv", "symbol", "f"),
            PACKAGE,
            "symbol 'f' is in several files of card 'conv': bench.py, kernel.py\n"
            "    name the file too, as in `card slug/file.py#symbol`",
        ),
        (
            embed("z_test", "symbol", "m"),
            MODULE,
            "symbol 'm' is not in card 'z_test'\n    did you mean 'T.m'?",
        ),
        (
            embed("z_test", "region", "A", file="z_test.py"),
            MODULE,
            "region 'A' is not in snippets/z_test.py\n    it is a symbol: write #A",
        ),
        (
            embed("z_test", "region", "rr"),
            MODULE,
            "region 'rr' is not in card 'z_test'\n    did you mean 'r'?",
        ),
        (
            embed("q", "symbol", "total"),
            {"snippets/q.sql": "SELECT 1;\n"},
            "symbol 'total' is not in snippets/q.sql\n    symbols are found in Python files; "
            "elsewhere mark a region and ask for that",
        ),
        (
            embed("q", "symbol", "f"),
            {"snippets/q.py": "def f(): ...\ndef f(): ...\n"},
            "symbol 'f' is defined more than once in snippets/q.py\n"
            "    mark the lines you mean with a region, and ask for that",
        ),
        (
            embed("q", "symbol", "f"),
            {"snippets/q.py": "def f(:\n"},
            "symbol 'f' is not in snippets/q.py\n    snippets/q.py can't be read: correct it first",
        ),
        (
            embed_tests("q"),
            {"snippets/q.py": "x = 1\n"},
            "card 'q' has no tests\n    write tests/snippets/test_q.py",
        ),
        (
            embed_tests("z_test", "symbol", "test_c"),
            MODULE,
            "symbol 'test_c' is not in the tests of card 'z_test'\n"
            "    did you mean 'test_b' or 'test_a'?",
        ),
        (
            embed("q"),
            {"snippets/q.py": ""},
            "snippets/q.py is empty, so it can't be shown\n    link to it instead",
        ),
        (
            embed("q"),
            {"snippets/q/a.cu": "x\n", "snippets/q/b.cu": "x\n"},
            "card 'q' has several files and none is its main one\n    name one: q/a.cu, b.cu",
        ),
    ],
)
def test_what_cannot_be_found_is_said_at_the_embed(
    asked: Embed, files: Mapping[str, str], problem: str
) -> None:
    assert find(asked, files) == f"{PAGE}:{LINE}: {problem}"


def test_a_region_that_no_page_asks_for_is_a_warning_at_its_line() -> None:
    code = code_of(MODULE)
    shown = find_listing(embed("z_test", "region", "r"), code, path=PAGE)
    whole = find_listing(embed("z_test", file="z_test.vba"), code, path=PAGE)
    assert isinstance(shown, Listing)
    assert isinstance(whole, Listing)

    unused = unused_regions(code, [shown, whole])

    assert [str(problem) for problem in unused] == [
        "snippets/z_test.vba:1: warning: no page shows region 'r'\n"
        "    embed it, or remove its two lines"
    ]


def test_a_symbol_with_the_name_of_a_region_does_not_count_as_its_use() -> None:
    code = code_of({"snippets/a.py": "# region f\ndef f(): ...\n# endregion f\n"})
    shown = find_listing(embed("a", "symbol", "f"), code, path=PAGE)
    assert isinstance(shown, Listing)

    assert [problem.line for problem in unused_regions(code, [shown])] == [1]
