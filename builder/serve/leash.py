"""A command that ends with the preview that started it, however that ended.

In: the command's arguments, and a pipe as standard input that nobody writes to. Out: its exit code.
A preview that is killed, or whose terminal is closed, has no time to end what it started; but its
end of the pipe is closed for it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def main() -> int:
    """Run the command; the first of its session, and so of its process group."""
    leash = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()

    from builder.cli import main as run

    return run(sys.argv[1:])


def _end_with(leash: int) -> None:
    os.read(leash, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
