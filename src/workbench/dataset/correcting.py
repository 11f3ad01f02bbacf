"""Corrections applied: a form as the machine read it becomes the form as people say it is printed.

A pure function of the form and the corrections. What was corrected is said (``corrected``), what no longer fits the
machine's reading too (``correction-stale``); where people disagree nobody wins (``correction-conflict``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.fuzz import ratio

from workbench.checks.wording import field_name
from workbench.dataset.correction import Anchor, Correction
from workbench.dataset.records import (
    LABELS,
    Record,
    added_record,
    boxes_of,
    find_record,
    head_of,
    records_of,
    with_records,
)
from workbench.dataset.refusal import KNOWN
from workbench.dataset.settling import Outcome, quoted, settle, signed, told
from workbench.judging import NUMBER_FIELDS
from workbench.model import BLANK, Entry, Finding, Form, PageContent, Table
from workbench.values import normalise

Target = tuple[Table, int, str]
"""Table, record number (0: the form itself) and field, as the tables name them."""

SAME_NAME = 60.0
"""Likeness of two readings of one name, 0 to 100: a row is only removed while it reads like the one that was meant."""

ALIKE = 0.5
"""A row that has this share of an added row's texts, and stands in its place, is that row, found by the machine."""

TABLES: tuple[Table, ...] = ("budgets", "goals", "indicators")


@dataclass(frozen=True, slots=True)
class Corrected:
    """A form after its corrections.

    Attributes:
        form: the form as people say it is printed. Entries keep their cells.
        findings: what was corrected, and what could not be.
        outcomes: what became of each field that a person looked at.
        numbers: what the machine's record numbers became; those of a removed row are not there.
        settled_rows: records that a person joined, added, or moved values in.
        dismissed: findings that a person looked at, with the record they are about as numbered now (None: no record).
    """

    form: Form
    findings: tuple[Finding, ...] = ()
    outcomes: Mapping[Target, Outcome] = field(default_factory=dict)
    numbers: Mapping[tuple[Table, int], int] = field(default_factory=dict)
    settled_rows: frozenset[tuple[str, int]] = frozenset()
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


