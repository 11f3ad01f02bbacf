"""Writes what a form says in sentences: each from the data, none where the data does not support it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.selection import Tables
from workbench.analysis.summary import form_summary
from workbench.analysis.wording import number, percent, shorten

NAME_COLUMNS = 44
"""Width of an indicator's name in a sentence, in half-width columns."""


def key_points(form: Tables) -> list[str]:
    """Write the sentences under the key figures of one form, the most important first.

    Takes the tables of one form; without a form there is one sentence that says so.
    """
    if form.forms.empty:
        return ["数据集中没有绩效表，本报告没有可分析的内容。"]
    row = form_summary(form).iloc[0]
    sentences = [
        _score(row),
        _budget(row),
        _points_lost(form, row),
        _gap_of_totals(row),
        _met_but_docked(form.indicators),
        _far_exceeded(form.indicators),
        _unscored(form.indicators),
        _data_check(row),
    ]
    return [sentence for sentence in sentences if sentence]


def goal_label(goal_no: object) -> str:
    """Name a goal by its number: ``目标6``, or 未注明目标 where the form does not say which."""
    return "未注明目标" if pd.isna(goal_no) else f"目标{int(float(goal_no))}"  # type: ignore[call-overload,arg-type]


def _score(row: Any) -> str:
    """The score, full marks and grade."""
    if pd.isna(row["score"]):
        return f"表中没有可用的总得分；{row['indicators']} 项指标中 {row['unscored']} 项没有得分。"
    origin = "自评得分" if row["score_stated"] else "表上没有总分，按各行合计得分"
    return f"{origin} {number(row['score'])} 分（满分 {number(row['full'])}），等级“{row['grade'] or '无法评定'}”。"


def _budget(row: Any) -> str:
    """The execution rate with its amounts, and the change of the budget during the year."""
    if pd.isna(row["execution_rate"]):
        return "表中没有可以计算预算执行率的金额。"
    unit = "" if pd.isna(row["amount_unit"]) else f" {row['amount_unit']}"
    sentence = f"预算执行率 {percent(row['execution_rate'])}"
    base = row["adjusted"] if pd.notna(row["adjusted"]) else row["initial"]
    if pd.notna(row["executed"]) and pd.notna(base):
        sentence += f"：预算 {number(base)}{unit}，执行 {number(row['executed'])}{unit}"
    if pd.notna(row["adjustment_rate"]) and row["adjustment_rate"]:
        change = "增加" if row["adjustment_rate"] > 0 else "减少"
        sentence += f"；预算比年初{change} {percent(abs(row['adjustment_rate']))}"
    return sentence + "。"


def _points_lost(form: Tables, row: Any) -> str:
    """In how many places points were lost, and which goal lost most of them."""
    losses = measures.points_lost(form.budgets, form.indicators)
    if losses.empty:
        return "" if pd.isna(row["points_lost"]) else "各行均得满分，没有扣分。"
    sentence = f"共 {len(losses)} 处扣分，合计 {number(losses['lost'].sum())} 分"
    of_goals = losses.dropna(subset=["goal_no"]).groupby("goal_no")["lost"].sum()
    if len(of_goals) and form.indicators["goal_no"].nunique() > 1:
        worst = of_goals.idxmax()
        share = of_goals.max() / losses["lost"].sum()
        sentence += f"，其中{goal_label(worst)}扣 {number(of_goals.max())} 分（占 {percent(share, 0)}）"
    return sentence + "。"


def _gap_of_totals(row: Any) -> str:
    """Which stated totals differ from the sums of the rows, and by how many points."""
    parts = [
        f"{label}自报 {number(row[f'stated_{name}'])}，各行相加 {number(row[f'added_{name}'])}，"
        f"相差 {number(abs(row[f'{name}_gap']))}"
        for name, label in (("weight", "分值"), ("score", "得分"))
        if pd.notna(row[f"{name}_gap"]) and abs(row[f"{name}_gap"]) > measures.POINT_TOLERANCE
    ]
    return f"合计与明细不符：{'；'.join(parts)}。" if parts else ""


def _met_but_docked(indicators: pd.DataFrame) -> str:
    """How many indicators were met and yet lost points, with the first of them."""
    docked = measures.met_but_docked(indicators)
    if docked.empty:
        return ""
    first = docked.iloc[0]
    example = f"“{shorten(str(first['name']), NAME_COLUMNS)}”（目标 {first['target']}，实际 {first['actual']}，"
    example += f"得 {number(first['score'])}/{number(first['weight'])} 分）"
    return f"{len(docked)} 项指标已达成却被扣分，如{example}。"


def _far_exceeded(indicators: pd.DataFrame) -> str:
    """How many indicators went far beyond their target: floors far exceeded, ceilings hardly used."""
    beyond = measures.far_exceeded(indicators)
    if beyond.empty:
        return ""
    is_ceiling = beyond["op"].isin(["<=", "<"])
    floors, ceilings = beyond[~is_ceiling], beyond[is_ceiling]
    parts = []
    if len(floors):
        most = floors.iloc[0]
        name = shorten(str(most["name"]), NAME_COLUMNS)
        parts.append(f"{len(floors)} 项超出目标 30% 以上，最高的“{name}”达到目标的 {number(most['attainment'], 1)} 倍")
    if len(ceilings):
        most = ceilings.iloc[0]
        name = shorten(str(most["name"]), NAME_COLUMNS)
        parts.append(f"{len(ceilings)} 项远低于上限，最低的“{name}”只用了上限的 {percent(1 / most['attainment'])}")
    return f"目标值可能定得过宽：{'；'.join(parts)}。"


def _unscored(indicators: pd.DataFrame) -> str:
    """How many indicators have no score, with the first three; nothing where none of them has one."""
    blank = measures.unscored(indicators)
    if blank.empty or len(blank) == len(indicators):
        return ""
    names = "、".join(f"“{shorten(str(name), NAME_COLUMNS)}”" for name in blank["name"].head(3))
    return f"{len(blank)} 项指标没有评分：{names}{'等' if len(blank) > 3 else ''}。"


def _data_check(row: Any) -> str:
    """How many findings the form has, with the advice to look at them before quoting it."""
    if not row["error"] and not row["warning"] and not row["review"]:
        return ""
    return (
        f"数据核对：有 {row['error']} 个错误、{row['warning']} 个警告、{row['info']} 个提示，引用前请看文末的问题清单。"
    )
