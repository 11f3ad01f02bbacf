"""Cells with several values, one on each line: 5 over 5 is never 55.

In the text of a cell a line end parts values, and nothing else: text that was wrapped is joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from operator import or_

from workbench.model import Cell

VALUE_END = "\n"
"""What parts the values in the text of a cell."""

ONE_VALUE = re.compile(r"[-−+－(（¥￥≥≤<>＜＞]?\d(?:[\d.,，]*\d)?[.,，]?[%％]?[)）]?[^\W\d]{0,4}")
"""A line that is all one number, or the part of one before a wrap, with its sign and a short unit."""

NO_VALUE = frozenset({"-", "—", "－", "−", "–", "/", "无"})
"""What stands for no value. Over a number it is not its sign: ``-`` over ``5`` is not -5."""


def is_value(line: str) -> bool:
    """Whether a line is all one number, with its sign and a short unit.

    >>> is_value("≥1,350米"), is_value("2.加装扶手长度")
    (True, False)
    """
    return bool(ONE_VALUE.fullmatch(line))


def are_values(lines: Sequence[str]) -> bool:
    """Whether the lines of a cell are several values: a line that ends in a point or a comma goes on below.

    >>> are_values(["5", "5"]), are_values(["-", "5"]), are_values(["1,234.", "56"])
    (True, True, False)
    """
    if len(lines) < 2:  # of nearly every cell
        return False
    values = [is_value(line) and not line.endswith((".", ",")) for line in lines]
    return any(values) and all(map(or_, values, (line in NO_VALUE for line in lines)))


def with_values_apart(cells: Sequence[Cell], lines: Sequence[Sequence[str]]) -> list[Cell]:
    """The cells of a table, several values of a cell parted by line ends.

    The other cells of such a row are parted, too, where they have as many lines as one with values: each may belong to
    one of the values, or be a text that was wrapped, which only the form can tell.

    Args:
        cells: the cells.
        lines: the lines of each; none of a cell whose lines may be those of one number that was wrapped.
    """
    counts: dict[int, set[int]] = {}
    for cell, texts in zip(cells, lines, strict=True):
        if are_values(texts):
            counts.setdefault(cell.row, set()).add(len(texts))
    return [
        replace(cell, text=VALUE_END.join(texts)) if len(texts) in counts.get(cell.row, ()) else cell
        for cell, texts in zip(cells, lines, strict=True)
    ]


def values_of(text: str) -> list[str]:
    """The values of a cell by its text, or its lines beside such a cell; one, where nothing is parted."""
    return text.split(VALUE_END)


def has_several_values(text: str) -> bool:
    """Whether the text of a cell is several values."""
    return are_values(values_of(text))


def in_one_line(text: str) -> str:
    """The text of a cell with the lines of a statement joined; those of several values stay apart."""
    return text if has_several_values(text) else "".join(values_of(text))
