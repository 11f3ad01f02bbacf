"""What is printed in the tables of a form and is in no field, by its cause: a column, a block, the headings, a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from workbench.form.content import is_nothing, is_number
from workbench.form.division import FormParts
from workbench.form.lexicon import match_label
from workbench.form.pairs import NAMED, heading_pairs
from workbench.form.rows import GROUPED, UNKNOWN, FormCell, FormRow, columns_under, entry_of
from workbench.form.sections import TABLES, Section
from workbench.form.settings import FormSettings
from workbench.form.totals import is_in_labelled_column
from workbench.model import CellKey, Finding, Form, LeftOut, LeftOutKind, Table

REMARK = re.compile(r"(?:备?注|(?:填表|填报)?说明)\s*[:：\d]")
"""How a remark below a table begins: ``注：1.…``."""


QUOTED = re.compile(r"“(.*?)”")
"""A text of the form in a message."""

LONGEST_QUOTED = 20
"""Characters that ``column-in-doubt`` shows of a number (``findings.py``)."""

UNLABELLED = "无表头"
"""What a message calls a column that has no label."""


class _Cause(NamedTuple):
    """Why a cell is in no field; cells with equal causes belong together. ``part`` tells causes of one kind apart."""

    kind: LeftOutKind
    table: Table | None
    label: str = ""
    part: object = None


def left_out(form: Form, parts: FormParts, cells: Iterable[FormCell], settings: FormSettings) -> tuple[LeftOut, ...]:
    """The cells of a form that are in no field, by cause, in the order of the form.

    - All cells of one column, on whatever page, whose label names no field of the dataset, are one: ``column`` where
      the label is in no list or missing, ``known-column`` where it is known to be of something else.
    - Values of headings, rows below the tables (备注, 说明), and subtotals are one each for the form.
    - Rows that stand together and belong to no table are a ``block``.
    - Any other cell stands for itself, with the record that it stands beside.
    - What the notes of the form say already, of a total row or a column that was given up, is ``reported``.

    Args:
        form: its indicators tell which record a cell stands beside.
        parts: of the form.
        cells: those in no field.
        settings: which column a cell lies in.
    """
    rest = {cell.key for cell in cells if cell.text}
    reported = {(note.page, note.found) for note in form.notes if note.code == "unmapped-cell"}
    doubted = {place for note in form.notes for place in _numbers_in_no_column(note)}
    groups: dict[_Cause, list[FormCell]] = {}
    blocks = _blocks(parts.sections)
    for (number, section), block in zip(enumerate(parts.sections), blocks, strict=True):
        for row in section.rows:
            for cell in (cell for cell in row.starting if cell.key in rest):
                cause = _cause(cell, row, section, parts.sections[:number], block, rest, settings)
                if section.kind == "total" and (cell.key.page, cell.text) in reported:
                    cause = _Cause("reported", "forms")
                if cause.kind == "cell" and (cell.key.page, cell.text[:LONGEST_QUOTED]) in doubted:
                    cause = _Cause("reported", cause.table)
                groups.setdefault(cause, []).append(cell)
    records = _records_by_row(form)
    return tuple(
        LeftOut(
            cause.kind,
            cause.table,
            records.get(_row_of(found[0].key)) if cause.kind == "cell" and cause.table == "indicators" else None,
            cause.label,
            tuple(entry_of([cell]) for cell in found),
        )
        for cause, found in groups.items()
    )


def _numbers_in_no_column(note: Finding) -> Iterator[tuple[int | None, str]]:
    """Page and text of the number that ``column-in-doubt`` of a record is about; none for another finding."""
    if note.code == "column-in-doubt" and note.record_no is not None and note.field is None:
        yield from ((note.page, text) for text in QUOTED.findall(note.message))


def _blocks(sections: Sequence[Section]) -> list[int]:
    """For each section the number of its block: sections of no table that follow each other are in one."""
    numbers = [0] * len(sections)
    for place, (before, section) in enumerate(pairwise(sections), start=1):
        is_same = before.kind == section.kind == "other" or {before.kind, section.kind} == {"other", "amounts"}
        numbers[place] = numbers[place - 1] + (not is_same)
    return numbers


def _cause(
    cell: FormCell,
    row: FormRow,
    section: Section,
    above: Sequence[Section],
    block: int,
    rest: AbstractSet[CellKey],
    settings: FormSettings,
) -> _Cause:
    """Why a cell of a row of a section is in no field. ``above``: the sections above; ``rest``: all such cells."""
    if section.kind in TABLES:
        alone = _cause_of_row(cell, row, section, rest, block)
        return alone or _cause_in_table(cell, section, settings)
    if section.kind == "heading":
        known = any(pair.value is cell and pair.field not in NAMED for pair in heading_pairs(row))
        return (
            _Cause("headings", "forms") if known or not is_number(cell.text) else _Cause("block", "budgets", part=block)
        )
    if section.kind == "total":
        is_subtotal = any(match_label(other.text, "sections") == "subtotal" for other in row.printed)
        if is_subtotal:
            return _Cause("subtotals", "forms")
        table = next((other for other in reversed(above) if other.kind in TABLES), section)
        is_in_column = is_in_labelled_column(cell, table.columns, settings)
        return _cause_in_table(cell, table, settings) if is_in_column else _Cause("cell", "forms", part=cell.key)
    if section.kind in ("other", "amounts"):
        if any(match_label(other.text, "sections") == "tail" or REMARK.match(other.text) for other in row.cells[:1]):
            return _Cause("tail", "forms")
        if cell.grid_cell.rowspan > 1 and not is_number(cell.text):
            return _Cause("headings", "forms")  # the label beside several rows
        missing_from = "budgets" if section.kind == "amounts" else _table_of_block(section, above)
        return _Cause("block", missing_from, part=block)
    return _Cause("cell", "forms", part=cell.key)


def _cause_of_row(
    cell: FormCell, row: FormRow, section: Section, rest: AbstractSet[CellKey], block: int
) -> _Cause | None:
    """The cause of a row of budgets that is in no field from end to end: a line without figures, or what is no budget
    and stands below one. None for another row."""
    printed = [other for other in row.printed if not is_nothing(other.text)]
    if section.kind != "budgets" or not all(other.key in rest for other in printed):
        return None
    if len(printed) == 1 and not is_number(cell.text):
        return _Cause("lines", "budgets")
    return _Cause("block", "budgets" if any(is_number(other.text) for other in printed) else None, part=block)


def _cause_in_table(cell: FormCell, section: Section, settings: FormSettings) -> _Cause:
    table = _named(section.kind)
    under = columns_under(cell, section.columns, settings)
    if len(under) == 1 and under[0].evidence in ("contradicted", "ambiguous"):
        return _Cause("reported", table)  # column-in-doubt says that the column was not taken
    if len(under) == 1:
        are_words = under[0].field == GROUPED and not is_number(cell.text)  # names of a level, and no points of one
        kind: LeftOutKind = "column" if under[0].field in (UNKNOWN, "part") or are_words else "known-column"
        place = sorted(section.columns, key=lambda column: column.x0).index(under[0]) + 1
        return _Cause(kind, table, under[0].label_text or f"{UNLABELLED}，左起第{place}列")
    return _Cause("cell", table, part=cell.key)


def _named(kind: str) -> Table:
    return "budgets" if kind == "budgets" else "goals" if kind == "goals" else "indicators"


def _table_of_block(section: Section, above: Sequence[Section]) -> Table | None:
    """The table that rows which belong to none may be missing from: where they hold numbers, the last one above."""
    if not any(is_number(cell.text) for row in section.rows for cell in row.printed):
        return None
    return next((_named(other.kind) for other in reversed(above) if other.kind in TABLES), "indicators")


def _records_by_row(form: Form) -> dict[tuple[int, int, int], int]:
    """The number of the indicator whose own cells start in a row of a table."""
    found: dict[tuple[int, int, int], int] = {}
    for number, indicator in enumerate(form.indicators, start=1):
        for key in _own_cells(indicator.name.cells, indicator.target.cells):
            found.setdefault(_row_of(key), number)
    return found


def _own_cells(*cells: tuple[CellKey, ...]) -> Iterator[CellKey]:
    for found in cells:
        yield from found


def _row_of(key: CellKey) -> tuple[int, int, int]:
    return key.page, key.table_no, key.row