@dataclass(eq=False)
class _Row(Record):
    """A record with all that is said of it."""

    claims: dict[str, list[Correction]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    removals: list[Correction] = field(default_factory=list)
    added: Correction | None = None

    def text(self, name: str) -> str:
        if self.added is not None and name in self.claims:  # no machine has read it: what people say is all there is
            return self.claims[name][-1].now or ""
        return super().text(name)

    def settle(self, name: str) -> None:
        """Decide what the field says, by all that was said of it so far."""
        claims = self.claims.pop(name, None)
        if claims:
            outcome = settle(self.table, name, self.entries.get(name), claims)
            known = self.outcomes.get(name)
            self.outcomes[name] = replace(outcome, machine=known.machine) if known else outcome
            self.entries[name] = outcome.entry

    def give(self, name: str, entry: Entry | None) -> None:
        """Put another value into the field, as a person's change of the row's structure."""
        known = self.outcomes.get(name)
        machine = known.machine if known else self.entries.get(name)
        self.outcomes[name] = Outcome(machine, entry, "corrected", known.findings if known else ())
        self.entries[name] = entry


class _Hand:
    """The form while corrections are applied to it, one after the other.

    Each action changes the records and says, in Chinese, why it could not, if so.
    """

    def __init__(self, form: Form, pages: Sequence[PageContent]) -> None:
        self.form, self.boxes = form, boxes_of(pages)
        self.head = _row_of(head_of(form))
        self.tables = {table: [_row_of(record) for record in records_of(form, table)] for table in TABLES}
        self.findings: list[Finding] = []
        self.dismissed: list[tuple[Correction, _Row | None]] = []
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

    def _row(self, table: str, anchor: Anchor | None, number: int) -> _Row | None:
        if table == "forms":
            return self.head
        rows = next((rows for name, rows in self.tables.items() if name == table), [])
        found = find_record(rows, anchor, number, self.boxes)
        return next((row for row in rows if row is found), None)

    def _set(self, correction: Correction) -> str | None:
        row, name = self._row(correction.table, correction.anchor, correction.record_no), correction.field
        if row is None:
            return "找不到原来的行"
        text = normalise(row.text(name))
        expected = {normalise(text or "") for text in (correction.was, correction.now)}
        is_known = correction.anchor is not None or row is self.head or bool(row.claims.get(name))
        if not is_known and text not in expected:
            return f"第{correction.record_no}行现读作“{row.text(name)}”，无法确定是否同一行"
        row.removals = [one for one in row.removals if one.by != correction.by]
        sharing = [row] if correction.alone else list(self._sharing(row, name))
        sharing[0].claims.setdefault(name, []).append(correction)
        return None

    def _sharing(self, row: _Row, name: str) -> Iterator[_Row]:
        """The rows whose value comes from the same merged cell, this one among them."""
        cells = (row.entries.get(name) or BLANK).cells
        rows = self.tables[row.table] if name in LABELS and cells else [row]
        for one in rows:
            alone = any(claim.alone for claim in one.claims.get(name, ()))
            if one is row or ((one.entries.get(name) or BLANK).cells == cells and not alone):
                yield one

    def _remove(self, correction: Correction) -> str | None:
        row = self._row(correction.table, correction.anchor, correction.record_no)
        if row is None or row is self.head:
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
        found = next((row for row in rows[start:stop] if row is not after and _is_alike(row, correction)), None)
        if found is None:
            while start < len(rows) and (earlier := rows[start].added) and earlier.record_no < correction.record_no:
                start += 1
            record = _row_of(added_record(table, rows, correction.texts))
            record.added = correction
            record.notes.append(self._note(correction, f"补录一行：{quoted(told(correction.texts.values()))}"))
            rows.insert(start, record)
            found = record
        self._say_texts(found, correction)
        return None

    def _say_texts(self, row: _Row, correction: Correction) -> None:
        """What an added or joined row is to say, as if each field had been set."""
        for name, text in correction.texts.items():
            said = replace(correction, action="set", field=name, was=None, now=text)
            row.claims.setdefault(name, []).append(said)

    def _move(self, correction: Correction) -> str | None:
        row = self._row(correction.table, correction.anchor, correction.record_no)
        if row is None:
            return "找不到原来的行"
        source, goal, was = correction.field, correction.to, normalise(correction.was or "")
        if normalise(row.text(source)) != was:
            if normalise(row.text(goal)) != was:
                return f"{field_name(source)}栏现读作“{row.text(source)[:40]}”，未移动"
            return None  # it stands where it was to go
        row.settle(source)
        row.settle(goal)
        one, other = row.entries.get(source), row.entries.get(goal)
        row.give(goal, one or BLANK)
        row.give(source, other or BLANK)
        message = f"{quoted(correction.was)}由{field_name(source)}栏移到{field_name(goal)}栏"
        row.notes.append(replace(self._note(correction, message), field=goal))
        return None

    def _join(self, correction: Correction) -> str | None:
        row = self._row(correction.table, correction.anchor, correction.record_no)
        other = self._row(correction.table, correction.other, correction.other_no)
        if row is None or other is None or row is self.head:
            return "找不到要合并的两行"
        if row is not other:
            for name in row.entries:
                row.settle(name)
                other.settle(name)
                joined = _joined(row.table, name, row.entries[name], other.entries.get(name))
                if name in correction.texts or joined != row.entries[name]:
                    row.give(name, replace(joined or BLANK, text=correction.texts.get(name, (joined or BLANK).text)))
            row.numbers += other.numbers
            row.own_cells += other.own_cells
            self.tables[row.table].remove(other)
            row.notes.append(self._note(correction, f"与下一行{quoted(other.name)}合并为一行"))
        return None

    def _dismiss(self, correction: Correction) -> str | None:
        in_record = correction.record_no > 0
        row = self._row(correction.table, correction.anchor, correction.record_no) if in_record else None
        if row is not None or not in_record:
            self.dismissed.append((correction, row))
        return None

    def _lost(self, correction: Correction, reason: str) -> None:
        what = field_name(correction.field) if correction.field else "行"
        change = f"由{quoted(correction.was)}改为{quoted(correction.now)}" if correction.action == "set" else ""
        message = f"{signed(correction)}对{what}的更正{change}未能采用：{reason}，请对照原件"
        page = correction.anchor.page if correction.anchor else None
        about = (_table(correction), None, correction.field or None, page)
        self.findings.append(Finding("correction-stale", "warning", message, *about, expected=correction.now))

    def _note(self, correction: Correction, message: str) -> Finding:
        return Finding("corrected", "info", f"{message}（{signed(correction)}）", _table(correction))

    def done(self) -> Corrected:
        """The form with everything that was said, its records numbered anew."""
        set_aside = [key for rows in self.tables.values() for row in rows if _is_removed(row) for key in row.own_cells]
        for table, rows in self.tables.items():
            for row in rows:
                self._say_removal(row)
            self.tables[table] = [row for row in rows if not _is_removed(row)]
        numbered = [(0, self.head), *((at, row) for rows in self.tables.values() for at, row in enumerate(rows, 1))]
        for _, row in numbered:
            for name in list(row.claims):
                self._settle(row, name)
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
            dismissed=tuple(
                (correction, next((number for number, one in numbered if one is row), None))
                for correction, row in self.dismissed
            ),
        )

    def _settle(self, row: _Row, name: str) -> None:
        """Settle a field, for all rows of its merged cell; it is said once."""
        alone = any(claim.alone for claim in row.claims[name])
        sharing = [row] if alone else list(self._sharing(row, name))
        row.settle(name)
        for other in sharing:
            if other is not row:
                other.entries[name] = row.entries[name]
                other.outcomes[name] = replace(row.outcomes[name], findings=())

    def _say_removal(self, row: _Row) -> None:
        if not row.removals:
            return
        last, others = row.removals[-1], _defenders(row)
        if others:
            people = "、".join(dict.fromkeys(one.by for one in others))
            message = (
                f"更正不一致：{signed(last)}删除了该行{quoted(row.name)}，{people}核对了其中的值；暂予保留，请商定"
            )
            row.notes.append(Finding("correction-conflict", "error", message, row.table, page=row.page))
        else:
            finding = self._note(last, f"删除一行：{quoted(row.name)}")
            self.findings.append(replace(finding, page=row.page, found=row.name or None))


