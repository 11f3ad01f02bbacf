"""Sections: the rows of a document sorted by what they say, with the columns that their header gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.form.content import fits, is_nothing, misfits
from workbench.form.headers import Header, header_at, repeated_header
from workbench.form.lexicon import match
from workbench.form.pairs import amount_pairs, goal_header, heading_pairs, is_title
from workbench.form.rows import UNKNOWN, FormCell, FormColumns, FormRow, columns_under

SectionKind = Literal["title", "heading", "amounts", "budgets", "goals", "indicators", "total", "conclusion", "other"]
TABLES: tuple[SectionKind, ...] = ("budgets", "goals", "indicators")

KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "indicators": ("name", "target", "level2"),
    "goals": ("goal", "actual"),
    "budgets": ("initial", "adjusted", "executed"),
}
"""One record of a section per cell in the first of these columns that it has."""

MERGED_TOGETHER = (
    frozenset({"goal_no", "level1", "level2", "name"}),
    frozenset({"sign", "target", "target_unit"}),
    frozenset({"initial", "adjusted", "executed"}),
)
"""Columns over which one cell of a record may reach."""

FEWEST_FITTING = 3
"""A row outside its table is a record of it when so many of its cells fit their columns, and none does not."""


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive rows of one kind. ``header`` holds the label cells that gave the ``columns``.

    ``amounts`` are rows of labels with their amounts beside them, a budget without a header.
    """

    kind: SectionKind
    header: tuple[FormCell, ...]
    columns: FormColumns
    rows: tuple[FormRow, ...]

    @property
    def key_field(self) -> str:
        """The field whose cells tell one record from the next; empty where the section has no such column."""
        present = {column.field for column in self.columns}
        return next((field for field in KEY_FIELDS.get(self.kind, ()) if field in present), "")


def find_sections(rows: Sequence[FormRow]) -> list[Section]:
    """Sort the rows of a document (pages in order) into sections, in their order.

    A row that is neither header nor heading, total or conclusion belongs to the table before it: a page whose header
    is missing goes on with the columns of the page before.
    """
    sections: list[Section] = []
    headers: list[Header] = []
    index = 0
    while index < len(rows):
        header = header_at(rows, index) or repeated_header(rows, index, headers)
        if header:
            if not any(_is_same(header, other) for other in headers):
                headers.append(header)
            sections.append(Section(_table(header.kind), header.labels, header.columns, ()))
            index += header.height
            continue
        _add(sections, rows[index])
        index += 1
    return sections


def _is_same(header: Header, other: Header) -> bool:
    texts, others = ([(piece.text, piece.x0) for piece in one.labels] for one in (header, other))
    return texts == others


def _add(sections: list[Section], row: FormRow) -> None:
    """Put a row into the section that it goes on with, or into a new one."""
    last = sections[-1] if sections else None
    table = _open_table(sections)
    goal = goal_header(row)
    if goal and last is table and table is not None and _goes_on_with_goals(row, table):
        goal = None
    goal = goal or _rest_of_goal(row, last)
    if goal:
        sections.append(Section("goals", goal[0], goal[1], (row,)))
        return
    kind = _kind_of(row, last, table)
    if last is not None and kind == last.kind:
        sections[-1] = replace(last, rows=(*last.rows, row))
    elif table is not None and kind == table.kind:
        sections.append(Section(kind, (), table.columns, (row,)))
    else:
        sections.append(Section(kind, (), (), (row,)))


def _rest_of_goal(row: FormRow, last: Section | None) -> tuple[tuple[FormCell, ...], FormColumns] | None:
    """What became of the goal whose label and text stand in the row above; None if the row does not say it."""
    fields = {column.field for column in last.columns} if last else set()
    is_open = last is not None and last.kind == "goals" and "actual" not in fields and len(last.rows) == 1
    return goal_header(row, "actual") if is_open else None


def _table(kind: str) -> SectionKind:
    return next(table for table in TABLES if table == kind)


def _open_table(sections: Sequence[Section]) -> Section | None:
    """The last table, unless a conclusion has closed it."""
    for section in reversed(sections):
        if section.kind == "conclusion":
            return None
        if section.kind in TABLES:
            return section
    return None


def _kind_of(row: FormRow, last: Section | None, table: Section | None) -> SectionKind:
    printed = row.printed
    named = [match(piece.text, "sections") for piece in printed]
    fields = [found.field if found else None for found in named]
    in_indicators = table is not None and table.kind == "indicators"
    if in_indicators and {"total", "subtotal"} & set(fields[:2]):
        return "total"
    if fields[:1] == ["conclusion"]:
        return "conclusion"
    if last is not None and last.kind == "conclusion" and len(printed) <= 1:
        return "conclusion"
    if is_title(row):
        return "title"
    if _goes_on(row, last, table) and not (fields[:1] == ["tail"] and len(printed) <= 2):
        assert table is not None
        return table.kind
    if heading_pairs(row):
        return "heading"
    return "amounts" if amount_pairs(row) else "other"


def _goes_on_with_goals(row: FormRow, table: Section) -> bool:
    """The label beside the goals again, on the next page: it stands in no column, and what follows in the goal's."""
    label, goal = row.printed[:2]
    return table.kind == "goals" and not _fields(label, table.columns) and "goal" in _fields(goal, table.columns)


def _goes_on(row: FormRow, last: Section | None, table: Section | None) -> bool:
    """Whether a row belongs to the table above it: by its shape right under it, by its content below other rows."""
    if table is None or not row.printed:
        return table is not None and last is table
    if _is_heading_of_next_form(row, table):
        return False
    return _has_its_shape(row, table) if last is table else _fits_well(row, table)


def _has_its_shape(row: FormRow, table: Section) -> bool:
    """No cell reaches over columns that are never merged, or the key column has a cell of its own all the same."""
    if table.kind == "budgets":
        return True
    merged = [piece for piece in row.printed if not _in_one_field(piece, table.columns)]
    return not merged or any(_fields(piece, table.columns) == {table.key_field} for piece in row.printed)


def _is_heading_of_next_form(row: FormRow, table: Section) -> bool:
    """Label and value side by side, where the label cannot be one of the table's texts."""
    pairs = heading_pairs(row)
    return bool(pairs) and (pairs[0].is_whole or not _fits_well(row, table))


def _fits_well(row: FormRow, table: Section) -> bool:
    fitting = 0
    for piece in row.printed:
        fields = _fields(piece, table.columns)
        if len(fields) == 1 and not is_nothing(piece.text):
            (field,) = fields
            if misfits(piece.text, field):
                return False
            fitting += fits(piece.text, field)
    return fitting >= FEWEST_FITTING and any(_fields(p, table.columns) == {table.key_field} for p in row.printed)


def _fields(piece: FormCell, columns: FormColumns) -> set[str]:
    return {column.field for column in columns_under(piece, columns)} - {UNKNOWN}


def _in_one_field(piece: FormCell, columns: FormColumns) -> bool:
    fields = _fields(piece, columns)
    return len(fields) <= 1 or any(fields <= together for together in MERGED_TOGETHER)
