"""Level labels: one merged cell names many records, and page breaks cut it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from workbench.findings import FINDINGS
from workbench.form.flags import RecordFlag
from workbench.form.records import LABELS, FormRecord
from workbench.model import BLANK, Entry

Run = list[int]
"""Indices of consecutive records that lie in one merged cell of a label column."""


def carry_labels(records: Sequence[FormRecord], fields: Sequence[str]) -> list[FormRecord]:
    """Give every record the labels of the merged cells it lies in, also where those cells are printed empty.

    A merged label over a page break is printed once, before the break or after it. So a run of records with an empty
    label takes the text of a neighbour:

    - the first run with a label on the next pages, where it begins on its page, under a run with a label or under the
      rest of one from the page before, and reaches the foot of its page; not where no label is merged at all, but each
      printed in the first of its rows;
    - else the run above.

    Where both have a label and the cells do not tell which it is, the records of the run are flagged.

    A label that cannot be read is not empty: it stays without text.

    Args:
        records: of one kind of section, in page order.
        fields: the label fields, from the widest label to the narrowest.
    """
    filled = list(records)
    are_merged = any(len(run) > 1 for field in fields if field != "goal_no" for run in _label_runs(filled, field))
    in_doubt: set[int] = set()
    for depth, field in enumerate(fields):
        runs = _label_runs(filled, field)
        empty = [_is_empty(filled[run[0]], field) for run in runs]
        leaves_blank = any(empty[i] and _is_within_page(filled, runs, i) for i in range(len(runs)))
        for index, run in enumerate(runs):
            if not empty[index]:
                continue
            above = runs[index - 1] if index else None
            is_one_cell = len(run) > 1 or not leaves_blank
            is_under_label = above is not None and not empty[index - 1]
            begins = are_merged and _begins_on_page(filled, runs, index, is_under_label, is_one_cell)
            below = _run_with_label_below(filled, runs[index:], fields[: depth + 1])
            label = _label(filled, below if below and (begins or above is None) else above, field)
            # A wider label that is in doubt does not rule out what stands below.
            rival = _run_with_label_below(filled, runs[index:], [field]) if run[0] in in_doubt else below
            others = {_label(filled, one, field).text for one in (above, rival)} - {label.text}
            if are_merged and label.text and all(others) and others and not (begins and is_one_cell):
                in_doubt.update(run)
                for i in run:
                    filled[i] = _doubted(filled[i], field, label.text, *others)
            if label.text:
                for i in run:
                    filled[i] = _with_field(filled[i], field, label)
    return filled


def _label(records: Sequence[FormRecord], run: Run | None, field: str) -> Entry:
    return records[run[0]].fields.get(field, BLANK) if run else BLANK


def _doubted(record: FormRecord, field: str, taken: str, other: str) -> FormRecord:
    """A record with a flag on a label that is not printed beside it: it may be that of the neighbour, ``other``."""
    statement = FINDINGS["split-row-joined"].says("label", text=taken, other=other)
    place = field if field in LABELS else None
    return replace(record, flags=(*record.flags, RecordFlag(*statement, place, record.row.page)))


def _begins_on_page(
    records: Sequence[FormRecord], runs: Sequence[Run], index: int, is_under_label: bool, is_one_cell: bool
) -> bool:
    """Whether the cell of an empty run begins on its page: under a label, or under the rest of a cell that is cut.

    Args:
        records: all of them.
        runs: those of a label.
        index: number of the empty run.
        is_under_label: whether the run above it has the label.
        is_one_cell: whether the run is no row of a cell that is printed as several, blank below the first.
    """
    if _opens_page(records, runs, index):
        return False
    return is_under_label or (is_one_cell and _opens_page(records, runs, index - 1))


def _opens_page(records: Sequence[FormRecord], runs: Sequence[Run], index: int) -> bool:
    """Whether a run is the first of its page."""
    return index == 0 or _page(records, runs[index - 1]) != _page(records, runs[index])


def _is_within_page(records: Sequence[FormRecord], runs: Sequence[Run], index: int) -> bool:
    """Whether a run neither begins nor ends its page: no page break cuts its cell."""
    return not _opens_page(records, runs, index) and index + 1 < len(runs) and not _opens_page(records, runs, index + 1)


def _with_field(record: FormRecord, field: str, entry: Entry) -> FormRecord:
    return replace(record, fields={**record.fields, field: entry})


def _is_empty(record: FormRecord, field: str) -> bool:
    """Whether a label has no text, and no cell with ink that could not be read."""
    entry = record.fields.get(field, BLANK)
    cells = (*record.row.starting, *record.row.covering)
    return not entry.text and not any(cell.is_illegible for cell in cells if cell.key in entry.cells)


def _run_with_label_below(records: Sequence[FormRecord], runs: Sequence[Run], fields: Sequence[str]) -> Run | None:
    """The run that has the label of the first of some runs, whose cell is empty and cut by the foot of its page.

    It is on the next page or, where the cell fills that page too, on a later one. None where the cell ends on its own
    page, or a wider label does.

    Args:
        records: all of them.
        runs: the empty run and those below it.
        fields: the label's own, behind those of the wider labels to its left.
    """
    for above, run in pairwise(runs):
        wider = [[records[r[0]].fields.get(field, BLANK).text for field in fields[:-1]] for r in (above, run)]
        if _page(records, run) == _page(records, above) or wider[0] != wider[1]:
            return None
        if records[run[0]].fields.get(fields[-1], BLANK).text:
            return run
    return None


def _label_runs(records: Sequence[FormRecord], field: str) -> list[Run]:
    """The runs of records that lie in one cell of a label column; a record without such a cell is a run of its own."""
    runs: list[Run] = []
    for i, record in enumerate(records):
        cells = record.fields.get(field, BLANK).cells
        if runs and cells and cells == records[runs[-1][-1]].fields.get(field, BLANK).cells:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _page(records: Sequence[FormRecord], run: Run) -> int:
    return records[run[0]].row.page
