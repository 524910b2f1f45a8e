"""One code file to `CodeFacts`.

In: a path and its bytes, in any language. Out: its symbols, regions, tests and problems.
It never imports or runs the code, and looks at no other file.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from builder.cards.imports import find_imports, has_doctests, has_main
from builder.cards.languages import PLAIN, comment_signs, find_language
from builder.cards.marks import find_marks, find_regions, split_lines
from builder.cards.symbols import Symbols, find_procedures, find_symbols
from builder.codec import sha256
from builder.errors import Problem
from builder.model import CodeFacts, Import


def read_code(path: str, data: bytes) -> CodeFacts:
    """What pages may know of a code file; one that is not text has the language "" and no lines."""
    language = find_language(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _binary(path, data, language, error)
    if language == PLAIN and "\0" in text:
        return _binary(path, data, language, None)
    lines = split_lines(text)
    regions, problems = find_regions(path, find_marks(lines, language))
    tree = _parse(path, lines) if language == "python" else None
    if isinstance(tree, Problem):
        problems = (*problems, tree)
    symbols = Symbols({}, ())
    imports: tuple[Import, ...] = ()
    # What can't be parsed is still handed to its doctests, so that it is an error and not silence.
    is_program, is_documented = False, isinstance(tree, Problem) and ">>>" in text
    if isinstance(tree, ast.Module):
        symbols = find_symbols(tree, lines)
        imports = find_imports(tree, path)
        is_program, is_documented = has_main(tree, path), has_doctests(tree)
    elif language == "vb.net":
        symbols = find_procedures(lines)
    return CodeFacts(
        path=path,
        digest=sha256(data),
        language=language,
        line_count=len(lines),
        summary=_summary(tree, lines, language),
        symbols=symbols.spans,
        ambiguous=symbols.ambiguous,
        regions=regions,
        tests=tuple(_tests(tree)) if isinstance(tree, ast.Module) and _is_test_file(path) else (),
        problems=tuple(problems),
        imports=imports,
        has_main=is_program,
        has_doctests=is_documented,
    )


def _binary(path: str, data: bytes, language: str, error: UnicodeDecodeError | None) -> CodeFacts:
    """Facts of a file that is not text: fine for a data file, a problem for code."""
    problems: tuple[Problem, ...] = ()
    if language != PLAIN and error:
        line = data.count(b"\n", 0, error.start) + 1
        problems = (Problem(path, line, "is not UTF-8", "save the file as UTF-8"),)
    return CodeFacts(path, sha256(data), "", 0, "", {}, (), {}, (), problems)


def _parse(path: str, lines: Sequence[str]) -> ast.Module | Problem:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # an odd escape in a snippet is for its own tests to complain of
            return ast.parse("\n".join(lines) + "\n")
    except SyntaxError as error:
        return Problem(
            path,
            error.lineno or 0,
            f"is not Python: {error.msg}",
            "correct it, or run its tests to see more",
        )
    except (ValueError, RecursionError, MemoryError) as error:  # a zero byte; a thousand brackets
        return Problem(path, 0, f"can't be parsed as Python: {error}")


def _summary(tree: ast.Module | Problem | None, lines: Sequence[str], language: str) -> str:
    """The docstring's first line, else what the file's first comment says, else nothing."""
    docstring = ast.get_docstring(tree) if isinstance(tree, ast.Module) else None
    if docstring:
        return docstring.strip().split("\n", 1)[0].strip()
    signs = comment_signs(language)
    for line in lines:
        text = line.strip()
        sign = next((pair for pair in signs if text.startswith(pair[0])), None)
        if text and sign is None:
            return ""
        if sign and not text.startswith("#!"):
            said = text[len(sign[0]) :].removesuffix(sign[1]) if sign[1] else text[len(sign[0]) :]
            said = said.strip(sign[0][-1] + " \t")
            if said:
                return said
    return ""


def _is_test_file(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.startswith("test_") and name.endswith(".py")


def _tests(tree: ast.Module) -> Iterator[str]:
    """The names of a file's tests as pytest finds them by default: `test_x`, `TestX.test_y`."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and statement.name.startswith("Test"):
            for inner in statement.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                    yield f"{statement.name}.{inner.name}"
        elif isinstance(
            statement, ast.FunctionDef | ast.AsyncFunctionDef
        ) and statement.name.startswith("test"):
            yield statement.name
