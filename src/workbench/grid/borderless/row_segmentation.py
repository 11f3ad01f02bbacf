"""Row segmentation without rules: the cut of a table's lines into rows that explains every column's lines best.

A cell is a block of lines. All but its last line are full, or the text would not have been wrapped; its lines stand
closer than rows do; and in one table all cells begin at the top of their row, or all stand in its middle or at its
bottom. The sum over all cuts (a semi-Markov model: Rabiner, 1989, section on explicit durations) gives the
probability of each border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.settings import GRID_DEFAULTS
from workbench.grid.settings.borderless import RowSegmentationSettings
from workbench.grid.text_lines import LineBox

Gaps = NDArray[np.float64]
"""One value for every gap between two ink runs."""


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a table is set: the share of each column's cells that have text, of lines that are wrapped, and of borders
    that are ruled; the usual gap between the lines of a cell and its spread, in text heights."""

    filled: NDArray[np.float64]
    wrapped: float
    ruled: float
    leading: float
    spread: float


@dataclass(frozen=True, slots=True)
class _Column:
    """Lines of a column, top to bottom: their ``extents`` (n, 2: top, bottom), the ink run that each lies in, whether
    it is full; and how often a last line is full by chance."""

    extents: NDArray[np.float64]
    ink_run: NDArray[np.int64]
    full: NDArray[np.bool_]
    full_by_chance: float

    def within(self, a: int, b: int) -> slice:
        """The lines in ink runs a to b."""
        return slice(*np.searchsorted(self.ink_run, (a, b + 1)).tolist())


def parted_lines(columns: Sequence[Sequence[LineBox]]) -> list[list[LineBox]]:
    """The lines of each column; what touches from line to line in one column is parted where others part their lines.

    It is parted where more of the other columns have two whole lines beside it than have a line across.
    """
    return [
        [part for line in lines for part in _parts(line, [*columns[:n], *columns[n + 1 :]])]
        for n, lines in enumerate(columns)
    ]


def runs_across(line: LineBox, y: float) -> bool:
    """Whether a border would cut a line through, not only a comma that hangs below it or a bracket that stands up."""
    return min(y - line.y0, line.y1 - y) > line.height / 4


def _parts(line: LineBox, others: Sequence[Sequence[LineBox]]) -> list[LineBox]:
    """The lines that ``others`` show a line to be, itself if it is one."""
    middles = sorted(
        (above.y1 + below.y0) / 2
        for lines in others
        for above, below in pairwise(lines)
        if _is_beside(above, line) and _is_beside(below, line)
    )
    same = np.cumsum(np.diff(middles, prepend=middles[:1]) > line.height / 4)
    between = [np.array(middles)[same == n] for n in np.unique(same)]  # the gaps between the same two lines
    shown = [(round(float(np.median(gaps))), len(gaps)) for gaps in between]
    cuts = [y for y, count in shown if count > sum(any(runs_across(other, y) for other in lines) for lines in others)]
    return [replace(line, y0=top, y1=bottom) for top, bottom in pairwise([line.y0, *cuts, line.y1])]


def _is_beside(one: LineBox, line: LineBox) -> bool:
    """Whether most of a line's height lies within that of another."""
    return min(one.y1, line.y1) - max(one.y0, line.y0) > one.height / 2


def find_ink_runs(columns: Sequence[Sequence[LineBox]], text_height: float) -> list[tuple[int, int]]:
    """Top and bottom of the lines that stand beside each other, in any of the columns, top to bottom.

    A speck or the tip of a stroke belongs to the line that it half reaches into.
    """
    ink_runs: list[tuple[int, int]] = []
    for line in sorted((line for lines in columns for line in lines), key=lambda line: line.y0):
        lowest = min(line.height, ink_runs[-1][1] - ink_runs[-1][0]) if ink_runs else 0
        if ink_runs and line.y0 <= ink_runs[-1][1] - min(0.15 * text_height, lowest / 2):
            ink_runs[-1] = (ink_runs[-1][0], max(ink_runs[-1][1], line.y1))
        else:
            ink_runs.append((line.y0, line.y1))
    return ink_runs


