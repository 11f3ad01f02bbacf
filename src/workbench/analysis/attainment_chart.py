"""Draws the attainment of every quantitative indicator, on a scale that shows 10 % and 10,000 % alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from workbench.analysis import measures, style
from workbench.analysis.field_states import NO_ACTUALS, lacks_actuals
from workbench.analysis.form_charts import source_note
from workbench.analysis.narrative import COMPARED_FIELDS, with_sure_names
from workbench.analysis.selection import Tables
from workbench.analysis.style import BLUE, GREY, INK, ORANGE, RED, label_rows, plain, spread_evenly, styled
from workbench.analysis.wording import attained, category, percent, shorten, text

SINGLE_ROWS = 24
"""Most indicators that have a row of their own; the others share a row for each kind."""

LOWEST = 0.1
"""Attainment at which the scale begins (a fraction): a lower one is drawn on the edge, its label gives the value."""

HIGHEST = 100.0
"""Attainment at which the scale ends (a fraction): a higher one is drawn on the edge, its label gives the value."""

TICKS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 12.0, 30.0, 100.0)
"""Attainments (fractions) at which the logarithmic scale has its numbers, about equally far apart."""

LEAST_FURTHEST = 1.6
"""The scale reaches at least this attainment, so that the band from 100 % to 130 % is always seen whole."""

SPREAD = 0.56
"""Height in rows over which the dots of one row are spread, so that they do not hide each other."""

BEHIND_LABEL: dict[str, object] = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1}
"""Paper behind a label, so that grid lines do not run through it."""

DOTS = {"missed": (RED, "v"), "notable": (ORANGE, "D"), "met": (BLUE, "o")}
"""Colour and marker of the dots, by what :func:`_verdicts` says of the indicator."""


@styled
def attainment_dots(form: Tables) -> Figure:
    """Draw the attainment of every quantitative indicator of a form on a logarithmic scale.

    Those that missed their target, lost points or went far beyond it have a row each; where there are many
    indicators, the rest share a row for each kind (``level2``).
    """
    rows = with_sure_names(form, COMPARED_FIELDS)
    rows = rows.assign(attainment=measures.numbers(rows["attainment"]))
    undrawn = int(rows["attainment"].isna().sum())
    rows = rows.dropna(subset=["attainment"])
    if rows.empty:
        return style.empty("指标完成程度", NO_ACTUALS if lacks_actuals(form) else "没有可以量化的指标")
    rows = rows.assign(verdict=_verdicts(rows))
    single = _singled_out(rows)
    groups = list(rows.drop(single.index).groupby("level2", sort=False, dropna=False))
    figure, axes = style.canvas(1.7 + 0.34 * len(single) + 0.4 * len(groups))
    axes.axvspan(1.0, measures.FAR_EXCEEDED, color="#EEF1F5", zorder=0)
    axes.axvline(1.0, color=INK, lw=1, zorder=1)
    labels = _draw_single_rows(axes, single) + _draw_shared_rows(axes, groups, first_place=len(single))
    label_rows(axes, labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    _scale_attainment(axes, rows["attainment"])
    title = _title(rows)
    alt = f"点图：{len(rows)} 项可量化指标的完成程度，对数刻度。{title}。"
    note = "完成程度：≥ 和 = 类为实际÷目标，≤ 类为目标÷实际。●达成 ▼未达成 ◆达成但扣分或超出 30% 以上。"
    note += f"另有 {undrawn} 项不能量化，未画出。" if undrawn else ""
    return style.finish(figure, title, alt, note + source_note(form))


def _verdicts(rows: pd.DataFrame) -> np.ndarray:
    """``missed``, ``notable`` (met and yet docked, or far beyond the target) or ``met`` for each indicator."""
    notable = (rows["attainment"] > measures.FAR_EXCEEDED) | rows.index.isin(measures.met_but_docked(rows).index)
    missed = rows.index.isin(measures.missed(rows).index)
    return np.where(missed, "missed", np.where(notable, "notable", "met"))


def _singled_out(rows: pd.DataFrame) -> pd.DataFrame:
    """The indicators that have a row each, lowest attainment first.

    All of them if they are few; else those not merely met, the missed before the others, then those furthest
    from their target.
    """
    if len(rows) <= SINGLE_ROWS:
        return rows.sort_values("attainment", kind="stable")
    chosen = rows[rows["verdict"] != "met"]
    # 100 is more than any distance on the scale (ln 100 is 4.6): missed ones come first.
    distance = np.log(chosen["attainment"].clip(LOWEST, HIGHEST)).abs() + 100 * (chosen["verdict"] == "missed")
    furthest = distance.sort_values(ascending=False, kind="stable").index[:SINGLE_ROWS]
    return chosen[chosen.index.isin(furthest)].sort_values("attainment", kind="stable")


def _draw_single_rows(axes: Axes, single: pd.DataFrame) -> list[str]:
    """Draw a dot with its value for each indicator; gives the rows' labels."""
    for place, (_, row) in enumerate(single.iterrows()):
        _draw_dots(axes, [row["attainment"]], place, str(row["verdict"]))
        words = f"{attained(row['attainment'])}　{text(row['actual'])}（目标 {text(row['target'])}）"
        _write_value(axes, row["attainment"], place, plain(shorten(words, 44)))
    return [str(name) for name in single["name"]]


