"""A page read: lattices and cells from the rules, text from the OCR engine, put together as cell grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.grid.alignment import find_aligned_lattices
from workbench.grid.cells import CellBox, find_cells, without_unused_rules
from workbench.grid.lattice import Lattice, find_lattices, reading_order, rule_ink
from workbench.grid.lines import LineBox, TextLayer, crop_line, line_around_ink, without_rules
from workbench.grid.marks import SURE_OF_SHAPE, lone_mark, with_leading_sign
from workbench.grid.pen import Printed, find_print
from workbench.grid.rereading import DOUBTED, LineRead, is_covered, line_crops, near_pen, reread_doubtful
from workbench.grid.text import cell_text, has_odd_brackets, has_odd_number, has_unmeasured_brackets, least_sure
from workbench.grid.upright import UprightPage, make_upright
from workbench.model import Cell, CellGrid, CellState, Confidence, Page, PageContent, TextLine

if TYPE_CHECKING:
    from workbench.ocr.base import OcrEngine, Reading

SMALLEST_TABLE = 8.0
"""Rules that enclose less than this many text heights in width are drawing or lettering, not a table."""

LEGIBLE = 0.6
"""Under a seal or a pen a cell with a less sure character is not guessed."""

BURIED = 0.5
"""A cell without any print left, but with this share of it under a seal, cannot be called empty."""

INSIDE = 0.2
"""A pen that stays this near to a cell's border, in text heights, belongs to the next cell."""


@dataclass(frozen=True, slots=True)
class _Table:
    lattice: Lattice
    cells: list[CellBox]


def read_page(page: Page, engine: OcrEngine) -> PageContent:
    """Find the tables of a page and read everything on it.

    The engine reads all lines of the page in one call, and the doubtful ones in a second. Cells
    without ink are not read.
    """
    upright = make_upright(page, engine)
    printed = find_print(upright)
    tables, text = _tables(printed)
    boxes = [cell for table in tables for cell in table.cells]

    crops = [line_crops(cell, text) for cell in boxes]
    if printed.pen.any():  # what a pen came near is read as it is: characters may have been taken for parts of strokes
        written = replace(_text_layer(upright, printed, tables), text_height=text.text_height)
        crops = [line_crops(parts[0].cell, written) if near_pen(parts, text) else parts for parts in crops]
    outside = _lines_outside(tables, text, engine)
    outside_crops = [crop_line(line, _whole_page(text), text) for line in outside]
    readings = iter(engine.recognise([part.crop for parts in crops for part in parts] + outside_crops))
    reads = [[LineRead(part, next(readings)) for part in parts] for parts in crops]
    reads = reread_doubtful(reads, text, engine)
    cells = iter([_cell(box, lines, text, upright) for box, lines in zip(boxes, reads, strict=True)])
    grids = [
        _grid(page.number, number, table, [next(cells) for _ in table.cells])
        for number, table in enumerate(tables, start=1)
    ]
    loose_lines = [
        _text_line(line, next(readings), crop, upright) for line, crop in zip(outside, outside_crops, strict=True)
    ]
    return PageContent(
        page.number, page.width, page.height, tuple(grids), tuple(line for line in loose_lines if line.text)
    )


def page_lattices(printed: Printed) -> list[Lattice]:
    """The lattices of all tables of a page, ruled or not, top to bottom, then left to right."""
    return [table.lattice for table in _tables(printed)[0]]


def _tables(printed: Printed) -> tuple[list[_Table], TextLayer]:
    """The ruled tables, those that only the alignment of their text shows, and the text without their rules."""
    ruled = _with_cells(find_lattices(printed.page, printed.rules), printed.page)
    text = _text_layer(printed.page, printed, ruled)
    lattices = find_aligned_lattices(text, printed.rules, [table.lattice for table in ruled])
    aligned = _with_cells(lattices, printed.page)
    if not aligned:
        return ruled, text
    tables = sorted([*ruled, *aligned], key=lambda table: reading_order(table.lattice))
    return tables, _text_layer(printed.page, printed, tables)


