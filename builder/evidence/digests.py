"""The two digests that a result is known by: of a card's content, and of what it ran with.

In: digests of files, a card's demands, an environment. Out: SHA-256 over canonical JSON, in
hexadecimal. In neither are file times, absolute paths, the host, titles and prose.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from builder import codec
from builder.cards.demands import Demands
from builder.codec import Value, sha256
from builder.evidence.record import Environment
from builder.model import Tier

SCHEMA = 1  # of what a content digest is made; another number makes every record stale


class Subject(Value, frozen=True):
    """What a card's result is about.

    `files` are the paths and SHA-256 of its own files, its tests, its inputs and whatever of the
    project they reach. `modules` are those of others that all of these import (a top-level name,
    whether it is optional), `own_modules` those that the card's own files import, not its tests.
    """

    slug: str
    files: tuple[tuple[str, bytes], ...]
    test: Demands
    modules: tuple[tuple[str, bool], ...]
    own_modules: tuple[str, ...]


def content_digest(subject: Subject, tier: Tier, runner: str) -> str:
    """The digest of the bytes that a card's result holds for; `runner` is that of what runs it."""
    files = {path: sha.hex() for path, sha in subject.files}
    return digest_content(subject.slug, tier, files, canonical_test(subject.test), runner)


def digest_content(card: str, tier: str, files: Mapping[str, str], test: str, runner: str) -> str:
    """A content digest from what a record says: `files` maps paths to SHA-256 in hexadecimal,
    `test` is the card's demands as canonical JSON.
    """
    content = {
        "schema": SCHEMA,
        "card": card,
        "tier": tier,
        "files": sorted(files.items()),
        "test": json.loads(test),
        "runner": runner,
    }
    return sha256(canonical_json(content)).hex()


def environment_digest(environment: Environment) -> str:
    """The digest of what a card ran with: all of it, but not on whose hardware."""
    kept = {
        "distributions": environment.distributions,
        "tools": environment.tools,
        "python": environment.python,
        "implementation": environment.implementation,
        "platform": environment.platform,
        "variables": environment.variables,
    }
    return sha256(canonical_json(kept)).hex()


def canonical_test(demands: Demands) -> str:
    """A card's demands as canonical JSON: every one of them, whether written or not.

    In which order files, tools and tiers are named makes no difference.
    """
    return canonical_json(
        {
            name: sorted(set(value)) if isinstance(value, tuple) else value
            for name, value in codec.fields(demands).items()
        }
    ).decode()


def canonical_json(value: object) -> bytes:
    """The one way to write a value as JSON: keys sorted, no spaces, UTF-8, 60.0 as 60.

    Numbers that JSON does not have are a ValueError.
    """
    text = json.dumps(
        _plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    # Half of a character that stands alone has no UTF-8, and may be in what a test printed.
    return text.encode("utf-8", "replace")


def _plain(value: object) -> object:
    """A value with lists for tuples, whole numbers for whole floats, and names for fields."""
    if isinstance(value, Value):
        return _plain(codec.fields(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("list[object] | tuple[object, ...]", value)]
    if isinstance(value, bytes):
        return value.hex()
    # Beyond 2**53 a float's digits as a whole number would say more than it knows.
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
