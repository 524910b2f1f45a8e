"""Proof of the card `ascii_art`: means by repetition, circles that stay round, and what is usual.

The usual versions stand beside the tests that they fail, so that each trap is seen to be one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snippets import ascii_art as module
from snippets.ascii_art import RAMP, ascii_art

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

Array = NDArray[Any]


def disc(height: int, width: int, radius: float) -> Array:
    y, x = np.mgrid[:height, :width]
    inside: Array = np.hypot(y - (height - 1) / 2, x - (width - 1) / 2) <= radius
    return inside


def on(figure: Array, colour: object, background: object) -> Array:
    """Bytes of shape (height, width, channels) with two colours."""
    picture = np.where(figure[..., None], np.atleast_1d(colour), np.atleast_1d(background))
    return picture.astype(np.uint8)


def size_of(art: str) -> tuple[int, int]:
    lines = art.split("\n")
    return len(lines), max(map(len, lines))


DISC = disc(60, 60, 20)
EXPECTED = ascii_art(DISC, 20)


# --- The usual version ----------------------------------------------------------------------------


def usual(picture: Array, columns: int = 20) -> str:
    """Brightness to a ramp, every so many pixels; as many lines as the picture's sides suggest."""
    grey = picture[..., :3].mean(axis=2)
    step = grey.shape[1] // columns
    levels = grey[::step, ::step] / grey.max() * (len(RAMP) - 1)
    return "\n".join("".join(RAMP[int(level)] for level in line).rstrip() for line in levels)


# --- Background -----------------------------------------------------------------------------------


def test_a_disc_is_drawn_as_expected() -> None:
    assert ascii_art(DISC, 12).split("\n") == [
        " .=#%@@%#=.",
        ":%@@@@@@@@%:",
        "%@@@@@@@@@@%",
        "%@@@@@@@@@@%",
        ":%@@@@@@@@%:",
        " .=#%@@%#=.",
    ]


@pytest.mark.parametrize(
    ("colour", "background"),
    [
        (255, 0),
        (0, 255),
        (0, 128),
        (255, 128),
        (10, 250),  # as bytes, 10 - 250 is 16
        ([255, 0, 0], [0, 255, 0]),  # red on green, the same on average
        ([0, 0, 0], [255, 255, 255]),
        ([255, 255, 255, 255], [0, 0, 0, 255]),
        ([0, 0, 0, 255], [255, 255, 255, 255]),
        ([0, 255], [255, 255]),
    ],
)
def test_a_figure_is_the_same_on_any_background(colour: object, background: object) -> None:
    assert ascii_art(on(DISC, colour, background), 20) == EXPECTED


def test_the_usual_version_fills_a_white_background_and_leaves_the_figure_empty() -> None:
    on_white = usual(on(DISC, 0, 255)).split("\n")
    assert on_white[0] == "@" * 20
    assert "          " in on_white[10]
    assert ascii_art(on(DISC, 0, 255), 20).split("\n")[0].strip("@") != ""


def test_bytes_are_not_subtracted_as_bytes() -> None:
    assert np.uint8(10) - np.asarray(250, dtype=np.uint8) == 16
    assert ascii_art(on(DISC, 10, 250), 20) == ascii_art(on(DISC, 10, 250) / 255, 20) == EXPECTED


@pytest.mark.parametrize("across", [slice(0, 9), slice(-9, None)], ids=["left", "right"])
@pytest.mark.parametrize("down", [slice(0, 9), slice(-9, None)], ids=["top", "bottom"])
def test_one_covered_corner_does_not_change_the_background(down: slice, across: slice) -> None:
    figure = DISC.copy()
    figure[down, across] = True
    for colour, background in ((255, 0), (0, 255), (200, 90)):
        # With a margin all four are free, and trimming takes the margin away.
        assert ascii_art(on(figure, colour, background), 20) == ascii_art(np.pad(figure, 1), 20)


def test_a_mean_of_the_corners_would_be_a_colour_that_is_nowhere() -> None:
    figure = DISC.copy()
    figure[:9, :9] = True
    picture = on(figure, 0, 255)[..., 0]
    mean = picture[[0, 0, -1, -1], [0, -1, 0, -1]].mean()
    assert mean not in picture
    assert min(abs(picture[30, 0] - mean), abs(picture[30, 30] - mean)) / 255 > 0.1


def test_noise_within_the_tolerance_is_background_and_the_rest_is_not() -> None:
    random = np.random.default_rng(0)
    noisy = np.where(DISC, 0.0, 1 - 0.09 * random.random(DISC.shape))
    noisy[0, 0] = 1.0
    assert ascii_art(noisy, 20) == EXPECTED
    assert ascii_art(noisy, 20, tolerance=0.01) != EXPECTED
    step = np.where(DISC, 0.5, 0.25)
    assert ascii_art(step, 20, tolerance=0.25) == ""
    assert ascii_art(step, 20, tolerance=0.2499) == EXPECTED


