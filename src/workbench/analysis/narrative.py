"""Writes what a form says in sentences: each from the data, none where the data does not support it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.comparison import score_bounds
from workbench.analysis.field_states import OPEN, field_states, forms_with_missing_rows, is_open, with_states
from workbench.analysis.points import point_rows, sum_bounds
from workbench.analysis.selection import Tables
from workbench.analysis.summary import form_summary
from workbench.analysis.wording import but, number, percent, shorten, whole
from workbench.fields import AMOUNTS, field_name

NAME_COLUMNS = 44
"""Width of an indicator's name in a sentence, in half-width columns."""

JUDGED_FIELDS = ("target", "actual", "weight", "score")
"""Fields of an indicator that a statement about its target and its points rests on."""


COMPARED_FIELDS = ("target", "actual")
"""Fields of an indicator that a statement about its target alone rests on, whatever became of its points."""


def key_points(form: Tables) -> list[str]:
    """Write the sentences under the key figures of one form, the most important first.

    Takes the tables of one form; without a form there is one sentence that says so. No sentence claims more than the
    tables hold: what was not read, or awaits review, is said to be so, and what cannot be computed is said with why.
    """
    if form.forms.empty:
        return ["数据集中没有绩效表，本报告没有可分析的内容。"]
    row, rows = form_summary(form).iloc[0], point_rows(form)
    indicators = with_sure_names(form)
    sentences = [
        _other_kind(form),
        _another_scan(form),
        _unread_pages(form),
        _score(form, row, rows),
        _budget(form, row),
        _points_lost(form, row, rows),
        _gap_of_totals(form, row, rows),
        _met_but_docked(indicators),
        _far_exceeded(with_sure_names(form, COMPARED_FIELDS)),
        _unscored(form, indicators),
        _open_verdicts(form),
        _data_check(row),
    ]
    return [sentence for sentence in sentences if sentence]


def goal_label(goal_no: object) -> str:
    """Name a goal by its number: ``目标6``, or 未注明目标 where the form does not say which."""
    return "未注明目标" if pd.isna(goal_no) else f"目标{int(float(goal_no))}"  # type: ignore[call-overload,arg-type]


def with_sure_names(form: Tables, rests_on: Sequence[str] = JUDGED_FIELDS) -> pd.DataFrame:
    """Give the indicators of a form with names that can be quoted, and a column ``is_open``.

    In place of a name that awaits review stands the indicator's number. ``is_open`` tells whether a review may change
    one of the fields that a statement ``rests_on``.
    """
    names = field_states(form, "indicators", ("name",))["name"]
    numbered = form.indicators["indicator_no"].map(lambda number: f"第 {whole(number)} 项指标（名称待核对）")
    name = form.indicators["name"].astype(object).mask(names.isin(OPEN), numbered)
    return form.indicators.assign(name=name, is_open=is_open(field_states(form, "indicators", rests_on)))


def points_reservation(form: Tables, rows: pd.DataFrame) -> str:
    """Say of how many rows the points are not certain, such as ``2 行的分值或得分待核对``; empty where all are.

    ``rows`` are those of :func:`workbench.analysis.points.point_rows`.
    """
    states = rows[["weight_state", "score_state"]]
    unread = (states == "unread").any(axis=1)
    doubted = is_open(states) & ~unread
    parts = [f"{int(doubted.sum())} 行的分值或得分待核对"] if doubted.any() else []
    parts += [f"{int(unread.sum())} 行的分值或得分未能读出"] if unread.any() else []
    parts += ["有页面或内容未能读取"] if forms_with_missing_rows(form) else []
    return "，".join(parts)


def why_no_points(rows: pd.DataFrame) -> str:
    """Say why it cannot be computed where a form lost points; empty where one row at least shows weight and score.

    ``rows`` are those of :func:`workbench.analysis.points.point_rows`.
    """
    if (rows["weight"].notna() & rows["score"].notna()).any():
        return ""
    if rows.empty:
        return "表中没有指标和预算行，无法计算扣分"
    for field, label in (("weight", "分值"), ("score", "得分")):
        states = rows[f"{field}_state"]
        if not states.isin(["printed", "doubted"]).any():
            return f"{label}未能读出，无法计算扣分" if (states == "unread").any() else f"表中没有{label}，无法计算扣分"
    return "没有一行同时读得出分值和得分，无法计算扣分"


