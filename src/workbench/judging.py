"""Indicators judged: what a row's texts mean, and whether its target was met. For tables and checks alike."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.findings import Statement
from workbench.model import BLANK, Entry, Finding, Form, Indicator
from workbench.values import (
    Actual,
    Target,
    Verdict,
    judge,
    parse_actual,
    parse_points,
    parse_target,
    parse_weight,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """An indicator with its parsed values.

    Attributes:
        number: its number in the form, from 1.
        row: its entries.
        target: what its target was parsed to.
        actual: what its actual value was parsed to, in the unit of the target where they can be compared.
        verdict: whether the target was met, and how far it was reached.
        weight: the most points that it can have; None: no number.
        score: the points that it has; None: no number.
    """

    number: int
    row: Indicator
    target: Target
    actual: Actual
    verdict: Verdict
    weight: float | None
    score: float | None

    @property
    def title(self) -> str:
        """The name of the row in messages: its number and name, or its second level where it has no third."""
        return f"第{self.number}个指标“{(self.row.name.text or self.row.level2.text)[:30]}”"

    def finding(self, statement: Statement, field: str, expected: object = None, found: object = None) -> Finding:
        """Make a finding about a field of the row, on the page of the field.

        Args:
            statement: the wording.
            field: the field, as the model names it.
            expected: the value that would be right.
            found: the value that is printed.
        """
        entry: Entry | None = getattr(self.row, field)
        page = page_of(entry or BLANK) or page_of(self.row.name)
        of_row = statement.of(self.title)
        return of_row.about("indicators", self.number, field, page, _text(expected), _text(found))


def judged_indicators(form: Form) -> list[Judged]:
    """Parse and judge every indicator of a form."""
    judged = []
    for number, row in enumerate(form.indicators, start=1):
        target = parse_target(row.target.text, year=form.year)
        actual_text = (row.actual or BLANK).text
        actual = parse_actual(actual_text, target, form.year)
        verdict = judge(target, actual_text, actual, form.year)
        weight, score = parse_weight((row.weight or BLANK).text), parse_points((row.score or BLANK).text)
        judged.append(Judged(number, row, target, actual, verdict, weight, score))
    return judged


def page_of(entry: Entry) -> int | None:
    """Return the page of a value, the first of several; None: it has no cell."""
    return entry.cells[0].page if entry.cells else None


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)
