"""Logging for a whole program by one call that may be repeated: to the console and to a file.

In: a file, levels. Out: the root logger with one handler of each, so that every module that calls
`logging.getLogger(__name__)` is heard, libraries too. Handlers of others are left alone. Needs only
the standard library.
"""

import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory

# Ours are known by name. A class tells nothing: a FileHandler is a StreamHandler as well.
CONSOLE, FILE = "logger_setup.console", "logger_setup.file"


class UtcFormatter(logging.Formatter):
    """Level, name and message after the time in UTC, where no hour comes twice in autumn."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


def set_up_logging(
    path: Path | None = None,
    *,
    console_level: int = logging.INFO,
    file_level: int = logging.DEBUG,
) -> None:
    """Send the records of all loggers to stderr, and to the end of a file if there is a path.

    Call it in `main`, before threads start, never on import. A further call replaces what earlier
    ones set up and adds nothing to it. OSError: the file can't be opened; all is as it was then.
    """
    # The file first, as it is what can fail.
    handlers: dict[str, logging.Handler] = {}
    if path is not None:
        handlers[FILE] = logging.FileHandler(path, encoding="utf-8")
        handlers[FILE].setLevel(file_level)
    handlers[CONSOLE] = logging.StreamHandler()  # stderr as it is now: a notebook exchanges it
    handlers[CONSOLE].setLevel(console_level)

    remove_handlers()
    root = logging.getLogger()
    for name, handler in handlers.items():
        handler.set_name(name)
        handler.setFormatter(UtcFormatter("%(asctime)s %(levelname)-8s %(name)s: %(message)s"))
        root.addHandler(handler)
    # The root's own level is asked before any handler's, and starts at WARNING.
    root.setLevel(min(handler.level for handler in handlers.values()))


def remove_handlers() -> None:
    """Take away and close what `set_up_logging` added; the level of the root logger stays."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if each.get_name() in (CONSOLE, FILE)]:
        root.removeHandler(handler)
        handler.close()


def main() -> None:
    """Set up twice, let three loggers speak, and show what is in the file, without the times."""
    early = logging.getLogger("made.before.the.call")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.log"
        for _ in range(2):
            set_up_logging(path, console_level=logging.ERROR)
        early.info("heard as well")
        logging.getLogger("some.package").debug("%d rows", 3)
        logging.getLogger(__name__).warning("went on without")
        remove_handlers()  # the folder can't be removed everywhere while a file in it is open
        for line in path.read_text(encoding="utf-8").splitlines():
            print(line.partition(" ")[2])


if __name__ == "__main__":
    main()