def _other_kind(form: Tables) -> str:
    """What the form is, where it is no self-evaluation."""
    messages = form.findings.loc[form.findings["code"] == "not-a-self-evaluation", "message"]
    return f"{messages.iloc[0]}。" if len(messages) else ""


def _another_scan(form: Tables) -> str:
    """That another scan of the same form counts in its place."""
    found = form.findings[form.findings["code"] == "duplicate-form"]
    counts_elsewhere = found["expected"].notna() & (found["expected"] != found["form_id"])
    return "这是同一张表的另一份扫描件，统计时不计。" if counts_elsewhere.any() else ""


def _unread_pages(form: Tables) -> str:
    """That rows may be missing from all that follows."""
    return "有页面或内容未能读取，以下只就已读出的各行而言。" if forms_with_missing_rows(form) else ""


def _score(form: Tables, row: Any, rows: pd.DataFrame) -> str:
    """The score, full marks and grade, with the bounds of the score where it awaits review."""
    total = str(field_states(form, "forms", ("total_score",))["total_score"].iloc[0])
    missing = "总得分未能读出" if total == "unread" else "表中没有总得分"
    if pd.isna(row["score"]):
        return f"{missing}，{_why_no_sum(form, row, rows)}。"
    if row["score_stated"]:
        origin = "自评得分"
    else:
        origin = "总得分未能读出，按各行合计得分" if total == "unread" else "表上没有总分，按各行合计得分"
    full = f"满分 {number(row['full'])}" if pd.notna(row["full"]) else "满分无从得知"
    sentence = f"{origin} {number(row['score'])} 分（{full}）"
    bounds = score_bounds(form).iloc[0]
    if bounds["high"] - bounds["low"] > measures.POINT_TOLERANCE:
        low, high = (measures.grade(bounds[end], row["full"]) for end in ("low", "high"))
        grade = f"按得分属“{low}”" if low == high and low else "等级待定"
        return f"{sentence}，待核对：可能在 {number(bounds['low'])} 到 {number(bounds['high'])} 之间，{grade}。"
    if total == "doubted":
        return f"{sentence}，待核对，{_grade(row)}。"
    return f"{sentence}，{_grade(row)}。"


def _grade(row: Any) -> str:
    """The grade by the bounds of the ministry, which the form itself may print or not."""
    return f"按得分属“{row['grade']}”" if row["grade"] else "等级无法评定"


def _why_no_sum(form: Tables, row: Any, rows: pd.DataFrame) -> str:
    """Why the scores of the rows give no sum either."""
    if forms_with_missing_rows(form):
        return "有页面或内容未能读取，各行得分无法合计"
    if not row["unread_scores"] and not rows["score_state"].isin(["printed", "doubted"]).any():
        return "各行也没有得分，无法评定等级"
    blank, unread = ((rows["score_state"] == state).sum() for state in ("blank", "unread"))
    parts = [f"{blank} 行没有评分"] if blank else []
    parts += [f"{unread} 行的得分未能读出"] if unread else []
    return f"{len(rows)} 行中{'、'.join(parts)}，无法合计" if parts else "各行得分不全，无法合计"


