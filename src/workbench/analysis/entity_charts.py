"""Draws departments and projects over their years: their figures, and what became of their indicators."""

from __future__ import annotations

from typing import Protocol

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from rapidfuzz import process

from workbench.analysis import style
from workbench.analysis.style import BLUE, GREEN, GREY, HATCH, INK, ORANGE, PALE, RED, styled
from workbench.analysis.wording import number, percent
from workbench.entities.names import folded
from workbench.errors import SelectionError
from workbench.language import Phrase

SURE = 0.75
"""Least confidence of the links that charts count, 0 to 1: a likeness of names of three quarters (`links.REWORDED`)."""

MOST_ENTITIES = 12
"""Departments that a chart names: those with most indicators that were missed and dropped."""

MARGIN = 0.03
"""Share of the axis of rates above the highest and below the lowest: ticks are whole percents then."""

BEFORE = {False: "上年未达成", True: "上年达成"}
"""What indicators are compared by, by ``met_before``."""

CHANGES = (
    ("easier", "放宽", RED, ""),
    ("other", "有变化，难易不可比", ORANGE, "...."),
    ("unsure", "识别存疑", PALE, HATCH),
    ("none", "未变", GREY, ""),
    ("harder", "收紧", BLUE, ""),
)
"""What became of targets: the value of ``target_change``, its word, colour and hatching."""


class EntityViews(Protocol):
    """The views of a dataset that say who is who over the years."""

    @property
    def entities(self) -> pd.DataFrame: ...
    @property
    def panel(self) -> pd.DataFrame: ...
    @property
    def indicator_links(self) -> pd.DataFrame: ...


def entity_named(views: EntityViews, asked: str) -> pd.DataFrame:
    """Give the rows of ``entities`` of one department or project, by its id or by any of its names.

    Raises:
        SelectionError: there is none, or several have that name; the error names the nearest, or their ids.
    """
    rows = views.entities[views.entities["kind"] != "unit"]
    ids = rows.loc[(rows["entity_id"] == asked) | (rows["name"].map(folded) == folded(asked)), "entity_id"].unique()
    if len(ids) > 1:
        places = rows[rows["entity_id"].isin(ids)].drop_duplicates("entity_id")
        words = places["division"].fillna(places["department"]).fillna("不明")
        listed = [f"{one}（{place}）" for one, place in zip(places["entity_id"], words, strict=True)]
        raise SelectionError("single department", asked, listed, Phrase("several have that name; name one by its id:"))
    if not len(ids):
        nearest = [match[0] for match in process.extract(asked, rows["name"].drop_duplicates().tolist(), limit=5)]
        raise SelectionError("department", asked, nearest)
    found: pd.DataFrame = rows[rows["entity_id"] == ids[0]]
    return found


