"""The vocabulary of the workbench: what a scan, a cell grid and a form are made of.

Frames: every coordinate here is in pixels of the page image **as scanned** (origin top left,
x to the right, y down), unless a docstring says otherwise. Rotation and skew are undone inside
the grid room and never leak out of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench.visible import as_html, literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point = tuple[float, float]
Polygon = tuple[Point, Point, Point, Point]
"""Four corners in reading order: top left, top right, bottom right, bottom left."""

CellState = Literal["text", "empty", "unread", "obscured"]
Severity = Literal["error", "warning", "info"]
Table = Literal["forms", "budgets", "goals", "indicators"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page image of a document. ``number`` counts from 1; ``image`` is (height, width, 3) uint8 RGB."""

    number: int
    image: NDArray[np.uint8]

    @property
    def width(self) -> int:
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        return int(self.image.shape[0])


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text as the OCR engine read it, with a confidence (0 to 1) for each character."""

    text: str
    confidences: tuple[float, ...]
    polygon: Polygon

    @property
    def confidence(self) -> float:
        """The lowest character confidence: a number is as sure as its least sure digit."""
        return min(self.confidences, default=0.0)


@dataclass(frozen=True, slots=True)
class Confidence:
    """Why a cell can be trusted, each part from 0 to 1.

    ``character`` is the lowest character score of the text, ``border`` the weakest evidence among
    the cell's four rules, ``agreement`` 1 where a second read gave the same text, 0 where it
    differed, and None where there was only one read.
    """

    character: float = 1.0
    border: float = 1.0
    agreement: float | None = None

    @property
    def overall(self) -> float:
        """The weakest part: one good part does not make up for a bad one."""
        parts = (self.character, self.border, 1.0 if self.agreement is None else self.agreement)
        return min(parts)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its place in the grid (0-based, with spans), its text and its outline.

    ``other_text`` is what else the cell was read as: by another reader, where the two differ in what can change a value
    (then they do not agree), or before it was taken for a word of forms.
    """

    row: int
    col: int
    rowspan: int
    colspan: int
    polygon: Polygon
    text: str = ""
    state: CellState = "empty"
    confidence: Confidence = Confidence()
    other_text: str | None = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the outline."""
        xs, ys = zip(*self.polygon, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def row_end(self) -> int:
        """Index one past the last row that the cell covers."""
        return self.row + self.rowspan

    @property
    def col_end(self) -> int:
        """Index one past the last column that the cell covers."""
        return self.col + self.colspan


@dataclass(frozen=True, slots=True)
class CellGrid:
    """One table of one page.

    ``cells`` cover the grid once, sorted by (row, col). ``row_edges`` and ``column_edges`` are the
    positions of the borders in the **upright** table, as fractions of the table's height and width
    (0.0 first, 1.0 last): pages of one form can be compared whatever their resolution.
    """

    page: int
    table_no: int
    cells: tuple[Cell, ...]
    row_edges: tuple[float, ...]
    column_edges: tuple[float, ...]

    @property
    def rows(self) -> int:
        return len(self.row_edges) - 1

    @property
    def columns(self) -> int:
        return len(self.column_edges) - 1

    def to_html(self) -> str:
        """A plain ``<table>`` with rowspan and colspan; every text escaped."""
        rows = ("".join(map(_html_cell, (c for c in self.cells if c.row == row))) for row in range(self.rows))
        return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"

    def _repr_html_(self) -> str:
        return literal(self.to_html())


def _html_cell(cell: Cell) -> str:
    spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    spans += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    return f"<td{spans}>{as_html(cell.text)}</td>"


@dataclass(frozen=True, slots=True)
class PageContent:
    """All that was read from one page: its tables, and the text lines outside them, top to bottom."""

    number: int
    width: int
    height: int
    grids: tuple[CellGrid, ...] = ()
    loose_lines: tuple[TextLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CellKey:
    """Where a value came from: a cell of a table of a page (page and table count from 1, row and column from 0)."""

    page: int
    table_no: int
    row: int
    col: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a record: the text as printed, and the cells it was read from.

    A value joined over a page break has several cells. ``confidence`` is the lowest of theirs.
    """

    text: str
    confidence: float = 1.0
    cells: tuple[CellKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)


