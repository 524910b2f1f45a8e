"""Cards run: their tests and demonstrations as processes, apart from everything else.

In: the site's folder, what is to be run. Out: results, and records made of them. It must not know
pages. This room's own source is in every record's content digest: an edit here makes all of them
stale.
"""
