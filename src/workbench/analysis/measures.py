"""What the tables say when they are counted: pure functions on the DataFrames of ``docs/dataset.md``.

Every function takes whole tables (one form or a thousand), keeps ``form_id`` and never changes
its input. What the form does not show stays missing: a sum over nothing is missing, not zero.
Rates are fractions (0.983 stands for 98.3 %), points are the form's own points.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.checks.indicators import FAR_EXCEEDED as FAR_EXCEEDED

POINT_TOLERANCE = 1e-6
"""Points nearer to each other than this are the same points (they are printed with few decimals)."""

GRADES: tuple[tuple[str, float], ...] = (("优", 90.0), ("良", 80.0), ("中", 60.0), ("差", 0.0))
"""Grades of 《项目支出绩效评价管理办法》(财预〔2020〕10号), best first, with the score (of 100) where each begins."""

TOTAL_ROW = r"总额|合计|总计|小计"
"""How the row that sums up a budget section is labelled."""


def numbers(column: pd.Series) -> pd.Series:
    """The column as float64, NaN where it holds nothing."""
    return pd.to_numeric(column, errors="coerce").astype("float64")


def budget_totals(budgets: pd.DataFrame) -> pd.DataFrame:
    """The one row of each form's budget section that stands for the whole, indexed by ``form_id``.

    It is the first row labelled 总额 or 合计, else the first row. Source: ``budgets``.
    """
    labelled = budgets["funds"].astype("string").str.contains(TOTAL_ROW, regex=True).fillna(False)
    ordered = budgets.assign(part=~labelled.astype(bool)).sort_values(["form_id", "part", "line_no"], kind="stable")
    return ordered.drop_duplicates("form_id").drop(columns="part").set_index("form_id")


def execution_rate(budgets: pd.DataFrame) -> pd.Series:
    """Budget execution rate of each form: executed ÷ adjusted.

    Unit: fraction. Where the form has no adjusted budget the initial one takes its place (the
    Beijing 2016 form); where the amounts do not give a rate, the printed rate stands. Source:
    ``budgets`` (executed, adjusted, initial, execution_rate), total row.
    """
    return execution_rate_of_lines(budget_totals(budgets)).rename("execution_rate")


def execution_rate_of_lines(budgets: pd.DataFrame) -> pd.Series:
    """The rate of :func:`execution_rate` for every line of the budget by itself, with the index of its input."""
    base = numbers(budgets["adjusted"]).fillna(numbers(budgets["initial"]))
    rate = numbers(budgets["executed"]) / base.where(base > 0)
    return rate.fillna(numbers(budgets["execution_rate"]))


def adjustment_rate(budgets: pd.DataFrame) -> pd.Series:
    """Budget adjustment rate of each form: (adjusted − initial) ÷ initial.

    Unit: fraction, negative where the budget was cut. Missing where the initial budget is 0 or not
    shown. Source: ``budgets`` (adjusted, initial), total row.
    """
    rows = budget_totals(budgets)
    initial = numbers(rows["initial"])
    return ((numbers(rows["adjusted"]) - initial) / initial.where(initial > 0)).rename("adjustment_rate")


def attainment_counts(indicators: pd.DataFrame, by: Sequence[str] = ("form_id",)) -> pd.DataFrame:
    """How many indicators were met, missed, or cannot be decided, for each group.

    Unit: indicators; met + missed + undecided = indicators. ``unscored`` says how many of them carry
    no score. Source: ``indicators`` (met, score).
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
    """Score rate of each group: Σ score ÷ Σ weight over the indicators that show both.

    ``by`` are columns, such as ``["goal_no"]``, ``["level1"]`` or ``["form_id", "level2"]``; a missing
    key is a group of its own. Columns: those of :func:`attainment_counts`, weight and score (points),
    lost (points), score_rate (fraction, missing where nothing was scored). Source: ``indicators``.
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
    """How far the quantitative indicators of each group got.

    Attainment is direction-aware: actual ÷ target where more is better or the target is to be hit (≥, >, =),
    target ÷ actual where less is better (≤, <); 1 is the target, above 1 better than it. Columns: quantified (how
    many indicators have one), lowest, middle (median), highest; unit: fraction, missing where none has one.
    Source: ``indicators`` (attainment, from op, target_value and actual_value).
    """
    keys = list(by)
    grouped = indicators[keys].assign(value=numbers(indicators["attainment"])).groupby(keys, dropna=False)["value"]
    return pd.DataFrame(
        {"quantified": grouped.count(), "lowest": grouped.min(), "middle": grouped.median(), "highest": grouped.max()}
    )


def points_lost(budgets: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Every place where a form lost points, most first: weight − score, where that is more than nothing.

    Unit: points. The budget's own points count too (``place`` 预算执行 against 绩效指标). Columns:
    form_id, place, indicator_no, goal_no, level1, level2, name, target, actual, met, weight, score, lost,
    deviation. Source: ``budgets`` (total row) and ``indicators``.
    """
    columns = ["form_id", "place", "indicator_no", "goal_no", "level1", "level2", "name", "target", "actual", "met"]
    columns += ["weight", "score", "lost", "deviation"]
    money = budget_totals(budgets).reset_index()
    money = money.assign(place="预算执行", name="预算执行率", target="", actual="", level1="预算执行", level2="")
    rate = money["form_id"].map(execution_rate(budgets))
    money["actual"] = [f"{value:.1%}" if pd.notna(value) else "" for value in rate]
    rows = [
        table.assign(lost=numbers(table["weight"]) - numbers(table["score"]))
        for table in (money, indicators.assign(place="绩效指标"))
    ]
    losses = [table[table["lost"] > POINT_TOLERANCE].reindex(columns=columns).astype(object) for table in rows]
    everything = pd.concat(losses, ignore_index=True)
    everything[["weight", "score", "lost"]] = everything[["weight", "score", "lost"]].astype("float64")
    return everything.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


