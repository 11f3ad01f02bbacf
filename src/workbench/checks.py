"""Checks: what a form says against itself, and where the machine is unsure. One small function per finding code.

A check reads, reports and changes nothing. Amounts are compared as printed: a printed figure stands
for everything that rounds to it, so each comparison allows half a unit of the last printed digit.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from workbench.form.assemble import entries_of
from workbench.judging import NUMBER_FIELDS, Judged, judged_indicators, page_of
from workbench.model import BLANK, Budget, Entry, Finding, Form, Severity
from workbench.values import normalise, parse_amount, parse_fraction, parse_number

FAR_EXCEEDED = 1.3
"""Attainment above which a target counts as set too low: more than 30 % beyond it."""

LONGEST_QUANTITY = 12
"""A quantity with its unit is not longer than this; a longer text is a statement."""

NOTHING = frozenset({"", "-", "—", "--", "——", "/", "无"})
"""What forms print where there is no value."""

FIELD_NAMES = {
    "department": "部门名称",
    "project": "项目名称",
    "unit": "实施单位",
    "total_weight": "总分值",
    "total_score": "总得分",
    "conclusion": "自评结论",
    "funds": "资金类别",
    "initial": "年初预算数",
    "adjusted": "全年预算数",
    "executed": "全年执行数",
    "execution_rate": "执行率",
    "weight": "分值",
    "score": "得分",
    "deviation": "偏差原因",
    "goal": "年度绩效目标",
    "number": "目标序号",
    "goal_label": "所属目标",
    "actual": "实际完成值",
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "target": "年度指标值",
}


def check_form(form: Form, review_threshold: float) -> list[Finding]:
    """All findings about a form: those of the reconstruction, and those of every check."""
    rows = judged_indicators(form)
    findings = list(form.notes)
    findings += low_confidence(form, review_threshold)
    findings += [finding for check in FORM_CHECKS for finding in check(form)]
    findings += weights_do_not_add_up(form, rows) + scores_do_not_add_up(form, rows)
    findings += [finding for row in rows for check in INDICATOR_CHECKS for finding in check(row)]
    findings += duplicate_indicators(rows)
    return findings


def low_confidence(form: Form, threshold: float) -> Iterator[Finding]:
    """``low-confidence``: a field whose least sure character, border or second read is below the threshold."""
    reported: set[tuple[object, ...]] = set()
    for table, number, field, entry in entries_of(form):
        # A merged level label is one doubt, not one for each row it covers.
        if entry.confidence >= threshold or (entry.cells and (field, entry.cells) in reported):
            continue
        reported.add((field, entry.cells))
        what = f"“{entry.text[:40]}”" if entry.text else "有笔迹但未能识别"
        message = f"{_name(field)}{what}识别把握不足（{entry.confidence:.2f}），请对照原件"
        yield Finding(
            "low-confidence",
            "warning",
            message,
            table,
            number or None,
            field,
            page_of(entry),
            f"{threshold:.2f}",
            f"{entry.confidence:.2f}",
        )


def unmapped_cells(form: Form) -> Iterator[Finding]:
    """``unmapped-cell``: text in the table that belongs to no field."""
    for entry in form.unmapped:
        yield Finding(
            "unmapped-cell",
            "warning",
            f"单元格“{entry.text[:40]}”未能归入任何字段，请核对",
            None,
            None,
            None,
            page_of(entry),
            None,
            entry.text,
        )


def not_a_number(form: Form) -> Iterator[Finding]:
    """``not-a-number``: a column of numbers holds something that is none; the value is null in the tables."""
    for table, number, field, entry in entries_of(form):
        parse = NUMBER_FIELDS.get((table, field))
        if parse is None or normalise(entry.text) in NOTHING or parse(entry.text) is not None:
            continue
        message = f"{_name(field)}“{entry.text[:40]}”不是数字，表中留空，请对照原件"
        yield Finding("not-a-number", "error", message, table, number or None, field, page_of(entry), None, entry.text)


def missing_values(form: Form) -> Iterator[Finding]:
    """``missing-value``: the form has the column or line, and nothing is printed in it."""
    if not form.department:
        yield Finding("missing-value", "warning", "未找到部门名称", "forms", None, "department", form.first_page)
    if form.year is None:
        yield Finding("missing-value", "warning", "未找到年度", "forms", None, "year", form.first_page)
    has_scores = any(row.score is not None for row in form.indicators)
    if has_scores and form.total_score is None:
        message = "未找到总分行，表格可能不完整"
        yield Finding("missing-value", "warning", message, "forms", None, "total_score", form.last_page)
    for number, row in enumerate(form.indicators, start=1):
        for field in ("name", "target", "actual", "weight", "score"):
            entry = getattr(row, field)
            if entry is not None and not entry:
                message = f"第{number}个指标“{row.name.text[:30]}”的{_name(field)}为空"
                yield Finding(
                    "missing-value",
                    "warning",
                    message,
                    "indicators",
                    number,
                    field,
                    page_of(entry) or page_of(row.name),
                )


def goals_out_of_order(form: Form) -> Iterator[Finding]:
    """``goal-missing``: goal numbers skip one, or indicators name a goal that is not there. A page may be missing."""
    numbers = [goal.goal_no for goal in form.goals if goal.number]
    for before, after in pairwise(numbers):
        if after != before + 1:
            message = f"绩效目标序号由{before}跳到{after}，可能缺页或页序有误"
            yield Finding(
                "goal-missing", "warning", message, "goals", None, "goal_no", None, str(before + 1), str(after)
            )
    named = {row.goal_no for row in form.indicators if row.goal_no is not None}
    for number in sorted(named - set(numbers)) if numbers else []:
        message = f"指标表提到绩效目标{number}，但目标表中没有"
        yield Finding("goal-missing", "warning", message, "goals", None, "goal_no", None, str(number), None)


def execution_rate_mismatch(form: Form) -> Iterator[Finding]:
    """``execution-rate-mismatch``: printed rate against executed ÷ adjusted (÷ initial on forms without adjusted).

    Source: 执行率(B/A) in the header of the Ministry of Finance's template.
    """
    for number, line in enumerate(form.budgets, start=1):
        base = line.adjusted if line.adjusted is not None else line.initial
        amount, executed = _amount(base), _amount(line.executed)
        printed = parse_fraction((line.execution_rate or BLANK).text)
        if not amount or executed is None or printed is None:
            continue
        computed = executed / amount
        assert line.execution_rate is not None
        rate = line.execution_rate.text
        is_fraction = "%" not in normalise(rate) and parse_number(rate) == printed
        if abs(computed - printed) > _half_unit(rate) / (1 if is_fraction else 100) + 1e-9:
            message = f"执行率印为{line.execution_rate.text}，按全年执行数÷预算数应为{computed:.2%}"
            yield _budget_finding("execution-rate-mismatch", number, line, "execution_rate", message, f"{computed:.2%}")


def execution_score_mismatch(form: Form) -> Iterator[Finding]:
    """``execution-score-mismatch``: printed score against rate × weight, capped at the weight.

    Source: the usual rule of published scoring notes (预算执行率×分值).
    """
    for number, line in enumerate(form.budgets, start=1):
        weight, score = _number(line.weight), _number(line.score)
        rate = parse_fraction((line.execution_rate or BLANK).text)
        if weight is None or score is None or rate is None or line.score is None:
            continue
        computed = min(rate, 1.0) * weight
        if abs(computed - score) > _half_unit(line.score.text) + 0.0005 * weight + 1e-9:
            message = f"预算执行得分印为{line.score.text}，按执行率×分值应为{computed:.2f}"
            yield _budget_finding("execution-score-mismatch", number, line, "score", message, f"{computed:.2f}")


def budget_score_exceeds_weight(form: Form) -> Iterator[Finding]:
    """``score-exceeds-weight`` in the budget section."""
    for number, line in enumerate(form.budgets, start=1):
        weight, score = _number(line.weight), _number(line.score)
        if weight is not None and score is not None and score > weight:
            message = f"预算执行得分{score:g}高于分值{weight:g}"
            yield _budget_finding("score-exceeds-weight", number, line, "score", message, f"{weight:g}")


def weights_do_not_add_up(form: Form, rows: Sequence[Judged]) -> list[Finding]:
    """``weights-do-not-add-up``: weights of the scored rows, with the budget's, against the stated total."""
    scored = [row for row in rows if row.score is not None or row.row.score is None]
    budget = _number(form.budgets[0].weight) if form.budgets else None
    return _sum_finding("weights-do-not-add-up", "total_weight", "分值", form, [row.weight for row in scored], budget)


