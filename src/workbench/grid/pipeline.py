"""From an upright page to its tables: ruling lines give lattices, lattices cells; then tables without ruling lines.

The stages, in order: `rectify` (the page level and flat), `structure` (ruling lines, handwriting, lattices, cells),
`text_lines` (what is left without the rules), `borderless` (tables that only the alignment of their text shows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.grid.borderless.alignment import find_aligned_lattices, overlap
from workbench.grid.borderless.cell_edges import kept_off_ink
from workbench.grid.borderless.open_rows import with_open_rows
from workbench.grid.masks import Mask
from workbench.grid.page_text import PageText, page_text
from workbench.grid.parted_text import beside_tables, with_narrow_white, with_parted_text
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.settings import GRID_DEFAULTS, GridSettings
from workbench.grid.structure.cells import CellBox, find_cells, with_contested, without_unused_rules
from workbench.grid.structure.handwriting import Printed, find_print
from workbench.grid.structure.lattice import Lattice, find_lattices, reading_order
from workbench.grid.structure.other_ink import cells_alone_in_other_ink, find_other_ink
from workbench.grid.structure.rule_ink import rule_ink


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of an upright page: its lattice, and the cells between the lattice's lines."""

    lattice: Lattice
    cells: list[CellBox]


@dataclass(frozen=True, slots=True)
class PageTables:
    """The ``tables`` of a page, top to bottom, then left to right; the ``printed`` page that they were found on, and
    its ``text`` without the rules of the tables. ``suspect`` cells stand alone with ink that no other print has."""

    printed: Printed
    tables: list[PageTable]
    text: PageText
    suspect: set[CellBox]


def find_tables(page: UprightPage, settings: GridSettings = GRID_DEFAULTS) -> PageTables:
    """The ruled tables of a page, those that only the alignment of their text shows, and the text without rules."""
    printed = find_print(page, settings.ruling)
    tables = _with_cells(find_lattices(printed.page, printed.rules, settings.ruling), page, settings)
    text = _text(printed, tables, settings)
    frames = [table for table in tables if len(table.lattice.xs) == 2]
    ruled = [table for table in tables if len(table.lattice.xs) > 2]
    opened = [with_open_rows(table.lattice, table.cells, text.strokes, settings) for table in ruled]
    whole = [_off_ink(table, text, settings) for table in _with_cells(opened, page, settings)]
    beside = [table.lattice for table in ruled]
    aligned = _with_cells(find_aligned_lattices(text.strokes, printed.rules, beside, settings), page, settings)
    aligned = [_off_ink(table, text, settings) for table in aligned]
    # A frame or rules from side to side, in which text stands in columns that nobody ruled, is that table's.
    whole += [frame for frame in frames if not any(overlap(frame.lattice, table.lattice) for table in aligned)]
    lattices = [table.lattice for table in [*tables, *aligned]]
    tables = sorted([*whole, *aligned], key=lambda table: reading_order(table.lattice))
    text = _text(printed, tables, settings, lattices) if aligned else text
    tables = _contested_by_text(tables, text, printed.page.ink, settings)
    ink = text.as_scanned.ink
    other = find_other_ink(page, ink, settings.ruling.other_ink)
    suspect = {cell for table in tables for cell in cells_alone_in_other_ink(other, ink, table.cells)}
    # What crosses a cell is none of it, and where that was taken off the cell is read without it, too.
    return PageTables(
        printed, tables, text, {cell for cell in suspect if not text.is_crossed(cell, settings.text_lines)}
    )


def _contested_by_text(
    tables: Sequence[PageTable], page: PageText, ink: Mask, settings: GridSettings
) -> list[PageTable]:
    lines, parted, narrowest = settings.text_lines, settings.parted_text, settings.borderless.blocks.narrowest
    tables = [
        PageTable(*with_narrow_white(table.lattice, table.cells, page.cleaned, parted, narrowest)) for table in tables
    ]
    text = page.away_from_handwriting(page.strokes, narrowest * page.cleaned.text_height)
    shown = [with_parted_text(table.lattice, table.cells, text, parted, lines, narrowest, ink) for table in tables]
    lattices = beside_tables([lattice for lattice, _ in shown], text, parted)
    return [
        PageTable(lattice, with_contested(lattice, cells, settings.ruling))
        for lattice, (_, cells) in zip(lattices, shown, strict=True)
    ]


def _text(
    printed: Printed,
    tables: Sequence[PageTable],
    settings: GridSettings,
    lattices: Sequence[Lattice] | None = None,
) -> PageText:
    """The text of a page without the rules of its tables; ``lattices`` says which are drawn, if not those of the
    tables."""
    page = printed.page
    drawn_by = [table.lattice for table in tables] if lattices is None else lattices
    drawn = rule_ink(page.ink, printed.rules, drawn_by, page.text_height, settings.ruling)
    cells = [cell for table in tables for cell in table.cells]
    return page_text(page, drawn, printed.handwriting, cells, settings.text_lines, settings.rectify.ink)


def _with_cells(lattices: Sequence[Lattice], page: UprightPage, settings: GridSettings) -> list[PageTable]:
    ruling = settings.ruling
    tables = [PageTable(*without_unused_rules(lattice, find_cells(lattice, ruling))) for lattice in lattices]
    return [table for table in tables if _is_table(table, page.text_height, ruling.lattice.smallest_table)]


def _off_ink(table: PageTable, text: PageText, settings: GridSettings) -> PageTable:
    reach = settings.borderless.edge_reach
    return replace(table, cells=kept_off_ink(table.lattice, table.cells, text.cleaned, reach))


def _is_table(table: PageTable, text_height: float, smallest: float) -> bool:
    lattice = table.lattice
    wide = lattice.xs[-1] - lattice.xs[0] >= smallest * text_height
    roomy = min(float(np.median(np.diff(stops))) for stops in (lattice.xs, lattice.ys)) >= text_height
    framed = float(np.mean([cell.border for cell in table.cells])) >= 0.5
    return wide and roomy and framed and len(table.cells) >= 2
