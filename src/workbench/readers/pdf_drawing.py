"""A PDF page drawn three ways: as a viewer shows it, without what fades on paper, and with nothing but its text.

Where the three differ at a number, its text does not tell all that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_float
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from workbench.readers.pdf_objects import PageMarks, PdfBox, is_seal, is_upright, objects_of

MOST_PIXELS = 20_000_000
"""A page of small text on large paper is drawn smaller, with no more pixels than this."""

CONTRAST = 60
"""Grey levels (of 255) between ink and what it stands on."""

FAINT = 30
"""Grey levels that at least a character's ink differs from its ground, thin strokes included."""

DARK = 150
"""Ink of text has no channel above this; a red seal has."""

MARK = 0.008
"""Square text heights of ink that a dash or a point has at least."""

LARGER = 1000.0
"""Times that an outline becomes larger: no page is a thousand times as large as a character."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page in pixels, ``scale`` of them to a point.

    ``shown`` (height, width, 3) is the page as a viewer shows it, annotations and forms included, ``unsealed`` the same
    without pictures and seals, and ``text`` (height, width) what its upright text alone would cover (255: wholly).
    """

    scale: float
    shown: Picture
    unsealed: Picture
    text: Picture

    @property
    def page(self) -> PdfBox:
        """The page, in points."""
        height, width = self.text.shape
        return PdfBox(0.0, 0.0, width / self.scale, height / self.scale)

    def window(self, box: PdfBox, margin: int = 0) -> tuple[slice, slice]:
        """The pixels of a box, and some around it."""
        x0, y0, x1, y1 = (edge * self.scale for edge in (box.x0, box.y0, box.x1, box.y1))
        rows = slice(max(0, int(y0) - margin), max(0, int(y1) + 1 + margin))
        return rows, slice(max(0, int(x0) - margin), max(0, int(x1) + 1 + margin))


def draw(page: pypdfium2.PdfPage, marks: PageMarks, wanted: float) -> Drawing:
    """Draw a page, ``wanted`` pixels to a point or fewer. The page's objects are not what they were afterwards."""
    scale = scale_of(marks, wanted)
    shown = _rendered(page, scale)
    objects = list(objects_of(page))
    pictures = [raw for raw, _, kind in objects if kind == pdfium.FPDF_PAGEOBJ_IMAGE]
    unsealed = shown
    with _seals_hidden(page) as seals:
        if pictures or seals:
            for raw in pictures:
                pdfium.FPDFPageObj_SetIsActive(raw, False)
            unsealed = _rendered(page, scale)
    turns = page.get_rotation() // 90
    for raw, matrix, kind in objects:
        if kind == pdfium.FPDF_PAGEOBJ_TEXT and is_upright(matrix, turns):
            for paint in (pdfium.FPDFPageObj_SetFillColor, pdfium.FPDFPageObj_SetStrokeColor):
                paint(raw, 0, 0, 0, 255)
            _unclip(raw)
        elif kind != pdfium.FPDF_PAGEOBJ_FORM:
            pdfium.FPDFPageObj_SetIsActive(raw, False)
    text = 255 - darkest(_rendered(page, scale, draw_annots=False, may_draw_forms=False))
    return Drawing(scale, shown, unsealed, text)


def scale_of(marks: PageMarks, wanted: float) -> float:
    """Pixels to a point, ``wanted`` or fewer."""
    return min(wanted, float((MOST_PIXELS / (marks.width * marks.height)) ** 0.5))


def lightest(picture: Picture) -> Picture:
    """The lightest of a picture's channels, in which coloured ink fades."""
    return reduce(np.maximum, (picture[:, :, channel] for channel in range(3)))


def darkest(picture: Picture) -> Picture:
    """The darkest of a picture's channels, in which all ink shows."""
    return reduce(np.minimum, (picture[:, :, channel] for channel in range(3)))


def _rendered(page: pypdfium2.PdfPage, scale: float, **options: bool) -> Picture:
    return np.asarray(page.render(scale=scale, **options).to_pil().convert("RGB"))


def _unclip(raw: Any) -> None:
    """Make the outlines that a text is cut to so large that they cut nothing."""
    if pdfium.FPDFClipPath_CountPaths(pdfium.FPDFPageObj_GetClipPath(raw)) < 1:
        return
    left, bottom, right, top = (c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(raw, left, bottom, right, top)
    x, y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
    pdfium.FPDFPageObj_TransformClipPath(raw, LARGER, 0, 0, LARGER, x - LARGER * x, y - LARGER * y)


@contextmanager
def _seals_hidden(page: pypdfium2.PdfPage) -> Iterator[int]:
    """The page without its seals; gives their number."""
    hidden = []
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if is_seal(annotation):
            hidden.append((annotation, pdfium.FPDFAnnot_GetFlags(annotation)))
            pdfium.FPDFAnnot_SetFlags(annotation, pdfium.FPDF_ANNOT_FLAG_HIDDEN)
        else:
            pdfium.FPDFPage_CloseAnnot(annotation)
    yield len(hidden)
    for annotation, flags in hidden:
        pdfium.FPDFAnnot_SetFlags(annotation, flags)
        pdfium.FPDFPage_CloseAnnot(annotation)
