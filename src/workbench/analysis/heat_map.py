"""Draws a grid of score rates: rows down, kinds of indicators across."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from workbench.analysis import measures, style
from workbench.analysis.style import HATCH, INK, LABEL_COLUMNS, PALE, plain
from workbench.analysis.wording import category, number, percent, wrap_evenly

FEWEST_COLUMNS = 5
"""Columns that a heat map leaves room for at least: fewer are not stretched over the whole width."""

CROWDED_COLUMNS = 8
"""A heat map with more columns than this has narrow headings in a small font."""

PALEST = 1.12
"""Score rate at the pale end of the colour map: above 1, so that full marks still have a colour."""

DARK_SHARE = 0.55
"""Share of the colour map below which a cell is so dark that its text is white."""


def heat_map(rates: pd.DataFrame, labels: list[str], lost: pd.DataFrame | None = None) -> Figure:
    """Draw a grid of score rates, pale for full marks, dark for low rates, hatched where there is none.

    Args:
        rates: score rates as fractions, at least one of them known; columns are levels of indicators.
        labels: a label for each row.
        lost: the points lost, for the same rows and columns; they are written below the rate.
    """
    figure, axes = style.canvas(1.9 + 0.36 * len(rates))
    values = rates.to_numpy(dtype=float)
    lowest = min(float(np.nanmin(values)), 0.5)
    axes.add_patch(
        Rectangle((0, 0), len(rates.columns), len(rates), facecolor=style.PAPER, edgecolor=PALE, hatch=HATCH, lw=0)
    )
    axes.pcolormesh(values, cmap="Blues_r", vmin=lowest, vmax=PALEST, edgecolors=style.PAPER, lw=1.5)
    points = np.zeros(rates.shape) if lost is None else lost.to_numpy(dtype=float)
    _write_values(axes, values, points, lowest)
    _label_axes(axes, rates, labels)
    axes.tick_params(length=0)
    axes.set(xlim=(0, max(len(rates.columns), FEWEST_COLUMNS)), ylim=(len(rates), 0))
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _write_values(axes: Axes, rates: np.ndarray, lost: np.ndarray, lowest: float) -> None:
    """Write each rate into its cell, with the points lost below it."""
    for down, across in np.argwhere(~np.isnan(rates)):
        rate, points = rates[down, across], lost[down, across]
        words = percent(rate)
        if points > measures.POINT_TOLERANCE:
            words += f"\n−{number(points)}"
        is_dark = (rate - lowest) / (PALEST - lowest) < DARK_SHARE
        colour = style.PAPER if is_dark else INK
        axes.text(across + 0.5, down + 0.5, words, ha="center", va="center", fontsize=8.5, color=colour)


def _label_axes(axes: Axes, rates: pd.DataFrame, labels: list[str]) -> None:
    """Put the rows' labels on the left and the columns' headings on top."""
    axes.set_yticks(np.arange(len(labels)) + 0.5, [plain(wrap_evenly(label, LABEL_COLUMNS)) for label in labels])
    is_crowded = len(rates.columns) > CROWDED_COLUMNS
    room = 6 if is_crowded else max(8, 64 // len(rates.columns))  # half-width columns
    headings = [plain(wrap_evenly(category(name), room, 4)) for name in rates.columns]
    axes.set_xticks(np.arange(len(headings)) + 0.5, headings, fontsize=8.5 if is_crowded else 10)
    axes.xaxis.tick_top()
