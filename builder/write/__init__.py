"""Recipes against receipts: what is stale is made, staged and renamed into place; what no recipe
asks for is removed.

In: recipes, the output folder, the cache. Out: files, receipts, a report. It owns the cache in
.proofpress/ and is the only room that writes the output. It must not know what a page is.
"""
