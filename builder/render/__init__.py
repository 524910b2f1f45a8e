"""`Site` to recipes, and the functions that recipes call: pages, lists, feeds, sitemap, files.

In: a linked site, templates by digest. Out: recipes; and from a recipe's ingredients, an output's
bytes. It owns Jinja2 and feedgen, reads no disk and no clock, and never sees more of the site than
its arguments.
"""
