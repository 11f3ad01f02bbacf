"""Headers: which rows name the columns of a section, in one row or several, and what each column holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.form.content import is_goal_label, is_nothing, is_number, is_signed, is_statement, level_word
from workbench.form.lexicon import (
    HELD,
    SHORTEST_DAMAGED,
    TABLES,
    Match,
    families,
    match,
    match_column,
    plain_label,
    possible_fields,
    similarity,
)
from workbench.form.rows import UNKNOWN, Evidence, FormCell, FormColumn, FormColumns, FormRow

MOST_LABELS = 100
"""Cells that a row of a header may have: more are no form's, and every one is held against those above it."""

HIGHEST = 3
"""A header has at most so many rows."""

NEEDED: dict[str, tuple[frozenset[str], int]] = {
    "budgets": (frozenset({"initial", "adjusted", "executed"}), 2),
    "goals": (frozenset({"goal"}), 2),
    "indicators": (frozenset({"name", "level1", "level2", "levels"}), 3),
}
"""A header of a section names at least one of these fields, and at least so many different fields."""

ENOUGH = frozenset({"name", "level1", "level2"})
"""Two of these are enough for a header of indicators: nothing else in a form is called like that."""

ALIKE = 0.55
"""A cell repeats a label, damaged, when at least this share of its characters is right, """

ALIKE_IN_PLACE = 0.5
"""and where it stands in the label's place, at least this share."""

ALIGNED = 0.02
"""Two cells are in one place when their edges differ by less than this share of the table's width."""

FEWEST_REPEATED = 3
"""So many labels of a header known by now make a row that header again, however damaged."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header rows of a section: ``labels`` are all cells that start in them, ``height`` the number of rows."""

    kind: str
    height: int
    labels: tuple[FormCell, ...]
    columns: FormColumns


def header_at(rows: Sequence[FormRow], index: int) -> Header | None:
    """The header that starts in a row, if one does: of the sections and heights that it could have, the one with the
    most labels. A first row that adds none to those below it does not belong to it."""
    first = rows[index]
    following = rows[index : index + HIGHEST]
    block = list(takewhile(lambda row: _same_table(row, first) and len(row.starting) <= MOST_LABELS, following))
    best: Header | None = None
    for height in range(1, len(block) + 1):
        leaves = _leaves(block[:height])
        if any(is_number(leaf.text) or is_signed(leaf.text) for leaf, _ in leaves if not is_nothing(leaf.text)):
            break
        for kind in TABLES:
            columns = _columns(leaves, kind)
            most = max(_known(best.columns) if best else 0, _known(_columns(_leaves(block[1:height]), kind)))
            if _suffices(columns, kind) and _is_mostly_labels(columns, kind) and _known(columns) > most:
                labels = tuple(piece for row in block[:height] for piece in row.starting)
                best = Header(kind, height, labels, columns)
    return best


def repeated_header(rows: Sequence[FormRow], index: int, known: Sequence[Header]) -> Header | None:
    """The header that starts in a row and is printed again, too damaged to be known by its labels alone; else None.

    Where its cells lie as those of an earlier header, they are held against the labels there; else against them all,
    and the columns of cells that are like none of them are unknown.
    """
    for header in reversed(known):
        block = rows[index : index + header.height]
        labels = tuple(piece for row in block for piece in row.starting)
        if any(is_number(piece.text) or is_signed(piece.text) for piece in labels if not is_nothing(piece.text)):
            continue
        pairs = _pairs_in_place(block, header) if _same_table(block[-1], block[0]) else []
        alike = [piece for piece, label in pairs if _repeats(piece.text, label.text, ALIKE_IN_PLACE)]
        if len(alike) >= min(FEWEST_REPEATED, len(header.columns)) > 1 or any(
            _is_whole(piece.text, label.text) for piece, label in pairs
        ):
            return Header(header.kind, header.height, labels, header.columns)
        columns = [_column_repeated(piece, header) for piece in rows[index].starting]
        repeated = _known(tuple(columns))
        if repeated >= FEWEST_REPEATED and 2 * repeated >= len(rows[index].printed):
            return Header(header.kind, 1, rows[index].starting, _without_doubles(columns))
    return None


def _pairs_in_place(block: Sequence[FormRow], header: Header) -> list[tuple[FormCell, FormCell]]:
    """The cells of rows beside the column labels of a header in their places; none where the rows are divided
    otherwise."""
    top = min(label.cell.row for label in header.labels)
    named = [column.label for column in header.columns if column.field != UNKNOWN]
    pairs = []
    for piece in (piece for row in block for piece in row.starting):
        row = piece.cell.row - block[0].number + top
        there = [label for label in header.labels if label.cell.row == row and _are_aligned(label, piece)]
        if not there:
            return []
        pairs.append((piece, there[0]))
    return [(piece, label) for piece, label in pairs if label in named]


def _are_aligned(one: FormCell, other: FormCell) -> bool:
    return abs(one.x0 - other.x0) < ALIGNED and abs(one.x1 - other.x1) < ALIGNED


