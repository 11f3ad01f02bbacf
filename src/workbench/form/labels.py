"""Level labels: one merged cell names many records, and page breaks cut it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from workbench.form.records import FormRecord
from workbench.model import BLANK, Entry

Run = list[int]
"""Indices of consecutive records that lie in one merged cell of a label column."""


def carry_labels(records: Sequence[FormRecord], fields: Sequence[str]) -> list[FormRecord]:
    """Give every record the labels of the merged cells it lies in, also where those cells are printed empty.

    A merged label over a page break is printed once, before the break or after it. So a run of records with an empty
    label takes the text of a neighbour:

    - the first run with a label on the next pages, where it begins under a run with a label and reaches the foot of
      its page; not where no label is merged at all, but each printed in the first of its rows;
    - else the run above.

    A label that cannot be read is not empty: it stays without text.

    Args:
        records: of one kind of section, in page order.
        fields: the label fields, from the widest label to the narrowest.
    """
    filled = list(records)
    are_merged = any(len(run) > 1 for field in fields if field != "goal_no" for run in _label_runs(filled, field))
    for depth, field in enumerate(fields):
        runs = _label_runs(filled, field)
        empty = [_is_empty(filled[run[0]], field) for run in runs]
        for index, run in enumerate(runs):
            if not empty[index]:
                continue
            above = runs[index - 1] if index else None
            is_on_page_of_above = above is not None and _page(filled, above) == _page(filled, run)
            goes_on = is_on_page_of_above and empty[index - 1]
            starts_anew = above is None or (are_merged and is_on_page_of_above and not goes_on)
            below = _run_with_label_below(filled, runs[index:], fields[: depth + 1]) if starts_anew else None
            source = below or above
            label = filled[source[0]].fields.get(field, BLANK) if source else BLANK
            if label.text:
                for i in run:
                    filled[i] = _with_field(filled[i], field, label)
    return filled


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