def scores_do_not_add_up(form: Form, rows: Sequence[Judged]) -> list[Finding]:
    """``scores-do-not-add-up``: scores of the rows, with the budget's, against the stated total."""
    budget = _number(form.budgets[0].score) if form.budgets else None
    return _sum_finding("scores-do-not-add-up", "total_score", "得分", form, [row.score for row in rows], budget)


def _sum_finding(
    code: str, field: str, what: str, form: Form, values: Iterable[float | None], budget: float | None
) -> list[Finding]:
    entry: Entry | None = getattr(form, field)
    stated = _number(entry)
    known = [value for value in values if value is not None]
    if entry is None or stated is None or not known:
        return []
    with_budget, without = sum(known) + (budget or 0.0), sum(known)
    allowed = _half_unit(entry.text) + 1e-6
    # Some forms state the total of the indicators alone.
    if abs(with_budget - stated) <= allowed or abs(without - stated) <= allowed:
        return []
    message = f"{what}合计不符：各行相加为{with_budget:g}，表中总计为{stated:g}，相差{stated - with_budget:+g}"
    return [Finding(code, "error", message, "forms", None, field, page_of(entry), f"{with_budget:g}", f"{stated:g}")]


def score_exceeds_weight(row: Judged) -> Iterator[Finding]:
    """``score-exceeds-weight``: an indicator has more points than it can have."""
    if row.weight is not None and row.score is not None and row.score > row.weight:
        yield row.finding(
            "score-exceeds-weight", "error", "score", f"得分{row.score:g}高于分值{row.weight:g}", row.weight, row.score
        )


