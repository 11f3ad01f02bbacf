"""A record while corrections are applied to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from workbench.corrections.correction import Correction
from workbench.corrections.records import Record
from workbench.corrections.resolve import Resolution, settle
from workbench.fields import LABELS, NUMBER_FIELDS
from workbench.model import BLANK, Entry, Finding, Table
from workbench.values import normalise

SAME_TEXTS = 0.5
"""Share (0 to 1) of an added row's texts that a row at its place must have to be that row, found by the machine."""


@dataclass(eq=False)
class EditedRecord(Record):
    """A record with the corrections of it that are not decided yet, and what was decided.

    Attributes:
        pending: the corrections of each field that are not decided yet, in the order of their time.
        outcomes: the fields that were decided.
        notes: findings about the record as a whole.
        removals: the corrections that say that it is no record.
        added: the correction that added it; None: the machine has found it.
    """

    pending: dict[str, list[Correction]] = field(default_factory=dict)
    outcomes: dict[str, Resolution] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    removals: list[Correction] = field(default_factory=list)
    added: Correction | None = None

    def text(self, name: str) -> str:
        """The text that the machine read in a field; in an added record, the text that people gave it."""
        return self.corrected_text(name) if self.added is not None else super().text(name)

    def corrected_text(self, name: str) -> str:
        """The text of a field after the corrections so far."""
        return (self._outcome(name).entry or BLANK).text if self.pending.get(name) else super().text(name)

    def _outcome(self, name: str) -> Resolution:
        """What the pending corrections of a field come to."""
        machine = self.entries.get(name) if self.added is None else None
        known = self.outcomes.get(name)
        return settle(self.table, name, machine, self.pending[name], known.machine if known else None)

    def settle(self, name: str) -> None:
        """Decide a field by its pending corrections, if it has any."""
        if self.pending.get(name):
            outcome, known = self._outcome(name), self.outcomes.get(name)
            self.outcomes[name] = replace(outcome, machine=known.machine) if known else outcome
            self.entries[name] = outcome.entry
        self.pending.pop(name, None)

    def put(self, name: str, entry: Entry | None) -> None:
        """Give a field another value, because a person changed the structure of the record."""
        known = self.outcomes.get(name)
        machine = known.machine if known else self.entries.get(name)
        self.outcomes[name] = Resolution(machine, entry, "corrected", known.findings if known else ())
        self.entries[name] = entry

    def exchange(self, one: str, other: str) -> None:
        """Exchange the values of two fields, and their pending corrections."""
        first, second = self.entries.get(one), self.entries.get(other)
        self.put(one, second or BLANK)
        self.put(other, first or BLANK)
        of_one, of_other = self.pending.pop(one, []), self.pending.pop(other, [])
        self.pending[other], self.pending[one] = of_one, of_other

    @property
    def objections(self) -> list[Correction]:
        """The pending corrections by people who did not remove the record: for them it is one."""
        removers = {one.by for one in self.removals}
        return [one for corrections in self.pending.values() for one in corrections if one.by not in removers]

    @property
    def is_removed(self) -> bool:
        """Whether somebody removed the record and nobody objects."""
        return bool(self.removals) and not self.objections

    def is_added_by(self, correction: Correction) -> bool:
        """Whether the record is the one that an ``add-record`` correction describes.

        It is if it has `SAME_TEXTS` of the texts, and the same name where the correction gives one.
        """
        texts = {name: normalise(text) for name, text in correction.texts.items() if text}
        same = sum(normalise(self.text(name)) == text for name, text in texts.items())
        key = texts.get(self.key_field)
        return bool(texts) and same >= SAME_TEXTS * len(texts) and (key is None or key == normalise(self.name))


def edited(record: Record) -> EditedRecord:
    """The record, with no corrections yet."""
    return EditedRecord(record.table, record.entries, record.numbers, record.own_cells)


def join_entries(table: Table, name: str, first: Entry | None, second: Entry | None) -> Entry | None:
    """The value of a field whose record was printed in two rows, with the cells of both.

    The second text continues the first one. A label or a number that both rows print is taken once. Two different
    numbers are joined by a space: the result is no number, and is reported as ``not-a-number``.

    Args:
        table: the table of the field.
        name: the field, as the tables name it.
        first: the entry of the upper row; None: the form has no such field.
        second: the entry of the lower row.
    """
    if first is None or second is None or not second:
        return second if first is None else first
    if not first or (name in LABELS and first.text == second.text) or first.cells == second.cells:
        return first or second
    separator = " " if (table, name) in NUMBER_FIELDS else ""
    text = first.text if separator and first.text == second.text else f"{first.text}{separator}{second.text}"
    return Entry(text, min(first.confidence, second.confidence), first.cells + second.cells)
