"""Column misalignment: values that a transcription, or a lost ruling line, put beside their column.

A cell is moved only where its row allows one arrangement: symbols, numbers, levels and sentences each have their
columns, and cells keep their order. Every other cell stays where it is printed, and is flagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from workbench.findings import FINDINGS, listed
from workbench.form.content import fits, is_nothing, level_word, misfits
from workbench.form.flags import RecordFlag
from workbench.form.rows import TOUCHING, UNKNOWN, FormCell, FormColumn, FormColumns, FormRow, columns_under
from workbench.form.settings import FormSettings
from workbench.model import CellKey

REQUIRED = frozenset({"name", "target"})
"""Fields that every arrangement fills: without them the cells would not be those of an indicator."""

Arrangement = tuple[int, ...]
"""Cell by cell, left to right, the number of its column, from 0."""

Levels = Mapping[str, frozenset[str]]
"""Level column → the texts that stand in it in the rows of a section."""


@dataclass(frozen=True, slots=True)
class Misalignment:
    """Cells that stand in a wrong column, with the field of the right one (None: of no column), and the row's flag."""

    fields: Mapping[CellKey, str | None] = field(default_factory=dict)
    flag: RecordFlag | None = None


def find_misalignment(row: FormRow, columns: FormColumns, levels: Levels, settings: FormSettings) -> Misalignment:
    """The cells of a row of indicators that stand in a wrong column; empty where none does.

    Of all arrangements in which every cell fits its column, the one is taken that keeps most neighbours together:
    usually all cells are off by the same number of columns. Where several are as good, or there is none, the row is
    flagged and no cell moved. A score that is printed again among the reasons for deviation is taken out.

    Args:
        row: of a section of indicators.
        columns: of the section.
        levels: what stands in the level columns of the whole section.
        settings: how much of a column a cell must cover, and how many arrangements may be tried.
    """
    ordered = sorted(columns, key=lambda column: column.x0)
    placed = [(cell, _column_number(cell, ordered, settings)) for cell in row.printed]
    cells = [cell for cell, number in placed if number is not None]
    printed_in = [number for _, number in placed if number is not None]
    fields = [ordered[number].field if number < len(ordered) else UNKNOWN for number in printed_in]
    misfitting = [cell for cell, name in zip(cells, fields, strict=True) if misfits(cell.text, name)]
    if not misfitting:
        return Misalignment()
    repeated = _repeated_score(cells, fields, misfitting)
    if repeated is not None:
        statement = FINDINGS["shifted-cell"].says("repeats-score", text=repeated.text)
        return Misalignment({repeated.key: None}, RecordFlag(*statement, "deviation", row.page))
    arrangement = _best_arrangement(printed_in, _arrangements(cells, ordered, levels, settings))
    if not arrangement:
        statement = FINDINGS["shifted-cell"].says("not-moved", texts=listed(cell.text for cell in misfitting))
        return Misalignment({}, RecordFlag(*statement, None, row.page))
    places = zip(cells, printed_in, arrangement, strict=True)
    moved = [(cell, ordered[after]) for cell, before, after in places if before != after]
    moves = "、".join(f"{listed([cell.text])}→{column.label_text or column.field}" for cell, column in moved)
    statement = FINDINGS["shifted-cell"].says("moved", moves=moves)
    return Misalignment({cell.key: column.field for cell, column in moved}, RecordFlag(*statement, None, row.page))


def _column_number(cell: FormCell, columns: Sequence[FormColumn], settings: FormSettings) -> int | None:
    """Number of the column that a cell stands in, from 0; one past the last for a cell to the right of them all.

    None for a cell over several columns, and for one before or between them.
    """
    under = columns_under(cell, tuple(columns), settings)
    if len(under) == 1:
        return columns.index(under[0])
    return len(columns) if columns and cell.x0 >= columns[-1].x1 - TOUCHING else None


def _repeated_score(
    cells: Sequence[FormCell], fields: Sequence[str], misfitting: Sequence[FormCell]
) -> FormCell | None:
    """The one misfitting cell, where it repeats the score in the column of reasons and all other cells fit; or None."""
    by_field = dict(zip(fields, cells, strict=True))
    reason, score = by_field.get("deviation"), by_field.get("score")
    if reason is None or score is None or list(misfitting) != [reason] or reason.text != score.text:
        return None
    others = ((cell, name) for cell, name in zip(cells, fields, strict=True) if cell is not reason)
    return reason if all(fits(cell.text, name) for cell, name in others) else None


def _arrangements(
    cells: Sequence[FormCell], columns: Sequence[FormColumn], levels: Levels, settings: FormSettings
) -> list[Arrangement]:
    """All ways to put cells, in their order, into columns that they fit; none where there are too many to try."""
    found: list[Arrangement] = []
    for tried, arrangement in enumerate(combinations(range(len(columns)), len(cells))):
        if tried > settings.max_arrangements:
            return []
        filled = {columns[number].field for number in arrangement}
        places = zip(cells, arrangement, strict=True)
        if filled >= REQUIRED and all(_may_move(cell, columns[number], levels) for cell, number in places):
            found.append(arrangement)
    return found


def _may_move(cell: FormCell, column: FormColumn, levels: Levels) -> bool:
    """Whether a cell may be moved into a column. Level columns take only names of levels, and a name is never blank.

    A name that either level may have (成本指标) belongs to the level where other rows have it.
    """
    if column.field in ("level1", "level2"):
        seen = frozenset(level for level, texts in levels.items() if cell.text in texts)
        return column.field in (seen & level_word(cell.text) or level_word(cell.text))
    return fits(cell.text, column.field) and not (column.field == "name" and is_nothing(cell.text))


def _best_arrangement(printed_in: Arrangement | list[int], arrangements: Sequence[Arrangement]) -> Arrangement | None:
    """The arrangement that moves the cells most evenly; None where several are the most even, or there is none."""
    fewest = min((_uneven_steps(printed_in, one) for one in arrangements), default=0)
    best = [one for one in arrangements if _uneven_steps(printed_in, one) == fewest]
    return best[0] if len(best) == 1 else None


def _uneven_steps(before: Sequence[int], after: Sequence[int]) -> int:
    """How many neighbours are moved over different numbers of columns: 0 where all cells are moved alike.

    >>> _uneven_steps((0, 1, 2), (1, 2, 3)), _uneven_steps((0, 1, 2), (0, 1, 3))
    (0, 1)
    """
    distances = [new - old for old, new in zip(before, after, strict=True)]
    return sum(one != other for one, other in pairwise(distances))
