"""Rows of ruled tables that nobody ruled: columns and a head are drawn, and many lines stand in one row of the lattice.

Such a row is cut where its columns agree on their lines. What stands in one column only, in cells that are merged over
several columns, or goes on from line to line, is the text of one cell, and is left alone. So are rows of two or three
lines in a table that was ruled throughout: most of its rows have one line, or as many. In a timetable every cell names
a subject and, below it, a teacher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.borderless.row_segmentation import find_ink_runs, parted_lines, row_borders, runs_across
from workbench.grid.settings import GridSettings
from workbench.grid.settings.borderless import OpenRowSettings
from workbench.grid.structure.cells import CellBox
from workbench.grid.structure.lattice import Lattice
from workbench.grid.text_lines import LineBox, TextLayer, find_lines


@dataclass(frozen=True, slots=True)
class _Cut:
    """Borders that nobody drew in a row of a lattice: their heights (upright pixels), and the ``probability`` of each
    [border, column of the lattice]."""

    ys: tuple[float, ...]
    probability: NDArray[np.float64]


def with_open_rows(lattice: Lattice, cells: Sequence[CellBox], text: TextLayer, settings: GridSettings) -> Lattice:
    """The lattice with the borders that its text shows in rows that nobody ruled."""
    cuts = [_cut(row, lattice, cells, text, settings) for row in range(len(lattice.ys) - 1)]
    cuts = _unlike_the_others(_without_whole_rows(cuts, settings.borderless.open_rows), settings.borderless.open_rows)
    if not any(cuts):
        return lattice
    ys: list[float] = []
    horizontal: list[NDArray[np.float64]] = []
    vertical: list[NDArray[np.float64]] = []
    for row, cut in enumerate(cuts):
        ys.append(lattice.ys[row])
        horizontal.append(lattice.horizontal[row : row + 1])
        vertical.append(lattice.vertical[row : row + 1])
        if cut:
            ys += cut.ys
            horizontal.append(cut.probability)
            vertical.append(np.repeat(vertical[-1], len(cut.ys), axis=0))
    return replace(
        lattice,
        ys=(*ys, lattice.ys[-1]),
        horizontal=np.vstack([*horizontal, lattice.horizontal[-1:]]),
        vertical=np.vstack(vertical),
        unruled_ys=lattice.unruled_ys.union(*(cut.ys for cut in cuts if cut)),
    )


def _unlike_the_others(cuts: Sequence[_Cut | None], settings: OpenRowSettings) -> list[_Cut | None]:
    """The cuts; of a table that has more rows which are whole than such a row would make, none is likely enough to be
    made: its row is whole, too, with wrapped text or several values in each of its cells, and not surely so."""
    whole = sum(cut is None for cut in cuts)
    return [
        replace(cut, probability=np.minimum(cut.probability, settings.among_whole))
        if cut and whole > max(settings.few_rows, len(cut.ys) + 1)
        else cut
        for cut in cuts
    ]


def _without_whole_rows(cuts: Sequence[_Cut | None], settings: OpenRowSettings) -> list[_Cut | None]:
    """The cuts but for those of rows with few lines where most rows are not cut, or are cut into as many."""
    lines = [len(cut.ys) + 1 if cut else 1 for cut in cuts]
    few = [count for count in lines if count <= settings.most_lines]
    usual = max(set(few), key=few.count, default=1)
    if few.count(usual) <= max(settings.few_rows, len(cuts) / 2):
        return list(cuts)
    return [cut if count > settings.most_lines else None for cut, count in zip(cuts, lines, strict=True)]


def _cut(row: int, lattice: Lattice, cells: Sequence[CellBox], text: TextLayer, settings: GridSettings) -> _Cut | None:
    """Where a row of a lattice may be cut, None where it has the lines of one row."""
    height, borderless = text.text_height, settings.borderless
    inside = [cell for cell in cells if cell.row == row and cell.rowspan == 1]
    speck = settings.text_lines.smallest_stroke * height
    found = [find_lines(cell, text, settings.text_lines) for cell in inside]
    columns = parted_lines([[line for line in lines if max(line.width, line.height) > speck] for lines in found])
    ink_runs = find_ink_runs(columns, height)
    if not _has_rows(inside, columns, borderless.one_character * height):
        return None
    rooms = [max(height, cell.x1 - cell.x0 - height) for cell in inside]
    borders = row_borders(columns, rooms, ink_runs, [False] * (len(ink_runs) - 1), height, borderless.rows)
    ys = [(above[1] + below[0]) / 2 for above, below in pairwise(ink_runs)]
    sure = np.minimum(borders, borderless.most_certain)
    probability = np.full((len(ys), len(lattice.xs) - 1), 0.0)
    for cell, lines in zip(inside, columns, strict=True):
        crossed = np.array([any(runs_across(line, y) for line in lines) for y in ys])
        place = slice(cell.col, cell.col + cell.colspan)
        probability[:, place] = np.where(crossed, 0.0, sure)[:, None]
    return _Cut(tuple(ys), probability)


def _has_rows(cells: Sequence[CellBox], columns: Sequence[Sequence[LineBox]], character: float) -> bool:
    """Whether more of the cells have several lines than one, and most of them are one column wide.

    One line beside many is a row of its own; cells that are merged over several columns hold prose. Lines no wider than
    a ``character`` (pixels) may be a text that is written downwards, and say nothing.
    """
    several = [
        cell.colspan
        for cell, lines in zip(cells, columns, strict=True)
        if len(lines) > 1 and max(line.width for line in lines) > character
    ]
    single = sum(len(lines) == 1 for lines in columns)
    return len(several) > max(1, single) and 2 * several.count(1) > len(several)
