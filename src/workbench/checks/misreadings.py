"""Arithmetic as evidence on the OCR: which one misread number would explain that figures do not agree.

A reading is suggested only if it is the only one that does, and never applied. It must make every sum and ratio
that the number takes part in agree, and there must be a second reason to doubt the number: its row contradicts
itself as read, it did not become a number at all, or the engine was unsure of it. Where the form simply does not
add up, its rows are consistent as they stand, and nothing is suggested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from workbench.checks.budgets import (
    BUDGET_CHECKS,
    budgets_do_not_add_up,
    execution_rate_mismatch,
    execution_score_mismatch,
)
from workbench.checks.indicators import contradicts_itself
from workbench.checks.totals import adds_up, budget_points, level_weights_do_not_add_up
from workbench.checks.uncertain import CellsByKey
from workbench.fields import AMOUNTS, NUMBER_FIELDS, field_name
from workbench.judging import Judged
from workbench.model import Budget, Entry, Finding, Form, Indicator
from workbench.values import normalise, parse_number, parse_points, printed_margin

_ALIKE = {
    "0": "689",
    "1": "47",
    "2": "7",
    "3": "58",
    "4": "19",
    "5": "36",
    "6": "058",
    "7": "12",
    "8": "0369",
    "9": "048",
}
"""Digits that OCR takes for one another, for each digit."""

_LETTERS = str.maketrans("OoQDIl|SsZzB〇", "0000111552280")
"""Letters that OCR reads for digits."""

_EQUATIONS = (execution_rate_mismatch, execution_score_mismatch, budgets_do_not_add_up)
"""The checks that compare a sum or a ratio of amounts with a printed number."""

LONGEST_NUMBER = 14
"""Most characters of a number with one mistake in it. Longer texts are not taken for numbers."""


_Record = TypeVar("_Record", Form, Budget, Indicator)


@dataclass(frozen=True, slots=True)
class Misreading:
    """A number that may have been misread.

    Attributes:
        where: the name of its row, as messages show it.
        field: the field, as the model names it.
        was: the number as read.
        now: the number that may be printed.
    """

    where: str
    field: str
    was: str
    now: str

    def __str__(self) -> str:
        what = "合计" if self.field in ("weight", "score") else "计算"
        return f"若{self.where}的{field_name(self.field)}“{self.was}”读作“{self.now}”，则{what}相符"


def plausible_readings(text: str) -> list[str]:
    """Return what may be printed in place of a number as read, if one mistake was made in reading it.

    A letter for a digit (``1O``), a lost point (``05`` for 0.5) or one too many, a space or comma for a point, the
    digits beside the point exchanged (``8.0`` for 0.8), one digit for another like it (7 for 1), a rule read as 1.
    """
    folded = normalise(text)
    if not folded or len(folded) > LONGEST_NUMBER:
        return []
    if not re.fullmatch("[0-9.]+%?", folded):
        letters = re.sub("^0(?=[0-9])", "0.", folded.translate(_LETTERS))
        pointed = re.sub("[, ]+", ".", folded)
        return [one for one in (letters, pointed) if re.fullmatch("[0-9]+(?:[.][0-9]+)?%?", one)]
    digits = folded.removesuffix("%")
    sign = folded[len(digits) :]
    found = []
    if "." not in digits:
        found += [f"{digits[:at]}.{digits[at:]}" for at in range(1, len(digits))]
    else:
        found += [digits.replace(".", ""), re.sub(r"([0-9])\.([0-9])", r"\2.\1", digits, count=1)]
    found += [digits[:at] + other + digits[at + 1 :] for at, one in enumerate(digits) for other in _ALIKE.get(one, "")]
    found += [re.sub(pattern, "", digits) for pattern in ("^1(?=[0-9])", "(?<=[0-9])1$")]
    return [f"{one}{sign}" for one in dict.fromkeys(found) if one != digits]


def explain_total(
    form: Form, rows: Sequence[Judged], field: str, cells: CellsByKey, threshold: float
) -> Misreading | None:
    """Return the one misread number that would explain why a total does not add up; None: there is none, or several.

    The points in the labels of levels must agree with it, too.

    Args:
        form: the form.
        rows: its indicators.
        field: ``weight`` or ``score``.
        cells: the cells of the form's pages.
        threshold: confidence (0 to 1) below which the engine was unsure of a number.
    """
    readings = [
        *_readings_of_rows(form, rows, field, threshold),
        *_readings_of_budget_points(form, rows, field, threshold),
        *_readings_of_total(form, rows, field, threshold),
    ]
    return _only_one(
        (misreading, number)
        for misreading, number, one, other in readings
        if adds_up(one, other, field) and not any(level_weights_do_not_add_up(one, other, cells))
    )


_Reading = tuple[Misreading, float, Form, Sequence[Judged]]
"""A misreading, the number it gives, and the form and its rows with it."""


def _readings_of_rows(form: Form, rows: Sequence[Judged], field: str, threshold: float) -> Iterator[_Reading]:
    for at, row in enumerate(rows):
        entry: Entry | None = getattr(row.row, field)
        if entry is None or not (_is_doubtful(entry, parse_points(entry.text), threshold) or contradicts_itself(row)):
            continue
        for text, number in other_numbers(entry.text, parse_points):
            values: dict[str, Any] = {"row": _reads(row.row, field, text), field: number}
            changed = replace(row, **values)
            if not contradicts_itself(changed):
                others = [*rows[:at], changed, *rows[at + 1 :]]
                yield Misreading(row.title, field, entry.text, text), number, form, others


def _readings_of_budget_points(form: Form, rows: Sequence[Judged], field: str, threshold: float) -> Iterator[_Reading]:
    entry = budget_points(form, field)
    at = next((n for n, line in enumerate(form.budgets) if getattr(line, field) is entry), None)
    if entry is None or at is None:
        return
    if not (_is_doubtful(entry, parse_points(entry.text), threshold) or _contradictions(form)):
        return
    for text, number in other_numbers(entry.text, parse_points):
        changed = _with(form, at, field, text)
        if not _contradictions(changed):
            yield Misreading(form.budgets[at].funds.text, field, entry.text, text), number, changed, rows


def _readings_of_total(form: Form, rows: Sequence[Judged], field: str, threshold: float) -> Iterator[_Reading]:
    name = f"total_{field}"
    entry: Entry | None = getattr(form, name)
    if entry is None or not _is_doubtful(entry, parse_points(entry.text), threshold):
        return
    for text, number in other_numbers(entry.text, parse_points):
        yield Misreading("总分行", field, entry.text, text), number, _reads(form, name, text), rows


def explain_budget(form: Form, threshold: float) -> Misreading | None:
    """Return the one misread amount or rate that would explain why the budget section contradicts itself.

    None: there is none, or several. A number that takes part in one sum or ratio only is suggested only if the engine
    was unsure of it, or read no number.

    Args:
        form: the form.
        threshold: confidence (0 to 1) below which the engine was unsure of a number.
    """
    found = []
    for at, line in enumerate(form.budgets):
        for field in (*AMOUNTS, "execution_rate"):
            entry: Entry | None = getattr(line, field)
            parse = NUMBER_FIELDS["budgets", field]
            if not entry or not (_is_doubtful(entry, parse(entry.text), threshold) or _witnesses(form, at, field) > 1):
                continue
            for text, number in other_numbers(entry.text, parse):
                if not (_is_rounding(entry.text, text) or _contradictions(_with(form, at, field, text))):
                    found.append((Misreading(line.funds.text, field, entry.text, text), number))
    return _only_one(found)


def _witnesses(form: Form, at: int, field: str) -> int:
    """How many equations a number of the budget takes part in: those that another number in its place would break."""
    far_off = _with(form, at, field, "0.0001%" if field == "execution_rate" else "77777777")
    return sum(any(check(far_off)) for check in _EQUATIONS)


def _is_rounding(was: str, now: str) -> bool:
    """Whether two readings differ by one in the last digit at most: 73.8% for 73.88% is cut off, not misread."""
    first, second = (parse_number(normalise(text).removesuffix("%")) for text in (was, now))
    coarse = 2 * max(printed_margin(was), printed_margin(now))
    return first is not None and second is not None and abs(first - second) <= coarse + 1e-9


def _contradictions(form: Form) -> list[Finding]:
    """The findings about the budget section."""
    return [finding for check in BUDGET_CHECKS for finding in check(form)]


def _with(form: Form, at: int, field: str, text: str) -> Form:
    """The form with another text in a field of budget line ``at`` (from 0)."""
    changed = _reads(form.budgets[at], field, text)
    return replace(form, budgets=(*form.budgets[:at], changed, *form.budgets[at + 1 :]))


def _reads(record: _Record, field: str, text: str) -> _Record:
    """A record with another text in one of its fields."""
    changes: dict[str, Any] = {field: replace(getattr(record, field), text=text)}
    return replace(record, **changes)


def _is_doubtful(entry: Entry, number: float | None, threshold: float) -> bool:
    """Whether something is printed that is no number, or that the engine was unsure of."""
    return bool(entry) and (number is None or entry.confidence < threshold)


def other_numbers(text: str, parse: Callable[[str], float | None]) -> Iterator[tuple[str, float]]:
    """Yield the plausible readings of a text that are other numbers than it is, with these numbers."""
    own = parse(text)
    for reading in plausible_readings(text):
        number = parse(reading)
        if number is not None and number != own:
            yield reading, number


def _only_one(found: Iterable[tuple[Misreading, float]]) -> Misreading | None:
    """The misreading, if all that were found are of one field and give one number."""
    distinct = {(one.where, one.field, number): one for one, number in found}
    return next(iter(distinct.values())) if len(distinct) == 1 else None
