"""How messages name a blank, and small readings that several checks share."""

from __future__ import annotations

from workbench.model import Entry
from workbench.values import decimals_beside_whole, normalise, parse_amount, parse_weight

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


def attained(share: float) -> str:
    """How much of a target was reached, as messages write it: 2,999 of 3,000 are not 100.0 %."""
    return f"{share:.{decimals_beside_whole(share, 1)}%}"


EXCERPT = 39
"""Characters that a message shows of a long text where it differs from another; 40 with the ellipsis, as of others."""

BEFORE = 10
"""Characters that an excerpt shows before the first one that differs."""


def where_they_differ(text: str, other: str) -> tuple[str, str]:
    """Excerpts of two texts from shortly before they first differ, the width of characters aside.

    Texts that are short stay as they are.

    >>> where_they_differ("9.8", "9.6"), where_they_differ("年" * 50 + "386人次", "年" * 50 + "386次")
    (('9.8', '9.6'), ('…年年年年年年年386人次', '…年年年年年年年386次'))
    """
    if max(len(text), len(other)) <= EXCERPT:
        return text, other
    pairs = enumerate(zip(text, other, strict=False))
    first = next((place for place, (a, b) in pairs if normalise(a) != normalise(b)), min(len(text), len(other)))
    start = max(0, first - BEFORE)
    lead = "…" if start else ""
    return f"{lead}{text[start : start + EXCERPT]}", f"{lead}{other[start : start + EXCERPT]}"
