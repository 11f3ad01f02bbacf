"""The sums beside a value: what its column adds up to, what the form states, and what the checks find in its row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.checks.budgets import BUDGET_CHECKS, base_of
from workbench.checks.indicators import INDICATOR_CHECKS
from workbench.checks.totals import (
    budget_points,
    level_weights_do_not_add_up,
    scores_do_not_add_up,
    weights_do_not_add_up,
)
from workbench.checks.uncertain import CellsByKey
from workbench.checks.wording import amount, attained, points
from workbench.fields import AMOUNTS, field_name
from workbench.findings import Calculation, kind_of
from workbench.judging import Judged, judged_indicators
from workbench.model import BLANK, Budget, Finding, Form
from workbench.review.readings import FieldKey

__all__ = ["SumLine", "arithmetic"]


@dataclass(frozen=True, slots=True)
class SumLine:
    """One calculation, in words for the reviewer.

    Attributes:
        label: its name; empty for a remark of a check.
        computed: the calculation and its result, or the remark.
        stated: the result that the form states; empty where it states none.
        agrees: whether the two agree; None where there is nothing to compare.
        note: the difference, or more about it.
    """

    label: str
    computed: str
    stated: str
    agrees: bool | None
    note: str = ""


def arithmetic(form: Form, place: FieldKey, cells: CellsByKey) -> list[SumLine]:
    """The calculations that a value of the form takes part in, and the remarks of the checks about its row.

    ``cells`` are those of the form's pages: only they hold the points that are printed in the labels. Whether a
    calculation agrees is the result of the checks themselves, so that a reviewer sees what the next build will find.
    """
    rows = judged_indicators(form)
    lines = [*_totals(form, rows, place, cells)] if place.field in _TOTALS else []
    if place.table == "budgets" and place.record_no and place.record_no <= len(form.budgets):
        lines += _budget(form, place)
    if place.table == "indicators" and place.record_no and place.record_no <= len(rows):
        lines += _indicator(rows[place.record_no - 1])
    return lines


_TOTALS = {"weight": "weight", "total_weight": "weight", "score": "score", "total_score": "score"}
"""The field that a value's sum adds up, by the value's own field."""


def _totals(form: Form, rows: Sequence[Judged], place: FieldKey, cells: CellsByKey) -> Iterator[SumLine]:
    """The sum of the weights or scores of all indicators and the budget, and the levels whose weights differ."""
    field = _TOTALS[place.field]
    check: Callable[[Form, Sequence[Judged]], list[Finding]]
    check = weights_do_not_add_up if field == "weight" else scores_do_not_add_up
    entries = [getattr(row.row, field) for row in rows]
    values = [value for entry in entries if (value := points(entry)) is not None]
    budget = points(budget_points(form, field))
    stated = getattr(form, f"total_{field}")
    if not values:
        return
    parts = f"{len(values)} 行共 {_number(sum(values))}"
    total = sum(values) + (budget or 0.0)
    computed = f"{parts} + 预算执行 {_number(budget)} = {_number(total)}" if budget is not None else parts
    found, printed = check(form, rows), points(stated)
    agrees = None if printed is None else not found
    difference = f"相差 {printed - total:+g}" if printed is not None and found else ""
    yield SumLine(f"{field_name(field)}合计", computed, (stated or BLANK).text or "无", agrees, difference)
    if field == "weight":
        for finding in level_weights_do_not_add_up(form, rows, cells):
            yield SumLine("层级分值", finding.expected or "", finding.found or "", False, finding.message)


def _budget(form: Form, place: FieldKey) -> Iterator[SumLine]:
    """The calculations of a budget row, those that its column takes part in, and the remarks about the row."""
    assert place.record_no is not None
    findings = [finding for check in BUDGET_CHECKS for finding in check(form)]
    of_line = [finding for finding in findings if finding.record_no == place.record_no]
    wrong = {one for finding in of_line for one in kind_of(finding.code).calculations}
    yield from _execution(form.budgets[place.record_no - 1], wrong)
    if place.field in AMOUNTS and len(form.budgets) > 1:
        yield from _amounts(form, place.field, findings)
    yield from _remarks(of_line, but={"execution-rate", "execution-score", "amounts"})


def _execution(line: Budget, wrong: set[Calculation]) -> Iterator[SumLine]:
    """The execution rate of a budget row and the score for it; ``wrong`` are the calculations that do not agree."""
    base, executed = amount(base_of(line)), amount(line.executed)
    if base and executed is not None:
        rate = executed / base
        computed = f"{_number(executed)} ÷ {_number(base)} = {rate:.2%}"
        if line.execution_rate:
            yield SumLine("执行率", computed, line.execution_rate.text, "execution-rate" not in wrong)
        weight = points(line.weight)
        if weight and line.score:
            computed = f"{rate:.2%} × {_number(weight)} = {min(max(rate, 0), 1) * weight:.2f}"
            yield SumLine("预算执行得分", computed, line.score.text, "execution-score" not in wrong)


def _amounts(form: Form, field: str, findings: Sequence[Finding]) -> Iterator[SumLine]:
    """The sum of an amount over the kinds of funds, beside the total in the first row."""
    first, *parts = form.budgets
    values = [value for part in parts if (value := amount(getattr(part, field))) is not None]
    stated = getattr(first, field)
    agrees = not any("amounts" in kind_of(one.code).calculations and one.field == field for one in findings)
    if stated and values:
        computed = f"{' + '.join(map(_number, values))} = {_number(sum(values))}"
        yield SumLine(f"{field_name(field)}各项", computed, stated.text, agrees)


def _indicator(row: Judged) -> Iterator[SumLine]:
    """Whether an indicator's score is within its weight, how far its target is met, and the remarks about it."""
    if row.weight is not None and row.score is not None:
        relation = "≤" if row.score <= row.weight else ">"
        comparison = f"得分 {_number(row.score)} {relation} 分值 {_number(row.weight)}"
        yield SumLine("本行", comparison, "", row.score <= row.weight)
    if row.verdict.attainment is not None:
        verdict = {True: "达标", False: "未达标", None: "不能判定"}[row.verdict.met]
        target, actual = row.row.target.text, (row.row.actual or BLANK).text
        yield SumLine(
            "完成比例", f"目标 {target}，完成 {actual}：{attained(row.verdict.attainment)}，{verdict}", "", None
        )
    yield from _remarks((finding for check in INDICATOR_CHECKS for finding in check(row)), but={"points"})


def _remarks(findings: Iterable[Finding], but: set[Calculation]) -> Iterator[SumLine]:
    """The messages of findings, except (``but``) those about a calculation that has a line of its own."""
    for finding in findings:
        if not kind_of(finding.code).calculations & but:
            message = finding.message.partition("：")[2] or finding.message
            yield SumLine("", message, "", None if finding.severity == "info" else False)


def _number(value: float | None) -> str:
    """A number as short as it goes, a dash for none.

    >>> _number(9.80), _number(None)
    ('9.8', '—')
    """
    return "—" if value is None else f"{value:.10g}"
