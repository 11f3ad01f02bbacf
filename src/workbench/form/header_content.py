"""Headers of indicators that name no level and no indicator in any listed word, known by what stands below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.form.header_columns import Header, columns_named_by, is_value, leaves_of
from workbench.form.rows import TOUCHING, UNKNOWN, FormColumn, FormRow
from workbench.values import parse_points

POINTS = frozenset({"weight", "score"})
"""Fields of points: what an indicator may earn, and what it earned."""

OF_INDICATORS = frozenset({"target", "actual", "completion_rate", "deviation", "method", "description"})
"""Fields beside the points that the header of a list of indicators may name. One of them, beside one field of points,
says as much as both fields of points."""

FEWEST_COLUMNS = 5
"""Columns of a list of indicators that names only one field of points at least: level, name, points, two values."""

FEWEST_ROWS = {1: 2, 2: 1}
"""Fields of points that a header names → rows below it that must have numbers there."""


def header_of_scored_block(block: Sequence[FormRow]) -> Header | None:
    """The header of a block of points in the first of some rows, by what stands below it; None where none does.

    It names weight and score, or one of them and another field of indicators, and to the left of all of these a column
    in no list. The rows below have numbers in the columns of points, no score above its weight, and words in that
    column: what is scored, in each row something else. The words that stand nearest to the points name the rows.
    """
    columns = columns_named_by(leaves_of(block[:1]), "indicators")
    points = [column for column in columns if column.field in POINTS]
    known = points + [column for column in columns if column.field in OF_INDICATORS]
    left = min((column.x0 for column in known), default=0.0)
    free = [c for c in columns if c.field == UNKNOWN and c.label_text and c.x1 <= left + TOUCHING]
    is_wide_enough = len(points) == len(POINTS) or len(columns) >= FEWEST_COLUMNS
    if not points or len(known) < len(POINTS) or not free or not is_wide_enough:
        return None
    names = _scored_names(block[1:][: FEWEST_ROWS[len(points)]], free[-1], points)
    if len(set(names)) < FEWEST_ROWS[len(points)]:
        return None
    named = (replace(c, field="name", evidence="inferred") if c is free[-1] else c for c in columns)
    return Header("indicators", 1, block[0].starting, tuple(named))


def _scored_names(rows: Sequence[FormRow], of_names: FormColumn, points: Sequence[FormColumn]) -> list[str]:
    """What is scored in each of some rows; left out where it is no words, or its points are none."""
    found = []
    for row in rows:
        names = [cell.text for cell in row.printed if cell.overlaps(of_names)]
        printed = {c.field: [parse_points(cell.text) for cell in row.printed if cell.overlaps(c)] for c in points}
        values = {field: one[0] for field, one in printed.items() if len(one) == 1 and one[0] is not None}
        is_scored = len(values) == len(points) and values.get("score", 0.0) <= values.get("weight", float("inf"))
        if len(names) == 1 and not is_value(names[0]) and is_scored:
            found.append(names[0])
    return found
