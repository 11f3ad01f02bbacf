"""What people and the machine make of a form together: whose correction is which form's, which findings are done
with, and every field with what the machine had read in it."""

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


def corrections_by_form(
    corrections: Sequence[Correction], forms: Sequence[Form]
) -> tuple[dict[int, list[Correction]], list[Correction]]:
    """The corrections of each form of a document, by its number from 1, and those whose form is not there.

    A form is known by its number and by the page of the correction's anchor: where forms were told apart
    otherwise than they are now, the page decides.
    """
    found: dict[int, list[Correction]] = {}
    lost = []
    for correction in corrections:
        suffix = correction.form_id.rpartition("-")[2]
        number = int(suffix) if suffix.isdecimal() and suffix != correction.form_id else 0
        page = correction.anchor.page if correction.anchor else None
        there = [n for n, form in enumerate(forms, 1) if page is None or form.first_page <= page <= form.last_page]
        chosen = number if number in there else there[0] if page is not None and len(there) == 1 else number
        if 1 <= chosen <= len(forms):
            found.setdefault(chosen, []).append(correction)
        else:
            lost.append(correction)
    return found, lost


def without_form(correction: Correction) -> Finding:
    """``correction-stale`` for a correction whose form is not in its document."""
    statement = FINDINGS["correction-stale"].says("lost-form", by=correction.by, form_id=correction.form_id)
    page = correction.anchor.page if correction.anchor else None
    return statement.about(page=page, expected=correction.now)


def after_review(findings: Iterable[Finding], corrected: Corrected) -> list[Finding]:
    """Findings about a corrected form, without the doubts that a person resolved, and those looked at marked so."""
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
    return any(is_about(one, finding) and number == finding.record_no for one, number in dismissed)


def is_about(dismissal: Correction, finding: Finding) -> bool:
    """Whether a dismissal means such a finding, its record aside: of that code and field, about the same text."""
    return (
        dismissal.code == finding.code
        and dismissal.table == (finding.table or "")
        and dismissal.field == published(finding.field)
        and (dismissal.page is None or dismissal.page == finding.page)
        and normalise(dismissal.was or "") == normalise(finding.found or "")
    )


def published(field: str | None) -> str:
    """The tables' name of a field."""
    return PUBLISHED_FIELDS.get(field or "", field or "")


def field_rows(corrected: Corrected, flagged: set[CorrectedField], boxes: Boxes) -> Iterator[dict[str, object]]:
    """Every field of the corrected form: its text, what the machine had read, and whether the machine was in doubt."""
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
    """The fields of a form that findings about the machine's reading send a person to: by an error or a warning about
    them, or a doubt about their record; all rows of a merged cell together."""
    listed = list(findings)
    fields = {
        (one.table, one.record_no or 0, published(one.field))
        for one in listed
        if one.table and one.field and one.severity != "info"
    }
    rows = {(one.table, one.record_no or 0) for one in listed if one.table and not one.field and one.code in FLAGS}
    targets = [(table, number, published(name), entry) for table, number, name, entry in entries_of(form)]
    doubted: set[tuple[str, tuple[CellKey, ...]]] = {
        (name, entry.cells)
        for table, number, name, entry in targets
        if entry.cells and ((table, number, name) in fields or (table, number) in rows)
    }
    return {
        (table, number, name)
        for table, number, name, entry in targets
        if (table, number, name) in fields or (table, number) in rows or (name, entry.cells) in doubted
    }
