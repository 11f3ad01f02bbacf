"""Tables without vertical rules, or without any: columns from the white between them, rows from their lines.

What is known of such a table is a conclusion from how its text stands. Its borders are therefore never certain, and
all of them are as doubtful as the most doubtful one: a row or a column too many moves everything after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.borderless.level_rules import LevelRules
from workbench.grid.borderless.row_segmentation import find_ink_runs, parted_lines, row_borders
from workbench.grid.borderless.text_blocks import TextBlock, find_blocks, joined, text_outside, type_height, words_of
from workbench.grid.masks import Mask, stretches
from workbench.grid.settings import GridSettings
from workbench.grid.settings.borderless import BorderlessSettings, TextBlockSettings
from workbench.grid.settings.text_lines import TextLineSettings
from workbench.grid.structure.cells import CellBox
from workbench.grid.structure.lattice import Lattice
from workbench.grid.structure.ruling_lines import RulingMasks
from workbench.grid.text_lines import LineBox, TextLayer, find_lines


def find_aligned_lattices(
    text: TextLayer, rules: RulingMasks, ruled: Sequence[Lattice], settings: GridSettings
) -> list[Lattice]:
    """One lattice per table that its text alone shows, top to bottom, outside the ``ruled`` tables of the page."""
    outside, level = text_outside(text, rules, ruled, settings.borderless.blocks)
    blocks = find_blocks(outside, level, settings.borderless.blocks)
    found = [_lattice(block, outside, level, settings) for block in blocks]
    return [lattice for lattice in found if lattice and not any(overlap(lattice, other) for other in ruled)]


def overlap(one: Lattice, other: Lattice) -> bool:
    """Whether two tables lie over each other."""
    return (
        one.xs[0] < other.xs[-1] and other.xs[0] < one.xs[-1] and one.ys[0] < other.ys[-1] and other.ys[0] < one.ys[-1]
    )


def _lattice(block: TextBlock, text: TextLayer, level_rules: Mask, grid: GridSettings) -> Lattice | None:
    """The table of a block, or None if its text does not stand in rows."""
    height, settings = text.text_height, grid.borderless
    inked = np.flatnonzero(block.words.any(axis=0))
    around = settings.blocks.narrowest / 2 * height
    xs = [inked[0] - around, *(gap.middle for gap in block.gaps), inked[-1] + 1 + around]
    columns = _columns_of_lines(xs, block, text, grid.text_lines)
    if all(_is_running_text(lines, height, settings) for lines in columns):
        return None
    level = LevelRules.between(xs, level_rules, height, grid)
    columns = parted_lines([level.without_remnants(lines, grid.text_lines) for lines in columns])
    ink_runs = find_ink_runs(columns, height)
    if len(ink_runs) < settings.fewest_rows:
        return None
    notes = _notes_above(columns, ink_runs, block, text, level, settings)
    above = ink_runs[notes - 1][1] if notes else None
    ink_runs = ink_runs[notes:]
    if len(ink_runs) < settings.fewest_rows:
        return None
    columns = [[line for line in lines if line.y1 > ink_runs[0][0]] for lines in columns]
    gaps = [level.inside(above[1], below[0]) for above, below in pairwise(ink_runs)]
    rooms = _rooms(columns, level)
    borders = row_borders(columns, rooms, ink_runs, [bool(found) for found in gaps], height, settings.rows)
    kept = _table_rows(columns, ink_runs, borders >= 0.5, level, settings)
    if not kept or not _is_filled(columns, ink_runs, kept, settings):
        return None
    ruled = level.belong_to(ink_runs[kept[0][0]][0], ink_runs[kept[-1][1]][1])
    if len(kept) < (settings.fewest_rows if len(columns) > 2 or ruled else settings.fewest_rows_of_two):
        return None
    decided = borders[kept[0][0] : kept[-1][1]]
    sure = min(
        settings.most_certain,
        *(gap.probability for gap in block.gaps),
        *np.maximum(decided, 1 - decided).tolist(),
    )
    head = text.ink[slice(*ink_runs[kept[0][0]])]
    may_differ = (
        _may_be_heading(columns, ink_runs, kept, level, settings),
        _has_two_labels(head, xs, height, settings),
        any(_is_scrap(lines, height, settings) for lines in columns),
    )
    if any(may_differ):
        sure = min(sure, settings.unsure)
    ys, horizontal, unruled = _level_borders(columns, ink_runs, above, kept, level, sure, settings)
    vertical = np.full((len(ys) - 1, len(xs)), sure)
    for j, (top, bottom) in enumerate(pairwise(ys)):
        line = words_of(text.ink[max(0, round(top)) : round(bottom)], height, settings.blocks)
        white = [1 - float(line[gap.start : gap.end].mean()) for gap in block.gaps]
        vertical[j, 1:-1] = np.clip(white, settings.not_drawn, sure)
        if j == 0:
            _unsure_under_labels(vertical[0], xs, line, height, settings)
    places = tuple(map(float, xs))
    return Lattice(places, tuple(ys), horizontal, vertical, frozenset(places), unruled)


def _unsure_under_labels(
    drawn: NDArray[np.float64],
    xs: Sequence[float],
    line: NDArray[np.bool_],
    height: float,
    settings: BorderlessSettings,
) -> None:
    """A label over several columns stands over one of them, and leaves the others blank: their borders are unsure.

    Where it stands in the middle of them, and not of its own column, they are more likely not there.
    """
    inked = [np.flatnonzero(line[max(0, round(start)) : round(end)]) for start, end in pairwise(xs)]
    for i in range(1, len(inked)):
        if not (len(inked[i - 1]) and len(inked[i])):
            drawn[i] = min(drawn[i], settings.unsure)
    labels = [n for n, ink in enumerate(inked) if len(ink)]
    for before, label, after in zip([-1, *labels], labels, [*labels[1:], len(inked)], strict=False):
        middle = max(0, round(xs[label])) + (inked[label][0] + inked[label][-1]) / 2
        off_own, off_all = (
            abs(middle - (xs[first] + xs[last]) / 2) / height
            for first, last in ((label, label + 1), (before + 1, after))
        )
        if off_own > settings.off_middle and off_all < settings.in_middle:
            drawn[before + 2 : after] = np.minimum(drawn[before + 2 : after], 1 - settings.unsure)


def _is_scrap(lines: Sequence[LineBox], height: float, settings: BorderlessSettings) -> bool:
    """Whether all of a column is one character at most: what is left of a frame or of a fill looks like that."""
    return len(lines) <= 1 and all(line.width < settings.one_character * height for line in lines)


def _has_two_labels(head: Mask, xs: Sequence[float], height: float, settings: BorderlessSettings) -> bool:
    """Whether two labels stand far apart over one column: it is two, whose texts come close to each other below."""
    words = words_of(head, height, settings.blocks)
    for start, end in pairwise(xs):
        labels = [
            (a, b)
            for a, b in stretches(words[max(0, round(start)) : round(end)])
            if b - a > settings.one_character * height
        ]
        if any(after[0] - before[1] > settings.blocks.widest * height for before, after in pairwise(labels)):
            return True
    return False


def _rooms(columns: Sequence[Sequence[LineBox]], level: LevelRules) -> list[float]:
    """How wide the lines of each column could be, in pixels: as the widest is, and to the ends of the table's rules."""
    rooms = [float(max((line.width for line in lines), default=0)) for lines in columns]
    if level.ends is not None:
        start, end = level.ends[0] + level.text_height, level.ends[1] - level.text_height
        rooms[0] = max(rooms[0], max((line.x1 for line in columns[0]), default=start) - start)
        rooms[-1] = max(rooms[-1], end - min((line.x0 for line in columns[-1]), default=end))
    return rooms


