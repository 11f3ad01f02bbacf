"""Sections: the rows of a document, sorted by what they say, each with the columns that its header gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from workbench.form.content import fits, is_nothing, is_number, misfits
from workbench.form.cut_headers import cut_header_at
from workbench.form.header_columns import Header
from workbench.form.headers import header_at
from workbench.form.lexicon import match
from workbench.form.own_layouts import OwnLayouts
from workbench.form.pairs import amount_pairs, goal_header, heading_pairs, is_title
from workbench.form.repeated_headers import repeated_header
from workbench.form.row_groups import row_group
from workbench.form.rows import FormCell, FormColumns, FormRow, fields_under
from workbench.form.settings import FormSettings

SectionKind = Literal["title", "heading", "amounts", "budgets", "goals", "indicators", "total", "conclusion", "other"]
"""What the rows of a section are. ``amounts``: a budget without a header, labels with their amounts beside them."""

TABLES: tuple[SectionKind, ...] = ("budgets", "goals", "indicators")
"""Kinds of sections with a header that names their columns."""

KEY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "indicators": ("name", "target", "level2"),
    "goals": ("goal", "actual"),
    "budgets": ("initial", "adjusted", "executed"),
}
"""Kind of section → fields: each cell in the column of the first that the section has begins a record."""

MERGED_TOGETHER = (
    frozenset({"goal_no", "level1", "level2", "name"}),
    frozenset({"sign", "target", "target_unit"}),
    frozenset({"initial", "adjusted", "executed"}),
)
"""Fields over whose columns one cell of a record may reach."""


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive rows of one kind, with the label cells of their header and the columns that those name.

    A section that goes on after rows of another kind has the columns of its beginning, and no header. ``layout`` names
    the project's layout that has the header.
    """

    kind: SectionKind
    header: tuple[FormCell, ...]
    columns: FormColumns
    rows: tuple[FormRow, ...]
    layout: str = ""

    @property
    def key_field(self) -> str:
        """The field whose cells each begin a record; empty where the section has no such column."""
        present = {column.field for column in self.columns}
        return next((field for field in KEY_FIELDS.get(self.kind, ()) if field in present), "")


def find_sections(rows: Sequence[FormRow], settings: FormSettings, layouts: OwnLayouts = ()) -> list[Section]:
    """Sort the rows of a document into sections, in their order.

    A row that is no header, heading, total or conclusion belongs to the table above it, if it is divided like that
    table or, below rows of another kind, if its texts fit the columns. So a page without a header goes on with the
    columns of the page before.

    Args:
        rows: of all pages, in order.
        settings: what makes a row a header or a title, and what makes it fit the table above it.
        layouts: of the project.
    """
    sections: list[Section] = []
    headers: list[Header] = []
    index = 0
    while index < len(rows):
        cut = cut_header_at(rows, index, settings, layouts)
        header = cut.header if cut else header_at(rows, index, settings, layouts)
        header = header or repeated_header(rows, index, headers, settings)
        if header:
            if not any(_is_same(header, other) for other in headers):
                headers.append(header)
            labels = (*header.labels, *(cut.lower.starting if cut else ()))
            sections.append(Section(_table(header.kind), labels, header.columns, (), header.layout))
            index += header.height + bool(cut)
            continue
        if sections and not sections[-1].rows and _numbers_columns(rows[index]):
            sections[-1] = replace(sections[-1], header=(*sections[-1].header, *rows[index].starting))
        else:
            _add_row(sections, rows[index], settings)
        index += 1
    return sections


COLUMN_NUMBER = re.compile(r"[甲乙丙丁戊己庚辛壬癸]|栏次|行次|[（(]?(?P<number>\d{1,2})[）)]?(?:\s*=.*)?")
"""What a row under a header may print to number its columns: 栏次, 甲, 3, (3), 5=3/2."""


def _numbers_columns(row: FormRow) -> bool:
    """Whether a row only numbers the columns above it: 栏次 | 1 | 2 | 3, or 甲 | 乙 | 1 | 2, the numbers in order."""
    found = [COLUMN_NUMBER.fullmatch(cell.text.strip()) for cell in row.printed]
    numbers = [int(one["number"]) for one in found if one and one["number"]]
    in_order = [first + 1 == second for first, second in pairwise(numbers)]
    return all(found) and len(numbers) > 1 and all(in_order)


def _is_same(header: Header, other: Header) -> bool:
    """Whether two headers have the same texts in the same places."""
    texts, others = ([(cell.text, cell.x0) for cell in one.labels] for one in (header, other))
    return texts == others


def _add_row(sections: list[Section], row: FormRow, settings: FormSettings) -> None:
    """Append a row to the last section if it belongs there, or else a new section with it to the sections."""
    last = sections[-1] if sections else None
    table = _open_table(sections)
    goal = goal_header(row)
    if goal and last is table and table is not None and _continues_goals(row, table, settings):
        goal = None
    goal = goal or _outcome_of_goal(row, last)
    if goal:
        sections.append(Section("goals", goal[0], goal[1], (row,)))
        return
    kind = _kind_of(row, last, table, settings)
    if last is not None and kind == last.kind:
        sections[-1] = replace(last, rows=(*last.rows, row))
    elif table is not None and kind == table.kind:
        sections.append(Section(kind, (), table.columns, (row,)))
    else:
        sections.append(Section(kind, (), (), (row,)))


