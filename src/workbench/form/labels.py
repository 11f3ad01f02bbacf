"""Level labels: one merged cell names many records, and pages cut it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from workbench.form.records import Sourced
from workbench.model import BLANK


def carry_labels(records: Sequence[Sourced], fields: Sequence[str]) -> list[Sourced]:
    """Give every record the level labels of the merged cells it lies in, left to right.

    A merged label over a page break is printed once, before or after the break. An empty label cell
    at the top of a page, and one in the middle of a page, goes on with the label above; an empty one
    that starts anew at the foot of a page takes the label from the top of the next page, unless
    labels are not merged at all, but printed in the first of their rows. A label that cannot be read
    is not empty: it stays without text.
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
            goes_on = above is not None and _page(filled, above) == _page(filled, run) and empty[index - 1]
            starts_anew = above is None or (are_merged and _page(filled, above) == _page(filled, run) and not goes_on)
            source = (
                _run_with_label_below(filled, runs[index:], fields[: depth + 1]) if starts_anew else None
            ) or above
            label = filled[source[0]].fields.get(field, BLANK) if source else BLANK
            if label.text:
                for i in run:
                    filled[i] = replace(filled[i], fields={**filled[i].fields, field: label})
    return filled


def _is_empty(record: Sourced, field: str) -> bool:
    entry = record.fields.get(field, BLANK)
    pieces = (*record.row.starting, *record.row.covering)
    return not entry.text and not any(piece.is_illegible for piece in pieces if piece.key in entry.cells)


def _run_with_label_below(
    records: Sequence[Sourced], runs: Sequence[list[int]], fields: Sequence[str]
) -> list[int] | None:
    """Where the label of an empty cell is printed that goes on over the foot of its page: on the next page or, if the
    cell fills that one too, on a later one. None if the cell ends on its page, or what it belongs to does.

    ``fields``: the label's own, behind those of the wider labels to its left.
    """
    for above, run in pairwise(runs):
        wider = [[records[r[0]].fields.get(field, BLANK).text for field in fields[:-1]] for r in (above, run)]
        if _page(records, run) == _page(records, above) or wider[0] != wider[1]:
            return None
        if records[run[0]].fields.get(fields[-1], BLANK).text:
            return run
    return None


def _label_runs(records: Sequence[Sourced], field: str) -> list[list[int]]:
    """Indices of consecutive records that lie in one merged cell of a label column."""
    runs: list[list[int]] = []
    for i, record in enumerate(records):
        cells = record.fields.get(field, BLANK).cells
        if runs and cells and cells == records[runs[-1][-1]].fields.get(field, BLANK).cells:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _page(records: Sequence[Sourced], run: Sequence[int]) -> int:
    return records[run[0]].row.page
