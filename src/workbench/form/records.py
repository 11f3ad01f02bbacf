"""Records: the rows of a section as values by field, each value with the cells it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.fields import FORM_FIELDS, NUMBER_FIELDS, goal_from, indicator_from
from workbench.findings import FINDINGS, listed
from workbench.form.content import POINTS_IN_LABEL, fits, is_nothing, is_number, is_symbol, two_levels
from workbench.form.flags import RecordFlag
from workbench.form.lexicon import DATASET_FIELDS, YEAR_MARK
from workbench.form.misalignment import Levels, Misalignment, find_misalignment
from workbench.form.row_groups import RowGroup, fields_of_groups, groups_below, row_group
from workbench.form.rows import (
    UNKNOWN,
    FormCell,
    FormColumn,
    FormColumns,
    FormRow,
    cells_by_field,
    entry_of,
    field_of,
    fields_under,
)
from workbench.form.sections import MERGED_TOGETHER, Section
from workbench.form.settings import FormSettings
from workbench.model import BLANK, CellKey, Entry, Goal, Indicator
from workbench.several_values import has_several_values

LABELS = tuple(field.name for field in FORM_FIELDS["indicators"] if field.is_merged)
"""Columns whose cells are merged over several records."""

LEVELS = ("level1", "level2")
"""Columns whose labels may print the points of their level."""

STACKED = ("project", "department", "unit", "goal", "initial", "adjusted")
"""Fields of the whole form that are columns of its indicators, where the projects of a department share a table."""

NUMBERS = frozenset(name for table, name in NUMBER_FIELDS if table in ("budgets", "indicators"))
"""Fields that hold one number."""

TEMPLATE_ROW = re.compile(r"^(?:指标\s*\d*\s*[:：]?|[.…·•]+|[-—–]{1,2}|目标\s*\d+\s*[:：])$")
"""Names that the empty template prints, in rows that nobody filled in: 指标2：. A row of dots may be read as a dash."""

POINTS_BEHIND_NAME = re.compile(r"[（(]\s*(?P<points>\d{1,3}(?:\.\d+)?)\s*分\s*[）)]\s*$")
"""The points of an indicator behind its name: ``明确性（6分）``."""

DASHES = frozenset("-—–一")
"""Characters that OCR reads for the ``=`` of a coarse scan, whose two lines run together."""

GATHERED: Mapping[str, Callable[[str], bool]] = {
    "criteria": lambda field: field in ("method", "description"),
    "other_years": lambda field: YEAR_MARK in field or field == "prior",
}
"""Field of an indicator → whether a column's field is one of those whose texts it gathers."""

CellsByField = dict[str | None, list[FormCell]]
"""The cells of a record, by the field of their column; None: of no column."""


@dataclass(frozen=True, slots=True)
class FormRecord:
    """Values by field, with the first row they were read from, and what is doubtful about them.

    The row tells where the record stands, and so what may be joined to it.
    """

    row: FormRow
    fields: dict[str, Entry]
    flags: tuple[RecordFlag, ...] = ()


