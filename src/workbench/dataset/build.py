"""From the forms of a document to the rows of its tables: corrections are applied, values are traced to cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from workbench.checks import check_form
from workbench.checks.causes import causes_of
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
from workbench.dataset.rows import ArrowRows, as_rows
from workbench.dataset.schemas import to_table
from workbench.fields import FORM_FIELDS, PUBLISHED_FIELDS, FormField, entries_of, model_entries
from workbench.findings import FLAGS
from workbench.judging import judged_indicators
from workbench.model import BLANK, Budget, Cell, CellKey, Finding, Form, Goal, Indicator, PageContent, Table

PlainRow = dict[str, object]
"""Values by column."""

PlainRows = list[PlainRow]

CellUse = tuple[Table | None, int | None, str | None]
"""Table, record number and field of a value that was read from a cell; None where there is none."""


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """What was read of a document.

    Attributes:
        document_id: its id.
        pages: its pages in order.
        forms: its forms in order, as the machine read them.
        notes: findings of the reader that belong to no form.
    """

    document_id: str
    pages: tuple[PageContent, ...] = ()
    forms: tuple[Form, ...] = ()
    notes: tuple[Finding, ...] = ()


def build_tables(
    document: DocumentContent, review_threshold: float, history: CorrectionHistory | None = None
) -> dict[str, pd.DataFrame]:
    """Make the promised tables of a document, with people's corrections applied, and validate them.

    The table ``documents`` is missing: its row also tells how the run went, which only the archive knows.

    Args:
        document: what was read of the document.
        review_threshold: confidence (0 to 1) below which a person should look.
        history: the corrections; None: there are none.
    """
    history = history or CorrectionHistory()
    rows: dict[str, PlainRows] = {name: [] for name in TABLES if name != "documents"}
    corrections, lost = corrections_by_form(history.of_document(document.document_id), document.forms)
    notes = _document_notes(document, lost)
    rows["findings"] += [{"form_id": None, **row} for row in _finding_rows(notes, None, document.document_id, None)]
    for number, form in enumerate(document.forms, start=1):
        found = _rows_of_form(document, number, form, review_threshold, corrections.get(number, []))
        for name, of_table in found.items():
            rows[name] += of_table
    return {name: to_table(name, of_table) for name, of_table in rows.items()}


def _document_notes(document: DocumentContent, lost: Sequence[Correction]) -> list[Finding]:
    """The findings about the document as a whole, and about the corrections (``lost``) whose form is not in it."""
    dismissals = [one for one in lost if one.action == "dismiss"]
    notes = [replace(note, reviewed=any(is_about(one, note) for one in dismissals)) for note in document.notes]
    return [*notes, *(without_form(one) for one in lost if one.action != "dismiss")]


def _rows_of_form(
    document: DocumentContent, number: int, machine: Form, threshold: float, corrections: Sequence[Correction]
) -> dict[str, PlainRows]:
    """The rows of one form by table.

    Args:
        document: the document.
        number: the number of the form in it, from 1.
        machine: the form as the machine read it.
        threshold: confidence (0 to 1) below which a person should look.
        corrections: those of this form, in the order of their time.
    """
    form_id = f"{document.document_id}-{number}"
    findings_before = check_form(machine, threshold, document.pages)
    corrected = apply_corrections(machine, corrections, document.pages)
    form, findings = corrected.form, findings_before
    if corrections:
        findings = after_review(check_form(form, threshold, document.pages), corrected)
    flagged = flagged_fields(machine, findings_before)
    rows: dict[str, Iterable[PlainRow]] = {
        "budgets": ({"line_no": at, **_field_values("budgets", one)} for at, one in enumerate(form.budgets, start=1)),
        "goals": (_field_values("goals", goal) for goal in form.goals),
        "indicators": _indicator_rows(form),
        "fields": field_rows(corrected, flagged, boxes_of(document.pages)),
        "cells": _cell_rows(form, document.pages),
        "findings": _finding_rows(findings, form, document.document_id, form_id),
    }
    return {
        "forms": [_form_row(form_id, document.document_id, number, form, findings)],
        **{name: [{"form_id": form_id, **row} for row in of_table] for name, of_table in rows.items()},
    }


def _form_row(form_id: str, document_id: str, number: int, form: Form, findings: Iterable[Finding]) -> PlainRow:
    """The row of a form in ``forms``. It asks for a review if a flag was not looked at yet."""
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


def _field_values(table: Table, record: Form | Budget | Goal | Indicator) -> PlainRow:
    """The values of all fields of a record."""
    return {field.name: _value(field, record) for field in FORM_FIELDS[table]}


def _value(field: FormField, record: Form | Budget | Goal | Indicator) -> object:
    """The value of a field in its table: a number (None where the text is none) or a text.

    Whether a blank text or a missing field is a null depends on the field (`FormField.nulls`).
    """
    if not field.is_entry or field.kind == "goal number":
        plain = getattr(record, field.name)
        return None if plain == "" else plain
    entry = getattr(record, field.model_name)
    if field.parser:
        return field.parser(entry.text) if entry is not None else None
    text = (entry or BLANK).text
    is_null = entry is None if field.nulls == "absent" else field.nulls == "blank" and not text
    return None if is_null else text


def _indicator_rows(form: Form) -> Iterable[PlainRow]:
    """The rows of ``indicators``, without ``form_id``: the fields, and what their texts were parsed to."""
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


def _cell_rows(form: Form, pages: Sequence[PageContent]) -> Iterable[PlainRow]:
    """The rows of ``cells``, without ``form_id``: every cell of the form, once for each value that was read from it.

    A cell belongs to the form if a value, a label or an unmapped text was read from it, or if it is blank and on one
    of the form's pages.
    """
    uses = _uses_of_cells(form)
    known = set(uses) | {key for entry in form.unmapped for key in entry.cells}
    for page in pages:
        for grid in page.grids:
            for cell in grid.cells:
                key = CellKey(page.number, grid.table_no, cell.row, cell.col)
                if key in known or (not cell.text and form.first_page <= page.number <= form.last_page):
                    used = uses.get(key)
                    yield from (_cell_row(key, cell, use) for use in used or [(None, None, None)])


def _uses_of_cells(form: Form) -> dict[CellKey, list[CellUse]]:
    """The values that were read from each cell; a printed label counts as the field ``label`` of the form."""
    uses: dict[CellKey, list[CellUse]] = {}
    for table, number, field, entry in entries_of(form):
        for key in entry.cells:
            uses.setdefault(key, []).append((table, number or None, PUBLISHED_FIELDS.get(field, field)))
    for key in form.labels:
        uses.setdefault(key, [("forms", None, "label")])
    return uses


def _cell_row(key: CellKey, cell: Cell, use: CellUse) -> PlainRow:
    """The row of a cell for one value that was read from it."""
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


def _finding_rows(
    findings: Sequence[Finding], form: Form | None, document_id: str, form_id: str | None
) -> Iterable[PlainRow]:
    """The rows of all findings about a form, or about the document, without ``form_id``, each with its cause."""
    for finding, cause in zip(findings, causes_of(findings, form), strict=True):
        row = {name: getattr(finding, name) for name in finding.__slots__}
        of_cause = {
            "cause_id": cause.id_in(form_id or document_id),
            "cause_values": cause.values,
            "consequence": cause.consequence,
        }
        named = {"field": PUBLISHED_FIELDS.get(finding.field or "", finding.field)}  # its name in the tables
        yield {"document_id": document_id, **row, **named, **of_cause}


def finding_rows(found: Iterable[tuple[str, Finding]]) -> ArrowRows:
    """Make the rows of findings about forms that are known by their ids, as a part of a dataset."""
    rows = [
        {"form_id": form_id, **row}
        for form_id, one in found
        for row in _finding_rows([one], None, form_id.rpartition("-")[0], form_id)
    ]
    return as_rows({"findings": to_table("findings", rows)})
