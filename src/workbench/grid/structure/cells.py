"""Cells: from a lattice with evidence for each stretch of rule to rectangles with spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.settings.ruling import RulingSettings
from workbench.grid.structure.lattice import Lattice


@dataclass(frozen=True, slots=True)
class CellBox:
    """A cell of a lattice: its place and spans, its rectangle (upright pixels).

    ``border`` is the probability of its least sure border, or that no rule divides it, or (`with_contested`) that it
    stands in this row and column."""

    row: int
    col: int
    rowspan: int
    colspan: int
    x0: float
    y0: float
    x1: float
    y1: float
    border: float

    def shares_row_with(self, other: CellBox) -> bool:
        """Whether both lie in a common row of their lattice."""
        return self.row < other.row + other.rowspan and other.row < self.row + self.rowspan

    def shares_column_with(self, other: CellBox) -> bool:
        """Whether both lie in a common column of their lattice."""
        return self.col < other.col + other.colspan and other.col < self.col + self.colspan


def find_cells(lattice: Lattice, settings: RulingSettings) -> list[CellBox]:
    """Cover the lattice with cells: neighbours without a rule between them are one cell. Sorted by (row, col)."""
    rectangles: list[_Rectangle] = []
    for component in _components(lattice, settings):
        rectangles += _split_into_rectangles(component, lattice)
    return [_cell_box(rectangle, lattice) for rectangle in sorted(rectangles)]


_Rectangle = tuple[int, int, int, int]
"""First row, first column, last row, last column, the ends included."""
_Squares = NDArray[np.bool_]
"""(rows, columns) of the lattice: which of its squares belong to a component."""


def _components(lattice: Lattice, settings: RulingSettings) -> list[_Squares]:
    """The squares that no rule parts from each other, each component on its own."""
    # A picture of the lattice: squares in every other row and column, and what lies between two of them.
    open_between = np.zeros((2 * len(lattice.ys) - 3, 2 * len(lattice.xs) - 3), bool)
    open_between[::2, ::2] = True
    open_between[1::2, ::2] = lattice.horizontal[1:-1] < settings.drawn
    open_between[::2, 1::2] = lattice.vertical[:, 1:-1] < settings.drawn
    return [part[::2, ::2] for part in _connected_parts(open_between)]


def _split_into_rectangles(squares: _Squares, lattice: Lattice) -> list[_Rectangle]:
    """A component that is no rectangle lost a segment of rule: cut it where the evidence for a rule is best."""
    rows, columns = np.flatnonzero(squares.any(axis=1)), np.flatnonzero(squares.any(axis=0))
    r0, r1, c0, c1 = int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])
    if squares[r0 : r1 + 1, c0 : c1 + 1].all():
        return _cut_along_rules((r0, c0, r1, c1), lattice)
    cuts: list[tuple[float, int | None, int | None]] = []
    cuts += [(_cut_evidence(squares, r, None, lattice), r, None) for r in range(r0 + 1, r1 + 1)]
    cuts += [(_cut_evidence(squares, None, c, lattice), None, c) for c in range(c0 + 1, c1 + 1)]
    _, row, column = max(cuts, key=lambda cut: cut[0])
    first, second = squares.copy(), squares.copy()
    if row is not None:
        first[row:], second[:row] = False, False
    else:
        first[:, column:], second[:, :column] = False, False
    parts = [part for half in (first, second) for part in _connected_parts(half)]
    return [rectangle for part in parts for rectangle in _split_into_rectangles(part, lattice)]


def _cut_along_rules(rectangle: _Rectangle, lattice: Lattice) -> list[_Rectangle]:
    """A rule that is drawn for the most part divides a rectangle, whatever stretch of it is lost."""
    r0, c0, r1, c1 = rectangle
    rows = [(_log_odds(lattice.horizontal[r, c0 : c1 + 1]), r, c0) for r in range(r0 + 1, r1 + 1)]
    columns = [(_log_odds(lattice.vertical[r0 : r1 + 1, c]), r0, c) for c in range(c0 + 1, c1 + 1)]
    odds, row, column = max(rows + columns, default=(0.0, r0, c0))
    if odds <= 0:
        return [rectangle]
    across, down = ((r0, c0, row - 1, c1), (row, c0, r1, c1)), ((r0, c0, r1, column - 1), (r0, column, r1, c1))
    halves = across if row > r0 else down
    return [part for half in halves for part in _cut_along_rules(half, lattice)]


def _log_odds(probabilities: NDArray[np.float64]) -> float:
    certain = np.clip(probabilities, 0.01, 0.99)
    return float(np.log(certain / (1 - certain)).sum())


def _connected_parts(squares: _Squares) -> list[_Squares]:
    count, labels = cv2.connectedComponents(squares.astype(np.uint8), connectivity=4)
    return [np.asarray(labels == i) for i in range(1, count)]


def _cut_evidence(squares: _Squares, row: int | None, column: int | None, lattice: Lattice) -> float:
    """Mean evidence along a cut through the component. A cut along a jog of its outline comes first."""
    if row is not None:
        crossed = squares[row - 1] & squares[row]
        outline = squares[row - 1] ^ squares[row]
        evidence = lattice.horizontal[row]
    else:
        assert column is not None
        crossed = squares[:, column - 1] & squares[:, column]
        outline = squares[:, column - 1] ^ squares[:, column]
        evidence = lattice.vertical[:, column]
    if not crossed.any():
        return 2.0
    return float(evidence[crossed].mean()) + (0.5 if outline.any() else 0.0)


def _cell_box(rectangle: _Rectangle, lattice: Lattice) -> CellBox:
    r0, c0, r1, c1 = rectangle
    borders = (
        lattice.horizontal[r0, c0 : c1 + 1],
        lattice.horizontal[r1 + 1, c0 : c1 + 1],
        lattice.vertical[r0 : r1 + 1, c0],
        lattice.vertical[r0 : r1 + 1, c1 + 1],
    )
    inside = (lattice.horizontal[r0 + 1 : r1 + 1, c0 : c1 + 1], lattice.vertical[r0 : r1 + 1, c0 + 1 : c1 + 1])
    weakest = min(float(border.min()) for border in borders)
    undivided = min((1 - float(stretch.max()) for stretch in inside if stretch.size), default=1.0)
    below, right = lattice.ys[r1 + 1], lattice.xs[c1 + 1]
    return CellBox(
        row=r0,
        col=c0,
        rowspan=r1 - r0 + 1,
        colspan=c1 - c0 + 1,
        x0=lattice.xs[c0],
        y0=lattice.ys[r0],
        x1=right,
        y1=below,
        border=round(min(weakest, undivided), 3),
    )


def _placed(cell: CellBox, lattice: Lattice, settings: RulingSettings) -> float:
    """How probably a cell stands in its row and column, and ends where they do; its own edges may keep off its ink."""
    right, below = lattice.xs[cell.col + cell.colspan], lattice.ys[cell.row + cell.rowspan]
    is_after = any(y <= below for y in lattice.contested_ys) or any(x <= right for x in lattice.contested_xs)
    return settings.lattice.after_contested if is_after else 1.0


def with_contested(lattice: Lattice, cells: Sequence[CellBox], settings: RulingSettings) -> list[CellBox]:
    """The cells no surer than the contested lines before them leave their rows and columns."""
    return [replace(cell, border=min(cell.border, _placed(cell, lattice, settings))) for cell in cells]


def without_unused_rules(lattice: Lattice, cells: list[CellBox]) -> tuple[Lattice, list[CellBox]]:
    """Leave out the rules that no cell ends at: strokes of characters, and scraps of rules that are worn away."""
    rows = sorted({cell.row for cell in cells} | {cell.row + cell.rowspan for cell in cells})
    columns = sorted({cell.col for cell in cells} | {cell.col + cell.colspan for cell in cells})
    kept = replace(
        lattice,
        xs=tuple(lattice.xs[i] for i in columns),
        ys=tuple(lattice.ys[i] for i in rows),
        horizontal=lattice.horizontal[np.ix_(rows, columns[:-1])],
        vertical=lattice.vertical[np.ix_(rows[:-1], columns)],
    )
    renumbered = [
        replace(
            cell,
            row=rows.index(cell.row),
            col=columns.index(cell.col),
            rowspan=rows.index(cell.row + cell.rowspan) - rows.index(cell.row),
            colspan=columns.index(cell.col + cell.colspan) - columns.index(cell.col),
        )
        for cell in cells
    ]
    return kept, renumbered
