"""Pictures from the scan: whole pages, and the cells that a value was read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from PIL import Image

from workbench.errors import InputError
from workbench.readers.documents import open_source
from workbench.readers.kinds import IN_POINTS
from workbench.readers.pages import load_page
from workbench.settings import Settings

MARGIN = 0.004
"""Width of the paper shown around a cell, as a fraction of the page's width."""


@contextmanager
def named(source: str) -> Iterator[None]:
    """Errors about a document say the name that it has in its dataset: its file may lie in a folder that is ours.

    Raises:
        InputError: as what is done raises it.
    """
    try:
        yield
    except InputError as error:
        raise InputError(error.reason, source, error.detail, error.page) from error


def page_image(scan: Path, page_number: int, raster_dpi: int) -> Image.Image:
    """Return one page of a document as it was scanned.

    Args:
        scan: the document.
        page_number: the page, from 1.
        raster_dpi: resolution at which the pages of a PDF are drawn, dots per inch.

    Raises:
        InputError: the scan is missing or cannot be read; ``no-picture`` for Word files, workbooks and transcriptions.
    """
    return Image.fromarray(load_page(open_source(scan), page_number, Settings(raster_dpi=raster_dpi)).image)


def pixels_per_unit(kind: str, raster_dpi: int) -> float:
    """Return how many pixels of a page make one unit of the ``cells`` table.

    Its coordinates are points in a document of kind ``pdf-text`` or ``ofd``, and pixels in all others.

    >>> pixels_per_unit("pdf-text", 144), pixels_per_unit("scan", 144)
    (2.0, 1.0)
    """
    return raster_dpi / 72 if kind in IN_POINTS else 1.0


def has_pictures(kind: str) -> bool:
    """Whether the pages of a document of a kind can be shown as pictures."""
    return kind == "scan" or kind in IN_POINTS


def crop_cells(scan: Path, cells: pd.DataFrame, raster_dpi: int, kind: str = "scan") -> Image.Image:
    """Cut cells out of their scan and put them under each other in one picture.

    Args:
        scan: the document.
        cells: rows of the table ``cells``, one or more.
        raster_dpi: resolution at which the pages of a PDF are drawn, dots per inch.
        kind: the kind of the document, which gives the unit of the coordinates (`pixels_per_unit`).

    Raises:
        InputError: the scan is missing or cannot be read; ``no-picture`` for Word files, workbooks and transcriptions.
    """
    scale = pixels_per_unit(kind, raster_dpi)
    crops = []
    for page_number in sorted(set(cells["page"].astype(int))):
        page = page_image(scan, page_number, raster_dpi)
        margin = MARGIN * page.width
        on_page = cells.loc[cells["page"] == page_number, ["x0", "y0", "x1", "y1"]]
        for x0, y0, x1, y1 in (on_page.to_numpy(dtype=float) * scale).tolist():
            left, right = _within(x0 - margin, x1 + margin, page.width)
            top, bottom = _within(y0 - margin, y1 + margin, page.height)
            crops.append(page.crop((left, top, right, bottom)))
    return _stacked(crops)


def _within(start: float, end: float, length: int) -> tuple[int, int]:
    """The part of a page's side that a cell takes, in whole pixels: one at least, wherever the table says it is.

    >>> _within(-3.2, 40.1, 30), _within(1e300, float("nan"), 30)
    ((0, 30), (29, 30))
    """
    first = min(max(0, round(min(start, length))) if start == start else 0, length - 1)
    last = round(max(0, min(end, length))) if end == end else length
    return first, max(first + 1, last)


def _stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """The pictures under each other, on white."""
    sheet = Image.new("RGB", (max(one.width for one in pictures), sum(one.height for one in pictures)), "white")
    top = 0
    for one in pictures:
        sheet.paste(one, (0, top))
        top += one.height
    return sheet
