"""Draws the charts of one form: goals, points lost, budget, score rates by kind, causes of deviation.

Each function takes the tables of one form and gives a matplotlib figure. The title says what the chart
found, the note below gives unit and source, and ``style.alt_text`` gives the sentence for those who cannot
see it. Where there is nothing to show, the figure says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from workbench.analysis import causes, measures, style
from workbench.analysis.comparison import score_bounds
from workbench.analysis.field_states import OPEN, with_states
from workbench.analysis.heat_map import heat_map
from workbench.analysis.narrative import goal_label, points_reservation, why_no_points, with_sure_names
from workbench.analysis.points import point_rows
from workbench.analysis.selection import Tables, counted, department_names, form_years
from workbench.analysis.style import BLUE, GREY, HATCH, INK, LABEL_COLUMNS, ORANGE, PALE, RED, label_rows, styled
from workbench.analysis.summary import form_summary
from workbench.analysis.wording import but, category, number, percent, shorten

MOST_ROWS = 60
"""Most rows of one chart; a chart with more cannot be read."""

GAP_TOLERANCE = 1e-3
"""Points between full marks and score that the rows may leave unexplained before the chart shows them."""

AMOUNTS = {"initial": "年初预算数", "adjusted": "全年预算数（调整后）", "executed": "全年执行数"}
"""The amounts of a budget with their labels, in the order in which they come about."""


def source_note(form: Tables) -> str:
    """Write where the numbers of a form's chart come from: department, year, title, source file."""
    if form.forms.empty:
        return "资料来源：无"
    names = dict.fromkeys(str(name) for name in form.documents["source"])
    year = int(form_years(form.forms).iloc[0])
    of_year = f"{year} 年度" if year else "年度不明的"
    title = form.forms.iloc[0]["title"]
    title = "绩效自评表" if pd.isna(title) or not title else str(title)
    return f"资料来源：{department_names(form.forms).iloc[0]}{of_year}{title}（{'、'.join(names) or '文件不明'}）"


