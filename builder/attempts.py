"""Work on a site while its files change and its cache may be damaged: begun again where that helps.

In: an order, the open cache, the work. Out: what the work gives. A file that changed between being
looked at and being read is no fault of anybody's, and a damaged cache loses nothing but time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from builder.errors import MachineFault
from builder.read.sources import SourceChanged
from builder.stock import Order
from builder.write.state import State
from builder.write.tables import CacheDamaged, is_damage

T = TypeVar("T")
# A tree that never holds still (a checkout going on) is given up after this many attempts.
ATTEMPTS = 5


def attempt(
    order: Order, state: State, say: Callable[[str], None], work: Callable[[Order], T]
) -> T:
    """What `work` gives, which is called again when a source changed under it or the cache is
    damaged; MachineFault if the files never hold still.

    `say` is told why it begins again. The order that it is called with looks at the files anew.
    """
    is_cache_new = order.is_clean
    for number in range(ATTEMPTS):
        try:
            return work(order)
        except SourceChanged as change:
            order = replace(order, tree=None)
            say(f"{change} changed while it was read; beginning again")
            if number:
                # A damaged cache would say this of the same file for ever.
                state.renew()
        except (CacheDamaged, UnicodeDecodeError, sqlite3.Error) as error:
            if is_cache_new or not is_damage(error):
                raise
            say("the cache is damaged; making it anew")
            state.renew()
            is_cache_new = True
    raise MachineFault(
        "the site's files keep changing while they are read; build again when they hold still"
    )
