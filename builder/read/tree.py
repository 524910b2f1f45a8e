"""Which files a site is made from, with what tells that they were not touched.

In: folders. Out: plain tuples, because a build that has nothing to do must not import more than
this.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

# (size, mtime_ns, ctime_ns, inode): what `model.Signature` holds, without importing it.
SignatureFields = tuple[int, int, int, int]
FOLDERS = ("content", "templates", "snippets", "tests/snippets")
# Which versions of libraries the site asks for: records of evidence are held against them.
LOCK_FILES = ("pdm.lock", "poetry.lock", "pylock.toml", "uv.lock")
# The shipped theme, among a site's paths: no package or folder of a site is called so.
THEME = "<theme>"
# Hidden files, caches, and what editors keep beside a file: backups, what is not saved yet.
_IGNORED_NAMES = frozenset({"__pycache__", "Thumbs.db"})
_IGNORED_ENDINGS = ("~", ".pyc", ".swp", "___jb_tmp___", "___jb_old___")


class Tree:
    """The files below some folders.

    `files` by path, and `faults` (path, what is wrong) for what can't be followed. `extras` are
    the paths that were asked for besides.
    """

    def __init__(self) -> None:
        self.extras: tuple[str, ...] = ()
        self.files: dict[str, SignatureFields] = {}
        self.faults: list[tuple[str, str]] = []


def theme_folder() -> Path:
    """Where the default theme lies.

    Inside an installed wheel, or beside the package in a checkout.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "theme"
    return inside if inside.is_dir() else package.parent / "templates"


def survey(root: Path, theme: Path, extras: tuple[str, ...] = ()) -> Tree:
    """Every file that the site in `root` is made from, with the shipped theme's as "<theme>/…".

    `extras` are paths elsewhere in the site that cards depend on: files and folders, which need not
    be there.
    """
    tree = survey_folders(root, (*LOCK_FILES, *extras))
    tree.extras = extras
    top = str(root)
    _add_file(tree, f"{top}/pyproject.toml", "pyproject.toml")
    for folder in FOLDERS:
        _walk(tree, f"{top}/{folder}", folder, ())
    _walk(tree, str(theme), THEME, ())
    return tree


def survey_folders(root: Path, paths: Iterable[str]) -> Tree:
    """Every file among these paths of the site, and below those that are folders."""
    tree = Tree()
    for path in paths:
        place = f"{root}/{path}"
        if os.path.isdir(place):  # see _add_file
            _walk(tree, place, path, ())
        elif os.path.lexists(place):
            _add_file(tree, place, path)
    return tree


def locate(root: Path, theme: Path, path: str) -> Path:
    """The file on disk of a source's path."""
    return theme / path.removeprefix(f"{THEME}/") if path.startswith(f"{THEME}/") else root / path


def is_ignored(name: str) -> bool:
    """Whether files and folders of this name are no part of a site."""
    return (
        name.startswith(".")
        or name in _IGNORED_NAMES
        or name.endswith(_IGNORED_ENDINGS)
        or (name.startswith("#") and name.endswith("#"))  # Emacs, of a text that is not saved
    )


def signature_of(stat: os.stat_result) -> SignatureFields:
    """The signature of a file from its stat."""
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _walk(tree: Tree, folder: str, label: str, followed: tuple[str, ...]) -> None:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        tree.faults.append((label, f"this folder cannot be read: {error.strerror}"))
        return
    for entry in listed:
        name = entry.name
        if is_ignored(name):
            continue
        path = f"{label}/{name}"
        if not _is_utf8(name):
            spelled = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
            tree.faults.append((spelled, "its name is not UTF-8"))
        elif entry.is_symlink():
            _follow(tree, entry, folder, path, followed)
        elif entry.is_dir(follow_symlinks=False):
            _walk(tree, entry.path, path, followed)
        else:
            _add(tree, entry, path)


def _follow(
    tree: Tree, entry: os.DirEntry[str], folder: str, path: str, followed: tuple[str, ...]
) -> None:
    """Add what a symbolic link leads to; `followed` are the real folders on the way here."""
    try:
        entry.stat()
    except OSError as error:
        tree.faults.append((path, f"this link leads nowhere: {error.strerror}"))
        return
    if not entry.is_dir():
        _add(tree, entry, path)
        return
    target = os.path.realpath(entry.path)
    followed = (*followed, os.path.realpath(folder))
    if any(f"{place}/".startswith(f"{target}/") for place in followed):
        tree.faults.append((path, "this link leads to a folder that it lies in"))
    else:
        _walk(tree, entry.path, path, (*followed, target))


def _add(tree: Tree, entry: os.DirEntry[str], path: str) -> None:
    try:
        if entry.is_file():
            tree.files[path] = signature_of(entry.stat())
        else:
            tree.faults.append((path, "is not a regular file"))
    except OSError as error:
        tree.faults.append((path, f"cannot be read: {error.strerror}"))


def _add_file(tree: Tree, file: str, path: str) -> None:
    try:
        tree.files[path] = signature_of(os.stat(file))  # Path.stat costs twice as much
    except OSError as error:
        tree.faults.append((path, f"cannot be read: {error.strerror}"))


def _is_utf8(name: str) -> bool:
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