def test_ink_grows_with_the_distance_from_the_background() -> None:
    stripes = np.repeat(np.linspace(0, 1, 10), 4)[None].repeat(4, axis=0)
    stripes = np.pad(stripes, 2)
    # The first of ten steps is the background, the second is over the tolerance.
    assert ascii_art(stripes, 36).split("\n")[0] == "".join(mark * 4 for mark in RAMP[1:])
    assert ascii_art(1 - stripes, 36) == ascii_art(stripes, 36)


# --- Alpha ----------------------------------------------------------------------------------------


@unhurried
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3]), st.sampled_from([0, 60, 200, 255]))
def test_a_colour_that_nobody_sees_changes_nothing(seed: int, channels: int, shade: int) -> None:
    random = np.random.default_rng(seed)
    colours = random.integers(0, 256, (*DISC.shape, channels), dtype=np.uint8)
    colours[DISC] = shade
    alpha = np.where(DISC, 255, 0).astype(np.uint8)[..., None]
    assert ascii_art(np.concatenate([colours, alpha], axis=2), 20) == EXPECTED


def test_the_usual_version_draws_what_nobody_sees() -> None:
    unseen = on(DISC, [255, 255, 255, 255], [255, 255, 255, 0])
    assert set(usual(unseen)) == {"@", "\n"}
    assert ascii_art(unseen, 20) == EXPECTED


def test_black_and_white_figures_show_where_all_else_is_transparent() -> None:
    for shade in ([0, 0, 0, 255], [255, 255, 255, 255]):
        assert ascii_art(on(DISC, shade, [0, 0, 0, 0]), 20) == EXPECTED


@pytest.mark.parametrize("shade", [0, 60, 120, 135, 195, 255])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_paper_is_what_is_farther_from_the_figure(shade: int, channels: int) -> None:
    picture = on(DISC, [shade] * channels + [255], [0] * channels + [0])
    assert ascii_art(picture, 20, tolerance=0.5) == EXPECTED


def test_half_transparent_is_half_the_ink() -> None:
    figure = np.zeros((4, 8, 2))
    figure[1:3, 1:4] = 1
    figure[1:3, 4:7] = [1, 0.5]
    assert ascii_art(figure, 6, ramp=" -=") == "===---"


def test_a_picture_that_is_transparent_all_over_is_empty() -> None:
    random = np.random.default_rng(1)
    picture = random.integers(0, 256, (9, 9, 4), dtype=np.uint8)
    picture[..., 3] = 0
    assert ascii_art(picture) == ""


# --- Proportions ----------------------------------------------------------------------------------


@unhurried
@given(st.integers(10, 60), st.integers(1, 90), st.integers(1, 50), st.floats(0.5, 3))
def test_a_disc_stays_round_and_fits(
    radius: int, columns: int, lines: int, cell_height: float
) -> None:
    art = ascii_art(disc(140, 160, radius), columns, lines, cell_height=cell_height)
    height, width = size_of(art)
    assert height <= lines
    assert width <= columns
    # Half a character of rounding, in either direction, and no more; as large as it can be.
    assert abs(height * cell_height - width) <= max(cell_height, 1) / 2 + 1
    assert width >= columns - 2 or height >= lines - 2


def test_the_usual_version_makes_a_circle_twice_as_high_as_wide() -> None:
    height, width = size_of(usual(on(disc(60, 60, 29.5), 255, 0)))
    assert height == width
    height, width = size_of(ascii_art(disc(60, 60, 29.5), 20))
    assert (height, width) == (10, 20)


@pytest.mark.parametrize(("height", "width"), [(1, 1000), (1000, 1), (3, 700), (700, 3)])
def test_a_thin_line_is_still_there_and_fits(height: int, width: int) -> None:
    rows, columns = size_of(ascii_art(np.pad(np.ones((height, width)), 1), 50, 20))
    assert (rows, columns) == ((1, 50) if width > height else (20, 1))


@unhurried
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_each_character_is_the_mean_of_its_part_of_the_picture(
    height: int, width: int, columns: int, seed: int
) -> None:
    """Repeated `lines` times down and `columns` times across, a picture falls into equal blocks."""
    figure = np.random.default_rng(seed).integers(0, 2, (height, width)).astype(bool)
    figure[[0, -1]] = figure[:, [0, -1]] = True  # so that nothing is trimmed
    art = ascii_art(np.pad(figure, 1), columns, 10**6, cell_height=1.0)
    lines = len(art.split("\n"))
    large = figure.repeat(lines, axis=0).repeat(columns, axis=1)
    blocks = large.reshape(lines, height, columns, width).sum(axis=(1, 3))
    for row, line in enumerate(art.split("\n")):
        for column, mark in enumerate(line.ljust(columns)):
            exact = Fraction(int(blocks[row, column]) * (len(RAMP) - 1), int(blocks.max()))
            assert abs(RAMP.index(mark) - exact) <= Fraction(1, 2) + Fraction(1, 10**9)


