"""Headers: the rows that name the columns of a section, and what each of those columns holds.

A header is found by its labels (`header_at`), and where it is printed again on a later page, too damaged for that, by
its likeness to the earlier one (`repeated_header`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.form.content import (
    is_goal_label,
    is_nothing,
    is_number,
    is_number_with_symbol,
    is_statement,
    level_word,
)
from workbench.form.lexicon import (
    DATASET_FIELDS,
    DATED,
    DATED_FIELDS,
    SHORTEST_DAMAGED,
    TABLES,
    YEAR_MARK,
    Match,
    families,
    match,
    match_column,
    plain_label,
    possible_fields,
    similarity,
    undated,
)
from workbench.form.own_layouts import OwnLayouts, fields_by_layout, full_label
from workbench.form.rows import TOUCHING, UNKNOWN, Evidence, FormCell, FormColumn, FormColumns, FormRow
from workbench.form.settings import FormSettings
from workbench.values import parse_points

TELLING_FIELDS: Mapping[str, frozenset[str]] = {
    "budgets": frozenset({"initial", "adjusted", "executed"}),
    "goals": frozenset({"goal"}),
    "indicators": frozenset({"name", "level1", "level2", "levels"}),
}
"""Section → fields of which its header names at least one."""

FEWEST_FIELDS: Mapping[str, int] = {"budgets": 2, "goals": 2, "indicators": 3}
"""Section → number of different fields that its header names at least: as many as the narrowest known layout has."""

GROUPING = frozenset({"method", "description"})
"""Fields of which a table may have several columns, under one label."""

INDICATOR_FIELDS = frozenset({"name", "level1", "level2"})
"""Fields of which any two make a header of indicators: nothing else in a form is called like that."""


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
class _Leaf:
    """A header cell with nothing below it in the header, and the text of the header cells above it."""

    cell: FormCell
    above: str


def header_at(rows: Sequence[FormRow], index: int, settings: FormSettings, layouts: OwnLayouts = ()) -> Header | None:
    """The header that starts in a row; None where none does.

    One that a layout of the project has is what that says. Else of all sections and heights that it could have, the
    header with the most labels is taken, and of equals the first. A first row that adds no label to the rows below it
    does not belong to the header.

    Args:
        rows: of the document, in order.
        index: of the row in ``rows``.
        settings: how many rows and cells a header may have.
        layouts: of the project.
    """
    block = _block_at(rows, index, settings)
    given = _header_by_layout(block, layouts)
    if given is not None:
        return given
    best: Header | None = None
    for height in range(1, len(block) + 1):
        leaves = _leaves(block[:height])
        if any(_is_value(leaf.cell.text) for leaf in leaves):
            break
        for kind in TABLES:
            columns = _with_goal(_columns(leaves, kind), block[:height]) if kind == "goals" else _columns(leaves, kind)
            without_first = _columns(_leaves(block[1:height]), kind)
            most = max(_known(best.columns) if best else 0, _known(without_first))
            if _suffices(columns, kind) and _is_mostly_labels(columns, kind) and _known(columns) > most:
                best = Header(kind, height, _starting(block[:height]), columns)
    return best or _header_of_scored_block(block)


def _header_by_layout(block: Sequence[FormRow], layouts: OwnLayouts) -> Header | None:
    """The header in the first of some rows that a layout of the project has; None where none has it."""
    for height in range(1, len(block) + 1) if layouts else ():
        leaves = _leaves(block[:height])
        found = fields_by_layout([full_label(leaf.cell.text, leaf.above) for leaf in leaves], layouts)
        if found is not None:
            columns = (
                FormColumn(field, leaf.cell.x0, leaf.cell.x1, leaf.cell)
                for field, leaf in zip(found[2], leaves, strict=True)
            )
            return Header(found[1], height, _starting(block[:height]), tuple(columns), found[0])
    return None


def _header_of_scored_block(block: Sequence[FormRow]) -> Header | None:
    """The header of a block of points in the first of some rows, by what stands below it; None where none does.

    It names weight and score, and to the left of both a column in no list. The row below has numbers in both columns,
    no score above its weight, and words in that column: what is scored. The words that stand nearest to the points name
    the rows.
    """
    columns = _columns(_leaves(block[:1]), "indicators")
    points = [column for column in columns if column.field in ("weight", "score")]
    free = [c for c in columns if c.field == UNKNOWN and c.label_text and points and c.x1 <= points[0].x0 + TOUCHING]
    if len(points) < len(("weight", "score")) or not free or len(block) < len(("header", "row")):
        return None
    below = {column: [c.text for c in block[1].printed if c.overlaps(column)] for column in (*points, free[-1])}
    weight, score = ([parse_points(text) for text in below[one]] for one in sorted(points, key=lambda c: c.field)[::-1])
    if len(weight) != 1 or len(score) != 1 or None in (weight[0], score[0]) or score[0] > weight[0]:  # type: ignore[operator]
        return None
    if len(below[free[-1]]) != 1 or _is_value(below[free[-1]][0]):
        return None
    named = (replace(c, field="name", evidence="inferred") if c is free[-1] else c for c in columns)
    return Header("indicators", 1, block[0].starting, tuple(named))


def _block_at(rows: Sequence[FormRow], index: int, settings: FormSettings) -> list[FormRow]:
    """The rows from one on that may be a header together: of one table, and with few enough cells."""
    following = rows[index : index + settings.max_header_rows]

    def may_belong(row: FormRow) -> bool:
        return row.is_in_table_of(rows[index]) and len(row.starting) <= settings.max_header_cells

    return list(takewhile(may_belong, following))


def _starting(block: Sequence[FormRow]) -> tuple[FormCell, ...]:
    return tuple(cell for row in block for cell in row.starting)


def _is_value(text: str) -> bool:
    """Whether a text is a number, which no header has."""
    return not is_nothing(text) and (is_number(text) or is_number_with_symbol(text))


def repeated_header(
    rows: Sequence[FormRow], index: int, known: Sequence[Header], settings: FormSettings
) -> Header | None:
    """The header that starts in a row and repeats an earlier one, too damaged to be known by its labels alone.

    Where the cells lie as those of the earlier header, each is compared with the label in its place. Elsewhere each is
    compared with all labels, and the column of a cell that resembles none, or labels of several fields, is unknown.

    Args:
        rows: of the document, in order.
        index: of the row in ``rows``.
        known: headers found above, in order; the latest that fits is taken.
        settings: how similar, how near and how many the labels must be.

    Returns:
        The header, or None where the row repeats none.
    """
    for header in reversed(known):
        block = rows[index : index + header.height]
        labels = _starting(block)
        if any(_is_value(cell.text) for cell in labels):
            continue
        if _repeats_in_place(block, header, settings):
            return Header(header.kind, header.height, labels, header.columns)
        columns = [_repeated_column(cell, header, settings) for cell in rows[index].starting]
        repeated = _known(tuple(columns))
        if repeated >= settings.min_repeated_labels and 2 * repeated >= len(rows[index].printed):
            return Header(header.kind, 1, rows[index].starting, _without_doubles(columns))
    return None


def _repeats_in_place(block: Sequence[FormRow], header: Header, settings: FormSettings) -> bool:
    """Whether rows are an earlier header again: enough cells resemble the labels in their places, or one equals it."""
    if not block[-1].is_in_table_of(block[0]):
        return False
    pairs = _pairs_in_place(block, header, settings)
    least = settings.repeated_label_similarity_in_place
    similar = [cell for cell, label in pairs if _resembles(cell.text, label.text, least)]
    if len(similar) >= min(settings.min_repeated_labels, len(header.columns)) > 1:
        return True
    return any(_is_same_label(cell.text, label.text) for cell, label in pairs)


def _pairs_in_place(
    block: Sequence[FormRow], header: Header, settings: FormSettings
) -> list[tuple[FormCell, FormCell]]:
    """The cells of rows, each with the column label that lies in its place in a header.

    Empty where any cell has no counterpart in the header: then the rows are divided otherwise.
    """
    top = min(label.row for label in header.labels)
    column_labels = [column.label for column in header.columns if column.field != UNKNOWN]
    pairs = []
    for cell in _starting(block):
        row = cell.row - block[0].number + top
        counterparts = [label for label in header.labels if label.row == row and _are_aligned(label, cell, settings)]
        if not counterparts:
            return []
        pairs.append((cell, counterparts[0]))
    return [(cell, label) for cell, label in pairs if label in column_labels]


def _are_aligned(one: FormCell, other: FormCell, settings: FormSettings) -> bool:
    return abs(one.x0 - other.x0) < settings.edge_tolerance and abs(one.x1 - other.x1) < settings.edge_tolerance


def _repeated_column(cell: FormCell, header: Header, settings: FormSettings) -> FormColumn:
    """The column of a header cell, its field that of the only label in an earlier header which the cell resembles."""
    least = settings.repeated_label_similarity
    similar = [c for c in header.columns if c.label is not None and _resembles(cell.text, c.label.text, least)]
    field = similar[0].field if len({column.field for column in similar}) == 1 else UNKNOWN
    return FormColumn(field, cell.x0, cell.x1, cell, "damaged")


def _resembles(text: str, label: str, least: float) -> bool:
    """Whether a text is similar enough to a label to be a damaged reading of it.

    A level's name is not: 质量指标 is a value, however similar it is to the label 二级指标.
    """
    return bool(text) and not level_word(text) and similarity(text, label) >= least


def _is_same_label(text: str, label: str) -> bool:
    """Whether a text is a label again: long enough that no value in its place would be the same text."""
    return len(plain_label(text)) >= SHORTEST_DAMAGED and plain_label(text) == plain_label(label)


def _leaves(block: Sequence[FormRow]) -> list[_Leaf]:
    """The cells that end at the lower edge of a header, left to right.

    A cell that reaches down beside the rows below the header names the section and not a column.
    """
    end = block[-1].number + 1 if block else 0
    cells = [cell for cell in _starting(block) if cell.row_end <= end]
    leaves = [_Leaf(cell, text_above(cell, cells)) for cell in cells if cell.row_end == end]
    return sorted(leaves, key=lambda leaf: leaf.cell.x0)


def text_above(cell: FormCell, cells: Iterable[FormCell]) -> str:
    """The texts of those cells of a header that stand above one of it."""
    return "".join(other.text for other in cells if other.row_end <= cell.row and other.overlaps(cell))


def _columns(leaves: Sequence[_Leaf], kind: str) -> FormColumns:
    """The columns that header cells name in a section of some kind."""
    columns = []
    for cell, above in ((leaf.cell, leaf.above) for leaf in leaves):
        year, text, label = _without_year(cell.text, above)
        found = _match(text, label, kind)
        evidence: Evidence = "label" if found is None or found.by == "listed" else found.by
        field = found.field if found else UNKNOWN
        field = f"{field}{YEAR_MARK}{year}" if year and field in DATED_FIELDS[kind] else field
        columns.append(FormColumn(field, cell.x0, cell.x1, cell, evidence))
    columns = _named_by_deepest_level(columns)
    return _without_doubles(_with_content(columns) if kind == "indicators" else columns)


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


def _with_goal(columns: FormColumns, block: Sequence[FormRow]) -> FormColumns:
    """The columns of goals, the one before the outcomes as that of the goals, whatever it is called.

    Only where the table has no others, and a label beside the header and the rows below it says that they are goals.
    """
    end = block[-1].number + 1 if block else 0
    of_goals = any("目标" in cell.text and cell.row_end > end for cell in _starting(block))
    if not of_goals or [column.field for column in columns] != [UNKNOWN, "actual"] or not columns[0].label_text:
        return columns
    return (replace(columns[0], field="goal", evidence="inferred"), columns[1])


def _with_content(columns: Sequence[FormColumn]) -> list[FormColumn]:
    """The columns, that of what is assessed (考核内容) in the field that is free: beside names it is that of a level.

    A final score that stands alone is the form's score, and so are adjusted targets its targets.
    """
    known = {column.field for column in columns}
    if "final_score" in known and not known & {"score", "reviewed_score"}:  # the only score of a form is its own
        columns = [replace(c, field="score") if c.field == "final_score" else c for c in columns]
    if not any(undated(field) == "target" for field in known):
        columns = [replace(c, field="target") if c.field == "adjusted_target" else c for c in columns]
    free = next((field for field in ("name", "level1", "level2") if field not in known), UNKNOWN)
    return [replace(column, field=free) if column.field == "content" else column for column in columns]


def _match(text: str, above: str, kind: str) -> Match | None:
    """The field of a header cell; a label that says little by itself is read with the label above it.

    So 年初 under 预算数 is the initial budget. Under the label of an amount its total (总额) is that amount, and a part
    of it (财政拨款) is not. Under 评价标准 every label that no list has (优, 良) is of one of the criteria.
    """
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


def _without_doubles(columns: Sequence[FormColumn]) -> FormColumns:
    """The columns with one for each field of the dataset, the others unknown: two columns are never joined.

    A whole label wins over one that is not, a column's own name over that of a section, and the left of two equals. Of
    several damaged labels for one field none wins: 应得分 and 实得分 are both like 得分, and only one of them is meant.
    """

    def rank(column: FormColumn) -> tuple[bool, bool, float]:
        names_section = plain_label(column.label_text) in families("sections")["label"]
        return column.evidence != "label", names_section, column.x0

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


def _suffices(columns: FormColumns, kind: str) -> bool:
    """Whether the labels are those of a section of a kind.

    They are if there are enough of them, and one can only be of that kind. A damaged label that may name several fields
    counts once, for any of them. Two fields of indicators are enough by themselves.
    """
    fields = {undated(column.field) for column in columns} - {UNKNOWN}
    unknown = [column.label.text for column in columns if column.field == UNKNOWN and column.label]
    possible = [found for found in (possible_fields(text, kind) for text in unknown) if found]

    def count_of(wanted: frozenset[str]) -> int:
        return len(fields & wanted) + sum(bool(one & wanted) for one in possible)

    if kind == "indicators" and count_of(INDICATOR_FIELDS) >= 2:
        return True
    return count_of(TELLING_FIELDS[kind]) > 0 and len(fields) + len(possible) >= FEWEST_FIELDS[kind]


def _is_mostly_labels(columns: FormColumns, kind: str) -> bool:
    """Whether more than half of the cells with text are labels: where every label has its value beside it, they are
    not."""
    printed = [column for column in columns if column.label_text]
    labels = [c for c in printed if c.field != UNKNOWN or possible_fields(c.label_text, kind)]
    return 2 * len(labels) > len(printed)


def _known(columns: FormColumns) -> int:
    """The number of different fields that columns hold."""
    return len({column.field for column in columns} - {UNKNOWN})


def is_section_label(cell: FormCell) -> bool:
    """Whether a cell names a section (绩效指标, 项目资金) and holds no value."""
    found = match(cell.text, "sections")
    return found is not None and found.field == "label"
