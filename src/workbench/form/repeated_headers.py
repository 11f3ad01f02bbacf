"""Headers that are printed again on a later page, too damaged to be known by their labels alone."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.form.content import level_word
from workbench.form.header_columns import Header, is_value, known_fields, starting_in, without_doubles
from workbench.form.lexicon import SHORTEST_DAMAGED, plain_label, similarity
from workbench.form.rows import UNKNOWN, FormCell, FormColumn, FormRow
from workbench.form.settings import FormSettings


def repeated_header(
    rows: Sequence[FormRow], index: int, known: Sequence[Header], settings: FormSettings
) -> Header | None:
    """The header that starts in a row and repeats an earlier one, too damaged to be known by its labels alone.

    Where the cells lie as those of the earlier header, each is compared with the label in its place. Elsewhere each is
    compared with all labels, and the column of a cell that resembles none, or labels of several fields, is unknown.

    Args:
        rows: of the document, in order.
        index: of the row in ``rows``.
        known: headers found above, in order; the latest that fits is taken.
        settings: how similar, how near and how many the labels must be.

    Returns:
        The header, or None where the row repeats none.
    """
    for header in reversed(known):
        block = rows[index : index + header.height]
        labels = starting_in(block)
        if any(is_value(cell.text) for cell in labels):
            continue
        if _repeats_in_place(block, header, settings):
            return Header(header.kind, header.height, labels, header.columns)
        columns = [_repeated_column(cell, header, settings) for cell in rows[index].starting]
        repeated = known_fields(tuple(columns))
        if repeated >= settings.min_repeated_labels and 2 * repeated >= len(rows[index].printed):
            return Header(header.kind, 1, rows[index].starting, without_doubles(columns))
    return None


def _repeats_in_place(block: Sequence[FormRow], header: Header, settings: FormSettings) -> bool:
    """Whether rows are an earlier header again: enough cells resemble the labels in their places, or one equals it."""
    if not block[-1].is_in_table_of(block[0]):
        return False
    pairs = _pairs_in_place(block, header, settings)
    least = settings.repeated_label_similarity_in_place
    similar = [cell for cell, label in pairs if _resembles(cell.text, label.text, least)]
    if len(similar) >= min(settings.min_repeated_labels, len(header.columns)) > 1:
        return True
    return any(_is_same_label(cell.text, label.text) for cell, label in pairs)


def _pairs_in_place(
    block: Sequence[FormRow], header: Header, settings: FormSettings
) -> list[tuple[FormCell, FormCell]]:
    """The cells of rows, each with the column label that lies in its place in a header.

    Empty where any cell has no counterpart in the header: then the rows are divided otherwise.
    """
    top = min(label.row for label in header.labels)
    column_labels = [column.label for column in header.columns if column.field != UNKNOWN]
    pairs = []
    for cell in starting_in(block):
        row = cell.row - block[0].number + top
        counterparts = [label for label in header.labels if label.row == row and _are_aligned(label, cell, settings)]
        if not counterparts:
            return []
        pairs.append((cell, counterparts[0]))
    return [(cell, label) for cell, label in pairs if label in column_labels]


def _are_aligned(one: FormCell, other: FormCell, settings: FormSettings) -> bool:
    return abs(one.x0 - other.x0) < settings.edge_tolerance and abs(one.x1 - other.x1) < settings.edge_tolerance


def _repeated_column(cell: FormCell, header: Header, settings: FormSettings) -> FormColumn:
    """The column of a header cell, its field that of the only label in an earlier header which the cell resembles."""
    least = settings.repeated_label_similarity
    similar = [c for c in header.columns if c.label is not None and _resembles(cell.text, c.label.text, least)]
    field = similar[0].field if len({column.field for column in similar}) == 1 else UNKNOWN
    return FormColumn(field, cell.x0, cell.x1, cell, "damaged")


def _resembles(text: str, label: str, least: float) -> bool:
    """Whether a text is similar enough to a label to be a damaged reading of it.

    A level's name is not: 质量指标 is a value, however similar it is to the label 二级指标.
    """
    return bool(text) and not level_word(text) and similarity(text, label) >= least


def _is_same_label(text: str, label: str) -> bool:
    """Whether a text is a label again: long enough that no value in its place would be the same text."""
    return len(plain_label(text)) >= SHORTEST_DAMAGED and plain_label(text) == plain_label(label)
