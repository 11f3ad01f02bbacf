"""Sums as evidence on the OCR: points that add up to their printed total were read right, if nothing else adds up.

The other side of :mod:`workbench.checks.misreadings`. A number of which the engine was unsure needs no review where the
form's own sum holds with it, and would hold with no other reading of it, nor with another reading of it and of one
more doubtful number. A sum says nothing of the row that a number stands in: cells with doubtful borders, and those that
two readers or a seal speak against, stay in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from workbench.checks.misreadings import other_numbers
from workbench.checks.totals import PointsSum, sums_of_points
from workbench.checks.uncertain import CellsByKey, SumKey
from workbench.judging import Judged
from workbench.model import Entry, Form
from workbench.values import parse_weight


def confirmed_by_sums(
    form: Form, rows: Sequence[Judged], cells: CellsByKey, threshold: float
) -> Mapping[SumKey, float]:
    """``confirmed-by-sum``: the fields that the engine was unsure of and a sum of the form confirms, with its total.

    Args:
        form: the form.
        rows: its indicators.
        cells: the cells of the form's pages, which know why they are unsure; without them nothing is confirmed.
        threshold: confidence (0 to 1) below which the engine was unsure of a number.
    """
    return {
        key: total.stated
        for total in sums_of_points(form, rows, threshold)
        for key in _confirmed(total, cells, threshold)
    }


def _confirmed(total: PointsSum, cells: CellsByKey, threshold: float) -> Iterator[SumKey]:
    """The fields of doubtful character in a sum that holds in one way only."""
    doubtful = {key: entry for key, entry in total.entries.items() if entry.confidence < threshold}
    shifts = {key: _shifts(key, entry, total) for key, entry in doubtful.items()}
    if any(abs(shift) <= total.margin for found in shifts.values() for shift in found):
        return
    exchangeable = {
        key
        for pair in combinations(shifts, 2)
        if any(abs(one + other) <= total.margin for one in shifts[pair[0]] for other in shifts[pair[1]])
        for key in pair
    }
    for key, entry in doubtful.items():
        if key not in exchangeable and _is_read_alone(entry, cells, threshold):
            yield key


def _shifts(key: SumKey, entry: Entry, total: PointsSum) -> list[float]:
    """By how much each other plausible reading of a number would move the sum from its total."""
    own = parse_weight(entry.text) or 0.0
    sign = -1.0 if key == total.stated_in else 1.0
    return [sign * (number - own) for _, number in other_numbers(entry.text, parse_weight)]


def _is_read_alone(entry: Entry, cells: CellsByKey, threshold: float) -> bool:
    """Whether nothing but its characters is doubtful of a number: not its cells, no seal, no second reader."""
    found = [cells[key] for key in entry.cells if key in cells]
    return bool(found) and all(
        cell.confidence.border >= threshold and cell.confidence.agreement != 0 and cell.state != "obscured"
        for cell in found
    )
