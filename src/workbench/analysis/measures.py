"""Computes rates, counts and points from the tables of a dataset (``docs/dataset.md``).

Every function takes whole tables, of one form or a thousand, and never changes its input. What a form does not
show stays missing: a sum over nothing is missing, not zero. Rates are fractions (0.983 stands for 98.3 %), points
are the form's own points. ``Source`` names the tables, and the columns that the frame needs.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.checks.indicators import FAR_EXCEEDED as FAR_EXCEEDED
from workbench.dataset.budget_totals import budget_totals as budget_totals
from workbench.dataset.budget_totals import execution_rate as execution_rate
from workbench.dataset.budget_totals import execution_rate_of_lines as execution_rate_of_lines
from workbench.dataset.budget_totals import numbers as numbers

POINT_TOLERANCE = 1e-6
"""Difference in points up to which two scores are equal: far below the decimals that forms print."""

GRADES: tuple[tuple[str, float], ...] = (("优", 90.0), ("良", 80.0), ("中", 60.0), ("差", 0.0))
"""Grades, best first, with the score (of 100) where each begins: 《项目支出绩效评价管理办法》(财预〔2020〕10号)."""

DIGIT_TOLERANCE = 1e-9
"""Difference up to which a target and an actual are the same number: no more than floating point adds."""


def adjustment_rate(budgets: pd.DataFrame) -> pd.Series:
    """Compute the budget adjustment rate of each form: (adjusted − initial) ÷ initial, indexed by ``form_id``.

    Unit: fraction, negative where the budget was cut. Missing where the initial budget is 0 or not
    shown. Source: the total row of ``budgets`` (adjusted, initial).
    """
    rows = budget_totals(budgets)
    initial = numbers(rows["initial"])
    return ((numbers(rows["adjusted"]) - initial) / initial.where(initial > 0)).rename("adjustment_rate")


def attainment_counts(indicators: pd.DataFrame, by: Sequence[str] = ("form_id",)) -> pd.DataFrame:
    """Count the indicators of each group that were met, missed, or cannot be decided, indexed by ``by``.

    Columns: indicators, met, missed, undecided (the three add up to indicators), unscored (how many of the
    indicators have no score). Unit: indicators. Source: ``indicators`` (met, score, and the columns of ``by``).
    """
    met = indicators["met"].astype("boolean")
    flags = indicators[list(by)].assign(
        indicators=1,
        met=met.fillna(False).astype(int),
        missed=(~met).fillna(False).astype(int),
        undecided=met.isna().astype(int),
        unscored=numbers(indicators["score"]).isna().astype(int),
    )
    return flags.groupby(list(by), dropna=False).sum()


def score_rate(indicators: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Compute the score rate of each group, indexed by ``by``: Σ score ÷ Σ weight over indicators that show both.

    ``by`` are columns, such as ``["goal_no"]``, ``["level1"]`` or ``["form_id", "level2"]``; a missing
    value is a group of its own. Columns: those of :func:`attainment_counts`, weight, score and lost (points),
    score_rate (fraction, missing where nothing was scored). Source: ``indicators`` (met, weight, score).
    """
    keys = list(by)
    weight, score = numbers(indicators["weight"]), numbers(indicators["score"])
    scored = weight.notna() & score.notna()
    points = indicators[keys].assign(weight=weight.where(scored), score=score.where(scored))
    sums = points.groupby(keys, dropna=False)[["weight", "score"]].sum(min_count=1)
    table = attainment_counts(indicators, keys).join(sums)
    table["lost"] = table["weight"] - table["score"]
    table["score_rate"] = table["score"] / table["weight"].where(table["weight"] > 0)
    return table


