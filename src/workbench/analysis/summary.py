"""Computes one row per form, or per department and year, with its key figures."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.selection import Tables, department_names, form_years

OVERALL = "部门整体"
"""The project of a form that names none: a department's overall form."""

SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}
"""Words for the severities of findings, the most serious first."""


def form_summary(tables: Tables) -> pd.DataFrame:
    """Compute the key figures of every form, in the order of ``forms``.

    The frame has a row for each form, with these columns:

    - what the form is: form_id, document_id, department, year (0: unknown), project (部门整体 where none)
    - its score: full and score (points; the stated totals, else the sum of the rows), score_stated (bool),
      score_rate (score ÷ full, a fraction), grade, the six columns of :func:`measures.totals` (points)
    - its budget: amount_unit, initial, adjusted, executed (in that unit), execution_rate, adjustment_rate (fractions)
    - its indicators (counts): indicators, met, missed, undecided, unscored, far_exceeded, to_the_digit
    - where it lost points: points_lost (points), lost_in (number of places)
    - shares (fractions): quantitative_share, full_mark_share, satisfaction
    - how far to trust it: error, warning, info (numbers of findings), confidence (lowest, 0 to 1), review (bool)
    """
    forms, indicators = tables.forms, tables.indicators
    table = _identities(forms)
    table = table.join(measures.totals(forms, tables.budgets, indicators))
    table = table.join(_scores(table, indicators))
    table = table.join(_budget_figures(tables.budgets))
    table = table.join(_indicator_counts(tables))
    for share in (measures.quantitative_share, measures.full_mark_share, measures.mean_satisfaction):
        table = table.join(share(indicators))
    counted = ["indicators", "met", "missed", "undecided", "unscored", "lost_in", "far_exceeded", "to_the_digit"]
    table[counted] = table[counted].fillna(0).astype(int)
    # A form that lost no points lost 0, unless it has no score from which that would follow.
    scored = table["indicators"] > table["unscored"]
    table["points_lost"] = table["points_lost"].fillna(0.0).where(scored | table["points_lost"].notna())
    table = table.join(finding_counts(tables.findings))
    table[list(SEVERITIES)] = table[list(SEVERITIES)].fillna(0).astype(int)
    return table.join(lowest_confidence(tables)).reset_index()


def _identities(forms: pd.DataFrame) -> pd.DataFrame:
    """What each form is, and whether it awaits review, indexed by ``form_id``."""
    return pd.DataFrame(
        {
            "document_id": forms["document_id"].to_numpy(),
            "department": department_names(forms).to_numpy(),
            "year": form_years(forms).to_numpy(),
            "project": forms["project"].astype("string").fillna("").replace("", OVERALL).to_numpy(),
            "review": forms["review"].astype("boolean").fillna(False).astype(bool).to_numpy(),
        },
        index=pd.Index(forms["form_id"], name="form_id"),
    )


def _budget_figures(budgets: pd.DataFrame) -> pd.DataFrame:
    """The amounts of each form's total row with their unit, and its rates, indexed by ``form_id``."""
    money = measures.budget_totals(budgets)
    amounts = money[["initial", "adjusted", "executed"]].apply(measures.numbers)
    figures = money[["amount_unit"]].join(amounts)
    return figures.join(measures.execution_rate(budgets)).join(measures.adjustment_rate(budgets))


def _indicator_counts(tables: Tables) -> pd.DataFrame:
    """How many indicators of each form were met, missed, far exceeded …, and the points it lost."""
    indicators = tables.indicators
    losses = measures.points_lost(tables.budgets, indicators).groupby("form_id")["lost"].agg(["sum", "count"])
    counts = measures.attainment_counts(indicators)
    counts = counts.join(losses.rename(columns={"sum": "points_lost", "count": "lost_in"}))
    counts = counts.join(measures.far_exceeded(indicators).groupby("form_id").size().rename("far_exceeded"))
    return counts.join(measures.met_to_the_digit(indicators).groupby("form_id").size().rename("to_the_digit"))


def department_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Compute one row for each department and year, indexed by both: the key figures of its main form.

    The main form is the overall one, else the first. ``forms`` is the number of forms; error, warning and
    info are sums over all of them. Takes the frame of :func:`form_summary`.
    """
    keys = ["department", "year"]
    ordered = summary.assign(is_part=summary["project"] != OVERALL).sort_values("is_part", kind="stable")
    main = ordered.drop_duplicates(keys).set_index(keys).drop(columns=["is_part", *SEVERITIES])
    sums = summary.groupby(keys)[list(SEVERITIES)].sum()
    return main.join(sums).join(summary.groupby(keys).size().rename("forms"))


def finding_counts(findings: pd.DataFrame) -> pd.DataFrame:
    """Count the findings of every form by severity, indexed by ``form_id``. Reads form_id and severity."""
    counts = findings.groupby(["form_id", "severity"]).size().unstack("severity", fill_value=0)
    return counts.reindex(columns=list(SEVERITIES), fill_value=0)


def lowest_confidence(tables: Tables) -> pd.Series:
    """Find the lowest confidence of every form (0 to 1), indexed by ``form_id``.

    It is that of its cells with text; where the form has none, that of its indicators.
    """
    with_text = tables.cells[tables.cells["state"] == "text"]
    lowest = [
        measures.numbers(table["confidence"]).groupby(table["form_id"].astype("string")).min()
        for table in (with_text, tables.indicators)
    ]
    return lowest[0].combine_first(lowest[1]).rename("confidence").rename_axis("form_id")


def _scores(table: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Each form's score: the stated total; else the sum of the rows, if every row with a weight has a score.

    ``table`` is indexed by ``form_id`` and has the columns of :func:`measures.totals`.
    """
    unscored = indicators[measures.numbers(indicators["score"]).isna() & measures.numbers(indicators["weight"]).notna()]
    added = table["added_score"].mask(table.index.isin(unscored["form_id"]))
    score = table["stated_score"].fillna(added)
    stated = table["stated_score"].notna()
    full = table["stated_weight"].fillna(table["added_weight"]).where(stated, table["added_weight"])
    rate = score / full.where(full > 0)
    grades = [measures.grade(points, whole) for points, whole in zip(score, full, strict=True)]
    return pd.DataFrame(
        {"score": score, "full": full, "score_stated": stated, "score_rate": rate, "grade": grades}, index=table.index
    )