BLANK = Entry("")
"""A field whose cell is there but shows nothing."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One row of the budget section. None: the form has no such column."""

    funds: Entry
    amount_unit: str | None
    initial: Entry | None = None
    adjusted: Entry | None = None
    executed: Entry | None = None
    execution_rate: Entry | None = None
    weight: Entry | None = None
    score: Entry | None = None
    deviation: Entry | None = None
    other_years: Entry | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """One annual goal (年度绩效目标) with the statement of what was done. None: no such column.

    ``goal_no`` is the printed number (its cell in ``number``), or the goal's place where none is printed.
    """

    goal_no: int
    number: Entry | None
    goal: Entry
    actual: Entry | None = None
    deviation: Entry | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator row (三级指标). None: the form has no such column.

    ``goal_no`` is the number in ``goal_label`` (绩效目标3). ``score`` is the form's own (自评得分), ``reviewed_score``
    and ``final_score`` are what others gave beside it. ``other_years`` are the values of other years' columns, each
    behind its label.
    """

    goal_no: int | None
    goal_label: Entry | None
    level1: Entry
    level2: Entry
    name: Entry
    target: Entry
    actual: Entry | None = None
    weight: Entry | None = None
    score: Entry | None = None
    deviation: Entry | None = None
    reviewed_score: Entry | None = None
    final_score: Entry | None = None
    criteria: Entry | None = None
    other_years: Entry | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a researcher must know before trusting a value. A finding never changes the value.

    ``reviewed``: a person has looked, and found the form to be as it says.
    """

    code: str
    severity: Severity
    message: str
    table: Table | None = None
    record_no: int | None = None
    field: str | None = None
    page: int | None = None
    expected: str | None = None
    found: str | None = None
    reviewed: bool = False

    def _repr_html_(self) -> str:
        colour = {"error": "#c62828", "warning": "#b26a00", "info": "#1976d2"}[self.severity]
        facts = ((label, text) for label, text in (("对照", self.expected), ("表中", self.found)) if text)
        told = "".join(f"；{label} <b>{as_html(text)}</b>" for label, text in facts)
        where = f"（第 {self.page} 页）" if self.page else ""
        return literal(
            f'<span style="color:{colour};font-weight:600">{self.severity}</span> <code>{as_html(self.code)}</code> '
            f"{as_html(self.message)}{told}{where}"
        )


LeftOutKind = Literal["column", "known-column", "headings", "tail", "subtotals", "lines", "block", "cell", "reported"]
"""Why cells are in no field; ``reported``: a finding about the total row or their column speaks of them."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cells of a form that are in no field for one reason.

    ``table`` and ``record_no`` say what they stand in or beside, None where that is not known; ``label`` is that of
    their column.
    """

    kind: LeftOutKind
    table: Table | None
    record_no: int | None
    label: str
    cells: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One performance form, put together from the cell grids of one or more pages.

    ``labels`` are the cells that name others (headers, section labels); ``unmapped`` the cells with
    text that found no field, and ``left_out`` the same by cause; ``notes`` the findings that the reconstruction itself
    made (joined rows, dropped repeats).
    """

    layout: str
    title: str
    year: int | None
    department: Entry
    project: Entry | None
    unit: Entry | None
    budgets: tuple[Budget, ...]
    goals: tuple[Goal, ...]
    indicators: tuple[Indicator, ...]
    total_weight: Entry | None
    total_score: Entry | None
    conclusion: Entry | None
    first_page: int
    last_page: int
    labels: tuple[CellKey, ...] = ()
    unmapped: tuple[Entry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Finding, ...] = ()
