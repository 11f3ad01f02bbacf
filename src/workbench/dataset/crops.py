"""Pieces of the scan that values were read from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from PIL import Image

from workbench.readers.documents import open_source
from workbench.readers.pages import load_page
from workbench.settings import Settings

MARGIN = 0.004
"""Paper shown around a cell, as a share of the page's width."""


def page_image(scan: Path, page_number: int, raster_dpi: int) -> Image.Image:
    """One page of a document as it was scanned.

    Raises:
        InputError: the scan is missing or cannot be read; ``no-picture`` for Word files, workbooks and transcriptions.
    """
    return Image.fromarray(load_page(open_source(scan), page_number, Settings(raster_dpi=raster_dpi)).image)


def pixels_per_unit(kind: str, raster_dpi: int) -> float:
    """How many pixels of a page make one unit of the ``cells`` table: points for a ``pdf-text``, else pixels."""
    return raster_dpi / 72 if kind == "pdf-text" else 1.0


def crop_cells(scan: Path, cells: pd.DataFrame, raster_dpi: int, kind: str = "scan") -> Image.Image:
    """Cut cells (rows of the ``cells`` table) out of their scan and put them under each other.

    ``kind`` is that of the document: cells of a ``pdf-text`` are in points, those of a scan in pixels of its pages.

    Raises:
        InputError: the scan is missing or cannot be read; ``no-picture`` for Word files, workbooks and transcriptions.
    """
    scale = pixels_per_unit(kind, raster_dpi)
    pieces = []
    for page_number in sorted(set(cells["page"].astype(int))):
        page = page_image(scan, page_number, raster_dpi)
        margin = MARGIN * page.width
        on_page = cells.loc[cells["page"] == page_number, ["x0", "y0", "x1", "y1"]]
        for x0, y0, x1, y1 in (on_page.to_numpy(dtype=float) * scale).tolist():
            left, top, right, bottom = (round(edge) for edge in (x0 - margin, y0 - margin, x1 + margin, y1 + margin))
            pieces.append(page.crop((max(0, left), max(0, top), min(page.width, right), min(page.height, bottom))))
    sheet = Image.new("RGB", (max(p.width for p in pieces), sum(p.height for p in pieces)), "white")
    top = 0
    for piece in pieces:
        sheet.paste(piece, (0, top))
        top += piece.height
    return sheet
