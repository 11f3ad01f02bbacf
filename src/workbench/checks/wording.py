"""How messages name a blank, and small readings that several checks share."""

from __future__ import annotations

from workbench.model import Entry
from workbench.values import parse_amount, parse_weight

BLANK_CELL = "空白"
"""What a finding calls the reading of a cell in which nothing is printed."""

UNREAD_CELL = "未读出"
"""What a finding calls that of a cell in which something is printed that could not be read."""


def points(entry: Entry | None) -> float | None:
    """A weight or a score; None where the form has no such column, or no number in it. ``15%`` is 15 points."""
    return parse_weight(entry.text) if entry is not None else None


def amount(entry: Entry | None) -> float | None:
    """An amount of money as printed; None where the form has no such column, or no number in it."""
    return parse_amount(entry.text) if entry is not None else None
