"""Compares forms across departments and years: bounds of scores, ranks, dispersion, correlation, changes.

``summary`` is the frame of :func:`workbench.analysis.summary.form_summary`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis import measures
from workbench.analysis.field_states import field_states, is_open
from workbench.analysis.measures import numbers
from workbench.analysis.points import point_rows, sum_bounds
from workbench.analysis.selection import Tables

FEWEST_PAIRS = 5
"""Fewest forms that a correlation is computed for; over fewer its interval says nothing."""

RATE_DECIMALS = 9
"""Decimals to which score rates (fractions) are compared, so that equal scores share a rank."""

NORMAL_95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile: half the width of a 95 % interval in standard errors."""


@dataclass(frozen=True, slots=True)
class Association:
    """Spearman's rank correlation of two measures over ``count`` forms, with its 95 % interval, low to high."""

    count: int
    coefficient: float
    low: float
    high: float


def score_bounds(tables: Tables) -> pd.DataFrame:
    """Compute between which scores each form's score must lie, whatever a review finds, indexed by ``form_id``.

    A field awaits review where a finding flags it as possibly misread, or it was not read, and nobody has looked at it
    yet. Then:

    - The stated total does not await review: it is the score.
    - Some rows do: the score is the sum of the rows, where each of these rows got anything from 0 to its weight.
    - The total and nothing else does: the score lies between the stated total and the sum of the rows.
    - The rows give no sum, or one of them has no certain weight: the score lies between 0 and full marks.

    Columns: low, high (points), doubted (number of fields and rows that await review and bear on the score).
    Source: ``forms``, ``budgets``, ``indicators``, and the states of their points.
    """
    totals = measures.totals(tables.forms, tables.budgets, tables.indicators)
    of_total = field_states(tables, "forms", ("total_weight", "total_score")).set_index(tables.forms["form_id"])
    total_is_open = is_open(of_total).reindex(totals.index)
    rows = point_rows(tables)
    sums = sum_bounds(rows, "score").reindex(totals.index)
    full = totals["stated_weight"].fillna(totals["added_weight"])
    low = sums["low"].fillna(0.0).where(totals["added_score"].notna())
    high = sums["high"].fillna(full).where(totals["added_score"].notna())
    stated = totals["stated_score"]
    # A flagged total: what it says and what the rows say are both possible.
    low = low.mask(total_is_open, np.fmin(low, stated))
    high = high.mask(total_is_open, np.fmax(high, stated))
    is_certain = stated.notna() & ~total_is_open
    low, high = stated.where(is_certain, low), stated.where(is_certain, high)
    is_unknown = total_is_open & totals["added_score"].isna()
    low, high = low.mask(is_unknown, 0.0), high.mask(is_unknown, full)
    open_rows = rows.loc[is_open(rows[["weight_state", "score_state"]]), "form_id"]
    counts = pd.Series(open_rows.value_counts(), index=totals.index).fillna(0) + total_is_open
    return pd.DataFrame({"low": low, "high": high, "doubted": counts.astype(int)}, index=totals.index)