def _columns_of_lines(
    xs: Sequence[float], block: TextBlock, text: TextLayer, settings: TextLineSettings
) -> list[list[LineBox]]:
    top, bottom = block.ink_runs[0][0] - 1, block.ink_runs[-1][1] + 1
    boxes = [CellBox(0, n, 1, 1, x0, top, x1, bottom, 1.0) for n, (x0, x1) in enumerate(pairwise(xs))]
    return [find_lines(box, text, settings) for box in boxes]


def _is_running_text(lines: Sequence[LineBox], text_height: float, settings: BorderlessSettings) -> bool:
    """Whether the lines of a column are mostly as wide as it is, as in a newspaper; such columns are no table."""
    widths = np.array([line.width for line in lines], dtype=float)
    widest = widths.max(initial=0.0)
    return bool(
        widest >= settings.running_text * text_height and (widths > widest - settings.leeway * text_height).mean() > 0.5
    )


def _table_rows(
    columns: Sequence[Sequence[LineBox]],
    ink_runs: Sequence[tuple[int, int]],
    borders: NDArray[np.bool_],
    level: LevelRules,
    settings: BorderlessSettings,
) -> list[tuple[int, int]]:
    """First and last ink run of each row, without those above and below the table that have text in one column only.

    Rows between the table's other rows and the rule that closes it belong to it, whatever their text, and those between
    rules like its other rows. So do those that follow evenly spaced with text in a column inside it: notes begin at its
    side.
    """
    ends = [*np.flatnonzero(borders).tolist(), len(ink_runs) - 1]
    rows = list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))
    shared = [n for n, row in enumerate(rows) if _filled_cells(columns, ink_runs, row) >= 2]
    if not shared:
        return []
    end, bottom = ink_runs[rows[shared[-1]][1]][1], ink_runs[-1][1]
    near = settings.blocks.near / 2 * level.text_height
    closed = level.inside(bottom, bottom + near) and not level.inside(end, bottom - 2)
    if closed:
        return rows[shared[0] :]
    last = shared[-1]
    gaps = [(ink_runs[above[1]][1], ink_runs[below[0]][0]) for above, below in pairwise(rows)]
    usual = gaps[shared[0] : last]
    # Half a line more: dots and dashes stand lower than other text.
    spacing = settings.even_spacing * float(np.median([b - a for a, b in usual])) if usual else 0.0
    widest = spacing + level.text_height / 2 if usual else 0.0
    all_ruled = bool(usual) and all(level.inside(*gap) for gap in usual)
    while last + 1 < len(rows):
        foot = ink_runs[rows[last + 1][1]][1]
        enclosed = all_ruled and level.inside(*gaps[last]) and level.inside(foot, foot + near)
        evenly_spaced = (
            gaps[last][1] - gaps[last][0] <= widest and _filled_cells(columns[1:-1], ink_runs, rows[last + 1]) == 1
        )
        if not enclosed and not evenly_spaced:
            break
        last += 1
    return rows[shared[0] : last + 1]