def percent_as_fraction(row: Judged) -> Iterator[Finding]:
    """``percent-as-fraction``: 1 or 0.95 beside a percentage, read as 100 % or 95 %."""
    if row.actual.as_fraction and row.row.actual is not None:
        message = f"完成值“{row.row.actual.text}”按{row.actual.value:g}%理解（目标为{row.row.target.text}）"
        yield row.finding(
            "percent-as-fraction", "info", "actual", message, f"{row.actual.value:g}%", row.row.actual.text
        )


def met_but_points_lost(row: Judged) -> Iterator[Finding]:
    """``met-but-points-lost``: by the form's own values the target is met, and points are deducted."""
    if row.verdict.met and row.weight is not None and row.score is not None and row.score < row.weight:
        message = f"按印刷值已达标，但扣了{row.weight - row.score:g}分"
        yield row.finding("met-but-points-lost", "warning", "score", message, row.weight, row.score)


def missed_but_full_points(row: Judged) -> Iterator[Finding]:
    """``missed-but-full-points``: by the form's own values the target is missed, and no point is deducted."""
    if row.verdict.met is False and row.weight and row.score is not None and row.score >= row.weight:
        message = "按印刷值未达标，但得了满分"
        yield row.finding("missed-but-full-points", "warning", "score", message, None, row.score)


def score_not_proportional(row: Judged) -> Iterator[Finding]:
    """``score-not-proportional``: a missed numeric target whose score is not attainment × weight.

    Source: the usual rule for quantitative indicators in published scoring notes.
    """
    share, entry = row.verdict.attainment, row.row.score
    if row.verdict.met is not False or share is None or row.weight is None or row.score is None or entry is None:
        return
    computed = max(0.0, min(share, 1.0)) * row.weight
    if abs(computed - row.score) > _half_unit(entry.text) + 1e-9:
        message = f"完成比例{share:.1%}，按比例应得{computed:.2f}分，表中为{row.score:g}分"
        yield row.finding("score-not-proportional", "warning", "score", message, f"{computed:.2f}", row.score)


