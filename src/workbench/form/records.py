"""Records: the rows of a section as they stand in its columns, each value with the cells it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.fields import FORM_FIELDS, goal_from, indicator_from
from workbench.form.content import POINTS_IN_LABEL, fits, is_nothing, is_number, is_sign, two_levels
from workbench.form.lexicon import HELD
from workbench.form.rows import UNKNOWN, FormCell, FormColumns, FormRow, columns_under, entry_of, field_of
from workbench.form.sections import MERGED_TOGETHER, Section
from workbench.form.shifts import Doubt, Shift, shift_in
from workbench.model import BLANK, CellKey, Entry, Goal, Indicator

LABELS = tuple(field.name for field in FORM_FIELDS["indicators"] if field.is_merged)
"""Columns whose cells are merged over several records."""

LEVELS = ("level1", "level2")
"""Columns whose labels may print the points of their level."""

STACKED = ("project", "department", "unit", "goal", "initial", "adjusted")
"""Columns of indicators that tell about the whole form, where the projects of a department share a table."""

NUMBERS = frozenset({"weight", "score", "initial", "adjusted", "executed", "execution_rate"})

TEMPLATE_ROW = re.compile(r"^(?:指标\s*\d*\s*[:：]?|[.…·]{2,}|目标\s*\d+\s*[:：])$")
"""Rows of the empty template that were left in the form."""

DASHES = frozenset("-—–一")
"""What the = of a coarse scan, its bars run together, is read as."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A record with the first row it was read from: where it stands decides what may be joined to it."""

    row: FormRow
    fields: dict[str, Entry]
    doubts: tuple[Doubt, ...] = ()


def table_rows(section: Section) -> list[Sourced]:
    """One record per cell of the section's key column, with every field that the columns give.

    A cell that reaches down over several records (merged level labels) counts for each of them. Rows
    that the key column splits more coarsely than other columns are one record with joined cells, unless they
    have points of their own.
    """
    records: list[Sourced] = []
    moved: dict[CellKey, str | None] = {}
    labels: dict[str, FormCell] = {}
    ends: list[int] = []
    levels = {name: frozenset(_texts_in(section, name)) for name in ("level1", "level2")}
    for index, row in enumerate(section.rows):
        shift = shift_in(row, section.columns, levels) if section.kind == "indicators" else Shift()
        moved |= shift.fields
        sorted_out = _by_field(row.pieces, section.columns, moved)
        keys = [piece for piece in sorted_out.get(section.key_field, ()) if piece in row.starting]
        if keys:
            ends = _ends_of_records(section, index, keys[0])
        elif index not in ends[:-1]:
            continue
        end = next(end for end in ends if end > index)
        for name in LABELS:
            if name != section.key_field and name in sorted_out:
                label = _nearest([*sorted_out[name], *_moved_above(labels.get(name), row)])
                sorted_out[name] = [label]
                if label.key in shift.fields:
                    labels[name] = label
        below = [piece for r in section.rows[index + 1 : end] for piece in r.starting]
        for field, pieces in _by_field(below, section.columns, moved).items():
            sorted_out.setdefault(field, []).extend(pieces)
        fields = {column.field: BLANK for column in section.columns if column.field != UNKNOWN}
        fields |= {field: entry_of(pieces) for field, pieces in sorted_out.items() if field not in (None, UNKNOWN)}
        fields = _levels_apart(fields.pop("levels", None)) | fields
        doubts = [shift.doubt] if shift.doubt else _doubts(row, sorted_out, section.columns)
        records.append(Sourced(row, fields, (*doubts, *_target_doubts(row, fields))))
    return records


def _ends_of_records(section: Section, start: int, key: FormCell) -> list[int]:
    """Where the records end that begin in a row: one, as far as the key's cell reaches down, or as many as have a cell
    for points beside it, where several of them have points."""
    rows = section.rows
    beside = takewhile(lambda n: _within(rows[n], key, rows[start]), range(start + 1, len(rows)))
    end = max(beside, default=start) + 1
    points = {n: _points_in(rows[n], section.columns) for n in range(start, end)}
    are_several = sum(any(is_number(text) for text in texts) for texts in points.values()) > 1
    return [*(n for n, texts in points.items() if n > start and texts and are_several), end]


def _points_in(row: FormRow, columns: FormColumns) -> list[str]:
    return [piece.text for piece in row.starting if field_of(piece, columns) in ("weight", "score")]


def _levels_apart(both: Entry | None) -> dict[str, Entry]:
    """First and second level of a cell that names both; of one that names a single level, that level alone."""
    if both is None:
        return {}
    upper, lower = two_levels(both.text) or (both.text, "")
    return {"level1": replace(both, text=upper), "level2": replace(both, text=lower)}


def _texts_in(section: Section, name: str) -> Iterable[str]:
    return (piece.text for row in section.rows for piece in row.printed if field_of(piece, section.columns) == name)


def _by_field(
    pieces: Iterable[FormCell], columns: FormColumns, moved: dict[CellKey, str | None]
) -> dict[str | None, list[FormCell]]:
    """Cells sorted into the fields of their columns, those that were moved into their own."""
    sorted_out: dict[str | None, list[FormCell]] = {}
    for piece in pieces:
        name = moved[piece.key] if piece.key in moved else field_of(piece, columns)
        sorted_out.setdefault(name, []).append(piece)
    return sorted_out


def _within(row: FormRow, key: FormCell, first: FormRow) -> bool:
    same_table = (row.page, row.table_no) == (first.page, first.table_no)
    return same_table and key.cell.row < row.number < key.cell.row_end


