"""Draws the charts of many forms: their scores, and whether spending the money goes with scoring well."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from workbench.analysis import measures, style
from workbench.analysis.comparison import Association, association, score_bounds
from workbench.analysis.heat_map import heat_map
from workbench.analysis.narrative import points_reservation
from workbench.analysis.points import point_rows
from workbench.analysis.selection import Tables, counted, department_names
from workbench.analysis.style import BLUE, GREEN, GREY, INK, LABEL_COLUMNS, ORANGE, RED, plain, styled
from workbench.analysis.summary import OVERALL, form_summary
from workbench.analysis.wording import category, number, percent, shorten, wrap_evenly

NAMED_ROWS = 40
"""Most forms that have a row each; more are drawn as a histogram."""

NAME_COLUMNS = 36
"""Width of a department's or a project's name in half-width columns."""

NAMED_DOTS = 8
"""Most forms that are named in the scatter chart."""

MOST_KINDS = 12
"""Most kinds of indicators that are columns of the heat map, the most widespread first."""

MANY_DOTS = 100
"""A scatter chart with more dots than this has small ones."""

OUTLIER_DISTANCE = 18.0
"""Squared distance from the medians beyond which a form is named: 3 median absolute deviations in both measures."""

NEAR_ACROSS = 0.25
"""Share of the chart's width within which two named dots would hide each other's names."""

NEAR_DOWN = 0.05
"""Share of the chart's height within which two named dots would hide each other's names."""

GRADE_STYLES = {"优": (BLUE, "o"), "良": (GREEN, "s"), "中": (ORANGE, "D"), "差": (RED, "v")}
"""Colour and marker of a form's dot, by its grade."""

GRADE_SHADES = ("#F4F6F9", "#E9EDF2", "#DDE3EA", "#D0D7E0")
"""Background of each grade, best first, the better the paler."""


def form_names(summary: pd.DataFrame) -> pd.Series:
    """Name each form as shortly as tells it from the others: department, project if any, year if there are several.

    Takes the rows of :func:`workbench.analysis.summary.form_summary`.
    """
    names = summary["department"].astype(str).map(lambda name: shorten(name, NAME_COLUMNS))
    project = summary["project"].astype(str)
    names = names.where(project == OVERALL, names + "：" + project.map(lambda name: shorten(name, NAME_COLUMNS)))
    if summary["year"].nunique() > 1:
        years = summary["year"].where(summary["year"] > 0, "年度不明").astype(str)
        names = names + "（" + years + "）"
    return names


def source_of_forms(summary: pd.DataFrame) -> str:
    """Write where the numbers of a chart of many forms come from: how many forms, departments and years."""
    years = sorted({int(year) for year in summary["year"] if year})
    span = f"{years[0]}–{years[-1]} 年度" if len(years) > 1 else f"{years[0]} 年度" if years else "年度不明"
    return f"资料来源：数据集中 {len(summary)} 张绩效自评表（{summary['department'].nunique()} 个部门，{span}）"


@styled
def scores(tables: Tables) -> Figure:
    """Draw the score of every form (of 100) over the grades.

    Each form has a row, best first, with the range of its score where fields await review; more than
    :data:`NAMED_ROWS` forms are a histogram.
    """
    tables = counted(tables)
    summary = form_summary(tables)
    scored = summary.dropna(subset=["score_rate"]).sort_values("score_rate", ascending=False, kind="stable")
    if scored.empty:
        return style.empty("各部门得分", "没有一张表有得分")
    points = 100 * scored["score_rate"]
    ranges = _score_ranges(tables, scored)
    is_open = (ranges["high"] - ranges["low"]) > measures.POINT_TOLERANCE
    has_rows = len(scored) <= NAMED_ROWS
    figure, axes = style.canvas(1.9 + 0.3 * len(scored) if has_rows else 4.2)
    lowest = float(np.floor(min(points.min() - 2, 88) / 5) * 5)
    highest = max(100.0, float(points.max()))
    _shade_grades(axes, lowest, scored["grade"].value_counts())
    if has_rows:
        _draw_score_rows(axes, scored, points, ranges[is_open], lowest)
    else:
        _draw_score_histogram(axes, points, lowest, highest)
    axes.set_xlim(lowest, highest + 0.06 * (highest - lowest))
    axes.set_xlabel("得分（折成百分制）", loc="left", fontsize=9)
    title = _scores_title(points, scored["grade"])
    note = "单位：分；底色为等级（优 90–100，良 80–90，中 60–80，差 60 以下）。"
    blank = len(summary) - len(scored)
    note += f"另有 {blank} 张表没有得分。" if blank else ""
    if is_open.any():
        line = "，粗线为可能的范围" if has_rows else ""
        note += f"{int(is_open.sum())} 张表的得分有字段待核对{line}。"
    alt = f"{'点图' if has_rows else '直方图'}：各绩效表的得分与等级。{title}。"
    return style.finish(figure, title, alt, note + source_of_forms(summary))