def target_far_exceeded(row: Judged) -> Iterator[Finding]:
    """``target-far-exceeded``: attainment above 130 %: the target may have been set too low."""
    share = row.verdict.attainment
    if share is not None and share > FAR_EXCEEDED and row.target.op in (">=", ">", None):
        message = f"完成值为目标的{share:.1f}倍，目标可能偏低"
        yield row.finding(
            "target-far-exceeded", "info", "target", message, row.row.target.text, (row.row.actual or BLANK).text
        )


def missing_reason(row: Judged) -> Iterator[Finding]:
    """``missing-reason``: points are lost or the target is missed, and the form's column for reasons is blank."""
    lost = row.weight is not None and row.score is not None and row.score < row.weight
    reason = row.row.deviation
    if (lost or row.verdict.met is False) and reason is not None and normalise(reason.text) in NOTHING:
        yield row.finding("missing-reason", "warning", "deviation", "未达标或扣分，但没有说明偏差原因")


def unknown_unit(row: Judged) -> Iterator[Finding]:
    """``unknown-unit``: target and actual cannot be compared because of their units."""
    if row.target.kind == "number" and not row.actual.unit_known:
        found = (row.row.actual or BLANK).text
        yield row.finding(
            "unknown-unit",
            "warning",
            "actual",
            f"完成值“{found}”与目标“{row.row.target.text}”的单位无法换算",
            row.row.target.text,
            found,
        )


def unread_actual(row: Judged) -> Iterator[Finding]:
    """``not-a-number``: beside a numeric target stands a short text with figures that cannot be read as a number."""
    text = (row.row.actual or BLANK).text
    is_short = len(text) <= LONGEST_QUANTITY and any(character.isdigit() for character in text)
    if row.target.kind == "number" and row.actual.value is None and row.actual.unit_known and is_short:
        yield row.finding("not-a-number", "warning", "actual", f"完成值“{text}”未能读成数值，请对照原件", None, text)


def duplicate_indicators(rows: Sequence[Judged]) -> list[Finding]:
    """``duplicate-indicator``: two rows of one goal have the same name."""
    seen: dict[tuple[object, ...], list[Judged]] = defaultdict(list)
    for row in rows:
        if row.row.name:
            seen[row.row.goal_no, row.row.level1.text, row.row.level2.text, row.row.name.text].append(row)
    return [
        later.finding("duplicate-indicator", "info", "name", f"与第{first.number}个指标同名", None, later.row.name.text)
        for first, *others in seen.values()
        for later in others
    ]


FORM_CHECKS: tuple[Callable[[Form], Iterable[Finding]], ...] = (
    unmapped_cells,
    not_a_number,
    missing_values,
    goals_out_of_order,
    execution_rate_mismatch,
    execution_score_mismatch,
    budget_score_exceeds_weight,
)
INDICATOR_CHECKS: tuple[Callable[[Judged], Iterable[Finding]], ...] = (
    score_exceeds_weight,
    percent_as_fraction,
    met_but_points_lost,
    missed_but_full_points,
    score_not_proportional,
    target_far_exceeded,
    missing_reason,
    unknown_unit,
    unread_actual,
)


def _half_unit(printed: str) -> float:
    """Half a unit of the last printed digit: 9.8 stands for 9.75 to 9.85."""
    number = re.search(r"\d+(?:\.(\d+))?", normalise(printed))
    return 0.5 * 10.0 ** -len(number.group(1) or "") if number else 0.0


def _amount(entry: Entry | None) -> float | None:
    return parse_amount(entry.text) if entry is not None else None


def _number(entry: Entry | None) -> float | None:
    return parse_number(entry.text) if entry is not None else None


def _budget_finding(code: str, number: int, line: Budget, field: str, message: str, expected: str) -> Finding:
    entry: Entry = getattr(line, field)
    severity: Severity = "error" if code == "score-exceeds-weight" else "warning"
    return Finding(
        code, severity, f"{line.funds.text}：{message}", "budgets", number, field, page_of(entry), expected, entry.text
    )


def _name(field: str) -> str:
    return FIELD_NAMES.get(field, field)
