"""Papers: the size, the first page and the text of a PDF.

In: a file's bytes. Out: numbers, a picture, text; ValueError for what PDFium can't read,
ImportError without the extra `pdf`, which brings pypdfium2 and Pillow. PDFium keeps a state of its
own and must not be used from two threads of one process.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

INSTALL_PDF = "pip install 'proofpress[pdf]'"
# PDF measures in points, CSS in pixels.
_PIXELS_A_POINT = 96 / 72
_QUALITY = 80
# Of a line that PDFium hands out: the sign for a hyphen at its end, which only cuts a word.
_CUT = re.compile("\ufffe\\s*|\u00ad\\s*\n\\s*")


def measure_paper(data: bytes) -> tuple[int, int]:
    """Width and height of a PDF's first page in CSS pixels."""
    # A page with a paper shows it, so whoever can measure one must be able to print it.
    import PIL  # noqa: F401

    document = _open(data)
    try:
        width, height = document[0].get_size()
    finally:
        document.close()
    return max(1, round(width * _PIXELS_A_POINT)), max(1, round(height * _PIXELS_A_POINT))


def print_first_page(data: bytes, width: int, height: int) -> bytes:
    """A PDF's first page as a WebP picture of this size in pixels."""
    from PIL import Image

    document = _open(data)
    try:
        page = document[0]
        # The page's own size in points is rarely a whole number: a dot more, then exactly.
        scale = (width + 1) / page.get_width()
        image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    finally:
        document.close()
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=6)
    return out.getvalue()


def pdf_text(data: bytes) -> str:
    """The text of a PDF, page after page, with a blank line between pages; "" if it has none."""
    document = _open(data)
    try:
        pages = []
        for page in document:
            text = page.get_textpage().get_text_bounded()
            pages.append(_CUT.sub("", text.replace("\r\n", "\n")).strip())
    finally:
        document.close()
    return "\n\n".join(text for text in pages if text)


def _open(data: bytes) -> Any:
    # Here, because almost no page shows a paper.
    from pypdfium2 import PdfDocument, PdfiumError  # type: ignore[import-untyped]  # has no types

    try:
        document = PdfDocument(data)
        if len(document):
            return document
        document.close()
    except PdfiumError as error:
        raise ValueError(str(error)) from None
    raise ValueError("it has no pages")
