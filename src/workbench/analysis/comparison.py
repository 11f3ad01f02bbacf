"""Measures across departments and years: ranks and how sure they are, dispersion, association, panels.

All take the table of :func:`workbench.analysis.summary.form_summary` unless they say otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis import measures
from workbench.analysis.measures import numbers
from workbench.analysis.selection import Tables
from workbench.findings import FLAGS

POINT_FIELDS = ("weight", "score")
"""Fields of a row whose misreading would change a score."""

NORMAL_95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile: half the width of a 95 % interval in standard errors."""


@dataclass(frozen=True, slots=True)
class Association:
    """Spearman's rank correlation between two measures, with its 95 % interval, over ``count`` forms."""

    count: int
    coefficient: float
    low: float
    high: float


def score_bounds(tables: Tables) -> pd.DataFrame:
    """Between which scores a form's score must lie, given what a person has yet to look at, indexed by ``form_id``.

    A field is under review where a finding says that the machine may be wrong about it. Where the stated total
    was read without doubt it is the score. Otherwise the score is the sum of the rows, in which every row under
    review may have got anything from 0 to its weight; where the total and nothing else is under review, it lies
    between the stated total and that sum; where the rows give no sum, between 0 and the full marks.
    Columns: low, high (points), doubted (fields under review that bear on it). Source: ``findings``, ``forms``,
    ``budgets``, ``indicators``.
    """
    totals = measures.totals(tables.forms, tables.budgets, tables.indicators)
    doubts = tables.findings[tables.findings["code"].isin(FLAGS) & ~tables.findings["reviewed"].astype(bool)]
    of_total = _doubted(doubts, "forms", ("total_weight", "total_score"), required=True)
    budget_rows = measures.budget_totals(tables.budgets).reset_index()
    rows = [
        _doubted_rows(tables.indicators, "indicator_no", _doubted(doubts, "indicators", POINT_FIELDS)),
        _doubted_rows(budget_rows, "line_no", _doubted(doubts, "budgets", POINT_FIELDS)),
    ]
    at_stake = pd.concat(rows, ignore_index=True).groupby("form_id")[["weight", "score"]].sum()
    at_stake = at_stake.reindex(totals.index).fillna(0.0)
    counts = pd.concat([of_total["form_id"], *(part["form_id"] for part in rows)]).value_counts()
    stated, full = totals["stated_score"], totals["stated_weight"].fillna(totals["added_weight"])
    least = totals["added_score"] - at_stake["score"]
    most = least + at_stake["weight"]
    total_in_doubt = totals.index.isin(of_total["form_id"])
    low, high = least.copy(), most.copy()
    # Doubt about the total alone: what it says and what the rows say are the two candidates.
    low[total_in_doubt] = np.fmin(least, stated)[total_in_doubt]
    high[total_in_doubt] = np.fmax(most, stated)[total_in_doubt]
    sure = stated.notna() & ~total_in_doubt
    low, high = stated.where(sure, low), stated.where(sure, high)
    unknown = total_in_doubt & totals["added_score"].isna()
    low, high = low.mask(unknown, 0.0), high.mask(unknown, full)
    doubted = pd.Series(counts, index=totals.index).fillna(0).astype(int)
    return pd.DataFrame({"low": low, "high": high, "doubted": doubted}, index=totals.index)


