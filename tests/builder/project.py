"""The one driver of the builder's tests.

A small site in a temporary folder, edited, built and looked at.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.build import Report, build
from builder.config import Options
from builder.stock import Order

SETTINGS = """\
[tool.proofpress]
title = "Test site"
base_url = "https://example.org"
author = "Ada"
"""
# 1 November 2026, 00:00 UTC: the moment of every test's build.
NOW = 1_793_491_200


def note(title: str, body: str = "Words.", **front_matter: object) -> str:
    """The text of a Markdown file; `date` is 2026-01-01 unless given (None: no date)."""
    values = {"title": f'"{title}"', "date": "2026-01-01", **front_matter}
    rows = [f"{key}: {value}\n" for key, value in values.items() if value is not None]
    return f"---\n{''.join(rows)}---\n{body}\n"


class Project:
    """A site.

    `write` and `edit` paths are below content/ unless they name another of the site's folders.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root / "site"
        self.order = Order(root=root, output=self.output, options=Options(now=NOW))
        self.report: Report | None = None
        self.said: list[str] = []
        root.mkdir(parents=True, exist_ok=True)
        (root / "content").mkdir(exist_ok=True)
        (root / "pyproject.toml").write_text(SETTINGS)

    def place(self, path: str) -> Path:
        is_named = path.startswith(
            ("content/", "templates/", "snippets/", "tests/", "site/", "pyproject")
        )
        return self.root / (path if is_named else f"content/{path}")

    def write(self, path: str, text: str | bytes) -> Project:
        place = self.place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def edit(self, path: str, old: str, new: str) -> Project:
        text = self.place(path).read_text(encoding="utf-8")
        assert old in text, (path, old)
        return self.write(path, text.replace(old, new))

    def delete(self, path: str) -> Project:
        self.place(path).unlink()
        return self

    def with_options(self, **options: Any) -> Project:
        """The same site, built with other options from now on."""
        self.order = replace(self.order, options=Options(**{"now": NOW, **options}))
        return self

    def build(self, **order: Any) -> Project:
        self.report = build(replace(self.order, **order), say=self.said.append, progress=_silent)
        return self

    @property
    def rebuilt(self) -> set[str]:
        """The outputs that the last build made."""
        assert self.report is not None
        return set(self.report.made)

    @property
    def warnings(self) -> list[str]:
        assert self.report is not None
        return [str(warning) for warning in self.report.warnings]

    def read(self, path: str) -> str:
        """An output's text."""
        return (self.output / path).read_text(encoding="utf-8")

    def main(self, path: str) -> str:
        """What lies in an output's <main>."""
        return self.read(path).partition("<main")[2].partition(">")[2].partition("</main>")[0]

    def tree(self) -> dict[str, bytes]:
        """Every file of the output with its bytes."""
        return read_tree(self.output)


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        os.path.relpath(file, folder): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def _silent(_stage: str, _done: int, _total: int) -> None:
    """No progress is shown in tests."""