def _moved_above(label: FormCell | None, row: FormRow) -> list[FormCell]:
    """A label that was moved in a row above names the rows below it like one that was always in its column."""
    here = label is not None and (label.key.page, label.key.table_no) == (row.page, row.table_no)
    return [label] if label is not None and here else []


def _nearest(pieces: Sequence[FormCell]) -> FormCell:
    """Of several labels for a row the one that starts last; beside an empty cell, the one with text."""
    return max(pieces, key=lambda piece: (piece.cell.row, bool(piece.text)))


def _doubts(row: FormRow, sorted_out: dict[str | None, list[FormCell]], columns: FormColumns) -> list[Doubt]:
    """``shifted-cell``: two figures in one column, or one cell over several columns that are never merged;
    ``column-in-doubt``: a figure under a label that does not tell its field."""
    doubts = []
    for name, pieces in sorted_out.items():
        printed = [piece for piece in pieces if piece.text]
        if name in NUMBERS and len(printed) > 1:
            told = "、".join(f"“{piece.text[:20]}”" for piece in printed)
            doubts.append(Doubt("shifted-cell", "warning", f"同一列中有几个单元格：{told}，请对照原件", name, row.page))
    for piece in (*sorted_out.get(UNKNOWN, ()), *sorted_out.get(None, ())):
        if piece.text and is_number(piece.text):
            told = next(
                (f"表头“{c.label.text}”" for c in columns_under(piece, columns) if c.label and c.label.text), "表头"
            )
            message = f"{told}无法识别，其下的“{piece.text[:20]}”未能归入任何字段，请对照原件"
            doubts.append(Doubt("column-in-doubt", "warning", message, None, row.page))
    for piece in row.printed:
        fields = {column.field for column in columns_under(piece, columns)} - {UNKNOWN}
        if len(fields) > 1 and not any(fields <= together for together in MERGED_TOGETHER) and fields & NUMBERS:
            message = f"单元格“{piece.text[:20]}”跨越几列，无法确定属于哪一列，请对照原件"
            doubts.append(Doubt("shifted-cell", "warning", message, None, row.page))
    return doubts


def is_empty(record: Sourced) -> bool:
    """Whether nothing but level labels is printed in the row, or only what the empty template prints."""
    labels = set(LABELS) if "name" in record.fields else set(LABELS[:2])
    values = {name: entry for name, entry in record.fields.items() if name in HELD - labels - set(STACKED)}
    name = values.pop("name", BLANK)
    is_template = not has_ink([name]) or bool(TEMPLATE_ROW.match(name.text))
    return is_template and not has_ink(values.values())


def is_left_over(record: Sourced) -> bool:
    """Whether the row is one of the empty template: 指标2：, with nothing beside it."""
    return bool(record.fields.get("name", BLANK).text) and is_empty(record)


def has_ink(entries: Iterable[Entry]) -> bool:
    """Whether anything stands in the cells: text, or ink that could not be read (confidence 0)."""
    return any(entry.text or entry.confidence == 0 for entry in entries)


def to_indicator(record: Sourced) -> Indicator:
    """An indicator from the fields of a row; sign, number and unit in three columns are joined as one target."""
    fields = record.fields
    levels = {name: _without_points(fields.get(name, BLANK)) for name in LEVELS}
    target = _target(fields.get("sign"), fields.get("target", BLANK), fields.get("target_unit"))
    return indicator_from({**fields, **levels, "target": target})


def _without_points(level: Entry) -> Entry:
    return replace(level, text=POINTS_IN_LABEL.sub("", level.text))


def _target(sign: Entry | None, number: Entry, unit: Entry | None) -> Entry:
    """Sign, number and unit as printed. The kind of the indicator (定性) is no sign, a dash no unit, and neither is
    said twice where the number's own cell says it."""
    before = sign if sign and is_sign(sign.text) and not number.text.startswith(sign.text) else None
    behind = unit if unit and _is_unit(unit.text) and not number.text.endswith(unit.text) else None
    parts = [part for part in (before, number, behind) if part is not None] if number else [number]
    nothing = [part for part in (sign, unit) if part is not None and is_nothing(part.text)]
    return Entry(
        "".join(part.text for part in parts),
        min(part.confidence for part in parts),
        tuple(key for part in (*parts, *nothing) for key in part.cells),
    )


def _is_unit(text: str) -> bool:
    return not is_nothing(text) and fits(text, "target_unit")


def _target_doubts(row: FormRow, fields: dict[str, Entry]) -> Iterable[Doubt]:
    """``shifted-cell``: the columns of sign and unit hold what is none, so that the target may lack it."""
    for name, called in (("sign", "符号"), ("target_unit", "单位")):
        text = fields.get(name, BLANK).text
        if not fits(text, name):
            message = f"{called}栏中的“{text[:20]}”不是{called}，未并入指标值，请对照原件"
            yield Doubt("shifted-cell", "warning", message, "target", row.page)
    sign = fields.get("sign", BLANK)
    if sign.text in DASHES and sign.confidence < 1 and is_number(fields.get("target", BLANK).text):
        message = f"符号栏读作“{sign.text}”，扫描件上可能是“=”，指标值未带符号，请对照原件"
        yield Doubt("low-confidence", "warning", message, "target", row.page)


def to_goal(record: Sourced, number: int) -> Goal:
    """A goal from the fields of a row; ``number`` is taken where the row prints none."""
    return goal_from(record.fields, number)
