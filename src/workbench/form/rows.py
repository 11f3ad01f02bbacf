"""Rows and columns of a form, as they lie on its pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.model import Cell, CellGrid, CellKey, Entry

COVERED = 0.5
"""A cell belongs to a column when it covers at least this share of the narrower of the two."""

TOUCHING = 1e-6
"""Columns that share less than this part of the table's width lie beside each other."""

UNKNOWN = "unknown"
"""The field of a column whose label names none: it keeps its cells from being taken for a neighbour's."""

Evidence = Literal["label", "built", "damaged", "inferred", "disputed", "contradicted"]
"""Why a column holds its field: its whole label, or one elsewhere in the document; a label that no family lists but is
built like theirs; a damaged label; its place or its content, where no label says it. A listed label stands although it
is disputed by the content, another does not where it is contradicted."""


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell with its key and its reach from left to right, in fractions of the table's width."""

    cell: Cell
    key: CellKey
    x0: float
    x1: float

    @property
    def text(self) -> str:
        return self.cell.text

    @property
    def is_illegible(self) -> bool:
        """Whether something is printed that nobody could read: the cell is not empty."""
        return self.cell.state in ("obscured", "unread")

    def overlaps(self, other: FormCell | FormColumn) -> bool:
        """Whether the two share some of the table's width."""
        return self.x0 < other.x1 - TOUCHING and other.x0 + TOUCHING < self.x1


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a table: the cells that start in it, and those that reach into it from above, left to right."""

    page: int
    table_no: int
    number: int
    starting: tuple[FormCell, ...]
    covering: tuple[FormCell, ...]

    @property
    def pieces(self) -> list[FormCell]:
        return sorted((*self.starting, *self.covering), key=lambda piece: piece.x0)

    @property
    def printed(self) -> list[FormCell]:
        """The cells with text that start here."""
        return [piece for piece in self.starting if piece.text]


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a section: the field it holds, its reach in fractions of the table's width, and its header cell."""

    field: str
    x0: float
    x1: float
    label: FormCell | None = None
    evidence: Evidence = "label"


FormColumns = tuple[FormColumn, ...]


def rows_of(grid: CellGrid) -> list[FormRow]:
    """The rows of a grid, top to bottom."""
    starting: list[list[FormCell]] = [[] for _ in range(grid.rows)]
    covering: list[list[FormCell]] = [[] for _ in range(grid.rows)]
    for piece in (_piece(cell, grid) for cell in grid.cells):
        starting[piece.cell.row].append(piece)
        for number in range(piece.cell.row + 1, piece.cell.row_end):
            covering[number].append(piece)
    return [
        FormRow(grid.page, grid.table_no, number, tuple(starting[number]), tuple(covering[number]))
        for number in range(grid.rows)
    ]


def _piece(cell: Cell, grid: CellGrid) -> FormCell:
    key = CellKey(grid.page, grid.table_no, cell.row, cell.col)
    return FormCell(cell, key, grid.column_edges[cell.col], grid.column_edges[cell.col_end])


def columns_under(piece: FormCell, columns: FormColumns) -> list[FormColumn]:
    """The columns that a cell lies in, left to right."""
    found = []
    for column in columns:
        if column.x0 < piece.x1 and piece.x0 < column.x1:
            overlap = min(piece.x1, column.x1) - max(piece.x0, column.x0)
            if overlap >= COVERED * min(piece.x1 - piece.x0, column.x1 - column.x0):
                found.append(column)
    return sorted(found, key=lambda column: column.x0)


def field_of(piece: FormCell, columns: FormColumns) -> str | None:
    """The field whose column a cell lies in; for a cell over several columns the leftmost of them that is known."""
    fields = [column.field for column in columns_under(piece, columns)]
    return next((field for field in fields if field != UNKNOWN), fields[0] if fields else None)


def entry_of(pieces: Iterable[FormCell]) -> Entry:
    """The text of one or more cells, in their order, as one entry. Cells without text add nothing but their key."""
    found = list(pieces)
    confidence = min((piece.cell.confidence.overall for piece in found), default=1.0)
    return Entry("".join(piece.text for piece in found), confidence, tuple(piece.key for piece in found))


def join_entries(first: Entry | None, second: Entry | None) -> Entry | None:
    """A value printed in two pieces."""
    if first is None or second is None:
        return first or second
    return Entry(first.text + second.text, min(first.confidence, second.confidence), first.cells + second.cells)


def by_field(pieces: Sequence[FormCell], columns: FormColumns) -> dict[str | None, list[FormCell]]:
    """Cells sorted into the fields of their columns; those in no column under None."""
    sorted_out: dict[str | None, list[FormCell]] = {}
    for piece in pieces:
        sorted_out.setdefault(field_of(piece, columns), []).append(piece)
    return sorted_out