def _score_ranges(tables: Tables, scored: pd.DataFrame) -> pd.DataFrame:
    """The bounds of each form's score in points of 100, ``low`` and ``high``, with the index of ``scored``."""
    bounds = score_bounds(tables).reindex(scored["form_id"]).set_index(scored.index)
    full = scored["full"].where(scored["full"] > 0)
    return pd.DataFrame({end: 100 * bounds[end] / full for end in ("low", "high")})


def _shade_grades(axes: Axes, lowest: float, counts: pd.Series) -> None:
    """Shade the range of each grade behind the scores, with its name and how many forms have it on top."""
    upper = 100.0
    for shade, (grade, start) in zip(GRADE_SHADES, measures.GRADES, strict=True):
        if upper > lowest:
            axes.axvspan(max(start, lowest), upper, color=shade, zorder=0, lw=0)
            middle = (max(start, lowest) + upper) / 2
            words = f"{grade} {counts.get(grade, 0)}"
            axes.text(middle, 1.01, words, ha="center", va="bottom", transform=axes.get_xaxis_transform(), fontsize=9)
        upper = start


def _draw_score_rows(
    axes: Axes, scored: pd.DataFrame, points: pd.Series, open_ranges: pd.DataFrame, lowest: float
) -> None:
    """Draw a row for each form: a dot at its score, and a thick line over its range where that is open."""
    for place, (form, score, grade) in enumerate(zip(points.index, points, scored["grade"], strict=True)):
        colour, marker = GRADE_STYLES[grade]
        axes.plot([lowest, score], [place, place], color=GREY, lw=0.8, zorder=1)
        if form in open_ranges.index:
            ends = (max(open_ranges.loc[form, "low"], lowest), open_ranges.loc[form, "high"])
            axes.plot(ends, [place, place], color=INK, lw=2.2, solid_capstyle="butt", zorder=2)
        axes.scatter(score, place, color=colour, marker=marker, s=46, edgecolors=INK, linewidths=0.5, zorder=3)
        axes.text(score, place, f"   {number(score, 1)}", va="center", fontsize=9, zorder=4)
    labels = [plain(wrap_evenly(name, LABEL_COLUMNS + 8)) for name in form_names(scored)]
    axes.set_yticks(range(len(scored)), labels)
    axes.set_ylim(len(scored) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)


def _draw_score_histogram(axes: Axes, points: pd.Series, lowest: float, highest: float) -> None:
    """Draw how many forms have which score, in steps of 1 point, or of 2 where the scores spread far."""
    width = 1 if highest - lowest <= 30 else 2
    bins = np.arange(lowest, highest + width, width).tolist()
    axes.hist(points, bins=bins, color=BLUE, edgecolor=style.PAPER, zorder=2)
    axes.set_ylabel("绩效表数")


def _scores_title(points: pd.Series, grades: pd.Series) -> str:
    """The chart's title: the lowest and the highest score (of 100), and how many forms have each grade."""
    counts = grades.value_counts()
    graded = "、".join(f"{grade} {counts[grade]}" for grade in GRADE_STYLES if grade in counts)
    least, most = number(points.min(), 1), number(points.max(), 1)
    return f"{len(points)} 张绩效表的得分{f'在 {least} 到 {most} 之间' if least != most else f'为 {least}'}：{graded}"


