"""A page read: lattices and cells from the rules, text from the OCR engine, put together as cell grids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.cells import CellBox, find_cells
from workbench.grid.lines import (
    LineBox,
    TextLayer,
    crop_line,
    find_lines,
    is_written_downwards,
    side_by_side,
    without_rules,
)
from workbench.grid.marks import lone_mark
from workbench.grid.rules import Lattice, find_lattices, find_rules, rule_ink
from workbench.grid.text import cell_text, least_sure
from workbench.grid.upright import UprightPage, make_upright
from workbench.model import Cell, CellGrid, Confidence, Page, PageContent, TextLine

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading

SURE = 0.97
"""A number with a character below this confidence is read a second time, from another crop."""

SMALLEST_TABLE = 8.0
"""Rules that enclose less than this many text heights in width are drawing or lettering, not a table."""

Crop = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Table:
    lattice: Lattice
    cells: list[CellBox]


@dataclass(frozen=True, slots=True)
class _CellLines:
    """The lines of a cell with a crop for each; vertical text is one crop for all."""

    lines: list[LineBox]
    crops: list[Crop]


def read_page(page: Page, engine: OcrEngine) -> PageContent:
    """Find the tables of a page and read everything on it.

    The engine reads all crops of the page in one call. Cells without ink are not read.
    """
    upright = make_upright(page)
    rules = find_rules(upright)
    tables = [_Table(lattice, find_cells(lattice)) for lattice in find_lattices(upright, rules)]
    tables = [table for table in tables if _is_table(table, upright.text_height)]
    cells = [cell for table in tables for cell in table.cells]
    text = without_rules(upright, rule_ink(rules, [table.lattice for table in tables]), cells)
    found = [_cell_lines(cell, text) for cell in cells]
    loose_boxes = _lines_outside(tables, text, engine)
    loose_crops = [crop_line(line, _whole_page(text), text) for line in loose_boxes]

    crops = [crop for lines in found for crop in lines.crops]
    readings = iter(engine.recognise(crops + loose_crops))
    in_cells = [[next(readings) for _ in lines.crops] for lines in found]
    read_cells = _read_cells(cells, found, in_cells, text, upright, engine)
    loose_lines = [_text_line(line, next(readings), upright) for line in loose_boxes]

    by_box = dict(zip(map(id, cells), read_cells, strict=True))
    grids = [
        _grid(page.number, number, table, [by_box[id(cell)] for cell in table.cells])
        for number, table in enumerate(tables, start=1)
    ]
    return PageContent(
        page.number, page.width, page.height, tuple(grids), tuple(line for line in loose_lines if line.text)
    )


def _is_table(table: _Table, text_height: float) -> bool:
    lattice = table.lattice
    wide = lattice.xs[-1] - lattice.xs[0] >= SMALLEST_TABLE * text_height
    framed = float(np.mean([cell.border for cell in table.cells])) >= 0.5
    return wide and framed and len(table.cells) >= 2


def _cell_lines(cell: CellBox, text: TextLayer) -> _CellLines:
    lines = find_lines(cell, text)
    crops = [crop_line(line, cell, text) for line in lines]
    if is_written_downwards(lines, text):
        crops = [side_by_side(crops)]
    return _CellLines(lines, crops)


def _read_cells(
    cells: Sequence[CellBox],
    found: Sequence[_CellLines],
    readings: Sequence[Sequence[Reading]],
    text: TextLayer,
    upright: UprightPage,
    engine: OcrEngine,
) -> list[Cell]:
    second = _second_reads(cells, found, readings, text, engine)
    read_cells = []
    for i, (box, lines, reads) in enumerate(zip(cells, found, readings, strict=True)):
        joined = cell_text(reads)
        character = min((least_sure(read) for read in reads if read.text), default=0.0)
        mark = lone_mark(joined, lines.lines, text)
        if mark is not None and mark != joined:
            joined, character = mark, max(character, 0.9)
        if not lines.lines:
            state, character = "empty", 1.0
        else:
            state = "text" if joined else "unread"
        agreement = None if i not in second or mark is not None else float(second[i] == joined)
        read_cells.append(
            Cell(
                row=box.row,
                col=box.col,
                rowspan=box.rowspan,
                colspan=box.colspan,
                polygon=upright.polygon_on_scan(box.x0, box.y0, box.x1, box.y1),
                text=joined,
                state=state,  # type: ignore[arg-type]
                confidence=Confidence(round(character, 4), min(1.0, box.border), agreement),
            )
        )
    return read_cells


def _second_reads(
    cells: Sequence[CellBox],
    found: Sequence[_CellLines],
    readings: Sequence[Sequence[Reading]],
    text: TextLayer,
    engine: OcrEngine,
) -> dict[int, str]:
    """Doubtful one-line numbers once more, from a crop with more paper around it: their texts by cell."""
    doubtful = [
        i
        for i, reads in enumerate(readings)
        if len(reads) == 1 and re.search(r"\d", reads[0].text) and reads[0].confidence < SURE
    ]
    crops = [crop_line(found[i].lines[0], cells[i], text, margin=0.45) for i in doubtful]
    return {i: cell_text([read]) for i, read in zip(doubtful, engine.recognise(crops), strict=True)}


def _whole_page(text: TextLayer) -> CellBox:
    height, width = text.grey.shape
    return CellBox(0, 0, 1, 1, -1, -1, width, height, 1.0)


def _lines_outside(tables: Sequence[_Table], text: TextLayer, engine: OcrEngine) -> list[LineBox]:
    """Lines of text outside all tables (title, year, notes), found by the engine's detector."""
    grey, ink = text.grey.copy(), text.ink.copy()
    for table in tables:
        xs, ys = table.lattice.xs, table.lattice.ys
        window = np.s_[max(0, round(ys[0])) : round(ys[-1]) + 1, max(0, round(xs[0])) : round(xs[-1]) + 1]
        grey[window], ink[window] = 255, 0
    if np.count_nonzero(ink) < text.text_height:
        return []
    boxes = []
    for outline in engine.detect(np.repeat(grey[:, :, None], 3, axis=2)):
        xs_, ys_ = [p[0] for p in outline], [p[1] for p in outline]
        x0, y0, x1, y1 = round(min(xs_)), round(min(ys_)), round(max(xs_)), round(max(ys_))
        rows = np.flatnonzero(ink[max(0, y0) : y1, max(0, x0) : x1].any(axis=1))
        columns = np.flatnonzero(ink[max(0, y0) : y1, max(0, x0) : x1].any(axis=0))
        if len(rows):
            top, left = max(0, y0), max(0, x0)
            boxes.append(
                LineBox(
                    left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1
                )
            )
    return sorted(boxes, key=lambda box: (box.y0, box.x0))


def _text_line(line: LineBox, reading: Reading, upright: UprightPage) -> TextLine:
    outline = upright.polygon_on_scan(line.x0, line.y0, line.x1, line.y1)
    confidences = tuple(round(confidence, 4) for confidence in reading.confidences)
    return TextLine(cell_text([reading]), confidences, outline)


def _grid(page: int, number: int, table: _Table, cells: list[Cell]) -> CellGrid:
    xs, ys = np.array(table.lattice.xs), np.array(table.lattice.ys)
    return CellGrid(
        page=page,
        table_no=number,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
        row_edges=tuple(np.round((ys - ys[0]) / (ys[-1] - ys[0]), 5).tolist()),
        column_edges=tuple(np.round((xs - xs[0]) / (xs[-1] - xs[0]), 5).tolist()),
    )
