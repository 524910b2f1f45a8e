"""A picture as text for a terminal: what differs from the background, in the right proportions.

In: an array of shape (height, width) or (height, width, channels), of bytes, of floats from 0 to 1,
or of booleans; 1 to 4 channels mean grey, grey and alpha, RGB, RGBA; ValueError or TypeError for
others. Out: lines of characters. It reads no files (`numpy.asarray` of a Pillow image will do).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

RAMP = " .:-=+*#%@"  # from no ink to most, https://paulbourke.net/dataformats/asciiart/


def ascii_art(
    picture: ArrayLike,
    columns: int = 80,
    lines: int = 40,
    *,
    tolerance: float = 0.1,
    cell_height: float = 2.0,
    ramp: str = RAMP,
) -> str:
    """Draw what differs from the corners' colour, trimmed, as large as `columns` × `lines` allow.

    The more a pixel differs, the more ink it gets, so that a figure shows on white as on black; a
    distance up to `tolerance`, where black to white is 1, is background. A character is
    `cell_height` times as high as it is wide. Empty if there is nothing but background, or nothing.
    """
    if min(columns, lines) < 1 or cell_height <= 0 or len(ramp) < 2:
        raise ValueError("art needs a column, a line, a height and two characters")
    ink = _difference_from_corners(_without_alpha(_channels(picture)))
    ink[ink <= tolerance] = 0
    down, across = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not down.size:
        return ""
    figure = ink[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
    # region fit
    height, width = figure.shape
    columns = min(columns, max(1, round(lines * cell_height * width / height)))
    lines = min(lines, max(1, round(columns * height / width / cell_height)))
    cells = _overlaps(lines, height) @ figure @ _overlaps(columns, width).T
    # endregion fit
    levels = np.rint(cells / cells.max() * (len(ramp) - 1)).astype(int)
    return "\n".join("".join(ramp[level] for level in line).rstrip() for line in levels)


def _channels(picture: ArrayLike) -> Array:
    """The picture as floats from 0 to 1, of shape (height, width, channels)."""
    given = np.asarray(picture)
    if given.ndim == 2:
        given = given[..., None]
    if given.ndim != 3 or not 1 <= given.shape[2] <= 4:
        raise ValueError(f"a picture has no shape {np.shape(picture)}")
    if given.dtype not in (np.uint8, np.float32, np.float64, np.bool_):
        raise TypeError(f"a picture is of bytes, floats or booleans, not {given.dtype}")
    # Floats before any difference is taken: those of bytes wrap, 10 - 250 is 16.
    scaled = given / 255 if given.dtype == np.uint8 else given.astype(np.float64)
    if not np.all((scaled >= 0) & (scaled <= 1)):
        raise ValueError("a picture of floats lies between 0 and 1")
    return scaled


def _without_alpha(channels: Array) -> Array:
    """The colours alone, over white or black: over what is farther from the figure's own mean."""
    if channels.shape[2] % 2:
        return channels
    colours, alpha = channels[..., :-1], channels[..., -1:]
    # Weighed by alpha: a colour under full transparency is an accident of the editor.
    figure = (colours * alpha).sum() / max(alpha.sum() * colours.shape[2], 1e-9)
    paper = float(figure < 0.5)
    return colours * alpha + paper * (1 - alpha)


def _difference_from_corners(colours: Array) -> Array:
    """For each pixel the distance of its colour from the background's: 1 from black to white."""
    height, width, channels = colours.shape
    corners = colours[:: max(1, height - 1), :: max(1, width - 1)].reshape(-1, channels)
    if not corners.size:
        return np.zeros((height, width))
    # The corner that is nearest to the others: one of the four may be covered by the figure, and
    # a mean would be a colour that is nowhere.
    between = np.abs(corners[:, None] - corners).sum(axis=(1, 2))
    background = corners[between.argmin()]
    # All channels count, since red on green may have the same brightness.
    distance: Array = np.sqrt(np.square(colours - background).mean(axis=2))
    return distance


def _overlaps(cells: int, pixels: int) -> Array:
    """How much of each pixel lies in each of the cells, which share the pixels equally."""
    edges = np.arange(cells + 1)[:, None] * pixels / cells
    place = np.arange(pixels)
    overlap = np.minimum(edges[1:], place + 1) - np.maximum(edges[:-1], place)
    return overlap.clip(min=0)


def main() -> None:
    """Draw one ball on black, on white and on nothing, then a disc behind a wide ring."""
    y, x = np.mgrid[-1.25:1.25:250j, -1.25:1.25:250j]
    ball = np.hypot(x, y) <= 1
    up = np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
    light = 0.2 + 0.7 * np.clip((up - x - y) / 3**0.5, 0, 1)
    print("    on black                   on white                   on nothing")
    pictures = np.where(ball, light, 0), np.where(ball, light, 1), np.stack([light, ball], axis=2)
    arts = [ascii_art(picture, 25).split("\n") for picture in pictures]
    for parts in zip(*arts, strict=True):
        print("".join(f"{part:27}" for part in parts).rstrip())

    y, x = np.mgrid[-6:6:240j, -20:20:800j]
    grey, white = np.hypot(x, y) < 5, (np.hypot(x, y * 4) > 11) & (np.hypot(x, y * 4) < 17)
    print("\n" + ascii_art(np.select([white & (y > 0), grey, white], [1, 0.4, 1], 0), 75))


if __name__ == "__main__":
    main()