def _filled_cells(
    columns: Sequence[Sequence[LineBox]], ink_runs: Sequence[tuple[int, int]], row: tuple[int, int]
) -> int:
    return int(_filled(columns, ink_runs, row).sum())


def _filled(
    columns: Sequence[Sequence[LineBox]], ink_runs: Sequence[tuple[int, int]], row: tuple[int, int]
) -> NDArray[np.bool_]:
    """Which of the columns have text in a row."""
    top, bottom = ink_runs[row[0]][0], ink_runs[row[1]][1]
    return np.array([any(top <= (line.y0 + line.y1) / 2 < bottom for line in lines) for lines in columns])


def _notes_above(
    columns: Sequence[Sequence[LineBox]],
    ink_runs: Sequence[tuple[int, int]],
    block: TextBlock,
    text: TextLayer,
    level: LevelRules,
    settings: BorderlessSettings,
) -> int:
    """How many ink runs above the head of a table are its title and notes: whose account, in which currency.

    The head is the first run with text in every column, or in as many as any has. What stands above it is no row if
    it is a title in larger type; or has few texts, of which the first begins at the side of the table and runs across
    two columns, or they lie outside its rules. A label of several columns stands in the middle of these.
    """
    filled = [_filled_cells(columns, ink_runs, (n, n)) for n in range(len(ink_runs))]
    head = filled.index(max(filled))
    below = [line.x0 for line in columns[0] if line.y0 >= ink_runs[head][0]]
    if not (head and below):
        return 0
    near = settings.blocks.near / 2 * level.text_height
    gaps = [bool(level.inside(one[1], other[0])) for one, other in pairwise(ink_runs)]
    for n in range(head):
        top, bottom = ink_runs[n]
        words = words_of(text.ink[top:bottom], text.text_height, settings.blocks)
        if level.inside(top - near, top):
            return 0
        outside = any(gaps[n:head]) and not all(gaps[head:])
        title = _is_title(text.ink[top:bottom], words, text.text_height, settings.blocks)
        if not title and not _is_note(words, min(below), outside, block, text.text_height, settings.blocks):
            return 0
    return head


def _is_title(line: Mask, words: NDArray[np.bool_], text_height: float, settings: TextBlockSettings) -> bool:
    """Whether a line is one text in larger type."""
    return len(stretches(words)) == 1 and type_height(line, words) > settings.larger_type * text_height


def _is_note(
    words: NDArray[np.bool_],
    side: int,
    outside: bool,
    block: TextBlock,
    text_height: float,
    settings: TextBlockSettings,
) -> bool:
    """Whether a line above a table, whose left ``side`` is given, is a note: ``outside`` its rules or not."""
    whole = stretches(joined(words, 2 * settings.word_gap * text_height))  # a full-width colon parts no texts
    texts = [text for text in whole if text[1] - text[0] > settings.between_characters * text_height] or whole
    start, end = texts[0]
    crosses = any(start < gap.middle < end and words[round(gap.middle)] for gap in block.gaps)
    few = len(texts) <= (len(block.gaps) + 1) / 2
    return few and start <= side + text_height / 2 and (crosses or outside)


