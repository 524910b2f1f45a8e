"""Settings: what `[tool.proofpress]` in a site's pyproject.toml says, checked.

In: the site's folder. Out: `Settings`, or `BuildFailed` with every mistake at its line. It knows
nothing of content.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import SplitResult, quote, urlsplit
from zoneinfo import ZoneInfo

from builder.codec import Value, replace
from builder.errors import BuildFailed, Problem, did_you_mean
from builder.policy import DEFAULT_POLICY, check_policy

SETTINGS_FILE = "pyproject.toml"


class MenuItem(Value, frozen=True):
    """An entry of the menu: its text, and an address of the site ("/about/") or a full one."""

    title: str
    url: str


class Settings(Value, frozen=True):
    """What a site says of itself.

    `base_url` has no slash at its end; `base_path` is its path, "" at a host's root. `source_url`
    is where the site's own files can be read, "" if nothing says so; it is no key of the table.
    """

    title: str
    base_url: str
    author: str
    description: str = ""
    language: str = "en"
    timezone: str = "UTC"
    per_page: int = 10
    feed_limit: int = 20
    edit_url: str = ""
    menu: tuple[MenuItem, ...] = ()
    math_macros: dict[str, str] = {}  # noqa: RUF012  # msgspec copies it
    og_images: bool = False
    responsive_images: bool = False
    content_security_policy: str = DEFAULT_POLICY
    source_url: str = ""

    @property
    def base_path(self) -> str:
        """The path under which the site lies on its host: "" or "/notes"."""
        return urlsplit(self.base_url).path

    def at(self, base_path: str) -> Settings:
        """The settings of the same site under another path of its host."""
        return replace(self, base_url=urlsplit(self.base_url)._replace(path=base_path).geturl())


class Options(Value, frozen=True):
    """What one build was asked for.

    `now` is in seconds since the epoch and only decides what is published.
    """

    now: int
    drafts: bool = False
    future: bool = False


def _site_above(root: Path) -> str:
    """A hint for somebody who is in a folder of a site."""
    from shlex import quote as quote_for_shell  # late, because only a mistake needs it

    for folder in root.resolve().parents:
        if (folder / SETTINGS_FILE).is_file() and (folder / "content").is_dir():
            typed = quote_for_shell(str(folder))
            return f"there is a site in {folder}: go there, or say --root {typed}"
    return ""


def read_settings(root: Path) -> Settings:
    """The settings of the site in `root`; BuildFailed with every mistake in them."""
    path = root / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise BuildFailed([Problem(
            SETTINGS_FILE, 0, f"there is no {SETTINGS_FILE} in {root}",
            _site_above(root)
            or "a site has one, with a table [tool.proofpress];"
            " 'proofpress new site DIR' makes one",
        )]) from None  # fmt: skip
    except UnicodeDecodeError as error:
        raise BuildFailed([Problem(SETTINGS_FILE, 0, f"is not UTF-8: {error.reason}")]) from None
    except OSError as error:
        raise BuildFailed(
            [Problem(SETTINGS_FILE, 0, f"cannot be read: {error.strerror}")]
        ) from None
    return check_settings(text)


def check_settings(text: str) -> Settings:
    """The settings in a pyproject.toml's text; BuildFailed with every mistake in them."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise BuildFailed([Problem(SETTINGS_FILE, line, f"is not TOML: {error}")]) from None
    tools = document.get("tool")
    table = tools.get("proofpress") if isinstance(tools, dict) else None
    if not isinstance(table, dict):
        raise BuildFailed([Problem(
            SETTINGS_FILE, 0, "has no table [tool.proofpress]",
            "add one with title, base_url and author",
        )])  # fmt: skip
    problems = [
        Problem(
            SETTINGS_FILE,
            _line_of(text, key),
            f"unknown setting '{key}'",
            did_you_mean(key, _CHECKS),
        )
        for key in table
        if key not in _CHECKS
    ]
    problems += [
        Problem(SETTINGS_FILE, _line_of(text, ""), f"the setting '{key}' is missing",
                f'add {key} = "…" to [tool.proofpress]')
        for key in ("title", "base_url", "author")
        if key not in table
    ]  # fmt: skip
    values: dict[str, Any] = {}
    for key in table.keys() & _CHECKS.keys():
        try:
            values[key] = _CHECKS[key](table[key])
        except ValueError as error:
            problems.append(Problem(SETTINGS_FILE, _line_of(text, key), f"{key}: {error}"))
    if problems:
        raise BuildFailed(problems)
    return Settings(**values, source_url=_find_source(document, values.get("edit_url", "")))


@cache
def load_zone(name: str) -> ZoneInfo:
    """The time zone `name` ("Europe/Berlin"); ValueError if there is none.

    Always from the installed tables: the machine's own may be older, and give other bytes.
    """
    if not re.fullmatch(r"[\w+-]+(/[\w+-]+)*", name, re.ASCII):
        raise ValueError(name)
    try:
        with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as table:
            return ZoneInfo.from_file(table, name)
    except OSError:
        raise ValueError(name) from None


