"""Edges of cells at borders that nobody drew: each column's own white between its lines, not the ink of the next one.

One height parts two rows of close lines in no column exactly: a comma hangs below the line, a bracket stands above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import stretches
from workbench.grid.structure.cells import CellBox
from workbench.grid.structure.lattice import Lattice
from workbench.grid.text_lines import TextLayer


def kept_off_ink(lattice: Lattice, cells: Sequence[CellBox], text: TextLayer, reach: float) -> list[CellBox]:
    """The cells, with the edges that nobody drew moved to the white nearest to them, at most ``reach`` text heights."""
    return [
        replace(
            cell,
            y0=_clear_height(cell.y0, cell, lattice, text, reach),
            y1=_clear_height(cell.y1, cell, lattice, text, reach),
        )
        for cell in cells
    ]


def _clear_height(y: float, cell: CellBox, lattice: Lattice, text: TextLayer, reach: float) -> float:
    if y not in lattice.unruled_ys:
        return y
    top = max(0, round(y - reach * text.text_height))
    bottom = round(y + reach * text.text_height) + 1
    inked = np.count_nonzero(text.ink[top:bottom, max(0, round(cell.x0)) : round(cell.x1)], axis=1)
    return y if not inked.any() else top + _middle_of_white(inked, y - top)


def _middle_of_white(inked: NDArray[np.int64], at: float) -> float:
    """The middle of the rows with least ink that are nearest to a row."""
    white = stretches(inked == inked.min())
    start, end = min(white, key=lambda rows: max(rows[0] - at, at - rows[1], 0))
    return (start + end) / 2
