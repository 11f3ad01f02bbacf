"""The two readers of the grid benchmark, each a function from a page image to the tables it finds: ours and img2table.

img2table is given what it asks for: its own rotation switched on, and our OCR engine through its own OCR hook. The
engine's detector passes over lone dashes and digits, so cells that stay without text are read once more, whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from img2table.document import Image
from img2table.ocr._types import OCRData, OCRInstance
from img2table.tables.extraction import ExtractedTable
from numpy.typing import NDArray
from tests.scans.typeset import GridCell

from benchmarks.grid_scoring import FoundCell, FoundGrid
from workbench.model import Page, Polygon
from workbench.ocr.base import OcrEngine, OcrOptions, Reading
from workbench.ocr.registry import engine_for
from workbench.read.page import read_page
from workbench.settings import Settings

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of the page that img2table has rotated."""


@dataclass(frozen=True)
class _PeerCell:
    box: Box
    row: int
    col: int
    text: str


class Blind(OcrEngine):
    """Reads nothing: for looking at grids alone."""

    version = "blind"

    def detect(self, image: Pixels) -> list[Polygon]:  # noqa: ARG002 - the contract's name
        return []

    def recognise(self, crops: Sequence[Pixels]) -> list[Reading]:
        return [Reading("", (), ()) for _ in crops]


@lru_cache(maxsize=1)
def engine(structure_only: bool) -> OcrEngine:
    return Blind(OcrOptions()) if structure_only else engine_for(Settings.from_environment(), threads=1)


def read_ours(image: Pixels, structure_only: bool) -> list[FoundGrid]:
    """The tables of the page as the workbench reads them."""
    threshold = Settings.from_environment().review_threshold
    content = read_page(Page(1, image), engine(structure_only))
    return [
        tuple(
            FoundCell(
                GridCell(cell.row, cell.col, cell.rowspan, cell.colspan, cell.text),
                cell.confidence.overall < threshold or cell.state in ("obscured", "unread"),
            )
            for cell in grid.cells
        )
        for grid in content.grids
    ]


def read_peer(image: Pixels, structure_only: bool) -> list[FoundGrid]:
    """The tables of the page as img2table finds them; it says nothing about how sure it is."""
    _, bitmap = cv2.imencode(".bmp", image[:, :, ::-1])
    document = Image(bitmap.tobytes(), detect_rotation=True)
    if structure_only:
        return [peer_cells(table) for table in document.extract_tables()]
    tables = map(_cells, document.extract_tables(ocr=_EngineHook(engine(structure_only)), min_confidence=1))
    return [_merged(_with_marks(cells, document.images[0], engine(structure_only))) for cells in tables]


class _EngineHook(OCRInstance):
    """Our engine as img2table asks for one: every line of text with its box and a confidence in per cent."""

    def __init__(self, engine: OcrEngine) -> None:
        self.engine = engine

    def of(self, document: Image) -> OCRData:
        return OCRData({number: self._records(image) for number, image in enumerate(document.images)})

    def _records(self, image: Pixels) -> list[dict[str, object]]:
        boxes = [_box(outline, image.shape) for outline in self.engine.detect(image)]
        readings = self.engine.recognise([image[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes])
        return peer_lines((r.text, r.confidence, box) for box, r in zip(boxes, readings, strict=True))


def peer_lines(lines: Iterable[tuple[str, float, Box]]) -> list[dict[str, object]]:
    """Lines of text, each with its confidence (0 to 1) and box, as img2table asks for them."""
    return [
        {
            "id": f"word_{number}",
            "parent": f"word_{number}",
            "value": text,
            "confidence": max(1, round(100 * confidence)),
            **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True)),
        }
        for number, (text, confidence, box) in enumerate(lines)
    ]


def _box(outline: Polygon, shape: tuple[int, ...]) -> Box:
    xs, ys = zip(*outline, strict=True)
    x0, y0 = max(0, int(min(xs))), max(0, int(min(ys)))
    return x0, y0, max(x0 + 1, min(shape[1], round(max(xs)))), max(y0 + 1, min(shape[0], round(max(ys))))


def _cells(table: ExtractedTable) -> list[_PeerCell]:
    return [
        _PeerCell((cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2), row, col, cell.value or "")
        for row, cells in table.content.items()
        for col, cell in enumerate(cells)
    ]


def _with_marks(cells: list[_PeerCell], image: Pixels, engine: OcrEngine) -> list[_PeerCell]:
    """The cells, with the text of those that were left empty over some ink."""
    crops = {cell.box: _inside(cell.box, image) for cell in cells if not cell.text}
    inked = [box for box, crop in crops.items() if crop.size and np.ptp(cv2.GaussianBlur(crop, (0, 0), 1.0)) > 50]
    texts = dict(zip(inked, (reading.text for reading in engine.recognise([crops[b] for b in inked])), strict=True))
    return [replace(cell, text=texts.get(cell.box, cell.text)) for cell in cells]


def _inside(box: Box, image: Pixels) -> Pixels:
    """The cell without its rules."""
    x0, y0, x1, y1 = box
    edge = max(3, round(image.shape[1] / 300))
    return np.ascontiguousarray(image[y0 + edge : y1 - edge, x0 + edge : x1 - edge])


def peer_cells(table: ExtractedTable) -> FoundGrid:
    """The cells of one of img2table's tables."""
    return _merged(_cells(table))


def _merged(cells: list[_PeerCell]) -> FoundGrid:
    """img2table gives a merged cell once for each row and column that it covers, always with the same box."""
    covered: dict[Box, list[_PeerCell]] = {}
    for cell in cells:
        covered.setdefault(cell.box, []).append(cell)
    return tuple(FoundCell(_spanning(parts)) for parts in covered.values())


def _spanning(parts: list[_PeerCell]) -> GridCell:
    rows, columns = [part.row for part in parts], [part.col for part in parts]
    row, col = min(rows), min(columns)
    return GridCell(row, col, max(rows) - row + 1, max(columns) - col + 1, parts[0].text)
