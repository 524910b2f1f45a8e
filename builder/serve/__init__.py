"""The preview: a site served as it is saved, with nothing written to its output.

In: an order, where to listen. Out: a server, until it is interrupted. It owns watchdog, which hears
of changes on systems other than Linux. From what is told least to what knows all:

- `change`, `mailbox`: what may have changed, and where it waits. `watch` tells of it, by `folders`
  (over `inotify`), `elsewhere` or `polling`; `heard` gathers a burst.
- `edition`: the site at one look, its recipes found by path; `galleys` and `shelf` have at hand
  what outputs are made from, and what was made; `storeroom` knows the files too large for that;
  `moves` knows where pages went; `faults` says what is wrong. `desk` looks and hands out, `within`
  a time; `progress` says how far it is.
- `content`, `targets`, `hosts`, `conditions`, `media`, `messages`, `markup`: parts of an answer,
  which `answers` gives to a request. `wire` reads and writes bytes, `connection` holds one talk,
  `events` the streams, `server` the port.
- `proving` runs cards beside the writing, on a `leash`. `preview` ties all together; `memory` says
  from where its threads take it.
"""
