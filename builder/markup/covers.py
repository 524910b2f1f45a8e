"""Pictures that stand for a page where a link to it is shared: its title, set in type.

In: words, a font's bytes. Out: bytes of a PNG. Text is laid out letter by letter with the font's
own pairs, without a shaping library, and parameters are fixed, so that equal words give equal
bytes with one version of Pillow, which the extra `images` brings.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

# What the platforms that show such pictures ask for.
WIDTH, HEIGHT = 1200, 630
# The default theme's own: --paper, --ink and --accent.
PAPER, INK, ACCENT = (0xFD, 0xFD, 0xFC), (0x1B, 0x1D, 0x20), (0x0B, 0x5A, 0x97)
# Steps between paper and a colour. Two times eight are sixteen colours, half a byte each.
_STEPS = 8
_MARGIN = 96
_TOP, _BOTTOM = 176, 496
# Sizes of a title, and in how many lines it may be set.
_SIZES = ((92, 2), (80, 3), (68, 4), (58, 4), (50, 4))
_LEADING = 1.17
_SMALL = 34
# Crop marks, as on a proof: how far from the edge they meet, less a gap, and how thick they are.
_EDGE, _GAP, _THICK = 34, 6, 3

Measure = Callable[[str], float]


def print_cover(title: str, label: str, foot: str, font: bytes) -> bytes:
    """A picture with a title, a label above it and a line below it, each of which may be empty.

    OSError if the font can't be read, ImportError without Pillow.
    """
    from PIL import Image, ImageDraw, ImageFont

    def face(size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(BytesIO(font), size, layout_engine=ImageFont.Layout.BASIC)

    ink, accent = Image.new("L", (WIDTH, HEIGHT)), Image.new("L", (WIDTH, HEIGHT))
    black, blue = ImageDraw.Draw(ink), ImageDraw.Draw(accent)
    _draw_marks(blue)
    blue.text((_MARGIN, 138), label, fill=255, font=face(_SMALL), anchor="ls")
    _draw_title(black, title, face)
    if foot:
        blue.rectangle((_MARGIN, 547, _MARGIN + 43, 551), fill=255)
        line = cut_line(foot, WIDTH - 2 * _MARGIN - 64, face(_SMALL).getlength)
        black.text((_MARGIN + 64, 560), line, fill=255, font=face(_SMALL), anchor="ls")
    # Nothing blue lies on anything black, so the greater index of the two is the one that is there.
    top = _STEPS - 1
    indices = ink.point([round(value * top / 255) for value in range(256)])
    blues = accent.point(
        [_STEPS + round(value * top / 255) if value > 16 else 0 for value in range(256)]
    )
    indices.paste(blues, mask=blues.point([0, *[255] * 255]))
    picture = Image.frombytes("P", (WIDTH, HEIGHT), indices.tobytes())
    picture.putpalette([part for colour in (INK, ACCENT) for part in _ramp(colour)])
    out = BytesIO()
    picture.save(out, "PNG", optimize=True, bits=4)
    return out.getvalue()


def wrap_title(title: str, width: float, measure: Measure) -> list[str]:
    """A title in as few lines of this width as possible, and these about equally long."""
    lines = _fill(title, width, measure)
    low, high = width / 3, width
    # Six halvings are closer than a letter.
    for _ in range(6):
        middle = (low + high) / 2
        narrower = _fill(title, middle, measure)
        if len(narrower) <= len(lines) and not _has_cut(narrower, title):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


def cut_line(text: str, width: float, measure: Measure) -> str:
    """A text that fits; what does not is cut off, which three dots tell."""
    if measure(text) <= width:
        return text
    while text and measure(f"{text}…") > width:
        text = text[:-1].rstrip(" ,;:.–—-")
    return f"{text}…"


def _draw_title(draw: ImageDraw.ImageDraw, title: str, face: _Face) -> None:
    width = WIDTH - 2 * _MARGIN
    for size, most in _SIZES:
        font = face(size)
        lines = wrap_title(title, width, cache(font.getlength))
        if len(lines) <= most and not _has_cut(lines, title):
            break
    if len(lines) > most:
        last = cut_line(" ".join(lines[most - 1 :]), width, font.getlength)
        lines = [*lines[: most - 1], last]
    step = size * _LEADING
    # The first line's capitals begin at the top of the room, or lower if there is room.
    room = _BOTTOM - _TOP - step * len(lines)
    y = _TOP + max(0.0, room / 2.6) + size * 0.86
    for line in lines:
        draw.text((_MARGIN, round(y)), line, fill=255, font=font, anchor="ls")
        y += step


def _draw_marks(draw: ImageDraw.ImageDraw) -> None:
    # They lie where the knife cuts, and none reaches into what is kept.
    for x, outer_x in ((_EDGE, 0), (WIDTH - _EDGE, WIDTH)):
        for y, outer_y in ((_EDGE, 0), (HEIGHT - _EDGE, HEIGHT)):
            inner_x = x - _GAP if outer_x == 0 else x + _GAP
            inner_y = y - _GAP if outer_y == 0 else y + _GAP
            draw.line((x, outer_y, x, inner_y), fill=255, width=_THICK)
            draw.line((outer_x, y, inner_x, y), fill=255, width=_THICK)


def _fill(title: str, width: float, measure: Measure) -> list[str]:
    """Lines filled one by one; a word that is wider than a line is broken."""
    lines: list[str] = []
    line, taken, space = "", 0.0, measure(" ")
    for word in title.split():
        # Word by word: to measure all longer and longer lines takes ten times as long.
        length = measure(word)
        if line and taken + space + length <= width:
            line, taken = f"{line} {word}", taken + space + length
            continue
        if line:
            lines.append(line)
        while length > width and len(word) > 1:
            ends = range(1, len(word))
            end = max(1, bisect_right(ends, width, key=lambda end: measure(word[:end])))
            lines.append(word[:end])
            word = word[end:]
            length = measure(word)
        line, taken = word, length
    return [*lines, line]


def _has_cut(lines: Sequence[str], title: str) -> bool:
    """Whether a word was broken."""
    return " ".join(lines) != " ".join(title.split())


def _ramp(colour: tuple[int, int, int]) -> list[int]:
    """From paper to a colour."""
    return [
        round(paper + (full - paper) * step / (_STEPS - 1))
        for step in range(_STEPS)
        for paper, full in zip(PAPER, colour, strict=True)
    ]


_Face = Callable[[int], "ImageFont.FreeTypeFont"]
