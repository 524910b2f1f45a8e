"""The site's modules, compiled from their sources.

In: the site's folder. Out: imports that never take a compiled file from its `__pycache__` folders.
Python trusts such a file if the source has the size and the second of change that it had:
then two edits within one second leave the code of the first. It must not import the builder: it
lives in the card's process.
"""

# As the import system does, by text.
# ruff: noqa: PTH100, PTH206

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from types import CodeType
from typing import Any


def read_only_sources(root: Path) -> None:
    """From now on this process compiles what it imports from below `root`."""
    sys.path_hooks.insert(0, _finder_below(str(root)))
    sys.path_importer_cache.clear()


class _Fresh(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the source as it is."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _finder_below(root: str) -> Callable[[str], Any]:
    make = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (_Fresh, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )

    def find(folder: str) -> Any:
        place = os.path.abspath(folder)
        is_ours = place == root or place.startswith(f"{root}{os.sep}")
        if not is_ours or "site-packages" in place.split(os.sep):
            raise ImportError(folder)
        return make(folder)

    return find