@styled
def entity_years(views: EntityViews, name: str = "") -> Figure:
    """Draw a department's or project's years: score rate and execution rate, indicators met and missed, its names.

    Args:
        views: the dataset.
        name: any of its names, or its id; empty: the first that has a year.

    Raises:
        SelectionError: there is no such department, or several have that name.
    """
    if not name:
        if views.panel.empty:
            return style.empty("历年情况", "没有带年度的表")
        name = str(views.panel["entity_id"].iloc[0])
    names = entity_named(views, name)
    shown = str(names.loc[names["is_latest"], "name"].iloc[0])
    rows = views.panel[views.panel["entity_id"] == names["entity_id"].iloc[0]]
    table = rows.pivot_table(index="year", columns="measure", values="value", dropna=False)
    table = table.reindex(columns=["score_rate", "execution_rate", "met", "missed", "undecided"])
    several = sorted(rows.loc[rows["forms"] > 1, "year"].unique())
    if table.dropna(how="all").empty:
        why = "各年度都有几张表，不知取哪张" if several else "没有带年度的表"
        return style.empty(f"{shown}历年情况", why)
    figure = Figure(figsize=(style.WIDTH, 4.6), layout="constrained")
    rates, counts = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    years = [int(year) for year in table.index]
    for column, label, colour, marker, line in (
        ("execution_rate", "预算执行率", ORANGE, "s", "--"),
        ("score_rate", "得分率", BLUE, "o", "-"),
    ):
        values = table[column].reindex(range(years[0], years[-1] + 1))
        rates.plot(values.index, values, color=colour, marker=marker, ls=line, ms=5, mec=INK, mew=0.4, label=label)
    drawn = table[["score_rate", "execution_rate"]].stack()
    if len(drawn):
        middle, half = (drawn.max() + drawn.min()) / 2, (drawn.max() - drawn.min()) / 2 + MARGIN
        rates.set_ylim(middle - half, middle + half)
    rates.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    rates.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    rates.grid(axis="y")
    rates.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    below = pd.Series(0.0, index=table.index)
    for column, label, colour, hatch in (
        ("missed", "未达成", RED, ""),
        ("undecided", "难以判定", PALE, HATCH),
        ("met", "达成", BLUE, ""),
    ):
        heights = table[column].fillna(0.0)
        counts.bar(
            years, heights, bottom=below, color=colour, hatch=hatch, width=0.6, label=label, edgecolor=INK, lw=0.3
        )
        below = below + heights
    counts.set_ylabel("指标（项）", fontsize=9)
    counts.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    counts.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    counts.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    _mark_names(rates, rows)
    title = _years_title(shown, table)
    note = "得分率 = 总得分 ÷ 总分值；空缺的年度没有表或没有这个数。"
    note += f"{'、'.join(map(str, several))} 年有几张表，不知取哪张，未画。" if several else ""
    unsure = sorted(rows.loc[rows["review"], "year"].unique())
    note += f"{'、'.join(map(str, unsure))} 年的表有字段待核对。" if unsure else ""
    note += _names_note(rows)
    return style.finish(figure, title, f"折线与柱形图：{shown}历年得分率、执行率与指标达成。{title}。", note)


def _mark_names(axes: object, rows: pd.DataFrame) -> None:
    """Draw a line where the name changed."""
    names = rows.drop_duplicates("year").sort_values("year")
    changed = names[names["name"].map(folded) != names["name"].map(folded).shift()].iloc[1:]
    for year in changed["year"]:
        axes.axvline(int(year) - 0.5, color=GREEN, lw=1.0, ls=":")  # type: ignore[attr-defined]


def _names_note(rows: pd.DataFrame) -> str:
    """Say which names there were, where there were several."""
    spans = rows.groupby("name", sort=False)["year"].agg(["min", "max"]).sort_values("min")
    if len(spans) < 2:
        return ""
    listed = "，".join(
        f"{first}–{last} {name}" if first != last else f"{first} {name}"
        for name, (first, last) in zip(spans.index, spans.to_numpy(), strict=True)
    )
    return f"绿色点线：更名（由人认定为同一个）：{listed}。"


def _years_title(shown: str, table: pd.DataFrame) -> str:
    scores = table["score_rate"].dropna()
    if len(scores) < 2:
        only = f"{scores.index[0]} 年得分率 {percent(scores.iloc[0])}" if len(scores) else "没有得分率"
        return f"{shown}：{only}"
    change = 100 * (scores.iloc[-1] - scores.iloc[0])
    word = "上升" if change > 0 else "下降"
    moved = f"{word} {number(abs(change), 1)} 个百分点" if abs(change) >= 0.05 else "没有变化"
    ends = f"（{percent(scores.iloc[0])} → {percent(scores.iloc[-1])}）"
    return f"{shown}：{scores.index[0]} 到 {scores.index[-1]} 年，得分率{moved}{ends}"


