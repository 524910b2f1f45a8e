"""Which characters a font has.

In: the bytes of a TrueType or OpenType font. Out: ranges of code points. Only the table "cmap" is
read, in the two formats that fonts of today have, so that no library is needed to tell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

# (platform, encoding): Unicode in full first, then its first 65,536 code points.
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))


def font_characters(data: bytes) -> tuple[tuple[int, int], ...]:
    """The code points that a font has glyphs for, as (first, last), in order.

    ValueError for what is no such font.
    """
    try:
        codes = sorted(set(_codes(data)))
    except (struct.error, IndexError):
        raise ValueError("it is damaged") from None
    ranges: list[tuple[int, int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)


def _codes(data: bytes) -> Iterator[int]:
    if data[:4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise ValueError("it is no TrueType or OpenType font")
    (count,) = struct.unpack_from(">H", data, 4)
    for number in range(count):
        tag, _, start, _ = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag == b"cmap":
            return _of_table(data, start)
    raise ValueError("it has no table of characters")


def _of_table(data: bytes, start: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", data, start + 2)
    found: dict[tuple[int, int], int] = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * number)
        found[platform, encoding] = start + offset
    for kind in _UNICODE:
        if kind in found:
            (form,) = struct.unpack_from(">H", data, found[kind])
            if form in (4, 12):
                return (_segments if form == 4 else _groups)(data, found[kind])
    raise ValueError("it has no table of Unicode characters")


def _segments(data: bytes, start: int) -> Iterator[int]:
    """Format 4: segments of code points with an offset, or a list of glyphs, each."""
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    count = doubled // 2
    lasts = struct.unpack_from(f">{count}H", data, start + 14)
    firsts = struct.unpack_from(f">{count}H", data, start + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", data, start + 16 + 2 * doubled)
    places = start + 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", data, places)
    for number, (first, last, delta, offset) in enumerate(
        zip(firsts, lasts, deltas, offsets, strict=True)
    ):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                at = places + 2 * number + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, at)
            # In a list, 0 says that there is no glyph; without one, only the sum can say it.
            if (glyph or not offset) and (glyph + delta) % 0x10000:
                yield code


def _groups(data: bytes, start: int) -> Iterator[int]:
    """Format 12: groups of code points whose glyphs follow each other."""
    (count,) = struct.unpack_from(">I", data, start + 12)
    for number in range(count):
        first, last, glyph = struct.unpack_from(">III", data, start + 16 + 12 * number)
        if last > 0x10FFFF:
            raise ValueError("it is damaged")
        yield from (code for code in range(first, last + 1) if glyph + code - first)