def _outcome_of_goal(row: FormRow, last: Section | None) -> tuple[tuple[FormCell, ...], FormColumns] | None:
    """Labels and columns of a row that states the outcome of the goal in the row above; None for another row."""
    fields = {column.field for column in last.columns} if last else set()
    is_open = last is not None and last.kind == "goals" and "actual" not in fields and len(last.rows) == 1
    return goal_header(row, "actual") if is_open else None


def _table(kind: str) -> SectionKind:
    return next(table for table in TABLES if table == kind)


def _open_table(sections: Sequence[Section]) -> Section | None:
    """The last table; None where there is none, or a conclusion stands below it."""
    for section in reversed(sections):
        if section.kind == "conclusion":
            return None
        if section.kind in TABLES:
            return section
    return None


def _kind_of(row: FormRow, last: Section | None, table: Section | None, settings: FormSettings) -> SectionKind:
    """What a row is. ``last``: the section above it; ``table``: the table that it may belong to."""
    printed = row.printed
    matches = [match(cell.text, "sections") for cell in printed]
    fields = [found.field if found else None for found in matches]
    in_indicators = table is not None and table.kind == "indicators"
    if in_indicators and {"total", "subtotal"} & set(fields[:2]):
        return "total"
    if in_indicators and table is not None and row_group(row, table.columns, settings):
        return "indicators"
    is_name_of_form = is_title(row, settings)
    if fields[:1] == ["conclusion"] and not is_name_of_form:  # 绩效自评表 is no damaged 绩效自评结论
        return "conclusion"
    if last is not None and last.kind == "conclusion" and len(printed) <= 1:
        return "conclusion"
    if is_name_of_form:
        return "title"
    is_tail = fields[:1] == ["tail"] and len(printed) <= 2
    if table is not None and _continues(row, last, table, settings) and not is_tail:
        return table.kind
    if heading_pairs(row):
        return "heading"
    return "amounts" if amount_pairs(row) else "other"


def _continues_goals(row: FormRow, table: Section, settings: FormSettings) -> bool:
    """Whether a row repeats the label beside the goals on a new page: it stands in no column, and a goal beside it."""
    label, goal = row.printed[:2]
    return (
        table.kind == "goals"
        and not fields_under(label, table.columns, settings)
        and "goal" in fields_under(goal, table.columns, settings)
    )


def _continues(row: FormRow, last: Section | None, table: Section, settings: FormSettings) -> bool:
    """Whether a row belongs to the table above it: by its shape right below it, by its content below other rows."""
    if not row.printed:
        return last is table
    if _is_heading_of_next_form(row, table, settings):
        return False
    if table.kind == "goals" and _is_divided_below_goals(row, table, settings):
        return False
    return _has_shape_of(row, table, settings) if last is table else _fits_well(row, table, settings)


def _has_shape_of(row: FormRow, table: Section, settings: FormSettings) -> bool:
    """Whether a row is divided as a table is.

    No cell reaches over columns that are never merged, or there is a cell in the key column alone all the same.
    """
    if table.kind == "budgets":
        return True
    merged = [cell for cell in row.printed if not _is_in_one_field(cell, table.columns, settings)]
    return not merged or _has_key(row, table, settings)


def _is_divided_below_goals(row: FormRow, table: Section, settings: FormSettings) -> bool:
    """Whether several texts of a row, a number among them, stand under the one label of a goal: no goal is so divided,
    but the rows of a scored block are."""
    fields = [fields_under(cell, table.columns, settings) for cell in row.printed]
    beside = [cell for cell, found in zip(row.printed, fields, strict=True) if found == {table.key_field}]
    return len(beside) > 1 and any(is_number(cell.text) for cell in beside)


def _has_key(row: FormRow, table: Section, settings: FormSettings) -> bool:
    """Whether some cell with text lies in the table's key column and in no other known one."""
    return any(fields_under(cell, table.columns, settings) == {table.key_field} for cell in row.printed)


def _is_heading_of_next_form(row: FormRow, table: Section, settings: FormSettings) -> bool:
    """Whether a row has a heading's label and its value, and the label cannot be a text of the table."""
    pairs = heading_pairs(row)
    return bool(pairs) and (pairs[0].is_whole or not _fits_well(row, table, settings))


def _fits_well(row: FormRow, table: Section, settings: FormSettings) -> bool:
    """Whether enough cells of a row fit the columns of a table, one of them its key column, and none misfits."""
    fitting = 0
    for cell in row.printed:
        fields = fields_under(cell, table.columns, settings)
        if len(fields) == 1 and not is_nothing(cell.text):
            (field,) = fields
            if misfits(cell.text, field):
                return False
            fitting += fits(cell.text, field)
    return fitting >= settings.min_fitting_cells and _has_key(row, table, settings)


def _is_in_one_field(cell: FormCell, columns: FormColumns, settings: FormSettings) -> bool:
    """Whether a cell lies in columns of one field, or of fields whose cells are merged in some forms."""
    fields = fields_under(cell, columns, settings)
    return len(fields) <= 1 or any(fields <= together for together in MERGED_TOGETHER)
