"""What versions a site asks for, as a value: who only passes it on need not load packaging.

In: names, requirement lines. Out: `Allowed`.
"""

from __future__ import annotations

from builder.codec import Value


class Allowed(Value, frozen=True):
    """Which versions a site asks for.

    `python` is a specifier; `locked` are the versions that lock files name; `base` and `choices`
    are requirement lines: all of the first must hold, one of the second is enough. The names are
    normalised, and the site's own distribution is not among them.
    """

    python: str
    locked: dict[str, tuple[str, ...]]
    base: dict[str, tuple[str, ...]]
    choices: dict[str, tuple[str, ...]]


# What a site allows of which nothing is known.
NOTHING_ASKED = Allowed("", {}, {}, {})