@styled
def execution_against_score(tables: Tables) -> Figure:
    """Draw execution rate against score, a dot for each form that has both; those far from the rest are named."""
    tables = counted(tables)
    summary = form_summary(tables)
    drawn = summary.dropna(subset=["score_rate", "execution_rate"])
    if drawn.empty:
        return style.empty("预算执行率与得分", "没有一张表同时有执行率和得分")
    figure, axes = style.canvas(4.6)
    rate, points = drawn["execution_rate"], 100 * drawn["score_rate"]
    _draw_dots_by_grade(axes, rate, points, drawn["grade"])
    axes.axvline(1.0, color=GREY, lw=0.8, ls="--")
    axes.grid(True)
    axes.margins(x=0.12, y=0.12)
    _name_outliers(axes, rate, points, form_names(drawn))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("预算执行率（执行数 ÷ 调整后预算数）", loc="left", fontsize=9)
    axes.set_ylabel("得分（百分制）", fontsize=9)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(GRADE_STYLES), fontsize=9)
    correlation = association(rate, points)
    title = _execution_title(rate, points, correlation)
    absent = len(summary) - len(drawn)
    note = f"另有 {absent} 张表缺执行率或得分，未画出。" if absent else ""
    if correlation:
        note += f"秩相关系数（Spearman）的 95% 区间：{number(correlation.low)} 到 {number(correlation.high)}。"
    return style.finish(figure, title, f"散点图：预算执行率与得分。{title}。", note + source_of_forms(summary))


def _draw_dots_by_grade(axes: Axes, rate: pd.Series, points: pd.Series, grades: pd.Series) -> None:
    """Draw a dot for each form, with the colour and the marker of its grade."""
    is_crowded = len(grades) > MANY_DOTS
    for grade, (colour, marker) in GRADE_STYLES.items():
        of_grade = grades == grade
        if of_grade.any():
            axes.scatter(
                rate[of_grade],
                points[of_grade],
                c=[colour] * int(of_grade.sum()),
                marker=marker,
                s=14 if is_crowded else 44,
                alpha=0.85,
                edgecolors=INK,
                linewidths=0.2 if is_crowded else 0.5,
                label=f"{grade}（{int(of_grade.sum())} 张）",
                zorder=3,
            )


def _name_outliers(axes: Axes, rate: pd.Series, points: pd.Series, names: pd.Series) -> None:
    """Write the names of :func:`_outliers` beside their dots, towards the middle of the chart."""
    named = _outliers(rate, points)
    middle = sum(axes.get_xlim()) / 2
    for form in named:
        at = (float(rate.loc[form]), float(points.loc[form]))
        is_right = at[0] > middle
        axes.annotate(
            plain(shorten(names.loc[form], 30)),
            at,
            xytext=(-7 if is_right else 7, 4),
            textcoords="offset points",
            ha="right" if is_right else "left",
            fontsize=8.5,
        )


def _outliers(rate: pd.Series, points: pd.Series) -> list[int]:
    """The forms to name, at most :data:`NAMED_DOTS`, furthest from the rest first.

    If the forms are few, all are candidates; else those far from the medians, measured in median absolute
    deviations; else, where none is far, the best and the worst. Of forms that lie close together only one is
    named, so that no name hides another.
    """
    distance = _distance_from_medians(rate, points)
    far = distance if len(rate) <= NAMED_DOTS else distance[distance > OUTLIER_DISTANCE]
    candidates = list(far.sort_values(ascending=False, kind="stable").index) or [points.idxmax(), points.idxmin()]
    across, down = (max(float(values.max() - values.min()), 1e-9) for values in (rate, points))
    named: list[int] = []
    for form in candidates:
        hides = any(
            abs(rate[form] - rate[other]) < NEAR_ACROSS * across
            and abs(points[form] - points[other]) < NEAR_DOWN * down
            for other in named
        )
        if not hides:
            named.append(form)
    return named[:NAMED_DOTS]


