"""Tables without vertical rules, or without any: columns from the white between them, rows from their lines.

What is said of such a table is a conclusion from how its text stands. Its borders are therefore never certain, and
all of them are as doubtful as the most doubtful one: a row or a column too many moves everything after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.cells import CellBox
from workbench.grid.lattice import Lattice
from workbench.grid.lines import LineBox, TextLayer, find_lines
from workbench.grid.row_cut import find_bands, row_borders
from workbench.grid.rules import LONG_RULE, RuleMasks
from workbench.grid.upright import Mask

HIGHEST = 3.0
"""Ink higher than this many text heights is no text."""

BETWEEN_CHARACTERS = 0.35
"""Ink nearer to each other than this many text heights is one word."""

WORD_GAP = 0.9
"""A gap this wide (text heights) makes a line of text look like part of a table."""

NEAR = 3.5
"""Lines of a table are at most this many text heights apart."""

NEXT_LINE = 1.2
"""Lines of one cell are at most this many text heights apart."""

NARROWEST = 0.5
"""The white between two columns is at least this wide (text heights), from top to bottom of the table."""

HEADINGS = 0.2
"""At most this share of a table's lines runs across the white between two columns."""

CHANCE_GAP = 0.25
"""In running text every so many text heights more in width make a gap at a given place rarer by the factor e."""

WIDEST = 3.0
"""A gap wider than this many text heights says no more than one of this width."""

ANYWHERE, IN_A_TABLE = np.log(1600.0), np.log(40.0)
"""Log of the number of places at which chance could leave a white strip: on a page, and within a table."""

ACROSS = np.log(10.0)
"""How much less likely each line that runs across the strip makes it."""

FEWEST_ROWS, FEWEST_ROWS_OF_TWO = 3, 4
"""Rows of a table; one of two columns that no rule belongs to is more easily met with by chance."""

RUNNING_TEXT, LEEWAY = 10.0, 1.6
"""Columns at least so wide of which most lines end within the second of their edge are running text (text heights)."""

LOWEST_ROW = 0.8
"""A row between two rules is at least this many text heights high."""

FEWEST_FILLED = 0.4
"""Share of a table's cells that have text, at least."""

MOST_CERTAIN = 0.95
"""A border that nobody drew is never surer than this, one with a rule never surer than the next."""

DRAWN, NOT_DRAWN = 0.98, 0.05
"""Probability of a border where a rule is drawn, and where it is left out beside one, or text crosses it."""