def _find_source(document: Mapping[str, Any], edit_url: str) -> str:
    """Where the site's files can be read: what [project.urls] says, as it does of any Python
    project, else the repository that `edit_url` leads into; "" if neither tells.
    """
    project = document.get("project")
    urls = project.get("urls") if isinstance(project, dict) else None
    named = {
        re.sub(r"[^a-z]", "", label.lower()): url
        for label, url in (urls.items() if isinstance(urls, dict) else ())
        if isinstance(url, str) and re.match(r"https?://[^\s<>\"]+$", url)
    }
    found = next((named[label] for label in _SOURCE_LABELS if label in named), "")
    repository = re.match(r"(https?://[^/]+/[^/]+/.+?)/(?:-/)?(?:_?edit|blob|src|tree)/", edit_url)
    return found or (repository[1] if repository else "")


# How packaging tools know the address of a project's source, whatever its case and spaces.
_SOURCE_LABELS = ("source", "sourcecode", "repository", "github")


def _line_of(text: str, key: str) -> int:
    """The line of a key of [tool.proofpress]; of the table's head if it is not found."""
    head, inside = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.startswith("[tool.proofpress")
            if stripped == "[tool.proofpress]":
                head = number
            if key and stripped.rstrip("]").endswith(f"tool.proofpress.{key}"):
                return number
        elif inside and key and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*[.=]", stripped):
            return number
    return head


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_name(value)}")
    # Control characters are invalid in XML, so no feed could carry them.
    if found := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", value):
        what = "the control character" if found[0] < "\ufffe" else "what is no character,"
        raise ValueError(f"has {what} U+{ord(found[0]):04X}; retype it")
    return value


def _filled(value: object) -> str:
    text = _text(value).strip()
    if not text:
        raise ValueError("must not be empty")
    return text


def _address(value: object) -> str:
    text = _filled(value).rstrip("/")
    parts = _split(text)
    is_address = parts.scheme in ("http", "https") and parts.netloc
    if not is_address or "?" in text or "#" in text:
        raise ValueError(f"must be an address such as https://example.org/notes, not '{text}'")
    if not parts.netloc.isascii():
        raise ValueError(
            f"'{text}' has a host as it is read, not as it is asked for: {_ask(parts)}"
        )
    if not _PLAIN_ADDRESS(text):
        raise ValueError(f"'{text}' needs percent-encoding: {quote(text, safe='/:@%')}")
    if any(part in ("", ".", "..") for part in parts.path.split("/")[1:]):
        raise ValueError(f"'{text}' is no plain address")
    return text


def _split(address: str) -> SplitResult:
    """An address in its parts; none of them if it is malformed."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _ask(parts: SplitResult) -> str:
    """The ASCII form of an address, which is the one that is sent: https://xn--bcher-kva.example."""
    host = re.sub(r"[^.:@]+", lambda found: _ascii_label(found[0]), normalize("NFKC", parts.netloc))
    return quote(parts._replace(netloc=host).geturl(), safe="/:@%")


def _ascii_label(label: str) -> str:
    # As in RFC 3492; what a registry would refuse is not known here.
    return label if label.isascii() else f"xn--{label.lower().encode('punycode').decode()}"


_PLAIN_ADDRESS = re.compile(r"[!$%&'()*+,./0-9:;=@A-Z\[\]_a-z~-]+").fullmatch


def _zone(value: object) -> str:
    text = _filled(value)
    try:
        load_zone(text)
    except ValueError:
        raise ValueError(f"there is no time zone '{text}'; names are like Europe/Berlin") from None
    return text


def check_language(value: object) -> str:
    """A BCP 47 language tag such as "en", "zh-Hans"; ValueError if it is none."""
    text = _filled(value)
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", text):
        raise ValueError(f"'{text}' is not a language tag such as en, hi, zh-Hans")
    return text


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be a whole number from 1, not {value!r}")
    return value


def _policy(value: object) -> str:
    return check_policy(_text(value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _menu(value: object) -> tuple[MenuItem, ...]:
    if not isinstance(value, list):
        raise ValueError('must be a list such as [{ title = "About", url = "/about/" }]')
    items = []
    for item in value:
        if not isinstance(item, dict) or item.keys() != {"title", "url"}:
            raise ValueError(f'each entry is {{ title = "…", url = "…" }}, not {item!r}')
        url = _filled(item["url"])
        if not url.startswith("/") and not _split(url).scheme:
            raise ValueError(f"'{url}' is neither an address of the site (/about/) nor a full one")
        items.append(MenuItem(_filled(item["title"]), url))
    return tuple(items)


def _macros(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(body, str) for body in value.values()):
        raise ValueError(r'must be a table of LaTeX macros such as { R = "\\mathbb{R}" }')
    return {name.removeprefix("\\"): body for name, body in value.items()}


def _name(value: object) -> str:
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), type(value).__name__)


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "title": _filled,
    "base_url": _address,
    "author": _filled,
    "description": _text,
    "language": check_language,
    "timezone": _zone,
    "per_page": _count,
    "feed_limit": _count,
    "edit_url": _text,
    "menu": _menu,
    "math_macros": _macros,
    "og_images": _flag,
    "responsive_images": _flag,
    "content_security_policy": _policy,
}