def _column_repeated(piece: FormCell, header: Header) -> FormColumn:
    alike = [c for c in header.columns if c.label is not None and _repeats(piece.text, c.label.text, ALIKE)]
    field = alike[0].field if len({column.field for column in alike}) == 1 else UNKNOWN
    return FormColumn(field, piece.x0, piece.x1, piece, "damaged")


def _repeats(text: str, label: str, least: float) -> bool:
    return bool(text) and not level_word(text) and similarity(text, label) >= least


def _is_whole(text: str, label: str) -> bool:
    """Nothing but a header says 二级指标 in the place where a header said it before."""
    return len(plain_label(text)) >= SHORTEST_DAMAGED and plain_label(text) == plain_label(label)


def _same_table(row: FormRow, other: FormRow) -> bool:
    return (row.page, row.table_no) == (other.page, other.table_no)


def _leaves(block: Sequence[FormRow]) -> list[tuple[FormCell, str]]:
    """Header cells that end where the header does, each with the text of the cells above it.

    A cell that reaches down beside the rows below the header names the section and not a column.
    """
    end = block[-1].number + 1 if block else 0
    pieces = [piece for row in block for piece in row.starting if piece.cell.row_end <= end]
    found = []
    for piece in (piece for piece in pieces if piece.cell.row_end == end):
        above = [p for p in pieces if p.cell.row_end <= piece.cell.row and p.overlaps(piece)]
        found.append((piece, "".join(p.text for p in above)))
    return sorted(found, key=lambda leaf: leaf[0].x0)


def _columns(leaves: Sequence[tuple[FormCell, str]], kind: str) -> FormColumns:
    columns = []
    for piece, above in leaves:
        found = _match(piece.text, above, kind)
        evidence: Evidence = "label" if found is None or found.by == "listed" else found.by
        columns.append(FormColumn(found.field if found else UNKNOWN, piece.x0, piece.x1, piece, evidence))
    return _without_doubles(_named_by_deepest_level(columns))


def _named_by_deepest_level(columns: Sequence[FormColumn]) -> list[FormColumn]:
    """Where there is a fourth level it names the indicators, and the third only groups them."""
    if "level4" not in {column.field for column in columns}:
        return list(columns)
    deepest = {"level4": "name", "name": "level3"}
    return [replace(column, field=deepest.get(column.field, column.field)) for column in columns]


def _match(text: str, above: str, kind: str) -> Match | None:
    """The field of a label; one that says little by itself is read with the label above it (年初 under 预算数).

    Under the label of an amount its whole (总额) is that amount, and what it is made of (财政拨款) is not.
    """
    if not plain_label(text):
        return match_column(above, kind) if above else None
    own = None if is_goal_label(text) else match_column(text, kind)
    if own and own.field == "whole":
        return match_column(above, kind) if above else None
    if own or not above or is_statement(text):
        return own
    joined = (match_column(both, kind) for both in (plain_label(text) + plain_label(above), plain_label(above) + text))
    return next((found for found in joined if found and found.by == "listed"), None)


def _without_doubles(columns: Sequence[FormColumn]) -> FormColumns:
    """One column for each field: a whole label wins over a damaged one, a column's name over that of a section, and
    the left of two equals. The other one is unknown: two columns are never joined."""

    def rank(column: FormColumn) -> tuple[bool, bool, float]:
        text = column.label.text if column.label else ""
        return column.evidence != "label", plain_label(text) in families("sections")["label"], column.x0

    best = {column.field: column for column in sorted(columns, key=rank, reverse=True)}
    return tuple(
        column if column.field not in HELD or best[column.field] is column else _unknown(column) for column in columns
    )


def _unknown(column: FormColumn) -> FormColumn:
    return FormColumn(UNKNOWN, column.x0, column.x1, column.label)


def _suffices(columns: FormColumns, kind: str) -> bool:
    """Whether the labels are those of a section; one that is damaged so that it may name several fields counts too."""
    fields = {column.field for column in columns} - {UNKNOWN}
    damaged = [
        possible_fields(column.label.text, kind) for column in columns if column.field == UNKNOWN and column.label
    ]
    may_be = [one for one in damaged if one]
    key_fields, least = NEEDED[kind]
    if kind == "indicators" and len(fields & ENOUGH) + sum(bool(one & ENOUGH) for one in may_be) >= 2:
        return True
    return bool(fields & key_fields or any(one & key_fields for one in may_be)) and len(fields) + len(may_be) >= least


def _is_mostly_labels(columns: FormColumns, kind: str) -> bool:
    """A row in which every label has its value beside it is no header."""
    printed = [column for column in columns if column.label is not None and column.label.text]
    labels = [c for c in printed if c.field != UNKNOWN or (c.label and possible_fields(c.label.text, kind))]
    return 2 * len(labels) > len(printed)


def _known(columns: FormColumns) -> int:
    return len({column.field for column in columns} - {UNKNOWN})


def is_section_label(piece: FormCell) -> bool:
    """Whether a cell names a section (绩效指标, 项目资金) and holds no value."""
    found = match(piece.text, "sections")
    return found is not None and found.field == "label"
