"""The total row: what the form states its points add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.findings import FINDINGS
from workbench.form.lexicon import match_label
from workbench.form.rows import FormCell, FormColumns, FormRow, by_field, entry_of
from workbench.model import Entry, Finding

POINTS = re.compile(r"\d+(?:\.\d+)?分?")

Total = tuple[Entry | None, Entry | None, list[Finding]]
"""Stated weight and score, and findings about the row that states them."""


def totals_of(rows: Sequence[FormRow], columns: FormColumns) -> Total:
    """Stated total weight and score, of the last row that states any. Subtotals (小计) are none."""
    weight: list[FormCell] = []
    score: list[FormCell] = []
    stating = [row for row in rows if not any(match_label(p.text, "sections") == "subtotal" for p in row.printed)]
    for row in reversed(stating):
        weight, score = _total_in(row, columns)
        if weight or score:
            stating = [row]
            break
    left = [piece for row in stating for piece in _points_in(row) if piece not in (*weight, *score)]
    return _entry(weight), _entry(score), [_unused(piece) for piece in left]


def _entry(pieces: Sequence[FormCell]) -> Entry | None:
    return entry_of(pieces) if pieces else None


def _points_in(row: FormRow) -> list[FormCell]:
    return [piece for piece in row.printed if POINTS.fullmatch(piece.text)]


def _total_in(row: FormRow, columns: FormColumns) -> tuple[list[FormCell], list[FormCell]]:
    """By column; where the total row is merged differently, its numbers in the order of the columns. A form that has
    one of the two columns only, as far as is known, does not tell which the other number would be."""
    values = [piece for piece in row.printed if match_label(piece.text, "sections") != "total"]
    fields, numbers = by_field(values, columns), _points_in(row)
    weight, score = fields.get("weight", []), fields.get("score", [])
    order = [c.field for c in sorted(columns, key=lambda column: column.x0) if c.field in ("weight", "score")]
    if not (weight and score) and len(numbers) == len(order) == 2:
        told = dict(zip(order, numbers, strict=True))
        return [told["weight"]], [told["score"]]
    if not (weight or score) and len(numbers) == 1:
        return [], numbers
    return weight, score


def _unused(piece: FormCell) -> Finding:
    statement = FINDINGS["unmapped-cell"].says("in-total", text=piece.text)
    return statement.about("forms", page=piece.key.page, found=piece.text)
