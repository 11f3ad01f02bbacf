"""Budgets that go across by source of funds: a column for each source under each amount, or for each amount under each
source, and one row of figures. They become a row for each source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.form.content import is_nothing, is_number
from workbench.form.lexicon import match, match_label, plain_label
from workbench.form.rows import TOUCHING, FormCell, FormRow
from workbench.form.turned import FIELDS, placed

WHOLE = re.compile(r".*(?:总额|合计|总计|小计)")
"""The label of the source that all others are parts of."""

SOURCE = re.compile(r".*(?:资金|拨款|收入|补助|配套|基金|结转|结余|支出|财政|专户).*")
"""The label of a source of funds."""

FEWEST = 2
"""Groups of columns, and columns of a group, that such a budget has at least."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A label over several columns, with their labels and figures, left to right."""

    label: FormCell
    below: tuple[FormCell, ...]
    values: tuple[FormCell, ...]


def rows_by_source(rows: Sequence[FormRow]) -> list[FormRow]:
    """The rows of a document, those of each budget that goes across as a header and a row for each source.

    Such a budget is two rows of labels and one of figures, which no column names (任务名称). Every label over several
    columns is an amount, and the same sources stand under each; or every one is a source, and the same amounts stand
    under each. Figures of single columns beside them (执行率, 得分) are those of the whole: where no source is the
    whole, nothing is changed.
    """
    found: list[FormRow] = []
    index = 0
    while index < len(rows):
        block = [row for row in rows[index : index + 4] if row.is_in_table_of(rows[index])]
        made = _by_source(*block[:3]) if len(block) >= 3 and not _go_on(*block[2:]) else None
        found += made or [rows[index]]
        index += 3 if made else 1
    return found


def _go_on(figures: FormRow, below: FormRow | None = None) -> bool:
    """Whether the row below one of figures is divided like it and has figures, too: then the rows have names."""
    if below is None or _edges(below.starting) != _edges(figures.starting):
        return False
    return any(is_number(cell.text) for cell in below.printed)


def _by_source(top: FormRow, labels: FormRow, figures: FormRow) -> list[FormRow] | None:
    """The rows of a budget that goes across; None where three rows are no such budget."""
    groups = [group for group in (_group(cell, labels, figures) for cell in top.printed) if group is not None]
    names = [[plain_label(cell.text) for cell in group.below] for group in groups]
    if len(groups) < FEWEST or any(own != names[0] for own in names) or len(set(names[0])) < len(names[0]):
        return None
    heads, below = [group.label for group in groups], groups[0].below
    if _are_amounts(heads) and _are_sources(below):
        sources, amounts = below, heads
        values = [[group.values[n] for group in groups] for n in range(len(below))]
    elif _are_sources(heads) and _are_amounts(below):
        sources, amounts = tuple(heads), list(below)
        values = [list(group.values) for group in groups]
    else:
        return None
    grouped = {id(cell) for group in groups for cell in (group.label, *group.values)}
    left = min(head.x0 for head in heads)
    single = [c for c in top.printed if id(c) not in grouped and c.x0 > left and c.row_end > labels.number]
    rest = [cell for cell in figures.starting if id(cell) not in grouped and cell.x0 > left]
    whole = next((n for n, source in enumerate(sources) if _field(source) == "whole"), None)
    if any(cell.text for cell in rest) and (whole is None or [(c.x0, c.x1) for c in single] != _edges(rest)):
        return None
    if any(match_label(cell.text, "budgets") == "funds" for cell in top.printed):
        return None
    beside = [c for row in (top, labels, figures) for c in row.starting if c.x0 < left - TOUCHING and c.text]
    width = len(amounts) + len(single)
    again = [cell for group in groups[1:] for cell in group.below]
    header = [_beside(cell, width, top.number) for cell in (*beside, *again)]
    header += [placed(cell, place, width, top.number) for place, cell in enumerate([*amounts, *single], start=2)]
    made = [replace(top, starting=tuple(header), covering=())]
    for number, source in enumerate(sources):
        own = [*values[number], *(rest if number == whole else ())]
        row = figures.number + number
        cells = [placed(source, 1, width, row), *(placed(c, place, width, row) for place, c in enumerate(own, start=2))]
        made.append(replace(figures, number=row, starting=tuple(cells), covering=()))
    return made


def _beside(cell: FormCell, fields: int, row: int) -> FormCell:
    """A label of a header that names none of its columns: it reaches down beside the rows."""
    found = placed(cell, 0, fields, row)
    return replace(found, grid_cell=replace(found.grid_cell, rowspan=FEWEST))


def _edges(cells: Sequence[FormCell]) -> list[tuple[float, float]]:
    return [(cell.x0, cell.x1) for cell in cells]


def _group(label: FormCell, labels: FormRow, figures: FormRow) -> _Group | None:
    """A label with the columns under it, each with one label and one figure; None where it has no such columns."""
    below = [cell for cell in labels.starting if label.overlaps(cell)]
    values = [cell for cell in figures.starting if label.overlaps(cell)]
    if len(below) < FEWEST or _edges(below) != _edges(values) or not all(cell.text for cell in below):
        return None
    is_over = abs(below[0].x0 - label.x0) < TOUCHING and abs(below[-1].x1 - label.x1) < TOUCHING
    are_figures = all(is_number(cell.text) or is_nothing(cell.text) for cell in values)
    return _Group(label, tuple(below), tuple(values)) if is_over and are_figures else None


def _field(cell: FormCell) -> str:
    """The field of a budget that a label names; ``whole`` or ``part`` for a source of funds, empty for another text."""
    found, label = match(cell.text, "budgets"), plain_label(cell.text)
    if found is not None and found.field in FIELDS:
        return found.field
    return "whole" if WHOLE.fullmatch(label) else "part" if SOURCE.fullmatch(label) else ""


def _are_amounts(cells: Sequence[FormCell]) -> bool:
    """Whether cells are labels of different fields of a budget."""
    fields = [_field(cell) for cell in cells]
    return set(fields) <= FIELDS and len(set(fields)) == len(fields)


def _are_sources(cells: Sequence[FormCell]) -> bool:
    return all(_field(cell) in ("whole", "part") for cell in cells)