def row_borders(
    columns: Sequence[Sequence[LineBox]],
    rooms: Sequence[float],
    ink_runs: Sequence[tuple[int, int]],
    ruled: Sequence[bool],
    text_height: float,
    settings: RowSegmentationSettings = GRID_DEFAULTS.borderless.rows,
) -> Gaps:
    """Probability that a row ends between each ink run and the next.

    ``columns`` are the lines of each column, ``rooms`` how wide these could be (pixels); ``ruled`` says in which of the
    gaps a rule is drawn.
    """
    model = _Model.of(columns, rooms, ink_runs, ruled, text_height, settings)
    habits = _Habits(np.full(len(columns), 0.8), 0.2, 0.5, model.least, settings.leading_spread)
    borders = model.borders(habits)
    for _ in range(settings.rounds - 1):
        habits = model.habits(borders >= 0.5)
        borders = model.borders(habits)
    return borders


@dataclass(frozen=True, slots=True)
class _Model:
    """A table's lines as every row [a, b] of its ink runs would have them.

    ``lines[c, a, b]`` is how many lines column c has there, ``full`` how many of them before its last are full,
    ``ends_full`` whether the last one is. ``misplaced[k, a, b]`` is how many cells are out of place if cells stand at
    the top, in the middle or at the bottom (k) of their row. ``gaps`` are those between the ink runs, in text heights.
    """

    columns: Sequence[_Column]
    lines: NDArray[np.int64]
    full: NDArray[np.int64]
    ends_full: NDArray[np.bool_]
    misplaced: NDArray[np.int64]
    gaps: Gaps
    ruled: NDArray[np.bool_]
    settings: RowSegmentationSettings

    @classmethod
    def of(
        cls,
        columns: Sequence[Sequence[LineBox]],
        rooms: Sequence[float],
        ink_runs: Sequence[tuple[int, int]],
        ruled: Sequence[bool],
        text_height: float,
        settings: RowSegmentationSettings,
    ) -> _Model:
        each = zip(columns, rooms, strict=True)
        found = [_column(lines, room, ink_runs, text_height, settings) for lines, room in each]
        count = len(ink_runs)
        lines, full, ends_full = np.zeros((3, len(found), count, count), dtype=np.int64)
        misplaced = np.zeros((3, count, count), dtype=np.int64)
        for a in range(count):
            for b in range(a, min(count, a + settings.tallest_row)):
                cells = [column.within(a, b) for column in found]
                misplaced[:, a, b] = _out_of_place(found, cells, settings.in_place * text_height)
                for c, (column, cell) in enumerate(zip(found, cells, strict=True)):
                    flags = column.full[cell]
                    lines[c, a, b] = len(flags)
                    full[c, a, b], ends_full[c, a, b] = np.count_nonzero(flags[:-1]), flags[-1:].any()
        gaps = np.array([below[0] - above[1] for above, below in pairwise(ink_runs)], dtype=float) / text_height
        return cls(found, lines, full, ends_full.astype(bool), misplaced, gaps, np.array(ruled, dtype=bool), settings)

    @property
    def least(self) -> float:
        """The smallest gap, but for a few."""
        return float(np.percentile(self.gaps, 5)) if len(self.gaps) else 0.0

    def borders(self, habits: _Habits) -> Gaps:
        """The borders, for the place of text in its row that explains the table best."""
        rows = self._rows(habits)
        share = self.settings.misplaced
        cost = np.log(share / (1 - share))
        sums = [_sum_over_cuts(rows + cost * misplaced) for misplaced in self.misplaced]
        return max(sums, key=lambda found: found[1])[0]

    def _rows(self, habits: _Habits) -> NDArray[np.float64]:
        """Log-likelihood of each row [a, b] of ink runs, but for where its cells stand."""
        settings = self.settings
        filled = habits.filled[:, None, None]
        by_chance = np.array([column.full_by_chance for column in self.columns])[:, None, None]
        wraps = np.maximum(0, self.lines - 1)
        text = (
            wraps * np.log(habits.wrapped)
            + self.full * np.log(settings.full_before_wrap)
            + (wraps - self.full) * np.log(1 - settings.full_before_wrap)
            + np.log((1 - habits.wrapped) * np.where(self.ends_full, by_chance, 1 - by_chance))
        )
        usual, sparse = (
            np.where(self.lines > 0, np.log(share), np.log(1 - share)).sum(axis=0)
            for share in (filled, settings.filled_if_sparse)
        )
        places = np.logaddexp(usual, np.log(settings.sparse) + sparse)
        cells = places + np.where(self.lines > 0, text, 0.0).sum(axis=0)
        ruled_within = np.log(np.where(self.ruled, settings.rule_by_chance, 1 - settings.rule_by_chance))
        ruled_after = np.append(np.log(np.where(self.ruled, habits.ruled, 1 - habits.ruled)), 0.0)
        inside = np.append(0.0, np.cumsum(self._within(habits) + ruled_within))
        rows = cells + (inside[None, :] - inside[:, None]) + ruled_after[None, :]
        first, last = np.indices(rows.shape)
        return np.where((last >= first) & (last < first + settings.tallest_row), rows, -np.inf)

    def _within(self, habits: _Habits) -> Gaps:
        """Log-odds that each gap is one between lines of a cell and not between rows, by its size."""
        if not len(self.gaps):
            return self.gaps
        settings = self.settings
        distinct = min(1.0, (float(np.percentile(self.gaps, 95)) - self.least) / settings.distinct_spread)
        excess = np.maximum(0.0, self.gaps - habits.leading) / habits.spread
        most = np.log(settings.row_gap_spread / settings.leading_spread / 2.5)
        return np.asarray(distinct * np.maximum(-5.0, most - excess**2 / 2))

    def habits(self, borders: NDArray[np.bool_]) -> _Habits:
        """The habits of a table cut at these gaps; a few invented cells of either kind keep every share off 0 and 1."""
        row_of = np.append(0, np.cumsum(borders))
        rows = int(row_of[-1]) + 1
        cells = np.array([len(set(row_of[column.ink_run])) for column in self.columns])
        lines = sum(len(column.ink_run) for column in self.columns)
        within = self.gaps[~borders]
        measured = len(within) >= self.settings.fewest_gaps
        least, usual = self.settings.least_spread, self.settings.leading_spread
        return _Habits(
            filled=(cells + 0.5) / (rows + 1.0),
            wrapped=(lines - int(cells.sum()) + 1.0) / (lines + 4.0),
            ruled=(np.count_nonzero(self.ruled & borders) + 0.5) / (np.count_nonzero(borders) + 1.0),
            leading=float(np.median(within)) if measured else self.least,
            spread=float(np.clip(np.std(within), least, usual)) if measured else usual,
        )


