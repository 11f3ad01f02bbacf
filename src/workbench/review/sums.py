"""The arithmetic beside a value: what its column adds up to, what the form states, and what its row says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.checks.budgets import AMOUNTS, BUDGET_CHECKS, base_of
from workbench.checks.indicators import INDICATOR_CHECKS
from workbench.checks.totals import (
    budget_points,
    level_weights_do_not_add_up,
    scores_do_not_add_up,
    weights_do_not_add_up,
)
from workbench.checks.uncertain import CellsByKey
from workbench.checks.wording import amount, points
from workbench.fields import field_name
from workbench.findings import Calculation, kind_of
from workbench.judging import Judged, judged_indicators
from workbench.model import BLANK, Finding, Form
from workbench.review.readings import FieldKey

__all__ = ["SumLine", "arithmetic"]


@dataclass(frozen=True, slots=True)
class SumLine:
    """One calculation: what it is called, how it goes, what the form states, and whether the two agree.

    ``agrees`` is None where there is nothing to agree with.
    """

    label: str
    computed: str
    stated: str
    agrees: bool | None
    note: str = ""


def arithmetic(form: Form, place: FieldKey, cells: CellsByKey) -> list[SumLine]:
    """The calculations that a value of the form takes part in, and what the checks say about its row.

    ``cells`` are those of the form's pages, which alone know the points printed in labels. Agreement is judged by the
    checks themselves: a reviewer sees what the next build will say.
    """
    rows = judged_indicators(form)
    lines = [*_totals(form, rows, place, cells)] if place.field in _TOTALS else []
    if place.table == "budgets" and place.record_no and place.record_no <= len(form.budgets):
        lines += _budget(form, place)
    if place.table == "indicators" and place.record_no and place.record_no <= len(rows):
        lines += _indicator(rows[place.record_no - 1])
    return lines


_TOTALS = {"weight": "weight", "total_weight": "weight", "score": "score", "total_score": "score"}


def _totals(form: Form, rows: Sequence[Judged], place: FieldKey, cells: CellsByKey) -> Iterator[SumLine]:
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
    assert place.record_no is not None
    line = form.budgets[place.record_no - 1]
    said = [finding for check in BUDGET_CHECKS for finding in check(form)]
    of_line = [finding for finding in said if finding.record_no == place.record_no]
    wrong = {one for finding in of_line for one in kind_of(finding.code).calculations}
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
    if place.field in AMOUNTS and len(form.budgets) > 1:
        first, *parts = form.budgets
        values = [value for part in parts if (value := amount(getattr(part, place.field))) is not None]
        stated = getattr(first, place.field)
        agrees = not any("amounts" in kind_of(one.code).calculations and one.field == place.field for one in said)
        if stated and values:
            label = f"{field_name(place.field)}各项"
            yield SumLine(label, f"{' + '.join(map(_number, values))} = {_number(sum(values))}", stated.text, agrees)
    yield from _remarks(of_line, but={"execution-rate", "execution-score", "amounts"})


def _indicator(row: Judged) -> Iterator[SumLine]:
    if row.weight is not None and row.score is not None:
        sign = "≤" if row.score <= row.weight else ">"
        yield SumLine(
            "本行", f"得分 {_number(row.score)} {sign} 分值 {_number(row.weight)}", "", row.score <= row.weight
        )
    if row.verdict.attainment is not None:
        verdict = {True: "达标", False: "未达标", None: "不能判定"}[row.verdict.met]
        target, actual = row.row.target.text, (row.row.actual or BLANK).text
        yield SumLine("完成比例", f"目标 {target}，完成 {actual}：{row.verdict.attainment:.1%}，{verdict}", "", None)
    yield from _remarks((finding for check in INDICATOR_CHECKS for finding in check(row)), but={"points"})


def _remarks(findings: Iterable[Finding], but: set[Calculation]) -> Iterator[SumLine]:
    """What findings say, but for those about a calculation that has a line of its own."""
    for finding in findings:
        if not kind_of(finding.code).calculations & but:
            message = finding.message.partition("：")[2] or finding.message
            yield SumLine("", message, "", None if finding.severity == "info" else False)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.10g}"