def _budget(form: Tables, row: Any) -> str:
    """The execution rate with its amounts, and the change of the budget during the year."""
    lines = measures.budget_totals(with_states(form, "budgets", AMOUNTS))
    states = lines[[f"{field}_state" for field in AMOUNTS]].set_axis(list(AMOUNTS), axis=1)
    opened = [field for field in AMOUNTS if states[field].isin(OPEN).any()]
    named = "、".join(field_name(field) for field in opened)
    if pd.isna(row["execution_rate"]):
        return f"{named}未能读出或待核对，无法计算预算执行率。" if opened else "表中没有可以计算预算执行率的金额。"
    unit = "" if pd.isna(row["amount_unit"]) else f" {row['amount_unit']}"
    sentence = f"预算执行率 {percent(row['execution_rate'])}"
    base = row["adjusted"] if pd.notna(row["adjusted"]) else row["initial"]
    if pd.notna(row["executed"]) and pd.notna(base):
        sentence += f"：预算 {number(base)}{unit}，执行 {number(row['executed'])}{unit}"
        sentence += "" if unit else "（金额单位表中未注明）"
    if pd.notna(row["adjustment_rate"]) and row["adjustment_rate"]:
        change = "增加" if row["adjustment_rate"] > 0 else "减少"
        sentence += f"；预算比年初{change} {percent(abs(row['adjustment_rate']))}"
    return sentence + (f"（{named}待核对）" if opened else "") + "。"


def _points_lost(form: Tables, row: Any, rows: pd.DataFrame) -> str:
    """In how many places points were lost, which goal lost most of them, and how sure the sum is."""
    why = why_no_points(rows)
    if why:
        return f"{why}。"
    places = measures.points_lost(form.budgets, form.indicators)
    reservation = points_reservation(form, rows)
    compared = int((rows["weight"].notna() & rows["score"].notna()).sum())
    if places.empty and not reservation:
        rest = len(rows) - compared
        others = f"；其余 {rest} 行没有分值或得分" if rest else ""
        return f"{f'有分值和得分的 {compared} 行' if rest else '各行'}均得满分，没有扣分{others}。"
    if places.empty:
        return f"{compared} 行读得出分值和得分，其中没有发现扣分；{reservation}，是否扣分不能确定。"
    sentence = f"共 {len(places)} 处扣分，合计 {number(places['lost'].sum())} 分"
    of_goals = places.dropna(subset=["goal_no"]).groupby("goal_no")["lost"].sum()
    if len(of_goals) and form.indicators["goal_no"].nunique() > 1:
        worst = of_goals.idxmax()
        share = of_goals.max() / places["lost"].sum()
        sentence += f"，其中{goal_label(worst)}扣 {number(of_goals.max())} 分（占 {percent(share, 0)}）"
    if reservation:
        most = f"到 {number(row['lost_high'])} 分之间" if pd.notna(row["lost_high"]) else "分以上，上限不能确定"
        sentence += f"；{reservation}，实际扣分在 {number(row['lost_low'])} {most}"
    return sentence + "。"


def _gap_of_totals(form: Tables, row: Any, rows: pd.DataFrame) -> str:
    """Which stated totals differ from the sums of the rows, by how many points, and what the sums count."""
    parts = []
    for field, label in (("weight", "分值"), ("score", "得分")):
        gap, stated, added = row[f"{field}_gap"], row[f"stated_{field}"], row[f"added_{field}"]
        if pd.isna(gap) or abs(gap) <= measures.POINT_TOLERANCE:
            continue
        sums = sum_bounds(rows, field).iloc[0]
        budget = f"（含预算执行 {number(sums['budget'])}）" if pd.notna(sums["budget"]) else ""
        sentence = f"{label}自报 {number(stated)}，{whole(sums['shown'])} 行{budget}相加 {number(added)}"
        total = field_states(form, "forms", (f"total_{field}",)).iloc[0, 0]
        why = [
            f"{whole(sums[state])} 个{word}"
            for state, word in (("doubted", "待核对"), ("unread", "未能读出"))
            if sums[state]
        ]
        why += ["自报数待核对"] if total == "doubted" else []
        why += ["有页面或内容未能读取"] if forms_with_missing_rows(form) else []
        if not why:
            parts.append(f"{sentence}，相差 {number(abs(gap))}")
        elif pd.notna(sums["low"]) and (sums["doubted"] or sums["unread"]):
            between = f"{number(sums['low'])} 到 {number(sums['high'])}"
            parts.append(f"{sentence}{but('、'.join(why))}，合计可能在 {between} 之间")
        else:
            parts.append(f"{sentence}{but('、'.join(why))}，是否相符不能确定")
    if not parts:
        return ""
    head = "合计与明细待核对" if row["gap_is_open"] else "合计与明细不符"
    return f"{head}：{'；'.join(parts)}。"


