"""One picture, or one paper, to what pages may know of it.

In: a path, bytes. Out: `PictureFacts`, complete whatever the file holds. Papers need the extra
`pdf`; without it their facts say so, which matters only where a page shows one.
"""

from __future__ import annotations

from builder.markup.measure import PICTURE_ENDINGS, measure_picture
from builder.markup.papers import INSTALL_PDF, measure_paper, pdf_text, set_paper
from builder.model import Galley, PictureFacts

PAPER_ENDING = ".pdf"


def is_picture(path: str) -> bool:
    """Whether pages may show the file of this name: a picture or a paper."""
    return path.lower().endswith((*PICTURE_ENDINGS, PAPER_ENDING))


def read_picture(path: str, data: bytes, source: bytes) -> PictureFacts:
    """What pages may know of the file at `path`; `source` is the digest of its bytes `data`."""
    if path.lower().endswith(PAPER_ENDING):
        return _read_paper(path, data, source)
    measured = measure_picture(data)
    if measured is None:
        is_drawing = path.lower().endswith(".svg")
        fault = "does not say how big it is" if is_drawing else "is no picture that can be read"
        hint = 'give its <svg> a viewBox="0 0 WIDTH HEIGHT"' if is_drawing else "save it anew"
        return PictureFacts(path, source, "", 0, 0, fault=fault, hint=hint)
    return PictureFacts(
        path, source, measured.format, measured.width, measured.height, measured.is_still
    )


def read_paper_text(facts: PictureFacts, data: bytes) -> Galley | None:
    """The text of a paper, whose facts are known, as the search reads it; None where there is none,
    as in a picture, or in a paper that can't be shown.
    """
    if facts.format != "pdf" or facts.fault:
        return None
    text = pdf_text(data)
    return set_paper(text) if text else None


def _read_paper(path: str, data: bytes, source: bytes) -> PictureFacts:
    try:
        width, height = measure_paper(data)
    except ImportError:
        fault = "can't be shown: pypdfium2 or Pillow is not installed"
        return PictureFacts(path, source, "pdf", 0, 0, fault=fault, hint=INSTALL_PDF)
    except ValueError as error:
        fault, hint = f"is no PDF that can be read: {error}", "make it anew"
        return PictureFacts(path, source, "pdf", 0, 0, fault=fault, hint=hint)
    return PictureFacts(path, source, "pdf", width, height)
