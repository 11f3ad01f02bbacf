"""Rows and columns of a form, as they lie on its pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.model import Cell, CellGrid, CellKey, Entry

COVERED = 0.5
"""A cell belongs to a column when it covers at least this share of the narrower of the two."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell with its key and its reach from left to right, in fractions of the table's width."""

    cell: Cell
    key: CellKey
    x0: float
    x1: float

    @property
    def text(self) -> str:
        return self.cell.text


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the cells that start in it, and those that reach into it from above, left to right."""

    page: int
    table_no: int
    number: int
    starting: tuple[Piece, ...]
    covering: tuple[Piece, ...]

    @property
    def pieces(self) -> list[Piece]:
        return sorted((*self.starting, *self.covering), key=lambda piece: piece.x0)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a section: the field it holds and its reach, in fractions of the table's width."""

    field: str
    x0: float
    x1: float


Columns = tuple[Column, ...]


def rows_of(grid: CellGrid) -> list[Row]:
    """The rows of a grid, top to bottom."""
    pieces = [_piece(cell, grid) for cell in grid.cells]
    rows = []
    for number in range(grid.rows):
        starting = tuple(piece for piece in pieces if piece.cell.row == number)
        covering = tuple(piece for piece in pieces if piece.cell.row < number < piece.cell.row_end)
        rows.append(Row(grid.page, grid.table_no, number, starting, covering))
    return rows


def _piece(cell: Cell, grid: CellGrid) -> Piece:
    key = CellKey(grid.page, grid.table_no, cell.row, cell.col)
    return Piece(cell, key, grid.column_edges[cell.col], grid.column_edges[cell.col_end])


def field_of(piece: Piece, columns: Columns) -> str | None:
    """The field whose column a cell lies in; for a cell over several columns the leftmost of them."""
    for column in sorted(columns, key=lambda column: column.x0):
        overlap = min(piece.x1, column.x1) - max(piece.x0, column.x0)
        if overlap >= COVERED * min(piece.x1 - piece.x0, column.x1 - column.x0):
            return column.field
    return None


def entry_of(pieces: Iterable[Piece]) -> Entry:
    """The text of one or more cells, in their order, as one entry. Cells without text add nothing but their key."""
    found = list(pieces)
    confidence = min((piece.cell.confidence.overall for piece in found), default=1.0)
    return Entry("".join(piece.text for piece in found), confidence, tuple(piece.key for piece in found))


def join_entries(first: Entry | None, second: Entry | None) -> Entry | None:
    """A value printed in two pieces."""
    if first is None or second is None:
        return first or second
    return Entry(first.text + second.text, min(first.confidence, second.confidence), first.cells + second.cells)


def by_field(pieces: Sequence[Piece], columns: Columns) -> dict[str | None, list[Piece]]:
    """Cells sorted into the fields of their columns; those in no column under None."""
    sorted_out: dict[str | None, list[Piece]] = {}
    for piece in pieces:
        sorted_out.setdefault(field_of(piece, columns), []).append(piece)
    return sorted_out
