"""One field and all corrections of it: the value that it has now, and the finding that says how it came about."""

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
"""The statuses that need nobody's attention any more. A field that is stale or in conflict does."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a field that people corrected.

    Attributes:
        machine: the entry as the machine read it; None: the form had no such field.
        entry: the entry now; None: a person says that the form has no such field.
        status: how the two belong together.
        findings: what to report about the field.
    """

    machine: Entry | None
    entry: Entry | None
    status: FieldStatus
    findings: tuple[Finding, ...] = ()


def settle(
    table: Table, field: str, machine: Entry | None, corrections: Sequence[Correction], before: Entry | None = None
) -> Resolution:
    """Decide what a field contains, from the machine's reading and the corrections of it.

    1. The latest correction of each person counts. If those of several people differ, the machine's reading stays,
       with its confidence, and ``correction-conflict`` names all of them.
    2. If the correction is what the machine reads, the field is ``confirmed``.
    3. If the person had the machine's reading before them, the field is ``corrected``: it has the person's text.
    4. Otherwise the machine reads something new. The person's text still stands, for the person saw the scan, which
       has not changed. ``correction-stale`` shows both until somebody looks again.

    The text of the entry is the person's, character by character. Readings that differ in the width of their
    characters only count as the same.

    Args:
        table: the table of the field.
        field: the field, as the tables name it.
        machine: the entry as read.
        corrections: the corrections of this field (``set``), one or more, in the order of their time.
        before: what the machine had read in the field before a person moved another value into it.
    """
    latest = latest_by_person(corrections)
    read = (machine or BLANK).text
    if disagree(latest):
        return _conflict(table, field, machine, latest)
    last = latest[-1]
    entry = replace(machine or BLANK, text=last.now or "", confidence=1.0)
    now: Entry | None = None if last.now is None else entry
    if read == entry.text:
        return Resolution(machine, now if machine is None else entry, "confirmed")
    known = {normalise(one.was or "") for one in corrections} | {normalise(entry.text)}
    if {normalise(read), normalise((before or machine or BLANK).text)} & known:
        statement = FINDINGS["corrected"].says(
            "value", field=field_name(field), was=quoted(read), now=quoted(last.now), signature=signed(last)
        )
        return Resolution(machine, now, "corrected", (_finding(statement, table, field, machine, entry.text),))
    statement = FINDINGS["correction-stale"].says(
        "confirmed" if last.confirms else "corrected",
        field=field_name(field),
        was=quoted(last.was),
        now=quoted(last.now),
        signature=signed(last),
        read=quoted(read),
    )
    return Resolution(machine, now, "stale", (_finding(statement, table, field, machine, entry.text),))


def _conflict(table: Table, field: str, machine: Entry | None, latest: Sequence[Correction]) -> Resolution:
    """The machine's reading, with ``correction-conflict`` about the texts that people give instead."""
    readings = "；".join(f"{one.by}作{quoted(one.now)}" for one in latest)
    statement = FINDINGS["correction-conflict"].says(
        "values", field=field_name(field), readings=readings, read=quoted((machine or BLANK).text)
    )
    return Resolution(machine, machine, "conflict", (_finding(statement, table, field, machine, readings),))


def _finding(statement: Statement, table: Table, field: str, machine: Entry | None, expected: str) -> Finding:
    """A finding about a field on the page that the machine read it from; found is the machine's reading."""
    entry = machine or BLANK
    return statement.about(table, None, field, page_of(entry), expected or BLANK_CELL, entry.text or BLANK_CELL)


def signed(correction: Correction) -> str:
    """The signature of a correction in messages: the person, the day, and the reason if one was given."""
    reason = f"：{correction.reason}" if correction.reason else ""
    return f"{correction.by}，{correction.at[:10]}{reason}"


def quoted(text: str | None) -> str:
    """A text as messages show it: its first 40 characters in quotation marks.

    >>> quoted("≥5个"), quoted(""), quoted(None)
    ('“≥5个”', '空白', '空白')
    """
    return f"“{text[:40]}”" if text else BLANK_CELL


def in_one_line(texts: Iterable[str]) -> str:
    """The texts of a record in one line, without the blank ones.

    >>> in_one_line(["产出指标", "", "≥5个"])
    '产出指标，≥5个'
    """
    return "，".join(text for text in texts if text)