def _draw_shared_rows(axes: Axes, groups: Sequence[tuple[object, pd.DataFrame]], first_place: int) -> list[str]:
    """Draw a row of dots for each kind of indicator; gives the rows' labels."""
    labels = []
    for place, (level2, group) in enumerate(groups, start=first_place):
        for verdict, dots in group.groupby("verdict"):
            _draw_dots(axes, list(dots["attainment"]), place, str(verdict))
        lowest, highest = group["attainment"].min(), group["attainment"].max()
        words = f"{len(group)} 项，{percent(lowest, 0)}"
        words += f"–{percent(highest, 0)}" if highest > lowest else ""
        _write_value(axes, highest, place, words)
        labels.append(f"{'其余' if first_place else ''}{category(level2)}")
    return labels


def _draw_dots(axes: Axes, attainments: list[float], place: int, verdict: str) -> None:
    """Draw the dots of one row that have the same verdict; several of them are small and spread in height."""
    colour, marker = DOTS[verdict]
    is_alone = len(attainments) == 1
    axes.scatter(
        [_on_scale(value) for value in attainments],
        place + (np.zeros(1) if is_alone else spread_evenly(len(attainments), SPREAD)),
        s=34 if is_alone else 18,
        color=colour,
        marker=marker,
        edgecolors=INK if verdict != "met" else GREY,
        linewidths=0.5,
        zorder=3,
        clip_on=False,
    )


def _write_value(axes: Axes, attainment: float, place: int, words: str) -> None:
    """Write the words to the right of the dot that is drawn for this attainment."""
    axes.text(_on_scale(attainment) * 1.13, place, words, va="center", fontsize=8.5, bbox=BEHIND_LABEL)


def _on_scale(attainment: float) -> float:
    """The attainment, or the end of the scale that it lies beyond."""
    return float(np.clip(attainment, LOWEST, HIGHEST))


def _scale_attainment(axes: Axes, attainments: pd.Series) -> None:
    """Give the chart its logarithmic scale, with room for the labels to the right of the dots."""
    furthest = max(_on_scale(attainments.max()), LEAST_FURTHEST)
    axes.set_xscale("log")
    axes.set_xlim(min(_on_scale(attainments.min()) * 0.85, 0.5), furthest * 6)
    low = axes.get_xlim()[0]
    axes.set_xticks([tick for tick in TICKS if low <= tick <= furthest * 1.5])
    axes.tick_params(axis="x", labelsize=8.5)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 0)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x")
    axes.set_xlabel("完成程度（对数刻度；灰带为目标的 100%–130%）", loc="left", fontsize=9)


def _title(rows: pd.DataFrame) -> str:
    """The chart's title: how many indicators missed their target, how many went far beyond it, and which furthest."""
    missed = int((rows["verdict"] == "missed").sum())
    title = f"{len(rows)} 项可量化指标中 {missed} 项未达成" if missed else f"{len(rows)} 项可量化指标没有一项未达成"
    unsure = int(rows["is_open"].sum())
    title += f"（{unsure} 项待核对）" if unsure else ""
    beyond = measures.far_exceeded(rows)
    if beyond.empty:
        return title
    # The headline is built on a row that no review can change.
    title += f"，{len(beyond)} 项偏离目标 30% 以上"
    sure = beyond[~beyond["is_open"]]
    if sure.empty:
        return title
    floors = sure[~sure["op"].isin(["<=", "<"])]
    if floors.empty:
        return f"{title}，如“{shorten(str(sure.iloc[0]['name']), 40)}”远低于上限"
    first = floors.iloc[0]
    return f"{title}；“{shorten(str(first['name']), 44)}”完成目标的 {attained(first['attainment'])}"
