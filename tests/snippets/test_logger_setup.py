"""Proof of the card `logger_setup`: what arrives, line by line, after any sequence of calls.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

import io
import logging
import logging.config
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets import logger_setup
from snippets.logger_setup import CONSOLE, FILE, UtcFormatter, remove_handlers, set_up_logging

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def fresh_root() -> Iterator[logging.Logger]:
    """The root logger as a program finds it; what was there comes back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    root.setLevel(logging.WARNING)
    try:
        yield root
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)


@pytest.fixture
def root() -> logging.Logger:
    return logging.getLogger()


@pytest.fixture
def console() -> io.StringIO:
    return io.StringIO()


def in_a_fresh_program(test: Callable[..., None]) -> Callable[..., None]:
    """Run the test with an untouched root logger and with the console, if it has one, as stderr.

    Not a fixture: pytest hangs handlers of its own on the root logger after the fixtures are made.
    """

    @wraps(test)
    def run(**arguments: Any) -> None:
        with fresh_root(), redirect_stderr(arguments.get("console", sys.stderr)):
            test(**arguments)

    return run


def messages(text: str) -> list[str]:
    return [line.rpartition(": ")[2] for line in text.splitlines()]


# --- What arrives ---------------------------------------------------------------------------------

LEVELS = st.sampled_from([logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
CALLS = st.lists(st.tuples(st.sampled_from([None, "a.log", "b.log"]), LEVELS, LEVELS), max_size=5)


@unhurried
@given(CALLS, st.lists(LEVELS, min_size=1, max_size=3))
def test_after_any_calls_a_record_is_once_in_each_place_that_wants_it(
    calls: list[tuple[str | None, int, int]], levels: list[int]
) -> None:
    expected: dict[str, list[str]] = {"a.log": [], "b.log": [], "console": []}
    with (
        TemporaryDirectory() as folder,
        fresh_root() as root,
        redirect_stderr(io.StringIO()) as console,
    ):
        for number, (name, console_level, file_level) in enumerate(calls):
            path = None if name is None else Path(folder, name)
            set_up_logging(path, console_level=console_level, file_level=file_level)
            for level in levels:
                logging.getLogger("x.y").log(level, "%d", number)
                if level >= console_level:
                    expected["console"].append(str(number))
                if name is not None and level >= file_level:
                    expected[name].append(str(number))
        if calls:
            assert len(root.handlers) == 1 + (calls[-1][0] is not None)
        remove_handlers()
        assert root.handlers == []
        assert messages(console.getvalue()) == expected["console"]
        for name in ("a.log", "b.log"):
            path = Path(folder, name)
            assert messages(path.read_text() if path.exists() else "") == expected[name]


def test_a_line_has_the_time_in_utc_the_level_the_logger_and_the_message() -> None:
    record = logging.LogRecord("a.b", logging.INFO, "f.py", 1, "x = %d", (3,), None)
    record.created, record.msecs = 1_000_000_000, 7
    try:
        with pytest.MonkeyPatch.context() as elsewhere:
            elsewhere.setenv("TZ", "EST5")
            time.tzset()
            line = UtcFormatter("%(asctime)s %(levelname)s").format(record)
            assert logging.Formatter("%(asctime)s").format(record)[11:13] == "20"  # the default
    finally:
        time.tzset()
    assert line == "2001-09-09T01:46:40.007Z INFO"


@in_a_fresh_program
def test_the_whole_line(console: io.StringIO) -> None:
    set_up_logging()
    logging.getLogger("a.b").info("x = %d", 3)
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(moment + " INFO     a\\.b: x = 3\n", console.getvalue())


@in_a_fresh_program
def test_any_text_can_be_written_whatever_the_locale(console: io.StringIO, tmp_path: Path) -> None:
    set_up_logging(tmp_path / "log")
    logging.getLogger("x").info("नमस्ते → 你好")
    encodings = [getattr(each, "encoding", None) for each in logging.getLogger().handlers]
    assert "utf-8" in encodings  # said, and not just the preference of this machine
    assert (tmp_path / "log").read_bytes().decode("utf-8").endswith(": नमस्ते → 你好\n")
    assert console.getvalue().endswith(": नमस्ते → 你好\n")


@in_a_fresh_program
def test_a_file_that_is_there_is_continued(console: io.StringIO, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("yesterday\n")
    set_up_logging(tmp_path / "log")
    logging.getLogger("x").info("today")
    assert messages((tmp_path / "log").read_text()) == ["yesterday", "today"]
    assert messages(console.getvalue()) == ["today"]


@in_a_fresh_program
def test_threads_lose_nothing_and_mix_no_lines(console: io.StringIO, tmp_path: Path) -> None:
    set_up_logging(tmp_path / "log")
    logger = logging.getLogger("x")

    def speak(first: int) -> None:
        for number in range(first, first + 50):
            logger.info("%d", number)

    threads = [threading.Thread(target=speak, args=[100 * k]) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = sorted(100 * k + i for k in range(4) for i in range(50))
    assert sorted(map(int, messages((tmp_path / "log").read_text()))) == expected
    assert sorted(map(int, messages(console.getvalue()))) == expected


# --- Trap: handlers added twice -------------------------------------------------------------------


def usual_setup(path: Path, name: str | None = None) -> None:
    """The usual lines, called from wherever a logger is needed."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler())
    logger.addHandler(logging.FileHandler(path))


@in_a_fresh_program
def test_three_calls_do_not_write_three_lines(console: io.StringIO, tmp_path: Path) -> None:
    for _ in range(3):
        set_up_logging(tmp_path / "ours")
    logging.getLogger("x").info("once")
    assert messages((tmp_path / "ours").read_text()) == ["once"]
    assert messages(console.getvalue()) == ["once"]
    remove_handlers()
    for _ in range(3):
        usual_setup(tmp_path / "usual")
    logging.getLogger("x").info("thrice")
    assert (tmp_path / "usual").read_text() == "thrice\n" * 3


@in_a_fresh_program
def test_the_file_of_an_earlier_call_is_closed(console: io.StringIO, tmp_path: Path) -> None:
    set_up_logging(tmp_path / "a")
    old = [each for each in logging.getLogger().handlers if each.get_name() == FILE]
    set_up_logging(tmp_path / "b")
    assert len(old) == 1
    assert isinstance(old[0], logging.FileHandler)
    assert old[0].stream is None
    assert console.getvalue() == ""


@in_a_fresh_program
def test_a_stream_that_was_exchanged_is_followed_by_the_next_call(console: io.StringIO) -> None:
    set_up_logging()
    with redirect_stderr(io.StringIO()) as cell:
        set_up_logging()
        logging.getLogger("x").info("in this cell")
    assert messages(cell.getvalue()) == ["in this cell"]
    assert console.getvalue() == ""


# --- Trap: a FileHandler is a StreamHandler -------------------------------------------------------


def careful_setup(path: Path) -> None:
    """The usual cure: look by class whether there is a handler already."""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    if not any(isinstance(each, logging.FileHandler) for each in root.handlers):
        root.addHandler(logging.FileHandler(path))
    if not any(isinstance(each, logging.StreamHandler) for each in root.handlers):
        root.addHandler(logging.StreamHandler())


@in_a_fresh_program
def test_a_file_is_not_taken_for_the_console(console: io.StringIO, tmp_path: Path) -> None:
    careful_setup(tmp_path / "usual")
    logging.getLogger("x").error("unheard")
    assert console.getvalue() == ""
    set_up_logging(tmp_path / "ours")
    logging.getLogger("x").error("heard")
    assert messages(console.getvalue()) == ["heard"]


@in_a_fresh_program
def test_a_quiet_console_does_not_make_the_file_quiet(console: io.StringIO, tmp_path: Path) -> None:
    set_up_logging(tmp_path / "log", console_level=logging.ERROR)
    logging.getLogger("x").debug("detail")
    assert messages((tmp_path / "log").read_text()) == ["detail"]
    # The usual line sets the level of everything that is a StreamHandler.
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setLevel(logging.ERROR)
    logging.getLogger("x").debug("another")
    assert messages((tmp_path / "log").read_text()) == ["detail"]
    assert console.getvalue() == ""


@in_a_fresh_program
def test_handlers_of_others_stay_and_keep_their_level(
    root: logging.Logger, console: io.StringIO, tmp_path: Path
) -> None:
    theirs = [logging.StreamHandler(io.StringIO()), logging.FileHandler(tmp_path / "theirs")]
    for each in theirs:
        root.addHandler(each)
    set_up_logging(tmp_path / "ours", console_level=logging.ERROR)
    set_up_logging()
    assert root.handlers[:2] == theirs
    assert [each.get_name() for each in root.handlers[2:]] == [CONSOLE]
    assert [each.level for each in theirs] == [logging.NOTSET] * 2
    logging.getLogger("x").info("for all")
    assert (tmp_path / "theirs").read_text() == "for all\n"
    assert messages(console.getvalue()) == ["for all"]


# --- Trap: only the module's logger ---------------------------------------------------------------


@in_a_fresh_program
def test_a_library_is_heard_and_nobody_twice(console: io.StringIO, tmp_path: Path) -> None:
    mine, library = (
        logging.getLogger("mine_of_this_test"),
        logging.getLogger("library.of_this_test"),
    )
    usual_setup(tmp_path / "usual", mine.name)
    mine.info("mine")
    library.info("library")
    assert (tmp_path / "usual").read_text() == "mine\n"
    # And once the root is set up as well, each record of that module is there twice.
    set_up_logging(tmp_path / "ours")
    mine.info("twice")
    assert console.getvalue().count("twice\n") == 2
    for handler in mine.handlers[:]:
        mine.removeHandler(handler)
        handler.close()
    mine.info("mine")
    library.info("library")
    assert messages((tmp_path / "ours").read_text()) == ["twice", "mine", "library"]


@in_a_fresh_program
def test_loggers_made_before_the_call_are_heard(console: io.StringIO) -> None:
    early = logging.getLogger("early.of_this_test")
    set_up_logging()
    early.info("heard")
    assert messages(console.getvalue()) == ["heard"]
    try:
        # The default of a configuration by dictionary: whoever was there before is switched off.
        logging.config.dictConfig({"version": 1})
        assert early.disabled
    finally:
        for each in logging.Logger.manager.loggerDict.values():
            if isinstance(each, logging.Logger):
                each.disabled = False


@in_a_fresh_program
def test_basic_config_does_nothing_where_anybody_was_before(
    root: logging.Logger, console: io.StringIO, tmp_path: Path
) -> None:
    root.addHandler(logging.NullHandler())  # a library that logged on import, for example
    logging.basicConfig(filename=tmp_path / "usual", level=logging.DEBUG)
    logging.getLogger("x").warning("lost")
    assert not (tmp_path / "usual").exists()
    set_up_logging(tmp_path / "ours")
    logging.getLogger("x").debug("kept")
    assert messages((tmp_path / "ours").read_text()) == ["kept"]
    assert console.getvalue() == ""


# --- Failing --------------------------------------------------------------------------------------


@in_a_fresh_program
def test_a_file_that_can_not_be_opened_changes_nothing(
    root: logging.Logger, console: io.StringIO, tmp_path: Path
) -> None:
    set_up_logging(tmp_path / "log", console_level=logging.ERROR)
    before = root.handlers[:]
    with pytest.raises(FileNotFoundError):
        set_up_logging(tmp_path / "no folder" / "log", console_level=logging.DEBUG)
    assert root.handlers == before
    logging.getLogger("x").info("goes on")
    assert messages((tmp_path / "log").read_text()) == ["goes on"]
    assert console.getvalue() == ""


def test_importing_the_module_sets_up_nothing() -> None:
    code = "import logging, snippets.logger_setup; print(logging.getLogger().handlers)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@in_a_fresh_program
def test_the_demonstration_shows_each_record_once(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logger_setup.main()
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "INFO     made.before.the.call: heard as well",
        "DEBUG    some.package: 3 rows",
        "WARNING  snippets.logger_setup: went on without",
    ]
    assert root.handlers == []