def _surest_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in their order, those behind the others that a review may change."""
    return rows.sort_values("is_open", kind="stable")


def _of_which_open(rows: pd.DataFrame) -> str:
    """How many of the rows a review may change, for the end of a statement about them."""
    count = int(rows["is_open"].sum())
    return f"（其中 {count} 项待核对）" if count else ""


def _met_but_docked(indicators: pd.DataFrame) -> str:
    """How many indicators were met and yet lost points, with the first of them."""
    docked = _surest_first(measures.met_but_docked(indicators))
    if docked.empty:
        return ""
    first = docked.iloc[0]
    example = f"“{shorten(str(first['name']), NAME_COLUMNS)}”（目标 {first['target']}，实际 {first['actual']}，"
    example += f"得 {number(first['score'])}/{number(first['weight'])} 分{'，待核对' if first['is_open'] else ''}）"
    return f"{len(docked)} 项指标已达成却被扣分{_of_which_open(docked)}，如{example}。"


def _far_exceeded(indicators: pd.DataFrame) -> str:
    """How many indicators went far beyond their target: floors far exceeded, ceilings hardly used."""
    beyond = _surest_first(measures.far_exceeded(indicators))
    if beyond.empty:
        return ""
    is_ceiling = beyond["op"].isin(["<=", "<"])
    floors, ceilings = beyond[~is_ceiling], beyond[is_ceiling]
    parts = []
    if len(floors):
        parts.append(f"{len(floors)} 项超出目标 30% 以上{_of_which_open(floors)}")
        if not floors.iloc[0]["is_open"]:
            most = floors.iloc[0]
            name = shorten(str(most["name"]), NAME_COLUMNS)
            parts[-1] += f"，最高的“{name}”达到目标的 {number(most['attainment'], 1)} 倍"
    if len(ceilings):
        parts.append(f"{len(ceilings)} 项远低于上限{_of_which_open(ceilings)}")
        if not ceilings.iloc[0]["is_open"]:
            most = ceilings.iloc[0]
            name = shorten(str(most["name"]), NAME_COLUMNS)
            parts[-1] += f"，最低的“{name}”只用了上限的 {percent(1 / most['attainment'])}"
    return f"目标值可能定得过宽：{'；'.join(parts)}。"


def _unscored(form: Tables, indicators: pd.DataFrame) -> str:
    """How many indicators have no score on the form, and how many have one that was not read, with the first three.

    Nothing about blanks where no indicator has a score.
    """
    states = field_states(form, "indicators", ("score",))["score"]
    parts = []
    blank, unread = indicators[states == "blank"], indicators[states == "unread"]
    if len(blank) and states.isin(["printed", *OPEN]).any():
        parts.append(f"{len(blank)} 项指标没有评分：{_first_names(blank)}。")
    if len(unread):
        parts.append(f"{len(unread)} 项指标的得分未能读出：{_first_names(unread)}；请对照原件。")
    return "".join(parts)


def _first_names(rows: pd.DataFrame) -> str:
    """The names of the first three rows, as quotations."""
    names = "、".join(f"“{shorten(str(name), NAME_COLUMNS)}”" for name in rows["name"].head(3))
    return f"{names}{'等' if len(rows) > 3 else ''}"


def _open_verdicts(form: Tables) -> str:
    """Of how many indicators a review may still change whether they were met."""
    count = int(is_open(field_states(form, "indicators", ("target", "actual"))).sum())
    return f"{count} 项指标的目标值或完成值待核对或未能读出，达成与否可能随之改变。" if count else ""


def _data_check(row: Any) -> str:
    """How many findings the form has, with the advice to look at them before quoting it."""
    if not row["error"] and not row["warning"] and not row["review"]:
        return ""
    return (
        f"数据核对：有 {row['error']} 个错误、{row['warning']} 个警告、{row['info']} 个提示，引用前请看文末的问题清单。"
    )
