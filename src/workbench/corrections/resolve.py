"""One field and all that people said of it: what it says now, and what must be said about that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.checks.wording import BLANK_CELL
from workbench.corrections.correction import Correction
from workbench.corrections.history import disagree, latest_by_person
from workbench.fields import field_name
from workbench.findings import FINDINGS, Statement
from workbench.judging import page_of
from workbench.model import BLANK, Entry, Finding, Table
from workbench.values import normalise

FieldStatus = Literal["confirmed", "corrected", "stale", "conflict"]

SETTLED: frozenset[str] = frozenset({"confirmed", "corrected"})
"""What a person settled. Where it is stale or in conflict, somebody must look again."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a field: the machine's entry (None: it had none), the entry now, and what to say about it."""

    machine: Entry | None
    entry: Entry | None
    status: FieldStatus
    findings: tuple[Finding, ...] = ()


def settle(
    table: Table, field: str, machine: Entry | None, said: Sequence[Correction], before: Entry | None = None
) -> Resolution:
    """What a field says by the machine's reading and what was said of it, in the order of its time.

    ``before`` is what the machine had read there before a person put another value into the field.

    - The last word of a person is the one that counts. Where the last words of several people differ, the
      machine's reading stands, unsure as it was: ``correction-conflict`` names all of them.
    - A reading that nobody had before them when they corrected it is a changed one. If it is what the person
      says, all is well. Otherwise the person's text stands, for they saw the scan, which has not changed; but
      ``correction-stale`` shows both, until someone looks again.
    - The text is the person's to the letter; readings that differ in the width of characters only are the same.
    """
    words = latest_by_person(said)
    read = (machine or BLANK).text
    if disagree(words):
        told = "；".join(f"{word.by}作{quoted(word.now)}" for word in words)
        statement = FINDINGS["correction-conflict"].says(
            "values", field=field_name(field), readings=told, read=quoted(read)
        )
        finding = _finding(statement, table, field, machine, told, read)
        return Resolution(machine, machine, "conflict", (finding,))
    word = words[-1]
    entry = replace(machine or BLANK, text=word.now or "", confidence=1.0)
    now: Entry | None = None if word.now is None else entry
    if read == entry.text:
        return Resolution(machine, now if machine is None else entry, "confirmed")
    known = {normalise(one.was or "") for one in said} | {normalise(entry.text)}
    if {normalise(read), normalise((before or machine or BLANK).text)} & known:
        statement = FINDINGS["corrected"].says(
            "value", field=field_name(field), was=quoted(read), now=quoted(word.now), signature=signed(word)
        )
        finding = _finding(statement, table, field, machine, entry.text, read)
        return Resolution(machine, now, "corrected", (finding,))
    statement = FINDINGS["correction-stale"].says(
        "confirmed" if word.confirms else "corrected",
        field=field_name(field),
        was=quoted(word.was),
        now=quoted(word.now),
        signature=signed(word),
        read=quoted(read),
    )
    finding = _finding(statement, table, field, machine, entry.text, read)
    return Resolution(machine, now, "stale", (finding,))


def _finding(
    statement: Statement, table: Table, field: str, machine: Entry | None, expected: str, found: str
) -> Finding:
    page = page_of(machine or BLANK)
    return statement.about(table, None, field, page, expected or BLANK_CELL, found or BLANK_CELL)


def signed(correction: Correction) -> str:
    """Who said it, when and why."""
    reason = f"：{correction.reason}" if correction.reason else ""
    return f"{correction.by}，{correction.at[:10]}{reason}"


def quoted(text: str | None) -> str:
    """A text as messages show it."""
    return f"“{text[:40]}”" if text else BLANK_CELL


def told(texts: Iterable[str]) -> str:
    """The texts of a record in one line."""
    return "，".join(text for text in texts if text)
