"""Corrections and the machine's reading side by side: which form a correction is about, which findings are settled, and
the rows of the table ``fields``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from workbench.corrections.apply import Corrected, CorrectedField
from workbench.corrections.correction import Correction
from workbench.corrections.records import Boxes
from workbench.corrections.resolve import SETTLED
from workbench.fields import PUBLISHED_FIELDS, entries_of
from workbench.findings import FINDINGS, FLAGS, kind_of
from workbench.model import CellKey, Finding, Form, Table
from workbench.values import normalise

LONGEST_NUMBER = 10
"""Digits that no number of a form has. Python refuses to read numbers of thousands of digits."""


def corrections_by_form(
    corrections: Sequence[Correction], forms: Sequence[Form]
) -> tuple[dict[int, list[Correction]], list[Correction]]:
    """Divide the corrections of a document among its forms.

    A correction names the number of its form and, with its anchor, a page. If they do not agree, because an earlier
    version divided the document into other forms, the page decides.

    Returns:
        The corrections of each form, by the number of the form from 1. And those whose form is not in the document.
    """
    found: dict[int, list[Correction]] = {}
    lost = []
    for correction in corrections:
        suffix = correction.form_id.rpartition("-")[2]
        is_number = suffix.isdecimal() and len(suffix) < LONGEST_NUMBER and suffix != correction.form_id
        number = int(suffix) if is_number else 0
        page = correction.anchor.page if correction.anchor else None
        there = [n for n, form in enumerate(forms, 1) if page is None or form.first_page <= page <= form.last_page]
        chosen = number if number in there else there[0] if page is not None and len(there) == 1 else number
        if 1 <= chosen <= len(forms):
            found.setdefault(chosen, []).append(correction)
        else:
            lost.append(correction)
    return found, lost


def without_form(correction: Correction) -> Finding:
    """Return ``correction-stale`` for a correction whose form is not in its document."""
    statement = FINDINGS["correction-stale"].says("lost-form", by=correction.by, form_id=correction.form_id)
    page = correction.anchor.page if correction.anchor else None
    return statement.about(page=page, expected=correction.now)


def after_review(findings: Iterable[Finding], corrected: Corrected) -> list[Finding]:
    """Return the findings about a corrected form as they stand after the review.

    Findings about fields and records that a person settled are left out if they only question the reading; the others
    of them, and those that were dismissed, are ``reviewed``. The findings about the corrections come last.
    """
    kept = []
    for finding in findings:
        table, number, name = finding.table, finding.record_no or 0, published(finding.field)
        outcome = corrected.outcomes.get((table, number, name)) if table and name else None
        in_row = finding.field is None and (table, number) in corrected.settled_rows
        settled = in_row or (outcome is not None and outcome.status in SETTLED)
        if not (settled and kind_of(finding.code).settled_by_looking):
            kept.append(replace(finding, reviewed=settled or _is_dismissed(finding, corrected.dismissed)))
    return [*kept, *corrected.findings]


def _is_dismissed(finding: Finding, dismissed: Sequence[tuple[Correction, int | None]]) -> bool:
    """Whether a dismissal means the finding, given with the number that its record has now."""
    return any(is_about(one, finding) and number == finding.record_no for one, number in dismissed)


def is_about(dismissal: Correction, finding: Finding) -> bool:
    """Whether a dismissal means the finding: same code, table, field, page and text. The record is not compared."""
    return (
        dismissal.code == finding.code
        and dismissal.table == (finding.table or "")
        and dismissal.field == published(finding.field)
        and (dismissal.page is None or dismissal.page == finding.page)
        and normalise(dismissal.was or "") == normalise(finding.found or "")
    )


def published(field: str | None) -> str:
    """Return the name that the tables have for a field of the model; None (no field) becomes empty."""
    return PUBLISHED_FIELDS.get(field or "", field or "")


def field_rows(corrected: Corrected, flagged: set[CorrectedField], boxes: Boxes) -> Iterator[dict[str, object]]:
    """Return the rows of the table ``fields``, without ``form_id``: every field of a corrected form.

    Args:
        corrected: the form after its corrections.
        flagged: the fields of the machine's reading that a finding flags (`flagged_fields`).
        boxes: the outlines of the cells of the form's pages.
    """
    before: dict[tuple[Table, int], set[int]] = {}
    for (table, machine_no), number in corrected.numbers.items():
        before.setdefault((table, number), set()).add(machine_no)
    for table, number, name, entry in entries_of(corrected.form):
        field = published(name)
        outcome = corrected.outcomes.get((table, number, field))
        machine = outcome.machine if outcome else None if (table, number) in corrected.added else entry
        numbers = before.get((table, number), {number}) if corrected.numbers else {number}
        key = next((key for key in entry.cells if key in boxes), None)
        left, top, right, bottom = boxes[key] if key else (None, None, None, None)
        yield {
            "table": table,
            "record_no": number or None,
            "field": field,
            "text": entry.text,
            "confidence": entry.confidence,
            "machine_text": machine.text if machine is not None else None,
            "machine_confidence": machine.confidence if machine is not None else None,
            "status": outcome.status if outcome else "machine",
            "flagged": any((table, one, field) in flagged for one in numbers),
            "page": key.page if key else None,
            "left": left,
            "top": top,
            "right": right,
            "bottom": bottom,
        }


def flagged_fields(form: Form, findings: Iterable[Finding]) -> set[CorrectedField]:
    """Return the fields that a person should look at because of findings about the machine's reading.

    These are the fields with an error or a warning, all fields of a record with a flag, and all fields that share a
    merged cell with one of these.
    """
    listed = list(findings)
    fields = {
        (one.table, one.record_no or 0, published(one.field))
        for one in listed
        if one.table and one.field and one.severity != "info"
    }
    rows = {(one.table, one.record_no or 0) for one in listed if one.table and not one.field and one.code in FLAGS}
    targets = [(table, number, published(name), entry) for table, number, name, entry in entries_of(form)]
    flagged = {
        (table, number, name)
        for table, number, name, _ in targets
        if (table, number, name) in fields or (table, number) in rows
    }
    cells: set[tuple[str, tuple[CellKey, ...]]] = {
        (name, entry.cells)
        for table, number, name, entry in targets
        if entry.cells and (table, number, name) in flagged
    }
    return flagged | {(table, number, name) for table, number, name, entry in targets if (name, entry.cells) in cells}
