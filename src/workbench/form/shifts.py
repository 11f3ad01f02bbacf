"""Shifted cells: values that a transcription, or a lost rule, put beside their column.

A cell is moved only where the row itself allows one reading: signs, figures, levels and sentences have their columns,
and cells keep their order. Everything else stays where it is printed, and is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from workbench.findings import FINDINGS, listed
from workbench.form.content import fits, is_nothing, level_word, misfits
from workbench.form.rows import UNKNOWN, FormCell, FormColumn, FormColumns, FormRow, columns_under
from workbench.model import CellKey, Severity

REQUIRED = frozenset({"name", "target"})
"""What a row must have after its cells were moved: else they were not the cells of an indicator."""

MOST_READINGS = 5000
"""With more ways to place a row's cells than this nothing can be told from it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is to be reported about a record whose number is not known yet."""

    code: str
    severity: Severity
    message: str
    field: str | None
    page: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Cells with the fields that they belong to in truth (None: to none), and what to report."""

    fields: Mapping[CellKey, str | None] = field(default_factory=dict)
    doubt: Doubt | None = None


Levels = Mapping[str, frozenset[str]]
"""Level column → what stands in it, in the rows of a section."""


def shift_in(row: FormRow, columns: FormColumns, levels: Levels) -> Shift:
    """What is shifted in a row of indicators; ``levels``: the names of levels that stand in the columns of the section.

    A stray repetition of the score in the column of reasons is taken out. Cells that are all of one row put off by the
    same number of columns, or the fewest pieces of it, are put back where that can be done in one way only.
    """
    ordered = sorted(columns, key=lambda column: column.x0)
    places = [_place(piece, ordered) for piece in row.printed]
    pieces = [piece for piece, place in zip(row.printed, places, strict=True) if place is not None]
    known = [place for place in places if place is not None]
    fields = [ordered[place].field if place < len(ordered) else UNKNOWN for place in known]
    wrong = [piece for piece, name in zip(pieces, fields, strict=True) if misfits(piece.text, name)]
    if not wrong:
        return Shift()
    stray = _stray(pieces, fields, wrong)
    if stray is not None:
        statement = FINDINGS["shifted-cell"].says("repeats-score", text=stray.text)
        return Shift({stray.key: None}, Doubt(*statement, "deviation", row.page))
    readings = _readings(pieces, ordered, levels)
    best = min((_breaks(known, reading) for reading in readings), default=0)
    (reading, *others) = [reading for reading in readings if _breaks(known, reading) == best] or [()]
    if not reading or others:
        statement = FINDINGS["shifted-cell"].says("not-moved", texts=listed(piece.text for piece in wrong))
        return Shift({}, Doubt(*statement, None, row.page))
    there = zip(pieces, known, reading, strict=True)
    put_back = [(piece, ordered[after]) for piece, before, after in there if before != after]
    moves = "、".join(f"{listed([piece.text])}→{_name(column)}" for piece, column in put_back)
    statement = FINDINGS["shifted-cell"].says("moved", moves=moves)
    return Shift({piece.key: column.field for piece, column in put_back}, Doubt(*statement, None, row.page))


def _place(piece: FormCell, columns: Sequence[FormColumn]) -> int | None:
    """Number of the column that a cell stands in, one past the last for a cell behind them all; None for a cell over
    several columns, and for one before or between them."""
    under = columns_under(piece, tuple(columns))
    if len(under) == 1:
        return columns.index(under[0])
    return len(columns) if columns and piece.x0 >= columns[-1].x1 - 1e-6 else None


def _stray(pieces: Sequence[FormCell], fields: Sequence[str], wrong: Sequence[FormCell]) -> FormCell | None:
    """The one wrong cell, if it repeats the score among the reasons and all other cells fit."""
    by_field = dict(zip(fields, pieces, strict=True))
    reason, score = by_field.get("deviation"), by_field.get("score")
    if reason is None or score is None or list(wrong) != [reason] or reason.text != score.text:
        return None
    others = ((piece, name) for piece, name in zip(pieces, fields, strict=True) if piece is not reason)
    return reason if all(fits(piece.text, name) for piece, name in others) else None


def _readings(pieces: Sequence[FormCell], columns: Sequence[FormColumn], levels: Levels) -> list[tuple[int, ...]]:
    """All ways to put the cells, in their order, into columns that they fit."""
    found: list[tuple[int, ...]] = []
    for tried, reading in enumerate(combinations(range(len(columns)), len(pieces))):
        if tried > MOST_READINGS:
            return []
        named = {columns[place].field for place in reading}
        if named >= REQUIRED and all(_belongs(p, columns[at], levels) for p, at in zip(pieces, reading, strict=True)):
            found.append(reading)
    return found


def _belongs(piece: FormCell, column: FormColumn, levels: Levels) -> bool:
    """Whether a cell may be moved into a column: level columns take the names of levels only, a name is never blank.

    A name that may stand for either level (成本指标) belongs where it stands in other rows.
    """
    if column.field in ("level1", "level2"):
        seen = frozenset(level for level, texts in levels.items() if piece.text in texts)
        return column.field in (seen & level_word(piece.text) or level_word(piece.text))
    return fits(piece.text, column.field) and not (column.field == "name" and is_nothing(piece.text))


def _breaks(before: Sequence[int], after: Sequence[int]) -> int:
    """How often the distance over which cells are moved changes along the row."""
    return sum(a != b for a, b in pairwise(_distances(before, after)))


def _distances(before: Sequence[int], after: Sequence[int]) -> Iterator[int]:
    return (b - a for a, b in zip(before, after, strict=True))


def _name(column: FormColumn) -> str:
    return column.label.text if column.label is not None and column.label.text else column.field