def _column(
    lines: Sequence[LineBox],
    room: float,
    ink_runs: Sequence[tuple[int, int]],
    text_height: float,
    settings: RowSegmentationSettings,
) -> _Column:
    starts = np.array([top for top, _ in ink_runs])
    middles = np.array([(line.y0 + line.y1) / 2 for line in lines])
    widths = np.array([line.width for line in lines], dtype=float)
    room = max(room, text_height)
    leeway = min(settings.leeway * text_height, room / 2)
    with_next = widths + np.append(widths[1:], np.inf)
    return _Column(
        np.array([(line.y0, line.y1) for line in lines], dtype=float).reshape(-1, 2),
        np.searchsorted(starts, middles, side="right") - 1,
        (widths >= room - leeway) & (with_next > room + settings.one_line * text_height),
        float(np.clip(leeway / room, 0.05, 0.9)),
    )


def _out_of_place(columns: Sequence[_Column], cells: Sequence[slice], reach: float) -> tuple[int, int, int]:
    blocks = [column.extents[cell] for column, cell in zip(columns, cells, strict=True)]
    tops = np.array([block[0, 0] for block in blocks if len(block)])
    bottoms = np.array([block[-1, 1] for block in blocks if len(block)])
    top, bottom = tops.min(initial=np.inf), bottoms.max(initial=-np.inf)
    off = (tops - top, np.abs(tops + bottoms - top - bottom) / 2, bottom - bottoms)
    first, middle, last = (int(np.count_nonzero(distance > reach)) for distance in off)
    return first, middle, last


def _sum_over_cuts(rows: NDArray[np.float64]) -> tuple[Gaps, float]:
    """Probability of a border in each gap, and the log-likelihood of the table, over all cuts into rows."""
    count = len(rows)
    before, after = np.full(count + 1, -np.inf), np.full(count + 1, -np.inf)
    before[0] = after[count] = 0.0
    for b in range(count):
        before[b + 1] = np.logaddexp.reduce(before[: b + 1] + rows[: b + 1, b])
    for a in reversed(range(count)):
        after[a] = np.logaddexp.reduce(rows[a] + after[1:])
    whole = float(before[count])
    return np.exp(np.minimum(0.0, before[1:count] + after[1:count] - whole)), whole