@styled
def moved_targets(views: EntityViews) -> Figure:
    """Draw what became of targets in the next year: of indicators that were missed, and of those that were met.

    Counted are indicators that stay (`SURE`) and of which the form tells whether they were met.
    """
    links = views.indicator_links
    kept = links[~links["link"].isin(["new", "dropped"]) & (links["confidence"] >= SURE) & links["met_before"].notna()]
    if kept.empty:
        return style.empty("次年的目标", "没有一个部门或项目有两个以上年度可比的指标")
    shares = pd.crosstab(kept["met_before"].astype(bool), kept["target_change"])
    totals = shares.sum(axis=1)
    figure, axes = style.canvas(2.6)
    rows = [met for met in BEFORE if met in shares.index]
    for place, met in enumerate(rows):
        left = 0.0
        for change, word, colour, hatch in CHANGES:
            share = shares.loc[met].get(change, 0) / totals[met]
            label = word if place == 0 else None
            axes.barh(
                place, share, left=left, color=colour, hatch=hatch, edgecolor=INK, lw=0.3, height=0.6, label=label
            )
            if share >= 0.06:
                dark = colour in (RED, BLUE, GREY)
                shade = style.PAPER if dark else INK
                axes.text(left + share / 2, place, percent(share, 0), ha="center", va="center", color=shade, fontsize=9)
            left += share
    axes.set_yticks(range(len(rows)), [f"{BEFORE[met]}（{totals[met]} 项）" for met in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, fontsize=8, borderaxespad=0.2)
    easier = {met: shares.loc[met].get("easier", 0) / totals[met] for met in rows}
    title = "，".join(f"{BEFORE[met]}的指标，次年目标放宽的占 {percent(easier[met])}" for met in rows)
    note = f"次年仍在的指标（名称相同或相近，把握 {SURE:g} 以上），按上年是否达成；难易按年度指标值的数值和方向。"
    return style.finish(figure, title, f"条形图：次年目标的变化。{title}。", note + _source(kept))


@styled
def vanished_indicators(views: EntityViews) -> Figure:
    """Draw which share of indicators is dropped in the next year: of those that were missed, and that were met.

    All together first, then the departments and projects that dropped most of those that they had missed.
    """
    links = views.indicator_links
    old = links[(links["link"] != "new") & links["met_before"].notna()]
    if old.empty:
        return style.empty("次年不再出现的指标", "没有一个部门或项目有两个以上年度的指标")
    gone = old.assign(gone=old["link"] == "dropped", met=old["met_before"].astype(bool))
    shares = gone.groupby("met")["gone"].agg(["mean", "sum", "size"])
    missed = gone[~gone["met"]].groupby("entity_id")["gone"].agg(["mean", "sum", "size"])
    first = missed[missed["sum"] > 0].sort_values(["sum", "mean"], ascending=False, kind="stable").head(MOST_ENTITIES)
    of_entity = gone.groupby(["entity_id", "met"])["gone"].agg(["mean", "sum", "size"])
    names = views.entities[views.entities["is_latest"]].drop_duplicates("entity_id").set_index("entity_id")["name"]
    labels = ["全部", *(str(names.get(entity, entity)) for entity in first.index)]
    figure, axes = style.canvas(1.7 + 0.42 * len(labels))
    for place, entity in enumerate([None, *first.index]):
        of_row = shares if entity is None else of_entity.loc[entity]
        points = {met: of_row.loc[met, "mean"] for met in of_row.index}
        axes.plot(list(points.values()), [place] * len(points), color=GREY, lw=1.2, zorder=1)
        for met, share in points.items():
            colour, marker = (BLUE, "o") if met else (RED, "D")
            label = f"{BEFORE[bool(met)]}的" if place == 0 else None
            axes.scatter(share, place, color=colour, marker=marker, edgecolors=INK, lw=0.4, s=42, zorder=3, label=label)
        counted = "，".join(
            f"{BEFORE[bool(m)][2:]} {int(of_row.loc[m, 'sum'])}/{int(of_row.loc[m, 'size'])}" for m in of_row.index
        )
        axes.text(1.02, place, counted, va="center", fontsize=8, transform=axes.get_yaxis_transform())
    style.label_rows(axes, labels)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(axis="x")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize=8, borderaxespad=0.2)
    parts = [f"{BEFORE[bool(met)]}的指标，次年不再出现的占 {percent(shares.loc[met, 'mean'])}" for met in shares.index]
    note = "不再出现：次年的表中没有名称相同或相近的指标；改名很大的也算在内。右侧为不再出现的项数/全部项数。"
    if len(first):
        note += f"其下为未达成而不再出现的最多的 {len(first)} 个。"
    return style.finish(
        figure, "，".join(parts), f"点图：次年不再出现的指标。{'，'.join(parts)}。", note + _source(old)
    )


def _source(links: pd.DataFrame) -> str:
    """Write where the numbers of a chart of links come from."""
    years = f"{links['year_before'].min()}–{links['year'].max()} 年度"
    return f"资料来源：{links['entity_id'].nunique()} 个部门和项目，{len(links)} 对指标（{years}）。"
