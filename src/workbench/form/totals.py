"""The total row: what the form states its points add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.form.lexicon import match_label
from workbench.form.rows import Columns, Row, by_field, entry_of
from workbench.model import Entry

POINTS = re.compile(r"\d+(?:\.\d+)?分?")

Total = tuple[Entry | None, Entry | None]
"""Stated weight and score."""


def totals_of(rows: Sequence[Row], columns: Columns) -> Total:
    """Stated total weight and score, of the last row that states any. Subtotals (小计) are none."""
    for row in reversed(rows):
        labels = {match_label(piece.text, "sections") for piece in row.printed}
        weight, score = _total_in(row, columns) if "subtotal" not in labels else (None, None)
        if weight or score:
            return weight, score
    return None, None


def _total_in(row: Row, columns: Columns) -> Total:
    """By column; where the total row is merged differently, its numbers in order."""
    values = [piece for piece in row.printed if match_label(piece.text, "sections") != "total"]
    fields = by_field(values, columns)
    weight, score = fields.get("weight"), fields.get("score")
    numbers = [piece for piece in values if POINTS.fullmatch(piece.text)]
    if not (weight and score) and len(numbers) >= 2:
        weight, score = numbers[:1], numbers[1:2]
    elif not (weight or score) and len(numbers) == 1:
        score = numbers
    return (entry_of(weight) if weight else None), (entry_of(score) if score else None)