@unhurried
@given(st.tuples(*[st.integers(0, 30)] * 4))
def test_the_margin_does_not_matter(margins: tuple[int, int, int, int]) -> None:
    top, bottom, left, right = margins
    framed = np.pad(DISC, ((top, bottom), (left, right)))
    assert ascii_art(framed, 20) == EXPECTED


@unhurried
@given(st.integers(1, 4), st.booleans())
def test_the_resolution_does_not_matter(times: int, turned: bool) -> None:
    figure = disc(40, 40, 15) & (np.arange(40) < 22)
    figure = figure.T if turned else figure
    large = figure.repeat(times, axis=0).repeat(times, axis=1)
    assert ascii_art(large, 18) == ascii_art(figure, 18)


def test_mirrored_pictures_give_mirrored_art() -> None:
    figure = disc(40, 40, 15) & (np.arange(40) < 22)
    art = ascii_art(figure, 18).split("\n")
    assert ascii_art(figure[::-1], 18).split("\n") == art[::-1]
    mirrored = ascii_art(figure[:, ::-1], 18).split("\n")
    assert mirrored == [line.ljust(18)[::-1].rstrip() for line in art]


# --- Nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (0, 5, 3), (5, 0, 4), (0, 0, 2)])
def test_an_empty_picture_is_no_art(shape: tuple[int, ...]) -> None:
    assert ascii_art(np.zeros(shape)) == ""
    assert ascii_art(np.zeros(shape, dtype=np.uint8)) == ""


def test_the_usual_version_stumbles_over_nothing() -> None:
    with pytest.raises(ValueError, match="zero"):
        usual(np.zeros((0, 0, 3)))
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(ValueError, match="NaN"),  # 0 / 0, where all is black
    ):
        usual(np.zeros((20, 20, 3)))


@pytest.mark.parametrize("shade", [0, 100, 255])
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 9), (30, 20, 3)])
def test_background_alone_is_no_art(shade: int, shape: tuple[int, ...]) -> None:
    assert ascii_art(np.full(shape, shade, dtype=np.uint8)) == ""


def test_two_pixels_are_a_figure_and_its_background() -> None:
    assert ascii_art(np.array([[0.0, 0.0, 1.0]]), 4) == "@@@@\n@@@@"


# --- Arguments ------------------------------------------------------------------------------------


def test_kinds_of_numbers_and_channels_agree() -> None:
    for kind in (np.bool_, np.float32, np.float64):
        assert ascii_art(DISC.astype(kind), 20) == EXPECTED
    assert ascii_art(DISC[..., None].repeat(3, axis=2), 20) == EXPECTED
    assert ascii_art(DISC.tolist(), 20) == EXPECTED


def test_the_picture_stays_as_it_is() -> None:
    picture = np.stack([disc(30, 30, 9) * 0.05, disc(30, 30, 12) * 1.0], axis=2)
    before = picture.copy()
    for each in (picture, picture[..., 0]):
        each.flags.writeable = False
        ascii_art(each)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize(
    ("picture", "error", "says"),
    [
        (np.zeros(5), ValueError, r"no shape \(5,\)"),
        (np.zeros((5, 5, 5)), ValueError, r"no shape \(5, 5, 5\)"),
        (np.zeros((5, 5, 0)), ValueError, r"no shape \(5, 5, 0\)"),
        (np.zeros((5, 5), dtype=np.int64), TypeError, "not int64"),
        (np.full((5, 5), 255.0), ValueError, "between 0 and 1"),
        (np.full((5, 5), -0.1), ValueError, "between 0 and 1"),
        (np.full((5, 5), np.nan), ValueError, "between 0 and 1"),
    ],
)
def test_what_is_no_picture_is_refused(picture: Array, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        ascii_art(picture)


@pytest.mark.parametrize(
    "wish", [{"columns": 0}, {"lines": 0}, {"ramp": "@"}, {"cell_height": 0.0}]
)
def test_what_can_not_be_drawn_is_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="art needs"):
        ascii_art(DISC, **wish)


def test_any_ramp_will_do() -> None:
    assert set(ascii_art(DISC, 20, ramp="·█")) == {"·", "█", "\n"}


def test_the_demonstration_draws_three_balls_alike_in_outline(
    capsys: pytest.CaptureFixture[str],
) -> None:
    module.main()
    shown = capsys.readouterr().out.split("\n\n")
    balls = [line.ljust(81) for line in shown[0].split("\n")[1:]]
    outlines = [[line[at : at + 27].strip() != "" for line in balls] for at in (0, 27, 54)]
    assert outlines[0] == outlines[1] == outlines[2] == [True] * 12
    for line in balls:
        assert line[:27] == line[54:]
    assert max(map(len, shown[1].split("\n"))) == 75