def table_rows(section: Section, settings: FormSettings, groups: Sequence[RowGroup] = ()) -> list[FormRecord]:
    """The records of a section, one for each cell of its key column, with every field that has a column.

    - A cell that reaches down over several records (a merged level) is a value of each of them.
    - Rows beside one cell of the key column are one record with joined texts, unless they have points of their own.
    - Cells of indicators that stand in a wrong column are moved where that is beyond doubt (`find_misalignment`).
    - A row over the whole width that names a level (`row_group`) is no record, and the level of those below it.

    Args:
        section: a table.
        settings: which column a cell lies in, and the search for misaligned cells.
        groups: that hold at its beginning.
    """
    records: list[FormRecord] = []
    moved: dict[CellKey, str | None] = {}
    moved_labels: dict[str, FormCell] = {}
    ends: list[int] = []
    levels: Levels = {name: frozenset(_texts_in(section, name, settings)) for name in ("level1", "level2")}
    for index, row in enumerate(section.rows):
        is_indicator = section.kind == "indicators"
        if is_indicator and row_group(row, section.columns, settings):
            groups = groups_below([row], section.columns, settings, groups)
            continue
        misaligned = find_misalignment(row, section.columns, levels, settings) if is_indicator else Misalignment()
        moved |= misaligned.fields
        cells = cells_by_field(row.cells, section.columns, settings, moved)
        keys = [cell for cell in cells.get(section.key_field, ()) if cell in row.starting]
        if keys:
            ends = _ends_of_records(section, index, keys[0], settings)
        elif index not in ends[:-1]:
            continue
        end = next(end for end in ends if end > index)
        for name in LABELS:
            if name != section.key_field and name in cells:
                label = _nearest([*cells[name], *_label_above(moved_labels.get(name), row)])
                cells[name] = [label]
                if label.key in misaligned.fields:
                    moved_labels[name] = label
        below = [cell for other in section.rows[index + 1 : end] for cell in other.starting]
        for field, others in cells_by_field(below, section.columns, settings, moved).items():
            cells.setdefault(field, []).extend(others)
        parts = _one_for_each_value(cells)
        if len(parts) > 1:
            flags = [RecordFlag(*FINDINGS["several-values"].says("row", count=len(parts)), None, row.page)]
        else:
            flags = [misaligned.flag] if misaligned.flag else _column_flags(row, cells, section.columns, settings)
        for part in parts:
            fields = fields_of_groups(groups) | _fields_of(part, section.columns)
            fields = _with_points_of_name(fields) if is_indicator else fields
            records.append(FormRecord(row, fields, (*flags, *_target_flags(row, fields))))
    return records


def _one_for_each_value(cells: CellsByField) -> list[CellsByField]:
    """The cells of a row once for each of its values, where all cells have as many of them; labels are merged over the
    values, or as many. Else the row as it is."""
    own = [cell for field, found in cells.items() if field not in LABELS for cell in found if cell.text]
    counts = {len(cell.values) for cell in own}
    if len(counts) != 1 or counts == {1} or not any(has_several_values(cell.text) for cell in own):
        return [cells]
    count = counts.pop()
    return [
        {field: [_with_value(cell, number, count) for cell in found] for field, found in cells.items()}
        for number in range(count)
    ]


def _with_value(cell: FormCell, number: int, count: int) -> FormCell:
    """The cell with one of its ``count`` values; unchanged where it has not as many."""
    if len(cell.values) != count:
        return cell
    return replace(cell, grid_cell=replace(cell.grid_cell, text=cell.values[number]))


def _fields_of(cells: CellsByField, columns: FormColumns) -> dict[str, Entry]:
    """The entries of a record's cells; blank for columns without a cell, two levels of one cell apart."""
    fields = {column.field: BLANK for column in columns if column.field != UNKNOWN}
    fields |= {field: entry_of(found) for field, found in cells.items() if field is not None and field != UNKNOWN}
    for field, sources in GATHERED.items():
        gathered = [column for column in columns if sources(column.field)]
        if gathered:
            fields[field] = _gathered(cells, gathered, always=field == "other_years")
    return _separate_levels(fields.pop("levels", None)) | fields


def _with_points_of_name(fields: dict[str, Entry]) -> dict[str, Entry]:
    """The fields of an indicator, those of a table without weights with the points behind its name: 明确性（6分）."""
    name = fields.get("name", BLANK)
    points = POINTS_BEHIND_NAME.search(name.text)
    if "weight" in fields or "score" not in fields or points is None:
        return fields
    return {**fields, "weight": replace(name, text=points["points"])}


def _gathered(cells: CellsByField, columns: Sequence[FormColumn], *, always: bool) -> Entry:
    """The texts of several columns as one entry, each behind the label of its column; of one column the text alone,
    unless ``always``. Cells that show nothing are left out."""
    found = [
        (_label_with_year(column), [cell for cell in cells.get(column.field, ()) if cell.overlaps(column)])
        for column in columns
    ]
    printed = [(label, own) for label, own in found if not is_nothing(entry_of(own).text)]
    entry = entry_of([cell for _, own in printed for cell in own])
    if len(columns) == 1 and not always:
        return entry
    return replace(entry, text="；".join(f"{label}：{entry_of(own).text}" for label, own in printed))


