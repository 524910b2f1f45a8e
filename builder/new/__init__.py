"""New sites, posts, notes, trivia and cards: files to start from, all of them already true.

In: a folder, a title or slug, a date. Out: the paths of the files made. Nothing is overwritten:
every path is looked at before the first is written. It must not know how a site is built.
"""

from __future__ import annotations

import json
import keyword
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from builder.errors import BuildFailed, Problem
from builder.markup import slugify
from builder.new.texts import (
    ABOUT,
    GITIGNORE,
    HELLO,
    PLACEHOLDER,
    PYPROJECT,
    README,
    SAMPLE,
    SAMPLE_SLUG,
    TRIVIA,
)


class AlreadyExists(Exception):  # a fact about the site, said in its words
    """A file that would have been overwritten; nothing was written."""

    def __init__(self, path: Path) -> None:
        """Says which file is in the way."""
        self.path = path
        super().__init__(f"{path} already exists; nothing was written")


def new_site(directory: Path, today: date) -> tuple[Path, ...]:
    """The files of a small whole site: settings, a post, a page, a card with its test."""
    name = re.sub(r"[^a-z0-9]+", "-", directory.name.lower()).strip("-") or "notebook"
    title = _title_of(directory.name) or "Notebook"
    files = {
        ".gitignore": GITIGNORE,
        "README.md": README.format(title=title),
        "pyproject.toml": PYPROJECT.format(name=name, title=json.dumps(title, ensure_ascii=False)),
        "content/posts/hello.md": _front_matter("Hello", today) + HELLO,
        "content/pages/about.md": '---\ntitle: "About"\n---\n' + ABOUT,
        **_card_files(SAMPLE_SLUG, SAMPLE),
    }
    return _write_new(directory, files)


def new_post(root: Path, title: str, today: date) -> tuple[Path, ...]:
    """A post with this title and date."""
    return _new_page(root, "posts", title, today, "What readers should know after this post.\n")


def new_note(root: Path, title: str, today: date) -> tuple[Path, ...]:
    """A note with this title and date."""
    return _new_page(root, "notes", title, today, "What is worth keeping.\n")


def new_trivia(root: Path, title: str, today: date) -> tuple[Path, ...]:
    """A trivia with this title and date, and a formula to show how they are written."""
    return _new_page(root, "trivia", title, today, TRIVIA)


def new_card(root: Path, slug: str) -> tuple[Path, ...]:
    """A snippet, its test and its page: a placeholder that says so, and passes."""
    if not (slug.isidentifier() and slug.isascii()) or keyword.iskeyword(slug):
        near = re.sub(r"\W+", "_", slug, flags=re.ASCII).strip("_").lower()
        hint = "a slug is a name such as z_test: letters, digits and _, no digit first"
        if near.isidentifier() and not keyword.iskeyword(near):
            hint = f"did you mean '{near}'?"
        message = f"'{slug}' can't be the name of a Python module"
        raise BuildFailed([Problem(f"snippets/{slug}.py", 0, message, hint)])
    # A package of this name, or the code of another language, would be part of the new card.
    for there in sorted(root.glob(f"snippets/{slug}")) + sorted(root.glob(f"snippets/{slug}.*")):
        raise AlreadyExists(there)
    return _write_new(root, _card_files(slug, PLACEHOLDER))


def _new_page(root: Path, kind: str, title: str, today: date, body: str) -> tuple[Path, ...]:
    words = " ".join(title.split())
    slug = slugify(words)
    folder = f"content/{kind}"
    if not slug:
        message = f"the title '{title}' has no letter or digit to make an address from"
        raise BuildFailed([Problem(folder, 0, message, "give it one; it can be changed later")])
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in words):
        message = f"the title {json.dumps(words)} has signs that can't be shown"
        raise BuildFailed([Problem(folder, 0, message, "leave them out")])
    # The same address can be a page of its own folder.
    if (root / folder / slug / "index.md").exists():
        raise AlreadyExists(root / folder / slug / "index.md")
    return _write_new(root, {f"{folder}/{slug}.md": _front_matter(words, today) + body})


def _card_files(slug: str, texts: tuple[str, str, str]) -> dict[str, str]:
    snippet, test, page = texts
    return {
        f"snippets/{slug}.py": snippet,
        f"tests/snippets/test_{slug}.py": test.format(slug=slug),
        f"content/cards/{slug}.md": page.format(slug=slug, title=_title_of(slug)),
    }


def _write_new(root: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    paths = {root / name: text for name, text in files.items()}
    for path in paths:
        _refuse_what_is_there(path, root)
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x": a file that appeared since is not overwritten either.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return tuple(paths)


def _refuse_what_is_there(path: Path, root: Path) -> None:
    if path.exists() or path.is_symlink():
        raise AlreadyExists(path)
    # A file where a folder must be stops the writing as well, so it is found before too.
    for folder in (path.parent, *path.parent.parents):
        if folder.exists() and not folder.is_dir():
            raise AlreadyExists(folder)
        if folder == root:
            return


def _front_matter(title: str, today: date) -> str:
    # A JSON string is a YAML string between double quotes: quotes, colons and `#` mean themselves.
    quoted = json.dumps(title, ensure_ascii=False)
    return f"---\ntitle: {quoted}\ndate: {today.isoformat()}\ntags: []\n---\n"


def _title_of(name: str) -> str:
    words = " ".join(re.sub(r"[\W_]+", " ", name).split())
    return words[:1].upper() + words[1:]
