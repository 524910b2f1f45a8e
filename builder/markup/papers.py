"""Papers: the size, the first page and the text of a PDF.

In: a file's bytes. Out: numbers, a picture, text; ValueError for what PDFium can't read,
ImportError without the extra `pdf`, which brings pypdfium2 and Pillow. PDFium keeps a state of its
own and must not be used from two threads of one process.
"""

from __future__ import annotations

import re
from html import escape
from io import BytesIO
from typing import Any

from builder.model import Galley

INSTALL_PDF = "run pip install pypdfium2 Pillow, and name them in pyproject.toml's dependencies"
# PDF measures in points, CSS in pixels.
_PIXELS_A_POINT = 96 / 72
_QUALITY = 80
# What PDFium, by its version, puts for a hyphen at a line's end; and the character behind it.
_CUT = re.compile("(?:[\x02\ufffe]|\u00ad\\s*\n)\\s*(.?)")
# What a paper says is read this far: thirty close pages. A book is found by how it begins.
LONGEST_TEXT = 100_000
# Scanned pages have no text, and a thousand of them would be looked through for nothing.
MOST_PAGES = 300
# Letters that fonts have as one sign, as they are typed.
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
     "\ufb05": "st", "\ufb06": "st"}
)  # fmt: skip
# What is no character: controls, halves of pairs, signs that only the paper's own fonts know.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff\ue000-\uf8ff]"
)


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
    """The text of a PDF, page after page, with a blank line between pages; "" if it has none.

    Words that lines cut are whole; of a long paper it is the beginning, up to `LONGEST_TEXT`
    characters.
    """
    document = _open(data)
    pages: list[str] = []
    length = 0
    try:
        for number in range(min(len(document), MOST_PAGES)):
            text = tidy_text(_page_text(document, number))
            if text:
                pages.append(text)
                length += len(text) + 2
            if length > LONGEST_TEXT:
                break
    finally:
        document.close()
    text = "\n\n".join(pages)
    if len(text) <= LONGEST_TEXT:
        return text
    # Up to a word's end, if one is near: Chinese has no spaces.
    return re.sub(r"\s\S{0,60}\Z", "", text[:LONGEST_TEXT])


def tidy_text(text: str) -> str:
    """What PDFium found on a page as readers type it: no cut words, ligatures, control characters.

    Lines stay as they are.
    """
    joined = _CUT.sub(_join, text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNSEEN.sub("", joined.translate(_LIGATURES)).strip()


def set_paper(text: str) -> Galley:
    """A paper's text as a body that the search reads."""
    return Galley((f"<p>{escape(text, quote=False)}</p>",), ())


def _join(cut: re.Match[str]) -> str:
    """Such a hyphen only cuts a word; before a capital or a figure it is one that was written."""
    behind = cut[1]
    return f"-{behind}" if behind.isupper() or behind.isdigit() else behind


def _page_text(document: Any, number: int) -> str:
    """The text of a page; "" of a damaged one: the others still have theirs."""
    from pypdfium2 import PdfiumError  # type: ignore[import-untyped]  # has no types

    try:
        return str(document[number].get_textpage().get_text_bounded())
    except PdfiumError:
        return ""


def _open(data: bytes) -> Any:
    # Here, because almost no page shows a paper.
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
        if len(document):
            return document
        document.close()
    except PdfiumError as error:
        raise ValueError(str(error)) from None
    raise ValueError("it has no pages")
