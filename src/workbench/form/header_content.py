"""Headers of indicators that name no level and no indicator in any listed word, known by what stands below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.form.header_columns import Header, columns_named_by, is_value, leaves_of
from workbench.form.rows import TOUCHING, UNKNOWN, FormRow
from workbench.values import parse_points


def header_of_scored_block(block: Sequence[FormRow]) -> Header | None:
    """The header of a block of points in the first of some rows, by what stands below it; None where none does.

    It names weight and score, and to the left of both a column in no list. The row below has numbers in both columns,
    no score above its weight, and words in that column: what is scored. The words that stand nearest to the points name
    the rows.
    """
    columns = columns_named_by(leaves_of(block[:1]), "indicators")
    points = [column for column in columns if column.field in ("weight", "score")]
    free = [c for c in columns if c.field == UNKNOWN and c.label_text and points and c.x1 <= points[0].x0 + TOUCHING]
    if len(points) < len(("weight", "score")) or not free or len(block) < len(("header", "row")):
        return None
    below = {column: [c.text for c in block[1].printed if c.overlaps(column)] for column in (*points, free[-1])}
    weight, score = ([parse_points(text) for text in below[one]] for one in sorted(points, key=lambda c: c.field)[::-1])
    if len(weight) != 1 or len(score) != 1 or None in (weight[0], score[0]) or score[0] > weight[0]:  # type: ignore[operator]
        return None
    if len(below[free[-1]]) != 1 or is_value(below[free[-1]][0]):
        return None
    named = (replace(c, field="name", evidence="inferred") if c is free[-1] else c for c in columns)
    return Header("indicators", 1, block[0].starting, tuple(named))
