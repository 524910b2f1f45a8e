"""A command that ends with the preview that started it, however that ended.

In: the arguments of `proofpress`, and a pipe as standard input that nobody writes to. Out: nothing.
A preview that is killed, or whose terminal is closed, has no time to end what it started; but its
end of the pipe is closed for it.
"""

from __future__ import annotations

import os
import runpy
import signal
import threading


def main() -> None:
    """Run the command; the first of its session, and so of its process group."""
    leash = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()

    runpy.run_module("builder", run_name="__main__", alter_sys=True)


def _end_with(leash: int) -> None:
    os.read(leash, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
