"""What proving is asked for, and what it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from builder.evidence.collect import Card
from builder.evidence.record import Environment, Record


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a run.

    `is_cached`: a remembered pass will do. `is_twice`: run again with another hash seed and in
    another order. `accepts`: take outputs as they are now. `records`: rewrite records though
    nothing changed.
    """

    is_cached: bool = True
    is_twice: bool = False
    accepts: bool = False
    records: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A card with what it would run with, and the evidence that there is."""

    card: Card
    environment: Environment
    digest: str
    files: Mapping[str, bytes]
    last: Record | None

    @property
    def key(self) -> str:
        """The name of a pass: what it was of, and with what."""
        return f"{self.card.tier}-{self.card.content[:32]}-{self.digest[:32]}"
