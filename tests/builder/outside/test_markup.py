"""The Nu Html Checker finds no error in any page, style sheet or drawing of the sites."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

CHECKED = {".html", ".css", ".svg"}
# What the checker does not know yet, though a newer standard has it: the whole message, and, where
# that says too little, what stands in the line that it is about.
EXCEPTIONS = [
    # MathML Core gives every element these two attributes (2.1.3, "Global Attributes"); the
    # checker's schema is the one of MathML 3, where only a few have them.
    (r"Attribute “(displaystyle|scriptlevel)” not allowed on element “(mfrac|mrow|mtable)”"
     r" at this point\.", ""),
    # CSS Anchor Positioning 1 places the notes in the margin, behind @supports.
    (r"CSS: “(anchor-name|position-anchor|position-visibility)”: Property “\1” doesn't exist\.",
     ""),
    (r"CSS: “top”: Parse Error\.", r"\btop: ?.*\banchor\("),
    (r"CSS: “max-height”: Parse Error\.", r"\bmax-height: ?.*\banchor-size\("),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """What the checker says of a line of a file (0: of none)."""

    path: str
    line: int
    text: str

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Message:
        path = unquote(str(said.get("url", "")).removeprefix("file:"))
        return cls(path, said.get("lastLine", 0), said["message"])

    @property
    def is_known(self) -> bool:
        """Whether it is about something newer than the checker."""
        lines = Path(self.path).read_text(encoding="utf-8").split("\n") if self.path else []
        line = lines[self.line - 1] if 0 < self.line <= len(lines) else ""
        return any(
            re.fullmatch(message, self.text) and re.search(about, line)
            for message, about in EXCEPTIONS
        )

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@pytest.fixture(scope="session")
def find_errors(
    tool: Callable[[str], Path], program: Callable[[str], str]
) -> Callable[[Sequence[Path]], list[str]]:
    """A function that gives what the checker says of files, as "path:line: message"."""
    command = [program("java"), "-jar", str(tool("vnu-jar/build/dist/vnu.jar"))]
    options = ["--format", "json", "--stdout", "--also-check-css", "--also-check-svg"]

    def find(files: Sequence[Path]) -> list[str]:
        done = subprocess.run(
            [*command, *options, *map(str, files)], capture_output=True, text=True, timeout=100
        )
        # An exit code of 1 stands for errors found; whatever else goes wrong leaves no JSON.
        assert done.returncode in (0, 1), done.stderr
        messages = [Message.read(found) for found in json.loads(done.stdout)["messages"]
                    if found["type"] != "info"]  # fmt: skip
        return [str(message) for message in messages if not message.is_known]

    return find


def test_no_page_style_or_drawing_has_an_error(
    find_errors: Callable[[Sequence[Path]], list[str]], sites: Mapping[str, Path]
) -> None:
    files = [
        file
        for output in sites.values()
        for file in sorted(output.rglob("*"))
        if file.suffix in CHECKED
    ]
    assert {file.suffix for file in files} == CHECKED
    assert find_errors(files) == []


def test_the_checker_sees_what_is_wrong(
    find_errors: Callable[[Sequence[Path]], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>t</title><p id=a>a<p id=a>b"
        "<math><mfrac wrong='1'><mn>1</mn><mn>2</mn></mfrac></math>"
    )
    (tmp_path / "style.css").write_text("p { colour: red }")
    (tmp_path / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><p/></svg>')
    found = find_errors(sorted(tmp_path.iterdir()))
    for file, what in [
        ("page.html", "Duplicate ID"), ("page.html", "“wrong” not allowed"),
        ("style.css", "“colour”"), ("drawing.svg", "“p” not allowed"),
    ]:  # fmt: skip
        assert any(f"/{file}:" in line and what in line for line in found), (file, found)
