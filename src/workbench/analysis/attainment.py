"""The chart of attainment: how far each quantitative indicator got, on a scale that nothing crushes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from workbench.analysis import measures, style
from workbench.analysis.form_charts import LABEL_COLUMNS, source_note
from workbench.analysis.selection import Tables
from workbench.analysis.style import BLUE, GREY, INK, ORANGE, RED, plain, styled
from workbench.analysis.wording import category, percent, shorten, text, wrap_evenly

SINGLE_ROWS = 24
"""So many indicators at most get a row of their own; the others share a row for each kind."""

LOWEST, HIGHEST = 0.1, 100.0
"""Attainment is drawn from 10 % to 10,000 %; beyond that it sits on the edge, its label tells the truth."""

TICKS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 12.0, 30.0, 100.0)

BEHIND: dict[str, object] = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1}
"""Paper behind a label, so that grid lines do not run through it."""


@styled
def attainment_dots(form: Tables) -> Figure:
    """Attainment of every quantitative indicator on a logarithmic scale.

    Those that were missed, lost points or exceeded their target by far have a row each; when there are
    many, the rest share a row for each kind (level 2).
    """
    rows = form.indicators.assign(attainment=measures.numbers(form.indicators["attainment"]))
    undrawn = int(rows["attainment"].isna().sum())
    rows = rows.dropna(subset=["attainment"])
    if rows.empty:
        return style.empty("指标完成程度", "没有可以量化的指标")
    rows = rows.assign(mark=_marks(rows))
    single = _singled_out(rows)
    rest = rows.drop(single.index)
    groups = list(rest.groupby("level2", sort=False, dropna=False))
    height = 1.7 + 0.34 * len(single) + 0.4 * len(groups)
    figure, axes = style.canvas(height)
    axes.axvspan(1.0, measures.FAR_EXCEEDED, color="#EEF1F5", zorder=0)
    axes.axvline(1.0, color=INK, lw=1, zorder=1)
    labels = []
    for place, (_, row) in enumerate(single.iterrows()):
        _dots(axes, [row["attainment"]], place, str(row["mark"]))
        said = f"{percent(row['attainment'], 0)}　{text(row['actual'])}（目标 {text(row['target'])}）"
        axes.text(
            _drawn(row["attainment"]) * 1.13, place, plain(shorten(said, 44)), va="center", fontsize=8.5, bbox=BEHIND
        )
        labels.append(str(row["name"]))
    for place, (level2, group) in enumerate(groups, start=len(single)):
        for mark, marked in group.groupby("mark"):
            _dots(axes, list(marked["attainment"]), place, str(mark))
        said = f"{len(group)} 项，{percent(group['attainment'].min(), 0)}"
        if group["attainment"].max() > group["attainment"].min():
            said += f"–{percent(group['attainment'].max(), 0)}"
        axes.text(_drawn(group["attainment"].max()) * 1.13, place, said, va="center", fontsize=8.5, bbox=BEHIND)
        labels.append(f"{'其余' if len(single) else ''}{category(level2)}")
    axes.set_yticks(range(len(labels)), [plain(wrap_evenly(label, LABEL_COLUMNS)) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.set_xscale("log")
    axes.set_xlim(min(_drawn(rows["attainment"].min()) * 0.85, 0.5), max(_drawn(rows["attainment"].max()), 1.6) * 6)
    low, furthest = axes.get_xlim()[0], max(_drawn(rows["attainment"].max()), 1.6)
    axes.set_xticks([tick for tick in TICKS if low <= tick <= furthest * 1.5])
    axes.tick_params(axis="x", labelsize=8.5)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x")
    axes.set_xlabel("完成程度（对数刻度；灰带为目标的 100%–130%）", loc="left", fontsize=9)
    title = _title(rows)
    alt = f"点图：{len(rows)} 项可量化指标的完成程度，对数刻度。{title}。"
    note = "完成程度：≥ 和 = 类为实际÷目标，≤ 类为目标÷实际。●达成 ▼未达成 ◆达成但扣分或超出 30% 以上。"
    note += f"另有 {undrawn} 项不能量化，未画出。" if undrawn else ""
    return style.finish(figure, title, alt, note + source_note(form))


def _marks(rows: pd.DataFrame) -> np.ndarray:
    """What each dot stands for: missed, notable (docked though met, or far beyond the target), met."""
    notable = (rows["attainment"] > measures.FAR_EXCEEDED) | rows.index.isin(measures.met_but_docked(rows).index)
    absent = rows.index.isin(measures.missed(rows).index)
    return np.where(absent, "missed", np.where(notable, "notable", "met"))


def _singled_out(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that are drawn one by one: all if they are few, else the notable ones, missed ones first."""
    if len(rows) <= SINGLE_ROWS:
        return rows.sort_values("attainment", kind="stable")
    chosen = rows[rows["mark"] != "met"]
    distance = np.log(chosen["attainment"].clip(LOWEST, HIGHEST)).abs() + 100 * (chosen["mark"] == "missed")
    farthest = distance.sort_values(ascending=False, kind="stable").index[:SINGLE_ROWS]
    return chosen[chosen.index.isin(farthest)].sort_values("attainment", kind="stable")


def _drawn(attainment: float) -> float:
    return float(np.clip(attainment, LOWEST, HIGHEST))


def _dots(axes: Axes, attainments: list[float], place: int, mark: str) -> None:
    colour, marker = {"missed": (RED, "v"), "notable": (ORANGE, "D"), "met": (BLUE, "o")}[mark]
    spread = np.zeros(len(attainments)) if len(attainments) == 1 else _spread(len(attainments))
    axes.scatter(
        [_drawn(value) for value in attainments],
        place + spread,
        s=34 if len(attainments) == 1 else 18,
        color=colour,
        marker=marker,
        edgecolors=INK if mark != "met" else GREY,
        linewidths=0.5,
        zorder=3,
        clip_on=False,
    )


def _spread(count: int) -> np.ndarray:
    """Heights from −0.28 to 0.28 that keep dots of one row apart, the same at every run."""
    return ((np.arange(count) * 0.618034) % 1.0 - 0.5) * 0.56


def _title(rows: pd.DataFrame) -> str:
    missed = int((rows["mark"] == "missed").sum())
    title = f"{len(rows)} 项可量化指标中 {missed} 项未达成" if missed else f"{len(rows)} 项可量化指标没有一项未达成"
    beyond = measures.far_exceeded(rows)
    if beyond.empty:
        return title
    floors = beyond[~beyond["op"].isin(["<=", "<"])]
    if floors.empty:
        name = shorten(str(beyond.iloc[0]["name"]), 40)
        return f"{title}，{len(beyond)} 项远低于上限，如“{name}”"
    first = floors.iloc[0]
    name = shorten(str(first["name"]), 44)
    return f"{title}，{len(beyond)} 项偏离目标 30% 以上；“{name}”完成目标的 {percent(first['attainment'], 0)}"