def _text_layer(page: UprightPage, printed: Printed, tables: Sequence[_Table]) -> TextLayer:
    """The text of a page, with or without what a pen wrote, without the rules of the tables."""
    lattices = [table.lattice for table in tables]
    drawn = rule_ink(printed.page.ink, printed.rules, lattices, page.text_height)
    return without_rules(page, drawn, [cell for table in tables for cell in table.cells], printed.pen)


def _with_cells(lattices: Sequence[Lattice], upright: UprightPage) -> list[_Table]:
    tables = [_Table(*without_unused_rules(lattice, find_cells(lattice))) for lattice in lattices]
    return [table for table in tables if _is_table(table, upright.text_height)]


def _is_table(table: _Table, text_height: float) -> bool:
    lattice = table.lattice
    wide = lattice.xs[-1] - lattice.xs[0] >= SMALLEST_TABLE * text_height
    roomy = min(float(np.median(np.diff(stops))) for stops in (lattice.xs, lattice.ys)) >= text_height
    framed = float(np.mean([cell.border for cell in table.cells])) >= 0.5
    return wide and roomy and framed and len(table.cells) >= 2


def _cell(box: CellBox, reads: Sequence[LineRead], text: TextLayer, upright: UprightPage) -> Cell:
    reads = [replace(read, reading=with_leading_sign(read.reading, read.part.line, text)) for read in reads]
    joined = cell_text([read.reading for read in reads], [read.part.crop for read in reads], text.text_height)
    if any(read.part.downwards for read in reads):
        joined = joined.replace(" ", "")  # the gaps between pieces put side by side are no spaces
    character = min((least_sure(read.reading) for read in reads), default=1.0)
    agreements = [read.agreement for read in reads if read.agreement is not None]
    if has_odd_number(joined) or has_odd_brackets(joined) or has_unmeasured_brackets([read.reading for read in reads]):
        character = min(character, DOUBTED)
    mark = lone_mark(joined, [read.part.line for read in reads], text)
    if mark is not None:
        confirmed = mark.text == joined and mark.confidence == SURE_OF_SHAPE  # two kinds of evidence agree
        agreements = agreements if mark.text == joined else []
        joined, character = mark.text, max(character, SURE_OF_SHAPE) if confirmed else mark.confidence
    state: CellState = "text" if joined else ("unread" if reads else "empty")
    if _is_obscured(box, reads, text, character, agreements):
        state, joined, character = "obscured", "", min(character, DOUBTED)
    elif near_pen([read.part for read in reads], text):
        character = min(character, DOUBTED)
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
    box: CellBox, reads: Sequence[LineRead], text: TextLayer, character: float, agreements: Sequence[float]
) -> bool:
    """Whether a seal or a pen lies over what is printed in the cell, and it cannot be read for sure."""
    if not reads:
        inner = INSIDE * text.text_height
        written = text.is_written_on(box.x0 + inner, box.y0 + inner, box.x1 - inner, box.y1 - inner)
        return written or text.share_covered(box.x0, box.y0, box.x1, box.y1) > BURIED
    covered = any(is_covered(read.part.line, text) for read in reads)
    return covered and (character < LEGIBLE or min(agreements, default=1.0) < 1.0)


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
    outlines = engine.detect(np.repeat(grey[:, :, None], 3, axis=2))
    lines = [line_around_ink(ink, outline) for outline in outlines]
    return sorted((line for line in lines if line is not None), key=lambda line: (line.y0, line.x0))


def _text_line(line: LineBox, reading: Reading, crop: NDArray[np.uint8], upright: UprightPage) -> TextLine:
    outline = upright.polygon_on_scan(line.x0, line.y0, line.x1, line.y1)
    return TextLine(
        cell_text([reading], [crop], upright.text_height), tuple(round(c, 4) for c in reading.confidences), outline
    )


def _grid(page: int, number: int, table: _Table, cells: list[Cell]) -> CellGrid:
    xs, ys = np.array(table.lattice.xs), np.array(table.lattice.ys)
    return CellGrid(
        page=page,
        table_no=number,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
        row_edges=tuple(np.round((ys - ys[0]) / (ys[-1] - ys[0]), 5).tolist()),
        column_edges=tuple(np.round((xs - xs[0]) / (xs[-1] - xs[0]), 5).tolist()),
    )
