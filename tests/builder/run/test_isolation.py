"""Cards that go wrong in every way, all in one run: each gets its word, and nothing is left.

Without namespaces this fails on Linux, unless PROOFPRESS_NO_NAMESPACES=1 admits that there are
none.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.cards import Demands
from builder.run.results import CardResult
from builder.run.runner import run_cards
from tests.builder.run.planted import marked, pipe, plant, still_running

LINUX = sys.platform == "linux"
pytestmark = pytest.mark.skipif(not LINUX, reason="looks at processes through /proc")
NO_NAMESPACES = os.environ.get("PROOFPRESS_NO_NAMESPACES") == "1"
MODES = ("processes",) if NO_NAMESPACES else ("namespaces", "processes")
MEMORY = 400 * 2**20
FOREVER = "    while True: pass\n"

ESCAPE = """import os, signal, sys, time
def escape():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(600)
"""


@dataclass(frozen=True)
class Bad:
    """A card's test file, its demands, and what must come of it; in `only` one way, if given."""

    test: str
    result: str
    says: str = ""
    demands: Demands = Demands()  # noqa: RUF009  # frozen
    only: str = ""


BAD = {
    "loop": Bad(
        "def test_a():\n" + FOREVER,
        "TIMEOUT",
        r"stopped after 3 s during tests/snippets/test_loop\.py::test_a",
        Demands(timeout=3),
    ),
    "fork_bomb": Bad(
        "import os, time\ndef test_a():\n    for _ in range(8): os.fork()\n    time.sleep(600)\n",
        "TIMEOUT",
        "stopped after 6 s",
        Demands(timeout=6),
    ),
    "sleepers": Bad(
        "import os, time\ndef test_a():\n    for _ in range(200):\n"
        "        if not os.fork(): time.sleep(600)\n",
        "PASSED",
    ),
    "escaped": Bad(ESCAPE + "def test_a(): escape()\n", "PASSED"),
    "allocation": Bad(
        "def test_a(): assert bytearray(8 * 2**30)\n",
        "MEMORY",
        r"test_a asked for more memory than its limit of 400 MiB",
        Demands(memory=MEMORY),
    ),
    "shared_allocation": Bad(
        "import mmap\ndef test_a():\n    block = mmap.mmap(-1, 8 * 2**30)\n"
        "    for at in range(0, len(block), 2**20): block[at : at + 2**20] = bytes(2**20)\n",
        "MEMORY",
        r"used \d+ MiB of memory, and its limit is 400 MiB during .*test_a",
        Demands(memory=MEMORY, timeout=60),
    ),
    "many_allocations": Bad(
        "import os, time\ndef test_a():\n    for _ in range(6):\n        if not os.fork():\n"
        "            block = b'x' * (100 * 2**20)\n            time.sleep(600)\n"
        "    time.sleep(600)\n",
        "MEMORY",
        "limit is 400 MiB",
        Demands(memory=MEMORY, timeout=60),
    ),
    "shared_by_forks": Bad(  # one block of 150 MiB, seen by six processes, is no 900 MiB
        "import os, time\nBLOCK = b'x' * (150 * 2**20)\ndef test_a():\n"
        "    for _ in range(5):\n        if not os.fork(): time.sleep(600)\n    time.sleep(0.5)\n",
        "PASSED",
        "",
        Demands(memory=MEMORY),
    ),
    "segfault": Bad(
        "import ctypes\ndef test_a(): ctypes.string_at(0)\n",
        "ERROR",
        r"the process was killed by SIGSEGV during .*::test_a",
    ),
    "exit": Bad(
        "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n",
        "ERROR",
        r"the process ended by itself \(status 0\) during .*::test_b",
    ),
    "flood": Bad(
        "import os\ndef test_a(capfd):\n    with capfd.disabled():\n"
        "        for _ in range(10_000): os.write(1, bytes(10**6))\n",
        "ERROR",
        "wrote more than 10 MB of output during .*::test_a",
    ),
    "sys_exit": Bad("import sys\ndef test_a(): sys.exit(0)\n", "FAILED"),
    "sys_exit_at_import": Bad("import sys\nsys.exit(0)\n", "ERROR"),
    "reads_outside": Bad(
        "def test_a(): open('{outside}/secret.csv').read()\n",
        "ERROR",
        r"test_reads_outside\.py::test_a reads .*/secret\.csv, outside the site",
    ),
    "reads_outside_at_import": Bad(
        "open('{outside}/secret.csv').read()\ndef test_a(): pass\n",
        "ERROR",
        r"the import reads .*/secret\.csv, outside the site",
    ),
    "asks_for_what_is_not_there": Bad(
        "def test_a():\n    try: open('{outside}/nothing.csv')\n    except OSError: pass\n",
        "PASSED",
    ),
    "writes_inside": Bad("def test_a(): open('{root}/new', 'w')\n", "FAILED"),
    "changes_inside": Bad(
        "import os\ndef test_a(): os.rename('{root}/data', '{root}/other')\n", "FAILED"
    ),
    "connects_out": Bad(
        "import socket\ndef test_a(): socket.socket().connect(('192.0.2.1', 80))\n", "FAILED"
    ),
    "asks_names": Bad(
        "import socket\ndef test_a(): socket.gethostbyname('example.org')\n", "FAILED"
    ),
    "connects_within": Bad(
        "import socket\ndef test_a():\n    here = socket.create_server(('127.0.0.1', 0))\n"
        "    there = socket.create_connection(here.getsockname())\n"
        "    here.accept()[0].send(b'x')\n    assert there.recv(1) == b'x'\n",
        "PASSED",
    ),
    "no_tests": Bad("def helper(): pass\n", "EMPTY", "no test ran"),
    "skipped": Bad(
        "import pytest\n@pytest.mark.skip(reason='no GPU')\ndef test_a(): pass\n",
        "SKIPPED",
        "every test was skipped",
    ),
    "import_error": Bad("import snippets.gone\ndef test_a(): pass\n", "ERROR"),
    "syntax_error": Bad("def test_a(:\n", "ERROR"),
    "binary": Bad(
        "import os\ndef test_a(capfd):\n    with capfd.disabled():\n"
        "        for handle in (1, 2): os.write(handle, bytes(range(256)) * 99)\n"
        "    os._exit(3)\n",
        "ERROR",
        r"the process ended by itself \(status 3\)",
    ),
    "no_tool": Bad(
        "def test_a(): pass\n",
        "UNAVAILABLE",
        "install not-a-program",
        Demands(tools=("not-a-program",)),
    ),
    "no_distribution": Bad(
        "import not_a_distribution\ndef test_a(): pass\n",
        "UNAVAILABLE",
        "pip install not_a_distribution",
    ),
    "reads_inside": Bad(
        "import sqlite3\ndef test_a():\n    open('{root}/data/table.csv').read()\n"
        "    sqlite3.connect('{root}/data/base.db').close()\n",
        "PASSED",
    ),
    "fills_its_room": Bad(
        "import os\ndef test_a():\n    for name in 'ab':\n"
        "        with open(os.environ['TMPDIR'] + '/' + name, 'wb') as file:\n"
        "            os.posix_fallocate(file.fileno(), 0, 600 * 2**20)\n",
        "FAILED",
        only="namespaces",
    ),
    "large_file": Bad(
        "import os\ndef test_a():\n    with open('file', 'wb') as file:\n"
        "        os.truncate(file.fileno(), 2 * 2**30)\n",
        "FAILED",
    ),
    "breaks_walls": Bad(
        "import ctypes, os\nROOT = b'{root}'\ndef call(*words):\n"
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    return getattr(libc, words[0])(*words[1:])\n"
        "def test_a():\n"
        "    assert os.listdir('/dev/shm') == [] and os.getuid() == {user}\n"
        "    assert len([name for name in os.listdir('/proc') if name.isdigit()]) < 5\n"
        "    assert call('mount', b'none', ROOT, None, 0x1020, None)\n"  # remount, bind, writable
        "    assert call('umount2', ROOT, 2)\n"
        "    call('unshare', 0x10020000)\n"
        "    assert call('mount', b'none', ROOT, None, 0x1020, None)\n"
        "    assert call('umount2', ROOT, 2)\n",
        "PASSED",
        only="namespaces",
    ),
    "leaves_files": Bad(
        "import os, tempfile\ndef test_a():\n    open('here', 'w')\n    tempfile.mkstemp()\n"
        "    os.mkdir(os.path.expanduser('~/folder'))\n",
        "PASSED",
    ),
    "shares_memory": Bad(
        "from multiprocessing.shared_memory import SharedMemory\n"
        "from multiprocessing import resource_tracker\n"
        "def test_a():\n    block = SharedMemory('{name}', True, 9)\n"
        "    resource_tracker.unregister(block._name, 'shared_memory')\n",
        "PASSED",
        only="namespaces",
    ),
}
GOOD = "def test_a(): pass\n"
# Between the bad ones, so that each of these has such neighbours.
ORDER = [name for slug in BAD for name in (slug, f"good_{slug}")[: 1 + (len(slug) % 3 == 0)]]