Columns = NDArray[np.bool_]
"""(bands, width): which pixel columns hold words of a band."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """White between columns of text, from ``start`` to ``end`` (pixel columns); how probably it is no chance."""

    start: int
    end: int
    probability: float = 0.0

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class _Block:
    """Bands of text (tops, bottoms), the words of each, and the strips between their columns."""

    bands: Sequence[tuple[int, int]]
    words: Columns
    strips: Sequence[_Strip]


def find_aligned_lattices(text: TextLayer, rules: RuleMasks, ruled: Sequence[Lattice]) -> list[Lattice]:
    """One lattice per table that its text alone shows, top to bottom, outside the ``ruled`` tables of the page."""
    height = text.text_height
    marks = _marks(text, rules, ruled)
    bands = _stretches((marks.ink > 0).any(axis=1))
    words = np.array([_words(marks.ink[top:bottom], height) for top, bottom in bands], dtype=bool)
    blocks = [block for run in _runs(bands, words, height) for block in _blocks(run, height)]
    found = [_lattice(_with_continuations(block, bands, words, height), marks, rules) for block in blocks]
    return [lattice for lattice in found if lattice and not any(_overlap(lattice, other) for other in ruled)]


def _overlap(one: Lattice, other: Lattice) -> bool:
    return (
        one.xs[0] < other.xs[-1] and other.xs[0] < one.xs[-1] and one.ys[0] < other.ys[-1] and other.ys[0] < one.ys[-1]
    )


def _marks(text: TextLayer, rules: RuleMasks, ruled: Sequence[Lattice]) -> TextLayer:
    """The text outside the ruled tables."""
    drawn = cv2.dilate(rules.whole_horizontal | rules.whole_vertical, np.ones((3, 3), np.uint8))
    ink = np.asarray(cv2.subtract(text.ink, drawn), dtype=np.uint8)
    around = round(text.text_height / 2)
    for lattice in ruled:
        top, left = (max(0, round(stops[0]) - around) for stops in (lattice.ys, lattice.xs))
        ink[top : round(lattice.ys[-1]) + around, left : round(lattice.xs[-1]) + around] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    written = stats[:, cv2.CC_STAT_HEIGHT] < HIGHEST * text.text_height
    written[0] = False
    return replace(text, ink=np.where(written[labels], 255, 0).astype(np.uint8))


def _stretches(line: NDArray[np.bool_] | np.bool_) -> list[tuple[int, int]]:
    """Where a line of pixels is true, as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.asarray(line, dtype=np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _words(marks: Mask, text_height: float) -> NDArray[np.bool_]:
    """The pixel columns of a band that hold words, the gaps between their characters filled.

    In the larger type of a title characters stand further apart.
    """
    inked = _joined((marks > 0).any(axis=0), BETWEEN_CHARACTERS * text_height)
    larger = _type_height(marks, inked)
    return _joined(inked, BETWEEN_CHARACTERS * larger) if larger > text_height else inked


def _joined(inked: NDArray[np.bool_] | np.bool_, gap: float) -> NDArray[np.bool_]:
    """With the gaps narrower than so many pixels filled."""
    joined = np.array(inked)
    for (_, end), (start, _) in pairwise(_stretches(inked)):
        if start - end < gap:
            joined[end:start] = True
    return joined


def _type_height(marks: Mask, words: NDArray[np.bool_]) -> float:
    """The usual height of what stands between the gaps of a band, of the highest line of each."""
    heights = [
        max((bottom - top for top, bottom in _stretches((marks[:, start:end] > 0).any(axis=1))), default=0)
        for start, end in _stretches(words)
    ]
    return float(np.median(heights)) if heights else 0.0


def _runs(bands: Sequence[tuple[int, int]], words: Columns, text_height: float) -> Iterator[_Block]:
    """Neighbouring bands, each run from its first band with a wide gap in it to its last."""
    gapped = [
        any(start - end >= WORD_GAP * text_height for (_, end), (start, _) in pairwise(_stretches(line)))
        for line in words
    ]
    first = 0
    for number in range(1, len(bands) + 1):
        if number < len(bands) and bands[number][0] - bands[number - 1][1] <= NEAR * text_height:
            continue
        inside = [n for n in range(first, number) if gapped[n]]
        if inside:
            chosen = slice(inside[0], inside[-1] + 1)
            yield _Block(bands[chosen], words[chosen], ())
        first = number


def _blocks(run: _Block, text_height: float) -> list[_Block]:
    """The blocks of a run that have columns: it is cut at lines of running text where that brings out more columns."""
    if len(run.bands) < FEWEST_ROWS:
        return []
    block = _Block(run.bands, run.words, _strips(run.words, text_height))
    across = [n for n, line in enumerate(run.words) if _runs_across(line, block.strips)]
    if not across:
        return [block] if block.strips else []
    if across[0] == 0 or across[-1] == len(run.bands) - 1:  # headings and notes do not belong to the table
        start = next((n for n in range(len(run.bands)) if n not in across), len(run.bands))
        stop = next((n for n in reversed(range(len(run.bands))) if n not in across), -1) + 1
        return _blocks(_Block(run.bands[start:stop], run.words[start:stop], ()), text_height) if start < stop else []
    cut = max(across, key=lambda n: int(np.count_nonzero(run.words[n])))
    parts = [_Block(run.bands[part], run.words[part], ()) for part in (slice(0, cut), slice(cut + 1, len(run.bands)))]
    found = [piece for part in parts for piece in _blocks(part, text_height)]
    better = any(len(piece.strips) > len(block.strips) for piece in found) or not block.strips
    return found if better else [block]


def _runs_across(line: NDArray[np.bool_], strips: Sequence[_Strip]) -> bool:
    """Whether a band is one piece of running text: across a strip, or anywhere if there are none."""
    pieces = _stretches(line)
    if not strips:
        return len(pieces) == 1
    crossed = sum(any(start <= strip.start and strip.end <= end for start, end in pieces) for strip in strips)
    return crossed > len(strips) / 2 or (crossed > 0 and len(pieces) == 1)


def _strips(words: Columns, text_height: float) -> list[_Strip]:
    """White strips that most bands leave free, those that chance may have left dropped one by one."""
    inked = np.flatnonzero(words.any(axis=0))
    seldom = words.sum(axis=0) <= HEADINGS * len(words)
    seldom[: inked[0]] = seldom[inked[-1] + 1 :] = False
    strips = [strip for start, end in _stretches(seldom) for strip in _free(words, start, end, text_height)]
    while strips:
        first = ANYWHERE - IN_A_TABLE
        odds = [_odds(n, strips, words, text_height) for n in range(len(strips))]
        weakest = int(np.argmin(odds))
        if odds[weakest] >= 0 and max(odds) >= first:
            return [_Strip(s.start, s.end, float(1 / (1 + np.exp(-o)))) for s, o in zip(strips, odds, strict=True)]
        del strips[weakest]
    return []


def _free(words: Columns, start: int, end: int, text_height: float) -> list[_Strip]:
    """The white in a strip, but for words that run across all of it; a column with little text may stand in it.

    If that leaves none, words that run into it from the side do not count either.
    """
    beside = round(BETWEEN_CHARACTERS * text_height)
    from_left, from_right = words[:, max(0, start - beside)], words[:, min(words.shape[1] - 1, end - 1 + beside)]
    inside = words[:, start:end]
    for passing in (
        (inside.all(axis=1) & from_left & from_right)[:, None] & inside,
        _connected(inside, from_left) | _connected(inside[:, ::-1], from_right)[:, ::-1],
    ):
        white = _stretches(~(inside & ~passing).any(axis=0))
        strips = [_Strip(start + a, start + b) for a, b in white if b - a >= NARROWEST * text_height]
        if strips:
            return strips
    return []


def _connected(inside: Columns, begins: NDArray[np.bool_]) -> Columns:
    """The words that begin at the left side, in the bands in which one goes on from there."""
    return np.asarray(np.logical_and.accumulate(inside, axis=1) & begins[:, None])


def _odds(number: int, strips: Sequence[_Strip], words: Columns, text_height: float) -> float:
    """Log-odds that a strip parts two columns, from the bands that have text in both."""
    strip = strips[number]
    left = strips[number - 1].end if number else 0
    right = strips[number + 1].start if number + 1 < len(strips) else words.shape[1]
    odds = -float(IN_A_TABLE)
    for line in words:
        if line[strip.start : strip.end].all():
            odds -= ACROSS
            continue
        before, after = np.flatnonzero(line[left : strip.start]), np.flatnonzero(line[strip.end : right])
        if len(before) and len(after):
            width = strip.end + after[0] - (left + before[-1])
            odds += min(WIDEST, width / text_height) / CHANCE_GAP
    return odds


def _with_continuations(block: _Block, bands: Sequence[tuple[int, int]], words: Columns, text_height: float) -> _Block:
    """The block with the lines above and below that belong to its first and last cells: close, and in one column."""
    first = bands.index(block.bands[0])
    last = first + len(block.bands) - 1
    while first > 0 and _continues(words[first - 1], bands[first][0] - bands[first - 1][1], block.strips, text_height):
        first -= 1
    while last + 1 < len(bands) and _continues(
        words[last + 1], bands[last + 1][0] - bands[last][1], block.strips, text_height
    ):
        last += 1
    return _Block(bands[first : last + 1], words[first : last + 1], block.strips)


def _continues(line: NDArray[np.bool_], distance: float, strips: Sequence[_Strip], text_height: float) -> bool:
    crosses = any(line[strip.start : strip.end].all() for strip in strips)
    return distance <= NEXT_LINE * text_height and not crosses


def _lattice(block: _Block, marks: TextLayer, rules: RuleMasks) -> Lattice | None:
    """The table of a block, or None if its text does not stand in rows."""
    height = marks.text_height
    inked = np.flatnonzero(block.words.any(axis=0))
    around = NARROWEST / 2 * height
    xs = [inked[0] - around, *(strip.middle for strip in block.strips), inked[-1] + 1 + around]
    columns = _columns_of_lines(xs, block, marks)
    if all(_is_running_text(lines, height) for lines in columns):
        return None
    bands = find_bands(columns, height)
    level = _Rules.between(xs, rules, height)
    gaps = [level.inside(above[1], below[0]) for above, below in pairwise(bands)]
    borders = row_borders(columns, bands, [bool(found) for found in gaps], height)
    kept = _table_rows(columns, bands, borders >= 0.5)
    ruled = len(level.positions) > 0 and level.belong_to(bands[kept[0][0]][0], bands[kept[-1][1]][1]) if kept else False
    if len(kept) < (FEWEST_ROWS if len(columns) > 2 or ruled else FEWEST_ROWS_OF_TWO) or not _is_filled(
        columns, bands, kept
    ):
        return None
    decided = borders[kept[0][0] : kept[-1][1]]
    sure = min(MOST_CERTAIN, *(strip.probability for strip in block.strips), *np.maximum(decided, 1 - decided).tolist())
    ys, horizontal = _level_borders(bands, kept, xs, level, sure, height)
    vertical = np.full((len(ys) - 1, len(xs)), sure)
    for j, (top, bottom) in enumerate(pairwise(ys)):
        line = _words(marks.ink[max(0, round(top)) : round(bottom)], height)
        for i, strip in enumerate(block.strips, start=1):
            white = 1 - float(line[strip.start : strip.end].mean())
            vertical[j, i] = float(np.clip(white, NOT_DRAWN, sure))
    return Lattice(tuple(map(float, xs)), tuple(ys), horizontal, vertical)


def _columns_of_lines(xs: Sequence[float], block: _Block, marks: TextLayer) -> list[list[LineBox]]:
    top, bottom = block.bands[0][0] - 1, block.bands[-1][1] + 1
    boxes = [CellBox(0, n, 1, 1, x0, top, x1, bottom, 1.0) for n, (x0, x1) in enumerate(pairwise(xs))]
    return [find_lines(box, marks) for box in boxes]


def _is_running_text(lines: Sequence[LineBox], text_height: float) -> bool:
    """Whether the lines of a column are mostly as wide as it is, as in a newspaper; such columns are no table."""
    widths = np.array([line.width for line in lines], dtype=float)
    widest = widths.max(initial=0.0)
    return bool(widest >= RUNNING_TEXT * text_height and (widths > widest - LEEWAY * text_height).mean() > 0.5)


def _table_rows(
    columns: Sequence[Sequence[LineBox]], bands: Sequence[tuple[int, int]], borders: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """First and last band of each row, without those above and below the table that have text in one column only."""
    ends = [*np.flatnonzero(borders).tolist(), len(bands) - 1]
    rows = list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))
    shared = [n for n, row in enumerate(rows) if _filled_cells(columns, bands, row) >= 2]
    return rows[shared[0] : shared[-1] + 1] if shared else []


