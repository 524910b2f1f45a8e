"""Which language a file is in, and how that language writes comments, by the file's name.

In: a path. Out: the highlighter's name of a language, and the signs that open and close a comment.
It must not know what a comment says.
"""

from __future__ import annotations

from pathlib import PurePosixPath

PLAIN = "text"

Signs = tuple[tuple[str, str], ...]

_HASH: Signs = (("#", ""),)
_SLASHES: Signs = (("//", ""), ("/*", "*/"))
_DASHES: Signs = (("--", ""),)
_SEMICOLON: Signs = ((";", ""),)
_PERCENT: Signs = (("%", ""),)
_ANGLES: Signs = (("<!--", "-->"),)

# Comment signs; then each language that writes them, with the extensions of its files.
# A file with another extension is shown as plain text.
_FAMILIES: tuple[tuple[Signs, dict[str, str]], ...] = (
    (
        _HASH,
        {
            "awk": "awk", "bash": "sh bash", "cmake": "cmake", "cython": "pyx", "docker": "",
            "elixir": "ex exs", "fish": "fish", "gas": "s", "graphql": "graphql", "julia": "jl",
            "make": "", "nim": "nim", "nix": "nix", "perl": "pl", "powershell": "ps1",
            "python": "py pyi", "r": "r", "ruby": "rb", "tcl": "tcl", "terraform": "tf",
            "toml": "toml", "yaml": "yaml yml", "zsh": "zsh",
        },
    ),
    (
        _SLASHES,
        {
            "c": "c h cl", "cpp": "cc cpp cxx hpp", "csharp": "cs", "cuda": "cu cuh",
            "dart": "dart", "fsharp": "fs", "glsl": "glsl", "go": "go", "groovy": "groovy",
            "java": "java", "javascript": "js cjs mjs", "jsx": "jsx", "kotlin": "kt",
            "protobuf": "proto", "rust": "rs", "scala": "scala", "swift": "swift", "tsx": "tsx",
            "typescript": "ts", "zig": "zig",
        },
    ),
    (_DASHES, {"ada": "adb ads", "haskell": "hs", "lua": "lua", "vhdl": "vhd vhdl"}),
    (
        _SEMICOLON,
        {
            "clojure": "clj", "common-lisp": "lisp", "elisp": "el", "nasm": "asm", "racket": "rkt",
            "scheme": "scm",
        },
    ),
    (_PERCENT, {"erlang": "erl", "latex": "tex"}),
    (_ANGLES, {"html": "html", "markdown": "md", "xml": "xml svg"}),
    ((("'", ""),), {"vb.net": "vba bas cls vb"}),
    ((("/*", "*/"),), {"css": "css"}),
    ((("(*", "*)"),), {"ocaml": "ml"}),
    ((("!", ""),), {"fortran": "f90 f95"}),
    ((('"', ""),), {"vim": "vim"}),
    ((("rem ", ""), ("::", "")), {"batch": "bat"}),
    ((*_SLASHES, *_HASH), {"php": "php"}),
    ((*_DASHES, ("/*", "*/"), *_HASH), {"sql": "sql"}),
    ((*_SEMICOLON, *_HASH), {"ini": "ini cfg"}),
    ((*_PERCENT, *_HASH), {"matlab": "m"}),
    ((), {"diff": "diff patch", "json": "json"}),
)  # fmt: skip

_SIGNS = {language: signs for signs, family in _FAMILIES for language in family}
_EXTENSIONS = {
    extension: language
    for _, family in _FAMILIES
    for language, extensions in family.items()
    for extension in extensions.split()
}
_NAMES = {"CMakeLists.txt": "cmake", "Dockerfile": "docker", "Makefile": "make"}


def find_language(path: str) -> str:
    """The highlighter's name of the language of a file, `PLAIN` if its extension is not known."""
    place = PurePosixPath(path)
    return _NAMES.get(place.name) or _EXTENSIONS.get(place.suffix[1:].lower(), PLAIN)


def comment_signs(language: str) -> Signs:
    """How a comment opens and closes in a language; one that runs to the line's end closes with "".

    Plain text may be anything, so there each common sign counts.
    """
    anything = (*_HASH, *_SLASHES, *_DASHES, *_SEMICOLON, *_PERCENT, *_ANGLES)
    return _SIGNS.get(language, anything)
