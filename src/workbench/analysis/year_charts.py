"""Draws the charts of several years: a small panel for each year, or for each department, on the same scales."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from workbench.analysis import comparison, style
from workbench.analysis.archive_charts import source_of_forms
from workbench.analysis.selection import Tables, counted
from workbench.analysis.style import BLUE, GREY, INK, ORANGE, PALE, PAPER, plain, spread_evenly, styled
from workbench.analysis.summary import department_summary, form_summary
from workbench.analysis.wording import number, percent, wrap

PANELS_ACROSS = 3
"""Most panels side by side."""

MOST_PANELS = 12
"""Most panels of one chart: the latest years, or the departments that changed most."""

DOTS_NOT_BARS = 15
"""Most forms of a year, on average, that are drawn as dots; more are drawn as a histogram."""

STEADY_POINTS = 0.05
"""Change of the median (points of 100) below which the title says that nothing changed: it would round to 0.0."""

STEADY_RATE = 5e-4
"""Change of a score rate (a fraction) below which the title says that nothing changed: it would round to 0.0."""


@styled
def scores_by_year(tables: Tables) -> Figure:
    """Draw the scores of every year in a panel each, with the median as a line.

    A panel has dots if the forms are few, else a histogram. Forms without a score or a year are left out.
    """
    summary = form_summary(counted(tables))
    scored = summary[summary["score_rate"].notna() & (summary["year"] > 0)]
    years = sorted(scored["year"].unique())[-MOST_PANELS:]
    if len(years) < 2:
        return style.empty("历年得分", "有得分的绩效表不到两个年度")
    points = 100 * scored["score_rate"]
    lowest = float(np.floor(min(points.min(), 88) / 5) * 5)
    bins = np.linspace(lowest, max(100.0, float(points.max())), 21)
    is_crowded = len(scored) > DOTS_NOT_BARS * len(years)
    figure, panels = _panels(len(years), height=1.75, share_y=is_crowded)
    medians = [float(points[scored["year"] == year].median()) for year in years]
    for axes, year, median in zip(panels, years, medians, strict=True):
        _draw_year(axes, points[scored["year"] == year], bins, is_crowded)
        axes.axvline(median, color=INK, lw=1.2, ls="--", zorder=4)
        count = int((scored["year"] == year).sum())
        axes.set_title(f"{year} 年度：{count} 张，中位数 {number(median, 1)}", loc="left", fontsize=9)
        axes.set_xlim(lowest, float(bins[-1]) + 0.5)
        axes.tick_params(labelsize=8)
    first, last = (set(scored.loc[scored["year"] == year, "department"].dropna()) for year in (years[0], years[-1]))
    title = _medians_title(years, medians, bool(first & last))
    note = "单位：分（折成百分制）；虚线为中位数；各图刻度相同。" + source_of_forms(summary)
    return style.finish(figure, title, f"分年小图：各年度得分的分布。{title}。", note)


def _draw_year(axes: Axes, points: pd.Series, bins: np.ndarray, is_crowded: bool) -> None:
    """Draw the scores of one year: a histogram if the chart is crowded, else a dot for each form."""
    if is_crowded:
        axes.hist(points, bins=list(bins), color=BLUE, edgecolor=PAPER, lw=0.4)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    else:
        heights = spread_evenly(len(points), 0.7)
        axes.scatter(points, heights, color=BLUE, edgecolors=INK, linewidths=0.4, s=26, zorder=3)
        axes.set(ylim=(-1, 1), yticks=[])


def _medians_title(years: list[int], medians: list[float], is_comparable: bool) -> str:
    """The chart's title: how far the median changed from the first year to the last, in points of 100.

    Years without a department in common are not compared.
    """
    if not is_comparable:
        first, last = (f"{year} 年度 {number(median, 1)}" for year, median in ((years[i], medians[i]) for i in (0, -1)))
        return f"得分中位数：{first}，{last}（没有两年都有的部门，不能比较）"
    change = medians[-1] - medians[0]
    direction = "上升" if change > 0 else "下降"
    title = f"{years[0]} 到 {years[-1]} 年度，得分中位数"
    title += f"{direction} {number(abs(change), 1)} 分" if abs(change) >= STEADY_POINTS else "没有变化"
    return title + f"（{number(medians[0], 1)} → {number(medians[-1], 1)}）"


@styled
def departments_over_years(tables: Tables) -> Figure:
    """Draw score rate and execution rate over the years, a panel for each department with several years.

    The departments whose score rate changed most come first; only :data:`MOST_PANELS` of them are drawn.
    """
    tables = counted(tables)
    departments = department_summary(form_summary(tables))
    scores = comparison.year_panel(departments, "score_rate")
    rates = comparison.year_panel(departments, "execution_rate")
    names = scores.index.union(rates.index, sort=False)
    if names.empty:
        return style.empty("部门历年变化", "没有一个部门有两个以上年度的绩效表")
    ranges = (scores.max(axis=1) - scores.min(axis=1)).reindex(names).fillna(0.0)
    names = ranges.sort_values(ascending=False, kind="stable").index
    shown = list(names[:MOST_PANELS])
    years = [int(year) for year in scores.columns.union(rates.columns)]
    figure, panels = _panels(len(shown), height=1.85, share_y=True)
    for axes, name in zip(panels, shown, strict=True):
        _draw_department(axes, str(name), scores, rates, years)
    title = _changes_title(scores, len(names))
    note = "●实线：得分率；■虚线：预算执行率。单位：%；各图刻度相同；空缺的年度没有绩效表或没有得分。"
    note += source_of_forms(form_summary(tables))
    if len(names) > len(shown):
        note = f"只画出得分率变动最大的 {len(shown)} 个部门。{note}"
    return style.finish(figure, title, f"分部门小图：历年得分率与预算执行率。{title}。", note)


def _draw_department(axes: Axes, name: str, scores: pd.DataFrame, rates: pd.DataFrame, years: list[int]) -> None:
    """Draw the two lines of one department: its row of each :func:`comparison.year_panel`, where it has one."""
    for panel, colour, marker, line in ((rates, ORANGE, "s", "--"), (scores, BLUE, "o", "-")):
        if name in panel.index:
            values = panel.loc[name].reindex(years)
            axes.plot(years, values, color=colour, marker=marker, ls=line, ms=4.5, mec=INK, mew=0.4)
    axes.set_title(plain(wrap(name, 30, 2)), loc="left", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
    axes.grid(axis="y")
    axes.tick_params(labelsize=8)


def _changes_title(scores: pd.DataFrame, count: int) -> str:
    """The chart's title: which of ``count`` departments changed most from one of its years to the next, and how far."""
    changes = comparison.year_changes(scores)
    if changes.empty or changes["change"].abs().max() < STEADY_RATE:
        return f"{count} 个部门有多个年度的绩效表，得分率基本不变"
    most = changes.sort_values("change", key=abs, kind="stable").iloc[-1]
    direction = "上升" if most["change"] > 0 else "下降"
    points = number(100 * abs(most["change"]), 1)
    return (
        f"{count} 个部门有多个年度；变动最大的是{most['department']}："
        f"{most['year']} 年度得分率{direction} {points} 个百分点，到 {percent(most['value'])}"
    )


def _panels(count: int, height: float, share_y: bool) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` panels, each ``height`` inches high, in rows of :data:`PANELS_ACROSS`."""
    columns = min(PANELS_ACROSS, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(style.WIDTH, 1.0 + height * rows), layout="constrained")
    every = np.atleast_1d(figure.subplots(rows, columns, sharex=False, sharey=share_y)).ravel()
    for spare in every[count:]:
        spare.set_axis_off()
    for axes in every[:count]:
        axes.spines["left"].set_color(PALE)
        axes.spines["bottom"].set_color(GREY)
    return figure, list(every[:count])
