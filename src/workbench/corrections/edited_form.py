"""A form while corrections are applied to it, one after the other: each action of a correction is a method here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz.fuzz import ratio

from workbench.corrections.correction import Anchor, Correction
from workbench.corrections.edited_record import EditedRecord, edited, join_entries
from workbench.corrections.records import added_record, boxes_of, find_record, head_of, records_of
from workbench.corrections.resolve import in_one_line, quoted, settle, signed
from workbench.fields import KNOWN, LABELS, field_name
from workbench.findings import FINDINGS
from workbench.model import BLANK, CellKey, Finding, Form, PageContent, Table
from workbench.values import normalise

CellKeys = tuple[CellKey, ...]

SAME_NAME = 60.0
"""Least likeness of two readings of one name (0 to 100): below it a row is not removed, for it may be another row."""

TABLES: tuple[Table, ...] = ("budgets", "goals", "indicators")
"""The tables of records. The table ``forms`` has one record, the form itself."""


class EditedForm:
    """A form with the corrections that were applied to it so far.

    Attributes:
        form: the form as the machine read it.
        head: the form itself as a record.
        tables: the other records, table by table, in their order.
        labels: pending corrections of labels that one merged cell gives to several records, by table, field and cells.
        findings: reports on corrections that could not be applied.
        dismissed: dismissals of findings, each with the record that the finding is about (None: no record).
    """

    def __init__(self, form: Form, pages: Sequence[PageContent]) -> None:
        """Start with the machine's reading.

        Args:
            form: the form as the machine read it.
            pages: what was read from its pages; their cells tell where a record is on the scan.
        """
        self.form = form
        self.boxes = boxes_of(pages)
        self.head = edited(head_of(form))
        self.tables = {table: [edited(record) for record in records_of(form, table)] for table in TABLES}
        self.labels: dict[tuple[Table, str, CellKeys], list[Correction]] = {}
        self.findings: list[Finding] = []
        self.dismissed: list[tuple[Correction, EditedRecord | None]] = []
        self._actions: Mapping[str, Callable[[Correction], str | None]] = {
            "set": self._set,
            "remove-record": self._remove,
            "add-record": self._add,
            "move-value": self._move,
            "join-records": self._join,
            "dismiss": self._dismiss,
        }

    def apply(self, correction: Correction) -> None:
        """Apply a correction. Where it does not fit the form any more, add ``correction-stale`` to the findings.

        Each action returns in Chinese why it could not be applied, or None.
        """
        unknown = _unknown_field(correction)
        reason = (
            self._actions[correction.action](correction)
            if unknown is None
            else f"表“{correction.table}”没有“{unknown}”这个字段"
        )
        if reason:
            self.findings.append(_not_applied(correction, reason))

    def numbered(self) -> list[tuple[int, EditedRecord]]:
        """All records with their numbers of now: 0 for the form itself, from 1 in each table."""
        return [(0, self.head), *((at, row) for rows in self.tables.values() for at, row in enumerate(rows, 1))]

    def settle_fields(self) -> None:
        """Decide all fields with pending corrections."""
        for _, row in self.numbered():
            for name in list(row.pending):
                row.settle(name)
        self._settle_labels()

    def _settle_labels(self) -> None:
        """Decide merged labels for all their rows, except those where somebody corrected the label of that row alone.

        The findings of a label belong to the first of its rows.
        """
        for (table, name, cells), corrections in self.labels.items():
            if not corrections:  # the only one about the label did not fit the form
                continue
            rows = [row for row in self._rows_with_label(table, name, cells) if name not in row.outcomes]
            for at, row in enumerate(rows):
                outcome = settle(table, name, row.entries[name], corrections)
                row.entries[name] = outcome.entry
                row.outcomes[name] = outcome if at == 0 else replace(outcome, findings=())

    # --- finding records

    def _row(self, table: str, anchor: Anchor | None, number: int) -> EditedRecord | None:
        """The record that an anchor or, without one, the machine's number means; None: it cannot be found."""
        if table == "forms":
            return self.head
        rows = next((rows for name, rows in self.tables.items() if name == table), [])
        found = find_record(rows, anchor, number, self.boxes)
        return next((row for row in rows if row is found), None)

    def _row_of(self, correction: Correction) -> EditedRecord | None:
        """The record that a correction is about."""
        return self._row(correction.table, correction.anchor, correction.record_no)

    def _rows_with_label(self, table: Table, name: str, cells: CellKeys) -> list[EditedRecord]:
        """The records that have their label from these cells; none where the field is no label."""
        if name not in LABELS or not cells or table == "forms":
            return []
        return [row for row in self.tables[table] if (row.entries.get(name) or BLANK).cells == cells]

    # --- the actions

    def _set(self, correction: Correction) -> str | None:
        """Let the correction wait until its field is decided. It also puts a row back that the same person removed.

        Without an anchor the row is known by its number alone: then the field must read as it did, or as the
        correction wants it.
        """
        row, name = self._row_of(correction), correction.field
        if row is None:
            return "找不到原来的行"
        pending = self._pending_of(row, correction)
        expected = {normalise(text or "") for text in (correction.was, correction.now)}
        is_known = correction.anchor is not None or row is self.head or bool(pending)
        if not is_known and normalise(row.text(name)) not in expected:
            return f"第{correction.record_no}行现读作“{row.text(name)}”，无法确定是否同一行"
        row.removals = [one for one in row.removals if one.by != correction.by]
        pending.append(correction)
        return None

    def _pending_of(self, row: EditedRecord, correction: Correction) -> list[Correction]:
        """The pending corrections of the field: of a merged label those of all its rows, unless one alone is meant."""
        name = correction.field
        cells = (row.entries.get(name) or BLANK).cells
        if not correction.alone and len(self._rows_with_label(row.table, name, cells)) > 1:
            return self.labels.setdefault((row.table, name, cells), [])
        return row.pending.setdefault(name, [])

    def _remove(self, correction: Correction) -> str | None:
        """Note that a row is none, if its name still reads like that of the row that was meant."""
        row = self._row_of(correction)
        if row is self.head or (correction.record_no == 0 and correction.anchor is None):
            return "表本身不是一行"
        if row is None and correction.anchor is None:
            return "找不到原来的行"
        if row is None:
            return self._nothing_to_do(correction, "机器也不再把它当作一行")
        if ratio(normalise(row.name), normalise(correction.was or "")) < SAME_NAME and row.name != correction.was:
            return f"该行现读作“{row.name[:40]}”，未删除"
        row.removals.append(correction)
        return None

    def _add(self, correction: Correction) -> str | None:
        """Add a row after the one of the anchor, unless such a row is there by now."""
        table = table_of(correction)
        before = self._row(correction.table, correction.anchor, correction.record_no - 1)
        is_first = correction.anchor is None and correction.record_no <= 1
        if table is None or table == "forms" or (before is None and not is_first):
            return "找不到它前面的一行"
        start = self.tables[table].index(before) + 1 if before else 0
        found = self._row_already_there(table, start, correction)
        row = found or self._insert(table, start, correction)
        _correct_texts(row, correction)
        return self._nothing_to_do(correction, "这一行已在表中") if found else None

    def _row_already_there(self, table: Table, start: int, correction: Correction) -> EditedRecord | None:
        """The added row, if the machine has found it, or somebody else has added it, where it was missed.

        That is from ``start`` to the row that came after it or, where that is not known, at ``start`` itself.
        """
        rows = self.tables[table]
        after = self._row(correction.table, correction.other, 0) if correction.other else None
        stop = rows.index(after) if after in rows else min(start + 1, len(rows))
        return next((row for row in rows[start:stop] if row is not after and row.is_added_by(correction)), None)

    def _insert(self, table: Table, start: int, correction: Correction) -> EditedRecord:
        """Insert a blank row at ``start``, after the rows with smaller numbers that were added there before."""
        rows = self.tables[table]
        while start < len(rows) and (earlier := rows[start].added) and earlier.record_no < correction.record_no:
            start += 1
        row = edited(added_record(table, rows, correction.texts))
        row.added = correction
        statement = FINDINGS["corrected"].says(
            "row-added", texts=quoted(in_one_line(correction.texts.values())), signature=signed(correction)
        )
        row.notes.append(statement.about(table))
        rows.insert(start, row)
        return row

    def _move(self, correction: Correction) -> str | None:
        """Exchange the values of two fields of a row, unless the value is where it belongs by now."""
        row = self._row_of(correction)
        if row is None:
            return "找不到原来的行"
        source, goal, was = correction.field, correction.to, normalise(correction.was or "")
        if source == goal:
            return "两栏相同"
        if normalise(row.corrected_text(source)) != was:
            if normalise(row.corrected_text(goal)) != was:
                return f"{field_name(source)}栏现读作“{row.corrected_text(source)[:40]}”，未移动"
            return self._nothing_to_do(correction, f"这个值已在{field_name(goal)}栏")
        row.exchange(source, goal)
        statement = FINDINGS["corrected"].says(
            "value-moved",
            text=quoted(correction.was),
            source=field_name(source),
            goal=field_name(goal),
            signature=signed(correction),
        )
        row.notes.append(statement.about(table_of(correction), field=goal))
        return None

    def _join(self, correction: Correction) -> str | None:
        """Make one row of two, unless they are one by now."""
        row = self._row_of(correction)
        other = self._row(correction.table, correction.other, correction.other_no)
        if row is None or other is None or row is self.head:
            return "找不到要合并的两行"
        if (correction.record_no, correction.anchor) == (correction.other_no, correction.other):
            return "要合并的两行是同一行"
        if row is other:
            return self._nothing_to_do(correction, "两行已是一行")
        upper, lower = sorted((row, other), key=self.tables[row.table].index)
        self._join_rows(upper, lower, correction)
        return None

    def _join_rows(self, upper: EditedRecord, lower: EditedRecord, correction: Correction) -> None:
        """Move the values of the lower row into the upper one, and take the lower one out."""
        for name in upper.entries:
            upper.settle(name)
            lower.settle(name)
            whole = join_entries(upper.table, name, upper.entries[name], lower.entries.get(name))
            if name in correction.texts or whole != upper.entries[name]:
                text = correction.texts.get(name, (whole or BLANK).text)
                upper.put(name, replace(whole or BLANK, text=text))
        upper.numbers += lower.numbers
        upper.own_cells += lower.own_cells
        self.tables[upper.table].remove(lower)
        statement = FINDINGS["corrected"].says("rows-joined", name=quoted(lower.name), signature=signed(correction))
        upper.notes.append(statement.about(table_of(correction)))

    def _nothing_to_do(self, correction: Correction, reason: str) -> str | None:
        """Report a correction that was anticipated, by the machine or somebody else; gives None, as actions do."""
        statement = FINDINGS["corrected"].says("nothing", signature=signed(correction), reason=reason)
        self.findings.append(statement.about(table_of(correction)))
        return None

    def _dismiss(self, correction: Correction) -> str | None:
        """Keep the dismissal with its record. One whose record is gone has nothing to dismiss any more."""
        in_record = correction.record_no > 0
        row = self._row_of(correction) if in_record else None
        if row is not None or not in_record:
            self.dismissed.append((correction, row))
        return None