def _distance_from_medians(rate: pd.Series, points: pd.Series) -> pd.Series:
    """Each form's squared distance from the two medians, in median absolute deviations."""
    distance = pd.Series(0.0, index=rate.index)
    for values in (rate, points):
        deviation = (values - values.median()).abs()
        # Where most forms are alike, the deviation counts in thousandths of the largest value instead.
        unit = max(float(deviation.median()), 1e-3 * max(float(values.abs().max()), 1e-9))
        distance = distance + (deviation / unit) ** 2
    return distance


def _execution_title(rate: pd.Series, points: pd.Series, correlation: Association | None) -> str:
    """The chart's title: the number of forms, the median of either measure (points of 100), their rank correlation."""
    median = "中位数" if len(rate) > 1 else ""
    title = f"{len(rate)} 张绩效表：执行率{median} {percent(rate.median())}，得分{median} {number(points.median(), 1)}"
    return title + (f"，秩相关系数 {number(correlation.coefficient)}" if correlation else "")


@styled
def department_heat_map(tables: Tables, column: str = "level2", most: int = 30) -> Figure:
    """Draw the score rate of every department (down) in every kind of indicator (across), over all its forms.

    ``column`` says what a kind is: ``level1`` or ``level2``. Only the ``most`` departments with the lowest score
    rate and the :data:`MOST_KINDS` most widespread kinds are drawn.
    """
    tables = counted(tables)
    names = dict(zip(tables.forms["form_id"], department_names(tables.forms), strict=True))
    indicators = tables.indicators.assign(department=tables.indicators["form_id"].map(names))
    table = measures.score_rate(indicators, ["department", column])["score_rate"]
    if table.notna().sum() == 0:
        return style.empty("各部门分类得分率", "没有评分的指标")
    rates = table.unstack(column).dropna(how="all").dropna(how="all", axis=1)
    rates = rates[rates.notna().sum().sort_values(ascending=False, kind="stable").index]
    overall = measures.score_rate(indicators, ["department"])["score_rate"]
    order = overall.reindex(rates.index).sort_values(kind="stable").index
    shown = rates.loc[order].iloc[:most, :MOST_KINDS]
    figure = heat_map(shown, [shorten(str(name), 2 * NAME_COLUMNS) for name in shown.index])
    level = "二级" if column == "level2" else "一级"
    reservation = points_reservation(tables, point_rows(tables))
    title = _lowest_kind_title(rates, level, bool(reservation))
    note = "单位：%，各年度合并计算。斜线格：没有这类指标或未评分。" + _left_out_note(rates, most)
    note += f"{reservation}；未读出的不计。" if reservation else ""
    alt = f"热力图：各部门在各{level}指标的得分率。{title}。"
    return style.finish(figure, title, alt, note + source_of_forms(form_summary(tables)))


def _lowest_kind_title(rates: pd.DataFrame, level: str, is_partial: bool) -> str:
    """The chart's title: the kind of indicator with the lowest mean score rate, of the rows that were read.

    Kinds that only one department has do not count, unless there are no others.
    """
    shared = rates.columns[rates.notna().sum() >= min(2, len(rates))]
    means = rates[shared if len(shared) else rates.columns].mean()
    if means.min() >= 1 - measures.POINT_TOLERANCE:
        rows = "读出的行" if is_partial else ""
        return f"{len(rates)} 个部门在每一类{level}指标上{rows}都得满分"
    return f"各部门平均得分率最低的{level}指标是“{category(means.idxmin())}”：{percent(means.min())}"


def _left_out_note(rates: pd.DataFrame, most: int) -> str:
    """Which departments and kinds are drawn, if not all of them."""
    parts = [f"得分率最低的 {most} 个部门（共 {len(rates)} 个）"] if len(rates) > most else []
    parts += [f"最常见的 {MOST_KINDS} 类指标（共 {len(rates.columns)} 类）"] if rates.shape[1] > MOST_KINDS else []
    return f"只画出{'、'.join(parts)}。" if parts else ""
