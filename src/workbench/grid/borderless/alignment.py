"""Tables without vertical rules, or without any: columns from the white between them, rows from their lines.

What is said of such a table is a conclusion from how its text stands. Its borders are therefore never certain, and
all of them are as doubtful as the most doubtful one: a row or a column too many moves everything after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.borderless.row_segmentation import find_bands, row_borders
from workbench.grid.borderless.text_blocks import NARROWEST, NEAR, RULED, TextBlock, find_blocks, text_outside, words_of
from workbench.grid.masks import Mask
from workbench.grid.structure.cells import CellBox
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.ruling_lines import LONG_RULE, RuleMasks
from workbench.grid.text_lines import LineBox, TextLayer, find_lines, stretches

FEWEST_ROWS, FEWEST_ROWS_OF_TWO = 3, 4
"""Rows of a table; one of two columns that no rule belongs to is more easily met with by chance."""

RUNNING_TEXT, LEEWAY = 10.0, 1.6
"""Columns at least so wide of which most lines end within the second of their edge are running text (text heights)."""

LOWEST_ROW = 0.8
"""A row between two rules is at least this many text heights high."""

IN_PACE = 1.3
"""The white before a row of a table is at most so many times that between its other rows."""

FEWEST_FILLED = 0.4
"""Share of a table's cells that have text, at least."""

MOST_CERTAIN = 0.95
"""A border that nobody drew is never surer than this, one with a rule never surer than the next."""

DOUBTED = 0.6
"""Borders of a table are no surer than this if its first or last row may be none of its rows; nor is one in its first
row beside a blank cell, over which a label may stand."""

IN_MIDDLE, OFF_MIDDLE = 1.0, 2.0
"""A label within the first of the middle of some columns stands in it, one further than the second from that of its own
column does not (text heights): of columns without rules only their text tells how wide they are."""

DRAWN, NOT_DRAWN = 0.98, 0.05
"""Probability of a border where a rule is drawn, and where it is left out beside one, or text crosses it."""


def find_aligned_lattices(text: TextLayer, rules: RuleMasks, ruled: Sequence[Lattice]) -> list[Lattice]:
    """One lattice per table that its text alone shows, top to bottom, outside the ``ruled`` tables of the page."""
    outside, level = text_outside(text, rules, ruled)
    found = [_lattice(block, outside, level) for block in find_blocks(outside, level)]
    return [lattice for lattice in found if lattice and not any(_overlap(lattice, other) for other in ruled)]


def _overlap(one: Lattice, other: Lattice) -> bool:
    return (
        one.xs[0] < other.xs[-1] and other.xs[0] < one.xs[-1] and one.ys[0] < other.ys[-1] and other.ys[0] < one.ys[-1]
    )


def _lattice(block: TextBlock, marks: TextLayer, level_rules: Mask) -> Lattice | None:
    """The table of a block, or None if its text does not stand in rows."""
    height = marks.text_height
    inked = np.flatnonzero(block.words.any(axis=0))
    around = NARROWEST / 2 * height
    xs = [inked[0] - around, *(strip.middle for strip in block.strips), inked[-1] + 1 + around]
    columns = _columns_of_lines(xs, block, marks)
    if all(_is_running_text(lines, height) for lines in columns):
        return None
    bands = find_bands(columns, height)
    if len(bands) < FEWEST_ROWS:
        return None
    level = _Rules.between(xs, level_rules, height)
    gaps = [level.inside(above[1], below[0]) for above, below in pairwise(bands)]
    rooms = _rooms(columns, level)
    borders = row_borders(columns, rooms, bands, [bool(found) for found in gaps], height)
    kept = _table_rows(columns, bands, borders >= 0.5, level)
    if not kept or not _is_filled(columns, bands, kept):
        return None
    ruled = level.belong_to(bands[kept[0][0]][0], bands[kept[-1][1]][1])
    if len(kept) < (FEWEST_ROWS if len(columns) > 2 or ruled else FEWEST_ROWS_OF_TWO):
        return None
    decided = borders[kept[0][0] : kept[-1][1]]
    sure = min(MOST_CERTAIN, *(strip.probability for strip in block.strips), *np.maximum(decided, 1 - decided).tolist())
    if _may_be_heading(columns, bands, kept, level):
        sure = min(sure, DOUBTED)
    ys, horizontal = _level_borders(bands, kept, xs, level, sure, height)
    vertical = np.full((len(ys) - 1, len(xs)), sure)
    for j, (top, bottom) in enumerate(pairwise(ys)):
        line = words_of(marks.ink[max(0, round(top)) : round(bottom)], height)
        white = [1 - float(line[strip.start : strip.end].mean()) for strip in block.strips]
        vertical[j, 1:-1] = np.clip(white, NOT_DRAWN, sure)
        if j == 0:
            _doubt_under_labels(vertical[0], xs, line, height)
    return Lattice(tuple(map(float, xs)), tuple(ys), horizontal, vertical)


