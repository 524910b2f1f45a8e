"""How big a picture is, read from its first bytes; no library decodes it.

In: a file's bytes. Out: `Measured`, None for what is no picture that browsers show. It never
reads the pixels, so a damaged end goes unnoticed.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import NamedTuple

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
# What an SVG may say of its size, in CSS pixels.
_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54,
}  # fmt: skip
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]*)\s*")
# EXIF orientations that turn a picture by a quarter: https://www.cipa.jp/std/documents/e/DC-008.pdf
_QUARTER_TURNS = range(5, 9)
# Markers of JPEG that start no segment, and the frame headers, which hold the size.
_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_JPEG_FRAMES = frozenset((*range(0xC0, 0xD0),)) - {0xC4, 0xC8, 0xCC}


class Measured(NamedTuple):
    """A picture's format and its size in CSS pixels; `is_still`: it does not move."""

    format: str
    width: int
    height: int
    is_still: bool = True


def measure_picture(data: bytes) -> Measured | None:
    """How big the picture is that `data` holds; None if that is not to be found."""
    try:
        measured = _measure(data)
    except (IndexError, ValueError):
        return None
    return measured if measured and measured.width and measured.height else None


def _measure(data: bytes) -> Measured | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _measure_png(data)
    if data.startswith(b"\xff\xd8"):
        return _measure_jpeg(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Measured("gif", _little(data, 6, 2), _little(data, 8, 2), is_still=False)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _measure_webp(data)
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return _measure_avif(data)
    return _measure_svg(data)


def _measure_png(data: bytes) -> Measured:
    # APNG, which moves, says so before its first pixels: https://www.w3.org/TR/png-3/
    moves = b"acTL" in data[: max(data.find(b"IDAT"), 0)]
    return Measured("png", _big(data, 16, 4), _big(data, 20, 4), not moves)


def _measure_jpeg(data: bytes) -> Measured | None:
    position, is_turned = 2, False
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:  # fill
            position += 1
            continue
        if marker in _JPEG_ALONE:
            position += 2
            continue
        start, size = position + 4, _big(data, position + 2, 2)
        if marker in _JPEG_FRAMES:
            height, width = _big(data, start + 1, 2), _big(data, start + 3, 2)
            return Measured("jpeg", *((height, width) if is_turned else (width, height)))
        if marker == 0xE1 and data[start : start + 6] == b"Exif\0\0":
            is_turned = _orientation(data[start + 6 : start + size - 2]) in _QUARTER_TURNS
        position += 2 + size
    return None


def _orientation(tiff: bytes) -> int:
    """How a camera was held, from 1 to 8; 0 if it does not say, or what it says is damaged."""
    read = _little if tiff[:2] == b"II" else _big
    try:
        first = read(tiff, 4, 4)
        for entry in range(read(tiff, first, 2)):
            place = first + 2 + 12 * entry
            if read(tiff, place, 2) == 0x0112:
                return read(tiff, place + 8, 2)
    except IndexError:
        pass  # browsers show such a picture as it lies
    return 0


def _measure_webp(data: bytes) -> Measured | None:
    """As in https://developers.google.com/speed/webp/docs/riff_container."""
    kind = data[12:16]
    if kind == b"VP8 ":
        return Measured("webp", _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
    if kind == b"VP8L":
        bits = _little(data, 21, 4)
        return Measured("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        moves = bool(data[20] & 2)
        return Measured("webp", _little(data, 24, 3) + 1, _little(data, 27, 3) + 1, not moves)
    return None


def _measure_avif(data: bytes) -> Measured | None:
    """The largest of the images in an AVIF file: those of its tiles and thumbnails are smaller."""
    head = data[: data.find(b"mdat") % (len(data) + 1)]
    sizes = [
        (_big(head, found.end() + 4, 4), _big(head, found.end() + 8, 4))
        for found in re.finditer(b"ispe", head)
    ]
    if not sizes:
        return None
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    turn = head.find(b"\x00\x00\x00\x09irot")
    if turn >= 0 and head[turn + 8] & 1:
        width, height = height, width
    return Measured("avif", width, height, is_still=data[8:12] != b"avis")


def _measure_svg(data: bytes) -> Measured | None:
    """By the drawing's own width and height, else by its viewBox, as browsers do."""
    if b"<svg" not in data and b":svg" not in data:
        return None
    # Late, because most pages show no drawing.
    from xml.etree import ElementTree as ET

    try:
        # The site's own file; expat itself stops what would grow without bounds.
        _, root = next(iter(ET.iterparse(BytesIO(data), events=("start",))))  # noqa: S314
    except (ET.ParseError, StopIteration, LookupError):
        return None
    if root.tag.rpartition("}")[2] != "svg":
        return None
    width, height = (_pixels(root.get(name, "")) for name in ("width", "height"))
    box = [_pixels(word) for word in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    if len(box) == 4 and box[2] and box[3] and not (width and height):
        # With one of them given, browsers find the other by the drawing's proportions.
        ratio = box[2] / box[3]
        width, height = (
            width or (height * ratio if height else box[2]),
            height or (width / ratio if width else box[3]),
        )
    return Measured("svg", round(width), round(height))


def _pixels(length: str) -> float:
    """A length in pixels; 0 if it is none, or relative."""
    found = _LENGTH.fullmatch(length)
    if found is None or found[2] not in _PIXELS:
        return 0
    return float(found[1]) * _PIXELS[found[2]]


def _big(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(_bytes(data, place, size), "big")


def _little(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(_bytes(data, place, size), "little")


def _bytes(data: bytes, place: int, size: int) -> bytes:
    found = data[place : place + size]
    if len(found) < size:
        raise IndexError(place)
    return found
