"""A site with what it was linked by, so that a page that changes need not be all of it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.config import MenuItem
from builder.link.references import Index
from builder.model import PictureFacts, Site


@dataclass(frozen=True, slots=True)
class Linked:
    """A site, what its references can mean, and its pictures by address.

    `related` are the positions of the pages that share rare tags with each page, those that link to
    it included. Nothing of it is changed afterwards but what `index` has looked up.
    """

    site: Site
    index: Index
    pictures: Mapping[str, PictureFacts]
    is_responsive: bool
    related: Sequence[tuple[int, ...]]
    menu: Sequence[MenuItem]
