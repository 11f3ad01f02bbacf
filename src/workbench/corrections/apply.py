"""Corrections applied: the form as the machine read it becomes the form as people say it is printed.

This is a pure function of the form and the corrections. Findings report what was corrected (``corrected``), what does
not fit the machine's reading any more (``correction-stale``), and where people disagree (``correction-conflict``): then
the machine's reading stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.corrections.correction import Correction
from workbench.corrections.edited_form import TABLES, EditedForm, table_of
from workbench.corrections.edited_record import EditedRecord
from workbench.corrections.records import with_records
from workbench.corrections.resolve import Resolution, quoted, signed
from workbench.findings import FINDINGS
from workbench.model import CellKey, Finding, Form, PageContent, Table

CorrectedField = tuple[Table, int, str]
"""Table, record number (0: the form itself) and field, as the tables name them."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A form after its corrections.

    Attributes:
        form: the form as people say it is printed. Entries keep their cells.
        findings: what was corrected, and what could not be.
        outcomes: what became of each field that a person corrected or confirmed.
        numbers: for every record of the machine, by table and number, its number now. Removed records are missing.
        settled_rows: table and number of the records that a person joined, added, or moved values in.
        added: those of them that a person added.
        dismissed: findings that need nothing, each with the number of its record now (None: no record).
    """

    form: Form
    findings: tuple[Finding, ...] = ()
    outcomes: Mapping[CorrectedField, Resolution] = field(default_factory=dict)
    numbers: Mapping[tuple[Table, int], int] = field(default_factory=dict)
    settled_rows: frozenset[tuple[str, int]] = frozenset()
    added: frozenset[tuple[str, int]] = frozenset()
    dismissed: tuple[tuple[Correction, int | None], ...] = ()


def apply_corrections(form: Form, corrections: Sequence[Correction], pages: Sequence[PageContent] = ()) -> Corrected:
    """Apply corrections to a form.

    Args:
        form: the form as the machine read it.
        corrections: the corrections in force that are about this form, in the order of their time.
        pages: what was read from the form's pages. With them a correction finds its record again by the cell on the
            scan; without them by its name or number only.
    """
    if not corrections:
        return Corrected(form)
    edited = EditedForm(form, pages)
    for correction in corrections:
        edited.apply(correction)
    removed_cells, removal_findings = _take_out_removed(edited)
    edited.settle_fields()
    numbered = edited.numbered()
    numbers = {(row.table, machine): number for number, row in numbered for machine in row.numbers}
    return Corrected(
        form=replace(
            with_records(form, edited.head, edited.tables),
            labels=tuple(dict.fromkeys((*form.labels, *removed_cells))),
            notes=tuple(_renumbered(form.notes, numbers)),
        ),
        findings=(*edited.findings, *removal_findings, *_findings_of_records(numbered)),
        outcomes={(row.table, n, name): outcome for n, row in numbered for name, outcome in row.outcomes.items()},
        numbers=numbers,
        settled_rows=frozenset((row.table, number) for number, row in numbered if row.notes),
        added=frozenset((row.table, number) for number, row in numbered if row.added),
        dismissed=tuple(
            (dismissal, next((number for number, one in numbered if one is row), None))
            for dismissal, row in edited.dismissed
        ),
    )


def _take_out_removed(edited: EditedForm) -> tuple[list[CellKey], list[Finding]]:
    """Take the removed rows out of their tables.

    Returns:
        The cells of the removed rows: they count as printed labels, so that nobody misses their text. And the findings
        about the removed rows. That a row stays because people disagree becomes a note of the row.
    """
    rows = [row for table in edited.tables.values() for row in table]
    removed = [row for row in rows if row.is_removed]
    for row in rows:
        if row.removals and not row.is_removed:
            row.notes.append(_disputed(row))
    edited.tables = {
        table: [row for row in of_table if not row.is_removed] for table, of_table in edited.tables.items()
    }
    return [key for row in removed for key in row.own_cells], [_removed(row) for row in removed]


def _disputed(row: EditedRecord) -> Finding:
    """``correction-conflict``: one person removed a row, others corrected it."""
    people = "、".join(dict.fromkeys(one.by for one in row.objections))
    statement = FINDINGS["correction-conflict"].says(
        "removal", signature=signed(row.removals[-1]), name=quoted(row.name), people=people
    )
    return statement.about(row.table, page=row.page)


def _removed(row: EditedRecord) -> Finding:
    """``corrected``: a person removed a row."""
    last = row.removals[-1]
    statement = FINDINGS["corrected"].says("row-removed", name=quoted(row.name), signature=signed(last))
    return statement.about(table_of(last), page=row.page, found=row.name or None)


def _findings_of_records(numbered: Sequence[tuple[int, EditedRecord]]) -> Iterator[Finding]:
    """The findings about the records and their fields, under the numbers that the records have now."""
    for number, row in numbered:
        of_fields = (finding for outcome in row.outcomes.values() for finding in outcome.findings)
        for finding in (*row.notes, *of_fields):
            yield replace(finding, record_no=number or None)


def _renumbered(notes: Sequence[Finding], numbers: Mapping[tuple[Table, int], int]) -> Iterator[Finding]:
    """The findings of the reconstruction under the numbers that their records have now, without removed records."""
    for note in notes:
        if note.table not in TABLES or note.record_no is None:
            yield note
        elif (note.table, note.record_no) in numbers:
            yield replace(note, record_no=numbers[note.table, note.record_no])
