"""Pages that continue to the right: a table too wide for its page, printed over pages that lie side by side.

Office programs print such a sheet page by page. The right-hand page has the rows of the left-hand one at the same
heights, and none of the labels that name its rows. Alone it would be a table of something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import starmap

from workbench.findings import FINDINGS
from workbench.form.headers import TELLING_FIELDS, header_at
from workbench.form.lexicon import match_column
from workbench.form.rows import UNKNOWN, FormCell, FormRow, rows_of
from workbench.form.settings import FormSettings
from workbench.model import CellGrid, Finding, PageContent

Columns = tuple[CellGrid, ...]
"""The grids that one table was printed in, left to right."""


def rows_of_pages(pages: Sequence[PageContent], settings: FormSettings) -> tuple[list[FormRow], list[Finding]]:
    """The rows of a document in order, those of pages side by side joined, and ``pages-side-by-side`` for each join.

    Sheets are printed over and then down (1 is left of 2), or down and then over (1 is left of 3, 2 of 4).

    Args:
        pages: of the document, in order.
        settings: when edges are the same, and what a header is.
    """
    grids = [grid for page in pages for grid in page.grids]
    rows: list[FormRow] = []
    findings: list[Finding] = []
    start = 0
    while start < len(grids):
        sheet = _sheet_at(grids, start, settings)
        for table in sheet:
            rows += _joined(table)
            for grid in table[1:]:
                statement = FINDINGS["pages-side-by-side"].says(page=table[0].page, next_page=grid.page)
                findings.append(statement.about(page=grid.page))
        start += sum(map(len, sheet))
    return rows, findings


def _sheet_at(grids: Sequence[CellGrid], start: int, settings: FormSettings) -> list[Columns]:
    """The tables that begin with a grid: several, each of several grids, where pages of one sheet lie side by side."""
    first = grids[start]
    for height in range(1, (len(grids) - start) // 2 + 1):
        across = 1
        while _continue_to_the_right(grids, start, height, across, settings):
            across += 1
        if across > 1:
            return [tuple(grids[start + down + over * height] for over in range(across)) for down in range(height)]
    return [(first,)]


def _continue_to_the_right(
    grids: Sequence[CellGrid], start: int, height: int, across: int, settings: FormSettings
) -> bool:
    """Whether the ``across``-th block of ``height`` grids lies to the right of the first block."""
    left, right = grids[start : start + height], grids[start + across * height : start + (across + 1) * height]
    if len(right) < height or not all(
        starmap(lambda one, other: _have_same_rows(one, other, settings), zip(left, right, strict=True))
    ):
        return False
    return _completes_header(left[0], right[0], settings)


def _have_same_rows(left: CellGrid, right: CellGrid, settings: FormSettings) -> bool:
    """Whether two grids on different pages have their rows at the same heights."""
    return (
        left.page != right.page
        and len(left.row_edges) == len(right.row_edges)
        and all(
            abs(one - other) < settings.edge_tolerance
            for one, other in zip(left.row_edges, right.row_edges, strict=True)
        )
    )


def _completes_header(left: CellGrid, right: CellGrid, settings: FormSettings) -> bool:
    """Whether the header of the indicators goes on in the same row of another grid.

    All its labels there name fields of indicators, none a name or a level, and none a field that the left part has:
    two forms of one layout have their rows at the same heights, and both have all labels.
    """
    rows, others = rows_of(left), rows_of(right)
    for index in range(len(rows)):
        header = header_at(rows, index, settings)
        if header is None or header.kind != "indicators":
            continue
        here = {column.field for column in header.columns} - {UNKNOWN}
        labels = [cell for row in others[index : index + header.height] for cell in row.printed]
        fields = [match.field if match else UNKNOWN for match in (match_column(c.text, "indicators") for c in labels)]
        there = set(fields) - {UNKNOWN}
        is_rest = 2 * len([field for field in fields if field != UNKNOWN]) > len(fields) and bool(there)
        return is_rest and not there & (here | TELLING_FIELDS["indicators"])
    return False


def _joined(table: Columns) -> list[FormRow]:
    """The rows of a table over the grids that it was printed in; a cell keeps its page."""
    widths = [max(x1 for _, _, x1, _ in boxes) - min(x0 for x0, _, _, _ in boxes) for boxes in map(_boxes, table)]
    rows = rows_of(table[0])
    if len(table) == 1:
        return rows
    parts = []
    for place, grid in enumerate(table):
        start, share = sum(widths[:place]) / sum(widths), widths[place] / sum(widths)
        parts.append([_moved(row, start, share) for row in rows_of(grid)])
    return [
        replace(
            same[0],
            starting=tuple(cell for row in same for cell in row.starting),
            covering=tuple(cell for row in same for cell in row.covering),
        )
        for same in zip(*parts, strict=True)
    ]


def _boxes(grid: CellGrid) -> list[tuple[float, float, float, float]]:
    return [cell.box for cell in grid.cells]


def _moved(row: FormRow, start: float, share: float) -> FormRow:
    """A row of a part of a table, its cells at their places in the whole table."""

    def moved(cell: FormCell) -> FormCell:
        return replace(cell, x0=start + share * cell.x0, x1=start + share * cell.x1)

    return replace(row, starting=tuple(map(moved, row.starting)), covering=tuple(map(moved, row.covering)))