def _doubt_under_labels(
    drawn: NDArray[np.float64], xs: Sequence[float], line: NDArray[np.bool_], height: float
) -> None:
    """A label over several columns stands over one of them, and leaves the others blank: their borders are doubted.

    Where it stands in the middle of them, and not of its own column, they are more likely not there.
    """
    inked = [np.flatnonzero(line[max(0, round(start)) : round(end)]) for start, end in pairwise(xs)]
    for i in range(1, len(inked)):
        if not (len(inked[i - 1]) and len(inked[i])):
            drawn[i] = min(drawn[i], DOUBTED)
    labels = [n for n, ink in enumerate(inked) if len(ink)]
    for before, label, after in zip([-1, *labels], labels, [*labels[1:], len(inked)], strict=False):
        middle = max(0, round(xs[label])) + (inked[label][0] + inked[label][-1]) / 2
        off_own, off_all = (
            abs(middle - (xs[first] + xs[last]) / 2) / height
            for first, last in ((label, label + 1), (before + 1, after))
        )
        if off_own > OFF_MIDDLE and off_all < IN_MIDDLE:
            drawn[before + 2 : after] = np.minimum(drawn[before + 2 : after], 1 - DOUBTED)


def _rooms(columns: Sequence[Sequence[LineBox]], level: _Rules) -> list[float]:
    """How wide the lines of each column could be, in pixels: as the widest is, and to the ends of the table's rules."""
    rooms = [float(max((line.width for line in lines), default=0)) for lines in columns]
    if level.ends is not None:
        start, end = level.ends[0] + level.text_height, level.ends[1] - level.text_height
        rooms[0] = max(rooms[0], max((line.x1 for line in columns[0]), default=start) - start)
        rooms[-1] = max(rooms[-1], end - min((line.x0 for line in columns[-1]), default=end))
    return rooms


def _columns_of_lines(xs: Sequence[float], block: TextBlock, marks: TextLayer) -> list[list[LineBox]]:
    top, bottom = block.bands[0][0] - 1, block.bands[-1][1] + 1
    boxes = [CellBox(0, n, 1, 1, x0, top, x1, bottom, 1.0) for n, (x0, x1) in enumerate(pairwise(xs))]
    return [find_lines(box, marks) for box in boxes]


def _is_running_text(lines: Sequence[LineBox], text_height: float) -> bool:
    """Whether the lines of a column are mostly as wide as it is, as in a newspaper; such columns are no table."""
    widths = np.array([line.width for line in lines], dtype=float)
    widest = widths.max(initial=0.0)
    return bool(widest >= RUNNING_TEXT * text_height and (widths > widest - LEEWAY * text_height).mean() > 0.5)


def _table_rows(
    columns: Sequence[Sequence[LineBox]],
    bands: Sequence[tuple[int, int]],
    borders: NDArray[np.bool_],
    level: _Rules,
) -> list[tuple[int, int]]:
    """First and last band of each row, without those above and below the table that have text in one column only.

    Rows between the table's other rows and the rule that closes it belong to it, whatever their text, and those between
    rules like its other rows. So do those that follow in its pace with text in a column inside it: notes begin at its
    side.
    """
    ends = [*np.flatnonzero(borders).tolist(), len(bands) - 1]
    rows = list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))
    shared = [n for n, row in enumerate(rows) if _filled_cells(columns, bands, row) >= 2]
    if not shared:
        return []
    end, bottom = bands[rows[shared[-1]][1]][1], bands[-1][1]
    closed = level.inside(bottom, bottom + NEAR / 2 * level.text_height) and not level.inside(end, bottom - 2)
    if closed:
        return rows[shared[0] :]
    last = shared[-1]
    gaps = [(bands[above[1]][1], bands[below[0]][0]) for above, below in pairwise(rows)]
    usual = gaps[shared[0] : last]
    # Half a line more: dots and dashes stand lower than other text.
    pace = IN_PACE * float(np.median([b - a for a, b in usual])) + level.text_height / 2 if usual else 0.0
    all_ruled = bool(usual) and all(level.inside(*gap) for gap in usual)
    while last + 1 < len(rows):
        foot = bands[rows[last + 1][1]][1]
        enclosed = all_ruled and level.inside(*gaps[last]) and level.inside(foot, foot + NEAR / 2 * level.text_height)
        in_pace = gaps[last][1] - gaps[last][0] <= pace and _filled_cells(columns[1:-1], bands, rows[last + 1]) == 1
        if not enclosed and not in_pace:
            break
        last += 1
    return rows[shared[0] : last + 1]


def _filled_cells(columns: Sequence[Sequence[LineBox]], bands: Sequence[tuple[int, int]], row: tuple[int, int]) -> int:
    top, bottom = bands[row[0]][0], bands[row[1]][1]
    return sum(any(top <= (line.y0 + line.y1) / 2 < bottom for line in lines) for lines in columns)


