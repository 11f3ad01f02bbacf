"""Rows over the width of a list of indicators that name the level of the rows below: 一、产出指标（50分）."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.form.content import LONGEST_PHRASE, POINTS_IN_LABEL, is_number, level_word
from workbench.form.lexicon import match
from workbench.form.rows import FormColumns, FormRow, columns_under, entry_of
from workbench.form.settings import FormSettings
from workbench.model import Entry

NUMBER = re.compile(r"\s*([（(]?)[一二三四五六七八九十\d]{1,3}([）)、.．])\s*(?=\D)")
"""The number of a part of a list: ``一、``, ``（二）``, ``1.``"""

LEVELS = frozenset({"level1", "level2", "levels"})
"""Fields of columns that name levels; a table with one of them has no such rows."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """The level that a row names, and the manner of its number: parts of parts are numbered otherwise than parts."""

    level: Entry
    manner: str


def fields_of_groups(groups: Sequence[RowGroup]) -> dict[str, Entry]:
    """The levels of a record below some groups, the first the widest."""
    return {field: one.level for field, one in zip(("level1", "level2"), groups, strict=False)}


def may_have_groups(columns: FormColumns) -> bool:
    """Whether rows of a table may name levels: no column does."""
    return not LEVELS & {column.field for column in columns}


def groups_below(
    rows: Iterable[FormRow], columns: FormColumns, settings: FormSettings, groups: Sequence[RowGroup] = ()
) -> tuple[RowGroup, ...]:
    """The groups that hold below rows, given those above: each ends that of its own manner, and what is part of it."""
    held = tuple(groups)
    for following in (found for row in rows if (found := row_group(row, columns, settings))):
        manners = [one.manner for one in held]
        kept = held[: manners.index(following.manner)] if following.manner in manners else held[:1]
        held = (*kept, following)
    return held


def row_group(row: FormRow, columns: FormColumns, settings: FormSettings) -> RowGroup | None:
    """The level that a row names for the rows below it, without its number; None where it is no such row.

    Its only text begins at the left of a table that has no columns for levels, reaches over several of its columns, and
    is numbered, has points, or is a known level's name. What stands at the foot of tables (备注, 合计) is none.
    """
    printed = row.printed
    if len(printed) != 1 or not columns or not may_have_groups(columns):
        return None
    (cell,) = printed
    under = len(columns_under(cell, columns, settings))
    left = min(column.x0 for column in columns)
    is_wide = cell.x0 < left + settings.edge_tolerance and under > 1
    if not is_wide or any(other.is_illegible for other in row.starting):
        return None
    number = NUMBER.match(cell.text)
    text = cell.text[number.end() :] if number else cell.text
    name = POINTS_IN_LABEL.sub("", text)
    is_marked = name != cell.text or bool(level_word(name))
    is_name = 0 < len(name) <= LONGEST_PHRASE and not is_number(name) and not re.search(r"[：:，。；]", name)
    if not is_marked or not is_name or match(name, "sections") is not None:
        return None
    is_in_figures = number is not None and cell.text[number.end(1)].isdecimal()
    if is_in_figures and under < len(columns):
        return None  # an indicator whose values were lost may be numbered so
    manner = f"{number[1]}{is_in_figures}" if number else ""
    return RowGroup(replace(entry_of([cell]), text=text), manner)
