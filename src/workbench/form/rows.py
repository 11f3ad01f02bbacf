"""Rows, cells and columns of a form, as they lie on its pages.

Places from left to right are fractions of the table's width, 0 to 1: pages of one form then compare whatever their
resolution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.form.settings import FormSettings
from workbench.model import Cell, CellGrid, CellKey, Entry
from workbench.several_values import in_one_line, values_of

TOUCHING = 1e-6
"""Rounding error of an edge, as a share of the table's width: cells that share less than this lie side by side."""

UNKNOWN = "unknown"
"""The field of a column whose label names none. Such a column keeps its cells from being taken for a neighbour's."""

GROUPED = "grouped"
"""The field of a column with the label of another one that says of a group of records what that one says of each."""

Evidence = Literal["label", "built", "damaged", "inferred", "disputed", "contradicted", "ambiguous"]
"""Why a column holds its field:

- ``label``: its own whole label says so, or a whole label of the same column on another page;
- ``built``: its label is in no list, but is built like the listed ones;
- ``damaged``: its label is damaged, and close to a listed one;
- ``inferred``: no label says so, but its place or its content does;
- ``disputed``: its whole label says so, but its content contradicts it; the label wins;
- ``ambiguous``: none. Its label and that of another column are both damaged, and close to one field;
- ``contradicted``: none. The content contradicts an unlisted or damaged label, and the field is given up.
"""


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell of a grid, its key, and its left (``x0``) and right (``x1``) edge in fractions of the table's width."""

    grid_cell: Cell
    key: CellKey
    x0: float
    x1: float

    @property
    def text(self) -> str:
        """The text as read; the lines of a statement joined, several values apart."""
        return in_one_line(self.grid_cell.text)

    @property
    def values(self) -> list[str]:
        """The values of a cell with several, and the lines of one beside such a cell; else the text alone."""
        return values_of(self.grid_cell.text)

    @property
    def row(self) -> int:
        """Number of the row that the cell starts in, from 0."""
        return self.grid_cell.row

    @property
    def row_end(self) -> int:
        """Number of the row below the cell."""
        return self.grid_cell.row_end

    @property
    def is_illegible(self) -> bool:
        """Whether something is printed that could not be read: the cell is not empty."""
        return self.grid_cell.state in ("obscured", "unread")

    def overlaps(self, other: FormCell | FormColumn) -> bool:
        """Whether the two share some of the table's width."""
        return self.x0 < other.x1 - TOUCHING and other.x0 + TOUCHING < self.x1


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a table: the cells that start in it, and those that reach into it from above, left to right.

    Pages and tables count from 1; ``number``, the row's place in its table, from 0.
    """

    page: int
    table_no: int
    number: int
    starting: tuple[FormCell, ...]
    covering: tuple[FormCell, ...]

    @property
    def cells(self) -> list[FormCell]:
        """All cells of the row, left to right."""
        return sorted((*self.starting, *self.covering), key=lambda cell: cell.x0)

    @property
    def printed(self) -> list[FormCell]:
        """The cells with text that start here."""
        return [cell for cell in self.starting if cell.text]

    def is_in_table_of(self, other: FormRow) -> bool:
        """Whether both rows are of the same table of the same page."""
        return (self.page, self.table_no) == (other.page, other.table_no)


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a section: the field it holds, its edges in fractions of the table's width, and its header cell."""

    field: str
    x0: float
    x1: float
    label: FormCell | None = None
    evidence: Evidence = "label"

    @property
    def label_text(self) -> str:
        """The text of the header cell; empty where there is none."""
        return self.label.text if self.label is not None else ""


FormColumns = tuple[FormColumn, ...]


def rows_of(grid: CellGrid) -> list[FormRow]:
    """The rows of a grid, top to bottom."""
    starting: list[list[FormCell]] = [[] for _ in range(grid.rows)]
    covering: list[list[FormCell]] = [[] for _ in range(grid.rows)]
    for cell in (_form_cell(cell, grid) for cell in grid.cells):
        starting[cell.row].append(cell)
        for number in range(cell.row + 1, cell.row_end):
            covering[number].append(cell)
    return [
        FormRow(grid.page, grid.table_no, number, tuple(starting[number]), tuple(covering[number]))
        for number in range(grid.rows)
    ]


def _form_cell(cell: Cell, grid: CellGrid) -> FormCell:
    key = CellKey(grid.page, grid.table_no, cell.row, cell.col)
    return FormCell(cell, key, grid.column_edges[cell.col], grid.column_edges[cell.col_end])


def columns_under(cell: FormCell, columns: FormColumns, settings: FormSettings) -> list[FormColumn]:
    """The columns that a cell lies in, left to right."""
    found = []
    for column in columns:
        if column.x0 < cell.x1 and cell.x0 < column.x1:
            overlap = min(cell.x1, column.x1) - max(cell.x0, column.x0)
            if overlap >= settings.covered_share * min(cell.x1 - cell.x0, column.x1 - column.x0):
                found.append(column)
    return sorted(found, key=lambda column: column.x0)


def fields_under(cell: FormCell, columns: FormColumns, settings: FormSettings) -> set[str]:
    """The known fields of the columns that a cell lies in."""
    return {column.field for column in columns_under(cell, columns, settings)} - {UNKNOWN}


def field_of(cell: FormCell, columns: FormColumns, settings: FormSettings) -> str | None:
    """The field whose column a cell lies in: of several columns, the leftmost with a known field. None: no column."""
    fields = [column.field for column in columns_under(cell, columns, settings)]
    return next((field for field in fields if field != UNKNOWN), fields[0] if fields else None)


def cells_by_field(
    cells: Iterable[FormCell],
    columns: FormColumns,
    settings: FormSettings,
    reassigned: Mapping[CellKey, str | None] | None = None,
) -> dict[str | None, list[FormCell]]:
    """Cells sorted into the fields of their columns; those in no column under None.

    Args:
        cells: in the order that they keep within a field.
        columns: those of the cells' section.
        settings: how much of a column a cell must cover to lie in it.
        reassigned: fields of cells that stand in a wrong column; they win over the columns.
    """
    reassigned = reassigned or {}
    found: dict[str | None, list[FormCell]] = {}
    for cell in cells:
        field = reassigned[cell.key] if cell.key in reassigned else field_of(cell, columns, settings)
        found.setdefault(field, []).append(cell)
    return found


def entry_of(cells: Sequence[FormCell]) -> Entry:
    """The texts of cells, in their order, as one entry.

    Cells without text add their key and their confidence. The entry of no cells is blank, with confidence 1.
    """
    confidence = min((cell.grid_cell.confidence.overall for cell in cells), default=1.0)
    return Entry("".join(cell.text for cell in cells), confidence, tuple(cell.key for cell in cells))


def join_entries(first: Entry | None, second: Entry | None) -> Entry | None:
    """One value from its two halves, as a page break leaves them; None where there is neither.

    >>> join_entries(Entry("按时完成全"), Entry("部任务"))
    Entry(text='按时完成全部任务', confidence=1.0, cells=())
    """
    if first is None or second is None:
        return first or second
    return Entry(first.text + second.text, min(first.confidence, second.confidence), first.cells + second.cells)
