"""A published site's files, wherever they are: in a folder, or on a server.

In: a folder's path or an address. Out: bytes by the paths that SHA256SUMS has, or why there are
none. It knows nothing of what the files hold.
"""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, quote, urlsplit

TIMEOUT_SECONDS = 30.0
# What hosts read and do not serve.
FOR_HOSTS = frozenset({"_headers", "_redirects", ".nojekyll", "CNAME"})


class Unreadable(Exception):
    """A file that can't be had; its text says why."""


class Published(Protocol):
    """A published site."""

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `Unreadable`."""
        ...

    def list_files(self) -> frozenset[str]:
        """The files that are there; a server tells none."""
        ...

    def may_lack(self, path: str) -> bool:
        """Whether a listed file may be absent, though nothing is wrong."""
        ...


def open_published(target: str) -> Published:
    """The site in the folder, or at the http(s) address, `target`."""
    return Website(target) if target.startswith(("http://", "https://")) else Folder(Path(target))


class Folder:
    """A site in a folder."""

    def __init__(self, root: Path) -> None:  # as the class says
        self.root = root

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `Unreadable`."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            raise Unreadable("is missing") from None
        except OSError as error:
            raise Unreadable(f"cannot be read: {error.strerror}") from None

    def list_files(self) -> frozenset[str]:
        """The files that are there."""
        return frozenset(
            (Path(folder) / name).relative_to(self.root).as_posix()
            for folder, _, names in os.walk(self.root)
            for name in names
        )

    def may_lack(self, _path: str) -> bool:
        """A folder holds all that is listed."""
        return False


class Website:
    """A site on a server, below an address."""

    def __init__(self, url: str) -> None:
        """The site whose home page answers at `url`, with or without "/" or "index.html"."""
        try:
            parts = urlsplit(url)
        except ValueError:
            # Requests will say what is wrong with it.
            parts = SplitResult("", "", url, "", "")
        path = parts.path.removesuffix("/index.html").rstrip("/")
        self.base = parts._replace(path=path, query="", fragment="").geturl()
        # It follows redirects to http, https and ftp, never to a file of this machine.
        self.opener = urllib.request.build_opener()
        self.opener.addheaders = [("User-Agent", "proofpress-verify")]

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `Unreadable`."""
        try:
            with self.opener.open(f"{self.base}/{quote(path)}", timeout=TIMEOUT_SECONDS) as answer:
                data: bytes = answer.read()
                return data
        except urllib.error.HTTPError as error:
            error.close()
            reason = str(error.reason).partition("\n")[0]
            raise Unreadable(f"answers {error.code} {reason}".rstrip()) from None
        except TimeoutError:
            raise Unreadable(f"does not answer in {TIMEOUT_SECONDS:g} s") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            cause = getattr(error, "reason", None) or error
            said = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
            raise Unreadable(f"cannot be reached: {said}") from None

    def list_files(self) -> frozenset[str]:
        """A server does not tell what else it has."""
        return frozenset()

    def may_lack(self, path: str) -> bool:
        """Some files are for the server alone."""
        return path in FOR_HOSTS
