"""Cards proven: those without a remembered pass are run, and records of it are kept.

In: cards as collected, wishes. Out: a `Verdict` a card; records in content/evidence/ and, of
passes, in the cache. `test` and `build` come through here before anything is built.
"""

from builder.prove.cards import Verdict, prove_cards
from builder.prove.case import Wish

__all__ = ["Verdict", "Wish", "prove_cards"]
