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
)


@dataclass(frozen=True, slots=True)
class Judged:
    """An indicator with its number in the form and its parsed values."""

    number: int
    row: Indicator
    target: Target
    actual: Actual
    verdict: Verdict
    weight: float | None
    score: float | None

    @property
    def title(self) -> str:
        """How messages call the row: by its name, or by its second level on forms that name no third."""
        return f"第{self.number}个指标“{(self.row.name.text or self.row.level2.text)[:30]}”"

    def finding(self, statement: Statement, field: str, expected: object = None, found: object = None) -> Finding:
        """A finding about a field of the row, on the page that the field stands on."""
        entry: Entry | None = getattr(self.row, field)
        page = page_of(entry or BLANK) or page_of(self.row.name)
        of_row = statement.of(self.title)
        return of_row.about("indicators", self.number, field, page, _text(expected), _text(found))


def judged_indicators(form: Form) -> list[Judged]:
    """Every indicator of a form with its values parsed and judged."""
    judged = []
    for number, row in enumerate(form.indicators, start=1):
        target = parse_target(row.target.text, year=form.year)
        actual_text = (row.actual or BLANK).text
        actual = parse_actual(actual_text, target, form.year)
        verdict = judge(target, actual_text, actual, form.year)
        weight, score = (parse_points((entry or BLANK).text) for entry in (row.weight, row.score))
        judged.append(Judged(number, row, target, actual, verdict, weight, score))
    return judged


def page_of(entry: Entry) -> int | None:
    """The page that a value was read from, the first of several."""
    return entry.cells[0].page if entry.cells else None


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)
