"""The charts of one form. Each takes the tables of one form and gives a matplotlib figure.

The title says what the chart found, the note below its unit and source; ``style.alt_text`` gives
the sentence for those who cannot see it. Nothing to show gives a figure that says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from workbench.analysis import causes, measures, style
from workbench.analysis.narrative import goal_label
from workbench.analysis.selection import Tables, department_names, form_years
from workbench.analysis.style import BLUE, GREY, HATCH, INK, ORANGE, PALE, RED, plain, styled
from workbench.analysis.summary import form_summary
from workbench.analysis.wording import category, number, percent, shorten, wrap_evenly

LABEL_COLUMNS = 34
"""Width of a row's label in half-width columns."""

LEAST_COLUMNS = 5
"""A heat map has room for at least so many columns."""

CROWDED_COLUMNS = 8
"""A heat map with more columns than this has narrow headings in small letters."""

MOST_ROWS = 60
"""More rows than this in one chart cannot be read; the least telling are summed up or left out, and said so."""


def source_note(form: Tables) -> str:
    """Where the numbers of a chart come from: document, department, year."""
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
    """Score rate of every goal (of every level 1 where the form has no goals), with what was met and missed."""
    indicators = form.indicators
    by = "goal_no" if indicators["goal_no"].notna().any() else "level1"
    table = measures.score_rate(indicators, [by]).reset_index()
    if table.empty:
        return style.empty("各目标完成情况", "表中没有指标")
    what = "目标" if by == "goal_no" else "一级指标"
    rows = table.head(MOST_ROWS).iloc[::-1].reset_index(drop=True)
    figure, axes = style.canvas(1.4 + 0.46 * len(rows))
    rate = rows["score_rate"]
    full = rate >= 1 - measures.POINT_TOLERANCE
    axes.barh(rows.index, 1.0, color=PALE, height=0.62)
    axes.barh(rows.index[full], rate[full].clip(upper=1), color=BLUE, height=0.62)
    short = (~full) & rate.notna()
    axes.barh(rows.index[short], rate[short].clip(lower=0), color=ORANGE, height=0.62, hatch=HATCH, edgecolor=INK, lw=0)
    for place, row in enumerate(rows.to_dict("records")):
        points = "未评分" if pd.isna(row["score_rate"]) else percent(row["score_rate"])
        said = f"达成 {row['met']} · 未达成 {row['missed']} · 难以判定 {row['undecided']}"
        said += f"\n扣 {number(row['lost'])} 分" if row["lost"] > measures.POINT_TOLERANCE else ""
        axes.text(1.02, place, points, va="center")
        axes.text(1.24, place, said, va="center", fontsize=9, color=RED if row["missed"] else INK)
    texts = dict(zip(form.goals["goal_no"], form.goals["goal"], strict=True))
    labels = [_group_label(value, texts) if by == "goal_no" else category(value) for value in rows[by]]
    _label_rows(axes, labels)
    axes.set_xlim(0, 2.1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_xlabel("得分率（得分 ÷ 分值）", loc="left", fontsize=9)
    whole, scored = int((table["score_rate"] >= 1 - measures.POINT_TOLERANCE).sum()), int(table["score_rate"].count())
    if scored:
        worst = table.sort_values("score_rate", kind="stable").iloc[0]
        title = f"{len(table)} 个{what}中 {whole} 个得满分"
        if whole < scored:
            name = goal_label(worst[by]) if by == "goal_no" else category(worst[by])
            title += f"；{name}最低，得分率 {percent(worst['score_rate'])}，{int(worst['missed'])} 项未达成"
    else:
        title = f"{len(table)} 个{what}都没有评分"
    alt = f"条形图：各{what}的得分率。{title}。"
    return style.finish(figure, title, alt, f"单位：%。未评分的指标不计入得分率。{source_note(form)}")


@styled
def score_waterfall(form: Tables, most: int = 15) -> Figure:
    """From full marks to the score: every place where points were lost, most first."""
    if form.forms.empty:
        return style.empty("得分与扣分", "没有绩效表")
    row = form_summary(form).iloc[0]
    losses = measures.points_lost(form.budgets, form.indicators)
    if pd.isna(row["score_rate"]):
        return style.empty("得分与扣分", "表中没有总分或得分")
    steps = [(_loss_label(loss), float(loss["lost"])) for _, loss in losses.head(most).iterrows()]
    if len(losses) > most:
        steps.append((f"其余 {len(losses) - most} 处", float(losses["lost"].iloc[most:].sum())))
    unexplained = float(row["full"] - row["score"] - losses["lost"].sum())
    if abs(unexplained) > 1e-3:
        steps.append(("明细中找不到的差额", unexplained))
    figure, axes = style.canvas(1.6 + 0.42 * (len(steps) + 2))
    level = float(row["full"])
    levels = [level, float(row["score"]), *(level - np.cumsum([lost for _, lost in steps]))]
    span = max(max(levels) - min(levels), 0.03 * max(levels))
    left = max(0.0, min(levels) - 0.6 * span)
    axes.barh(0, level - left, left=left, color=GREY, height=0.6)
    axes.text(level, 0, f" {number(level)}", va="center")
    for place, (_label, lost) in enumerate(steps, start=1):
        known = place <= min(len(losses), most) + (len(losses) > most)
        axes.barh(
            place, lost, left=level - lost, height=0.6, color=RED if known else PALE, hatch=HATCH, edgecolor=INK, lw=0
        )
        axes.plot([level, level], [place - 0.7, place + 0.3], color=GREY, lw=0.8)
        level -= lost
        sign = "−" if lost > 0 else "+"
        axes.text(level + max(lost, 0), place, f" {sign}{number(abs(lost))}", va="center")
    end = len(steps) + 1
    axes.barh(end, float(row["score"]) - left, left=left, color=BLUE, height=0.6)
    axes.text(float(row["score"]), end, f" {number(row['score'])}", va="center", fontsize=12)
    _label_rows(axes, ["满分", *(label for label, _ in steps), "自评得分" if row["score_stated"] else "合计得分"])
    axes.invert_yaxis()
    axes.set_xlim(left, max(levels) + 0.2 * span)
    axes.set_xlabel("分" + ("（横轴不从 0 开始）" if left > 0 else ""), loc="left", fontsize=9)
    if losses.empty:
        title = f"得分 {number(row['score'])}/{number(row['full'])}，各行没有扣分"
    else:
        first = losses.iloc[0]
        title = f"{len(losses)} 处共扣 {number(losses['lost'].sum())} 分，得 {number(row['score'])} 分；"
        title += f"扣得最多的是“{shorten(str(first['name']), 36)}”（−{number(first['lost'])}）"
    alt = f"瀑布图：从满分 {number(row['full'])} 分逐项扣到得分 {number(row['score'])} 分。{title}。"
    return style.finish(figure, title, alt, f"单位：分。{source_note(form)}")


@styled
def budget_flow(form: Tables) -> Figure:
    """The budget from initial through adjusted to executed, with the rate of execution."""
    if form.budgets.empty or form.forms.empty:
        return style.empty("预算执行情况", "表中没有预算数")
    row = form_summary(form).iloc[0]
    names = {"initial": "年初预算数", "adjusted": "全年预算数（调整后）", "executed": "全年执行数"}
    amounts = row[list(names)].astype(float)
    if amounts.isna().all():
        return style.empty("预算执行情况", "表中没有可以读出的金额")
    unit = "单位不明" if pd.isna(row["amount_unit"]) else str(row["amount_unit"])
    figure, axes = style.canvas(2.7)
    highest = max(float(amounts.max()), 1e-9)
    for place, (name, colour) in enumerate(zip(names, (PALE, GREY, BLUE), strict=True)):
        amount = amounts[name]
        if pd.isna(amount):
            axes.text(0, place, " 表中未填", va="center", color=GREY)
            continue
        axes.barh(place, amount, color=colour, height=0.6, edgecolor=GREY, lw=0.6)
        extra = ""
        if name == "executed" and pd.notna(row["execution_rate"]):
            extra = f"（执行率 {percent(row['execution_rate'])}）"
        elif name == "adjusted" and pd.notna(row["adjustment_rate"]):
            sign = "+" if row["adjustment_rate"] >= 0 else "−"
            extra = f"（比年初 {sign}{percent(abs(row['adjustment_rate']))}）"
        axes.text(amount + highest * 0.01, place, f"{number(amount)}{extra}", va="center")
    axes.invert_yaxis()
    _label_rows(axes, list(names.values()))
    axes.set_xlim(0, highest * 1.45)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    rate = row["execution_rate"]
    title = f"预算执行率 {percent(rate)}" if pd.notna(rate) else "预算金额不全，算不出执行率"
    if pd.notna(row["executed"]) and pd.notna(rate):
        base = row["adjusted"] if pd.notna(row["adjusted"]) else row["initial"]
        if pd.notna(base):
            title += f"：{number(base)} {unit}中执行了 {number(row['executed'])} {unit}"
    alt = f"条形图：年初预算、调整后预算与执行数。{title}。"
    return style.finish(figure, title, alt, f"单位：{unit}。{source_note(form)}")


@styled
def score_heat_map(form: Tables, column: str = "level2") -> Figure:
    """Score rate of every goal (down) in every kind of indicator (across); what is not there is hatched."""
    by_goal = form.indicators["goal_no"].notna().any()
    keys = ["goal_no" if by_goal else "level1", column if by_goal or column != "level1" else "level2"]
    table = measures.score_rate(form.indicators, keys)
    if table["score_rate"].notna().sum() == 0:
        return style.empty("得分率热力图", "没有评分的指标")
    rates, lost = (table[name].unstack(keys[1]) for name in ("score_rate", "lost"))
    order = list(dict.fromkeys(form.indicators.sort_values("level1", key=_first_seen, kind="stable")[keys[1]].dropna()))
    rates, lost = (part.reindex(columns=order).head(MOST_ROWS) for part in (rates, lost))
    labels = [goal_label(value) if by_goal else category(value) for value in rates.index]
    figure = heat_map(rates, labels, lost)
    missing = int(rates.isna().sum().sum())
    lowest = rates.min().min()
    if lowest >= 1 - measures.POINT_TOLERANCE:
        title = "每一类有评分的指标都得满分"
    else:
        (down, across) = np.argwhere(rates.to_numpy() == lowest)[0]
        col, name = category(rates.columns[across]), labels[down]
        title = f"失分集中在{name}的{col}：得分率 {percent(lowest)}"
    alt = f"热力图：{'目标' if by_goal else '一级指标'}与指标类别的得分率。{title}。"
    note = "单位：%，下行为所扣分数。" + ("斜线格：没有这类指标或未评分。" if missing else "")
    return style.finish(figure, title, alt, note + source_note(form))


def heat_map(rates: pd.DataFrame, labels: list[str], lost: pd.DataFrame | None = None) -> Figure:
    """A grid of score rates (0 to 1), pale for full marks, dark for few, hatched where there is none."""
    figure, axes = style.canvas(1.9 + 0.36 * len(rates))
    values = rates.to_numpy(dtype=float)
    lowest = min(float(np.nanmin(values)), 0.5)
    ends = (len(rates.columns), len(rates))
    axes.add_patch(Rectangle((0, 0), *ends, facecolor=style.PAPER, edgecolor=PALE, hatch=HATCH, lw=0))
    axes.pcolormesh(values, cmap="Blues_r", vmin=lowest, vmax=1.12, edgecolors=style.PAPER, lw=1.5)
    gone_points = np.zeros(rates.shape) if lost is None else lost.to_numpy(dtype=float)
    for down, across in np.argwhere(~np.isnan(values)):
        value = values[down, across]
        said = percent(value)
        gone = gone_points[down, across]
        if gone > measures.POINT_TOLERANCE:
            said += f"\n−{number(gone)}"
        dark = (value - lowest) / (1.12 - lowest) < 0.55
        axes.text(
            across + 0.5, down + 0.5, said, ha="center", va="center", fontsize=8.5, color=style.PAPER if dark else INK
        )
    axes.set_yticks(np.arange(len(labels)) + 0.5, [plain(wrap_evenly(label, LABEL_COLUMNS)) for label in labels])
    crowded = len(rates.columns) > CROWDED_COLUMNS
    room = 6 if crowded else max(8, 64 // len(rates.columns))
    columns = [plain(wrap_evenly(category(name), room, 4)) for name in rates.columns]
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, fontsize=8.5 if crowded else 10)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    # Few columns do not spread over the whole width: a cell is no banner.
    axes.set(xlim=(0, max(len(rates.columns), LEAST_COLUMNS)), ylim=(len(rates), 0))
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


@styled
def deviation_causes(tables: Tables) -> Figure:
    """How often each cause of deviation is named, with the points lost where it is; 未归类 last, pale."""
    counts = causes.cause_counts(tables)
    if counts.empty:
        return style.empty("偏差原因", "表中没有填写偏差原因")
    known = counts.drop(index=causes.UNKNOWN, errors="ignore")
    counts = pd.concat([known, counts.loc[counts.index == causes.UNKNOWN]])
    figure, axes = style.canvas(1.5 + 0.34 * len(counts))
    several = len(tables.forms) > 1
    for place, (cause, row) in enumerate(counts.iterrows()):
        unknown = cause == causes.UNKNOWN
        axes.barh(place, row["reasons"], height=0.62, color=PALE if unknown else BLUE, edgecolor=GREY, lw=0.6)
        said = f" {number(row['reasons'])} 条" + (f"，{number(row['forms'])} 张表" if several else "")
        if row["lost"] > measures.POINT_TOLERANCE:
            said += f"；所在行共扣 {number(row['lost'])} 分"
        axes.text(row["reasons"], place, said, va="center", fontsize=9)
    _label_rows(axes, [str(cause) for cause in counts.index])
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.set_xlim(0, float(counts["reasons"].max()) * 1.6)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("提到这类原因的条数", loc="left", fontsize=9)
    total = len(causes.reasons(tables).drop_duplicates(["form_id", "table", "record_no"]))
    title = f"{total} 条偏差原因" + ("都归不了类" if known.empty else "")
    if len(known):
        top = [str(cause) for cause in known.index[known["reasons"] == known["reasons"].max()]][:3]
        title += f"中，最常提到的是“{'”“'.join(top)}”（{'各 ' if len(top) > 1 else ''}{known['reasons'].max()} 条）"
    note = "单位：条。按原因中的词归类，一条可以属于几类；改进措施不计。"
    source = source_note(tables) if not several else "资料来源：数据集中各绩效表的“偏差原因分析及改进措施”"
    return style.finish(figure, title, f"条形图：偏差原因的类别。{title}。", note + source)


def _label_rows(axes: Axes, labels: list[str]) -> None:
    """Row labels from the first row on, wrapped to two lines."""
    axes.set_yticks(range(len(labels)), [plain(wrap_evenly(label, LABEL_COLUMNS)) for label in labels])
    axes.spines["left"].set_visible(False)


def _first_seen(column: pd.Series) -> pd.Series:
    """Each value's place in the order in which the values first appear: a sorting key."""
    return pd.Series(pd.factorize(column)[0], index=column.index)


def _group_label(goal_no: object, texts: dict[object, object]) -> str:
    text = texts.get(goal_no)
    return f"{goal_label(goal_no)} {text}" if isinstance(text, str) and text else goal_label(goal_no)


def _loss_label(loss: pd.Series) -> str:
    where = f"（{goal_label(loss['goal_no'])}）" if pd.notna(loss["goal_no"]) else ""
    return f"{shorten(str(loss['name']), 2 * LABEL_COLUMNS - 14)}{where}"
