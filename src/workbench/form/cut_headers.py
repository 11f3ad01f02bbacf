"""Headers that a page break cuts: the upper half of their labels ends one page, and the lower half opens the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.form.content import is_number, is_number_with_symbol
from workbench.form.header_columns import Header
from workbench.form.headers import header_at
from workbench.form.own_layouts import OwnLayouts
from workbench.form.rows import UNKNOWN, FormRow
from workbench.form.settings import FormSettings

NAMING = frozenset({"name", "weight", "score", UNKNOWN})
"""Fields of which a row that says anything of an indicator has at least one, and columns of no known field."""


@dataclass(frozen=True, slots=True)
class CutHeader:
    """A header with its labels whole again, without the row that holds their lower halves, and that row."""

    header: Header
    lower: FormRow


def cut_header_at(
    rows: Sequence[FormRow], index: int, settings: FormSettings, layouts: OwnLayouts = ()
) -> CutHeader | None:
    """The header that starts in a row and goes on in the first row of the next page; None where none does.

    The lower row is divided as the one above the break and has no value. Joined, their texts name more columns than the
    upper ones alone; or both name the same columns, and the lower row, what is merged beside it apart, says nothing of
    an indicator.

    Args:
        rows: of the document, in order.
        index: of the row in ``rows``.
        settings: how many rows a header may have, and when edges are the same.
        layouts: of the project.
    """
    end = index
    while end < len(rows) and rows[end].is_in_table_of(rows[index]):
        end += 1
    if end == len(rows) or end - index > settings.max_header_rows or rows[end].page == rows[index].page:
        return None
    upper, lower = rows[end - 1], rows[end]
    whole = _joined(upper, lower, settings)
    if whole is None:
        return None
    header = header_at([*rows[index : end - 1], whole], 0, settings, layouts)
    if header is None or header.height != end - index:
        return None
    halves = header_at(rows[index:end], 0, settings, layouts), header_at([lower], 0, settings, layouts)
    return CutHeader(header, lower) if _is_better(header, *halves, lower) else None


def _joined(upper: FormRow, lower: FormRow, settings: FormSettings) -> FormRow | None:
    """A row of labels with the texts of the row below it; None where that is divided otherwise, or one has a value."""
    above, below = upper.cells, lower.cells
    are_aligned = len(above) == len(below) and all(
        abs(one.x0 - other.x0) < settings.edge_tolerance and abs(one.x1 - other.x1) < settings.edge_tolerance
        for one, other in zip(above, below, strict=True)
    )
    texts_of_both = [cell.text for cell in (*upper.printed, *lower.printed)]
    if not are_aligned or any(is_number(text) or is_number_with_symbol(text) for text in texts_of_both):
        return None
    texts = {one.key: one.text + other.text for one, other in zip(above, below, strict=True)}
    starting = (replace(c, grid_cell=replace(c.grid_cell, text=texts[c.key])) for c in upper.starting)
    return replace(upper, starting=tuple(starting))


def _is_better(whole: Header, above: Header | None, below: Header | None, lower: FormRow) -> bool:
    """Whether a header is one of two rows: more surely than each of them alone, or the lower one says nothing else.

    ``above``, ``below``: the headers that the rows are by themselves, where they are any.
    """
    if _sure(whole) > max(_sure(above), _sure(below)):
        return True
    own = [cell for cell in lower.printed if cell.row_end == lower.number + 1]
    said = {column.field for column in whole.columns for cell in own if cell.overlaps(column)}
    return below is None and above is not None and bool(said) and _fields(above) == _fields(whole) and not said & NAMING


def _fields(header: Header) -> list[str]:
    return [column.field for column in header.columns]


def _sure(header: Header | None) -> int:
    """How many columns have a whole label of the lexicon."""
    columns = header.columns if header else ()
    return sum(column.field != UNKNOWN and column.evidence == "label" for column in columns)
