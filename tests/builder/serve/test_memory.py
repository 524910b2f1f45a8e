"""The memory that a preview is given."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# Eight threads that hold memory at the same time; then how many arenas the C library has.
COUNT = """
import ctypes, re, tempfile, threading

{before}
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
meeting = threading.Barrier(9)

def hold():
    library.malloc(5_000)
    meeting.wait()
    meeting.wait()

threads = [threading.Thread(target=hold) for _ in range(8)]
for thread in threads:
    thread.start()
meeting.wait()
library.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(library.fopen(file.name.encode(), b"w"))
    library.malloc_info(0, stream)
    library.fclose(stream)
    print(file.read().count(b"<heap nr="))
meeting.wait()
"""
# It ends at once, for want of settings.
PREVIEW = """
from pathlib import Path
from builder.config import Options
from builder.errors import BuildFailed
from builder.serve.preview import Place, preview
from builder.stock import Order

try:
    preview(Order(Path("{root}"), Path("{root}/site"), Options(now=0)), Place(), int, print)
except BuildFailed:
    pass
"""


def arenas(before: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COUNT.replace("{before}", before)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
def test_all_threads_of_a_preview_share_one_arena(tmp_path: Path) -> None:
    assert arenas("") > 1
    assert arenas(PREVIEW.replace("{root}", str(tmp_path))) == 1