def ranking(summary: pd.DataFrame, bounds: pd.DataFrame | None = None) -> pd.DataFrame:
    """Forms of one year ranked by score rate, best first; equal scores share the better rank.

    Adds ``rank`` (1 = best within its year), ``ranked`` (how many of that year have a score), and, with the
    ``bounds`` of :func:`score_bounds`, ``best_rank`` and ``worst_rank``: the ranks that the form can have if
    every field under review may hold anything. Forms without a score come last, without a rank.
    """
    years = summary["year"].astype("Int64")
    rates = summary["score_rate"].round(9)
    places = rates.groupby(years, dropna=False).rank(method="min", ascending=False)
    counts = rates.groupby(years, dropna=False).transform("count")
    table = summary.assign(rank=places.astype("Int64"), ranked=counts.astype("Int64"))
    if bounds is not None:
        table = table.assign(best_rank=table["rank"], worst_rank=table["rank"])
        known = bounds.reindex(table["form_id"]).set_index(table.index)
        low = (known["low"] / table["full"].where(table["full"] > 0)).fillna(rates).round(9)
        high = (known["high"] / table["full"].where(table["full"] > 0)).fillna(rates).round(9)
        for _, of_year in table[table["rank"].notna()].groupby("year", dropna=False):
            lows, highs = low[of_year.index].to_numpy(), high[of_year.index].to_numpy()
            better = len(lows) - np.searchsorted(np.sort(lows), highs, side="right")
            # Everyone who may be ahead; a form does not stand ahead of itself.
            maybe = len(highs) - np.searchsorted(np.sort(highs), lows, side="right") - (highs > lows)
            table.loc[of_year.index, "best_rank"] = better + 1
            table.loc[of_year.index, "worst_rank"] = maybe + 1
    return table.sort_values(["year", "rank"], ascending=[False, True], na_position="last", kind="stable")


def dispersion(values: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """How far a measure spreads within each group, such as score rates by year.

    Columns: count, mean, median, lower and upper quartile, minimum, maximum, deviation (standard deviation with
    n − 1, missing for one value), variation (deviation ÷ mean). Missing values are left out. Unit: the measure's.
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
    """Spearman's ρ of two measures over the forms that show both; None for fewer than five, or where one is constant.

    Interval: Fisher's z with the standard error √((1 + ρ²/2) ÷ (n − 3)) (Bonett and Wright 2000, Psychometrika 65).
    """
    both = pd.DataFrame({"first": numbers(first), "second": numbers(second)}).dropna()
    if len(both) < 5 or both["first"].nunique() < 2 or both["second"].nunique() < 2:
        return None
    rho = float(np.clip(both["first"].rank().corr(both["second"].rank()), -1.0, 1.0))
    middle = math.atanh(float(np.clip(rho, -0.999999, 0.999999)))
    error = math.sqrt((1 + rho**2 / 2) / (len(both) - 3))
    return Association(len(both), rho, math.tanh(middle - NORMAL_95 * error), math.tanh(middle + NORMAL_95 * error))


def year_panel(departments: pd.DataFrame, measure: str) -> pd.DataFrame:
    """A measure of every department (down) in every known year (across); missing where there is no form.

    Takes :func:`workbench.analysis.summary.department_summary`. Only departments with two years or more.
    """
    known = departments[measures.numbers(departments[measure]).notna()].reset_index()
    panel = known[known["year"] > 0].pivot(index="department", columns="year", values=measure).astype("float64")
    return panel[panel.notna().sum(axis=1) >= 2].sort_index(axis=1)


def year_changes(panel: pd.DataFrame) -> pd.DataFrame:
    """What changed from each department's year to the year before it that it has, in the measure's unit.

    Long: department, year, before (the year compared with), value, change (value − value of the year before).
    Takes :func:`year_panel`.
    """
    long = panel.reset_index().melt("department", var_name="year", value_name="value").dropna(subset=["value"])
    long = long.sort_values(["department", "year"], kind="stable")
    by = long.groupby("department")
    long = long.assign(before=by["year"].shift(), change=by["value"].diff())
    return long.dropna(subset=["before"]).astype({"before": int}).reset_index(drop=True)


def _doubted(doubts: pd.DataFrame, table: str, fields: tuple[str, ...], required: bool = False) -> pd.DataFrame:
    """The records with a finding of doubt about one of these fields (or, unless ``required``, about the whole row)."""
    about = doubts["field"].isin(fields)
    if not required:
        about |= doubts["field"].isna() & doubts["record_no"].notna()
    chosen = doubts[(doubts["table"] == table) & about]
    return chosen[["form_id", "record_no"]].drop_duplicates()


def _doubted_rows(rows: pd.DataFrame, number: str, doubted: pd.DataFrame) -> pd.DataFrame:
    """Weight and score of the rows in doubt; a score that was not read is worth nothing so far."""
    keys = doubted.rename(columns={"record_no": number})
    found = rows[["form_id", number, "weight", "score"]].merge(keys, on=["form_id", number])
    return found.assign(weight=numbers(found["weight"]), score=numbers(found["score"]))
