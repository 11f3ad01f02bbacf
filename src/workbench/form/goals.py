"""Goals: in a table, as labels with their texts beside them, or in a column beside stacked projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.findings import FINDINGS
from workbench.form.content import is_goal_label
from workbench.form.division import FormParts
from workbench.form.flags import RecordFlag
from workbench.form.records import FormRecord, has_ink, table_rows, to_goal
from workbench.form.row_groups import RowGroup, groups_below
from workbench.form.rows import UNKNOWN, join_entries
from workbench.form.sections import Section
from workbench.form.settings import FormSettings
from workbench.form.stitch import StitchedRecords, stitch
from workbench.model import BLANK, Entry, Goal


def goal_records(parts: FormParts, indicators: Sequence[FormRecord], settings: FormSettings) -> StitchedRecords:
    """The goals of a form, in order, joined over page breaks.

    Args:
        parts: of the form.
        indicators: its indicator records; a goal in a column beside them counts where the form has no table of goals.
        settings: for the columns of cells, and joining.
    """
    records = [record for section in parts.of_kind("goals") for record in table_rows(section, settings)]
    printed = _with_outcomes([record for record in records if has_ink(record.fields.values())])
    if printed:
        return stitch(printed, "goals", settings)
    return StitchedRecords(tuple(_goal_beside_indicators(indicators)), ())


def _with_outcomes(records: Sequence[FormRecord]) -> list[FormRecord]:
    """The goals, each with its outcome, where that is printed in a row of its own below."""
    found: list[FormRecord] = []
    for record in records:
        if found and "goal" not in record.fields and "actual" not in found[-1].fields:
            found[-1] = replace(found[-1], fields=found[-1].fields | record.fields)
        else:
            found.append(record)
    return found


def to_goals(records: Sequence[FormRecord]) -> list[Goal]:
    """The goals of records; a goal without a printed number has that of its place, from 1."""
    return [to_goal(record, number) for number, record in enumerate(records, start=1)]


def indicator_records(parts: FormParts, settings: FormSettings) -> list[FormRecord]:
    """The rows of a form's indicators, in order.

    Where every goal has a table of its own indicators under it, the goal's label is a field of them. A column that is
    lost on one page is blank there: the form has it all the same. A block with a whole header of its own has the
    columns that this names, and no others.
    """
    records: list[FormRecord] = []
    in_own_block: set[int] = set()
    labels: dict[str, Entry] = {}
    groups: tuple[RowGroup, ...] = ()
    has_ended = True
    for section in parts.sections:
        if section.kind == "goals":
            labels = {} if has_ended else labels
            has_ended = False
            printed = [record.fields.get("goal_no", BLANK) for record in table_rows(section, settings)]
            labels |= {label.text: label for label in printed if label}
        elif section.kind == "indicators":
            has_ended = True
            label = next(iter(labels.values())) if len(labels) == 1 and all(map(is_goal_label, labels)) else None
            rows = table_rows(section, settings, groups)
            groups = groups_below(section.rows, section.columns, settings, groups)
            if _has_whole_header(section):
                in_own_block |= set(range(len(records), len(records) + len(rows)))
            records += [_with_goal_label(row, label) for row in rows] if label else rows
    fields = {field: BLANK for record in records for field in record.fields}
    return [
        record if number in in_own_block else replace(record, fields=fields | record.fields)
        for number, record in enumerate(records)
    ]


def _has_whole_header(section: Section) -> bool:
    """Whether a section has a header of which every column is known: none of them may be one that others have."""
    return bool(section.header) and all(
        column.field != UNKNOWN and column.evidence != "disputed" for column in section.columns
    )


def _with_goal_label(record: FormRecord, label: Entry) -> FormRecord:
    return record if "goal_no" in record.fields else replace(record, fields={**record.fields, "goal_no": label})


def _goal_beside_indicators(indicators: Sequence[FormRecord]) -> list[FormRecord]:
    """The goal in a column of the indicators, as one record: one merged cell, which page breaks print in parts."""
    parts: dict[str, Entry] = {}
    for record in indicators:
        goal = record.fields.get("goal", BLANK)
        if goal:
            parts.setdefault(goal.text, goal)
    if not parts:
        return []
    joined: Entry | None = None
    for part in parts.values():
        joined = join_entries(joined, part)
    row = indicators[0].row
    statement = FINDINGS["split-row-joined"].says("goal")
    flags = (RecordFlag(*statement, "goal", row.page),) if len(parts) > 1 else ()
    return [FormRecord(row, {"goal": joined or BLANK}, flags)]
