"""The columns that the cells of a header name, each with the field that its label, and the labels above it, say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.form.content import is_goal_label, is_nothing, is_number, is_number_with_symbol, is_statement
from workbench.form.lexicon import (
    DATASET_FIELDS,
    DATED,
    DATED_FIELDS,
    YEAR_MARK,
    Match,
    families,
    match_column,
    plain_label,
    undated,
)
from workbench.form.rows import UNKNOWN, Evidence, FormCell, FormColumn, FormColumns, FormRow

GROUPING = frozenset({"method", "description"})
"""Fields of which a table may have several columns, under one label."""

LEVEL_FIELDS = frozenset({"level1", "level2", "level4", "name"})
"""Fields of the columns that are labelled as a level: 一级指标 to 四级指标."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a section: its kind, the number of its rows, all cells that start in them, and the columns.

    ``layout`` names the project's layout that has this header; empty where none has.
    """

    kind: str
    height: int
    labels: tuple[FormCell, ...]
    columns: FormColumns
    layout: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A header cell with nothing below it in the header, and the text of the header cells above it."""

    cell: FormCell
    above: str


def leaves_of(block: Sequence[FormRow]) -> list[Leaf]:
    """The cells that end at the lower edge of a header, left to right.

    A cell that reaches down beside the rows below the header names the section and not a column.
    """
    end = block[-1].number + 1 if block else 0
    cells = [cell for cell in starting_in(block) if cell.row_end <= end]
    leaves = [Leaf(cell, text_above(cell, cells)) for cell in cells if cell.row_end == end]
    return sorted(leaves, key=lambda leaf: leaf.cell.x0)


def starting_in(block: Sequence[FormRow]) -> tuple[FormCell, ...]:
    """All cells that start in some rows, row by row."""
    return tuple(cell for row in block for cell in row.starting)


def text_above(cell: FormCell, cells: Iterable[FormCell]) -> str:
    """The texts of those cells of a header that stand above one of it."""
    return "".join(other.text for other in cells if other.row_end <= cell.row and other.overlaps(cell))


def is_value(text: str) -> bool:
    """Whether a text is a number, which no header has."""
    return not is_nothing(text) and (is_number(text) or is_number_with_symbol(text))


def columns_named_by(leaves: Sequence[Leaf], kind: str) -> FormColumns:
    """The columns that header cells name in a section of a kind (``budgets``, ``goals``, ``indicators``)."""
    columns = []
    for cell, above in ((leaf.cell, leaf.above) for leaf in leaves):
        year, text, label = _without_year(cell.text, above)
        found = _match(text, label, kind)
        evidence: Evidence = "label" if found is None or found.by == "listed" else found.by
        field = found.field if found else UNKNOWN
        field = f"{field}{YEAR_MARK}{year}" if year and field in DATED_FIELDS[kind] else field
        columns.append(FormColumn(field, cell.x0, cell.x1, cell, evidence))
    columns = _named_by_deepest_level(columns)
    return without_doubles(_with_content(columns) if kind == "indicators" else columns)


def _without_year(text: str, above: str) -> tuple[str, str, str]:
    """The year that a header cell or the one above it begins with, and both texts without it; empty: there is none."""
    own, over = DATED.fullmatch(text.strip()), DATED.fullmatch(above.strip())
    year = own[1] if own and own[2] else over[1] if over else ""
    return year, own[2] if own and own[2] else text, over[2] if over else above


def _named_by_deepest_level(columns: Sequence[FormColumn]) -> list[FormColumn]:
    """The columns, the names of the indicators in that of the deepest level.

    It is the third level (三级指标) of most forms; where there is a fourth (四级指标), the third only groups the names.
    """
    if "level4" not in {column.field for column in columns}:
        return list(columns)
    deepest = {"level4": "name", "name": "level3"}
    return [replace(column, field=deepest.get(column.field, column.field)) for column in columns]


def _with_content(columns: Sequence[FormColumn]) -> list[FormColumn]:
    """The columns, that of what is assessed (考核内容) in the field that is free: beside names it is that of a level.

    A final score that stands alone is the form's score, and so are adjusted targets its targets. Where there are none,
    goals that stand behind the names (年度目标) are targets, and not those of stacked projects.
    """
    known = {column.field for column in columns}
    if "final_score" in known and not known & {"score", "reviewed_score"}:  # the only score of a form is its own
        columns = [replace(c, field="score") if c.field == "final_score" else c for c in columns]
    if not any(undated(field) == "target" for field in known):
        names = max((column.x0 for column in columns if column.field in LEVEL_FIELDS), default=1.0)
        columns = [
            replace(c, field="target") if c.field == "adjusted_target" or (c.field == "goal" and c.x0 > names) else c
            for c in columns
        ]
    free = next((field for field in ("name", "level1", "level2") if field not in known), UNKNOWN)
    return [replace(column, field=free) if column.field == "content" else column for column in columns]


def _match(text: str, above: str, kind: str) -> Match | None:
    """The field of a header cell; a label that says little by itself is read with the label above it.

    So 年初 under 预算数 is the initial budget. Under the label of an amount its total (总额) is that amount, and a part
    of it (财政拨款) is not. Under 评价标准 every label that no list has (优, 良) is of one of the criteria. Under
    一级指标 a label for what its members are called (名称, 内容) is that of the level, whatever it is elsewhere.
    """
    if kind == "indicators" and plain_label(text) in families("under_levels")["label"]:
        level = match_column(above, kind) if above else None
        if level and level.by == "listed" and level.field in LEVEL_FIELDS:
            return level
    if not plain_label(text):
        return match_column(above, kind) if above else None
    own = None if is_goal_label(text) else match_column(text, kind)
    if own and own.field == "whole":
        return match_column(above, kind) if above else None
    if own or not above or is_statement(text):
        return own
    over = match_column(above, kind)
    if over and over.is_whole and over.field in GROUPING:
        return over
    joined = (match_column(both, kind) for both in (plain_label(text) + plain_label(above), plain_label(above) + text))
    return next((found for found in joined if found and found.by == "listed"), None)


def without_doubles(columns: Sequence[FormColumn]) -> FormColumns:
    """The columns with one for each field of the dataset, the others unknown: two columns are never joined.

    A listed label wins over one that is built like it, and that over a damaged one; a column's own name over that of a
    section, and the left of two equals. Of several damaged labels for one field none wins: 应得分 and 实得分 are both
    like 得分, and only one of them is meant.
    """

    def rank(column: FormColumn) -> tuple[bool, bool, bool, float]:
        names_section = plain_label(column.label_text) in families("sections")["label"]
        return column.evidence != "label", column.evidence == "damaged", names_section, column.x0

    best = {column.field: column for column in sorted(columns, key=rank, reverse=True)}
    damaged = Counter(column.field for column in columns if column.evidence == "damaged")

    def resolved(column: FormColumn) -> FormColumn:
        if column.field not in DATASET_FIELDS:
            return column
        if best[column.field].evidence == "damaged" and damaged[column.field] > 1:
            return replace(column, field=UNKNOWN, evidence="ambiguous")
        return column if best[column.field] is column else _unknown(column)

    return tuple(map(resolved, columns))


def _unknown(column: FormColumn) -> FormColumn:
    return FormColumn(UNKNOWN, column.x0, column.x1, column.label)


def known_fields(columns: FormColumns) -> int:
    """The number of different fields that columns hold."""
    return len({column.field for column in columns} - {UNKNOWN})
