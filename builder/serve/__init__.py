"""The preview: a site served as it is saved, with nothing written to its output.

In: an order, where to listen. `watch` hears of changes, `desk` looks at the site and hands out its
outputs, `server` gives them to browsers, `preview` ties them together. It owns watchdog.
"""
