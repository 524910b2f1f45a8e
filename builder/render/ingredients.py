"""What a maker is given, and how recipes are written down.

In: arguments. Out: `Recipe`s with their keys. Nothing here knows what an output looks like.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from builder.codec import DIGEST_SIZE, Value, digest, encode
from builder.model import Recipe, Shared


@dataclass(frozen=True, slots=True)
class Ingredients:
    """All that a maker may know: encoded arguments, the bytes its recipe named, by digest or path.

    `shared` is the digest of what many recipes share, `common` its arguments: what is made of them
    can be kept.
    """

    shared: bytes
    common: bytes
    arguments: bytes
    galleys: Mapping[bytes, bytes]
    sources: Mapping[str, bytes]


@dataclass(slots=True)
class RecipeBook:
    """Writes recipes down.

    Notes what they share once, and digests the builder's own state into every key.
    """

    era: bytes
    shared: dict[bytes, Shared] = field(default_factory=dict)

    def share(self, arguments: object, sources: Iterable[tuple[str, bytes]] = ()) -> bytes:
        """The digest under which these arguments and sources are shared."""
        shared = Shared(encode(arguments), tuple(sources))
        name = digest(encode(shared))
        self.shared[name] = shared
        return name

    def recipe(
        self,
        path: str,
        make: str,
        shared: bytes,
        arguments: Value | bytes,
        galleys: tuple[bytes, ...] = (),
        sources: tuple[tuple[str, bytes], ...] = (),
    ) -> Recipe:
        """The recipe of the output at `path`; `arguments` may be encoded already."""
        if not isinstance(arguments, bytes):
            arguments = encode(arguments)
        parts = [self.era, make.encode(), shared, *galleys, *(part for _, part in sources)]
        key = hashlib.blake2b(b"".join(parts), digest_size=DIGEST_SIZE)
        key.update(arguments)
        return Recipe(path, make, shared, arguments, galleys, sources, key.digest())