def table_of(correction: Correction) -> Table | None:
    """The table of a correction; None: there is no table of that name."""
    return next((table for table in ("forms", *TABLES) if table == correction.table), None)


def _unknown_field(correction: Correction) -> str | None:
    """The first field of a correction that its table does not have."""
    names = {"set": [correction.field], "move-value": [correction.field, correction.to]}.get(correction.action, [])
    return next((name for name in (*names, *correction.texts) if (correction.table, name) not in KNOWN), None)


def _correct_texts(row: EditedRecord, correction: Correction) -> None:
    """Let the texts of an added row wait as if each of its fields had been set."""
    for name, text in correction.texts.items():
        of_field = replace(correction, action="set", field=name, was=None, now=text)
        row.pending.setdefault(name, []).append(of_field)


def _not_applied(correction: Correction, reason: str) -> Finding:
    """``correction-stale`` for a correction that does not fit the form; ``reason`` says why, in Chinese."""
    statement = FINDINGS["correction-stale"].says(
        "lost-value" if correction.action == "set" else "lost",
        signature=signed(correction),
        what=field_name(correction.field) if correction.field else "行",
        was=quoted(correction.was),
        now=quoted(correction.now),
        reason=reason,
    )
    page = correction.anchor.page if correction.anchor else None
    return statement.about(table_of(correction), None, correction.field or None, page, expected=correction.now)