def _defenders(row: _Row) -> list[Correction]:
    """What people other than those who removed the row said of its values."""
    removers = {one.by for one in row.removals}
    return [claim for claims in row.claims.values() for claim in claims if claim.by not in removers]


def _is_removed(row: _Row) -> bool:
    return bool(row.removals) and not _defenders(row)


def _table(correction: Correction) -> Table | None:
    return next((table for table in ("forms", *TABLES) if table == correction.table), None)


def _row_of(record: Record) -> _Row:
    return _Row(record.table, record.entries, record.numbers, record.own_cells)


def _is_alike(row: _Row, correction: Correction) -> bool:
    """Whether the row is the one that the correction adds."""
    texts = {name: normalise(text) for name, text in correction.texts.items() if text}
    same = sum(normalise(row.text(name)) == text for name, text in texts.items())
    key = texts.get(row.key_field)
    return bool(texts) and same >= ALIKE * len(texts) and (key is None or key == normalise(row.name))


def _joined(table: Table, name: str, first: Entry | None, second: Entry | None) -> Entry | None:
    """The value of a row that was printed in two: a text goes on, and of a number there is one."""
    if first is None or second is None or not second:
        return second if first is None else first
    if not first or (name in LABELS and first.text == second.text) or first.cells == second.cells:
        return first or second
    # Two different numbers are none: with a space between them they are reported as such.
    mark = " " if (table, name) in NUMBER_FIELDS else ""
    text = first.text if mark and first.text == second.text else f"{first.text}{mark}{second.text}"
    return Entry(text, min(first.confidence, second.confidence), first.cells + second.cells)


def _renumbered(notes: Sequence[Finding], numbers: Mapping[tuple[Table, int], int]) -> Iterator[Finding]:
    """The reconstruction's notes under the numbers that their records have now; those of removed rows go with them."""
    for note in notes:
        if note.table not in TABLES or note.record_no is None:
            yield note
        elif (note.table, note.record_no) in numbers:
            yield replace(note, record_no=numbers[note.table, note.record_no])