@styled
def goal_completion(form: Tables) -> Figure:
    """Draw the score rate of every goal, with how many of its indicators were met and missed.

    Where the form has no goals, there is a bar for every value of ``level1``.
    """
    by = "goal_no" if form.indicators["goal_no"].notna().any() else "level1"
    table = measures.score_rate(form.indicators, [by]).reset_index()
    if table.empty:
        return style.empty("各目标完成情况", "表中没有指标")
    rows = table.head(MOST_ROWS).iloc[::-1].reset_index(drop=True)
    figure, axes = style.canvas(1.4 + 0.46 * len(rows))
    _draw_score_rates(axes, rows)
    texts = dict(zip(form.goals["goal_no"], form.goals["goal"], strict=True))
    label_rows(axes, [_goal_with_text(value, texts) if by == "goal_no" else category(value) for value in rows[by]])
    axes.set_xlim(0, 2.1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_xlabel("得分率（得分 ÷ 分值）", loc="left", fontsize=9)
    title = _completion_title(table, by, points_reservation(form, point_rows(form)))
    alt = f"条形图：各{_grouping_word(by)}的得分率。{title}。"
    return style.finish(figure, title, alt, f"单位：%。未评分的指标不计入得分率。{source_note(form)}")


def _draw_score_rates(axes: Axes, rows: pd.DataFrame) -> None:
    """A bar for each row of :func:`measures.score_rate`, blue for full marks, with its counts written beside it."""
    rate = rows["score_rate"]
    full = rate >= 1 - measures.POINT_TOLERANCE
    axes.barh(rows.index, 1.0, color=PALE, height=0.62)
    axes.barh(rows.index[full], rate[full].clip(upper=1), color=BLUE, height=0.62)
    short = (~full) & rate.notna()
    axes.barh(rows.index[short], rate[short].clip(lower=0), color=ORANGE, height=0.62, hatch=HATCH, edgecolor=INK, lw=0)
    for place, row in enumerate(rows.to_dict("records")):
        scored = "无得分率" if pd.isna(row["score_rate"]) else percent(row["score_rate"])
        counts = f"达成 {row['met']} · 未达成 {row['missed']} · 难以判定 {row['undecided']}"
        counts += f"\n扣 {number(row['lost'])} 分" if row["lost"] > measures.POINT_TOLERANCE else ""
        axes.text(1.02, place, scored, va="center")
        axes.text(1.24, place, counts, va="center", fontsize=9, color=RED if row["missed"] else INK)


def _completion_title(table: pd.DataFrame, by: str, reservation: str) -> str:
    """The chart's title: how many goals got full marks, which one has the lowest score rate, and what is not sure."""
    groups = f"{len(table)} 个{_grouping_word(by)}"
    full = int((table["score_rate"] >= 1 - measures.POINT_TOLERANCE).sum())
    scored = int(table["score_rate"].count())
    if not scored:
        return f"{groups}都没有可用的评分" + (f"（{reservation}）" if reservation else "")
    read = "读出的行都" if reservation else ""
    title = f"{groups}中 {full} 个{read}得满分" + (f"（{reservation}）" if reservation else "")
    if full < scored:
        worst = table.sort_values("score_rate", kind="stable").iloc[0]
        name = goal_label(worst[by]) if by == "goal_no" else category(worst[by])
        title += f"；{name}最低，得分率 {percent(worst['score_rate'])}，{int(worst['missed'])} 项未达成"
    return title


def _grouping_word(by: str) -> str:
    """What the bars stand for: goals, or values of ``level1``."""
    return "目标" if by == "goal_no" else "一级指标"


def _goal_with_text(goal_no: object, texts: dict[object, object]) -> str:
    """The label of a goal: its number, and what the form says of it, if anything."""
    text = texts.get(goal_no)
    return f"{goal_label(goal_no)} {text}" if isinstance(text, str) and text else goal_label(goal_no)


@styled
def score_waterfall(form: Tables, most: int = 15) -> Figure:
    """Draw the way from full marks to the score: every place where points were lost, most first.

    Beyond the first ``most`` places the losses are summed up in one step. Points that the rows do not
    account for are a step of their own.
    """
    if form.forms.empty:
        return style.empty("得分与扣分", "没有绩效表")
    row = form_summary(form).iloc[0]
    losses = measures.points_lost(form.budgets, with_sure_names(form))
    if pd.isna(row["score_rate"]):
        return style.empty("得分与扣分", why_no_points(point_rows(form)) or "总分、得分或满分不全，或未能读出")
    steps = [(_loss_label(loss), float(loss["lost"])) for _, loss in losses.head(most).iterrows()]
    if len(losses) > most:
        steps.append((f"其余 {len(losses) - most} 处", float(losses["lost"].iloc[most:].sum())))
    explained = len(steps)
    bounds = score_bounds(form).iloc[0]
    is_doubted = bounds["high"] - bounds["low"] > measures.POINT_TOLERANCE
    gap = float(row["full"] - row["score"] - losses["lost"].sum())
    if abs(gap) > GAP_TOLERANCE:
        unsure = points_reservation(form, point_rows(form))
        open_gap = "待核对的行及差额" if unsure else "待核对的差额"
        steps.append((open_gap if unsure or is_doubted else "明细中找不到的差额", gap))
    figure, axes = style.canvas(1.6 + 0.42 * (len(steps) + 2))
    left = _draw_steps(axes, float(row["full"]), float(row["score"]), [lost for _, lost in steps], explained)
    label_rows(axes, ["满分", *(label for label, _ in steps), "自评得分" if row["score_stated"] else "合计得分"])
    axes.invert_yaxis()
    axes.set_xlabel("分" + ("（横轴不从 0 开始）" if left > 0 else ""), loc="left", fontsize=9)
    doubts = (why_no_points(point_rows(form)), points_reservation(form, point_rows(form)), is_doubted)
    title = _losses_title(row, losses, *doubts)
    alt = f"瀑布图：从满分 {number(row['full'])} 分逐项扣到得分 {number(row['score'])} 分。{title}。"
    return style.finish(figure, title, alt, f"单位：分。{source_note(form)}")


def _draw_steps(axes: Axes, full: float, score: float, steps: list[float], explained: int) -> float:
    """Draw full marks, each step down and the score, all in points; gives the left end of the axis.

    Steps after the first ``explained`` ones are pale: no row of the form accounts for them.
    """
    levels = [full, score, *(full - np.cumsum(steps))]
    span = max(max(levels) - min(levels), 0.03 * max(levels))
    left: float = max(0.0, min(levels) - 0.6 * span)
    axes.barh(0, full - left, left=left, color=GREY, height=0.6)
    axes.text(full, 0, f" {number(full)}", va="center")
    level = full
    for place, lost in enumerate(steps, start=1):
        colour = RED if place <= explained else PALE
        axes.barh(place, lost, left=level - lost, height=0.6, color=colour, hatch=HATCH, edgecolor=INK, lw=0)
        axes.plot([level, level], [place - 0.7, place + 0.3], color=GREY, lw=0.8)
        level -= lost
        sign = "−" if lost > 0 else "+"
        axes.text(level + max(lost, 0), place, f" {sign}{number(abs(lost))}", va="center")
    end = len(steps) + 1
    axes.barh(end, score - left, left=left, color=BLUE, height=0.6)
    axes.text(score, end, f" {number(score)}", va="center", fontsize=12)
    axes.set_xlim(left, max(levels) + 0.2 * span)
    return left


def _losses_title(row: Any, losses: pd.DataFrame, why_none: str, reservation: str, is_doubted: bool) -> str:
    """The chart's title: in how many places the form of this summary row lost points, and where it lost most.

    Or ``why_none`` where no row shows it; ``reservation`` says which rows are not sure, ``is_doubted`` whether a review
    may change the score.
    """
    review = "（待核对）" if is_doubted else ""
    score = f"得分 {number(row['score'])}/{number(row['full'])}{review}"
    if why_none or losses.empty:
        return f"{score}，{why_none or (f'{reservation}，其余各行没有扣分' if reservation else '各行没有扣分')}"
    if reservation:
        return f"{score}；读出 {len(losses)} 处扣分，共 {number(losses['lost'].sum())} 分{but(reservation)}"
    first = losses.iloc[0]
    title = f"{len(losses)} 处共扣 {number(losses['lost'].sum())} 分，得 {number(row['score'])} 分{review}；"
    return title + f"扣得最多的是“{shorten(str(first['name']), 36)}”（−{number(first['lost'])}）"


def _loss_label(loss: pd.Series) -> str:
    """The label of a row of :func:`measures.points_lost`: its name, and its goal, if any."""
    goal = f"（{goal_label(loss['goal_no'])}）" if pd.notna(loss["goal_no"]) else ""
    return f"{shorten(str(loss['name']), 2 * LABEL_COLUMNS - 14)}{goal}"


@styled
def budget_flow(form: Tables) -> Figure:
    """Draw the budget from initial through adjusted to executed, with the execution rate."""
    if form.budgets.empty or form.forms.empty:
        return style.empty("预算执行情况", "表中没有预算数")
    row = form_summary(form).iloc[0]
    amounts = row[list(AMOUNTS)].astype(float)
    if amounts.isna().all():
        return style.empty("预算执行情况", "表中没有可以读出的金额")
    unit = "" if pd.isna(row["amount_unit"]) else str(row["amount_unit"])
    states = measures.budget_totals(with_states(form, "budgets", tuple(AMOUNTS))).iloc[0]
    figure, axes = style.canvas(2.7)
    _draw_amounts(axes, row, amounts, states)
    title = _execution_title(row, unit)
    opened = [label for name, label in AMOUNTS.items() if states[f"{name}_state"] in OPEN]
    title += f"（{'、'.join(opened)}待核对）" if opened else ""
    alt = f"条形图：年初预算、调整后预算与执行数。{title}。"
    return style.finish(figure, title, alt, f"单位：{unit or '表中未注明'}。{source_note(form)}")


def _draw_amounts(axes: Axes, row: Any, amounts: pd.Series, states: pd.Series) -> None:
    """A bar for each amount of the summary row, with its rate beside it; ``states`` are those of its budget line."""
    highest = max(float(amounts.max()), 1e-9)
    for place, (name, colour) in enumerate(zip(AMOUNTS, (PALE, GREY, BLUE), strict=True)):
        amount = amounts[name]
        if pd.isna(amount):
            axes.text(0, place, f" {WHY_NO_AMOUNT[states[f'{name}_state']]}", va="center", color=GREY)
            continue
        axes.barh(place, amount, color=colour, height=0.6, edgecolor=GREY, lw=0.6)
        axes.text(amount + highest * 0.01, place, f"{number(amount)}{_rate_note(name, row)}", va="center")
    axes.invert_yaxis()
    label_rows(axes, list(AMOUNTS.values()))
    axes.set_xlim(0, highest * 1.45)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


WHY_NO_AMOUNT = {"unread": "未能读出", "absent": "表中没有这一栏", "blank": "表中未填"}
"""What stands in place of the bar of an amount that the tables do not have, by its state."""


def _rate_note(name: str, row: Any) -> str:
    """The rate that belongs beside an amount: of execution, or of adjustment."""
    if name == "executed" and pd.notna(row["execution_rate"]):
        return f"（执行率 {percent(row['execution_rate'])}）"
    if name == "adjusted" and pd.notna(row["adjustment_rate"]):
        sign = "+" if row["adjustment_rate"] >= 0 else "−"
        return f"（比年初 {sign}{percent(abs(row['adjustment_rate']))}）"
    return ""


def _execution_title(row: Any, unit: str) -> str:
    """The chart's title: the execution rate, with the budget and the amount executed in ``unit``."""
    rate = row["execution_rate"]
    if pd.isna(rate):
        return "预算金额不全，算不出执行率"
    title = f"预算执行率 {percent(rate)}"
    base = row["adjusted"] if pd.notna(row["adjusted"]) else row["initial"]
    if pd.notna(row["executed"]) and pd.notna(base):
        spaced = f" {unit}" if unit else ""
        title += f"：{number(base)}{spaced or ' '}中执行了 {number(row['executed'])}{spaced}"
    return title


@styled
def score_heat_map(form: Tables, column: str = "level2") -> Figure:
    """Draw the score rate of every goal (down) in every kind of indicator (across).

    ``column`` says what a kind is: ``level1`` or ``level2``. Where the form has no goals, the rows are the
    values of ``level1`` and the columns those of ``level2``.
    """
    by_goal = form.indicators["goal_no"].notna().any()
    keys = ["goal_no" if by_goal else "level1", column if by_goal or column != "level1" else "level2"]
    table = measures.score_rate(form.indicators, keys)
    if table["score_rate"].notna().sum() == 0:
        return style.empty("得分率热力图", why_no_points(point_rows(form)))
    rates, lost = (table[name].unstack(keys[1]) for name in ("score_rate", "lost"))
    kinds = form.indicators.sort_values("level1", key=_order_of_appearance, kind="stable")[keys[1]]
    order = list(dict.fromkeys(kinds.dropna()))
    rates, lost = (frame.reindex(columns=order).head(MOST_ROWS) for frame in (rates, lost))
    labels = [goal_label(value) if by_goal else category(value) for value in rates.index]
    figure = heat_map(rates, labels, lost)
    reservation = points_reservation(form, point_rows(form))
    title = _lowest_cell_title(rates, labels, bool(reservation)) + (f"（{reservation}）" if reservation else "")
    alt = f"热力图：{'目标' if by_goal else '一级指标'}与指标类别的得分率。{title}。"
    has_gaps = rates.isna().to_numpy().any()
    note = "单位：%，下行为所扣分数。" + ("斜线格：没有这类指标，或没有得分率。" if has_gaps else "")
    return style.finish(figure, title, alt, note + source_note(form))


def _lowest_cell_title(rates: pd.DataFrame, labels: list[str], is_partial: bool) -> str:
    """The chart's title: the row and the column of the lowest score rate; of those that were read if not all were."""
    lowest = rates.min().min()
    if lowest >= 1 - measures.POINT_TOLERANCE:
        return "每一类读出得分的行都得满分" if is_partial else "每一类有得分率的指标都得满分"
    down, across = np.argwhere(rates.to_numpy() == lowest)[0]
    return f"失分集中在{labels[down]}的{category(rates.columns[across])}：得分率 {percent(lowest)}"


def _order_of_appearance(column: pd.Series) -> pd.Series:
    """A key to sort a column by: 0 for the value that appears first in it, 1 for the second, and so on."""
    return pd.Series(pd.factorize(column)[0], index=column.index)


@styled
def deviation_causes(tables: Tables) -> Figure:
    """Draw how often each cause of deviation is named, with the points lost where it is.

    Takes any number of forms. Reasons without a known cause are the last bar, pale.
    """
    tables = counted(tables)
    counts = causes.cause_counts(tables)
    if counts.empty:
        return style.empty("偏差原因", "表中没有填写偏差原因")
    known = counts.drop(index=causes.UNKNOWN, errors="ignore")
    counts = pd.concat([known, counts.loc[counts.index == causes.UNKNOWN]])
    figure, axes = style.canvas(1.5 + 0.34 * len(counts))
    has_several_forms = len(tables.forms) > 1
    _draw_causes(axes, counts, has_several_forms)
    total = len(causes.reasons(tables).drop_duplicates(["form_id", "table", "record_no"]))
    title = _causes_title(total, known)
    note = "单位：条。按原因中的词归类，一条可以属于几类；改进措施不计。"
    of_forms = "资料来源：数据集中各绩效表的“偏差原因分析及改进措施”"
    source = of_forms if has_several_forms else source_note(tables)
    return style.finish(figure, title, f"条形图：偏差原因的类别。{title}。", note + source)


def _draw_causes(axes: Axes, counts: pd.DataFrame, has_several_forms: bool) -> None:
    """A bar for each cause, with its reasons, forms and points written beside it."""
    for place, (cause, row) in enumerate(counts.iterrows()):
        colour = PALE if cause == causes.UNKNOWN else BLUE
        axes.barh(place, row["reasons"], height=0.62, color=colour, edgecolor=GREY, lw=0.6)
        words = f" {number(row['reasons'])} 条" + (f"，{number(row['forms'])} 张表" if has_several_forms else "")
        if row["lost"] > measures.POINT_TOLERANCE:
            words += f"；所在行共扣 {number(row['lost'])} 分"
        axes.text(row["reasons"], place, words, va="center", fontsize=9)
    label_rows(axes, [str(cause) for cause in counts.index])
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.set_xlim(0, float(counts["reasons"].max()) * 1.6)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("提到这类原因的条数", loc="left", fontsize=9)


def _causes_title(total: int, known: pd.DataFrame) -> str:
    """The chart's title: how many reasons there are, and the cause named most often.

    Causes named equally often are all in it, at most three.
    """
    if known.empty:
        return f"{total} 条偏差原因都归不了类"
    most = known["reasons"].max()
    top = [str(cause) for cause in known.index[known["reasons"] == most]][:3]
    each = "各 " if len(top) > 1 else ""
    return f"{total} 条偏差原因中，最常提到的是“{'”“'.join(top)}”（{each}{most} 条）"
