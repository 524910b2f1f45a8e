"""Who is meant by a request: whether its Host is one that this server goes by.

In: the host and port it listens at. Out: whether a Host header is welcome. A page elsewhere can
have its own name resolve to this machine and so read a preview as if it were its own (DNS
rebinding); such a request bears that name, and so is told apart. An address in digits and
"localhost" are not looked up by name, so nobody elsewhere can make them mean this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

from builder.codec import Value

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::([0-9]{1,5}))?")
_HTTP_PORT = 80


class Hosts(Value, frozen=True):
    """The hosts that a server goes by.

    `names` with its own `port`; `others` as "name" with any port or as "name:port".
    `is_everywhere`: it listens at all of the machine's addresses, so each of them is meant, and any
    port, because what forwards to it (a container, a tunnel) may have another.
    """

    port: int
    names: frozenset[str]
    others: frozenset[str] = frozenset()
    is_everywhere: bool = False


def hosts_of(host: str, port: int, others: Iterable[str] = ()) -> Hosts:
    """What a server that listens at `host` goes by; `others` are names it was given besides."""
    own = _normal(f"[{host}]" if ":" in host else host.lower())
    is_everywhere = own in ("", "0.0.0.0", "[::]")  # noqa: S104  # asked about, not bound
    names = {"localhost", "127.0.0.1", "[::1]"} | ({own} if not is_everywhere else set())
    return Hosts(port, frozenset(names), frozenset(o.lower() for o in others), is_everywhere)


def is_welcome(hosts: Hosts, authority: str) -> bool:
    """Whether a Host header's value names this server."""
    found = _AUTHORITY.fullmatch(authority.lower())
    if found is None:
        return False
    name, port = _normal(found[1]), int(found[2] or _HTTP_PORT)
    if {name, f"{name}:{port}"} & hosts.others:
        return True
    if hosts.is_everywhere and (name == "localhost" or _is_digits(name)):
        return True
    return name in hosts.names and port == hosts.port


def _normal(name: str) -> str:
    """An address in its one usual form, a name as it is."""
    try:
        address = ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return name
    return f"[{address}]" if address.version == 6 else str(address)


def _is_digits(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
