"""Corrections applied: a form as the machine read it becomes the form as people say it is printed.

A pure function of the form and the corrections. What was corrected is said (``corrected``), what no longer fits the
machine's reading too (``correction-stale``); where people disagree nobody wins (``correction-conflict``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.fuzz import ratio

from workbench.corrections.claims import ClaimedRecord, claimed, joined
from workbench.corrections.correction import Anchor, Correction
from workbench.corrections.records import (
    added_record,
    boxes_of,
    find_record,
    head_of,
    records_of,
    with_records,
)
from workbench.corrections.resolve import Resolution, quoted, settle, signed, told
from workbench.fields import KNOWN, LABELS, field_name
from workbench.findings import FINDINGS
from workbench.model import BLANK, CellKey, Finding, Form, PageContent, Table
from workbench.values import normalise

CellKeys = tuple[CellKey, ...]

CorrectedField = tuple[Table, int, str]
"""Table, record number (0: the form itself) and field, as the tables name them."""

SAME_NAME = 60.0
"""Likeness of two readings of one name, 0 to 100: a row is only removed while it reads like the one that was meant."""

TABLES: tuple[Table, ...] = ("budgets", "goals", "indicators")


@dataclass(frozen=True, slots=True)
class Corrected:
    """A form after its corrections.

    Attributes:
        form: the form as people say it is printed. Entries keep their cells.
        findings: what was corrected, and what could not be.
        outcomes: what became of each field that a person looked at.
        numbers: what the machine's record numbers became; those of a removed row are not there.
        settled_rows: records that a person joined, added, or moved values in; ``added`` are those that were added.
        dismissed: findings that a person looked at, with the record they are about as numbered now (None: no record).
    """

    form: Form
    findings: tuple[Finding, ...] = ()
    outcomes: Mapping[CorrectedField, Resolution] = field(default_factory=dict)
    numbers: Mapping[tuple[Table, int], int] = field(default_factory=dict)
    settled_rows: frozenset[tuple[str, int]] = frozenset()
    added: frozenset[tuple[str, int]] = frozenset()
    dismissed: tuple[tuple[Correction, int | None], ...] = ()


def apply_corrections(form: Form, corrections: Sequence[Correction], pages: Sequence[PageContent] = ()) -> Corrected:
    """What a form is after the corrections in force that are about it, given in the order of their time.

    ``pages``: what was read from the form's pages; where its cells stand there, records are found again.
    """
    if not corrections:
        return Corrected(form)
    hand = _Hand(form, pages)
    for correction in corrections:
        hand.take(correction)
    return hand.done()


class _Hand:
    """The form while corrections are applied to it, one after the other.

    Each action changes the records and says, in Chinese, why it could not, if so.
    """

    def __init__(self, form: Form, pages: Sequence[PageContent]) -> None:
        self.form, self.boxes = form, boxes_of(pages)
        self.head = claimed(head_of(form))
        self.tables = {table: [claimed(record) for record in records_of(form, table)] for table in TABLES}
        self.labels: dict[tuple[Table, str, CellKeys], list[Correction]] = {}
        self.findings: list[Finding] = []
        self.dismissed: list[tuple[Correction, ClaimedRecord | None]] = []
        self.actions: dict[str, Callable[[Correction], str | None]] = {
            "set": self._set,
            "remove-record": self._remove,
            "add-record": self._add,
            "move-value": self._move,
            "join-records": self._join,
            "dismiss": self._dismiss,
        }

    def take(self, correction: Correction) -> None:
        names = {"set": [correction.field], "move-value": [correction.field, correction.to]}.get(correction.action, [])
        unknown = [name for name in (*names, *correction.texts) if (correction.table, name) not in KNOWN]
        if unknown:
            lost: str | None = f"表“{correction.table}”没有“{unknown[0]}”这个字段"
        else:
            lost = self.actions[correction.action](correction)
        if lost:
            self._lost(correction, lost)

    def _row(self, table: str, anchor: Anchor | None, number: int) -> ClaimedRecord | None:
        if table == "forms":
            return self.head
        rows = next((rows for name, rows in self.tables.items() if name == table), [])
        found = find_record(rows, anchor, number, self.boxes)
        return next((row for row in rows if row is found), None)

    def _set(self, correction: Correction) -> str | None:
        row, name = self._row(correction.table, correction.anchor, correction.record_no), correction.field
        if row is None:
            return "找不到原来的行"
        cells = (row.entries.get(name) or BLANK).cells
        is_merged = not correction.alone and len(self._with_label(row.table, name, cells)) > 1
        of_label = self.labels.setdefault((row.table, name, cells), []) if is_merged else []
        claims = of_label if is_merged else row.claims.setdefault(name, [])
        expected = {normalise(text or "") for text in (correction.was, correction.now)}
        is_known = correction.anchor is not None or row is self.head or bool(claims)
        if not is_known and normalise(row.text(name)) not in expected:
            return f"第{correction.record_no}行现读作“{row.text(name)}”，无法确定是否同一行"
        row.removals = [one for one in row.removals if one.by != correction.by]
        claims.append(correction)
        return None

    def _with_label(self, table: Table, name: str, cells: CellKeys) -> list[ClaimedRecord]:
        """The rows whose label comes from a merged cell."""
        if name not in LABELS or not cells or table == "forms":
            return []
        return [row for row in self.tables[table] if (row.entries.get(name) or BLANK).cells == cells]

    def _remove(self, correction: Correction) -> str | None:
        row = self._row(correction.table, correction.anchor, correction.record_no)
        if row is self.head:
            return "表本身不是一行"
        if row is None:
            return None  # the machine does not take it for a row any more, either
        if ratio(normalise(row.name), normalise(correction.was or "")) < SAME_NAME and row.name != correction.was:
            return f"该行现读作“{row.name[:40]}”，未删除"
        row.removals.append(correction)
        return None

    def _add(self, correction: Correction) -> str | None:
        table = _table(correction)
        before = self._row(correction.table, correction.anchor, correction.record_no - 1)
        if table in (None, "forms") or (before is None and (correction.anchor is not None or correction.record_no > 1)):
            return "找不到它前面的一行"
        rows = self.tables[table]
        start = rows.index(before) + 1 if before else 0
        after = self._row(correction.table, correction.other, 0) if correction.other else None
        stop = rows.index(after) if after in rows else min(start + 1, len(rows))
        found = next((row for row in rows[start:stop] if row is not after and row.is_added_by(correction)), None)
        if found is None:
            while start < len(rows) and (earlier := rows[start].added) and earlier.record_no < correction.record_no:
                start += 1
            record = claimed(added_record(table, rows, correction.texts))
            record.added = correction
            statement = FINDINGS["corrected"].says(
                "row-added", texts=quoted(told(correction.texts.values())), signature=signed(correction)
            )
            record.notes.append(statement.about(table))
            rows.insert(start, record)
            found = record
        self._say_texts(found, correction)
        return None

    def _say_texts(self, row: ClaimedRecord, correction: Correction) -> None:
        """What an added or joined row is to say, as if each field had been set."""
        for name, text in correction.texts.items():
            said = replace(correction, action="set", field=name, was=None, now=text)
            row.claims.setdefault(name, []).append(said)

    def _move(self, correction: Correction) -> str | None:
        row = self._row(correction.table, correction.anchor, correction.record_no)
        if row is None:
            return "找不到原来的行"
        source, goal, was = correction.field, correction.to, normalise(correction.was or "")
        if source == goal:
            return "两栏相同"
        if normalise(row.said(source)) != was:
            if normalise(row.said(goal)) != was:
                return f"{field_name(source)}栏现读作“{row.said(source)[:40]}”，未移动"
            return None  # it stands where it was to go
        row.exchange(source, goal)
        statement = FINDINGS["corrected"].says(
            "value-moved",
            text=quoted(correction.was),
            source=field_name(source),
            goal=field_name(goal),
            signature=signed(correction),
        )
        row.notes.append(statement.about(_table(correction), field=goal))
        return None

    def _join(self, correction: Correction) -> str | None:
        row = self._row(correction.table, correction.anchor, correction.record_no)
        other = self._row(correction.table, correction.other, correction.other_no)
        if row is None or other is None or row is self.head:
            return "找不到要合并的两行"
        if row is not other:
            rows = self.tables[row.table]
            row, other = sorted((row, other), key=rows.index)  # a text goes on below
            for name in row.entries:
                row.settle(name)
                other.settle(name)
                whole = joined(row.table, name, row.entries[name], other.entries.get(name))
                if name in correction.texts or whole != row.entries[name]:
                    row.give(name, replace(whole or BLANK, text=correction.texts.get(name, (whole or BLANK).text)))
            row.numbers += other.numbers
            row.own_cells += other.own_cells
            rows.remove(other)
            statement = FINDINGS["corrected"].says("rows-joined", name=quoted(other.name), signature=signed(correction))
            row.notes.append(statement.about(_table(correction)))
        return None

    def _dismiss(self, correction: Correction) -> str | None:
        in_record = correction.record_no > 0
        row = self._row(correction.table, correction.anchor, correction.record_no) if in_record else None
        if row is not None or not in_record:
            self.dismissed.append((correction, row))
        return None

    def _lost(self, correction: Correction, reason: str) -> None:
        what = field_name(correction.field) if correction.field else "行"
        statement = FINDINGS["correction-stale"].says(
            "lost-value" if correction.action == "set" else "lost",
            signature=signed(correction),
            what=what,
            was=quoted(correction.was),
            now=quoted(correction.now),
            reason=reason,
        )
        page = correction.anchor.page if correction.anchor else None
        about = (_table(correction), None, correction.field or None, page)
        self.findings.append(statement.about(*about, expected=correction.now))

    def done(self) -> Corrected:
        """The form with everything that was said, its records numbered anew."""
        set_aside = [key for rows in self.tables.values() for row in rows if row.is_removed for key in row.own_cells]
        for table, rows in self.tables.items():
            for row in rows:
                self._say_removal(row)
            self.tables[table] = [row for row in rows if not row.is_removed]
        numbered = [(0, self.head), *((at, row) for rows in self.tables.values() for at, row in enumerate(rows, 1))]
        for _, row in numbered:
            for name in list(row.claims):
                row.settle(name)
        self._settle_labels()
        for number, row in numbered:
            said = [*row.notes, *(finding for outcome in row.outcomes.values() for finding in outcome.findings)]
            self.findings += [replace(finding, record_no=number or None) for finding in said]
        numbers = {(row.table, machine): number for number, row in numbered for machine in row.numbers}
        form = with_records(self.form, self.head, self.tables)
        return Corrected(
            form=replace(
                form,
                labels=tuple(dict.fromkeys((*form.labels, *set_aside))),
                notes=tuple(_renumbered(form.notes, numbers)),
            ),
            findings=tuple(self.findings),
            outcomes={(row.table, n, name): out for n, row in numbered for name, out in row.outcomes.items()},
            numbers=numbers,
            settled_rows=frozenset((row.table, number) for number, row in numbered if row.notes),
            added=frozenset((row.table, number) for number, row in numbered if row.added),
            dismissed=tuple(
                (correction, next((number for number, one in numbered if one is row), None))
                for correction, row in self.dismissed
            ),
        )

    def _settle_labels(self) -> None:
        """What was said of a merged label holds for all its rows, those aside that somebody corrected alone."""
        for (table, name, cells), claims in self.labels.items():
            rows = [row for row in self._with_label(table, name, cells) if name not in row.outcomes]
            for at, row in enumerate(rows):
                outcome = settle(table, name, row.entries[name], claims)
                row.entries[name] = outcome.entry
                row.outcomes[name] = outcome if at == 0 else replace(outcome, findings=())  # it is said once

    def _say_removal(self, row: ClaimedRecord) -> None:
        if not row.removals:
            return
        last, others = row.removals[-1], row.defenders
        if others:
            people = "、".join(dict.fromkeys(one.by for one in others))
            statement = FINDINGS["correction-conflict"].says(
                "removal", signature=signed(last), name=quoted(row.name), people=people
            )
            row.notes.append(statement.about(row.table, page=row.page))
        else:
            statement = FINDINGS["corrected"].says("row-removed", name=quoted(row.name), signature=signed(last))
            self.findings.append(statement.about(_table(last), page=row.page, found=row.name or None))


def _table(correction: Correction) -> Table | None:
    return next((table for table in ("forms", *TABLES) if table == correction.table), None)


def _renumbered(notes: Sequence[Finding], numbers: Mapping[tuple[Table, int], int]) -> Iterator[Finding]:
    """The reconstruction's notes under the numbers that their records have now; those of removed rows go with them."""
    for note in notes:
        if note.table not in TABLES or note.record_no is None:
            yield note
        elif (note.table, note.record_no) in numbers:
            yield replace(note, record_no=numbers[note.table, note.record_no])
