"""Headers: the rows that name the columns of a section, found by their labels or by what stands below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from workbench.form.header_columns import Header, columns_named_by, is_value, known_fields, leaves_of, starting_in
from workbench.form.header_content import header_of_scored_block
from workbench.form.lexicon import TABLES, match, plain_label, possible_fields, undated
from workbench.form.own_layouts import OwnLayouts, fields_by_layout, full_label
from workbench.form.rows import UNKNOWN, FormCell, FormColumn, FormColumns, FormRow
from workbench.form.settings import FormSettings

TELLING_FIELDS: Mapping[str, frozenset[str]] = {
    "budgets": frozenset({"initial", "adjusted", "executed"}),
    "goals": frozenset({"goal"}),
    "indicators": frozenset({"name", "level1", "level2", "levels"}),
}
"""Section → fields of which its header names at least one."""

FEWEST_FIELDS: Mapping[str, int] = {"budgets": 2, "goals": 2, "indicators": 3}
"""Section → number of different fields that its header names at least: as many as the narrowest known layout has."""

INDICATOR_FIELDS = frozenset({"name", "level1", "level2"})
"""Fields of which any two make a header of indicators: nothing else in a form is called like that."""


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
        leaves = leaves_of(block[:height])
        if any(is_value(leaf.cell.text) for leaf in leaves):
            break
        for kind in TABLES:
            columns = columns_named_by(leaves, kind)
            columns = _with_goal(columns, block[:height]) if kind == "goals" else columns
            without_first = columns_named_by(leaves_of(block[1:height]), kind)
            most = max(known_fields(best.columns) if best else 0, known_fields(without_first))
            if _suffices(columns, kind) and _is_mostly_labels(columns, kind) and known_fields(columns) > most:
                best = Header(kind, height, starting_in(block[:height]), columns)
    return best or header_of_scored_block(block)


def _header_by_layout(block: Sequence[FormRow], layouts: OwnLayouts) -> Header | None:
    """The header in the first of some rows that a layout of the project has; None where none has it."""
    for height in range(1, len(block) + 1) if layouts else ():
        leaves = leaves_of(block[:height])
        found = fields_by_layout([full_label(leaf.cell.text, leaf.above) for leaf in leaves], layouts)
        if found is not None:
            columns = (
                FormColumn(field, leaf.cell.x0, leaf.cell.x1, leaf.cell)
                for field, leaf in zip(found[2], leaves, strict=True)
            )
            return Header(found[1], height, starting_in(block[:height]), tuple(columns), found[0])
    return None


def _block_at(rows: Sequence[FormRow], index: int, settings: FormSettings) -> list[FormRow]:
    """The rows from one on that may be a header together: of one table, and with few enough cells."""
    following = rows[index : index + settings.max_header_rows]

    def may_belong(row: FormRow) -> bool:
        return row.is_in_table_of(rows[index]) and len(row.starting) <= settings.max_header_cells

    return list(takewhile(may_belong, following))


def _with_goal(columns: FormColumns, block: Sequence[FormRow]) -> FormColumns:
    """The columns of goals, the one before the outcomes as that of the goals, whatever it is called.

    Only where the table has no others, and a label beside the header and the rows below it says that they are goals.
    """
    end = block[-1].number + 1 if block else 0
    of_goals = any("目标" in cell.text and cell.row_end > end for cell in starting_in(block))
    if not of_goals or [column.field for column in columns] != [UNKNOWN, "actual"] or not columns[0].label_text:
        return columns
    return (replace(columns[0], field="goal", evidence="inferred"), columns[1])


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
    """Whether more than half of the cells with text are labels, or the same again (分值 beside each level): where every
    label has its value beside it, they are not."""
    printed = [column for column in columns if column.label_text]
    known = [column for column in printed if column.field != UNKNOWN]
    names = {plain_label(column.label_text) for column in known} - {""}
    again = [c for c in printed if c not in known and plain_label(c.label_text) in names]
    damaged = [c for c in printed if c not in (*known, *again) and possible_fields(c.label_text, kind)]
    labels = [*known, *again, *damaged]
    return 2 * len(labels) > len(printed)


def is_section_label(cell: FormCell) -> bool:
    """Whether a cell names a section (绩效指标, 项目资金) and holds no value."""
    found = match(cell.text, "sections")
    return found is not None and found.field == "label"