def met_but_docked(indicators: pd.DataFrame) -> pd.DataFrame:
    """Indicators that were met and yet did not get full marks. Source: ``indicators`` (met, weight, score)."""
    short = numbers(indicators["weight"]) - numbers(indicators["score"]) > POINT_TOLERANCE
    return indicators[indicators["met"].astype("boolean").fillna(False).astype(bool) & short]


def missed(indicators: pd.DataFrame) -> pd.DataFrame:
    """Indicators whose target was not reached. Source: ``indicators`` (met)."""
    return indicators[(~indicators["met"].astype("boolean")).fillna(False).astype(bool)]


def unscored(indicators: pd.DataFrame) -> pd.DataFrame:
    """Indicators that show no score (``-``, blank or unreadable). Source: ``indicators`` (score)."""
    return indicators[numbers(indicators["score"]).isna()]


def far_exceeded(indicators: pd.DataFrame, threshold: float = FAR_EXCEEDED) -> pd.DataFrame:
    """Indicators done better than their target by more than 30 %: attainment > 1.3, highest first.

    A target set that low says little. For a ceiling (≤) it means that less than 1/1.3 of it was used.
    Unit: fraction. Source: ``indicators`` (attainment). 《项目支出绩效评价管理办法》(财预〔2020〕10号) wants the
    reasons wherever an actual is far beyond its target; 30 % is where the workbench's checks draw the line.
    """
    reached = numbers(indicators["attainment"])
    beyond = indicators.assign(attainment=reached)[reached > threshold]
    return beyond.sort_values("attainment", ascending=False, kind="stable")


def met_to_the_digit(indicators: pd.DataFrame) -> pd.DataFrame:
    """Quantitative indicators with actual_value = target_value, to the last digit. Source: ``indicators``."""
    target, actual = numbers(indicators["target_value"]), numbers(indicators["actual_value"])
    return indicators[(indicators["kind"] == "number") & (target - actual).abs().lt(1e-9)]


def quantitative_share(indicators: pd.DataFrame) -> pd.Series:
    """Share of each form's indicators whose target is a number: count(kind = number) ÷ count. Unit: fraction."""
    return (indicators["kind"] == "number").groupby(indicators["form_id"]).mean().rename("quantitative_share")


def full_mark_share(indicators: pd.DataFrame) -> pd.Series:
    """Share of each form's scored indicators that got full marks: count(score = weight) ÷ count. Unit: fraction."""
    gap = numbers(indicators["weight"]) - numbers(indicators["score"])
    scored = indicators[gap.notna()]
    return gap[gap.notna()].abs().lt(POINT_TOLERANCE).groupby(scored["form_id"]).mean().rename("full_mark_share")


def satisfaction(indicators: pd.DataFrame) -> pd.DataFrame:
    """The satisfaction indicators with a percentage: rows of level 1 or 2 named 满意度. Source: ``indicators``."""
    levels = indicators["level1"].astype("string").fillna("") + indicators["level2"].astype("string").fillna("")
    return indicators[levels.str.contains("满意").astype(bool) & (indicators["actual_unit"] == "%")]


def mean_satisfaction(indicators: pd.DataFrame) -> pd.Series:
    """Mean of each form's satisfaction percentages: Σ actual_value ÷ count over :func:`satisfaction`.

    Unit: fraction (0.95 for 95 %); missing where no satisfaction was measured. Source: ``indicators``.
    """
    rows = satisfaction(indicators)
    return (numbers(rows["actual_value"]).groupby(rows["form_id"]).mean() / 100).rename("satisfaction")


def totals(forms: pd.DataFrame, budgets: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Stated totals against the added-up rows, indexed by ``form_id``.

    added = Σ indicators + the budget's total row; gap = stated − added. Unit: points. A gap is missing
    where either side is. Source: ``forms`` (total_weight, total_score), ``budgets``, ``indicators``.
    """
    stated = forms.set_index("form_id")
    table = pd.DataFrame(index=stated.index)
    money = budget_totals(budgets).reindex(table.index)
    for name in ("weight", "score"):
        points = numbers(indicators[name]).groupby(indicators["form_id"]).sum(min_count=1).reindex(table.index)
        table[f"stated_{name}"] = numbers(stated[f"total_{name}"])
        table[f"added_{name}"] = points.add(numbers(money[name]), fill_value=0.0)
        table[f"{name}_gap"] = (table[f"stated_{name}"] - table[f"added_{name}"]).round(6)
    return table


def grade(score: float | None, full: float = 100.0) -> str | None:
    """The grade of a score: 优 from 90, 良 from 80, 中 from 60, 差 below (of 100 points); None without a score.

    ``full`` are the points that could be had: 18 of 20 is graded like 90 of 100. Source:
    《项目支出绩效评价管理办法》(财预〔2020〕10号): 90（含）–100 优, 80（含）–90 良, 60（含）–80 中, below 60 差.
    """
    if score is None or pd.isna(score) or pd.isna(full) or full <= 0:
        return None
    of_hundred = round(score / full * 100, 6)
    return next((name for name, start in GRADES if of_hundred >= start), GRADES[-1][0])
