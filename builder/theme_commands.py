"""The command `proofpress templates`: what the theme offers, what a site has of its own, copies.

In: a site's folder (which need not be one yet), a name. Out: text; for a copy, its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import builder.theme_page as page
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.read.tree import survey_folders, theme_folder
from builder.render.template_facts import TemplateFacts, read_templates

OWN = "templates"
OVERRIDDEN, ADDED, SAME = "this site's own", "only this site has it", "a copy of the shipped one"


def list_templates(root: Path) -> str:
    """The templates there are, and which of them are this site's own."""
    shipped, own = _texts(theme_folder()), _own_texts(root)
    facts = _facts({**own, **shipped})
    return page.list_templates(facts, {name: _origin(name, shipped, own) for name in facts})


def describe_template(root: Path, name: str) -> str:
    """A template's blocks and variables; BuildFailed if there is none of that name."""
    shipped, own = _texts(theme_folder()), _own_texts(root)
    facts = {
        **_facts({f"theme/{key}": text for key, text in shipped.items()}),
        **_facts({**shipped, **own}),
    }
    if name not in facts:
        raise BuildFailed([_unknown(name, list(facts))])
    return page.describe_template(name, facts, _origin(name, shipped, own))


def copy_file(root: Path, name: str) -> Path:
    """Where a file of the shipped theme was copied to, in the site's templates/.

    BuildFailed if the theme has no such file, or the site has one already.
    """
    theme = theme_folder()
    names = _names(theme)
    if name not in names:
        raise BuildFailed([_unknown(name, names)])
    target = root / OWN / name
    if target.exists() or target.is_symlink():
        message = "already exists; nothing was written"
        hint = f"compare it with the shipped one, which is {theme / name}"
        raise BuildFailed([Problem(f"{OWN}/{name}", 0, message, hint)])
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        file.write((theme / name).read_bytes())
    return target


def write_page() -> str:
    """The page that documents the shipped templates, in Markdown."""
    return page.write_page(_facts(_texts(theme_folder())))


def _names(folder: Path) -> list[str]:
    return [path.removeprefix("./") for path in sorted(survey_folders(folder, (".",)).files)]


def _texts(folder: Path) -> dict[str, str]:
    """The templates below a folder, by name; those that are not text are left to the build."""
    return {
        name: (folder / name).read_text(encoding="utf-8", errors="replace")
        for name in _names(folder)
        if name.endswith((".html", ".xml"))
    }


def _own_texts(root: Path) -> dict[str, str]:
    folder = root / OWN
    return {} if folder.resolve() == theme_folder().resolve() else _texts(folder)


def _facts(texts: Mapping[str, str]) -> dict[str, TemplateFacts]:
    return read_templates(texts, {name: f"{OWN}/{name}" for name in texts})


def _origin(name: str, shipped: Mapping[str, str], own: Mapping[str, str]) -> str:
    if name not in own:
        return ""
    if name not in shipped:
        return ADDED
    return SAME if own[name] == shipped[name] else OVERRIDDEN


def _unknown(name: str, known: list[str]) -> Problem:
    hint = did_you_mean(name, known, "`proofpress templates` lists the templates")
    return Problem(name, 0, "the theme has no such file", hint)
