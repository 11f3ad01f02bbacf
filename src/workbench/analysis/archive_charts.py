"""The charts of many forms: who scored what, and whether spending the money goes with scoring well."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from workbench.analysis import measures, style
from workbench.analysis.comparison import association, score_bounds
from workbench.analysis.form_charts import LABEL_COLUMNS, heat_map
from workbench.analysis.selection import Tables, department_names
from workbench.analysis.style import BLUE, GREEN, GREY, INK, ORANGE, RED, plain, styled
from workbench.analysis.summary import OVERALL, form_summary
from workbench.analysis.wording import category, number, percent, shorten, wrap_evenly

NAMED_ROWS = 40
"""Up to so many forms have a row each; more are counted."""

NAME_COLUMNS = 36
"""How much of a department's or a project's name is shown, in half-width columns."""

NAMED_DOTS = 8
"""So many forms at most are named in the scatter chart."""

MOST_KINDS = 12
"""So many kinds of indicators at most are columns of the heat map, the most widespread first."""

MANY_DOTS = 100
"""More dots than this are drawn small."""

GRADE_MARKS = {"优": (BLUE, "o"), "良": (GREEN, "s"), "中": (ORANGE, "D"), "差": (RED, "v")}


def form_names(summary: pd.DataFrame) -> pd.Series:
    """A name for each form, as short as it can be and still be told apart: department, project, year."""
    names = summary["department"].astype(str).map(lambda name: shorten(name, NAME_COLUMNS))
    project = summary["project"].astype(str)
    names = names.where(project == OVERALL, names + "：" + project.map(lambda name: shorten(name, NAME_COLUMNS)))
    if summary["year"].nunique() > 1:
        years = summary["year"].where(summary["year"] > 0, "年度不明").astype(str)
        names = names + "（" + years + "）"
    return names


@styled
def scores(tables: Tables) -> Figure:
    """The score of every form against the grades: a row each if they are few, else how many have which score."""
    summary = form_summary(tables)
    scored = summary.dropna(subset=["score_rate"]).sort_values("score_rate", ascending=False, kind="stable")
    if scored.empty:
        return style.empty("各部门得分", "没有一张表有得分")
    points = 100 * scored["score_rate"]
    bounds = score_bounds(tables).reindex(scored["form_id"]).set_index(scored.index)
    full = scored["full"].where(scored["full"] > 0)
    low, high = (100 * bounds[end] / full for end in ("low", "high"))
    unsure = (high - low) > measures.POINT_TOLERANCE
    figure, axes = style.canvas(1.9 + 0.3 * len(scored) if len(scored) <= NAMED_ROWS else 4.2)
    lowest = float(np.floor(min(points.min() - 2, 88) / 5) * 5)
    counts = scored["grade"].value_counts()
    highest = max(100.0, float(points.max()))
    _grade_bands(axes, lowest, counts)
    if len(scored) <= NAMED_ROWS:
        for place, (score, grade) in enumerate(zip(points, scored["grade"], strict=True)):
            colour, marker = GRADE_MARKS[grade]
            axes.plot([lowest, score], [place, place], color=GREY, lw=0.8, zorder=1)
            if unsure.iloc[place]:
                ends = (max(low.iloc[place], lowest), high.iloc[place])
                axes.plot(ends, [place, place], color=INK, lw=2.2, solid_capstyle="butt", zorder=2)
            axes.scatter(score, place, color=colour, marker=marker, s=46, edgecolors=INK, linewidths=0.5, zorder=3)
            axes.text(score, place, f"   {number(score, 1)}", va="center", fontsize=9, zorder=4)
        labels = [plain(wrap_evenly(name, LABEL_COLUMNS + 8)) for name in form_names(scored)]
        axes.set_yticks(range(len(scored)), labels)
        axes.set_ylim(len(scored) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
    else:
        width = 1 if highest - lowest <= 30 else 2
        axes.hist(
            points, bins=list(np.arange(lowest, highest + width, width)), color=BLUE, edgecolor=style.PAPER, zorder=2
        )
        axes.set_ylabel("绩效表数")
    axes.set_xlim(lowest, highest + 0.06 * (highest - lowest))
    axes.set_xlabel("得分（折成百分制）", loc="left", fontsize=9)
    graded = "、".join(f"{grade} {counts[grade]}" for grade in GRADE_MARKS if grade in counts)
    least, most = number(points.min(), 1), number(points.max(), 1)
    title = f"{len(scored)} 张绩效表的得分{f'在 {least} 到 {most} 之间' if least != most else f'为 {least}'}：{graded}"
    blank = len(summary) - len(scored)
    note = "单位：分；底色为等级（优 90–100，良 80–90，中 60–80，差 60 以下）。"
    note += f"另有 {blank} 张表没有得分。" if blank else ""
    if unsure.any():
        line = "，粗线为可能的范围" if len(scored) <= NAMED_ROWS else ""
        note += f"{int(unsure.sum())} 张表的得分有字段待核对{line}。"
    alt = f"{'点图' if len(scored) <= NAMED_ROWS else '直方图'}：各绩效表的得分与等级。{title}。"
    return style.finish(figure, title, alt, note + source_of_forms(summary))


@styled
def execution_against_score(tables: Tables) -> Figure:
    """Execution rate against score, a dot for each form, those far from the rest named."""
    summary = form_summary(tables)
    drawn = summary.dropna(subset=["score_rate", "execution_rate"])
    if drawn.empty:
        return style.empty("预算执行率与得分", "没有一张表同时有执行率和得分")
    figure, axes = style.canvas(4.6)
    rate, points = drawn["execution_rate"], 100 * drawn["score_rate"]
    colours = drawn["grade"].map({grade: colour for grade, (colour, _) in GRADE_MARKS.items()})
    for grade, (_, marker) in GRADE_MARKS.items():
        of_grade = drawn["grade"] == grade
        if of_grade.any():
            axes.scatter(
                rate[of_grade],
                points[of_grade],
                c=colours[of_grade],
                marker=marker,
                s=44 if len(drawn) <= MANY_DOTS else 14,
                alpha=0.85,
                edgecolors=INK,
                linewidths=0.5 if len(drawn) <= MANY_DOTS else 0.2,
                label=f"{grade}（{int(of_grade.sum())} 张）",
                zorder=3,
            )
    axes.axvline(1.0, color=GREY, lw=0.8, ls="--")
    axes.grid(True)
    axes.margins(x=0.12, y=0.12)
    named = _outliers(rate, points)
    middle = sum(axes.get_xlim()) / 2
    names = form_names(drawn)
    for place in named:
        at = (float(rate.loc[place]), float(points.loc[place]))
        right = at[0] > middle
        axes.annotate(
            plain(shorten(names.loc[place], 30)),
            at,
            xytext=(-7 if right else 7, 4),
            textcoords="offset points",
            ha="right" if right else "left",
            fontsize=8.5,
        )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("预算执行率（执行数 ÷ 调整后预算数）", loc="left", fontsize=9)
    axes.set_ylabel("得分（百分制）", fontsize=9)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(GRADE_MARKS), fontsize=9)
    middling = "中位数" if len(drawn) > 1 else ""
    title = f"{len(drawn)} 张绩效表：执行率{middling} {percent(rate.median())}，"
    title += f"得分{middling} {number(points.median(), 1)}"
    together = association(rate, points)
    if together:
        title += f"，秩相关系数 {number(together.coefficient)}"
    absent = len(summary) - len(drawn)
    note = f"另有 {absent} 张表缺执行率或得分，未画出。" if absent else ""
    if together:
        note += f"秩相关系数（Spearman）的 95% 区间：{number(together.low)} 到 {number(together.high)}。"
    return style.finish(figure, title, f"散点图：预算执行率与得分。{title}。", note + source_of_forms(summary))


@styled
def department_heat_map(tables: Tables, column: str = "level2", most: int = 30) -> Figure:
    """Score rate of every department (down) in every kind of indicator (across), over all its forms, lowest first."""
    names = dict(zip(tables.forms["form_id"], department_names(tables.forms), strict=True))
    indicators = tables.indicators.assign(department=tables.indicators["form_id"].map(names))
    table = measures.score_rate(indicators, ["department", column])["score_rate"]
    if table.notna().sum() == 0:
        return style.empty("各部门分类得分率", "没有评分的指标")
    rates = table.unstack(column).dropna(how="all").dropna(how="all", axis=1)
    widespread = rates.notna().sum().sort_values(ascending=False, kind="stable").index
    rates = rates[widespread]
    overall = measures.score_rate(indicators, ["department"])["score_rate"]
    order = overall.reindex(rates.index).sort_values(kind="stable").index
    shown = rates.loc[order].iloc[:most, :MOST_KINDS]
    figure = heat_map(shown, [shorten(str(name), 2 * NAME_COLUMNS) for name in shown.index])
    kind = "二级" if column == "level2" else "一级"
    shared = rates.columns[rates.notna().sum() >= min(2, len(rates))]
    means = rates[shared if len(shared) else rates.columns].mean()
    worst = means.idxmin()
    if means.min() >= 1 - measures.POINT_TOLERANCE:
        title = f"{len(rates)} 个部门在每一类{kind}指标上都得满分"
    else:
        title = f"各部门平均得分率最低的{kind}指标是“{category(worst)}”：{percent(means.min())}"
    left_out = [f"得分率最低的 {most} 个部门（共 {len(rates)} 个）"] if len(rates) > most else []
    left_out += [f"最常见的 {MOST_KINDS} 类指标（共 {len(rates.columns)} 类）"] if rates.shape[1] > MOST_KINDS else []
    note = "单位：%，各年度合并计算。斜线格：没有这类指标或未评分。"
    note += f"只画出{'、'.join(left_out)}。" if left_out else ""
    summary = form_summary(tables)
    alt = f"热力图：各部门在各{kind}指标的得分率。{title}。"
    return style.finish(figure, title, alt, note + source_of_forms(summary))


def _grade_bands(axes: Axes, lowest: float, counts: pd.Series) -> None:
    """The grades behind the scores: paler the better, each with its name and how many forms have it."""
    upper = 100.0
    for shade, (grade, start) in zip(("#F4F6F9", "#E9EDF2", "#DDE3EA", "#D0D7E0"), measures.GRADES, strict=True):
        if upper > lowest:
            axes.axvspan(max(start, lowest), upper, color=shade, zorder=0, lw=0)
            middle = (max(start, lowest) + upper) / 2
            said = f"{grade} {counts.get(grade, 0)}"
            axes.text(middle, 1.01, said, ha="center", va="bottom", transform=axes.get_xaxis_transform(), fontsize=9)
        upper = start


def _outliers(rate: pd.Series, points: pd.Series) -> list[int]:
    """The forms to name: all if few, else those far from the medians (in robust spreads), else best and worst.

    Of forms that lie close together only one is named, so that no name hides another.
    """
    distance = pd.Series(0.0, index=rate.index)
    for values in (rate, points):
        away = (values - values.median()).abs()
        distance = distance + (away / max(float(away.median()), 1e-3 * max(float(values.abs().max()), 1e-9))) ** 2
    far = distance if len(rate) <= NAMED_DOTS else distance[distance > 18.0]
    candidates = list(far.sort_values(ascending=False, kind="stable").index) or [points.idxmax(), points.idxmin()]
    across, down = (max(float(values.max() - values.min()), 1e-9) for values in (rate, points))
    named: list[int] = []
    for form in candidates:
        near = (abs(rate[form] - rate[other]) < 0.25 * across for other in named)
        level = (abs(points[form] - points[other]) < 0.05 * down for other in named)
        if not any(beside and alike for beside, alike in zip(near, level, strict=True)):
            named.append(form)
    return named[:NAMED_DOTS]


def source_of_forms(summary: pd.DataFrame) -> str:
    """Where the numbers of a chart of many forms come from."""
    years = sorted({int(year) for year in summary["year"] if year})
    span = f"{years[0]}–{years[-1]} 年度" if len(years) > 1 else f"{years[0]} 年度" if years else "年度不明"
    return f"资料来源：数据集中 {len(summary)} 张绩效自评表（{summary['department'].nunique()} 个部门，{span}）"
