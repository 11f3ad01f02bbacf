"""Goals: in a table, as labels with their texts beside them, or in a column beside stacked projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.findings import FINDINGS
from workbench.form.content import is_goal_label
from workbench.form.division import FormParts
from workbench.form.records import Sourced, has_ink, table_rows, to_goal
from workbench.form.rows import join_entries
from workbench.form.shifts import Doubt
from workbench.form.stitch import Stitched, stitch
from workbench.model import BLANK, Entry, Goal


def goal_records(parts: FormParts, indicators: Sequence[Sourced]) -> Stitched:
    """The form's goals as records, in order."""
    records = [record for section in parts.of_kind("goals") for record in table_rows(section)]
    printed = _with_outcomes([record for record in records if has_ink(record.fields.values())])
    return stitch(printed, "goals") if printed else Stitched(tuple(_stacked(indicators)), ())


def _with_outcomes(records: Sequence[Sourced]) -> list[Sourced]:
    """Goals whose outcome is told in a row of its own below, with it."""
    found: list[Sourced] = []
    for record in records:
        if found and "goal" not in record.fields and "actual" not in found[-1].fields:
            found[-1] = replace(found[-1], fields=found[-1].fields | record.fields)
        else:
            found.append(record)
    return found


def to_goals(records: Sequence[Sourced]) -> list[Goal]:
    """Goals by their printed numbers, or their places where none is printed."""
    return [to_goal(record, number) for number, record in enumerate(records, start=1)]


def indicator_records(parts: FormParts) -> list[Sourced]:
    """The rows of the form's indicators. Where every goal has indicators of its own under it, its label is theirs."""
    records: list[Sourced] = []
    labels: dict[str, Entry] = {}
    has_ended = True
    for section in parts.sections:
        if section.kind == "goals":
            labels = {} if has_ended else labels
            has_ended = False
            told = [record.fields.get("goal_no", BLANK) for record in table_rows(section)]
            labels |= {label.text: label for label in told if label}
        elif section.kind == "indicators":
            has_ended = True
            label = next(iter(labels.values())) if len(labels) == 1 and all(map(is_goal_label, labels)) else None
            rows = table_rows(section)
            records += [_under(label, row) for row in rows] if label else rows
    # A column that is lost on one page leaves its field empty there, and does not make a form without such a column.
    fields = {field: BLANK for record in records for field in record.fields}
    return [replace(record, fields=fields | record.fields) for record in records]


def _under(label: Entry, record: Sourced) -> Sourced:
    return record if "goal_no" in record.fields else replace(record, fields={**record.fields, "goal_no": label})


def _stacked(indicators: Sequence[Sourced]) -> list[Sourced]:
    """The goal in a column beside the indicators: one merged cell, printed in parts if a page break cuts it."""
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
    doubts = (Doubt(*statement, "goal", row.page),) if len(parts) > 1 else ()
    return [Sourced(row, {"goal": joined or BLANK}, doubts)]
