"""Which languages a theme has words in, and which of its files give them.

In: names of the theme's files. Out: languages, names. It must not know what the words are.
"""

from __future__ import annotations

from collections.abc import Collection

ENGLISH = "en"


def word_languages(names: Collection[str]) -> list[str]:
    """The languages that a theme with files of these names has words in."""
    return sorted(
        name.removeprefix("strings/").removesuffix(".toml")
        for name in names
        if name.startswith("strings/") and name.endswith(".toml")
    )


def word_names(lang: str, names: Collection[str]) -> tuple[str, ...]:
    """The theme's files that give the words of a language: the first that has a word decides.

    The site's own, the shipped one, the same of the language without its region, and of English;
    none behind a shipped one, for that has all words.
    """
    found = []
    for language in dict.fromkeys((lang, lang.partition("-")[0].lower(), ENGLISH)):
        own, shipped = f"strings/{language}.toml", f"theme/strings/{language}.toml"
        found += [name for name in (own, shipped) if name in names]
        if shipped in names:
            break
    return tuple(found)