def _may_be_heading(
    columns: Sequence[Sequence[LineBox]],
    ink_runs: Sequence[tuple[int, int]],
    rows: Sequence[tuple[int, int]],
    level: LevelRules,
    settings: BorderlessSettings,
) -> bool:
    """Whether the first or the last row has little text and no rule beyond it, like a title or a note in parts.

    Or the first has not a text in every column, and the table's uppermost rule is below it.
    """
    near = settings.blocks.near / 2 * level.text_height
    (first, last), (top, bottom) = (rows[0], rows[-1]), (ink_runs[rows[0][0]][0], ink_runs[rows[-1][1]][1])
    filled = _filled_cells(columns, ink_runs, first)
    opens = not level.inside(top - near, top)
    above_rules = opens and filled < len(columns) and len(rows) > 1 and bool(level.inside(top, ink_runs[rows[1][0]][0]))
    little = opens and filled < len(columns) / 2
    ends = not level.inside(bottom, bottom + near)
    return above_rules or little or (ends and _filled_cells(columns, ink_runs, last) < len(columns) / 2)


def _is_filled(
    columns: Sequence[Sequence[LineBox]],
    ink_runs: Sequence[tuple[int, int]],
    rows: Sequence[tuple[int, int]],
    settings: BorderlessSettings,
) -> bool:
    filled = sum(_filled_cells(columns, ink_runs, row) for row in rows)
    return filled >= settings.fewest_filled * len(rows) * len(columns)


def _in_one_row(
    columns: Sequence[Sequence[LineBox]],
    ink_runs: Sequence[tuple[int, int]],
    one: tuple[int, int],
    other: tuple[int, int],
) -> NDArray[np.bool_]:
    """Which of the columns have a line that is nearer to the middle of one of two rows than to that of both."""
    own = [(ink_runs[first][0] + ink_runs[last][1]) / 2 for first, last in (one, other)]
    both = (ink_runs[one[0]][0] + ink_runs[other[1]][1]) / 2
    top, bottom = ink_runs[one[0]][0], ink_runs[other[1]][1]
    middles = [[(line.y0 + line.y1) / 2 for line in lines] for lines in columns]
    return np.array(
        [
            any(top <= y < bottom and min(abs(y - of_row) for of_row in own) < abs(y - both) for y in of_column)
            for of_column in middles
        ]
    )


def _level_borders(
    columns: Sequence[Sequence[LineBox]],
    ink_runs: Sequence[tuple[int, int]],
    above_table: float | None,
    rows: Sequence[tuple[int, int]],
    level: LevelRules,
    sure: float,
    settings: BorderlessSettings,
) -> tuple[list[float], NDArray[np.float64], frozenset[float]]:
    """Positions of the borders between rows, on the rules where there are any, and the probability of each stretch.

    With those of the positions at which there is no rule. Notes ``above_table`` end there, None without any. Where a
    rule is drawn along other columns only, and one has text that stands in one of its rows and not in the middle of
    both, a cell of both rows is as likely as a rule that was lost.
    """
    text_height = level.text_height
    lost = [
        np.where(_in_one_row(columns, ink_runs, one, other), settings.unsure, settings.not_drawn)
        for one, other in pairwise(rows)
    ]
    left_out = [np.full(len(columns), settings.not_drawn), *lost, np.full(len(columns), settings.not_drawn)]
    top, bottom = ink_runs[rows[0][0]][0], ink_runs[rows[-1][1]][1]
    near = settings.blocks.near / 2 * text_height
    before = top - near if above_table is None else above_table
    above = ink_runs[rows[0][0] - 1][1] if rows[0][0] else before
    below = ink_runs[rows[-1][1] + 1][0] if rows[-1][1] + 1 < len(ink_runs) else bottom + near
    around = settings.blocks.narrowest * text_height
    spaces: list[tuple[float, float, float]] = [(above, top, max((above + top) / 2, top - around))]
    spaces += [
        (ink_runs[a][1], ink_runs[b][0], (ink_runs[a][1] + ink_runs[b][0]) / 2) for (_, a), (b, _) in pairwise(rows)
    ]
    spaces += [(bottom, below, min((bottom + below) / 2, bottom + around))]
    positions: list[float] = []
    drawn: list[NDArray[np.float64]] = []
    unruled: list[float] = []
    for number, (start, end, middle) in enumerate(spaces):
        groups = level.apart(level.inside(start, end))
        if number == 0:  # the rule nearest to the table is its own; others belong to what is above or below it
            groups = groups[-1:]
        elif number == len(spaces) - 1:
            groups = groups[:1]
        positions += [float(level.positions[group].mean()) for group in groups] or [middle]
        missing = left_out[number] if len(groups) == 1 else left_out[0]
        drawn += [np.where(level.drawn[group].any(axis=0), settings.drawn, missing) for group in groups]
        drawn += [] if groups else [np.full(len(columns), sure)]
        unruled += [] if groups else [middle]
    horizontal = np.array(drawn)
    horizontal[[0, -1]] = np.maximum(horizontal[[0, -1]], sure)
    return positions, horizontal, frozenset(unruled)
