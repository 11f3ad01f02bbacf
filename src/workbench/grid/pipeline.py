"""From an upright page to its tables: ruling lines give lattices, lattices cells; then tables without ruling lines.

The stages, in order: `rectify` (the page level and flat), `structure` (ruling lines, lattices, cells), `text_lines`
(what is left without the rules), `borderless` (tables that only the alignment of their text shows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.grid.borderless.alignment import find_aligned_lattices
from workbench.grid.rectify.upright import UprightPage
from workbench.grid.structure.cells import CellBox, find_cells, without_unused_rules
from workbench.grid.structure.handwriting import Printed
from workbench.grid.structure.lattice import Lattice, find_lattices, reading_order, rule_ink
from workbench.grid.text_lines import TextLayer, without_rules

SMALLEST_TABLE = 8.0
"""Rules that enclose less than this many text heights in width are drawing or lettering, not a table."""


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of an upright page: its lattice, and the cells between the lattice's lines."""

    lattice: Lattice
    cells: list[CellBox]


def page_lattices(printed: Printed) -> list[Lattice]:
    """The lattices of all tables of a page, ruled or not, top to bottom, then left to right."""
    return [table.lattice for table in find_tables(printed)[0]]


def find_tables(printed: Printed) -> tuple[list[PageTable], TextLayer]:
    """The ruled tables, those that only the alignment of their text shows, and the text without their rules."""
    ruled = _with_cells(find_lattices(printed.page, printed.rules), printed.page)
    text = text_layer(printed.page, printed, ruled)
    lattices = find_aligned_lattices(text, printed.rules, [table.lattice for table in ruled])
    aligned = _with_cells(lattices, printed.page)
    if not aligned:
        return ruled, text
    tables = sorted([*ruled, *aligned], key=lambda table: reading_order(table.lattice))
    return tables, text_layer(printed.page, printed, tables)


def text_layer(page: UprightPage, printed: Printed, tables: Sequence[PageTable]) -> TextLayer:
    """The text of a page, with or without what a pen wrote, without the rules of the tables."""
    lattices = [table.lattice for table in tables]
    drawn = rule_ink(printed.page.ink, printed.rules, lattices, page.text_height)
    return without_rules(page, drawn, [cell for table in tables for cell in table.cells], printed.pen)


def _with_cells(lattices: Sequence[Lattice], upright: UprightPage) -> list[PageTable]:
    tables = [PageTable(*without_unused_rules(lattice, find_cells(lattice))) for lattice in lattices]
    return [table for table in tables if _is_table(table, upright.text_height)]


def _is_table(table: PageTable, text_height: float) -> bool:
    lattice = table.lattice
    wide = lattice.xs[-1] - lattice.xs[0] >= SMALLEST_TABLE * text_height
    roomy = min(float(np.median(np.diff(stops))) for stops in (lattice.xs, lattice.ys)) >= text_height
    framed = float(np.mean([cell.border for cell in table.cells])) >= 0.5
    return wide and roomy and framed and len(table.cells) >= 2
