"""Documents to `Site`: addresses, references, neighbours, tags, backlinks, and every check between
files.

In: facts of all files. Out: `Site`. It never reads a body, a disk or a clock.
"""

from builder.link.again import relink
from builder.link.linked import Linked
from builder.link.site import Material, link_site

__all__ = ["Linked", "Material", "link_site", "relink"]
