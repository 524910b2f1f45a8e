"""Narrower copies of wide pictures, as WebP.

In: a picture's bytes and a width. Out: bytes. Parameters are fixed, so that equal pictures give
equal copies with one version of Pillow, which the extra `images` brings.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

INSTALL_IMAGES = "run pip install Pillow, and name it in pyproject.toml's dependencies"
# A picture of at most this many colours is a drawing or a screenshot, in which lost details show.
DRAWING_COLOURS = 4096
_QUALITY = 82


def print_variant(data: bytes, width: int) -> bytes:
    """A copy of a picture, `width` pixels wide, the way up that its camera was held.

    ValueError if it can't be read, ImportError without Pillow.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data)) as opened:
            profile = opened.info.get("icc_profile") if opened.mode in ("RGB", "RGBA") else None
            upright = ImageOps.exif_transpose(opened) if opened.format == "JPEG" else opened
            image = _in_colours(upright)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from None
    is_drawing = image.getcolors(DRAWING_COLOURS) is not None
    height = max(1, round(image.height * width / image.width))
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(
        out, "WEBP", lossless=is_drawing, quality=_QUALITY, method=4, icc_profile=profile or b""
    )
    return out.getvalue()


def _in_colours(image: Image.Image) -> Image.Image:
    """The same picture in a mode that WebP has."""
    if image.mode.startswith("I;16"):
        # Of sixteen bits of grey the upper eight; Pillow itself would cut off at 255.
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")
