"""A record with all that people say of it, until it is decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from workbench.corrections.correction import Correction
from workbench.corrections.records import Record
from workbench.corrections.resolve import Resolution, settle
from workbench.fields import LABELS, NUMBER_FIELDS
from workbench.model import BLANK, Entry, Finding, Table
from workbench.values import normalise

ALIKE = 0.5
"""A row that has this share of an added row's texts, and stands in its place, is that row, found by the machine."""


@dataclass(eq=False)
class ClaimedRecord(Record):
    """A record in hand with what is said of it.

    Attributes:
        claims: what people say of a field, in the order of its time, not yet decided.
        outcomes: what was decided.
        notes: what to say about the record as a whole.
        removals: who says that it is none.
        added: the correction that added it, where the machine has not found it.
    """

    claims: dict[str, list[Correction]] = field(default_factory=dict)
    outcomes: dict[str, Resolution] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    removals: list[Correction] = field(default_factory=list)
    added: Correction | None = None

    def text(self, name: str) -> str:
        # Of an added row no machine has read anything: what people say is all there is.
        return self.said(name) if self.added is not None else super().text(name)

    def said(self, name: str) -> str:
        """The field's text as people have it so far."""
        return (self._outcome(name).entry or BLANK).text if self.claims.get(name) else super().text(name)

    def _outcome(self, name: str) -> Resolution:
        machine = self.entries.get(name) if self.added is None else None
        known = self.outcomes.get(name)
        return settle(self.table, name, machine, self.claims[name], known.machine if known else None)

    def settle(self, name: str) -> None:
        """Decide what the field says, by all that was said of it so far."""
        if self.claims.get(name):
            outcome, known = self._outcome(name), self.outcomes.get(name)
            self.outcomes[name] = replace(outcome, machine=known.machine) if known else outcome
            self.entries[name] = outcome.entry
        self.claims.pop(name, None)

    def give(self, name: str, entry: Entry | None) -> None:
        """Put another value into the field, as a person's change of the row's structure."""
        known = self.outcomes.get(name)
        machine = known.machine if known else self.entries.get(name)
        self.outcomes[name] = Resolution(machine, entry, "corrected", known.findings if known else ())
        self.entries[name] = entry

    def exchange(self, one: str, other: str) -> None:
        """Let two fields exchange their values, with what was said of them."""
        first, second = self.entries.get(one), self.entries.get(other)
        self.give(one, second or BLANK)
        self.give(other, first or BLANK)
        claims = self.claims.pop(one, []), self.claims.pop(other, [])
        self.claims[other], self.claims[one] = claims

    @property
    def defenders(self) -> list[Correction]:
        """What people other than those who removed the record say of its values."""
        removers = {one.by for one in self.removals}
        return [claim for claims in self.claims.values() for claim in claims if claim.by not in removers]

    @property
    def is_removed(self) -> bool:
        return bool(self.removals) and not self.defenders

    def is_added_by(self, correction: Correction) -> bool:
        """Whether the record is the one that the correction adds."""
        texts = {name: normalise(text) for name, text in correction.texts.items() if text}
        same = sum(normalise(self.text(name)) == text for name, text in texts.items())
        key = texts.get(self.key_field)
        return bool(texts) and same >= ALIKE * len(texts) and (key is None or key == normalise(self.name))


def claimed(record: Record) -> ClaimedRecord:
    """A record of which nothing is said yet."""
    return ClaimedRecord(record.table, record.entries, record.numbers, record.own_cells)


def joined(table: Table, name: str, first: Entry | None, second: Entry | None) -> Entry | None:
    """The value of a row that was printed in two: a text goes on, and of a number there is one."""
    if first is None or second is None or not second:
        return second if first is None else first
    if not first or (name in LABELS and first.text == second.text) or first.cells == second.cells:
        return first or second
    # Two different numbers are none: with a space between them they are reported as such.
    mark = " " if (table, name) in NUMBER_FIELDS else ""
    text = first.text if mark and first.text == second.text else f"{first.text}{mark}{second.text}"
    return Entry(text, min(first.confidence, second.confidence), first.cells + second.cells)
