"""One Markdown file to what other pages may know of it, and to its galley.

In: a path, bytes and the few settings that parsing needs. Out: `Facts` and an encoded `Galley`. It
must not know any other file, nor whether the page is published.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from builder import markup
from builder.codec import Value, digest, encode, to_json
from builder.config import Settings, load_zone
from builder.errors import Problem
from builder.model import KINDS, Facts, Kind, Reference
from builder.policy import with_own_address
from builder.read.front_matter import FrontMatter, read_front_matter

# A folder's name may have 255 bytes on common file systems; the rest is for what hosts append.
LONGEST_SLUG = 200


class Document(Value, frozen=True):
    """What one file gives.

    Its facts, and its galley encoded (`facts.galley` is the digest of these bytes).
    """

    facts: Facts
    galley: bytes


class ReadingSettings(Value, frozen=True):
    """The settings that a file's facts depend on.

    With the file's bytes and path they decide its facts.
    """

    timezone: str
    macros: dict[str, str]
    policy: str = ""


def reading_settings(settings: Settings) -> ReadingSettings:
    """The part of a site's settings that parsing depends on."""
    policy = with_own_address(settings.content_security_policy, settings.base_url)
    return ReadingSettings(settings.timezone, settings.math_macros, policy)


def kind_of(path: str) -> Kind | None:
    """The kind of a Markdown file by its folder; None for a file outside the folders of kinds."""
    parts = path.split("/")
    return next((kind for kind in KINDS if len(parts) > 2 and parts[:2] == ["content", kind]), None)


def parse_document(path: str, data: bytes, source: bytes, settings: ReadingSettings) -> Document:
    """The facts and the galley of the Markdown file at `path`; `source` is the digest of its bytes
    `data`.

    Mistakes are in the facts' `problems`; the document is complete whatever the file holds.
    """
    kind = kind_of(path)
    assert kind is not None, path
    text, problems = _decode(data, path)
    matter = read_front_matter(text, path)
    body = markup.set_body(
        matter.body,
        path=path,
        first_line=matter.body_line,
        take_title="title" not in matter.values,
        macros=settings.macros,
        policy=settings.policy,
    )
    problems += [*matter.problems, *body.problems]
    values, lines = matter.values, matter.lines
    slug = _slug(path, values, lines, problems)
    title = values.get("title") or body.title
    if not title and not problems:
        problems.append(
            Problem(path, 1, "this page has no title", "add 'title:' or begin with a heading '# …'")
        )
    zone = load_zone(settings.timezone)
    moments = {key: _with_zone(values.get(key), zone) for key in _MOMENTS}
    galley = encode(body.galley)
    facts = Facts(
        path=path,
        digest=source,
        galley=digest(galley),
        kind=kind,
        slug=slug,
        title=title,
        summary=values.get("summary") or body.summary,
        **{key: int(moment.timestamp()) if moment else None for key, moment in moments.items()},
        shown_date=_iso(moments["date"], zone),
        shown_updated=_iso(moments["updated"], zone),
        is_draft=values.get("draft", False),
        tags=values.get("tags", ()),
        series=values.get("series", ""),
        lang=values.get("lang", ""),
        aliases=values.get("aliases", ()),
        feed_id=values.get("id", ""),
        pdf=values.get("pdf", ""),
        snippet=_snippet(path, kind, values, matter, problems),
        test=_json(values.get("test")),
        extra=_json(values.get("extra")),
        words=body.words,
        headings=body.headings,
        anchors=body.anchors,
        references=(*body.references, *_paper(values, lines)),
        embeds=body.embeds,
        has_math=body.has_math,
        lines=lines,
        problems=tuple(problems),
        fences=body.fences,
    )
    return Document(facts, galley)


_MOMENTS = ("date", "updated", "publish", "expires")


def _decode(data: bytes, path: str) -> tuple[str, list[Problem]]:
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"this file is not UTF-8: byte 0x{data[error.start]:02x}"
        return "", [Problem(path, line, found, "save it as UTF-8 in your editor")]


def _slug(
    path: str, values: Mapping[str, Any], lines: Mapping[str, int], problems: list[Problem]
) -> str:
    place = PurePosixPath(path)
    is_folder = place.name == "index.md"
    name = place.parent.name if is_folder else place.stem
    given = unicodedata.normalize("NFC", values.get("slug", ""))
    if is_folder and len(place.parts) == 3:
        hint = "the builder lists a kind itself; put this text into content/pages/"
        problems.append(Problem(path, 0, f"'{path}' stands for no page", hint))
    slug = given or (name if _is_plain(name) else markup.slugify(name))
    line = lines.get("slug", 1)
    if not slug:
        problems.append(
            Problem(
                path, 0, f"no address can be made of the name '{name}'", "add 'slug:' or rename it"
            )
        )
    elif len(slug.encode()) > LONGEST_SLUG:
        problems.append(
            Problem(
                path, line, f"the slug is longer than {LONGEST_SLUG} bytes", "add a shorter 'slug:'"
            )
        )
    return unicodedata.normalize("NFC", slug)


def _is_plain(name: str) -> bool:
    """Whether a file's name can be an address as it is.

    Letters, digits, "-", "_", "." of any script.
    """
    plain = all(char in "-_." or unicodedata.category(char)[0] in "LMN" for char in name)
    return plain and name.strip(".") != ""


def _snippet(
    path: str, kind: Kind, values: Mapping[str, Any], matter: FrontMatter, problems: list[Problem]
) -> str:
    """The slug of a card's snippet; only cards have one."""
    if kind == "cards":
        place = PurePosixPath(path)
        return str(
            values.get("snippet") or (place.parent.name if place.name == "index.md" else place.stem)
        )
    for key in ("snippet", "test"):
        if key in values:
            problems.append(
                Problem(
                    path, matter.lines[key], f"'{key}' is for cards", "cards lie in content/cards/"
                )
            )
    return ""


def _paper(values: Mapping[str, Any], lines: Mapping[str, int]) -> tuple[Reference, ...]:
    """The reference to a page's paper, which stands behind those of its body."""
    return (Reference("link", values["pdf"], "", lines["pdf"]),) if values.get("pdf") else ()


def _with_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone)


def _iso(moment: datetime | None, zone: ZoneInfo) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    if offset is not None and offset % timedelta(minutes=1):
        # Before standard time clocks went by the sun; formats of dates have minutes.
        minutes = round(offset / timedelta(minutes=1))
        local = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    return local.isoformat()


def _json(table: object) -> str:
    return to_json(table) if table else ""