def _label_with_year(column: FormColumn) -> str:
    """The label of a column; that of a year's column with its year, which may stand in a row of labels above it."""
    year = column.field.partition(YEAR_MARK)[2]
    label = re.sub(r"\s+", "", column.label_text)
    return label if not year or label.startswith(year) else f"{year}年{label}"


def _ends_of_records(section: Section, start: int, key: FormCell, settings: FormSettings) -> list[int]:
    """Where the records end that begin in a row, as row numbers of the section, each one past the last row.

    Usually one, as far down as the cell of the key column reaches. Where several rows beside that cell have points,
    every row with a cell for points begins another.
    """
    rows = section.rows
    beside = takewhile(lambda n: _is_beside(rows[n], key, rows[start]), range(start + 1, len(rows)))
    end = max(beside, default=start) + 1
    points = {n: _texts_of_points(rows[n], section.columns, settings) for n in range(start, end)}
    are_several = sum(any(is_number(text) for text in texts) for texts in points.values()) > 1
    return [*(n for n, texts in points.items() if n > start and texts and are_several), end]


def _texts_of_points(row: FormRow, columns: FormColumns, settings: FormSettings) -> list[str]:
    return [cell.text for cell in row.starting if field_of(cell, columns, settings) in ("weight", "score")]


def _separate_levels(both: Entry | None) -> dict[str, Entry]:
    """First and second level of a cell with the names of both; that of a single name is the first."""
    if both is None:
        return {}
    upper, lower = two_levels(both.text) or (both.text, "")
    return {"level1": replace(both, text=upper), "level2": replace(both, text=lower)}


def _texts_in(section: Section, name: str, settings: FormSettings) -> Iterator[str]:
    """The texts in the column of a field."""
    for row in section.rows:
        yield from (cell.text for cell in row.printed if field_of(cell, section.columns, settings) == name)


def _is_beside(row: FormRow, key: FormCell, first: FormRow) -> bool:
    """Whether a row lies beside the lower part of a cell that starts in the first row."""
    return row.is_in_table_of(first) and key.row < row.number < key.row_end


def _label_above(label: FormCell | None, row: FormRow) -> list[FormCell]:
    """A label that was moved into its column in a row above: in the same table it names the rows below, too."""
    is_here = label is not None and (label.key.page, label.key.table_no) == (row.page, row.table_no)
    return [label] if label is not None and is_here else []


def _nearest(labels: Sequence[FormCell]) -> FormCell:
    """Of several labels for a row the one that starts last; of those that start together, the first with text."""
    return max(labels, key=lambda cell: (cell.row, bool(cell.text)))


def _column_flags(row: FormRow, cells: CellsByField, columns: FormColumns, settings: FormSettings) -> list[RecordFlag]:
    """Flags on values whose column is uncertain, as it is printed.

    ``shifted-cell``: two cells with text in a column of numbers, or one cell over several columns that are never
    merged. ``column-in-doubt``: a number in no column. Numbers under a label that names no field have one finding for
    their column (`form.leftover`).
    """
    flags = []
    for name, in_column in cells.items():
        printed = [cell for cell in in_column if cell.text]
        if name in NUMBERS and len(printed) > 1:
            texts = listed(cell.text for cell in printed)
            flags.append(RecordFlag(*FINDINGS["shifted-cell"].says("several-in-column", texts=texts), name, row.page))
    for cell in cells.get(None, ()):
        if cell.text and is_number(cell.text):
            flags.append(RecordFlag(*FINDINGS["column-in-doubt"].says("number", text=cell.text), None, row.page))
    for cell in row.printed:
        fields = fields_under(cell, columns, settings)
        if len(fields) > 1 and not any(fields <= together for together in MERGED_TOGETHER) and fields & NUMBERS:
            flags.append(RecordFlag(*FINDINGS["shifted-cell"].says("over-columns", text=cell.text), None, row.page))
    return flags


