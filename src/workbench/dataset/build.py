"""From forms to tables: one row per thing, every value traced to its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from workbench.checks import check_form
from workbench.corrections.apply import apply_corrections
from workbench.corrections.correction import Correction
from workbench.corrections.history import CorrectionHistory
from workbench.corrections.reconcile import (
    after_review,
    corrections_by_form,
    field_rows,
    flagged_fields,
    is_about,
    without_form,
)
from workbench.corrections.records import boxes_of
from workbench.dataset.placing import TABLES
from workbench.dataset.schemas import to_table
from workbench.fields import FORM_FIELDS, PUBLISHED_FIELDS, FormField, entries_of, model_entries
from workbench.findings import FLAGS
from workbench.judging import judged_indicators
from workbench.model import BLANK, Budget, Cell, CellKey, Finding, Form, Goal, Indicator, PageContent, Table

PlainRows = list[dict[str, object]]
CellUse = tuple[Table | None, int | None, str | None]
"""Table, record number and field that a cell gives its text to."""


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """What was read of a document. ``notes`` are findings of the reader that belong to no form."""

    document_id: str
    pages: tuple[PageContent, ...] = ()
    forms: tuple[Form, ...] = ()
    notes: tuple[Finding, ...] = ()


def build_tables(
    document: DocumentContent, review_threshold: float, history: CorrectionHistory | None = None
) -> dict[str, pd.DataFrame]:
    """The promised tables of a document, validated, with the corrections of people applied.

    All but ``documents``: its row also says how the run went, which the archive knows.
    """
    history = history or CorrectionHistory()
    rows: dict[str, PlainRows] = {name: [] for name in TABLES if name != "documents"}
    corrections, lost = corrections_by_form(history.of_document(document.document_id), document.forms)
    rows["findings"] += [
        {"form_id": None, "document_id": document.document_id, **_finding_row(note)}
        for note in _document_notes(document, lost)
    ]
    for number, form in enumerate(document.forms, start=1):
        _add_form(rows, document, number, form, review_threshold, corrections.get(number, []))
    return {name: to_table(name, found) for name, found in rows.items()}


def _document_notes(document: DocumentContent, lost: Sequence[Correction]) -> list[Finding]:
    """What is to be said of the document as a whole, and of corrections whose form it does not hold."""
    dismissals = [one for one in lost if one.action == "dismiss"]
    notes = [replace(note, reviewed=any(is_about(one, note) for one in dismissals)) for note in document.notes]
    return [*notes, *(without_form(one) for one in lost if one.action != "dismiss")]


def _add_form(
    rows: dict[str, PlainRows],
    document: DocumentContent,
    number: int,
    machine: Form,
    threshold: float,
    corrections: Sequence[Correction],
) -> None:
    form_id = f"{document.document_id}-{number}"
    doubts = check_form(machine, threshold, document.pages)
    corrected = apply_corrections(machine, corrections, document.pages)
    form = corrected.form
    findings = after_review(check_form(form, threshold, document.pages), corrected) if corrections else doubts
    fields = field_rows(corrected, flagged_fields(machine, doubts), boxes_of(document.pages))
    rows["forms"].append(_form_row(form_id, document.document_id, number, form, findings))
    for line_no, line in enumerate(form.budgets, start=1):
        rows["budgets"].append({"form_id": form_id, "line_no": line_no, **_field_values("budgets", line)})
    rows["goals"] += [{"form_id": form_id, **_field_values("goals", goal)} for goal in form.goals]
    rows["indicators"] += [{"form_id": form_id, **row} for row in _indicator_rows(form)]
    rows["fields"] += [{"form_id": form_id, **row} for row in fields]
    rows["cells"] += [{"form_id": form_id, **row} for row in _cell_rows(form, document.pages)]
    rows["findings"] += [{"form_id": form_id, "document_id": document.document_id, **_finding_row(f)} for f in findings]


def _form_row(
    form_id: str, document_id: str, number: int, form: Form, findings: Iterable[Finding]
) -> dict[str, object]:
    return {
        "form_id": form_id,
        "document_id": document_id,
        "form_no": number,
        "layout": form.layout,
        **_field_values("forms", form),
        "first_page": form.first_page,
        "last_page": form.last_page,
        "review": any(finding.code in FLAGS and not finding.reviewed for finding in findings),
    }


def _field_values(table: Table, record: Form | Budget | Goal | Indicator) -> dict[str, object]:
    return {field.name: _value(field, record) for field in FORM_FIELDS[table]}


def _value(field: FormField, record: Form | Budget | Goal | Indicator) -> object:
    """The value of a field as its table has it: the number of a numeric field, the text of another one."""
    if not field.is_entry or field.kind == "goal number":
        plain = getattr(record, field.name)
        return None if plain == "" else plain
    entry = getattr(record, field.model_name)
    if field.parser:
        return field.parser(entry.text) if entry is not None else None
    text = (entry or BLANK).text
    is_null = entry is None if field.nulls == "absent" else field.nulls == "blank" and not text
    return None if is_null else text


def _indicator_rows(form: Form) -> Iterable[dict[str, object]]:
    for judged in judged_indicators(form):
        row = judged.row
        yield {
            "indicator_no": judged.number,
            **_field_values("indicators", row),
            "kind": judged.target.kind,
            "op": judged.target.op,
            "target_value": judged.target.value,
            "target_unit": judged.target.unit,
            "actual_value": judged.actual.value,
            "actual_unit": judged.actual.unit,
            "attainment": judged.verdict.attainment,
            "met": judged.verdict.met,
            "page": row.name.cells[0].page if row.name.cells else None,
            "confidence": min(entry.confidence for _, entry in model_entries("indicators", row)),
        }


def _cell_rows(form: Form, pages: Sequence[PageContent]) -> Iterable[dict[str, object]]:
    """Every cell of the form's pages that belongs to the form, once for each field it gives a value to."""
    uses: dict[CellKey, list[CellUse]] = {}
    for table, number, field, entry in entries_of(form):
        for key in entry.cells:
            uses.setdefault(key, []).append((table, number or None, PUBLISHED_FIELDS.get(field, field)))
    for key in form.labels:
        uses.setdefault(key, [("forms", None, "label")])
    known = set(uses) | {key for entry in form.unmapped for key in entry.cells}
    for page in pages:
        for grid in page.grids:
            for cell in grid.cells:
                key = CellKey(page.number, grid.table_no, cell.row, cell.col)
                if key in known or (not cell.text and form.first_page <= page.number <= form.last_page):
                    used = uses.get(key)
                    yield from (_cell_row(key, cell, use) for use in used or [(None, None, None)])


def _cell_row(key: CellKey, cell: Cell, use: CellUse) -> dict[str, object]:
    x0, y0, x1, y1 = cell.box
    return {
        "page": key.page,
        "table_no": key.table_no,
        "row": cell.row,
        "col": cell.col,
        "rowspan": cell.rowspan,
        "colspan": cell.colspan,
        "text": cell.text,
        "confidence": cell.confidence.overall,
        "x0": x0,
        "y0": y0,
        "x1": x1,
        "y1": y1,
        "state": cell.state,
        "table": use[0],
        "record_no": use[1],
        "field": use[2],
    }


def _finding_row(finding: Finding) -> dict[str, object]:
    row = {name: getattr(finding, name) for name in finding.__slots__}
    return row | {"field": PUBLISHED_FIELDS.get(finding.field or "", finding.field)}
