"""Sizes read from first bytes, against Pillow where it writes the format."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from builder.markup import measure_picture
from builder.markup.measure import Measured


def saved(format_: str, **options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", (41, 30), "red").save(out, format_, **options)
    return out.getvalue()


def moving(format_: str) -> bytes:
    out = BytesIO()
    first, second = (Image.new("RGB", (41, 30), colour) for colour in ("red", "blue"))
    first.save(out, format_, save_all=True, append_images=[second])
    return out.getvalue()


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"lossless": True, "icc_profile": b"x" * 200}),
        ("AVIF", {}),
    ],
)
def test_the_size_is_what_pillow_wrote(format_: str, options: dict[str, Any]) -> None:
    assert measure_picture(saved(format_, **options)) == Measured(format_.lower(), 41, 30)


@pytest.mark.parametrize("format_", ["JPEG", "AVIF"])
@pytest.mark.parametrize(("orientation", "size"), [(1, (41, 30)), (3, (41, 30)), (6, (30, 41))])
def test_a_picture_from_a_camera_held_upright_is_as_high_as_it_is_shown(
    format_: str, orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    measured = measure_picture(saved(format_, exif=exif))

    assert measured is not None
    assert (measured.width, measured.height) == size


@pytest.mark.parametrize("length", range(20))
def test_a_damaged_note_of_a_camera_does_not_hide_the_size(length: int) -> None:
    note = b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06"[:length]
    picture = saved("JPEG")
    segment = b"\xff\xe1" + (len(note) + 2).to_bytes(2, "big") + note

    assert measure_picture(picture[:2] + segment + picture[2:]) == Measured("jpeg", 41, 30)


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "GIF", "AVIF"])
def test_a_picture_that_moves_is_told_from_one_that_does_not(format_: str) -> None:
    assert measure_picture(moving(format_)) == Measured(format_.lower(), 41, 30, is_still=False)


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('width="30" height="20"', (30, 20)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('viewBox="-5 -5 30 20"', (30, 20)),
        ('viewBox="0,0 30.4,20.4"', (30, 20)),
        ('width="60" viewBox="0 0 30 20"', (60, 40)),
        ('width="100%" height="100%" viewBox="0 0 30 20"', (30, 20)),
        ('width="60" height="10" viewBox="0 0 30 20"', (60, 10)),
    ],
)
def test_a_drawing_is_as_large_as_browsers_show_it(root: str, size: tuple[int, int]) -> None:
    for start in ("", '<?xml version="1.0"?>\n<!-- a & b -->\n'):
        data = f'{start}<svg xmlns="http://www.w3.org/2000/svg" {root}><g/></svg>'.encode()
        assert measure_picture(data) == Measured("svg", *size)


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"<svg/>", b"<html><svg width='1' height='1'/></html>", b"<svg", b"\xff\xd8\xff",
     b"<svg width='0' height='3'/>", b"\x89PNG\r\n\x1a\n"],
)  # fmt: skip
def test_what_has_no_size_has_none(data: bytes) -> None:
    assert measure_picture(data) is None


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "AVIF", "GIF"])
def test_no_beginning_of_a_picture_is_an_accident(format_: str) -> None:
    data = saved(format_)
    for length in range(len(data)):
        measured = measure_picture(data[:length])
        assert measured is None or (measured.width, measured.height) == (41, 30)
