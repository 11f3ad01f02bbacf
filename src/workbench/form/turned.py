"""Budgets that lie on their side: a row for each field, a column for each of the funds. They are turned upright."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.fields import AMOUNTS
from workbench.form.content import is_nothing, is_number
from workbench.form.lexicon import match
from workbench.form.rows import FormCell, FormRow

FIELDS = frozenset({*AMOUNTS, "execution_rate", "weight", "score"})
"""Fields of a budget that a row may be labelled with."""


def upright_rows(rows: Sequence[FormRow]) -> list[FormRow]:
    """The rows of a document, those of each budget that lies on its side with its columns as rows.

    Such a budget is two or more rows below each other, each with the label of another field at its left, one of them
    an amount, and nothing but numbers beside it. The row above may name the funds of each column. Every number keeps
    its cell, and has both its labels.
    """
    found: list[FormRow] = []
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and rows[end].is_in_table_of(rows[index]) and _field(rows[end]):
            end += 1
        block = rows[index:end]
        fields = [_field(row) for row in block]
        if (
            len(block) > 1
            and len(set(fields)) == len(fields)
            and set(fields) & set(AMOUNTS)
            and _are_parted_alike(block)
        ):
            head = found.pop() if found and _names_columns(found[-1], block) else None
            found += _turned(head, block)
        else:
            end = index + 1
            found.append(rows[index])
        index = end
    return found


def _field(row: FormRow) -> str:
    """The field of a budget that a row is labelled with, if only numbers stand beside the label; empty otherwise."""
    printed = row.printed
    values = printed[1:]
    found = match(printed[0].text, "budgets") if printed else None
    is_row = found is not None and found.is_whole and found.field in FIELDS and any(is_number(c.text) for c in values)
    return found.field if found and is_row and all(is_number(c.text) or is_nothing(c.text) for c in values) else ""


def _values(row: FormRow) -> list[FormCell]:
    """The cells behind the label of a row, blank ones among them."""
    return [cell for cell in row.starting if cell.x0 > row.printed[0].x0]


def _are_parted_alike(block: Sequence[FormRow]) -> bool:
    """Whether the cells of all rows have the same edges."""
    edges = [[(cell.x0, cell.x1) for cell in _values(row)] for row in block]
    return all(one == edges[0] for one in edges)


def _names_columns(row: FormRow, block: Sequence[FormRow]) -> bool:
    """Whether a row stands above the columns of a block and has words over them."""
    over = [cell for cell in row.starting if cell.x0 > block[0].printed[0].x0]
    edges = [(cell.x0, cell.x1) for cell in _values(block[0])]
    are_words = all(not is_number(cell.text) and not _is_field(cell) for cell in over)
    return row.is_in_table_of(block[0]) and [(c.x0, c.x1) for c in over] == edges and are_words


def _is_field(cell: FormCell) -> bool:
    found = match(cell.text, "budgets")
    return found is not None and found.field in FIELDS


def _turned(head: FormRow | None, block: Sequence[FormRow]) -> list[FormRow]:
    """The header of the turned budget and a row for each column of its block."""
    first = head or block[0]
    left = block[0].printed[0].x0
    beside = [cell for row in [*([head] if head else []), *block] for cell in row.starting if cell.x0 <= left]
    labels = [row.printed[0] for row in block]
    sections = [cell for cell in beside if cell not in labels]
    header = [*(placed(cell, 0, len(block), first.number) for cell in sections if cell.text)]
    header += [placed(cell, place, len(block), first.number) for place, cell in enumerate(labels, start=2)]
    turned = [replace(first, starting=tuple(header), covering=())]
    for number in range(len(_values(block[0]))):
        row_number = first.number + number + 1
        funds = [c for c in (head.starting if head else ()) if c.x0 == _values(block[0])[number].x0]
        cells = [placed(cell, 1, len(block), row_number) for cell in funds]
        cells += [
            placed(_values(row)[number], place, len(block), row_number) for place, row in enumerate(block, start=2)
        ]
        if any(cell.text or cell.is_illegible for cell in cells):
            turned.append(replace(first, number=row_number, starting=tuple(cells), covering=()))
    return turned


def placed(cell: FormCell, place: int, fields: int, row: int) -> FormCell:
    """A cell at its place, from 0, in a row of a budget with so many fields behind a section's label and the funds."""
    width = 1 / (fields + 2)
    return replace(
        cell,
        x0=place * width,
        x1=(place + 1) * width,
        grid_cell=replace(cell.grid_cell, row=row, rowspan=1),
    )
