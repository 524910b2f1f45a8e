"""The process between the runner and a card: it shuts the card in, and sees that all of it ends.

In: words `name=value`, then `--` and the card's command. Out: the card's end as its own; the file
`isolation` in the work folder, which says how the card was shut in.
A script of the standard library alone that imports next to nothing, because every card waits for
it. It must not know what a card is.

The room below the work folder is all that a card may fill: `home`, where it starts, and `tmp`.
With namespaces three processes stand guard: this one outside, one that makes the namespaces, and
the first process inside them. Each dies with the one before it, and the kernel ends all processes
in a PID namespace with its first. Without namespaces this process adopts what the card leaves
behind, and ends it.
"""

# Pathlib and contextlib, too, cost more than they save here.
# ruff: noqa: PTH103, PTH113, PTH114, PTH118, PTH120, PTH123, PTH208, SIM105

from __future__ import annotations

import os
import resource
import signal
import sys

TYPE_CHECKING = False  # the name is enough; `typing` takes longer to import than all else here
if TYPE_CHECKING:
    from builder.run import namespaces, offspring
else:
    sys.path.append(os.path.dirname(__file__))  # as it is not the builder's guard, but a script
    import namespaces
    import offspring

FIGURES = (".svg", ".png")
FIGURES_BYTES = 10_000_000


def main(words: list[str]) -> None:
    """Runs the command that the words name, shut in as they say, and ends as it ended."""
    cut = words.index("--")
    order = dict(word.split("=", 1) for word in words[:cut])
    signal.signal(signal.SIGTERM, _end)
    if sys.platform == "linux":
        namespaces.die_with_parent(signal.SIGTERM)
        namespaces.adopt_orphans()
    status: int | None = signal.SIGTERM
    try:
        if os.getppid() == int(order["parent"]):
            status = _run(order, words[cut + 1 :])
    except _Ended:
        status = signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        offspring.end_descendants()
    if os.getppid() != int(order["parent"]):  # who would have cleaned up is gone
        import shutil

        shutil.rmtree(order["work"], ignore_errors=True)
    _end_like(signal.SIGKILL if status is None else status)


class _Ended(BaseException):
    """The runner asked for the end, or is gone."""


def _end(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Ended


def _run(order: dict[str, str], command: list[str]) -> int | None:
    """The wait status of the command; None: those who would have told were killed."""
    if order["isolation"] != "processes" and sys.platform == "linux":
        told, tell = os.pipe()
        if not os.fork():
            os.close(told)
            _make_namespaces(order, command, tell)
        os.close(tell)
        with os.fdopen(told, "rb") as pipe:
            if pipe.readline() == b"ready\n":
                last = pipe.readline()
                return int(last) if last else None
        offspring.end_descendants()
    return _run_among_processes(order, command)


def _run_among_processes(order: dict[str, str], command: list[str]) -> int:
    for name in ("home", "tmp"):
        os.makedirs(os.path.join(order["work"], "room", name))
    _say_isolation(order, "processes")
    card = os.fork()
    if not card:
        _start(order, command)
    status = _wait_for(card)
    _kill_group(card)
    offspring.end_descendants()
    _keep_figures(order)
    return status


# --- Namespaces -----------------------------------------------------------------------------------


def _make_namespaces(order: dict[str, str], command: list[str], tell: int) -> None:
    """Makes the namespaces, and in them the process that runs the command; does not return."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        namespaces.enter_namespaces(has_network=order["network"] == "yes")
        namespaces.die_with_parent(signal.SIGKILL)
        first = os.fork()
        if first:
            os.close(tell)
            os.waitpid(first, 0)
            os._exit(0)
        namespaces.die_with_parent(signal.SIGKILL)
        namespaces.mount_walls(order["root"], order["work"])
        if order["network"] != "yes":
            namespaces.raise_loopback()
        namespaces.drop_capabilities()
        # Root owns no other user's files in here; better a weaker wall than a card that can't run.
        for path in (order["root"], order["work"]):
            if not os.access(path, os.R_OK | os.X_OK):
                raise PermissionError(path)
        _say_isolation(order, "namespaces")
        os.write(tell, b"ready\n")  # EPIPE, and with it the end, if nobody listens any more
    except BaseException:
        os._exit(1)
    _be_first_process(order, command, tell)


def _be_first_process(order: dict[str, str], command: list[str], tell: int) -> None:
    try:
        card = os.fork()
        if not card:
            _start(order, command)
        status = _wait_for(card)
        if order["figures"]:
            offspring.kill(-1)
            _keep_figures(order)
        os.write(tell, b"%d\n" % status)
    finally:
        os._exit(0)


# --- Small things ---------------------------------------------------------------------------------


def _start(order: dict[str, str], command: list[str]) -> None:
    """Becomes the card's command."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, namespaces.ROOM_BYTES)
        _limit(resource.RLIMIT_DATA, int(order["memory"]))
        os.chdir(os.path.join(order["work"], "room", "home"))
        os.execv(command[0], command)
    except BaseException as error:
        os.write(2, f"the card could not be started: {error}\n".encode())
    finally:
        os._exit(127)


def _limit(what: int, size: int) -> None:
    hard = resource.getrlimit(what)[1]
    size = size if hard == resource.RLIM_INFINITY else min(size, hard)
    try:
        resource.setrlimit(what, (size, size))
    except (OSError, ValueError):
        pass  # not every system has every limit


def _wait_for(card: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == card:
            return status


def _keep_figures(order: dict[str, str]) -> None:
    """Copies the figures that the card left where it started, until they are too many."""
    if not order["figures"]:
        return
    home, left = os.path.join(order["work"], "room", "home"), FIGURES_BYTES + 1
    for name in sorted(os.listdir(home)):
        place = os.path.join(home, name)
        if name.endswith(FIGURES) and os.path.isfile(place) and not os.path.islink(place):
            with open(place, "rb") as source:
                data = source.read(left)
            with open(os.path.join(order["figures"], name), "wb") as target:
                target.write(data)
            left -= len(data)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _say_isolation(order: dict[str, str], word: str) -> None:
    with open(os.path.join(order["work"], "isolation"), "w") as file:
        file.write(word)


def _end_like(status: int) -> None:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        _limit(resource.RLIMIT_CORE, 0)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(sys.argv[1:])
