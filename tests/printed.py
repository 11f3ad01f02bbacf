"""A printed table as the grid room gives it when it reads without a mistake: cell grids, no scan, no OCR."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Literal

from tests.scans.tables import Placed, Table, TableCell, Truth, central_project_table, owners, tianjin_table
from workbench.form.assemble import assemble_forms
from workbench.model import Cell, CellGrid, Form, PageContent, Polygon, TextLine

FORMS = ("tianjin_gxj_2022", "example_project_1", "example_project_2")
WIDTH, ROW, LEFT, TOP = 1000.0, 40.0, 100.0, 300.0

Labels = Literal["again", "before", "after"]
"""Where a merged cell's text is printed when a page break cuts it: on every page, the first, or the last."""


@cache
def truth(name: str) -> Truth:
    return json.loads((Path(__file__).parent / "truth" / f"{name}.json").read_text(encoding="utf-8"))


@cache
def table(name: str) -> Table:
    make = tianjin_table if name.startswith("tianjin") else central_project_table
    return make(truth(name))


def pages(
    printed: Table,
    breaks: Sequence[int] = (),
    labels: Labels = "again",
    header: bool = True,
    twice: bool = False,
    first: int = 1,
) -> list[PageContent]:
    """The table on pages that end before the rows ``breaks``.

    ``header``: the section's header row is printed again after a break. ``twice``: so is the row
    before the break, where the break lies inside a section's rows. ``first``: number of the first page.
    """
    grid = owners(printed.rows, len(printed.widths))
    edges = [0, *sorted(set(breaks) - {0, len(printed.rows)}), len(printed.rows)]
    found = []
    for number, (start, stop) in enumerate(pairwise(edges), start=first):
        numbers = [*_again(printed, start, header, twice), *range(start, stop)]
        lines = [_line(printed.title, 100), _line(printed.subtitle, 160)] if start == 0 else []
        table_grid = _grid(printed, grid, numbers, set(range(start, stop)), labels, number)
        found.append(PageContent(number, 1240, 1754, (table_grid,), tuple(line for line in lines if line.text)))
    return found


def form(printed: Table, breaks: Sequence[int] = (), **options: object) -> Form:
    """The one form that the table is, read from its pages."""
    (found,) = assemble_forms(pages(printed, breaks, **options), "scan")
    return found


def cut_row(
    printed: Table, row: int, share: float = 0.5, short: Literal["above", "below"] = "above", at: int | None = None
) -> Table:
    """The table with one row cut in two, as a page break does: long texts go on below, short ones stay whole.

    ``at``: characters after which every text is cut, however short.
    """
    upper, lower, rows = [], [], list(printed.rows)
    for placed in dict.fromkeys(owners(printed.rows, len(printed.widths))[row]):
        if placed.row == row and placed.cell.rowspan == 1:
            text = placed.cell.text
            above, below = _halves(text, share, short) if at is None else (text[:at], text[at:])
            upper.append(replace(placed.cell, text=above))
            lower.append(replace(placed.cell, text=below))
        elif placed.row == row:
            upper.append(replace(placed.cell, rowspan=placed.cell.rowspan + 1))
        else:
            cells = (replace(c, rowspan=c.rowspan + 1) if c is placed.cell else c for c in rows[placed.row].cells)
            rows[placed.row] = replace(rows[placed.row], cells=tuple(cells))
    rows[row : row + 1] = [replace(rows[row], cells=tuple(cells)) for cells in (upper, lower)]
    return replace(printed, rows=tuple(rows))


def with_text(printed: Table, old: str, new: str) -> Table:
    """The table with every cell that says ``old`` saying ``new``."""
    rows = (
        replace(row, cells=tuple(replace(cell, text=new) if cell.text == old else cell for cell in row.cells))
        for row in printed.rows
    )
    changed = replace(printed, rows=tuple(rows))
    assert changed != printed, f"no cell says {old!r}"
    return changed


def row_of(printed: Table, text: str, nth: int = 0) -> int:
    """Number of the row in which a cell with this text starts."""
    return [n for n, row in enumerate(printed.rows) if any(cell.text == text for cell in row.cells)][nth]


def _halves(text: str, share: float, short: str) -> tuple[str, str]:
    if len(text) > 12:
        at = round(len(text) * share)
        return text[:at], text[at:]
    return (text, "") if short == "above" else ("", text)


def _again(printed: Table, start: int, header: bool, twice: bool) -> list[int]:
    row = printed.rows[start]
    if not start or row.header or not row.section:
        return []
    headers = [n for n in range(start) if printed.rows[n].header and printed.rows[n].section == row.section]
    above = printed.rows[start - 1]
    repeated = [start - 1] if twice and above.section == row.section and not above.header else []
    return (headers if header else []) + repeated


def _grid(
    printed: Table, grid: list[list[Placed]], numbers: list[int], own: set[int], labels: Labels, page: int
) -> CellGrid:
    pieces = []
    for at, number in enumerate(numbers):
        above = grid[numbers[at - 1]] if at else []
        for placed in dict.fromkeys(grid[number]):
            if placed not in above:
                covered = [n for n in numbers[at:] if n in placed.rows]
                pieces.append((at, placed, len(covered), _text(placed, own, labels)))
    # A page has rules only where its own cells end.
    stops = sorted({placed.col for _, placed, _, _ in pieces} | {p.columns.stop for _, p, _, _ in pieces})
    total = sum(printed.widths)
    places = [sum(printed.widths[:stop]) / total for stop in stops]
    heights = list(accumulate([0.0] + [ROW] * len(numbers)))
    cells = [
        Cell(
            row=at,
            col=stops.index(placed.col),
            rowspan=count,
            colspan=stops.index(placed.columns.stop) - stops.index(placed.col),
            polygon=_box(
                places[stops.index(placed.col)],
                heights[at],
                places[stops.index(placed.columns.stop)],
                heights[at + count],
            ),
            text=text,
            state="text" if text else "empty",
        )
        for at, placed, count, text in pieces
    ]
    return CellGrid(
        page=page,
        table_no=1,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
        row_edges=tuple(height / heights[-1] for height in heights),
        column_edges=tuple(places),
    )


def _text(placed: Placed, own: set[int], labels: Labels) -> str:
    """The part of a cell's text on the page whose own rows are ``own``, as `cell_text` joins its lines."""
    shown = {
        "again": True,
        "before": placed.row in own,
        "after": placed.rows.stop - 1 in own,
    }[labels if placed.cell.rowspan > 1 else "again"]
    return "".join(placed.cell.text.split()) if shown else ""


def _box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    left, right, top, bottom = LEFT + WIDTH * x0, LEFT + WIDTH * x1, TOP + y0, TOP + y1
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _line(text: str, top: float) -> TextLine:
    return TextLine(text, (0.99,) * len(text), ((400.0, top), (800.0, top), (800.0, top + 30), (400.0, top + 30)))


def cell(text: str, rowspan: int = 1, colspan: int = 1) -> TableCell:
    return TableCell(text, rowspan, colspan)