def attainment(indicators: pd.DataFrame, by: Sequence[str] = ("form_id",)) -> pd.DataFrame:
    """Describe how far the quantitative indicators of each group got, indexed by ``by``.

    Attainment is actual ÷ target where more is better or the target is to be hit (≥, >, =), and target ÷ actual
    where less is better (≤, <); 1 is the target, more than 1 is better than it. Columns: quantified (how many
    indicators have an attainment), lowest, middle (the median), highest (fractions, missing where none has one).
    Source: ``indicators`` (attainment).
    """
    keys = list(by)
    grouped = indicators[keys].assign(value=numbers(indicators["attainment"])).groupby(keys, dropna=False)["value"]
    return pd.DataFrame(
        {"quantified": grouped.count(), "lowest": grouped.min(), "middle": grouped.median(), "highest": grouped.max()}
    )


LOSS_COLUMNS = [
    *("form_id", "place", "indicator_no", "goal_no", "level1", "level2", "name", "target", "actual", "met"),
    *("weight", "score", "lost", "deviation", "name_state", "target_state", "actual_state"),
    *("weight_state", "score_state"),
]
"""Columns of :func:`points_lost`. The states are missing where its input has none."""


def points_lost(budgets: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """List every place where a form lost points (weight − score), most first.

    Such a place is an indicator (``place`` is 绩效指标), or the budget with its own points (预算执行). Columns:
    :data:`LOSS_COLUMNS`; weight, score and lost in points. Source: the total row of ``budgets``, and ``indicators``.
    """
    losses = []
    for table in (_budgets_as_indicators(budgets), indicators.assign(place="绩效指标")):
        table = table.assign(lost=numbers(table["weight"]) - numbers(table["score"]))
        losses.append(table[table["lost"] > POINT_TOLERANCE].reindex(columns=LOSS_COLUMNS).astype(object))
    everything = pd.concat(losses, ignore_index=True)
    points = ["weight", "score", "lost"]
    everything[points] = everything[points].astype("float64")
    return everything.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


def _budgets_as_indicators(budgets: pd.DataFrame) -> pd.DataFrame:
    """Each form's total row with the columns of an indicator, its execution rate as the actual."""
    totals = budget_totals(budgets).reset_index()
    rates = totals["form_id"].map(execution_rate(budgets))
    actual = [f"{rate:.1%}" if pd.notna(rate) else "" for rate in rates]
    return totals.assign(place="预算执行", name="预算执行率", target="", actual=actual, level1="预算执行", level2="")


def met_but_docked(indicators: pd.DataFrame) -> pd.DataFrame:
    """Filter the indicators that were met and yet lost points. Source: ``indicators`` (met, weight, score)."""
    short = numbers(indicators["weight"]) - numbers(indicators["score"]) > POINT_TOLERANCE
    return indicators[indicators["met"].astype("boolean").fillna(False).astype(bool) & short]


def missed(indicators: pd.DataFrame) -> pd.DataFrame:
    """Filter the indicators whose target was not reached. Source: ``indicators`` (met)."""
    return indicators[(~indicators["met"].astype("boolean")).fillna(False).astype(bool)]


def unscored(indicators: pd.DataFrame) -> pd.DataFrame:
    """Filter the indicators that show no score (``-``, blank or unreadable). Source: ``indicators`` (score)."""
    return indicators[numbers(indicators["score"]).isna()]


def far_exceeded(indicators: pd.DataFrame, threshold: float = FAR_EXCEEDED) -> pd.DataFrame:
    """Filter the indicators that went more than 30 % beyond their target: attainment above 1.3, highest first.

    A target that is exceeded that far says little. For a ceiling (≤) it means that less than 1/1.3 of it was used.
    ``threshold`` is an attainment (a fraction). Source: ``indicators`` (attainment). 《项目支出绩效评价管理办法》
    (财预〔2020〕10号) asks for the reasons where an actual is far beyond its target; the 30 % are those of the
    workbench's checks.
    """
    attained = numbers(indicators["attainment"])
    beyond = indicators.assign(attainment=attained)[attained > threshold]
    return beyond.sort_values("attainment", ascending=False, kind="stable")


def met_to_the_digit(indicators: pd.DataFrame) -> pd.DataFrame:
    """Filter the quantitative indicators whose actual is exactly the target.

    Source: ``indicators`` (kind, target_value, actual_value).
    """
    target, actual = numbers(indicators["target_value"]), numbers(indicators["actual_value"])
    return indicators[(indicators["kind"] == "number") & (target - actual).abs().lt(DIGIT_TOLERANCE)]


def quantitative_share(indicators: pd.DataFrame) -> pd.Series:
    """Compute the share of each form's indicators whose target is a number, indexed by ``form_id``.

    Unit: fraction. Source: ``indicators`` (kind).
    """
    return (indicators["kind"] == "number").groupby(indicators["form_id"]).mean().rename("quantitative_share")


def full_mark_share(indicators: pd.DataFrame) -> pd.Series:
    """Compute the share of each form's scored indicators that got full marks, indexed by ``form_id``.

    Unit: fraction. Source: ``indicators`` (weight, score).
    """
    gap = numbers(indicators["weight"]) - numbers(indicators["score"])
    scored = indicators[gap.notna()]
    return gap[gap.notna()].abs().lt(POINT_TOLERANCE).groupby(scored["form_id"]).mean().rename("full_mark_share")


def satisfaction(indicators: pd.DataFrame) -> pd.DataFrame:
    """Filter the satisfaction indicators with a percentage: those with 满意 in ``level1`` or ``level2``.

    Source: ``indicators`` (level1, level2, actual_unit).
    """
    levels = indicators["level1"].astype("string").fillna("") + indicators["level2"].astype("string").fillna("")
    return indicators[levels.str.contains("满意").astype(bool) & (indicators["actual_unit"] == "%")]


def mean_satisfaction(indicators: pd.DataFrame) -> pd.Series:
    """Compute the mean of each form's satisfaction percentages, over :func:`satisfaction`, indexed by ``form_id``.

    Unit: fraction (0.95 for 95 %). Forms that measured no satisfaction are left out. Source: ``indicators``.
    """
    rows = satisfaction(indicators)
    return (numbers(rows["actual_value"]).groupby(rows["form_id"]).mean() / 100).rename("satisfaction")


def totals(forms: pd.DataFrame, budgets: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Compare each form's stated totals with the sums of its rows, indexed by ``form_id``.

    Columns: stated_weight, added_weight, weight_gap, stated_score, added_score, score_gap. added is the sum of the
    indicators and the budget's total row, missing where the form has indicators and none of them shows points; gap is
    stated − added, missing where either of them is. Unit: points.
    Source: ``forms`` (total_weight, total_score), ``budgets`` and ``indicators`` (weight, score).
    """
    stated = forms.set_index("form_id")
    table = pd.DataFrame(index=stated.index)
    money = budget_totals(budgets).reindex(table.index)
    for name in ("weight", "score"):
        points = numbers(indicators[name]).groupby(indicators["form_id"]).sum(min_count=1).reindex(table.index)
        table[f"stated_{name}"] = numbers(stated[f"total_{name}"])
        added = points.add(numbers(money[name]), fill_value=0.0)
        # The budget's points alone are no sum of a form whose indicators show none.
        table[f"added_{name}"] = added.where(points.notna() | ~table.index.isin(indicators["form_id"]))
        table[f"{name}_gap"] = (table[f"stated_{name}"] - table[f"added_{name}"]).round(6)
    return table


def grade(score: float | None, full: float = 100.0) -> str | None:
    """Grade a score of ``full`` points: 优 from 90 %, 良 from 80 %, 中 from 60 %, 差 below; None without a score.

    Source: 《项目支出绩效评价管理办法》(财预〔2020〕10号), which grades a score of 100 points.

    >>> grade(90), grade(89.99), grade(18, full=20), grade(None)
    ('优', '良', '优', None)
    """
    if score is None or pd.isna(score) or pd.isna(full) or full <= 0:
        return None
    of_hundred = round(score / full * 100, 6)
    return next((name for name, start in GRADES if of_hundred >= start), GRADES[-1][0])
