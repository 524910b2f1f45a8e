"""What pages show of other files: how big each picture is, and which are to be made from it.

In: facts of pictures by address, references and their targets. Out: targets that know their
picture, problems, and the pictures to be made (`Print`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from builder.codec import replace
from builder.errors import Problem
from builder.link.addresses import encode_address
from builder.model import Asset, Facts, Picture, PictureFacts, Print, Target, Variant

# Where pictures that are made lie in the output; the builder keeps this folder for itself.
FOLDER = "assets/pictures/"
# Phones, tablets and columns of text on screens of one and of two dots a pixel.
VARIANT_WIDTHS = (480, 960, 1440)
# A picture up to this wide is sent as it is.
WIDE_PIXELS = 1000
PAPER_WIDTH = 800
# Formats whose pixels can be read, and are many.
_RASTERS = ("png", "jpeg", "webp")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Album:
    """The site's pictures by address; `prints` are those found to be made, by output."""

    by_url: Mapping[str, PictureFacts]
    is_responsive: bool
    prints: dict[str, Print] = field(default_factory=dict)


def make_album(
    assets: Iterable[Asset], pictures: Mapping[str, PictureFacts], *, is_responsive: bool
) -> Album:
    """The pictures among the files that are published."""
    by_url = {
        f"/{encode_address(asset.output)}": pictures[asset.path]
        for asset in assets
        if asset.path in pictures
    }
    return Album(by_url, is_responsive)


def show_pictures(
    facts: Facts, targets: tuple[Target | None, ...], album: Album, problems: list[Problem]
) -> tuple[Target | None, ...]:
    """A page's targets, those of pictures with what is known of them.

    `targets` answers `facts.references` one by one; the last is the page's paper, if it has one.
    """
    paper = len(targets) - 1 if facts.pdf else -1
    shown = [
        position
        for position, reference in enumerate(facts.references)
        if (reference.form == "image" or position == paper) and targets[position] is not None
    ]
    if not shown:
        return targets
    changed = list(targets)
    for position in shown:
        target = changed[position]
        assert target is not None
        found = album.by_url.get(re.split("[?#]", target.url, maxsplit=1)[0])
        if found is None:
            continue
        reference = facts.references[position]
        if found.fault:
            problems.append(_fault(facts, reference.line, found))
        elif position == paper:
            changed[position] = replace(target, picture=_paper(found, album))
        elif found.format != "pdf":
            changed[position] = replace(
                target, picture=_picture(found, album, is_inline=reference.is_inline)
            )
    return tuple(changed)


def _fault(facts: Facts, line: int, found: PictureFacts) -> Problem:
    """Why a picture can't be shown as it should; without a paper's picture there is no page."""
    is_paper = found.format == "pdf"
    message = f"'{found.path}' {found.fault}"
    return Problem(facts.path, line, message, found.hint, is_warning=not is_paper)


def _picture(found: PictureFacts, album: Album, *, is_inline: bool) -> Picture:
    if is_inline and found.format == "svg":
        return Picture(found.width, found.height, (), found.path, found.digest)
    is_wide = found.width > WIDE_PIXELS and found.format in _RASTERS and found.is_still
    variants = []
    for width in VARIANT_WIDTHS if is_wide and album.is_responsive else ():
        if width < found.width:
            output = _output(found, f"{width}.webp")
            album.prints[output] = Print("variant", found.path, found.digest, output, width)
            variants.append(Variant(f"/{output}", width))
    return Picture(found.width, found.height, tuple(variants))


def _paper(found: PictureFacts, album: Album) -> Picture:
    output = _output(found, "first-page.webp")
    album.prints[output] = Print("paper", found.path, found.digest, output, PAPER_WIDTH)
    height = max(1, round(found.height * PAPER_WIDTH / found.width))
    return Picture(PAPER_WIDTH, height, (Variant(f"/{output}", PAPER_WIDTH),))


def _output(found: PictureFacts, ending: str) -> str:
    """Where what is made of a picture lies: named by content, so that it may be kept for ever."""
    stem = posixpath.basename(found.path).rpartition(".")[0].lower()
    slug = _NO_SLUG.sub("-", stem).strip("-")[:60]
    return f"{FOLDER}{slug}{'-' if slug else ''}{found.digest.hex()[:16]}-{ending}"
