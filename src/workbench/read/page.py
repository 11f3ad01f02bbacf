"""A page read: lattices and cells from its rules, text from the OCR engine, put together as cell grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.pipeline import PageTable, find_tables
from workbench.grid.rectify.upright import UprightPage, make_upright
from workbench.grid.structure.cells import CellBox
from workbench.grid.text_lines import LineBox, TextLayer, line_around_ink
from workbench.model import Cell, CellGrid, CellState, Confidence, Page, PageContent, TextLine
from workbench.read.cell_text import cell_text, has_odd_brackets, has_odd_number, has_unmeasured_brackets, least_sure
from workbench.read.crops import crop_line, line_crops
from workbench.read.second_reading import LineRead, is_covered, near_handwriting, reread_doubtful
from workbench.read.settings import READ_DEFAULTS, ReadSettings
from workbench.read.symbols import lone_symbol, with_leading_symbol

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading


def read_page(page: Page, engine: OcrEngine, settings: ReadSettings = READ_DEFAULTS) -> PageContent:
    """Find the tables of a page and read everything on it.

    The engine reads all lines of the page in one call, and the doubtful ones in a second. Cells
    without ink are not read.
    """
    upright = make_upright(page, engine, settings.grid.rectify)
    found = find_tables(upright, settings.grid)
    tables, text = found.tables, found.text
    boxes = [cell for table in tables for cell in table.cells]

    crops = [line_crops(cell, text, settings) for cell in boxes]
    if (written := found.text_as_written) is not None:
        # What handwriting came near is read as it is: characters may have been taken for parts of strokes.
        near = [near_handwriting(parts, text, settings) for parts in crops]
        crops = [line_crops(c[0].cell, written, settings) if n else c for c, n in zip(crops, near, strict=True)]
    outside = _lines_outside(tables, text, engine)
    outside_crops = [crop_line(line, _whole_page(text), text, settings) for line in outside]
    readings = iter(engine.recognise([part.crop for parts in crops for part in parts] + outside_crops))
    reads = [[LineRead(part, next(readings)) for part in parts] for parts in crops]
    reads = reread_doubtful(reads, text, engine, settings)
    cells = iter([_cell(box, lines, text, upright, settings) for box, lines in zip(boxes, reads, strict=True)])
    grids = [
        _grid(page.number, number, table, [next(cells) for _ in table.cells])
        for number, table in enumerate(tables, start=1)
    ]
    loose_lines = [
        _text_line(line, next(readings), crop, upright, settings)
        for line, crop in zip(outside, outside_crops, strict=True)
    ]
    return PageContent(
        page.number, page.width, page.height, tuple(grids), tuple(line for line in loose_lines if line.text)
    )


def _cell(
    box: CellBox, reads: Sequence[LineRead], text: TextLayer, upright: UprightPage, settings: ReadSettings
) -> Cell:
    reads = [replace(read, reading=with_leading_symbol(read.reading, read.part.line, text, settings)) for read in reads]
    readings, crops = [read.reading for read in reads], [read.part.crop for read in reads]
    joined = cell_text(readings, crops, text.text_height, settings.cell_text)
    if any(read.part.downwards for read in reads):
        joined = joined.replace(" ", "")  # the gaps between characters put side by side are no spaces
    character, unsure = min(map(least_sure, readings), default=1.0), settings.second_reading.unsure
    agreements = [read.agreement for read in reads if read.agreement is not None]
    if has_odd_number(joined) or has_odd_brackets(joined) or has_unmeasured_brackets(readings):
        character = min(character, unsure)
    symbol = lone_symbol(joined, [read.part.line for read in reads], text, settings)
    if symbol is not None:
        sure = settings.symbols.sure_of_shape
        confirmed = symbol.text == joined and symbol.confidence == sure  # two kinds of evidence agree
        agreements = agreements if symbol.text == joined else []
        joined, character = symbol.text, max(character, sure) if confirmed else symbol.confidence
    state: CellState = "text" if joined else ("unread" if reads else "empty")
    if _is_obscured(box, reads, text, character, agreements, settings):
        state, joined, character = "obscured", "", min(character, unsure)
    elif near_handwriting([read.part for read in reads], text, settings):
        character = min(character, unsure)
    return Cell(
        row=box.row,
        col=box.col,
        rowspan=box.rowspan,
        colspan=box.colspan,
        polygon=upright.polygon_on_scan(box.x0, box.y0, box.x1, box.y1),
        text=joined,
        state=state,
        confidence=Confidence(round(character, 4), min(1.0, box.border), min(agreements, default=None)),
    )


def _is_obscured(
    box: CellBox,
    reads: Sequence[LineRead],
    text: TextLayer,
    character: float,
    agreements: Sequence[float],
    settings: ReadSettings,
) -> bool:
    """Whether a seal or handwriting lies over what is printed in the cell, and it cannot be read for sure."""
    if not reads:
        inner = settings.inside * text.text_height
        written = text.is_written_on(box.x0 + inner, box.y0 + inner, box.x1 - inner, box.y1 - inner)
        return written or text.share_covered(box.x0, box.y0, box.x1, box.y1) > settings.buried
    covered = any(is_covered(read.part.line, text, settings) for read in reads)
    return covered and (character < settings.legible or min(agreements, default=1.0) < 1.0)


def _whole_page(text: TextLayer) -> CellBox:
    height, width = text.grey.shape
    return CellBox(0, 0, 1, 1, -1, -1, width, height, 1.0)


def _lines_outside(tables: Sequence[PageTable], text: TextLayer, engine: OcrEngine) -> list[LineBox]:
    """Lines of text outside all tables (title, year, notes), found by the engine's detector."""
    grey, ink = text.grey.copy(), text.ink.copy()
    for table in tables:
        xs, ys = table.lattice.xs, table.lattice.ys
        window = np.s_[max(0, round(ys[0])) : round(ys[-1]) + 1, max(0, round(xs[0])) : round(xs[-1]) + 1]
        grey[window], ink[window] = 255, 0
    if np.count_nonzero(ink) < text.text_height:
        return []
    outlines = engine.detect(np.repeat(grey[:, :, None], 3, axis=2))
    lines = [line_around_ink(ink, outline) for outline in outlines]
    return sorted((line for line in lines if line is not None), key=lambda line: (line.y0, line.x0))


def _text_line(
    line: LineBox, reading: Reading, crop: NDArray[np.uint8], upright: UprightPage, settings: ReadSettings
) -> TextLine:
    outline = upright.polygon_on_scan(line.x0, line.y0, line.x1, line.y1)
    return TextLine(
        cell_text([reading], [crop], upright.text_height, settings.cell_text),
        tuple(round(c, 4) for c in reading.confidences),
        outline,
    )


def _grid(page: int, number: int, table: PageTable, cells: list[Cell]) -> CellGrid:
    xs, ys = np.array(table.lattice.xs), np.array(table.lattice.ys)
    return CellGrid(
        page=page,
        table_no=number,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
        row_edges=tuple(np.round((ys - ys[0]) / (ys[-1] - ys[0]), 5).tolist()),
        column_edges=tuple(np.round((xs - xs[0]) / (xs[-1] - xs[0]), 5).tolist()),
    )
