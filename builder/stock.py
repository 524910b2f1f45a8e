"""What there is before anything is made: a site's folder to its sources, compared with last time.

In: `Order` (folders and options), the cache. Out: `Stock`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from builder.codec import digest, encode
from builder.config import SETTINGS_FILE, Options, Settings, read_settings
from builder.facts import ReadingSettings, reading_settings
from builder.read.sources import Inventory, SourceChanged, load_sources
from builder.read.tree import Tree, survey, theme_folder
from builder.write.era import find_era
from builder.write.nothing import options_label, output_label, unpack_extras
from builder.write.state import State


@dataclass(frozen=True, slots=True)
class Order:
    """What a build is asked for.

    `has_tests`: what failed on this machine counts, and `prove` may be asked to run cards. `theme`,
    `era` and `tree` (the files there are) are found out if they are not given. `base_path` stands
    for that of the settings.
    """

    root: Path
    output: Path
    options: Options
    is_strict: bool = False
    is_clean: bool = False
    has_tests: bool = False
    jobs: int = 1
    theme: Path | None = None
    era: bytes | None = None
    tree: Tree | None = None
    base_path: str | None = None

    @property
    def label(self) -> str:
        """The output's name in the cache."""
        return output_label(self.root, self.output)

    @property
    def options_label(self) -> str:
        """What decides what is published, as the cache names it."""
        return options_label(
            drafts=self.options.drafts, future=self.options.future, has_tests=self.has_tests
        )


@dataclass(frozen=True, slots=True)
class Stock:
    """The site's sources and settings.

    `tree` digests all sources, `tree_before` those of the last time; `changed` and `gone` are the
    paths in which they differ.
    """

    order: Order
    state: State
    settings: Settings
    reading: ReadingSettings
    era: bytes
    inventory: Inventory
    tree: bytes
    tree_before: bytes | None
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def take_stock(order: Order, state: State) -> Stock:
    """The site's sources, compared with those of the last time, and remembered."""
    settings = read_settings(order.root)
    if order.base_path is not None:
        settings = settings.at(order.base_path)
    era = order.era or find_era(Path(__file__).resolve().parent)
    reading = reading_settings(settings)
    state.enter_era(digest(era + encode(reading)))
    known = state.sources()
    theme = order.theme or theme_folder()
    tree_found = order.tree or survey(order.root, theme, unpack_extras(state.recall("extras")))
    inventory = load_sources(order.root, theme, known, time.time_ns(), tree_found)
    sources = inventory.sources
    if SETTINGS_FILE not in sources:
        # They were read above, and are away while an editor puts the new ones in their place.
        raise SourceChanged(SETTINGS_FILE)
    tree = digest(encode([(path, sources[path].digest) for path in sorted(sources)]))
    new = [source for path, source in sources.items() if known.get(path) is not source]
    gone = tuple(path for path in known if path not in sources)
    before = state.recall("tree")
    if new or gone or before != tree:
        state.save_sources(new, gone, tree)
    changed = tuple(
        source.path
        for source in new
        if source.path not in known or known[source.path].digest != source.digest
    )
    return Stock(order, state, settings, reading, era, inventory, tree, before, changed, gone)
