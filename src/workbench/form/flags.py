"""Flags on records: what is known to be doubtful about a record before its number is known."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model import Severity


@dataclass(frozen=True, slots=True)
class RecordFlag:
    """A finding in the making: all of it but the table and the number of the record.

    ``field`` is the doubtful one, None where it is the whole record; ``page`` counts from 1.
    """

    code: str
    severity: Severity
    message: str
    field: str | None
    page: int
