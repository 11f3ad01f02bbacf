"""Cells from rules that are known exactly: the lines of a PDF's own drawing, not of a scan."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from workbench.readers.pdf_objects import Direction, PdfBox, Rule

THICKEST = 0.4
"""A line thicker than this many text heights is a shaded field."""

TOGETHER = 0.25
"""Rules closer than this many text heights are one rule, drawn once for each of its cells."""

DASH_GAP = 0.5
"""Pieces of a dashed rule are not further apart than this many text heights."""

SMALLEST_TABLE = 8.0
"""Rules that enclose less than this many text heights in width are a drawing or a tick box, not a table."""

MOST_RULES = 2_000
"""More separate rules on one page are a drawing."""


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell of a ruled table: its place with spans, and its rectangle."""

    row: int
    col: int
    rowspan: int
    colspan: int
    box: PdfBox


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table's rules (points of the page as shown) and its cells, sorted by (row, col), which fill it."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[RuledCell, ...]

    @property
    def box(self) -> PdfBox:
        return PdfBox(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def cell_at(self, x: float, y: float) -> RuledCell | None:
        if not (self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]):
            return None
        row, col = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        return next(
            cell
            for cell in self.cells
            if cell.row <= row < cell.row + cell.rowspan and cell.col <= col < cell.col + cell.colspan
        )


def ruled_tables(rules: Sequence[Rule], text_height: float) -> list[RuledTable] | None:
    """The tables that the rules draw, from top to bottom. A table inside another's cell is part of that cell.

    None where the rules leave a field that is no rectangle: they do not say which cells there are.
    """
    thin = [rule for rule in rules if rule.thickness <= THICKEST * text_height]
    joined = [rule for way in ("horizontal", "vertical") for rule in _joined(thin, way, text_height)]
    if len(joined) > MOST_RULES:
        return None
    tables = []
    for network in _networks(joined, TOGETHER * text_height):
        xs, ys = (_edges(network, way, TOGETHER * text_height) for way in ("vertical", "horizontal"))
        if len(xs) < 2 or len(ys) < 2 or xs[-1] - xs[0] < SMALLEST_TABLE * text_height:
            continue
        fields = _fields(xs, ys, network)
        if fields is None:
            return None
        if len(fields) > 1:
            tables.append(_table(xs, ys, fields))
    outer = [table for table in tables if not any(_inside(table.box, other.box) for other in tables)]
    return sorted(outer, key=lambda table: (table.ys[0], table.xs[0]))


def _joined(rules: Sequence[Rule], way: str, text_height: float) -> list[Rule]:
    """Rules of one direction, those on one line put together where they touch, overlap or are dashes of one."""
    lines: list[list[Rule]] = []
    for rule in sorted((r for r in rules if r.direction == way), key=lambda r: r.position):
        if not lines or rule.position - lines[-1][0].position > TOGETHER * text_height:
            lines.append([])
        lines[-1].append(rule)
    joined: list[Rule] = []
    for line in lines:
        position = sum(rule.position for rule in line) / len(line)
        pieces: list[Rule] = []
        for rule in sorted(line, key=lambda r: r.start):
            if pieces and rule.start <= pieces[-1].end + DASH_GAP * text_height:
                pieces[-1] = replace(pieces[-1], end=max(pieces[-1].end, rule.end))
            else:
                pieces.append(replace(rule, position=position))
        joined += pieces
    return joined


def _networks(rules: Sequence[Rule], reach: float) -> list[list[Rule]]:
    """Rules that hang together by crossing or touching."""
    pending, networks = list(rules), []
    while pending:
        network, fresh = [], [pending.pop()]
        while fresh:
            rule = fresh.pop()
            network.append(rule)
            touching = [other for other in pending if _touch(rule, other, reach)]
            pending = [other for other in pending if other not in touching]
            fresh += touching
        networks.append(network)
    return networks


def _touch(one: Rule, other: Rule, reach: float) -> bool:
    return (
        one.direction != other.direction
        and one.start - reach <= other.position <= one.end + reach
        and other.start - reach <= one.position <= other.end + reach
    )


def _edges(network: Sequence[Rule], way: Direction, reach: float) -> list[float]:
    """Positions of the network's rules of one direction; where the others reach beyond them, the side is open."""
    positions = sorted({rule.position for rule in network if rule.direction == way})
    ends = [end for rule in network if rule.direction != way for end in (rule.start, rule.end)]
    if not positions or not ends:
        return []
    first = [min(ends)] if min(ends) < positions[0] - reach else []
    last = [max(ends)] if max(ends) > positions[-1] + reach else []
    return [*first, *positions, *last]


_Field = tuple[int, int, int, int]
"""First row, first column, row after the last, column after the last."""


def _fields(xs: Sequence[float], ys: Sequence[float], network: Sequence[Rule]) -> list[_Field] | None:
    """Squares between the rules, neighbours without a rule between them put together. None if one is no rectangle."""
    upright = _walls(xs, ys, [rule for rule in network if rule.direction == "vertical"])
    level = _walls(ys, xs, [rule for rule in network if rule.direction == "horizontal"])
    todo = {(row, col) for row in range(len(ys) - 1) for col in range(len(xs) - 1)}
    fields = []
    while todo:
        fresh, field = [min(todo)], set()
        while fresh:
            row, col = fresh.pop()
            if (row, col) not in todo:
                continue
            todo.remove((row, col))
            field.add((row, col))
            fresh += [(row, col - 1)] if (col, row) not in upright else []
            fresh += [(row, col + 1)] if (col + 1, row) not in upright else []
            fresh += [(row - 1, col)] if (row, col) not in level else []
            fresh += [(row + 1, col)] if (row + 1, col) not in level else []
        rows, cols = {row for row, _ in field}, {col for _, col in field}
        if len(field) != (max(rows) - min(rows) + 1) * (max(cols) - min(cols) + 1):
            return None
        fields.append((min(rows), min(cols), max(rows) + 1, max(cols) + 1))
    return fields


def _walls(places: Sequence[float], along: Sequence[float], rules: Sequence[Rule]) -> set[tuple[int, int]]:
    """(edge, stretch) where a rule stands: it covers the middle of the stretch. The outermost edges always do."""
    middles = [(a + b) / 2 for a, b in pairwise(along)]
    last = len(places) - 1
    walls = {(edge, stretch) for edge in (0, last) for stretch in range(len(middles))}
    for rule in rules:
        edge = places.index(rule.position)
        walls |= {(edge, stretch) for stretch, middle in enumerate(middles) if rule.start <= middle <= rule.end}
    return walls


def _table(xs: Sequence[float], ys: Sequence[float], fields: Sequence[_Field]) -> RuledTable:
    """Cells from fields; rules that no cell ends at are left out."""
    rows = sorted({row for top, _, bottom, _ in fields for row in (top, bottom)})
    cols = sorted({col for _, left, _, right in fields for col in (left, right)})
    cells = [
        RuledCell(
            row=rows.index(top),
            col=cols.index(left),
            rowspan=rows.index(bottom) - rows.index(top),
            colspan=cols.index(right) - cols.index(left),
            box=PdfBox(xs[left], ys[top], xs[right], ys[bottom]),
        )
        for top, left, bottom, right in sorted(fields)
    ]
    return RuledTable(tuple(xs[col] for col in cols), tuple(ys[row] for row in rows), tuple(cells))


def _inside(box: PdfBox, other: PdfBox) -> bool:
    return box != other and (other.x0 <= box.x0 and other.y0 <= box.y0 and box.x1 <= other.x1 and box.y1 <= other.y1)
