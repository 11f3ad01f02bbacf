"""The charts of many forms: who scored what, and whether spending the money goes with scoring well."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from workbench.analysis import measures, style
from workbench.analysis.excerpt import Tables
from workbench.analysis.figures import LABEL_COLUMNS, heat_map
from workbench.analysis.style import BLUE, GREEN, GREY, INK, ORANGE, RED, plain, styled
from workbench.analysis.summary import OVERALL, form_summary
from workbench.analysis.wording import category, number, percent, shorten, wrap_evenly

NAMED_ROWS = 40
"""Up to so many forms have a row each; more are counted."""

NAME_COLUMNS = 36
"""How much of a department's or a project's name is shown, in half-width columns."""

NAMED_DOTS = 8
"""So many forms at most are named in the scatter chart."""

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
    figure, axes = style.canvas(1.9 + 0.3 * len(scored) if len(scored) <= NAMED_ROWS else 4.2)
    lowest = float(np.floor(min(points.min() - 2, 78) / 10) * 10)
    highest = max(100.0, float(points.max()))
    _grade_bands(axes, lowest)
    if len(scored) <= NAMED_ROWS:
        for place, (score, grade) in enumerate(zip(points, scored["grade"], strict=True)):
            colour, marker = GRADE_MARKS[grade]
            axes.plot([lowest, score], [place, place], color=GREY, lw=0.8, zorder=1)
            axes.scatter(score, place, color=colour, marker=marker, s=46, edgecolors=INK, linewidths=0.5, zorder=3)
            axes.text(score, place, f"   {number(score, 1)}", va="center", fontsize=9, zorder=4)
        labels = [plain(wrap_evenly(name, LABEL_COLUMNS + 8)) for name in form_names(scored)]
        axes.set_yticks(range(len(scored)), labels)
        axes.set_ylim(len(scored) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
    else:
        axes.hist(points, bins=list(np.arange(lowest, highest + 2, 2)), color=BLUE, edgecolor=style.PAPER, zorder=2)
        axes.set_ylabel("绩效表数")
    axes.set_xlim(lowest, highest + 0.06 * (highest - lowest))
    axes.set_xlabel("得分（折成百分制）", loc="left", fontsize=9)
    counts = scored["grade"].value_counts()
    graded = "、".join(f"{grade} {counts[grade]}" for grade in GRADE_MARKS if grade in counts)
    between = f"在 {number(points.min(), 1)} 到 {number(points.max(), 1)} 之间"
    title = f"{len(scored)} 张绩效表的得分{between if len(scored) > 1 else f'为 {number(points.iloc[0], 1)}'}：{graded}"
    blank = len(summary) - len(scored)
    note = "单位：分；底色为等级（优 90–100，良 80–90，中 60–80，差 60 以下）。" + (
        f"另有 {blank} 张表没有得分。" if blank else ""
    )
    alt = f"{'点图' if len(scored) <= NAMED_ROWS else '直方图'}：各绩效表的得分与等级。{title}。"
    return style.finish(figure, title, alt, note + _source(summary))


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
    if len(drawn) >= 5 and rate.nunique() > 1 and points.nunique() > 1:
        title += f"，秩相关系数 {number(rate.rank().corr(points.rank()))}"
    absent = len(summary) - len(drawn)
    note = f"另有 {absent} 张表缺执行率或得分，未画出。" if absent else ""
    return style.finish(figure, title, f"散点图：预算执行率与得分。{title}。", note + _source(summary))


@styled
def level1_heat_map(tables: Tables, most: int = 30) -> Figure:
    """Score rate of every form in every level-1 group, lowest scores first."""
    table = measures.score_rate(tables.indicators, ["form_id", "level1"])["score_rate"]
    if table.notna().sum() == 0:
        return style.empty("各部门分类得分率", "没有评分的指标")
    rates = table.unstack("level1")
    order = rates.notna().sum().sort_values(ascending=False, kind="stable").index
    summary = form_summary(tables).set_index("form_id")
    overall = summary["score_rate"].reindex(rates.index).fillna(rates.mean(axis=1))
    rates = rates.loc[overall.sort_values(kind="stable").index, order].dropna(how="all")
    names = form_names(summary)
    shown = rates.head(most)
    figure = heat_map(shown, [names[form_id] for form_id in shown.index])
    column = category(rates.mean().idxmin())
    title = f"平均得分率最低的一级指标是“{column}”：{percent(rates.mean().min())}"
    note = "单位：%。斜线格：没有这类指标或未评分。" + (
        f"只画出得分最低的 {most} 张表，共 {len(rates)} 张。" if len(rates) > most else ""
    )
    return style.finish(figure, title, f"热力图：各绩效表在各一级指标的得分率。{title}。", note + _source(summary))


def _grade_bands(axes: Axes, lowest: float) -> None:
    upper = 100.0
    for shade, (grade, start) in zip(("#F4F6F9", "#E9EDF2", "#DDE3EA", "#D0D7E0"), measures.GRADES, strict=True):
        if upper > lowest:
            axes.axvspan(max(start, lowest), upper, color=shade, zorder=0, lw=0)
            middle = (max(start, lowest) + upper) / 2
            axes.text(middle, 1.01, grade, ha="center", va="bottom", transform=axes.get_xaxis_transform(), fontsize=9)
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


def _source(summary: pd.DataFrame) -> str:
    years = sorted({int(year) for year in summary["year"] if year})
    span = f"{years[0]}–{years[-1]} 年度" if len(years) > 1 else f"{years[0]} 年度" if years else "年度不明"
    return f"资料来源：数据集中 {len(summary)} 张绩效自评表（{summary['department'].nunique()} 个部门，{span}）"
