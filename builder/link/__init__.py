"""Documents to `Site`: addresses, references, neighbours, tags, backlinks, and every check between
files.

In: facts of all files. Out: `Site`. It never reads a body, a disk or a clock.
"""

from builder.link.site import Material, link_site

__all__ = ["Material", "link_site"]