def _filled_cells(columns: Sequence[Sequence[LineBox]], bands: Sequence[tuple[int, int]], row: tuple[int, int]) -> int:
    top, bottom = bands[row[0]][0], bands[row[1]][1]
    return sum(any(top <= (line.y0 + line.y1) / 2 < bottom for line in lines) for lines in columns)


def _is_filled(
    columns: Sequence[Sequence[LineBox]], bands: Sequence[tuple[int, int]], rows: Sequence[tuple[int, int]]
) -> bool:
    filled = sum(_filled_cells(columns, bands, row) for row in rows)
    return filled >= FEWEST_FILLED * len(rows) * len(columns)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Horizontal rules that run along most of a table: their ``positions``, and along which columns each is drawn."""

    positions: NDArray[np.float64]
    drawn: NDArray[np.bool_]
    text_height: float

    @classmethod
    def between(cls, xs: Sequence[float], rules: RuleMasks, text_height: float) -> _Rules:
        mask = rules.whole_horizontal[:, max(0, round(xs[0])) : round(xs[-1])]
        ruled = np.asarray((mask > 0).mean(axis=1) >= 0.5)
        stretches = [s for s in _stretches(ruled) if xs[-1] - xs[0] >= LONG_RULE * text_height]
        drawn = [
            [
                (rules.whole_horizontal[a:b, max(0, round(x0)) : round(x1)] > 0).any(axis=0).mean() > 0.5
                for x0, x1 in pairwise(xs)
            ]
            for a, b in stretches
        ]
        positions = np.array([(a + b - 1) / 2 for a, b in stretches])
        return cls(positions, np.array(drawn, dtype=bool).reshape(len(stretches), len(xs) - 1), text_height)

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
    for start, end, middle in spaces:
        found = level.inside(start, end)
        outer = start == above or end == below
        for group in (
            level.apart(found)[-1:] if start == above else level.apart(found)[:1] if outer else level.apart(found)
        ):
            positions.append(float(level.positions[group].mean()))
            drawn.append(np.where(level.drawn[group].any(axis=0), DRAWN, NOT_DRAWN))
        if not found:
            positions.append(middle)
            drawn.append(np.full(len(xs) - 1, sure))
    horizontal = np.array(drawn)
    horizontal[[0, -1]] = np.maximum(horizontal[[0, -1]], sure)
    return positions, horizontal
