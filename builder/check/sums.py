"""SHA256SUMS against the files, and reading a file of the output as text.

In: the output folder. Out: the listed digests, texts, problems. It knows nothing of what the files
hold.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from builder.errors import Problem

SUMS_NAME = "SHA256SUMS"

# A backslash stands before the digest where the name has escapes, a star before a binary file.
_LINE = re.compile(r"(\\?)([0-9a-f]{64}) [ *](.+)")
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


def read_sums(output: Path) -> tuple[dict[str, str], list[Problem]]:
    """The listed paths with their hexadecimal digests, and what is wrong with the list itself."""
    text, problems = read_text(output, SUMS_NAME)
    listed, more = parse_sums(text)
    return listed, problems + more


def parse_sums(text: str) -> tuple[dict[str, str], list[Problem]]:
    """The same of the list's text."""
    listed: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            problems.append(Problem(SUMS_NAME, number, "not a line of sha256sum", _REBUILD))
            continue
        path = match[3]
        if match[1]:
            path = re.sub(r"\\[\\nr]", lambda escape: _ESCAPES[escape[0]], path)
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            problems.append(Problem(SUMS_NAME, number, f"'{path}' leaves the output", _REBUILD))
        elif path in listed:
            problems.append(Problem(SUMS_NAME, number, f"'{path}' is listed twice", _REBUILD))
        else:
            listed[path] = match[2]
    return listed, problems


def check_sums(output: Path, files: Collection[str], listed: Mapping[str, str]) -> list[Problem]:
    """Listed files that are missing or changed, and files that nobody listed."""
    problems = []
    for path, expected in listed.items():
        if path not in files:
            problems.append(Problem(path, 0, f"listed in {SUMS_NAME}, but missing", _REBUILD))
            continue
        try:
            with (output / path).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            problems.append(Problem(path, 0, f"cannot be read: {error.strerror}"))
            continue
        if found != expected:
            problems.append(Problem(path, 0, "changed since the build", _REBUILD))
    for path in set(files) - set(listed) - {SUMS_NAME}:
        message = f"not listed in {SUMS_NAME}: the build did not make it"
        problems.append(Problem(path, 0, message, "remove it, or put it in content/static", True))
    return problems


def read_text(output: Path, path: str) -> tuple[str, list[Problem]]:
    """The text of an output file, without byte order mark; empty with a problem if it has none."""
    try:
        data = (output / path).read_bytes()
    except OSError as error:
        return "", [Problem(path, 0, f"cannot be read: {error.strerror}")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [
            Problem(path, line, "not UTF-8", f"byte {data[error.start]:#04x} has no meaning")
        ]
    if not text.strip():
        return "", [Problem(path, 0, "the file is empty")]
    return text, []


_REBUILD = "run `proofpress build` again"
