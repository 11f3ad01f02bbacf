"""Annotations of a PDF that say what they are and not how they look, so that each viewer draws them as it likes.

pdfium draws none of them; others, and Acrobat, put a line, a filled shape or a stamp over what stands there.
Source: ISO 32000-1, 12.5.5 (appearance streams) and 12.5.6 (kinds of annotations).
"""

from __future__ import annotations

from ctypes import POINTER, cast, create_string_buffer

import pypdfium2
import pypdfium2.raw as pdfium

KINDS = frozenset(
    {
        pdfium.FPDF_ANNOT_LINE,
        pdfium.FPDF_ANNOT_POLYGON,
        pdfium.FPDF_ANNOT_POLYLINE,
        pdfium.FPDF_ANNOT_STAMP,
        pdfium.FPDF_ANNOT_CARET,
        pdfium.FPDF_ANNOT_FILEATTACHMENT,
        pdfium.FPDF_ANNOT_REDACT,
    }
)
"""Kinds that pdfium draws only as far as the file says how, and that other viewers draw all the same."""

UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW

LEAST = 2.0
"""Points: the least side of the place of a line that is given none."""

MOST = 10_000
"""Annotations of a page that are looked at."""


def draw_undrawn(page: pypdfium2.PdfPage) -> None:
    """Have the places of such annotations drawn black, so that nothing under them is read as if it were alone there."""
    edges = pdfium.FS_RECTF()
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), MOST)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        is_seen = not pdfium.FPDFAnnot_GetFlags(annotation) & UNSEEN
        if is_seen and pdfium.FPDFAnnot_GetSubtype(annotation) in KINDS and not _has_look(annotation):
            pdfium.FPDFAnnot_GetRect(annotation, edges)
            size = f"{max(edges.right - edges.left, LEAST):.2f} {max(edges.top - edges.bottom, LEAST):.2f}"
            look = create_string_buffer(f"0 g {edges.left:.2f} {edges.bottom:.2f} {size} re f\0".encode("utf-16-le"))
            pdfium.FPDFAnnot_SetAP(annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, _wide(look))
        pdfium.FPDFPage_CloseAnnot(annotation)


def _has_look(annotation: object) -> bool:
    """Whether the file says how an annotation looks; an empty text is two bytes long."""
    return int(pdfium.FPDFAnnot_GetAP(annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)) > 2


def _wide(text: object) -> object:
    return cast(text, POINTER(pdfium.FPDF_WCHAR))  # type: ignore[arg-type]
