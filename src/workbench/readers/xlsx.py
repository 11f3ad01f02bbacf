"""Excel files: every visible sheet as a page, its cells as they are shown, merged cells included."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils.escape import unescape

from workbench.errors import InputError
from workbench.findings import FINDINGS
from workbench.language import Phrase
from workbench.model import Finding
from workbench.readers.limits import require_cells, require_size
from workbench.readers.number_format import displayed
from workbench.readers.office import package_of
from workbench.readers.plain import plain
from workbench.readers.shown import Shown, TextRun, as_shown
from workbench.readers.tables import FileBlock, FileCell, FilePage, FileTable
from workbench.readers.xlsx_looks import Room, SheetLooks, cell_runs, is_cut_off
from workbench.readers.xlsx_parts import NO_VALUE, read_workbook
from workbench.settings import Settings

USUAL_WIDTH = 8.43
"""Width of a column that the file says nothing about, in characters."""

PADDING = 0.71
"""What the widths in a file allow for the margins of a cell, in characters: 5 pixels of 7 (18.3.1.13)."""

MOST_NAMED = 10
"""More rows or cells than this are counted in a note, not named."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The shown cells of a sheet, numbered as if hidden rows and columns were not there, and its columns' widths.

    ``outside`` are the cells without a border at their sides, on sheets that draw such borders.
    """

    cells: tuple[FileCell, ...]
    outside: frozenset[FileCell]
    widths: tuple[float, ...]
    notes: tuple[Finding, ...]


def read_xlsx(path: Path, settings: Settings) -> list[FilePage]:
    """The visible sheets. Hidden sheets, rows and columns are not printed and not read; a note says so.

    Raises:
        InputError: ``encrypted``, ``too-large`` or ``unreadable``.
    """
    try:
        return _pages(path, settings)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, SyntaxError) as error:
        message = Phrase("the workbook is damaged; open it in Excel or WPS and save it again")
        raise InputError("unreadable", path, message) from error


def _pages(path: Path, settings: Settings) -> list[FilePage]:
    workbook = read_workbook(path, settings)
    package = package_of(workbook.parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about drawings and rules of formatting, which are not read
        sheets = openpyxl.load_workbook(package, data_only=True, keep_links=False, rich_text=True).worksheets
    pages = []
    squares = characters = 0
    for sheet in sheets:
        if sheet.sheet_state == "visible":
            squares += sheet.max_row * sheet.max_column
            require_cells(path, squares, settings)
            texts = (cell.value for line in sheet.iter_rows() for cell in line if cell.data_type == "s")
            characters += sum(len(str(text)) for text in texts)
            require_size(path, characters, settings)  # one text may stand in many cells
            shown = _shown(sheet, workbook.looks.get(sheet.title, SheetLooks()))
            pages.append(FilePage(tuple(_blocks(shown)), shown.notes))
    hidden = [s.title for s in sheets if s.sheet_state != "visible" and s.calculate_dimension() != "A1:A1"]
    if pages and hidden:
        note = FINDINGS["hidden-content"].says("sheets", sheets="、".join(hidden)).about()
        pages[0] = replace(pages[0], notes=(*pages[0].notes, note))
    return pages or [FilePage(())]


def _shown(sheet: Any, looks: SheetLooks) -> _Sheet:
    merged = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden or row.height == 0}
    widths, hidden_cols = _columns(sheet)
    rows = {number: n for n, number in enumerate(_without(range(1, sheet.max_row + 1), hidden_rows))}
    cols = {number: n for n, number in enumerate(_without(range(1, sheet.max_column + 1), hidden_cols))}
    cells: list[FileCell] = []
    bordered: set[FileCell] = set()
    skipped: list[str] = []
    no_value: list[str] = []
    filled = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    room_of = _rooms(sheet, widths, {(cell.row, cell.column) for cell in filled})
    for cell in filled:
        area = merged.get((cell.row, cell.column), cell)
        row_numbers = [n for n in range(cell.row, getattr(area, "max_row", cell.row) + 1) if n in rows]
        col_numbers = [n for n in range(cell.column, getattr(area, "max_col", cell.column) + 1) if n in cols]
        in_rows, in_cols = [rows[n] for n in row_numbers], [cols[n] for n in col_numbers]
        if not in_rows or not in_cols:
            skipped.append(cell.coordinate)
            continue
        has_value = cell.value != NO_VALUE
        no_value += [] if has_value else [cell.coordinate]
        found = _text(cell, room_of(row_numbers, col_numbers), looks) if has_value else Shown("", sure=False)
        text = found.text
        shown = FileCell(in_rows[0], in_cols[0], text, len(in_rows), len(in_cols), found.sure, has_value)
        if plain(text) or not has_value:
            cells.append(shown)
            sides = (cell.border.left, cell.border.right)  # None where the file does not mention the side
            bordered |= {shown} if any(side is not None and side.style for side in sides) else set()
    return _Sheet(
        cells=tuple(cells),
        outside=frozenset(set(cells) - bordered if bordered else ()),
        widths=tuple(widths.get(number, USUAL_WIDTH) for number in cols),
        notes=tuple(_notes(sheet.title, skipped, no_value)),
    )


def _without(numbers: Sequence[int], hidden: set[int]) -> list[int]:
    return [number for number in numbers if number not in hidden]


def _columns(sheet: Any) -> tuple[dict[int, float], set[int]]:
    """Widths of columns (in characters) and the hidden ones; the file names columns in groups."""
    widths: dict[int, float] = {}
    hidden: set[int] = set()
    for group in sheet.column_dimensions.values():
        numbers = range(group.min or 1, min(group.max or 0, sheet.max_column) + 1)
        widths |= dict.fromkeys(numbers, float(group.width or USUAL_WIDTH))
        hidden |= set(numbers) if group.hidden or group.width == 0 else set()
    return widths, hidden


def _rooms(
    sheet: Any, widths: Mapping[int, float], filled: Set[tuple[int, int]]
) -> Callable[[Sequence[int], Sequence[int]], Room]:
    """What gives the room of a cell that covers some rows and columns."""
    usual_width = sheet.sheet_format.defaultColWidth or math.inf  # a file without widths was never laid out
    heights = {number: row.height for number, row in sheet.row_dimensions.items() if row.height}

    def room_of(rows: Sequence[int], cols: Sequence[int]) -> Room:
        fixed = [heights[number] for number in rows if number in heights]
        return Room(
            width=sum(widths.get(number, usual_width) for number in cols) - PADDING,
            height=sum(fixed) if len(fixed) == len(rows) else None,
            has_text_before=(rows[0], cols[0] - 1) in filled,
            has_text_behind=(rows[0], cols[-1] + 1) in filled,
        )

    return room_of


def _text(cell: Any, room: Room, looks: SheetLooks) -> Shown:
    """What a cell shows, and whether that is sure."""
    value, code = cell.value, cell.number_format
    if cell.data_type == "e":
        return Shown(str(value))
    is_text = isinstance(value, str | CellRichText)
    stored = unescape(str(value)) if is_text else value
    shown = displayed(stored, code)
    runs = cell_runs(cell, value, unescape)
    if shown != stored:
        look = runs[0].look if len({run.look for run in runs}) == 1 else "unsure"
        runs = [TextRun(str(stored), "unsure") if shown is None else TextRun(shown, look)]
    is_blank_zero = value == 0 and not looks.shows_zeros  # Excel leaves it blank, LibreOffice prints it
    if is_blank_zero or looks.is_doubted(cell) or is_cut_off(cell, "".join(run.text for run in runs), room):
        runs = [replace(run, look="unsure") if run.look == "shown" else run for run in runs]
    found = as_shown(runs)
    return replace(found, sure=found.sure and shown is not None and cell.coordinate not in looks.computed)


def _blocks(sheet: _Sheet) -> Iterator[FileBlock]:
    """Tables, parted by rows in which nothing stands, and the lines above and below them."""
    regions: list[list[FileCell]] = []
    end = -1
    for cell in sorted(sheet.cells, key=lambda cell: (cell.row, cell.col)):
        if cell.row > end:
            regions.append([])
        regions[-1].append(cell)
        end = max(end, cell.row_end)
    for region in regions:
        yield from _region(region, sheet)


def _region(cells: Sequence[FileCell], sheet: _Sheet) -> Iterator[FileBlock]:
    """Rows without a gap: those that are one line of text at the top and the foot stand outside the table."""
    beside = Counter(row for cell in cells for row in range(cell.row, cell.row_end))
    is_line = [all(beside[row] == 1 for row in range(cell.row, cell.row_end)) for cell in cells]
    is_line = [line and (not sheet.outside or cell in sheet.outside) for cell, line in zip(cells, is_line, strict=True)]
    first = next((n for n, line in enumerate(is_line) if not line), len(cells))
    # Without borders nothing tells a note at the foot from the table's last row.
    last = max((n + 1 for n, line in enumerate(is_line) if not line or not sheet.outside), default=0)
    yield from (line for cell in cells[:first] for line in cell.text.split("\n"))
    if first < last:
        yield FileTable(tuple(cells[first:last]), sheet.widths)
    yield from (line for cell in cells[max(first, last) :] for line in cell.text.split("\n"))


def _notes(title: str, skipped: Sequence[str], no_value: Sequence[str]) -> Iterator[Finding]:
    if skipped:
        yield FINDINGS["hidden-content"].says("cells", sheet=title, cells=_listed(skipped)).about()
    if no_value:
        yield FINDINGS["formula-without-value"].says(sheet=title, cells=_listed(no_value)).about()


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:MOST_NAMED]) + (f"等{len(names)}处" if len(names) > MOST_NAMED else "")
