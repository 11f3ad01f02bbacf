"""Text that contradicts a lattice: it stands apart in a column as that of two columns does, or beside the table.

Ink and network say where rules are. This is the other witness: it looks at nothing but where text stands, says which
lines are contested, and moves none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask, components_of, stretches
from workbench.grid.settings.text_lines import PartedTextSettings, TextLineSettings
from workbench.grid.structure.cells import CellBox
from workbench.grid.structure.lattice import Lattice
from workbench.grid.text_lines import LineBox, TextLayer, find_lines


def with_parted_text(
    lattice: Lattice,
    cells: Sequence[CellBox],
    text: TextLayer,
    settings: PartedTextSettings,
    text_lines: TextLineSettings,
    narrowest: float,
    ink: Mask,
) -> tuple[Lattice, list[CellBox]]:
    """The lattice of some cells with the lines contested that its text shows and nobody drew, and the cells.

    Two of these are unsure where a line of text runs across the border between them: what was taken for a rule may be a
    stroke of it. So is one over several columns in which a text stands in each of these: on a dark ground no rule is
    seen.

    ``narrowest``: the least white between two columns, in text heights; ``ink``: that of the page with its rules.
    """
    columns: list[list[CellBox]] = [[] for _ in lattice.xs[1:]]
    for cell in cells:
        if cell.colspan == 1:
            columns[cell.col].append(cell)
    lines = {cell: find_lines(cell, text, text_lines) for cell in cells}
    lost = [
        white
        for column in columns
        for white in _corridors(column, [line for cell in column for line in lines[cell]], text, settings)
    ]
    lost += [white for cell in cells for white in _between_groups(lines[cell], text, settings)]
    # Beside a rule that was taken off a pixel is white on both sides.
    corridor, narrowest = settings.corridor * text.text_height, narrowest * text.text_height + 2
    parted = [
        y
        for cell in cells
        for x in lattice.xs[cell.col + 1 : cell.col + cell.colspan]
        for _, y in _above_labels(lines[cell], cell, x, text, corridor, settings.on_rule, ink)
    ]
    unsure = {
        (cell.row, cell.col)
        for cell in cells
        if cell.colspan > 1 and _stands_in_columns(lines[cell], cell, lattice.xs, text, corridor)
    }
    # In how many rows, if it is higher than one line of text, is as unknown.
    parted += [
        (cell.y0 + cell.y1) / 2
        for cell in cells
        if (cell.row, cell.col) in unsure
        and lines[cell][-1].y1 - lines[cell][0].y0 > settings.largest_letter * text.text_height
    ]
    for both, x in _side_by_side(cells):
        of_both = find_lines(both, text, text_lines)
        across = [line for line in of_both if _runs_across(line, both, x, text, corridor, narrowest)]
        if not across:
            continue
        above = _above_labels(of_both, both, x, text, corridor, settings.on_rule, ink)
        parted += [y for line, y in above if line in across and not _is_ruled(ink, x, both.y0, y)]
        if not _is_ruled(ink, x, both.y0, both.y1):
            unsure |= {(both.row, both.col), (both.row, both.col + 1)}
    contested_xs, contested_ys = lattice.contested_xs.union(lost), lattice.contested_ys.union(parted)
    doubted = [
        replace(cell, border=min(cell.border, settings.narrow)) if (cell.row, cell.col) in unsure else cell
        for cell in cells
    ]
    return replace(lattice, contested_xs=contested_xs, contested_ys=contested_ys), doubted


def _stands_in_columns(
    lines: Sequence[LineBox], cell: CellBox, xs: Sequence[float], text: TextLayer, corridor: float
) -> bool:
    """Whether text stands in each column of a merged cell, and all borders of these (``xs``) are in white as wide as
    that between columns."""
    inner = xs[cell.col + 1 : cell.col + cell.colspan]
    columns = list(pairwise([cell.x0, *inner, cell.x1]))
    filled = all(
        any(line.x0 < right and line.x1 > left and _has_ink(line, left, right, text) for line in lines)
        for left, right in columns
    )
    return filled and all(
        _white_around(x, line.y0, line.y1, text, (line.x0, line.x1)) >= corridor for x in inner for line in lines
    )


def _has_ink(line: LineBox, left: float, right: float, text: TextLayer) -> bool:
    return bool(text.ink[line.y0 : line.y1, max(line.x0, round(left)) : min(line.x1, round(right))].any())


def _side_by_side(cells: Sequence[CellBox]) -> Iterator[tuple[CellBox, float]]:
    """Each two cells, one column wide, that stand side by side in the same rows: both as one, and where the border
    between them is."""
    starting = {(cell.row, cell.rowspan, cell.col): cell for cell in cells if cell.colspan == 1}
    for cell in starting.values():
        other = starting.get((cell.row, cell.rowspan, cell.col + 1))
        if other is not None:
            yield replace(cell, colspan=2, x1=other.x1), cell.x1


def _above_labels(
    lines: Sequence[LineBox],
    cell: CellBox,
    x: float,
    text: TextLayer,
    corridor: float,
    on_rule: int,
    ink: Mask,
) -> Iterator[tuple[LineBox, float]]:
    """Of the lines in a cell those that run across the border of two columns at ``x``, above a line with white there,
    and the height between the two: it is the label of both above a label for each, and the rule between them was lost.

    The rule at ``x`` may be drawn between the lower labels alone.
    """
    white = [_white_around(x, line.y0, line.y1, text, (line.x0, line.x1)) for line in lines]
    for (one, a), (other, b) in pairwise(zip(lines, white, strict=True)):
        y = (one.y1 + other.y0) / 2
        if a < corridor > b and _is_ruled(ink, x, y, cell.y1):
            b = _white_around(x, other.y0, other.y1, text, (other.x0, other.x1), on_rule)
        if a < corridor <= b < np.inf:
            yield one, y


def _is_ruled(ink: Mask, x: float, top: float, bottom: float) -> bool:
    """Whether a plumb rule is drawn from one row to another: ink without a gap, which no stroke of a line reaches."""
    inked = ink[round(top) + 2 : round(bottom) - 1, max(0, round(x) - 2) : round(x) + 3].any(axis=1)
    return bool(inked.size and inked.all())


def _runs_across(line: LineBox, cell: CellBox, x: float, text: TextLayer, corridor: float, most: float) -> bool:
    """Whether a line is the label of two columns with their border at ``x``: with less white there than ``most``
    (pixels), in the middle of the cell, and with more room at its ends than there."""
    white = _white_around(x, line.y0, line.y1, text, (line.x0, line.x1))
    margins = line.x0 - cell.x0, cell.x1 - line.x1
    return white <= most and abs(margins[0] - margins[1]) < corridor and min(margins) > white


def _corridors(
    column: Sequence[CellBox], lines: Sequence[LineBox], text: TextLayer, settings: PartedTextSettings
) -> list[float]:
    """The middles of what is white in the lines of a column that have text on both sides of it.

    These are several, and more than the lines that run across: a head may stand over both columns.
    """
    if not lines:
        return []
    left, right = min(round(cell.x0) for cell in column), max(round(cell.x1) for cell in column)
    inked = np.array([_inked(line, left, right, text.ink) for line in lines])
    wide = settings.corridor * text.text_height
    parted = inked[[_widest_gap(line) >= wide for line in inked]]
    white = [(a, b) for a, b in stretches(~parted.any(axis=0)) if b - a >= wide] if len(parted) else []
    both = [np.count_nonzero(parted[:, :a].any(axis=1) & parted[:, b:].any(axis=1)) for a, b in white]
    across = [np.count_nonzero(inked[:, a:b].any(axis=1)) for a, b in white]
    return [
        left + (a + b) / 2
        for (a, b), count, others in zip(white, both, across, strict=True)
        if count >= settings.fewest_lines and count > others
    ]


def _between_groups(lines: Sequence[LineBox], text: TextLayer, settings: PartedTextSettings) -> list[float]:
    """The middle of the white between the lines of one cell, where some stand left of it and some right, at other
    heights: labels of two levels between which no rule was seen.

    On each side are several, and more than the lines that run across.
    """
    wide, found = settings.corridor * text.text_height, []
    for end in sorted({line.x1 for line in lines}):
        before = sum(line.x1 <= end for line in lines)
        after = [line.x0 for line in lines if line.x0 >= end + wide]
        across = len(lines) - before - len(after)
        if min(before, len(after)) >= max(settings.fewest_lines, across + 1):
            found.append((end + min(after)) / 2)
    return found[:1]


def _widest_gap(inked: NDArray[np.bool_]) -> int:
    """The longest white (pixels) between ink of a line."""
    runs = stretches(inked)
    return max((after[0] - before[1] for before, after in pairwise(runs)), default=0)


def _inked(line: LineBox, left: int, right: int, ink: Mask) -> NDArray[np.bool_]:
    """In which pixel columns from ``left`` to ``right`` a line has ink."""
    inked = np.zeros(right - left, bool)
    inked[line.x0 - left : line.x1 - left] = (ink[line.y0 : line.y1, line.x0 : line.x1] > 0).any(axis=0)
    return inked


def with_narrow_white(
    lattice: Lattice, cells: Sequence[CellBox], text: TextLayer, settings: PartedTextSettings, narrowest: float
) -> tuple[Lattice, list[CellBox]]:
    """Unsure where the white around a border that nobody drew is narrower than that between two columns.

    The cells of that row are; where several rows are narrow the border is contested. Points and commas count here as
    well: without them, figures are as far apart as columns. ``narrowest`` is in text heights.
    """
    contested: set[float] = set()
    unsure: set[tuple[int, int]] = set()
    for i, x in enumerate(lattice.xs[1:-1], start=1):
        if x in lattice.unruled_xs:
            white = [_white_around(x, top, bottom, text) for top, bottom in pairwise(lattice.ys)]
            narrow = [j for j, width in enumerate(white) if width < narrowest * text.text_height]
            unsure.update((j, i) for j in narrow)
            if len(narrow) >= settings.fewest_lines:
                contested.add(x)
    doubted = [
        replace(cell, border=min(cell.border, settings.narrow))
        if any(cell.row <= j < cell.row + cell.rowspan and cell.col <= i <= cell.col + cell.colspan for j, i in unsure)
        else cell
        for cell in cells
    ]
    return replace(lattice, contested_xs=lattice.contested_xs.union(contested)), doubted


def _white_around(
    x: float, top: float, bottom: float, text: TextLayer, sides: tuple[int, int | None] = (0, None), on_rule: int = 0
) -> float:
    """How wide (pixels) the white around a column's border is in a row, and between its ``sides``; 0 where ink lies on
    it, inf where there is none on one of its sides. Ink no further than ``on_rule`` from the border does not count."""
    inked = np.asarray(text.ink[max(0, round(top)) : round(bottom), : sides[1]].any(axis=0))
    inked[: sides[0]] = False
    if on_rule:
        inked[max(0, round(x) - on_rule) : round(x) + on_rule + 1] = False
    before, after = np.flatnonzero(inked[: round(x)]), np.flatnonzero(inked[round(x) :])
    return float(round(x) + after[0] - before[-1] - 1) if len(before) and len(after) else np.inf


def beside_tables(lattices: Sequence[Lattice], text: TextLayer, settings: PartedTextSettings) -> list[Lattice]:
    """The lattices, all of one contested beside which text stands in most of its rows.

    Part of the table was not seen then, or it stands in a text. Two tables of a kind may stand beside each other; one
    with rules and one without are one table.
    """
    components = components_of(text.ink)
    sizes = np.maximum(components.width, components.height) / text.text_height
    letters = components.chosen((sizes > settings.smallest_letter) & (sizes < settings.largest_letter))
    of_kind = {is_ruled: letters.copy() for is_ruled in (True, False)}
    for lattice in lattices:
        rows, columns = (slice(max(0, round(s[0])), round(s[-1]) + 1) for s in (lattice.ys, lattice.xs))
        of_kind[not lattice.unruled_xs][rows, columns] = 0
    return [_doubted(lattice, of_kind[not lattice.unruled_xs], settings) for lattice in lattices]


def _doubted(lattice: Lattice, letters: Mask, settings: PartedTextSettings) -> Lattice:
    rows = [letters[max(0, round(a)) : round(b)].any() for a, b in pairwise(lattice.ys)]
    if np.count_nonzero(rows) < max(settings.fewest_lines + 1, len(rows) / 2):
        return lattice
    return replace(lattice, contested_xs=lattice.contested_xs | {lattice.xs[0]})
