"""Tables and lines of files that have no page image, laid out so that the rooms to the right can read them.

Frame: such a file says what stands above and beside what, not where. Coordinates keep that order and no more: every
line and every row of a table is ``ROW`` high, the text is ``WIDTH`` wide, columns in the file's own proportions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from workbench.model import Cell, CellGrid, CellState, Confidence, Finding, PageContent, Polygon, TextLine
from workbench.readers.plain import UNKNOWN, plain, plain_lines
from workbench.settings import Settings
from workbench.several_values import with_values_apart
from workbench.visible import TURNING

WIDTH = 1000.0
ROW = 20.0

LONGEST_LINE = 10_000
"""Characters that are kept of a line outside the tables, where titles and years stand; its rest tells nothing."""

UNSURE = Confidence(character=0.5)
"""Of a text with a character that the file does not tell, or that is shown otherwise than can be said here, as figures
are behind a mark that turns the order of writing."""

UNREAD = Confidence(character=0.0)


@dataclass(frozen=True, slots=True)
class FileCell:
    """A cell as its file has it. ``readable`` is False where the file shows something that it does not tell."""

    row: int
    col: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    sure: bool = True
    readable: bool = True

    @property
    def row_end(self) -> int:
        return self.row + self.rowspan

    @property
    def col_end(self) -> int:
        return self.col + self.colspan


@dataclass(frozen=True, slots=True)
class FileTable:
    """Cells that do not overlap, and the widths of the columns in any unit; none: all columns are alike.

    ``is_completed``: its file lacks merged cells, which were put in at the left of short rows.
    """

    cells: tuple[FileCell, ...]
    widths: tuple[float, ...] = ()
    is_completed: bool = False


FileBlock = FileTable | str
"""A table, or a line of text outside the tables."""


@dataclass(frozen=True, slots=True)
class FilePage:
    """The blocks of a page in reading order, and what a researcher has to know about their reading."""

    blocks: tuple[FileBlock, ...]
    notes: tuple[Finding, ...] = ()


Reader = Callable[[Path, Settings], list[FilePage]]
"""Reads the pages of a file; an `InputError` where it cannot."""


@dataclass(frozen=True, slots=True)
class Span:
    """A cell of a row that is given without its place: it takes the next free one, as in HTML."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    sure: bool = True


def placed(rows: Sequence[Sequence[Span]], require: Callable[[int], None]) -> tuple[FileCell, ...]:
    """Give cells their places, row by row; a span ends at the table's end and where another cell stands.

    ``require`` is told how many squares the table has at least, before that many steps are taken to find free ones.
    """
    cells: list[FileCell] = []
    above: dict[int, FileCell] = {}  # column → the last cell that covers it
    starts: set[int] = set()
    filled = 0
    for row, spans in enumerate(rows):
        require(len(starts) * filled)
        filled += bool(spans)
        col = 0
        for span in spans:
            while col in above and above[col].row_end > row:
                col = above[col].col_end
            rowspan = min(span.rowspan or len(rows), len(rows) - row)
            taken = (n for n in range(1, span.colspan) if col + n in above and above[col + n].row_end > row)
            cell = FileCell(row, col, span.text, rowspan, next(taken, span.colspan), span.sure)
            cells.append(cell)
            above |= dict.fromkeys(range(col, cell.col_end), cell)
            starts.add(col)
            col = cell.col_end
    return tuple(cells)


def squares(page: FilePage) -> int:
    """How many squares the page's tables have: what they take to be laid out."""
    tables = [block for block in page.blocks if isinstance(block, FileTable)]
    return sum((len(rows) - 1) * (len(cols) - 1) for rows, cols in map(_used_edges, tables))


def page_content(page: FilePage, number: int) -> PageContent:
    """The page with its blocks under each other."""
    grids: list[CellGrid] = []
    lines: list[TextLine] = []
    top = 0.0
    for block in page.blocks:
        if isinstance(block, FileTable):
            grids.append(_grid(block, number, len(grids) + 1, top))
            top += ROW * grids[-1].rows
        elif text := plain(block[:LONGEST_LINE]):
            sure = 0.0 if UNKNOWN in text else 1.0
            lines.append(TextLine(text, (sure,) * len(text), _box(0.0, top, 1.0, top + ROW)))
            top += ROW
    return PageContent(number, round(WIDTH), round(top), tuple(grids), tuple(lines))


def _used_edges(table: FileTable) -> tuple[list[int], list[int]]:
    """Rows and columns at which a cell starts or ends."""
    rows = {edge for cell in table.cells for edge in (cell.row, cell.row_end)}
    cols = {edge for cell in table.cells for edge in (cell.col, cell.col_end)}
    return sorted(rows), sorted(cols)


def _grid(table: FileTable, page: int, number: int, top: float) -> CellGrid:
    rows, cols = _used_edges(table)
    shares = _shares(table.widths, cols)
    cells, lines = [], []
    for cell in _without_holes(table, rows, cols):
        text = plain(cell.text)
        lines.append(plain_lines(cell.text))
        state: CellState = "text" if text else ("empty" if cell.readable else "unread")
        unsure = UNKNOWN in text or TURNING.search(text) is not None or not cell.sure
        y0, y1 = top + ROW * cell.row, top + ROW * cell.row_end
        cells.append(
            Cell(
                row=cell.row,
                col=cell.col,
                rowspan=cell.rowspan,
                colspan=cell.colspan,
                polygon=_box(shares[cell.col], y0, shares[cell.col_end], y1),
                text=text,
                state=state,
                confidence=UNREAD if state == "unread" else (UNSURE if unsure else Confidence()),
            )
        )
    row_edges = tuple(round(index / (len(rows) - 1), 5) for index in range(len(rows)))
    apart = with_values_apart(cells, lines)
    return CellGrid(page, number, tuple(apart), row_edges, tuple(round(share, 5) for share in shares))


def _shares(widths: Sequence[float], cols: Sequence[int]) -> list[float]:
    """Where the columns' edges lie, as shares of the table's width; evenly, where the file does not say all widths."""
    if len(widths) < cols[-1] or min(widths) <= 0:
        return [index / (len(cols) - 1) for index in range(len(cols))]
    places = [0.0, *accumulate(widths)]
    return [(places[col] - places[cols[0]]) / (places[cols[-1]] - places[cols[0]]) for col in cols]


def _without_holes(table: FileTable, rows: Sequence[int], cols: Sequence[int]) -> list[FileCell]:
    """The cells, counted in edges that are used, with empty ones where the file has none (a row that ends early)."""
    row_at, col_at = ({edge: index for index, edge in enumerate(edges)} for edges in (rows, cols))
    cells = []
    holes = {(row, col) for row in range(len(rows) - 1) for col in range(len(cols) - 1)}
    for cell in table.cells:
        row, col, row_end, col_end = row_at[cell.row], col_at[cell.col], row_at[cell.row_end], col_at[cell.col_end]
        cells.append(replace(cell, row=row, col=col, rowspan=row_end - row, colspan=col_end - col))
        holes -= {(r, c) for r in range(row, row_end) for c in range(col, col_end)}
    cells += [FileCell(row, col, "") for row, col in holes]
    return sorted(cells, key=lambda cell: (cell.row, cell.col))


def _box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    left, right = WIDTH * x0, WIDTH * x1
    return (left, y0), (right, y0), (right, y1), (left, y1)
