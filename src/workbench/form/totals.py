"""The total row: what the form states its points add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.findings import FINDINGS
from workbench.form.lexicon import match_label
from workbench.form.rows import FormCell, FormColumns, FormRow, cells_by_field, columns_under, entry_of
from workbench.form.settings import FormSettings
from workbench.model import Entry, Finding

POINTS = re.compile(r"\d+(?:\.\d+)?[分%]?")
"""A number of points: ``100``, ``97.5分``; a weight also as ``100%``."""

Total = tuple[Entry | None, Entry | None, list[Finding]]
"""Stated weight and score, and findings about the row that states them."""


def totals_of(rows: Sequence[FormRow], columns: FormColumns, settings: FormSettings) -> Total:
    """The total weight and score of a form, as the last row states them that states any.

    Args:
        rows: the total rows of the form; subtotals (小计) among them are passed over.
        columns: of its indicators.
        settings: which column a cell lies in.

    Returns:
        Weight and score, None where not stated; and ``unmapped-cell`` for each number that is neither, those under the
        label of another column apart where both are stated.
    """
    weight: list[FormCell] = []
    score: list[FormCell] = []
    stating = [row for row in rows if not any(match_label(c.text, "sections") == "subtotal" for c in row.printed)]
    for row in reversed(stating):
        weight, score = _total_in(row, columns, settings)
        if weight or score:
            stating = [row]
            break
    left = [cell for row in stating for cell in _points_in(row) if cell not in (*weight, *score)]
    if weight and score:  # numbers of other columns are left out with those
        left = [cell for cell in left if not is_in_labelled_column(cell, columns, settings)]
    return _entry(weight), _entry(score), [_unused(cell) for cell in left]


def is_in_labelled_column(cell: FormCell, columns: FormColumns, settings: FormSettings) -> bool:
    """Whether a cell of a total row lies in one column, which has a label."""
    under = columns_under(cell, columns, settings)
    return len(under) == 1 and bool(under[0].label_text)


def _entry(cells: Sequence[FormCell]) -> Entry | None:
    return entry_of(cells) if cells else None


def _points_in(row: FormRow) -> list[FormCell]:
    return [cell for cell in row.printed if POINTS.fullmatch(cell.text)]


def _total_in(row: FormRow, columns: FormColumns, settings: FormSettings) -> tuple[list[FormCell], list[FormCell]]:
    """The cells of weight and score in a total row: by their columns, or two numbers in the order of the columns.

    A single number in neither column is the score. Where the indicators have only one of the two columns, two numbers
    in neither column stay unused: nothing says which is which.
    """
    values = [cell for cell in row.printed if match_label(cell.text, "sections") != "total"]
    fields, numbers = cells_by_field(values, columns, settings), _points_in(row)
    weight, score = fields.get("weight", []), fields.get("score", [])
    order = [c.field for c in sorted(columns, key=lambda column: column.x0) if c.field in ("weight", "score")]
    if not (weight and score) and len(numbers) == len(order) == 2:
        in_order = dict(zip(order, numbers, strict=True))
        return [in_order["weight"]], [in_order["score"]]
    if not (weight or score) and len(numbers) == 1:
        return [], numbers
    return weight, score


def _unused(cell: FormCell) -> Finding:
    statement = FINDINGS["unmapped-cell"].says("in-total", text=cell.text)
    return statement.about("forms", page=cell.key.page, found=cell.text)
