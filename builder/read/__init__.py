"""Disk to sources: which files there are, their signatures and digests; front matter split and
parsed.

In: the site's folder. Out: `Source`s, and `FrontMatter`. It must not know what a page is.
"""