def is_empty(record: FormRecord) -> bool:
    """Whether a row holds nothing but labels of levels, and what the empty template prints.

    In a form without a column of names the second level names the indicators: there it is no label.
    """
    labels = set(LABELS) if "name" in record.fields else set(LABELS[:2])
    own_fields = DATASET_FIELDS - labels - set(STACKED) - set(GATHERED)
    values = {name: entry for name, entry in record.fields.items() if name in own_fields}
    name = values.pop("name", BLANK)
    is_blank = not has_ink([name]) or is_template(name.text)
    return is_blank and not has_ink(values.values())


def is_template(text: str) -> bool:
    """Whether a text is one that the empty template prints: ……, 指标2：."""
    return bool(TEMPLATE_ROW.match(text))


def is_template_row(record: FormRecord) -> bool:
    """Whether a row is one of the empty template: 指标2：, with nothing beside it."""
    return bool(record.fields.get("name", BLANK).text) and is_empty(record)


def has_ink(entries: Iterable[Entry]) -> bool:
    """Whether anything stands in the cells: text, or ink that could not be read (confidence 0)."""
    return any(entry.text or entry.confidence == 0 for entry in entries)


def to_indicator(record: FormRecord) -> Indicator:
    """The indicator of a record. Symbol, number and unit in three columns are joined as one target."""
    fields = record.fields
    levels = {name: _without_points(fields.get(name, BLANK)) for name in LEVELS}
    target = _target(fields.get("sign"), fields.get("target", BLANK), fields.get("target_unit"))
    return indicator_from({**fields, **levels, "target": target})


def _without_points(level: Entry) -> Entry:
    """A level's name without the points behind it: 产出指标 of 产出指标（50分）."""
    return replace(level, text=POINTS_IN_LABEL.sub("", level.text))


def _target(symbol: Entry | None, number: Entry, unit: Entry | None) -> Entry:
    """Symbol, number and unit as one entry, in the order of print.

    A word for the kind of the indicator (定性) is no symbol, and a dash no unit; neither is repeated where the cell of
    the number has it already. All three cells are those of the entry, except cells with another text.
    """
    before = symbol if symbol and is_symbol(symbol.text) and not number.text.startswith(symbol.text) else None
    behind = unit if unit and _is_unit(unit.text) and not number.text.endswith(unit.text) else None
    parts = [part for part in (before, number, behind) if part is not None] if number else [number]
    nothing = [part for part in (symbol, unit) if part is not None and is_nothing(part.text)]
    return Entry(
        "".join(part.text for part in parts),
        min(part.confidence for part in parts),
        tuple(key for part in (*parts, *nothing) for key in part.cells),
    )


def _is_unit(text: str) -> bool:
    return not is_nothing(text) and fits(text, "target_unit")


def _target_flags(row: FormRow, fields: Mapping[str, Entry]) -> Iterator[RecordFlag]:
    """Flags on targets that may lack a part, or may not be those that count.

    ``shifted-cell``: the column of symbols or of units holds something else. ``low-confidence``: a dash before a
    number may be an ``=``. ``column-in-doubt``: another column has an adjusted target.
    """
    for name, called in (("sign", "符号"), ("target_unit", "单位")):
        text = fields.get(name, BLANK).text
        if not fits(text, name):
            statement = FINDINGS["shifted-cell"].says("beside-target", column=called, text=text)
            yield RecordFlag(*statement, "target", row.page)
    target, adjusted = (fields.get(name, BLANK).text for name in ("target", "adjusted_target"))
    if not is_nothing(adjusted) and adjusted != target:
        statement = FINDINGS["column-in-doubt"].says("adjusted", text=adjusted, target=target)
        yield RecordFlag(*statement, "target", row.page)
    symbol = fields.get("sign", BLANK)
    if symbol.text in DASHES and symbol.confidence < 1 and is_number(fields.get("target", BLANK).text):
        yield RecordFlag(*FINDINGS["low-confidence"].says("sign", text=symbol.text), "target", row.page)


def to_goal(record: FormRecord, number: int) -> Goal:
    """The goal of a record; ``number`` is its place among the goals, taken where the row prints no number."""
    return goal_from(record.fields, number)
