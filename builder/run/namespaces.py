"""The walls around a card on Linux: namespaces, mounts, no rights.

In: the site's folder and the work folder. Out: a process that sees the site read-only, has a
room of limited size, no network but loopback, and can't undo any of it; an OSError where the system
does not let it. Imported by `guard`, and as quick to import.
"""

# Pathlib costs more than it saves here.
# ruff: noqa: PTH102, PTH112, PTH118, PTH123, S108

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes

ROOM_BYTES = 2**30  # all that a card keeps in its room; and the largest file that it writes

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 1, 24, 36
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = (
    0x20000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
SYS_MOUNT_SETATTR = 442  # the same number wherever Python 3.11 runs on Linux
CAPABILITIES_V3 = 0x20080522
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def die_with_parent(number: int) -> None:
    """Has the kernel send this signal when the thread that started this process is gone."""
    _prctl(PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Makes this process the parent of whatever below it loses its own."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def enter_namespaces(*, has_network: bool) -> None:
    """New namespaces for this process; the one for processes is its next child's."""
    user, group = os.getuid(), os.getgid()
    flags = NEW_USER | NEW_PID | NEW_MOUNTS | NEW_IPC | (0 if has_network else NEW_NET)
    _check(_libc().unshare(flags), "unshare")
    # The card keeps its own user, so that files have the owners they had.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "wb", buffering=0) as file:
            file.write(text.encode())


def mount_walls(root: str, work: str) -> None:
    """The site read-only, the room in memory and limited, /proc of this PID namespace."""
    _mount_one("none", "/", None, MS_REC | MS_PRIVATE)
    writable = os.open(work, os.O_PATH | os.O_DIRECTORY)
    _mount_one(root, root, None, MS_BIND | MS_REC)
    _make_read_only(root)
    # The work folder may lie inside the site; it is mounted again as it was before.
    _mount_one(f"/proc/self/fd/{writable}", work, None, MS_BIND)
    os.close(writable)
    room = os.path.join(work, "room")
    os.mkdir(room)
    _mount_one("tmpfs", room, "tmpfs", MS_NOSUID | MS_NODEV, f"size={ROOM_BYTES},mode=700")
    for name in ("home", "tmp", "shm"):
        os.mkdir(os.path.join(room, name))
    if os.path.isdir("/dev/shm"):
        _mount_one(os.path.join(room, "shm"), "/dev/shm", None, MS_BIND)
    _mount_one("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.chdir("/")


def _mount_one(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    _check(_libc().mount(*words, flags, os.fsencode(options)), f"mount {target}")


def _make_read_only(path: str) -> None:
    """A mount and all below it; whoever lacks the right to mount can't undo it."""
    import ctypes

    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "users")]

    wanted = Attributes(MOUNT_ATTR_RDONLY, 0, 0, 0)
    done = _libc().syscall(
        ctypes.c_long(SYS_MOUNT_SETATTR),
        ctypes.c_long(AT_FDCWD),
        ctypes.c_char_p(os.fsencode(path)),
        ctypes.c_long(AT_RECURSIVE),
        ctypes.byref(wanted),
        ctypes.c_long(ctypes.sizeof(wanted)),
    )
    _check(done, "mount_setattr")


def raise_loopback() -> None:
    """Brings the network namespace's only interface up."""
    import _socket
    import fcntl
    import struct

    with os.fdopen(_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).detach(), "rb") as end:
        asked = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(end.fileno(), SIOCGIFFLAGS, asked))
        fcntl.ioctl(end.fileno(), SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def drop_capabilities() -> None:
    """No right over the namespaces for this process and whatever it starts, be it root or not."""
    import ctypes

    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(64):
        if _libc().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            break  # the kernel knows no more
    header, none = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0), (ctypes.c_uint32 * 6)()
    _check(_libc().capset(header, none), "capset")


def _prctl(*words: int) -> None:
    _check(_libc().prctl(*words, *[0] * (5 - len(words))), "prctl")


def _libc() -> ctypes.CDLL:
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result < 0:
        import ctypes

        raise OSError(ctypes.get_errno(), what)