def ranking(summary: pd.DataFrame, bounds: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rank the forms of each year by score rate, best first; equal scores share the better rank.

    Adds to ``summary`` the columns rank (1 is the best of its year) and ranked (how many forms of that year have a
    score). With ``bounds``, the frame of :func:`score_bounds`, it adds best_rank and worst_rank: the ranks that a
    form can have, whatever the fields that await review hold. Forms without a score come last, without a rank.
    """
    years = summary["year"].astype("Int64")
    rates = summary["score_rate"].round(RATE_DECIMALS)
    ranks = rates.groupby(years, dropna=False).rank(method="min", ascending=False)
    counts = rates.groupby(years, dropna=False).transform("count")
    table = summary.assign(rank=ranks.astype("Int64"), ranked=counts.astype("Int64"))
    if bounds is not None:
        table = _with_possible_ranks(table, rates, bounds)
    return table.sort_values(["year", "rank"], ascending=[False, True], na_position="last", kind="stable")


def _with_possible_ranks(table: pd.DataFrame, rates: pd.Series, bounds: pd.DataFrame) -> pd.DataFrame:
    """Add best_rank and worst_rank to a ranked table, from the bounds of every score of the year."""
    table = table.assign(best_rank=table["rank"], worst_rank=table["rank"])
    known = bounds.reindex(table["form_id"]).set_index(table.index)
    full = table["full"].where(table["full"] > 0)
    low, high = ((known[end] / full).fillna(rates).round(RATE_DECIMALS) for end in ("low", "high"))
    for _, of_year in table[table["rank"].notna()].groupby("year", dropna=False):
        lows, highs = low[of_year.index].to_numpy(), high[of_year.index].to_numpy()
        certainly_ahead = len(lows) - np.searchsorted(np.sort(lows), highs, side="right")
        # A form whose own range is open counts among those that may be ahead of it, and is taken out again.
        possibly_ahead = len(highs) - np.searchsorted(np.sort(highs), lows, side="right") - (highs > lows)
        table.loc[of_year.index, "best_rank"] = certainly_ahead + 1
        table.loc[of_year.index, "worst_rank"] = possibly_ahead + 1
    return table


def dispersion(values: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Describe how far a measure spreads within each group, such as score rates by year, indexed by group.

    ``values`` and ``groups`` share an index; missing values are left out. Columns: count, mean, median, lower and
    upper (quartiles), minimum, maximum, deviation (standard deviation with n − 1, missing for one value), all in the
    measure's unit, and variation (deviation ÷ mean, without a unit).
    """
    grouped = numbers(values).groupby(groups)
    table = pd.DataFrame(
        {
            "count": grouped.count(),
            "mean": grouped.mean(),
            "median": grouped.median(),
            "lower": grouped.quantile(0.25),
            "upper": grouped.quantile(0.75),
            "minimum": grouped.min(),
            "maximum": grouped.max(),
            "deviation": grouped.std(),
        }
    )
    return table.assign(variation=table["deviation"] / table["mean"].where(table["mean"] > 0))


def association(first: pd.Series, second: pd.Series) -> Association | None:
    """Compute Spearman's ρ of two measures over the forms that show both.

    None for fewer than :data:`FEWEST_PAIRS` forms, or where a measure is constant. The two series share an index.
    Interval: Fisher's z with the standard error √((1 + ρ²/2) ÷ (n − 3)) (Bonett and Wright 2000, Psychometrika 65).
    """
    both = pd.DataFrame({"first": numbers(first), "second": numbers(second)}).dropna()
    if len(both) < FEWEST_PAIRS or both["first"].nunique() < 2 or both["second"].nunique() < 2:
        return None
    rho = float(np.clip(both["first"].rank().corr(both["second"].rank()), -1.0, 1.0))
    z = math.atanh(float(np.clip(rho, -0.999999, 0.999999)))
    error = math.sqrt((1 + rho**2 / 2) / (len(both) - 3))
    return Association(len(both), rho, math.tanh(z - NORMAL_95 * error), math.tanh(z + NORMAL_95 * error))


def year_panel(departments: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Lay a measure out by department (down) and known year (across), missing where there is no form.

    Only departments with two years or more are kept. ``departments`` is the frame of
    :func:`workbench.analysis.summary.department_summary`, ``measure`` one of its columns.
    """
    known = departments[measures.numbers(departments[measure]).notna()].reset_index()
    panel = known[known["year"] > 0].pivot(index="department", columns="year", values=measure).astype("float64")
    return panel[panel.notna().sum(axis=1) >= 2].sort_index(axis=1)


def year_changes(panel: pd.DataFrame) -> pd.DataFrame:
    """List how each department changed from one of its years to the next, in the measure's unit.

    Columns: department, year, before (the year compared with: the one before it that the department has), value,
    change (value − value of ``before``). ``panel`` is the frame of :func:`year_panel`.
    """
    long = panel.reset_index().melt("department", var_name="year", value_name="value").dropna(subset=["value"])
    long = long.sort_values(["department", "year"], kind="stable")
    by = long.groupby("department")
    long = long.assign(before=by["year"].shift(), change=by["value"].diff())
    return long.dropna(subset=["before"]).astype({"before": int}).reset_index(drop=True)
