"""One row per form: everything that a reader asks first."""

from __future__ import annotations

import pandas as pd

from workbench.analysis import measures
from workbench.analysis.selection import Tables, department_names, form_years

OVERALL = "部门整体"
"""What stands for the project on a department's overall form."""

SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}


def form_summary(tables: Tables) -> pd.DataFrame:
    """The key figures of every form, in the order of ``forms``.

    Columns: form_id, document_id, department, year (0: unknown), project (部门整体 where none), full and
    score (points; the stated totals, else the added-up rows), score_stated (bool), score_rate (score ÷
    full), grade, the six columns of :func:`measures.totals`, amount_unit, initial, adjusted, executed,
    execution_rate, adjustment_rate, indicators, met, missed, undecided, unscored, points_lost, lost_in
    (places), far_exceeded, to_the_digit, quantitative_share, full_mark_share, satisfaction, error, warning and
    info (findings), confidence (lowest), review.
    """
    forms, indicators = tables.forms, tables.indicators
    table = pd.DataFrame(
        {
            "document_id": forms["document_id"].to_numpy(),
            "department": department_names(forms).to_numpy(),
            "year": form_years(forms).to_numpy(),
            "project": forms["project"].astype("string").fillna("").replace("", OVERALL).to_numpy(),
            "review": forms["review"].astype("boolean").fillna(False).astype(bool).to_numpy(),
        },
        index=pd.Index(forms["form_id"], name="form_id"),
    )
    table = table.join(measures.totals(forms, tables.budgets, indicators))
    table = table.join(_scores(table, indicators))
    money = measures.budget_totals(tables.budgets)
    table = table.join(money[["amount_unit"]])
    table = table.join(money[["initial", "adjusted", "executed"]].apply(measures.numbers))
    table = table.join(measures.execution_rate(tables.budgets)).join(measures.adjustment_rate(tables.budgets))
    losses = measures.points_lost(tables.budgets, indicators).groupby("form_id")["lost"].agg(["sum", "count"])
    counts = measures.attainment_counts(indicators)
    counts = counts.join(losses.rename(columns={"sum": "points_lost", "count": "lost_in"}))
    counts = counts.join(measures.far_exceeded(indicators).groupby("form_id").size().rename("far_exceeded"))
    counts = counts.join(measures.met_to_the_digit(indicators).groupby("form_id").size().rename("to_the_digit"))
    table = table.join(counts)
    for share in (measures.quantitative_share, measures.full_mark_share, measures.mean_satisfaction):
        table = table.join(share(indicators))
    whole = ["indicators", "met", "missed", "undecided", "unscored", "lost_in", "far_exceeded", "to_the_digit"]
    table[whole] = table[whole].fillna(0).astype(int)
    scored = table["indicators"] > table["unscored"]
    table["points_lost"] = table["points_lost"].fillna(0.0).where(scored | table["points_lost"].notna())
    table = table.join(finding_counts(tables.findings))
    table[list(SEVERITIES)] = table[list(SEVERITIES)].fillna(0).astype(int)
    return table.join(lowest_confidence(tables)).reset_index()


def department_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """One row for each department and year, indexed by them: its main form, and what all its forms add up to.

    The main form is the overall one, else the first. ``forms`` counts the forms; error, warning and
    info are sums over them. Takes :func:`form_summary`.
    """
    keys = ["department", "year"]
    ordered = summary.assign(part=summary["project"] != OVERALL).sort_values("part", kind="stable")
    main = ordered.drop_duplicates(keys).set_index(keys).drop(columns=["part", *SEVERITIES])
    sums = summary.groupby(keys)[list(SEVERITIES)].sum()
    return main.join(sums).join(summary.groupby(keys).size().rename("forms"))


def finding_counts(findings: pd.DataFrame) -> pd.DataFrame:
    """How many findings of each severity every form has. Source: ``findings``."""
    counts = findings.groupby(["form_id", "severity"]).size().unstack("severity", fill_value=0)
    return counts.reindex(columns=list(SEVERITIES), fill_value=0)


def lowest_confidence(tables: Tables) -> pd.Series:
    """The least sure character of every form (0 to 1): over its cells with text, else over its indicators."""
    with_text = tables.cells[tables.cells["state"] == "text"]
    lowest = [
        measures.numbers(table["confidence"]).groupby(table["form_id"].astype("string")).min()
        for table in (with_text, tables.indicators)
    ]
    return lowest[0].combine_first(lowest[1]).rename("confidence").rename_axis("form_id")


def _scores(table: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """The score that a form goes by: the stated total; else the added-up rows, if every weighted row is scored."""
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