def _may_be_heading(
    columns: Sequence[Sequence[LineBox]],
    bands: Sequence[tuple[int, int]],
    rows: Sequence[tuple[int, int]],
    level: _Rules,
) -> bool:
    """Whether the first or the last row has little text and no rule beyond it, like a title or a note in pieces."""
    near = NEAR / 2 * level.text_height
    top, bottom = bands[rows[0][0]][0], bands[rows[-1][1]][1]
    return any(
        _filled_cells(columns, bands, row) < len(columns) / 2 and not level.inside(*outside)
        for row, outside in ((rows[0], (top - near, top)), (rows[-1], (bottom, bottom + near)))
    )


def _is_filled(
    columns: Sequence[Sequence[LineBox]], bands: Sequence[tuple[int, int]], rows: Sequence[tuple[int, int]]
) -> bool:
    filled = sum(_filled_cells(columns, bands, row) for row in rows)
    return filled >= FEWEST_FILLED * len(rows) * len(columns)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Horizontal rules that run along most of a table: their ``positions``, and along which columns each is drawn.

    ``ends`` are where the longest start and end (pixels), None without rules.
    """

    positions: NDArray[np.float64]
    drawn: NDArray[np.bool_]
    ends: tuple[int, int] | None
    text_height: float

    @classmethod
    def between(cls, xs: Sequence[float], level: Mask, text_height: float) -> _Rules:
        mask = level[:, max(0, round(xs[0])) : round(xs[-1])]
        ruled = np.asarray((mask > 0).mean(axis=1) >= RULED)
        found = stretches(ruled) if xs[-1] - xs[0] >= LONG_RULE * text_height else []
        drawn = [
            [(level[a:b, max(0, round(x0)) : round(x1)] > 0).any(axis=0).mean() > 0.5 for x0, x1 in pairwise(xs)]
            for a, b in found
        ]
        positions = np.array([(a + b - 1) / 2 for a, b in found])
        along = np.flatnonzero((level[ruled] > 0).any(axis=0))
        ends = (int(along[0]), int(along[-1])) if found else None
        return cls(positions, np.array(drawn, dtype=bool).reshape(len(found), len(xs) - 1), ends, text_height)

    def inside(self, top: float, bottom: float) -> list[int]:
        """Which rules lie between two lines of text."""
        return np.flatnonzero((self.positions > top - 2) & (self.positions < bottom + 2)).tolist()

    def apart(self, numbers: Sequence[int]) -> list[list[int]]:
        """Rules that lie so far from each other that an empty row fits between them; double rules are one."""
        groups: list[list[int]] = []
        for number in numbers:
            if groups and self.positions[number] - self.positions[groups[-1][-1]] < LOWEST_ROW * self.text_height:
                groups[-1].append(number)
            else:
                groups.append([number])
        return groups

    def belong_to(self, top: float, bottom: float) -> bool:
        """Whether a rule is drawn in the table, or just above or below it."""
        near = NEAR * self.text_height
        return bool(self.inside(top - near, bottom + near))


def _level_borders(
    bands: Sequence[tuple[int, int]],
    rows: Sequence[tuple[int, int]],
    xs: Sequence[float],
    level: _Rules,
    sure: float,
    text_height: float,
) -> tuple[list[float], NDArray[np.float64]]:
    """Positions of the borders between rows, on the rules where there are any, and the probability of each stretch."""
    top, bottom = bands[rows[0][0]][0], bands[rows[-1][1]][1]
    above = bands[rows[0][0] - 1][1] if rows[0][0] else top - NEAR / 2 * text_height
    below = bands[rows[-1][1] + 1][0] if rows[-1][1] + 1 < len(bands) else bottom + NEAR / 2 * text_height
    around = NARROWEST * text_height
    spaces: list[tuple[float, float, float]] = [(above, top, max((above + top) / 2, top - around))]
    spaces += [(bands[a][1], bands[b][0], (bands[a][1] + bands[b][0]) / 2) for (_, a), (b, _) in pairwise(rows)]
    spaces += [(bottom, below, min((bottom + below) / 2, bottom + around))]
    positions: list[float] = []
    drawn: list[NDArray[np.float64]] = []
    for number, (start, end, middle) in enumerate(spaces):
        groups = level.apart(level.inside(start, end))
        if number == 0:  # the rule nearest to the table is its own; others belong to what is above or below it
            groups = groups[-1:]
        elif number == len(spaces) - 1:
            groups = groups[:1]
        positions += [float(level.positions[group].mean()) for group in groups] or [middle]
        drawn += [np.where(level.drawn[group].any(axis=0), DRAWN, NOT_DRAWN) for group in groups]
        drawn += [] if groups else [np.full(len(xs) - 1, sure)]
    horizontal = np.array(drawn)
    horizontal[[0, -1]] = np.maximum(horizontal[[0, -1]], sure)
    return positions, horizontal
