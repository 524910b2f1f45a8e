"""What the builder itself is: its own files, and the versions of the libraries that shape outputs.

In: folders. Out: a digest. A build that has nothing to do comes through here, so it imports little.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# Distribution names as they stand in the names of their .dist-info folders.
LIBRARIES = frozenset(
    ("feedgen", "jinja2", "lxml", "markdown_it_py", "markupsafe", "math_core", "mdit_py_plugins",
     "mdurl", "msgspec", "packaging", "pillow", "pygments", "pypdfium2", "pyyaml", "tzdata")
)  # fmt: skip


def find_era(package: Path, search_path: Sequence[str] = tuple(sys.path)) -> bytes:
    """The digest of the builder in `package` and of the libraries found on `search_path`.

    Versions are read from folders' names: importlib.metadata alone would cost a third of a no-op
    build.
    """
    era = hashlib.blake2b(f"{sys.version_info[:2]}".encode(), digest_size=16)
    for name in _own_files(str(package), ""):
        era.update(name.encode())
        with open(f"{package}/{name}", "rb") as file:  # see above
            era.update(hashlib.blake2b(file.read()).digest())
    for library in find_libraries(search_path):
        era.update(library.encode())
    return era.digest()


def find_libraries(search_path: Sequence[str]) -> list[str]:
    """ "name-version" of the libraries that shape outputs, sorted.

    The first found on the path counts.
    """
    found: dict[str, str] = {}
    for folder in search_path:
        if not folder.endswith("-packages"):
            continue
        try:
            names = os.listdir(folder)  # see above
        except OSError:
            continue
        for entry in names:
            if entry.endswith(".dist-info"):
                name, _, version = entry.removesuffix(".dist-info").partition("-")
                name = name.lower().replace("-", "_")
                if name in LIBRARIES:
                    found.setdefault(name, f"{name}-{version}")
    return sorted(found.values())


def _own_files(folder: str, label: str) -> list[str]:
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".json")):
                names.append(label + entry.name)
            elif entry.is_dir() and entry.name not in ("__pycache__", "theme"):
                names += _own_files(entry.path, f"{label}{entry.name}/")
    return sorted(names)