@dataclass(frozen=True)
class Whole:
    """All the cards' results in one way of isolation, and what was there before and after."""

    results: dict[str, CardResult]
    root: Path
    before: dict[str, bytes]
    left_running: list[int]
    left_on_disk: list[str]


@pytest.fixture(scope="module", params=MODES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    mode: str = request.param
    base = tmp_path_factory.mktemp(mode)
    root, outside, machine = base / "site", base / "elsewhere", base / "machine"
    for folder in (root / "data", outside, machine):
        folder.mkdir(parents=True)
    (outside / "secret.csv").write_text("1,2\n")
    (root / "data/table.csv").write_text("1,2\n")
    sqlite3.connect(root / "data/base.db").execute("create table t (x)").connection.close()
    marker = f"MARK-{uuid.uuid4()}"
    words = {"root": root, "outside": outside, "user": os.getuid(), "name": marker}
    demands = {}
    for slug in ORDER:
        bad = BAD.get(slug, Bad(GOOD, "PASSED"))
        test = bad.test
        for name, value in words.items():
            test = test.replace(f"{{{name}}}", str(value))
        plant(root, test, slug=slug)
        demands[slug] = Demands(
            timeout=bad.demands.timeout,
            memory=bad.demands.memory,
            tools=bad.demands.tools,
            env={"MARK": marker},
        )
    slugs = [slug for slug in ORDER if slug not in BAD or BAD[slug].only in ("", mode)]
    before = read(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(machine))
        patch.setenv("PROOFPRESS_ISOLATION", "process" if mode == "processes" else "")
        found = list(run_cards(root, slugs, jobs=3, timeout_seconds=60, demands=demands))
    left = [str(path) for path in machine.rglob("*")]
    left += [name for name in shared_memory() if marker in name]
    assert {result.isolation for result in found} <= {mode, ""}, (
        "this machine has no namespaces: set PROOFPRESS_NO_NAMESPACES=1 if that is as it should be"
    )
    results = {result.slug: result for result in found}
    return Whole(results, root, before, marked(marker), left)


def shared_memory() -> set[str]:
    return {path.name for path in Path("/dev/shm").iterdir()}


def read(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("slug", BAD)
def test_each_bad_card_gets_its_word(whole: Whole, slug: str) -> None:
    if slug not in whole.results:  # only the other isolation can do this
        assert BAD[slug].only not in ("", whole.results["loop"].isolation)
        return
    result, bad = whole.results[slug], BAD[slug]
    said = (result.result, result.details, [test.message for test in result.tests])

    assert result.result == bad.result, said
    assert re.search(bad.says, "\n".join(result.details)), said


def test_other_cards_in_the_same_run_are_unaffected(whole: Whole) -> None:
    good = [result for slug, result in whole.results.items() if slug.startswith("good_")]

    assert len(good) > 5
    assert {(result.result, result.passed) for result in good} == {("PASSED", 1)}


def test_nothing_is_left_running_or_on_disk_and_the_site_is_as_it_was(whole: Whole) -> None:
    assert whole.left_running == []
    assert whole.left_on_disk == []
    assert read(whole.root) == whole.before


def test_limits_are_kept_long_before_the_damage_is_done(whole: Whole) -> None:
    seconds = {slug: result.seconds for slug, result in whole.results.items()}

    assert 3 <= seconds["loop"] < 8
    assert seconds["connects_out"] < 20
    assert seconds["flood"] < 20
    assert max(seconds.values()) < 30


def test_reasons_name_what_was_refused(whole: Whole) -> None:
    def message(slug: str) -> str:
        return whole.results[slug].tests[0].message

    reasons = ("writes_inside", "changes_inside", "connects_out")
    if whole.results["loop"].isolation == "namespaces":
        assert "Read-only file system" in message("writes_inside")
        assert "Network is unreachable" in message("connects_out")
        assert "No space left on device" in message("fills_its_room")
    else:
        assert all(message(slug).startswith("PermissionError") for slug in reasons)
        assert "the site is read-only for its cards" in message("writes_inside")
        assert "192.0.2.1 is not on this machine" in message("connects_out")
        assert "example.org is not on this machine" in message("asks_names")


def test_files_that_were_read_inside_the_site_are_told(whole: Whole) -> None:
    reads = {slug: whole.results[slug].reads for slug in ("reads_inside", "escaped")}

    assert reads == {
        "reads_inside": (
            "data/base.db",
            "data/table.csv",
            "tests/snippets/test_reads_inside.py",
        ),
        "escaped": ("tests/snippets/test_escaped.py",),
    }


@pytest.mark.parametrize("mode", MODES)
def test_killing_the_runner_ends_all_that_it_started(tmp_path: Path, mode: str) -> None:
    marker, machine = f"MARK-{uuid.uuid4()}", tmp_path / "machine"
    machine.mkdir()
    with pipe(tmp_path / "pipe") as word:
        test = f"def test_a():\n    escape()\n    {word.told}\n" + FOREVER
        plant(tmp_path / "site", ESCAPE + test)
        program = (
            "from pathlib import Path\nfrom builder.cards import Demands\n"
            "from builder.run.runner import run_cards\n"
            f"list(run_cards(Path({str(tmp_path / 'site')!r}), ['card'], jobs=1,"
            f" timeout_seconds=600, demands={{'card': Demands(env={{'MARK': {marker!r}}})}}))"
        )
        runner = subprocess.Popen(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "TMPDIR": str(machine),
                "PROOFPRESS_ISOLATION": "process" if mode == "processes" else "",
            },
        )
        word.wait()
        started = marked(marker)
        runner.kill()
        runner.wait()
    left = still_running(started, 20)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    # The guard removes the folder last, in a process that no longer bears the mark.
    deadline = time.monotonic() + 20
    while list(machine.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert len(started) >= 3  # the guard, the card, and who escaped
    assert left == []
    assert marked(marker) == []
    assert list(machine.iterdir()) == []
