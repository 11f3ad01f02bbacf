"""What an indicator row says against itself. ``INDICATOR_CHECKS`` lists the checks, one function per finding code.

The rules of scoring are those of 《项目支出绩效评价管理办法》(财预〔2020〕10号) on self-evaluation: a quantitative
indicator that reaches its target gets all its points, else the share of the target that was reached; a
qualitative one gets 80 to 100 % of them where it was reached (达成), 60 (in some regions 50) to 80 % where it was
reached in part, less where it was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from workbench.checks.wording import BLANK_CELL, attained
from workbench.findings import FINDINGS
from workbench.judging import Judged
from workbench.model import BLANK, Finding
from workbench.values import PLACEHOLDERS, normalise, printed_margin, relative_margin

FAR_EXCEEDED = 1.3
"""Attainment above which a target counts as set too low: more than 30 % beyond it."""

LEAST_SHARE_OF_REACHED = 0.8
"""A qualitative indicator that was reached earns at least this share of its points."""

NO_REASON = PLACEHOLDERS | {"0", "无偏差", "无。", "不涉及"}
"""What forms print in the column of reasons where there is none; a spreadsheet turns a blank into 0."""

IndicatorCheck = Callable[[Judged], Iterable[Finding]]


def score_exceeds_weight(row: Judged) -> Iterator[Finding]:
    """``score-exceeds-weight``: an indicator has more points than it can have.

    Source: by definition the weight (分值) is the most that a row can score.
    """
    if row.weight is not None and row.score is not None and row.score > row.weight:
        statement = FINDINGS["score-exceeds-weight"].says("indicator", score=row.score, weight=row.weight)
        yield row.finding(statement, "score", row.weight, row.score)


def percent_as_fraction(row: Judged) -> Iterator[Finding]:
    """``percent-as-fraction``: 1 or 0.95 beside a percentage, read as 100 % or 95 %.

    Source: entry systems keep sign, number and unit apart, and a percentage typed into a spreadsheet comes out so.
    """
    if row.actual.as_fraction and row.actual.value is not None:
        found = (row.row.actual or BLANK).text
        statement = FINDINGS["percent-as-fraction"].says(
            actual=found, percent=row.actual.value, target=row.row.target.text
        )
        yield row.finding(statement, "actual", f"{row.actual.value:g}%", found)


def met_but_points_lost(row: Judged) -> Iterator[Finding]:
    """``met-but-points-lost``: by the form's own values the target is met, and points are deducted.

    Source: a target that is reached earns all points; a qualitative one may lose up to a fifth of them (info).
    """
    if not row.verdict.met or not row.weight or row.score is None or row.score >= row.weight:
        return
    allowed = row.target.kind == "text" and row.score >= LEAST_SHARE_OF_REACHED * row.weight - 1e-9
    statement = FINDINGS["met-but-points-lost"].says(
        "qualitative" if allowed else "points", lost=row.weight - row.score
    )
    yield row.finding(statement, "score", row.weight, row.score)


def missed_but_full_points(row: Judged) -> Iterator[Finding]:
    """``missed-but-full-points``: by the form's own values the target is missed, and no point is deducted.

    Source: a target that is missed earns the share that was reached, a qualitative one at most 80 %.
    """
    if row.verdict.met is False and row.weight and row.score is not None and row.score >= row.weight:
        statement = FINDINGS["missed-but-full-points"].says()
        yield row.finding(statement, "score", f"低于{row.weight:g}", row.score)


def score_not_proportional(row: Judged) -> Iterator[Finding]:
    """``score-not-proportional``: a missed numeric target whose score is not attainment × weight.

    Source: 未完成指标值的，按照完成值与指标值的比例记分 (完成值 ÷ 指标值, or 指标值 ÷ 完成值 where less is better).
    The printed actual and score stand for everything that rounds to them.
    """
    share, entry = row.verdict.attainment, row.row.score
    if row.verdict.met is not False or share is None or row.weight is None or row.score is None or entry is None:
        return
    if row.score >= row.weight:
        return  # reported as full or too many points
    slack = share * relative_margin((row.row.actual or BLANK).text) * row.weight + printed_margin(entry.text) + 1e-9
    computed = max(0.0, min(share, 1.0)) * row.weight
    if abs(computed - row.score) > slack:
        statement = FINDINGS["score-not-proportional"].says(share=attained(share), computed=computed, score=row.score)
        yield row.finding(statement, "score", f"{computed:.2f}", row.score)


def target_far_exceeded(row: Judged) -> Iterator[Finding]:
    """``target-far-exceeded``: attainment above 130 %: the target may have been set too low.

    Source: 对完成值高于指标值较多的，要分析原因，如果是由于年初指标值设定明显偏低造成的，要按照偏离度适度调减分值.
    """
    share = row.verdict.attainment
    if share is not None and share > FAR_EXCEEDED and row.target.op in (">=", ">"):
        statement = FINDINGS["target-far-exceeded"].says(share=share)
        found = (row.row.actual or BLANK).text
        yield row.finding(statement, "target", row.row.target.text, found)


def missing_reason(row: Judged) -> Iterator[Finding]:
    """``missing-reason``: points are lost or the target is missed, and the form's column for reasons is blank.

    Source: the column's own heading, 偏差原因分析及改进措施 or 未完成原因分析.
    """
    lost = row.weight is not None and row.score is not None and row.score < row.weight
    reason = row.row.deviation
    if (lost or row.verdict.met is False) and reason is not None and normalise(reason.text) in NO_REASON:
        statement = FINDINGS["missing-reason"].says()
        yield row.finding(statement, "deviation", "偏差原因", reason.text or BLANK_CELL)


def unknown_unit(row: Judged) -> Iterator[Finding]:
    """``unknown-unit``: target and actual cannot be compared because of their units.

    Source: two units measure the same thing, or one of them is missing and leaves no doubt; else nothing is assumed.
    """
    if row.target.kind != "number" or row.actual.unit_known:
        return
    target, found = row.row.target.text, (row.row.actual or BLANK).text
    kind = FINDINGS["unknown-unit"]
    if row.actual.value is None:
        statement = kind.says("percent-or-fraction", actual=found, target=target)
    elif row.target.unit is None:
        statement = kind.says("target-without-unit", actual=found, target=target)
    else:
        statement = kind.says("not-convertible", actual=found, target=target)
    yield row.finding(statement, "actual", row.target.unit or "与完成值相同的单位", found)


def duplicate_indicators(rows: Sequence[Judged]) -> list[Finding]:
    """``duplicate-indicator``: two rows of one goal and one level have the same name.

    Source: the three levels and the name are what tells indicators apart.
    """
    seen: dict[tuple[object, ...], list[Judged]] = defaultdict(list)
    for row in rows:
        if row.row.name:
            seen[row.row.goal_no, row.row.level1.text, row.row.level2.text, row.row.name.text].append(row)
    return [
        later.finding(FINDINGS["duplicate-indicator"].says(first=first.number), "name", "不同名", later.row.name.text)
        for first, *others in seen.values()
        for later in others
    ]


INDICATOR_CHECKS: tuple[IndicatorCheck, ...] = (
    score_exceeds_weight,
    percent_as_fraction,
    met_but_points_lost,
    missed_but_full_points,
    score_not_proportional,
    target_far_exceeded,
    missing_reason,
    unknown_unit,
)
_CONTRADICTIONS: tuple[IndicatorCheck, ...] = (
    score_exceeds_weight,
    met_but_points_lost,
    missed_but_full_points,
    score_not_proportional,
    missing_reason,
)


def contradicts_itself(row: Judged) -> bool:
    """Whether the row's points do not fit its target, its actual and its reason."""
    return any(finding.severity != "info" for check in _CONTRADICTIONS for finding in check(row))
